//! The 12-digit division code (统计用区划代码): where a person lives, and how far a user may see.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A division code of 12 digits: province 2, city 2, county 2, town 3, village 3. Shorter codes are padded with zeros.
///
/// Source: the public list of the National Bureau of Statistics; see `data/divisions.csv`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Area(u64);

/// How far down a code reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The whole country, `000000000000`: the scope of nobody but the operator of the installation.
    Country,
    /// 省、自治区、直辖市
    Province,
    /// 设区的市
    City,
    /// 县、县级市、区
    County,
    /// 街道、镇、乡
    Town,
    /// 村、社区
    Village,
}

/// Why a text is no division code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是行政区划代码（应为 2、4、6、9 或 12 位数字）")]
pub struct NotAnArea(pub String);

impl Area {
    /// The whole country.
    pub const COUNTRY: Self = Self(0);

    /// Reads a code of 2, 4, 6, 9 or 12 digits.
    ///
    /// # Errors
    /// [`NotAnArea`] when the text has another length or another character than a digit.
    pub fn parse(text: &str) -> Result<Self, NotAnArea> {
        let bad = || NotAnArea(text.to_owned());
        if !matches!(text.len(), 2 | 4 | 6 | 9 | 12) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let number: u64 = text.parse().map_err(|_| bad())?;
        Ok(Self(number * 10_u64.pow(12 - text.len() as u32)))
    }

    /// How far down the code reaches.
    #[must_use]
    pub const fn level(self) -> Level {
        match self.0 {
            0 => Level::Country,
            n if n % 10_u64.pow(10) == 0 => Level::Province,
            n if n % 10_u64.pow(8) == 0 => Level::City,
            n if n % 10_u64.pow(6) == 0 => Level::County,
            n if n % 1000 == 0 => Level::Town,
            _ => Level::Village,
        }
    }

    const fn span(self) -> u64 {
        match self.level() {
            Level::Country => 10_u64.pow(12),
            Level::Province => 10_u64.pow(10),
            Level::City => 10_u64.pow(8),
            Level::County => 10_u64.pow(6),
            Level::Town => 1000,
            Level::Village => 1,
        }
    }

    /// Whether `other` is this area or lies under it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        other.0 >= self.0 && other.0 - self.0 < self.span()
    }

    /// The first and the last 12-digit code under this area, for `area between $1 and $2`.
    #[must_use]
    pub fn bounds(self) -> (String, String) {
        (self.to_string(), format!("{:012}", self.0 + self.span() - 1))
    }

    /// The area of the given level that this one lies in; itself if it is no deeper.
    #[must_use]
    pub const fn up_to(self, level: Level) -> Self {
        let unit = match level {
            Level::Country => return Self::COUNTRY,
            Level::Province => 10_u64.pow(10),
            Level::City => 10_u64.pow(8),
            Level::County => 10_u64.pow(6),
            Level::Town => 1000,
            Level::Village => 1,
        };
        Self(self.0 / unit * unit)
    }

    /// The code as a number of at most 12 digits: its form in the column copy.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The significant digits: 2, 4, 6, 9 or 12 of them, none for the country.
    #[must_use]
    pub fn short(self) -> String {
        let len = match self.level() {
            Level::Country => 0,
            Level::Province => 2,
            Level::City => 4,
            Level::County => 6,
            Level::Town => 9,
            Level::Village => 12,
        };
        self.to_string()[..len].to_owned()
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Area({self})")
    }
}

impl TryFrom<String> for Area {
    type Error = NotAnArea;
    fn try_from(text: String) -> Result<Self, NotAnArea> {
        Self::parse(&text)
    }
}

impl From<Area> for String {
    fn from(area: Area) -> Self {
        area.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_contains_its_counties_and_no_neighbour() {
        let city = Area::parse("3206").expect("code");
        assert_eq!(city.level(), Level::City);
        assert!(city.contains(Area::parse("320623100").expect("code")));
        assert!(city.contains(city));
        assert!(!city.contains(Area::parse("3207").expect("code")));
        assert!(!city.contains(Area::parse("32").expect("code")));
        assert!(Area::COUNTRY.contains(city));
        assert_eq!(city.bounds(), ("320600000000".into(), "320699999999".into()));
        assert_eq!(Area::parse("320623100001").expect("code").up_to(Level::County).short(), "320623");
    }

    #[test]
    fn other_lengths_and_letters_are_refused() {
        for text in ["", "3", "32062", "3206231", "32062x", "3206230000000"] {
            assert!(Area::parse(text).is_err(), "{text}");
        }
    }
}
