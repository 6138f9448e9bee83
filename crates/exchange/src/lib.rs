//! In and out: rosters from and to spreadsheets, records from and to health platforms.

pub mod fhir;
pub mod transfer;

use registry::elders::OwnedTable;

/// Tables of this crate whose rows belong to an elder: a merge of two elder files re-points them.
pub const OWNED: &[OwnedTable] = &[OwnedTable::new("fhir_received", "信息平台传入")];
