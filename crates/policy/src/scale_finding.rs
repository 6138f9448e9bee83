//! Results beside the level, or instead of one: the tendencies of a constitution, a cut-off by schooling.

use crate::scale::Scale;
use crate::scale_item::holds;
use crate::score::{Answers, Scored, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A result that some of the items give, which may also give others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `qixu` …
    pub code: String,
    /// Its name: `气虚质`.
    pub name: String,
    /// The items whose points count.
    pub items: Vec<String>,
    /// Those of them that count backwards: least and most points together, less the points.
    pub reverse: Vec<String>,
    /// What can be said, the first that fits.
    pub verdicts: Vec<Verdict>,
}

/// What is said of a finding, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// `是`, `倾向是`, `否`.
    pub name: String,
    /// Least points.
    pub min: Option<i64>,
    /// Most points.
    pub max: Option<i64>,
    /// Most points of every other finding.
    pub others_max: Option<i64>,
    /// Answers that it needs, by code.
    #[serde(default)]
    pub when: BTreeMap<String, i64>,
    /// Whether it is written down as a result; `否` is not.
    #[serde(default)]
    pub recorded: bool,
}

impl Verdict {
    pub(crate) fn fits(&self, own: i64, others: Option<i64>) -> bool {
        let enough = self.min.is_none_or(|min| min <= own) && self.max.is_none_or(|max| own <= max);
        enough && self.others_max.is_none_or(|most| others.is_none_or(|others| others <= most))
    }
}

/// How findings are read together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Which of several comes first.
    pub main: String,
    /// What is done when several have the same most points.
    pub tie: String,
    /// What is done when nothing is found.
    pub none: String,
    /// Pairs of findings that contradict each other.
    #[serde(default)]
    pub contradict: Vec<(String, String)>,
    /// What is done then.
    pub contradiction: String,
    /// Where these rules stand.
    pub rule: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Code of the finding.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Points.
    pub score: i64,
    /// What is said of it.
    pub verdict: String,
    /// Whether it is written down as a result.
    pub recorded: bool,
    /// Whether it comes first among those written down.
    pub main: bool,
}

impl Scale {
    /// Writes the findings, their steps and their doubts.
    pub(crate) fn find(&self, answers: &Answers, scored: &mut Scored) {
        let scores: Vec<i64> = self.findings.iter().map(|finding| self.finding_points(finding, answers)).collect();
        for (at, finding) in self.findings.iter().enumerate() {
            let others = scores.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, score)| *score).max();
            let fits = |verdict: &&Verdict| verdict.fits(scores[at], others) && holds(&verdict.when, answers);
            let Some(verdict) = finding.verdicts.iter().find(fits) else { continue };
            let text = format!("{}：{} 分，{}", finding.name, scores[at], said(verdict));
            scored.steps.push(Step { text, rule: format!("{} {}", self.version, finding.code) });
            scored.findings.push(Found {
                code: finding.code.clone(),
                name: finding.name.clone(),
                score: scores[at],
                verdict: verdict.name.clone(),
                recorded: verdict.recorded,
                main: false,
            });
        }
        if let Some(profile) = &self.profile {
            together(profile, scored);
        }
        if self.levels.is_empty() {
            scored.level_name = names(&scored.findings, |found| found.recorded);
        }
    }

    pub(crate) fn finding_points(&self, finding: &Finding, answers: &Answers) -> i64 {
        let points = |code: &String| {
            let points = self.item_points(code, answers).unwrap_or_default();
            if finding.reverse.contains(code) { self.item(code).map_or(0, |item| item.turned(points)) } else { points }
        };
        finding.items.iter().map(points).sum()
    }
}

impl crate::scale_item::Item {
    /// The points counted backwards.
    pub(crate) fn turned(&self, points: i64) -> i64 {
        let all = self.reachable();
        all.first().copied().unwrap_or_default() + all.last().copied().unwrap_or_default() - points
    }
}

/// A verdict with the numbers that it looked at.
fn said(verdict: &Verdict) -> String {
    let own = match (verdict.min, verdict.max) {
        (Some(min), Some(max)) => format!("本项 {min} 至 {max} 分"),
        (Some(min), None) => format!("本项不少于 {min} 分"),
        (None, Some(max)) => format!("本项不超过 {max} 分"),
        (None, None) => String::new(),
    };
    let others = verdict.others_max.map_or_else(String::new, |most| format!("其余各项均不超过 {most} 分"));
    let why: Vec<String> = [own, others].into_iter().filter(|text| !text.is_empty()).collect();
    if why.is_empty() {
        format!("判为“{}”", verdict.name)
    } else {
        format!("判为“{}”（{}）", verdict.name, why.join("，"))
    }
}

/// Findings with what is said of them.
fn names(found: &[Found], keep: fn(&Found) -> bool) -> String {
    let kept = found.iter().filter(|found| keep(found));
    kept.map(|found| format!("{}（{}）", found.name, found.verdict)).collect::<Vec<_>>().join("、")
}

/// Which of the findings comes first, and what is left to a person.
fn together(profile: &Profile, scored: &mut Scored) {
    let most = scored.findings.iter().filter(|found| found.recorded).map(|found| found.score).max();
    for found in &mut scored.findings {
        found.main = found.recorded && Some(found.score) == most;
    }
    let (all, main) = (names(&scored.findings, |f| f.recorded), names(&scored.findings, |f| f.main));
    let tied = scored.findings.iter().filter(|found| found.main).count() > 1;
    let has = |code: &String| scored.findings.iter().any(|found| found.recorded && found.code == *code);
    let contradicts = profile.contradict.iter().any(|(one, other)| has(one) && has(other));
    let text = match most {
        None => format!("没有判出任何结果；{}", profile.none),
        Some(_) => format!("判定结果：{all}；为主的是{main}（{}）", profile.main),
    };
    scored.steps.push(Step { text, rule: profile.rule.clone() });
    let doubts = [(most.is_none(), &profile.none), (tied, &profile.tie), (contradicts, &profile.contradiction)];
    scored.doubts.extend(doubts.into_iter().filter(|(is, _)| *is).map(|(_, text)| text.clone()));
}
