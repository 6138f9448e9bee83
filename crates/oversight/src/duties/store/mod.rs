//! Free clinics in the database, and the institutions of both sides.

pub mod rows;
pub mod steps;

use super::calendar::Held;
use super::model::{Clinic, NewClinic, Short, Side, State};
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{Area, Date, FreeClinicId, InstitutionId};
use registry::institutions::store::Filter as Listed;
use registry::institutions::{self, Institution, Kind};

pub use steps::{amend, confirm, dispute, record, withdraw};

const COLUMNS: &str =
    "c.id, c.hospital_id, m.name, c.home_id, h.name, c.state, c.short, c.first, c.on_date, c.team, c.staff, c.seen,
     c.what, c.answer, c.recorded_by, c.recorded_account, c.answered_by, c.version";
const FROM: &str =
    "from duty_clinics c join institutions m on m.id = c.hospital_id join institutions h on h.id = c.home_id";

fn clinic(row: &Row<'_>) -> Result<Clinic> {
    let mut c = row.columns();
    Ok(Clinic {
        id: c.take()?,
        hospital: c.take()?,
        hospital_name: c.take()?,
        home: c.take()?,
        home_name: c.take()?,
        state: c.take()?,
        short: Short { short: c.take::<i64>()? != 0, first: c.take::<i64>()? != 0 },
        facts: NewClinic { on: c.take()?, team: c.take()?, staff: c.take()?, seen: c.take()?, what: c.take()? },
        answer: c.take()?,
        recorded_by: c.take()?,
        recorder: c.take()?,
        answered_by: c.take()?,
        version: c.take()?,
    })
}

/// What an actor sees: the clinics of which one side lies within their sight.
fn seen(by: &Actor) -> Condition {
    let (one, values) = by.scope.institutions("m.area", "m.id", 1);
    let (other, _) = by.scope.institutions("h.area", "h.id", 1);
    let mut condition = Condition::new((format!("({one} or {other})"), values));
    if let Some(own) = by.institution {
        condition.values.push(own.into());
        let at = condition.values.len();
        condition.sql = format!("({} or c.hospital_id = ${at} or c.home_id = ${at})", condition.sql);
    }
    condition
}

/// A free clinic within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: FreeClinicId) -> Result<Clinic> {
    let mut all = seen(by);
    all.with("c.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", all.sql), &all.values, clinic)
}

/// What a list of free clinics shows only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// With this institution as one of the sides.
    pub with: Option<InstitutionId>,
    /// From this day on.
    pub since: Option<Date>,
}

fn narrowed(by: &Actor, filter: &Filter) -> Condition {
    let mut all = seen(by);
    all.with_some("c.state = ?", filter.state);
    all.with_some("(c.hospital_id = ? or c.home_id = ?)", filter.with);
    all.with_some("c.on_date >= ?", filter.since);
    all
}

/// Free clinics within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Clinic>> {
    let mut all = narrowed(by, filter);
    let page = all.page(limit, offset);
    let sql = format!("select {COLUMNS} {FROM} where {} order by c.on_date desc, h.name, c.id {page}", all.sql);
    tx.query(&sql, &all.values, clinic)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = narrowed(by, filter);
    tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)
}

/// What the calendar counts, from a day on.
///
/// # Errors
/// What the engine says.
pub fn held(tx: &mut Tx<'_>, by: &Actor, since: Date) -> Result<Vec<Held>> {
    let mut all = seen(by);
    all.with("c.on_date >= ?", since);
    let sql = format!("select c.hospital_id, c.on_date, c.state, c.short {FROM} where {} order by c.id", all.sql);
    tx.query(&sql, &all.values, |row| {
        Ok(Held { hospital: row.get(0)?, on: row.get(1)?, state: row.get(2)?, short: row.get::<i64>(3)? != 0 })
    })
}

/// The institutions of some kinds within sight, in the order of areas and names.
///
/// # Errors
/// What the engine says.
pub fn institutions(tx: &mut Tx<'_>, by: &Actor, kinds: &[Kind], area: Option<Area>) -> Result<Vec<Institution>> {
    let filter = Listed { kinds: kinds.to_vec(), area, name: None };
    institutions::store::list(tx, by, &filter, MANY, 0)
}

/// More institutions of a kind than any province has.
const MANY: i64 = 100_000;

/// An institution as a side of a clinic, wherever it is: both sides are in the register, which is public.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn side(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> Result<Side> {
    let all = Actor { scope: db::Scope::ALL, ..by.clone() };
    let found = institutions::store::find(tx, &all, id)?;
    Ok(Side { id, facts: found.facts })
}

/// The institutions of some kinds in an area, whoever asks.
///
/// # Errors
/// What the engine says.
pub fn sides(tx: &mut Tx<'_>, by: &Actor, area: Area, kinds: &[Kind]) -> Result<Vec<Side>> {
    let all = Actor { scope: db::Scope { area, institution: None }, ..by.clone() };
    let found = institutions(tx, &all, kinds, Some(area))?;
    Ok(found.into_iter().map(|one| Side { id: one.id, facts: one.facts }).collect())
}

/// Keeps others from recording for the hospital until the transaction ends.
fn hold(tx: &mut Tx<'_>, hospital: InstitutionId) -> Result<()> {
    tx.exec("update institutions set changed_at = changed_at where id = $1", params![hospital])?;
    Ok(())
}

/// Whether another clinic of the two on that day stands.
fn twice(tx: &mut Tx<'_>, id: FreeClinicId, sides: (InstitutionId, InstitutionId), on: Date) -> Result<bool> {
    let sql = "select count(*) from duty_clinics
               where hospital_id = $1 and home_id = $2 and on_date = $3 and id <> $4 and state <> 'withdrawn'";
    Ok(tx.count(sql, params![sides.0, sides.1, on, id])? > 0)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, c: &Clinic) -> Result<()> {
    let f = &c.facts;
    tx.exec(
        "insert into duty_clinics (id, hospital_id, home_id, on_date, state, short, first, team, staff, seen, what, answer,
           recorded_by, recorded_account, version, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $13, 1, $14, $14)",
        params![
            c.id,
            c.hospital,
            c.home,
            f.on,
            c.state,
            i64::from(c.short.short),
            i64::from(c.short.first),
            &f.team,
            f.staff,
            f.seen,
            &f.what,
            &c.recorded_by,
            c.recorder,
            by.now
        ],
    )?;
    Ok(())
}

fn write(tx: &mut Tx<'_>, by: &Actor, c: &Clinic) -> Result<()> {
    let f = &c.facts;
    let answered_at = c.answered_by.is_some().then_some(by.now);
    let written = tx.exec(
        "update duty_clinics set state = $3, on_date = $4, team = $5, staff = $6, seen = $7, what = $8, answer = $9,
           answered_by = $10, answered_at = $11, changed_at = $12, short = $13, first = $14, version = version + 1
         where id = $1 and version = $2",
        params![
            c.id,
            c.version,
            c.state,
            f.on,
            &f.team,
            f.staff,
            f.seen,
            &f.what,
            &c.answer,
            c.answered_by.as_deref(),
            answered_at,
            by.now,
            i64::from(c.short.short),
            i64::from(c.short.first)
        ],
    )?;
    if written == 0 { Err(db::Error::Conflict(steps::FASTER.into())) } else { Ok(()) }
}
