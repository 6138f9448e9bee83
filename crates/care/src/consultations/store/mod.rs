//! Remote consultations in the database. What may happen is decided in [`super::model`] and done in [`steps`].

pub mod lists;
pub mod steps;

use super::model::{Addendum, Charge, Conclusion, Consultation, Grade, Key, Said};
use crate::sharing::{self, Consent, Part};
use db::{Actor, Condition, Json, Result, Row, Tx, params};
use kernel::{ElderId, Fen, Instant, InstitutionId, StaffId};

const COLUMNS: &str = "c.elder_id, c.id, c.state, c.version, e.name, c.from_id, f.name, coalesce(f.phone, ''), c.to_id, t.name,
     coalesce(t.phone, ''), c.department, c.urgency, c.question, c.situation, c.asker_phone, c.consent_by, c.consent_name,
     c.consent_relation, c.consent_how, c.consent_at, c.shared, c.purpose, c.shared_until, c.share_ended_at, c.payer,
     c.funded_by, c.requested_at, c.requested_by, c.answer_due_at, c.lapses_at, c.answered_at, c.answered_by, c.refusal_code,
     c.refusal, c.booked_for, c.consultant_id, c.consultant_name, c.consult_phone, c.missed_at, c.missed_by, c.missed_note,
     c.started_at, c.started_by, c.acknowledge_due, c.acknowledged_at, c.acknowledged_by, c.acknowledge_note, c.closed_at,
     c.closed_reason, c.signed_at, c.signed_id, c.signed_name, c.means, c.finding, c.advice, c.medication, c.minutes,
     c.price_fen, c.elder_fen, c.asker_fen, c.charge_reason, c.decisions, c.fingerprint";
const FROM: &str = "from consultations c join elders e on e.id = c.elder_id join institutions f on f.id = c.from_id
     join institutions t on t.id = c.to_id";
/// What is said to the slower of two.
pub(super) const FASTER: &str = "别人刚刚办理了这次会诊，请刷新后再看";

fn consultation(row: &Row<'_>) -> Result<Consultation> {
    let mut c = row.columns();
    Ok(Consultation {
        key: Key { elder: c.take()?, id: c.take()? },
        state: c.take()?,
        version: c.take()?,
        elder_name: c.take()?,
        from: c.take()?,
        from_name: c.take()?,
        from_phone: c.take()?,
        to: c.take()?,
        to_name: c.take()?,
        to_phone: c.take()?,
        department: c.take()?,
        urgency: c.take()?,
        question: c.take()?,
        situation: c.take()?,
        asker_phone: c.take()?,
        consent: Consent { by: c.take()?, name: c.take()?, relation: c.take()?, how: c.take()?, at: c.take()? },
        shared: Part::split(&c.take::<String>()?),
        purpose: c.take()?,
        shared_until: c.take()?,
        share_ended_at: c.take()?,
        payer: c.take()?,
        funded_by: c.take()?,
        requested_at: c.take()?,
        requested_by: c.take()?,
        answer_due: c.take()?,
        lapses: c.take()?,
        answered_at: c.take()?,
        answered_by: c.take()?,
        refusal: c.take()?,
        refusal_note: c.take()?,
        booked_for: c.take()?,
        consultant: c.take()?,
        consultant_name: c.take()?,
        consult_phone: c.take()?,
        missed_at: c.take()?,
        missed_by: c.take()?,
        missed_note: c.take()?,
        started_at: c.take()?,
        started_by: c.take()?,
        acknowledge_due: c.take()?,
        acknowledged_at: c.take()?,
        acknowledged_by: c.take()?,
        acknowledge_note: c.take()?,
        closed_at: c.take()?,
        closed_reason: c.take()?,
        conclusion: match c.take::<Option<Instant>>()? {
            None => None,
            Some(at) => Some(signed(&mut c, at)?),
        },
    })
}

fn signed(c: &mut db::value::Columns<'_>, at: Instant) -> Result<Conclusion> {
    Ok(Conclusion {
        at,
        by: c.take()?,
        name: c.take()?,
        said: Said { means: c.take()?, finding: c.take()?, advice: c.take()?, medication: c.take()? },
        charge: Charge {
            minutes: c.take()?,
            price: Fen(c.take()?),
            elder: Fen(c.take()?),
            asker: Fen(c.take()?),
            reason: c.take()?,
            decisions: c.take::<Json<_>>()?.0,
        },
        fingerprint: c.take()?,
    })
}

