//! Conditions, values and reasons as civil servants read them: no quotation marks, no signs, amounts in yuan.

use maud::{Markup, html};
use policy::{Column, Decision, Kind, Library, Value, quantity};
use web::ui;

/// What a cell of a table says: `>= 100` is 100 张及以上; `text` names the texts of a column of free text.
#[must_use]
pub fn condition<'a>(cell: &'a str, kind: &'a Kind, text: &dyn Fn(&'a str) -> &'a str) -> String {
    let cell = cell.trim();
    if let Some(inner) = cell.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
        return match inner.trim() {
            "null" | "empty" => "有".into(),
            inner => format!("除“{}”以外", condition(inner, kind, text)),
        };
    }
    match cell {
        "-" => return "不限".into(),
        "null" | "empty" => return "没有".into(),
        "not empty" => return "有".into(),
        _ => {}
    }
    let mut all: Vec<String> = vec![];
    for one in parts(cell).into_iter().map(|part| single(part, kind, text)) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all.join("、")
}

/// Splits at the commas outside quotation marks.
fn parts(cell: &str) -> Vec<&str> {
    let mut quoted = false;
    let outside = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    cell.split(outside).map(str::trim).collect()
}

fn single<'a>(part: &'a str, kind: &'a Kind, text: &dyn Fn(&'a str) -> &'a str) -> String {
    let number = |text: &str| amount(text.trim(), kind);
    for (sign, before, after) in [(">=", "", "及以上"), ("<=", "", "及以下"), (">", "超过 ", ""), ("<", "不满 ", "")]
    {
        if let Some(rest) = part.strip_prefix(sign) {
            return format!("{before}{}{after}", number(rest));
        }
    }
    if let Some((low, high)) = part.split_once("..").filter(|_| part.starts_with(['[', '('])) {
        let low = format!("{}{}", if low.starts_with('(') { "超过 " } else { "" }, number(&low[1..]));
        let (high, open) = (high.trim_end_matches([']', ')']), high.ends_with(')'));
        return format!("{low} 至{} {}", if open { "不满" } else { "" }, number(high));
    }
    match (kind.inner(), part.trim_matches('"')) {
        (Kind::Word(list) | Kind::SetOf(list), word) => list.label(word).unwrap_or(word).to_owned(),
        (Kind::Boolean, "true") => "是".into(),
        (Kind::Boolean, "false") => "否".into(),
        (_, "null") => "没有".into(),
        (Kind::Integer { .. }, figure) => number(figure),
        (_, other) => text(other).to_owned(),
    }
}

/// A number of a cell with its unit.
fn amount(text: &str, kind: &Kind) -> String {
    match (kind.inner(), text.replace('_', "").parse()) {
        (Kind::Integer { unit, .. }, Ok(number)) => quantity(number, unit),
        _ => text.to_owned(),
    }
}

/// What a row gives in an output column: a word, an amount, or how it is reckoned.
#[must_use]
pub fn result(library: &Library, text: &str, column: &Column) -> String {
    if text == "-" {
        return "—".into();
    }
    match (column.kind.inner(), text.replace('_', "").parse::<i64>()) {
        (Kind::Integer { unit, .. }, Ok(number)) => quantity(number, unit),
        (Kind::Integer { unit, .. }, Err(_)) => formula(library, text, unit),
        (Kind::Date, _) if text.contains('(') => formula(library, text, ""),
        (Kind::Word(list) | Kind::SetOf(list), _) => {
            let word = |word: &str| list.label(word).unwrap_or(word).to_owned();
            text.split('、').map(word).collect::<Vec<_>>().join("、")
        }
        _ => library.text(&column.name, text).to_owned(),
    }
}

