//! Assessment scales as data: items with their options or measures, bands, levels, adjustments, findings, cases.

use crate::document::Status;
use crate::scale_finding::{Finding, Profile};
use crate::scale_item::Item;
pub(crate) use crate::scale_read::read;
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
    /// Doubts about its reading, and how it was read.
    pub unclear: Vec<String>,
    /// What its result may be used for.
    pub purpose: Purpose,
    /// Whose the wording is, and so what may be printed.
    pub licence: Licence,
    /// Which end of the points is the good one.
    pub direction: Direction,
    /// The parts that items belong to.
    pub domains: Vec<Domain>,
    /// What is asked, in the order of the form.
    pub items: Vec<Item>,
    /// What is asked beside the items and may change the level.
    pub flags: Vec<Flag>,
    /// The levels, best first; none where only findings come out.
    pub levels: Vec<Level>,
    /// For scales that combine bands: level by (row: band of the row domain) and (column: worst band of the others).
    pub matrix: Option<Matrix>,
    /// What changes the level after the points, in this order.
    pub adjust: Vec<Adjust>,
    /// How many adjustments may raise the level.
    pub raise_at_most: usize,
    /// The questions that a person answers before applying.
    pub self_screen: Option<SelfScreen>,
    /// Further results beside the level, or instead of one.
    pub findings: Vec<Finding>,
    /// How the findings are read together.
    pub profile: Option<Profile>,
    /// Answers that somebody must be told of at once.
    pub alerts: Vec<Alert>,
    pub(crate) cases: Vec<Case>,
}

/// What the result of a scale may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The elder's level of ability, in a procedure with assessors, notice and objection.
    Ability,
    /// The level of disability for the care insurance, in such a procedure.
    CareInsurance,
    /// Finding out what to look at or to do next; decides nothing that an elder is entitled to.
    Screening,
    /// Grading an institution, not a person.
    Institution,
}

impl Purpose {
    /// Its name on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ability => "老年人能力评定",
            Self::CareInsurance => "长护险失能等级评定",
            Self::Screening => "筛查与随访",
            Self::Institution => "机构评定",
        }
    }

    /// Whether its result is decided in a procedure and stands in the elder's facts.
    #[must_use]
    pub const fn formal(self) -> bool {
        matches!(self, Self::Ability | Self::CareInsurance)
    }
}

/// Whose the wording of the items is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// A form or standard of the authorities: its words may be used.
    Official,
    /// The words are free for all, at most with an acknowledgement.
    Free,
    /// The words are protected: points, cut-offs and short labels of our own only.
    Own,
}

impl Wording {
    /// Its name on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Official => "政府文本",
            Self::Free => "可自由使用",
            Self::Own => "自拟短标签",
        }
    }
}

/// The rule for a scale's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Whose they are.
    pub wording: Wording,
    /// The holder, the acknowledgement that is asked for, what is left out.
    pub note: String,
}

/// Which end of the points is the good one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More points are better.
    #[default]
    Higher,
    /// Fewer points are better.
    Lower,
    /// Neither: options stay in the order of the file.
    None,
}

/// How the items of a part make its points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// All together.
    #[default]
    Sum,
    /// The item with most points alone (`营养状况取最差的一行`).
    Greatest,
}

/// An answer that somebody must be told of at once, whatever the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// The item.
    pub item: String,
    /// Least points of it.
    pub at_least: i64,
    /// What is said.
    pub text: String,
}

/// A part of a scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// `ADL`, `B1` …
    pub code: String,
    /// Its name.
    pub name: String,
    /// Least points that can be had in it.
    #[serde(default)]
    pub min: i64,
    /// Most points that can be had in it.
    pub max: i64,
    /// How its items make its points.
    #[serde(default)]
    pub take: Take,
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
    /// The names of the answers from 0 on, where they are neither yes and no nor a number.
    #[serde(default)]
    pub answers: Vec<String>,
}

