//! Runs a scale's cases and lists the edges that none of them tries.

use crate::error::Mistake;
use crate::scale::{Case, Direction, Domain, Scale, Take};
use crate::scale_check::{reachable, reachable_totals};
use crate::scale_item::{Item, holds};
use crate::scale_prove::{finding_reachable, others as others_of};
use crate::score::{Answers, Scored};
use std::collections::BTreeSet;

/// A case with the form it stands for and what came out.
struct Run<'a> {
    case: &'a Case,
    answers: Answers,
    scored: Scored,
}

/// All cases hold, and every edge has one.
pub(crate) fn check(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut runs = vec![];
    for (at, case) in scale.cases.iter().enumerate() {
        let mut wrong = |what: String| mistakes.push(Mistake::new(file, what, "核对案例与分段、等级").row(at + 1));
        let answers = match form(scale, case) {
            Ok(answers) => answers,
            Err(why) => {
                wrong(why);
                continue;
            }
        };
        match scale.score(&answers) {
            Ok(scored) => {
                differences(case, &scored).into_iter().for_each(wrong);
                runs.push(Run { case, answers, scored });
            }
            Err(open) => {
                let open = open.first().map_or_else(String::new, ToString::to_string);
                wrong(format!("案例的答案不能计分：{}", open.trim()));
            }
        }
    }
    let missing = untried(scale, &runs);
    if !missing.is_empty() {
        let mistake = Mistake::new(file, "有边界没有案例", "为每个边界补一个 [[case]]");
        mistakes.push(mistake.example(missing.join("、")));
    }
}

/// What a case expects and what came out, where they differ.
fn differences(case: &Case, scored: &Scored) -> Vec<String> {
    let mut wrong = vec![];
    if let Some(level) =
        case.level.filter(|level| *level != scored.level || case.base.is_some_and(|b| b != scored.base_level))
    {
        wrong.push(format!("案例应得 {level} 级，算得 {} 级（变更前 {} 级）", scored.level, scored.base_level));
    }
    if let Some(total) = case.total.filter(|total| *total != scored.total) {
        wrong.push(format!("案例总分应为 {total}，算得 {}", scored.total));
    }
    for (code, verdict) in &case.findings {
        let found = scored.findings.iter().find(|found| found.code == *code);
        let got = found.map_or("没有这个结果", |found| found.verdict.as_str());
        if got != verdict {
            let score = found.map_or(0, |found| found.score);
            wrong.push(format!("案例的结果“{code}”应为“{verdict}”，算得“{got}”（{score} 分）"));
        }
    }
    let main: Vec<String> = scored.findings.iter().filter(|found| found.main).map(|found| found.code.clone()).collect();
    if let Some(wanted) = case.main.as_ref().filter(|wanted| **wanted != main) {
        wrong.push(format!("案例为主的结果应为 {}，算得 {}", wanted.join("、"), main.join("、")));
    }
    let counts = [("需复核处", case.doubts, scored.doubts.len()), ("提示", case.alerts, scored.alerts.len())];
    for (what, wanted, got) in counts {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
            wrong.push(format!("案例的{what}应有 {wanted} 条，算得 {got} 条"));
        }
    }
    wrong
}

/// The whole form that a case stands for.
fn form(scale: &Scale, case: &Case) -> Result<Answers, String> {
    let mut answers =
        Answers { flags: scale.flags.iter().map(|flag| (flag.code.clone(), 0)).collect(), ..Answers::default() };
    answers.flags.extend(case.flags.clone());
    answers.items.extend(case.answers.clone());
    let spread = case.answers.is_empty() && (case.total.is_some() || !case.domains.is_empty());
    let wanted = if spread { Some(by_domain(scale, case)?) } else { None };
    if let Some(parts) = wanted {
        for (domain, points) in scale.domains.iter().zip(parts) {
            spread_points(scale, domain, points, &mut answers).ok_or_else(|| unreachable_points(domain, points))?;
        }
    } else {
        best(scale, &mut answers);
    }
    Ok(answers)
}

fn unreachable_points(domain: &Domain, points: i64) -> String {
    format!("案例的得分凑不出来：部分“{}”没有 {points} 分", domain.code)
}

