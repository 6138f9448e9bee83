//! What time does by itself. Idempotent: a second run on the same day finds nothing to do.

use super::store;
use db::{Actor, Db};
use web::Error;

/// Agreements whose term is over expire. Answers a sentence about what was done.
///
/// # Errors
/// What a step says.
pub fn nightly(db: &Db, by: &Actor) -> Result<String, Error> {
    let expired = db.write(|tx| store::expire(tx, by))?;
    Ok(format!("合作协议到期 {expired} 份"))
}
