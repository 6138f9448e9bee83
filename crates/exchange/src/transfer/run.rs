//! The writing side of an import: dry run, writing in chunks that can be taken up again, taking back.

use super::feed::{Feed, Item, Message};
use super::kinds::{Context, Fault, Kind};
use super::matching::{self, Layout};
use super::model::{Batch, Counts, Outcome};
use super::read::{self, Outline, Source};
use super::store::{self, NewRow};
use super::target::{self, Landed};
use db::{Actor, Db, Error, Tx};
use kernel::{BatchId, Clock};
use registry::saved::Saved;
use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};

/// Rows of a transaction: large enough that its cost does not count, small enough that others get their turn.
pub const CHUNK: usize = 5_000;
/// Chunks that wait for the writer.
const AHEAD: usize = 2;
/// Reasons that are shown when a batch cannot be taken back.
const REASONS: usize = 20;

/// Why work on a batch ended early.
#[derive(Debug)]
pub enum Stop {
    /// The file cannot be used; in words for the person who brought it.
    File(String),
    /// The store failed.
    Store(Error),
    /// The program is about to stop; the job is taken up again at the next start.
    Leaving,
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        Self::Store(e)
    }
}

impl From<read::Unreadable> for Stop {
    fn from(e: read::Unreadable) -> Self {
        Self::File(e.0)
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(text) => f.write_str(text),
            Self::Store(e) => write!(f, "{e}"),
            Self::Leaving => f.write_str("程序正在停止，下次启动后继续"),
        }
    }
}

/// With what an import works.
pub struct Work<'a> {
    /// The store.
    pub db: &'a Db,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Told how many rows are done, and about how many there are.
    pub tell: &'a dyn Fn(usize, usize),
    /// Asked between chunks whether to stop.
    pub stopping: &'a dyn Fn() -> bool,
    /// Rows of a transaction, usually [`CHUNK`].
    pub chunk: usize,
}

/// Whether rows are written for good.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Dry,
    Write,
}

