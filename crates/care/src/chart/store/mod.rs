//! The health record in the database.

pub mod receive;
pub mod reviews;

use super::model::{self, Item, Kind, Latest, NO_ALLERGY, NewItem, State};
use super::{codes, fhir};
use crate::subject;
use db::{Actor, Json, Row, Tx, params};
use kernel::{ChartItemId, Date, ElderId};
use serde_json::Value as Resource;
use web::Error;

const COLUMNS: &str =
    "c.elder_id, c.id, c.kind, c.state, c.code, c.name, c.began_on, c.ended_on, c.severe, c.value, c.second,
     c.detail, c.source, c.recorded_by, c.end_reason, c.version, c.changed_at";

fn item(row: &Row<'_>) -> db::Result<Item> {
    let mut c = row.columns();
    let (elder, id, kind, state) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (code, name, began_on, ended_on) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (severe, value, second, detail) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let in_spite = String::new();
    Ok(Item {
        id,
        state,
        facts: NewItem { elder, kind, code, name, began_on, severe, value, second, detail, in_spite, source: "" },
        ended_on,
        source: c.take()?,
        recorded_by: c.take()?,
        end_reason: c.take()?,
        version: c.take()?,
        changed_at: c.take()?,
    })
}

/// All items of an elder within sight, newest first; those that were wrong too.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn of_elder(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Item>> {
    subject::store::find(tx, by, elder)?;
    all(tx, elder)
}

