//! Hospice care in the database. What may happen is decided in [`super::model`] and done in [`super::steps`].

use super::model::{Case, Contact, FollowUp, Key, NewCase, Plan, Round, Seen, State};
use crate::contracts::Consent;
use crate::contracts::{ConsentBy, ConsentHow};
use crate::subject;
use db::{Actor, Condition, Json, Result, Row, Tx, params};
use kernel::{Area, BereavementId, Date, ElderId, HospiceId, HospicePlanId, HospiceRoundId, InstitutionId};
use serde::{Deserialize, Serialize};

/// Name of the sealed field: part of the seal.
const CONTACTS: &str = "hospice.contacts";

const COLUMNS: &str = "c.elder_id, c.id, c.state, c.institution_id, i.name, c.hospital_id, h.name, c.place, c.diagnosis,
     c.terminal, c.prognosis_months, c.judged_by, c.consent, c.decision, c.applied_on, c.admitted_on, c.ended_on, c.end_code,
     c.end_reason, c.version, c.urgent, c.due_on, c.made_by, c.changed_at";
const FROM: &str = "from hospice_cases c join institutions i on i.id = c.institution_id
     left join institutions h on h.id = c.hospital_id";

/// A consent as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    agreed: bool,
    by: ConsentBy,
    name: String,
    relation: String,
    how: ConsentHow,
    on: Date,
    note: String,
}

impl Kept {
    fn of(c: &Consent) -> Self {
        let (name, relation, note) = (c.name.clone(), c.relation.clone(), c.note.clone());
        Self { agreed: c.agreed, by: c.by, name, relation, how: c.how, on: c.on, note }
    }

    fn consent(self) -> Consent {
        let Self { agreed, by, name, relation, how, on, note } = self;
        Consent { agreed, by, name, relation, how, on, note, ask_again_on: None }
    }
}

fn case(row: &Row<'_>) -> Result<Case> {
    let mut c = row.columns();
    let (elder, id, state) = (c.take()?, c.take()?, c.take()?);
    let (institution, institution_name) = (c.take()?, c.take()?);
    let (hospital, hospital_name) = (c.take()?, c.take::<Option<String>>()?.unwrap_or_default());
    let (place, diagnosis, terminal) = (c.take()?, c.take()?, c.take()?);
    let (prognosis_months, judged_by) = (c.take()?, c.take()?);
    let consent = c.take::<Json<Kept>>()?.0.consent();
    Ok(Case {
        id,
        state,
        facts: NewCase {
            elder,
            institution,
            hospital,
            place,
            diagnosis,
            terminal,
            prognosis_months,
            judged_by,
            consent,
        },
        institution_name,
        hospital_name,
        decision: c.take::<Json<_>>()?.0,
        applied_on: c.take()?,
        admitted_on: c.take()?,
        ended_on: c.take()?,
        end_code: c.take()?,
        end_reason: c.take()?,
        version: c.take()?,
        urgent: c.take()?,
        due_on: c.take()?,
        made_by: c.take()?,
        changed_at: c.take()?,
    })
}

/// Hospice care of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> Result<Case> {
    subject::store::find(tx, by, key.elder)?;
    let sql = format!("select {COLUMNS} {FROM} where c.elder_id = $1 and c.id = $2");
    tx.query_one(&sql, params![key.elder, key.id], case)
}

/// All of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<Case>> {
    registry::elders::store::visible(tx, by, elder)?;
    all(tx, elder)
}

/// All of an elder, newest first, whoever asks: for what follows by itself.
pub(super) fn all(tx: &mut Tx<'_>, elder: ElderId) -> Result<Vec<Case>> {
    let sql = format!("select {COLUMNS} {FROM} where c.elder_id = $1 order by c.created_at desc, c.id desc");
    tx.query(&sql, params![elder], case)
}

/// Keeps others from beginning or ending hospice care of the elder until the transaction ends.
pub(super) fn hold(tx: &mut Tx<'_>, elder: ElderId) -> Result<()> {
    tx.exec("update elders set changed_at = changed_at where id = $1", params![elder])?;
    Ok(())
}

