//! Stays in the store, and the fact that follows from them.

use super::model::{LABELS, NewStay, Stay};
use crate::episodes::{self, Thing};
use crate::subject;
use db::{Actor, Row, Tx, params};
use kernel::{Date, ElderId, Happening, Period, StayId, What};
use registry::elders::facts::{self, Fact};
use registry::elders::{LinkKind, links};
use registry::saved::{self, FieldChange, Refused, Saved};

const COLUMNS: &str = "s.id, s.source, s.elder_id, s.institution_id, s.admitted_on, s.discharged_on, s.diagnosis";

fn stay(row: &Row<'_>) -> db::Result<Stay> {
    let mut c = row.columns();
    Ok(Stay {
        id: c.take()?,
        source: c.take()?,
        facts: NewStay {
            elder: c.take()?,
            institution: c.take()?,
            admitted_on: c.take()?,
            discharged_on: c.take()?,
            diagnosis: Some(c.take::<String>()?).filter(|text| !text.is_empty()),
        },
    })
}

/// Saves a stay; one of the same elder, hospital and day of admission is changed. `source` is 导入 or 登记.
///
/// # Errors
/// [`Refused`] with the field that cannot be true, when the elder is out of sight, or when the store fails.
pub fn save(tx: &mut Tx<'_>, by: &Actor, new: &NewStay, source: &str) -> saved::Result<(StayId, Saved)> {
    let subject = match subject::store::find(tx, by, new.elder) {
        Err(db::Error::NotFound) => return Err(Refused::field("身份证号", "没有这位老年人，或不在您的辖区内")),
        found => found?,
    };
    let mut others = all(tx, new.elder)?;
    let same = |s: &Stay| s.facts.institution == new.institution && s.facts.admitted_on == new.admitted_on;
    let old = others.iter().position(same).map(|at| others.remove(at));
    let whole = old.as_ref().map_or_else(|| Ok(new.clone()), |old| saved::fill_blanks(new, &old.facts))?;
    if let Some((field, why)) = whole.fault(&subject, &others, by.today()) {
        return Err(Refused::field(field, why));
    }
    let Some(old) = old else { return Ok((insert(tx, by, &whole, source)?, Saved::Created)) };
    let changes = saved::changes(&old.facts, &whole, LABELS);
    if !changes.is_empty() {
        update(tx, by, old.id, &whole)?;
        tell(tx, by, &whole, Some(&old.facts))?;
    }
    Ok((old.id, Saved::of(changes)))
}

/// Saves a stay from the form, with an audit row.
///
/// # Errors
/// Like [`save`].
pub fn register(tx: &mut Tx<'_>, by: &Actor, new: &NewStay) -> saved::Result<(StayId, Saved)> {
    let result = save(tx, by, new, "登记")?;
    let entry = db::audit::Entry {
        action: "stays.write",
        elder: Some(new.elder),
        subject: result.0.to_string(),
        detail: format!("住院 {} 起（{}）", new.admitted_on, result.1.name()),
    };
    tx.audit(by, entry)?;
    Ok(result)
}

fn insert(tx: &mut Tx<'_>, by: &Actor, new: &NewStay, source: &str) -> db::Result<StayId> {
    let id = StayId::new(by.now, tx.chance());
    tx.exec(
        "insert into stays (elder_id, id, institution_id, admitted_on, discharged_on, diagnosis, source, created_at,
           changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        params![
            new.elder,
            id,
            new.institution,
            new.admitted_on,
            new.discharged_on,
            new.diagnosis.clone().unwrap_or_default(),
            source,
            by.now
        ],
    )?;
    follow(tx, new.elder)?;
    tell(tx, by, new, None)?;
    if let Some(left) = new.discharged_on {
        let days = (new.admitted_on, left);
        episodes::store::following::past_stay(tx, by, new.elder, new.institution, days)?;
    }
    Ok(id)
}

/// Whoever follows learns at once that the elder is in hospital, or has left. Old stays, brought with their end, are history.
fn tell(tx: &mut Tx<'_>, by: &Actor, new: &NewStay, old: Option<&NewStay>) -> db::Result<()> {
    let (what, on) = match (old, new.discharged_on) {
        (None | Some(NewStay { discharged_on: Some(_), .. }), None) => (What::AdmittedToHospital, new.admitted_on),
        (Some(NewStay { discharged_on: None, .. }), Some(left)) => (What::LeftHospital, left),
        _ => return Ok(()),
    };
    // The hospital sees those who lie in it, as long as they do.
    match what {
        What::AdmittedToHospital => links::open(tx, new.elder, new.institution, LinkKind::Stay, on)?,
        _ => links::close(tx, new.elder, new.institution, LinkKind::Stay, on)?,
    }
    tx.tell(by, &Happening { elder: new.elder, what, on, institution: Some(new.institution) })
}

