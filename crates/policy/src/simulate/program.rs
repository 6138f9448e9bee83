//! From a question to stages: the tables that it needs, the asked ones first, each with its answers as numbers.

use super::Basis;
use crate::asking::Scope;
use crate::columns::Column;
use crate::decide;
use crate::expr::Expr;
use crate::kind::Kind;
use crate::library::Library;
use crate::plan::{self, Plan};
use crate::table::{Hit, Output, Row, Table};
use crate::value::Value;
use kernel::Date;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a table answered to one person's facts. Its place in the list of a program is kept for each person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// These rows, counted from 1; 0 is the `otherwise` of a table.
    Rows(Vec<usize>),
    /// No row answers.
    Silent,
    /// A fact is missing, or a question that was asked on the way is undecided.
    Missing,
    /// A fact is not of its type.
    Mistyped,
    /// The arithmetic has no result that the output may have.
    Failed,
}

pub(crate) const SILENT: u16 = 0;
pub(crate) const MISSING: u16 = 1;
pub(crate) const MISTYPED: u16 = 2;
pub(crate) const FAILED: u16 = 3;

/// Most different answers of a table.
const MOST_CODES: usize = 60_000;

/// What an answer gives in an output.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Nothing,
    Number(i64),
    /// The place of an expression in [`Stage::exprs`].
    Computed(usize),
}

/// Where an input comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// The fact of the column's name.
    Fact,
    /// What follows from the columns before it and from the day of the question.
    Computed(Expr),
    /// An output of an earlier stage.
    Stage { stage: usize, output: usize },
}

/// An output that somebody needs, with what each code gives.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub column: usize,
    /// By code. Empty for a table that is read from top to bottom.
    pub given: Vec<Given>,
}

/// A table as it is run over columns.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub table: Arc<Table>,
    pub sources: Vec<Source>,
    pub codes: Vec<Code>,
    /// For every cell of the plan its code; empty for a table that is read row by row.
    pub cells: Vec<u16>,
    pub wanted: Vec<Wanted>,
    /// Every expression of every row with its output column: each must have a result for a row to answer.
    pub exprs: Vec<(usize, Expr)>,
    /// By code: the expressions of its rows.
    pub guards: Vec<Vec<usize>>,
    by_rows: HashMap<Vec<usize>, u16>,
}

/// A question, compiled for many people: tables chained by what they ask, and one output that is wanted.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) question: String,
    pub(crate) output: String,
    pub(crate) basis: Basis,
    pub(crate) on: Date,
    /// Asked tables stand before those that ask; the last gives the answer.
    pub(crate) stages: Vec<Stage>,
}

impl Library {
    /// Compiles a question for the output that is wanted of it.
    ///
    /// # Errors
    /// When no document answers it, or the output is not one that can be run over columns; in words.
    pub fn program(&self, question: &str, output: &str, basis: Basis, on: Date) -> Result<Program, String> {
        let scope = match &basis {
            Basis::Place(place) => Scope::Place(*place),
            Basis::Document(id) => Scope::Document(self.documents.get(id).ok_or_else(|| format!("没有文件“{id}”"))?),
        };
        let mut builder = Builder { library: self, scope, on, stages: vec![], known: BTreeMap::new() };
        let last = builder.stage(question)?;
        builder.want(last, output)?;
        let stages = builder.stages;
        Ok(Program { question: question.to_owned(), output: output.to_owned(), basis, on, stages })
    }
}

impl Program {
    /// The question.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The output that is wanted of it.
    #[must_use]
    pub fn output(&self) -> &str {
        &self.output
    }

    /// Whose table answers.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The day for which it is asked.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on
    }

    /// The table that answers, if the program has one (it always does).
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        self.stages.last().map(|stage| stage.table.as_ref())
    }

    /// The different answers.
    #[must_use]
    pub fn codes(&self) -> &[Code] {
        self.stages.last().map_or(&[], |stage| &stage.codes)
    }

    /// The facts that are looked at, with their types: those of all tables that are asked.
    #[must_use]
    pub fn inputs(&self) -> BTreeMap<&str, &Kind> {
        let all = self
            .stages
            .iter()
            .flat_map(|stage| &stage.table.inputs)
            .filter(|c| c.takes.is_none() && c.computed.is_none());
        all.map(|column| (column.name.as_str(), &column.kind)).collect()
    }

    /// The value of the output that a number of the results stands for.
    #[must_use]
    pub fn value(&self, number: i64) -> Option<Value> {
        let stage = self.stages.last()?;
        let wanted = stage.wanted.first()?;
        meant(&stage.table, wanted.column, number)
    }
}

