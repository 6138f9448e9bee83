//! Follow-ups of chronic diseases in the database.

use super::model::{self, Disease, Followup, Judged, Key, NewVisit, Referral, State, Visit};
use crate::chart;
use crate::subject::{self, Subject};
use db::{Actor, Json, Row, Tx, Value, params};
use kernel::{Date, ElderId, FollowupId, FollowupVisitId, Happening, InstitutionId, What};
use policy::Library;
use web::{Error, Reason};

const COLUMNS: &str =
    "f.elder_id, f.id, f.disease, f.state, f.enrolled_on, f.next_by, f.last_on, f.last_outcome, f.poor,
     f.institution_id, f.doctor, f.ended_on, f.end_reason, f.version";

fn followup(row: &Row<'_>) -> db::Result<Followup> {
    let mut c = row.columns();
    Ok(Followup {
        key: Key { elder: c.take()?, id: c.take()? },
        disease: c.take()?,
        state: c.take()?,
        enrolled_on: c.take()?,
        next_by: c.take()?,
        last_on: c.take()?,
        last_outcome: c.take()?,
        poor: c.take()?,
        institution: c.take()?,
        doctor: c.take()?,
        ended_on: c.take()?,
        end_reason: c.take()?,
        version: c.take()?,
    })
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Followup>> {
    let sql = format!("select {COLUMNS} from followups f where f.elder_id = $1 order by f.enrolled_on desc, f.id desc");
    tx.query(&sql, params![elder], followup)
}

/// All diseases of an elder within sight that are or were followed up, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Followup>> {
    subject::store::find(tx, by, elder)?;
    all(tx, elder)
}

/// One of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, key: Key) -> db::Result<Followup> {
    of_elder(tx, by, key.elder)?.into_iter().find(|one| one.key == key).ok_or(db::Error::NotFound)
}

/// Whether a disease of an elder is under follow-up.
///
/// # Errors
/// What the engine says.
pub fn managed(tx: &mut Tx<'_>, elder: ElderId, disease: Disease) -> db::Result<bool> {
    let sql = "select count(*) from followups where elder_id = $1 and disease = $2 and state <> 'ended'";
    Ok(tx.count(sql, params![elder, disease])? > 0)
}

/// Takes an elder into the follow-up of a disease; the first one is due at once.
///
/// # Errors
/// FU-01 or FU-03, or what the store says.
pub fn enrol(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, disease: Disease) -> Result<Key, Error> {
    let subject = subject::store::find(tx, by, elder)?;
    if managed(tx, elder, disease)? {
        return Err(Error::refused("FU-01", format!("{}的{disease}已在随访管理中", subject.name)));
    }
    if !subject.present {
        return Err(Error::refused("FU-03", format!("{}已去世或迁出，不再纳入随访", subject.name)));
    }
    Ok(insert(tx, by, elder, disease)?)
}

/// Takes an elder in because of a diagnosis that was written down, if the rules follow it up and it is not done yet.
///
/// # Errors
/// What the engine says.
pub fn diagnosed(tx: &mut Tx<'_>, by: &Actor, subject: &Subject, code: &str) -> db::Result<()> {
    let disease = Disease::of_diagnosis(code).filter(|_| subject.present);
    match disease {
        Some(disease) if !managed(tx, subject.id, disease)? => insert(tx, by, subject.id, disease).map(drop),
        _ => Ok(()),
    }
}

fn insert(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, disease: Disease) -> db::Result<Key> {
    let id = FollowupId::new(by.now, tx.chance());
    tx.exec(
        "insert into followups (elder_id, id, disease, state, enrolled_on, next_by, poor, institution_id, doctor, end_reason,
           version, created_at, changed_at) values ($1, $2, $3, 'managed', $4, $4, 0, $5, $6, '', 1, $7, $7)",
        params![elder, id, disease, by.today(), by.institution, by.name.as_str(), by.now],
    )?;
    audit(tx, by, Key { elder, id }, &format!("纳入随访：{disease}"))?;
    Ok(Key { elder, id })
}

