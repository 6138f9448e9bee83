//! The steps of a visit: planned, checked in and out, joined, entered late, called off, given to somebody else.

use super::crew::{self, Carer};
use super::{charges, find, fit, reviews};
use crate::beds::outbreak;
use crate::subject;
use crate::visits::model::{
    Checked, Kind, NewVisit, Place, State, Visit, against_check_in, against_plan, against_times,
};
use crate::visits::{catalogue, rules};
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::area::Level;
use kernel::{ElderId, Instant, StaffId, VisitId};
use policy::Library;
use registry::elders::links::{self, LinkKind};
use web::Error;

/// Writes a visit back, unless its month has been settled in between.
fn update(tx: &mut Tx<'_>, by: &Actor, v: &Visit) -> Result<(), Error> {
    let place = v.in_place;
    let written = tx.exec(
        "update visits set carer_id = $3, items = $4, state = $5, in_at = $6, in_lon = $7, in_lat = $8,
           in_accuracy_m = $9, in_distance_m = $10, out_at = $11, late_entered_at = $12, late_reason = $13, note = $14,
           entered_by = $15, changed_at = $16, second_carer_id = $17, second_in_at = $18, planned_from = $19,
           planned_to = $20
         where elder_id = $1 and id = $2 and not exists (
           select 1 from visit_locks l
           where l.kind = visits.kind and l.county = visits.county and l.month = visits.month)",
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
            by.now,
            v.second,
            v.second_in_at,
            v.planned_from,
            v.planned_to
        ],
    )?;
    if written == 0 {
        return Err(Error::refused("VISITS-61", format!("{} 已结算，不能再改动；请在结算单中办理更正", v.month)));
    }
    Ok(())
}

/// Writes a visit back as it is; for what is noted while somebody is there.
pub(super) fn rewrite(tx: &mut Tx<'_>, by: &Actor, v: &Visit) -> Result<(), Error> {
    update(tx, by, v)
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

/// Who serves the same elder sees the visits of others, and leaves them alone.
pub(super) fn arranged_here(by: &Actor, visit: &Visit) -> Result<(), Error> {
    if visit.is_theirs(by.scope) {
        return Ok(());
    }
    Err(Error::refused("VISITS-74", "这次服务由另一家机构安排，请由那家机构办理"))
}

/// Only the person who comes may check in and out.
fn own(visit: &Visit, carer: Option<StaffId>) -> Result<(), Error> {
    match carer {
        Some(carer) if visit.is_of(carer) => Ok(()),
        Some(_) => Err(Error::refused("VISITS-58", "这次服务安排给了其他人员；请由护理站管理员改派")),
        None => Err(Error::refused("VISITS-59", "签到、签退须由服务人员本人办理；确需代办请按补录办理并说明原因")),
    }
}

/// Who does something at a visit, where, and when it happened: now, or when the telephone without a signal noted it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct There {
    /// The member of staff.
    pub carer: Option<StaffId>,
    /// Where the telephone was.
    pub place: Option<Place>,
    /// When.
    pub at: Instant,
}

/// Checks in: the carer is with the elder. The place is noted with its distance from the centre of the elder's village;
/// answers the metres when they are more than the region's parameter.
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
) -> Result<Option<i64>, Error> {
    arrive(tx, by, policies, elder, id, There { carer, place, at: by.now })
}

/// The same, at an instant that may be over: what was noted without a signal.
///
/// # Errors
/// As [`check_in`].
pub fn arrive(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    there: There,
) -> Result<Option<i64>, Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "check_in")?;
    own(&visit, there.carer)?;
    let rules = rules::rules(policies, visit.county, visit.day())?;
    refuse(against_check_in(&visit, rules, there.at))?;
    let open = "select count(*) from visits where $1 in (carer_id, second_carer_id) and state = 'checked_in'";
    if tx.count(open, params![there.carer])? > 0 {
        return Err(Error::refused("VISITS-60", "您还有一次服务没有签退，请先签退或补录"));
    }
    visit.in_at = Some(there.at);
    if visit.second.is_some() && visit.second == there.carer {
        visit.second_in_at = Some(there.at);
    }
    visit.in_place = there.place.filter(Place::plausible);
    visit.in_distance = distance(tx, elder, visit.in_place)?;
    update(tx, by, &visit)?;
    let far = visit.in_distance.filter(|metres| *metres > rules.far_metres);
    if far.is_some() {
        reviews::pick(tx, by, elder, id)?;
    }
    let words = visit.in_distance.map_or("未定位".into(), |metres| format!("距所在村（社区）中心 {metres} 米"));
    audit(tx, by, "visits.check_in", &visit, words)?;
    Ok(far)
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

