//! The types of columns, and the word lists (`policies/words.toml`) that they may speak in.

use crate::error::Mistake;
use crate::value::Value;
use kernel::Date;
use kernel::time::{day, day_number};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most words that a list may have when sets of it are used (they are kept as the bits of a number).
const MOST_WORDS: usize = 62;
/// Days from the first day of our calendar to 1970-01-01.
const EPOCH: i32 = 719_163;

/// A closed list of words with their Chinese names: `nursing_home = "护理院"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordList {
    /// The name by which tables refer to it.
    pub name: String,
    /// Code and Chinese name, in the order of the file.
    pub words: Vec<(String, String)>,
}

impl WordList {
    /// Where the word stands in the list.
    #[must_use]
    pub fn position(&self, word: &str) -> Option<usize> {
        self.words.iter().position(|(code, _)| code == word)
    }

    /// The Chinese name of a word.
    #[must_use]
    pub fn label(&self, word: &str) -> Option<&str> {
        self.words.iter().find(|(code, _)| code == word).map(|(_, label)| label.as_str())
    }

    pub(crate) fn codes(&self) -> String {
        let word = |(code, label): &(String, String)| {
            if code == label { code.clone() } else { format!("{code}（{label}）") }
        };
        self.words.iter().map(word).collect::<Vec<_>>().join("、")
    }
}

/// The type of an input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number between two bounds, with the unit that stands behind the word `integer`.
    Integer {
        /// Least allowed value.
        lo: i64,
        /// Greatest allowed value.
        hi: i64,
        /// `fen`, `bp`, `beds`, …; empty if none is given.
        unit: String,
    },
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// Any text; rows may name some.
    Text,
    /// One word of a list.
    Word(Arc<WordList>),
    /// A set of words of a list.
    SetOf(Arc<WordList>),
    /// An input that may be nothing, written with `?`. Nothing stands one below the least number of the type inside.
    Maybe(Box<Kind>),
}

impl Kind {
    /// The type without its `?`.
    #[must_use]
    pub fn inner(&self) -> &Self {
        if let Self::Maybe(inner) = self { inner } else { self }
    }

    /// The same, with nothing allowed.
    pub(crate) fn maybe(self) -> Result<Self, String> {
        match self {
            Self::SetOf(_) => Err("集合不用 ?，没有就写空集".into()),
            Self::Integer { lo: i64::MIN, .. } => Err("signed integer 加 ? 要写范围".into()),
            kind => Ok(Self::Maybe(Box::new(kind))),
        }
    }

