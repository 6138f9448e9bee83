//! Visits in the database: finding, checking in and out, entering late.

use super::model::{Place, Rules, State, Visit, against_check_in, against_times};
use crate::ltci::{catalogue, plans, rules};
use db::audit::Entry;
use db::{Actor, Condition, Row, Tx, Value, params};
use kernel::area::Level;
use kernel::{Area, Date, ElderId, Instant, InstitutionId, Month, PlanId, StaffId, VisitId};
use policy::Library;
use web::Error;

const COLUMNS: &str =
    "v.elder_id, v.id, v.plan_id, v.institution_id, v.carer_id, v.county, v.month, v.planned_from, v.planned_to,
     v.items, v.state, v.in_at, v.in_lon, v.in_lat, v.in_accuracy_m, v.in_distance_m, v.out_at, v.late_entered_at,
     v.late_reason, v.note";
/// How many columns [`COLUMNS`] has.
const WIDTH: usize = 20;

fn visit(row: &Row<'_>) -> db::Result<Visit> {
    let mut c = row.columns();
    Ok(Visit {
        elder: c.take()?,
        id: c.take()?,
        plan: c.take()?,
        institution: c.take()?,
        carer: c.take()?,
        county: c.take()?,
        month: c.take()?,
        planned_from: c.take()?,
        planned_to: c.take()?,
        items: c.take()?,
        state: c.take()?,
        in_at: c.take()?,
        in_place: place(c.take()?, c.take()?, c.take()?),
        in_distance: c.take()?,
        out_at: c.take()?,
        late_entered_at: c.take()?,
        late_reason: c.take()?,
        note: c.take()?,
    })
}

fn place(lon: Option<f64>, lat: Option<f64>, accuracy: Option<i64>) -> Option<Place> {
    Some(Place { lon: lon?, lat: lat?, accuracy })
}

/// A visit.
///
/// # Errors
/// [`db::Error::NotFound`] when there is none or it is out of sight.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId) -> db::Result<Visit> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 3);
    let mut all: Vec<Value<'_>> = vec![elder.into(), id.into()];
    all.extend(values);
    let sql = format!(
        "select {COLUMNS} from ltci_visits v join elders e on e.id = v.elder_id
         where v.elder_id = $1 and v.id = $2 and {scope}"
    );
    tx.query_one(&sql, &all, visit)
}

/// The visit, if it is not that elder's but stands under another file that was once one with the elder's.
///
/// # Errors
/// What the engine says.
pub fn moved(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId) -> db::Result<Option<Visit>> {
    let own = "select count(*) from ltci_visits where elder_id = $1 and id = $2";
    if tx.count(own, params![elder, id])? > 0 {
        return Ok(None);
    }
    for file in registry::elders::merges::store::files(tx, elder)?.into_iter().skip(1) {
        match find(tx, by, file, id) {
            Err(db::Error::NotFound) => {}
            found => return found.map(Some),
        }
    }
    Ok(None)
}

/// Which visits a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Planned within these days, both included.
    pub days: Option<(Date, Date)>,
    /// By this person.
    pub carer: Option<StaffId>,
    /// By this institution.
    pub institution: Option<InstitutionId>,
    /// In this state.
    pub state: Option<State>,
    /// Over, but without check-out, in a month that is not settled yet: something can still be done about it.
    pub overdue: bool,
    /// From this plan.
    pub plan: Option<PlanId>,
}

impl Filter {
    /// The visits of one day.
    #[must_use]
    pub fn day(day: Date) -> Self {
        Self { days: Some((day, day)), ..Self::default() }
    }
}

fn midnight(day: Date) -> i64 {
    kernel::time::at(day, 0, 0).map_or(0, |t| t.timestamp_millis())
}

fn condition(by: &Actor, filter: &Filter) -> Condition {
    let mut all = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if let Some((from, to)) = filter.days {
        all.with("v.planned_from >= ?", midnight(from));
        all.with("v.planned_from < ?", midnight(to.succ_opt().unwrap_or(to)));
    }
    all.with_some("v.carer_id = ?", filter.carer).with_some("v.institution_id = ?", filter.institution);
    all.with_some("v.plan_id = ?", filter.plan).with_some("v.state = ?", filter.state);
    if filter.overdue {
        all.and("v.state in ('planned', 'checked_in')").with("v.planned_to < ?", by.now).and(
            "not exists (select 1 from ltci_settlements s where s.county = v.county and s.month = v.month
               and s.settled_at is not null)",
        );
    }
    all
}

