//! What follows by itself: admission to a hospital, moving in, death and moving away close an open bed; what is open is said.

use super::steps;
use crate::episodes::{self, Effect, OpenThing, Thing};
use crate::sickbeds::model::{Key, Sickbed, State};
use db::{Actor, Result, Tx};
use kernel::{Date, ElderId, Happening, What};

/// Follows what happens to elders, by the table of [`crate::episodes::ending`]. An application that is not opened yet only ends
/// with a death or a move away: who lies in hospital may be getting ready to go home.
///
/// # Errors
/// What the engine says.
pub fn follow(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> Result<()> {
    let Some(ending) = episodes::ends(Thing::Sickbed, h.what) else { return Ok(()) };
    if ending.effect != Effect::Ends {
        return Ok(());
    }
    let by = &episodes::follower(by);
    for mut bed in super::all(tx, h.elder)? {
        let title = bed.institution_name.clone();
        if bed.state == State::Open {
            let on = h.on.max(bed.opened_on.unwrap_or(h.on));
            bed.state = State::Closed;
            bed.closed_on = Some(on);
            (bed.close_code, bed.close_reason) = (ending.code.to_owned(), ending.words.to_owned());
            steps::finish(tx, by, &bed)?;
            steps::log(tx, by, bed.key, (on, "close", "自动撤床"), ending.words)?;
            let told = Happening { what: What::SickbedClosed, on, institution: Some(bed.asked.institution), ..*h };
            tx.tell(by, &told)?;
        } else if bed.state.waiting() && matches!(h.what, What::Died | What::MovedAway) {
            bed.state = State::Withdrawn;
            (bed.close_code, bed.close_reason) = (ending.code.to_owned(), ending.words.to_owned());
            super::write(tx, by, bed.changed_at, &bed)?;
            steps::log(tx, by, bed.key, (h.on, "withdraw", "申请终止"), h.what.name())?;
        } else {
            continue;
        }
        episodes::followed(tx, by, h, (Thing::Sickbed, &title, &bed.key.href()), &ending)?;
    }
    Ok(())
}

/// Follows a consent that was withdrawn: an open bed is closed today, one that is not opened yet is taken back.
///
/// # Errors
/// [`db::Error::NotFound`], or what the engine says.
pub fn end_consent(tx: &mut Tx<'_>, by: &Actor, key: Key, why: &str) -> Result<()> {
    let mut bed = super::find(tx, by, key)?;
    let (on, before) = (by.today(), bed.state);
    why.clone_into(&mut bed.close_reason);
    if before == State::Open {
        (bed.state, bed.closed_on) = (State::Closed, Some(on.max(bed.opened_on.unwrap_or(on))));
        steps::finish(tx, by, &bed)?;
        steps::log(tx, by, key, (on, "close", "自动撤床"), why)?;
        let institution = Some(bed.asked.institution);
        tx.tell(by, &Happening { elder: key.elder, what: What::SickbedClosed, on, institution })
    } else if before.waiting() {
        bed.state = State::Withdrawn;
        super::write(tx, by, bed.changed_at, &bed)?;
        steps::log(tx, by, key, (on, "withdraw", "申请终止"), why)
    } else {
        Ok(())
    }
}

/// What is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> Result<Vec<OpenThing>> {
    let beds = super::of_elder(tx, by, elder)?;
    let thing = |bed: Sickbed| {
        let since: Date = bed.opened_on.unwrap_or(bed.asked.on);
        let title = format!("{}，{}（{}）", bed.institution_name, bed.asked.diagnosis, bed.state.name());
        OpenThing { thing: Thing::Sickbed, title, href: bed.key.href(), since }
    };
    Ok(beds.into_iter().filter(|b| b.state == State::Open || b.state.waiting()).map(thing).collect())
}
