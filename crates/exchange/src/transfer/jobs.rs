//! Long work in the background, and the same work for the command line.

use super::kinds::Kind;
use super::model::{Batch, Counts, Options, State};
use super::read;
use super::run::{CHUNK, Stop, Work};
use super::store::{self, NewBatch};
use db::jobs::{Job, Jobs, Progress};
use db::{Actor, Db, Error, Tx};
use kernel::{AccountId, BatchId, Clock, JobId};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Kind of the job that does the dry run.
pub const CHECK: &str = "transfer.check";
/// Kind of the job that writes.
pub const APPLY: &str = "transfer.apply";
/// Kind of the job that takes back.
pub const UNDO: &str = "transfer.undo";
/// After so many days a file that was brought and not imported goes: it holds personal data in the clear.
const KEEP_DAYS: i64 = 7;
/// Refused rows that a report on the terminal shows.
const SHOWN: i64 = 20;

/// The folder where uploaded files lie until they are imported or put aside. Only the owner of the process reads it.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
}

impl Uploads {
    /// The folder, made if there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        private(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Where the file of a batch lies. The command line's files lie where they are.
    #[must_use]
    pub fn path(&self, stored: &str) -> PathBuf {
        self.folder.join(stored)
    }

    /// Forgets the file of a batch, if it is one of the folder.
    pub fn forget(&self, batch: &Batch) {
        let path = self.path(&batch.stored);
        if path.parent() == Some(&self.folder)
            && let Err(e) = std::fs::remove_file(&path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(error = %e, "uploaded file stays");
        }
    }
}

#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// What a job is told: which batch, and who asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Errand {
    batch: BatchId,
    account: Option<AccountId>,
    name: String,
    ip: String,
}

/// Puts work on a batch into the queue.
///
/// # Errors
/// What the engine says.
pub fn enqueue(tx: &mut Tx<'_>, by: &Actor, kind: &str, batch: BatchId) -> db::Result<JobId> {
    let errand = Errand { batch, account: by.account, name: by.name.clone(), ip: by.ip.clone() };
    let payload = serde_json::to_string(&errand).map_err(|e| Error::Engine(e.to_string()))?;
    let job = db::jobs::enqueue(tx, by, kind, &payload)?;
    store::set_job(tx, batch, job)?;
    Ok(job)
}

/// Names who does the jobs of this capability.
pub fn register(jobs: &Jobs, db: &Db, clock: &Arc<dyn Clock>, uploads: &Arc<Uploads>) {
    for kind in [CHECK, APPLY, UNDO] {
        let (db, clock, uploads) = (db.clone(), clock.clone(), uploads.clone());
        jobs.handle(kind, move |job, progress| run(&db, clock.as_ref(), &uploads, job, progress));
    }
}

fn run(db: &Db, clock: &dyn Clock, uploads: &Uploads, job: &Job, progress: &Progress) -> Result<String, String> {
    let errand: Errand = serde_json::from_str(&job.payload).map_err(|e| e.to_string())?;
    let text = |e: Error| e.to_string();
    // The scope is that of whoever brought the file: nobody writes further than that by starting the import.
    let mut by = db.read(|tx| store::actor(tx, errand.batch, clock.now())).map_err(text)?;
    (by.account, by.name, by.ip) = (errand.account, errand.name, errand.ip);
    let batch = db.read(|tx| store::find(tx, &by, errand.batch)).map_err(text)?;
    let tell = |done, total| progress.set(done, total);
    let work = Work { db, clock, tell: &tell, stopping: &|| progress.stopping(), chunk: CHUNK };
    let path = uploads.path(&batch.stored);
    let done = db.spacious(|| match (job.kind.as_str(), batch.state) {
        (CHECK, State::Uploaded) => work.check(&by, batch.id, &path).map(|c| format!("核对完成，{}", c.sentence())),
        (APPLY, State::Applying) => work.apply(&by, batch.id, &path).map(|counts| {
            uploads.forget(&batch);
            format!("导入完成，{}", counts.sentence())
        }),
        (UNDO, State::Applied) => work.undo(&by, batch.id).map(|c| format!("已撤回 {} 行", c.created + c.changed)),
        // The program died after the last step was written: there is nothing left to do.
        (_, state) => Ok(format!("批次{}", state.name())),
    });
    done.map_err(|stop| stop.to_string())
}

