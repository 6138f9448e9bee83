//! Hospice care (安宁疗护, clauses JX-3 and NT-2.4.3): hospital, primary care and family share one plan for symptoms and comfort.
//!
//! A hospital or a health centre applies, with the physician's judgement and the consent; the table `hospice_admission` says
//! whether the criteria hold; the centre admits. Each change of the plan is a version that each of the three says to have read.
//! Rounds score symptoms from 0 to 10 by the pain scale; from a level that the documents set the answer must be written down.
//! After a death the family is followed up twice.
//!
//! | state | event | next |
//! |---|---|---|
//! | applied | admit | active |
//! | applied | refuse | refused |
//! | applied | withdraw | withdrawn |
//! | active | end | ended |
//! | active | die | bereaved |
//! | bereaved | close | closed |
//!
//! | reason | against |
//! |---|---|
//! | HO-01 | dead or moved away |
//! | HO-02 | another application or care that runs |
//! | HO-03 | the criteria do not hold, or cannot be decided |
//! | HO-04 | consent later than the application, or none |
//! | HO-05 | done for an institution other than one's own |
//! | HO-06 | admitted without a physician's name |
//! | HO-07 | a symptom that must be answered without an answer |
//! | HO-08 | no plan to be read yet |
//! | HO-09 | the bereaved have not been followed up yet |
//! | HO-10 | no document sets the days or levels of rounds |
//!
//! | route | permission |
//! |---|---|
//! | `GET /hospice`, `/hospice/{elder}/{id}`, `…/print` | hospice.read |
//! | `GET /hospice/new`, `POST /hospice`, `…/admit`, `…/refuse`, `…/withdraw`, `…/plan`, `…/end`, `…/close` | hospice.write |
//! | `…/round`, `…/seen`, `…/followup` | hospice.round |

pub mod jobs;
pub mod model;
mod pages;
pub mod steps;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Key, State, TRANSITIONS};
pub use steps::follow;
pub use views::{card, open, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees hospice care.
pub const READ: Permission = Permission("hospice.read");
/// Applies, admits, plans, ends.
pub const WRITE: Permission = Permission("hospice.write");
/// Makes rounds, notes who has read a plan, follows up the bereaved.
pub const ROUND: Permission = Permission("hospice.round");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "安宁疗护", href: "/hospice", permission: READ, order: 370 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/hospice", READ, pages::list)
        .post("/hospice", WRITE, pages::apply::create)
        .get("/hospice/new", WRITE, pages::apply::blank)
        .get("/hospice/{elder}/{id}", READ, pages::case::show)
        .get("/hospice/{elder}/{id}/print", READ, pages::print::show)
        .post("/hospice/{elder}/{id}/admit", WRITE, pages::case::admit)
        .post("/hospice/{elder}/{id}/refuse", WRITE, pages::case::refuse)
        .post("/hospice/{elder}/{id}/withdraw", WRITE, pages::case::withdraw)
        .post("/hospice/{elder}/{id}/end", WRITE, pages::case::end)
        .post("/hospice/{elder}/{id}/close", WRITE, pages::case::close)
        .get("/hospice/{elder}/{id}/plan", WRITE, pages::plan::form)
        .post("/hospice/{elder}/{id}/plan", WRITE, pages::plan::save)
        .post("/hospice/{elder}/{id}/seen", ROUND, pages::plan::seen)
        .get("/hospice/{elder}/{id}/round", ROUND, pages::round::form)
        .post("/hospice/{elder}/{id}/round", ROUND, pages::round::save)
        .post("/hospice/{elder}/{id}/followup", ROUND, pages::case::followup)
}