/// Writes a new application.
pub(super) fn insert(tx: &mut Tx<'_>, by: &Actor, c: &Case) -> Result<()> {
    let f = &c.facts;
    tx.exec(
        "insert into hospice_cases (elder_id, id, state, institution_id, hospital_id, place, diagnosis, terminal,
           prognosis_months, judged_by, consent, decision, applied_on, end_code, end_reason, version, urgent, due_on,
           made_by, changed_by, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '', 0, 0, $14, $15, $15, $16, $16)",
        params![
            f.elder,
            c.id,
            c.state,
            f.institution,
            f.hospital,
            f.place,
            &f.diagnosis,
            f.terminal,
            f.prognosis_months,
            &f.judged_by,
            Json(Kept::of(&f.consent)),
            Json(&c.decision),
            c.applied_on,
            c.due_on,
            &c.made_by,
            by.now
        ],
    )?;
    Ok(())
}

/// Writes what a step changed, if nobody changed the case since `before` was read.
pub(super) fn write(tx: &mut Tx<'_>, by: &Actor, before: &Case, c: &Case) -> Result<()> {
    let written = tx.exec(
        "update hospice_cases set state = $5, place = $6, admitted_on = $7, ended_on = $8, end_code = $9, end_reason = $10,
           version = $11, urgent = $12, due_on = $13, changed_by = $14, changed_at = $15
         where elder_id = $1 and id = $2 and state = $3 and version = $4",
        params![
            c.facts.elder,
            c.id,
            before.state,
            before.version,
            c.state,
            c.facts.place,
            c.admitted_on,
            c.ended_on,
            &c.end_code,
            &c.end_reason,
            c.version,
            c.urgent,
            c.due_on,
            &by.name,
            by.now
        ],
    )?;
    if written == 0 {
        Err(db::Error::Conflict("别人刚刚办理了这份安宁疗护，请刷新后再看".into()))
    } else {
        Ok(())
    }
}

/// Writes a version of the plan.
pub(super) fn add_plan(tx: &mut Tx<'_>, by: &Actor, key: Key, plan: &Plan) -> Result<()> {
    let id = HospicePlanId::new(by.now, tx.chance());
    let sealed = tx.seal(CONTACTS, &serde_json::to_string(&plan.contacts).unwrap_or_default());
    tx.exec(
        "insert into hospice_plans (elder_id, id, case_id, version, content, contacts_sealed, on_date, by_name, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![key.elder, id, key.id, plan.version, Json(&plan.content), sealed, plan.on, &plan.by, by.now],
    )?;
    Ok(())
}

/// The versions of a plan, newest first. Callers have seen the case.
///
/// # Errors
/// What the engine says, or that a seal does not open.
pub fn plans(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Plan>> {
    let sql = "select version, content, contacts_sealed, on_date, by_name from hospice_plans
               where elder_id = $1 and case_id = $2 order by version desc";
    let rows: Vec<(Plan, Vec<u8>)> = tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        let (version, content, sealed) = (c.take()?, c.take::<Json<_>>()?.0, c.take()?);
        Ok((Plan { version, content, contacts: vec![], on: c.take()?, by: c.take()? }, sealed))
    })?;
    let opened = rows.into_iter().map(|(plan, sealed)| {
        let text = tx.vault().open(CONTACTS, &sealed)?;
        Ok(Plan { contacts: serde_json::from_str::<Vec<Contact>>(&text).unwrap_or_default(), ..plan })
    });
    opened.collect()
}

/// Notes that somebody has read a version; the same again changes nothing.
pub(super) fn add_seen(tx: &mut Tx<'_>, by: &Actor, key: Key, seen: &Seen) -> Result<()> {
    let known =
        "select count(*) from hospice_seen where elder_id = $1 and case_id = $2 and version = $3 and party = $4";
    if tx.count(known, params![key.elder, key.id, seen.version, seen.party])? > 0 {
        return Ok(());
    }
    let id = kernel::id::new_uuid(by.now, tx.chance());
    tx.exec(
        "insert into hospice_seen (elder_id, id, case_id, version, party, name, on_date, by_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key.elder, id, key.id, seen.version, seen.party, &seen.name, seen.on, &by.name],
    )?;
    Ok(())
}

/// Who has read which version. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn seen(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Seen>> {
    let sql = "select version, party, name, on_date from hospice_seen where elder_id = $1 and case_id = $2
               order by version desc, party";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        Ok(Seen { version: c.take()?, party: c.take()?, name: c.take()?, on: c.take()? })
    })
}

