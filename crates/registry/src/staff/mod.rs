//! Staff (从业人员): who works where, as what, with which certificate.

pub mod model;

pub use model::{NewStaff, Post, Staff, StaffFacts};
