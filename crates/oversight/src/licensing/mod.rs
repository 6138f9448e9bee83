//! Opening a rehabilitation hospital, nursing home, hospice centre, nursing station, inner medical unit or other combined institution
//! (设立审批；clauses NT-2.4.1, WF-4.3, WF-4.8, SH-1.1b, SH-2.1.1, JX-2): what is not forbidden may enter.
//!
//! For institutions, for the counter that writes an application down for somebody not in the register yet, and for whoever decides. The
//! conditions are published (`licensing_route`, `licensing_shortfall`) and nothing else counts: a refusal names the condition that is not
//! met and why. What needs only filing (备案) has one step. Time is counted in working days, and each step keeps how long it took.
//!
//! | state | event | next |
//! |---|---|---|
//! | draft | edit | draft |
//! | draft | submit | submitted |
//! | draft | withdraw | withdrawn |
//! | submitted | return | returned |
//! | submitted | accept | accepted |
//! | submitted | lapse | accepted |
//! | submitted | file | filed |
//! | submitted | withdraw | withdrawn |
//! | returned | edit | returned |
//! | returned | submit | submitted |
//! | returned | withdraw | withdrawn |
//! | accepted | extend | accepted |
//! | accepted | approve | approved |
//! | accepted | refuse | refused |
//! | accepted | withdraw | withdrawn |
//!
//! | reason | against |
//! |---|---|
//! | LI-01 | sent back for completion oftener than published |
//! | LI-02 | refused, or sent back, without a published condition |
//! | LI-03 | refused for a condition that is not published for this kind |
//! | LI-04 | done for another applicant than one's own institution |
//! | LI-05 | an inner unit of what is no home in the register |
//! | LI-06 | approved or filed although a published condition is not met |
//! | LI-07 | extended twice, or where nothing can be extended |
//! | LI-08 | accepted where filing is enough, or filed where approval is needed |
//! | LI-09 | decided by the applicant |
//! | LI-10 | no document says how this is opened here |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an application is |
//! | [`rules`] | path, conditions and limits as the documents have them; what is against a step; working days |
//! | [`store`] | the database; the steps in `store/steps.rs` |
//! | [`jobs`] | what the night does: an application that nobody answered in time counts as accepted |
//!
//! | route | permission |
//! |---|---|
//! | `GET /licensing`, `/licensing/conditions`, `/licensing/{id}`, `…/print` | licensing.read |
//! | `GET /licensing/new`, `/licensing/{id}/edit`, `POST /licensing`, `/licensing/{id}`, `…/submit`, `…/withdraw` | licensing.apply |
//! | `POST /licensing/{id}/accept`, `…/return`, `…/file`, `…/extend`, `…/approve`, `…/refuse` | licensing.decide |

pub mod jobs;
pub mod model;
mod pages;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Application, NewApplication, State, TRANSITIONS, Unit};
pub use views::work;
use web::{Nav, Permission, Routes};

/// Sees applications and the published conditions.
pub const READ: Permission = Permission("licensing.read");
/// Applies, for one's own institution or at the counter.
pub const APPLY: Permission = Permission("licensing.apply");
/// Accepts, sends back, decides.
pub const DECIDE: Permission = Permission("licensing.decide");

/// The menu entries.
pub const NAV: &[Nav] =
    &[Nav { group: "监管", title: "设立审批", href: "/licensing", permission: READ, order: 606 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/licensing", READ, pages::list::show)
        .post("/licensing", APPLY, pages::form::create)
        .get("/licensing/conditions", READ, pages::conditions::show)
        .get("/licensing/new", APPLY, pages::form::blank)
        .get("/licensing/{id}", READ, pages::case::show)
        .post("/licensing/{id}", APPLY, pages::form::save)
        .get("/licensing/{id}/edit", APPLY, pages::form::edit)
        .get("/licensing/{id}/print", READ, pages::print::show)
        .post("/licensing/{id}/submit", APPLY, pages::steps::submit)
        .post("/licensing/{id}/withdraw", APPLY, pages::steps::withdraw)
        .post("/licensing/{id}/accept", DECIDE, pages::steps::accept)
        .post("/licensing/{id}/return", DECIDE, pages::steps::send_back)
        .post("/licensing/{id}/file", DECIDE, pages::steps::file)
        .post("/licensing/{id}/extend", DECIDE, pages::steps::extend)
        .post("/licensing/{id}/approve", DECIDE, pages::steps::approve)
        .post("/licensing/{id}/refuse", DECIDE, pages::steps::refuse)
}
