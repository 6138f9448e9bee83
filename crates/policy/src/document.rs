//! `document.toml`, `parameters.toml` and `targets.toml`: a document, its clauses, the numbers it sets.

use crate::error::Mistake;
use crate::value;
use kernel::{Area, ClauseId, Date, Period};
use serde::{Deserialize, Serialize};

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its folder under `policies/`: `nantong/2018-54`.
    pub id: String,
    /// What its clause ids begin with: `NT`.
    pub prefix: String,
    /// Its number: `通政发〔2018〕54号`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The area it is in force for, with all that lies under it.
    pub area: Area,
    /// The day of issue, if known.
    pub issued: Option<Date>,
    /// When it is in force.
    pub period: Period,
    /// Documents (folders) whose answers it replaces where both would answer.
    pub overrides: Vec<String>,
    /// Why its figures are not verified, if they are not.
    pub unverified: Option<String>,
    /// Doubts about its reading, and how it was read.
    pub unclear: Vec<String>,
    /// Questions that it leaves open, and why.
    pub silent: Vec<Silence>,
}

/// A question that a document touches without answering it, or does not touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// The question.
    pub question: String,
    /// Why it is left open, in words for the user.
    pub reason: String,
}

/// A clause of a document, in our own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Its id: `NT-2.1.1`.
    pub id: ClauseId,
    /// Folder of its document.
    pub document: String,
    /// Number of its document.
    pub number: String,
    /// Where it stands in the document: `二（一）1`.
    pub at: String,
    /// A short name.
    pub title: String,
    /// What it asks, in a line or two.
    pub summary: String,
    /// `indicator`, `rule`, `workflow`, `registry`, `payment`, `exchange`, `oversight` or `planning`.
    pub kind: String,
    /// The departments that answer for it.
    pub departments: Vec<String>,
    /// By when, as the document says it.
    pub deadline: Option<String>,
    /// The capabilities that carry it, beside the tables and targets that name it: `care/contracts`.
    pub carried_by: Vec<String>,
    /// Capabilities that are to carry it and are not there yet.
    pub planned: Vec<String>,
    /// Questions that another document's table answers for it.
    pub asks: Vec<String>,
}

/// The page of the capability that is called so: its slug is its address.
#[must_use]
pub fn page_of(capability: &str) -> String {
    format!("/{}", capability.rsplit('/').next().unwrap_or_default())
}

/// Whether a number has been checked against its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It stands in the document at hand.
    Verified,
    /// It does not, or the document is not at hand.
    Unverified {
        /// Why.
        why: String,
    },
}

/// A number that the program asks for by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// The name the program asks by.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The number, in `unit`.
    pub value: i64,
    /// `fen`, `bp`, `days`, `months`, `years`, `minutes`, `count`, `metres`, `visits`.
    pub unit: String,
    /// The clause it belongs to.
    pub clause: ClauseId,
    /// Where the number comes from.
    pub source: String,
    /// Whether it has been checked.
    pub status: Status,
    /// When it holds.
    pub period: Period,
    /// Folder of its document.
    pub document: String,
}

/// What an indicator should reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The indicator: `NT-1.3a`, or `NT-1.3b-beds` where a clause has several.
    pub indicator: String,
    /// The clause.
    pub clause: ClauseId,
    /// What is measured.
    pub title: String,
    /// `>=` or `==`.
    pub op: String,
    /// The number to reach.
    pub value: i64,
    /// `bp` or `count`.
    pub unit: String,
    /// Measured over the `whole` area of the document, or in every `county` or `street`.
    pub per: String,
    /// To be reached by the end of this year.
    pub by_year: i32,
    /// Folder of its document.
    pub document: String,
    /// Number of its document.
    pub number: String,
}

impl Target {
    /// Whether a measured value reaches it.
    #[must_use]
    pub fn reached(&self, value: i64) -> bool {
        if self.op == "==" { value == self.value } else { value >= self.value }
    }
}

type Day = toml::value::Datetime;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    prefix: String,
    number: String,
    title: String,
    area: String,
    issued: Option<Day>,
    from: Day,
    until: Option<Day>,
    #[serde(default)]
    overrides: Vec<String>,
    unverified: Option<String>,
    #[serde(default)]
    unclear: Vec<String>,
    #[serde(default)]
    silent: Vec<Silence>,
    #[serde(rename = "clause")]
    clauses: Vec<RawClause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClause {
    id: String,
    at: String,
    title: String,
    summary: String,
    kind: String,
    departments: Vec<String>,
    deadline: Option<String>,
    #[serde(default)]
    carried_by: Vec<String>,
    #[serde(default)]
    planned: Vec<String>,
    #[serde(default)]
    asks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    parameter: Vec<RawParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParameter {
    name: String,
    title: String,
    value: i64,
    unit: String,
    clause: String,
    source: String,
    unverified: Option<String>,
    from: Option<Day>,
    until: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Targets {
    target: Vec<RawTarget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    indicator: String,
    clause: String,
    title: String,
    op: String,
    value: i64,
    unit: String,
    per: String,
    by_year: i32,
}

/// A file that is no TOML, or has a field that does not belong; the line is told where the parser knows it.
pub(crate) fn not_toml(file: &str, error: &toml::de::Error) -> Mistake {
    let whole = error.to_string();
    let line: String = whole.split("at line ").nth(1).unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
    let message = error.message();
    let named = |prefix: &str| message.strip_prefix(prefix)?.split_once('`');
    if let Some((field, _)) = named("missing field `") {
        return Mistake::new(file, format!("缺少字段“{field}”"), "补上这个字段（写法见 policies/README.md）");
    }
    let place = if line.is_empty() { String::new() } else { format!("第 {line} 行") };
    if let Some((field, rest)) = named("unknown field `") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let todo = format!("改为下列之一：{}", known.join("、"));
        return Mistake::new(file, format!("{place}有不认识的字段“{field}”"), todo);
    }
    if let Some((value, rest)) = named("unknown variant `") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let todo = format!("改为下列之一：{}", known.join("、"));
        return Mistake::new(file, format!("{place}不能写“{value}”"), todo);
    }
    let what = format!("{place}读不懂（{}）", in_words(message.trim()));
    Mistake::new(file, what, "改正这一处（写法见 policies/README.md）")
}

