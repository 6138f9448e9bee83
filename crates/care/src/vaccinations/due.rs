//! Who is due for a vaccine, and the share that is covered, read from the column copy and the doses.

use super::model::Vaccine;
use super::store::Given;
use kernel::area::Level;
use kernel::time::age_on;
use kernel::{Area, Date, ElderId};
use policy::{Decision, Facts, Library, Value};
use registry::elders::columns::{Snapshot, flag};
use std::collections::{BTreeMap, HashMap};

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
