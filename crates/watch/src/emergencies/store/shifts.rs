//! Hand-over from shift to shift: what was open, what ended, who was on duty, as it was then.

use super::super::model::{Key, State, needed, short};
use super::{Filter, duties};
use db::audit::Entry;
use db::{Actor, Condition, Json, Result, Row, Tx, params};
use kernel::{AccountId, Area, EmergencyRowId, Instant};
use serde::{Deserialize, Serialize};
use web::Error;

/// A shift that nobody handed over before began at most so many hours ago.
const FIRST: i64 = 12;
/// Most cases on a sheet.
const MOST: i64 = 300;

/// A case on a sheet: ids and how it stood. Its name is looked up by whoever may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub key: Key,
    /// How it stood.
    pub state: State,
}

/// What is handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Cases that go on.
    pub open: Vec<Line>,
    /// Cases that ended in the shift.
    pub ended: Vec<Line>,
    /// Calls of the shift that led to no case.
    pub calls: i64,
    /// Who is on duty: kind, name, telephone, until when.
    pub duties: Vec<(String, String, String, Instant)>,
}

/// A hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Which.
    pub id: EmergencyRowId,
    /// Of which area.
    pub area: Area,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// Who hands over.
    pub giver: AccountId,
    /// Their name.
    pub giver_name: String,
    /// Who takes over.
    pub taker: AccountId,
    /// Their name.
    pub taker_name: String,
    /// What else is to be said.
    pub remarks: String,
    /// What is handed over.
    pub sheet: Sheet,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Instant>,
    /// With what remark.
    pub taker_note: String,
}

const COLUMNS: &str =
    "s.id, s.area, s.from_at, s.until_at, s.giver_id, s.giver_name, s.taker_id, s.taker_name, s.remarks, s.sheet,
     s.acknowledged_at, s.taker_note";

fn shift(row: &Row<'_>) -> Result<Shift> {
    let mut c = row.columns();
    Ok(Shift {
        id: c.take()?,
        area: c.take()?,
        from: c.take()?,
        until: c.take()?,
        giver: c.take()?,
        giver_name: c.take()?,
        taker: c.take()?,
        taker_name: c.take()?,
        remarks: c.take()?,
        sheet: c.take::<Json<Sheet>>()?.0,
        acknowledged_at: c.take()?,
        taker_note: c.take()?,
    })
}

/// A sheet speaks of a whole area: those who see one institution's elders only see none.
fn seen(by: &Actor) -> Condition {
    let (low, high) = by.scope.area.bounds();
    let mut all = Condition::new(("(s.area between $1 and $2)".to_owned(), vec![low.into(), high.into()]));
    if by.scope.institution.is_some() {
        all.and("1 = 0");
    }
    all
}

/// A hand-over within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId) -> Result<Shift> {
    let mut all = seen(by);
    all.with("s.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from emergency_shifts s where {}", all.sql), &all.values, shift)
}

/// A page of hand-overs, the newest first, and how many there are.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> Result<(Vec<Shift>, i64)> {
    let mut all = seen(by);
    let total = tx.count(&format!("select count(*) from emergency_shifts s where {}", all.sql), &all.values)?;
    let page = all.page(limit, offset);
    let sql = format!(
        "select {COLUMNS} from emergency_shifts s where {} order by s.until_at desc, s.id desc {page}",
        all.sql
    );
    Ok((tx.query(&sql, &all.values, shift)?, total))
}

