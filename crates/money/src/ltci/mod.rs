//! Long-term care insurance.
pub mod catalogue;
pub mod entitlements;
pub mod plans;
pub mod rules;
pub mod settlement;
pub mod visits;
