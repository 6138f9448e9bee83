//! What devices measured of an elder (监测数据; clauses NT-2.2.2, NT-3.5b, JX-9): the newest values with how they stand, curves with the
//! normal band and the person's own limits, who is getting worse by trend, the safe area. For family doctors and whoever watches.
//!
//! | reason | against |
//! |---|---|
//! | VL-01 | the lower limit is not below the upper |
//! | VL-02 | a limit outside what can be measured |
//! | VL-03 | no reason |
//! | VL-04 | a danger limit inside the warning limits |
//! | VL-05 | the elder is dead or has moved away |
//! | VL-06 | no limit at all |
//! | VA-01 | no position is known to be taken |
//! | VA-02 | a place or a radius that cannot be |
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
//! | [`curves`] | which points are drawn for how long a time |
//! | [`limits`], [`safe_area`] | a person's own limits; where they may go |
//! | [`trends`] | who is getting worse |
//!
//! | route | permission |
//! |---|---|
//! | `POST /vitals/{serial}/{form}` | public, with the device's own name and secret |
//! | `GET /vitals`, `/vitals/worse`, `/vitals/{elder}` | vitals.read |
//! | `POST /vitals/{elder}/limits`, `…/limits/{id}/end` | vitals.limit |
//! | `POST /vitals/{elder}/devices`, `/vitals/{elder}/area`, `…/area/end` | devices.write |

pub mod bridge;
pub mod curves;
pub mod engine;
pub mod gateway;
mod http;
pub mod intake;
pub mod jobs;
pub mod limits;
pub mod model;
pub mod mqtt;
pub mod observation;
#[cfg(test)]
mod page_tests;
mod pages;
pub mod receive;
pub mod safe_area;
pub mod sample;
pub mod senml;
pub mod store;
#[cfg(test)]
mod tests;
pub mod trends;
mod views;

pub use bridge::Broker;
pub use engine::{Engine, Heard};
pub use gateway::Door;
pub use intake::Intake;
pub use model::{Measurement, Vital};
pub use views::{card, work};
use web::{Nav, Permission, Routes};

/// Sees what was measured.
pub const READ: Permission = Permission("vitals.read");
/// Sets a person's own limits: clinicians.
pub const LIMIT: Permission = Permission("vitals.limit");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "监测与呼救", title: "监测中的老年人", href: "/vitals", permission: READ, order: 350 },
    Nav {
        group: "监测与呼救", title: "指标变差的老年人", href: "/vitals/worse", permission: READ, order: 352
    },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .public_post("/vitals/{serial}/{form}", http::take)
        .get("/vitals", READ, pages::list)
        .get("/vitals/worse", READ, pages::worse::list)
        .get("/vitals/{elder}", READ, pages::elder::show)
        .post("/vitals/{elder}/limits", LIMIT, pages::forms::set_limit)
        .post("/vitals/{elder}/limits/{id}/end", LIMIT, pages::forms::end_limit)
        .post("/vitals/{elder}/devices", crate::devices::WRITE, pages::forms::bind)
        .post("/vitals/{elder}/area", crate::devices::WRITE, pages::forms::set_area)
        .post("/vitals/{elder}/area/end", crate::devices::WRITE, pages::forms::end_area)
}
