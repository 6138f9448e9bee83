//! The face-to-face form and the abnormal findings of check-ups in the database.

use super::super::Checkup;
use super::super::findings::{self, FaceToFace, Finding, FindingState, Form, Found, Known};
use super::{COLUMNS, checkup, of_elder};
use crate::chart;
use crate::followups::Disease;
use crate::subject::{self, Subject};
use db::{Actor, Json, Row, Tx, Value, params};
use kernel::{CheckupId, Date, ElderId, FindingId, Happening, InstitutionId, What};
use policy::{Library, Scored};
use web::Error;

/// The form of a check-up, if it was filled in. The caller has seen the elder.
///
/// # Errors
/// What the engine says.
pub fn form(tx: &mut Tx<'_>, elder: ElderId, id: CheckupId) -> db::Result<Option<Form>> {
    let sql = "select form, scored, recorded_by from checkup_forms where elder_id = $1 and id = $2";
    tx.query_opt(sql, params![elder, id], |row| {
        Ok(Form {
            facts: row.get::<Json<FaceToFace>>(0)?.0,
            scored: row.get::<Json<Option<Scored>>>(1)?.0,
            recorded_by: row.get(2)?,
        })
    })
}

/// A check-up of an elder within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: CheckupId) -> db::Result<Checkup> {
    of_elder(tx, by, elder)?.into_iter().find(|one| one.id == id).ok_or(db::Error::NotFound)
}

/// Keeps the form: scored, measured into the health record, its findings looked for.
///
/// # Errors
/// What is missing or cannot be true, or what the store says.
pub fn save(
    tx: &mut Tx<'_>,
    by: &Actor,
    library: &Library,
    (elder, id): (ElderId, CheckupId),
    new: &FaceToFace,
) -> Result<(), Error> {
    let checkup = find(tx, by, elder, id)?;
    let scored = new.score(library).map_err(|why| Error::field("self_care", "生活自理能力评估", why))?;
    measured(tx, by, &checkup, new)?;
    tx.exec(
        "insert into checkup_forms (elder_id, id, form, scored, recorded_by, created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (elder_id, id) do update set form = excluded.form, scored = excluded.scored,
           recorded_by = excluded.recorded_by, changed_at = excluded.changed_at",
        params![elder, id, Json(new), Json(&scored), by.name.as_str(), by.now],
    )?;
    let (subject, detail) = (id.to_string(), format!("体检面对面评估 {}", checkup.facts.on));
    tx.audit(by, db::audit::Entry { action: "records.write", elder: Some(elder), subject, detail })?;
    Ok(examine(tx, by, library, elder, id)?)
}

fn measured(tx: &mut Tx<'_>, by: &Actor, checkup: &Checkup, new: &FaceToFace) -> Result<(), Error> {
    use chart::codes::{HEIGHT, PULSE, TEMPERATURE, WAIST, WEIGHT};
    let values = [
        (HEIGHT, new.height),
        (WEIGHT, new.weight),
        (WAIST, new.waist),
        (PULSE, new.pulse),
        (TEMPERATURE, new.temperature),
    ];
    for (code, value) in values {
        if let Some(tenths) = value {
            chart::measure(tx, by, checkup.facts.elder, (code, checkup.facts.on, "体检"), (tenths * 10, None))?;
        }
    }
    Ok(())
}

fn known(tx: &mut Tx<'_>, subject: &Subject, on: Date) -> db::Result<Known> {
    let mut has = |disease: Disease| -> db::Result<bool> {
        let roster = subject.chronic.split(',').any(|code| code == disease.chronic().code());
        Ok(roster
            || crate::followups::store::managed(tx, subject.id, disease)?
            || chart::store::diagnosed(tx, subject.id, disease.group())?)
    };
    let (hypertension, diabetes) = (has(Disease::Hypertension)?, has(Disease::Diabetes)?);
    Ok(Known { age: kernel::time::age_on(subject.born, on), hypertension, diabetes, area: subject.area })
}

