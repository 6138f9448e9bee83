//! What happens to an elder ends their entitlement with its plans; what is open of the insurance.

use super::entitlements;
use super::entitlements::model::{EndReason, Standing};
use care::episodes::{self, OpenThing, Thing};
use db::{Actor, Tx};
use kernel::{ElderId, Happening, What};

/// Follows what happens to an elder: what ends an entitlement ends its plans and their visits. That visits rest is
/// [`care::visits::follow`]'s.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    entitlements_of(tx, &episodes::follower(by), h)
}

fn entitlements_of(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    let Some(ending) = episodes::ends(Thing::Entitlement, h.what) else { return Ok(()) };
    let (on, reason) = match h.what {
        What::Died => (h.on.succ_opt().unwrap_or(h.on), EndReason::Death),
        _ => (by.today(), EndReason::Moved),
    };
    let open =
        |e: &entitlements::Entitlement| e.ended_on.is_none() && e.period.until.is_none_or(|until| until > by.today());
    for e in entitlements::store::of_elder(tx, h.elder)?.into_iter().filter(open) {
        entitlements::store::end(tx, by, e.elder, e.id, on, reason).map_err(web::Error::into_db)?;
        let (title, href) = (format!("{} 级", e.level), format!("/ltci/entitlements/{}/{}", e.elder, e.id));
        episodes::followed(tx, by, h, (Thing::Entitlement, &title, &href), &ending)?;
    }
    Ok(())
}

/// The entitlement that runs, for whoever asks what is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let all = entitlements::store::of_elder(tx, elder)?.into_iter();
    let running = all.filter(|e| e.standing(by.today()) == Standing::Running);
    let thing = |e: entitlements::Entitlement| OpenThing {
        thing: Thing::Entitlement,
        title: format!("{} 级，{}", e.level, e.setting.name()),
        href: format!("/ltci/entitlements/{}/{}", e.elder, e.id),
        since: e.period.from,
    };
    Ok(running.map(thing).collect())
}
