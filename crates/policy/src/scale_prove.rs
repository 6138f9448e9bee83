//! Proves what conditions make harder: points by answer, and the verdicts of findings.

use crate::error::Mistake;
use crate::scale::Scale;
use crate::scale_finding::{Finding, Verdict};
use crate::scale_item::{Item, holds};
use crate::score::Answers;
use std::collections::{BTreeMap, BTreeSet};

/// More combinations of answers than this that one item or finding depends on are no scale.
const MOST_COMBINATIONS: usize = 10_000;
/// More points, others' points and answers than this that a finding is proven for are no scale.
const MOST_POINTS_TRIED: usize = 4_000_000;

/// All answers that can be given to an item or flag.
fn answers_of(scale: &Scale, code: &str) -> Option<Vec<i64>> {
    let flag = || scale.flags.iter().find(|flag| flag.code == code).map(|flag| (0..=flag.max).collect());
    scale.item(code).map(Item::all).or_else(flag)
}

/// Every combination of the answers that some conditions name; none where a condition names what is not there.
fn combinations<'a>(
    scale: &Scale,
    conditions: impl Iterator<Item = &'a BTreeMap<String, i64>>,
) -> Option<Vec<Answers>> {
    let conditions: Vec<&BTreeMap<String, i64>> = conditions.collect();
    let codes: BTreeSet<&String> = conditions.iter().flat_map(|when| when.keys()).collect();
    let mut all = vec![Answers::default()];
    for code in codes {
        let answers = answers_of(scale, code)?;
        let named = |when: &&BTreeMap<String, i64>| when.get(code).is_none_or(|answer| answers.contains(answer));
        if !conditions.iter().all(named) || all.len() * answers.len() > MOST_COMBINATIONS {
            return None;
        }
        all = all.iter().flat_map(|one| answers.iter().map(move |answer| one.with(code, *answer))).collect();
    }
    Some(all)
}

impl Answers {
    /// The same with one more; conditions only look the code up, so that items and flags need not be kept apart here.
    fn with(&self, code: &str, answer: i64) -> Self {
        let mut more = self.clone();
        more.items.insert(code.to_owned(), answer);
        more
    }
}

/// The answers of a combination in words.
fn shown(answers: &Answers) -> String {
    answers.items.iter().map(|(code, answer)| format!("{code} = {answer}，")).collect()
}

/// Each answer of an item has points exactly once, whatever the other answers are.
pub(crate) fn tables(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    for (at, item) in scale.items.iter().enumerate().filter(|(_, item)| !item.tables.is_empty()) {
        let conditions = item.tables.iter().map(|table| &table.when);
        let Some(all) = combinations(scale, conditions).filter(|all| all.iter().all(|a| a.of(&item.code).is_none()))
        else {
            let what = format!("条目“{}”的 points 条件 when 不对", item.code);
            let todo = "在 when 中写别的条目或标志的 code 和它有的答案";
            mistakes.push(Mistake::new(file, what, todo).row(at + 1));
            continue;
        };
        if let Some((example, hits)) = all.iter().find_map(|answers| untiled(item, answers)) {
            let found = if hits == 0 { "没有分值" } else { "不止一个分值" };
            let what = format!("条目“{}”的某些答案{found}", item.code);
            let mistake = Mistake::new(file, what, "让 points 的各段首尾相接、互不重叠，每种条件恰有一张表");
            mistakes.push(mistake.row(at + 1).example(example));
        }
    }
}

/// An answer that has not exactly one number of points under a combination of other answers.
fn untiled(item: &Item, answers: &Answers) -> Option<(String, usize)> {
    let tables: Vec<_> = item.tables.iter().filter(|table| table.holds(answers)).collect();
    item.all().into_iter().find_map(|answer| {
        let within = |(from, to, _): &&(i64, i64, i64)| (*from..=*to).contains(&answer);
        let hits = tables.iter().flat_map(|table| &table.ranges).filter(within).count();
        (hits != 1).then(|| (format!("{}{} = {answer}", shown(answers), item.code), hits))
    })
}

