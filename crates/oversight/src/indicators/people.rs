//! Counting people: one pass over the column copy for all indicators and all parts of an area at once. Pure.

use super::rules::Rules;
use kernel::Area;
use registry::elders::Chronic;
use registry::elders::columns::record::{NO_LEVEL, month_number, within};
use registry::elders::columns::{Day, Snapshot, flag};

/// What was counted in an area. Kinds are by [`kind`]: urban, rural, not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Residents who have the age.
    pub due: u32,
    /// Of those, whose health was managed this year.
    pub managed: u32,
    /// Of those who have the age, of whom nobody said whether they are residents; they are taken for residents.
    pub resident_unsaid: u32,
    /// Elders who meet the standard, by kind.
    pub standard: [u32; 3],
    /// Of those, who receive the benefit, by kind.
    pub paid: [u32; 3],
}

impl Tally {
    /// These and those.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.due += other.due;
        self.managed += other.managed;
        self.resident_unsaid += other.resident_unsaid;
        for kind in 0..3 {
            self.standard[kind] += other.standard[kind];
            self.paid[kind] += other.paid[kind];
        }
        self
    }
}

/// Place of those who are registered as urban.
pub const URBAN: usize = 0;
/// Place of those who are registered as rural.
pub const RURAL: usize = 1;
/// Place of those of whom nobody said.
pub const UNSAID: usize = 2;

/// Not within the area.
const OUTSIDE: u16 = u16::MAX;

/// For each place in [`Snapshot::areas`] the part of `area` that it lies in; what lies in none of them comes last.
fn parts(s: &Snapshot, area: Area, children: &[Area]) -> Vec<u16> {
    let part = |one: &Area| {
        let child = children.iter().position(|child| child.contains(*one)).unwrap_or(children.len());
        if area.contains(*one) { child as u16 } else { OUTSIDE }
    };
    s.areas.iter().map(part).collect()
}

/// A set of rules as comparisons of small numbers.
struct Sieve {
    on: Day,
    year_from: Day,
    month: u16,
    born_by: Day,
    levels: [u8; 2],
}

impl Sieve {
    fn new(rules: &Rules) -> Self {
        Self {
            on: Day::of(rules.on),
            year_from: Day::of(rules.year_from),
            month: month_number(rules.month),
            born_by: rules.born_by.into(),
            levels: [rules.levels, rules.levels_dementia],
        }
    }

    fn alive(&self, s: &Snapshot, row: usize) -> bool {
        let flags = s.flags[row];
        flags & (flag::GONE | flag::MOVED) == 0 && (flags & flag::DEAD == 0 || s.died[row] > self.on)
    }

    fn meets(&self, s: &Snapshot, row: usize) -> bool {
        let level = s.ltci[row];
        let dementia = usize::from(s.chronic[row] & Chronic::Dementia.bit() != 0);
        let until = s.ltci_until[row];
        let eligible = level != NO_LEVEL && self.levels[dementia].checked_shr(level.into()).is_some_and(|b| b & 1 == 1);
        (eligible && (!until.is_some() || self.on < until))
            || within(s.entitled_from[row], s.entitled_until[row], self.on)
    }

    fn count(&self, s: &Snapshot, row: usize, tally: &mut Tally) {
        let flags = s.flags[row];
        if self.born_by.is_some() && s.born[row] <= self.born_by && flags & flag::NOT_RESIDENT == 0 {
            tally.due += 1;
            tally.managed += u32::from(s.managed_on[row] >= self.year_from && s.managed_on[row] <= self.on);
            tally.resident_unsaid += u32::from(flags & flag::RESIDENT == 0);
        }
        if self.meets(s, row) {
            let kind = kind(flags);
            tally.standard[kind] += 1;
            tally.paid[kind] += u32::from(s.benefit_month[row] >= self.month);
        }
    }
}

fn kind(flags: u16) -> usize {
    match (flags & flag::URBAN != 0, flags & flag::RURAL != 0) {
        (true, _) => URBAN,
        (_, true) => RURAL,
        _ => UNSAID,
    }
}

/// Counts each of the parts, and last what lies in none of them.
#[must_use]
pub fn count(s: &Snapshot, rules: &Rules, area: Area, children: &[Area]) -> Vec<Tally> {
    let (parts, sieve) = (parts(s, area, children), Sieve::new(rules));
    let mut tallies = vec![Tally::default(); children.len() + 1];
    for row in s.rows() {
        let part = parts[s.area[row] as usize];
        if part != OUTSIDE && sieve.alive(s, row) {
            sieve.count(s, row, &mut tallies[usize::from(part)]);
        }
    }
    tallies
}

/// The last month, not after `latest`, in which anybody of the area received a benefit.
#[must_use]
pub fn last_benefit(s: &Snapshot, area: Area, latest: kernel::Month) -> Option<kernel::Month> {
    let (under, latest) = (s.under(area), month_number(latest));
    let months = s.rows().filter(|row| s.benefit_month[*row] <= latest && under[s.area[*row] as usize]);
    let last = months.map(|row| s.benefit_month[row]).max().filter(|month| *month > 0)?;
    let (year, month) = (1900 + i32::from(last - 1) / 12, u32::from(last - 1) % 12 + 1);
    kernel::Date::from_ymd_opt(year, month, 1).map(kernel::Month::of)
}
