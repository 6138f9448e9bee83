//! The duty list, and who of it could be sent.

use super::super::model::{Case, Duty, Leg, Proposal, Responder, Road, in_order, needed};
use care::agreements::pairing::metres;
use db::audit::Entry;
use db::{Actor, Condition, Result, Row, Tx, params};
use kernel::{Area, Date, EmergencyRowId, Instant, InstitutionId};
use policy::{Facts, Library};
use registry::areas::store as areas;
use registry::institutions::store as institutions;
use std::collections::BTreeSet;
use web::Error;

/// The longest duty, in hours: a slip of the pen beyond.
const LONGEST: i64 = 72;
/// Most people on a duty list that are looked at.
const MOST: i64 = 500;

const COLUMNS: &str =
    "d.id, d.area, d.institution_id, d.kind, d.name, d.phone, d.place, d.lon, d.lat, d.from_at, d.until_at, d.ended_at";

fn duty(row: &Row<'_>) -> Result<Duty> {
    let mut c = row.columns();
    let (id, area, institution, kind) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (name, phone, place) = (c.take()?, c.take()?, c.take()?);
    let at = c.take::<Option<f64>>()?.zip(c.take::<Option<f64>>()?);
    let (from, until, ended_at) = (c.take()?, c.take()?, c.take()?);
    Ok(Duty { id, area, institution, kind, name, phone, place, at, from, until, ended_at })
}

fn seen(by: &Actor) -> Condition {
    Condition::new(by.scope.institutions("d.area", "d.institution_id", 1))
}

/// An entry within sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId) -> Result<Duty> {
    let mut all = seen(by);
    all.with("d.id = ?", id);
    tx.query_one(&format!("select {COLUMNS} from emergency_duties d where {}", all.sql), &all.values, duty)
}

/// Who is on duty at some time of a span, by when they begin.
///
/// # Errors
/// What the engine says.
pub fn between(tx: &mut Tx<'_>, by: &Actor, from: Instant, until: Instant) -> Result<Vec<Duty>> {
    let mut all = seen(by);
    all.and("d.ended_at is null").with("d.until_at > ?", from).with("d.from_at < ?", until);
    let page = all.page(MOST, 0);
    let sql = format!(
        "select {COLUMNS} from emergency_duties d where {} order by d.from_at, d.kind, d.name, d.id {page}",
        all.sql
    );
    tx.query(&sql, &all.values, duty)
}

/// Keeps others from sending the same person until the transaction ends.
pub(super) fn hold(tx: &mut Tx<'_>, id: EmergencyRowId) -> Result<()> {
    tx.exec("update emergency_duties set until_at = until_at where id = $1", params![id])?;
    Ok(())
}

/// An entry as the form brings it.
#[derive(Clone, Debug)]
pub struct NewDuty {
    /// What sort of responder.
    pub kind: Responder,
    /// Who.
    pub name: String,
    /// The telephone of the duty.
    pub phone: String,
    /// The institution, or none.
    pub institution: Option<InstitutionId>,
    /// Where they start, if at no institution.
    pub area: Option<Area>,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
}

/// Where a duty starts: area, words, longitude and latitude.
type Start = (Area, String, Option<(f64, f64)>);

fn start(tx: &mut Tx<'_>, by: &Actor, new: &NewDuty) -> std::result::Result<Start, Error> {
    if let Some(id) = new.institution {
        let one = institutions::find(tx, by, id)?.facts;
        return Ok((one.area, one.name, one.lon.zip(one.lat)));
    }
    let none = || Error::field("area", "值守地点", "请选择机构，或选择所在乡镇（街道）");
    let area = new.area.ok_or_else(none)?;
    if !by.scope.area.contains(area) {
        return Err(Error::field("area", "值守地点", "不在您的辖区内"));
    }
    let row = areas::find(tx, area)?;
    Ok((area, row.name, row.lon.zip(row.lat)))
}