/// Looks for the findings of a check-up and keeps them as work. Of an elder's check-ups only the latest asks for anything: the
/// open findings of earlier ones are superseded. Again with the same check-up, it does nothing new.
///
/// # Errors
/// What the engine says.
pub fn examine(tx: &mut Tx<'_>, by: &Actor, library: &Library, elder: ElderId, id: CheckupId) -> db::Result<()> {
    let subject = subject::store::find(tx, by, elder)?;
    let all = of_elder(tx, by, elder)?;
    let latest = all.first().is_some_and(|first| first.id == id);
    if let Some(checkup) = all.iter().find(|one| one.id == id && latest && subject.present) {
        let form = form(tx, elder, id)?;
        let known = known(tx, &subject, checkup.facts.on)?;
        let decision = findings::ask(library, checkup, form.as_ref(), &known);
        let found = findings::found(&decision, checkup.facts.on);
        keep(tx, by, checkup, &found)?;
        let sql = "update checkup_findings set state = 'superseded', changed_at = $3
                   where elder_id = $1 and checkup_id <> $2 and state = 'open'";
        tx.exec(sql, params![elder, id, by.now])?;
        followed_up(tx, by, elder)?;
    }
    tx.exec("update checkups set examined_at = $3 where elder_id = $1 and id = $2", params![elder, id, by.now])
        .map(drop)
}

fn keep(tx: &mut Tx<'_>, by: &Actor, checkup: &Checkup, found: &[Found]) -> db::Result<()> {
    let (elder, id) = (checkup.facts.elder, checkup.id);
    let sql = format!("select {FINDING} from checkup_findings k where k.elder_id = $1 and k.checkup_id = $2");
    let old = tx.query(&sql, params![elder, id], finding)?;
    for gone in old.iter().filter(|one| one.state == FindingState::Open && !found.contains(&one.found)) {
        // What was typed wrongly and put right asks for nothing.
        tx.exec("delete from checkup_findings where elder_id = $1 and id = $2", params![elder, gone.id])?;
    }
    let still = |one: &Finding, new: &Found| {
        one.found.finding == new.finding && (one.state != FindingState::Open || one.found == *new)
    };
    for new in found.iter().filter(|new| !old.iter().any(|one| still(one, new))) {
        tx.exec(
            "insert into checkup_findings (elder_id, id, checkup_id, finding, action, detail, due_on, state, done_by, result,
               created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, 'open', '', '', $8, $8)",
            params![
                elder,
                FindingId::new(by.now, tx.chance()),
                id,
                new.finding.as_str(),
                new.action.as_str(),
                super::super::views::figures(checkup),
                new.due_on,
                by.now
            ],
        )?;
    }
    Ok(())
}

const FINDING: &str =
    "k.elder_id, k.id, k.checkup_id, k.finding, k.action, k.due_on, k.detail, k.state, k.done_on, k.done_by,
     k.result";

fn finding(row: &Row<'_>) -> db::Result<Finding> {
    let mut c = row.columns();
    let _: ElderId = c.take()?;
    Ok(Finding {
        id: c.take()?,
        checkup: c.take()?,
        found: Found { finding: c.take()?, action: c.take()?, due_on: c.take()? },
        detail: c.take()?,
        state: c.take()?,
        done_on: c.take()?,
        done_by: c.take()?,
        result: c.take()?,
    })
}

/// The findings of an elder within sight, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn findings_of(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Finding>> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {FINDING} from checkup_findings k where k.elder_id = $1 order by k.due_on desc, k.id");
    tx.query(&sql, params![elder], finding)
}

/// What belongs to an institution: elders linked to it, and check-ups that it did itself. For nobody's, everything in sight.
fn own(institution: Option<InstitutionId>, values: &mut Vec<Value<'static>>) -> String {
    let Some(institution) = institution else { return "1 = 1".to_owned() };
    values.push(institution.into());
    let at = values.len();
    format!(
        "(exists (select 1 from elder_links l where l.elder_id = k.elder_id and l.institution_id = ${at} and l.until is null)
          or exists (select 1 from checkups c where c.elder_id = k.elder_id and c.id = k.checkup_id
            and c.institution_id = ${at}))"
    )
}

