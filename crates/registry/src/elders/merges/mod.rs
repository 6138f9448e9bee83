//! Merging two files of one person (合并), and taking it back.
//!
//! The primary wins, the secondary fills blanks; the secondary's identity number answers for the primary from then on. A
//! sealed snapshot of both is kept, so that undoing restores both exactly.

pub mod model;
pub mod pages;
pub mod store;

pub use model::{File, Merge};

/// A table of another capability whose rows belong to an elder: key `(elder_id, id)`. Merging re-points its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnedTable {
    /// Its name in the database.
    pub table: &'static str,
    /// What its rows are called on pages: 上门服务.
    pub title: &'static str,
}

/// All of them, put into the state at wiring time.
#[derive(Clone, Debug, Default)]
pub struct OwnedTables(pub Vec<OwnedTable>);