/// Who could take over: operators of the area but oneself.
///
/// # Errors
/// What the engine says.
pub fn successors(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<(AccountId, String)>> {
    let (low, high) = by.scope.area.bounds();
    let own = by.account.unwrap_or(AccountId::NOTHING);
    let sql = "select id, name from accounts where role = 'operator' and disabled_at is null and area between $1 and $2
               and id <> $3 order by name, id";
    tx.query(sql, params![low, high, own], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// When the shift of the area that runs now began.
///
/// # Errors
/// What the engine says.
pub fn began(tx: &mut Tx<'_>, by: &Actor) -> Result<Instant> {
    let sql = "select max(until_at) from emergency_shifts where area = $1";
    let last: Option<Instant> = tx.query_one(sql, params![by.scope.area], |row| row.get(0))?;
    let first = by.now - chrono::TimeDelta::hours(FIRST);
    Ok(last.map_or(first, |last| last.max(by.now - chrono::TimeDelta::days(3))).min(by.now))
}

/// What would be handed over now.
///
/// # Errors
/// What the engine says.
pub fn compose(tx: &mut Tx<'_>, by: &Actor, from: Instant) -> Result<Sheet> {
    let open = super::list(tx, by, &Filter { open: true, ..Filter::default() }, MOST, 0)?;
    let of = |c: &super::Case| Line { key: c.key, state: c.state };
    let ended = Filter { ended_from: Some(from), ..Filter::default() };
    let ended = super::list(tx, by, &ended, MOST, 0)?.iter().map(of).collect();
    let until = by.now + chrono::TimeDelta::seconds(1);
    let on = duties::between(tx, by, by.now, until)?;
    let (low, high) = by.scope.area.bounds();
    let sql = "select count(*) from emergency_calls where area between $1 and $2 and rang_at >= $3 and case_id is null";
    let calls = tx.count(sql, params![low, high, from])?;
    let duties = on.into_iter().map(|d| (d.kind.name().to_owned(), d.name, d.phone, d.until)).collect();
    Ok(Sheet { open: open.iter().map(of).collect(), ended, calls, duties })
}

/// Hands the shift over.
///
/// # Errors
/// EM-11 for oneself, [`Error::Invalid`] without a successor.
pub fn give(
    tx: &mut Tx<'_>,
    by: &Actor,
    taker: AccountId,
    remarks: &str,
) -> std::result::Result<EmergencyRowId, Error> {
    let giver = by.account.ok_or(Error::Forbidden)?;
    if taker == giver {
        return Err(Error::refused("EM-11", "不能交班给自己"));
    }
    let known = successors(tx, by)?.into_iter().find(|(id, _)| *id == taker);
    let (_, name) = known.ok_or_else(|| Error::field("taker", "接班人", "请选择本辖区的坐席"))?;
    let from = began(tx, by)?;
    let sheet = compose(tx, by, from)?;
    let id = EmergencyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into emergency_shifts (id, area, from_at, until_at, giver_id, giver_name, taker_id, taker_name, remarks, sheet,
           taker_note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')",
        params![id, by.scope.area, from, by.now, giver, &by.name, taker, &name, short(remarks), Json(&sheet)],
    )?;
    let detail = format!("{} → {name}，未结束 {} 件", by.name, sheet.open.len());
    tx.audit(by, Entry { action: "emergencies.shift", subject: id.to_string(), detail, ..Entry::default() })?;
    Ok(id)
}

/// The next shift has read it.
///
/// # Errors
/// EM-12 for anybody but the named one, [`Error::Conflict`] when it is acknowledged already.
pub fn acknowledge(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId, note: &str) -> std::result::Result<(), Error> {
    let s = find(tx, by, id)?;
    if by.account != Some(s.taker) {
        return Err(Error::refused("EM-12", format!("应由接班人{}确认", s.taker_name)));
    }
    let note = if note.trim().is_empty() { String::new() } else { needed(note, "note", "接班说明")? };
    let sql =
        "update emergency_shifts set acknowledged_at = $2, taker_note = $3 where id = $1 and acknowledged_at is null";
    if tx.exec(sql, params![id, by.now, &note])? == 0 {
        return Err(Error::Conflict("已经确认接班，请刷新页面".into()));
    }
    let subject = id.to_string();
    Ok(tx.audit(by, Entry { action: "emergencies.shift_acknowledge", subject, detail: note, ..Entry::default() })?)
}
