//! The head of a table: its columns, how inputs follow from others, and the lines it is asked for.

use crate::cell::named;
use crate::document::Parameter;
use crate::error::Mistake;
use crate::expr::{Expr, Sort, Term};
use crate::kind::{Kind, Lists};
use kernel::{Date, Period};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// An input or output column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the fact or outcome.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// The type was written with `?`: an output may have no value, an input may be nothing.
    pub optional: bool,
    pub(crate) texts: Vec<String>,
    /// For inputs that nobody states: how they follow from the others and the day of the question.
    pub(crate) computed: Option<Expr>,
    /// The columns that it follows from, by any number of steps.
    pub(crate) sources: Vec<usize>,
    /// The parameters that this names.
    pub(crate) parameters: Vec<Used>,
    /// For inputs that nobody states: the question and the output that give them.
    pub takes: Option<Takes>,
}

/// Where an input comes from that is no fact: what another question answers to the same facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takes {
    /// The question.
    pub question: String,
    /// Its output.
    pub output: String,
}

impl Takes {
    /// Reads `question.output`.
    fn parse(text: &str) -> Option<Self> {
        let name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let (question, output) = text.trim().split_once('.').filter(|(one, other)| name(one) && name(other))?;
        Some(Self { question: question.to_owned(), output: output.to_owned() })
    }
}

/// A parameter that arithmetic names: its name, its value, why it is not verified.
pub(crate) type Used = (String, i64, Option<String>);

impl Column {
    fn new(name: &str, kind: Kind, optional: bool, texts: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            optional,
            texts,
            computed: None,
            sources: vec![],
            parameters: vec![],
            takes: None,
        }
    }

    /// How an input follows from the others, as its author wrote it; none for an input that is asked for.
    #[must_use]
    pub fn follows(&self) -> Option<String> {
        self.computed.as_ref().map(Expr::to_string)
    }
}

/// That a table is asked once for every item of a list, and what stands beside the list as one more line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The name of the list among the facts.
    pub each: String,
    /// Further lines: for every input column where it is taken from.
    pub also: Vec<BTreeMap<String, Taken>>,
}

/// Where a further line takes an input from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The fact of that name.
    Fact(String),
    /// A fixed word, written in quotes.
    Word(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLines {
    each: String,
    #[serde(default)]
    also: Vec<BTreeMap<String, String>>,
}

impl RawLines {
    pub(crate) fn read(self) -> Lines {
        let taken = |(column, text): (String, String)| {
            let word = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(str::to_owned);
            (column, word.map_or(Taken::Fact(text), Taken::Word))
        };
        Lines {
            each: self.each,
            also: self.also.into_iter().map(|line| line.into_iter().map(taken).collect()).collect(),
        }
    }
}

/// What the words in a table may mean: the lists, and the parameters of its document.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub lists: &'a Lists,
    pub parameters: &'a [&'a Parameter],
}

impl Words<'_> {
    /// A parameter that has one value in the period; that it is used is noted.
    pub(crate) fn parameter(&self, period: Period, name: &str, used: &RefCell<Vec<Used>>) -> Option<Term> {
        let found = self.parameters.iter().find(|p| p.name == name && covers(p.period, period))?;
        let why = found.unverified().map(|why| format!("{}：{why}", found.title));
        let one = (found.name.clone(), found.value, why);
        let mut used = used.borrow_mut();
        if !used.contains(&one) {
            used.push(one);
        }
        Some(Term::Number(found.value))
    }
}

/// A parameter can be named only where it has one value for as long as the table holds.
fn covers(parameter: Period, table: Period) -> bool {
    let late = |end: Date| table.until.is_none_or(|last| last > end);
    parameter.from <= table.from && !parameter.until.is_some_and(late)
}

/// What rows write under the name of a column.
type CellsOf<'a> = dyn Fn(&str) -> Vec<String> + 'a;

/// More columns than a page can show.
const MOST_COLUMNS: usize = 40;

/// Reads columns; `named` gives what rows write under the name of an input, and is none for outputs.
pub(crate) fn read(
    (file, period): (&str, Period),
    raw: &toml::Table,
    words: Words<'_>,
    named: Option<&CellsOf<'_>>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = vec![];
    for (name, kind) in raw {
        let text = kind.as_str().unwrap_or_default();
        let column = match (named, text.split_once('=')) {
            (Some(named), Some((kind, source))) if Takes::parse(source).is_some() => {
                let column = input(name, kind.trim(), words.lists, named);
                column.map(|column| Column { takes: Takes::parse(source), ..column })
            }
            (Some(_), Some((kind, expr))) => following(&columns, raw.len(), (name, kind, expr), period, words),
            (Some(named), None) => input(name, text, words.lists, named),
            (None, _) => output(name, text, words.lists),
        };
        match column {
            Ok(column) => columns.push(column),
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

fn input(name: &str, text: &str, lists: &Lists, rows: &CellsOf<'_>) -> Result<Column, String> {
    let kind = match text.strip_suffix('?') {
        Some(text) => Kind::parse(text, lists)?.maybe()?,
        None => Kind::parse(text, lists)?,
    };
    let texts = if *kind.inner() == Kind::Text { texts(rows(name)) } else { vec![] };
    let optional = matches!(kind, Kind::Maybe(_));
    Ok(Column::new(name, kind, optional, texts))
}

/// The texts that rows name in a column of free text.
fn texts(cells: Vec<String>) -> Vec<String> {
    let mut texts = vec![];
    for text in cells.iter().flat_map(|cell| named(cell)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

fn output(name: &str, text: &str, lists: &Lists) -> Result<Column, String> {
    let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    Ok(Column::new(name, Kind::parse(text, lists)?, optional, vec![]))
}

/// An input that follows from columns before it, from parameters, and from the day of the question (`on`, which stands
/// behind all `columns` inputs).
fn following(
    before: &[Column],
    columns: usize,
    (name, kind, expr): (&str, &str, &str),
    period: Period,
    words: Words<'_>,
) -> Result<Column, String> {
    let used = RefCell::new(vec![]);
    let expr = Expr::parse(expr, |name| match name {
        "on" => Some(Term::Input(columns, Sort::Day)),
        name => term(before, name).or_else(|| words.parameter(period, name, &used)),
    })?;
    let column = input(name, kind.trim(), words.lists, &|_| vec![])?;
    fits(&expr, &column.kind)?;
    let direct = expr.inputs();
    let further = direct.iter().filter_map(|at| before.get(*at)).flat_map(|column| column.sources.iter().copied());
    let sources = further.chain(direct.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    Ok(Column { computed: Some(expr), sources, parameters: used.into_inner(), ..column })
}

/// A number or day among the columns.
pub(crate) fn term(columns: &[Column], name: &str) -> Option<Term> {
    let at = columns.iter().position(|column| column.name == name)?;
    match columns[at].kind.inner() {
        Kind::Integer { .. } => Some(Term::Input(at, Sort::Number)),
        Kind::Date => Some(Term::Input(at, Sort::Day)),
        _ => None,
    }
}

/// Whether arithmetic gives what a column takes.
pub(crate) fn fits(expr: &Expr, kind: &Kind) -> Result<(), String> {
    match (expr.sort(), kind.inner()) {
        (Sort::Number, Kind::Integer { .. }) | (Sort::Day, Kind::Date) => Ok(()),
        _ => Err(format!("算式“{expr}”得出的不是{}", kind.describe())),
    }
}
