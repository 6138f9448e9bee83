//! From answers to a level, with the way it came about.

use crate::scale::{Adjust, Band, Domain, Level, Scale, Take};
use crate::scale_finding::Found;
use crate::scale_item::Item;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The answers of one assessor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Answers by item code: points, or the number that was measured.
    pub items: BTreeMap<String, i64>,
    /// What was asked beside the items, by flag code: a number of times, or 1 for yes and 0 for no.
    #[serde(default)]
    pub flags: BTreeMap<String, i64>,
}

/// A question that has no usable answer. A partial form is never scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// Code of the item or flag.
    pub code: String,
    /// What is asked.
    pub name: String,
    /// The answer that was given although it is no option; none if there is no answer.
    pub given: Option<i64>,
    /// What else is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.given {
            _ if self.why.is_some() => write!(f, "{} {} {}", self.code, self.name, self.why.as_deref().unwrap_or("")),
            None => write!(f, "{} {} 尚未作答", self.code, self.name),
            Some(given) => write!(f, "{} {} 没有 {given} 这个选项", self.code, self.name),
        }
    }
}

/// A level, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scored {
    /// Id of the scale.
    pub scale: String,
    /// Version of the scale.
    pub version: String,
    /// All points together.
    pub total: i64,
    /// Most points that can be had.
    pub max: i64,
    /// Points of each domain.
    pub domains: Vec<DomainScore>,
    /// The level by points alone.
    pub base_level: i64,
    /// The level.
    pub level: i64,
    /// Its name.
    pub level_name: String,
    /// How it came about, step by step.
    pub steps: Vec<Step>,
    /// What does not fit together and is for the reviewer to look at.
    pub doubts: Vec<String>,
    /// Why cut-offs or tables used here are not verified, each once.
    pub unverified: Vec<String>,
    /// Further results; where a scale has no levels, the level is 0 and its name says what was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Found>,
    /// What somebody must be told of at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
}

/// Points of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainScore {
    /// Code of the domain.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Points.
    pub score: i64,
    /// Most points.
    pub max: i64,
    /// The band they lie in, where the scale has bands.
    pub band: Option<String>,
}

/// One step on the way to the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was done, for people.
    pub text: String,
    /// By which rule.
    pub rule: String,
}

impl Scale {
    /// Scores a complete form.
    ///
    /// # Errors
    /// Every question without an answer, or with one that is no option; codes that the scale does not have.
    pub fn score(&self, answers: &Answers) -> Result<Scored, Vec<Unanswered>> {
        let wrong = self.unanswered(answers);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut scored = self.points(answers);
        if !self.levels.is_empty() {
            self.level_by(answers, &mut scored);
        }
        self.find(answers, &mut scored);
        let points = |item: &String| self.item_points(item, answers).unwrap_or_default();
        let alerts = self.alerts.iter().filter(|alert| points(&alert.item) >= alert.at_least);
        scored.alerts = alerts.map(|alert| alert.text.clone()).collect();
        Ok(scored)
    }

    fn level_by(&self, answers: &Answers, scored: &mut Scored) {
        scored.base_level = self.base(scored);
        scored.level = scored.base_level;
        self.adjusted(answers, scored);
        let level = self.level(scored.level);
        scored.level_name = level.map_or_else(String::new, |level| level.name.clone());
        let text = format!("评估等级：{} 级 {}", scored.level, scored.level_name);
        scored.steps.push(Step { text, rule: self.version.clone() });
        let advice = level.and_then(|level| level.advice.as_ref()).map(|advice| format!("处置：{advice}"));
        scored.steps.extend(advice.map(|text| Step { text, rule: self.version.clone() }));
    }

    /// The questions that still have no usable answer, in the order of the form.
    #[must_use]
    pub fn unanswered(&self, answers: &Answers) -> Vec<Unanswered> {
        let mut wrong: Vec<Unanswered> = self.items.iter().filter_map(|item| self.open(item, answers)).collect();
        let of = |code: &str, name: &str, given| Unanswered { code: code.into(), name: name.into(), given, why: None };
        for flag in &self.flags {
            let given = answers.flags.get(&flag.code).copied();
            if !given.is_some_and(|given| (0..=flag.max).contains(&given)) {
                wrong.push(of(&flag.code, &flag.text, given));
            }
        }
        let items = answers.items.iter().filter(|(code, _)| self.item(code).is_none());
        let flags = answers.flags.iter().filter(|(code, _)| self.flags.iter().all(|flag| flag.code != **code));
        wrong.extend(items.chain(flags).map(|(code, given)| of(code, "（量表中没有这一项）", Some(*given))));
        wrong
    }

