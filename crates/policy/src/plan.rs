//! A table compiled for looking up: every column is cut into pieces on whose values all tests say the same, and each
//! combination of pieces has its answer written down, also where a fact is missing.
//!
//! A look-up is then one search per column and one read, however many rows the table has. A table whose combinations would
//! be too many keeps its rows and is read from top to bottom; both ways give the same, which the tests try.

use crate::cell::Test;
use crate::table::Table;
use std::collections::HashMap;

/// Most combinations of pieces that are written down.
const MOST_CELLS: usize = 1 << 17;
/// Most work (rows times values where a test changes) that cutting a column may take.
const MOST_CUTTING: usize = 1 << 22;
/// Most different tests of a column of sets.
const MOST_TESTS: usize = 8;

/// What a table answers to a combination of facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// These rows (from 0); none of them where no row fits.
    Rows(Box<[u16]>),
    /// The fact of this column is missing, and whether a row fits hangs on it.
    Missing(u16),
}

/// How the values of a column fall into pieces. Piece 0 is the missing fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// No row looks at the column.
    Unseen,
    /// Where a piece begins, sorted, and which piece.
    Starts(Vec<i64>, Vec<u32>),
    /// The set tests of the column: the piece of a set is found by what each says of it.
    Tests(Vec<Test>, Vec<u32>),
}

impl Cut {
    /// The piece of a value that lies within the bounds of the column.
    pub(crate) fn piece(&self, number: Option<i64>) -> u32 {
        let Some(number) = number else { return 0 };
        match self {
            Self::Unseen => 0,
            Self::Starts(starts, pieces) => {
                let at = starts.partition_point(|start| *start <= number);
                pieces[at.saturating_sub(1)]
            }
            Self::Tests(tests, pieces) => pieces[verdicts(tests, number)],
        }
    }
}

/// What the tests say of a set, as the bits of a number.
pub(crate) fn verdicts(tests: &[Test], number: i64) -> usize {
    tests.iter().enumerate().map(|(at, test)| usize::from(test.holds(number)) << at).sum()
}

/// The compiled form of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// One per input column.
    pub cuts: Vec<Cut>,
    /// How far apart the pieces of a column stand in `cells`.
    pub strides: Vec<u32>,
    /// The place in `answers` for every combination of pieces.
    pub cells: Vec<u32>,
    /// The different answers.
    pub answers: Vec<Answer>,
}

impl Plan {
    /// Compiles a table; none if its combinations are too many.
    pub(crate) fn of(table: &Table) -> Option<Self> {
        let columns: Option<Vec<Pieces>> = (0..table.inputs.len()).map(|at| Pieces::of(table, at)).collect();
        let columns = columns?;
        let mut cells: usize = 1;
        let mut strides = vec![];
        for column in &columns {
            strides.push(cells as u32);
            cells = cells.checked_mul(column.fits.len()).filter(|n| *n <= MOST_CELLS)?;
        }
        if cells.checked_mul(table.rows.len())? > MOST_CUTTING * 4 {
            return None;
        }
        let mut filler = Filler { table, columns: &columns, known: HashMap::new(), answers: vec![], cells: vec![] };
        let rows: Vec<u16> = (0..table.rows.len() as u16).collect();
        filler.fill(&rows, &mut vec![0; columns.len()], columns.len());
        let (cells, answers) = (filler.cells, filler.answers);
        Some(Self { cuts: columns.into_iter().map(|column| column.cut).collect(), strides, cells, answers })
    }

    /// The answer for the numbers of a decision, each within the bounds of its column.
    pub(crate) fn answer(&self, numbers: &[Option<i64>]) -> &Answer {
        let place = |((cut, stride), number): ((&Cut, &u32), &Option<i64>)| cut.piece(*number) * stride;
        let at: u32 = self.cuts.iter().zip(&self.strides).zip(numbers).map(place).sum();
        &self.answers[self.cells[at as usize] as usize]
    }
}

/// A column, cut.
struct Pieces {
    cut: Cut,
    /// For every piece, which rows it lets through; the missing fact lets all through.
    fits: Vec<Vec<bool>>,
}

