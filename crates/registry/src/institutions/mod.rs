//! Institutions (机构): homes, stations, health centres, hospitals, assessment agencies.

pub mod model;

pub use model::{Institution, Kind, MedicalUnit, NewInstitution, Ownership, Profit};
