//! What time does by itself. Idempotent: a second run in the same minute finds nothing to do.

use super::store::steps;
use db::{Actor, Db};
use web::Error;

/// Consultations whose time is over lapse. Answers a sentence about what was done.
///
/// # Errors
/// What a step says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor) -> Result<String, Error> {
    let mut lapsed = 0;
    loop {
        match db.write(|tx| steps::lapse(tx, by))? {
            0 => break,
            some => lapsed += some,
        }
    }
    Ok(format!("会诊失效 {lapsed} 件"))
}
