//! Assessments (评估).
pub mod compare;
pub mod jobs;
pub mod model;
pub mod rules;
pub mod steps;
pub mod store;
