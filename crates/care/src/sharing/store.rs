//! Who sees what has two sides.

use db::{Actor, Condition};

/// What an actor sees of a table with the columns `from_id` and `to_id`, named `table` in the query beside the elder `e`: what is
/// about elders within sight, and what their own institution asks for or is asked for, wherever the elder lives.
pub(crate) fn seen(by: &Actor, table: &str) -> Condition {
    let mut condition = Condition::new(by.scope.elders("e.area", "e.id", 1));
    if let Some(own) = by.institution {
        condition.values.push(own.into());
        let at = condition.values.len();
        condition.sql = format!("({} or {table}.from_id = ${at} or {table}.to_id = ${at})", condition.sql);
    }
    condition
}
