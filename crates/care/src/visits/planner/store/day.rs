//! A day of an institution as it stands.

use super::super::day::{Day, DayCarer, DayVisit, Numbers};
use super::hours;
use crate::beds::outbreak;
use crate::visits::catalogue::{self, StaffKind};
use crate::visits::model::{State, Visit};
use crate::visits::rules::number;
use crate::visits::store::crew::{self, Carer};
use crate::visits::store::{self as visits, Filter, Listed};
use db::{Actor, Tx, params};
use kernel::area::Level;
use kernel::{Area, Date, ElderId, Instant, InstitutionId, StaffId, VisitId};
use policy::Library;
use registry::institutions;
use routing::Place;
use std::collections::{HashMap, HashSet};
use web::Error;

/// More visits than an institution makes in a day.
const MOST: i64 = 2_000;

/// The region's numbers for planning a day.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets one.
pub fn numbers(policies: &Library, place: Area, on: Date) -> Result<Numbers, Error> {
    let number = |name: &str| number(policies, name, place, on);
    Ok(Numbers {
        usual: (number("planner_shift_from")?, number("planner_shift_until")?, number("planner_rest_minutes")?),
        rest: (number("planner_rest_from")?, number("planner_rest_until")?),
        overtime: number("planner_overtime_minutes")?,
        moves: number("planner_move_minutes")?,
        lead: number("planner_lead_minutes")?,
        continuity_days: number("planner_continuity_days")?,
        detour_bp: number("planner_detour_bp")?,
        metres_per_hour: number("planner_metres_per_hour")?,
        settle: number("planner_settle_minutes")?,
        same_village: number("planner_same_village_minutes")?,
    })
}

/// The day of an institution within sight.
///
/// # Errors
/// [`Error::NotFound`] out of sight; [`Error::Refused`] without the region's numbers; what the engine says.
pub fn load(tx: &mut Tx<'_>, by: &Actor, policies: &Library, of: InstitutionId, on: Date) -> Result<Day, Error> {
    let institution = institutions::store::find(tx, by, of)?;
    let facts = institution.facts;
    let numbers = numbers(policies, facts.area, on)?;
    let filter = Filter { institution: Some(of), ..Filter::day(on) };
    let takes = |v: &Visit| matches!(v.state, State::Planned | State::CheckedIn | State::Done);
    let rows: Vec<Listed> =
        visits::list(tx, by, &filter, MOST, 0)?.into_iter().filter(|row| takes(&row.visit)).collect();
    let staff = crew::carers(tx, of)?;
    let home = facts.lon.zip(facts.lat).map(|(lon, lat)| Place { lon, lat });
    let home = match home {
        Some(home) => Some(home),
        None => Places::default().of(tx, facts.area)?,
    };
    let carers = carers(tx, &staff, &rows, of, on, &numbers)?;
    let visits = load_visits(tx, policies, rows, &staff, (of, on), &numbers)?;
    Ok(Day { institution: of, name: facts.name, area: facts.area, home, day: on, visits, carers, numbers })
}

fn carers(
    tx: &mut Tx<'_>,
    staff: &[Carer],
    rows: &[Listed],
    of: InstitutionId,
    on: Date,
    numbers: &Numbers,
) -> db::Result<Vec<DayCarer>> {
    let busy: HashSet<StaffId> =
        rows.iter().flat_map(|row| std::iter::once(row.visit.carer).chain(row.visit.second)).collect();
    let kept = hours::Kept::of(tx, of, on)?;
    let mut all = vec![];
    for one in staff {
        all.push(DayCarer {
            id: one.id,
            name: one.name.clone(),
            kind: one.kind,
            sex: registry::staff::store::sex(tx, one.id)?,
            skills: kept.skills(one.id),
            certified: one.certified(on),
            duty: kept.duty(one.id, busy.contains(&one.id), numbers),
        });
    }
    Ok(all)
}

