//! Values, names and parameters as a person would write them.

use crate::columns::Column;
use crate::decide::Because;
use crate::kind::Kind;
use crate::library::Library;
use crate::table::Table;
use crate::value::Value;
use kernel::{Bp, Date, Fen};
use std::collections::BTreeMap;

/// The list in `words.toml` that holds the Chinese names of facts and outcomes.
const FACTS: &str = "fact";

impl Library {
    /// The Chinese name of a fact or an outcome, as `words.toml` has it; the name itself if it has none.
    #[must_use]
    pub fn fact<'a>(&'a self, name: &'a str) -> &'a str {
        self.label(FACTS, name).unwrap_or(name)
    }

    /// A value in the words of its column, also inside the lines of a list.
    #[must_use]
    pub fn said(&self, columns: &[Column], name: &str, value: &Value) -> String {
        match value {
            Value::List(items) => {
                let one =
                    |(name, value): (&String, &Value)| format!("{} {}", self.fact(name), words(columns, name, value));
                let item = |item: &BTreeMap<String, Value>| item.iter().map(one).collect::<Vec<_>>().join("，");
                format!("（{}）", items.iter().map(item).collect::<Vec<_>>().join("；"))
            }
            value => words(columns, name, value),
        }
    }

    /// A parameter of a document by its title, with its value.
    #[must_use]
    pub fn parameter_named(&self, name: &str, value: i64, document: &str) -> String {
        let found = self.parameters().find(|p| p.name == name && p.document == document);
        found.map_or_else(
            || format!("{name}为{value}"),
            |p| format!("{}为{}", p.title, crate::kind::spaced(&quantity(value, &p.unit))),
        )
    }

    /// The table that a ground names.
    #[must_use]
    pub fn named_table(&self, because: &Because) -> Option<&Table> {
        let own = |table: &&Table| {
            table.document == because.document && table.file.rsplit('/').next() == Some(because.table.as_str())
        };
        self.tables().find(own)
    }
}

/// A day as people write it: 2026年11月1日.
pub(crate) fn in_chinese(day: Date) -> String {
    let text = day.to_string();
    let mut parts = text.split('-').map(|part| part.trim_start_matches('0'));
    let mut next = || parts.next().unwrap_or_default();
    format!("{}年{}月{}日", next(), next(), next())
}

/// A value in the words of its column: 护理院, 1,200.00 元, 90%, 3 张.
#[must_use]
pub fn words(columns: &[Column], name: &str, value: &Value) -> String {
    let kind = columns.iter().find(|column| column.name == name).map(|column| column.kind.inner());
    match (kind, value) {
        (Some(Kind::Word(list)), Value::Text(word)) => list.label(word).unwrap_or(word).to_owned(),
        (Some(Kind::SetOf(list) | Kind::Word(list)), Value::Set(set)) if !set.is_empty() => {
            set.iter().map(|word| list.label(word).unwrap_or(word)).collect::<Vec<_>>().join("、")
        }
        (Some(Kind::Integer { unit, .. }), Value::Int(n)) => quantity(*n, unit),
        _ => value.to_string(),
    }
}

/// A number with its unit, as people write it.
#[must_use]
pub fn quantity(number: i64, unit: &str) -> String {
    match unit {
        "fen" => format!("{} 元", Fen(number)),
        "bp" => Bp(number).to_string(),
        "beds" => format!("{number} 张"),
        "days" => format!("{number} 天"),
        "months" => format!("{number} 个月"),
        "minutes" => format!("{number} 分钟"),
        _ => number.to_string(),
    }
}