/// The type of an output as the whole table answers it.
fn answered(table: &Table, column: &Column) -> Kind {
    match (table.hit, &column.kind) {
        (Hit::Collect, Kind::Word(list)) => Kind::SetOf(list.clone()),
        (_, kind) => kind.clone(),
    }
}

/// The texts that the rows of a table give in an output.
fn texts(table: &Table, column: usize) -> Vec<String> {
    let given = table.rows.iter().chain(&table.otherwise).filter_map(|row| match &row.outputs[column] {
        Output::Value(Value::Text(text)) => Some(text.clone()),
        _ => None,
    });
    given.collect()
}

/// The number that stands for a value of an output.
pub(crate) fn number(table: &Table, column: usize, value: &Value) -> Option<i64> {
    answered(table, &table.outputs[column]).number(value, &texts(table, column)).ok()
}

fn meant(table: &Table, column: usize, number: i64) -> Option<Value> {
    let texts = texts(table, column);
    answered(table, &table.outputs[column]).meant(number, &texts)
}

struct Builder<'a> {
    library: &'a Library,
    scope: Scope<'a>,
    on: Date,
    stages: Vec<Stage>,
    known: BTreeMap<String, usize>,
}

impl Builder<'_> {
    /// The stage of a question, those that it asks before it.
    fn stage(&mut self, question: &str) -> Result<usize, String> {
        if let Some(known) = self.known.get(question) {
            return Ok(*known);
        }
        let table = self.library.find_in(question, self.scope, self.on)?.clone();
        if table.lines.is_some() {
            return Err(format!("“{question}”是逐项判断的表，不能对多人计算"));
        }
        let mut sources = vec![];
        for column in &table.inputs {
            sources.push(match (&column.takes, &column.computed) {
                (None, None) => Source::Fact,
                (None, Some(expr)) => Source::Computed(expr.clone()),
                (Some(takes), _) => {
                    let stage = self.stage(&takes.question)?;
                    Source::Stage { stage, output: self.want(stage, &takes.output)? }
                }
            });
        }
        self.stages.push(Stage::new(table, sources)?);
        self.known.insert(question.to_owned(), self.stages.len() - 1);
        Ok(self.stages.len() - 1)
    }

    /// Notes that an output of a stage is needed, and gives its place among those needed.
    fn want(&mut self, stage: usize, output: &str) -> Result<usize, String> {
        let stage = &mut self.stages[stage];
        let table = stage.table.clone();
        let column = table.outputs.iter().position(|column| column.name == output);
        let column = column.ok_or_else(|| format!("“{}”没有名为“{output}”的结果", table.question))?;
        if let Some(known) = stage.wanted.iter().position(|wanted| wanted.column == column) {
            return Ok(known);
        }
        let single = !matches!(
            (table.hit, &table.outputs[column].kind),
            (Hit::Collect, Kind::Integer { .. } | Kind::Date | Kind::Text)
        );
        if !single {
            return Err(format!("“{}”的结果“{output}”由各行分别给出，不能对多人计算", table.question));
        }
        let given = if table.hit.collects() && stage.cells.is_empty() { vec![] } else { stage.given(column)? };
        stage.wanted.push(Wanted { column, given });
        Ok(stage.wanted.len() - 1)
    }
}

impl Stage {
    fn new(table: Arc<Table>, sources: Vec<Source>) -> Result<Self, String> {
        let codes = vec![Code::Silent, Code::Missing, Code::Mistyped, Code::Failed];
        let guards = vec![vec![]; codes.len()];
        let mut stage = Self {
            table: table.clone(),
            sources,
            codes,
            cells: vec![],
            wanted: vec![],
            exprs: vec![],
            guards,
            by_rows: HashMap::new(),
        };
        let plan = table.plan();
        let computed = table.rows.iter().chain(&table.otherwise).flat_map(|row| &row.outputs);
        let computed = computed.filter(|output| matches!(output, Output::Expr(_))).count() > 0;
        match plan {
            Some(plan) => stage.compile(plan, !(table.hit.collects() && computed)),
            None if table.hit.collects() => Err(format!("“{}”的规则组合太多，不能对多人计算", table.question)),
            None => {
                let mut rows =
                    (1..=table.rows.len()).map(|row| vec![row]).chain(table.otherwise.iter().map(|_| vec![0]));
                rows.try_for_each(|rows| stage.code(rows).map(drop))
            }
        }?;
        Ok(stage)
    }

