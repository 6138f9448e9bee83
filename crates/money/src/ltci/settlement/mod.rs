//! Monthly settlement.
pub mod capital;
pub mod model;
pub mod reason;
mod settle;
pub use settle::{settle, too_short};
#[cfg(test)]
mod settle_tests;
