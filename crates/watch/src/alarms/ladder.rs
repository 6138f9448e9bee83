//! The ladder in time: nobody is woken for what can wait. Pure.

use chrono::{TimeDelta, Timelike};
use kernel::{Area, Date, Instant, time};
use policy::Library;

/// The same instant, or the end of the night that it falls into, where the documents of the place name a night.
#[must_use]
pub fn after_night(library: &Library, area: Area, due: Instant) -> Instant {
    let on = time::date_of(due);
    let number = |name: &str| library.parameter(name, area, on).map(|p| p.value);
    let Some(night) = number("quiet_from").zip(number("quiet_until")) else { return due };
    if !at_night(night, due) {
        return due;
    }
    let day = if minute_of(due) >= night.0 { on.succ_opt().unwrap_or(on) } else { on };
    moment_of(day, night.1).unwrap_or(due)
}

/// Whether an instant falls into a night that may go past midnight; both ends in minutes after midnight.
#[must_use]
pub fn at_night((from, until): (i64, i64), at: Instant) -> bool {
    let minute = minute_of(at);
    if from <= until { (from..until).contains(&minute) } else { minute >= from || minute < until }
}

/// So many minutes after midnight of a day in China.
#[must_use]
pub fn moment_of(day: Date, minutes: i64) -> Option<Instant> {
    time::at(day, 0, 0).map(|midnight| midnight + TimeDelta::minutes(minutes))
}

fn minute_of(at: Instant) -> i64 {
    let local = at.with_timezone(&time::china());
    i64::from(local.hour() * 60 + local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_goes_past_midnight() {
        let day: Date = "2026-11-29".parse().expect("a day");
        let at = |hour, minute| time::at(day, hour, minute).expect("a time");
        let night = (1_320, 360);
        for (hour, minute, quiet) in
            [(21, 59, false), (22, 0, true), (23, 30, true), (0, 0, true), (5, 59, true), (6, 0, false)]
        {
            assert_eq!(at_night(night, at(hour, minute)), quiet, "{hour}:{minute}");
        }
        assert!(at_night((60, 120), at(1, 30)) && !at_night((60, 120), at(2, 0)));
    }
}
