//! Citizen identity numbers (公民身份号码, GB 11643-1999).

use crate::time::Date;
use chrono::Datelike;
use std::fmt;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";
/// The oldest age that a number may claim; older is a typing mistake.
const OLDEST: i32 = 130;

/// An 18-digit identity number whose check digit and birth date hold.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CitizenNumber(String);

/// Sex by GB/T 2261.1: 1 male, 2 female.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }

    /// The sex that the code of GB/T 2261.1 means; none for 0 and 9.
    #[must_use]
    pub const fn of(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            _ => None,
        }
    }

    /// 男 or 女.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// What is wrong with an identity number, in the words of the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACitizenNumber {
    /// Not 18 characters.
    #[error("身份证号应为 18 位，这里是 {0} 位")]
    Length(usize),
    /// 15 digits: the form that has not been legal since 2013.
    #[error("15 位旧身份证号已停用，请补录 18 位号码")]
    Old,
    /// A character that is no digit (or an X elsewhere than at the end).
    #[error("身份证号第 {0} 位不是数字")]
    Character(usize),
    /// No such day.
    #[error("身份证号中的出生日期不存在")]
    Birth,
    /// Born after today, or more than 130 years ago.
    #[error("身份证号中的出生日期不合理")]
    Age,
    /// The check digit does not fit.
    #[error("身份证号校验码不符，可能有一位录错")]
    Check,
}

impl CitizenNumber {
    /// Reads a number; a lower-case x is taken as X. The region part may be historical and is not looked up.
    ///
    /// # Errors
    /// [`NotACitizenNumber`] says which rule of GB 11643 the text breaks. `today` bounds the birth date.
    pub fn parse(text: &str, today: Date) -> Result<Self, NotACitizenNumber> {
        use NotACitizenNumber as No;
        let text = text.to_ascii_uppercase();
        let bytes = text.as_bytes();
        if bytes.len() == 15 && bytes.iter().all(u8::is_ascii_digit) {
            return Err(No::Old);
        }
        if text.chars().count() != 18 {
            return Err(No::Length(text.chars().count()));
        }
        let odd = text.chars().enumerate().position(|(i, c)| !(c.is_ascii_digit() || (i == 17 && c == 'X')));
        if let Some(at) = odd {
            return Err(No::Character(at + 1));
        }
        let part = |from: usize, to: usize| text[from..to].parse::<i32>().map_err(|_| No::Character(from + 1));
        let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
        let born = Date::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs()).ok_or(No::Birth)?;
        if born > today || today.year() - year > OLDEST {
            return Err(No::Age);
        }
        if bytes[17] != check_digit(&bytes[..17]) {
            return Err(No::Check);
        }
        Ok(Self(text))
    }

    /// The 18 characters. Personal data: never in a log line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Date of birth.
    #[must_use]
    pub fn born(&self) -> Date {
        let part = |from: usize, to: usize| self.0[from..to].parse::<u32>().unwrap_or_default();
        Date::from_ymd_opt(part(6, 10) as i32, part(10, 12), part(12, 14)).unwrap_or_default()
    }

    /// Sex: the 17th digit is odd for a man.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The county-level code of first registration, possibly historical.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[..6]
    }

    /// As screens show it to people who need not know it: the first six and the last four characters.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.0[..6], &self.0[14..])
    }

    /// The last four characters, by which an elder is looked up at a counter.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[14..]
    }
}

/// The check character that belongs to the first 17 digits (ISO 7064 MOD 11-2).
#[must_use]
pub fn check_digit(first_17: &[u8]) -> u8 {
    let sum: u32 = first_17.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b.wrapping_sub(b'0')) * w).sum();
    CHECK[(sum % 11) as usize]
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::from_ymd_opt(2026, 11, 1).expect("date")
    }

    /// The two examples printed in GB 11643-1999.
    #[test]
    fn examples_of_the_standard_hold() {
        let man = CitizenNumber::parse("11010519491231002X", today()).expect("valid");
        assert_eq!(man.born(), Date::from_ymd_opt(1949, 12, 31).expect("date"));
        assert_eq!(man.sex(), Sex::Female);
        assert_eq!(man.masked(), "110105********002X");
        assert!(CitizenNumber::parse("440524188001010014", Date::from_ymd_opt(2000, 1, 1).expect("date")).is_ok());
        assert!(CitizenNumber::parse("11010519491231002x", today()).is_ok());
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        use NotACitizenNumber as No;
        let wrong = |text: &str| CitizenNumber::parse(text, today()).expect_err(text);
        assert_eq!(wrong("110105194912310021"), No::Check);
        assert_eq!(wrong("110105194913310021"), No::Birth);
        assert_eq!(wrong("110105190002290021"), No::Birth);
        assert_eq!(wrong("110105209912310021"), No::Age);
        assert_eq!(wrong("440524188001010014"), No::Age);
        assert_eq!(wrong("11010519491231002"), No::Length(17));
        assert_eq!(wrong("110105491231002"), No::Old);
        assert_eq!(wrong("1101051949123100X2"), No::Character(17));
        assert_eq!(wrong("１10105194912310021"), No::Character(1));
    }
}
