//! The facts of many people as columns, each as narrow as its values allow.

use crate::expr::day;
use crate::value::{Facts, Value};
use kernel::Date;
use kernel::time::day_number;

/// What the numbers of a column mean.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Number,
    Flag,
    Day,
    /// The place in a list of words.
    Word(Vec<String>),
    /// The bits of a number, one per word.
    Set(Vec<String>),
}

/// The numbers of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cells {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    /// Yes or no, 64 in a word.
    Bits(Vec<u64>, usize),
}

impl Cells {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(all) => all.len(),
            Self::Shorts(all) => all.len(),
            Self::Ints(all) => all.len(),
            Self::Longs(all) => all.len(),
            Self::Bits(_, len) => *len,
        }
    }

    pub(crate) fn get(&self, row: usize) -> i64 {
        match self {
            Self::Bytes(all) => all[row].into(),
            Self::Shorts(all) => all[row].into(),
            Self::Ints(all) => all[row].into(),
            Self::Longs(all) => all[row],
            Self::Bits(all, _) => i64::from(bit(all, row)),
        }
    }

    /// The least and greatest number.
    fn range(&self) -> (i64, i64) {
        // Folded rather than asked for `min`, which the compiler does not do many at a time.
        fn ends<T: Copy + Ord + Into<i64>>(all: &[T]) -> Option<(i64, i64)> {
            let first = *all.first()?;
            let least = all.iter().fold(first, |least, one| least.min(*one));
            Some((least.into(), all.iter().fold(first, |most, one| most.max(*one)).into()))
        }
        let ends = match self {
            Self::Bytes(all) => ends(all),
            Self::Shorts(all) => ends(all),
            Self::Ints(all) => ends(all),
            Self::Longs(all) => ends(all),
            Self::Bits(..) => Some((0, 1)),
        };
        ends.unwrap_or((0, 0))
    }
}

fn bit(words: &[u64], row: usize) -> bool {
    words[row / 64] >> (row % 64) & 1 == 1
}

/// A fact of many people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    meaning: Meaning,
    pub(crate) cells: Cells,
    /// The least and greatest number in it.
    pub(crate) range: (i64, i64),
    known: Option<Vec<u64>>,
    nothing: Option<Vec<u64>>,
}

impl Column {
    fn new(name: &str, meaning: Meaning, cells: Cells) -> Self {
        Self { name: name.to_owned(), meaning, range: cells.range(), cells, known: None, nothing: None }
    }

    /// Small whole numbers: ages, levels.
    #[must_use]
    pub fn bytes(name: &str, numbers: Vec<u8>) -> Self {
        Self::new(name, Meaning::Number, Cells::Bytes(numbers))
    }

    /// Whole numbers of 32 bits.
    #[must_use]
    pub fn ints(name: &str, numbers: Vec<i32>) -> Self {
        Self::new(name, Meaning::Number, Cells::Ints(numbers))
    }

    /// Whole numbers of 64 bits: amounts in fen.
    #[must_use]
    pub fn longs(name: &str, numbers: Vec<i64>) -> Self {
        Self::new(name, Meaning::Number, Cells::Longs(numbers))
    }

    /// Yes or no, one bit each, the first in the lowest bit; `len` of them.
    #[must_use]
    pub fn bits(name: &str, mut words: Vec<u64>, len: usize) -> Self {
        words.resize(len.div_ceil(64), 0);
        Self::new(name, Meaning::Flag, Cells::Bits(words, len))
    }

    /// Yes or no.
    #[must_use]
    pub fn flags(name: &str, flags: impl IntoIterator<Item = bool>) -> Self {
        let bytes = flags.into_iter().map(u8::from).collect();
        Self::new(name, Meaning::Flag, Cells::Bytes(bytes))
    }

    /// Days.
    #[must_use]
    pub fn days(name: &str, days: impl IntoIterator<Item = Date>) -> Self {
        Self::new(name, Meaning::Day, Cells::Ints(days.into_iter().map(day_number).collect()))
    }

    /// Words or texts, given as their places in a list. None if a place is not in the list.
    #[must_use]
    pub fn words(name: &str, places: Vec<u16>, list: Vec<String>) -> Option<Self> {
        let narrow = list.len() <= 256;
        let cells =
            if narrow { Cells::Bytes(places.iter().map(|p| *p as u8).collect()) } else { Cells::Shorts(places) };
        let column = Self::new(name, Meaning::Word(list), cells);
        let Meaning::Word(list) = &column.meaning else { return None };
        (column.cells.len() == 0 || (column.range.1 as usize) < list.len()).then_some(column)
    }

