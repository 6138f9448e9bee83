//! Values, names and parameters as a person would write them.

use crate::columns::Column;
use crate::decide::Because;
use crate::kind::Kind;
use crate::library::Library;
use crate::table::Table;
use crate::value::Value;
use kernel::time::in_words;
use kernel::{Bp, Fen};
use std::collections::BTreeMap;

/// The list in `words.toml` that holds the Chinese names of facts and outcomes.
const FACTS: &str = "fact";

impl Library {
    /// The Chinese name of a fact or an outcome, as `words.toml` has it; the name itself if it has none.
    #[must_use]
    pub fn fact<'a>(&'a self, name: &'a str) -> &'a str {
        self.label(FACTS, name).unwrap_or(name)
    }

    /// A value in the words of its column, also inside the lines of a list: 护理院, 1,200.00 元, 90%, 3 张, 2026年11月1日. A
    /// name that is not among the columns, as in a decision of a table that has been replaced, is looked up in all tables.
    #[must_use]
    pub fn said(&self, columns: &[Column], name: &str, value: &Value) -> String {
        if let Value::List(items) = value {
            let one =
                |(name, value): (&String, &Value)| format!("{} {}", self.fact(name), self.said(columns, name, value));
            let item = |item: &BTreeMap<String, Value>| item.iter().map(one).collect::<Vec<_>>().join("，");
            return format!("（{}）", items.iter().map(item).collect::<Vec<_>>().join("；"));
        }
        let own = columns.iter().find(|column| column.name == name);
        let kind = own.or_else(|| self.column(name)).map(|column| column.kind.inner());
        match (kind, value) {
            (Some(Kind::Word(list)), Value::Text(word)) => list.label(word).unwrap_or(word).to_owned(),
            (Some(Kind::SetOf(list) | Kind::Word(list)), Value::Set(set)) if !set.is_empty() => {
                set.iter().map(|word| list.label(word).unwrap_or(word)).collect::<Vec<_>>().join("、")
            }
            (Some(Kind::Integer { unit, .. }), Value::Int(n)) => quantity(*n, unit),
            (_, Value::Text(text)) => self.text(name, text).to_owned(),
            (_, Value::Date(day)) => in_words(*day),
            _ => value.to_string(),
        }
    }

    /// A column of that name in any table.
    fn column(&self, name: &str) -> Option<&Column> {
        let mut all = self.tables().flat_map(|table| table.inputs.iter().chain(&table.outputs));
        all.find(|column| column.name == name)
    }

    /// A text that tables name, in the words of the list that is called like its column, if there is one.
    #[must_use]
    pub fn text<'a>(&'a self, column: &str, text: &'a str) -> &'a str {
        self.label(column, text).unwrap_or(text)
    }

    /// A reason or message with the names of facts and questions in Chinese, and without what only programs want to be told:
    /// `缺少“level”（0 到 5 的整数）` is 缺少“失能等级”, and the place that was asked for is 当地.
    #[must_use]
    pub fn told(&self, message: &str) -> String {
        let mut out = String::new();
        let message = without_code(message);
        let mut rest = message.as_str();
        while let Some((before, after)) = rest.split_once('“') {
            let Some((name, after)) = after.split_once('”') else { break };
            let word = self.label(FACTS, name).or_else(|| self.title(name));
            out += &format!("{before}“{}”", word.unwrap_or(name));
            rest = if word.is_some() && before.ends_with("缺少") { past_brackets(after) } else { after };
        }
        out + rest
    }

    /// A parameter of a document by its title, with its value.
    #[must_use]
    pub fn parameter_named(&self, name: &str, value: i64, document: &str) -> String {
        let found = self.parameters().find(|p| p.name == name && p.document == document);
        found.map_or_else(
            || format!("{name}为{value}"),
            |p| format!("{}为{}", p.title, crate::kind::spaced(&quantity(value, &p.unit))),
        )
    }

    /// The table that a ground names.
    #[must_use]
    pub fn named_table(&self, because: &Because) -> Option<&Table> {
        let own = |table: &&Table| {
            table.document == because.document && table.file.rsplit('/').next() == Some(because.table.as_str())
        };
        self.tables().find(own)
    }
}

/// A message with 当地 for the division code in it.
fn without_code(message: &str) -> String {
    let code = |word: &&str| word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit());
    match message.split(' ').find(code) {
        Some(code) => message.replace(&format!("{code} "), "当地"),
        None => message.to_owned(),
    }
}

/// What stands behind the brackets that a text begins with; the text itself if it begins with none.
fn past_brackets(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '（' => depth += 1,
            '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return if c == '）' { &text[at + c.len_utf8()..] } else { text };
        }
    }
    text
}

/// A number with its unit, as people write it.
#[must_use]
pub fn quantity(number: i64, unit: &str) -> String {
    match unit {
        "fen" => format!("{} 元", Fen(number)),
        "bp" => Bp(number).to_string(),
        unit => format!("{number}{}", measure(unit)),
    }
}

/// What is counted, as it stands behind a number; nothing for a unit that has no word of its own.
pub(crate) fn measure(unit: &str) -> &'static str {
    match unit {
        "age" => " 周岁",
        "level" => " 级",
        "beds" => " 张",
        "years" => " 年",
        "months" => " 个月",
        "days" => " 天",
        "hours" => " 小时",
        "minutes" => " 分钟",
        "metres" => " 米",
        "times" | "visits" => " 次",
        "kinds" => " 类",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Date;

    fn library() -> Library {
        let words = r#"
            [fact]
            level = "失能等级"
            [code]
            visit_fee = "上门服务费"
        "#;
        Library { lists: crate::kind::lists("words.toml", words).expect("lists"), ..Library::default() }
    }

    #[test]
    fn a_message_names_what_people_know_by_its_name() {
        let library = library();
        for (message, told) in [
            ("缺少“level”（0 到 5 的整数）", "缺少“失能等级”"),
            ("缺少“level”（是或否（true、false）），请补", "缺少“失能等级”，请补"),
            ("缺少“weight”（整数）", "缺少“weight”（整数）"),
            ("“level”应为整数（见表）", "“失能等级”应为整数（见表）"),
            ("320623000000 没有文件规定“level”", "当地没有文件规定“失能等级”"),
            ("2018-06-30 时 320623000000 没有", "2018-06-30 时 当地没有"),
            ("没有引号", "没有引号"),
            ("只有一半“level", "只有一半“level"),
        ] {
            assert_eq!(library.told(message), told);
        }
    }

    #[test]
    fn values_are_written_as_people_write_them() {
        let library = library();
        let said = |name: &str, value: Value| library.said(&[], name, &value);
        assert_eq!(said("code", "visit_fee".into()), "上门服务费");
        assert_eq!(said("code", "输液".into()), "输液");
        assert_eq!(said("by", Date::from_ymd_opt(2026, 2, 28).expect("day").into()), "2026年2月28日");
        assert_eq!((said("due", true.into()), said("funded_by", Value::Nothing)), ("是".into(), "无".into()));
    }

    #[test]
    fn a_number_has_its_unit() {
        for (number, unit, words) in [
            (120_000, "fen", "1,200.00 元"),
            (6_001, "bp", "60.01%"),
            (80, "age", "80 周岁"),
            (5, "years", "5 年"),
            (3, "visits", "3 次"),
            (2, "count", "2"),
        ] {
            assert_eq!(quantity(number, unit), words);
        }
    }
}
