//! A decision as a notice to those whom it concerns: sentences that a person would write. What a fact or an outcome is
//! called in a sentence stands in the list `phrase` of `words.toml`, with `{}` for its value; a yes or no has a phrase each
//! (`…_yes`, `…_no`). What has no phrase is written 名为值.

use crate::columns::Column;
use crate::decide::{Because, Decision, Outcome};
use crate::kind::Kind;
use crate::kind::spaced;
use crate::library::Library;
use crate::table::{Hit, Row, Table};
use crate::value::Value;
use std::collections::BTreeMap;

/// The list in `words.toml` that holds how facts and outcomes are said in a sentence.
const PHRASES: &str = "phrase";
/// The outcome that holds the lines of a bill.
const LINES: &str = "lines";

impl Library {
    /// The decision in sentences: what came out, by which clauses, on which facts, what is not verified. The name of the
    /// place is the installation's; without one its code stands for it.
    #[must_use]
    pub fn notice(&self, decision: &Decision, place: Option<&str>) -> String {
        let table = self.table_of(decision);
        let title = table.map(|table| table.title.as_str()).or_else(|| self.title(&decision.question));
        let place = place.map_or_else(|| crate::library::named(decision.place), str::to_owned);
        let place = place.trim_end();
        let on = kernel::time::in_words(decision.on);
        let mut out = format!("关于“{}”（{place}，{on}）：\n", title.unwrap_or(&decision.question));
        match &decision.outcome {
            Outcome::Undecided { reason } => {
                out += &format!("结论：未定。{}。\n未定不等于没有，请向主管部门核实。\n", self.told(reason));
                return out;
            }
            Outcome::Decided(values) => out += &self.conclusion(decision, table, values),
        }
        let grounds = self.grounds(&decision.because);
        for (at, ground) in grounds.iter().enumerate() {
            let number = if grounds.len() > 1 { format!("{}. ", at + 1) } else { String::new() };
            out += &format!("依据：{number}{ground}\n");
        }
        for why in &decision.unverified {
            out += &format!("未经核实：{why}。\n");
        }
        out
    }

    /// What came out, and line by line what it consists of.
    fn conclusion(&self, decision: &Decision, table: Option<&Table>, values: &BTreeMap<String, Value>) -> String {
        let outputs = table.map_or(&[][..], |table| &table.outputs);
        let all: Vec<Column> = table.into_iter().flat_map(|t| t.outputs.iter().chain(&t.inputs)).cloned().collect();
        let counted = |column: &Column| matches!(column.kind.inner(), Kind::Integer { .. });
        let apart = table.is_some_and(|table| table.hit == Hit::Collect && outputs.iter().any(counted));
        let mut items: Vec<String> = vec![];
        match values.get(LINES) {
            Some(Value::List(lines)) => items.extend(lines.iter().map(|line| self.item(table, &all, line))),
            _ if apart => items.extend(decision.rows.iter().map(|row| self.listed(&all, row))),
            _ => {}
        }
        let mut out = if apart {
            format!("结论：共 {} 项。\n", items.len())
        } else {
            let whole = values.iter().filter(|(name, _)| *name != LINES).map(|(n, v)| (n.clone(), v.clone())).collect();
            format!("结论：{}。\n", self.listed(&all, &whole))
        };
        for (at, item) in items.iter().enumerate() {
            out += &format!("　　{}. {item}。\n", at + 1);
        }
        out
    }

    /// A line of a bill: what it was, then what came out of it.
    fn item(&self, table: Option<&Table>, all: &[Column], line: &BTreeMap<String, Value>) -> String {
        let inputs = table.map_or(&[][..], |table| &table.inputs);
        let is_input = |name: &str| inputs.iter().any(|column| column.name == name);
        let part = |input: bool| -> BTreeMap<String, Value> {
            let own = line.iter().filter(|(name, _)| is_input(name) == input);
            own.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        format!("{}：{}", self.listed(inputs, &part(true)), self.listed(all, &part(false)))
    }

    /// Named values in the order of the columns; those of no column behind them.
    fn listed(&self, columns: &[Column], values: &BTreeMap<String, Value>) -> String {
        let known = columns.iter().filter_map(|column| values.get_key_value(&column.name));
        let others = values.iter().filter(|(name, _)| columns.iter().all(|column| column.name != **name));
        let all = known.chain(others).map(|(name, value)| self.phrase(columns, name, value));
        all.filter(|said| !said.is_empty()).collect::<Vec<_>>().join("；")
    }

    /// A fact or an outcome as it is said in a sentence.
    fn phrase(&self, columns: &[Column], name: &str, value: &Value) -> String {
        let own = match value {
            Value::Bool(true) => self.label(PHRASES, &format!("{name}_yes")),
            Value::Bool(false) => self.label(PHRASES, &format!("{name}_no")),
            Value::Nothing => self.label(PHRASES, &format!("{name}_none")),
            Value::Set(set) if set.is_empty() => self.label(PHRASES, &format!("{name}_none")),
            _ => self.label(PHRASES, name),
        };
        let said = match value {
            Value::Text(text) => self.label(name, text).map_or_else(|| self.said(columns, name, value), str::to_owned),
            Value::Date(day) => kernel::time::in_words(*day),
            value => self.said(columns, name, value),
        };
        match own {
            Some(own) => own.replace("{}", &said),
            None => format!("{}为{}", self.fact(name), spaced(&said)),
        }
    }

    /// Each clause once, in the order in which they answered, with all that was looked at.
    fn grounds(&self, because: &[Because]) -> Vec<String> {
        let mut clauses: Vec<Vec<&Because>> = vec![];
        for one in because {
            let same = |all: &&mut Vec<&Because>| all[0].clause == one.clause && all[0].document == one.document;
            match clauses.iter_mut().find(same) {
                Some(all) => all.push(one),
                None => clauses.push(vec![one]),
            }
        }
        clauses.iter().map(|all| self.ground(all)).collect()
    }

    fn ground(&self, all: &[&Because]) -> String {
        let (mut facts, mut used, mut notes) = (vec![], vec![], vec![]);
        for because in all {
            let table = self.named_table(because);
            // A bill has its facts on its lines.
            if table.is_none_or(|table| table.lines.is_none()) {
                let inputs = table.map_or(&[][..], |table| &table.inputs);
                facts.extend(because.inputs.iter().map(|(name, value)| self.phrase(inputs, name, value)));
            }
            let parameter = |(name, value): &(String, i64)| self.parameter_named(name, *value, &because.document);
            used.extend(because.parameters.iter().map(parameter));
            notes.extend(table.and_then(|table| row(table, because)).map(|row| row.note.clone()));
        }
        let one = all[0];
        let title = self.clause(&one.clause).map_or("", |clause| clause.title.as_str());
        let of = |name: &str, mut parts: Vec<String>| {
            let mut seen = std::collections::BTreeSet::new();
            parts.retain(|part| !part.is_empty() && seen.insert(part.clone()));
            if parts.is_empty() { String::new() } else { format!("{name}：{}。", parts.join("；")) }
        };
        let (facts, used, notes) = (of("情况", facts), of("参数", used), of("读法", notes));
        format!("{} {}“{title}”（条款 {}）。{facts}{used}{notes}", one.number, one.at, one.clause)
    }
}

/// The row that a ground names.
fn row<'a>(table: &'a Table, because: &Because) -> Option<&'a Row> {
    because.row.checked_sub(1).map_or(table.otherwise.as_ref(), |at| table.rows.get(at))
}
