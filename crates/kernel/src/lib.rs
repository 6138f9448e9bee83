//! What every other crate speaks in: ids, money, dates, area codes, citizen and credit numbers, clause references.
//!
//! No I/O, no async, no clock and no chance of its own: [`Clock`] and [`Chance`] are handed in from the outside.

pub mod area;
pub mod chance;
pub mod citizen;
pub mod clause;
pub mod credit;
pub mod happening;
pub mod id;
pub mod money;
pub mod text;
pub mod time;

pub use area::Area;
pub use chance::{Chance, Clock};
pub use citizen::CitizenNumber;
pub use clause::ClauseId;
pub use credit::CreditCode;
pub use happening::{Happening, What};
pub use id::*;
pub use money::{Bp, Fen};
pub use time::{Date, Instant, Month, Period};
