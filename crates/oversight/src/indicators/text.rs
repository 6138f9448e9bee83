//! The indicators as a table of text for a terminal.

use super::model::Figure;
use super::survey::Survey;

/// The table.
#[must_use]
pub fn table(survey: &Survey) -> String {
    let (area, rules) = (&survey.ground.area, &survey.rules);
    let mut lines = vec![
        format!("{}（{}）　统计日 {}　待遇统计月 {}", area.name, area.code.short(), rules.on, rules.month),
        String::new(),
        row(["指标", "数值", "分子 / 分母", "目标", "结论"], "名称"),
    ];
    for figure in &survey.figures {
        lines.push(line(figure));
        lines.extend(figure.notes.iter().map(|note| format!("{:14}注：{note}", "")));
        lines.extend(figure.unverified.iter().map(|why| format!("{:14}未核实：{why}", "")));
    }
    if survey.figures.is_empty() {
        lines.push("（没有适用于该区域的文件和数据）".into());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn line(f: &Figure) -> String {
    let among = f.denominator().map_or_else(|| f.numerator().to_string(), |d| format!("{} / {d}", f.numerator()));
    let goal = f.goal.as_ref().map_or_else(|| "—".into(), |g| g.shown(f.unit()));
    let verdict = match f.verdict() {
        super::Verdict::Below(_) => format!("未达标，{}", f.standing()),
        other => other.word().into(),
    };
    row([f.code.key(), &f.shown(), &among, &goal, &verdict], f.title())
}

fn row(cells: [&str; 5], title: &str) -> String {
    let widths = [14, 12, 18, 26, 22];
    let padded = cells.iter().zip(widths).map(|(cell, width)| pad(cell, width));
    format!("{}{title}", padded.collect::<String>())
}

/// Fills a cell; a Chinese character is two wide.
fn pad(text: &str, width: usize) -> String {
    let wide: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(wide).max(1)))
}
