//! Background jobs: a table, one worker, progress that pages can show. Each handler is idempotent: a job that was
//! running when the program died is run again from the start and ends with the same result.

use crate::actor::Actor;
use crate::engine::{Db, Tx};
use crate::error::Result;
use crate::params;
use kernel::{AccountId, Clock, Instant, JobId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often the worker looks by itself, in case a job was put in by another process.
const LOOK: Duration = Duration::from_secs(2);

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for the worker.
    Queued,
    /// Is being done.
    Running,
    /// Done; `message` says with what result.
    Done,
    /// Failed; `message` says why.
    Failed,
}

impl JobState {
    fn parse(text: &str) -> Self {
        match text {
            "running" => Self::Running,
            "done" => Self::Done,
            "failed" => Self::Failed,
            _ => Self::Queued,
        }
    }
}

/// A job as pages show it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Identity.
    pub id: JobId,
    /// Which handler does it: `transfer.apply`.
    pub kind: String,
    /// What the handler needs, as it likes.
    pub payload: String,
    /// How far it is.
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// Result or reason of failure.
    pub message: String,
    /// Who asked for it.
    pub account: Option<AccountId>,
    /// Since when.
    pub created_at: Instant,
}

/// Puts a job into the queue; it runs after the transaction has been committed.
///
/// # Errors
/// What the engine says.
pub fn enqueue(tx: &mut Tx<'_>, by: &Actor, kind: &str, payload: &str) -> Result<JobId> {
    let id = JobId::new(by.now, tx.chance());
    tx.exec(
        "insert into jobs (id, kind, payload, state, done, total, message, account_id, created_at)
         values ($1, $2, $3, 'queued', 0, 0, '', $4, $5)",
        params![id, kind, payload, by.account, by.now],
    )?;
    Ok(id)
}

const COLUMNS: &str = "id, kind, payload, state, done, total, message, account_id, created_at";

fn job(row: &crate::Row<'_>) -> Result<Job> {
    let mut c = row.columns();
    Ok(Job {
        id: c.take()?,
        kind: c.take()?,
        payload: c.take()?,
        state: JobState::parse(&c.take::<String>()?),
        done: c.take()?,
        total: c.take()?,
        message: c.take()?,
        account: c.take()?,
        created_at: c.take()?,
    })
}

/// A job by its id.
///
/// # Errors
/// [`crate::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, id: JobId) -> Result<Job> {
    tx.query_one(&format!("select {COLUMNS} from jobs where id = $1"), params![id], job)
}

/// The newest jobs.
///
/// # Errors
/// What the engine says.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Job>> {
    tx.query(&format!("select {COLUMNS} from jobs order by id desc limit $1"), params![limit], job)
}

/// What a handler is given: how to say how far it is, and whether the program is about to stop.
pub struct Progress {
    done: AtomicI64,
    total: AtomicI64,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// Says how far the work is.
    pub fn set(&self, done: usize, total: usize) {
        self.done.store(done as i64, Ordering::Relaxed);
        self.total.store(total as i64, Ordering::Relaxed);
    }

    /// Whether the program wants to stop; a long handler may return early with an error and will be run again.
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// A progress that nobody watches, for commands and tests.
    #[must_use]
    pub fn silent() -> Self {
        Self { done: AtomicI64::new(0), total: AtomicI64::new(0), stop: Arc::default() }
    }

