//! Cases of the call centre in the database. What may happen is decided in [`super::model`] and done in [`steps`].

pub mod board;
pub mod calls;
pub mod card;
pub mod duties;
pub mod phones;
pub mod shifts;
pub mod steps;

use super::measure::Times;
use super::model::{Case, Dispatch, Event, Key, Source, Spot, State, Told};
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{Area, ElderId, EmergencyId, EmergencyRowId, Instant};

const COLUMNS: &str = "c.elder_id, c.id, e.name, c.state, c.version, c.source, c.kind, c.what, c.drill, c.area, c.place_lon,
     c.place_lat, c.place_from, c.began_at, c.answered_at, c.operator_id, c.operator_name, c.dispatched_at, c.arrived_at,
     c.handed_at, c.closed_at, c.closed_by, c.outcome, c.note, c.ambulance_at, c.ambulance_number, c.call_id,
     c.referral_id, c.changed_by";
const FROM: &str = "from emergency_cases c join elders e on e.id = c.elder_id";

fn case(row: &Row<'_>) -> Result<Case> {
    let mut c = row.columns();
    Ok(Case {
        key: Key { elder: c.take()?, id: c.take()? },
        name: c.take()?,
        state: c.take()?,
        version: c.take()?,
        source: c.take()?,
        kind: c.take()?,
        what: c.take()?,
        drill: c.take()?,
        area: c.take()?,
        spot: Spot { at: c.take::<Option<f64>>()?.zip(c.take::<Option<f64>>()?), from: c.take()? },
        began_at: c.take()?,
        answered_at: c.take()?,
        operator: c.take()?,
        operator_name: c.take()?,
        dispatched_at: c.take()?,
        arrived_at: c.take()?,
        handed_at: c.take()?,
        closed_at: c.take()?,
        closed_by: c.take()?,
        outcome: c.take()?,
        note: c.take()?,
        ambulance_at: c.take()?,
        ambulance_number: c.take()?,
        call: c.take()?,
        referral: c.take()?,
        changed_by: c.take()?,
    })
}

fn seen(by: &Actor) -> Condition {
    Condition::new(by.scope.elders("e.area", "e.id", 1))
}

/// A case within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Case> {
    let mut condition = seen(by);
    condition.with("c.elder_id = ?", key.elder).with("c.id = ?", key.id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", condition.sql), &condition.values, case)
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that are not over.
    pub open: bool,
    /// In this state.
    pub state: Option<State>,
    /// Come about so.
    pub source: Option<Source>,
    /// Drills only, or none.
    pub drill: Option<bool>,
    /// Of this elder.
    pub elder: Option<ElderId>,
    /// Begun from this instant on.
    pub from: Option<Instant>,
    /// Begun before this instant.
    pub until: Option<Instant>,
    /// Ended from this instant on.
    pub ended_from: Option<Instant>,
    /// Elders under this area.
    pub area: Option<Area>,
}

fn condition(by: &Actor, f: &Filter) -> Condition {
    let mut all = seen(by);
    if f.open {
        all.and("c.closed_at is null");
    }
    all.with_some("c.state = ?", f.state).with_some("c.source = ?", f.source).with_some("c.drill = ?", f.drill);
    all.with_some("c.elder_id = ?", f.elder).with_some("c.began_at >= ?", f.from).with_some("c.began_at < ?", f.until);
    all.with_some("c.closed_at >= ?", f.ended_from).within("c.area", f.area);
    all
}

/// A page of cases within sight: open ones first, the oldest of them first; then the newest.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Case>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS} {FROM} where {condition}
         order by case when c.closed_at is null then 0 else 1 end,
           case when c.closed_at is null then c.began_at end, c.began_at desc, c.id {page}"
    );
    tx.query(&sql, &all.values, case)
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} where {}", all.sql), &all.values)
}

/// The case of an elder that is not over, if there is one, whoever asks: for a second alarm that belongs to it.
///
/// # Errors
/// What the engine says.
pub fn open_of(tx: &mut Tx<'_>, elder: ElderId, drill: bool) -> Result<Option<Case>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.elder_id = $1 and c.closed_at is null and c.drill = $2 order by c.began_at, c.id"
    );
    tx.query_opt(&sql, params![elder, drill], case)
}

/// Whom a case was given to, oldest first. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn dispatches(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Dispatch>> {
    let sql = "select id, duty_id, kind, name, phone, place, metres, state, asked_at, confirmed_at, set_out_at, arrived_at, why
               from emergency_dispatches where elder_id = $1 and case_id = $2 order by asked_at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Dispatch {
            id: c.take()?,
            duty: c.take()?,
            kind: c.take()?,
            name: c.take()?,
            phone: c.take()?,
            place: c.take()?,
            metres: c.take()?,
            leg: c.take()?,
            asked_at: c.take()?,
            confirmed_at: c.take()?,
            set_out_at: c.take()?,
            arrived_at: c.take()?,
            why: c.take()?,
        })
    })
}

/// What happened to a case, oldest first. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Event>> {
    let sql =
        "select at, event, by_name, note from emergency_events where elder_id = $1 and case_id = $2 order by at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Event { at: c.take()?, event: c.take()?, by: c.take()?, note: c.take()? })
    })
}

/// Who was told, oldest first. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn told(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Told>> {
    let sql = "select at, name, relation, reached, by_name, note from emergency_contacts
               where elder_id = $1 and case_id = $2 order by at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        let (at, name, relation, reached) = (c.take()?, c.take()?, c.take()?, c.take()?);
        Ok(Told { at, name, relation, reached, by: c.take()?, note: c.take()? })
    })
}

