//! Entitlements (待遇): what a disabled elder gets by the region's table `care_insurance_benefit`, with its clause.
//! For the insurance office that grants them, and for all who must know what an elder may have.
//!
//! | state | event | next |
//! |---|---|---|
//! | none | grant | granted |
//! | granted | end | ended |
//! | granted | expire | expired |
//!
//! | route | permission |
//! |---|---|
//! | `GET /ltci/entitlements`, `GET /ltci/entitlements/pending`, `GET /ltci/entitlements/{elder}/{id}` | ltci.read |
//! | `POST /ltci/entitlements/grant`, `…/grant-all`, `…/{elder}/{id}/assign`, `…/{elder}/{id}/end` | ltci.entitle |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;

use super::{ENTITLE, READ};
pub use model::{EndReason, Entitlement, Setting};
use web::Routes;

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        // Where the capability is looked for by its name: the road through it begins here.
        .get("/ltci", READ, pages::list)
        .get("/ltci/entitlements", READ, pages::list)
        .get("/ltci/entitlements/pending", READ, pages::pending)
        .post("/ltci/entitlements/grant", ENTITLE, pages::grant)
        .post("/ltci/entitlements/grant-all", ENTITLE, pages::grant_all)
        .get("/ltci/entitlements/{elder}/{id}", READ, pages::show)
        .post("/ltci/entitlements/{elder}/{id}/assign", ENTITLE, pages::assign)
        .post("/ltci/entitlements/{elder}/{id}/end", ENTITLE, pages::end)
}