/// The consultations that an actor sees.
fn seen(by: &Actor) -> Condition {
    sharing::store::seen(by, "c")
}

/// A consultation within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Consultation> {
    let mut condition = seen(by);
    condition.with("c.elder_id = ?", key.elder).with("c.id = ?", key.id);
    tx.query_one(&format!("select {COLUMNS} {FROM} where {}", condition.sql), &condition.values, consultation)
}

/// The consultations of an elder within sight, newest first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Consultation>> {
    let mut condition = seen(by);
    condition.with("c.elder_id = ?", elder);
    let sql = format!("select {COLUMNS} {FROM} where {} order by c.requested_at desc, c.id", condition.sql);
    tx.query(&sql, &condition.values, consultation)
}

/// The open consultations of an elder, whoever asks: for what follows the bus.
fn open_of(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Consultation>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.elder_id = $1 and c.state in ('requested', 'booked', 'no_show', 'under_way')
         order by c.requested_at, c.id"
    );
    tx.query(&sql, params![elder], consultation)
}

/// What was added to the conclusion, in order.
///
/// # Errors
/// What the engine says.
pub fn addenda(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Addendum>> {
    let sql = "select id, at, signed_id, signed_name, content, fingerprint from consultation_addenda
               where elder_id = $1 and consultation_id = $2 order by at, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Addendum {
            id: c.take()?,
            at: c.take()?,
            by: c.take()?,
            name: c.take()?,
            content: c.take()?,
            fingerprint: c.take()?,
        })
    })
}

/// The doctors of an institution, for whom the consultation may be booked: identity and name.
///
/// # Errors
/// What the engine says.
pub fn doctors(tx: &mut Tx<'_>, of: InstitutionId, now: Instant) -> Result<Vec<(StaffId, String)>> {
    let sql = "select id, name from staff where institution_id = $1 and post = 'doctor'
               and (certificate_until is null or certificate_until >= $2) order by name, id";
    tx.query(sql, params![of, kernel::time::date_of(now)], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The grade of an institution, for the price.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn grade(tx: &mut Tx<'_>, of: InstitutionId) -> Result<Grade> {
    let written: Option<String> =
        tx.query_one("select hospital_level from institutions where id = $1", params![of], |row| row.get(0))?;
    Ok(Grade::of(written.as_deref()))
}

/// The hours for which a consultant is booked already, other than for this consultation. Holds the consultant until the
/// transaction ends, so that no two of them are booked at once.
fn booked(tx: &mut Tx<'_>, consultant: StaffId, but: Key) -> Result<Vec<Instant>> {
    tx.exec("update staff set changed_at = changed_at where id = $1", params![consultant])?;
    let sql = "select booked_for from consultations where consultant_id = $1 and state in ('booked', 'under_way')
               and booked_for is not null and id <> $2";
    tx.query(sql, params![consultant, but.id], |row| row.get(0))
}

/// Keeps others from requesting for the elder until the transaction ends.
fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

/// Whether the same is asked of the same institution already.
fn again(tx: &mut Tx<'_>, elder: ElderId, to: InstitutionId, department: &str) -> Result<bool> {
    let sql = "select count(*) from consultations where elder_id = $1 and to_id = $2 and department = $3
               and state in ('requested', 'booked', 'no_show', 'under_way')";
    Ok(tx.count(sql, params![elder, to, department])? > 0)
}

/// Consultations whose time is over.
fn over(tx: &mut Tx<'_>, now: Instant, limit: i64) -> Result<Vec<Consultation>> {
    let sql = format!(
        "select {COLUMNS} {FROM} where c.state in ('requested', 'booked', 'no_show') and c.lapses_at < $1
         order by c.lapses_at, c.id limit $2"
    );
    tx.query(&sql, params![now, limit], consultation)
}

/// Writes a new request.
fn insert(tx: &mut Tx<'_>, now: Instant, c: &Consultation) -> Result<()> {
    tx.exec(
        "insert into consultations (elder_id, id, state, version, from_id, to_id, department, urgency, question, situation,
           asker_phone, consent_by, consent_name, consent_relation, consent_how, consent_at, shared, purpose, shared_until,
           payer, funded_by, requested_at, requested_by, answer_due_at, lapses_at, answered_by, refusal, consultant_name,
           consult_phone, missed_note, started_by, acknowledged_by, acknowledge_note, closed_reason, created_at, changed_at)
         values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
           $24, '', '', '', '', '', '', '', '', '', $21, $21)",
        params![
            c.key.elder,
            c.key.id,
            c.state,
            c.from,
            c.to,
            &c.department,
            c.urgency,
            &c.question,
            &c.situation,
            &c.asker_phone,
            c.consent.by,
            &c.consent.name,
            &c.consent.relation,
            c.consent.how,
            c.consent.at,
            Part::join(&c.shared),
            &c.purpose,
            c.shared_until,
            c.payer,
            c.funded_by,
            now,
            &c.requested_by,
            c.answer_due,
            c.lapses
        ],
    )?;
    Ok(())
}

