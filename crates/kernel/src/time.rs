//! Dates of life are dates; instants are UTC and shown in Chinese standard time; periods are half-open.

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A calendar date.
pub type Date = NaiveDate;
/// An instant in UTC.
pub type Instant = DateTime<Utc>;

/// Chinese standard time, UTC+8 without summer time since 1991.
#[must_use]
pub const fn china() -> FixedOffset {
    match FixedOffset::east_opt(8 * 3600) {
        Some(zone) => zone,
        None => panic!("eight hours are a valid offset"),
    }
}

/// The date in China at the instant.
#[must_use]
pub fn date_of(instant: Instant) -> Date {
    instant.with_timezone(&china()).date_naive()
}

/// Reads a date such as `2026-11-03`, of a year that is written with at most four digits.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date| in_four_digits(*date))
}

/// Whether the year of a date is one from 1 to 9999: the others cannot be written as dates are.
#[must_use]
pub fn in_four_digits(date: Date) -> bool {
    (1..=9999).contains(&date.year())
}

/// The instant as people in China read it: `2026-11-03 08:05`.
#[must_use]
pub fn show(instant: Instant) -> String {
    instant.with_timezone(&china()).format("%Y-%m-%d %H:%M").to_string()
}

/// The date as it is written in Chinese text: `2026年11月3日`.
#[must_use]
pub fn in_words(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Reads `2026-11-03T08:05` (as a browser's field sends it) or `2026-11-03 08:05` as Chinese time.
#[must_use]
pub fn parse_local(text: &str) -> Option<Instant> {
    let text = text.trim().replace('T', " ");
    let local =
        ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"].iter().find_map(|f| NaiveDateTime::parse_from_str(&text, f).ok())?;
    at(local.date(), local.format("%H").to_string().parse().ok()?, local.format("%M").to_string().parse().ok()?)
}

/// The instant of an hour and minute in China on a date.
#[must_use]
pub fn at(date: Date, hour: u32, minute: u32) -> Option<Instant> {
    china().from_local_datetime(&date.and_hms_opt(hour, minute, 0)?).single().map(|t| t.with_timezone(&Utc))
}

/// Full years of age on a day; one born on 29 February grows older on 1 March of a common year.
#[must_use]
pub fn age_on(born: Date, day: Date) -> i64 {
    let before = (day.month(), day.day()) < (born.month(), born.day());
    i64::from(day.year() - born.year()) - i64::from(before)
}

/// The day so many working days (工作日) later: Monday to Friday. Public holidays are announced year by year and not known
/// here, so around them the day is too early rather than too late.
#[must_use]
pub fn workdays_after(from: Date, count: i64) -> Date {
    let working = |day: &Date| day.weekday().number_from_monday() <= 5;
    let later = from.iter_days().skip(1).filter(working);
    usize::try_from(count - 1).ok().and_then(|at| later.clone().nth(at)).unwrap_or(from)
}

/// Days since 1970-01-01: the form of a date in the column copy.
#[must_use]
pub fn day_number(date: Date) -> i32 {
    date.num_days_from_ce() - 719_163
}

/// Months later (earlier, if negative); where that month has no such day, its last day (Civil Code, article 202). None
/// beyond the calendar.
#[must_use]
pub fn plus_months(from: Date, months: i64) -> Option<Date> {
    let size = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { from.checked_sub_months(size) } else { from.checked_add_months(size) }
}

/// The full months from a day to another; negative when the other is earlier. None beyond the calendar.
#[must_use]
pub fn months_between(from: Date, to: Date) -> Option<i64> {
    let apart = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    Some(if plus_months(from, apart)? <= to { apart } else { apart - 1 })
}

/// A calendar month, `2026-11`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(Date);

impl Month {
    /// The month that the date lies in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(date.with_day(1).unwrap_or(date))
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == 7;
        whole.then(|| Date::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()).flatten().map(Self)
    }

    /// First day.
    #[must_use]
    pub const fn first(self) -> Date {
        self.0
    }

    /// Last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.next().0.pred_opt().unwrap_or(self.0)
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// Whether the date lies in the month.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        Self::of(date) == self
    }

    /// Number of days, 28 to 31.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.next().0 - self.0).num_days()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Month({self})")
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or(text)
    }
}

/// From a day (included) until a day (excluded); open-ended without the latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// The first day that no longer belongs to it.
    pub until: Option<Date>,
}

impl Period {
    /// Whether the day lies in the period.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        day >= self.from && self.until.is_none_or(|end| day < end)
    }

    /// Whether the two share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        other.until.is_none_or(|end| self.from < end) && self.until.is_none_or(|end| other.from < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("date")
    }

    #[test]
    fn working_days_leave_out_the_weekends() {
        let later = |from: &str, count| workdays_after(day(from), count).to_string();
        assert_eq!(later("2026-11-05", 1), "2026-11-06", "Thursday to Friday");
        assert_eq!((later("2026-11-06", 1), later("2026-11-07", 1)), ("2026-11-09".into(), "2026-11-09".into()));
        assert_eq!((later("2026-11-02", 5), later("2026-11-02", 10)), ("2026-11-09".into(), "2026-11-16".into()));
        assert_eq!(later("2026-11-02", 0), "2026-11-02");
    }

    #[test]
    fn months_are_full_months_and_end_with_the_month() {
        let from = day("2025-11-02");
        let months = |to| months_between(from, day(to)).expect("in the calendar");
        assert_eq!([months("2026-11-01"), months("2026-11-02"), months("2026-11-03")], [11, 12, 12]);
        assert_eq!([months("2025-11-02"), months("2025-11-01"), months("2025-10-02")], [0, -1, -1]);
        assert_eq!(months_between(day("2024-02-29"), day("2025-02-28")), Some(12));
        assert_eq!(plus_months(day("2024-02-29"), 12), Some(day("2025-02-28")));
        assert_eq!(plus_months(day("2026-01-31"), 1), Some(day("2026-02-28")));
        assert_eq!(plus_months(day("2026-03-31"), -1), Some(day("2026-02-28")));
        assert_eq!((plus_months(from, i64::MAX), plus_months(Date::MAX, 1)), (None, None));
    }

    #[test]
    fn age_turns_on_the_birthday() {
        assert_eq!(age_on(day("1961-11-22"), day("2026-11-21")), 64);
        assert_eq!(age_on(day("1961-11-22"), day("2026-11-22")), 65);
        assert_eq!(age_on(day("1960-02-29"), day("2025-02-28")), 64);
        assert_eq!(age_on(day("1960-02-29"), day("2025-03-01")), 65);
        assert_eq!(day_number(day("1970-01-01")), 0);
    }

    #[test]
    fn months_and_periods_have_clear_edges() {
        let month = Month::parse("2024-02").expect("month");
        assert_eq!((month.last(), month.days()), (day("2024-02-29"), 29));
        assert_eq!(Month::parse("2024-2"), None);
        let half = |from, until| Period { from: day(from), until: Some(day(until)) };
        assert!(!half("2026-01-01", "2026-02-01").overlaps(half("2026-02-01", "2026-03-01")));
        assert!(half("2026-01-01", "2026-02-02").overlaps(half("2026-02-01", "2026-03-01")));
        assert!(!half("2026-01-01", "2026-02-01").contains(day("2026-02-01")));
    }

    #[test]
    fn local_times_are_chinese_times() {
        let instant = parse_local("2026-11-03T00:05").expect("time");
        assert_eq!(instant.to_rfc3339(), "2026-11-02T16:05:00+00:00");
        assert_eq!(show(instant), "2026-11-03 00:05");
        assert_eq!(date_of(instant), day("2026-11-03"));
    }
}
