//! The health record (健康档案): diagnoses, allergies, medicines, results, procedures, habits, risks; guidance on medicines and
//! reviews of prescriptions. For family doctors; what others must not overlook is handed on by [`latest`].
//!
//! An item is kept as the FHIR R4 resource that would be exchanged, beside the columns that are searched.
//!
//! | state | event | next |
//! |---|---|---|
//! | active | end | ended |
//! | active | void | error |
//! | ended | void | error |
//!
//! | reason | against |
//! |---|---|
//! | CH-01 | the same thing once more |
//! | CH-02 | no known allergy, beside an allergy |
//! | CH-03 | a medicine against an allergy, without a reason |
//! | CH-04 | changed by somebody else meanwhile |
//! | CH-05 | a review that is answered already, or has nothing to answer |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an item is, what is against one, what others must see of a record |
//! | [`codes`] | ICD-10 groups to choose from, what can be measured |
//! | [`fhir`] | an item as FHIR R4, and what the standard demands |
//! | [`reviews`] | guidance on medicines, reviews of prescriptions |
//!
//! | route | permission |
//! |---|---|
//! | `GET /chart`, `/chart/reviews`, `/chart/{elder}`, `…/print`, `…/fhir`, `…/reviews/{id}` | chart.read |
//! | `GET /chart/{elder}/new`, `POST /chart/{elder}`, `…/items/{id}/end`, `…/items/{id}/void` | chart.write |
//! | `GET /chart/{elder}/reviews/new`, `POST /chart/{elder}/reviews`, `…/reviews/{id}/answer` | chart.review |

pub mod codes;
pub mod fhir;
pub mod model;
mod pages;
pub mod reviews;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Item, Kind, Latest, NewItem, State, TRANSITIONS};
pub use store::{add, latest, measure};
pub use views::{banner, card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees health records.
pub const READ: Permission = Permission("chart.read");
/// Writes in them.
pub const WRITE: Permission = Permission("chart.write");
/// Guides on medicines and reviews prescriptions.
pub const REVIEW: Permission = Permission("chart.review");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "健康服务", title: "健康档案", href: "/chart", permission: READ, order: 290 },
    Nav {
        group: "健康服务", title: "用药指导与处方点评", href: "/chart/reviews", permission: READ, order: 306
    },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/chart", READ, pages::list)
        .get("/chart/reviews", READ, pages::review::list)
        .get("/chart/{elder}", READ, pages::show)
        .post("/chart/{elder}", WRITE, pages::item::create)
        .get("/chart/{elder}/new", WRITE, pages::item::blank)
        .get("/chart/{elder}/print", READ, pages::print::show)
        .get("/chart/{elder}/fhir", READ, pages::print::exchange)
        .post("/chart/{elder}/items/{id}/end", WRITE, pages::item::end)
        .post("/chart/{elder}/items/{id}/void", WRITE, pages::item::void)
        .post("/chart/{elder}/reviews", REVIEW, pages::review::create)
        .get("/chart/{elder}/reviews/new", REVIEW, pages::review::blank)
        .get("/chart/{elder}/reviews/{id}", READ, pages::review::show)
        .post("/chart/{elder}/reviews/{id}/answer", REVIEW, pages::review::answer)
}
