//! Asking a table: the answer, and because of what.

use crate::cell::Cell;
use crate::kind::Kind;
use crate::plan;
use crate::table::{Hit, Output, Row, Table};
use crate::value::{Facts, Value};
use kernel::{Area, ClauseId, Date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was asked, what came out, and why. It can be stored and replayed years later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The question asked.
    pub question: String,
    /// The place it was asked for.
    pub place: Area,
    /// The day it was asked for.
    pub on: Date,
    /// The facts it was asked with.
    pub facts: Facts,
    /// What came out.
    pub outcome: Outcome,
    /// The rows that answered.
    pub because: Vec<Because>,
    /// The outputs of each row that answered, in the order of `because`: the lines of a `collect` table.
    pub rows: Vec<BTreeMap<String, Value>>,
    /// Why figures in it are not verified, each once.
    pub unverified: Vec<String>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The outputs by name; an output that has no value here is not in it.
    Decided(BTreeMap<String, Value>),
    /// No document answers, or a fact is missing: never a default.
    Undecided {
        /// Why, in words for the user.
        reason: String,
    },
}

/// A row that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// Folder of the document: `nantong/2018-54`.
    pub document: String,
    /// Number of the document: `通政发〔2018〕54号`.
    pub number: String,
    /// The clause.
    pub clause: ClauseId,
    /// Where the clause stands in the document: `二（三）1`.
    pub at: String,
    /// The file of the table in the document's folder `tables`: `benefit_2019.toml`.
    pub table: String,
    /// Number of the row in the table from 1; 0 for the `otherwise` of a table.
    pub row: usize,
    /// What the clause says, in a line of our own.
    pub summary: String,
    /// The inputs that the row looked at.
    pub inputs: Vec<(String, Value)>,
    /// The parameters that its arithmetic used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, i64)>,
}

impl Decision {
    /// The outcome of that name, if the question was decided and it has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.outcome {
            Outcome::Decided(values) => values.get(name),
            Outcome::Undecided { .. } => None,
        }
    }

    /// A whole number of the outcome.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::int)
    }

    /// A text or word of the outcome.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::text)
    }

    /// A yes or no of the outcome.
    #[must_use]
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Value::bool)
    }

    /// A set of words of the outcome.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.get(name).and_then(Value::set)
    }

    /// Why it is undecided, if it is.
    #[must_use]
    pub fn undecided(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Undecided { reason } => Some(reason),
            Outcome::Decided(_) => None,
        }
    }
}

impl Value {
    /// The number, if it is one.
    #[must_use]
    pub const fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(t) = self { Some(t) } else { None }
    }

    /// Yes or no, if it is one.
    #[must_use]
    pub const fn bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The set, if it is one.
    #[must_use]
    pub const fn set(&self) -> Option<&BTreeSet<String>> {
        if let Self::Set(s) = self { Some(s) } else { None }
    }
}

/// The outputs of a row by name.
pub(crate) type Named = BTreeMap<String, Value>;

/// What a table answers.
pub(crate) struct Answer<'a> {
    /// The rows with their numbers from 1 (0 for `otherwise`) and their own outputs.
    pub rows: Vec<(usize, &'a Row, Named)>,
    /// The outputs of all together.
    pub outcome: Named,
}

/// Asks a table, or says why it does not answer; `open` says why an input is missing that is no fact.
pub(crate) fn ask<'a>(table: &'a Table, facts: &Facts, open: &Open<'_>) -> Result<Answer<'a>, String> {
    let mut numbers = Vec::with_capacity(table.inputs.len());
    for column in &table.inputs {
        let number = facts.get(&column.name).map(|value| column.kind.number(value, &column.texts)).transpose();
        numbers.push(number.map_err(|why| format!("“{}”{why}", column.name))?);
    }
    answer(table, &numbers, open)
}

/// Why the input of a column is missing, where it is no fact.
pub(crate) type Open<'a> = dyn Fn(usize) -> Option<String> + 'a;

/// What a table answers to numbers, one per input column, or why it does not answer; `open` says why a number is missing
/// where it is not a fact.
pub(crate) fn answer<'a>(table: &'a Table, numbers: &[Option<i64>], open: &Open<'_>) -> Result<Answer<'a>, String> {
    let missing = |at: usize| {
        let column = &table.inputs[at];
        open(at).unwrap_or_else(|| format!("缺少“{}”（{}）", column.name, column.kind.describe()))
    };
    let row = |at: usize| Ok((at + 1, &table.rows[at], outputs(table, &table.rows[at], numbers)?));
    let mut rows: Vec<_> = match table.plan() {
        Some(plan) => match plan.answer(numbers) {
            plan::Answer::Rows(hits) => hits.iter().map(|at| row(usize::from(*at))).collect::<Result<_, String>>()?,
            plan::Answer::Missing(at) => return Err(missing(usize::from(*at))),
        },
        None => hits(table, numbers).map_err(missing)?.into_iter().map(row).collect::<Result<_, String>>()?,
    };
    if rows.is_empty() {
        let silent = || table.silent.clone().unwrap_or_else(|| "没有规则适用于这些情况".to_owned());
        let row = table.otherwise.as_ref().ok_or_else(silent)?;
        rows.push((0, row, outputs(table, row, numbers)?));
    }
    let outcome = if table.hit.collects() { combine(table, &rows)? } else { rows[0].2.clone() };
    Ok(Answer { rows, outcome })
}