impl Pieces {
    fn of(table: &Table, at: usize) -> Option<Self> {
        if !table.rows.iter().any(|row| table.looks_at(row, at)) {
            return Some(Self { cut: Cut::Unseen, fits: vec![vec![true; table.rows.len()]] });
        }
        let column = &table.inputs[at];
        let tests: Vec<&Test> = table.rows.iter().map(|row| &row.cells[at].test).collect();
        let mut fits = vec![vec![true; tests.len()]];
        if matches!(column.kind, crate::Kind::SetOf(_)) {
            return Self::of_sets(&tests, fits);
        }
        let starts = starts(&tests, column.kind.bounds(column.texts.len()));
        if starts.len().checked_mul(tests.len())? > MOST_CUTTING {
            return None;
        }
        let mut known = HashMap::new();
        let pieces = starts.iter().map(|start| piece(&mut known, &mut fits, tests.iter().map(|t| t.holds(*start))));
        let pieces: Vec<u32> = pieces.collect();
        Some(Self { cut: Cut::Starts(starts, pieces), fits })
    }

    /// Sets: every combination of what the different tests may say, whether or not a set makes them say so.
    fn of_sets(tests: &[&Test], mut fits: Vec<Vec<bool>>) -> Option<Self> {
        let mut different: Vec<Test> = vec![];
        for test in tests.iter().filter(|test| !test.is_any()) {
            if !different.contains(test) {
                different.push((*test).clone());
            }
        }
        if different.len() > MOST_TESTS {
            return None;
        }
        let place = |test: &Test| different.iter().position(|d| d == test);
        let places: Vec<Option<usize>> = tests.iter().map(|test| place(test)).collect();
        let mut known = HashMap::new();
        let says = |bits: usize| places.iter().map(move |place| place.is_none_or(|at| bits >> at & 1 == 1));
        let pieces = (0..1_usize << different.len()).map(|bits| piece(&mut known, &mut fits, says(bits))).collect();
        Some(Self { cut: Cut::Tests(different, pieces), fits })
    }
}

/// The piece that lets exactly these rows through.
fn piece(known: &mut HashMap<Vec<bool>, u32>, fits: &mut Vec<Vec<bool>>, rows: impl Iterator<Item = bool>) -> u32 {
    let rows: Vec<bool> = rows.collect();
    *known.entry(rows).or_insert_with_key(|rows| {
        fits.push(rows.clone());
        fits.len() as u32 - 1
    })
}

/// The least value and every value at which a test changes.
fn starts(tests: &[&Test], (least, most): (i64, i64)) -> Vec<i64> {
    let mut starts = vec![least];
    for test in tests {
        if let Test::Ranges(ranges) = test {
            starts.extend(ranges.iter().flat_map(|&(lo, hi)| [Some(lo), hi.checked_add(1)]).flatten());
        }
    }
    starts.retain(|start| (least..=most).contains(start));
    starts.sort_unstable();
    starts.dedup();
    starts
}

struct Filler<'a> {
    table: &'a Table,
    columns: &'a [Pieces],
    known: HashMap<Answer, u32>,
    answers: Vec<Answer>,
    cells: Vec<u32>,
}

impl Filler<'_> {
    /// Writes the answers of all combinations, the first column running fastest; `left` columns are still open.
    fn fill(&mut self, rows: &[u16], pieces: &mut Vec<u32>, left: usize) {
        let Some(at) = left.checked_sub(1) else {
            let answer = self.answer(rows, pieces);
            let next = self.answers.len() as u32;
            let place = *self.known.entry(answer).or_insert_with_key(|answer| {
                self.answers.push(answer.clone());
                next
            });
            return self.cells.push(place);
        };
        for (piece, fits) in self.columns[at].fits.iter().enumerate() {
            let rows: Vec<u16> = rows.iter().copied().filter(|row| fits[usize::from(*row)]).collect();
            pieces[at] = piece as u32;
            self.fill(&rows, pieces, at);
        }
    }

    /// As [`crate::decide`] reads the rows that fit: from the top, stopping where a missing fact is looked at.
    fn answer(&self, rows: &[u16], pieces: &[u32]) -> Answer {
        let missing = |at: &usize| pieces[*at] == 0 && self.columns[*at].cut != Cut::Unseen;
        let mut hits = vec![];
        for row in rows {
            let looked_at = |at: &usize| self.table.looks_at(&self.table.rows[usize::from(*row)], *at);
            if let Some(column) = (0..pieces.len()).filter(missing).find(looked_at) {
                return Answer::Missing(column as u16);
            }
            hits.push(*row);
            if !self.table.hit.collects() {
                break;
            }
        }
        Answer::Rows(hits.into())
    }
}
