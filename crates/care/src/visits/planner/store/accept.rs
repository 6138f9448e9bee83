//! Accepting a proposal: the visits become as it says, all of them or none.

use super::super::day::{Day, DayVisit};
use super::super::model::{Dayplan, Going, State as Stands, changes, moved};
use super::super::words::{self, Names};
use super::{day, decide, find, step};
use crate::visits::model::State;
use crate::visits::store::{UNLOCKED, steps};
use db::audit::Entry;
use db::{Actor, Tx, params};
use kernel::{Date, DayplanId, Instant, InstitutionId, StaffId};
use policy::Library;
use routing::{Plan, Seconds};
use web::{Error, Reason};

registry::choice! {
    /// What becomes of visits that nobody makes.
    pub enum Left {
        /// They stay as they were, if their carer can.
        Keep = "keep" "保持原来的安排",
        /// They are called off.
        Cancel = "cancel" "取消并电话告知",
    }
}

/// Accepts a proposal that somebody saw at `seen`. Answers how many visits it moves.
///
/// # Errors
/// [`Error::Refused`] with what has changed meanwhile or what it breaks; [`Error::Conflict`] when somebody was faster;
/// [`Error::NotFound`] out of sight.
pub fn accept(
    tx: &mut Tx<'_>,
    by: &Actor,
    policies: &Library,
    id: DayplanId,
    seen: i64,
    left: Left,
) -> Result<(Dayplan, usize), Error> {
    let of = find(tx, by, id)?;
    hold(tx, of.institution, of.day, id)?;
    let of = find(tx, by, id)?;
    step(&of, "accept", seen)?;
    let day = day::load(tx, by, policies, of.institution, of.day)?;
    let plan = of.plan.clone().ok_or(Error::NotFound)?;
    let against = against(tx, by, &day, &of, &plan)?;
    if !against.is_empty() {
        return Err(Error::Refused(against));
    }
    let all = moved(&of.asked, &of.before, &plan);
    for one in &all {
        let visit = day.visits.iter().find(|visit| visit.id.to_string() == one.visit).ok_or(Error::NotFound)?;
        match &one.to {
            Some(to) => write(tx, by, &day, visit, to)?,
            None if visit.state != State::Planned => {}
            None if left == Left::Cancel => {
                steps::call_off(tx, by, visit.elder, visit.id, "当日人手不足，未能排上")?;
            }
            None => stays(&day, visit)?,
        }
    }
    clashes(tx, &day, &plan)?;
    decide(tx, by, &of, Stands::Accepted)?;
    let detail = words::accepted(of.day, &of.asked, &of.before, &plan);
    tx.audit(by, Entry { action: "visits.planner_accept", subject: id.to_string(), detail, ..Entry::default() })?;
    Ok((of, all.len()))
}

/// Holds an institution's day until the transaction ends: two who accept do so one after the other.
fn hold(tx: &mut Tx<'_>, institution: InstitutionId, on: Date, id: DayplanId) -> db::Result<()> {
    let sql = "insert into visit_planned_days (institution_id, day, dayplan_id) values ($1, $2, $3)
               on conflict (institution_id, day) do update set dayplan_id = $3";
    tx.exec(sql, params![institution, on, id]).map(drop)
}

/// What speaks against a proposal: the day has changed, a rule is broken, a beginning is over.
fn against(tx: &mut Tx<'_>, by: &Actor, day: &Day, of: &Dayplan, plan: &Plan) -> Result<Vec<Reason>, Error> {
    let (asked, before) = day.compose(of.made_at);
    let changed = changes((&of.asked, &of.before), (&asked, &before));
    let ids: Vec<String> = of.asked.problem.visits.iter().map(|visit| visit.id.clone()).collect();
    let gone = if changed.is_empty() { vec![] } else { super::gone(tx, by, &ids)? };
    let names = Names::of(day, gone);
    let mut reasons: Vec<Reason> = changed.iter().map(|one| names.changed(one)).collect();
    if !reasons.is_empty() {
        return Ok(reasons);
    }
    let matrix = of.matrix.as_ref().map(|places| of.asked.spread(places)).ok_or(Error::NotFound)?;
    let broken = routing::breaches(&of.asked.problem, &matrix, plan);
    let whole = |b: &routing::Breach| matches!(b, routing::Breach::Carers(_) | routing::Breach::Apart(_));
    let hard = broken.iter().filter(|breach| whole(breach) || !words::soft(&of.asked, breach));
    reasons.extend(hard.map(|breach| names.reason(&breach.to_string())));
    let now = day.second(by.now);
    let past =
        moved(&of.asked, &of.before, plan).into_iter().filter(|m| m.to.as_ref().is_some_and(|to| to.start < now));
    reasons.extend(past.map(|m| {
        let start = m.to.map_or(0, |to| to.start);
        let text = format!("“{}”的新时间 {} 已经过去，请重新计算", names.visit(&m.visit), words::clock(start));
        Reason::new("PLAN-15", text)
    }));
    Ok(reasons)
}