    /// Sets of words, given as bits: the first word of the list is the lowest. None if a bit has no word.
    #[must_use]
    pub fn sets(name: &str, sets: Vec<i64>, list: Vec<String>) -> Option<Self> {
        let fits = list.len() < 63 && sets.iter().all(|set| *set >= 0 && set >> list.len() == 0);
        fits.then(|| Self::new(name, Meaning::Set(list), Cells::Longs(sets)))
    }

    /// The same, known only where the bit is set.
    #[must_use]
    pub fn known(mut self, mut known: Vec<u64>) -> Self {
        known.resize(self.cells.len().div_ceil(64), 0);
        self.known = Some(known);
        self
    }

    /// The same, known to be nothing where the bit is set: never done, funded by nobody.
    #[must_use]
    pub fn nothing(mut self, mut nothing: Vec<u64>) -> Self {
        nothing.resize(self.cells.len().div_ceil(64), 0);
        self.nothing = Some(nothing);
        self
    }

    /// The name of the fact.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers of all rows as they are kept: days since 1970, places of words, bits of sets; any number where the fact
    /// is not known.
    pub fn numbers(&self) -> impl Iterator<Item = i64> {
        (0..self.cells.len()).map(|row| self.cells.get(row))
    }

    /// The words that its numbers stand for, if they stand for words.
    #[must_use]
    pub fn words_of(&self) -> &[String] {
        if let Meaning::Word(list) | Meaning::Set(list) = &self.meaning { list } else { &[] }
    }

    pub(crate) fn is_known(&self, row: usize) -> bool {
        self.known.as_ref().is_none_or(|known| bit(known, row))
    }

    pub(crate) fn is_nothing(&self, row: usize) -> bool {
        self.nothing.as_ref().is_some_and(|nothing| bit(nothing, row))
    }

    pub(crate) fn never_nothing(&self) -> bool {
        self.nothing.is_none()
    }

    pub(crate) fn always_known(&self) -> bool {
        self.known.is_none()
    }

    /// The value in a row, if it is known.
    #[must_use]
    pub fn value(&self, row: usize) -> Option<Value> {
        match (self.is_known(row), self.is_nothing(row)) {
            (false, _) => None,
            (true, true) => Some(Value::Nothing),
            (true, false) => self.meant(self.cells.get(row)),
        }
    }

    /// The value that a number of this column stands for.
    pub(crate) fn meant(&self, number: i64) -> Option<Value> {
        Some(match &self.meaning {
            Meaning::Number => Value::Int(number),
            Meaning::Flag => Value::Bool(number == 1),
            Meaning::Day => Value::Date(day(number.into())?),
            Meaning::Word(list) => Value::Text(list.get(usize::try_from(number).ok()?)?.clone()),
            Meaning::Set(list) => Value::Set(
                list.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1).map(|(_, w)| w.clone()).collect(),
            ),
        })
    }

    /// Whether every number means something else, so that values are looked up; the words of a set, if it holds sets.
    pub(crate) fn dictionary(&self) -> Option<usize> {
        if let Meaning::Word(list) = &self.meaning { Some(list.len()) } else { None }
    }

    pub(crate) fn set_words(&self) -> Option<&[String]> {
        if let Meaning::Set(list) = &self.meaning { Some(list) } else { None }
    }
}

/// The facts of many people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    len: usize,
    columns: Vec<Column>,
}

impl Columns {
    /// No facts yet, of so many people.
    #[must_use]
    pub const fn new(len: usize) -> Self {
        Self { len, columns: vec![] }
    }

    /// The same with one more fact; it replaces one of the same name.
    ///
    /// # Errors
    /// When the column is not as long as the others.
    pub fn with(mut self, column: Column) -> Result<Self, String> {
        if column.cells.len() != self.len {
            return Err(format!("列“{}”有 {} 个值，应有 {} 个", column.name, column.cells.len(), self.len));
        }
        self.columns.retain(|other| other.name != column.name);
        self.columns.push(column);
        Ok(self)
    }

    /// How many people.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nobody.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The column of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The facts of one person, for the trace of whoever is opened. None if there is no such row.
    #[must_use]
    pub fn facts(&self, row: usize) -> Option<Facts> {
        let fact = |column: &Column| Some((column.name.clone(), column.value(row)?));
        (row < self.len).then(|| self.columns.iter().filter_map(fact).collect())
    }
}
