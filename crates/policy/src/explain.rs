//! A decision as a person would write it in a notice.

use crate::columns::Column;
use crate::decide::{Because, Decision, Outcome};
use crate::kind::Kind;
use crate::library::Library;
use crate::table::{Row, Table};
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

    /// The decision in sentences: what came out, by which clause, on which facts, what is not verified.
    #[must_use]
    pub fn explain(&self, decision: &Decision) -> String {
        let table = self.table_of(decision);
        let title = table.map_or(decision.question.as_str(), |table| table.title.as_str());
        let place = if decision.place == kernel::Area::COUNTRY { "全国".into() } else { decision.place.short() };
        let mut out = format!("关于“{title}”（地区 {place}，{}）：\n", in_chinese(decision.on));
        match &decision.outcome {
            Outcome::Undecided { reason } => {
                out += &format!("结论：未定。{reason}。\n未定不等于没有，请向主管部门核实。\n");
                return out;
            }
            Outcome::Decided(values) => {
                let all = table.into_iter().flat_map(|table| table.outputs.iter().chain(&table.inputs));
                out += &format!("结论：{}。\n", self.listed(&all.cloned().collect::<Vec<_>>(), values));
            }
        }
        for (at, because) in decision.because.iter().enumerate() {
            out += &self.sentence(because, if decision.because.len() > 1 { Some(at + 1) } else { None });
        }
        for why in &decision.unverified {
            out += &format!("未经核实：{why}。\n");
        }
        out
    }

    fn listed(&self, columns: &[Column], values: &BTreeMap<String, Value>) -> String {
        let known = columns.iter().filter_map(|column| values.get_key_value(&column.name));
        let others = values.iter().filter(|(name, _)| columns.iter().all(|column| column.name != **name));
        let show =
            |(name, value): (&String, &Value)| format!("{}为{}", self.fact(name), self.said(columns, name, value));
        known.chain(others).map(show).collect::<Vec<_>>().join("；")
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

    fn sentence(&self, because: &Because, number: Option<usize>) -> String {
        let table = self.named_table(because);
        let inputs = table.map_or(&[][..], |table| &table.inputs);
        let show = |(name, value): &(String, Value)| format!("{}为{}", self.fact(name), self.said(inputs, name, value));
        let facts = because.inputs.iter().map(show).collect::<Vec<_>>().join("，");
        let clause = self.clause(&because.clause);
        let title = clause.map_or("", |clause| clause.title.as_str());
        let facts = if facts.is_empty() { String::new() } else { format!("情况：{facts}。") };
        let used = because.parameters.iter().map(|(name, value)| self.parameter_named(name, *value, &because.document));
        let used = used.collect::<Vec<_>>().join("，");
        let used = if used.is_empty() { used } else { format!("参数：{used}。") };
        let note =
            table.and_then(|table| row(table, because)).map(|row| row.note.as_str()).filter(|note| !note.is_empty());
        let note = note.map_or_else(String::new, |note| format!("读法：{note}。"));
        let number = number.map_or_else(String::new, |n| format!("{n}. "));
        format!(
            "依据：{number}{} {}“{title}”（条款 {}）。{facts}{used}{note}\n",
            because.number, because.at, because.clause
        )
    }

    /// A parameter of a document by its title, with its value.
    #[must_use]
    pub fn parameter_named(&self, name: &str, value: i64, document: &str) -> String {
        let found = self.parameters().find(|p| p.name == name && p.document == document);
        found.map_or_else(|| format!("{name}为{value}"), |p| format!("{}为{}", p.title, quantity(value, &p.unit)))
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

/// The row that a ground names.
fn row<'a>(table: &'a Table, because: &Because) -> Option<&'a Row> {
    because.row.checked_sub(1).map_or(table.otherwise.as_ref(), |at| table.rows.get(at))
}

fn in_chinese(day: Date) -> String {
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
