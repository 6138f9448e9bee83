//! What became of a row that was to be saved: the answer that importing, forms and taking back have in common.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What saving did.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// There was none with this key; now there is.
    Created,
    /// There was one, and these fields of it were changed.
    Changed(Vec<FieldChange>),
    /// There was one, and it said the same already.
    Unchanged,
}

impl Saved {
    /// [`Saved::Unchanged`] without changes, else [`Saved::Changed`].
    #[must_use]
    pub fn of(changes: Vec<FieldChange>) -> Self {
        if changes.is_empty() { Self::Unchanged } else { Self::Changed(changes) }
    }

    /// 新增, 更新 or 未变.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created => "新增",
            Self::Changed(_) => "更新",
            Self::Unchanged => "未变",
        }
    }
}

/// A field that was changed, with its values before and after, as they are in JSON.
///
/// The values may be personal data in the clear: whoever keeps them must seal them first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Name of the field in the struct: `nursing_beds`.
    pub field: String,
    /// Its Chinese name: 护理型床位数.
    pub label: String,
    /// What it was; `Null` for nothing.
    pub before: Value,
    /// What it is now; `Null` for nothing.
    pub after: Value,
}

impl FieldChange {
    /// A change between two texts, for fields that are no serialised struct's.
    #[must_use]
    pub fn text(field: &str, label: &str, before: &str, after: &str) -> Self {
        let value = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        Self { field: field.into(), label: label.into(), before: value(before), after: value(after) }
    }

    /// A value as a reader wants it: bare text, nothing for nothing.
    #[must_use]
    pub fn show(value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Why a row was not saved.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// One field is the reason; `field` is its Chinese name as in the file's heading.
    #[error("{field}：{message}")]
    Field {
        /// 区划代码, 身份证号 …
        field: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// The store itself failed: the whole batch must stop.
    #[error(transparent)]
    Store(#[from] db::Error),
}

impl Refused {
    /// A refusal because of a field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Field { field: field.into(), message: message.into() }
    }
}

impl From<Refused> for web::Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Field { field, message } => Self::field("", &field, message),
            Refused::Store(e) => e.into(),
        }
    }
}

impl From<web::FieldError> for Refused {
    fn from(wrong: web::FieldError) -> Self {
        Self::field(wrong.label, wrong.message)
    }
}

/// The result of saving.
pub type Result<T> = std::result::Result<T, Refused>;

fn fields(thing: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(thing) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// The fields in which two values of the same struct differ. `labels` are pairs of field and Chinese name; a field
/// without a label is not compared (keys are not).
#[must_use]
pub fn changes<T: Serialize>(before: &T, after: &T, labels: &[(&str, &str)]) -> Vec<FieldChange> {
    let (before, after) = (fields(before), fields(after));
    let one = |(field, label): &(&str, &str)| {
        let old = before.get(*field).cloned().unwrap_or(Value::Null);
        let new = after.get(*field).cloned().unwrap_or(Value::Null);
        (old != new).then(|| FieldChange { field: (*field).into(), label: (*label).into(), before: old, after: new })
    };
    labels.iter().filter_map(one).collect()
}

/// `new`, with the blanks of it filled from `old`: a file that says nothing about a field does not erase it.
///
/// # Errors
/// Never for the structs of this crate; an engine-like error should a struct not survive its own serialisation.
pub fn fill_blanks<T: Serialize + DeserializeOwned>(new: &T, old: &T) -> Result<T> {
    let mut whole = fields(old);
    for (field, value) in fields(new) {
        if !value.is_null() {
            whole.insert(field, value);
        }
    }
    rebuilt(whole)
}

/// The thing as it was before the changes, unless somebody has changed one of the fields again in between.
///
/// # Errors
/// [`Refused::Field`] names the field that was changed again.
pub fn put_back<T: Serialize + DeserializeOwned>(current: &T, changes: &[FieldChange]) -> Result<T> {
    let mut whole = fields(current);
    for change in changes {
        let now = whole.get(&change.field).cloned().unwrap_or(Value::Null);
        if now != change.after {
            return Err(Refused::field(&change.label, "导入之后又被修改过，不能自动撤回，请人工核对"));
        }
        whole.insert(change.field.clone(), change.before.clone());
    }
    rebuilt(whole)
}

fn rebuilt<T: DeserializeOwned>(whole: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(whole)).map_err(|e| Refused::Store(db::Error::Engine(e.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        key: String,
        beds: Option<i64>,
        name: String,
    }

    const LABELS: &[(&str, &str)] = &[("beds", "床位数"), ("name", "名称")];

    fn thing(beds: Option<i64>, name: &str) -> Thing {
        Thing { key: "k".into(), beds, name: name.into() }
    }

    #[test]
    fn a_change_is_taken_back_unless_it_was_changed_again() {
        let (old, new) = (thing(Some(3), "甲"), thing(Some(4), "甲"));
        let changed = changes(&old, &new, LABELS);
        assert_eq!((changed.len(), changed[0].label.as_str()), (1, "床位数"));
        assert_eq!(put_back(&new, &changed).expect("back"), old);
        assert!(put_back(&thing(Some(5), "甲"), &changed).expect_err("changed again").to_string().contains("床位数"));
    }

    #[test]
    fn blanks_do_not_erase() {
        assert_eq!(fill_blanks(&thing(None, "乙"), &thing(Some(3), "甲")).expect("filled"), thing(Some(3), "乙"));
    }
}
