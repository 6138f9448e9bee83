//! Batches and their rows in the database.

use super::matching::Layout;
use super::model::{Batch, Counts, Kind, Options, Outcome, RowResult, State, next};
use db::audit::Entry;
use db::{Actor, Error, Json, Result, Row, Tx, Value, params};
use kernel::{Area, BatchId, Instant, InstitutionId, JobId};
use registry::saved::FieldChange;
use std::collections::HashMap;

/// Name of the sealed field: part of the seal.
const SEALED: &str = "transfer_rows.sealed";

const COLUMNS: &str =
    "b.id, b.kind, b.file_name, b.file_sm3, b.bytes, b.state, b.layout, b.options, b.notes, b.problem,
    b.row_count, b.created, b.changed, b.unchanged, b.refused, b.done_row, b.stored, b.account_name, b.area, b.job_id,
    b.created_at, b.applied_at, b.undone_at";

fn word<T>(column: usize, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Decode { column, what: text.to_owned() })
}

fn batch(row: &Row<'_>) -> Result<Batch> {
    let mut c = row.columns();
    Ok(Batch {
        id: c.take()?,
        kind: word(1, &c.take::<String>()?, Kind::parse)?,
        file_name: c.take()?,
        file_sm3: c.take()?,
        bytes: c.take()?,
        state: c.take()?,
        layout: c.take::<Option<Json<Layout>>>()?.map(|json| json.0),
        options: c.take::<Json<Options>>()?.0,
        notes: c.take::<Json<Vec<String>>>()?.0,
        problem: c.take()?,
        counts: Counts {
            rows: c.take()?,
            created: c.take()?,
            changed: c.take()?,
            unchanged: c.take()?,
            refused: c.take()?,
        },
        done_row: c.take()?,
        stored: c.take()?,
        by_name: c.take()?,
        area: c.take()?,
        job: c.take()?,
        created_at: c.take()?,
        applied_at: c.take()?,
        undone_at: c.take()?,
    })
}

/// A file that was brought.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Which kind of roster.
    pub kind: Kind,
    /// Name of the file.
    pub file_name: String,
    /// SM3 of the file.
    pub file_sm3: String,
    /// Size of the file.
    pub bytes: u64,
    /// Where it lies.
    pub stored: String,
    /// What was decided.
    pub options: Options,
}

/// Enters a batch.
///
/// # Errors
/// What the engine says.
pub fn create(tx: &mut Tx<'_>, by: &Actor, id: BatchId, new: &NewBatch) -> Result<()> {
    tx.exec(
        "insert into transfer_batches (id, kind, file_name, file_sm3, bytes, state, options, notes, problem, row_count, created,
           changed, unchanged, refused, done_row, stored, account_id, account_name, ip, area, created_at)
         values ($1, $2, $3, $4, $5, 'uploaded', $6, '[]', '', 0, 0, 0, 0, 0, 0, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            new.kind.slug(),
            &new.file_name,
            &new.file_sm3,
            new.bytes as i64,
            Json(new.options),
            &new.stored,
            by.account,
            &by.name,
            &by.ip,
            by.scope.area,
            by.now
        ],
    )?;
    let subject = format!("{}：{}", new.kind.name(), new.file_name);
    tx.audit(by, Entry { action: "transfer.upload", subject, ..Entry::default() })
}

/// A batch that somebody of this area brought, or of one under it.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: BatchId) -> Result<Batch> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!("select {COLUMNS} from transfer_batches b where b.id = $1 and b.area between $2 and $3");
    tx.query_one(&sql, params![id, low, high], batch)
}

/// The newest batches within sight.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<Vec<Batch>> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!(
        "select {COLUMNS} from transfer_batches b where b.area between $1 and $2 order by b.id desc limit $3 offset $4"
    );
    tx.query(&sql, params![low, high, limit, offset], batch)
}

/// How many batches are within sight.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> Result<i64> {
    let (low, high) = by.scope.area.bounds();
    tx.count("select count(*) from transfer_batches b where b.area between $1 and $2", params![low, high])
}

