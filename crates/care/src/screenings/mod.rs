//! Screening by a scale (量表筛查): any scale for screening is filled in on a telephone, scored, kept with its answers and
//! printed. Nothing that an elder is entitled to is decided here; that is done in `assessments`.
//!
//! | reason | against |
//! |---|---|
//! | SC-01 | a scale that is not for screening elders |
//! | SC-02 | dead or moved away |
//! | SC-03 | struck out already |
//! | SC-04 | another thing rests on it, such as the guidance that was given |
//!
//! | route | permission |
//! |---|---|
//! | `GET /screenings`, `/screenings/{elder}`, `/screenings/{elder}/{id}`, `…/print` | screenings.read |
//! | `GET /screenings/new`, `POST /screenings`, `…/strike` | screenings.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Key, Screening};
pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// Sees results.
pub const READ: Permission = Permission("screenings.read");
/// Fills in a scale, strikes out what was entered by mistake.
pub const WRITE: Permission = Permission("screenings.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "量表筛查", href: "/screenings", permission: READ, order: 340 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/screenings", READ, pages::list)
        .post("/screenings", WRITE, pages::save)
        .get("/screenings/new", WRITE, pages::blank)
        .get("/screenings/{elder}", READ, pages::of_elder)
        .get("/screenings/{elder}/{id}", READ, pages::show)
        .get("/screenings/{elder}/{id}/print", READ, pages::print)
        .post("/screenings/{elder}/{id}/strike", WRITE, pages::strike)
}