    /// Steps done and steps in all.
    pub fn get(&self) -> (i64, i64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// Does one kind of job. Answers a sentence for the person who asked for it; an error is such a sentence too.
pub type Handler = Arc<dyn Fn(&Job, &Progress) -> std::result::Result<String, String> + Send + Sync>;

/// The queue's worker and its view of what is running.
#[derive(Clone)]
pub struct Jobs(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Arc<dyn Clock>,
    handlers: Mutex<HashMap<String, Handler>>,
    running: Mutex<HashMap<JobId, Arc<Progress>>>,
    bell: (Mutex<bool>, Condvar),
    stop: Arc<AtomicBool>,
}

impl Jobs {
    /// A queue on the store, without a worker yet.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            db,
            clock,
            handlers: Mutex::default(),
            running: Mutex::default(),
            bell: Default::default(),
            stop: Arc::default(),
        }))
    }

    /// Names who does a kind of job.
    pub fn handle(
        &self,
        kind: &str,
        handler: impl Fn(&Job, &Progress) -> std::result::Result<String, String> + Send + Sync + 'static,
    ) {
        lock(&self.0.handlers).insert(kind.to_owned(), Arc::new(handler));
    }

    /// Tells the worker that there is something to do.
    pub fn wake(&self) {
        *lock(&self.0.bell.0) = true;
        self.0.bell.1.notify_all();
    }

    /// Where a running job is: steps done and in all.
    #[must_use]
    pub fn progress(&self, id: JobId) -> Option<(i64, i64)> {
        lock(&self.0.running).get(&id).map(|p| p.get())
    }

    /// Runs what waits, until nothing waits. For tests and commands; the worker uses it too.
    ///
    /// # Errors
    /// What the engine says.
    pub fn run_waiting(&self) -> Result<usize> {
        let mut count = 0;
        while !self.0.stop.load(Ordering::Relaxed)
            && self.0.db.read(waiting)?
            && let Some(job) = self.0.db.write(|tx| take(tx, self.0.clock.now()))?
        {
            self.run(&job)?;
            count += 1;
        }
        Ok(count)
    }

    fn run(&self, job: &Job) -> Result<()> {
        let progress = Arc::new(Progress { stop: self.0.stop.clone(), ..Progress::silent() });
        lock(&self.0.running).insert(job.id, progress.clone());
        let handler = lock(&self.0.handlers).get(&job.kind).cloned();
        let result = match handler {
            Some(handler) => std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| handler(job, &progress)))
                .unwrap_or_else(|_| Err("程序内部错误，任务已停止；已完成的部分保留，可重新执行".into())),
            None => Err(format!("没有程序处理“{}”类任务", job.kind)),
        };
        lock(&self.0.running).remove(&job.id);
        if progress.stopping() && result.is_err() {
            return Ok(()); // stays `running` and is taken up again at the next start
        }
        let (state, message) = match &result {
            Ok(message) => ("done", message),
            Err(message) => ("failed", message),
        };
        let (done, total) = progress.get();
        let now = self.0.clock.now();
        self.0.db.write(|tx| {
            tx.exec(
                "update jobs set state = $2, message = $3, done = $4, total = $5, finished_at = $6 where id = $1",
                params![job.id, state, message, done, total, now],
            )
        })?;
        Ok(())
    }

    /// Takes up what a stopped program left, then works until [`Jobs::stop`].
    ///
    /// # Errors
    /// What the engine says.
    pub fn start(&self) -> Result<std::thread::JoinHandle<()>> {
        self.0.db.write(|tx| tx.exec("update jobs set state = 'queued' where state = 'running'", &[]))?;
        let jobs = self.clone();
        Ok(std::thread::spawn(move || {
            while !jobs.0.stop.load(Ordering::Relaxed) {
                if let Err(e) = jobs.run_waiting() {
                    tracing::error!(error = %e, "jobs");
                }
                let bell = lock(&jobs.0.bell.0);
                let (mut rung, _) =
                    jobs.0.bell.1.wait_timeout_while(bell, LOOK, |rung| !*rung).unwrap_or_else(PoisonError::into_inner);
                *rung = false;
            }
        }))
    }

    /// Asks the worker to end.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
        self.wake();
    }
}

/// Asked first: the worker looks after every step that somebody took, and looking should not be writing.
fn waiting(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.query_opt("select id from jobs where state = 'queued' limit 1", &[], |row| row.get::<JobId>(0))?.is_some())
}

fn take(tx: &mut Tx<'_>, now: Instant) -> Result<Option<Job>> {
    let skip = if tx.kind() == crate::EngineKind::Postgres { "for update skip locked" } else { "" };
    let sql = format!(
        "update jobs set state = 'running', started_at = $1 where id = (
           select id from jobs where state = 'queued' order by id limit 1 {skip}) returning {COLUMNS}"
    );
    tx.query_opt(&sql, params![now], job)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> Instant {
            chrono::DateTime::from_timestamp_millis(1_790_000_000_000).expect("instant")
        }
    }

    crate::on_both! {
        fn jobs_run_once_and_keep_their_result(db: TestDb) {
            let jobs = Jobs::new(db.clone(), Arc::new(Noon));
            jobs.handle("double", |job, progress| {
                progress.set(1, 1);
                job.payload.parse::<i64>().map(|n| (2 * n).to_string()).map_err(|_| "不是数字".into())
            });
            let by = Actor::system(Noon.now());
            let ids = db.write(|tx| ["21", "x", "1"].map(|p| enqueue(tx, &by, if p == "1" { "none" } else { "double" }, p)).into_iter().collect::<Result<Vec<_>>>()).expect("queued");
            assert_eq!(jobs.run_waiting().expect("run"), 3);
            let found: Vec<_> = ids.iter().map(|id| db.read(|tx| find(tx, *id)).expect("there")).collect();
            assert_eq!((found[0].state, found[0].message.as_str(), found[0].total), (JobState::Done, "42", 1));
            assert_eq!((found[1].state, found[1].message.as_str()), (JobState::Failed, "不是数字"));
            assert_eq!(found[2].state, JobState::Failed);
            assert_eq!(jobs.run_waiting().expect("run"), 0);
        }
    }
}
