//! Monthly settlement.
pub mod capital;
pub mod digest;
mod inputs;
pub mod model;
pub mod reason;
mod settle;
pub mod store;
pub use settle::{settle, too_short};
pub use store::{Step, settle_month};
#[cfg(test)]
mod settle_tests;
