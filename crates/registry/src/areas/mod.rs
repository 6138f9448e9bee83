//! Areas (行政区划): the tree of division codes that every scope and every figure hangs on.
//!
//! Down to the county they come with the program (`data/divisions.csv`, the public list); streets, towns, communities and
//! villages come from the county's own list, by import or one by one.
//!
//! | route | permission |
//! |---|---|
//! | `GET /areas` | areas.read |
//! | `GET /areas/new`, `GET /areas/{code}/edit`, `POST /areas` | areas.write |

pub mod model;
mod names;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;

pub use model::{AreaKind, AreaRow, NewArea};
pub use names::{Names, Table as NameTable};
pub use store::seed;
use web::{Nav, Permission, Routes};

/// Sees areas.
pub const READ: Permission = Permission("areas.read");
/// Adds and changes areas.
pub const WRITE: Permission = Permission("areas.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "基础资料", title: "行政区划", href: "/areas", permission: READ, order: 820 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/areas", READ, pages::tree)
        .get("/areas/new", WRITE, pages::blank)
        .get("/areas/{code}/edit", WRITE, pages::edit)
        .post("/areas", WRITE, pages::save)
}