    /// Reads `integer 0..5`, `integer beds`, `signed integer fen`, `boolean`, `date`, `text`, `ownership`, `set of duty`.
    pub(crate) fn parse(text: &str, lists: &Lists) -> Result<Self, String> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("set of ") {
            return match lists.get(rest.trim()) {
                Some(list) if list.words.len() <= MOST_WORDS => Ok(Self::SetOf(list.clone())),
                Some(list) => Err(format!("词表“{}”超过 {MOST_WORDS} 个词，不能用作集合", list.name)),
                None => Err(format!("没有词表“{}”", rest.trim())),
            };
        }
        let (low, number) = text.strip_prefix("signed ").map_or((0, text), |rest| (i64::MIN, rest));
        if let Some(rest) = number.strip_prefix("integer") {
            return integer(rest.trim(), low);
        }
        match text {
            "boolean" => Ok(Self::Boolean),
            "date" => Ok(Self::Date),
            "text" => Ok(Self::Text),
            name => lists.get(name).map(|list| Self::Word(list.clone())).ok_or_else(|| format!("不认识的类型“{name}”")),
        }
    }

    /// The least and greatest number that stands for a value of this type; `texts` counts the texts that rows name.
    pub(crate) fn bounds(&self, texts: usize) -> (i64, i64) {
        match self {
            Self::Integer { lo, hi, .. } => (*lo, *hi),
            Self::Boolean => (0, 1),
            Self::Date => (i64::from(day_number(Date::MIN)), i64::from(day_number(Date::MAX))),
            Self::Text => (0, texts as i64),
            Self::Word(list) => (0, list.words.len() as i64 - 1),
            Self::SetOf(list) => (0, (1 << list.words.len()) - 1),
            Self::Maybe(inner) => {
                let (least, most) = inner.bounds(texts);
                (least - 1, most)
            }
        }
    }

    /// How people are told what this type takes.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Integer { lo, hi, .. } => match (*lo, *hi) {
                (i64::MIN, i64::MAX) => "整数".into(),
                (lo, i64::MAX) => format!("不小于 {lo} 的整数"),
                (lo, hi) => format!("{lo} 到 {hi} 的整数"),
            },
            Self::Boolean => "是或否（true、false）".into(),
            Self::Date => "日期（如 2026-11-01）".into(),
            Self::Text => "文字".into(),
            Self::Word(list) => format!("下列之一：{}", list.codes()),
            Self::SetOf(list) => format!("由下列词组成的列表：{}", list.codes()),
            Self::Maybe(inner) => format!("{}，没有就写 null", inner.describe()),
        }
    }

    /// The value that a person writes in a field: a word by its code or its Chinese name, 是 and 否, words of a set between
    /// `、`, `null` where there may be nothing.
    ///
    /// # Errors
    /// What would be right.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        let wrong = || format!("应为{}，这里是“{text}”", self.describe());
        if text == "null" {
            return if matches!(self, Self::Maybe(_)) { Ok(Value::Nothing) } else { Err(wrong()) };
        }
        let word = |list: &WordList, text: &str| {
            list.words.iter().find(|(code, label)| code == text || label == text).map(|(code, _)| code.clone())
        };
        let value = match self.inner() {
            Self::Boolean if matches!(text, "true" | "是") => Some(Value::Bool(true)),
            Self::Boolean if matches!(text, "false" | "否") => Some(Value::Bool(false)),
            Self::Integer { lo, hi, .. } => text.parse().ok().filter(|n| lo <= n && n <= hi).map(Value::Int),
            Self::Date => day(text).map(Value::Date),
            Self::Word(list) => word(list, text).map(Value::Text),
            Self::SetOf(list) => {
                let all = text.split(['、', ',']).map(str::trim).filter(|one| !one.is_empty());
                all.map(|one| word(list, one)).collect::<Option<BTreeSet<_>>>().map(Value::Set)
            }
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::Boolean | Self::Maybe(_) => None,
        };
        value.ok_or_else(wrong)
    }

    /// The number that stands for a value in evaluation; an error says what would be right.
    pub(crate) fn number(&self, value: &Value, texts: &[String]) -> Result<i64, String> {
        let wrong = || format!("应为{}，这里是{}", spaced(&self.describe()), spaced(&self.given(value)));
        match (self, value) {
            (Self::Integer { lo, hi, .. }, Value::Int(n)) if lo <= n && n <= hi => Ok(*n),
            (Self::Boolean, Value::Bool(b)) => Ok(i64::from(*b)),
            (Self::Date, Value::Date(d)) => Ok(day_number(*d).into()),
            (Self::Date, Value::Text(t)) => day(t).map(|d| day_number(d).into()).ok_or_else(wrong),
            (Self::Text, Value::Text(t)) => Ok(position(texts, t)),
            (Self::Text, Value::Date(d)) => Ok(position(texts, &d.to_string())),
            (Self::Word(list), Value::Text(t)) => list.position(t).map(|at| at as i64).ok_or_else(wrong),
            (Self::SetOf(list), Value::Set(set)) => {
                set.iter().try_fold(0, |mask, word| list.position(word).map(|at| mask | (1 << at))).ok_or_else(wrong)
            }
            (Self::Maybe(_), Value::Nothing) => Ok(self.bounds(texts.len()).0),
            (Self::Maybe(inner), value) => inner.number(value, texts).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }

    /// A value that does not fit, as a message repeats it: `"100"` for a number is a text, which its sign alone does not tell.
    fn given(&self, value: &Value) -> String {
        let said = crate::value::short(&value.to_string());
        match (self.inner(), value) {
            (Self::Integer { .. }, Value::Text(t)) if t.parse::<i64>().is_ok() => {
                format!("文字“{said}”（数不加引号）")
            }
            (Self::Boolean, Value::Text(t)) if t == "true" || t == "false" => {
                format!("文字“{said}”（true、false 不加引号）")
            }
            (Self::Integer { .. } | Self::Boolean, Value::Text(_)) => format!("文字“{said}”"),
            (Self::SetOf(_), Value::Text(_)) => format!("文字“{said}”（一个词也要写成列表：[\"{said}\"]）"),
            (_, Value::Set(set)) if set.is_empty() => "空的列表".into(),
            (_, Value::Set(_) | Value::List(_)) => format!("列表“{said}”"),
            (_, Value::Nothing) => "null".into(),
            _ => format!("“{said}”"),
        }
    }

    /// Whether an output of this type may have the value; gives it in its canonical form.
    pub(crate) fn accept(&self, value: Value) -> Result<Value, String> {
        let value = match (self, value) {
            (Self::Date, Value::Text(t)) => t.parse().map(Value::Date).unwrap_or(Value::Text(t)),
            (_, value) => value,
        };
        self.number(&value, &[]).map(|_| value)
    }

    /// The value that a number stands for: the reverse of [`Kind::number`].
    pub(crate) fn meant(&self, number: i64, texts: &[String]) -> Option<Value> {
        let at = usize::try_from(number).ok();
        Some(match self {
            Self::Integer { .. } => Value::Int(number),
            Self::Boolean => Value::Bool(number == 1),
            Self::Date => Value::Date(crate::expr::day(number.into())?),
            Self::Text => Value::Text(texts.get(at?)?.clone()),
            Self::Word(list) => Value::Text(list.words.get(at?)?.0.clone()),
            Self::SetOf(list) => {
                let chosen = list.words.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
                Value::Set(chosen.map(|(_, (code, _))| code.clone()).collect())
            }
            Self::Maybe(_) if number == self.bounds(texts.len()).0 => Value::Nothing,
            Self::Maybe(inner) => inner.meant(number, texts)?,
        })
    }

    /// The value of computed arithmetic: a day for a column of days.
    pub(crate) fn value(&self, number: i64) -> Option<Value> {
        match self.inner() {
            Self::Date => crate::expr::day(number.into()).map(Value::Date),
            _ => Some(Value::Int(number)),
        }
    }

    /// What the number stands for, for an example: the reverse of [`Kind::number`].
    pub(crate) fn show(&self, number: i64, texts: &[String]) -> String {
        match self {
            Self::Integer { .. } => number.to_string(),
            Self::Boolean => (number == 1).to_string(),
            Self::Date => Date::from_num_days_from_ce_opt(number as i32 + EPOCH).unwrap_or_default().to_string(),
            Self::Text => texts.get(number as usize).cloned().unwrap_or_else(|| "其他文字".into()),
            Self::Word(list) => list.words.get(number as usize).map_or("?", |(code, _)| code).to_owned(),
            Self::SetOf(list) => {
                let chosen = list.words.iter().enumerate().filter(|(at, _)| number >> at & 1 == 1);
                format!("[{}]", chosen.map(|(_, (code, _))| code.as_str()).collect::<Vec<_>>().join(", "))
            }
            Self::Maybe(_) if number == self.bounds(texts.len()).0 => "null".into(),
            Self::Maybe(inner) => inner.show(number, texts),
        }
    }
}

