//! Whom the simulated month concerns.

use super::assess::Candidate;
use db::{Result, Row, Tx, params};
use kernel::{Area, ElderId};
use registry::elders::{Chronic, SelfCare};

fn candidate(row: &Row<'_>) -> Result<Candidate> {
    let self_care = row.get::<Option<String>>(1)?.as_deref().and_then(SelfCare::parse).unwrap_or(SelfCare::Able);
    let chronic = Chronic::split(&row.get::<Option<String>>(2)?.unwrap_or_default());
    Ok(Candidate { elder: row.get(0)?, self_care, chronic })
}

/// Insured residents of the county who the roster says need help.
pub(super) fn disabled(tx: &mut Tx<'_>, county: Area) -> Result<Vec<Candidate>> {
    let (low, high) = county.bounds();
    let sql = "select id, self_care, chronic from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and ltci_insured = 1
                 and self_care in ('partial', 'unable') order by id";
    tx.query(sql, params![low, high], candidate)
}

/// Residents of institutions of the county.
pub(super) fn in_institutions(tx: &mut Tx<'_>, county: Area) -> Result<Vec<Candidate>> {
    let (low, high) = county.bounds();
    let sql = "select id, self_care, chronic from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and living = 'institution'
               order by id limit 300";
    tx.query(sql, params![low, high], candidate)
}

/// Residents of the county from 65 years on, with their town.
pub(super) fn old(tx: &mut Tx<'_>, county: Area, born_by: kernel::Date) -> Result<Vec<(ElderId, Area)>> {
    let (low, high) = county.bounds();
    let sql = "select id, area from elders
               where area between $1 and $2 and status = 'alive' and merged_into is null and resident = 1 and born <= $3
               order by id";
    tx.query(sql, params![low, high, born_by], |row| Ok((row.get(0)?, row.get(1)?)))
}
