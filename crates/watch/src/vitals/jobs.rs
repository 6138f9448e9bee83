//! Every night: whole days become summaries, what is too old goes. May be repeated and broken off.

use super::model::Vital;
use super::store;
use chrono::{Days, TimeDelta};
use db::{Actor, Db};
use kernel::{Area, Date, ElderId};
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
    let days = |name: &str| library.parameter(name, Area::COUNTRY, today).map(|p| TimeDelta::days(p.value));
    let ages = days("raw_days").zip(days("hourly_days"));
    let mut after = ElderId::NOTHING;
    loop {
        let portion = db.read(|tx| store::watched(tx, after, PORTION))?;
        let Some(last) = portion.last() else { break };
        after = *last;
        db.write(|tx| {
            portion
                .iter()
                .try_for_each(|elder| one(tx, *elder, (from, today), ages.map(|a| (by.now - a.0, by.now - a.1))))
        })?;
    }
    db.write(|tx| store::set_done(tx, today))
}

fn one(
    tx: &mut db::Tx<'_>,
    elder: ElderId,
    days: (Date, Date),
    before: Option<(kernel::Instant, kernel::Instant)>,
) -> db::Result<()> {
    for vital in Vital::ALL.iter().copied().filter(|vital| vital.charted()) {
        store::sum_up(tx, (elder, vital), days)?;
    }
    before.map_or(Ok(()), |(raw, hourly)| store::age_out(tx, elder, raw, hourly))
}
