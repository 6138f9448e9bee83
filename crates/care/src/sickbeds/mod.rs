//! Home sickbeds (家庭病床, clauses NT-2.1.2, JX-1, SH-2.1.2, WF-4.4): application, decision by the admission criteria, consent,
//! opening, plan, rounds, escalation, extension, closing, and the account of fees.
//!
//! For doctors and nurses of health centres and hospitals; clerks and supervisors look. Criteria, limits, intervals and prices
//! are asked of the policy library. A home sickbed and a stay in hospital exclude each other: none is opened during a stay, and
//! admission closes an open one at once ([`follow`], by the table of [`crate::episodes::ending`]).
//!
//! | state | event | next |
//! |---|---|---|
//! | applied | accept | accepted |
//! | applied | refuse | refused |
//! | applied | withdraw | withdrawn |
//! | accepted | consent | agreed |
//! | accepted | withdraw | withdrawn |
//! | agreed | open | open |
//! | agreed | withdraw | withdrawn |
//! | open | extend | open |
//! | open | close | closed |
//!
//! A round is a duty with a day by which it is made; the appointment of it is a visit ([`crate::visits`]) that comes from the bed,
//! shown on its page and cancelled when it closes or the round was written down otherwise. It is made by itself some days before
//! ([`jobs`]), by the responsible doctor, as soon as they are free on the last day; the day's planner may move it.
//!
//! | reason | against |
//! |---|---|
//! | SB-01 | dead or moved away |
//! | SB-02 | another sickbed is open or applied for |
//! | SB-03 | in hospital on that day |
//! | SB-04 | the institution is no hospital, health centre or nursing home |
//! | SB-05 | done for another institution than one's own |
//! | SB-06 | no document of the place sets the criteria, the limit or the price |
//! | SB-07 | an admission criterion is not met |
//! | SB-08 | opened before the consent |
//! | SB-09 | doctor or nurse of another institution, of another post, or with a certificate that ended |
//! | SB-10 | opened too often this year |
//! | SB-11 | more days than a year allows |
//! | SB-12 | extended too often, or for longer than a cycle |
//! | SB-13 | the day lies outside the time of the bed |
//! | SB-14 | funded by a contract or an entitlement that does not hold on the day |
//! | SB-15 | a counter-entry has been met, or is itself one |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a sickbed is, and every decision about one |
//! | [`rounds`] | what a round finds and does; vital signs that can be |
//! | [`fees`] | what a line costs and who pays it |
//! | [`store`] | the database; the steps in `store/steps.rs`, those of an open bed in `store/running.rs` |
//!
//! | route | permission |
//! |---|---|
//! | `GET /sickbeds`, `/sickbeds/{elder}/{id}`, `…/consent-form`, `…/summary`, `…/account` | sickbeds.read |
//! | `GET /sickbeds/new`, `POST /sickbeds`, `…/withdraw` | sickbeds.apply |
//! | `POST …/decide`, `…/consent`, `…/open`, `…/extend`, `…/close` | sickbeds.manage |
//! | `POST …/items`, `…/items/{item}/end`, `…/rounds`, `…/escalate`, `…/fees`, `…/fees/{fee}/reverse` | sickbeds.care |

pub mod fees;
pub mod jobs;
pub mod model;
#[cfg(test)]
mod model_tests;
mod pages;
pub mod rounds;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Key, Sickbed, State, TRANSITIONS};
pub use store::following::{follow, open};
pub use views::{beside, card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees home sickbeds.
pub const READ: Permission = Permission("sickbeds.read");
/// Applies for one.
pub const APPLY: Permission = Permission("sickbeds.apply");
/// Decides, opens, extends and closes.
pub const MANAGE: Permission = Permission("sickbeds.manage");
/// Plans, makes rounds, writes fees.
pub const CARE: Permission = Permission("sickbeds.care");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "家庭病床", href: "/sickbeds", permission: READ, order: 320 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/sickbeds", READ, pages::list::list)
        .post("/sickbeds", APPLY, pages::apply::create)
        .get("/sickbeds/new", APPLY, pages::apply::blank)
        .get("/sickbeds/{elder}/{id}", READ, pages::case::show)
        .get("/sickbeds/{elder}/{id}/consent-form", READ, pages::print::consent)
        .get("/sickbeds/{elder}/{id}/summary", READ, pages::print::summary)
        .get("/sickbeds/{elder}/{id}/account", READ, pages::print::account)
        .post("/sickbeds/{elder}/{id}/withdraw", APPLY, pages::steps::withdraw)
        .post("/sickbeds/{elder}/{id}/decide", MANAGE, pages::steps::decide)
        .post("/sickbeds/{elder}/{id}/consent", MANAGE, pages::steps::consent)
        .post("/sickbeds/{elder}/{id}/open", MANAGE, pages::steps::open)
        .post("/sickbeds/{elder}/{id}/extend", MANAGE, pages::steps::extend)
        .post("/sickbeds/{elder}/{id}/close", MANAGE, pages::steps::close)
        .post("/sickbeds/{elder}/{id}/items", CARE, pages::running::add_item)
        .post("/sickbeds/{elder}/{id}/items/{item}/end", CARE, pages::running::end_item)
        .post("/sickbeds/{elder}/{id}/rounds", CARE, pages::running::round)
        .post("/sickbeds/{elder}/{id}/escalate", CARE, pages::running::escalate)
        .post("/sickbeds/{elder}/{id}/fees", CARE, pages::running::fee)
        .post("/sickbeds/{elder}/{id}/fees/{fee}/reverse", CARE, pages::running::reverse)
}
