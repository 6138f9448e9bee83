//! Elders who have no contract, those who come first at the front. Read from the column copy: a city is sorted in a moment.

use super::model::priority_facts;
use kernel::area::Level;
use kernel::{Area, Date, ElderId};
use policy::Library;
use registry::elders::columns::record::within;
use registry::elders::columns::{Day, Snapshot, flag};
use registry::elders::{Chronic, facts};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the priority of an elder depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    /// Full years.
    pub age: i64,
    /// Disability level in effect, 0 without one.
    pub level: i64,
    /// 重病
    pub seriously_ill: bool,
    /// 计划生育特殊家庭
    pub special_family: bool,
    /// 残疾
    pub handicapped: bool,
    /// Bits of `Chronic::bit`.
    pub chronic: u16,
}

/// What the rule answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Whether the elder comes first.
    pub first: bool,
    /// Why: words of the policy's list `priority reason`.
    pub reasons: Vec<String>,
}

/// Asks the rule once for all elders who are alike.
pub struct Priorities<'l> {
    library: &'l Library,
    on: Date,
    known: HashMap<(Area, Person), Arc<Answer>>,
}

impl<'l> Priorities<'l> {
    /// Nothing asked yet.
    #[must_use]
    pub fn new(library: &'l Library, on: Date) -> Self {
        Self { library, on, known: HashMap::new() }
    }

    /// The priority of such a person in a county.
    pub fn of(&mut self, county: Area, person: Person) -> Arc<Answer> {
        let (library, on) = (self.library, self.on);
        self.known.entry((county, person)).or_insert_with(|| Arc::new(ask(library, county, on, person))).clone()
    }
}

fn ask(library: &Library, county: Area, on: Date, p: Person) -> Answer {
    let chronic = Chronic::ALL.iter().filter(|one| p.chronic & one.bit() != 0).map(|one| one.code().to_owned());
    let facts = priority_facts(p.age, Some(p.level), chronic.collect())
        .with("seriously_ill", p.seriously_ill)
        .with("special_family", p.special_family)
        .with("handicapped", p.handicapped);
    let decision = library.decide("family_doctor_priority", county, on, &facts);
    Answer {
        first: decision.bool("priority").unwrap_or_default(),
        reasons: decision.set("reasons").into_iter().flatten().cloned().collect(),
    }
}

/// An elder without a contract.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub id: ElderId,
    /// Full years.
    pub age: i64,
    /// What the rule says.
    pub answer: Arc<Answer>,
}

/// Elders under the area who have reached the age of contracts and have none, but for those who rest: the ones who come
/// first at the front, those with most reasons before, then the oldest.
#[must_use]
pub fn candidates(
    columns: &Snapshot,
    library: &Library,
    area: Area,
    on: Date,
    resting: &HashSet<ElderId>,
) -> Vec<Candidate> {
    let (under, today) = (columns.under(area), Day::of(on));
    let ages: Vec<Option<i64>> = columns
        .areas
        .iter()
        .map(|place| library.parameter("contract_age", *place, on).map(|parameter| parameter.value))
        .collect();
    let mut priorities = Priorities::new(library, on);
    let mut all: Vec<Candidate> = columns
        .rows()
        .filter(|row| under[columns.area[*row] as usize] && unsigned(columns, *row, today))
        .filter_map(|row| {
            let place = columns.area[row] as usize;
            let person = person(columns, row, on, today)?;
            if person.age < ages[place]? || resting.contains(&columns.ids[row]) {
                return None;
            }
            let answer = priorities.of(columns.areas[place].up_to(Level::County), person);
            Some(Candidate { id: columns.ids[row], age: person.age, answer })
        })
        .collect();
    all.sort_by_cached_key(|c| (!c.answer.first, Reverse(c.answer.reasons.len()), Reverse(c.age), c.id));
    all
}

fn unsigned(columns: &Snapshot, row: usize, today: Day) -> bool {
    let gone = flag::DEAD | flag::MOVED | flag::GONE | flag::NOT_RESIDENT;
    columns.flags[row] & gone == 0 && !within(columns.contract_from[row], columns.contract_until[row], today)
}

fn person(columns: &Snapshot, row: usize, on: Date, today: Day) -> Option<Person> {
    let level = |level: u8, until: Day| {
        let held = level != registry::elders::columns::record::NO_LEVEL
            && facts::in_effect(None, until.date(), today.date().unwrap_or(on));
        if held { i64::from(level) } else { 0 }
    };
    let ability = level(columns.ability[row], columns.ability_until[row]);
    Some(Person {
        age: kernel::time::age_on(columns.born[row].date()?, on),
        level: ability.max(level(columns.ltci[row], columns.ltci_until[row])),
        seriously_ill: columns.flags[row] & flag::SERIOUSLY_ILL != 0,
        special_family: columns.flags[row] & flag::SPECIAL_FAMILY != 0,
        handicapped: columns.flags[row] & flag::HANDICAPPED != 0,
        chronic: columns.chronic[row],
    })
}
