//! Decision tables in the manner of DMN: inputs on the left, outputs on the right, a clause on every row.

use crate::cell::Cell;
use crate::columns::{self, Column, Lines, RawLines, Used, Words};
use crate::error::Mistake;
use crate::expr::{Expr, Term};
use crate::kind::Kind;
use crate::plan::Plan;
use crate::value::{self, Value};
use kernel::{ClauseId, Date, Period};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// How many rows may answer, and how their answers are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Hit {
    /// Exactly one row answers; proven to have neither gap nor overlap.
    #[serde(rename = "unique")]
    Unique,
    /// The first row that fits answers; proven to have no gap.
    #[serde(rename = "first")]
    First,
    /// All rows that fit answer: yes if any says yes, words are gathered in a set.
    #[serde(rename = "collect")]
    Collect,
    /// All rows that fit answer and their numbers are added.
    #[serde(rename = "collect sum")]
    CollectSum,
}

impl Hit {
    /// The word that the table's author writes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::First => "first",
            Self::Collect => "collect",
            Self::CollectSum => "collect sum",
        }
    }

    pub(crate) const fn collects(self) -> bool {
        matches!(self, Self::Collect | Self::CollectSum)
    }
}

/// A row: when its cells hold, its outputs are the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the document says so.
    pub clause: ClauseId,
    /// Why the numbers of this row are not verified, if they are not.
    pub unverified: Option<String>,
    /// How the row is to be read, for people.
    pub note: String,
    pub(crate) cells: Vec<Cell>,
    pub(crate) outputs: Vec<Output>,
    /// The parameters that its arithmetic names.
    pub(crate) parameters: Vec<Used>,
}

/// What a row gives in an output column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// No value, written `-`.
    Nothing,
    Value(Value),
    /// Computed from number inputs, written `= …`.
    Expr(Expr),
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("-"),
            Self::Value(value) => value.fmt(f),
            Self::Expr(expr) => expr.fmt(f),
        }
    }
}

impl Row {
    /// What stands in the cells, one per input column, as the author wrote it.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.source.as_str())
    }

    /// What stands in the outputs, one per output column, as people read it.
    pub fn results(&self) -> impl Iterator<Item = String> {
        self.outputs.iter().map(Output::to_string)
    }

    /// Whether the row looks at an input column: in its cells or in its arithmetic.
    pub(crate) fn looks_at(&self, column: usize) -> bool {
        let computed = |output: &Output| matches!(output, Output::Expr(expr) if expr.inputs().contains(&column));
        !self.cells[column].test.is_any() || self.outputs.iter().any(computed)
    }
}

/// A decision table that has been read and type-checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name the program asks by.
    pub question: String,
    /// What it decides, in a line.
    pub title: String,
    /// How many rows may answer.
    pub hit: Hit,
    /// The file it was read from.
    pub file: String,
    /// The folder of its document: `nantong/2018-54`.
    pub document: String,
    /// When it holds.
    pub period: Period,
    /// Input columns in the order of the file.
    pub inputs: Vec<Column>,
    /// Output columns in the order of the file.
    pub outputs: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Why the document is silent on inputs that no row answers: the decision is then undecided.
    pub silent: Option<String>,
    /// For `collect`: the answer when no row fits, with its clause.
    pub otherwise: Option<Row>,
    /// Doubts about the reading, and how it was read.
    pub unclear: Vec<String>,
    /// Why the numbers of the table are not verified, if they are not.
    pub unverified: Option<String>,
    /// Whether it is asked once for every item of a list.
    pub lines: Option<Lines>,
    pub(crate) plan: OnceLock<Option<Plan>>,
}

impl Table {
    /// Its compiled form, made when it is first asked for; none if the combinations of its conditions are too many.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.get_or_init(|| Plan::of(self)).as_ref()
    }

    /// Whether a row looks at an input column: in its cells, in its arithmetic, or through a column that follows from it.
    pub(crate) fn looks_at(&self, row: &Row, column: usize) -> bool {
        let through = |(at, other): (usize, &Column)| other.sources.contains(&column) && row.looks_at(at);
        row.looks_at(column) || self.inputs.iter().enumerate().any(through)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    table: Head,
    #[serde(default, rename = "row")]
    rows: Vec<RawRow>,
    otherwise: Option<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    question: String,
    title: String,
    hit: Hit,
    from: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
    inputs: toml::Table,
    outputs: toml::Table,
    silent: Option<String>,
    unverified: Option<String>,
    #[serde(default)]
    unclear: Vec<String>,
    lines: Option<RawLines>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    clause: String,
    #[serde(default)]
    when: BTreeMap<String, toml::Value>,
    then: BTreeMap<String, toml::Value>,
    unverified: Option<String>,
    #[serde(default)]
    note: String,
}