/// The account that brought a batch, as it was then, at the present instant: for the job that works on it.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn actor(tx: &mut Tx<'_>, id: BatchId, now: Instant) -> Result<Actor> {
    let sql = "select account_id, account_name, ip, area from transfer_batches where id = $1";
    tx.query_one(sql, params![id], |row| {
        let mut c = row.columns();
        let mut by = Actor::system(now);
        (by.account, by.name, by.ip, by.scope.area) = (c.take()?, c.take()?, c.take()?, c.take()?);
        Ok(by)
    })
}

/// A batch of the same file and kind that stopped half-way.
///
/// # Errors
/// What the engine says.
pub fn unfinished(tx: &mut Tx<'_>, by: &Actor, kind: Kind, sm3: &str) -> Result<Option<Batch>> {
    let (low, high) = by.scope.area.bounds();
    let sql = format!(
        "select {COLUMNS} from transfer_batches b
         where b.file_sm3 = $1 and b.kind = $2 and b.state = 'applying' and b.area between $3 and $4 order by b.id desc limit 1"
    );
    tx.query_opt(&sql, params![sm3, kind.slug(), low, high], batch)
}

/// Batches that were brought before an instant and never written: their files are to go.
///
/// # Errors
/// What the engine says.
pub fn stale(tx: &mut Tx<'_>, before: Instant) -> Result<Vec<Batch>> {
    let sql = format!(
        "select {COLUMNS} from transfer_batches b where b.created_at < $1 and b.state in ('uploaded', 'checked', 'rejected')"
    );
    tx.query(&sql, params![before], batch)
}

/// Takes a batch one step on.
///
/// # Errors
/// [`Error::Conflict`] when the step is not possible in its present state.
pub fn step(tx: &mut Tx<'_>, id: BatchId, event: &str) -> Result<State> {
    let from =
        tx.query_one("select state from transfer_batches where id = $1", params![id], |row| row.get::<State>(0))?;
    let to =
        next(from, event).ok_or_else(|| Error::Conflict(format!("这一批次现在是“{}”，不能办理这一步", from.name())))?;
    let sql = "update transfer_batches set state = $2 where id = $1 and state = $3";
    if tx.exec(sql, params![id, to.code(), from.code()])? == 0 {
        return Err(Error::Conflict("批次刚刚被别人处理过，请刷新页面".into()));
    }
    Ok(to)
}

/// Begins reading from the first row: for a dry run, and for the writing after it.
///
/// # Errors
/// What the engine says.
pub fn begin(tx: &mut Tx<'_>, id: BatchId) -> Result<()> {
    tx.exec("delete from transfer_rows where batch_id = $1", params![id])?;
    tx.exec(
        "update transfer_batches set row_count = 0, created = 0, changed = 0, unchanged = 0, refused = 0, done_row = 0,
           problem = '' where id = $1",
        params![id],
    )?;
    Ok(())
}

/// Moves a checked batch to writing.
///
/// # Errors
/// [`Error::Conflict`] when it is not checked.
pub fn begin_apply(tx: &mut Tx<'_>, by: &Actor, id: BatchId) -> Result<()> {
    step(tx, id, "apply")?;
    begin(tx, id)?;
    tx.exec("update transfer_batches set applied_at = $2 where id = $1", params![id, by.now])?;
    Ok(())
}

/// Sets where things stand in the file.
///
/// # Errors
/// What the engine says.
pub fn set_layout(tx: &mut Tx<'_>, id: BatchId, layout: &Layout) -> Result<()> {
    tx.exec_one("update transfer_batches set layout = $2 where id = $1", params![id, Json(layout)])
}

/// Another matching or option: the dry run begins again.
///
/// # Errors
/// [`Error::Conflict`] when the batch is not checked.
pub fn rematch(tx: &mut Tx<'_>, id: BatchId, layout: &Layout, options: Options) -> Result<()> {
    step(tx, id, "rematch")?;
    set_layout(tx, id, layout)?;
    tx.exec_one("update transfer_batches set options = $2 where id = $1", params![id, Json(options)])
}

/// Says why a file cannot be used.
///
/// # Errors
/// [`Error::Conflict`] when its state is another by now.
pub fn reject(tx: &mut Tx<'_>, id: BatchId, problem: &str) -> Result<()> {
    step(tx, id, "reject")?;
    tx.exec_one("update transfer_batches set problem = $2 where id = $1", params![id, problem])
}

