//! What time does by itself. Idempotent: a second run on the same day finds nothing to do.

use super::store;
use db::{Actor, Db};
use policy::Library;
use web::Error;

/// Applications for approval that nobody answered within the published time count as accepted. Answers a sentence about it.
///
/// # Errors
/// What a step says.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> Result<String, Error> {
    let lapsed = db.write(|tx| store::steps::lapse(tx, by, library))?;
    Ok(format!("逾期未告知、视为受理的设立申请 {lapsed} 件"))
}
