//! Reads the elder from the register.

use super::Subject;
use db::{Actor, Result, Tx, Value};
use kernel::ElderId;

/// The elder, if they are within the actor's sight.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn find(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Subject> {
    let (scope, mut values) = by.scope.elders("e.area", "e.id", 2);
    values.insert(0, Value::from(elder));
    let sql = format!(
        "select e.id, e.name, e.sex, e.born, e.area, e.chronic, e.status, e.died_on
         from elders e where e.id = $1 and e.merged_into is null and {scope}"
    );
    tx.query_one(&sql, &values, |row| {
        let mut c = row.columns();
        Ok(Subject {
            id: c.take()?,
            name: c.take()?,
            sex: c.take()?,
            born: c.take()?,
            area: c.take()?,
            chronic: c.take::<Option<String>>()?.unwrap_or_default(),
            present: c.take::<String>()? == "alive",
            died_on: c.take()?,
        })
    })
}
