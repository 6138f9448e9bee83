//! What the register does not know, assumed to be the same for all.

use kernel::Date;
use policy::simulate::Column;
use policy::{Kind, Value};
use std::collections::BTreeSet;

/// Reads an assumption for a fact of this type: a word by its code or its Chinese name, 是 and 否, `null`.
///
/// # Errors
/// In words for the user.
pub fn read(name: &str, kind: &Kind, text: &str) -> Result<Value, String> {
    let wrong = || format!("假设“{name}”应为{}，这里是“{text}”", kind.describe());
    if text == "null" {
        return if matches!(kind, Kind::Maybe(_)) { Ok(Value::Nothing) } else { Err(wrong()) };
    }
    let word = |list: &policy::WordList, text: &str| {
        list.words.iter().find(|(code, label)| code == text || label == text).map(|(code, _)| code.clone())
    };
    Ok(match kind.inner() {
        Kind::Boolean => Value::Bool(match text {
            "true" | "是" => true,
            "false" | "否" => false,
            _ => return Err(wrong()),
        }),
        Kind::Integer { lo, hi, .. } => Value::Int(text.parse().ok().filter(|n| lo <= n && n <= hi).ok_or_else(wrong)?),
        Kind::Date => Value::Date(text.parse::<Date>().map_err(|_| wrong())?),
        Kind::Word(list) => Value::Text(word(list, text).ok_or_else(wrong)?),
        Kind::SetOf(list) => {
            let all = text.split(['、', ',']).map(str::trim).filter(|one| !one.is_empty());
            Value::Set(all.map(|one| word(list, one)).collect::<Option<BTreeSet<_>>>().ok_or_else(wrong)?)
        }
        _ => Value::Text(text.to_owned()),
    })
}

/// A column that says the same of everybody.
#[must_use]
pub fn column(name: &str, value: &Value, people: usize) -> Option<Column> {
    let words = |text: &str| Column::words(name, vec![0; people], vec![text.to_owned()]);
    Some(match value {
        Value::Bool(yes) => Column::flags(name, std::iter::repeat_n(*yes, people)),
        Value::Int(n) => Column::longs(name, vec![*n; people]),
        Value::Date(day) => Column::days(name, std::iter::repeat_n(*day, people)),
        Value::Text(text) => words(text)?,
        Value::Set(set) => {
            let list: Vec<String> = set.iter().cloned().collect();
            let all = (1_i64 << list.len()) - 1;
            Column::sets(name, vec![all; people], list)?
        }
        _ => return None,
    })
}

/// A column that says of everybody that there is nothing, of the type's own sort.
#[must_use]
pub fn nothing(name: &str, kind: &Kind, people: usize) -> Option<Column> {
    let some = match kind.inner() {
        Kind::Boolean => Value::Bool(false),
        Kind::Integer { lo, .. } => Value::Int((*lo).max(0)),
        Kind::Date => Value::Date(Date::from_ymd_opt(2000, 1, 1)?),
        Kind::Word(list) => Value::Text(list.words.first()?.0.clone()),
        _ => Value::Text(String::new()),
    };
    Some(column(name, &some, people)?.nothing(vec![u64::MAX; people.div_ceil(64)]))
}
