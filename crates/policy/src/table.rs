//! Decision tables in the manner of DMN: inputs on the left, outputs on the right, a clause on every row.

use crate::cell::{Cell, named};
use crate::error::Mistake;
use crate::expr::Expr;
use crate::kind::{Kind, Lists};
use crate::value::{self, Value};
use kernel::{ClauseId, Date, Period};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

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

/// An input or output column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the fact or outcome.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// For outputs: the type was written with `?`, a row may give `-` (no value).
    pub optional: bool,
    pub(crate) texts: Vec<String>,
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
/// More columns than a page can show.
const MOST_COLUMNS: usize = 40;

/// Reads a table of a document that holds in the given period.
pub(crate) fn read(file: &str, text: &str, document: (&str, Period), lists: &Lists) -> Result<Table, Vec<Mistake>> {
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
    let inputs = columns(file, &raw.table.inputs, lists, &raw.rows, &mut mistakes);
    let outputs = columns(file, &raw.table.outputs, lists, &[], &mut mistakes);
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
    };
    for (at, row) in raw.rows.iter().enumerate() {
        let row = read_row(&table, row, at + 1, &mut mistakes);
        table.rows.push(row);
    }
    table.otherwise = raw.otherwise.map(|row| read_row(&table, &row, 0, &mut mistakes));
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

fn columns(file: &str, raw: &toml::Table, lists: &Lists, rows: &[RawRow], mistakes: &mut Vec<Mistake>) -> Vec<Column> {
    let mut columns = vec![];
    for (name, kind) in raw {
        let text = kind.as_str().unwrap_or_default();
        let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        match Kind::parse(text, lists) {
            Ok(kind) => columns.push(Column { name: name.clone(), texts: texts(&kind, name, rows), kind, optional }),
            Err(why) => mistakes.push(Mistake::new(
                file,
                format!("列“{name}”：{why}"),
                "用 integer、boolean、date、text，或 words.toml 中的词表名（集合写 set of 词表名）",
            )),
        }
    }
    if raw.is_empty() || raw.len() > MOST_COLUMNS {
        let what = format!("表没有输入列或输出列，或多于 {MOST_COLUMNS} 列");
        mistakes.push(Mistake::new(file, what, "在 inputs 和 outputs 中各写至少一列，列多的拆成几个问题"));
    }
    columns
}

/// The texts that rows name in a column of free text.
fn texts(kind: &Kind, name: &str, rows: &[RawRow]) -> Vec<String> {
    let mut texts = vec![];
    if *kind == Kind::Text {
        for text in rows.iter().filter_map(|row| row.when.get(name)?.as_str()).flat_map(named) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

fn read_row(table: &Table, raw: &RawRow, number: usize, mistakes: &mut Vec<Mistake>) -> Row {
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
    for column in &table.outputs {
        outputs.push(output(table, column, raw.then.get(&column.name)).unwrap_or_else(|why| {
            wrong(format!("结果“{}”：{why}", column.name), "改正这个结果");
            Output::Nothing
        }));
    }
    let clause = ClauseId(raw.clause.clone());
    Row { clause, unverified: raw.unverified.clone(), note: raw.note.clone(), cells, outputs }
}

/// A cell may be written as a text, and plain numbers, dates and yes or no also without quotes.
fn source(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn output(table: &Table, column: &Column, given: Option<&toml::Value>) -> Result<Output, String> {
    let number = |name: &str| {
        let fits = |input: &Column| input.name == name && matches!(input.kind, Kind::Integer { .. });
        table.inputs.iter().position(fits)
    };
    match given {
        None => Err("没有给出".into()),
        Some(toml::Value::String(text)) if text == "-" && column.optional => Ok(Output::Nothing),
        Some(toml::Value::String(text)) if text == "-" => Err("不能是“-”（要允许没有值，类型后加 ?）".into()),
        Some(toml::Value::String(text)) if text.starts_with('=') && matches!(column.kind, Kind::Integer { .. }) => {
            Expr::parse(&text[1..], number).map(Output::Expr)
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
        if !table.rows.iter().any(|row| row.looks_at(at)) {
            let what = format!("输入列“{}”没有被任何规则使用", column.name);
            mistakes.push(Mistake::new(&table.file, what, "删去这一列，或在规则中写上条件"));
        }
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
