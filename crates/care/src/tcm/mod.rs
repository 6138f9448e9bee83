//! Traditional-medicine health service (中医药健康管理, clauses NT-2.5.1, NT-2.5.2, WF-4.7, SH-2.4): the constitution by the 33
//! questions, guidance for it, and who is due, year by year.
//!
//! The answers are a screening by the scale `tcm33` ([`crate::screenings`]); every round of them is kept. The service is whole
//! when guidance was given for what they found: then the elder's fact follows, which the indicators count. Guidance comes
//! from `guidance.toml`, in words of our own, for a physician to change. Who is due is asked of the table `tcm_due`.
//!
//! | reason | against |
//! |---|---|
//! | TC-01 | no constitution was found: the answers are to be taken again |
//! | TC-02 | the answers were struck out, or are of another scale |
//! | TC-03 | guidance for these answers was given already |
//! | TC-04 | a constitution as the main one that the answers did not find |
//!
//! | route | permission |
//! |---|---|
//! | `GET /tcm`, `/tcm/due`, `/tcm/{elder}/{screening}/print` | tcm.read |
//! | `GET /tcm/{elder}/{screening}`, `POST` it, `…/undo` | tcm.write |

pub mod due;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// The scale of the 33 questions.
pub const SCALE: &str = "tcm33";

/// Sees services.
pub const READ: Permission = Permission("tcm.read");
/// Gives guidance.
pub const WRITE: Permission = Permission("tcm.write");

/// The menu entries.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "中医药健康管理", href: "/tcm", permission: READ, order: 350 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/tcm", READ, pages::list)
        .get("/tcm/due", READ, pages::due)
        .get("/tcm/{elder}/{screening}", WRITE, pages::form)
        .post("/tcm/{elder}/{screening}", WRITE, pages::save)
        .get("/tcm/{elder}/{screening}/print", READ, pages::print)
        .post("/tcm/{elder}/{screening}/undo", WRITE, pages::undo)
}