/// A visit in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The visit.
    pub visit: Visit,
    /// Name of the elder.
    pub elder: String,
    /// Where the elder lives.
    pub area: Area,
    /// Name of the carer.
    pub carer: String,
    /// Name of the institution.
    pub institution: String,
}

const FROM: &str = "from ltci_visits v join elders e on e.id = v.elder_id left join staff s on s.id = v.carer_id
     left join institutions i on i.id = v.institution_id where";

/// The visits within sight, by time.
///
/// # Errors
/// What the engine says.
pub fn list(tx: &mut Tx<'_>, by: &Actor, filter: &Filter, limit: i64, offset: i64) -> db::Result<Vec<Listed>> {
    let mut all = condition(by, filter);
    let (page, condition) = (all.page(limit, offset), &all.sql);
    let sql = format!(
        "select {COLUMNS}, e.name, e.area, s.name, i.name {FROM} {condition}
         order by v.planned_from, v.id {page}"
    );
    tx.query(&sql, &all.values, |row| {
        Ok(Listed {
            visit: visit(row)?,
            elder: row.get(WIDTH)?,
            area: row.get(WIDTH + 1)?,
            carer: row.get::<Option<String>>(WIDTH + 2)?.unwrap_or_default(),
            institution: row.get::<Option<String>>(WIDTH + 3)?.unwrap_or_default(),
        })
    })
}

/// How many there are of them.
///
/// # Errors
/// What the engine says.
pub fn count(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<i64> {
    let Condition { sql: condition, values } = condition(by, filter);
    tx.count(&format!("select count(*) {FROM} {condition}"), &values)
}

/// The newest visits of an elder that have begun or been decided. Ask whether the elder is in sight first.
///
/// # Errors
/// What the engine says.
pub fn of_elder(tx: &mut Tx<'_>, elder: ElderId, limit: i64) -> db::Result<Vec<Visit>> {
    let sql = format!(
        "select {COLUMNS} from ltci_visits v where v.elder_id = $1 and v.state <> 'planned'
         order by v.planned_from desc, v.id desc limit $2"
    );
    tx.query(&sql, params![elder, limit], visit)
}

/// Puts visits in.
pub(super) fn insert(tx: &mut Tx<'_>, by: &Actor, visits: &[Visit]) -> db::Result<u64> {
    let into =
        "ltci_visits (elder_id, id, plan_id, institution_id, carer_id, county, month, planned_from, planned_to, items,
       state, changed_at)";
    let row = |v: &Visit| -> Vec<Value<'static>> {
        vec![
            v.elder.into(),
            v.id.into(),
            v.plan.into(),
            v.institution.into(),
            v.carer.into(),
            v.county.into(),
            v.month.into(),
            v.planned_from.into(),
            v.planned_to.into(),
            v.items.clone().into(),
            v.state.into(),
            by.now.into(),
        ]
    };
    tx.insert_many(into, 12, visits.iter().map(row))
}

/// Writes a visit back, unless its month has been settled in between.
fn update(tx: &mut Tx<'_>, by: &Actor, v: &Visit) -> Result<(), Error> {
    let place = v.in_place;
    let written = tx.exec(
        "update ltci_visits set carer_id = $3, items = $4, state = $5, in_at = $6, in_lon = $7, in_lat = $8,
           in_accuracy_m = $9, in_distance_m = $10, out_at = $11, late_entered_at = $12, late_reason = $13, note = $14,
           entered_by = $15, changed_at = $16
         where elder_id = $1 and id = $2 and not exists (
           select 1 from ltci_settlements s
           where s.county = ltci_visits.county and s.month = ltci_visits.month and s.state in ('settled', 'paid'))",
        params![
            v.elder,
            v.id,
            v.carer,
            &v.items,
            v.state.code(),
            v.in_at,
            place.map(|p| p.lon),
            place.map(|p| p.lat),
            place.and_then(|p| p.accuracy),
            v.in_distance,
            v.out_at,
            v.late_entered_at,
            v.late_reason.clone(),
            v.note.clone(),
            &by.name,
            by.now
        ],
    )?;
    if written == 0 {
        return Err(Error::refused("LTCI-61", format!("{} 已结算，不能再改动；请在结算单中办理更正", v.month)));
    }
    Ok(())
}

fn step(state: State, event: &str) -> Result<State, Error> {
    state.after(event).ok_or_else(|| Error::Conflict(format!("这次服务“{}”，不能这样办理；请刷新页面", state.name())))
}

fn refuse(reasons: Vec<web::Reason>) -> Result<(), Error> {
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}

fn audit(tx: &mut Tx<'_>, by: &Actor, action: &str, v: &Visit, detail: String) -> Result<(), Error> {
    Ok(tx.audit(by, Entry { action, elder: Some(v.elder), subject: v.id.to_string(), detail })?)
}

