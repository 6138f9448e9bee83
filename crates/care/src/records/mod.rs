//! Health check-ups (健康体检).
pub mod model;
pub mod store;
pub use model::{Checkup, NewCheckup};
