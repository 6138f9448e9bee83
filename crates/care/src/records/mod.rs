//! Health check-ups (健康体检): the yearly one of everybody of 65 and over, and whether the year's health management is whole.
//! For the health centres that do them; the management rate and the promises of a family-doctor contract hang on them.
//!
//! | route | permission |
//! |---|---|
//! | `GET /records`, `GET /records/{elder}` | records.read |
//! | `GET /records/new`, `POST /records` | records.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Checkup, NewCheckup};
pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// Sees check-ups.
pub const READ: Permission = Permission("records.read");
/// Writes them down.
pub const WRITE: Permission = Permission("records.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "健康体检", href: "/records", permission: READ, order: 300 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/records", READ, pages::list)
        .get("/records/new", WRITE, pages::blank)
        .post("/records", WRITE, pages::create)
        .get("/records/{elder}", READ, pages::of_elder)
}