fn audit(tx: &mut Tx<'_>, by: &Actor, key: Key, detail: &str) -> db::Result<()> {
    let (subject, detail) = (key.id.to_string(), detail.to_owned());
    tx.audit(by, db::audit::Entry { action: "followups.write", elder: Some(key.elder), subject, detail })
}

/// What is against a follow-up of this day.
fn against(one: &Followup, subject: &Subject, on: Date) -> Option<Reason> {
    if one.state.after("visit").is_none() || !subject.present {
        return Some(Reason::new("FU-03", format!("{}的{}随访已终止", subject.name, one.disease)));
    }
    let last = one.last_on.filter(|last| on <= *last)?;
    Some(Reason::new("FU-02", format!("{last} 已有一次随访；同一天不重复登记，更早的不能再补（分类依次判断）")))
}

/// Writes a follow-up down: judged by the rules, the measurements into the health record, the next one due.
///
/// # Errors
/// FU-02 to FU-05, a value that cannot be, or what the store says.
pub fn record(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (key, version): (Key, i64),
    new: &NewVisit,
) -> Result<Judged, Error> {
    let subject = subject::store::find(tx, by, key.elder)?;
    let one = find(tx, by, key)?;
    if let Some(why) = subject.against_date("随访日期", new.on, by.today()) {
        return Err(Error::field("on", "随访日期", why));
    }
    if let Some(reason) = against(&one, &subject, new.on) {
        return Err(Error::Refused(vec![reason]));
    }
    if let Some((field, label, why)) = new.fault(one.disease) {
        return Err(Error::field(field, label, why));
    }
    let age = kernel::time::age_on(subject.born, new.on);
    let judged = model::judge(library, (one.disease, subject.area), new, (age, one.poor))
        .map_err(|reason| Error::Refused(vec![reason]))?;
    advance(tx, by, (key, version), new, &judged)?;
    let id = FollowupVisitId::new(by.now, tx.chance());
    tx.exec(
        "insert into followup_visits (elder_id, id, followup_id, on_date, form, outcome, controlled, next_by, decision, referral,
           referral_note, recorded_by, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $12)",
        params![
            key.elder,
            id,
            key.id,
            new.on,
            Json(new),
            judged.outcome,
            judged.controlled,
            judged.next_by,
            Json(&judged.decision),
            judged.referral(),
            by.name.as_str(),
            by.now
        ],
    )?;
    measured(tx, by, key.elder, new)?;
    crate::records::store::findings::followed_up(tx, by, key.elder)?;
    audit(tx, by, key, &format!("{}随访 {}：{}", one.disease, new.on, judged.outcome))?;
    Ok(judged)
}

/// Moves the disease on: when the next one is due, whether this one was poor.
fn advance(
    tx: &mut Tx<'_>,
    by: &Actor,
    (key, version): (Key, i64),
    new: &NewVisit,
    judged: &Judged,
) -> Result<(), Error> {
    let written = tx.exec(
        "update followups set state = 'managed', next_by = $4, last_on = $5, last_outcome = $6, poor = $7, doctor = $8,
           institution_id = coalesce($9, institution_id), end_reason = '', version = version + 1, changed_at = $10
         where elder_id = $1 and id = $2 and version = $3",
        params![
            key.elder,
            key.id,
            version,
            judged.next_by,
            new.on,
            judged.outcome,
            !judged.controlled,
            by.name.as_str(),
            by.institution,
            by.now
        ],
    )?;
    unchanged(written)
}

fn unchanged(written: u64) -> Result<(), Error> {
    if written == 0 {
        return Err(Error::Conflict("FU-04 这位老人的随访刚由别人登记过，请看过再办".into()));
    }
    Ok(())
}

/// What was measured stands in the health record too, typed once.
fn measured(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, new: &NewVisit) -> Result<(), Error> {
    use chart::codes::{FASTING_GLUCOSE, PRESSURE, PULSE, TEMPERATURE};
    let values = [
        (PRESSURE, new.sbp.map(|n| n * 100), new.dbp.map(|n| n * 100)),
        (FASTING_GLUCOSE, new.glucose.map(|n| n * 10), None),
        (PULSE, new.pulse.map(|n| n * 100), None),
        (TEMPERATURE, new.temperature.map(|n| n * 10), None),
    ];
    for (code, value, second) in values {
        if let Some(value) = value {
            chart::measure(tx, by, elder, (code, new.on, "随访"), (value, second))?;
        }
    }
    Ok(())
}

