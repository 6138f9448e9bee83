//! Visits (上门服务): somebody comes to an elder's home, for whatever reason: by a plan of the care insurance, as the round of
//! a home sickbed, for a contract, for nursing that is asked for, so that a family can rest. Planned, checked in (签到) and
//! out (签退) by whoever comes with time and place, or entered late with a reason. For carers on a telephone, for the
//! station that looks after them, and for whoever pays.
//!
//! | state | event | next |
//! |---|---|---|
//! | planned | check_in | checked_in |
//! | planned | enter_late | done |
//! | planned | reassign | planned |
//! | planned | join | planned |
//! | planned | cancel | cancelled |
//! | planned | miss | missed |
//! | checked_in | check_out | done |
//! | checked_in | join | checked_in |
//! | checked_in | enter_late | done |
//! | missed | enter_late | done |
//! | done | amend | done |
//! | cancelled | resume | planned |
//!
//! `join` is the second one of two; `resume` takes up again what rested during a stay in hospital. Nothing of a visit changes once its month is locked ([`store::lock`]) by whoever settles
//! it. A capability to the right that pays for a kind of visit shows its own part on the page of a visit through
//! [`Neighbours`]; one to the left or right plans visits through [`store::plan`] with the id of what they come from.
//!
//! A telephone without a signal keeps the day ([`offline`]): each event has an id made there, so that what is sent twice
//! counts once, the telephone's own time, and what the server's clock was ahead of it. What a rule speaks against is told
//! to the person and kept, with what they noted.
//!
//! The day's planner is a part of its own: [`planner`].
//!
//! Numbers of refusals: VISITS-21 … 28 of planning, 51 … 74 of the steps, 72 and 73 of both. A number never changes its
//! meaning.
//!
//! | route | permission |
//! |---|---|
//! | `GET /visits`, `GET /visits/{elder}/{id}`, `…/files` | visits.read |
//! | `GET /visits/mine`, `GET /visits/day`, `GET /visits/day/data`, `GET /visits/worker.js`, `POST /visits/sync`, `POST /visits/{elder}/{id}/check-in`, `…/check-out`, `…/join`, `…/late`, `…/call-off`, `…/note`, `POST /visits/notes/{elder}/{id}/end` | visits.visit |
//! | `GET /visits/new`, `POST /visits`, `POST /visits/{elder}/{id}/reassign`, `GET /visits/reviews`, `GET` and `POST /visits/{elder}/{id}/review` | visits.plan |

pub mod catalogue;
pub mod charges;
mod following;
pub mod model;
pub mod offline;
#[cfg(test)]
mod offline_tests;
pub mod pages;
pub mod planner;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

use db::Tx;
pub use following::{follow, rest_in_hospital};
pub use store::{LateEntry, check_in, check_out, enter_late};
pub use views::{card, timeline, work};
use web::{Cx, Error, Markup, Nav, Permission, Routes, State};

/// Sees visits.
pub const READ: Permission = Permission("visits.read");
/// Plans visits, gives them to somebody else, looks again at what was entered late.
pub const PLAN: Permission = Permission("visits.plan");
/// Comes: checks in and out, enters late.
pub const VISIT: Permission = Permission("visits.visit");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "上门服务", title: "我的上门", href: "/visits/mine", permission: VISIT, order: 380 },
    Nav { group: "上门服务", title: "上门服务", href: "/visits", permission: READ, order: 385 },
    planner::NAV,
    Nav { group: "上门服务", title: "补录核查", href: "/visits/reviews", permission: PLAN, order: 388 },
];

/// What a capability that pays for a kind of visit shows on the page of one.
#[derive(Default)]
pub struct Beside {
    /// What the visit comes from: its name and where it is.
    pub source: Option<(&'static str, String)>,
    /// What it has to say.
    pub cards: Markup,
    /// What can be done there.
    pub forms: Markup,
}

/// Reads what a capability shows beside a visit; nothing for a visit that is not its own.
pub type BesideOf = fn(&mut Tx<'_>, &Cx, &model::Visit) -> Result<Option<Beside>, Error>;

/// All that show something beside visits, put into the state at wiring time.
#[derive(Default)]
pub struct Neighbours(pub Vec<BesideOf>);

impl Neighbours {
    /// What stands beside a visit.
    fn of(state: &State, tx: &mut Tx<'_>, cx: &Cx, visit: &model::Visit) -> Result<Beside, Error> {
        let Some(all) = state.try_get::<Self>() else { return Ok(Beside::default()) };
        for of in &all.0 {
            if let Some(found) = of(tx, cx, visit)? {
                return Ok(found);
            }
        }
        Ok(Beside::default())
    }
}

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/visits", READ, pages::list::list)
        .post("/visits", PLAN, pages::plan::create)
        .get("/visits/mine", VISIT, pages::list::mine)
        .get("/visits/day", VISIT, pages::day::page)
        .get("/visits/day/data", VISIT, pages::day::data)
        .get("/visits/worker.js", VISIT, pages::day::worker)
        .post("/visits/sync", VISIT, pages::day::sync)
        .get("/visits/new", PLAN, pages::plan::new)
        .get("/visits/reviews", PLAN, pages::reviews::list)
        .post("/visits/notes/{elder}/{id}/end", VISIT, pages::steps::end_note)
        .get("/visits/{elder}/{id}", READ, pages::case::show)
        .get("/visits/{elder}/{id}/files", READ, pages::case::files)
        .post("/visits/{elder}/{id}/check-in", VISIT, pages::steps::check_in)
        .post("/visits/{elder}/{id}/check-out", VISIT, pages::steps::check_out)
        .post("/visits/{elder}/{id}/join", VISIT, pages::steps::join)
        .post("/visits/{elder}/{id}/late", VISIT, pages::steps::late)
        .post("/visits/{elder}/{id}/call-off", VISIT, pages::steps::call_off)
        .post("/visits/{elder}/{id}/note", VISIT, pages::steps::note)
        .post("/visits/{elder}/{id}/reassign", PLAN, pages::steps::reassign)
        .get("/visits/{elder}/{id}/review", PLAN, pages::reviews::form)
        .post("/visits/{elder}/{id}/review", PLAN, pages::reviews::decide)
        .merge(planner::routes())
}
