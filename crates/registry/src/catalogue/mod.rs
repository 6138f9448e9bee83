//! Products and services for elders (服务与用品目录, clauses NT-2.4.2, JX-9; services and their prices also NT-2.2.1, NT-3.3a, WF-4.10,
//! JX-6, JX-13a): what there is, from whom, where, at what price.
//!
//! Institutions enter their own; the clerk enters what others offer (name, credit number, telephone). A supervisor of the area
//! reviews before anything is published. Whoever is logged in reads what is published in their area and in what lies above.
//! The kinds and the papers they need stand in `policies/national/catalogue`. A price is never overwritten.
//!
//! | state | event | next |
//! |---|---|---|
//! | draft | submit | submitted |
//! | draft | withdraw | withdrawn |
//! | submitted | return | draft |
//! | submitted | publish | published |
//! | published | suspend | suspended |
//! | published | withdraw | withdrawn |
//! | suspended | resume | published |
//! | suspended | withdraw | withdrawn |
//!
//! | reason | against |
//! |---|---|
//! | CA-01 | no price |
//! | CA-02 | another provider's credit number is not valid |
//! | CA-03 | the institution's licence has run out |
//! | CA-04 | nobody can be called: no telephone |
//! | CA-05 | the paper that its kind needs is not stated |
//! | CA-06 | its days are over |
//! | CA-07 | the same provider offers the same already |
//! | CA-08 | reviewed by the one who wrote it |
//! | CA-09 | something of another institution than one's own |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an item is, what is against publishing it, what prices of a kind come to |
//! | [`store`] | the database; the steps in `store/steps.rs` |
//!
//! | route | permission |
//! |---|---|
//! | `GET /catalogue`, `/catalogue/compare`, `/catalogue/print`, `/catalogue/{id}` | catalogue.read |
//! | `GET /catalogue/new`, `/catalogue/{id}/edit`, `POST /catalogue`, `/catalogue/{id}`, `…/price`, `…/submit`, `…/withdraw` | catalogue.write |
//! | `POST /catalogue/{id}/publish`, `…/return`, `…/suspend`, `…/resume` | catalogue.review |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Event, Item, Kind, NewItem, Provider, State, TRANSITIONS};
pub use views::work;
use web::{Nav, Permission, Routes};

/// Sees the catalogue.
pub const READ: Permission = Permission("catalogue.read");
/// Enters what one's own institution (or, for the clerk, somebody else) offers.
pub const WRITE: Permission = Permission("catalogue.write");
/// Reviews, suspends, lets go on.
pub const REVIEW: Permission = Permission("catalogue.review");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "基础资料", title: "服务与用品目录", href: "/catalogue", permission: READ, order: 815 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/catalogue", READ, pages::list::list)
        .get("/catalogue/compare", READ, pages::compare::show)
        .get("/catalogue/print", READ, pages::list::print)
        .get("/catalogue/new", WRITE, pages::form::blank)
        .post("/catalogue", WRITE, pages::form::create)
        .get("/catalogue/{id}", READ, pages::case::show)
        .get("/catalogue/{id}/edit", WRITE, pages::form::edit)
        .post("/catalogue/{id}", WRITE, pages::form::update)
        .post("/catalogue/{id}/price", WRITE, pages::case::price)
        .post("/catalogue/{id}/submit", WRITE, pages::case::submit)
        .post("/catalogue/{id}/withdraw", WRITE, pages::case::withdraw)
        .post("/catalogue/{id}/publish", REVIEW, pages::case::publish)
        .post("/catalogue/{id}/return", REVIEW, pages::case::send_back)
        .post("/catalogue/{id}/suspend", REVIEW, pages::case::suspend)
        .post("/catalogue/{id}/resume", REVIEW, pages::case::resume)
}
