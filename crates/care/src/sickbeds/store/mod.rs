//! Home sickbeds in the database. What may happen is decided in [`super::model`]; done in [`steps`] and [`running`].

pub mod due;
pub mod following;
pub mod lists;
pub mod running;
pub mod steps;

use super::fees::{Charge, Line};
use super::model::{Application, Consent, Event, Item, Key, Person, Sickbed};
use super::rounds::{Report, Round, Vitals};
use crate::contracts::model::ConsentBy;
use db::{Actor, Error, Json, Result, Row, Tx, params};
use kernel::{Date, ElderId, Fen, Instant, InstitutionId, StaffId};
use registry::elders;
use registry::institutions::Kind;

const COLUMNS: &str = "b.elder_id, b.id, b.state, b.institution_id, i.name, b.asked_by, b.asked_name, b.relation, b.asked_on,
     b.condition, b.diagnosis, b.diagnosis_code, b.wish, b.decision, b.decided_on, b.decided_by, b.decision_note,
     b.consent_by, b.consent_name, b.consent_relation, b.consent_on, b.doctor_id, b.doctor_name, b.nurse_id, b.nurse_name,
     b.opened_on, b.until_on, b.extensions, b.closed_on, b.close_code, b.close_reason, b.summary, b.made_by, b.changed_by,
     b.changed_at";

fn sickbed(row: &Row<'_>) -> Result<Sickbed> {
    let mut c = row.columns();
    let (key, state) = (Key { elder: c.take()?, id: c.take()? }, c.take()?);
    let (institution, institution_name) = (c.take()?, c.take()?);
    let asked = Application {
        institution,
        by: c.take()?,
        name: c.take()?,
        relation: c.take()?,
        on: c.take()?,
        condition: c.take()?,
        diagnosis: c.take()?,
        diagnosis_code: c.take()?,
        wish: c.take()?,
    };
    let decision = c.take::<Option<Json<_>>>()?.map(|json| json.0);
    let (decided_on, decided_by, decision_note) = (c.take()?, c.take()?, c.take()?);
    let (by, name, relation): (Option<ConsentBy>, String, String) = (c.take()?, c.take()?, c.take()?);
    let on: Option<Date> = c.take()?;
    let consent = by.zip(on).map(|(by, on)| Consent { by, name, relation, on });
    Ok(Sickbed {
        key,
        state,
        institution_name,
        asked,
        decision,
        decided_on,
        decided_by,
        decision_note,
        consent,
        doctor: c.take()?,
        doctor_name: c.take()?,
        nurse: c.take()?,
        nurse_name: c.take()?,
        opened_on: c.take()?,
        until: c.take()?,
        extensions: c.take()?,
        closed_on: c.take()?,
        close_code: c.take()?,
        close_reason: c.take()?,
        summary: c.take()?,
        made_by: c.take()?,
        changed_by: c.take()?,
        changed_at: c.take()?,
    })
}

/// A home sickbed of an elder within sight.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Sickbed> {
    elders::store::visible(tx, by, key.elder)?;
    let sql = format!(
        "select {COLUMNS} from sickbeds b join institutions i on i.id = b.institution_id
         where b.elder_id = $1 and b.id = $2"
    );
    tx.query_one(&sql, params![key.elder, key.id], sickbed)
}

/// All home sickbeds and applications of an elder within sight, newest first.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Sickbed>> {
    elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Sickbed>> {
    let sql = format!(
        "select {COLUMNS} from sickbeds b join institutions i on i.id = b.institution_id
         where b.elder_id = $1 order by b.created_at desc, b.id desc"
    );
    tx.query(&sql, params![elder], sickbed)
}

/// What the plan of a bed says, what is done still first. Callers have seen the bed.
///
/// # Errors
/// What the engine says.
pub fn items(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Item>> {
    let sql = "select id, kind, title, every_days, from_on, ended_on, last_done_on from sickbed_items
               where elder_id = $1 and sickbed_id = $2
               order by case when ended_on is null then 0 else 1 end, from_on, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Item {
            id: c.take()?,
            kind: c.take()?,
            title: c.take()?,
            every_days: c.take()?,
            from: c.take()?,
            ended_on: c.take()?,
            last_done: c.take()?,
        })
    })
}

