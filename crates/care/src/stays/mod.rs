//! Stays in hospital (住院).
pub mod model;
pub mod store;
pub use model::{NewStay, Stay};
