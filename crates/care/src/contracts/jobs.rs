//! What time does by itself. Idempotent: a second run on the same day finds nothing to do.

use super::store;
use db::{Actor, Db};
use policy::Library;
use web::Error;

/// Contracts whose term is over expire, those of the dead end, and the elders without a contract are counted. Answers a
/// sentence about what was done.
///
/// # Errors
/// What a step says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> Result<String, Error> {
    let mut ended = 0;
    loop {
        match db.write(|tx| store::expire(tx, by))? {
            0 => break,
            some => ended += some,
        }
    }
    let gaps = db.read(|tx| store::gaps::count(tx, by, library))?;
    db.write(|tx| store::gaps::keep(tx, by, gaps))?;
    Ok(format!("签约到期或终止 {ended} 份"))
}
