//! Rounds for which no visit is planned yet.

use crate::sickbeds::model::Key;
use db::{Actor, Result, Tx};
use kernel::{Area, Date, InstitutionId, StaffId};

/// A round that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Of which bed.
    pub key: Key,
    /// Where the elder lives.
    pub area: Area,
    /// Whose bed.
    pub institution: InstitutionId,
    /// The responsible doctor.
    pub doctor: StaffId,
    /// Last day in time.
    pub due_on: Date,
}

/// The planned rounds of open beds within sight from which no visit comes that is still to be made.
///
/// # Errors
/// What the engine says.
pub fn without_visit(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<Due>> {
    let (scope, values) = by.scope.elders("e.area", "e.id", 1);
    let sql = format!(
        "select b.elder_id, b.id, e.area, b.institution_id, b.doctor_id, min(r.due_on) from sickbeds b
         join elders e on e.id = b.elder_id
         join sickbed_rounds r on r.elder_id = b.elder_id and r.sickbed_id = b.id and r.state = 'planned'
         where b.state = 'open' and b.doctor_id is not null and {scope}
           and not exists (select 1 from visits v where v.source_id = b.id and v.state in ('planned', 'checked_in'))
         group by b.elder_id, b.id, e.area, b.institution_id, b.doctor_id order by 6, b.id"
    );
    tx.query(&sql, &values, |row| {
        let mut c = row.columns();
        Ok(Due {
            key: Key { elder: c.take()?, id: c.take()? },
            area: c.take()?,
            institution: c.take()?,
            doctor: c.take()?,
            due_on: c.take()?,
        })
    })
}
