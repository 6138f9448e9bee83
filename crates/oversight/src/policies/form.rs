//! A form made from what a question wants, and the facts read back from it. Amounts are typed in yuan, shares in per cent.

use maud::{Markup, html};
use policy::{Column, Facts, Form, Kind, Library, Value, Want};
use std::collections::{BTreeMap, BTreeSet};
use web::ui::{self, Field};

/// What was filled in: names and values, in the order of the form. Blank fields are absent.
pub type Filled = Vec<(String, String)>;

/// So many items of a list can be filled in on a page; programs may send more.
const ITEMS: usize = 4;
/// Stands in a field for something that is known not to be.
const NOTHING: &str = "null";
/// What stands before the name of a fact in the form.
const FACT: &str = "f_";

fn of<'a>(filled: &'a Filled, name: &str) -> &'a str {
    filled.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// The fields for all that is wanted; `wrong` says what is wrong by the name of a fact.
pub fn fields(library: &Library, wants: &[Want<'_>], filled: &Filled, wrong: &BTreeMap<String, String>) -> Markup {
    html! {
        div.yy-more { @for want in wants {
            @if let Form::One(column) = &want.form {
                (field(library, &format!("{FACT}{}", want.name), want.name, column, filled, wrong.get(want.name)))
            }
        } }
        @for want in wants {
            @if let Form::List(columns) = &want.form {
                fieldset.mb-3 {
                    legend.form-label { (library.fact(want.name)) }
                    @if let Some(why) = wrong.get(want.name) { div.invalid-feedback.d-block { (why) } }
                    @for at in 0..ITEMS {
                        div.yy-more { @for column in columns {
                            @let name = format!("{FACT}{}_{at}_{}", want.name, column.name);
                            @let place = format!("{}[{}].{}", want.name, at + 1, column.name);
                            (field(library, &name, &column.name, column, filled, wrong.get(&place)))
                        } }
                    }
                }
            }
        }
    }
}

fn field(
    library: &Library,
    name: &str,
    fact: &str,
    column: &Column,
    filled: &Filled,
    wrong: Option<&String>,
) -> Markup {
    let value = of(filled, name);
    let label = library.fact(fact);
    let maybe = matches!(column.kind, Kind::Maybe(_));
    let with = Field::text().error(wrong.map(String::as_str));
    match column.kind.inner() {
        Kind::Boolean => ui::select_with(label, name, &[("", "不知道"), ("true", "是"), ("false", "否")], value, with),
        Kind::Word(list) => {
            let first = [(String::new(), if maybe { "不知道" } else { "请选择" }.to_owned())];
            let nothing = maybe.then(|| (NOTHING.to_owned(), "没有".to_owned()));
            let all: Vec<_> = first.into_iter().chain(nothing).chain(list.words.iter().cloned()).collect();
            ui::select_with(label, name, &all, value, with)
        }
        Kind::SetOf(list) => set(label, name, &list.words, filled),
        Kind::Date => {
            let day = if value == NOTHING { "" } else { value };
            html! { div {
                (ui::field(label, name, day, Field::date().error(wrong.map(String::as_str))))
                @if maybe { (never(name, value)) }
            } }
        }
        Kind::Integer { unit, .. } => {
            let (suffix, hint) = hint(unit);
            let label = format!("{label}{suffix}");
            ui::field(&label, name, value, Field::number().step("any").hint(hint).error(wrong.map(String::as_str)))
        }
        _ => {
            let words = column.named().iter().map(String::as_str).filter(|text| library.text(fact, text) == *text);
            let words = words.collect::<Vec<_>>().join("、");
            let hint = if words.is_empty() { words } else { format!("表中有：{words}") };
            ui::field(label, name, value, with.hint(hint))
        }
    }
}

fn never(name: &str, value: &str) -> Markup {
    html! {
        label.form-check.mb-3 {
            input.form-check-input type="checkbox" name=(name) value=(NOTHING) checked[value == NOTHING];
            span.form-check-label { "从未（没有）" }
        }
    }
}

/// What stands behind the label of a number, and what helps to fill it in.
pub fn hint(unit: &str) -> (&'static str, &'static str) {
    match unit {
        "fen" => ("（元）", "可写到分，如 12.50"),
        "bp" => ("（%）", "如 60 或 60.01"),
        "age" => ("（周岁）", ""),
        "level" => ("（级）", ""),
        "years" => ("（年）", ""),
        "months" => ("（月）", ""),
        "days" => ("（天）", ""),
        "beds" => ("（张）", ""),
        _ => ("", ""),
    }
}

fn set(label: &str, name: &str, words: &[(String, String)], filled: &Filled) -> Markup {
    let has = |word: &str| filled.iter().any(|(key, value)| key == name && value == word);
    html! {
        fieldset.mb-3.yy-wide {
            legend.form-label { (label) "（可多选；都没有也要勾“以上都没有”）" }
            div.yy-radios {
                @for (word, text) in words {
                    label.form-check.form-check-inline {
                        input.form-check-input type="checkbox" name=(name) value=(word) checked[has(word)];
                        span.form-check-label { (text) }
                    }
                }
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name=(name) value=(NOTHING) checked[has(NOTHING)];
                    span.form-check-label { "以上都没有" }
                }
            }
        }
    }
}

