//! Scheduling a month: the plans of an area become visits.

use super::model::Plan;
use super::schedule::{Busy, Planned, Room, Schedule, Unplaced, schedule};
use super::store;
use crate::ltci::{catalogue, entitlements};
use care::beds::outbreak;
use care::visits::model::{Kind, NewVisit, State, Visit, Wishes};
use care::visits::store as visits;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{Date, ElderId, Instant, Month, Period, PlanId, StaffId, VisitId};
use policy::Library;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use web::Error;

/// What scheduling a month came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// Plans that got visits.
    pub plans: usize,
    /// Visits made.
    pub visits: usize,
    /// Visits for which there was no room.
    pub unplaced: Vec<(ElderId, Unplaced)>,
}

/// Makes the visits of a month for every plan within sight that has none in it yet. Done twice it changes nothing.
/// Nothing is planned before the present.
///
/// # Errors
/// [`Error::Refused`] when no price list is in force; what the engine says.
pub fn schedule_month(tx: &mut Tx<'_>, by: &Actor, policies: &Library, month: Month) -> Result<Scheduled, Error> {
    let mut standing = standing(tx, by, month)?;
    let mut result = Scheduled::default();
    for plan in store::between(tx, by, month.first(), month.last())? {
        if standing.plans.contains(&plan.id) {
            continue;
        }
        let Some(room) = room(tx, by, &plan, month, &standing)? else { continue };
        let list = catalogue::items(policies, plan.county, month.first().max(plan.facts.starts_on));
        let minutes: BTreeMap<String, i64> = list.into_iter().map(|item| (item.code, item.price.minutes)).collect();
        let barred = barred(tx, &plan)?;
        let made = beyond_no_line(schedule(&plan.facts, &minutes, &room, &mut standing.busy), &barred);
        let planned: Vec<Visit> = made.visits.iter().filter_map(|p| visit(tx, by, &plan, p)).collect();
        visits::insert(tx, by, &planned)?;
        care::visits::rest_in_hospital(tx, by, plan.facts.elder)?;
        let days = standing.days.entry(plan.facts.elder).or_default();
        days.extend(made.visits.iter().map(|planned| planned.day));
        result.plans += usize::from(!planned.is_empty());
        result.visits += planned.len();
        result.unplaced.extend(made.unplaced.into_iter().map(|u| (plan.facts.elder, u)));
    }
    let detail = format!("{} 份计划，{} 次，{} 次未排上", result.plans, result.visits, result.unplaced.len());
    tx.audit(by, Entry { action: "ltci.schedule", subject: month.to_string(), detail, ..Entry::default() })?;
    Ok(result)
}

/// Those of a plan's carers whom an outbreak keeps away from the elder.
fn barred(tx: &mut Tx<'_>, plan: &Plan) -> db::Result<Vec<StaffId>> {
    let carers: BTreeSet<StaffId> = plan.facts.services.iter().map(|service| service.carer).collect();
    outbreak::barred(tx, plan.facts.elder, &carers.into_iter().collect::<Vec<_>>())
}

/// The visits that would cross an outbreak's line are not made, and that is said.
fn beyond_no_line(made: Schedule, barred: &[StaffId]) -> Schedule {
    let (out, visits): (Vec<Planned>, Vec<Planned>) =
        made.visits.into_iter().partition(|planned| barred.contains(&planned.carer));
    let why = "老年人所在机构疫情防控，服务人员不得进入其区域；请改派专职人员，或解除后再排";
    let mut unplaced = made.unplaced;
    unplaced.extend(out.into_iter().map(|planned| Unplaced { day: planned.day, carer: planned.carer, why }));
    unplaced.sort_by_key(|one| (one.day, one.carer));
    Schedule { visits, unplaced }
}

/// What stands in the month already.
#[derive(Default)]
struct Standing {
    busy: Busy,
    plans: HashSet<PlanId>,
    days: HashMap<ElderId, Vec<Date>>,
}

fn standing(tx: &mut Tx<'_>, by: &Actor, month: Month) -> db::Result<Standing> {
    let mut standing = Standing::default();
    for e in visits::engaged(tx, by, month)? {
        standing.plans.insert(PlanId(e.source));
        if matches!(e.state, State::Cancelled | State::Missed) {
            continue;
        }
        let day = kernel::time::date_of(e.from);
        let (from, to) = (e.from.timestamp_millis(), e.to.timestamp_millis());
        for staff in std::iter::once(e.carer).chain(e.second) {
            standing.busy.add(staff.uuid(), day, from, to);
        }
        standing.busy.add(e.elder.uuid(), day, from, to);
        standing.days.entry(e.elder).or_default().push(day);
    }
    Ok(standing)
}

fn room(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, month: Month, standing: &Standing) -> Result<Option<Room>, Error> {
    let entitlements = entitlements::store::of_elder(tx, plan.facts.elder)?;
    let Some(entitlement) = entitlements.into_iter().find(|e| e.id == plan.facts.entitlement) else { return Ok(None) };
    let (a, b) = (plan.runs(), entitlement.runs());
    let until = [a.until, b.until].into_iter().flatten().min();
    Ok(Some(Room {
        month,
        runs: Period { from: a.from.max(b.from), until },
        not_before: by.now.timestamp_millis(),
        quota: entitlement.benefit.quota,
        taken: standing.days.get(&plan.facts.elder).cloned().unwrap_or_default(),
    }))
}

fn visit(tx: &Tx<'_>, by: &Actor, plan: &Plan, planned: &Planned) -> Option<Visit> {
    let new = NewVisit {
        elder: plan.facts.elder,
        kind: Kind::CareInsurance,
        source: Some(plan.id.uuid()),
        institution: plan.facts.institution,
        carer: planned.carer,
        second: None,
        wishes: Wishes::default(),
        from: Instant::from_timestamp_millis(planned.from)?,
        to: Instant::from_timestamp_millis(planned.to)?,
        items: catalogue::split(&planned.items).map(str::to_owned).collect(),
    };
    Some(new.planned(VisitId::new(by.now, tx.chance()), plan.county, by.now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn nobody_is_sent_over_an_outbreaks_line_and_that_is_said() {
        let day = |n| Date::from_ymd_opt(2026, 11, n).expect("day");
        let carer = |n: u128| StaffId(Uuid::from_u128(n));
        let planned = |n, who| Planned { day: day(n), carer: carer(who), from: 0, to: 1, items: "a".into() };
        let made = || Schedule {
            visits: vec![planned(2, 1), planned(2, 2), planned(5, 1)],
            unplaced: vec![Unplaced { day: day(3), carer: carer(2), why: "超过当月次数限额" }],
        };
        assert_eq!(beyond_no_line(made(), &[]), made());
        let kept = beyond_no_line(made(), &[carer(1)]);
        assert_eq!(kept.visits, [planned(2, 2)]);
        let days: Vec<(Date, bool)> = kept.unplaced.iter().map(|u| (u.day, u.why.contains("疫情防控"))).collect();
        assert_eq!(days, [(day(2), true), (day(3), false), (day(5), true)]);
    }
}
