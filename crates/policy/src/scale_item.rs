//! A question of a scale, and the points that its answer gives.

use crate::scale::Scale;
use crate::score::Answers;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A question of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `B1.1`, `ADL1` …
    pub code: String,
    /// The domain it belongs to.
    pub domain: String,
    /// What is looked at: `进食`.
    pub name: String,
    /// How it is looked at.
    pub guide: String,
    /// Answer and text of each option, best first. The answer is its points unless `tables` says otherwise. Empty where a
    /// number is measured.
    pub options: Vec<(i64, String)>,
    /// The number that is measured instead of a choice.
    pub measure: Option<Measure>,
    /// Points by answer; none where the answer is the points.
    pub tables: Vec<PointTable>,
    /// The item that this one stands in for: exactly one of the two is answered.
    pub instead_of: Option<String>,
}

/// A measured number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Least number taken; keeps out slips of the pen.
    pub min: i64,
    /// Greatest number taken.
    pub max: i64,
    /// Of what: `次/分`, `0.1 ℃`.
    pub unit: String,
}

/// Points by answer, under conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointTable {
    /// Answers of other items or flags that it needs, by code; none for always.
    #[serde(default)]
    pub when: BTreeMap<String, i64>,
    /// From, to (both included), points.
    pub ranges: Vec<(i64, i64, i64)>,
}

impl PointTable {
    /// The points of an answer.
    #[must_use]
    pub fn points(&self, answer: i64) -> Option<i64> {
        self.ranges.iter().find(|(from, to, _)| (*from..=*to).contains(&answer)).map(|(_, _, points)| *points)
    }

    pub(crate) fn holds(&self, answers: &Answers) -> bool {
        holds(&self.when, answers)
    }
}

/// Whether all the answers are as the condition says.
pub(crate) fn holds(when: &BTreeMap<String, i64>, answers: &Answers) -> bool {
    when.iter().all(|(code, wanted)| answers.of(code) == Some(*wanted))
}

impl Answers {
    /// The answer to an item or a flag.
    #[must_use]
    pub fn of(&self, code: &str) -> Option<i64> {
        self.items.get(code).or_else(|| self.flags.get(code)).copied()
    }
}

impl Item {
    /// Whether this answer can be given.
    #[must_use]
    pub fn accepts(&self, answer: i64) -> bool {
        match &self.measure {
            Some(measure) => (measure.min..=measure.max).contains(&answer),
            None => self.options.iter().any(|(one, _)| *one == answer),
        }
    }

    /// What an answer means: the words of the option, or the number with its unit.
    #[must_use]
    pub fn text(&self, answer: i64) -> String {
        match &self.measure {
            Some(measure) => format!("{answer} {}", measure.unit),
            None => {
                self.options.iter().find(|(one, _)| *one == answer).map_or_else(String::new, |(_, text)| text.clone())
            }
        }
    }

    /// Every answer that can be given.
    pub(crate) fn all(&self) -> Vec<i64> {
        match &self.measure {
            Some(measure) => (measure.min..=measure.max).collect(),
            None => self.options.iter().map(|(answer, _)| *answer).collect(),
        }
    }

    /// Points of an answer beside the other answers; none where it is no answer or a condition is not answered.
    #[must_use]
    pub fn points(&self, answer: i64, answers: &Answers) -> Option<i64> {
        match self.tables.iter().find(|table| table.holds(answers)) {
            _ if !self.accepts(answer) => None,
            Some(table) => table.points(answer),
            None => self.tables.is_empty().then_some(answer),
        }
    }

    /// Every number of points that it can give.
    pub(crate) fn reachable(&self) -> BTreeSet<i64> {
        if self.tables.is_empty() {
            return self.all().into_iter().collect();
        }
        let ranges = self.tables.iter().flat_map(|table| &table.ranges);
        ranges.map(|(_, _, points)| *points).collect()
    }
}

impl Scale {
    /// Points that an item has by these answers; none where it is not answered.
    #[must_use]
    pub fn item_points(&self, code: &str, answers: &Answers) -> Option<i64> {
        self.item(code)?.points(*answers.items.get(code)?, answers)
    }

    /// The items in groups of which exactly one item is answered: mostly groups of one.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Vec<&Item>> {
        let first = self.items.iter().filter(|item| item.instead_of.is_none());
        first.map(|item| {
            let others = self.items.iter().filter(|other| other.instead_of.as_ref() == Some(&item.code));
            std::iter::once(item).chain(others).collect()
        })
    }
}
