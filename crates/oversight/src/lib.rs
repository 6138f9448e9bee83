//! Whether it is good: the documents themselves, asked and tried, the indicators (指标) of an area beside their targets, the duties of
//! the documents with how far they are, and the opening of institutions.

pub mod duties;
pub mod indicators;
pub mod licensing;
pub mod policies;
pub mod simulation;
#[cfg(test)]
mod testing;

use db::{Actor, Db, Tx};
use registry::elders::Columns;
use web::{Desk, Nav, Routes, WorkGroup};

/// All routes of this crate.
#[must_use]
pub fn routes() -> Routes {
    indicators::routes()
        .merge(duties::routes())
        .merge(licensing::routes())
        .merge(policies::routes())
        .merge(simulation::routes())
}

/// The menu entries of this crate.
#[must_use]
pub fn nav() -> Vec<Nav> {
    [indicators::NAV, duties::NAV, licensing::NAV, policies::NAV, simulation::NAV].concat()
}

/// What waits for a person.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let mut groups = indicators::work(tx, desk)?;
    groups.extend(duties::work(tx, desk)?);
    groups.extend(licensing::work(tx, desk)?);
    Ok(groups)
}

/// What a day brings: the figures of the day are kept, for the work list and for the course over the months.
///
/// # Errors
/// What the store says.
pub fn daily(db: &Db, columns: &Columns, policies: &policy::Library, by: &Actor) -> Result<(), web::Error> {
    indicators::daily(db, columns, policies, by)
}
