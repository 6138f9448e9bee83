//! Long-term care insurance.
pub mod catalogue;
pub mod settlement;
