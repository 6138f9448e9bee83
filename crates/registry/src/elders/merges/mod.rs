//! Merging two files of one person (合并), and taking it back.
//!
//! The primary wins, the secondary fills blanks; the secondary's identity number answers for the primary from then on. A
//! sealed snapshot of both is kept, so that undoing restores both exactly.

pub mod model;
pub mod pages;
pub mod store;

pub use model::{File, Merge};

/// A table of another capability whose rows belong to an elder: merging re-points its rows.
///
/// What must stay as it was printed is none: [`store::files`] says under which files such rows may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnedTable {
    /// Its name in the database.
    pub table: &'static str,
    /// What its rows are called on pages: 上门服务.
    pub title: &'static str,
    /// The column that tells the rows of an elder from each other: the key is `(elder_id, …)`.
    pub key: &'static str,
    /// The column and the owned table of the row to which a row belongs, if any: undoing must not part the two.
    pub of: Option<(&'static str, &'static str)>,
    /// The table of another capability and the column of it that has the id of a row of this one, if that table does not
    /// know whose rows it names: undoing must not part the two either.
    pub parts: Option<(&'static str, &'static str)>,
}

impl OwnedTable {
    /// A table with the key `(elder_id, id)`, as most have.
    #[must_use]
    pub const fn new(table: &'static str, title: &'static str) -> Self {
        Self { table, title, key: "id", of: None, parts: None }
    }

    /// The same, with rows that belong to rows of another owned table: `column` has the id of such a row.
    #[must_use]
    pub const fn of(self, column: &'static str, table: &'static str) -> Self {
        Self { of: Some((column, table)), ..self }
    }

    /// The same, with rows of another table that belong to rows of this: `column` there has the id of such a row.
    #[must_use]
    pub const fn parts(self, table: &'static str, column: &'static str) -> Self {
        Self { parts: Some((table, column)), ..self }
    }

    /// The same, with another column in its key.
    #[must_use]
    pub const fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }
}

/// All of them, put into the state at wiring time.
#[derive(Clone, Debug, Default)]
pub struct OwnedTables(pub Vec<OwnedTable>);
