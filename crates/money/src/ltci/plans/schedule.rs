//! From a plan to the visits of a month: pure, and the same each time it is asked.
//!
//! Each person of the plan comes as often in a week as their most frequent item asks. The visits of a week are spread
//! evenly over its days, beginning at the plan's first weekday, and the items evenly over the visits. A visit begins at
//! the plan's preferred minute, or as soon after as both the carer and the elder are free, with room for the way.

use super::model::{DAY_BEGINS, DAY_ENDS, NewPlan, Service, WAY, WEEK, times};
use crate::ltci::catalogue;
use crate::ltci::settlement::model::Quota;
use chrono::Datelike;
use kernel::{Date, Month, Period, StaffId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One minute in milliseconds.
const MINUTE: i64 = 60_000;

/// Times at which people are engaged, in milliseconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Busy(HashMap<(uuid::Uuid, Date), Vec<(i64, i64)>>);

impl Busy {
    /// Notes an engagement of a person on a day.
    pub fn add(&mut self, who: uuid::Uuid, day: Date, from: i64, to: i64) {
        self.0.entry((who, day)).or_default().push((from, to));
    }

    /// The end of an engagement that meets the time, if there is one; `gap` is kept free before and after.
    fn clash(&self, who: uuid::Uuid, day: Date, from: i64, to: i64, gap: i64) -> Option<i64> {
        let meets = |(a, b): &&(i64, i64)| *a - gap < to && from < *b + gap;
        self.0.get(&(who, day))?.iter().filter(meets).map(|(_, end)| end + gap).max()
    }
}

/// A visit that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The day.
    pub day: Date,
    /// Who comes.
    pub carer: StaffId,
    /// Beginning in milliseconds since 1970.
    pub from: i64,
    /// End in milliseconds since 1970.
    pub to: i64,
    /// What is done: codes joined by commas.
    pub items: String,
}

/// A visit for which there is no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The day.
    pub day: Date,
    /// Who should come.
    pub carer: StaffId,
    /// Why not.
    pub why: &'static str,
}

/// The visits of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Visits with a time.
    pub visits: Vec<Planned>,
    /// Visits without.
    pub unplaced: Vec<Unplaced>,
}

/// What the month allows.
#[derive(Clone, Debug)]
pub struct Room {
    /// The month.
    pub month: Month,
    /// When the plan runs.
    pub runs: Period,
    /// Nothing begins before this instant, in milliseconds since 1970.
    pub not_before: i64,
    /// Limit of the entitlement.
    pub quota: Option<Quota>,
    /// Days of the elder's visits of the month that stand already.
    pub taken: Vec<Date>,
}

/// The visits of a plan in a month. What is placed is noted in `busy`, so that the next plan keeps clear of it.
#[must_use]
pub fn schedule(plan: &NewPlan, minutes: &BTreeMap<String, i64>, room: &Room, busy: &mut Busy) -> Schedule {
    let carers: BTreeSet<StaffId> = plan.services.iter().map(|s| s.carer).collect();
    let mut schedule = Schedule::default();
    let mut taken = room.taken.clone();
    for day in room.month.first().iter_days().take(room.month.days() as usize).filter(|day| room.runs.contains(*day)) {
        for &carer in &carers {
            let Some(items) = due(plan, carer, day) else { continue };
            if full(room.quota, day, &taken) {
                schedule.unplaced.push(Unplaced { day, carer, why: "超过当月次数限额" });
                continue;
            }
            let length = items.iter().filter_map(|item| minutes.get(*item)).sum::<i64>();
            let Some(from) = free(plan, carer, day, length, room.not_before, busy) else {
                if at(day, DAY_BEGINS) >= room.not_before {
                    schedule.unplaced.push(Unplaced { day, carer, why: "服务人员当天没有空闲时间" });
                }
                continue;
            };
            let to = from + length * MINUTE;
            busy.add(carer.uuid(), day, from, to);
            busy.add(plan.elder.uuid(), day, from, to);
            taken.push(day);
            schedule.visits.push(Planned { day, carer, from, to, items: catalogue::join(&items) });
        }
    }
    schedule
}

/// What a person does on a day, if they come.
fn due(plan: &NewPlan, carer: StaffId, day: Date) -> Option<Vec<&str>> {
    let visits = times(&plan.services, carer).min(WEEK);
    let offset = (i64::from(day.weekday().num_days_from_monday()) - plan.first_weekday).rem_euclid(WEEK);
    let visit = (0..visits).find(|n| n * WEEK / visits == offset)?;
    let in_this = |s: &&Service| {
        let turn = |n: i64| n * s.per_week / visits;
        s.carer == carer && turn(visit + 1) > turn(visit)
    };
    Some(plan.services.iter().filter(in_this).map(|s| s.item.as_str()).collect())
}

fn full(quota: Option<Quota>, day: Date, taken: &[Date]) -> bool {
    match quota {
        None => false,
        Some(Quota::Visits(most)) => taken.len() as i64 >= most,
        Some(Quota::Days(most)) => {
            let days: BTreeSet<&Date> = taken.iter().collect();
            !days.contains(&day) && days.len() as i64 >= most
        }
    }
}

fn at(day: Date, minute: i64) -> i64 {
    let midnight = kernel::time::at(day, 0, 0).map_or(0, |t| t.timestamp_millis());
    midnight + minute * MINUTE
}