fn all(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Vec<Item>> {
    let sql = format!("select {COLUMNS} from chart_items c where c.elder_id = $1 order by c.began_on desc, c.id desc");
    tx.query(&sql, params![elder], item)
}

/// What others must see of the record of an elder; whoever asks has already seen that they may.
///
/// # Errors
/// What the engine says.
pub fn latest(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Latest> {
    let mut latest = Latest::of(&all(tx, elder)?);
    let sql = "select on_date, sbp, dbp, glucose from checkups where elder_id = $1 order by on_date desc limit 1";
    let checkup = tx.query_opt(sql, params![elder], |row| {
        let mut c = row.columns();
        Ok((c.take::<Date>()?, c.take::<Option<i64>>()?, c.take::<Option<i64>>()?, c.take::<Option<i64>>()?))
    })?;
    if let Some((on, sbp, dbp, glucose)) = checkup {
        let pressure = sbp.map(|high| (codes::PRESSURE, high * 100, dbp.map(|low| low * 100)));
        let glucose = glucose.map(|tenths| (codes::FASTING_GLUCOSE, tenths * 10, None));
        latest.measured(on, &pressure.into_iter().chain(glucose).collect::<Vec<_>>());
    }
    Ok(latest)
}

/// The items that changed last within sight, with the elder's name.
///
/// # Errors
/// What the engine says.
pub fn recent(tx: &mut Tx<'_>, by: &Actor, limit: i64, offset: i64) -> db::Result<Vec<(String, Item)>> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 3);
    values.splice(0..0, [limit.into(), offset.into()]);
    let sql = format!(
        "select {COLUMNS}, e.name from chart_items c join elders e on e.id = c.elder_id
         where {scope} order by c.changed_at desc, c.id desc limit $1 offset $2"
    );
    tx.query(&sql, &values, |row| Ok((row.get(17)?, item(row)?)))
}

/// How many items there are within sight.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor) -> db::Result<i64> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    tx.count(&format!("select count(*) from chart_items c join elders e on e.id = c.elder_id where {scope}"), &values)
}

/// Writes an item down. A first allergy ends "no known allergy"; a diagnosis that the public-health rules follow up takes the
/// elder into the follow-up.
///
/// # Errors
/// The field that cannot be true, what is against it (see the reasons in the contents page), or what the store says.
pub fn add(tx: &mut Tx<'_>, by: &Actor, new: NewItem) -> Result<ChartItemId, Error> {
    let subject = subject::store::find(tx, by, new.elder)?;
    let new = new.resolved();
    if let Some((field, label, why)) = new.fault(&subject, by.today()) {
        return Err(Error::field(field, label, why));
    }
    let standing = all(tx, new.elder)?;
    let reasons = model::against(&new, &standing);
    if !reasons.is_empty() {
        return Err(Error::Refused(reasons));
    }
    no_more_without(tx, by, &new, &standing)?;
    let id = insert(tx, by, &new, &Past::default(), None)?;
    if new.kind == Kind::Condition {
        crate::followups::store::diagnosed(tx, by, &subject, &new.code)?;
    }
    audit(tx, by, &new, id, "登记")?;
    Ok(id)
}

/// A first allergy ends "no known allergy".
fn no_more_without(tx: &mut Tx<'_>, by: &Actor, new: &NewItem, standing: &[Item]) -> Result<(), Error> {
    let nothing = standing.iter().find(|item| item.active() && item.facts.name == NO_ALLERGY);
    let ends = new.kind == Kind::Allergy && new.name != NO_ALLERGY;
    match nothing.filter(|_| ends) {
        Some(item) => close(tx, by, item, (State::Ended, new.began_on.max(item.facts.began_on), "发现过敏")),
        None => Ok(()),
    }
}

/// Writes a measurement down that another capability took: a visit, a follow-up, a check-up, a health hut. The value (and of
/// a blood pressure the second) is in hundredths. The same value of the same day and source is written once.
///
/// # Errors
/// A value that cannot be, or what the store says.
pub fn measure(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    (code, on, source): (&str, Date, &'static str),
    (value, second): (i64, Option<i64>),
) -> Result<(), Error> {
    let code = code.to_owned();
    let new = NewItem { code, value: Some(value), second, source, ..NewItem::new(elder, Kind::Result, "", on) };
    let (new, subject) = (new.resolved(), subject::store::find(tx, by, elder)?);
    if let Some((field, label, why)) = new.fault(&subject, by.today()) {
        return Err(Error::field(field, label, why));
    }
    let sql = "select count(*) from chart_items where elder_id = $1 and code = $2 and began_on = $3 and source = $4
                 and value = $5 and coalesce(second, 0) = $6 and state = 'active'";
    let known = params![elder, new.code.as_str(), on, source, value, second.unwrap_or_default()];
    if tx.count(sql, known)? == 0 {
        insert(tx, by, &new, &Past::default(), None)?;
    }
    Ok(())
}

/// How an item that comes in late already ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Where it stands; none: it holds.
    pub state: Option<State>,
    /// Its last day.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub reason: String,
}

fn insert(
    tx: &mut Tx<'_>,
    by: &Actor,
    new: &NewItem,
    past: &Past,
    stored: Option<&Resource>,
) -> Result<ChartItemId, Error> {
    let id = ChartItemId::new(by.now, tx.chance());
    let item = Item {
        id,
        state: past.state.unwrap_or(State::Active),
        facts: new.clone(),
        ended_on: past.ended_on,
        end_reason: past.reason.clone(),
        source: new.source.to_owned(),
        recorded_by: by.name.clone(),
        changed_at: by.now,
        version: 1,
    };
    let resource = checked(fhir::resource(&item, stored))?;
    tx.exec(
        "insert into chart_items (elder_id, id, kind, state, code, name, began_on, severe, value, second, detail, fhir,
           source, recorded_by, end_reason, version, created_at, changed_at, ended_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $16, $17)",
        params![
            new.elder,
            id,
            new.kind,
            item.state,
            new.code.as_str(),
            new.name.as_str(),
            new.began_on,
            new.severe,
            new.value,
            new.second,
            new.detail.as_str(),
            Json(&resource),
            new.source,
            by.name.as_str(),
            item.end_reason.as_str(),
            by.now,
            item.ended_on
        ],
    )?;
    Ok(id)
}

/// A resource that the standard would refuse is a mistake of ours, and is not kept.
fn checked(resource: Resource) -> Result<Resource, Error> {
    fhir::fault(&resource).map_or(Ok(resource), |why| Err(Error::Internal(format!("FHIR：{why}"))))
}

/// What a step on an item brings: the event, the day, why, and the version that the person saw.
#[derive(Clone, Debug)]
pub struct Step {
    /// `end` or `void`.
    pub event: &'static str,
    /// The last day on which it held.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// Of the item as it was shown.
    pub version: i64,
}

