//! Follow-up of chronic diseases (慢病随访) by the public-health rules: hypertension and type 2 diabetes, at least four times a
//! year, controlled or not, what comes next. For family doctors; clerks and supervisors see it.
//!
//! Whether a value is controlled, dangerous, and what follows from it is asked of the policy library. Two bad results in a row
//! propose a referral, a danger value demands one now; both stay on the work list until a referral to a hospital or
//! an admission answers them, or somebody says what became of it.
//!
//! | state | event | next |
//! |---|---|---|
//! | managed | visit | managed |
//! | managed | lose | lost |
//! | lost | visit | managed |
//! | managed | end | ended |
//! | lost | end | ended |
//!
//! | reason | against |
//! |---|---|
//! | FU-01 | taken into the follow-up of a disease twice |
//! | FU-02 | a follow-up on or before the day of the last one |
//! | FU-03 | the elder is dead or has moved away, or the follow-up has ended |
//! | FU-04 | changed by somebody else meanwhile |
//! | FU-05 | no document of the place says what follows |
//! | FU-06 | nothing open about a referral |
//!
//! FU-11 (refer now) and FU-12 (refer) are no refusals: they stand above the follow-up that brought them.
//!
//! | route | permission |
//! |---|---|
//! | `GET /followups`, `/followups/candidates`, `/followups/{elder}` | followups.read |
//! | `POST /followups`, `GET /followups/{elder}/{id}/new`, `POST /followups/{elder}/{id}`, `…/lose`, `…/end` | followups.write |
//! | `POST /followups/{elder}/{id}/visits/{visit}` | followups.write |

pub mod model;
mod pages;
pub mod store;
#[cfg(test)]
mod tests;
mod views;

pub use model::{Disease, Followup, NewVisit, State, TRANSITIONS};
pub use store::{enrol, follow, record};
pub use views::{card, timeline, work};
use web::{Nav, Permission, Routes};

/// Sees follow-ups.
pub const READ: Permission = Permission("followups.read");
/// Takes elders in, writes follow-ups down.
pub const WRITE: Permission = Permission("followups.write");

/// What the way to a referral needs; the referral itself is another capability's.
pub(crate) const REFER: Permission = Permission("referrals.request");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "健康服务", title: "慢病随访", href: "/followups", permission: READ, order: 302 },
    Nav {
        group: "健康服务", title: "待纳入随访", href: "/followups/candidates", permission: READ, order: 304
    },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/followups", READ, pages::list::list)
        .post("/followups", WRITE, pages::list::enrol)
        .get("/followups/candidates", READ, pages::list::candidates)
        .get("/followups/{elder}", READ, pages::of_elder)
        .get("/followups/{elder}/{id}/new", WRITE, pages::form::blank)
        .post("/followups/{elder}/{id}", WRITE, pages::form::create)
        .post("/followups/{elder}/{id}/lose", WRITE, pages::lose)
        .post("/followups/{elder}/{id}/end", WRITE, pages::end)
        .post("/followups/{elder}/{id}/visits/{visit}", WRITE, pages::referral)
}
