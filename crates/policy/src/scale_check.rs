//! Proves a scale: points add up, bands and levels leave no gap, every edge has a case, all cases hold.

use crate::error::Mistake;
use crate::scale::{Adjust, Band, Domain, Level, Scale, Take, Wording};
use crate::scale_item::Item;
use crate::{scale_cases, scale_prove};
use std::collections::BTreeSet;

/// Greatest number that a scale may use for points, levels, times or basis points.
const MOST_POINTS: i64 = 10_000;
/// Most numbers of one measure: the proof walks over every answer.
const WIDEST_MEASURE: i64 = 1_000;
/// Most characters of a label of our own.
const LONGEST_LABEL: usize = 40;

/// All that is wrong with the scale.
pub(crate) fn check(file: &str, scale: &Scale) -> Vec<Mistake> {
    let mut mistakes = sane(file, scale);
    if !mistakes.is_empty() {
        return mistakes;
    }
    wording(file, scale, &mut mistakes);
    codes(file, scale, &mut mistakes);
    scale_prove::tables(file, scale, &mut mistakes);
    if mistakes.is_empty() {
        domains(file, scale, &mut mistakes);
        levels(file, scale, &mut mistakes);
        adjustments(file, scale, &mut mistakes);
        self_screen(file, scale, &mut mistakes);
        scale_prove::findings(file, scale, &mut mistakes);
    }
    if mistakes.is_empty() {
        scale_cases::check(file, scale, &mut mistakes);
    }
    mistakes
}

/// Every number of the scale.
fn numbers(scale: &Scale) -> Vec<i64> {
    let mut all: Vec<i64> = vec![];
    for item in &scale.items {
        all.extend(item.options.iter().map(|(answer, _)| *answer));
        all.extend(item.measure.iter().flat_map(|measure| [measure.min, measure.max]));
        all.extend(item.tables.iter().flat_map(|table| table.ranges.iter().flat_map(|(a, b, c)| [*a, *b, *c])));
        all.extend(item.tables.iter().flat_map(|table| table.when.values()));
    }
    for domain in &scale.domains {
        all.extend(domain.bands.iter().flat_map(|band| [band.min, band.max]).chain([domain.min, domain.max]));
    }
    for level in &scale.levels {
        all.extend([Some(level.code), level.min, level.max, level.floor_bp].into_iter().flatten());
    }
    for rule in &scale.adjust {
        all.extend([Some(rule.at_least), rule.set, rule.raise, rule.lift_to].into_iter().flatten());
    }
    for verdict in scale.findings.iter().flat_map(|finding| &finding.verdicts) {
        all.extend(
            [verdict.min, verdict.max, verdict.others_max].into_iter().flatten().chain(verdict.when.values().copied()),
        );
    }
    for case in &scale.cases {
        all.extend(case.flags.values().chain(case.domains.values()).chain(case.answers.values()).chain(&case.total));
    }
    all.extend(scale.flags.iter().map(|flag| flag.max).chain(scale.alerts.iter().map(|alert| alert.at_least)));
    all
}

/// Numbers that no scale has would make the proof endless.
fn sane(file: &str, scale: &Scale) -> Vec<Mistake> {
    let odd = numbers(scale).into_iter().find(|number| !(0..=MOST_POINTS).contains(number));
    let todo = format!("分值、分界、等级和次数用 0 到 {MOST_POINTS} 的整数");
    if let Some(number) = odd {
        return vec![Mistake::new(file, format!("数字 {number} 超出量表可用的范围"), todo)];
    }
    let wide = |item: &&Item| item.measure.as_ref().is_some_and(|measure| measure.max - measure.min > WIDEST_MEASURE);
    let todo = format!("让 measure 的 min 到 max 不超过 {WIDEST_MEASURE}，可以换大一些的单位");
    let wide = scale.items.iter().find(wide);
    wide.map(|item| Mistake::new(file, format!("条目“{}”的取值太多", item.code), todo)).into_iter().collect()
}

/// Where the words are protected there are short labels only, and no question as the holder puts it to a person.
fn wording(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    if scale.licence.note.trim().is_empty() {
        mistakes.push(Mistake::new(file, "licence 没有写明依据", "在 note 中写权利人、须致谢的话和未收入的内容"));
    }
    if scale.licence.wording != Wording::Own {
        return;
    }
    for (at, item) in scale.items.iter().enumerate() {
        let texts = item.options.iter().map(|(_, text)| text).chain([&item.name, &item.guide]);
        let asks = |text: &str| text.chars().count() > LONGEST_LABEL || text.contains(['？', '?', '您']);
        if let Some(text) = texts.into_iter().find(|text| asks(text)) {
            let what = format!("条目“{}”的文字像是受保护的原文", item.code);
            let todo = format!("改为自拟短标签（wording 为 own）：不超过 {LONGEST_LABEL} 字，不写成问句");
            mistakes.push(Mistake::new(file, what, todo).row(at + 1).example(text.as_str()));
        }
    }
}