/// Puts aside what nobody has imported for a week, with its files.
///
/// # Errors
/// What the engine says.
pub fn sweep(db: &Db, by: &Actor, uploads: &Uploads) -> db::Result<usize> {
    let before = by.now - chrono::TimeDelta::days(KEEP_DAYS);
    let old = db.read(|tx| store::stale(tx, before))?;
    for batch in &old {
        db.write(|tx| store::discard(tx, by, batch))?;
        uploads.forget(batch);
    }
    Ok(old.len())
}

/// What an import did, for the command line.
#[derive(Clone, Debug)]
pub struct Report {
    /// The batch, by which it can be taken back.
    pub batch: BatchId,
    /// How many rows of each outcome.
    pub counts: Counts,
    /// Remarks on the file.
    pub notes: Vec<String>,
    /// What is to be known first, if anything.
    pub problem: String,
    /// The first refused rows: row, cell, reason.
    pub refused: Vec<(i64, String, String)>,
    /// Whether an import that had been stopped was taken up again.
    pub resumed: bool,
}

/// What is to be imported from the command line.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Which kind of roster.
    pub kind: Kind,
    /// The file; it stays where it is.
    pub path: &'a Path,
    /// What was decided.
    pub options: Options,
    /// Nothing is written but the batch with its results.
    pub dry_run: bool,
}

impl<'a> Incoming<'a> {
    /// A file of a kind, to be written, without further decisions.
    #[must_use]
    pub fn new(kind: Kind, path: &'a Path) -> Self {
        Self { kind, path, options: Options::default(), dry_run: false }
    }

    /// The same as a dry run.
    #[must_use]
    pub const fn dry(self) -> Self {
        Self { dry_run: true, ..self }
    }
}

/// Imports a file from the command line; `tell` is told rows done and about how many there are. Started again after it
/// was stopped, it goes on where it stopped.
///
/// # Errors
/// A sentence for the operator that names the file.
pub fn import_file(
    db: &Db,
    clock: &dyn Clock,
    by: &Actor,
    file: Incoming<'_>,
    tell: &dyn Fn(usize, usize),
) -> Result<Report, String> {
    let work = Work { db, clock, tell, stopping: &|| false, chunk: CHUNK };
    db.spacious(|| import(&work, by, file)).map_err(|stop| format!("{}：{stop}", file.path.display()))
}

fn import(work: &Work<'_>, by: &Actor, file: Incoming<'_>) -> Result<Report, Stop> {
    let (db, path) = (work.db, file.path);
    let outline = read::outline(path)?;
    let before = db.read(|tx| store::unfinished(tx, by, file.kind, &outline.sm3))?.filter(|_| !file.dry_run);
    let resumed = before.is_some();
    let id = match before {
        Some(batch) => batch.id,
        None => enter(db, by, file, &outline)?,
    };
    if file.dry_run {
        work.check(by, id, path)?;
    } else {
        if !resumed {
            // The file is written at once: its dry run is the person's own affair.
            db.write(|tx| store::step(tx, id, "check").and_then(|_| store::begin_apply(tx, by, id)))?;
        }
        work.apply(by, id, path)?;
    }
    report(db, by, id, resumed)
}

fn enter(db: &Db, by: &Actor, file: Incoming<'_>, outline: &read::Outline) -> Result<BatchId, Stop> {
    let Incoming { kind, path, options, .. } = file;
    let tops = read::Source::open(path, outline)?.tops()?;
    let layout = super::matching::find(kind, &tops)?;
    let stored = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let file_name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let new = NewBatch { kind, file_name, file_sm3: outline.sm3.clone(), bytes: outline.bytes, stored, options };
    Ok(db.write(|tx| {
        let id = BatchId::new(by.now, tx.chance());
        store::create(tx, by, id, &new)?;
        store::set_layout(tx, id, &layout)?;
        Ok::<_, Error>(id)
    })?)
}

fn report(db: &Db, by: &Actor, id: BatchId, resumed: bool) -> Result<Report, Stop> {
    let (batch, rows) = db.read(|tx| {
        let rows = store::rows(tx, id, Some(super::model::Outcome::Refused), SHOWN, 0)?;
        Ok::<_, Error>((store::find(tx, by, id)?, rows))
    })?;
    let refused = rows.into_iter().map(|row| (row.number, row.cell, row.reason)).collect();
    Ok(Report { batch: id, counts: batch.counts, notes: batch.notes, problem: batch.problem, refused, resumed })
}
