//! From answers to a level, with the way it came about.

use crate::scale::{Adjust, Band, Domain, Level, Scale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The answers of one assessor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Points by item code.
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
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.given {
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
        scored.base_level = self.base(&mut scored);
        scored.level = scored.base_level;
        self.adjusted(answers, &mut scored);
        scored.level_name = self.level(scored.level).map_or_else(String::new, |level| level.name.clone());
        let text = format!("评估等级：{} 级 {}", scored.level, scored.level_name);
        scored.steps.push(Step { text, rule: self.version.clone() });
        Ok(scored)
    }

    /// The questions that still have no usable answer, in the order of the form.
    #[must_use]
    pub fn unanswered(&self, answers: &Answers) -> Vec<Unanswered> {
        let mut wrong = vec![];
        let mut note = |code: &str, name: &str, given: Option<i64>| {
            wrong.push(Unanswered { code: code.to_owned(), name: name.to_owned(), given });
        };
        for item in &self.items {
            let given = answers.items.get(&item.code).copied();
            if !given.is_some_and(|given| item.options.iter().any(|(points, _)| *points == given)) {
                note(&item.code, &item.name, given);
            }
        }
        for flag in &self.flags {
            let given = answers.flags.get(&flag.code).copied();
            if !given.is_some_and(|given| (0..=flag.max).contains(&given)) {
                note(&flag.code, &flag.text, given);
            }
        }
        let items = answers.items.iter().filter(|(code, _)| self.item(code).is_none());
        let flags = answers.flags.iter().filter(|(code, _)| self.flags.iter().all(|flag| flag.code != **code));
        items.chain(flags).for_each(|(code, given)| note(code, "（量表中没有这一项）", Some(*given)));
        wrong
    }

    fn points(&self, answers: &Answers) -> Scored {
        let mut steps = vec![];
        let mut domains = vec![];
        for domain in &self.domains {
            let given = |code: &String| answers.items.get(code).copied().unwrap_or_default();
            let parts: Vec<String> =
                self.items_of(&domain.code).map(|i| format!("{} {}", i.name, given(&i.code))).collect();
            let score = self.items_of(&domain.code).map(|item| given(&item.code)).sum();
            let band = band(domain, score).map(|band| band.name.clone());
            let place = band.as_ref().map_or_else(String::new, |band| format!("，属“{band}”"));
            let text = format!("{}：{}，合计 {score} 分（满分 {}）{place}", domain.name, parts.join("，"), domain.max);
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
            unverified: self.unverified(),
        }
    }

    fn unverified(&self) -> Vec<String> {
        let scale = match &self.status {
            crate::Status::Unverified { why } => Some(why.clone()),
            crate::Status::Verified => None,
        };
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
            None => {
                let fits = |level: &&Level| level.min <= Some(scored.total) && Some(scored.total) <= level.max;
                let level = self.levels.iter().find(fits);
                let text = level.map_or_else(String::new, |level| self.total_text(level, scored.total));
                (level.map_or(0, |level| level.code), text)
            }
        };
        scored.steps.push(Step { text, rule: self.version.clone() });
        level
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
            if answers.flags.get(&rule.flag).copied().unwrap_or_default() < rule.at_least {
                continue;
            }
            doubt(self, rule, answers, scored);
            let before = scored.level;
            if let Some(level) = rule.set {
                scored.level = level;
            } else if let Some(by) = rule.raise.filter(|_| raised < self.raise_at_most) {
                scored.level = worst.min(scored.level + by);
                raised += 1;
            }
            let effect = match scored.level - before {
                0 if before == worst => format!("已是最重的 {before} 级，不再变更"),
                0 => format!("同类变更只计一次，仍为 {before} 级"),
                _ => format!("由 {before} 级变更为 {} 级", scored.level),
            };
            scored.steps.push(Step { text: format!("{}：{effect}", rule.text), rule: rule.rule.clone() });
        }
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