fn written(rows: u64) -> Result<()> {
    if rows == 0 { Err(db::Error::Conflict(FASTER.into())) } else { Ok(()) }
}

/// Writes what a step changed, if nobody was faster. Nothing of a signed conclusion is among it.
fn write(tx: &mut Tx<'_>, now: Instant, c: &Consultation) -> Result<()> {
    let rows = tx.exec(
        "update consultations set state = $4, share_ended_at = $5, lapses_at = $6, answered_at = $7, answered_by = $8,
           refusal_code = $9, refusal = $10, booked_for = $11, consultant_id = $12, consultant_name = $13,
           consult_phone = $14, missed_at = $15, missed_by = $16, missed_note = $17, started_at = $18, started_by = $19,
           acknowledge_due = $20, acknowledged_at = $21, acknowledged_by = $22, acknowledge_note = $23, closed_at = $24,
           closed_reason = $25, changed_at = $26, version = version + 1
         where elder_id = $1 and id = $2 and version = $3",
        params![
            c.key.elder,
            c.key.id,
            c.version,
            c.state,
            c.share_ended_at,
            c.lapses,
            c.answered_at,
            &c.answered_by,
            c.refusal,
            &c.refusal_note,
            c.booked_for,
            c.consultant,
            &c.consultant_name,
            &c.consult_phone,
            c.missed_at,
            c.missed_by,
            &c.missed_note,
            c.started_at,
            &c.started_by,
            c.acknowledge_due,
            c.acknowledged_at,
            &c.acknowledged_by,
            &c.acknowledge_note,
            c.closed_at,
            &c.closed_reason,
            now
        ],
    )?;
    written(rows)
}

/// Writes the signed conclusion: once, and never again.
fn sign(tx: &mut Tx<'_>, key: Key, c: &Conclusion) -> Result<()> {
    let rows = tx.exec(
        "update consultations set signed_at = $3, signed_id = $4, signed_name = $5, means = $6, finding = $7, advice = $8,
           medication = $9, minutes = $10, price_fen = $11, elder_fen = $12, asker_fen = $13, charge_reason = $14,
           decisions = $15, fingerprint = $16
         where elder_id = $1 and id = $2 and signed_at is null",
        params![
            key.elder,
            key.id,
            c.at,
            c.by,
            &c.name,
            c.said.means,
            &c.said.finding,
            &c.said.advice,
            &c.said.medication,
            c.charge.minutes,
            c.charge.price.0,
            c.charge.elder.0,
            c.charge.asker.0,
            &c.charge.reason,
            Json(&c.charge.decisions),
            &c.fingerprint
        ],
    )?;
    written(rows)
}

/// Writes an addendum.
fn add(tx: &mut Tx<'_>, key: Key, more: &Addendum) -> Result<()> {
    tx.exec(
        "insert into consultation_addenda (elder_id, id, consultation_id, at, signed_id, signed_name, content, fingerprint)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key.elder, more.id, key.id, more.at, more.by, &more.name, &more.content, &more.fingerprint],
    )?;
    Ok(())
}
