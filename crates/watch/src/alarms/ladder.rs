//! The ladder in time: nobody is woken for what can wait. Pure.

use chrono::{Timelike, Utc};
use kernel::{Area, Instant, time};
use policy::Library;

/// The same instant, or the end of the night that it falls into, where the documents of the place name a night.
#[must_use]
pub fn after_night(library: &Library, area: Area, due: Instant) -> Instant {
    let on = time::date_of(due);
    let number = |name: &str| library.parameter(name, area, on).map(|p| p.value);
    let Some(night) = number("quiet_from_hour").zip(number("quiet_until_hour")) else { return due };
    if !at_night(night, due) {
        return due;
    }
    let hour = i64::from(due.with_timezone(&time::china()).hour());
    let day = if hour >= night.0 { on.succ_opt().unwrap_or(on) } else { on };
    u32::try_from(night.1)
        .ok()
        .and_then(|hour| time::at(day, hour, 0))
        .map_or(due, |morning| morning.with_timezone(&Utc))
}

/// Whether an instant falls into a night that may go past midnight.
#[must_use]
pub fn at_night((from, until): (i64, i64), at: Instant) -> bool {
    let hour = i64::from(at.with_timezone(&time::china()).hour());
    if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until }
}
