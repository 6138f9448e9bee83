//! The consent to what of the record goes along: in the register of consents, and what its withdrawal does.

use super::store::{self, steps};
use super::{Consultation, Key};
use crate::consents::{NewConsent, Scope};
use db::{Actor, Tx};
use kernel::time::date_of;
use web::Error;

/// The consent as the register keeps it.
#[must_use]
pub fn of(c: &Consultation) -> NewConsent {
    NewConsent {
        elder: c.key.elder,
        scope: Scope::Consultation,
        source: c.key.id.uuid(),
        institution: Some(c.from),
        purpose: format!("{}（给{}看）", c.purpose, c.to_name),
        from: date_of(c.consent.at),
        until: Some(c.shared_until),
        name: c.consent.name.clone(),
        role: c.consent.by.into(),
        relation: c.consent.relation.clone(),
        how: c.consent.how.into(),
    }
}

/// Follows a consent that was withdrawn: the consulting side sees nothing of the record any more. The consultation goes on.
///
/// # Errors
/// What the store says.
pub fn end(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<(), Error> {
    let c = store::find(tx, by, key)?;
    steps::unshare(tx, by, c, why)
}