/// The rounds of a bed: the planned one first, then the newest. Callers have seen the bed.
///
/// # Errors
/// What the engine says.
pub fn rounds(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Round>> {
    let sql =
        "select id, kind, state, due_on, done_on, staff_id, staff_name, temperature_tenths, pulse, breaths, sbp, dbp,
                 spo2, found, done, orders, recorded_by
               from sickbed_rounds where elder_id = $1 and sickbed_id = $2
               order by case when state = 'planned' then 0 else 1 end, coalesce(done_on, due_on) desc, id desc";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Round {
            id: c.take()?,
            kind: c.take()?,
            state: c.take()?,
            due_on: c.take()?,
            done_on: c.take()?,
            staff: c.take()?,
            staff_name: c.take()?,
            report: Report {
                vitals: Vitals {
                    temperature: c.take()?,
                    pulse: c.take()?,
                    breaths: c.take()?,
                    sbp: c.take()?,
                    dbp: c.take()?,
                    spo2: c.take()?,
                },
                found: c.take()?,
                done: c.take()?,
                orders: c.take()?,
            },
            recorded_by: c.take()?,
        })
    })
}

/// The account of a bed, oldest first. Callers have seen the bed.
///
/// # Errors
/// What the engine says.
pub fn lines(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Line>> {
    let sql = "select id, on_date, fee, title, price_code, price_fen, charge_fen, reason, decision, funded_by, reverses, note,
                 recorded_by
               from sickbed_fees where elder_id = $1 and sickbed_id = $2 order by on_date, recorded_at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        let (id, on, fee) = (c.take()?, c.take()?, c.take()?);
        let charge = Charge {
            title: c.take()?,
            price_code: c.take()?,
            price: Fen(c.take()?),
            charge: Fen(c.take()?),
            reason: c.take()?,
            decisions: c.take::<Json<_>>()?.0,
        };
        let (funded_by, reverses, note, recorded_by) = (c.take()?, c.take()?, c.take()?, c.take()?);
        Ok(Line { id, on, fee, charge, funded_by, reverses, note, recorded_by })
    })
}

/// What happened to a bed, newest first. Callers have seen the bed.
///
/// # Errors
/// What the engine says.
pub fn events(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Event>> {
    let sql = "select on_date, at, kind, detail, by_name from sickbed_events where elder_id = $1 and sickbed_id = $2
               order by on_date desc, at desc, id desc";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Event { on: c.take()?, at: c.take()?, kind: c.take()?, detail: c.take()?, by: c.take()? })
    })
}

/// Kind and name of an institution within the actor's sight.
///
/// # Errors
/// [`Error::NotFound`], or what the engine says.
pub fn place(tx: &mut Tx<'_>, by: &Actor, id: InstitutionId) -> Result<(Kind, String)> {
    let (scope, mut values) = by.scope.institutions("i.area", "i.id", 2);
    values.insert(0, id.into());
    let sql = format!("select i.kind, i.name from institutions i where i.id = $1 and {scope}");
    tx.query_one(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The staff of an institution, by post and name.
///
/// # Errors
/// What the engine says.
pub fn staff_of(tx: &mut Tx<'_>, institution: InstitutionId) -> Result<Vec<Person>> {
    let sql = format!("select {PERSON} where s.institution_id = $1 order by s.post, s.name, s.id");
    tx.query(&sql, params![institution], person)
}

const PERSON: &str = "s.id, s.name, s.institution_id, s.post, s.certificate_until from staff s";

fn person(row: &Row<'_>) -> Result<Person> {
    let mut c = row.columns();
    Ok(Person { id: c.take()?, name: c.take()?, institution: c.take()?, post: c.take()?, certificate_until: c.take()? })
}

fn one_of_staff(tx: &mut Tx<'_>, id: StaffId) -> Result<Person> {
    tx.query_one(&format!("select {PERSON} where s.id = $1"), params![id], person)
}

/// Keeps others from another bed of the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, by: &Actor, key: Key, a: &Application) -> Result<()> {
    tx.exec(
        "insert into sickbeds (elder_id, id, state, institution_id, asked_by, asked_name, relation, asked_on, condition,
           diagnosis, diagnosis_code, wish, decided_by, decision_note, consent_name, consent_relation, doctor_name, nurse_name,
           extensions, close_code, close_reason, summary, made_by, created_at, changed_by, changed_at)
         values ($1, $2, 'applied', $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', '', '', '', '', 0, '', '', '', $12, $13,
           $12, $13)",
        params![
            key.elder,
            key.id,
            a.institution,
            a.by,
            &a.name,
            &a.relation,
            a.on,
            a.condition,
            &a.diagnosis,
            &a.diagnosis_code,
            &a.wish,
            &by.name,
            by.now
        ],
    )?;
    Ok(())
}