impl Work<'_> {
    /// The dry run: what would become of each row. Nothing but the batch itself is written.
    ///
    /// # Errors
    /// [`Stop::File`] when the file cannot be used: the batch is rejected.
    pub fn check(&self, by: &Actor, id: BatchId, path: &Path) -> Result<Counts, Stop> {
        let batch = self.db.read(|tx| store::find(tx, by, id))?;
        self.db.write(|tx| store::begin(tx, id))?;
        let result = self.locate(&batch, path).and_then(|(outline, layout)| {
            let batch = Batch { done_row: 0, counts: Counts::default(), layout: Some(layout.clone()), ..batch.clone() };
            self.pass(by, &batch, path, &outline, &layout, Mode::Dry)
        });
        match result {
            Ok(counts) => {
                self.db.write(|tx| store::step(tx, id, "check"))?;
                Ok(counts)
            }
            Err(Stop::File(text)) => {
                self.db.write(|tx| store::reject(tx, id, &text))?;
                Err(Stop::File(text))
            }
            Err(other) => Err(other),
        }
    }

    /// Writes the rows of a batch that is being applied, from where it stopped.
    ///
    /// # Errors
    /// What stopped it; the rows so far stay, and calling again goes on after them.
    pub fn apply(&self, by: &Actor, id: BatchId, path: &Path) -> Result<Counts, Stop> {
        let batch = self.db.read(|tx| store::find(tx, by, id))?;
        let (outline, layout) = self.locate(&batch, path)?;
        let counts = self.pass(by, &batch, path, &outline, &layout, Mode::Write)?;
        let by = self.at_present(by);
        self.db.write(|tx| store::finish(tx, &by, &batch, &counts))?;
        Ok(counts)
    }

    /// Takes a batch back whole, or not at all.
    ///
    /// # Errors
    /// The rows that cannot be taken back, each with its reason.
    pub fn undo(&self, by: &Actor, id: BatchId) -> Result<Counts, Stop> {
        let batch = self.db.read(|tx| store::find(tx, by, id))?;
        let total = (batch.counts.created + batch.counts.changed) as usize;
        let result = self.db.write(|tx| self.take_back(tx, by, &batch, total));
        if let Err(Stop::File(reasons)) = &result {
            self.db.write(|tx| store::set_findings(tx, id, &batch.notes, reasons))?;
        }
        result.map(|()| batch.counts)
    }

    fn take_back(&self, tx: &mut Tx<'_>, by: &Actor, batch: &Batch, total: usize) -> Result<(), Stop> {
        store::undone(tx, by, batch)?;
        let (mut before, mut done, mut reasons) = (i64::MAX, 0, Vec::new());
        loop {
            let rows = store::done_before(tx, batch.id, before, self.chunk as i64)?;
            let Some(last) = rows.last() else { break };
            before = last.number;
            for row in &rows {
                if let Err(why) = target::take_back(tx, by, batch.kind, row)?
                    && reasons.len() < REASONS
                {
                    reasons.push(format!("第 {} 行 {why}", row.number));
                }
            }
            done += rows.len();
            (self.tell)(done, total);
        }
        if !reasons.is_empty() {
            return Err(Stop::File(format!("不能撤回，没有改动任何数据：{}", reasons.join("；"))));
        }
        Ok(())
    }

    fn at_present(&self, by: &Actor) -> Actor {
        Actor { now: self.clock.now(), ..by.clone() }
    }

    /// Looks at the file again and finds its columns, unless that was done before.
    fn locate(&self, batch: &Batch, path: &Path) -> Result<(Outline, Layout), Stop> {
        let outline = read::outline(path)?;
        if outline.sm3 != batch.file_sm3 {
            return Err(Stop::File("文件在上传之后被改动过，请重新上传".into()));
        }
        if let Some(layout) = &batch.layout {
            return Ok((outline, layout.clone()));
        }
        let tops = Source::open(path, &outline)?.tops()?;
        let layout = matching::find(batch.kind, &tops)?;
        self.db.write(|tx| store::set_layout(tx, batch.id, &layout))?;
        Ok((outline, layout))
    }

    fn context(&self, by: &Actor, batch: &Batch) -> Result<Context, Stop> {
        let (areas, institutions) =
            self.db.read(|tx| Ok::<_, Error>((store::area_names(tx)?, store::institution_codes(tx)?)))?;
        let today = kernel::time::date_of(batch.created_at);
        Ok(Context { today, scope: by.scope, areas, institutions, rename: batch.options.rename })
    }

    fn pass(
        &self,
        by: &Actor,
        batch: &Batch,
        path: &Path,
        outline: &Outline,
        layout: &Layout,
        mode: Mode,
    ) -> Result<Counts, Stop> {
        let context = self.context(by, batch)?;
        let estimate = Source::open(path, outline)?.estimate(&layout.sheet);
        // An area may name one of the same file as its parent, so a dry run must see the whole tree at once.
        let chunk = if mode == Mode::Dry && batch.kind == Kind::Areas { usize::MAX } else { self.chunk };
        let (kind, done_row) = (batch.kind, batch.done_row);
        let feed = Feed { kind, path, outline, layout, context: &context, done_row, chunk };
        let mut writer =
            Writer { work: self, by, batch, mode, estimate, counts: batch.counts, outside: HashMap::new() };
        let (out, rows) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || feed.run(&out));
            writer.take(rows)
        })?;
        Ok(writer.counts)
    }
}

struct Writer<'a> {
    work: &'a Work<'a>,
    by: &'a Actor,
    batch: &'a Batch,
    mode: Mode,
    estimate: usize,
    counts: Counts,
    /// Areas of rows that lie outside the sight of whoever imports, and how many.
    outside: HashMap<String, i64>,
}

/// A dry run ends every transaction by this, so that nothing of it stays.
enum Dry {
    Judged(Vec<NewRow>, Counts),
    Failed(Error),
}

impl From<Error> for Dry {
    fn from(e: Error) -> Self {
        Self::Failed(e)
    }
}