/// The one who comes along says that they are there.
///
/// # Errors
/// [`Error::Refused`] for anybody else; [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn join(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId, there: There) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "join")?;
    if visit.second.is_none() || visit.second != there.carer {
        return Err(Error::refused("VISITS-67", "您不是这次服务的同行人员"));
    }
    if kernel::time::date_of(there.at) != visit.day() {
        return Err(Error::refused("VISITS-51", format!("这次服务计划在 {}，只能当天签到", visit.day())));
    }
    if let Some(second) = visit.second {
        let staff = crew::staff(tx, second)?;
        refuse(fit::against(tx, visit.elder, &visit.wishes.skills, &staff)?)?;
    }
    visit.second_in_at = Some(there.at);
    update(tx, by, &visit)?;
    audit(tx, by, "visits.join", &visit, String::new())
}

/// Checks out: the visit is done, and what it costs is written down.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::Conflict`] in another state; [`Error::NotFound`].
pub fn check_out(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    carer: Option<StaffId>,
    place: Option<Place>,
) -> Result<(), Error> {
    leave(tx, by, policies, elder, id, There { carer, place, at: by.now })
}

/// The same, at an instant that may be over: what was noted without a signal.
///
/// # Errors
/// As [`check_out`].
pub fn leave(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    elder: ElderId,
    id: VisitId,
    there: There,
) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    visit.state = step(visit.state, "check_out")?;
    own(&visit, there.carer)?;
    let from = visit.in_at.unwrap_or(visit.planned_from);
    refuse(against_times(&visit, from, there.at, by.now, None))?;
    visit.out_at = Some(there.at);
    update(tx, by, &visit)?;
    if let Some(place) = there.place.filter(Place::plausible) {
        let sql = "update visits set out_lon = $3, out_lat = $4, out_accuracy_m = $5 where elder_id = $1 and id = $2";
        tx.exec(sql, params![elder, id, place.lon, place.lat, place.accuracy])?;
    }
    done(tx, by, policies, &visit)?;
    audit(tx, by, "visits.check_out", &visit, format!("{} 分钟", visit.minutes().unwrap_or_default()))
}

/// What follows when a visit is done or will not be: its price, and the end of the institution's sight of the elder.
fn done(tx: &mut Tx<'_>, by: &Actor, policies: &Library, visit: &Visit) -> Result<(), Error> {
    if visit.state == State::Done {
        charges::price(tx, by, policies, visit)?;
    }
    part(tx, by, visit)
}

/// Closes the link that planning opened, once nothing of this institution is left to come.
fn part(tx: &mut Tx<'_>, by: &Actor, visit: &Visit) -> Result<(), Error> {
    let sql = "select count(*) from visits where elder_id = $1 and institution_id = $2 and kind <> 'care_insurance'
               and state in ('planned', 'checked_in')";
    let over = visit.kind != Kind::CareInsurance && tx.count(sql, params![visit.elder, visit.institution])? == 0;
    if over {
        let until = by.today().succ_opt().unwrap_or(by.today());
        links::store::close(tx, visit.elder, visit.institution, LinkKind::Visit, until)?;
    }
    Ok(())
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
    arranged_here(by, &visit)?;
    let amends = visit.state == State::Done;
    let next = step(visit.state, if amends { "amend" } else { "enter_late" })?;
    check_entry(policies, &visit, entry, by.now)?;
    let before = visit.in_at.map(kernel::time::show).unwrap_or_else(|| "无签到".into());
    (visit.state, visit.in_at, visit.out_at) = (next, Some(entry.from), Some(entry.to));
    visit.items = catalogue::join(&entry.items);
    (visit.late_entered_at, visit.late_reason) = (Some(by.now), Some(entry.reason.trim().to_owned()));
    update(tx, by, &visit)?;
    done(tx, by, policies, &visit)?;
    reviews::sample(tx, by, policies, &visit)?;
    let action = if amends { "visits.amend" } else { "visits.enter_late" };
    audit(tx, by, action, &visit, format!("原签到 {before}；{}", entry.reason.trim()))
}

fn check_entry(policies: &Library, visit: &Visit, entry: &LateEntry, now: Instant) -> Result<(), Error> {
    if entry.reason.trim().chars().count() < 2 {
        return Err(Error::field("reason", "原因", "请写明没有当场签到、签退的原因"));
    }
    let known = |item: &String| catalogue::item_of(policies, visit.kind, visit.county, visit.day(), item).is_some();
    if entry.items.is_empty() || !entry.items.iter().all(known) {
        return Err(Error::field("items", "服务项目", "请选择实际完成的服务项目"));
    }
    let limit = rules::rules(policies, visit.county, visit.day())?.late_days;
    refuse(against_times(visit, entry.from, entry.to, now, Some(limit)))
}

