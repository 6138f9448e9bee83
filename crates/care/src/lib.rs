//! What is done for an elder: health check-ups, stays in hospital, assessments, family-doctor contracts.
//!
//! Each folder is a capability; [`subject`] is what they share: the elder that something is done for.

pub mod assessments;
pub mod records;
pub mod stays;
pub mod subject;

/// Tables of this crate that carry an `elder_id`: a merge of two elder files re-points their rows.
pub const ELDER_TABLES: &[&str] = &["checkups", "stays", "assessments", "assessment_forms", "assessment_events"];