/// Marks as lost, or ends, with a reason.
///
/// # Errors
/// FU-03 or FU-04, or what the store says.
pub fn step(
    tx: &mut Tx<'_>,
    by: &Actor,
    (key, version): (Key, i64),
    (event, reason): (&str, &str),
) -> Result<State, Error> {
    let one = find(tx, by, key)?;
    let Some(next) = one.state.after(event) else {
        return Err(Error::refused("FU-03", format!("{}的随访{}，不能再办", one.disease, one.state)));
    };
    unchanged(close(tx, by, (key, version), (next, reason, by.today()))?)?;
    Ok(next)
}

fn close(
    tx: &mut Tx<'_>,
    by: &Actor,
    (key, version): (Key, i64),
    (next, reason, on): (State, &str, Date),
) -> db::Result<u64> {
    let ended = Some(on).filter(|_| next == State::Ended);
    let written = tx.exec(
        "update followups set state = $4, end_reason = $5, ended_on = $6, version = version + 1, changed_at = $7
         where elder_id = $1 and id = $2 and version = $3",
        params![key.elder, key.id, version, next, reason, ended, by.now],
    )?;
    audit(tx, by, key, &format!("随访{next}：{reason}"))?;
    Ok(written)
}

/// Follows what happens to an elder: a death or a move away ends every follow-up, with the reason; whoever was sent to a
/// hospital, or lies in one, needs no referral any more.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    let became = match happening.what {
        What::Died | What::MovedAway => Referral::Declined,
        What::Referred | What::AdmittedToHospital => Referral::Made,
        _ => return Ok(()),
    };
    if became == Referral::Declined {
        for one in all(tx, happening.elder)?.into_iter().filter(|one| one.state != State::Ended) {
            close(tx, by, (one.key, one.version), (State::Ended, happening.what.name(), happening.on))?;
        }
    }
    let place = happening.institution.and_then(|id| registry::institutions::store::name(tx, id).ok());
    let note = format!("{} {}", happening.what.name(), place.unwrap_or_default());
    let sql = "update followup_visits set referral = $4, referral_note = $2, changed_at = $3
               where elder_id = $1 and referral = 'open' and on_date <= $5";
    tx.exec(sql, params![happening.elder, note.trim_end(), by.now, became, happening.on]).map(drop)
}

const VISIT: &str =
    "v.elder_id, v.id, v.followup_id, v.form, v.outcome, v.controlled, v.next_by, v.decision, v.referral,
     v.referral_note, v.recorded_by";

fn visit(row: &Row<'_>) -> db::Result<Visit> {
    let mut c = row.columns();
    let _: ElderId = c.take()?;
    let (id, followup) = (c.take()?, c.take()?);
    let facts = c.take::<Json<NewVisit>>()?.0;
    let (outcome, controlled, next_by) = (c.take()?, c.take()?, c.take()?);
    let decision = c.take::<Json<_>>()?.0;
    Ok(Visit {
        id,
        followup,
        facts,
        judged: Judged { controlled, outcome, next_by, decision },
        referral: c.take()?,
        referral_note: c.take()?,
        recorded_by: c.take()?,
    })
}

/// All follow-ups of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn visits(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Visit>> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {VISIT} from followup_visits v where v.elder_id = $1 order by v.on_date desc, v.id desc");
    tx.query(&sql, params![elder], visit)
}

/// Writes down what became of a referral.
///
/// # Errors
/// FU-06 when nothing is open, or what the store says.
pub fn refer(
    tx: &mut Tx<'_>,
    by: &Actor,
    (elder, id): (ElderId, FollowupVisitId),
    (made, note): (bool, &str),
) -> Result<(), Error> {
    subject::store::find(tx, by, elder)?;
    let sql = "update followup_visits set referral = $3, referral_note = $4, changed_at = $5
               where elder_id = $1 and id = $2 and referral = 'open'";
    let became = if made { Referral::Made } else { Referral::Declined };
    if tx.exec(sql, params![elder, id, became, note, by.now])? == 0 {
        return Err(Error::Conflict("FU-06 这次随访没有待办的转诊，可能已由别人登记".into()));
    }
    let (subject, detail) = (id.to_string(), format!("随访转诊：{became}"));
    Ok(tx.audit(by, db::audit::Entry { action: "followups.write", elder: Some(elder), subject, detail })?)
}

