//! What time does: consents taken before there was a register are written down in it.

use super::model::{NewConsent, Scope};
use super::store;
use crate::{hospice, referrals};
use db::{Actor, Db, Tx};
use kernel::{ElderId, HospiceId, ReferralId};
use uuid::Uuid;
use web::Error;

/// How many in one transaction.
const CHUNK: i64 = 200;

/// Writes down what is missing. May be repeated.
///
/// # Errors
/// What the store says.
pub fn nightly(db: &Db, by: &Actor) -> Result<(), Error> {
    for scope in [Scope::Sharing, Scope::Hospice] {
        while db.write(|tx| catch_up(tx, by, scope))? > 0 {}
    }
    Ok(())
}

fn catch_up(tx: &mut Tx<'_>, by: &Actor, scope: Scope) -> db::Result<usize> {
    let all = store::unrecorded(tx, scope, CHUNK)?;
    for (elder, source) in &all {
        let new = match scope {
            Scope::Sharing => sharing(tx, by, *elder, *source)?,
            _ => hospice(tx, by, *elder, *source)?,
        };
        store::record(tx, by, &new)?;
    }
    Ok(all.len())
}

fn sharing(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, source: Uuid) -> db::Result<NewConsent> {
    let key = referrals::Key { elder, id: ReferralId(source) };
    Ok(referrals::store::find(tx, by, key)?.as_consent())
}

fn hospice(tx: &mut Tx<'_>, by: &Actor, elder: ElderId, source: Uuid) -> db::Result<NewConsent> {
    let key = hospice::Key { elder, id: HospiceId(source) };
    Ok(hospice::store::find(tx, by, key)?.as_consent())
}
