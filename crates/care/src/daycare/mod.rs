//! Day care and health huts (日间照护, 健康小屋; clauses NT-2.2.2, SH-2.2.1): who is registered, who came when, what was done, eaten
//! and measured that day; the month's sheet for paper. For the staff of a centre.
//!
//! | state | event | next |
//! |---|---|---|
//! | open | end | ended |
//!
//! | reason | against |
//! |---|---|
//! | DAY-01 | identity number and name are not those of one elder of the area |
//! | DAY-02 | dead or moved away |
//! | DAY-03 | registered here already |
//! | DAY-04 | lives in an institution |
//! | DAY-05 | in hospital on that day |
//!
//! | route | permission |
//! |---|---|
//! | `GET /daycare`, `/daycare/{institution}`, `…/month`, `/daycare/members/{elder}/{id}` | daycare.read |
//! | `POST /daycare/{institution}`, `/daycare/members/{elder}/{id}/…` | daycare.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Day, Key, Measured, Member, TRANSITIONS};
pub use store::{follow, open};
pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// Sees members and their days.
pub const READ: Permission = Permission("daycare.read");
/// Registers, writes days and measurements.
pub const WRITE: Permission = Permission("daycare.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "机构养老", title: "日间照护", href: "/daycare", permission: READ, order: 335 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/daycare", READ, pages::list)
        .get("/daycare/{institution}", READ, pages::centre)
        .post("/daycare/{institution}", WRITE, pages::register)
        .get("/daycare/{institution}/month", READ, pages::month)
        .get("/daycare/members/{elder}/{id}", READ, pages::member)
        .post("/daycare/members/{elder}/{id}/day", WRITE, pages::day)
        .post("/daycare/members/{elder}/{id}/measure", WRITE, pages::measure)
        .post("/daycare/members/{elder}/{id}/end", WRITE, pages::end)
}