/// Follows what happens to an elder: a stay does not outlast them.
///
/// # Errors
/// What the engine says.
pub fn on_happening(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::Stay, h.what) else { return Ok(()) };
    let by = &episodes::follower(by);
    for mut stay in all(tx, h.elder)?.into_iter().filter(|stay| stay.facts.discharged_on.is_none()) {
        stay.facts.discharged_on = Some(h.on.max(stay.facts.admitted_on));
        update(tx, by, stay.id, &stay.facts)?;
        let hospital = registry::institutions::store::name(tx, stay.facts.institution).unwrap_or_default();
        episodes::followed(tx, by, h, (Thing::Stay, &hospital, &format!("/stays/{}", h.elder)), &ending)?;
        let detail = format!("住院 {} 起：{}", stay.facts.admitted_on, ending.words);
        let entry =
            db::audit::Entry { action: "stays.write", elder: Some(h.elder), subject: stay.id.to_string(), detail };
        tx.audit(by, entry)?;
    }
    Ok(())
}

fn update(tx: &mut Tx<'_>, by: &Actor, id: StayId, facts: &NewStay) -> db::Result<()> {
    tx.exec_one(
        "update stays set discharged_on = $3, diagnosis = $4, changed_at = $5 where elder_id = $1 and id = $2",
        params![facts.elder, id, facts.discharged_on, facts.diagnosis.clone().unwrap_or_default(), by.now],
    )?;
    follow(tx, facts.elder)
}

/// Sets the elder's fact to what the stays now say: since when they are in hospital, if they are.
fn follow(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<()> {
    let sql = "select max(admitted_on) from stays where elder_id = $1 and discharged_on is null";
    let since: Option<Date> = tx.query_one(sql, params![elder], |row| row.get(0))?;
    facts::set(tx, elder, Fact::HospitalSince(since))
}

/// Writes down that the elder has left.
///
/// # Errors
/// [`Refused`] when the day cannot be true, or when the store fails.
pub fn discharge(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: StayId, on: Date) -> saved::Result<()> {
    let mut facts = find(tx, by, elder, id)?.facts;
    if facts.discharged_on.is_some() {
        return Err(Refused::field("出院日期", "这次住院已登记出院"));
    }
    facts.discharged_on = Some(on);
    register(tx, by, &facts).map(drop)
}

/// A stay.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: StayId) -> db::Result<Stay> {
    subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from stays s where s.elder_id = $1 and s.id = $2");
    tx.query_one(&sql, params![elder, id], stay)
}

/// The stays of an elder, newest first.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Stay>> {
    subject::store::find(tx, by, elder)?;
    all(tx, elder)
}

/// The diagnosis of the elder's latest stay, for forms that would ask for it again.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn diagnosis(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<String>> {
    Ok(of_elder(tx, by, elder)?.into_iter().find_map(|stay| stay.facts.diagnosis))
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Stay>> {
    let sql = format!("select {COLUMNS} from stays s where s.elder_id = $1 order by s.admitted_on desc");
    tx.query(&sql, params![elder], stay)
}

/// Who is in hospital now, with the elder's name, longest first.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> db::Result<Vec<(String, Stay)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [limit.into(), offset.into()]);
    let sql = format!(
        "select {COLUMNS}, e.name from stays s join elders e on e.id = s.elder_id
         where s.discharged_on is null and {scope} order by s.admitted_on, s.id limit $1 offset $2"
    );
    tx.query(&sql, &values, |row| Ok((row.get(7)?, stay(row)?)))
}

/// How many are in hospital now within sight.
///
/// # Errors
/// What the engine says.
pub fn count_open(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    let sql = format!(
        "select count(*) from stays s join elders e on e.id = s.elder_id where s.discharged_on is null and {scope}"
    );
    tx.count(&sql, &values)
}

/// The days in hospital that touch a period, of all elders within sight, by elder and day. The day of leaving is not one.
///
/// # Errors
/// What the engine says.
pub fn between(tx: &mut Tx<'_>, by: &Actor, from: Date, until: Date) -> db::Result<Vec<(ElderId, Period)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [from.into(), until.into()]);
    let sql = format!(
        "select s.elder_id, s.admitted_on, s.discharged_on from stays s join elders e on e.id = s.elder_id
         where s.admitted_on < $2 and (s.discharged_on is null or s.discharged_on > $1) and {scope}
         order by s.elder_id, s.admitted_on"
    );
    tx.query(&sql, &values, |row| Ok((row.get(0)?, Period { from: row.get(1)?, until: row.get(2)? })))
}

/// Takes back a stay that an import created.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn remove(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: StayId) -> db::Result<()> {
    let gone = find(tx, by, elder, id)?.facts;
    tx.exec_one("delete from stays where elder_id = $1 and id = $2", params![elder, id])?;
    links::take_back(tx, elder, gone.institution, LinkKind::Stay, gone.admitted_on)?;
    follow(tx, elder)?;
    if let Some(left) = gone.discharged_on {
        episodes::store::following::no_stay(tx, elder, (gone.admitted_on, left))?;
    }
    let left = NewStay { discharged_on: Some(gone.discharged_on.unwrap_or(gone.admitted_on)), ..gone.clone() };
    tell(tx, by, &left, Some(&gone))
}

/// Takes back what an import changed.
///
/// # Errors
/// [`Refused`] when a field was changed again since, or when the store fails.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: StayId, changes: &[FieldChange]) -> saved::Result<()> {
    let current = find(tx, by, elder, id)?;
    let before = saved::put_back(&current.facts, changes)?;
    update(tx, by, id, &before)?;
    Ok(tell(tx, by, &before, Some(&current.facts))?)
}
