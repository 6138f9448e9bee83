//! Conditions, values and reasons as civil servants read them: no quotation marks, no signs, amounts in yuan.

use maud::{Markup, html};
use policy::{Because, Column, Decision, Kind, Library, Value, quantity};
use web::ui;

/// What a cell of a table says: `>= 100` is 100 张及以上.
#[must_use]
pub fn condition(cell: &str, kind: &Kind) -> String {
    let cell = cell.trim();
    if let Some(inner) = cell.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
        return match inner.trim() {
            "null" | "empty" => "有".into(),
            inner => format!("除“{}”以外", condition(inner, kind)),
        };
    }
    match cell {
        "-" => return "不限".into(),
        "null" | "empty" => return "没有".into(),
        "not empty" => return "有".into(),
        _ => {}
    }
    parts(cell).iter().map(|part| single(part, kind)).collect::<Vec<_>>().join("、")
}

/// Splits at the commas outside quotation marks.
fn parts(cell: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for c in cell.chars() {
        quoted ^= c == '"';
        match all.last_mut() {
            Some(last) if c != ',' || quoted => last.push(c),
            _ => all.push(String::new()),
        }
    }
    all.into_iter().map(|part| part.trim().to_owned()).collect()
}

fn single(part: &str, kind: &Kind) -> String {
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
        (Kind::Integer { .. }, text) => number(text),
        (_, text) => text.to_owned(),
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
        _ => text.to_owned(),
    }
}

/// Arithmetic with the names of facts and parameters in Chinese; its numbers stay as they are reckoned with.
#[must_use]
pub fn formula(library: &Library, text: &str, unit: &str) -> String {
    let mut out = String::new();
    let mut name = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
            continue;
        }
        out += &named(library, &std::mem::take(&mut name));
        match c {
            '*' => out.push('×'),
            ',' => out.push('，'),
            '=' => {}
            c => out.push(c),
        }
    }
    let unit = match unit {
        "fen" => "（单位：分）",
        _ => "",
    };
    format!("{}{unit}", out.trim())
}

fn named(library: &Library, name: &str) -> String {
    let function = match name {
        "min" => "较小者",
        "max" => "较大者",
        "share" => "按比例",
        "share_up" => "按比例进一",
        "months" => "满月数",
        "days" => "天数",
        "after_months" => "若干月后",
        "after_days" => "若干天后",
        "on" => "提问日",
        _ => "",
    };
    let parameter = || library.parameters().find(|p| p.name == name).map(|p| format!("“{}”", p.title));
    match function {
        "" if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) => name.to_owned(),
        "" => parameter().unwrap_or_else(|| library.fact(name).to_owned()),
        function => function.to_owned(),
    }
}

/// An outcome or a fact in words.
#[must_use]
pub fn value(library: &Library, columns: &[Column], name: &str, value: &Value) -> String {
    library.said(columns, name, value)
}

/// A message with the names of facts in Chinese.
#[must_use]
pub fn said(library: &Library, message: &str) -> String {
    let word = |(at, part): (usize, &str)| if at % 2 == 1 { library.fact(part).to_owned() } else { part.to_owned() };
    let parts: Vec<String> = message.split(['“', '”']).enumerate().map(word).collect();
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        match at % 2 {
            1 => out += &format!("“{part}”"),
            _ => out += part,
        }
    }
    out
}

/// The outcome of a decision, name by name in the order of the table; why it is undecided, if it is.
#[must_use]
pub fn outcome(library: &Library, decision: &Decision) -> Markup {
    if let Some(reason) = decision.undecided() {
        return html! { div.yy-undecided { "未定：" (said(library, reason)) } };
    }
    let table = library.table_of(decision);
    let columns: Vec<Column> = table.into_iter().flat_map(|t| t.outputs.iter().chain(&t.inputs)).cloned().collect();
    let mut rows: Vec<(String, Markup)> = vec![];
    for column in table.into_iter().flat_map(|table| &table.outputs) {
        let shown = decision.get(&column.name).map(|one| value(library, &columns, &column.name, one));
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
                .map(|one| if *one == Value::Nothing { "无".into() } else { value(library, columns, name, one) }),
        )
    };
    let rows = lines.iter().map(|line| names.iter().map(|name| cell(line, name)).collect());
    ui::table(&headings, rows)
}

/// Why, step by step: the clause, what it says, which facts were looked at, which row of which table answered.
#[must_use]
pub fn because(library: &Library, decision: &Decision) -> Markup {
    html! {
        @if !decision.because.is_empty() {
            ol.yy-trace { @for one in &decision.because { li { (ground(library, one)) } } }
        }
        (ui::unverified_all(&decision.unverified))
    }
}

fn ground(library: &Library, b: &Because) -> Markup {
    let table = library.named_table(b);
    let inputs = table.map_or(&[][..], |table| &table.inputs);
    let clause = library.clause(&b.clause);
    let row = table.and_then(|t| b.row.checked_sub(1).map_or(t.otherwise.as_ref(), |at| t.rows.get(at)));
    html! {
        p.mb-1 {
            a href={ "/policies/" (b.document) "#" (b.clause) } { (b.number) " " (b.at) }
            @if let Some(clause) = clause { "　" strong { (clause.title) } }
        }
        p.mb-1 { (b.summary) }
        @if !b.inputs.is_empty() {
            p.mb-1 { "看了这些情况：" @for (i, (name, one)) in b.inputs.iter().enumerate() {
                @if i > 0 { "；" } (library.fact(name)) " " strong { (value(library, inputs, name, one)) }
            } }
        }
        @if !b.parameters.is_empty() {
            p.mb-1 { "用了这些参数：" @for (i, (name, number)) in b.parameters.iter().enumerate() {
                @if i > 0 { "；" } (library.parameter_named(name, *number, &b.document))
            } }
        }
        @if let Some(note) = row.map(|row| row.note.as_str()).filter(|note| !note.is_empty()) {
            p.mb-1 { "读法：" (note) }
        }
        @if let Some(table) = table {
            p.text-secondary.mb-2 {
                a href=(super::pages::table::href(table)) { "规则表“" (table.title) "”" }
                @if b.row > 0 { "第 " (b.row) " 行" } @else { "“其余情形”一行" }
                "，条款 " (b.clause)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(unit: &str) -> Kind {
        Kind::Integer { lo: 0, hi: i64::MAX, unit: unit.into() }
    }

    #[test]
    fn conditions_are_read_aloud() {
        let says = |cell: &str, unit: &str| condition(cell, &kind(unit));
        for (cell, unit, words) in [
            ("-", "beds", "不限"),
            (">= 100", "beds", "100 张及以上"),
            ("< 5", "years", "不满 5"),
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
        assert_eq!(condition("false", &Kind::Boolean), "否");
        assert_eq!(condition("\"崇川区\", \"a,b\"", &Kind::Text), "崇川区、a,b");
    }

    #[test]
    fn arithmetic_is_read_aloud() {
        let library = Library::default();
        assert_eq!(formula(&library, "min(new_beds * 1200, 5)", "fen"), "较小者(new_beds × 1200， 5)（单位：分）");
    }
}
