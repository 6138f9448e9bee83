//! What time does by itself. Idempotent: a second run finds nothing to do.

use super::store::findings;
use db::{Actor, Db};
use policy::Library;
use web::Error;

/// So many check-ups are examined in one transaction.
const BATCH: i64 = 200;

/// Looks for the findings of all check-ups that came or changed since the last time: those that were imported have no form that
/// would do it at once. Answers how many.
///
/// # Errors
/// What a step says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> Result<i64, Error> {
    let mut examined = 0;
    loop {
        let done = db.write(|tx| {
            let waiting = findings::unexamined(tx, BATCH)?;
            for (elder, id) in &waiting {
                match findings::examine(tx, by, library, *elder, *id) {
                    Err(db::Error::NotFound) => findings::skip(tx, by, (*elder, *id))?,
                    other => other?,
                }
            }
            Ok::<_, db::Error>(waiting.len() as i64)
        })?;
        examined += done;
        if done < BATCH {
            return Ok(examined);
        }
    }
}