/// What the reader of TOML says, in the words of the author where it is one of the usual things.
fn in_words(message: &str) -> String {
    let wanted = [
        ("a TOML datetime", "日期，不加引号，如 2018-07-01"),
        ("a string", "文字，加英文引号"),
        ("a boolean", "true 或 false，不加引号"),
        ("a sequence", "列表，写在方括号中"),
        ("a map", "一组“名 = 值”"),
        ("i64", "整数，不加引号"),
        ("usize", "整数，不加引号"),
    ];
    if let Some((given, expected)) = message.strip_prefix("invalid type: ").and_then(|m| m.split_once(", expected ")) {
        let expected = wanted.iter().find(|(name, _)| expected.starts_with(name)).map_or(expected, |(_, words)| words);
        let given = given.split_once(' ').map_or(given, |(_, value)| value);
        return format!("这里是 {}，应为{expected}", value::short(given));
    }
    let usual = [
        ("key with no value", "名字后面没有等号和值"),
        ("invalid date", "没有这一天"),
        ("duplicate key", "同一个名字写了两次"),
        ("invalid basic string", "引号没有成对，或文字里有要转义的字符"),
        ("unclosed array", "方括号没有成对"),
        ("unclosed inline table", "花括号没有成对"),
    ];
    let known = usual.iter().find(|(start, _)| message.starts_with(start)).map(|(_, words)| (*words).to_owned());
    known.unwrap_or_else(|| message.replace('\n', " "))
}

fn day(file: &str, value: &Day) -> Result<Date, Mistake> {
    value::date(value).ok_or_else(|| Mistake::new(file, format!("“{value}”不是日期"), "写成 2018-07-01"))
}

fn period(file: &str, from: Date, until: Option<&Day>) -> Result<Period, Mistake> {
    let until = until.map(|d| day(file, d)).transpose()?;
    if until.is_some_and(|end| end <= from) {
        return Err(Mistake::new(file, format!("止期不晚于起期 {from}"), "改正 from 和 until（until 当日已不适用）"));
    }
    Ok(Period { from, until })
}

/// Reads `document.toml` of the folder.
pub(crate) fn read(file: &str, text: &str, id: &str) -> Result<(Document, Vec<Clause>), Mistake> {
    let raw: RawDocument = toml::from_str(text).map_err(|e| not_toml(file, &e))?;
    let area = Area::parse(&raw.area).map_err(|e| Mistake::new(file, e.to_string(), "改正 area（全国写 000000）"))?;
    let document = Document {
        id: id.to_owned(),
        prefix: raw.prefix,
        number: raw.number,
        title: raw.title,
        area,
        issued: raw.issued.as_ref().map(|d| day(file, d)).transpose()?,
        period: period(file, day(file, &raw.from)?, raw.until.as_ref())?,
        overrides: raw.overrides,
        unverified: raw.unverified,
        unclear: raw.unclear,
        silent: raw.silent,
    };
    let clause = |c: RawClause| Clause {
        id: ClauseId(c.id),
        document: id.to_owned(),
        number: document.number.clone(),
        at: c.at,
        title: c.title,
        summary: c.summary,
        kind: c.kind,
        departments: c.departments,
        deadline: c.deadline,
        carried_by: c.carried_by,
        planned: c.planned,
        asks: c.asks,
    };
    let clauses = raw.clauses.into_iter().map(clause).collect();
    Ok((document, clauses))
}

/// Reads `parameters.toml` of a document.
pub(crate) fn parameters(file: &str, text: &str, document: &Document) -> Result<Vec<Parameter>, Mistake> {
    let raw: Parameters = toml::from_str(text).map_err(|e| not_toml(file, &e))?;
    let one = |p: RawParameter| {
        let from = p.from.as_ref().map_or(Ok(document.period.from), |d| day(file, d))?;
        let period = period(file, from, p.until.as_ref())?;
        let why = p.unverified.or_else(|| document.unverified.clone());
        Ok(Parameter {
            name: p.name,
            title: p.title,
            value: p.value,
            unit: p.unit,
            clause: ClauseId(p.clause),
            source: p.source,
            status: why.map_or(Status::Verified, |why| Status::Unverified { why }),
            period: Period { until: period.until.or(document.period.until), ..period },
            document: document.id.clone(),
        })
    };
    raw.parameter.into_iter().map(one).collect()
}

/// Reads `targets.toml` of a document.
pub(crate) fn targets(file: &str, text: &str, document: &Document) -> Result<Vec<Target>, Mistake> {
    let raw: Targets = toml::from_str(text).map_err(|e| not_toml(file, &e))?;
    let one = |t: RawTarget| Target {
        indicator: t.indicator,
        clause: ClauseId(t.clause),
        title: t.title,
        op: t.op,
        value: t.value,
        unit: t.unit,
        per: t.per,
        by_year: t.by_year,
        document: document.id.clone(),
        number: document.number.clone(),
    };
    Ok(raw.target.into_iter().map(one).collect())
}
