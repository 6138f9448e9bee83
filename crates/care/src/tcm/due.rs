//! Who is due for the year's service, read from the column copy: a county is sorted in a moment.

use kernel::area::Level;
use kernel::time::age_on;
use kernel::{Area, Date, ElderId};
use policy::{Facts, Library, Value};
use registry::elders::columns::{Day, Snapshot, flag};
use std::collections::HashMap;

/// An elder who is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Who.
    pub id: ElderId,
    /// Full years.
    pub age: i64,
    /// The last service.
    pub last: Option<Date>,
    /// Until when; none if it was never done.
    pub by: Option<Date>,
}

/// Whether somebody of this age is due, by the table of the place: due, and until when.
#[must_use]
pub fn ask(library: &Library, place: Area, on: Date, age: i64, last: Option<Date>) -> (bool, Option<Date>) {
    let facts = Facts::new().with("age", age).with("last_done", last.map_or(Value::Nothing, Value::Date));
    let decision = library.decide("tcm_due", place, on, &facts);
    let by = match decision.get("by") {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    };
    (decision.bool("due").unwrap_or_default(), by)
}

/// The elders under the area who are due on the day; those whose service is longest over first, then those who never had
/// one, the oldest at the front.
#[must_use]
pub fn due(columns: &Snapshot, library: &Library, area: Area, on: Date) -> Vec<Due> {
    let under = columns.under(area);
    let gone = flag::DEAD | flag::MOVED | flag::GONE | flag::NOT_RESIDENT;
    // All who are alike get the same answer, so each question is asked once.
    let mut known: HashMap<(Area, i64, Day), (bool, Option<Date>)> = HashMap::new();
    let mut all: Vec<Due> = columns
        .rows()
        .filter(|row| under[columns.area[*row] as usize] && columns.flags[*row] & gone == 0)
        .filter_map(|row| {
            let county = columns.areas[columns.area[row] as usize].up_to(Level::County);
            let (age, last) = (age_on(columns.born[row].date()?, on), columns.tcm_on[row]);
            let answer = known.entry((county, age, last));
            let (due, by) = *answer.or_insert_with(|| ask(library, county, on, age, last.date()));
            due.then_some(Due { id: columns.ids[row], age, last: last.date(), by })
        })
        .collect();
    all.sort_by_key(|one| (one.by.is_none(), one.by, std::cmp::Reverse(one.age), one.id));
    all
}
