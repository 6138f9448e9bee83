//! The 24-hour emergency call centre (呼救, clauses WF-4.5c, NT-2.2.2, NT-3.5b): from an alarm, a telephone call or a word to an
//! operator until somebody was there, 120 has taken over, or it is settled.
//!
//! For operators at a live board, for those whom they send, and for the county that sees how fast it was. A case carries the elder's
//! card: who, where, what must not be overlooked, the key box, whom to call. Every step is an event that is written once. Two
//! operators at once: the first has it, the second is told who. Drills are marked wherever they are shown and are in no figure.
//!
//! | state | event | next |
//! |---|---|---|
//! | answered | dispatch | dispatched |
//! | answered | hand_over | handed_over |
//! | answered | close | closed |
//! | dispatched | confirm | confirmed |
//! | dispatched | set_out | on_the_way |
//! | dispatched | arrive | arrived |
//! | dispatched | decline | answered |
//! | dispatched | recall | answered |
//! | dispatched | hand_over | handed_over |
//! | confirmed | set_out | on_the_way |
//! | confirmed | arrive | arrived |
//! | confirmed | decline | answered |
//! | confirmed | recall | answered |
//! | confirmed | hand_over | handed_over |
//! | on_the_way | arrive | arrived |
//! | on_the_way | decline | answered |
//! | on_the_way | recall | answered |
//! | on_the_way | hand_over | handed_over |
//! | arrived | hand_over | handed_over |
//! | arrived | close | closed |
//! | handed_over | close | closed |
//!
//! | reason | against |
//! |---|---|
//! | EM-01 | taken by another operator already |
//! | EM-02 | dead or moved away |
//! | EM-03 | a step that the state does not allow |
//! | EM-04 | sending somebody who is not on duty |
//! | EM-05 | sending somebody, or ending their duty, while they have another case |
//! | EM-06 | closing without saying what was done, or as gone to hospital without 120 or a green channel |
//! | EM-07 | closing while somebody is on the way |
//! | EM-08 | a drill that would reach a real hospital |
//! | EM-09 | no green channel is agreed with this hospital |
//! | EM-10 | a second green channel of one case |
//! | EM-11 | handing the shift over to oneself |
//! | EM-12 | acknowledged by another than the successor |
//! | EM-13 | on duty then already |
//! | EM-14 | a call that is done with |
//! | EM-15 | a drill that ends as real, or the reverse |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a case is, who comes first of those on duty |
//! | [`phone`], [`exchange`] | numbers and calls as an exchange tells of them; whose exchange it is |
//! | [`measure`] | how fast it was |
//! | [`feed`] | the live board: one drawing for each scope and change |
//! | [`store`] | the database; the steps in `store/steps.rs`, the elder's card in `store/card.rs` |
//!
//! | route | permission |
//! |---|---|
//! | `GET /emergencies`, `/emergencies/board`, `…/board/events`, `…/screen`, `…/figures`, `…/figures/xlsx`, `…/duties`, `…/shifts`, `…/shifts/{id}`, `…/calls`, `…/calls/{id}`, `/emergencies/{elder}/{id}` | emergencies.read |
//! | `GET /emergencies/new`, `POST /emergencies`, `…/take/{elder}/{alarm}`, the steps of a case, of a call and of a shift | emergencies.act |
//! | `POST /emergencies/duties`, `…/duties/{id}/end` | emergencies.manage |
//! | `POST /emergencies/calls` | public: an exchange proves itself by its key |

pub mod exchange;
pub mod feed;
pub mod jobs;
pub mod measure;
pub mod model;
mod pages;
pub mod phone;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use exchange::Exchanges;
pub use feed::Boards;
pub use model::{Key, TRANSITIONS};
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees board, cases and figures.
pub const READ: Permission = Permission("emergencies.read");
/// Takes calls and alarms, sends, closes, hands over.
pub const ACT: Permission = Permission("emergencies.act");
/// Keeps the duty list.
pub const MANAGE: Permission = Permission("emergencies.manage");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "监测与呼救", title: "值班台", href: "/emergencies/board", permission: READ, order: 341 },
    Nav { group: "监测与呼救", title: "呼救事件", href: "/emergencies", permission: READ, order: 342 },
    Nav { group: "监测与呼救", title: "登记呼救", href: "/emergencies/new", permission: ACT, order: 343 },
    Nav { group: "监测与呼救", title: "来电", href: "/emergencies/calls", permission: READ, order: 344 },
    Nav { group: "监测与呼救", title: "值守表", href: "/emergencies/duties", permission: READ, order: 345 },
    Nav { group: "监测与呼救", title: "交接班", href: "/emergencies/shifts", permission: READ, order: 346 },
    Nav { group: "监测与呼救", title: "响应时效", href: "/emergencies/figures", permission: READ, order: 347 },
    Nav { group: "监测与呼救", title: "大屏", href: "/emergencies/screen", permission: READ, order: 348 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    let steps = Routes::new()
        .post("/emergencies/{elder}/{id}/dispatch", ACT, pages::steps::dispatch)
        .post("/emergencies/{elder}/{id}/respond", ACT, pages::steps::respond)
        .post("/emergencies/{elder}/{id}/take-over", ACT, pages::steps::take_over)
        .post("/emergencies/{elder}/{id}/ambulance", ACT, pages::steps::ambulance)
        .post("/emergencies/{elder}/{id}/contact", ACT, pages::steps::contact)
        .post("/emergencies/{elder}/{id}/note", ACT, pages::steps::note)
        .post("/emergencies/{elder}/{id}/green", ACT, pages::steps::green)
        .post("/emergencies/{elder}/{id}/hand-over", ACT, pages::steps::hand_over)
        .post("/emergencies/{elder}/{id}/close", ACT, pages::steps::close);
    Routes::new()
        .get("/emergencies", READ, pages::list::list)
        .post("/emergencies", ACT, pages::hand::create)
        .get("/emergencies/new", ACT, pages::hand::form)
        .get("/emergencies/board", READ, pages::board::show)
        .get("/emergencies/board/events", READ, feed::events)
        .get("/emergencies/screen", READ, pages::screen::show)
        .get("/emergencies/figures", READ, pages::figures::show)
        .get("/emergencies/figures/xlsx", READ, pages::figures::workbook)
        .post("/emergencies/take/{elder}/{alarm}", ACT, pages::steps::take)
        .public_post("/emergencies/calls", pages::exchange::hear)
        .get("/emergencies/calls", READ, pages::calls::list)
        .get("/emergencies/calls/{id}", READ, pages::calls::show)
        .post("/emergencies/calls/{id}/answer", ACT, pages::calls::answer)
        .post("/emergencies/calls/{id}/elder", ACT, pages::calls::give)
        .post("/emergencies/calls/{id}/dismiss", ACT, pages::calls::dismiss)
        .post("/emergencies/phones/{elder}/{id}/forget", ACT, pages::calls::forget)
        .get("/emergencies/duties", READ, pages::duties::list)
        .post("/emergencies/duties", MANAGE, pages::duties::add)
        .post("/emergencies/duties/{id}/end", MANAGE, pages::duties::end)
        .get("/emergencies/shifts", READ, pages::shifts::list)
        .post("/emergencies/shifts", ACT, pages::shifts::give)
        .get("/emergencies/shifts/{id}", READ, pages::shifts::read)
        .post("/emergencies/shifts/{id}/acknowledge", ACT, pages::shifts::acknowledge)
        .get("/emergencies/{elder}/{id}", READ, pages::case::open)
        .merge(steps)
}