/// Arithmetic with the names of facts and parameters in Chinese, amounts in yuan and shares in per cent.
#[must_use]
pub fn formula(library: &Library, text: &str, unit: &str) -> String {
    let money = unit == "fen" && !(text.contains('*') && text.contains("_fen"));
    let (mut out, mut name) = (String::new(), String::new());
    let mut calls: Vec<String> = vec![];
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
            continue;
        }
        let word = std::mem::take(&mut name);
        let within = calls.last().map_or("", String::as_str);
        out += &figure(&word, within, money).unwrap_or_else(|| named(library, &word));
        match c {
            '(' => calls.push(word),
            ')' => _ = calls.pop(),
            _ => {}
        }
        match c {
            '*' => out.push('×'),
            ',' => out.push('，'),
            '(' => out.push('（'),
            ')' => out.push('）'),
            '=' => {}
            ' ' if out.ends_with('，') => {}
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// A number of arithmetic as it is meant where it stands: inside a function, or as an amount.
fn figure(word: &str, within: &str, money: bool) -> Option<String> {
    let number: i64 = word.replace('_', "").parse().ok()?;
    let unit = match within {
        "share" | "share_up" => "bp",
        "after_months" => "months",
        "after_days" => "days",
        _ if money && number != 0 => "fen",
        _ => "",
    };
    Some(quantity(number, unit))
}

fn named(library: &Library, name: &str) -> String {
    let function = match name {
        "min" => "较小者",
        "max" => "较大者",
        "share" => "按比例",
        "share_up" => "按比例进一",
        "months" => "满月数",
        "days" => "天数",
        "after_months" | "after_days" => "顺延",
        "on" => "提问日",
        _ => "",
    };
    let parameter = || library.parameters().find(|p| p.name == name).map(|p| format!("“{}”", p.title));
    match function {
        "" if name.is_empty() => String::new(),
        "" => parameter().unwrap_or_else(|| library.fact(name).to_owned()),
        function => function.to_owned(),
    }
}

/// The outcome of a decision, name by name in the order of the table; why it is undecided, if it is.
#[must_use]
pub fn outcome(library: &Library, decision: &Decision) -> Markup {
    if let Some(reason) = decision.undecided() {
        return html! { div.yy-undecided { "未定：" (library.told(reason)) } };
    }
    let table = library.table_of(decision);
    let columns: Vec<Column> = table.into_iter().flat_map(|t| t.outputs.iter().chain(&t.inputs)).cloned().collect();
    let mut rows: Vec<(String, Markup)> = vec![];
    for column in table.into_iter().flat_map(|table| &table.outputs) {
        let shown = decision.get(&column.name).map(|one| library.said(&columns, &column.name, one));
        if shown.is_some() || (column.optional && table.is_some_and(|t| t.lines.is_none())) {
            rows.push((library.fact(&column.name).to_owned(), html! { strong { (ui::opt(shown)) } }));
        }
    }
    html! {
        (ui::facts(&rows))
        @if let Some(Value::List(lines)) = decision.get("lines") { (bill(library, &columns, lines)) }
    }
}

/// Lines of a bill as a table.
fn bill(library: &Library, columns: &[Column], lines: &[std::collections::BTreeMap<String, Value>]) -> Markup {
    let mut names: Vec<&str> = vec![];
    for name in lines.iter().flat_map(|line| line.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let at = |name: &str| columns.iter().rev().position(|column| column.name == name);
    names.sort_by_key(|name| std::cmp::Reverse(at(name)));
    let headings: Vec<&str> = names.iter().map(|name| library.fact(name)).collect();
    let cell = |line: &std::collections::BTreeMap<String, Value>, name: &str| {
        ui::opt(
            line.get(name)
                .map(|one| if *one == Value::Nothing { "无".into() } else { library.said(columns, name, one) }),
        )
    };
    let rows = lines.iter().map(|line| names.iter().map(|name| cell(line, name)).collect());
    ui::table(&headings, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(unit: &str) -> Kind {
        Kind::Integer { lo: 0, hi: i64::MAX, unit: unit.into() }
    }

    #[test]
    fn conditions_are_read_aloud() {
        let says = |cell: &str, unit: &str| condition(cell, &kind(unit), &|text| text);
        for (cell, unit, words) in [
            ("-", "beds", "不限"),
            (">= 100", "beds", "100 张及以上"),
            ("< 5", "years", "不满 5 年"),
            ("<= 5", "", "5及以下"),
            ("> 6_000", "bp", "超过 60%"),
            ("[100..200]", "beds", "100 张 至 200 张"),
            ("(100..200)", "", "超过 100 至不满 200"),
            ("1, 3", "", "1、3"),
            ("not(3)", "", "除“3”以外"),
            ("not(null)", "", "有"),
            (">= 12000", "fen", "120.00 元及以上"),
        ] {
            assert_eq!(says(cell, unit), words, "{cell}");
        }
        assert_eq!(condition("false", &Kind::Boolean, &|text| text), "否");
        assert_eq!(condition("\"崇川区\", \"a,b\"", &Kind::Text, &|text| text), "崇川区、a,b");
    }

    #[test]
    fn arithmetic_is_read_aloud() {
        let library = Library::default();
        let says = |text: &str, unit: &str| formula(&library, text, unit);
        assert_eq!(says("= min(new_beds * 1_200_000, 50_000)", "fen"), "较小者（new_beds × 12,000.00 元，500.00 元）");
        assert_eq!(says("= max(eligible_fen - 1200, 0)", "fen"), "较大者（eligible_fen - 12.00 元，0）");
        assert_eq!(says("= share(charge_fen, 5000)", "fen"), "按比例（charge_fen，50%）");
        assert_eq!(says("= days * daily_rate_fen", "fen"), "天数 × daily_rate_fen");
        assert_eq!(says("= after_months(last_done, 12)", ""), "顺延（last_done，12 个月）");
    }
}
