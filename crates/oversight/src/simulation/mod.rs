//! Simulation (政策模拟): one question asked of everybody by two documents, and the difference in people and yuan, by area
//! and by row; a few of those concerned can be opened with the trace of both decisions. Only those within one's own area.
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what is asked, what came out; running it |
//! | [`population`] | the facts of many as columns: of the register, or made up |
//! | [`assume`] | what the register does not know, assumed to be the same for all |
//! | [`text`] | the result for a terminal, as CSV and as JSON |
//! | `pages` | the page |
//!
//! | route | permission |
//! |---|---|
//! | `GET /simulation`, `/simulation/{question}` | simulation.read |
//! | `GET /simulation/{question}/open` | simulation.read, and elders.read for people |

pub mod assume;
pub mod model;
mod pages;
pub mod population;
#[cfg(test)]
mod tests;
pub mod text;

pub use model::{Ask, Outcome, Side, check, run};
pub use population::{Of, Population, registered};

use web::{Nav, Permission, Routes};

/// Facts that are assumed to be the same for everybody: name and value as typed.
pub type Assumed = Vec<(String, String)>;

/// Asks documents of everybody.
pub const READ: Permission = Permission("simulation.read");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监管", title: "政策模拟", href: "/simulation", permission: READ, order: 622 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/simulation", READ, pages::choose).get("/simulation/{question}", READ, pages::show).get(
        "/simulation/{question}/open",
        READ,
        pages::open,
    )
}
