//! One elder as the columns have it: everything in a few bytes.

use crate::elders::facts::Facts;
use crate::elders::model::{Chronic, Living, Scheme, SelfCare, Status};
use chrono::{Datelike, Days};
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId, Month};

/// A level that nobody has assessed.
pub const NO_LEVEL: u8 = 255;
/// A telephone that nobody knows.
pub const NO_PHONE: u16 = 10_000;
/// The day before the first that a [`Day`] can be.
const EPOCH: Option<Date> = Date::from_ymd_opt(1899, 12, 31);

/// A date in two bytes: days since 1899-12-31, 0 for none. Dates before 1900 and after 2079 become the nearest that fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u16);

impl Day {
    /// No date.
    pub const NONE: Self = Self(0);

    /// The day of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let days = date.num_days_from_ce() - EPOCH.map_or(0, |e| e.num_days_from_ce());
        Self(days.clamp(1, i32::from(u16::MAX)) as u16)
    }

    /// The date, if there is one.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        if self == Self::NONE { None } else { EPOCH?.checked_add_days(Days::new(self.0.into())) }
    }

    /// Whether there is a date.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}

impl From<Option<Date>> for Day {
    fn from(date: Option<Date>) -> Self {
        date.map_or(Self::NONE, Self::of)
    }
}

/// Whether a period is in effect on the day: it has begun, and not ended (an open end has not).
#[must_use]
pub fn within(from: Day, until: Day, day: Day) -> bool {
    from.is_some() && from <= day && (!until.is_some() || day < until)
}

/// A month in two bytes: months since 1900, 1 is January 1900.
#[must_use]
pub fn month_number(month: Month) -> u16 {
    ((month.first().year() - 1900) * 12 + month.first().month() as i32).clamp(1, i32::from(u16::MAX)) as u16
}

/// Bits of the `flags` column.
pub mod flag {
    /// 男 (else 女)
    pub const MALE: u16 = 1;
    /// 常住
    pub const RESIDENT: u16 = 1 << 1;
    /// Known not to be 常住.
    pub const NOT_RESIDENT: u16 = 1 << 2;
    /// 城镇
    pub const URBAN: u16 = 1 << 3;
    /// 农村
    pub const RURAL: u16 = 1 << 4;
    /// 长护险参保
    pub const INSURED: u16 = 1 << 5;
    /// 重病
    pub const SERIOUSLY_ILL: u16 = 1 << 6;
    /// 特殊家庭
    pub const SPECIAL_FAMILY: u16 = 1 << 7;
    /// 残疾
    pub const HANDICAPPED: u16 = 1 << 8;
    /// 死亡
    pub const DEAD: u16 = 1 << 9;
    /// 迁出
    pub const MOVED: u16 = 1 << 10;
    /// No file of its own any more: deleted or merged into another.
    pub const GONE: u16 = 1 << 11;
}

/// One elder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each field is explained at its column in Snapshot")]
pub struct Record {
    pub id: ElderId,
    pub name: String,
    pub area: Area,
    pub registered: Option<Area>,
    pub born: Day,
    pub died: Day,
    pub flags: u16,
    pub living: u8,
    pub scheme: u8,
    pub self_care: u8,
    pub chronic: u16,
    pub ability: u8,
    pub ability_until: Day,
    pub ltci: u8,
    pub ltci_until: Day,
    pub entitled_from: Day,
    pub entitled_until: Day,
    pub contract_from: Day,
    pub contract_until: Day,
    pub checkup_on: Day,
    pub managed_on: Day,
    pub tcm_on: Day,
    pub benefit_month: u16,
    pub hospital_since: Day,
    pub id_tail: u16,
    pub phone_tail: u16,
}

impl Default for Record {
    /// Nobody, of whom nothing is known.
    fn default() -> Self {
        Self {
            id: ElderId(Default::default()),
            name: String::new(),
            area: Area::COUNTRY,
            registered: None,
            born: Day::NONE,
            died: Day::NONE,
            flags: 0,
            living: 0,
            scheme: 0,
            self_care: 0,
            chronic: 0,
            ability: NO_LEVEL,
            ability_until: Day::NONE,
            ltci: NO_LEVEL,
            ltci_until: Day::NONE,
            entitled_from: Day::NONE,
            entitled_until: Day::NONE,
            contract_from: Day::NONE,
            contract_until: Day::NONE,
            checkup_on: Day::NONE,
            managed_on: Day::NONE,
            tcm_on: Day::NONE,
            benefit_month: 0,
            hospital_since: Day::NONE,
            id_tail: u16::MAX,
            phone_tail: NO_PHONE,
        }
    }
}