    /// What is still wrong with the answer to an item, looking also at the items that stand in for it.
    fn open(&self, item: &Item, answers: &Answers) -> Option<Unanswered> {
        let given = answers.items.get(&item.code).copied();
        let note = |name: String, why: Option<String>| Some(Unanswered { code: item.code.clone(), name, given, why });
        let Some(answer) = given else {
            let others: Vec<&Item> =
                self.items.iter().filter(|other| other.instead_of.as_ref() == Some(&item.code)).collect();
            let answered = others.iter().any(|other| answers.items.contains_key(&other.code));
            let names = others.iter().map(|other| format!("（或{}）", other.name)).collect::<String>();
            let open = item.instead_of.is_none() && !answered;
            return if open { note(format!("{}{names}", item.name), None) } else { None };
        };
        if let Some(main) = item.instead_of.as_ref().filter(|main| answers.items.contains_key(*main)) {
            return note(item.name.clone(), Some(format!("与 {main} 只答一项，请删去其中一项")));
        }
        match &item.measure {
            _ if item.accepts(answer) => None,
            Some(m) => {
                let why = format!("填的是 {answer}，应在 {} 至 {} {} 之间", m.min, m.max, m.unit);
                note(item.name.clone(), Some(why))
            }
            None => note(item.name.clone(), None),
        }
    }

    fn points(&self, answers: &Answers) -> Scored {
        let mut steps = vec![];
        let mut domains = vec![];
        for domain in &self.domains {
            let (parts, score) = self.part(domain, answers);
            let band = band(domain, score).map(|band| band.name.clone());
            let place = band.as_ref().map_or_else(String::new, |band| format!("，属“{band}”"));
            let how = if domain.take == Take::Greatest { "取最高" } else { "合计" };
            let text = format!("{}：{}，{how} {score} 分（满分 {}）{place}", domain.name, parts.join("，"), domain.max);
            steps.push(Step { text, rule: format!("{} {}", self.version, domain.code) });
            domains.push(DomainScore {
                code: domain.code.clone(),
                name: domain.name.clone(),
                score,
                max: domain.max,
                band,
            });
        }
        Scored {
            scale: self.id.clone(),
            version: self.version.clone(),
            total: domains.iter().map(|domain| domain.score).sum(),
            max: self.max(),
            domains,
            base_level: 0,
            level: 0,
            level_name: String::new(),
            steps,
            doubts: vec![],
            unverified: self.open_figures(),
            findings: vec![],
            alerts: vec![],
        }
    }

    /// The items of a part in words, and its points.
    fn part(&self, domain: &Domain, answers: &Answers) -> (Vec<String>, i64) {
        let mut parts = vec![];
        let mut points = vec![];
        for item in self.items_of(&domain.code) {
            let Some(answer) = answers.items.get(&item.code) else { continue };
            let given = item.points(*answer, answers).unwrap_or_default();
            let shown = if item.tables.is_empty() { String::new() } else { format!("{}，计 ", item.text(*answer)) };
            parts.push(format!("{} {shown}{given}", item.name));
            points.push(given);
        }
        let score = match domain.take {
            Take::Sum => points.iter().sum(),
            Take::Greatest => points.iter().copied().max().unwrap_or_default(),
        };
        (parts, score)
    }

    /// Why cut-offs or tables of it are not verified, each once.
    #[must_use]
    pub fn open_figures(&self) -> Vec<String> {
        let scale = self.unverified().map(str::to_owned);
        scale.into_iter().chain(self.matrix.as_ref().and_then(|matrix| matrix.unverified.clone())).collect()
    }

    /// The level by points alone.
    fn base(&self, scored: &mut Scored) -> i64 {
        let (level, text) = match &self.matrix {
            Some(matrix) => {
                let at = |code: &String| self.band_at(code, scored);
                let (row, column) = (at(&matrix.row), matrix.columns.iter().map(at).max().unwrap_or_default());
                let level = matrix.levels.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default();
                (level, self.matrix_text(matrix, (row, column), level))
            }
            None if self.floors() => self.by_floors(scored),
            None => {
                let level = self.level_of(scored.total);
                let text = level.map_or_else(String::new, |level| self.total_text(level, scored.total));
                (level.map_or(0, |level| level.code), text)
            }
        };
        scored.steps.push(Step { text, rule: self.version.clone() });
        level
    }

