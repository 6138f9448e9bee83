//! Corrections (更正) of what is settled: never by editing, always by a counter-entry and a new entry in the next settlement.
//! For the insurance office.
//!
//! | state | event | next |
//! |---|---|---|
//! | none | propose | open |
//! | open | settle | settled |
//! | open | withdraw | withdrawn |
//!
//! | route | permission |
//! |---|---|
//! | `GET /ltci/corrections` | ltci.read |
//! | `POST /ltci/corrections/{elder}/{visit}`, `POST /ltci/corrections/{elder}/{id}/withdraw` | ltci.correct |

pub mod model;
pub(in crate::ltci) mod pages;
pub mod store;
#[cfg(test)]
mod tests;

use super::{CORRECT, READ};
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/ltci/corrections", READ, pages::list)
        .post("/ltci/corrections/{elder}/{id}", CORRECT, pages::propose)
        .post("/ltci/corrections/{elder}/{id}/withdraw", CORRECT, pages::withdraw)
}