/// Says that a visit will not be, or was not: cancelled before its day is over, missed after.
///
/// # Errors
/// [`Error::Conflict`] in another state; [`Error::Invalid`] without a reason; [`Error::NotFound`].
pub fn call_off(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, id: VisitId, reason: &str) -> Result<(), Error> {
    let mut visit = find(tx, by, elder, id)?;
    arranged_here(by, &visit)?;
    if reason.trim().is_empty() {
        return Err(Error::field("reason", "原因", "请写明原因"));
    }
    let event = if visit.planned_to > by.now { "cancel" } else { "miss" };
    visit.state = step(visit.state, event)?;
    visit.note = Some(reason.trim().to_owned());
    update(tx, by, &visit)?;
    part(tx, by, &visit)?;
    audit(tx, by, if event == "cancel" { "visits.cancel" } else { "visits.miss" }, &visit, reason.trim().to_owned())
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
    arranged_here(by, &visit)?;
    visit.state = step(visit.state, "reassign")?;
    let staff = crew::staff(tx, carer)?;
    if staff.institution != visit.institution {
        return Err(Error::refused("VISITS-63", format!("{}不是本机构的人员", staff.name)));
    }
    let may = |code: &str| {
        let item = catalogue::item_of(policies, visit.kind, visit.county, visit.day(), code);
        item.is_some_and(|item| staff.kind.is_some_and(|kind| kind.may_do(item.price.staff)))
    };
    if !catalogue::split(&visit.items).all(may) {
        return Err(Error::refused("VISITS-64", format!("{}的岗位不符合服务项目要求", staff.name)));
    }
    if !staff.certified(visit.day()) {
        return Err(Error::refused("VISITS-65", format!("{}在服务当日没有有效的资格证书", staff.name)));
    }
    if visit.wishes.sex.is_some() && registry::staff::store::sex(tx, carer)? != visit.wishes.sex {
        return Err(Error::refused("VISITS-27", "老年人对服务人员的性别有要求，请另派人员"));
    }
    if visit.second == Some(carer) {
        return Err(Error::refused("VISITS-26", "同行人员不能与服务人员是同一人"));
    }
    refuse(fit::against(tx, visit.elder, &visit.wishes.skills, &staff)?)?;
    outbreak::refuse_visit(tx, visit.elder, carer)?;
    free(tx, &staff, visit.planned_from, visit.planned_to, visit.id)?;
    visit.carer = carer;
    update(tx, by, &visit)?;
    audit(tx, by, "visits.reassign", &visit, format!("改派给{}", staff.name))
}

/// Refuses when somebody is engaged in a span by another visit than this.
fn free(tx: &mut Tx<'_>, staff: &Carer, from: Instant, to: Instant, but: VisitId) -> Result<(), Error> {
    let engaged = "select count(*) from visits where $1 in (carer_id, second_carer_id) and planned_from < $3
                   and planned_to > $2 and state in ('planned', 'checked_in') and id <> $4";
    if tx.count(engaged, params![staff.id, from, to, but])? > 0 {
        return Err(Error::refused("VISITS-62", format!("{}在这段时间已有其他服务", staff.name)));
    }
    Ok(())
}

/// Plans a visit. The institution sees the elder's file as long as a visit is to come.
///
/// # Errors
/// [`Error::Refused`] with numbered reasons; [`Error::NotFound`] when the elder or the institution is out of sight.
pub fn plan(tx: &mut Tx<'_>, by: &Actor, policies: &Library, new: NewVisit) -> Result<VisitId, Error> {
    if by.scope.institution.is_some_and(|own| own != new.institution) {
        return Err(Error::NotFound);
    }
    let person = subject::store::find(tx, by, new.elder)?;
    let county = person.area.up_to(Level::County);
    let carer = crew::staff(tx, new.carer)?;
    let second = new.second.map(|id| crew::staff(tx, id)).transpose()?;
    let sexes = [registry::staff::store::sex(tx, new.carer)?, None];
    let items = catalogue::items_of(policies, new.kind, county, kernel::time::date_of(new.from));
    let against =
        Checked { carer: &carer, second: second.as_ref(), sexes, items: &items, present: person.present, now: by.now };
    refuse(against_plan(&new, &against))?;
    let visit = new.planned(VisitId::new(by.now, tx.chance()), county, by.now);
    for staff in std::iter::once(&carer).chain(&second) {
        refuse(fit::against(tx, visit.elder, &visit.wishes.skills, staff)?)?;
        outbreak::refuse_visit(tx, visit.elder, staff.id)?;
        free(tx, staff, visit.planned_from, visit.planned_to, visit.id)?;
    }
    super::insert(tx, by, std::slice::from_ref(&visit))?;
    if visit.kind != Kind::CareInsurance {
        links::store::open(tx, visit.elder, visit.institution, LinkKind::Visit, by.today())?;
    }
    let detail = format!("{} {}", visit.kind.name(), kernel::time::show(visit.planned_from));
    audit(tx, by, "visits.plan", &visit, detail)?;
    Ok(visit.id)
}