    /// The first level whose total and share of every part are reached.
    fn by_floors(&self, scored: &Scored) -> (i64, String) {
        let share = |bp: i64| scored.domains.iter().all(|part| part.score * 10_000 >= bp * part.max);
        let fits =
            |level: &&Level| scored.total >= level.min.unwrap_or_default() && share(level.floor_bp.unwrap_or_default());
        let Some(level) = self.levels.iter().find(fits) else { return (0, String::new()) };
        let (min, floor) = (level.min.unwrap_or_default(), kernel::Bp(level.floor_bp.unwrap_or_default()));
        let text =
            format!("总分 {} 分，不少于 {min} 分，且各部分均不低于其满分的 {floor}：{}", scored.total, level.name);
        (level.code, text)
    }

    fn total_text(&self, level: &Level, total: i64) -> String {
        let (min, max) = (level.min.unwrap_or_default(), level.max.unwrap_or_default());
        format!("总分 {total} 分，在 {min} 至 {max} 分之间，初步等级 {} 级 {}", level.code, level.name)
    }

    fn matrix_text(&self, matrix: &crate::scale::Matrix, (row, column): (usize, usize), level: i64) -> String {
        let domain = |code: &String| self.domains.iter().find(|domain| domain.code == *code);
        let band = |code: &String, at: usize| {
            domain(code).and_then(|d| d.bands.get(at)).map_or_else(String::new, |band| band.name.clone())
        };
        let name = |code: &String| domain(code).map_or_else(String::new, |domain| domain.name.clone());
        let others = matrix.columns.iter().map(name).collect::<Vec<_>>().join("与");
        let column_band = matrix.columns.first().map_or_else(String::new, |code| band(code, column));
        let level_name = self.level(level).map_or("", |level| level.name.as_str());
        let row_text = format!("{}“{}”", name(&matrix.row), band(&matrix.row, row));
        format!("{row_text}，{others}取较重者“{column_band}”，查组合表得 {level} 级 {level_name}")
    }

    fn band_at(&self, code: &String, scored: &Scored) -> usize {
        let score = scored.domains.iter().find(|domain| domain.code == *code).map_or(0, |domain| domain.score);
        let domain = self.domains.iter().find(|domain| domain.code == *code);
        domain.and_then(|d| d.bands.iter().position(|b| b.min <= score && score <= b.max)).unwrap_or_default()
    }

    fn adjusted(&self, answers: &Answers, scored: &mut Scored) {
        let worst = self.levels.iter().map(|level| level.code).max().unwrap_or_default();
        let mut raised = 0;
        for rule in &self.adjust {
            if !self.applies(rule, answers) {
                continue;
            }
            doubt(self, rule, answers, scored);
            let before = scored.level;
            if let Some(level) = rule.set {
                scored.level = level;
            } else if let Some(level) = rule.lift_to {
                scored.level = level.max(before);
            } else if let Some(by) = rule.raise.filter(|_| raised < self.raise_at_most) {
                scored.level = worst.min(scored.level + by);
                raised += 1;
            }
            let effect = match scored.level - before {
                0 if rule.lift_to.is_some() => format!("仍为 {before} 级"),
                0 if before == worst => format!("已是最重的 {before} 级，不再变更"),
                0 => format!("同类变更只计一次，仍为 {before} 级"),
                _ => format!("由 {before} 级变更为 {} 级", scored.level),
            };
            scored.steps.push(Step { text: format!("{}：{effect}", rule.text), rule: rule.rule.clone() });
        }
    }
}

impl Scale {
    /// Whether an adjustment applies to these answers.
    pub(crate) fn applies(&self, rule: &Adjust, answers: &Answers) -> bool {
        let item = |item: &Item| self.item_points(&item.code, answers).is_some_and(|points| points >= rule.at_least);
        let flag = |code: &String| answers.flags.get(code).copied().unwrap_or_default() >= rule.at_least;
        (rule.any_item && self.items.iter().any(item)) || rule.flag.as_ref().is_some_and(flag)
    }
}

fn band(domain: &Domain, score: i64) -> Option<&Band> {
    domain.bands.iter().find(|band| band.min <= score && score <= band.max)
}

fn doubt(scale: &Scale, rule: &Adjust, answers: &Answers, scored: &mut Scored) {
    let Some((code, points)) = &rule.expects else { return };
    let given = answers.items.get(code).copied().unwrap_or_default();
    if given != *points {
        let name = scale.item(code).map_or("", |item| item.name.as_str());
        scored.doubts.push(format!("{}，但“{name}”得 {given} 分，请复核两处答案", rule.text));
    }
}