/// The region's parameters for visits at a place on a day.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets them.
pub fn rules_for(policies: &Library, place: Area, on: Date) -> Result<Rules, Error> {
    let number = |name: &str| rules::number(policies, name, place, on);
    Ok(Rules {
        early_minutes: number("check_in_early_minutes")?,
        late_minutes: number("check_in_late_minutes")?,
        late_days: number("late_entry_days")?,
    })
}

/// Only the person who comes may check in and out.
fn own(visit: &Visit, carer: Option<StaffId>) -> Result<(), Error> {
    match carer {
        Some(carer) if carer == visit.carer => Ok(()),
        Some(_) => Err(Error::refused("LTCI-58", "这次服务安排给了其他人员；请由护理站管理员改派")),
        None => Err(Error::refused("LTCI-59", "签到、签退须由服务人员本人办理；确需代办请按补录办理并说明原因")),
    }
}

/// Checks in: the carer is with the elder. The place is noted with its distance from the centre of the elder's village.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn check_in(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    carer: Option<StaffId>,
    place: Option<Place>,
) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "check_in")?;
    own(&visit, carer)?;
    refuse(against_check_in(&visit, rules_for(policies, visit.county, visit.day())?, by.now))?;
    let open = "select count(*) from ltci_visits where carer_id = $1 and state = 'checked_in'";
    if tx.count(open, params![visit.carer])? > 0 {
        return Err(Error::refused("LTCI-60", "您还有一次服务没有签退，请先签退或补录"));
    }
    visit.in_at = Some(by.now);
    visit.in_place = place.filter(Place::plausible);
    visit.in_distance = distance(tx, elder, visit.in_place)?;
    update(tx, by, &visit)?;
    let words = visit.in_distance.map_or("未定位".into(), |metres| format!("距所在村（社区）中心 {metres} 米"));
    audit(tx, by, "ltci.check_in", &visit, words)
}

fn distance(tx: &mut Tx<'_>, elder: ElderId, place: Option<Place>) -> db::Result<Option<i64>> {
    let Some(place) = place else { return Ok(None) };
    let sql = "select a.lon, a.lat from areas a join elders e on e.area = a.code where e.id = $1";
    let centre =
        tx.query_opt(sql, params![elder], |row| Ok((row.get::<Option<f64>>(0)?, row.get::<Option<f64>>(1)?)))?;
    Ok(match centre {
        Some((Some(lon), Some(lat))) => Some(place.metres_to(lon, lat)),
        _ => None,
    })
}

/// Checks out: the visit is done.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn check_out(
    tx: &mut Tx<'_>,
    by: &Actor,
    elder: ElderId,
    id: VisitId,
    carer: Option<StaffId>,
    place: Option<Place>,
) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "check_out")?;
    own(&visit, carer)?;
    let from = visit.in_at.unwrap_or(visit.planned_from);
    refuse(against_times(&visit, from, by.now, by.now, None))?;
    visit.out_at = Some(by.now);
    update(tx, by, &visit)?;
    if let Some(place) = place.filter(Place::plausible) {
        let sql =
            "update ltci_visits set out_lon = $3, out_lat = $4, out_accuracy_m = $5 where elder_id = $1 and id = $2";
        tx.exec(sql, params![elder, id, place.lon, place.lat, place.accuracy])?;
    }
    audit(tx, by, "ltci.check_out", &visit, format!("{} 分钟", visit.minutes().unwrap_or_default()))
}

/// What really happened, written down afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateEntry {
    /// Beginning.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// What was done; codes.
    pub items: Vec<String>,
    /// Why it was not recorded on the spot.
    pub reason: String,
}

/// Enters a visit late, or (for one that is done) amends it, with the reason.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Invalid`] for blank fields; [`Error::NotFound`].
pub fn enter_late(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    entry: &LateEntry,
) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    let amends = visit.state == State::Done;
    let next = step(visit.state, if amends { "amend" } else { "enter_late" })?;
    check_entry(policies, &visit, entry, by.now)?;
    let before = visit.in_at.map(kernel::time::show).unwrap_or_else(|| "无签到".into());
    (visit.state, visit.in_at, visit.out_at) = (next, Some(entry.from), Some(entry.to));
    visit.items = catalogue::join(&entry.items);
    (visit.late_entered_at, visit.late_reason) = (Some(by.now), Some(entry.reason.trim().to_owned()));
    update(tx, by, &visit)?;
    let action = if amends { "ltci.amend" } else { "ltci.enter_late" };
    audit(tx, by, action, &visit, format!("原签到 {before}；{}", entry.reason.trim()))
}