/// Writes what a step changed, if nobody changed the bed since it was looked at.
fn write(tx: &mut Tx<'_>, by: &Actor, seen: Instant, b: &Sickbed) -> Result<()> {
    let consent = b.consent.as_ref();
    let written = tx.exec(
        "update sickbeds set state = $4, condition = $5, decision = $6, decided_on = $7, decided_by = $8,
           decision_note = $9, consent_by = $10, consent_name = $11, consent_relation = $12, consent_on = $13, doctor_id = $14,
           doctor_name = $15, nurse_id = $16, nurse_name = $17, opened_on = $18, until_on = $19, extensions = $20,
           closed_on = $21, close_code = $22, close_reason = $23, summary = $24, changed_by = $25, changed_at = $26
         where elder_id = $1 and id = $2 and changed_at = $3",
        params![
            b.key.elder,
            b.key.id,
            seen,
            b.state,
            b.asked.condition,
            b.decision.as_ref().map(Json),
            b.decided_on,
            &b.decided_by,
            &b.decision_note,
            consent.map(|c| c.by),
            consent.map(|c| c.name.clone()).unwrap_or_default(),
            consent.map(|c| c.relation.clone()).unwrap_or_default(),
            consent.map(|c| c.on),
            b.doctor,
            &b.doctor_name,
            b.nurse,
            &b.nurse_name,
            b.opened_on,
            b.until,
            b.extensions,
            b.closed_on,
            &b.close_code,
            &b.close_reason,
            &b.summary,
            &by.name,
            later(by.now, b.changed_at)
        ],
    )?;
    if written == 0 {
        Err(Error::Conflict("别人刚刚办理了这份家庭病床，请刷新后再看".into()))
    } else {
        Ok(())
    }
}

/// Two steps within one millisecond still differ, so that the older sight of them is told apart.
fn later(now: Instant, last: Instant) -> Instant {
    if now.timestamp_millis() > last.timestamp_millis() { now } else { last + chrono::TimeDelta::milliseconds(1) }
}

/// Refuses when what is to be changed was changed since it was looked at.
fn unchanged(seen: Option<i64>, b: &Sickbed) -> Result<()> {
    if seen.is_none_or(|seen| seen == b.changed_at.timestamp_millis()) {
        return Ok(());
    }
    let when = kernel::time::show(b.changed_at);
    let text = format!("{} 已在 {when} 改过，您看到的不是最新内容；请刷新后再办理", b.changed_by);
    Err(Error::Conflict(text))
}

fn write_event(tx: &mut Tx<'_>, by: &Actor, key: Key, (on, kind, detail): (Date, &str, &str)) -> Result<()> {
    let id = kernel::id::new_uuid(by.now, tx.chance());
    tx.exec(
        "insert into sickbed_events (elder_id, id, sickbed_id, on_date, at, kind, detail, by_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key.elder, id, key.id, on, by.now, kind, detail, &by.name],
    )?;
    Ok(())
}

/// A key as it stands in an address.
#[must_use]
pub fn key(elder: &str, id: &str) -> Option<Key> {
    Some(Key { elder: ElderId::parse(elder)?, id: kernel::SickbedId::parse(id)? })
}
