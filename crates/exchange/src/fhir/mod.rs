//! The exchange with health platforms by FHIR R4 (信息平台对接, clauses NT-3.5a, WF-4.5a): basic files, health records and stays in
//! hospital, out and in, by one standard, between partners that an administrator registers.
//!
//! A partner proves itself by its secret (a bearer token, kept as a keyed hash), reaches the elders of its area only, and of those
//! nothing that it has no right to, nor anybody who objects (`care::consents`). Each exchange is noted, and stands on the elder's file
//! as a look or an entry. What a partner sends is held against the standard element by element and counts once by its identifier.
//!
//! | state | event | next |
//! |---|---|---|
//! | active | revoke | revoked |
//!
//! | reason | against |
//! |---|---|
//! | FX-01 | no secret, or one that nobody has |
//! | FX-02 | a partner that was revoked, or is not in its days |
//! | FX-03 | something that the partner has no right to |
//! | FX-04 | too many requests, or too much in one |
//! | FX-05 | somebody who is not in the register of the partner's area |
//! | FX-06 | an elder who objects to the exchange |
//! | FX-07 | an identifier that stands for something of somebody else |
//! | FX-08 | a hospital that is not in the register |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | partners, what they may do |
//! | [`outcome`] | what is wrong, as an OperationOutcome |
//! | [`shape`] | the elements of each resource, held against the standard |
//! | [`inbound`] | what a resource of a partner means for the record |
//! | [`outbound`] | elders and stays as resources, what the interface says of itself |
//! | [`bundle`] | bundles: pages of a search, entries and their answers |
//! | [`store`] | the database |
//! | `api` | the interface under `/fhir/r4` |
//!
//! | route | permission |
//! |---|---|
//! | `GET /fhir`, `/fhir/partners/{id}` | fhir.read |
//! | `GET /fhir/partners/new`, `POST /fhir/partners`, `/fhir/partners/{id}/secret`, `…/revoke` | fhir.write |
//! | `GET /fhir/r4/metadata` | everybody |
//! | `GET /fhir/r4/{kind}`, `…/{id}`, `…/{id}/$everything`, `POST /fhir/r4`, `/fhir/r4/{kind}`, `…/_search` | a partner's secret |

mod api;
pub mod bundle;
pub mod inbound;
pub mod model;
pub mod outbound;
pub mod outcome;
mod pages;
pub mod shape;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{NewPartner, Partner, Resource, Rights, State, TRANSITIONS};
pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// Sees partners and exchanges.
pub const READ: Permission = Permission("fhir.read");
/// Registers and revokes partners.
pub const WRITE: Permission = Permission("fhir.write");

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "系统", title: "信息平台对接", href: "/fhir", permission: READ, order: 905 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/fhir", READ, pages::list)
        .post("/fhir/partners", WRITE, pages::create)
        .get("/fhir/partners/new", WRITE, pages::blank)
        .get("/fhir/partners/{id}", READ, pages::partner::show)
        .post("/fhir/partners/{id}/secret", WRITE, pages::partner::renew)
        .post("/fhir/partners/{id}/revoke", WRITE, pages::partner::revoke)
        .public_get("/fhir/r4/metadata", api::metadata)
        .public_post("/fhir/r4", api::bundle)
        .public_get("/fhir/r4/{kind}", api::search)
        .public_post("/fhir/r4/{kind}", api::create)
        .public_post("/fhir/r4/{kind}/_search", api::search_by_form)
        .public_get("/fhir/r4/{kind}/{id}", api::read)
        .public_get("/fhir/r4/{kind}/{id}/$everything", api::everything)
}
