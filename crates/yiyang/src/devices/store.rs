//! Who has no device yet.

use db::{Result, Tx, params};
use kernel::{Area, ElderId};

/// Elders alive who wear nothing, with where they live, in the order of their ids.
pub(super) fn without(tx: &mut Tx<'_>, most: i64) -> Result<Vec<(ElderId, Area)>> {
    let sql = "select e.id, e.area from elders e
               where e.status = 'alive' and e.merged_into is null
                 and not exists (select 1 from devices d where d.elder_id = e.id)
               order by e.id limit $1";
    tx.query(sql, params![most], |row| Ok((row.get(0)?, row.get(1)?)))
}
