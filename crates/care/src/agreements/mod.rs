//! Agreements between an elder-care and a medical institution (合作协议, clauses NT-2.3.1, WF-4.1, SH-1.1a, SH-1.1d, JX-6): what
//! was agreed, whether it was kept, and who should be paired with whom.
//!
//! For the two sides and for the county. An agreement in force is the source of the partner in the register of institutions:
//! signing, ending and expiry set it ([`store::sign`] and the others follow to `registry::institutions::store::set_partner`), and
//! meanwhile neither a form nor a list can. So the indicators and `required_medical_function`, which ask the register, follow.
//!
//! | state | event | next |
//! |---|---|---|
//! | draft | sign | signed |
//! | draft | withdraw | withdrawn |
//! | signed | end | ended |
//! | signed | expire | expired |
//!
//! | reason | against |
//! |---|---|
//! | AG-01 | the first side is no home and no day-care centre |
//! | AG-02 | the second side is no medical institution |
//! | AG-03 | the two have an agreement in that time |
//! | AG-04 | done for other institutions than one's own |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an agreement is, how it was kept |
//! | [`pairing`] | the assignment of least distance |
//! | [`store`] | the database; the steps in `store/steps.rs`, the proposal in `store/pairs.rs` |
//! | [`jobs`] | what the night does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /agreements`, `/agreements/{id}`, `…/print`, `/agreements/pairs` | agreements.read |
//! | `GET /agreements/new`, `POST /agreements`, `/agreements/pairs`, `…/sign`, `…/withdraw`, `…/end` | agreements.write |
//! | `POST /agreements/{id}/rounds` | agreements.round |

pub mod jobs;
pub mod model;
mod pages;
pub mod pairing;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Agreement, Item, Round, State, TRANSITIONS, Terms};
pub use views::work;
use web::{Nav, Permission, Routes};

/// Sees agreements.
pub const READ: Permission = Permission("agreements.read");
/// Writes, signs, ends them.
pub const WRITE: Permission = Permission("agreements.write");
/// Records rounds.
pub const ROUND: Permission = Permission("agreements.round");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "转诊与协作", title: "合作协议", href: "/agreements", permission: READ, order: 340 },
    Nav { group: "转诊与协作", title: "结对方案", href: "/agreements/pairs", permission: WRITE, order: 341 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/agreements", READ, pages::list::list)
        .post("/agreements", WRITE, pages::draft::create)
        .get("/agreements/new", WRITE, pages::draft::blank)
        .get("/agreements/pairs", READ, pages::pairs::show)
        .post("/agreements/pairs", WRITE, pages::pairs::draft)
        .get("/agreements/{id}", READ, pages::case::show)
        .get("/agreements/{id}/print", READ, pages::print::show)
        .post("/agreements/{id}/sign", WRITE, pages::case::sign)
        .post("/agreements/{id}/withdraw", WRITE, pages::case::withdraw)
        .post("/agreements/{id}/end", WRITE, pages::case::end)
        .post("/agreements/{id}/rounds", ROUND, pages::case::round)
}