fn codes(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (at, item) in scale.items.iter().enumerate() {
        let mut wrong = |what: String, todo: &str| mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        if !seen.insert(&item.code) || scale.flags.iter().any(|flag| flag.code == item.code) {
            wrong(format!("条目“{}”重复", item.code), "每个条目和标志用不同的 code");
        }
        if scale.domains.iter().all(|domain| domain.code != item.domain) {
            wrong(format!("条目“{}”的部分“{}”不存在", item.code, item.domain), "改正 domain");
        }
        let answers: BTreeSet<i64> = item.options.iter().map(|(answer, _)| *answer).collect();
        let chosen = answers.len() > 1 && answers.len() == item.options.len() && item.measure.is_none();
        let measured = item.options.is_empty() && item.measure.as_ref().is_some_and(|m| m.min < m.max);
        if !(chosen || measured) {
            wrong(
                format!("条目“{}”的选项少于两个或分值重复，或 measure 不对", item.code),
                "给出至少两个各不相同的分值；测量的条目不写选项，写 measure = { min, max, unit }",
            );
        }
        if !stands_in(scale, item) {
            wrong(
                format!("条目“{}”的 instead_of 不对", item.code),
                "指向同一部分中另一个条目，那个条目自己不能再代替别的条目",
            );
        }
    }
    flags(file, scale, mistakes);
}

fn stands_in(scale: &Scale, item: &Item) -> bool {
    item.instead_of.as_ref().is_none_or(|main| {
        *main != item.code
            && scale.item(main).is_some_and(|main| main.instead_of.is_none() && main.domain == item.domain)
    })
}

fn flags(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let mut seen = BTreeSet::new();
    for (at, flag) in scale.flags.iter().enumerate() {
        let named = flag.answers.is_empty() || flag.answers.len() as i64 == flag.max + 1;
        if !seen.insert(&flag.code) || flag.max < 1 || !named {
            let what = format!("标志“{}”重复、没有可选的答案，或 answers 与 max 不符", flag.code);
            let todo = "让 max 至少为 1；写 answers 时从 0 起逐个命名，共 max + 1 个";
            mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        }
    }
    for alert in &scale.alerts {
        let known = scale.item(&alert.item).is_some_and(|item| item.reachable().last() >= Some(&alert.at_least));
        if !known || alert.at_least < 1 {
            let what = format!("提示“{}”的条目不存在，或分值达不到", alert.text);
            mistakes.push(Mistake::new(file, what, "改正 alert 的 item 和 at_least"));
        }
    }
}

fn domains(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    for domain in &scale.domains {
        let reachable = reachable(scale, domain);
        let (min, max) = (reachable.first().copied().unwrap_or(0), reachable.last().copied().unwrap_or(0));
        if max != domain.max {
            let what = format!("部分“{}”各条目满分相加为 {max}，不是 {}", domain.code, domain.max);
            mistakes.push(Mistake::new(file, what, "核对条目选项和 max"));
        }
        if min != domain.min {
            let what = format!("部分“{}”各条目最低分相加为 {min}，不是 {}", domain.code, domain.min);
            mistakes.push(Mistake::new(file, what, "核对条目选项，最低分不是 0 时写 min"));
        }
        if !domain.bands.is_empty() {
            tile(file, &format!("部分“{}”的分段", domain.code), &domain.bands, &reachable, mistakes);
        }
    }
}

/// The points that the items of a domain can give.
pub(crate) fn reachable(scale: &Scale, domain: &Domain) -> BTreeSet<i64> {
    let mut sums = BTreeSet::from([0]);
    for group in scale.groups().filter(|group| group.iter().any(|item| item.domain == domain.code)) {
        let points: BTreeSet<i64> = group.iter().flat_map(|item| item.reachable()).collect();
        let with = |sum: &i64, more: &i64| if domain.take == Take::Sum { sum + more } else { *sum.max(more) };
        sums = sums.iter().flat_map(|sum| points.iter().map(move |more| with(sum, more))).collect();
    }
    sums
}

