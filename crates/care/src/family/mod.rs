//! The elder's and the family's own page (家庭页, clauses NT-2.4.3, JX-3, WF-4.2): large type, few words, on a telephone. Who comes
//! next, the doctor's telephone, results in plain words, what is open, what to do when somebody is dying, consents given and
//! withdrawn, who looked at the file.
//!
//! An account of the role 老人及家属 sees the elders that `family_accesses` names for it, on its days, and nothing else: it has
//! the two permissions of this page only, its scope holds nobody, and every query here begins with [`store::gate`]. A clerk or
//! a doctor opens the access after checking who stands before them: the elder's own, or a proxy's with the document of the
//! guardianship or the power. It ends with the death, its last day, or when somebody ends it.
//!
//! | state | event | next |
//! |---|---|---|
//! | open | end | ended |
//! | open | time_passes | over |
//!
//! | reason | against |
//! |---|---|
//! | FA-01 | dead or moved away |
//! | FA-02 | identity not checked |
//! | FA-03 | a log-in name that belongs to somebody who works here |
//! | FA-04 | a second access of the same account to the same elder |
//! | FA-05 | an access that is over |
//! | FA-06 | consenting to what does not wait for a consent |
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what an access is, what is against one |
//! | [`store`] | the database, and the gate |
//! | [`sheet`] | what the page tells, gathered from the other capabilities |
//! | [`words`] | outcomes of the rules in plain words, from `words.toml` |
//!
//! | route | permission |
//! |---|---|
//! | `GET /family`, `/family/{elder}`, `/family/{elder}/consents/{id}` | family.read |
//! | `POST /family/{elder}/consents/{id}`, `/family/{elder}/agree` | family.consent |
//! | `GET /family/accesses/{elder}`, `POST` it, `…/{id}/end`, `…/{id}/code` | family.access |

pub mod model;
mod pages;
pub mod sheet;
pub mod store;
#[cfg(test)]
mod tests;
mod views;
pub mod words;

pub use model::{Access, Kind, NewAccess, TRANSITIONS};
pub use store::follow;
pub use views::{card, timeline};
use web::{Nav, Permission, Routes};

/// Sees the pages of the elders that the account is there for.
pub const READ: Permission = Permission("family.read");
/// Gives and withdraws consents for them.
pub const CONSENT: Permission = Permission("family.consent");
/// Opens and ends accesses of elders and families.
pub const ACCESS: Permission = Permission("family.access");

/// The menu entry.
pub const NAV: &[Nav] = &[Nav { group: "工作台", title: "家庭页", href: "/family", permission: READ, order: 1 }];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/family", READ, pages::own::list)
        .get("/family/{elder}", READ, pages::own::show)
        .get("/family/{elder}/consents/{id}", READ, pages::consent::ask)
        .post("/family/{elder}/consents/{id}", CONSENT, pages::consent::withdraw)
        .post("/family/{elder}/agree", CONSENT, pages::consent::agree)
        .get("/family/accesses/{elder}", ACCESS, pages::access::list)
        .post("/family/accesses/{elder}", ACCESS, pages::access::create)
        .post("/family/accesses/{elder}/{id}/end", ACCESS, pages::access::end)
        .post("/family/accesses/{elder}/{id}/code", ACCESS, pages::access::code)
}