impl Writer<'_> {
    fn take(&mut self, rows: Receiver<Message>) -> Result<(), Stop> {
        for message in rows {
            match message {
                Message::Chunk(chunk) => self.chunk(&chunk)?,
                Message::End(notes) => return self.end(notes),
                Message::Broken(e) => return Err(e.into()),
            }
            if (self.work.stopping)() {
                return Err(Stop::Leaving);
            }
        }
        Err(Stop::File("读文件的线程意外停止，请重试".into()))
    }

    fn chunk(&mut self, chunk: &[Item]) -> Result<(), Stop> {
        self.note_outside(chunk);
        let by = self.work.at_present(self.by);
        let last = chunk.last().map_or(0, |item| item.row.number);
        let (id, db) = (self.batch.id, self.work.db);
        self.counts = match self.mode {
            Mode::Write => db.write(|tx| {
                let (rows, counts) = self.judge(tx, &by, chunk)?;
                store::add_rows(tx, id, &rows, last, &counts)?;
                Ok::<_, Error>(counts)
            })?,
            Mode::Dry => {
                let judged = db.write(|tx| {
                    let (rows, counts) = self.judge(tx, &by, chunk)?;
                    Err::<(), Dry>(Dry::Judged(rows, counts))
                });
                match judged {
                    Err(Dry::Judged(rows, counts)) => {
                        db.write(|tx| store::add_rows(tx, id, &rows, last, &counts))?;
                        counts
                    }
                    Err(Dry::Failed(e)) => return Err(e.into()),
                    Ok(()) => return Err(Stop::File("核对没有结果，请重试".into())),
                }
            }
        };
        (self.work.tell)(self.counts.rows as usize, self.estimate.max(self.counts.rows as usize));
        Ok(())
    }

    fn judge(&self, tx: &mut Tx<'_>, by: &Actor, chunk: &[Item]) -> Result<(Vec<NewRow>, Counts), Error> {
        let mut counts = self.counts;
        let mut rows = Vec::with_capacity(chunk.len());
        for item in chunk {
            let result = match &item.verdict {
                Err(faults) => self.refused(&item.row, faults),
                Ok(parsed) => match target::save(tx, by, self.batch.kind, parsed)? {
                    Ok(landed) => self.landed(item, landed),
                    Err(fault) => self.refused(&item.row, &[fault]),
                },
            };
            counts.add(result.outcome);
            rows.push(result);
        }
        Ok((rows, counts))
    }

    fn landed(&self, item: &Item, landed: Landed) -> NewRow {
        let dry = self.mode == Mode::Dry;
        let (outcome, reason, private) = match landed.saved {
            // The row that it repeats was taken back with its chunk.
            _ if dry && item.repeated => (Outcome::Unchanged, None, None),
            Saved::Created => (Outcome::Created, None, None),
            Saved::Unchanged => (Outcome::Unchanged, None, None),
            Saved::Changed(changes) => {
                let labels: Vec<&str> = changes.iter().map(|c| c.label.as_str()).collect();
                (Outcome::Changed, Some(labels.join("、")), serde_json::to_string(&changes).ok())
            }
        };
        let exists = !(dry && outcome == Outcome::Created);
        let subject = exists.then_some(landed.subject);
        let owner = landed.owner.filter(|_| exists);
        NewRow { number: item.row.number, outcome, subject, owner, cell: None, reason, private }
    }

    fn refused(&self, row: &read::Row, faults: &[Fault]) -> NewRow {
        let map = self.batch.layout.as_ref().map_or(&[][..], |layout| &layout.map);
        let cell = faults.iter().map(|f| f.cell(row.number, map)).find(|cell| !cell.is_empty());
        let words: Vec<String> = faults.iter().map(|f| f.words(self.batch.kind)).collect();
        let cells: Vec<&str> = map.iter().map(|at| at.map_or("", |at| row.get(at))).collect();
        NewRow {
            number: row.number,
            outcome: Outcome::Refused,
            subject: None,
            owner: None,
            cell,
            reason: Some(words.join("；")),
            private: serde_json::to_string(&cells).ok(),
        }
    }

    fn note_outside(&mut self, chunk: &[Item]) {
        let faults = chunk.iter().filter_map(|item| item.verdict.as_ref().err()).flatten();
        for name in faults.filter_map(|fault| fault.outside.as_ref()) {
            *self.outside.entry(name.clone()).or_default() += 1;
        }
    }

    fn end(&mut self, mut notes: Vec<String>) -> Result<(), Stop> {
        let layout = self.batch.layout.as_ref();
        let ignored = layout.map(Layout::ignored).unwrap_or_default();
        if !ignored.is_empty() {
            notes.push(format!("未使用的列：{}", ignored.join("、")));
        }
        let missing = layout.map(|l| l.missing(self.batch.kind)).unwrap_or_default();
        if !missing.is_empty() {
            notes.push(format!("文件中没有这些列（已有档案的相应内容保持不变）：{}", missing.join("、")));
        }
        if self.counts.rows == 0 {
            return Err(Stop::File("标题行下面没有任何数据行".into()));
        }
        let (id, problem) = (self.batch.id, self.problem());
        Ok(self.work.db.write(|tx| store::set_findings(tx, id, &notes, &problem))?)
    }

    /// A roster of another region is said so once, above all rows.
    fn problem(&self) -> String {
        let strangers: i64 = self.outside.values().sum();
        let none_taken = self.counts.refused == self.counts.rows;
        match self.outside.iter().max_by_key(|(name, count)| (**count, name.as_str())) {
            Some((name, _)) if none_taken && strangers * 2 >= self.counts.rows => {
                format!("这份名册属于{name}，不在您的辖区内")
            }
            _ => String::new(),
        }
    }
}
