//! The monthly settlement (月度结算) of a county: every visit is priced, checked and capped, approved or refused with
//! numbered reasons; then the month is frozen and paid. For the insurance office, and for the stations that are paid.
//!
//! | state | event | next |
//! |---|---|---|
//! | none | check | draft |
//! | draft | check | draft |
//! | draft | settle | settled |
//! | settled | pay | paid |
//!
//! [`settle`] is pure: inputs in, lines and sums out, the same whatever the order. `inputs` reads all that it looks at,
//! [`store`] writes lines, sums and fingerprint in one transaction.
//!
//! | route | permission |
//! |---|---|
//! | `GET /ltci/settlements`, `…/of/{county}/{month}`, `…/{id}`, `…/{id}/lines`, `…/{id}/sheet`, `…/{id}/xlsx` | ltci.read |
//! | `POST /ltci/settlements/check`, `…/settle`, `…/{id}/pay` | ltci.settle |

pub mod capital;
pub mod digest;
mod inputs;
pub mod jobs;
pub mod lines;
pub mod model;
mod pages;
pub mod reason;
mod settle;
mod sheet;
pub mod store;

#[cfg(test)]
mod merge_tests;
#[cfg(test)]
mod settle_tests;
#[cfg(test)]
mod tests;

use super::{READ, SETTLE};
pub use settle::{settle, too_short};
pub use store::{Step, settle_county, settle_month, verify};
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/ltci/settlements", READ, pages::list)
        .post("/ltci/settlements/check", SETTLE, pages::check)
        .post("/ltci/settlements/settle", SETTLE, pages::settle)
        .get("/ltci/settlements/of/{county}/{month}", READ, pages::of_month)
        .get("/ltci/settlements/{id}", READ, pages::show)
        .get("/ltci/settlements/{id}/lines", READ, pages::lines)
        .get("/ltci/settlements/{id}/sheet", READ, sheet::page)
        .get("/ltci/settlements/{id}/xlsx", READ, sheet::workbook)
        .post("/ltci/settlements/{id}/pay", SETTLE, pages::pay)
}
