//! Proves a scale: points add up, bands and levels leave no gap, every edge has a case, all cases hold.

use crate::error::Mistake;
use crate::scale::{Band, Case, Scale};
use crate::score::Answers;
use std::collections::BTreeSet;

/// Greatest number that a scale may use for points, levels or times.
const MOST_POINTS: i64 = 10_000;

/// All that is wrong with the scale.
pub(crate) fn check(file: &str, scale: &Scale) -> Vec<Mistake> {
    let mut mistakes = sane(file, scale);
    if !mistakes.is_empty() {
        return mistakes;
    }
    codes(file, scale, &mut mistakes);
    domains(file, scale, &mut mistakes);
    levels(file, scale, &mut mistakes);
    adjustments(file, scale, &mut mistakes);
    if mistakes.is_empty() {
        cases(file, scale, &mut mistakes);
        edges(file, scale, &mut mistakes);
    }
    mistakes
}

/// Numbers that no scale has would make the proof endless.
fn sane(file: &str, scale: &Scale) -> Vec<Mistake> {
    let small = 0..=MOST_POINTS;
    let points = scale.items.iter().flat_map(|item| &item.options).map(|(points, _)| points);
    let domains = scale.domains.iter().flat_map(|d| d.bands.iter().flat_map(|b| [&b.min, &b.max]).chain([&d.max]));
    let levels =
        scale.levels.iter().flat_map(|level| [Some(&level.code), level.min.as_ref(), level.max.as_ref()]).flatten();
    let flags = scale.flags.iter().map(|flag| &flag.max);
    let rules = scale.adjust.iter().flat_map(|r| [Some(&r.at_least), r.set.as_ref(), r.raise.as_ref()]).flatten();
    let cases = scale.cases.iter().flat_map(|case| case.flags.values().chain(case.domains.values()).chain(&case.total));
    let all = points.chain(domains).chain(levels).chain(flags).chain(rules).chain(cases);
    let odd = all.copied().find(|number| !small.contains(number));
    let todo = format!("分值、分界、等级和次数用 0 到 {MOST_POINTS} 的整数");
    odd.map(|number| Mistake::new(file, format!("数字 {number} 超出量表可用的范围"), todo)).into_iter().collect()
}

fn codes(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (at, item) in scale.items.iter().enumerate() {
        let mut wrong = |what: String, todo: &str| mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        if !seen.insert(&item.code) {
            wrong(format!("条目“{}”重复", item.code), "每个条目用不同的 code");
        }
        if scale.domains.iter().all(|domain| domain.code != item.domain) {
            wrong(format!("条目“{}”的部分“{}”不存在", item.code, item.domain), "改正 domain");
        }
        let points: BTreeSet<i64> = item.options.iter().map(|(points, _)| *points).collect();
        if points.len() < 2 || points.len() != item.options.len() || !points.contains(&0) {
            wrong(format!("条目“{}”的选项分值不全、重复或没有 0 分", item.code), "给出各不相同的分值，含 0 分");
        }
    }
}

fn domains(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    for domain in &scale.domains {
        let best = |item: &crate::scale::Item| item.options.first().map_or(0, |(points, _)| *points);
        let sum: i64 = scale.items_of(&domain.code).map(best).sum();
        if sum != domain.max {
            let what = format!("部分“{}”各条目满分相加为 {sum}，不是 {}", domain.code, domain.max);
            mistakes.push(Mistake::new(file, what, "核对条目选项和 max"));
        }
        let reachable = reachable(scale, &domain.code);
        if !domain.bands.is_empty() {
            tile(file, &format!("部分“{}”的分段", domain.code), &domain.bands, &reachable, mistakes);
        }
    }
}

/// The sums that the items of a domain can give.
fn reachable(scale: &Scale, domain: &str) -> BTreeSet<i64> {
    let mut sums = BTreeSet::from([0]);
    for item in scale.items_of(domain) {
        sums = sums.iter().flat_map(|sum| item.options.iter().map(move |(points, _)| sum + points)).collect();
    }
    sums
}

fn tile(file: &str, what: &str, bands: &[Band], reachable: &BTreeSet<i64>, mistakes: &mut Vec<Mistake>) {
    for &score in reachable {
        let hits = bands.iter().filter(|band| band.min <= score && score <= band.max).count();
        if hits != 1 {
            let found = if hits == 0 { "没有一段" } else { "不止一段" };
            let mistake = Mistake::new(file, format!("{what}{found}包含某些得分"), "让各段首尾相接、互不重叠");
            mistakes.push(mistake.example(format!("{score} 分")));
            return;
        }
    }
}

fn levels(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let codes: BTreeSet<i64> = scale.levels.iter().map(|level| level.code).collect();
    if codes.len() != scale.levels.len() || scale.levels.is_empty() {
        mistakes.push(Mistake::new(file, "等级重复或没有等级", "每个等级给出不同的 code"));
    }
    let Some(matrix) = &scale.matrix else {
        let band =
            |level: &crate::scale::Level| Some(Band { name: level.name.clone(), min: level.min?, max: level.max? });
        match scale.levels.iter().map(band).collect::<Option<Vec<_>>>() {
            Some(bands) => tile(file, "等级", &bands, &(0..=scale.max()).collect(), mistakes),
            None => mistakes.push(Mistake::new(file, "等级缺少 min 或 max", "没有 matrix 时每个等级写 min 和 max")),
        }
        return;
    };
    let bands = |code: &String| scale.domains.iter().find(|d| d.code == *code).map_or(0, |domain| domain.bands.len());
    let columns: BTreeSet<usize> = matrix.columns.iter().map(bands).collect();
    let fits = columns.len() == 1
        && matrix.levels.len() == bands(&matrix.row)
        && matrix.levels.iter().all(|row| columns.contains(&row.len()) && row.iter().all(|code| codes.contains(code)));
    if !fits {
        let what = "组合表 matrix 的行列数与分段数不符，或含有不存在的等级";
        mistakes.push(Mistake::new(file, what, "行数等于 row 部分的分段数，列数等于 columns 各部分的分段数"));
    }
}

