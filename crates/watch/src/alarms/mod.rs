//! Alarms (报警; clauses NT-2.2.2, NT-3.5b, WF-4.5c): raised by rules on what devices measure, one active alarm for each elder and
//! kind. Somebody takes it, or it goes up the ladder; it does not end before a person says how.
//!
//! Limits, ladder and times stand in `policies/national/vital-signs`; a clinician may set a person's own limits.
//!
//! | state | event | next |
//! |---|---|---|
//! | open | repeat | open |
//! | open | escalate | open |
//! | open | acknowledge | acknowledged |
//! | open | close | closed |
//! | acknowledged | repeat | acknowledged |
//! | acknowledged | worsen | open |
//! | acknowledged | assign | acknowledged |
//! | acknowledged | close | closed |
//!
//! | reason | against |
//! |---|---|
//! | AL-01 | somebody has taken it already |
//! | AL-02 | it is closed |
//! | AL-03 | an outcome that a person cannot choose |
//! | AL-04 | a dangerous one closed without a word |
//! | AL-05 | a drill closed as real, or the other way round |
//! | AL-06 | given to somebody before anybody took it |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an alarm is, what stands against a step |
//! | [`rules`] | from a measurement to an alarm |
//! | [`ladder`] | nights, in which nobody is woken for what can wait |
//! | [`watching`] | what no measurement tells: silence, no activity |
//! | [`store`] | the database |
//! | [`jobs`] | what time does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /alarms`, `/alarms/rules`, `/alarms/{elder}/{id}` | alarms.read |
//! | `POST /alarms/{elder}/{id}/acknowledge`, `…/assign`, `…/close` | alarms.act |

pub mod jobs;
pub mod ladder;
pub mod model;
mod pages;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
mod views;
pub mod watching;

pub use model::{Alarm, Key, Kind, Level, Outcome, State, TRANSITIONS};
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees alarms.
pub const READ: Permission = Permission("alarms.read");
/// Takes and ends them.
pub const ACT: Permission = Permission("alarms.act");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "监测与呼救", title: "报警", href: "/alarms", permission: READ, order: 340 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/alarms", READ, pages::list)
        .get("/alarms/rules", READ, pages::rules)
        .get("/alarms/{elder}/{id}", READ, pages::show)
        .post("/alarms/{elder}/{id}/acknowledge", ACT, pages::acknowledge)
        .post("/alarms/{elder}/{id}/assign", ACT, pages::assign)
        .post("/alarms/{elder}/{id}/close", ACT, pages::close)
}
