//! Staff (从业人员): who works where, as what, with which certificate.
//!
//! | route | permission |
//! |---|---|
//! | `GET /staff`, `GET /staff/{id}` | staff.read |
//! | `GET /staff/new`, `POST /staff`, `GET /staff/{id}/edit`, `POST /staff/{id}` | staff.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;

pub use model::{NewStaff, Post, Staff, StaffFacts};
use web::{Nav, Permission, Routes};

/// Sees staff.
pub const READ: Permission = Permission("staff.read");
/// Adds and changes staff; sees telephone numbers whole.
pub const WRITE: Permission = Permission("staff.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "基础资料", title: "从业人员", href: "/staff", permission: READ, order: 810 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/staff", READ, pages::list)
        .get("/staff/new", WRITE, pages::blank)
        .post("/staff", WRITE, pages::create)
        .get("/staff/{id}", READ, pages::show)
        .get("/staff/{id}/edit", WRITE, pages::edit)
        .post("/staff/{id}", WRITE, pages::update)
}