/// Puts a batch aside.
///
/// # Errors
/// [`Error::Conflict`] when it has been written.
pub fn discard(tx: &mut Tx<'_>, by: &Actor, batch: &Batch) -> Result<()> {
    step(tx, batch.id, "discard")?;
    tx.exec("delete from transfer_rows where batch_id = $1", params![batch.id])?;
    let subject = format!("{}：{}", batch.kind.name(), batch.file_name);
    tx.audit(by, Entry { action: "transfer.discard", subject, ..Entry::default() })
}

/// What was found about the file as a whole.
///
/// # Errors
/// What the engine says.
pub fn set_findings(tx: &mut Tx<'_>, id: BatchId, notes: &[String], problem: &str) -> Result<()> {
    let sql = "update transfer_batches set notes = $2, problem = $3 where id = $1";
    tx.exec_one(sql, params![id, Json(notes), problem])
}

/// Which job works on it.
///
/// # Errors
/// What the engine says.
pub fn set_job(tx: &mut Tx<'_>, id: BatchId, job: JobId) -> Result<()> {
    tx.exec_one("update transfer_batches set job_id = $2 where id = $1", params![id, job])
}

/// Ends the writing.
///
/// # Errors
/// [`Error::Conflict`] when it is not being written.
pub fn finish(tx: &mut Tx<'_>, by: &Actor, batch: &Batch, counts: &Counts) -> Result<()> {
    step(tx, batch.id, "finish")?;
    let subject = format!("{}：{}", batch.kind.name(), batch.file_name);
    tx.audit(by, Entry { action: "transfer.apply", subject, detail: counts.sentence(), ..Entry::default() })
}

/// A row's result on its way into the store.
pub struct NewRow {
    /// Number in the file.
    pub number: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// What it is now.
    pub subject: Option<Vec<u8>>,
    /// The elder that it belongs to.
    pub owner: Option<Vec<u8>>,
    /// Address of the first faulty cell.
    pub cell: Option<String>,
    /// Why, or which fields.
    pub reason: Option<String>,
    /// JSON of the cells or of the former values; sealed before it is written.
    pub private: Option<String>,
}

/// Writes results and moves the batch on to the last of them: in the transaction that did them.
///
/// # Errors
/// What the engine says.
pub fn add_rows(tx: &mut Tx<'_>, id: BatchId, rows: &[NewRow], last: u32, counts: &Counts) -> Result<()> {
    let values: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|row| {
            vec![
                id.into(),
                row.number.into(),
                row.outcome.number().into(),
                row.subject.as_ref().into(),
                row.owner.as_ref().into(),
                row.cell.as_ref().into(),
                row.reason.as_ref().into(),
                row.private.as_ref().map(|text| tx.seal(SEALED, text)).into(),
            ]
        })
        .collect();
    tx.insert_many("transfer_rows (batch_id, row_no, outcome, subject, owner, cell, reason, sealed)", 8, values)?;
    tx.exec_one(
        "update transfer_batches set row_count = $2, created = $3, changed = $4, unchanged = $5, refused = $6, done_row = $7
         where id = $1",
        params![id, counts.rows, counts.created, counts.changed, counts.unchanged, counts.refused, last],
    )
}

/// Results of a batch from a row on; of one outcome or of all.
///
/// # Errors
/// What the engine says.
pub fn rows(tx: &mut Tx<'_>, id: BatchId, only: Option<Outcome>, limit: i64, offset: i64) -> Result<Vec<RowResult>> {
    let condition = only.map_or(String::new(), |outcome| format!("and outcome = {}", outcome.number()));
    let sql = format!(
        "select row_no, outcome, subject, owner, cell, reason from transfer_rows
         where batch_id = $1 {condition} order by row_no limit $2 offset $3"
    );
    tx.query(&sql, params![id, limit, offset], |row| {
        let mut c = row.columns();
        let number = c.take()?;
        let outcome = c.take::<i64>()?;
        Ok(RowResult {
            number,
            outcome: Outcome::of(outcome).ok_or_else(|| Error::Decode { column: 1, what: outcome.to_string() })?,
            subject: c.take()?,
            owner: c.take()?,
            cell: c.take::<Option<String>>()?.unwrap_or_default(),
            reason: c.take::<Option<String>>()?.unwrap_or_default(),
        })
    })
}