/// The points that the whole form can give.
pub(crate) fn reachable_totals(scale: &Scale) -> BTreeSet<i64> {
    let mut sums = BTreeSet::from([0]);
    for domain in &scale.domains {
        let points = reachable(scale, domain);
        sums = sums.iter().flat_map(|sum| points.iter().map(move |more| sum + more)).collect();
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
    let nothing = scale.levels.is_empty() && scale.findings.is_empty();
    if codes.len() != scale.levels.len() || nothing {
        mistakes.push(Mistake::new(file, "等级重复或没有等级", "每个等级给出不同的 code；没有等级时写 finding"));
    }
    if scale.matrix.is_some() {
        matrix(file, scale, &codes, mistakes);
    } else if scale.floors() {
        floors(file, scale, mistakes);
    } else if !scale.levels.is_empty() {
        by_total(file, scale, mistakes);
    }
}

/// Levels by the total tile it; one without numbers is there for an adjustment to lead to.
fn by_total(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let band = |level: &Level| Some(Band { name: level.name.clone(), min: level.min?, max: level.max? });
    let led = |level: &Level| scale.adjust.iter().any(|rule| [rule.set, rule.lift_to].contains(&Some(level.code)));
    let reached = |level: &&Level| !(level.min.is_none() && level.max.is_none() && led(level));
    match scale.levels.iter().filter(reached).map(band).collect::<Option<Vec<_>>>() {
        Some(bands) => tile(file, "等级", &bands, &(scale.min()..=scale.max()).collect(), mistakes),
        None => {
            let todo = "给每个等级写 min 和 max；只由变更规则得出的等级两个都不写";
            mistakes.push(Mistake::new(file, "等级缺少 min 或 max", todo));
        }
    }
}

/// Each level asks more than the next, and the last one asks nothing.
fn floors(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let asked = |level: &Level| Some((level.min?, level.floor_bp?)).filter(|_| level.max.is_none());
    let all = scale.levels.iter().map(asked).collect::<Option<Vec<_>>>();
    let falls = all.as_ref().is_some_and(|all| {
        all.windows(2).all(|pair| pair[0].0 > pair[1].0 && pair[0].1 > pair[1].1) && all.last() == Some(&(0, 0))
    });
    if !falls {
        let todo = "从最高等级写起，每级写 min 和 floor_bp、不写 max，逐级降低，最后一级两个都是 0";
        mistakes.push(Mistake::new(file, "按总分和各部分最低比例定级时，等级的 min、floor_bp 不对", todo));
    }
}

fn matrix(file: &str, scale: &Scale, codes: &BTreeSet<i64>, mistakes: &mut Vec<Mistake>) {
    let Some(matrix) = &scale.matrix else { return };
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
        let effects = [rule.set, rule.raise, rule.lift_to].into_iter().flatten().count();
        let level = [rule.set, rule.lift_to].into_iter().flatten().all(|level| scale.level(level).is_some());
        let item = rule.expects.as_ref().is_none_or(|(code, _)| scale.item(code).is_some());
        if !(can_happen(scale, rule) && effects == 1 && level && item) {
            let name = rule.flag.as_deref().unwrap_or(&rule.text);
            let what = format!("变更规则“{name}”的 flag、any_item、at_least、set/raise/lift_to 或 expects 不对");
            let todo =
                "让 flag 与 any_item 二选一，set、raise、lift_to 三选一，指向已有的标志、等级和条目，at_least 要达得到";
            mistakes.push(Mistake::new(file, what, todo).row(at + 1));
        }
    }
}

fn can_happen(scale: &Scale, rule: &Adjust) -> bool {
    match &rule.flag {
        Some(code) => {
            let flag = scale.flags.iter().find(|flag| flag.code == *code);
            !rule.any_item && flag.is_some_and(|flag| (1..=flag.max).contains(&rule.at_least))
        }
        None => rule.any_item && scale.items.iter().any(|item| item.reachable().last() >= Some(&rule.at_least)),
    }
}

/// The table has a grade for every pair of numbers of dependent answers, and no grade gets better with more of them.
fn self_screen(file: &str, scale: &Scale, mistakes: &mut Vec<Mistake>) {
    let Some(screen) = &scale.self_screen else { return };
    let shape = screen.grades.len() == screen.class_a.len() + 1
        && screen.grades.iter().all(|row| row.len() == screen.class_b.len() + 1)
        && screen.answers.len() > 1;
    let known = |grade: &String| screen.grades.iter().flatten().any(|one| one == grade);
    let rows = screen.grades.windows(2).all(|pair| pair[0].iter().zip(&pair[1]).all(|(one, next)| one <= next));
    let columns = screen.grades.iter().all(|row| row.windows(2).all(|pair| pair[0] <= pair[1]));
    if !(shape && rows && columns && !screen.may_apply.is_empty() && screen.may_apply.iter().all(known)) {
        let todo = "让 grades 的行数为 class_a 项数加一，列数为 class_b 项数加一，依赖项越多等级越靠后；may_apply 写表中已有的等级";
        mistakes.push(Mistake::new(file, "自评表 self_screen 的行列数、顺序或 may_apply 不对", todo));
    }
}
