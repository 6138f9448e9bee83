//! Institutions (机构): homes, stations, health centres, hospitals, assessment agencies.
//!
//! | route | permission |
//! |---|---|
//! | `GET /institutions`, `GET /institutions/{id}` | institutions.read |
//! | `GET /institutions/new`, `POST /institutions`, `GET /institutions/{id}/edit`, `POST /institutions/{id}` | institutions.write |

pub mod model;
pub(crate) mod pages;
pub mod store;
#[cfg(test)]
pub(crate) mod tests;
mod work;

pub use model::{Institution, Kind, MedicalUnit, NewInstitution, Ownership, Profit};
use web::{Nav, Permission, Routes};
pub use work::work;

/// Sees institutions.
pub const READ: Permission = Permission("institutions.read");
/// Adds and changes institutions.
pub const WRITE: Permission = Permission("institutions.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "基础资料", title: "机构", href: "/institutions", permission: READ, order: 800 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/institutions", READ, pages::list)
        .get("/institutions/new", WRITE, pages::blank)
        .post("/institutions", WRITE, pages::create)
        .get("/institutions/{id}", READ, pages::show)
        .get("/institutions/{id}/edit", WRITE, pages::edit)
        .post("/institutions/{id}", WRITE, pages::update)
}
