//! Stays in hospital (住院): who is in, since when; no home visit is paid for meanwhile.
//! For hospitals and health centres; settlement asks [`store::between`].
//!
//! | route | permission |
//! |---|---|
//! | `GET /stays`, `GET /stays/{elder}` | stays.read |
//! | `GET /stays/new`, `POST /stays`, `POST /stays/{elder}/{id}/discharge` | stays.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{NewStay, Stay};
pub use store::on_happening as follow;
pub use views::{card, open, timeline};
use web::{Nav, Permission, Routes};

/// Sees stays.
pub const READ: Permission = Permission("stays.read");
/// Writes them down.
pub const WRITE: Permission = Permission("stays.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "住院情况", href: "/stays", permission: READ, order: 310 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/stays", READ, pages::list)
        .get("/stays/new", WRITE, pages::blank)
        .post("/stays", WRITE, pages::create)
        .get("/stays/{elder}", READ, pages::of_elder)
        .post("/stays/{elder}/{id}/discharge", WRITE, pages::discharge)
}
