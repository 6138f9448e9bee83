//! Remote consultations (远程会诊, clauses SH-2.1.4, WF-4.5b, NT-3.5c, JX-1): a family doctor or an institution asks the doctor of
//! another one about an elder; they see each other in the browser; the consultant signs what they find.
//!
//! For the side that asks, and the institution that is asked with the doctor who is responsible. What of the record goes along
//! is shared for a purpose and a time, as in a referral ([`crate::sharing`]). Price, time limits and who pays stand in
//! `policies/national/remote-consultation`. Of the video nothing is kept; of the conclusion everything, with a fingerprint.
//!
//! | state | event | next |
//! |---|---|---|
//! | requested | accept | booked |
//! | requested | refuse | refused |
//! | requested | cancel | cancelled |
//! | requested | lapse | lapsed |
//! | requested | close | closed |
//! | booked | book | booked |
//! | booked | miss | no_show |
//! | booked | start | under_way |
//! | booked | cancel | cancelled |
//! | booked | lapse | lapsed |
//! | booked | close | closed |
//! | no_show | book | booked |
//! | no_show | cancel | cancelled |
//! | no_show | lapse | lapsed |
//! | no_show | close | closed |
//! | under_way | book | booked |
//! | under_way | conclude | concluded |
//! | under_way | close | closed |
//! | concluded | acknowledge | acknowledged |
//!
//! | reason | against |
//! |---|---|
//! | CN-01 | dead or moved away |
//! | CN-02 | consent in the future, or none |
//! | CN-03 | an institution that cannot be consulted |
//! | CN-04 | both sides are the same |
//! | CN-05 | done by another side than the one whose step it is |
//! | CN-06 | an institution that does not work on the platform |
//! | CN-07 | no document sets limits or price |
//! | CN-08 | signed by somebody else than the consultant |
//! | CN-09 | the sharing of the record is over |
//! | CN-10 | a consultant who is no doctor of the institution that day |
//! | CN-11 | the room is not open |
//! | CN-12 | somebody who does not sit in the room |
//! | CN-13 | messages that no browser sends, too long or too many of them |
//! | CN-14 | a consultant who has another consultation at that hour |
//! | CN-15 | a conclusion by papers that nobody may look at any more |
//! | CR-01 … CR-05 | why the consulting side refuses, see [`model::Refusal`] |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a consultation is, its limits, what the bus does to it |
//! | [`seal`] | the fingerprint of what was signed |
//! | [`store`] | the database; the steps in `store/steps.rs`, lists in `store/lists.rs` |
//! | [`rooms`] | the signalling between two browsers, in memory |
//! | [`ice`] | STUN and TURN servers, short-lived credentials |
//! | [`jobs`] | what time does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /consultations`, `/consultations/{elder}/{id}`, `…/print` | consultations.read |
//! | `GET /consultations/new`, `POST /consultations`, `…/cancel`, `…/acknowledge` | consultations.request |
//! | `…/accept`, `…/refuse`, `…/book`, `…/start`, `…/conclude`, `…/append`, `GET …/record` | consultations.answer |
//! | `…/miss`, `GET …/room`, `…/room/hear`, `POST …/room/enter`, `…/room/say`, `…/room/leave` | consultations.read, and that of one's side |

pub mod consent;
pub mod ice;
pub mod jobs;
pub mod model;
mod pages;
pub mod rooms;
pub mod seal;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use ice::Ice;
pub use model::{Consultation, Key, NewConsultation, State, TRANSITIONS};
pub use rooms::Rooms;
pub use store::steps::follow;
pub use views::{card, open, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees consultations.
pub const READ: Permission = Permission("consultations.read");
/// Asks, takes back, acknowledges.
pub const REQUEST: Permission = Permission("consultations.request");
/// Answers, books, begins, signs.
pub const ANSWER: Permission = Permission("consultations.answer");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "转诊与协作", title: "远程会诊", href: "/consultations", permission: READ, order: 332 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/consultations", READ, pages::list::list)
        .post("/consultations", REQUEST, pages::request::create)
        .get("/consultations/new", REQUEST, pages::request::blank)
        .get("/consultations/{elder}/{id}", READ, pages::case::show)
        .get("/consultations/{elder}/{id}/print", READ, pages::print::show)
        .get("/consultations/{elder}/{id}/record", ANSWER, pages::record::show)
        .post("/consultations/{elder}/{id}/accept", ANSWER, pages::steps::accept)
        .post("/consultations/{elder}/{id}/refuse", ANSWER, pages::steps::refuse)
        .post("/consultations/{elder}/{id}/book", ANSWER, pages::steps::book)
        .post("/consultations/{elder}/{id}/start", ANSWER, pages::steps::start)
        .post("/consultations/{elder}/{id}/conclude", ANSWER, pages::steps::conclude)
        .post("/consultations/{elder}/{id}/append", ANSWER, pages::steps::append)
        .post("/consultations/{elder}/{id}/miss", READ, pages::steps::miss)
        .post("/consultations/{elder}/{id}/cancel", REQUEST, pages::steps::cancel)
        .post("/consultations/{elder}/{id}/acknowledge", REQUEST, pages::steps::acknowledge)
        .get("/consultations/{elder}/{id}/room", READ, pages::room::show)
        .get("/consultations/{elder}/{id}/room/hear", READ, pages::signals::hear)
        .post("/consultations/{elder}/{id}/room/enter", READ, pages::signals::enter)
        .post("/consultations/{elder}/{id}/room/say", READ, pages::signals::say)
        .post("/consultations/{elder}/{id}/room/leave", READ, pages::signals::leave)
}
