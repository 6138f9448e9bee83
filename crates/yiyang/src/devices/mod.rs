//! Simulated devices: `yiyang devices` sends what a population of made-up old people would measure, `yiyang press` presses one
//! button. Synthetic throughout; for demonstrations, tests and load, never beside real elders.
//!
//! | file | holds |
//! |---|---|
//! | `person` | a body: rhythm of the day, illness, falls, presses; pure, the same for the same seed |
//! | `kinds` | what each kind of device measures of it, and when; pure |
//! | `life` | what a device sends: late after a lost signal, twice, spoiled, with a wrong clock; pure |
//! | `senml` | a message as RFC 8428 |
//! | `pace` | how simulated time runs beside the real one |
//! | `link` | MQTT 3.1.1 and 5 |
//! | `sending` | a device's connection: sends, notes what was acknowledged, comes back when the line is lost |
//! | `tally` | what is counted, and the file of what was acknowledged |
//! | `enrol`, `store` | registers synthetic devices and binds them to elders |
//! | `credentials` | serial, secret and kind of each device, as a CSV file |

mod credentials;
mod enrol;
mod kinds;
mod life;
mod link;
mod pace;
mod person;
mod press;
mod sending;
mod senml;
mod store;
mod tally;
#[cfg(test)]
mod tests;

pub use credentials::{Credential, read, write};
pub use enrol::{Place, enrol, give};
pub use link::{Address, Version};
pub use press::press;
pub use sending::Crowd;

use crate::cli::SimulatedDevices;
use anyhow::ensure;
use kernel::Clock;
use std::net::SocketAddr;
use std::path::Path;

/// Runs simulated devices to the end of their hours; says what came of it.
///
/// # Errors
/// When the credentials cannot be read, or something that was sent stayed without acknowledgement.
pub fn run(options: &SimulatedDevices) -> anyhow::Result<()> {
    let crowd = crowd(options)?;
    println!("模拟设备（全部为虚构数据）：{} 台，{} 小时，{} 倍速", crowd.devices.len(), options.hours, options.speed);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(options.threads).enable_all().build()?;
    let report = runtime.block_on(crowd.run(options.acknowledged.as_deref()))?;
    println!("{report}");
    ensure!(report.open == 0, "有 {} 条消息到最后也没有得到确认", report.open);
    Ok(())
}

fn crowd(options: &SimulatedDevices) -> anyhow::Result<Crowd> {
    ensure!(options.speed >= 1.0 && options.hours > 0.0, "--speed 应不小于 1，--hours 应大于 0");
    let mut devices = read(&options.credentials)?;
    devices.truncate(options.count.unwrap_or(usize::MAX));
    ensure!(!devices.is_empty(), "{} 中没有设备", options.credentials.display());
    let now = crate::outside::SystemClock.now().timestamp_millis();
    let pace = pace::Pace::new(now, options.hours, options.speed, options.as_of_now);
    Ok(Crowd {
        broker: options.broker.clone(),
        version: options.mqtt,
        devices,
        seed: options.seed,
        events: options.events,
        pace,
        patience: options.patience,
    })
}

/// The demonstration's devices, for as long as the program runs: a day of theirs passes in 24 minutes, stamped with the present.
///
/// Answers how many there are.
///
/// # Errors
/// When the file cannot be read.
pub fn accompany(door: SocketAddr, credentials: &Path, seed: u64) -> anyhow::Result<usize> {
    /// How much faster than life, and how much more eventful: somebody looks for some minutes.
    const SPEED: f64 = 60.0;
    const EVENTS: f64 = 25.0;
    const FOREVER: f64 = 24.0 * 365.0 * 100.0;
    let now = crate::outside::SystemClock.now().timestamp_millis();
    let crowd = Crowd {
        broker: Address::from(door),
        version: Version::Four,
        devices: read(credentials)?,
        seed,
        events: EVENTS,
        pace: pace::Pace::new(now, FOREVER, SPEED, true),
        patience: 0,
    };
    let count = crowd.devices.len();
    let run = move || -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(crowd.run(None)).map(drop)
    };
    std::thread::Builder::new().name("simulated devices".into()).spawn(move || {
        if let Err(e) = run() {
            tracing::error!(error = %e, "simulated devices");
        }
    })?;
    Ok(count)
}