fn adjustments(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    for (at, rule) in scale.adjust.iter().enumerate() {
        let flag = scale.flags.iter().find(|flag| flag.code == rule.flag);
        let reachable = flag.is_some_and(|flag| (1..=flag.max).contains(&rule.at_least));
        let effect = rule.set.is_some() != rule.raise.is_some();
        let level = rule.set.is_none_or(|level| scale.level(level).is_some());
        let item = rule.expects.as_ref().is_none_or(|(code, _)| scale.item(code).is_some());
        if !(reachable && effect && level && item) {
            let what = format!("变更规则“{}”的 flag、at_least、set/raise 或 expects 不对", rule.flag);
            mistakes.push(Mistake::new(file, what, "指向已有的 flag、等级和条目，set 与 raise 二选一").row(at + 1));
        }
    }
}

/// A full form with the points of the case, spread from the first item on.
pub(crate) fn form(scale: &Scale, case: &Case) -> Option<Answers> {
    let mut answers = Answers::default();
    let mut fill = |codes: Vec<&str>, mut left: i64| {
        for item in codes.into_iter().flat_map(|code| scale.items_of(code)) {
            let points = item.options.iter().map(|(points, _)| *points).find(|points| *points <= left)?;
            answers.items.insert(item.code.clone(), points);
            left -= points;
        }
        (left == 0).then_some(())
    };
    match case.total {
        Some(total) => fill(scale.domains.iter().map(|domain| domain.code.as_str()).collect(), total)?,
        None => {
            for domain in &scale.domains {
                fill(vec![&domain.code], *case.domains.get(&domain.code)?)?;
            }
        }
    }
    answers.flags = scale.flags.iter().map(|flag| (flag.code.clone(), 0)).collect();
    answers.flags.extend(case.flags.clone());
    Some(answers)
}

fn cases(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    for (at, case) in scale.cases.iter().enumerate() {
        let mut wrong = |what: String| mistakes.push(Mistake::new(file, what, "核对案例与分段、等级").row(at + 1));
        let Some(scored) = form(scale, case).and_then(|answers| scale.score(&answers).ok()) else {
            wrong("案例的得分凑不出来，或标志不存在".into());
            continue;
        };
        if case.base.is_some_and(|base| base != scored.base_level) || case.level != scored.level {
            wrong(format!("案例应得 {} 级，算得 {} 级（变更前 {} 级）", case.level, scored.level, scored.base_level));
        }
    }
}

/// Every edge of a band or level, every cell of the matrix, every adjustment below, at and above needs a case.
fn edges(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut missing = vec![];
    let totals: BTreeSet<i64> = scale.cases.iter().filter_map(|case| case.total).collect();
    for level in &scale.levels {
        let edges = [level.min, level.max].into_iter().flatten().filter(|edge| !totals.contains(edge));
        missing.extend(edges.map(|edge| format!("总分 {edge}")));
    }
    for domain in &scale.domains {
        let tried: BTreeSet<i64> = scale.cases.iter().filter_map(|c| c.domains.get(&domain.code)).copied().collect();
        let edges = domain.bands.iter().flat_map(|band| [band.min, band.max]).filter(|edge| !tried.contains(edge));
        missing.extend(edges.map(|edge| format!("{} {edge} 分", domain.code)));
    }
    for rule in &scale.adjust {
        let tried: BTreeSet<i64> = scale.cases.iter().map(|c| c.flags.get(&rule.flag).copied().unwrap_or(0)).collect();
        let around = [rule.at_least - 1, rule.at_least].into_iter().filter(|answer| !tried.contains(answer));
        missing.extend(around.map(|answer| format!("{} = {answer}", rule.flag)));
    }
    missing.extend(untried_cells(scale));
    missing.dedup();
    if !missing.is_empty() {
        let mistake = Mistake::new(file, "有边界没有案例", "为每个边界补一个 [[case]]");
        mistakes.push(mistake.example(missing.join("、")));
    }
}

fn untried_cells(scale: &Scale) -> Vec<String> {
    let Some(matrix) = &scale.matrix else { return vec![] };
    let place = |code: &String, case: &Case| {
        let domain = scale.domains.iter().find(|domain| domain.code == *code)?;
        let score = case.domains.get(code)?;
        domain.bands.iter().position(|band| band.min <= *score && score <= &band.max)
    };
    let cell = |case: &Case| {
        let column = matrix.columns.iter().filter_map(|code| place(code, case)).max()?;
        Some((place(&matrix.row, case)?, column))
    };
    let tried: BTreeSet<(usize, usize)> = scale.cases.iter().filter_map(cell).collect();
    let all =
        matrix.levels.iter().enumerate().flat_map(|(row, cells)| (0..cells.len()).map(move |column| (row, column)));
    let untried = all.filter(|cell| !tried.contains(cell));
    untried.map(|(row, column)| format!("组合表第 {} 行第 {} 列", row + 1, column + 1)).collect()
}
