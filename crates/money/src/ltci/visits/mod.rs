//! x
pub mod model;
mod month;
pub mod store;
pub use month::{schedule_month, Scheduled};
