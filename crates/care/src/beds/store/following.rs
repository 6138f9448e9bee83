//! What follows by itself: death, moving away and moving in elsewhere; the bed is kept during a stay in hospital. What is open
//! is said.

use super::super::model::{Resident, State};
use super::all;
use super::steps::{Result, back, close, log, step, write};
use crate::episodes::{self, Effect, OpenThing, Thing};
use db::{Actor, Tx};
use kernel::{Date, ElderId, Happening};
use registry::institutions;
use web::Error;

/// What follows from what happened to an elder, by the table that all capabilities share: death and moving away end
/// everything; the bed is kept during a stay in hospital, and taken up again after it.
///
/// # Errors
/// What the store says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, happening: &Happening) -> db::Result<()> {
    let by = &episodes::follower(by);
    let open: Vec<Resident> = all(tx, happening.elder)?.into_iter().filter(|r| r.state.open()).collect();
    for r in open {
        let thing = if r.state.queues() { Thing::Waiting } else { Thing::Bed };
        let Some(ending) = episodes::ends(thing, happening.what) else { continue };
        let done = followed(tx, by, &r, (happening, &ending)).map_err(Error::into_db)?;
        if done {
            let place = institutions::store::name(tx, r.institution).unwrap_or_default();
            episodes::followed(tx, by, happening, (thing, &place, &r.key.href()), &ending)?;
        }
    }
    Ok(())
}

/// Whether anything was done. A nursing home's own ward takes nobody away from their bed.
fn followed(
    tx: &mut Tx<'_>,
    by: &Actor,
    r: &Resident,
    (happening, ending): (&Happening, &episodes::Ending),
) -> Result<bool> {
    let on = happening.on.max(r.admitted_on.unwrap_or(r.applied_on));
    match ending.effect {
        Effect::Ends => close(tx, by, r, (on, ending.words))?,
        Effect::Rests if happening.institution != Some(r.institution) && r.state != State::Hospital => {
            in_hospital(tx, by, r, on)?;
        }
        Effect::GoesOn if r.state == State::Hospital => back(tx, by, r, on)?,
        Effect::Rests | Effect::GoesOn => return Ok(false),
    }
    Ok(true)
}

/// What is open for an elder: a bed, or a place in a queue.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let mut things = vec![];
    for r in super::of_elder(tx, by, elder)?.into_iter().filter(|r| r.state.open()) {
        let place = institutions::store::name(tx, r.institution).unwrap_or_default();
        things.push(OpenThing {
            thing: if r.state.queues() { Thing::Waiting } else { Thing::Bed },
            title: format!("{place}（{}）", r.state.name()),
            href: r.key.href(),
            since: r.admitted_on.unwrap_or(r.applied_on),
        });
    }
    Ok(things)
}

fn in_hospital(tx: &mut Tx<'_>, by: &Actor, old: &Resident, on: Date) -> Result<()> {
    let mut r = old.clone();
    r.state = step(old.state, "hospital")?;
    (r.away_since, r.away_until) = (Some(on), None);
    r.away_why = "住院".into();
    write(tx, by, old, &r)?;
    Ok(log(tx, by, r.key, ("hospital", on), "住院，床位保留")?)
}
