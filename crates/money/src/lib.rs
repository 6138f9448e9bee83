//! Who pays: long-term care insurance (长期护理保险) from the level to the settled month.

pub mod ltci;

use registry::elders::OwnedTable;

/// Tables of this crate that carry an `elder_id`: a merge of two elder files re-points their rows.
///
/// Not those of [`FROZEN`].
pub const OWNED: &[OwnedTable] = &[
    OwnedTable::new("ltci_entitlements", "长护险待遇").of("assessment_id", "assessments"),
    OwnedTable::new("ltci_refusals", "长护险不予核定").key("assessment_id").of("assessment_id", "assessments"),
    OwnedTable::new("ltci_plans", "照护计划").of("entitlement_id", "ltci_entitlements").parts("visits", "source_id"),
    OwnedTable::new("ltci_corrections", "结算更正").of("visit_id", "visits"),
];

/// Tables of this crate whose rows stay under the file for which they were written, whatever is merged: with each the
/// reason. Whoever reads them by elder asks [`registry::elders::merges::store::files`].
pub const FROZEN: &[(&str, &str)] = &[("ltci_lines", "the fingerprint on the printed sheet is computed from it")];