/// The points of each domain, as they stand in the case or so that they make its total.
fn by_domain(scale: &Scale, case: &Case) -> Result<Vec<i64>, String> {
    if let Some(code) = case.domains.keys().find(|code| scale.domains.iter().all(|domain| domain.code != **code)) {
        return Err(format!("案例的部分“{code}”不存在"));
    }
    let Some(total) = case.total.filter(|_| case.domains.is_empty()) else {
        let of = |domain: &Domain| case.domains.get(&domain.code).copied().ok_or_else(|| domain.code.clone());
        let parts = scale.domains.iter().map(of).collect::<Result<Vec<_>, _>>();
        return parts.map_err(|code| format!("案例没有部分“{code}”的得分"));
    };
    let parts: Vec<BTreeSet<i64>> = scale.domains.iter().map(|domain| reachable(scale, domain)).collect();
    split(total, &parts).ok_or_else(|| format!("案例的得分凑不出来：没有总分 {total}"))
}

/// One number of each set that together make the total, the greatest possible first.
fn split(total: i64, parts: &[BTreeSet<i64>]) -> Option<Vec<i64>> {
    let mut rest = vec![BTreeSet::from([0])];
    for part in parts.iter().rev() {
        let last = rest.last()?;
        rest.push(last.iter().flat_map(|sum| part.iter().map(move |more| sum + more)).collect());
    }
    let mut left = total;
    let mut picked = vec![];
    for (part, after) in parts.iter().zip(rest.iter().rev().skip(1)) {
        let points = part.iter().rev().find(|points| after.contains(&(left - **points)))?;
        picked.push(*points);
        left -= points;
    }
    (left == 0).then_some(picked)
}

/// Answers of a domain's items that make so many points.
fn spread_points(scale: &Scale, domain: &Domain, points: i64, answers: &mut Answers) -> Option<()> {
    let items: Vec<&Item> = scale.items_of(&domain.code).filter(|item| item.instead_of.is_none()).collect();
    let sets: Vec<BTreeSet<i64>> = items.iter().map(|item| item.reachable()).collect();
    let each = match domain.take {
        Take::Sum => split(points, &sets)?,
        Take::Greatest => {
            let first = sets.iter().position(|set| set.contains(&points))?;
            let least = |set: &BTreeSet<i64>| set.first().copied().unwrap_or_default();
            sets.iter().enumerate().map(|(at, set)| if at == first { points } else { least(set) }).collect()
        }
    };
    for (item, points) in items.into_iter().zip(each) {
        let answer = item.all().into_iter().find(|answer| item.points(*answer, answers) == Some(points))?;
        answers.items.insert(item.code.clone(), answer);
    }
    Some(())
}

/// The best answer to every item that has none: choices first, as what is measured may depend on them.
fn best(scale: &Scale, answers: &mut Answers) {
    let mut open: Vec<&Item> = vec![];
    for group in scale.groups() {
        if group.iter().all(|item| !answers.items.contains_key(&item.code)) {
            open.extend(group.first());
        }
    }
    open.sort_by_key(|item| !item.tables.iter().all(|table| table.when.is_empty()));
    for item in open {
        let first = item.options.first().map(|(answer, _)| *answer);
        let points = |answer: &i64| item.points(*answer, answers).unwrap_or_default();
        let all = item.all();
        let measured = match scale.direction {
            Direction::Higher => all.iter().copied().max_by_key(|answer| (points(answer), -answer)),
            Direction::Lower => all.iter().copied().min_by_key(points),
            Direction::None => all.first().copied(),
        };
        if let Some(answer) = first.or(measured) {
            answers.items.insert(item.code.clone(), answer);
        }
    }
}

