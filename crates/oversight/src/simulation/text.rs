//! The result for a terminal, as CSV and as JSON.

use super::model::Counts;
use super::population::Origin;
use super::{Ask, Outcome, Population};
use kernel::Fen;
use policy::Library;
use policy::simulate::Change;
use serde_json::{Value, json};
use std::fmt::Write;

/// An amount, or how many.
#[must_use]
pub fn amount(result: &Outcome, number: i128) -> String {
    match i64::try_from(number) {
        Ok(fen) if result.counts == Counts::Money => format!("{} 元", Fen(fen)),
        _ => number.to_string(),
    }
}

fn title<'a>(library: &'a Library, ask: &'a Ask) -> &'a str {
    library.title(&ask.question).unwrap_or(&ask.question)
}

fn side(library: &Library, side: &super::Side) -> String {
    let number = library.document(&side.document).map_or("", |document| document.number.as_str());
    format!("{}（{}，{}）", side.document, number, side.on)
}

fn line(result: &Outcome, unit: &str, change: &Change, changed: usize) -> String {
    let people = format!("{} {unit}，答复改变 {changed}", change.people);
    let [before, after, more] = [change.before, change.after, change.difference()].map(|n| amount(result, n));
    match result.counts {
        Counts::Words => people,
        Counts::Yes => format!("{people}；A 为“是” {before}，B 为“是” {after}"),
        Counts::Money => {
            format!("{people}，增加 {}，减少 {}；A {before}，B {after}，相差 {more}", change.more, change.less)
        }
    }
}

/// For a terminal.
#[must_use]
pub fn table(library: &Library, ask: &Ask, people: &Population, result: &Outcome) -> String {
    let unit = people.of.unit();
    let mut out =
        format!("{}：政策模拟\nA {}\nB {}\n", title(library, ask), side(library, &ask.a), side(library, &ask.b));
    out += match people.from {
        Origin::Register => "人群　名册\n",
        Origin::Nowhere => "人群　合成，不代表任何地方\n",
        Origin::File => "人群　文件\n",
    };
    if ask.a == ask.b {
        out += "提示　两边是同一份文件、同一天，自然没有差别；比较前后可写 文件@日期\n";
    }
    if people.places.is_empty() {
        out += "提示　这个辖区在名册中没有人，没有可以比较的\n";
    }
    if !result.unknown.is_empty() {
        let names: Vec<&str> = result.unknown.iter().map(|name| library.fact(name)).collect();
        _ = writeln!(out, "不知道　{}（用 --assume 假设；需要它们的为未定）", names.join("、"));
    }
    _ = writeln!(out, "\n合计　{}", line(result, unit, &result.difference.whole, result.changed.iter().sum()));
    out += "\n按地区\n";
    for (((area, name), change), changed) in areas(people, result) {
        _ = writeln!(out, "  {} {name}　{}", area.short(), line(result, unit, change, changed));
    }
    out += "\n按规则（A → B）\n";
    for ((a, b), change) in result.by_rows() {
        let from = result.code(library, &result.a, &result.before, a);
        let to = result.code(library, &result.b, &result.after, b);
        _ = writeln!(out, "  {from} → {to}　{}", line(result, unit, &change, result.changed_of((a, b))));
    }
    out
}

/// A cell of CSV.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The areas with somebody in them, how they fare, and for how many the answer is another one.
fn areas<'a>(
    people: &'a Population,
    result: &'a Outcome,
) -> impl Iterator<Item = ((&'a (kernel::Area, String), &'a Change), usize)> {
    let all = people.areas.iter().zip(&result.difference.by_area).zip(result.changed.iter().copied());
    all.filter(|((_, change), _)| change.people > 0)
}

/// As CSV; amounts in fen, blank where nothing can be added.
#[must_use]
pub fn csv(library: &Library, people: &Population, result: &Outcome) -> String {
    let mut out = "类别,名称,数,答复改变,增加,减少,A,B,相差\n".to_owned();
    let mut row = |kind: &str, name: &str, c: &Change, changed: usize| {
        let numbers = match result.counts {
            Counts::Words => ",,,,".to_owned(),
            _ => format!("{},{},{},{},{}", c.more, c.less, c.before, c.after, c.difference()),
        };
        _ = writeln!(out, "{kind},{},{},{changed},{numbers}", cell(name), c.people);
    };
    row("合计", "", &result.difference.whole, result.changed.iter().sum());
    for (((area, name), change), changed) in areas(people, result) {
        row("地区", &format!("{} {name}", area.short()), change, changed);
    }
    for ((a, b), change) in result.by_rows() {
        let from = result.code(library, &result.a, &result.before, a);
        let to = result.code(library, &result.b, &result.after, b);
        row("规则", &format!("{from} → {to}"), &change, result.changed_of((a, b)));
    }
    out
}

/// As JSON; amounts in fen, null where nothing can be added.
#[must_use]
pub fn json(library: &Library, ask: &Ask, people: &Population, result: &Outcome) -> Value {
    let change = |c: &Change, changed: usize| match result.counts {
        Counts::Words => json!({"people": c.people, "changed": changed}),
        _ => json!({"people": c.people, "changed": changed, "more": c.more, "less": c.less, "gained": c.gained,
            "lost": c.lost, "before": c.before as i64, "after": c.after as i64, "difference": c.difference() as i64}),
    };
    let area = |(((area, name), c), changed): ((&(kernel::Area, String), &Change), usize)| json!({"area": area.short(), "name": name, "change": change(c, changed)});
    let areas: Vec<Value> = areas(people, result).map(area).collect();
    let row = |((a, b), c): &((u16, u16), Change)| {
        json!({"a": result.code(library, &result.a, &result.before, *a),
            "b": result.code(library, &result.b, &result.after, *b), "change": change(c, result.changed_of((*a, *b)))})
    };
    let rows: Vec<Value> = result.by_rows().iter().map(row).collect();
    json!({"question": ask.question, "output": result.a.output(), "a": ask.a.document, "a_on": ask.a.on,
        "b": ask.b.document, "b_on": ask.b.on, "synthetic": people.from == Origin::Nowhere, "unknown": result.unknown,
        "total": change(&result.difference.whole, result.changed.iter().sum()), "by_area": areas, "by_row": rows})
}
