//! The region's parameters that plans, visits and settlements use.

use crate::ltci::settlement::model::Rules;
use chrono::Days;
use kernel::{Area, Date, Month};
use policy::{Library, Parameter};
use web::Error;

/// The parameters that visits and settlements use at a place on a day.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets them.
pub fn rules(policies: &Library, place: Area, on: Date) -> Result<Rules, Error> {
    let least_share = kernel::Bp(number(policies, "minimum_minutes_share_bp", place, on)?);
    Ok(Rules { least_share, late_days: number(policies, "late_entry_days", place, on)? })
}

/// A parameter as a number.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets it.
pub fn number(policies: &Library, name: &str, place: Area, on: Date) -> Result<i64, Error> {
    let missing = || Error::refused("LTCI-24", format!("{on} 时 {place} 没有文件规定参数“{name}”"));
    policies.parameter(name, place, on).map(|p| p.value).ok_or_else(missing)
}

/// The last day on which a month's visits are handed in for settling; none where no document in force sets it.
#[must_use]
pub fn closes_on(policies: &Library, county: Area, month: Month) -> Option<Date> {
    let days = policies.parameter("settlement_close_days", county, month.first())?.value;
    month.last().checked_add_days(Days::new(days.unsigned_abs()))
}

/// The parameters of the care insurance that pages show beside what they decide.
#[must_use]
pub fn shown<'a>(policies: &'a Library, names: &[&str], place: Area, on: Date) -> Vec<&'a Parameter> {
    names.iter().filter_map(|name| policies.parameter(name, place, on)).collect()
}