/// Every edge of a level, band, measure, verdict, adjustment or alert that no case tries.
fn untried(scale: &Scale, runs: &[Run<'_>]) -> Vec<String> {
    let mut missing = vec![];
    by_points(scale, runs, &mut missing);
    by_floors(scale, runs, &mut missing);
    by_rules(scale, runs, &mut missing);
    for item in &scale.items {
        by_answers(item, runs, &mut missing);
    }
    by_findings(scale, runs, &mut missing);
    missing.extend(untried_cells(scale, runs));
    missing.dedup();
    missing
}

/// The least and greatest number within the bounds that the form can give.
fn edges(reachable: &BTreeSet<i64>, min: i64, max: i64) -> Vec<i64> {
    if min > max {
        return vec![];
    }
    let mut within = reachable.range(min..=max);
    let first = within.next().copied();
    let last = within.next_back().copied();
    first.into_iter().chain(last).collect()
}

fn by_points(scale: &Scale, runs: &[Run<'_>], missing: &mut Vec<String>) {
    let totals = reachable_totals(scale);
    let tried: BTreeSet<i64> = runs.iter().map(|run| run.scored.total).collect();
    for level in &scale.levels {
        if let (Some(min), Some(max)) = (level.min, level.max) {
            let open = edges(&totals, min, max).into_iter().filter(|edge| !tried.contains(edge));
            missing.extend(open.map(|edge| format!("总分 {edge}")));
        }
    }
    for (at, domain) in scale.domains.iter().enumerate().filter(|(_, domain)| !domain.bands.is_empty()) {
        let points = reachable(scale, domain);
        let tried: BTreeSet<i64> = runs.iter().map(|run| run.scored.domains[at].score).collect();
        let all = domain.bands.iter().flat_map(|band| edges(&points, band.min, band.max));
        missing.extend(all.filter(|edge| !tried.contains(edge)).map(|edge| format!("{} {edge} 分", domain.code)));
    }
}

/// Levels that ask a total and a share of every part: both are tried just reached and just missed, all else being enough.
fn by_floors(scale: &Scale, runs: &[Run<'_>], missing: &mut Vec<String>) {
    let asking = scale.levels.iter().filter(|level| level.floor_bp.is_some_and(|floor| floor > 0));
    for level in asking {
        let (total, floor) = (level.min.unwrap_or_default(), level.floor_bp.unwrap_or_default());
        let least = |max: i64| (max * floor + 9_999) / 10_000;
        let parts_but = |run: &Run<'_>, but: Option<usize>| {
            let mut parts = run.scored.domains.iter().enumerate();
            parts.all(|(at, part)| Some(at) == but || part.score >= least(part.max))
        };
        // Where the parts together already ask more than the total, the total cannot be missed alone.
        let together: i64 = scale.domains.iter().map(|domain| least(domain.max)).sum();
        for edge in [total - 1, total].into_iter().filter(|edge| *edge >= together) {
            if !runs.iter().any(|run| run.scored.total == edge && parts_but(run, None)) {
                missing.push(format!("“{}”总分 {edge}", level.name));
            }
        }
        for (at, domain) in scale.domains.iter().enumerate() {
            for edge in [least(domain.max) - 1, least(domain.max)] {
                let tries = |run: &Run<'_>| run.scored.domains[at].score == edge && run.scored.total >= total;
                if !runs.iter().any(|run| tries(run) && parts_but(run, Some(at))) {
                    missing.push(format!("“{}”{} {edge} 分", level.name, domain.code));
                }
            }
        }
    }
}

fn by_rules(scale: &Scale, runs: &[Run<'_>], missing: &mut Vec<String>) {
    for rule in &scale.adjust {
        let Some(flag) = &rule.flag else {
            let changed =
                |run: &Run<'_>| scale.applies(rule, &run.answers) && run.scored.level != run.scored.base_level;
            if !runs.iter().any(changed) {
                missing.push(format!("单项 {} 分使等级变更", rule.at_least));
            }
            continue;
        };
        let tried: BTreeSet<i64> = runs.iter().filter_map(|run| run.answers.of(flag)).collect();
        let around = [rule.at_least - 1, rule.at_least].into_iter().filter(|answer| !tried.contains(answer));
        missing.extend(around.map(|answer| format!("{flag} = {answer}")));
    }
    for alert in &scale.alerts {
        let points = |run: &Run<'_>| scale.item_points(&alert.item, &run.answers).unwrap_or_default();
        let says =
            |yes: bool| runs.iter().any(|run| (points(run) >= alert.at_least) == yes && run.case.alerts.is_some());
        if !(says(true) && says(false)) {
            missing.push(format!("提示“{}”出现与不出现", alert.text));
        }
    }
}

/// Each answer of a choice whose points are listed apart, each edge of a measure under each condition, and both of two
/// items that stand for each other.
fn by_answers(item: &Item, runs: &[Run<'_>], missing: &mut Vec<String>) {
    let given = |run: &Run<'_>| run.answers.items.get(&item.code).copied();
    if item.instead_of.is_some() && !runs.iter().any(|run| given(run).is_some()) {
        missing.push(format!("用 {} 代替", item.code));
    }
    let all = item.all();
    let (first, last) = (all.iter().min().copied(), all.iter().max().copied());
    for table in &item.tables {
        let edges: BTreeSet<i64> = if item.measure.is_none() {
            all.iter().copied().collect()
        } else {
            let edges = table.ranges.iter().flat_map(|(from, to, _)| [*from, *to]);
            edges.filter(|edge| Some(*edge) != first && Some(*edge) != last).collect()
        };
        let tried: BTreeSet<i64> = runs.iter().filter(|run| table.holds(&run.answers)).filter_map(given).collect();
        let when: String = table.when.iter().map(|(code, answer)| format!("{code} = {answer} 时 ")).collect();
        missing.extend(edges.difference(&tried).map(|edge| format!("{when}{} = {edge}", item.code)));
    }
}

/// Each number of a verdict: just reached and just missed, with the answers that the verdict needs.
fn by_findings(scale: &Scale, runs: &[Run<'_>], missing: &mut Vec<String>) {
    for (at, finding) in scale.findings.iter().enumerate() {
        let points = finding_reachable(scale, finding);
        for verdict in &finding.verdicts {
            let fitting: Vec<&Run<'_>> = runs.iter().filter(|run| holds(&verdict.when, &run.answers)).collect();
            let tried: BTreeSet<i64> = fitting.iter().map(|run| run.scored.findings[at].score).collect();
            let around = verdict.min.into_iter().flat_map(|min| [min - 1, min]);
            let around = around.chain(verdict.max.into_iter().flat_map(|max| [max, max + 1]));
            let open = around.filter(|score| points.contains(score) && !tried.contains(score));
            missing.extend(open.map(|score| format!("{} {score} 分（{}）", finding.code, verdict.name)));
            let Some(most) = verdict.others_max else { continue };
            let enough =
                fitting.iter().filter(|run| verdict.min.is_none_or(|min| min <= run.scored.findings[at].score));
            let others = |run: &&&Run<'_>| {
                let all = run.scored.findings.iter().enumerate();
                all.filter(|(other, _)| *other != at).map(|(_, found)| found.score).max()
            };
            let tried: BTreeSet<i64> = enough.filter_map(|run| others(&run)).collect();
            let reachable: BTreeSet<i64> = others_of(scale, finding).into_iter().flatten().collect();
            let around = [reachable.range(..=most).next_back(), reachable.range(most + 1..).next()];
            let open = around.into_iter().flatten().filter(|score| !tried.contains(score));
            missing.extend(open.map(|score| format!("{}（{}）其余最高 {score} 分", finding.code, verdict.name)));
        }
    }
}

fn untried_cells(scale: &Scale, runs: &[Run<'_>]) -> Vec<String> {
    let Some(matrix) = &scale.matrix else { return vec![] };
    let place = |code: &String, run: &Run<'_>| {
        let domain = scale.domains.iter().find(|domain| domain.code == *code)?;
        let score = run.scored.domains.iter().find(|part| part.code == *code)?.score;
        domain.bands.iter().position(|band| band.min <= score && score <= band.max)
    };
    let cell = |run: &Run<'_>| {
        let column = matrix.columns.iter().filter_map(|code| place(code, run)).max()?;
        Some((place(&matrix.row, run)?, column))
    };
    let tried: BTreeSet<(usize, usize)> = runs.iter().filter_map(cell).collect();
    let all =
        matrix.levels.iter().enumerate().flat_map(|(row, cells)| (0..cells.len()).map(move |column| (row, column)));
    let untried = all.filter(|cell| !tried.contains(cell));
    untried.map(|(row, column)| format!("组合表第 {} 行第 {} 列", row + 1, column + 1)).collect()
}
