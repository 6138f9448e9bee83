//! The day's planner (当日排班): who goes to whom when on one day, for whoever makes up an institution's day. A search in the
//! background makes a proposal; it is looked at, changed by hand with its cost and the rules it breaks, and accepted as a
//! whole or not at all. Somebody is absent at the last minute: the rest is planned anew, what is agreed stays.
//!
//! | state | event | next |
//! |---|---|---|
//! | solving | solve | open |
//! | solving | fail | failed |
//! | solving | discard | discarded |
//! | open | move | open |
//! | open | accept | accepted |
//! | open | discard | discarded |
//!
//! | file | holds |
//! |---|---|
//! | [`day`] | a day as it stands, and the question that it becomes for the search: pure |
//! | [`model`] | states, what was asked, what moved, what has changed meanwhile: pure |
//! | `words` | reasons and broken rules with names in them |
//! | [`road`] | travel times: the straight line, or a routing service in the county's network |
//! | [`jobs`] | the search |
//! | [`store`] | the day, working hours, proposals, accepting |
//!
//! Numbers of refusals: PLAN-11 … 14 what has changed since the proposal was made, 15 … 18 what it cannot be accepted for,
//! 21 … 23 of working hours; RT21 … 53 are the search's own. A number never changes its meaning.
//!
//! All routes need visits.plan.
//!
//! | route | what |
//! |---|---|
//! | `GET /visits/planner` | the day: visits, who is on duty, proposals |
//! | `POST /visits/planner` | asks for a proposal |
//! | `GET /visits/planner/hours`, `POST /visits/planner/hours` | working hours and skills |
//! | `POST /visits/planner/absence`, `POST /visits/planner/return` | absent on a day, and back |
//! | `GET /visits/planner/{id}` | a proposal: board, costs, who is left out, map |
//! | `GET /visits/planner/{id}/calls` | whom to telephone |
//! | `POST /visits/planner/{id}/price` | what a move by hand costs and breaks |
//! | `POST /visits/planner/{id}/move`, `…/accept`, `…/discard` | moves, accepts, discards |
//! | `POST /visits/{elder}/{id}/agree`, `POST /visits/{elder}/{id}/refuse` | the time is agreed; a carer is not wanted |

pub mod day;
pub mod jobs;
pub mod model;
pub(super) mod pages;
pub mod road;
pub mod store;
#[cfg(test)]
mod tests;
mod words;

use super::PLAN;
use web::{Nav, Routes};

/// The menu entry.
pub(super) const NAV: Nav =
    Nav { group: "上门服务", title: "当日排班", href: "/visits/planner", permission: PLAN, order: 386 };

/// The routes; [`super::routes`] takes them in.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/visits/planner", PLAN, pages::start::show)
        .post("/visits/planner", PLAN, pages::start::ask)
        .get("/visits/planner/hours", PLAN, pages::hours::show)
        .post("/visits/planner/hours", PLAN, pages::hours::save)
        .post("/visits/planner/absence", PLAN, pages::hours::absence)
        .post("/visits/planner/return", PLAN, pages::hours::back)
        .get("/visits/planner/{id}", PLAN, pages::proposal::show)
        .get("/visits/planner/{id}/calls", PLAN, pages::calls::show)
        .post("/visits/planner/{id}/price", PLAN, pages::steps::price)
        .post("/visits/planner/{id}/move", PLAN, pages::steps::shift)
        .post("/visits/planner/{id}/accept", PLAN, pages::steps::accept)
        .post("/visits/planner/{id}/discard", PLAN, pages::steps::discard)
        .post("/visits/{elder}/{id}/agree", PLAN, pages::steps::agree)
        .post("/visits/{elder}/{id}/refuse", PLAN, pages::steps::refuse)
}
