//! Who is due for a vaccine, and the share that is covered, read from the column copy and the doses.

use super::model::Vaccine;
use super::store::Given;
use chrono::Datelike;
use kernel::area::Level;
use kernel::time::age_on;
use kernel::{Area, Date, ElderId};
use policy::{Decision, Facts, Library, Value};
use registry::elders::columns::{Snapshot, flag};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    /// Full years.
    pub age: i64,
    /// Whether the roster knows of a chronic disease.
    pub high_risk: bool,
    /// Doses so far.
    pub doses: i64,
    /// The last one.
    pub last: Option<Date>,
}

/// Whether such a person is due, with the clauses.
#[must_use]
pub fn ask(library: &Library, place: Area, on: Date, vaccine: Vaccine, p: Person) -> Decision {
    let facts = Facts::new()
        .with("vaccine", vaccine.code())
        .with("age", p.age)
        .with("doses", p.doses)
        .with("high_risk", p.high_risk)
        .with("last_done", p.last.map_or(Value::Nothing, Value::Date));
    library.decide("vaccine_due", place, on, &facts)
}

/// An elder who is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Who.
    pub id: ElderId,
    /// What the answer rests on.
    pub person: Person,
}

/// How many of those of the age are covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Of the age.
    pub of: i64,
    /// Covered: a dose that still holds.
    pub covered: i64,
}

/// Everybody whom the vaccine is for under an area.
pub struct Survey {
    /// Those who are due and are not asked to wait, the oldest first.
    pub due: Vec<Due>,
    /// By town.
    pub towns: BTreeMap<Area, Cover>,
}

/// Surveys an area for a vaccine.
#[must_use]
pub fn survey(
    columns: &Snapshot,
    library: &Library,
    (area, on, vaccine): (Area, Date, Vaccine),
    given: &HashMap<ElderId, Given>,
) -> Survey {
    let under = columns.under(area);
    let gone = flag::DEAD | flag::MOVED | flag::GONE | flag::NOT_RESIDENT;
    let mut known: HashMap<(Area, Person), bool> = HashMap::new();
    let mut is_due = |county: Area, p: Person| {
        let answer = || ask(library, county, on, vaccine, p).bool("due").unwrap_or_default();
        *known.entry((county, p)).or_insert_with(answer)
    };
    let mut found = Survey { due: vec![], towns: BTreeMap::new() };
    for row in columns.rows().filter(|row| under[columns.area[*row] as usize] && columns.flags[*row] & gone == 0) {
        let Some(born) = columns.born[row].date() else { continue };
        let (id, place) = (columns.ids[row], columns.areas[columns.area[row] as usize]);
        let county = place.up_to(Level::County);
        let new = Person { age: age_on(born, on), high_risk: columns.chronic[row] != 0, doses: 0, last: None };
        if !is_due(county, new) {
            continue; // not of the age
        }
        let own = given.get(&id).copied().unwrap_or_default();
        let person = Person { doses: own.doses, last: own.last, ..new };
        let due = is_due(county, person);
        let cover = found.towns.entry(place.up_to(Level::Town)).or_default();
        cover.of += 1;
        // Of age and not due: a dose still holds.
        cover.covered += i64::from(!due);
        if due && own.waits_until.is_none_or(|day| day <= on) {
            found.due.push(Due { id, person });
        }
    }
    found.due.sort_by_key(|one| (std::cmp::Reverse(one.person.age), one.id));
    found
}

/// A vaccination season: its first day, and the first day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    /// First day.
    pub from: Date,
    /// First day of the next one.
    pub until: Date,
}

impl Season {
    /// The season that a day lies in, when seasons begin with this month; none for a month that there is not.
    #[must_use]
    pub fn of(day: Date, month: i64) -> Option<Self> {
        let begin = |year: i32| Date::from_ymd_opt(year, u32::try_from(month).ok()?, 1);
        let year = if begin(day.year())? <= day { day.year() } else { day.year() - 1 };
        Some(Self { from: begin(year)?, until: begin(year + 1)? })
    }

    /// The one before.
    #[must_use]
    pub fn previous(self, month: i64) -> Option<Self> {
        Self::of(self.from.pred_opt()?, month)
    }

    /// 2026—2027
    #[must_use]
    pub fn name(self) -> String {
        format!("{}—{}", self.from.year(), self.from.year() + 1)
    }
}

/// Residents of the age on the day, by town, and those of them with a dose in the season.
#[must_use]
pub fn in_season(
    columns: &Snapshot,
    (area, on, age): (Area, Date, i64),
    given: &HashSet<ElderId>,
    seen: &dyn Fn(ElderId) -> bool,
) -> BTreeMap<Area, Cover> {
    let under = columns.under(area);
    let gone = flag::DEAD | flag::MOVED | flag::GONE | flag::NOT_RESIDENT;
    let mut towns: BTreeMap<Area, Cover> = BTreeMap::new();
    for row in columns.rows().filter(|row| under[columns.area[*row] as usize] && columns.flags[*row] & gone == 0) {
        let (id, place) = (columns.ids[row], columns.areas[columns.area[row] as usize]);
        let of_age = columns.born[row].date().is_some_and(|born| age_on(born, on) >= age);
        if of_age && seen(id) {
            let cover = towns.entry(place.up_to(Level::Town)).or_default();
            cover.of += 1;
            cover.covered += i64::from(given.contains(&id));
        }
    }
    towns
}
