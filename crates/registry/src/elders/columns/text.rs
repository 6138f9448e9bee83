//! All names in one buffer, and how they are typed in another: finding part of a name is one pass over memory.

use crate::elders::pinyin::reading;
use memchr::memmem::Finder;

/// Between entries.
const END: u8 = b'\n';
/// Between initials and full reading.
const SPACE: u8 = b' ';
/// What an entry is overwritten with when its name has changed; no name contains it.
const BLANK: u8 = 1;

/// How well a name fits what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The whole name.
    Whole,
    /// Its beginning.
    Start,
    /// Some part of it.
    Part,
}

/// Entries one after the other: `\nentry\nentry\n`.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    starts: Vec<u32>,
}

impl Buffer {
    fn push(&mut self, entry: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.push(END);
        }
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(entry);
        self.bytes.push(END);
    }

    fn range(&self, entry: usize) -> std::ops::Range<usize> {
        let end = self.starts.get(entry + 1).map_or(self.bytes.len(), |next| *next as usize);
        self.starts[entry] as usize..end - 1
    }

    fn blank(&mut self, entry: usize) {
        let range = self.range(entry);
        self.bytes[range].fill(BLANK);
    }

    /// Calls `found` with entry and fit, once per entry that contains the needle (after the byte `lead`, if one is given)
    /// and that `lets` lets through, until it answers `false`.
    fn find(
        &self,
        lead: Option<u8>,
        needle: &[u8],
        lets: impl Fn(usize) -> bool,
        mut found: impl FnMut(usize, Fit) -> bool,
    ) {
        let led: Vec<u8> = lead.into_iter().chain(needle.iter().copied()).collect();
        let finder = Finder::new(&led);
        let (mut from, mut entry) = (0, 0);
        while let Some(at) = self.bytes.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
            let at = at + led.len() - needle.len();
            entry = self.entry_at(entry, at);
            let range = self.range(entry);
            from = range.end;
            if lets(entry) && !found(entry, self.best(&finder, at, range.end, needle.len())) {
                return;
            }
        }
    }

    /// The best fit within an entry, of which the first place is known.
    fn best(&self, finder: &Finder<'_>, at: usize, end: usize, len: usize) -> Fit {
        let first = self.fit(at, len);
        let later = || finder.find_iter(&self.bytes[at + 1..end]).map(|i| self.fit(at + 1 + i, len)).min();
        if first == Fit::Whole || finder.needle().len() != len {
            first
        } else {
            later().map_or(first, |l| l.min(first))
        }
    }

    /// The entry that a place lies in, at or after the given one: near ones are found without a long search.
    fn entry_at(&self, from: usize, at: usize) -> usize {
        let mut step = 1;
        while self.starts.get(from + step).is_some_and(|start| *start as usize <= at) {
            step *= 2;
        }
        let end = (from + step).min(self.starts.len());
        from + self.starts[from..end].partition_point(|start| *start as usize <= at) - 1
    }

    fn fit(&self, at: usize, len: usize) -> Fit {
        let edge = |b: Option<&u8>| matches!(b, Some(&(END | SPACE)) | None);
        match (edge(self.bytes.get(at.wrapping_sub(1))), edge(self.bytes.get(at + len))) {
            (true, true) => Fit::Whole,
            (true, false) => Fit::Start,
            _ => Fit::Part,
        }
    }
}

/// The names of all rows.
#[derive(Default)]
pub struct Names {
    names: Buffer,
    sounds: Buffer,
    /// Row of each entry. A changed name is a new entry at the end.
    rows: Vec<u32>,
    /// Entry of each row.
    entries: Vec<u32>,
}

impl Names {
    pub(super) fn with_capacity(size: usize) -> Self {
        let buffer = |each| Buffer { bytes: Vec::with_capacity(size * each), starts: Vec::with_capacity(size) };
        // Three characters of three bytes; three initials and about eleven letters.
        let (names, sounds) = (buffer(10), buffer(16));
        Self { names, sounds, rows: Vec::with_capacity(size), entries: Vec::with_capacity(size) }
    }

    pub(super) fn push(&mut self, name: &str) {
        let row = self.entries.len() as u32;
        self.entries.push(self.rows.len() as u32);
        self.append(row, name);
    }

