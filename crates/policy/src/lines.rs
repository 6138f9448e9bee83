//! Asking a table with what follows from the facts: computed inputs, and a line for every item of a list.

use crate::columns::Taken;
use crate::decide::{self, Named, Open};
use crate::kind::Kind;
use crate::table::{Row, Table};
use crate::value::{Facts, Value};
use kernel::Date;
use kernel::time::day_number;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A row that answered, with the facts that it was asked with.
pub(crate) struct Line<'a> {
    /// Number of the row from 1; 0 for `otherwise`.
    pub number: usize,
    pub row: &'a Row,
    pub outputs: Named,
    /// Which of the asked facts.
    pub asked: usize,
}

/// What a table answers to facts, line by line and together.
pub(crate) struct Answered<'a, 'f> {
    pub asked: Vec<Cow<'f, Facts>>,
    pub lines: Vec<Line<'a>>,
    pub outcome: Named,
}

/// The name under which the lines stand in the outcome.
const LINES: &str = "lines";

/// Asks a table on a day, or says why it does not answer.
pub(crate) fn ask<'a, 'f>(
    table: &'a Table,
    facts: &'f Facts,
    on: Date,
    open: &Open<'_>,
) -> Result<Answered<'a, 'f>, String> {
    let asked = asked(table, facts, on)?;
    let mut lines = vec![];
    let mut outcomes = vec![];
    for (at, facts) in asked.iter().enumerate() {
        let answer = decide::ask(table, facts, open).map_err(|why| in_line(table, at, why))?;
        let line = |(number, row, outputs)| Line { number, row, outputs, asked: at };
        lines.extend(answer.rows.into_iter().map(line));
        outcomes.push(answer.outcome);
    }
    let outcome = match &table.lines {
        None => outcomes.pop().unwrap_or_default(),
        Some(_) => together(table, &asked, outcomes)?,
    };
    Ok(Answered { asked, lines, outcome })
}

fn in_line(table: &Table, at: usize, why: String) -> String {
    if table.lines.is_some() { format!("第 {} 项：{why}", at + 1) } else { why }
}

/// The facts that a table is asked with: one set, or one for every line.
pub(crate) fn asked<'a>(table: &Table, facts: &'a Facts, on: Date) -> Result<Vec<Cow<'a, Facts>>, String> {
    let Some(lines) = &table.lines else { return Ok(vec![complete(table, Cow::Borrowed(facts), on)?]) };
    let items = match facts.get(&lines.each) {
        Some(Value::List(items)) => items.as_slice(),
        Some(Value::Set(none)) if none.is_empty() => &[],
        Some(_) => return Err(format!("“{}”应为列表，每项写 {}", lines.each, named(table))),
        None => return Err(format!("缺少“{}”（列表，每项写 {}）", lines.each, named(table))),
    };
    let items = items.iter().map(|item| Ok(Facts(item.clone())));
    let also = lines.also.iter().map(|line| further(line, facts));
    let all = items.chain(also).map(|facts: Result<Facts, String>| complete(table, Cow::Owned(facts?), on));
    all.collect()
}

fn named(table: &Table) -> String {
    let stated = table.inputs.iter().filter(|column| column.computed.is_none());
    stated.map(|column| column.name.as_str()).collect::<Vec<_>>().join("、")
}

fn further(line: &BTreeMap<String, Taken>, facts: &Facts) -> Result<Facts, String> {
    let take = |(column, from): (&String, &Taken)| {
        let value = match from {
            Taken::Word(word) => Value::Text(word.clone()),
            Taken::Fact(name) => facts.get(name).cloned().ok_or_else(|| format!("缺少“{name}”"))?,
        };
        Ok((column.clone(), value))
    };
    line.iter().map(take).collect()
}

/// The facts with those that follow from them. What cannot be computed because a fact is missing stays out.
fn complete<'a>(table: &Table, facts: Cow<'a, Facts>, on: Date) -> Result<Cow<'a, Facts>, String> {
    if table.inputs.iter().all(|column| column.computed.is_none()) {
        return Ok(facts);
    }
    let mut facts = facts.into_owned();
    let mut numbers: Vec<Option<i64>> = vec![None; table.inputs.len()];
    numbers.push(Some(day_number(on).into()));
    for (at, column) in table.inputs.iter().enumerate() {
        if let Some(expr) = &column.computed {
            facts.0.remove(&column.name);
            let needs: Vec<usize> = expr.inputs().into_iter().filter(|at| *at < table.inputs.len()).collect();
            let fact = |at: &usize| facts.get(&table.inputs[*at].name);
            if needs.iter().any(|at| fact(at) == Some(&Value::Nothing)) {
                facts.0.insert(column.name.clone(), Value::Nothing);
            } else if needs.iter().all(|at| numbers[*at].is_some()) {
                let number = expr.value(&numbers).and_then(|number| column.kind.value(number));
                let value = number.ok_or_else(|| format!("“{}”的算式“{expr}”超出可表示的范围", column.name))?;
                facts.0.insert(column.name.clone(), value);
            }
        }
        numbers[at] = facts.get(&column.name).and_then(|value| column.kind.number(value, &column.texts).ok());
    }
    Ok(Cow::Owned(facts))
}

/// The sums of the number outputs, and every line with its inputs and outputs.
fn together(table: &Table, asked: &[Cow<'_, Facts>], outcomes: Vec<Named>) -> Result<Named, String> {
    let mut all = Named::new();
    for column in table.outputs.iter().filter(|column| matches!(column.kind, Kind::Integer { .. })) {
        let mut numbers = outcomes.iter().filter_map(|outcome| outcome.get(&column.name)?.int());
        let sum = numbers.try_fold(0_i64, i64::checked_add).ok_or("合计超出可表示的范围")?;
        all.insert(column.name.clone(), Value::Int(sum));
    }
    let inputs = |facts: &Facts| {
        let stated = table.inputs.iter().filter(|column| column.computed.is_none());
        stated.filter_map(|c| Some((c.name.clone(), facts.get(&c.name)?.clone()))).collect::<Named>()
    };
    let lines = asked.iter().zip(outcomes).map(|(facts, outcome)| inputs(facts).into_iter().chain(outcome).collect());
    all.insert(LINES.to_owned(), Value::List(lines.collect()));
    Ok(all)
}
