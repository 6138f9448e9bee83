//! Every night: whole days become summaries, what is too old goes. May be repeated and broken off.

use super::model::Vital;
use super::store;
use chrono::Days;
use db::{Actor, Db};
use kernel::{Area, Date, ElderId, Instant, time};
use policy::Library;

/// So many elders in one transaction, so that measurements need not wait.
const PORTION: i64 = 100;
/// So many days before the last night are computed anew: what came in late belongs to them.
pub(super) const AGAIN: u64 = 2;

/// Sums up until today (not included) and removes what is too old.
///
/// # Errors
/// What the engine says.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> db::Result<()> {
    let today = by.today();
    let from = db.read(store::done_until)?.unwrap_or(today);
    let from = from.checked_sub_days(Days::new(AGAIN)).unwrap_or(from);
    // Whole days: what comes in late makes its day anew, and must find all of it or, being older, not be taken at all.
    let midnight = |name: &str| {
        let days = u64::try_from(library.parameter(name, Area::COUNTRY, today)?.value).ok()?;
        time::at(today.checked_sub_days(Days::new(days))?, 0, 0)
    };
    let before = midnight("raw_days").zip(midnight("hourly_days"));
    let mut after = ElderId::NOTHING;
    loop {
        let portion = db.read(|tx| store::watched(tx, after, PORTION))?;
        let Some(last) = portion.last() else { break };
        after = *last;
        db.write(|tx| portion.iter().try_for_each(|elder| one(tx, *elder, (from, today), before)))?;
    }
    db.write(|tx| store::set_done(tx, today))
}

fn one(tx: &mut db::Tx<'_>, elder: ElderId, days: (Date, Date), before: Option<(Instant, Instant)>) -> db::Result<()> {
    for vital in Vital::ALL.iter().copied().filter(|vital| vital.charted()) {
        store::sum_up(tx, (elder, vital), days)?;
    }
    before.map_or(Ok(()), |(raw, hourly)| store::age_out(tx, elder, raw, hourly))
}
