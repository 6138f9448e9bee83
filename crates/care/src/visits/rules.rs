//! The region's parameters for visits; where it has none, those of the national document.

use super::model::Rules;
use kernel::{Area, Date};
use policy::{Library, Parameter};
use web::Error;

/// The parameters that pages show beside what they decide.
pub const DISTANCE: &str = "check_in_distance_metres";
/// The share of late entries that are looked at again.
pub const REVIEWED: &str = "late_entry_review_share_bp";

/// The parameters for visits at a place on a day.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets them.
pub fn rules(policies: &Library, place: Area, on: Date) -> Result<Rules, Error> {
    let number = |name: &str| number(policies, name, place, on);
    Ok(Rules {
        early_minutes: number("check_in_early_minutes")?,
        late_minutes: number("check_in_late_minutes")?,
        late_days: number("late_entry_days")?,
        far_metres: number(DISTANCE)?,
    })
}

/// A parameter as a number.
///
/// # Errors
/// [`Error::Refused`] when no document in force sets it.
pub fn number(policies: &Library, name: &str, place: Area, on: Date) -> Result<i64, Error> {
    let missing = || Error::refused("VISITS-66", format!("{on} 时 {place} 没有文件规定参数“{name}”"));
    policies.parameter(name, place, on).map(|p| p.value).ok_or_else(missing)
}

/// A parameter with its document, for showing.
#[must_use]
pub fn shown<'a>(policies: &'a Library, name: &str, place: Area, on: Date) -> Option<&'a Parameter> {
    policies.parameter(name, place, on)
}
