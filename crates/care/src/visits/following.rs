//! What happens to an elder lets their visits rest, ends them, or lets them go on.

use super::store;
use crate::episodes::{self, Effect, Thing};
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{ElderId, Happening, What};
use registry::elders::facts;

/// Follows what happens to an elder.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    let by = &episodes::follower(by);
    let Some(ending) = episodes::ends(Thing::Visit, h.what) else { return Ok(()) };
    let count = match ending.effect {
        Effect::Ends | Effect::Rests => {
            let but = h.institution.filter(|_| h.what == What::MovedIn);
            store::rest(tx, by, h.elder, (h.on, but), ending.words)?
        }
        Effect::GoesOn => store::resume(tx, by, h.elder, h.on)?,
    };
    if ending.effect == Effect::Ends {
        store::settle_rest(tx, h.elder)?;
    }
    if count == 0 {
        return Ok(());
    }
    let detail = format!("{count} 次：{}", ending.words);
    tx.audit(by, Entry { action: "visits.follow", elder: Some(h.elder), detail, ..Entry::default() })?;
    episodes::followed(tx, by, h, (Thing::Visit, &format!("{count} 次"), &format!("/elders/{}", h.elder)), &ending)
}

/// Calls off what a schedule planned for somebody who is in hospital.
///
/// # Errors
/// What the engine says.
pub fn rest_in_hospital(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<()> {
    let Some(since) = facts::of(tx, elder)?.hospital_since else { return Ok(()) };
    let Some(ending) = episodes::ends(Thing::Visit, What::AdmittedToHospital) else { return Ok(()) };
    store::rest(tx, by, elder, (since, None), ending.words).map(drop)
}