/// A refused row, opened.
pub struct Refusal {
    /// Number in the file.
    pub number: i64,
    /// Address of the first faulty cell.
    pub cell: String,
    /// Why.
    pub reason: String,
    /// The cells as they were, in the order of the kind's columns.
    pub cells: Vec<String>,
}

/// The refused rows after a row number.
///
/// # Errors
/// What the engine says, or that a seal does not open.
pub fn refused(tx: &mut Tx<'_>, id: BatchId, after: i64, limit: i64) -> Result<Vec<Refusal>> {
    let sql = "select row_no, cell, reason, sealed from transfer_rows
               where batch_id = $1 and outcome = 4 and row_no > $2 order by row_no limit $3";
    let found = tx.query(sql, params![id, after, limit], |row| {
        let mut c = row.columns();
        let (number, cell, reason) = (c.take()?, c.take::<Option<String>>()?, c.take::<Option<String>>()?);
        let refusal =
            Refusal { number, cell: cell.unwrap_or_default(), reason: reason.unwrap_or_default(), cells: Vec::new() };
        Ok((refusal, c.take::<Vec<u8>>()?))
    })?;
    let open = |(refusal, sealed): (Refusal, Vec<u8>)| Ok(Refusal { cells: opened(tx, &sealed)?, ..refusal });
    found.into_iter().map(open).collect()
}

fn opened<T: serde::de::DeserializeOwned>(tx: &Tx<'_>, sealed: &[u8]) -> Result<T> {
    let text = tx.vault().open(SEALED, sealed)?;
    serde_json::from_str(&text).map_err(|e| Error::Decode { column: 3, what: e.to_string() })
}

/// What is to be taken back of a row.
pub struct Done {
    /// Number in the file.
    pub number: i64,
    /// Created, or changed with what the fields were.
    pub changes: Option<Vec<FieldChange>>,
    /// What it is.
    pub subject: Vec<u8>,
    /// The elder that it belongs to.
    pub owner: Option<Vec<u8>>,
}

/// Created and changed rows before a row number, from the last to the first.
///
/// # Errors
/// What the engine says, or that a seal does not open.
pub fn done_before(tx: &mut Tx<'_>, id: BatchId, before: i64, limit: i64) -> Result<Vec<Done>> {
    let sql = "select row_no, subject, owner, sealed from transfer_rows
               where batch_id = $1 and outcome in (1, 2) and row_no < $2 order by row_no desc limit $3";
    let found = tx.query(sql, params![id, before, limit], |row| {
        let mut c = row.columns();
        let done = Done { number: c.take()?, changes: None, subject: c.take()?, owner: c.take()? };
        Ok((done, c.take::<Option<Vec<u8>>>()?))
    })?;
    let open = |(done, sealed): (Done, Option<Vec<u8>>)| {
        let changes = sealed.map(|bytes| opened(tx, &bytes)).transpose()?;
        Ok(Done { changes, ..done })
    };
    found.into_iter().map(open).collect()
}

/// Marks a batch as taken back.
///
/// # Errors
/// [`Error::Conflict`] when it was not applied.
pub fn undone(tx: &mut Tx<'_>, by: &Actor, batch: &Batch) -> Result<()> {
    step(tx, batch.id, "undo")?;
    tx.exec_one("update transfer_batches set undone_at = $2, problem = '' where id = $1", params![batch.id, by.now])?;
    let subject = format!("{}：{}", batch.kind.name(), batch.file_name);
    tx.audit(by, Entry { action: "transfer.undo", subject, detail: batch.counts.sentence(), ..Entry::default() })
}

/// Number and name of every known area.
///
/// # Errors
/// What the engine says.
pub fn area_names(tx: &mut Tx<'_>) -> Result<HashMap<u64, String>> {
    let rows = tx.query("select code, name from areas", &[], |row| Ok((row.get::<Area>(0)?.number(), row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

/// Every known institution by its credit code.
///
/// # Errors
/// What the engine says.
pub fn institution_codes(tx: &mut Tx<'_>) -> Result<HashMap<String, (InstitutionId, Area)>> {
    let sql = "select credit_code, id, area from institutions";
    let rows = tx.query(sql, &[], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.into_iter().collect())
}
