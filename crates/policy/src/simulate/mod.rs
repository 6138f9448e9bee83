//! One question asked of a whole population, column by column and without trace: what does a rule cost, and whom does it
//! reach?
//!
//! [`Library::program`] compiles a question: each table becomes cuts of its columns and a list of answers (see
//! [`crate::plan`]), the tables that it asks stand before it, arithmetic runs over blocks of people. [`Program::run`] gives
//! a number and a code (which rows answered, or why none did) for everybody; the trace of whoever is opened comes from
//! [`Library::opened`]. Every result is the one that [`Library::decide`] gives; the tests try it on every table.
//!
//! ```no_run
//! # use policy::simulate::{Basis, Column, Columns, Outcomes};
//! # fn main() -> Result<(), String> {
//! # let library = policy::Library::load(std::path::Path::new(".")).map_err(|m| policy::lines(&m))?;
//! # let on = kernel::Date::from_ymd_opt(2026, 11, 1).expect("a day");
//! let people = Columns::new(2)
//!     .with(Column::bytes("level", vec![3, 5]))?
//!     .with(Column::words("setting", vec![0, 0], vec!["home".into()]).expect("places in the list"))?
//!     .with(Column::flags("dementia", [false, true]))?;
//! let basis = Basis::Document("nantong/basic-care-insurance".into());
//! let program = library.program("care_insurance_benefit", "cap_fen", basis, on)?;
//! let results: Outcomes = program.run(&people, 2)?;
//! println!("{:?}", results.values());
//! # Ok(()) }
//! ```

mod arithmetic;
mod bind;
mod block;
mod columns;
mod csv;
mod fill;
mod program;
mod single;
mod tally;

pub use columns::{Column, Columns};
pub use csv::read as read_csv;
pub use program::{Code, Program};
pub use tally::{Change, Difference, Tally, compare};

use crate::decide::Decision;
use crate::library::Library;
use block::{BLOCK, Worker};
use kernel::Area;

/// Whose tables answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Those in force for a place.
    Place(Area),
    /// Those of a document, wherever it is in force: what if it held here? What it leaves open is asked for its own area.
    Document(String),
}

/// What came out for everybody: a number (0 where there is none) and a code each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    values: Vec<i64>,
    codes: Vec<u16>,
    /// By code: whether there is a value.
    has: Vec<bool>,
}

impl Outcomes {
    /// The numbers, one per person; 0 where the output has no value or the question is undecided.
    #[must_use]
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// The places in [`Program::codes`], one per person.
    #[must_use]
    pub fn codes(&self) -> &[u16] {
        &self.codes
    }

    /// The number of one person; none where the output has no value or the question is undecided.
    #[must_use]
    pub fn value(&self, row: usize) -> Option<i64> {
        let code = usize::from(*self.codes.get(row)?);
        self.has.get(code)?.then(|| self.values[row])
    }
}

impl Program {
    /// Runs everybody on so many threads.
    ///
    /// # Errors
    /// When a column is of another type than the tables want, in words.
    pub fn run(&self, columns: &Columns, threads: usize) -> Result<Outcomes, String> {
        let mut outcomes = Outcomes::default();
        self.run_into(columns, threads, &mut outcomes)?;
        Ok(outcomes)
    }

    /// The same into results of an earlier run, whose memory is used again.
    ///
    /// # Errors
    /// When a column is of another type than the tables want, in words.
    pub fn run_into(&self, columns: &Columns, threads: usize, outcomes: &mut Outcomes) -> Result<(), String> {
        outcomes.values.resize(columns.len(), 0);
        outcomes.codes.resize(columns.len(), 0);
        outcomes.has = self.has();
        if columns.is_empty() {
            return Ok(());
        }
        let ready = bind::bind(self, columns)?;
        let share = columns.len().div_ceil(threads.max(1)).next_multiple_of(BLOCK);
        let values = outcomes.values.chunks_mut(share);
        let parts = values.zip(outcomes.codes.chunks_mut(share)).enumerate();
        std::thread::scope(|scope| {
            for (part, (values, codes)) in parts {
                let ready = &ready;
                scope.spawn(move || {
                    let mut worker = Worker::new(ready);
                    let blocks = values.chunks_mut(BLOCK).zip(codes.chunks_mut(BLOCK)).enumerate();
                    blocks.for_each(|(at, (values, codes))| worker.run(part * share + at * BLOCK, values, codes));
                });
            }
        });
        Ok(())
    }
}

impl Library {
    /// The decision of one person with its trace: whoever is opened among the results of a program.
    #[must_use]
    pub fn opened(&self, program: &Program, columns: &Columns, row: usize) -> Option<Decision> {
        let facts = columns.facts(row)?;
        match program.basis() {
            Basis::Place(place) => Some(self.decide(program.question(), *place, program.on(), &facts)),
            Basis::Document(id) => self.decide_by(id, program.question(), program.on(), &facts),
        }
    }
}
