//! What goes into a question and what comes out.

use kernel::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A fact or an outcome. In JSON: `true`, `3`, `"2026-11-01"`, `"private"`, `["hypertension"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number: fen, basis points, days, beds …; the column says which.
    Int(i64),
    /// A day.
    Date(Date),
    /// A word or a text.
    Text(String),
    /// A set of words.
    Set(BTreeSet<String>),
    /// Things of one sort, each with its own facts: the items of a visit, the lines of a bill.
    List(Vec<BTreeMap<String, Value>>),
    /// Known to be nothing, in JSON `null`: never done, funded by nobody. A fact that is not there is not known.
    Nothing,
}

/// Most characters of a text that a message repeats.
const MOST_SAID: usize = 60;

/// A text as a message repeats it: not more of it than tells which one is meant.
#[must_use]
pub fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_SAID) {
        Some((at, _)) => format!("{}……（共 {} 字）", &text[..at], text.chars().count()),
        None => text.to_owned(),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("是"),
            Self::Bool(false) => f.write_str("否"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Date(d) => write!(f, "{d}"),
            Self::Text(t) => f.write_str(t),
            Self::Set(s) if s.is_empty() => f.write_str("无"),
            Self::Set(s) => f.write_str(&s.iter().cloned().collect::<Vec<_>>().join("、")),
            Self::List(list) => {
                let one = |(name, value): (&String, &Self)| format!("{name} = {value}");
                let line = |item: &BTreeMap<String, Self>| item.iter().map(one).collect::<Vec<_>>().join("，");
                write!(f, "[{}]", list.iter().map(line).collect::<Vec<_>>().join("；"))
            }
            Self::Nothing => f.write_str("无"),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Date(value)
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<BTreeSet<String>> for Value {
    fn from(value: BTreeSet<String>) -> Self {
        Self::Set(value)
    }
}
impl From<Vec<String>> for Value {
    fn from(value: Vec<String>) -> Self {
        Self::Set(value.into_iter().collect())
    }
}
impl From<&[&str]> for Value {
    fn from(value: &[&str]) -> Self {
        Self::Set(value.iter().map(|&word| word.to_owned()).collect())
    }
}

/// Reads a value as it stands in TOML; single tables, floats and mixed lists are none.
pub(crate) fn of_toml(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::Boolean(b) => Value::Bool(*b),
        toml::Value::Integer(n) => Value::Int(*n),
        toml::Value::String(s) => Value::Text(s.clone()),
        toml::Value::Datetime(d) => Value::Date(date(d)?),
        toml::Value::Array(a) if a.first().is_some_and(toml::Value::is_table) => {
            let item = |item: &toml::Value| {
                let pairs = item.as_table()?.iter().map(|(name, value)| Some((name.clone(), of_case(value)?)));
                pairs.collect::<Option<BTreeMap<_, _>>>()
            };
            Value::List(a.iter().map(item).collect::<Option<Vec<_>>>()?)
        }
        toml::Value::Array(a) => {
            Value::Set(a.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<BTreeSet<_>>>()?)
        }
        _ => return None,
    })
}

/// The same in a case, where `"null"` is nothing (TOML has no word of its own for it).
pub(crate) fn of_case(value: &toml::Value) -> Option<Value> {
    if value.as_str() == Some("null") { Some(Value::Nothing) } else { of_toml(value) }
}

/// A TOML date without a time of day.
pub(crate) fn date(value: &toml::value::Datetime) -> Option<Date> {
    let day = value.date.filter(|_| value.time.is_none())?;
    Date::from_ymd_opt(day.year.into(), day.month.into(), day.day.into())
}

/// The facts that a question is asked with, by input name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub BTreeMap<String, Value>);

impl Facts {
    /// No facts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The same with one more if it is known; a fact that is not known stays out, and a rule that needs it is undecided.
    #[must_use]
    pub fn with_known(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The fact of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl FromIterator<(String, Value)> for Facts {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