/// What stands behind Chinese words: a number apart from them.
pub(crate) fn spaced(text: &str) -> String {
    let apart = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    if apart { format!(" {text}") } else { text.to_owned() }
}

fn position(texts: &[String], text: &str) -> i64 {
    texts.iter().position(|t| t == text).unwrap_or(texts.len()) as i64
}

fn integer(rest: &str, low: i64) -> Result<Kind, String> {
    let (range, unit) = match rest.split_once("..") {
        Some((lo, tail)) => {
            let (hi, unit) = tail.split_once(' ').unwrap_or((tail, ""));
            ((lo.trim(), hi.trim()), unit.trim())
        }
        None => (("", ""), rest),
    };
    let bound = |text: &str, missing: i64| match text {
        "" => Ok(missing),
        text => text.parse().map_err(|_| format!("“integer {rest}”的范围写错了")),
    };
    let (lo, hi) = (bound(range.0, low)?, bound(range.1, i64::MAX)?);
    if lo > hi {
        return Err(format!("“integer {rest}”的下限大于上限"));
    }
    Ok(Kind::Integer { lo, hi, unit: unit.to_owned() })
}

/// All word lists by name.
pub type Lists = BTreeMap<String, Arc<WordList>>;

/// Reads `words.toml`: a table per list.
pub(crate) fn lists(file: &str, text: &str) -> Result<Lists, Mistake> {
    let parsed: toml::Table = toml::from_str(text).map_err(|e| crate::document::not_toml(file, &e))?;
    let mut lists = Lists::new();
    for (name, value) in parsed {
        let bad = || Mistake::new(file, format!("词表“{name}”应写成 词 = \"中文名\""), "每个词给出中文名");
        let table = value.as_table().ok_or_else(bad)?;
        let words = table.iter().map(|(code, label)| label.as_str().map(|l| (code.clone(), l.to_owned())));
        let words = words.collect::<Option<Vec<_>>>().filter(|w| !w.is_empty()).ok_or_else(bad)?;
        lists.insert(name.clone(), Arc::new(WordList { name, words }));
    }
    Ok(lists)
}
