//! What a list is narrowed to: the text behind `where`, put together piece by piece with its parameters.

use crate::value::Value;
use kernel::Area;

/// A condition, to which more is added with "and".
#[derive(Clone, Debug)]
pub struct Condition {
    /// The text.
    pub sql: String,
    /// The parameters, from `$1` on.
    pub values: Vec<Value<'static>>,
}

impl Condition {
    /// Begins with a condition and its parameters, such as [`crate::Scope::elders`] makes from `$1` on.
    #[must_use]
    pub fn new((sql, values): (String, Vec<Value<'static>>)) -> Self {
        Self { sql, values }
    }

    /// And this, which has no parameter.
    pub fn and(&mut self, text: &str) -> &mut Self {
        self.sql += " and ";
        self.sql += text;
        self
    }

    /// And this, where each `?` stands for the value.
    pub fn with(&mut self, text: &str, value: impl Into<Value<'static>>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.and(&text.replace('?', &place))
    }

    /// The same, if there is a value.
    pub fn with_some(&mut self, text: &str, value: Option<impl Into<Value<'static>>>) -> &mut Self {
        match value {
            Some(value) => self.with(text, value),
            None => self,
        }
    }

    /// And the column's area lies in this one, if there is one.
    pub fn within(&mut self, column: &str, area: Option<Area>) -> &mut Self {
        match area.map(Area::bounds) {
            Some((low, high)) => self.with(&format!("{column} >= ?"), low).with(&format!("{column} <= ?"), high),
            None => self,
        }
    }

    /// The end of a statement that reads one page of a list; only once, when nothing more is added.
    #[must_use]
    pub fn page(&mut self, limit: i64, offset: i64) -> String {
        self.values.extend([limit.into(), offset.into()]);
        format!("limit ${} offset ${}", self.values.len() - 1, self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_place() {
        let mut one = Condition::new(("(a between $1 and $2)".into(), vec![1_i64.into(), 2_i64.into()]));
        one.with("(b = ? or c = ?)", 3_i64).and("d is null").with_some("e = ?", None::<i64>);
        one.with_some("f = ?", Some("x")).within("g", None).within("g", Some(Area::COUNTRY));
        let page = one.page(50, 100);
        let text = "(a between $1 and $2) and (b = $3 or c = $3) and d is null and f = $4 and g >= $5 and g <= $6";
        assert_eq!((one.sql.as_str(), page.as_str()), (text, "limit $7 offset $8"));
        assert_eq!((one.values.len(), &one.values[7]), (8, &Value::Int(100)));
    }
}