/// More rows than a person would ever write; a mistaken export is refused before it is proven.
const MOST_ROWS: usize = 5_000;

/// Reads a table of a document that holds in the given period.
pub(crate) fn read(file: &str, text: &str, document: (&str, Period), words: Words<'_>) -> Result<Table, Vec<Mistake>> {
    let raw: File = toml::from_str(text).map_err(|e| vec![crate::document::not_toml(file, &e)])?;
    if raw.rows.len() > MOST_ROWS {
        let what = format!("表有 {} 条规则，超过 {MOST_ROWS} 条", raw.rows.len());
        return Err(vec![Mistake::new(file, what, "按区间合并规则，或拆成几个问题")]);
    }
    let mut mistakes = vec![];
    let period = period(file, &raw.table, document.1).unwrap_or_else(|m| {
        mistakes.push(m);
        document.1
    });
    let cells = |name: &str| raw.rows.iter().filter_map(|row| Some(row.when.get(name)?.as_str()?.to_owned())).collect();
    let inputs = columns::read((file, period), &raw.table.inputs, words, Some(&cells), &mut mistakes);
    let outputs = columns::read((file, period), &raw.table.outputs, words, None, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let head = raw.table;
    let mut table = Table {
        question: head.question,
        title: head.title,
        hit: head.hit,
        file: file.to_owned(),
        document: document.0.to_owned(),
        period,
        inputs,
        outputs,
        rows: vec![],
        silent: head.silent,
        otherwise: None,
        unclear: head.unclear,
        unverified: head.unverified,
        lines: head.lines.map(RawLines::read),
        plan: OnceLock::new(),
    };
    for (at, row) in raw.rows.iter().enumerate() {
        let row = read_row(&table, row, at + 1, words, &mut mistakes);
        table.rows.push(row);
    }
    table.otherwise = raw.otherwise.map(|row| read_row(&table, &row, 0, words, &mut mistakes));
    usage(&table, &mut mistakes);
    if mistakes.is_empty() { Ok(table) } else { Err(mistakes) }
}

fn period(file: &str, head: &Head, document: Period) -> Result<Period, Mistake> {
    let day = |value: &Option<toml::value::Datetime>| match value {
        None => Ok(None),
        Some(d) => {
            value::date(d).map(Some).ok_or_else(|| Mistake::new(file, format!("“{d}”不是日期"), "写成 2018-07-01"))
        }
    };
    let period =
        Period { from: day(&head.from)?.unwrap_or(document.from), until: day(&head.until)?.or(document.until) };
    let late = |end: Option<Date>| document.until.is_some_and(|last| end.is_none_or(|end| end > last));
    if period.until.is_some_and(|end| end <= period.from) || period.from < document.from || late(period.until) {
        let what = format!("表的期间 {} 起不在文件的期间之内，或止期不晚于起期", period.from);
        return Err(Mistake::new(file, what, "改正 from 和 until（until 当日已不适用）"));
    }
    Ok(period)
}

fn read_row(table: &Table, raw: &RawRow, number: usize, words: Words<'_>, mistakes: &mut Vec<Mistake>) -> Row {
    let mut wrong = |what: String, todo: &str| {
        let mistake = Mistake::new(&table.file, what, todo);
        mistakes.push(if number > 0 { mistake.row(number) } else { mistake });
    };
    for (given, columns) in [(&raw.when, &table.inputs), (&raw.then, &table.outputs)] {
        for name in given.keys().filter(|name| columns.iter().all(|column| column.name != **name)) {
            wrong(format!("没有名为“{name}”的列"), "改正列名，或在表头的 inputs、outputs 中加上这一列");
        }
    }
    let mut cells = vec![];
    for column in &table.inputs {
        let source = raw.when.get(&column.name).map(source);
        let cell = source.map_or_else(|| Ok(Cell::any()), |source| Cell::parse(&source, &column.kind, &column.texts));
        cells.push(cell.unwrap_or_else(|why| {
            wrong(format!("条件“{}”：{why}", column.name), "改正这个条件");
            Cell::any()
        }));
    }
    let mut outputs = vec![];
    let used = RefCell::new(vec![]);
    for column in &table.outputs {
        let names = |name: &str| {
            let before = columns::term(&table.inputs, name).or_else(|| earlier(table, &outputs, name));
            before.or_else(|| words.parameter(table.period, name, &used))
        };
        let output = output(column, raw.then.get(&column.name), names).unwrap_or_else(|why| {
            wrong(format!("结果“{}”：{why}", column.name), "改正这个结果");
            Output::Nothing
        });
        outputs.push(output);
    }
    let (clause, parameters) = (ClauseId(raw.clause.clone()), used.into_inner());
    let mut row =
        Row { clause, unverified: raw.unverified.clone(), note: raw.note.clone(), cells, outputs, parameters };
    for (at, column) in table.inputs.iter().enumerate().filter(|(_, column)| !column.parameters.is_empty()) {
        if table.looks_at(&row, at) {
            row.parameters.extend(column.parameters.iter().cloned());
        }
    }
    row
}

/// What an output to the left gives in the same row.
fn earlier(table: &Table, outputs: &[Output], name: &str) -> Option<Term> {
    let at = table.outputs.iter().position(|column| column.name == name)?;
    match outputs.get(at)? {
        Output::Expr(expr) => Some(Term::Same(expr.clone())),
        Output::Value(value) => value.int().map(|n| Term::Same(Expr::number(n))),
        Output::Nothing => None,
    }
}

/// A cell may be written as a text, and plain numbers, dates and yes or no also without quotes.
fn source(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn output(
    column: &Column,
    given: Option<&toml::Value>,
    names: impl Fn(&str) -> Option<Term>,
) -> Result<Output, String> {
    let computed = matches!(column.kind, Kind::Integer { .. } | Kind::Date);
    match given {
        None => Err("没有给出".into()),
        Some(toml::Value::String(text)) if text == "-" && column.optional => Ok(Output::Nothing),
        Some(toml::Value::String(text)) if text == "-" => Err("不能是“-”（要允许没有值，类型后加 ?）".into()),
        Some(toml::Value::String(text)) if text.starts_with('=') && computed => {
            let expr = Expr::parse(&text[1..], names)?;
            columns::fits(&expr, &column.kind).map(|()| Output::Expr(expr))
        }
        Some(value) => {
            let value = value::of_toml(value).ok_or_else(|| format!("“{value}”不是可用的值"))?;
            column.kind.accept(value).map(Output::Value)
        }
    }
}

/// Columns that nobody uses, hit policies that do not fit.
fn usage(table: &Table, mistakes: &mut Vec<Mistake>) {
    if table.rows.is_empty() {
        mistakes.push(Mistake::new(&table.file, "表没有任何规则", "至少写一条 [[row]]"));
        return;
    }
    for (at, column) in table.inputs.iter().enumerate() {
        if !table.rows.iter().any(|row| table.looks_at(row, at)) && !names_line(table, column) {
            let what = format!("输入列“{}”没有被任何规则使用", column.name);
            mistakes.push(Mistake::new(&table.file, what, "删去这一列，或在规则中写上条件"));
        }
    }
    if let Some(lines) = &table.lines {
        further_lines(table, lines, mistakes);
    }
    if table.otherwise.is_some() && !table.hit.collects() {
        mistakes.push(Mistake::new(&table.file, "otherwise 只能用于 collect 表", "把它写成一条规则"));
    }
    for column in &table.outputs {
        if table.hit == Hit::CollectSum && !matches!(column.kind, Kind::Integer { .. }) {
            let what = format!("collect sum 表的输出“{}”不是整数", column.name);
            mistakes.push(Mistake::new(&table.file, what, "改用 collect，或把输出改为 integer"));
        }
    }
}

/// In a table that is asked by line an input may also serve only to say which line it is.
fn names_line(table: &Table, column: &Column) -> bool {
    table.lines.is_some() && column.kind == Kind::Text
}

fn further_lines(table: &Table, lines: &Lines, mistakes: &mut Vec<Mistake>) {
    for line in &lines.also {
        let asked = table.inputs.iter().filter(|column| column.computed.is_none());
        let missing = asked.map(|column| &column.name).find(|name| !line.contains_key(*name));
        let unknown = line.keys().find(|name| table.inputs.iter().all(|column| column.name != **name));
        if let Some(name) = missing.or(unknown) {
            let what = format!("lines 的 also 没有写列“{name}”从哪里来，或没有这一列");
            mistakes.push(Mistake::new(&table.file, what, "每个输入列写一个事实名，或加英文引号写一个固定的词"));
        }
    }
    if table.hit.collects() {
        mistakes.push(Mistake::new(&table.file, "逐项判断的表不能是 collect 表", "用 unique 或 first"));
    }
}