/// The times of real cases that began in a span, with those of calls that nobody answered. Drills are left out.
///
/// # Errors
/// What the engine says.
pub fn times(tx: &mut Tx<'_>, by: &Actor, (from, until): (Instant, Instant), area: Option<Area>) -> Result<Vec<Times>> {
    let filter = Filter { drill: Some(false), from: Some(from), until: Some(until), area, ..Filter::default() };
    let all = condition(by, &filter);
    let sql = format!(
        "select c.area, c.began_at, c.answered_at, c.dispatched_at, c.arrived_at, c.source {FROM} where {}",
        all.sql
    );
    let mut found = tx.query(&sql, &all.values, |row| {
        let mut c = row.columns();
        let (area, began, answered) = (c.take()?, c.take()?, c.take()?);
        let (dispatched, arrived) = (c.take()?, c.take()?);
        let by_hand = c.take::<Source>()? == Source::Hand;
        Ok(Times { area, began, answered: Some(answered), dispatched, arrived, by_hand })
    })?;
    found.extend(calls::lost(tx, by, (from, until), area)?);
    Ok(found)
}

/// Keeps others from opening a case for the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, by: &Actor, c: &Case) -> Result<()> {
    tx.exec(
        "insert into emergency_cases (elder_id, id, state, version, source, kind, what, drill, area, place_lon, place_lat,
           place_from, began_at, answered_at, operator_id, operator_name, closed_by, note, ambulance_number, call_id,
           changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', '', '', $17, $18, $19)",
        params![
            c.key.elder,
            c.key.id,
            c.state,
            c.version,
            c.source,
            c.kind,
            &c.what,
            c.drill,
            c.area,
            c.spot.at.map(|(lon, _)| lon),
            c.spot.at.map(|(_, lat)| lat),
            &c.spot.from,
            c.began_at,
            c.answered_at,
            c.operator,
            &c.operator_name,
            c.call,
            by.now,
            &by.name
        ],
    )?;
    Ok(())
}

/// Writes what a step changed, if nobody changed the case since it was read. `c.version` is still the one that was read.
fn write(tx: &mut Tx<'_>, by: &Actor, c: &Case) -> Result<()> {
    let written = tx.exec(
        "update emergency_cases set state = $4, version = version + 1, kind = $5, what = $6, operator_id = $7,
           operator_name = $8, dispatched_at = $9, arrived_at = $10, handed_at = $11, closed_at = $12, closed_by = $13,
           outcome = $14, note = $15, ambulance_at = $16, ambulance_number = $17, referral_id = $18, changed_at = $19,
           changed_by = $20
         where elder_id = $1 and id = $2 and version = $3",
        params![
            c.key.elder,
            c.key.id,
            c.version,
            c.state,
            c.kind,
            &c.what,
            c.operator,
            &c.operator_name,
            c.dispatched_at,
            c.arrived_at,
            c.handed_at,
            c.closed_at,
            &c.closed_by,
            c.outcome,
            &c.note,
            c.ambulance_at,
            &c.ambulance_number,
            c.referral,
            by.now,
            &by.name
        ],
    )?;
    if written == 0 { Err(db::Error::Conflict(steps::FASTER.into())) } else { Ok(()) }
}

/// Adds to what happened. Nothing takes it back or changes it.
fn add_event(tx: &mut Tx<'_>, by: &Actor, key: Key, event: &str, note: &str) -> Result<()> {
    let id = EmergencyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into emergency_events (elder_id, id, case_id, at, event, by_name, note) values ($1, $2, $3, $4, $5, $6, $7)",
        params![key.elder, id, key.id, by.now, event, &by.name, note],
    )?;
    Ok(())
}

fn add_told(tx: &mut Tx<'_>, by: &Actor, key: Key, told: &Told) -> Result<()> {
    let id = EmergencyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into emergency_contacts (elder_id, id, case_id, at, name, relation, reached, by_name, note)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![key.elder, id, key.id, told.at, &told.name, &told.relation, told.reached, &told.by, &told.note],
    )?;
    Ok(())
}

fn add_dispatch(tx: &mut Tx<'_>, key: Key, d: &Dispatch) -> Result<()> {
    tx.exec(
        "insert into emergency_dispatches (elder_id, id, case_id, duty_id, kind, name, phone, place, metres, state, asked_at, why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')",
        params![key.elder, d.id, key.id, d.duty, d.kind, &d.name, &d.phone, &d.place, d.metres, d.leg, d.asked_at],
    )?;
    Ok(())
}

/// Writes how far a responder came. A time that is known stays.
fn write_dispatch(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, d: &Dispatch) -> Result<()> {
    let ended = (!d.leg.active()).then_some(by.now);
    tx.exec_one(
        "update emergency_dispatches set state = $3, confirmed_at = $4, set_out_at = $5, arrived_at = $6, ended_at = $7,
           why = $8 where elder_id = $1 and id = $2",
        params![elder, d.id, d.leg, d.confirmed_at, d.set_out_at, d.arrived_at, ended, &d.why],
    )
}

/// Whether somebody on duty is bound by a case now.
fn busy(tx: &mut Tx<'_>, duty: EmergencyRowId) -> Result<bool> {
    Ok(tx.count("select count(*) from emergency_dispatches where duty_id = $1 and ended_at is null", params![duty])?
        > 0)
}

/// The cases of an elder within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Case>> {
    list(tx, by, &Filter { elder: Some(elder), ..Filter::default() }, 100, 0)
}

/// Which case this is, by its id alone, within sight.
fn key_of(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: EmergencyId) -> Result<Option<Case>> {
    match find(tx, by, Key { elder, id }) {
        Err(db::Error::NotFound) => Ok(None),
        found => found.map(Some),
    }
}