/// The rows that fit, read from the top; the column of the fact that is missing when it decides whether one fits.
pub(crate) fn hits(table: &Table, numbers: &[Option<i64>]) -> Result<Vec<usize>, usize> {
    let mut hits = vec![];
    for (at, row) in table.rows.iter().enumerate() {
        let known = |(cell, number): (&Cell, &Option<i64>)| number.is_none_or(|n| cell.test.holds(n));
        if !row.cells.iter().zip(numbers).all(known) {
            continue;
        }
        if let Some(column) = (0..numbers.len()).find(|at| numbers[*at].is_none() && table.looks_at(row, *at)) {
            return Err(column);
        }
        hits.push(at);
        if !table.hit.collects() {
            break;
        }
    }
    Ok(hits)
}

/// The outputs of a row by name.
fn outputs(table: &Table, row: &Row, numbers: &[Option<i64>]) -> Result<Named, String> {
    let mut named = Named::new();
    for (column, output) in table.outputs.iter().zip(&row.outputs) {
        let value = match output {
            Output::Nothing => continue,
            Output::Value(value) => value.clone(),
            Output::Expr(expr) => {
                let value = expr.value(numbers).and_then(|number| column.kind.value(number));
                let value = value.and_then(|value| column.kind.accept(value).ok());
                value.ok_or_else(|| format!("“{}”的算式“{expr}”得不出{}", column.name, column.kind.describe()))?
            }
        };
        named.insert(column.name.clone(), value);
    }
    Ok(named)
}

/// Puts the answers of the rows of a collecting table together.
fn combine(table: &Table, rows: &[(usize, &Row, Named)]) -> Result<Named, String> {
    let mut all = Named::new();
    for column in &table.outputs {
        let given: Vec<&Value> = rows.iter().filter_map(|(_, _, named)| named.get(&column.name)).collect();
        all.extend(combined(table.hit, &column.kind, &given)?.map(|value| (column.name.clone(), value)));
    }
    Ok(all)
}

fn combined(hit: Hit, kind: &Kind, given: &[&Value]) -> Result<Option<Value>, String> {
    Ok(match (kind, hit) {
        (Kind::Integer { .. }, Hit::CollectSum) => Some(Value::Int(sum(given)?)),
        (Kind::Integer { .. }, _) => None,
        (Kind::Boolean, _) => Some(Value::Bool(given.iter().any(|v| v.bool() == Some(true)))),
        _ => Some(Value::Set(union(given))),
    })
}

/// What rows give together in an output column that is written as values in all of them.
pub(crate) fn together(table: &Table, rows: &[&Row], column: usize) -> Result<Option<Value>, String> {
    let value = |row: &&Row| if let Output::Value(value) = &row.outputs[column] { Some(value.clone()) } else { None };
    let given: Vec<Value> = rows.iter().filter_map(value).collect();
    if table.hit.collects() {
        combined(table.hit, &table.outputs[column].kind, &given.iter().collect::<Vec<_>>())
    } else {
        Ok(given.into_iter().next())
    }
}

fn sum(given: &[&Value]) -> Result<i64, String> {
    let mut numbers = given.iter().filter_map(|value| value.int());
    numbers.try_fold(0_i64, i64::checked_add).ok_or_else(|| "合计超出可表示的范围".to_owned())
}

fn union(given: &[&Value]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for value in given {
        match value {
            Value::Set(set) => words.extend(set.iter().cloned()),
            other => _ = words.insert(other.to_string()),
        }
    }
    words
}

/// A table ready for hot loops: facts are numbers in the order of its inputs, and no trace is made.
#[derive(Clone, Debug)]
pub struct Compiled(pub(crate) Arc<Table>);

impl Compiled {
    /// The table itself.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.0
    }

    /// The place of an input column.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<usize> {
        self.0.inputs.iter().position(|column| column.name == name)
    }

    /// The place of an output column.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<usize> {
        self.0.outputs.iter().position(|column| column.name == name)
    }

    /// The number that stands for a value in an input column.
    #[must_use]
    pub fn number(&self, input: usize, value: &Value) -> Option<i64> {
        let column = self.0.inputs.get(input)?;
        column.kind.number(value, &column.texts).ok()
    }

    /// The first row (from 0) that fits the numbers, one per input column.
    #[must_use]
    pub fn decide_row(&self, numbers: &[i64]) -> Option<usize> {
        self.0.rows.iter().position(|row| row.cells.iter().zip(numbers).all(|(cell, n)| cell.test.holds(*n)))
    }

    /// An output of a row that is written as a value; none for `-` and for arithmetic (see [`Compiled::int`]).
    #[must_use]
    pub fn value(&self, row: usize, output: usize) -> Option<&Value> {
        match self.0.rows.get(row)?.outputs.get(output)? {
            Output::Value(value) => Some(value),
            _ => None,
        }
    }

    /// A whole number among the outputs of a row, computed from the numbers where it is arithmetic.
    #[must_use]
    pub fn int(&self, row: usize, output: usize, numbers: &[i64]) -> Option<i64> {
        match self.0.rows.get(row)?.outputs.get(output)? {
            Output::Value(value) => value.int(),
            Output::Expr(expr) => expr.value(&numbers.iter().copied().map(Some).collect::<Vec<_>>()),
            Output::Nothing => None,
        }
    }
}