    /// Gives every answer of the plan a code; `whole` tables are then run by looking up cells alone.
    fn compile(&mut self, plan: &Plan, whole: bool) -> Result<(), String> {
        let mut codes = vec![];
        for answer in &plan.answers {
            codes.push(match answer {
                plan::Answer::Missing(_) => MISSING,
                plan::Answer::Rows(rows) if rows.is_empty() && self.table.otherwise.is_none() => SILENT,
                plan::Answer::Rows(rows) if rows.is_empty() => self.code(vec![0])?,
                plan::Answer::Rows(rows) if self.too_much(rows) => FAILED,
                plan::Answer::Rows(rows) => self.code(rows.iter().map(|row| usize::from(*row) + 1).collect())?,
            });
        }
        if whole {
            self.cells = plan.cells.iter().map(|answer| codes[*answer as usize]).collect();
        }
        Ok(())
    }

    /// Whether rows whose numbers are added come to more than a number holds.
    fn too_much(&self, rows: &[u16]) -> bool {
        let rows: Vec<&Row> = rows.iter().map(|row| &self.table.rows[usize::from(*row)]).collect();
        rows.len() > 1 && (0..self.table.outputs.len()).any(|at| decide::together(&self.table, &rows, at).is_err())
    }

    /// The code of an answer by these rows, and the expressions that it hangs on.
    fn code(&mut self, rows: Vec<usize>) -> Result<u16, String> {
        if let Some(known) = self.by_rows.get(&rows) {
            return Ok(*known);
        }
        let code = u16::try_from(self.codes.len()).ok().filter(|code| usize::from(*code) < MOST_CODES);
        let code = code.ok_or_else(|| format!("“{}”的答案种类太多，不能对多人计算", self.table.question))?;
        let table = self.table.clone();
        let mut guards = vec![];
        for row in rows.iter().filter_map(|row| row_of(&table, *row)) {
            for (column, output) in row.outputs.iter().enumerate() {
                if let Output::Expr(expr) = output {
                    guards.push(self.expr(column, expr));
                }
            }
        }
        self.guards.push(guards);
        self.by_rows.insert(rows.clone(), code);
        self.codes.push(Code::Rows(rows));
        Ok(code)
    }

    fn expr(&mut self, column: usize, expr: &Expr) -> usize {
        let known = self.exprs.iter().position(|(at, other)| *at == column && other == expr);
        known.unwrap_or_else(|| {
            self.exprs.push((column, expr.clone()));
            self.exprs.len() - 1
        })
    }

    /// What each code gives in an output.
    fn given(&mut self, column: usize) -> Result<Vec<Given>, String> {
        let table = self.table.clone();
        let mut all = vec![];
        for code in self.codes.clone() {
            let Code::Rows(rows) = code else {
                all.push(Given::Nothing);
                continue;
            };
            let rows: Vec<&Row> = rows.iter().filter_map(|row| row_of(&table, *row)).collect();
            all.push(match rows[..] {
                [Row { outputs, .. }] if matches!(outputs[column], Output::Expr(_)) => match &outputs[column] {
                    Output::Expr(expr) => Given::Computed(self.expr(column, expr)),
                    _ => Given::Nothing,
                },
                _ => match decide::together(&table, &rows, column)? {
                    Some(value) => Given::Number(number(&table, column, &value).ok_or("结果不是数")?),
                    None => Given::Nothing,
                },
            });
        }
        Ok(all)
    }

    /// The code of rows that a table read from top to bottom found.
    pub(crate) fn code_of(&self, rows: &[usize]) -> u16 {
        self.by_rows.get(rows).copied().unwrap_or(SILENT)
    }
}

/// A row by its number from 1; 0 is the `otherwise`.
pub(crate) fn row_of(table: &Table, number: usize) -> Option<&Row> {
    match number.checked_sub(1) {
        Some(at) => table.rows.get(at),
        None => table.otherwise.as_ref(),
    }
}
