//! What a night does: the emergency contacts of those who wear a device are found by their number again, as the roster has them.

use super::store::phones;
use crate::vitals;
use db::{Actor, Db};
use kernel::ElderId;
use web::Error;

/// Elders of one transaction.
const CHUNK: i64 = 500;

/// May be repeated: what is unchanged is left.
///
/// # Errors
/// What the store says.
pub fn nightly(db: &Db, by: &Actor) -> Result<(), Error> {
    let mut after = ElderId::NOTHING;
    loop {
        let all = db.read(|tx| vitals::store::watched(tx, after, CHUNK))?;
        let Some(last) = all.last() else { return Ok(()) };
        after = *last;
        db.write(|tx| all.iter().try_for_each(|elder| phones::refresh(tx, by, *elder)))?;
    }
}
