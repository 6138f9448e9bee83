//! Who there is: accounts, areas, institutions, staff, elders; and what can be had at what price.

mod choice;
pub mod saved;

pub mod accounts;
pub mod areas;
pub mod catalogue;
pub mod elders;
pub mod institutions;
pub mod staff;

pub use saved::{FieldChange, Refused, Saved};