/// Open findings within sight that are the institution's own, those that are to be referred now first, then the earliest due,
/// with the elder's name.
///
/// # Errors
/// What the engine says.
pub fn open(
    tx: &mut Tx<'_>,
    by: &Actor,
    institution: Option<InstitutionId>,
    (limit, offset): (i64, i64),
) -> db::Result<Vec<(String, ElderId, Finding)>> {
    let (scope, more) = by.scope.elders("e.area", "e.id", 3);
    let mut values = vec![Value::from(limit), offset.into()];
    values.extend(more);
    let own = own(institution, &mut values);
    let sql = format!(
        "select {FINDING}, e.name from checkup_findings k join elders e on e.id = k.elder_id
         where k.state = 'open' and {scope} and {own}
         order by case when k.action = 'refer_now' then 0 else 1 end, k.due_on, k.id limit $1 offset $2"
    );
    tx.query(&sql, &values, |row| Ok((row.get(11)?, row.get(0)?, finding(row)?)))
}

/// How many findings within sight that are the institution's own are open.
///
/// # Errors
/// What the engine says.
pub fn count_open(tx: &mut Tx<'_>, by: &Actor, institution: Option<InstitutionId>) -> db::Result<i64> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 1);
    let own = own(institution, &mut values);
    let sql = format!(
        "select count(*) from checkup_findings k join elders e on e.id = k.elder_id
         where k.state = 'open' and {scope} and {own}"
    );
    tx.count(&sql, &values)
}

/// Writes down what was done about a finding.
///
/// # Errors
/// RC-01 when it is not open any more, or what the store says.
pub fn handle(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, FindingId), result: &str) -> Result<(), Error> {
    subject::store::find(tx, by, elder)?;
    let sql = "update checkup_findings set state = 'done', done_on = $3, done_by = $4, result = $5, changed_at = $6
               where elder_id = $1 and id = $2 and state = 'open'";
    if tx.exec(sql, params![elder, id, by.today(), by.name.as_str(), result, by.now])? == 0 {
        return Err(Error::Conflict("RC-01 这项异常已不是待处理，可能已由别人登记".into()));
    }
    let (subject, detail) = (id.to_string(), "体检异常已处理".to_owned());
    Ok(tx.audit(by, db::audit::Entry { action: "records.write", elder: Some(elder), subject, detail })?)
}

/// A disease that was followed up on the day of the check-up or later has had what the check-up asked for.
///
/// # Errors
/// What the engine says.
pub fn followed_up(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<()> {
    let on = "(select max(v.on_date) from followup_visits v
         join followups f on f.elder_id = v.elder_id and f.id = v.followup_id
         join checkups c on c.elder_id = v.elder_id and c.id = checkup_findings.checkup_id
       where v.elder_id = $1 and v.on_date >= c.on_date and f.disease = case checkup_findings.finding
         when 'pressure_uncontrolled' then 'hypertension' when 'glucose_uncontrolled' then 'diabetes' end)";
    let sql = format!(
        "update checkup_findings set state = 'done', done_on = {on}, done_by = $2, result = '已随访', changed_at = $3
         where elder_id = $1 and state = 'open' and action = 'follow_up' and {on} is not null"
    );
    tx.exec(&sql, params![elder, by.name.as_str(), by.now]).map(drop)
}

/// Check-ups whose findings nobody has looked for, so many at a time.
///
/// # Errors
/// What the engine says.
pub fn unexamined(tx: &mut Tx<'_>, limit: i64) -> db::Result<Vec<(ElderId, CheckupId)>> {
    let sql = format!("select {COLUMNS} from checkups where examined_at is null order by on_date desc limit $1");
    tx.query(&sql, params![limit], |row| checkup(row).map(|one| (one.facts.elder, one.id)))
}

/// Marks a check-up whose elder cannot be found (merged meanwhile) as looked at.
///
/// # Errors
/// What the engine says.
pub fn skip(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, CheckupId)) -> db::Result<()> {
    tx.exec("update checkups set examined_at = $3 where elder_id = $1 and id = $2", params![elder, id, by.now])
        .map(drop)
}

/// Follows what happens to an elder: a death or a move away closes what a check-up asked for.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    if !matches!(happening.what, What::Died | What::MovedAway) {
        return Ok(());
    }
    let sql = "update checkup_findings set state = 'closed', done_on = $2, result = $3, changed_at = $4
               where elder_id = $1 and state = 'open'";
    tx.exec(sql, params![happening.elder, happening.on, happening.what.name(), by.now]).map(drop)
}
