//! Elders (老年人): the register that everything else hangs on. Matched by identity number, sealed where personal, seen
//! only within one's area (and, for those confined to an institution, only when linked to it).
//!
//! | file | holds |
//! |---|---|
//! | [`model`] | what is known of an elder, and what of it cannot be |
//! | [`store`] | saving by identity number, finding within sight, taking back |
//! | [`facts`] | the current facts (现状) that rules, indicators and searches ask |
//! | [`links`] | which institutions serve an elder |
//! | [`columns`], [`search`], [`pinyin`] | the column copy and searching it |
//! | [`duplicates`], [`merges`] | who may be the same person twice; merging and undoing |
//! | [`timeline`] | one timeline of everything, from all capabilities |
//!
//! | route | needs |
//! |---|---|
//! | `GET /elders`, `/elders/{id}`, `/elders/{id}/duplicates` | `elders.read` |
//! | `GET /elders/new`, `/elders/{id}/edit`, `POST /elders`, `/elders/{id}` | `elders.write` |
//! | `GET /elders/duplicates`, `/elders/{id}/merge`, `POST /elders/{id}/merge`, `/elders/{id}/merges/{merge}/undo` | `elders.merge` |
//! | `POST /elders/{id}/unmask` | `elders.unmask` |

pub mod columns;
pub mod duplicates;
pub mod facts;
mod forms;
pub mod links;
pub mod merges;
pub mod model;
pub mod pages;
pub mod pinyin;
pub mod search;
pub mod store;
#[cfg(test)]
mod tests;
pub mod timeline;

pub use columns::Columns;
pub use facts::{Fact, Facts};
pub use links::{Link, LinkKind};
pub use merges::{OwnedTable, OwnedTables};
pub use model::{Brief, Chronic, Details, Elder, Living, Marital, NewElder, Private, Scheme, SelfCare, Status};
pub use timeline::{CardAction, CardSource, ElderCard, ElderPage, TimelineItem, TimelineSource};
use web::{Nav, Permission, Routes};

/// Searches and opens files, with what is personal masked.
pub const READ: Permission = Permission("elders.read");
/// Opens new files and edits them.
pub const WRITE: Permission = Permission("elders.write");
/// Merges files and undoes it.
pub const MERGE: Permission = Permission("elders.merge");
/// Sees identity number, telephone and address in full, for a reason that is kept.
pub const UNMASK: Permission = Permission("elders.unmask");

/// The menu entries.
pub const NAV: &[Nav] = &[
    Nav { group: "老年人", title: "老年人名册", href: "/elders", permission: READ, order: 100 },
    Nav { group: "老年人", title: "疑似重复", href: "/elders/duplicates", permission: MERGE, order: 110 },
];

/// All routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/elders", READ, pages::list)
        .post("/elders", WRITE, forms::create)
        .get("/elders/new", WRITE, forms::blank)
        .get("/elders/duplicates", MERGE, merges::pages::list)
        .get("/elders/{id}", READ, pages::show)
        .post("/elders/{id}", WRITE, forms::save)
        .get("/elders/{id}/edit", WRITE, forms::edit)
        .get("/elders/{id}/duplicates", READ, pages::similar)
        .post("/elders/{id}/unmask", UNMASK, pages::unmask)
        .get("/elders/{id}/merge", MERGE, merges::pages::compare)
        .post("/elders/{id}/merge", MERGE, merges::pages::merge)
        .post("/elders/{id}/merges/{merge}/undo", MERGE, merges::pages::undo)
}
