//! Assessment scales as data: items with their options, bands, levels, adjustments, cases.

use crate::document::Status;
use crate::error::Mistake;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A scale: what is asked, and how the answers become a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scale {
    /// Its id: `gbt42195`.
    pub id: String,
    /// Its title.
    pub name: String,
    /// Number and year of the standard.
    pub version: String,
    /// Where the items and cut-offs come from.
    pub source: String,
    /// Whether they have been checked.
    pub status: Status,
    /// The parts that items belong to.
    pub domains: Vec<Domain>,
    /// What is asked, in the order of the form.
    pub items: Vec<Item>,
    /// What is asked beside the items and may change the level.
    pub flags: Vec<Flag>,
    /// The levels, best first.
    pub levels: Vec<Level>,
    /// For scales that combine bands: level by (row: band of the row domain) and (column: worst band of the others).
    pub matrix: Option<Matrix>,
    /// What changes the level after the points, in this order.
    pub adjust: Vec<Adjust>,
    /// How many adjustments may raise the level.
    pub raise_at_most: usize,
    /// The questions that a person answers before applying.
    pub self_screen: Option<SelfScreen>,
    pub(crate) cases: Vec<Case>,
}

/// A part of a scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// `ADL`, `B1` …
    pub code: String,
    /// Its name.
    pub name: String,
    /// Most points that can be had in it.
    pub max: i64,
    /// Bands of its points, best first; none where only the total counts.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// From–to of points, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its name: `轻度受损`.
    pub name: String,
    /// Least points.
    pub min: i64,
    /// Most points.
    pub max: i64,
}

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
    /// Points and text of each possible answer, best first.
    pub options: Vec<(i64, String)>,
}

/// A fact asked beside the items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// `coma` …
    pub code: String,
    /// The question.
    pub text: String,
    /// Greatest answer: 1 for yes or no (1, 0), more for a number of times.
    pub max: i64,
}

/// A level that can come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its number in the scale, 0 the best.
    pub code: i64,
    /// Its name.
    pub name: String,
    /// Least total points; none where a matrix decides.
    pub min: Option<i64>,
    /// Most total points; none where a matrix decides.
    pub max: Option<i64>,
}

/// A table of levels by bands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The domain whose band is the row.
    pub row: String,
    /// The domains of which the worst band is the column.
    pub columns: Vec<String>,
    /// Level codes, best band first.
    pub levels: Vec<Vec<i64>>,
    /// Why the table is not verified, if it is not.
    pub unverified: Option<String>,
}

/// A rule that changes the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    /// The flag it looks at.
    pub flag: String,
    /// Least answer for it to apply.
    pub at_least: i64,
    /// The level it sets, if it sets one.
    pub set: Option<i64>,
    /// By how many levels it raises, if it raises.
    pub raise: Option<i64>,
    /// The rule in a line.
    pub text: String,
    /// Where it stands in the standard.
    pub rule: String,
    /// The item and points that one expects with it; others are a doubt for the reviewer.
    pub expects: Option<(String, i64)>,
}

/// The questions that a person answers before applying, and the grade that comes of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfScreen {
    /// Questions of class a.
    pub class_a: Vec<String>,
    /// Questions of class b.
    pub class_b: Vec<String>,
    /// The three answers, the last one counts.
    pub answers: Vec<String>,
    /// Grade by the number of a-questions (row) and b-questions (column) answered with the last answer.
    pub grades: Vec<Vec<String>>,
    /// The grades with which one may apply.
    pub may_apply: Vec<String>,
    /// Where the table comes from.
    pub source: String,
}

impl SelfScreen {
    /// The grade for so many dependent answers of either class.
    #[must_use]
    pub fn grade(&self, a: usize, b: usize) -> Option<&str> {
        self.grades.get(a)?.get(b).map(String::as_str)
    }

    /// Whether one may apply with these answers.
    #[must_use]
    pub fn may_apply(&self, a: usize, b: usize) -> Option<bool> {
        self.grade(a, b).map(|grade| self.may_apply.iter().any(|g| g == grade))
    }
}

/// A case of a scale: points and flags, and the level that must come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub total: Option<i64>,
    #[serde(default)]
    pub domains: BTreeMap<String, i64>,
    #[serde(default)]
    pub flags: BTreeMap<String, i64>,
    pub base: Option<i64>,
    pub level: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    name: String,
    version: String,
    source: String,
    unverified: Option<String>,
    domain: Vec<Domain>,
    #[serde(default)]
    option_set: BTreeMap<String, Vec<(i64, String)>>,
    item: Vec<RawItem>,
    #[serde(default)]
    flag: Vec<Flag>,
    level: Vec<Level>,
    matrix: Option<Matrix>,
    #[serde(default)]
    adjust: Vec<Adjust>,
    raise_at_most: Option<usize>,
    self_screen: Option<SelfScreen>,
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    code: String,
    domain: String,
    name: String,
    #[serde(default)]
    guide: String,
    #[serde(default)]
    options: Vec<(i64, String)>,
    option_set: Option<String>,
}

/// Reads and proves a scale.
pub(crate) fn read(file: &str, text: &str) -> Result<Scale, Vec<Mistake>> {
    let raw: File = toml::from_str(text).map_err(|e| vec![crate::document::not_toml(file, &e)])?;
    let mut items = vec![];
    for item in raw.item {
        let shared = item.option_set.as_ref().and_then(|name| raw.option_set.get(name)).cloned();
        let mut options = shared.unwrap_or(item.options);
        options.sort_by_key(|(points, _)| -points);
        items.push(Item { code: item.code, domain: item.domain, name: item.name, guide: item.guide, options });
    }
    let scale = Scale {
        id: raw.id,
        name: raw.name,
        version: raw.version,
        source: raw.source,
        status: raw.unverified.map_or(Status::Verified, |why| Status::Unverified { why }),
        domains: raw.domain,
        items,
        flags: raw.flag,
        levels: raw.level,
        matrix: raw.matrix,
        adjust: raw.adjust,
        raise_at_most: raw.raise_at_most.unwrap_or(usize::MAX),
        self_screen: raw.self_screen,
        cases: raw.case,
    };
    let mistakes = crate::scale_check::check(file, &scale);
    if mistakes.is_empty() { Ok(scale) } else { Err(mistakes) }
}

impl Scale {
    /// The item of that code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The level of that number.
    #[must_use]
    pub fn level(&self, code: i64) -> Option<&Level> {
        self.levels.iter().find(|level| level.code == code)
    }

    /// Most points that can be had.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.domains.iter().map(|domain| domain.max).sum()
    }

    pub(crate) fn items_of<'a>(&'a self, domain: &'a str) -> impl Iterator<Item = &'a Item> + 'a {
        self.items.iter().filter(move |item| item.domain == domain)
    }
}
