//! Sums over the results: by area, by the rows that answered, and how two documents differ.

use super::{Outcomes, Program};
use std::collections::BTreeMap;

/// How many people, and what comes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// People.
    pub people: usize,
    /// Those of them for whom there is a value.
    pub with_value: usize,
    /// Their numbers added: fen, where the output is an amount.
    pub sum: i128,
}

impl Tally {
    fn add(&mut self, value: Option<i64>) {
        self.people += 1;
        self.with_value += usize::from(value.is_some());
        self.sum += i128::from(value.unwrap_or(0));
    }
}

impl Outcomes {
    /// Everybody together.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.by_code().into_iter().fold(Tally::default(), |all, one| Tally {
            people: all.people + one.people,
            with_value: all.with_value + one.with_value,
            sum: all.sum + one.sum,
        })
    }

    /// By what answered, in the order of [`Program::codes`]: by row, or by rows where several answer together.
    #[must_use]
    pub fn by_code(&self) -> Vec<Tally> {
        let mut all = vec![Tally::default(); self.has.len()];
        for (value, code) in self.values.iter().zip(&self.codes) {
            let tally = &mut all[usize::from(*code)];
            tally.people += 1;
            tally.sum += i128::from(*value);
        }
        for (tally, has) in all.iter_mut().zip(&self.has) {
            tally.with_value = if *has { tally.people } else { 0 };
        }
        all
    }

    /// By area: `areas` has the place of each person's area in a list of so many. People whose area is none of them are
    /// left out.
    #[must_use]
    pub fn by_area(&self, areas: &[u16], many: usize) -> Vec<Tally> {
        let mut all = vec![Tally::default(); many];
        for (row, area) in areas.iter().enumerate().take(self.values.len()) {
            if let Some(tally) = all.get_mut(usize::from(*area)) {
                tally.add(self.value(row));
            }
        }
        all
    }
}

/// How a group of people fares under two documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// People.
    pub people: usize,
    /// Those who get more under the second; where there is no value it counts as nothing.
    pub more: usize,
    /// Those who get less.
    pub less: usize,
    /// Those with a value under the first only.
    pub lost: usize,
    /// Those with a value under the second only.
    pub gained: usize,
    /// The numbers of the first added.
    pub before: i128,
    /// The numbers of the second added.
    pub after: i128,
}

impl Change {
    fn add(&mut self, before: Option<i64>, after: Option<i64>) {
        self.people += 1;
        self.lost += usize::from(before.is_some() && after.is_none());
        self.gained += usize::from(before.is_none() && after.is_some());
        let (before, after) = (before.unwrap_or(0), after.unwrap_or(0));
        self.more += usize::from(after > before);
        self.less += usize::from(after < before);
        self.before += i128::from(before);
        self.after += i128::from(after);
    }

    /// What the second costs more than the first.
    #[must_use]
    pub const fn difference(&self) -> i128 {
        self.after - self.before
    }
}

/// The difference between two runs over the same people.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Everybody.
    pub whole: Change,
    /// By the place of the area in the list of areas.
    pub by_area: Vec<Change>,
    /// By what answered: the places in the codes of the first program and of the second.
    pub by_code: BTreeMap<(u16, u16), Change>,
}

/// Compares two runs over the same people; `areas` as in [`Outcomes::by_area`].
///
/// # Errors
/// When the runs or the areas are not of the same people.
pub fn compare(before: &Outcomes, after: &Outcomes, areas: &[u16], many: usize) -> Result<Difference, String> {
    if before.values.len() != after.values.len() || before.values.len() != areas.len() {
        return Err("两次计算的人数不同，不能比较".into());
    }
    let mut all = Difference { by_area: vec![Change::default(); many], ..Difference::default() };
    for (row, area) in areas.iter().enumerate() {
        let (one, other) = (before.value(row), after.value(row));
        all.whole.add(one, other);
        if let Some(change) = all.by_area.get_mut(usize::from(*area)) {
            change.add(one, other);
        }
        all.by_code.entry((before.codes[row], after.codes[row])).or_default().add(one, other);
    }
    Ok(all)
}

impl Program {
    /// By code: whether the output has a value.
    pub(super) fn has(&self) -> Vec<bool> {
        use super::program::{Code, Given};
        let Some(stage) = self.stages.last() else { return vec![] };
        let given = stage.wanted.first().map_or(&[][..], |wanted| &wanted.given);
        let has = |at: usize| match given.get(at) {
            Some(given) => !matches!(given, Given::Nothing),
            None => matches!(stage.codes[at], Code::Rows(_)),
        };
        (0..stage.codes.len()).map(has).collect()
    }
}