/// A level that can come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its number in the scale, 0 the best.
    pub code: i64,
    /// Its name.
    pub name: String,
    /// Least total points; none where a matrix decides or only an adjustment leads here.
    pub min: Option<i64>,
    /// Most total points; none as above, and where `floor_bp` is used.
    pub max: Option<i64>,
    /// Least share, in basis points, of the most points that *every* part must reach. Scales with it give the first level
    /// whose `min` and `floor_bp` both hold.
    pub floor_bp: Option<i64>,
    /// What is to be done at this level.
    pub advice: Option<String>,
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
    /// The flag it looks at; none where it looks at the items.
    pub flag: Option<String>,
    /// Least answer to the flag, or least points of any single item, for it to apply.
    pub at_least: i64,
    /// Whether any single item with so many points makes it apply.
    #[serde(default)]
    pub any_item: bool,
    /// The level it sets, if it sets one.
    pub set: Option<i64>,
    /// By how many levels it raises, if it raises.
    pub raise: Option<i64>,
    /// The level that it lifts to, if the level is a better one.
    pub lift_to: Option<i64>,
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

/// A case of a scale: answers, points or flags, and what must come out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// With `answers` what must come out, without them what is spread over the items.
    pub total: Option<i64>,
    /// Points by domain that are spread over its items.
    #[serde(default)]
    pub domains: BTreeMap<String, i64>,
    /// Answers by item; the others have the best one.
    #[serde(default)]
    pub answers: BTreeMap<String, i64>,
    #[serde(default)]
    pub flags: BTreeMap<String, i64>,
    pub base: Option<i64>,
    pub level: Option<i64>,
    /// Verdicts by finding.
    #[serde(default)]
    pub findings: BTreeMap<String, String>,
    /// The findings that come first.
    pub main: Option<Vec<String>>,
    /// How many doubts are left to a person.
    pub doubts: Option<usize>,
    /// How many alerts there are.
    pub alerts: Option<usize>,
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

    /// The level of so many points in all, before any adjustment. None where a matrix or the parts decide.
    #[must_use]
    pub fn level_of(&self, total: i64) -> Option<&Level> {
        let within =
            |level: &&Level| level.min.is_some_and(|min| min <= total) && level.max.is_some_and(|max| total <= max);
        self.levels.iter().find(within)
    }

    /// Most points that can be had.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.domains.iter().map(|domain| domain.max).sum()
    }

    /// Least points that can be had.
    #[must_use]
    pub fn min(&self) -> i64 {
        self.domains.iter().map(|domain| domain.min).sum()
    }

    /// Why it is not verified, if it is not.
    #[must_use]
    pub fn unverified(&self) -> Option<&str> {
        match &self.status {
            Status::Unverified { why } => Some(why),
            Status::Verified => None,
        }
    }

    /// The scale in a line: what it is for, whether it was checked, whose its words are, where it comes from.
    pub(crate) fn line(&self) -> String {
        let doubt = if self.open_figures().is_empty() { "已互校" } else { "未经核实" };
        format!(
            "`{}` {}（{}）：{}，{} 项，案例 {} 个，{doubt}；文字：{}（{}）；出处：{}",
            self.id,
            self.name,
            self.version,
            self.purpose.title(),
            self.items.len(),
            self.cases.len(),
            self.licence.wording.title(),
            self.licence.note,
            self.source
        )
    }

    /// Whether its levels ask something of every part.
    pub(crate) fn floors(&self) -> bool {
        self.levels.iter().any(|level| level.floor_bp.is_some())
    }

    pub(crate) fn items_of<'a>(&'a self, domain: &'a str) -> impl Iterator<Item = &'a Item> + 'a {
        self.items.iter().filter(move |item| item.domain == domain)
    }
}

impl crate::Library {
    /// Doubts about the reading of scales: file, doubt.
    pub(crate) fn scale_doubts(&self) -> impl Iterator<Item = (String, String)> {
        self.scales()
            .flat_map(|scale| scale.unclear.iter().map(|doubt| (format!("scales/{}.toml", scale.id), doubt.clone())))
    }
}
