//! Vital signs (生命体征监测; clauses NT-2.2.2, NT-3.5b, JX-9): what devices measured, kept once each with its own time.
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what can be measured, a measurement |
//! | [`senml`], [`observation`], [`sample`] | reading what devices send |
//! | [`receive`] | checked and given to the elder who wore the device |
//! | [`gateway`], [`mqtt`] | the door for devices: MQTT whose acknowledgement means stored |
//! | [`bridge`] | another broker in its place |
//! | [`intake`], [`engine`] | the queue and its writer: measurements, rules, alarms in one transaction |
//! | [`store`], [`jobs`] | the database; summaries and ageing |
//!
//! | route | permission |
//! |---|---|
//! | `POST /vitals/{serial}/{form}` | public, with the device's own name and secret |

pub mod bridge;
pub mod engine;
pub mod gateway;
mod http;
pub mod intake;
pub mod jobs;
pub mod model;
pub mod mqtt;
pub mod observation;
pub mod receive;
pub mod sample;
pub mod senml;
pub mod store;
#[cfg(test)]
mod tests;

pub use bridge::Broker;
pub use engine::{Engine, Heard};
pub use gateway::Door;
pub use intake::Intake;
pub use model::{Measurement, Vital};
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().public_post("/vitals/{serial}/{form}", http::take)
}
