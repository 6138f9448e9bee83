//! Assessments (评估).
pub mod compare;
pub mod model;
pub mod rules;
pub mod store;