/// Whether anything of the facts was filled in.
pub fn is_filled(filled: &Filled) -> bool {
    filled.iter().any(|(name, value)| name.starts_with(FACT) && !value.trim().is_empty())
}

/// Reads the facts back, or says what is wrong by the name of the fact.
pub fn facts(wants: &[Want<'_>], filled: &Filled) -> Result<Facts, BTreeMap<String, String>> {
    let mut facts = Facts::new();
    let mut wrong = BTreeMap::new();
    for want in wants {
        let read = match &want.form {
            Form::One(column) => one(column, &format!("{FACT}{}", want.name), filled),
            Form::List(columns) => Ok(list(want.name, columns, filled, &mut wrong)),
        };
        match read {
            Ok(Some(value)) => _ = facts.0.insert(want.name.to_owned(), value),
            Ok(None) => {}
            Err(why) => _ = wrong.insert(want.name.to_owned(), why),
        }
    }
    if wrong.is_empty() { Ok(facts) } else { Err(wrong) }
}

fn list(name: &str, columns: &[&Column], filled: &Filled, wrong: &mut BTreeMap<String, String>) -> Option<Value> {
    let mut items = vec![];
    for at in 0..ITEMS {
        let mut item = BTreeMap::new();
        for column in columns {
            match one(column, &format!("{FACT}{name}_{at}_{}", column.name), filled) {
                Ok(value) => item.extend(value.map(|value| (column.name.clone(), value))),
                Err(why) => _ = wrong.insert(format!("{name}[{}].{}", at + 1, column.name), why),
            }
        }
        if item.values().any(|value| *value != Value::Nothing) {
            items.push(item);
        }
    }
    is_filled(filled).then_some(Value::List(items))
}

fn one(column: &Column, name: &str, filled: &Filled) -> Result<Option<Value>, String> {
    let given: Vec<&str> = filled.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim()).collect();
    let given: Vec<&str> = given.into_iter().filter(|text| !text.is_empty()).collect();
    let Some(first) = given.first() else { return Ok(None) };
    if let Kind::SetOf(_) = column.kind.inner() {
        let words: BTreeSet<String> = given.iter().filter(|w| **w != NOTHING).map(|w| (*w).to_owned()).collect();
        return checked(column, Value::Set(words)).map(Some);
    }
    if matches!(column.kind, Kind::Maybe(_)) && given.contains(&NOTHING) {
        return Ok(Some(Value::Nothing));
    }
    let value = match column.kind.inner() {
        Kind::Boolean => match *first {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err("请选“是”或“否”".into()),
        },
        Kind::Date => Value::Date(kernel::time::day(first).ok_or_else(|| "不是日期，或那个月没有这一天".to_owned())?),
        Kind::Integer { unit, .. } => Value::Int(number(first, unit)?),
        _ => Value::Text((*first).to_owned()),
    };
    checked(column, value).map(Some)
}

fn checked(column: &Column, value: Value) -> Result<Value, String> {
    column.wrong(&value).map_or(Ok(value), Err)
}

/// A typed number: yuan become fen, per cent basis points.
///
/// # Errors
/// In words for the user.
pub fn number(text: &str, unit: &str) -> Result<i64, String> {
    let places = if matches!(unit, "fen" | "bp") { 2 } else { 0 };
    let text = text.replace(['，', ','], "");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > places {
        return Err(match places {
            0 => "应为整数".into(),
            _ => "应为数字，最多两位小数".into(),
        });
    }
    let all = format!("{whole}{part:0<places$}");
    all.parse::<i64>().map(|n| n * sign).map_err(|_| "数太大".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_and_per_cent_are_exact() {
        assert_eq!(
            (number("12.5", "fen"), number("0.01", "fen"), number("1,200", "fen")),
            (Ok(1250), Ok(1), Ok(120_000))
        );
        assert_eq!((number("60", "bp"), number("60.01", "bp"), number("-3", "count")), (Ok(6000), Ok(6001), Ok(-3)));
        for (text, unit) in
            [("1.234", "fen"), ("1.5", "beds"), ("x", ""), ("", ""), ("1e3", ""), (".5", "fen"), ("--1", "")]
        {
            assert!(number(text, unit).is_err(), "{text}");
        }
        assert_eq!(number("99999999999999999999", "beds"), Err("数太大".into()));
        assert_eq!(number("9223372036854775807", "beds"), Ok(i64::MAX));
    }
}