    fn append(&mut self, row: u32, name: &str) {
        let name = clean(name);
        let (initials, full) = reading(&name);
        self.rows.push(row);
        self.names.push(name.as_bytes());
        self.sounds.push(format!("{initials} {full}").as_bytes());
    }

    pub(super) fn replace(&mut self, row: usize, name: &str) {
        if self.name(row) == clean(name) {
            return;
        }
        let old = self.entries[row] as usize;
        self.names.blank(old);
        self.sounds.blank(old);
        self.entries[row] = self.rows.len() as u32;
        self.append(row as u32, name);
    }

    /// The name of a row.
    #[must_use]
    pub fn name(&self, row: usize) -> &str {
        let entry = self.entries[row] as usize;
        std::str::from_utf8(&self.names.bytes[self.names.range(entry)]).unwrap_or_default()
    }

    /// Rows whose name contains the text and which `lets` lets through, until `found` answers `false`.
    pub fn with_name(&self, text: &str, lets: impl Fn(usize) -> bool, mut found: impl FnMut(usize, Fit) -> bool) {
        let text = clean(text);
        if !text.is_empty() {
            let row = |entry: usize| self.rows[entry] as usize;
            self.names.find(None, text.as_bytes(), |e| lets(row(e)), |e, fit| found(row(e), fit));
        }
    }

    /// Rows whose name is typed so: initials or pinyin or part of them; of one or two letters only the beginning, as
    /// nearly every name contains them somewhere. A row may be found twice.
    pub fn with_sound(&self, letters: &str, lets: impl Fn(usize) -> bool, mut found: impl FnMut(usize, Fit) -> bool) {
        let letters: String = letters.chars().filter(char::is_ascii_alphanumeric).collect();
        let letters = letters.to_ascii_lowercase();
        let leads: &[Option<u8>] = match letters.len() {
            0 => &[],
            1 | 2 => &[Some(END), Some(SPACE)],
            _ => &[None],
        };
        let row = |entry: usize| self.rows[entry] as usize;
        for lead in leads {
            self.sounds.find(*lead, letters.as_bytes(), |e| lets(row(e)), |e, fit| found(row(e), fit));
        }
    }
}

/// Separators and the blank never stand within a name.
fn clean(name: &str) -> String {
    kernel::text::name_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Names {
        let mut names = Names::default();
        for name in ["王建国", "王建", "李建国", "曾小建", "欧阳国"] {
            names.push(name);
        }
        names
    }

    fn hits(names: &Names, text: &str) -> Vec<(usize, Fit)> {
        let mut all = Vec::new();
        let mut note = |row, fit| {
            all.push((row, fit));
            true
        };
        if text.is_ascii() {
            names.with_sound(text, |_| true, &mut note)
        } else {
            names.with_name(text, |_| true, &mut note)
        }
        all
    }

    #[test]
    fn names_are_found_by_part_pinyin_and_initials() {
        let names = sample();
        assert_eq!(hits(&names, "王建"), [(0, Fit::Start), (1, Fit::Whole)]);
        assert_eq!(hits(&names, "建国"), [(0, Fit::Part), (2, Fit::Part)]);
        assert_eq!(hits(&names, "wjg"), [(0, Fit::Whole)]);
        assert_eq!(hits(&names, "WJ"), [(0, Fit::Start), (1, Fit::Whole)]);
        assert_eq!(hits(&names, "lijianguo"), [(2, Fit::Whole)]);
        assert_eq!(hits(&names, "zeng"), [(3, Fit::Start)]);
        assert_eq!(hits(&names, "jianguo").len(), 2);
        assert_eq!(hits(&names, "li"), [(2, Fit::Start)]);
        assert_eq!(hits(&names, "an"), []);
        assert_eq!(hits(&names, "不在"), []);
        assert_eq!(hits(&names, ""), []);
    }

    #[test]
    fn a_changed_name_is_found_by_the_new_one_only() {
        let mut names = sample();
        names.replace(1, "赵铁柱");
        names.replace(3, "曾小建");
        assert_eq!(hits(&names, "王建"), [(0, Fit::Start)]);
        assert_eq!(hits(&names, "ztz"), [(1, Fit::Whole)]);
        assert_eq!((names.name(1), names.name(3), names.name(4)), ("赵铁柱", "曾小建", "欧阳国"));
        names.push("钱七");
        assert_eq!((hits(&names, "钱"), names.name(5)), (vec![(5, Fit::Start)], "钱七"));
    }
}