fn check_entry(policies: &Library, visit: &Visit, entry: &LateEntry, now: Instant) -> Result<(), Error> {
    if entry.reason.trim().chars().count() < 2 {
        return Err(Error::field("reason", "原因", "请写明没有当场签到、签退的原因"));
    }
    let known = |item: &String| catalogue::item(policies, visit.county, visit.day(), item).is_some();
    if entry.items.is_empty() || !entry.items.iter().all(known) {
        return Err(Error::field("items", "服务项目", "请选择实际完成的服务项目"));
    }
    let limit = rules_for(policies, visit.county, visit.day())?.late_days;
    refuse(against_times(visit, entry.from, entry.to, now, Some(limit)))
}

/// Says that a visit will not be, or was not: cancelled before its day is over, missed after.
///
/// # Errors
/// [`Error::Conflict`] in another state; [`Error::Invalid`] without a reason; [`Error::NotFound`].
pub fn call_off(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId, reason: &str) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    if reason.trim().is_empty() {
        return Err(Error::field("reason", "原因", "请写明原因"));
    }
    let event = if visit.planned_to > by.now { "cancel" } else { "miss" };
    visit.state = step(visit.state, event)?;
    visit.note = Some(reason.trim().to_owned());
    update(tx, by, &visit)?;
    audit(tx, by, if event == "cancel" { "ltci.cancel" } else { "ltci.miss" }, &visit, reason.trim().to_owned())
}

/// Gives a planned visit to another person of the institution.
///
/// # Errors
/// [`Error::Refused`] when that person may not do it or is engaged; [`Error::Conflict`]; [`Error::NotFound`].
pub fn reassign(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    carer: StaffId,
) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "reassign")?;
    let staff = plans::store::staff(tx, carer)?;
    if staff.institution != visit.institution {
        return Err(Error::refused("LTCI-38", format!("{}不是本机构的人员", staff.name)));
    }
    let may = |code: &str| {
        let item = catalogue::item(policies, visit.county, visit.day(), code);
        item.is_some_and(|item| staff.kind.is_some_and(|kind| kind.may_do(item.price.staff)))
    };
    if !catalogue::split(&visit.items).all(may) {
        return Err(Error::refused("LTCI-39", format!("{}的岗位不符合服务项目要求", staff.name)));
    }
    if !staff.certificate || staff.until.is_some_and(|until| until < visit.day()) {
        return Err(Error::refused("LTCI-40", format!("{}在服务当日没有有效的资格证书", staff.name)));
    }
    let engaged = "select count(*) from ltci_visits where carer_id = $1 and planned_from < $3 and planned_to > $2
                   and state in ('planned', 'checked_in') and id <> $4";
    if tx.count(engaged, params![carer, visit.planned_from, visit.planned_to, visit.id])? > 0 {
        return Err(Error::refused("LTCI-62", format!("{}在这段时间已有其他服务", staff.name)));
    }
    visit.carer = carer;
    update(tx, by, &visit)?;
    audit(tx, by, "ltci.reassign", &visit, format!("改派给{}", staff.name))
}

/// Cancels the planned visits of a plan from a day on, and writes so on each.
///
/// # Errors
/// What the engine says.
pub fn cancel_from(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, plan: PlanId, on: Date, why: &str) -> db::Result<u64> {
    tx.exec(
        "update ltci_visits set state = 'cancelled', note = $4, changed_at = $5
         where elder_id = $1 and plan_id = $2 and planned_from >= $3 and state = 'planned'",
        params![elder, plan, midnight(on), why, by.now],
    )
}

/// What stands in a month already: who is engaged when.
pub(super) struct Engaged {
    /// The plan.
    pub plan: PlanId,
    /// The elder.
    pub elder: ElderId,
    /// The carer.
    pub carer: StaffId,
    /// Beginning.
    pub from: Instant,
    /// End.
    pub to: Instant,
    /// How far it is.
    pub state: State,
}

/// The visits of a month in the area of the actor.
pub(super) fn engaged(tx: &mut Tx<'_>, by: &Actor, month: Month) -> db::Result<Vec<Engaged>> {
    let (low, high) = by.scope.area.up_to(Level::County).bounds();
    let sql = "select plan_id, elder_id, carer_id, planned_from, planned_to, state from ltci_visits
               where county between $1 and $2 and month = $3";
    tx.query(sql, params![low, high, month], |row| {
        let mut c = row.columns();
        Ok(Engaged {
            plan: c.take()?,
            elder: c.take()?,
            carer: c.take()?,
            from: c.take()?,
            to: c.take()?,
            state: c.take()?,
        })
    })
}