/// Writes a round.
pub(super) fn add_round(tx: &mut Tx<'_>, by: &Actor, key: Key, r: &Round) -> Result<()> {
    let id = HospiceRoundId::new(by.now, tx.chance());
    tx.exec(
        "insert into hospice_rounds (elder_id, id, case_id, on_date, place, scores, answer, note, urgent, by_name, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            key.elder,
            id,
            key.id,
            r.on,
            r.place,
            Json(&r.scores),
            &r.answer,
            &r.note,
            r.urgent,
            &r.by,
            by.now
        ],
    )?;
    Ok(())
}

/// The rounds, newest first. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn rounds(tx: &mut Tx<'_>, key: Key) -> Result<Vec<Round>> {
    let sql = "select on_date, place, scores, answer, note, urgent, by_name from hospice_rounds
               where elder_id = $1 and case_id = $2 order by on_date desc, created_at desc, id desc";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        let (on, place, scores) = (c.take()?, c.take()?, c.take::<Json<_>>()?.0);
        Ok(Round { on, place, scores, answer: c.take()?, note: c.take()?, urgent: c.take()?, by: c.take()? })
    })
}

/// Plans a follow-up of the bereaved.
pub(super) fn add_follow_up(tx: &mut Tx<'_>, by: &Actor, key: Key, due_on: Date) -> Result<()> {
    let id = BereavementId::new(by.now, tx.chance());
    tx.exec(
        "insert into hospice_bereavements (elder_id, id, case_id, due_on, contact, note, referred, by_name)
         values ($1, $2, $3, $4, '', '', 0, '')",
        params![key.elder, id, key.id, due_on],
    )?;
    Ok(())
}

/// The follow-ups of the bereaved, by due date. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn follow_ups(tx: &mut Tx<'_>, key: Key) -> Result<Vec<FollowUp>> {
    let sql = "select id, due_on, done_on, contact, note, referred, by_name from hospice_bereavements
               where elder_id = $1 and case_id = $2 order by due_on, id";
    tx.query(sql, params![key.elder, key.id], |row| {
        let mut c = row.columns();
        let (id, due_on, done_on) = (c.take()?, c.take()?, c.take()?);
        Ok(FollowUp { id, due_on, done_on, contact: c.take()?, note: c.take()?, referred: c.take()?, by: c.take()? })
    })
}

/// Writes that a follow-up was done, if it is not done yet.
pub(super) fn write_follow_up(tx: &mut Tx<'_>, key: Key, f: &FollowUp) -> Result<()> {
    let written = tx.exec(
        "update hospice_bereavements set done_on = $3, contact = $4, note = $5, referred = $6, by_name = $7
         where elder_id = $1 and id = $2 and done_on is null",
        params![key.elder, f.id, f.done_on, &f.contact, &f.note, f.referred, &f.by],
    )?;
    if written == 0 { Err(db::Error::Conflict("这次随访已经登记，请刷新页面".into())) } else { Ok(()) }
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states; all if none.
    pub states: Vec<State>,
    /// Only what is due on or before this day.
    pub due_by: Option<Date>,
    /// Only with a severe symptom.
    pub urgent: bool,
    /// Only of this institution, as centre or as hospital.
    pub institution: Option<InstitutionId>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The case.
    pub case: Case,
    /// Name of the elder.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Where they live.
    pub area: Area,
}

fn condition(by: &Actor, f: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if !f.states.is_empty() {
        let codes: Vec<String> = f.states.iter().map(|state| format!("'{}'", state.code())).collect();
        all.and(&format!("c.state in ({})", codes.join(", ")));
    }
    if f.urgent {
        all.and("c.urgent = 1");
    }
    all.with_some("c.due_on <= ?", f.due_by).with_some("(c.institution_id = ? or c.hospital_id = ?)", f.institution);
    all
}

/// A page of the cases within sight: severe symptoms first, then by what is due first.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS}, e.name, e.born, e.area {FROM} join elders e on e.id = c.elder_id where {condition}
         order by c.urgent desc, coalesce(c.due_on, '9999'), c.id {page}"
    );
    tx.query(&sql, &all.values, |row| {
        Ok(Listed { case: case(row)?, name: row.get(24)?, born: row.get(25)?, area: row.get(26)? })
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> Result<i64> {
    let all = condition(by, filter);
    let sql = format!("select count(*) {FROM} join elders e on e.id = c.elder_id where {}", all.sql);
    tx.count(&sql, &all.values)
}

/// Ids that a page's address names.
#[must_use]
pub fn key(elder: &str, id: &str) -> Option<Key> {
    Some(Key { elder: ElderId::parse(elder)?, id: HospiceId::parse(id)? })
}