impl Record {
    /// Fills the columns that come from the current facts.
    pub fn set_facts(&mut self, f: &Facts) {
        self.ability = level(f.ability_level);
        self.ability_until = f.ability_until.into();
        self.ltci = level(f.ltci_level);
        self.ltci_until = f.ltci_until.into();
        self.entitled_from = f.entitled_from.into();
        self.entitled_until = f.entitled_until.into();
        self.contract_from = f.contract_from.into();
        self.contract_until = f.contract_until.into();
        self.checkup_on = f.checkup_on.into();
        self.managed_on = f.managed_on.into();
        self.tcm_on = f.tcm_on.into();
        self.benefit_month = f.benefit_month.map_or(0, month_number);
        self.hospital_since = f.hospital_since.into();
    }
}

fn level(level: Option<i64>) -> u8 {
    level.and_then(|l| u8::try_from(l).ok()).unwrap_or(NO_LEVEL)
}

/// 1 + place of a word among all, 0 for nothing.
#[must_use]
pub fn place<T: PartialEq>(all: &[T], one: Option<&T>) -> u8 {
    one.and_then(|one| all.iter().position(|x| x == one)).map_or(0, |at| at as u8 + 1)
}

/// The place of a way of living in its column.
#[must_use]
pub fn living(one: Option<Living>) -> u8 {
    place(Living::ALL, one.as_ref())
}

/// The place of an insurance scheme in its column.
#[must_use]
pub fn scheme(one: Option<Scheme>) -> u8 {
    place(Scheme::ALL, one.as_ref())
}

/// The place of a word on self-care in its column.
#[must_use]
pub fn self_care(one: Option<SelfCare>) -> u8 {
    place(SelfCare::ALL, one.as_ref())
}

/// The bits of a list of chronic diseases as the database keeps it.
#[must_use]
pub fn chronic(list: Option<&str>) -> u16 {
    list.map_or(0, |text| text.split(',').filter_map(Chronic::parse).fold(0, |bits, one| bits | one.bit()))
}

/// The bits that say yes to a three-valued question, or no to it.
pub(super) const fn yes_no(answer: Option<bool>, yes: u16, no: u16) -> u16 {
    match answer {
        Some(true) => yes,
        Some(false) => no,
        None => 0,
    }
}

/// The bits of sex and status.
pub(super) const fn person(sex: Option<Sex>, status: Status, merged: bool) -> u16 {
    let sex = if matches!(sex, Some(Sex::Male)) { flag::MALE } else { 0 };
    let status = match status {
        Status::Alive => 0,
        Status::Dead => flag::DEAD,
        Status::Moved => flag::MOVED,
    };
    sex | status | if merged { flag::GONE } else { 0 }
}

/// The last four characters of an identity number in two bytes: three digits and one of eleven.
#[must_use]
pub fn pack_id_tail(tail: &str) -> u16 {
    let bytes = tail.as_bytes();
    if bytes.len() != 4 {
        return u16::MAX;
    }
    let digit = |b: u8| if b == b'X' { 10 } else { u16::from(b.wrapping_sub(b'0')).min(9) };
    bytes[..3].iter().fold(0, |n, b| n * 10 + digit(*b)) * 11 + digit(bytes[3])
}

/// The last four digits of a telephone; [`NO_PHONE`] for none.
#[must_use]
pub fn pack_phone_tail(tail: Option<&str>) -> u16 {
    tail.filter(|t| t.len() == 4).and_then(|t| t.parse().ok()).unwrap_or(NO_PHONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_two_bytes() {
        for text in ["1900-01-01", "1949-10-01", "2026-11-30", "2079-06-05"] {
            let date: Date = text.parse().expect("date");
            assert_eq!(Day::of(date).date(), Some(date));
        }
        assert_eq!(Day::of("1890-01-01".parse().expect("date")), Day(1));
        assert_eq!(Day::from(None).date(), None);
        assert_eq!(month_number(Month::parse("2026-11").expect("month")), 126 * 12 + 11);
    }

    #[test]
    fn periods_are_half_open() {
        let day = |n| Day(n);
        assert!(!within(day(10), day(20), day(9)) && within(day(10), day(20), day(10)));
        assert!(within(day(10), day(20), day(19)) && !within(day(10), day(20), day(20)));
        assert!(within(day(10), Day::NONE, day(9_999)) && !within(Day::NONE, Day::NONE, day(1)));
    }

    #[test]
    fn tails_are_told_apart() {
        assert_ne!(pack_id_tail("002X"), pack_id_tail("0020"));
        assert_ne!(pack_id_tail("0021"), pack_id_tail("0031"));
        assert_eq!(pack_phone_tail(Some("0012")), 12);
        assert_eq!((pack_phone_tail(None), pack_phone_tail(Some("12"))), (NO_PHONE, NO_PHONE));
    }
}
