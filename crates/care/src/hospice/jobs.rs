//! What time does by itself. Idempotent: a second run on the same day finds nothing to do.

use super::steps;
use db::{Actor, Db};
use policy::Library;
use web::Error;

/// Sets the days on which the families of those who died are to be followed up.
///
/// # Errors
/// What a step says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> Result<(), Error> {
    while db.write(|tx| steps::plan_follow_ups(tx, by, library))? > 0 {}
    Ok(())
}
