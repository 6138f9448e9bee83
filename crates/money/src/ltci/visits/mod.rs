//! Visits (上门服务): planned, checked in (签到) and out (签退) by the carer with time and place, or entered late with a reason.
//! For carers on a telephone, for the station that looks after them, and for the insurance office.
//!
//! | state | event | next |
//! |---|---|---|
//! | planned | check_in | checked_in |
//! | planned | enter_late | done |
//! | planned | reassign | planned |
//! | planned | cancel | cancelled |
//! | planned | miss | missed |
//! | checked_in | check_out | done |
//! | checked_in | enter_late | done |
//! | missed | enter_late | done |
//! | done | amend | done |
//!
//! Nothing of a visit changes once its month is settled; what is wrong then is corrected by a counter-entry.
//!
//! | route | permission |
//! |---|---|
//! | `GET /ltci/visits`, `GET /ltci/visits/{elder}/{id}` | ltci.read |
//! | `GET /ltci/visits/mine`, `POST /ltci/visits/{elder}/{id}/check-in`, `…/check-out`, `…/late`, `…/call-off` | ltci.visit |
//! | `POST /ltci/visits/{elder}/{id}/reassign` | ltci.plan |

pub mod model;
mod month;
pub(in crate::ltci) mod pages;
pub mod store;
#[cfg(test)]
mod tests;

use super::{PLAN, READ, VISIT};
pub use month::{Scheduled, schedule_month};
pub use store::{LateEntry, check_in, check_out, enter_late};
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/ltci/visits", READ, pages::list)
        .get("/ltci/visits/mine", VISIT, pages::mine)
        .get("/ltci/visits/{elder}/{id}", READ, pages::show)
        .post("/ltci/visits/{elder}/{id}/check-in", VISIT, pages::check_in)
        .post("/ltci/visits/{elder}/{id}/check-out", VISIT, pages::check_out)
        .post("/ltci/visits/{elder}/{id}/late", VISIT, pages::late)
        .post("/ltci/visits/{elder}/{id}/call-off", VISIT, pages::call_off)
        .post("/ltci/visits/{elder}/{id}/reassign", PLAN, pages::reassign)
}