/// Puts somebody on the list.
///
/// # Errors
/// [`Error::Invalid`] with the field, EM-13 when the same person is on duty then already.
pub fn add(tx: &mut Tx<'_>, by: &Actor, new: &NewDuty) -> std::result::Result<EmergencyRowId, Error> {
    let (name, phone) = (needed(&new.name, "name", "姓名")?, needed(&new.phone, "phone", "值守电话")?);
    if !phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ')) || !(3..=20).contains(&phone.len()) {
        return Err(Error::field("phone", "值守电话", "不是电话号码（3 至 20 位数字，可含区号与短横线）"));
    }
    if new.until <= new.from || new.until - new.from > chrono::TimeDelta::hours(LONGEST) {
        return Err(Error::field("until", "值守至", format!("应晚于开始时间，最长 {LONGEST} 小时")));
    }
    if new.until <= by.now {
        return Err(Error::field("until", "值守至", "已经过去"));
    }
    let (area, place, at) = start(tx, by, new)?;
    let same = between(tx, by, new.from, new.until)?.into_iter().find(|d| d.name == name && d.phone == phone);
    if let Some(d) = same {
        let (from, until) = (kernel::time::show(d.from), kernel::time::show(d.until));
        return Err(Error::refused("EM-13", format!("{name}在 {from} 至 {until} 已经排了值守")));
    }
    let id = EmergencyRowId::new(by.now, tx.chance());
    tx.exec(
        "insert into emergency_duties (id, area, institution_id, kind, name, phone, place, lon, lat, from_at, until_at,
           ended_why, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, $13)",
        params![
            id,
            area,
            new.institution,
            new.kind,
            &name,
            &phone,
            &place,
            at.map(|(lon, _)| lon),
            at.map(|(_, lat)| lat),
            new.from,
            new.until,
            &by.name,
            by.now
        ],
    )?;
    let (subject, detail) = (id.to_string(), format!("{} {name}（{place}）", new.kind));
    tx.audit(by, Entry { action: "emergencies.duty", subject, detail, ..Entry::default() })?;
    Ok(id)
}

/// Takes somebody off the list before their time.
///
/// # Errors
/// EM-05 while they have a case, [`Error::Conflict`] when they are off it already.
pub fn end(tx: &mut Tx<'_>, by: &Actor, id: EmergencyRowId, why: &str) -> std::result::Result<(), Error> {
    hold(tx, id)?;
    let d = find(tx, by, id)?;
    let why = needed(why, "why", "原因")?;
    if d.ended_at.is_some() {
        return Err(Error::Conflict("已经取消值守，请刷新页面".into()));
    }
    if super::busy(tx, id)? {
        return Err(Error::refused("EM-05", format!("{}正在处理呼救，请先召回", d.name)));
    }
    tx.exec_one("update emergency_duties set ended_at = $2, ended_why = $3 where id = $1", params![id, by.now, &why])?;
    let detail = format!("{}：{why}", d.name);
    Ok(tx.audit(by, Entry { action: "emergencies.duty_end", subject: id.to_string(), detail, ..Entry::default() })?)
}

/// How a straight line becomes a way, by the documents of a place; none where they say nothing.
#[must_use]
pub fn road(library: &Library, area: Area, on: Date) -> Option<Road> {
    let number = |name| Some(library.parameter(name, area, on)?.value);
    Some(Road { detour_bp: number("emergency_detour_bp")?, metres_per_hour: number("emergency_metres_per_hour")? })
}

/// Who could be sent to a case now, in the order in which an operator calls them. Callers have seen the case.
///
/// # Errors
/// What the engine says.
pub fn proposals(tx: &mut Tx<'_>, by: &Actor, library: &Library, c: &Case) -> Result<Vec<Proposal>> {
    let busy: BTreeSet<EmergencyRowId> = tx
        .query("select duty_id from emergency_dispatches where ended_at is null", &[], |row| row.get(0))?
        .into_iter()
        .collect();
    let before = super::dispatches(tx, c.key)?;
    let road = road(library, c.area, by.today());
    let one = |duty: Duty| {
        let metres = c.spot.at.zip(duty.at).map(|(one, other)| metres(one, other));
        let facts = Facts::new().with("case", c.kind.code()).with("responder", duty.kind.code());
        Proposal {
            metres,
            minutes: metres.zip(road).map(|(metres, road)| road.minutes(metres)),
            penalty: library.decide("emergency_responders", c.area, by.today(), &facts).int("penalty_minutes"),
            busy: busy.contains(&duty.id),
            declined: before.iter().any(|d| d.duty == duty.id && d.leg == Leg::Declined),
            duty,
        }
    };
    let on = between(tx, by, by.now, by.now + chrono::TimeDelta::seconds(1))?;
    Ok(in_order(on.into_iter().filter(|d| d.on_at(by.now)).map(one).collect()))
}
