//! Policy documents and scales as data: load, prove, decide, explain.
//!
//! A document is a folder `policies/<place>/<document>/` with `document.toml` (what it is, its clauses), `tables/*.toml`
//! (decision tables in the manner of DMN), `parameters.toml`, `targets.toml`, `duties.toml` and
//! `cases.toml`; a scale is a file
//! `scales/<scale>.toml`. [`Library::load`] reads and *proves* them: types, clauses, gaps, overlaps, periods, overrides,
//! boundary cases. It gives the library or the list of all [`Mistake`]s; there is nothing in between.
//!
//! ```no_run
//! # use policy::{Facts, Library};
//! # fn main() -> Result<(), Vec<policy::Mistake>> {
//! let library = Library::load(std::path::Path::new("."))?;
//! let place = kernel::Area::parse("320623").expect("a county");
//! let on = kernel::Date::from_ymd_opt(2026, 11, 1).expect("a day");
//! let facts = Facts::new().with("level", 3).with("setting", "home").with("dementia", false);
//! let decision = library.decide("care_insurance_benefit", place, on, &facts);
//! println!("{:?} because {:?}", decision.int("cap_fen"), decision.because);
//! # Ok(()) }
//! ```
//!
//! Pure: no clock, no chance, no I/O but the folder that [`Library::load`] is given. Inside, every value of a column is a
//! number (a word is its place in the list, a set the bits of one), so that a test is a comparison and the prover can cut
//! every column into pieces.

mod asking;
mod cases;
mod cell;
mod chain;
mod check;
mod columns;
mod decide;
mod document;
mod duty;
mod error;
mod explain;
mod expr;
mod files;
mod inquiry;
mod kind;
mod library;
mod lines;
mod load;
mod notice;
mod plan;
mod prove;
mod scale;
mod scale_cases;
mod scale_check;
mod scale_finding;
mod scale_item;
mod scale_prove;
mod scale_read;
mod score;
pub mod simulate;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use cases::Example;
pub use columns::{Column, Lines, Taken, Takes};
pub use decide::{Because, Compiled, Decision, Outcome};
pub use document::{Clause, Document, Parameter, Silence, Status, Target, page_of};
pub use duty::Duty;
pub use error::{Mistake, lines};
pub use explain::quantity;
pub use inquiry::{Form, Ground, Question, Refusal, Reply, Want, Wrong};
pub use kind::{Kind, WordList};
pub use library::Library;
pub use scale::{
    Adjust, Alert, Band, Direction, Domain, Flag, Level, Licence, Matrix, Purpose, Scale, SelfScreen, Take, Wording,
};
pub use scale_finding::{Finding, Found, Profile, Verdict};
pub use scale_item::{Item, Measure, PointTable};
pub use score::{Answers, DomainScore, Scored, Step, Unanswered};
pub use summary::Summary;
pub use table::{Hit, Row, Table};
pub use value::{Facts, Value, short};
