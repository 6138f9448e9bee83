//! Health check-ups (健康体检): the yearly one of everybody of 65 and over, and whether the year's health management is whole.
//! For the health centres that do them; the management rate and the promises of a family-doctor contract hang on them.
//!
//! What was asked and seen face to face belongs to the check-up ([`findings::FaceToFace`]). What is abnormal in it, by the rules
//! of the place, becomes work until somebody says what was done:
//!
//! | state | event | next |
//! |---|---|---|
//! | open | handle | done |
//! | open | supersede | superseded |
//! | open | close | closed |
//!
//! RC-01: a finding that is not open any more.
//!
//! | route | permission |
//! |---|---|
//! | `GET /records`, `/records/findings`, `GET /records/{elder}` | records.read |
//! | `GET /records/new`, `POST /records`, `…/{elder}/{id}/form`, `…/{elder}/findings/{id}` | records.write |

pub mod findings;
pub mod jobs;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Checkup, NewCheckup};
pub use store::findings::follow;
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees check-ups.
pub const READ: Permission = Permission("records.read");
/// Writes them down.
pub const WRITE: Permission = Permission("records.write");

/// The menu entry.
pub const NAV: &[Nav] = &[
    Nav { group: "健康服务", title: "健康体检", href: "/records", permission: READ, order: 300 },
    Nav { group: "健康服务", title: "体检异常", href: "/records/findings", permission: READ, order: 301 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/records", READ, pages::list)
        .get("/records/new", WRITE, pages::blank)
        .post("/records", WRITE, pages::create)
        .get("/records/findings", READ, pages::form::open)
        .get("/records/{elder}", READ, pages::of_elder)
        .get("/records/{elder}/{id}/form", WRITE, pages::form::blank)
        .post("/records/{elder}/{id}/form", WRITE, pages::form::save)
        .post("/records/{elder}/findings/{id}", WRITE, pages::form::handle)
}