/// Which follow-ups a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of one state; none for all that have not ended.
    pub state: Option<State>,
    /// Of one disease.
    pub disease: Option<Disease>,
    /// The next one before this day.
    pub before: Option<Date>,
    /// The next one on or after this day.
    pub from: Option<Date>,
    /// With a referral that nobody has answered for.
    pub referral: bool,
    /// Of one institution, or of none yet.
    pub institution: Option<InstitutionId>,
}

/// A line of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The elder's name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// The disease.
    pub followup: Followup,
}

fn filtered(by: &Actor, filter: &Filter) -> (String, Vec<Value<'static>>) {
    let (mut tests, mut values) = (vec![], vec![]);
    let mut add = |test: &str, value: Value<'static>| {
        values.push(value);
        tests.push(test.replace('?', &format!("${}", values.len())));
    };
    match filter.state {
        Some(state) => add("f.state = ?", state.into()),
        None => add("f.state <> ?", State::Ended.into()),
    }
    if let Some(disease) = filter.disease {
        add("f.disease = ?", disease.into());
    }
    if let Some(day) = filter.before {
        add("f.next_by < ?", day.into());
    }
    if let Some(day) = filter.from {
        add("f.next_by >= ?", day.into());
    }
    if let Some(own) = filter.institution {
        add("(f.institution_id = ? or f.institution_id is null)", own.into());
    }
    if filter.referral {
        tests.push(
            "exists (select 1 from followup_visits v where v.elder_id = f.elder_id and v.followup_id = f.id
               and v.referral = 'open')"
                .to_owned(),
        );
    }
    let (scope, more) = by.scope.elders("e.area", "e.id", values.len() + 1);
    values.extend(more);
    tests.push(scope);
    (tests.join(" and "), values)
}

/// The follow-ups of a list, those that are due first at the front.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, (limit, offset): (i64, i64)) -> db::Result<Vec<Listed>> {
    let (tests, mut values) = filtered(by, filter);
    let places = (values.len() + 1, values.len() + 2);
    values.extend([limit.into(), offset.into()]);
    let sql = format!(
        "select {COLUMNS}, e.name, e.born from followups f join elders e on e.id = f.elder_id
         where {tests} order by f.next_by, f.id limit ${} offset ${}",
        places.0, places.1
    );
    tx.query(&sql, &values, |row| Ok(Listed { name: row.get(14)?, born: row.get(15)?, followup: followup(row)? }))
}

/// How many follow-ups a list has.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<i64> {
    let (tests, values) = filtered(by, filter);
    tx.count(&format!("select count(*) from followups f join elders e on e.id = f.elder_id where {tests}"), &values)
}

/// An elder whose roster names a disease that nobody follows up.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub elder: ElderId,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
}

/// Elders within sight whose roster names the disease and who are not under follow-up, the oldest first.
///
/// # Errors
/// What the engine says.
pub fn candidates(
    tx: &mut Tx<'_>,
    by: &Actor,
    disease: Disease,
    (limit, offset): (i64, i64),
) -> db::Result<Vec<Candidate>> {
    let (scope, more) = by.scope.elders("e.area", "e.id", 5);
    let mut values: Vec<Value<'_>> =
        vec![format!("%,{},%", disease.chronic().code()).into(), disease.into(), limit.into(), offset.into()];
    values.extend(more);
    let sql = format!(
        "select e.id, e.name, e.born from elders e
         where ',' || e.chronic || ',' like $1 and e.status = 'alive' and e.merged_into is null and {scope}
           and not exists (select 1 from followups f where f.elder_id = e.id and f.disease = $2)
         order by e.born, e.id limit $3 offset $4"
    );
    tx.query(&sql, &values, |row| Ok(Candidate { elder: row.get(0)?, name: row.get(1)?, born: row.get(2)? }))
}
