//! A decision as a person would write it in a notice.

use crate::columns::Column;
use crate::decide::{Because, Decision, Outcome};
use crate::kind::Kind;
use crate::library::Library;
use crate::value::Value;
use kernel::{Bp, Fen};
use std::collections::BTreeMap;

impl Library {
    /// The decision in sentences: what came out, by which clause, on which facts, what is not verified.
    #[must_use]
    pub fn explain(&self, decision: &Decision) -> String {
        let table = self.find(&decision.question, decision.place, decision.on).ok();
        let title = table.map_or(decision.question.as_str(), |table| table.title.as_str());
        let values = match &decision.outcome {
            Outcome::Undecided { reason } => return format!("{title}：未定。{reason}。\n"),
            Outcome::Decided(values) => values,
        };
        let columns: Vec<Column> =
            table.map_or_else(Vec::new, |table| table.outputs.iter().chain(&table.inputs).cloned().collect());
        let show = |(name, value): (&String, &Value)| format!("{name} = {}", words(&columns, name, value));
        let mut out = format!("{title}：{}。\n", values.iter().map(show).collect::<Vec<_>>().join("，"));
        let inputs = table.map_or(&[][..], |table| &table.inputs);
        for because in &decision.because {
            out += &self.sentence(because, inputs);
        }
        for why in &decision.unverified {
            out += &format!("未经核实：{why}。\n");
        }
        out
    }

    /// A parameter of a document by its title, with its value.
    fn named(&self, name: &str, value: i64, document: &str) -> String {
        let found = self.parameters().find(|p| p.name == name && p.document == document);
        found.map_or_else(|| format!("{name} = {value}"), |p| format!("{} = {}", p.title, counted(value, &p.unit)))
    }

    fn sentence(&self, because: &Because, inputs: &[Column]) -> String {
        let show = |(name, value): &(String, Value)| format!("{name} = {}", words(inputs, name, value));
        let facts = because.inputs.iter().map(show).collect::<Vec<_>>().join("，");
        let title = self.clause(&because.clause).map_or("", |clause| clause.title.as_str());
        let facts = if facts.is_empty() { String::new() } else { format!("，依据：{facts}") };
        let used = because.parameters.iter().map(|(name, value)| self.named(name, *value, &because.document));
        let used = used.collect::<Vec<_>>().join("，");
        let used = if used.is_empty() { used } else { format!("，参数：{used}") };
        format!("按{} {}“{title}”（{}）{facts}{used}。\n", because.number, because.at, because.clause)
    }
}

/// A number with its unit.
fn counted(number: i64, unit: &str) -> String {
    match unit {
        "fen" => format!("{} 元", Fen(number)),
        "bp" => Bp(number).to_string(),
        _ => number.to_string(),
    }
}

/// A value in the words of its column: 护理院, 1,200.00 元, 90%, 3 次.
pub(crate) fn words(columns: &[Column], name: &str, value: &Value) -> String {
    let kind = columns.iter().find(|column| column.name == name).map(|column| column.kind.inner());
    match (kind, value) {
        (Some(Kind::Word(list)), Value::Text(word)) => list.label(word).unwrap_or(word).to_owned(),
        (Some(Kind::SetOf(list) | Kind::Word(list)), Value::Set(set)) if !set.is_empty() => {
            set.iter().map(|word| list.label(word).unwrap_or(word)).collect::<Vec<_>>().join("、")
        }
        (Some(Kind::Integer { unit, .. }), Value::Int(n)) => counted(*n, unit),
        (_, Value::List(lines)) => {
            let one = |(name, value): (&String, &Value)| format!("{name} = {}", words(columns, name, value));
            let line = |line: &BTreeMap<String, Value>| line.iter().map(one).collect::<Vec<_>>().join("，");
            format!("[{}]", lines.iter().map(line).collect::<Vec<_>>().join("；"))
        }
        _ => value.to_string(),
    }
}
