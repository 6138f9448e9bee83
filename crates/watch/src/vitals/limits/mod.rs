//! Limits of a vital sign: those of the policy table `vital_limits`, and a person's own, set by a clinician for a reason. What the
//! own ones leave empty is as the table says.

pub mod model;
pub mod store;

pub use model::{Band, Light, Limit};
