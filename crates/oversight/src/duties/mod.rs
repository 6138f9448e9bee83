//! What documents oblige whom to do (责任台账): free clinics of hospitals at homes (clauses NT-2.3.2, SH-2.3.2, WF-4.6), geriatric
//! departments and beds, and every other duty of the documents in force with how far it is (NT-4.1, SH-3.5).
//!
//! For hospitals (what is due until when), homes (what is to be confirmed) and the county (who is behind). A free clinic is recorded by
//! the medical side and counts when the home has confirmed it and the home was short of medicine, by a rule that anybody can read
//! (`short_of_medicine`); how often one is asked for is the region's document (`free_clinic`).
//!
//! | state | event | next |
//! |---|---|---|
//! | recorded | confirm | confirmed |
//! | recorded | dispute | disputed |
//! | recorded | withdraw | withdrawn |
//! | disputed | amend | recorded |
//! | disputed | withdraw | withdrawn |
//!
//! | reason | against |
//! |---|---|
//! | DU-01 | a clinic that has not been held yet |
//! | DU-02 | the same hospital, home and day twice |
//! | DU-03 | a side that gives no medical service, or where no elders live |
//! | DU-04 | done for another institution than one's own |
//! | DU-05 | confirmed by whoever recorded it |
//! | DU-06 | a home of another city |
//! | DU-07 | a duty done without evidence |
//! | DU-08 | a clinic before the last calendar year |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a free clinic is, and every decision about one |
//! | [`calendar`] | what hospitals owe in which quarter, and whether they did it |
//! | [`ledger`] | the duties of the documents in force, with their last day |
//! | [`store`] | the database; the steps of a clinic in `store/steps.rs`, reports and notes in `store/rows.rs` |
//! | [`book`] | the ledger as a workbook |
//!
//! | route | permission |
//! |---|---|
//! | `GET /duties`, `/duties/clinics`, `/duties/clinics/{id}`, `/duties/departments`, `/duties/departments/{institution}` | duties.read |
//! | `GET /duties/ledger`, `/duties/ledger/print`, `/duties/ledger/export`, `/duties/of/{duty}` | duties.read |
//! | `GET /duties/clinics/new`, `POST /duties/clinics`, `…/amend`, `…/withdraw`, `/duties/departments/{institution}` | duties.clinic |
//! | `POST /duties/clinics/{id}/confirm`, `…/dispute` | duties.confirm |
//! | `POST /duties/of/{duty}` | duties.note |

pub mod book;
pub mod calendar;
pub mod ledger;
pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Clinic, Department, NewClinic, Progress, State, TRANSITIONS};
pub use views::work;
use web::{Nav, Permission, Routes};

/// Sees duties and free clinics.
pub const READ: Permission = Permission("duties.read");
/// Records free clinics, and what a hospital has of geriatric departments and beds.
pub const CLINIC: Permission = Permission("duties.clinic");
/// Confirms free clinics on the side of the home.
pub const CONFIRM: Permission = Permission("duties.confirm");
/// Notes how far a duty is.
pub const NOTE: Permission = Permission("duties.note");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监管", title: "责任台账", href: "/duties", permission: READ, order: 604 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/duties", READ, pages::overview::show)
        .get("/duties/clinics", READ, pages::clinics::list)
        .get("/duties/clinics/new", CLINIC, pages::record::blank)
        .post("/duties/clinics", CLINIC, pages::record::create)
        .get("/duties/clinics/{id}", READ, pages::clinics::show)
        .post("/duties/clinics/{id}/confirm", CONFIRM, pages::clinics::confirm)
        .post("/duties/clinics/{id}/dispute", CONFIRM, pages::clinics::dispute)
        .post("/duties/clinics/{id}/amend", CLINIC, pages::record::amend)
        .post("/duties/clinics/{id}/withdraw", CLINIC, pages::clinics::withdraw)
        .get("/duties/departments", READ, pages::departments::list)
        .get("/duties/departments/{institution}", READ, pages::departments::show)
        .post("/duties/departments/{institution}", CLINIC, pages::departments::report)
        .get("/duties/ledger", READ, pages::ledger::list)
        .get("/duties/ledger/print", READ, pages::ledger::print)
        .get("/duties/ledger/export", READ, pages::ledger::export)
        .get("/duties/of/{duty}", READ, pages::duty::show)
        .post("/duties/of/{duty}", NOTE, pages::duty::note)
}
