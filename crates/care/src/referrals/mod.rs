//! Referrals (转诊, clauses WF-4.2, WF-4.5b, WF-4.6, SH-2.1.3, JX-3, JX-8, NT-2.3.1): up, down, green channel, and the transfer of those
//! who stay in hospital only for care (压床). One request, two sides, one state.
//!
//! For the side that asks, the destination, and the family doctor who follows up. A destination that does not work on the
//! platform answers by telephone and on paper; the side that asks writes down who said what and when. What goes along of the
//! record is shared for a purpose and a time: the destination sees that much, each look is noted, and it ends by itself. From
//! arrival until the conclusion the destination serves the elder (`elder_links`), as a hospital does while somebody lies in it.
//!
//! | state | event | next |
//! |---|---|---|
//! | requested | accept | accepted |
//! | requested | refuse | refused |
//! | requested | arrive | arrived |
//! | requested | cancel | cancelled |
//! | requested | lapse | lapsed |
//! | requested | close | closed_elsewhere |
//! | accepted | book | booked |
//! | accepted | arrive | arrived |
//! | accepted | cancel | cancelled |
//! | accepted | lapse | lapsed |
//! | accepted | close | closed_elsewhere |
//! | booked | book | booked |
//! | booked | arrive | arrived |
//! | booked | cancel | cancelled |
//! | booked | lapse | lapsed |
//! | booked | close | closed_elsewhere |
//! | arrived | conclude | concluded |
//! | arrived | close | closed_elsewhere |
//! | concluded | follow_up | followed_up |
//! | concluded | close | closed_elsewhere |
//!
//! Nothing is typed twice: who is admitted at the desk lies in hospital by the same form (`steps::admit`), a home that accepts a
//! transfer for care has the elder in its queue, and moving in concludes the transfer. A referral to a hospital is told
//! (`What::Referred`), and answers the follow-up that asked for one.
//!
//! | reason | against |
//! |---|---|
//! | RF-01 | dead or moved away |
//! | RF-02 | consent in the future, or given afterwards where there was time to ask |
//! | RF-03 | the destination cannot take this kind |
//! | RF-04 | both sides are the same |
//! | RF-05 | done for another institution than one's own |
//! | RF-07 | transfer for care of somebody who is not in hospital |
//! | RF-08 | answered by telephone for a destination that works on the platform |
//! | RF-09 | the sharing of the record is over |
//! | RF-10 | no document sets the limits |
//! | RF-11 | no green channel is agreed with this hospital |
//! | RF-13 | the card is another person's |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a referral is, its limits, what the bus does to it |
//! | [`store`] | the database; the steps in `store/steps.rs`, lists in `store/lists.rs`, long stays in `store/overstays.rs` |
//! | [`jobs`] | what time does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /referrals`, `/referrals/{elder}/{id}`, `…/print` | referrals.read |
//! | `GET /referrals/new`, `/referrals/green`, `POST /referrals`, `/referrals/green`, `…/cancel`, `…/follow-up` | referrals.request |
//! | `GET /referrals/overstays`, `POST /referrals/overstays/{elder}/{stay}` | referrals.request |
//! | `…/accept`, `…/refuse`, `…/book`, `…/arrive`, `…/conclude`, `GET …/record` | referrals.answer |

pub mod jobs;
pub mod model;
mod pages;
#[cfg(test)]
mod seam_tests;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Key, Kind, NewReferral, Referral, State, TRANSITIONS};
pub use store::steps::follow;
pub use views::{card, open, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees referrals.
pub const READ: Permission = Permission("referrals.read");
/// Asks, takes back, follows up.
pub const REQUEST: Permission = Permission("referrals.request");
/// Answers, books, receives, concludes.
pub const ANSWER: Permission = Permission("referrals.answer");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "转诊与协作", title: "转诊", href: "/referrals", permission: READ, order: 330 },
    Nav {
        group: "转诊与协作", title: "长期住院核查", href: "/referrals/overstays", permission: REQUEST, order: 331
    },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/referrals", READ, pages::list::list)
        .post("/referrals", REQUEST, pages::request::create)
        .get("/referrals/new", REQUEST, pages::request::blank)
        .get("/referrals/green", REQUEST, pages::green::choose)
        .post("/referrals/green", REQUEST, pages::green::send)
        .get("/referrals/overstays", REQUEST, pages::overstays::list)
        .post("/referrals/overstays/{elder}/{stay}", REQUEST, pages::overstays::explain)
        .get("/referrals/{elder}/{id}", READ, pages::case::show)
        .get("/referrals/{elder}/{id}/print", READ, pages::print::show)
        .get("/referrals/{elder}/{id}/record", ANSWER, pages::record::show)
        .post("/referrals/{elder}/{id}/accept", ANSWER, pages::steps::accept)
        .post("/referrals/{elder}/{id}/refuse", ANSWER, pages::steps::refuse)
        .post("/referrals/{elder}/{id}/book", ANSWER, pages::steps::book)
        .post("/referrals/{elder}/{id}/arrive", ANSWER, pages::steps::arrive)
        .post("/referrals/{elder}/{id}/conclude", ANSWER, pages::steps::conclude)
        .post("/referrals/{elder}/{id}/cancel", REQUEST, pages::steps::cancel)
        .post("/referrals/{elder}/{id}/follow-up", REQUEST, pages::steps::follow_up)
}
