//! A column of facts while it is filled from text.

use super::columns::{Cells, Column};
use crate::expr::day;
use crate::kind::Kind;
use crate::value::Value;
use std::collections::HashMap;

/// A fact of many people, line by line.
pub(crate) struct Fill<'a> {
    name: &'a str,
    kind: &'a Kind,
    cells: Cells,
    /// The words in the order of their numbers, for words, texts and sets.
    words: Vec<String>,
    places: HashMap<String, u16>,
    /// The rows in which the fact is not known.
    gaps: Vec<usize>,
    /// The rows in which there is none.
    nothing: Vec<usize>,
    /// What is taken as digits: the least number and how many more are allowed; nothing if the fact is no number.
    digits: Option<(u32, u32)>,
}

impl<'a> Fill<'a> {
    pub(crate) fn new(name: &'a str, kind: &'a Kind, rows: usize) -> Self {
        let (mut cells, mut words, mut digits) = (Cells::Ints(Vec::with_capacity(rows)), vec![], None);
        match kind.inner() {
            Kind::Integer { lo, hi, .. } => {
                let least = u32::try_from((*lo).max(0)).unwrap_or(u32::MAX);
                let most = u32::try_from((*hi).min(i32::MAX.into())).unwrap_or(0);
                digits = most.checked_sub(least).map(|more| (least, more));
                if (0..=255).contains(lo) && (0..=255).contains(hi) {
                    cells = Cells::Bytes(Vec::with_capacity(rows));
                }
            }
            Kind::Boolean => cells = Cells::Bytes(Vec::with_capacity(rows)),
            Kind::Word(list) => {
                words = list.words.iter().map(|(code, _)| code.clone()).collect();
                cells = Cells::Shorts(Vec::with_capacity(rows));
            }
            Kind::Text => cells = Cells::Shorts(Vec::with_capacity(rows)),
            Kind::SetOf(list) => {
                words = list.words.iter().map(|(code, _)| code.clone()).collect();
                cells = Cells::Longs(Vec::with_capacity(rows));
            }
            Kind::Date | Kind::Maybe(_) => {}
        }
        Self { name, kind, cells, words, places: HashMap::new(), gaps: vec![], nothing: vec![], digits }
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Takes a number of at most eight digits; false where it is out of range or the fact is no number.
    #[inline]
    pub(crate) fn number(&mut self, number: u32) -> bool {
        let fits = self.digits.is_some_and(|(least, more)| number.wrapping_sub(least) <= more);
        if fits {
            match &mut self.cells {
                Cells::Bytes(all) => all.push(number as u8),
                Cells::Ints(all) => all.push(number as i32),
                Cells::Longs(all) => all.push(number.into()),
                Cells::Shorts(_) | Cells::Bits(..) => return false,
            }
        }
        fits
    }

    /// Takes a field of any kind; an error says what would be right.
    pub(crate) fn text(&mut self, field: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(field).map_err(|_| format!("“{}”不是 UTF-8 文字", self.name))?.trim();
        if text.is_empty() {
            self.gaps.push(self.len());
            self.push(self.filler());
            return Ok(());
        }
        let wrong = |why| format!("“{}”{why}", self.name);
        let number = match self.kind.read(text).map_err(wrong)? {
            Value::Nothing => {
                self.nothing.push(self.len());
                self.filler()
            }
            Value::Text(text) if self.kind.inner() == &Kind::Text => self.place(&text)?,
            value => self.kind.number(&value, &[]).map_err(wrong)?,
        };
        self.push(number);
        Ok(())
    }

    /// A number of the type, where there is no value.
    fn filler(&self) -> i64 {
        if let Kind::Integer { lo, .. } = self.kind.inner() { (*lo).max(0) } else { 0 }
    }

    /// The number of a text, the next where it is new.
    fn place(&mut self, text: &str) -> Result<i64, String> {
        if let Some(place) = self.places.get(text) {
            return Ok((*place).into());
        }
        let place = u16::try_from(self.words.len()).map_err(|_| self.too_many())?;
        self.words.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        Ok(place.into())
    }

    fn too_many(&self) -> String {
        format!("“{}”的不同文字超过 {} 个", self.name, u16::MAX)
    }

    fn push(&mut self, number: i64) {
        match (&mut self.cells, i32::try_from(number)) {
            (Cells::Bytes(all), _) => all.push(number as u8),
            (Cells::Shorts(all), _) => all.push(number as u16),
            (Cells::Ints(all), Ok(number)) => all.push(number),
            (Cells::Longs(all), _) => all.push(number),
            (cells, _) => {
                let wide = (0..cells.len()).map(|row| cells.get(row)).chain([number]);
                *cells = Cells::Longs(wide.collect());
            }
        }
    }

    /// Takes back what came after so many rows.
    pub(crate) fn cut(&mut self, rows: usize) {
        match &mut self.cells {
            Cells::Bytes(all) => all.truncate(rows),
            Cells::Shorts(all) => all.truncate(rows),
            Cells::Ints(all) => all.truncate(rows),
            Cells::Longs(all) => all.truncate(rows),
            Cells::Bits(..) => {}
        }
        for all in [&mut self.gaps, &mut self.nothing] {
            all.truncate(all.partition_point(|row| *row < rows));
        }
    }

    /// Appends the rows of the next part.
    pub(crate) fn append(&mut self, more: Self) -> Result<(), String> {
        let before = self.len();
        self.gaps.extend(more.gaps.iter().map(|row| row + before));
        self.nothing.extend(more.nothing.iter().map(|row| row + before));
        if self.kind.inner() == &Kind::Text {
            let places = more.words.iter().map(|word| self.place(word)).collect::<Result<Vec<i64>, _>>()?;
            (0..more.len()).for_each(|row| self.push(places.get(more.cells.get(row) as usize).copied().unwrap_or(0)));
            return Ok(());
        }
        match (&mut self.cells, &more.cells) {
            (Cells::Bytes(all), Cells::Bytes(more)) => all.extend_from_slice(more),
            (Cells::Shorts(all), Cells::Shorts(more)) => all.extend_from_slice(more),
            (Cells::Ints(all), Cells::Ints(more)) => all.extend_from_slice(more),
            _ => (0..more.len()).for_each(|row| self.push(more.cells.get(row))),
        }
        Ok(())
    }

    /// The column.
    pub(crate) fn column(self) -> Result<Column, String> {
        let (name, len) = (self.name, self.len());
        let bits = |rows: &[usize]| {
            let mut words = vec![0_u64; len.div_ceil(64)];
            rows.iter().for_each(|row| words[row / 64] |= 1 << (row % 64));
            words
        };
        let column = match (self.kind.inner(), self.cells) {
            (Kind::Word(_) | Kind::Text, Cells::Shorts(places)) => {
                let list = if self.words.is_empty() { vec![String::new()] } else { self.words };
                Column::words(name, places, list).ok_or_else(|| format!("“{name}”的文字读错了"))?
            }
            (Kind::SetOf(_), Cells::Longs(sets)) => {
                Column::sets(name, sets, self.words).ok_or_else(|| format!("“{name}”的集合读错了"))?
            }
            (Kind::Boolean, Cells::Bytes(flags)) => Column::flags(name, flags.into_iter().map(|one| one == 1)),
            (Kind::Date, cells) => {
                Column::days(name, (0..len).map(|row| day(cells.get(row).into()).unwrap_or_default()))
            }
            (_, Cells::Bytes(numbers)) => Column::bytes(name, numbers),
            (_, Cells::Ints(numbers)) => Column::ints(name, numbers),
            (_, cells) => Column::longs(name, (0..len).map(|row| cells.get(row)).collect()),
        };
        let column = if self.nothing.is_empty() { column } else { column.nothing(bits(&self.nothing)) };
        let known = || bits(&self.gaps).into_iter().map(|word| !word).collect();
        Ok(if self.gaps.is_empty() { column } else { column.known(known()) })
    }
}