/// Ends an item, or marks it as wrong.
///
/// # Errors
/// CH-04 when somebody changed it meanwhile, a day that cannot be, or what the store says.
pub fn step(tx: &mut Tx<'_>, by: &Actor, (elder, id): (ElderId, ChartItemId), step: &Step) -> Result<(), Error> {
    let subject = subject::store::find(tx, by, elder)?;
    let sql = format!("select {COLUMNS} from chart_items c where c.elder_id = $1 and c.id = $2");
    let item = tx.query_one(&sql, params![elder, id], item)?;
    let next = item.state.after(step.event).filter(|_| item.version == step.version);
    let Some(next) = next.filter(|next| *next == State::Error || item.facts.kind.lasts()) else {
        let text = format!("CH-04 “{}”已由{}改为“{}”，请看过再办", item.facts.name, item.recorded_by, item.state);
        return Err(Error::Conflict(text));
    };
    if let Some(why) = subject.against_date("日期", step.on, by.today()) {
        return Err(Error::field("on", "日期", why));
    }
    if step.on < item.facts.began_on {
        return Err(Error::field("on", "日期", format!("早于{} {}", item.facts.kind.begins(), item.facts.began_on)));
    }
    close(tx, by, &item, (next, step.on, &step.reason))?;
    audit(tx, by, &item.facts, id, next.name())
}

fn close(tx: &mut Tx<'_>, by: &Actor, old: &Item, (state, on, reason): (State, Date, &str)) -> Result<(), Error> {
    let key = params![old.facts.elder, old.id];
    let stored = tx.query_one("select fhir from chart_items where elder_id = $1 and id = $2", key, |row| {
        Ok(row.get::<Json<Resource>>(0)?.0)
    })?;
    let ended = Item { state, ended_on: Some(on), end_reason: reason.to_owned(), ..old.clone() };
    let resource = checked(fhir::resource(&ended, Some(&stored)))?;
    let written = tx.exec(
        "update chart_items set state = $3, ended_on = $4, end_reason = $5, fhir = $6, recorded_by = $7, version = version + 1,
           changed_at = $8 where elder_id = $1 and id = $2 and version = $9",
        params![old.facts.elder, old.id, state, on, reason, Json(&resource), by.name.as_str(), by.now, old.version],
    )?;
    if written == 0 {
        return Err(Error::Conflict(format!("CH-04 “{}”刚由别人改过，请看过再办", old.facts.name)));
    }
    Ok(())
}

/// The resources of an elder's record, each pointing to the elder whose it is now.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn resources(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<Resource>> {
    subject::store::find(tx, by, elder)?;
    let sql = "select fhir from chart_items where elder_id = $1 order by began_on, id";
    tx.query(sql, params![elder], |row| Ok(fhir::owned_by(row.get::<Json<Resource>>(0)?.0, elder)))
}

/// A resource of a record with what an exchange tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The item.
    pub id: ChartItemId,
    /// Counts its changes.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: kernel::Instant,
    /// As FHIR R4.
    pub resource: Resource,
}

/// Like [`resources`], each with its version; those that were changed at an instant or later.
///
/// # Errors
/// [`db::Error::NotFound`] when the elder is out of sight, or what the engine says.
pub fn versions(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, since: kernel::Instant) -> db::Result<Vec<Version>> {
    subject::store::find(tx, by, elder)?;
    let sql = "select id, version, changed_at, fhir from chart_items where elder_id = $1 and changed_at >= $2
               order by began_on, id";
    tx.query(sql, params![elder, since], |row| {
        let mut c = row.columns();
        let (id, version, changed_at) = (c.take()?, c.take()?, c.take()?);
        Ok(Version { id, version, changed_at, resource: fhir::owned_by(c.take::<Json<Resource>>()?.0, elder) })
    })
}

/// Whether a diagnosis of one of these groups of ICD-10 stands in the record.
///
/// # Errors
/// What the engine says.
pub fn diagnosed(tx: &mut Tx<'_>, elder: ElderId, group: &str) -> db::Result<bool> {
    let sql = "select code from chart_items where elder_id = $1 and kind = 'condition' and state = 'active'";
    let all: Vec<String> = tx.query(sql, params![elder], |row| row.get(0))?;
    Ok(all.iter().any(|code| codes::covers(group, code)))
}

fn audit(tx: &mut Tx<'_>, by: &Actor, facts: &NewItem, id: ChartItemId, done: &str) -> Result<(), Error> {
    let entry = db::audit::Entry {
        action: "chart.write",
        elder: Some(facts.elder),
        subject: id.to_string(),
        detail: format!("健康档案{done}：{}", facts.kind),
    };
    Ok(tx.audit(by, entry)?)
}
