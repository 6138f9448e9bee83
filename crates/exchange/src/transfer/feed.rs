//! The reading side of an import: a thread of its own reads, understands and compares rows, and hands them over in
//! chunks to the one that writes.

use super::kinds::{Context, Fault, Kind, Parsed};
use super::matching::Layout;
use super::read::{Outline, Row, Source, Unreadable};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::mpsc::SyncSender;

/// A row of the file, read.
pub struct Item {
    /// The cells.
    pub row: Row,
    /// What it means, or what is wrong with it.
    pub verdict: Result<Parsed, Vec<Fault>>,
    /// An earlier row of the file says the very same.
    pub repeated: bool,
}

/// What the reading thread sends.
pub enum Message {
    /// So many rows.
    Chunk(Vec<Item>),
    /// All rows are sent; remarks on the file.
    End(Vec<String>),
    /// The file cannot be read on.
    Broken(Unreadable),
}

/// What is to be read.
pub struct Feed<'a> {
    /// Which kind of roster.
    pub kind: Kind,
    /// Where the file lies.
    pub path: &'a Path,
    /// What the first look showed.
    pub outline: &'a Outline,
    /// Where things stand in it.
    pub layout: &'a Layout,
    /// What rows are read against.
    pub context: &'a Context,
    /// Rows up to this number are done already: they are read, but not handed over.
    pub done_row: i64,
    /// Rows of a chunk.
    pub chunk: usize,
}

impl Feed<'_> {
    /// Reads all rows; ends early when nobody takes them any more.
    pub fn run(&self, out: &SyncSender<Message>) {
        let last = match self.send_rows(out) {
            Ok(notes) => Message::End(notes),
            Err(e) => Message::Broken(e),
        };
        // The taker may have stopped; then nobody is interested in the end either.
        let _ = out.send(last);
    }

    fn send_rows(&self, out: &SyncSender<Message>) -> Result<Vec<String>, Unreadable> {
        let mut source = Source::open(self.path, self.outline)?;
        let mut seen = Seen::default();
        let mut chunk = Vec::new();
        let mut notes = Vec::new();
        let mut wanted = true;
        let found = source.rows(&self.layout.sheet, &mut |row| {
            if row.number <= self.layout.heading_row || row.is_empty() {
                return true;
            }
            if self.is_example(&row) {
                notes.push(format!("第 {} 行是模板中的示例，已跳过", row.number));
                return true;
            }
            let item = self.item(row, &mut seen);
            if i64::from(item.row.number) > self.done_row {
                chunk.push(item);
            }
            if chunk.len() == self.chunk {
                let full = std::mem::take(&mut chunk);
                wanted = out.send(Message::Chunk(full)).is_ok();
            }
            wanted
        })?;
        if wanted && !chunk.is_empty() {
            // As above: a taker that has stopped needs nothing.
            let _ = out.send(Message::Chunk(chunk));
        }
        notes.extend(found);
        Ok(notes)
    }

    /// Somebody left the template's example in the sheet.
    fn is_example(&self, row: &Row) -> bool {
        let columns = self.kind.columns().iter().zip(&self.layout.map).take(2);
        columns.clone().all(|(column, at)| at.is_some_and(|at| row.get(at) == column.example))
    }

    fn item(&self, row: Row, seen: &mut Seen) -> Item {
        let verdict = self.kind.parse_row(&row, &self.layout.map, self.context);
        match verdict {
            Ok(parsed) => match seen.meet(&row, &parsed, &self.layout.map) {
                Meeting::First => Item { row, verdict: Ok(parsed), repeated: false },
                Meeting::Same => Item { row, verdict: Ok(parsed), repeated: true },
                Meeting::Other { first, name } => {
                    Item { row, verdict: Err(vec![duplicate(self.kind, first, name)]), repeated: false }
                }
            },
            Err(faults) => Item { row, verdict: Err(faults), repeated: false },
        }
    }
}

fn duplicate(kind: Kind, first: u32, name: bool) -> Fault {
    let what = if name { "姓名（名称）不同" } else { "内容不同" };
    Fault::new(
        kind.column(kind.columns().iter().find(|c| kind.key().starts_with(c.heading)).map_or("", |c| c.heading)),
        format!("疑似重复：与第 {first} 行的{}相同，但{what}，请核实后只保留正确的一行", kind.key()),
    )
}

/// What an earlier row with the same key was like.
enum Meeting {
    First,
    Same,
    Other { first: u32, name: bool },
}

/// The keys of a file: hashes only, so that a million rows take some tens of megabytes.
#[derive(Default)]
struct Seen(HashMap<u64, Trace>);

struct Trace {
    row: u32,
    name: u32,
    content: u64,
}

fn hash(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

/// The cells that are read, without blanks and width: what people see as the same.
fn content(row: &Row, map: &[Option<usize>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for at in map.iter().flatten() {
        kernel::text::name_key(row.get(*at)).hash(&mut hasher);
    }
    hasher.finish()
}

impl Seen {
    fn meet(&mut self, row: &Row, parsed: &Parsed, map: &[Option<usize>]) -> Meeting {
        let name = hash(&kernel::text::name_key(parsed.name())) as u32;
        let trace = Trace { row: row.number, name, content: content(row, map) };
        match self.0.entry(hash(&parsed.key())) {
            Entry::Vacant(free) => {
                free.insert(trace);
                Meeting::First
            }
            Entry::Occupied(there) if there.get().content == trace.content => Meeting::Same,
            Entry::Occupied(there) => {
                let first = there.get();
                Meeting::Other { first: first.row, name: first.name != trace.name }
            }
        }
    }
}