/// Each finding has a verdict for all points and answers, and each verdict has something that it is for.
pub(crate) fn findings(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (at, finding) in scale.findings.iter().enumerate() {
        let mut wrong = |what: String, todo: &str| mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        let known = finding.items.iter().all(|code| scale.item(code).is_some());
        let turned = finding.reverse.iter().all(|code| finding.items.contains(code));
        if !(seen.insert(&finding.code) && known && turned && !finding.items.is_empty()) {
            let what = format!("结果“{}”重复、没有条目，或 items、reverse 中有不存在的条目", finding.code);
            wrong(what, "在 items 中写已有的条目，在 reverse 中写其中反向计分的条目");
            continue;
        }
        let Some(all) = combinations(scale, finding.verdicts.iter().map(|verdict| &verdict.when)) else {
            wrong(format!("结果“{}”的条件 when 不对", finding.code), "在 when 中写已有的条目或标志和它有的答案");
            continue;
        };
        mistakes.extend(verdicts(file, scale, finding, &all).into_iter().map(|mistake| mistake.row(at + 1)));
    }
    profile(file, scale, mistakes);
}

fn verdicts(file: &str, scale: &Scale, finding: &Finding, all: &[Answers]) -> Vec<Mistake> {
    let own = finding_reachable(scale, finding);
    let others = others(scale, finding);
    if own.len() * others.len() * all.len() > MOST_POINTS_TRIED {
        let what = format!("结果“{}”的得分和条件组合太多", finding.code);
        return vec![Mistake::new(file, what, "减少条件 when 或条目的取值")];
    }
    let mut used = vec![false; finding.verdicts.len()];
    let mut gap = None;
    for answers in all {
        for score in &own {
            for other in &others {
                let fits = |verdict: &Verdict| verdict.fits(*score, *other) && holds(&verdict.when, answers);
                match finding.verdicts.iter().position(fits) {
                    Some(hit) => used[hit] = true,
                    None => gap = gap.or_else(|| Some((shown(answers), *score, *other))),
                }
            }
        }
    }
    let mut mistakes = vec![];
    if let Some((when, score, other)) = gap {
        let other = other.map_or_else(String::new, |other| format!("，其余最高 {other} 分"));
        let mistake = Mistake::new(
            file,
            format!("结果“{}”没有一个判定适用于某些得分", finding.code),
            "补上判定，或让最后一个判定不设条件",
        );
        mistakes.push(mistake.example(format!("{when}{score} 分{other}")));
    }
    for (verdict, _) in finding.verdicts.iter().zip(&used).filter(|(_, used)| !**used) {
        let what = format!("结果“{}”的判定“{}”永远不会适用", finding.code, verdict.name);
        mistakes.push(Mistake::new(file, what, "核对 min、max、others_max：前面的判定已包含它，或得分达不到"));
    }
    mistakes
}

/// The points that a finding can have.
pub(crate) fn finding_reachable(scale: &Scale, finding: &Finding) -> BTreeSet<i64> {
    let mut sums = BTreeSet::from([0]);
    for item in finding.items.iter().filter_map(|code| scale.item(code)) {
        let turned = finding.reverse.contains(&item.code);
        let points = item.reachable().into_iter().map(|points| if turned { item.turned(points) } else { points });
        let points: BTreeSet<i64> = points.collect();
        sums = sums.iter().flat_map(|sum| points.iter().map(move |more| sum + more)).collect();
    }
    sums
}

/// The most points that the other findings can have together: every number that any of them can have.
pub(crate) fn others(scale: &Scale, finding: &Finding) -> BTreeSet<Option<i64>> {
    if finding.verdicts.iter().all(|verdict| verdict.others_max.is_none()) {
        return BTreeSet::from([None]);
    }
    let others = scale.findings.iter().filter(|other| other.code != finding.code);
    let all: BTreeSet<Option<i64>> = others.flat_map(|other| finding_reachable(scale, other)).map(Some).collect();
    if all.is_empty() { BTreeSet::from([None]) } else { all }
}

fn profile(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let Some(profile) = &scale.profile else { return };
    let known = |code: &String| scale.findings.iter().any(|finding| finding.code == *code);
    let recorded = scale.findings.iter().all(|finding| finding.verdicts.iter().any(|verdict| verdict.recorded));
    if scale.findings.is_empty()
        || !recorded
        || !profile.contradict.iter().all(|(one, other)| known(one) && known(other) && one != other)
    {
        let what = "profile 的 contradict 不对，或有的结果没有一个判定写 recorded = true";
        mistakes.push(Mistake::new(file, what, "在 contradict 中成对写已有的结果；每个结果至少有一个判定要记录"));
    }
}
