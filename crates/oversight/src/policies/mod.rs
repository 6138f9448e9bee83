//! The policy documents (政策文件): read clause by clause with what runs behind each, tables as tables, questions tried
//! with their because, documents beside each other on one question; and the same questions for programs.
//!
//! | file | holds |
//! |---|---|
//! | [`json`] | what programs and files send and get, and what is wrong with it |
//! | `strict` | JSON in which nothing is guessed |
//! | [`divisions`] | which area codes there are |
//! | [`wording`] | conditions, values and reasons as civil servants read them |
//! | `form` | a form made from what a question wants, and the facts read back from it |
//! | `api` | one question, or a stream of them, asked by a program |
//! | `pages` | the pages |
//!
//! | route | permission |
//! |---|---|
//! | `GET /policies`, `/policies/{place}/{document}`, `/policies/{place}/{document}/tables/{table}` | policies.read |
//! | `GET /policies/ask`, `/policies/ask/{question}` | policies.read |
//! | `GET /policies/beside`, `/policies/beside/{question}` | policies.read |
//! | `GET /policies/scales`, `/policies/scales/{scale}` | policies.read |
//! | `POST /api/policy/decisions/{question}` | policies.read |

mod api;
pub mod divisions;
pub(crate) mod form;
pub mod json;
mod pages;
mod strict;
#[cfg(test)]
mod tests;
pub mod wording;

use web::{Nav, Permission, Routes};

/// Reads the documents and asks them.
pub const READ: Permission = Permission("policies.read");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "监管", title: "政策文件", href: "/policies", permission: READ, order: 620 },
    Nav { group: "监管", title: "政策问答", href: "/policies/ask", permission: READ, order: 621 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/policies", READ, pages::list::show)
        .get("/policies/ask", READ, pages::ask::choose)
        .get("/policies/ask/{question}", READ, pages::ask::show)
        .get("/policies/beside", READ, pages::beside::choose)
        .get("/policies/beside/{question}", READ, pages::beside::show)
        .get("/policies/scales", READ, pages::scales::list)
        .get("/policies/scales/{scale}", READ, pages::scales::show)
        .get("/policies/{place}/{document}", READ, pages::document::show)
        .get("/policies/{place}/{document}/tables/{table}", READ, pages::table::show)
        .post("/api/policy/decisions/{question}", READ, api::decide)
}