fn load_visits(
    tx: &mut Tx<'_>,
    policies: &Library,
    rows: Vec<Listed>,
    staff: &[Carer],
    (of, on): (InstitutionId, Date),
    numbers: &Numbers,
) -> db::Result<Vec<DayVisit>> {
    let known = mostly(tx, of, on, numbers.continuity_days)?;
    let agreed = agreed(tx, of, on)?;
    let mut refused = refusals(tx, of, on)?;
    let (mut places, mut barred) = (Places::default(), HashMap::new());
    let ids: Vec<StaffId> = staff.iter().map(|one| one.id).collect();
    let mut all = vec![];
    for row in rows {
        let v = row.visit;
        if let std::collections::hash_map::Entry::Vacant(entry) = barred.entry(v.elder) {
            let mut out = outbreak::barred(tx, v.elder, &ids)?;
            out.extend(refused.remove(&v.elder).unwrap_or_default());
            out.sort_unstable();
            out.dedup();
            entry.insert(out);
        }
        let (agreed, first_from) = agreed.get(&v.id).copied().unwrap_or((false, None));
        all.push(DayVisit {
            at: places.of(tx, row.area)?,
            kinds: kinds(policies, &v),
            barred: barred[&v.elder].clone(),
            known: known.get(&v.elder).copied().or(Some(v.carer)),
            first_from: first_from.unwrap_or(v.planned_from),
            agreed,
            elder: v.elder,
            id: v.id,
            name: row.elder,
            state: v.state,
            carer: v.carer,
            second: v.second,
            from: v.planned_from,
            to: v.planned_to,
            wishes: v.wishes,
        });
    }
    Ok(all)
}

/// As what somebody must work for all items of a visit.
fn kinds(policies: &Library, v: &Visit) -> Vec<StaffKind> {
    let staff = |code| catalogue::item_of(policies, v.kind, v.county, v.day(), code).map(|item| item.price.staff);
    let mut kinds: Vec<StaffKind> = catalogue::split(&v.items).filter_map(staff).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Centres of areas; where a village has none, that of the town above it.
#[derive(Default)]
struct Places(HashMap<Area, Option<Place>>);

impl Places {
    fn of(&mut self, tx: &mut Tx<'_>, area: Area) -> db::Result<Option<Place>> {
        if let Some(known) = self.0.get(&area) {
            return Ok(*known);
        }
        let mut found = None;
        for level in [Level::Village, Level::Town, Level::County] {
            let sql = "select lon, lat from areas where code = $1 and lon is not null and lat is not null";
            let place = |row: &db::Row<'_>| Ok(Place { lon: row.get(0)?, lat: row.get(1)? });
            found = tx.query_opt(sql, params![area.up_to(level)], place)?;
            if found.is_some() {
                break;
            }
        }
        self.0.insert(area, found);
        Ok(found)
    }
}

/// Who came mostly to each elder within so many days before the day.
fn mostly(tx: &mut Tx<'_>, of: InstitutionId, on: Date, days: i64) -> db::Result<HashMap<ElderId, StaffId>> {
    let until = midnight(on);
    let from = until - chrono::TimeDelta::days(days).num_milliseconds();
    let sql = "select elder_id, carer_id, count(*) from visits where institution_id = $1 and state = 'done'
                 and planned_from >= $2 and planned_from < $3 group by elder_id, carer_id order by 3, 2 desc";
    let rows = tx.query(sql, params![of, from, until], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

fn midnight(on: Date) -> i64 {
    kernel::time::at(on, 0, 0).map_or(0, |at| at.timestamp_millis())
}

/// First and last instant of a day, in milliseconds: from, and before.
fn span(on: Date) -> (i64, i64) {
    (midnight(on), midnight(on.succ_opt().unwrap_or(on)))
}

/// Whether each visit is agreed, and when it was planned at first.
type Agreed = HashMap<VisitId, (bool, Option<Instant>)>;

fn agreed(tx: &mut Tx<'_>, of: InstitutionId, on: Date) -> db::Result<Agreed> {
    let (from, before) = span(on);
    let sql = "select id, agreed_at, first_from from visits
               where institution_id = $1 and planned_from >= $2 and planned_from < $3
                 and (agreed_at is not null or first_from is not null)";
    let rows = tx.query(sql, params![of, from, before], |row| {
        Ok((row.get(0)?, (row.get::<Option<Instant>>(1)?.is_some(), row.get(2)?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Whom the elders of a day do not want.
fn refusals(tx: &mut Tx<'_>, of: InstitutionId, on: Date) -> db::Result<HashMap<ElderId, Vec<StaffId>>> {
    let (from, before) = span(on);
    let sql = "select distinct r.elder_id, r.staff_id from visit_refusals r join visits v on v.elder_id = r.elder_id
               where r.ended_at is null and v.institution_id = $1 and v.planned_from >= $2 and v.planned_from < $3";
    let mut all: HashMap<ElderId, Vec<StaffId>> = HashMap::new();
    for (elder, staff) in tx.query(sql, params![of, from, before], |row| Ok((row.get(0)?, row.get(1)?)))? {
        all.entry(elder).or_default().push(staff);
    }
    Ok(all)
}
