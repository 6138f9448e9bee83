//! Devices that measure and call (监测设备; clauses NT-3.5b, JX-9): what each is, whose it is, who wears it since when, whether it is
//! heard. For the staff who hand them out and mend them.
//!
//! A device logs in with its serial number and a secret of 128 bits that is shown once and kept as a keyed hash only. It is bound
//! to one elder at a time; one that many use (`shared`, a health hut's) is bound by the hut itself, for a few minutes.
//!
//! | state | event | next |
//! |---|---|---|
//! | active | suspend | suspended |
//! | suspended | resume | active |
//! | active | retire | retired |
//! | suspended | retire | retired |
//!
//! | reason | against |
//! |---|---|
//! | DV-01 | suspended or retired |
//! | DV-02 | worn by somebody already |
//! | DV-03 | the elder is dead or has moved away |
//! | DV-04 | used by many: bound at the hut, not by hand |
//! | DV-05 | the serial number is known already |
//! | DV-06 | the maintenance ends in the past, or is longer than may be |
//! | DV-07 | nobody wears it |
//!
//! | route | permission |
//! |---|---|
//! | `GET /devices`, `/devices/{id}` | devices.read |
//! | `GET /devices/new`, `POST /devices`, `/devices/many`, `/devices/{id}/…` | devices.write |

pub mod directory;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod views;

pub use directory::Directory;
pub use model::{Device, Fault, Kind, State, TRANSITIONS};
pub(crate) use pages::{encoded, reload};
pub use store::steps::{NewDevice, follow};
pub use views::timeline;
use web::{Nav, Permission, Routes};

/// Sees devices and how they are.
pub const READ: Permission = Permission("devices.read");
/// Registers, hands out, takes back, retires.
pub const WRITE: Permission = Permission("devices.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监测与呼救", title: "监测设备", href: "/devices", permission: READ, order: 360 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/devices", READ, pages::list)
        .get("/devices/new", WRITE, pages::register::blank)
        .post("/devices", WRITE, pages::register::one)
        .post("/devices/many", WRITE, pages::register::many)
        .get("/devices/{id}", READ, pages::one::show)
        .post("/devices/{id}/secret", WRITE, pages::register::renew)
        .post("/devices/{id}/step", WRITE, pages::one::step)
        .post("/devices/{id}/bind", WRITE, pages::one::bind)
        .post("/devices/{id}/unbind", WRITE, pages::one::unbind)
        .post("/devices/{id}/maintain", WRITE, pages::one::maintain)
}
