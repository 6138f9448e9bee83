//! What the register does not know, assumed to be the same for all.

use kernel::Date;
use policy::simulate::Column;
use policy::{Kind, Value};

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
