//! Who pays: long-term care insurance (长期护理保险) from the level to the settled month.

pub mod ltci;

/// Tables of this crate that carry an `elder_id`: a merge of two elder files re-points their rows.
pub const ELDER_TABLES: &[&str] =
    &["ltci_entitlements", "ltci_plans", "ltci_visits", "ltci_lines", "ltci_corrections"];