/// The first free beginning at or after the preferred minute, else from the morning on.
fn free(plan: &NewPlan, carer: StaffId, day: Date, length: i64, not_before: i64, busy: &Busy) -> Option<i64> {
    let last = at(day, DAY_ENDS) - length * MINUTE;
    for first in [plan.start_minute, DAY_BEGINS] {
        let mut from = at(day, first).max(not_before);
        while from <= last {
            let to = from + length * MINUTE;
            let carers = busy.clash(carer.uuid(), day, from, to, WAY * MINUTE);
            let elders = busy.clash(plan.elder.uuid(), day, from, to, 0);
            match carers.max(elders) {
                None => return Some(from),
                Some(later) => from = later,
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{ElderId, EntitlementId, InstitutionId};
    use uuid::Uuid;

    fn day(n: u32) -> Date {
        Date::from_ymd_opt(2026, 11, n).expect("day")
    }

    fn service(item: &str, per_week: i64, carer: u128) -> Service {
        Service { item: item.into(), per_week, carer: StaffId(Uuid::from_u128(carer)) }
    }

    fn plan(elder: u128, services: Vec<Service>) -> NewPlan {
        NewPlan {
            elder: ElderId(Uuid::from_u128(elder)),
            entitlement: EntitlementId(Uuid::from_u128(5)),
            institution: InstitutionId(Uuid::from_u128(6)),
            services,
            first_weekday: 0,
            start_minute: 9 * 60,
            starts_on: day(1),
        }
    }

    fn room() -> Room {
        let runs = Period { from: day(1), until: None };
        Room { month: Month::of(day(1)), runs, not_before: 0, quota: None, taken: vec![] }
    }

    fn minutes() -> BTreeMap<String, i64> {
        [("a".into(), 60), ("b".into(), 30)].into()
    }

    fn days(schedule: &Schedule) -> Vec<u32> {
        schedule.visits.iter().map(|v| v.day.day()).collect()
    }

    /// November 2026 begins on a Sunday.
    #[test]
    fn visits_are_spread_evenly_over_the_week() {
        let of = |n| days(&schedule(&plan(1, vec![service("a", n, 9)]), &minutes(), &room(), &mut Busy::default()));
        assert_eq!(of(1), [2, 9, 16, 23, 30]);
        assert_eq!(of(2), [2, 5, 9, 12, 16, 19, 23, 26, 30]);
        assert_eq!(of(3)[..4], [2, 4, 6, 9]);
        assert_eq!(of(7).len(), 30);
    }

    #[test]
    fn items_are_spread_evenly_over_the_visits() {
        let plan = plan(1, vec![service("a", 4, 9), service("b", 2, 9)]);
        let schedule = schedule(&plan, &minutes(), &room(), &mut Busy::default());
        let items: Vec<&str> = schedule.visits[..4].iter().map(|v| v.items.as_str()).collect();
        assert_eq!(items, ["a", "a,b", "a", "a,b"]);
        assert_eq!(schedule.visits[1].to - schedule.visits[1].from, 90 * MINUTE);
    }

    #[test]
    fn a_carer_is_never_in_two_places_and_has_time_for_the_way() {
        let mut busy = Busy::default();
        let mut all = vec![];
        for elder in 0..9 {
            let schedule = schedule(&plan(elder, vec![service("a", 7, 9)]), &minutes(), &room(), &mut busy);
            assert!(schedule.unplaced.is_empty(), "{elder}");
            all.extend(schedule.visits);
        }
        all.sort_by_key(|v| v.from);
        assert!(all.windows(2).all(|w| w[1].from >= w[0].to + WAY * MINUTE));
        assert!(all.iter().all(|v| v.from >= at(v.day, DAY_BEGINS) && v.to <= at(v.day, DAY_ENDS)));
        let tenth = schedule(&plan(10, vec![service("a", 7, 9)]), &minutes(), &room(), &mut busy);
        assert_eq!((tenth.visits.len(), tenth.unplaced.len()), (0, 30));
    }

    #[test]
    fn two_carers_of_an_elder_do_not_meet() {
        let plan = plan(1, vec![service("a", 7, 9), service("b", 7, 8)]);
        let mut visits = schedule(&plan, &minutes(), &room(), &mut Busy::default()).visits;
        visits.sort_by_key(|v| v.from);
        assert_eq!(visits.len(), 60);
        assert!(visits.windows(2).all(|w| w[1].from >= w[0].to));
    }

    #[test]
    fn the_quota_the_plans_days_and_the_present_are_bounds() {
        let plan = plan(1, vec![service("a", 7, 9)]);
        let with = |room: Room| schedule(&plan, &minutes(), &room, &mut Busy::default());
        let quota = with(Room { quota: Some(Quota::Visits(12)), taken: vec![day(1)], ..room() });
        assert_eq!((quota.visits.len(), quota.unplaced.len()), (11, 19));
        let part = with(Room { runs: Period { from: day(10), until: Some(day(12)) }, ..room() });
        assert_eq!(days(&part), [10, 11]);
        let late = with(Room { not_before: at(day(29), 18 * 60 + 1), ..room() });
        assert_eq!(days(&late), [30], "nothing ends after seven in the evening");
        assert_eq!(late.unplaced.len(), 0);
    }
}
