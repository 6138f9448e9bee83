//! Family-doctor contracts (家庭医生签约, clause NT-2.1.1): consent, contract, what was promised, and whether it was done.
//!
//! For family doctors, clerks and supervisors. Who comes first, what a package promises, how often, who pays, for how long: all
//! of it is asked of the policy library. What was signed and what was done stand side by side (签而不约).
//!
//! | state | event | next |
//! |---|---|---|
//! | draft | sign | signed |
//! | draft | withdraw | withdrawn |
//! | signed | end | ended |
//! | signed | expire | expired |
//!
//! A consent begins as `draft`; a refusal is `declined` and stays so, so that nobody asks each week.
//!
//! | reason | against |
//! |---|---|
//! | FD-01 | younger than the documents' age |
//! | FD-02 | another contract in the same time |
//! | FD-03 | dead or moved away |
//! | FD-04 | no consent, or consent after the signing |
//! | FD-05 | doctor of another institution, no doctor, without a certificate that holds |
//! | FD-06 | does not live here for good |
//! | FD-07 | not a community or township health centre |
//! | FD-08 | done for another institution than one's own |
//! | FD-09 | no document of the place provides contracts, or the package |
//! | FD-10 | no document sets the term |
//! | FD-11 | signed in the future |
//! | FD-12 | the check-up belongs to another time of the service |
//! | FD-13 | shown by a check-up, so taken back with it |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what a contract is, what is against one, when each service is due |
//! | [`fulfilment`] | how it stands with a promise, the figures, which check-up fulfils which promise |
//! | [`candidates`] | elders without a contract, those who come first at the front |
//! | [`store`] | the database; the steps in `store/steps.rs`, lists and figures in `store/lists.rs` |
//! | [`jobs`] | what the night does |
//!
//! | route | permission |
//! |---|---|
//! | `GET /contracts`, `/contracts/candidates`, `/contracts/fulfilment`, `/contracts/{elder}/{id}`, `…/print` | contracts.read |
//! | `GET /contracts/new`, `POST /contracts`, `…/sign`, `…/withdraw`, `…/end` | contracts.sign |
//! | `…/promises/{promise}`, `…/promises/{promise}/reopen` | contracts.fulfil |

pub mod candidates;
pub mod fulfilment;
pub mod jobs;
pub mod model;
#[cfg(test)]
mod model_tests;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Consent, ConsentBy, ConsentHow, Contract, Key, Package, State, TRANSITIONS};
pub use store::steps::follow;
pub use store::steps::{NewConsent, Signing};
pub use store::{consent, end, examine, expire, fulfil, match_checkups, sign};
pub use views::{card, open, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees contracts.
pub const READ: Permission = Permission("contracts.read");
/// Records consent, signs, ends.
pub const SIGN: Permission = Permission("contracts.sign");
/// Records that a promised service was done.
pub const FULFIL: Permission = Permission("contracts.fulfil");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "签约", title: "家庭医生签约", href: "/contracts", permission: READ, order: 300 },
    Nav { group: "签约", title: "待签约老年人", href: "/contracts/candidates", permission: SIGN, order: 310 },
    Nav { group: "签约", title: "履约情况", href: "/contracts/fulfilment", permission: READ, order: 320 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/contracts", READ, pages::list::list)
        .post("/contracts", SIGN, pages::consent::create)
        .get("/contracts/new", SIGN, pages::consent::blank)
        .get("/contracts/candidates", READ, pages::list::candidates)
        .get("/contracts/fulfilment", READ, pages::figures::show)
        .get("/contracts/{elder}/{id}", READ, pages::case::show)
        .get("/contracts/{elder}/{id}/print", READ, pages::print::show)
        .post("/contracts/{elder}/{id}/sign", SIGN, pages::case::sign)
        .post("/contracts/{elder}/{id}/withdraw", SIGN, pages::case::withdraw)
        .post("/contracts/{elder}/{id}/end", SIGN, pages::case::end)
        .get("/contracts/{elder}/{id}/promises/{promise}", FULFIL, pages::promise::form)
        .post("/contracts/{elder}/{id}/promises/{promise}", FULFIL, pages::promise::save)
        .post("/contracts/{elder}/{id}/promises/{promise}/reopen", FULFIL, pages::promise::reopen)
}
