//! One press of a button: `yiyang press`.

use super::credentials::Credential;
use super::link::{self, Address, Heard, Version};
use super::senml::{self, Held};
use anyhow::{Context, bail};
use kernel::Clock;
use watch::vitals::model::Vital;

/// Publishes one event of a device and waits until it is acknowledged.
///
/// # Errors
/// When the broker cannot be reached, or refuses it.
pub fn press(broker: &Address, version: Version, of: &Credential, what: Vital) -> anyhow::Result<()> {
    let at = crate::outside::SystemClock.now().timestamp_millis();
    let text = senml::write(&of.serial, &[Held { vital: what, at, value: 1 }]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (sender, mut listener) = link::open(broker, version, of);
        sender.publish(&format!("yiyang/{}/senml", of.serial), text.into_bytes()).await?;
        loop {
            match listener.next().await.context("没有送到：连不上，或设备编号与密钥不符")? {
                Heard::Acknowledged(_, true) => return Ok(()),
                Heard::Acknowledged(_, false) => bail!("没有被接受"),
                _ => {}
            }
        }
    })
}
