//! One register of consents (知情同意, clauses NT-2.1.2, NT-2.4.3, WF-4.2, JX-3): what an elder, the family or a guardian agreed to, for
//! which purpose, from when until when, how; and what was withdrawn, with its effect in words.
//!
//! For elders and families (on their own page), for the staff who take consents on paper, and for those whom a withdrawal
//! concerns: it becomes their work. The capabilities that ask for a consent write it here ([`store::record`]); a withdrawal
//! ends what rests on it at once ([`effect`]); what was done until then stays.
//!
//! | state | event | next |
//! |---|---|---|
//! | given | withdraw | withdrawn |
//! | withdrawn | handle | handled |
//!
//! | reason | against |
//! |---|---|
//! | CO-01 | withdrawing without a name, or for somebody else without saying what they are to the elder |
//! | CO-02 | withdrawing what nothing rests on any more |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a consent is, the words of its withdrawal |
//! | [`store`] | the database |
//! | [`effect`] | what a withdrawal ends, each by its own capability |
//! | [`steps`] | withdrawing, handling |
//! | [`jobs`] | consents that were taken before there was a register |
//!
//! | route | permission |
//! |---|---|
//! | `GET /consents`, `/consents/{elder}` | consents.read |
//! | `POST /consents/{elder}/platform`, `/consents/{elder}/{id}/withdraw`, `…/handle` | consents.write |

pub mod effect;
pub mod jobs;
pub mod model;
mod pages;
pub mod steps;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Consent, How, NewConsent, Role, Scope, State, TRANSITIONS, Withdrawal};
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees the register.
pub const READ: Permission = Permission("consents.read");
/// Writes down withdrawals, and what was done about them.
pub const WRITE: Permission = Permission("consents.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "健康服务", title: "知情同意", href: "/consents", permission: READ, order: 375 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/consents", READ, pages::list)
        .get("/consents/{elder}", READ, pages::register)
        .post("/consents/{elder}/platform", WRITE, pages::platform)
        .post("/consents/{elder}/{id}/withdraw", WRITE, pages::withdraw)
        .post("/consents/{elder}/{id}/handle", WRITE, pages::handle)
}
