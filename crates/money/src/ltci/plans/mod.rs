//! Care plans (照护计划): which items, how often in a week, by whom; and how they become the visits of a month.
//! For nursing stations that serve at home, and for the insurance office that looks on.
//!
//! | state | event | next |
//! |---|---|---|
//! | none | make | running |
//! | running | end | ended |
//!
//! | route | permission |
//! |---|---|
//! | `GET /ltci/plans`, `GET /ltci/plans/{elder}/{id}` | ltci.read |
//! | `GET /ltci/plans/new`, `POST /ltci/plans`, `POST /ltci/plans/schedule`, `POST /ltci/plans/{elder}/{id}/end` | ltci.plan |

pub mod model;
mod month;
mod pages;
pub mod schedule;
pub mod store;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod visit_tests;

use super::{PLAN, READ};
pub use model::{NewPlan, Plan, Service};
pub use month::{Scheduled, schedule_month};
pub use store::create;
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/ltci/plans", READ, pages::list)
        .post("/ltci/plans", PLAN, pages::create)
        .get("/ltci/plans/new", PLAN, pages::new)
        .post("/ltci/plans/schedule", PLAN, pages::schedule)
        .get("/ltci/plans/{elder}/{id}", READ, pages::show)
        .post("/ltci/plans/{elder}/{id}/end", PLAN, pages::end)
}