/// Whether a visit that nobody makes by the plan can stay as it was.
fn stays(day: &Day, visit: &DayVisit) -> Result<(), Error> {
    let missing = visit.carers().find(|id| !day.carer(*id).is_some_and(super::super::day::DayCarer::there));
    let Some(missing) = missing else { return Ok(()) };
    let name = day.carer(missing).map_or("原来的人员", |one| one.name.as_str());
    let text = format!("“{}”没有排上，而{name}当日不在岗；请手工排入，或选择取消并电话告知", visit.name);
    Err(Error::refused("PLAN-16", text))
}

fn instant(day: &Day, second: Seconds) -> Option<Instant> {
    kernel::time::at(day.day, 0, 0).map(|midnight| midnight + chrono::TimeDelta::seconds(second.into()))
}

/// Gives a visit its carers and its time. Whoever led goes on leading, if they go at all.
fn write(tx: &mut Tx<'_>, by: &Actor, day: &Day, visit: &DayVisit, to: &Going) -> Result<(), Error> {
    let mut carers: Vec<StaffId> = to.carers.iter().filter_map(|id| StaffId::parse(id)).collect();
    carers.sort_by_key(|id| (*id != visit.carer, Some(*id) != visit.second));
    let (Some(lead), second) = (carers.first().copied(), carers.get(1).copied()) else { return Err(Error::NotFound) };
    let from = instant(day, to.start).ok_or(Error::NotFound)?;
    let sql = format!(
        "update visits set carer_id = $3, second_carer_id = $4, planned_from = $5, planned_to = $6,
           first_from = coalesce(first_from, planned_from), entered_by = $7, changed_at = $8
         where elder_id = $1 and id = $2 and state = 'planned' and {UNLOCKED}"
    );
    let until = from + (visit.to - visit.from);
    let written = tx.exec(&sql, params![visit.elder, visit.id, lead, second, from, until, &by.name, by.now])?;
    if written == 0 {
        let text = format!("“{}”的上门已开始、已取消或所在月份已结算，整份方案没有采用；请重新计算", visit.name);
        return Err(Error::refused("PLAN-17", text));
    }
    let name = |id: StaffId| day.carer(id).map_or(String::new(), |one| one.name.clone());
    let detail =
        format!("{} {}", kernel::time::show(from), carers.into_iter().map(name).collect::<Vec<_>>().join("、"));
    let entry = Entry { action: "visits.replan", elder: Some(visit.elder), subject: visit.id.to_string(), detail };
    Ok(tx.audit(by, entry)?)
}

/// Nobody is at two doors at once: asked of the store after all was written, visits that stay as they were included.
fn clashes(tx: &mut Tx<'_>, day: &Day, plan: &Plan) -> Result<(), Error> {
    let sql = "select e.name from visits a join visits b on b.id > a.id and b.planned_from < a.planned_to
                 and b.planned_to > a.planned_from join elders e on e.id = b.elder_id
               where $1 in (a.carer_id, a.second_carer_id) and $1 in (b.carer_id, b.second_carer_id)
                 and a.state in ('planned', 'checked_in') and b.state in ('planned', 'checked_in')
                 and (a.state = 'planned' or b.state = 'planned')
                 and a.planned_from >= $2 and a.planned_from < $3";
    let begin = instant(day, 0).ok_or(Error::NotFound)?;
    let end = begin + chrono::TimeDelta::days(1);
    let mut reasons = vec![];
    for carer in day.carers.iter().filter(|one| plan.tours.iter().any(|tour| tour.carer == one.id.to_string())) {
        for name in tx.query(sql, params![carer.id, begin, end], |row| row.get::<String>(0))? {
            let text = format!("{}的时间与“{name}”的上门冲突；请手工排入，或选择取消并电话告知", carer.name);
            reasons.push(Reason::new("PLAN-18", text));
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(reasons)) }
}
