//! Money in whole fen and shares in basis points: never a float.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// An amount of money in fen (分), 1/100 yuan. May be negative: a refund is the exact negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// A share in basis points (1/10 000): 8 000 is 80 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bp(pub i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The given share of the amount, half a fen rounded away from zero (四舍五入).
    #[must_use]
    pub const fn share(self, share: Bp) -> Self {
        let exact = self.0 as i128 * share.0 as i128;
        let half = if exact < 0 { -5_000 } else { 5_000 };
        Self(((exact + half) / 10_000) as i64)
    }

    /// In yuan with two decimals and no grouping, as spreadsheets and files want it: `1234.50`.
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let n = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", n / 100, n % 100)
    }

    /// Reads yuan with at most two decimals, grouping commas and a yuan sign allowed.
    #[must_use]
    pub fn parse_yuan(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['¥', '￥']).trim_end_matches('元').replace(',', "");
        let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
        let (yuan, fen) = text.split_once('.').unwrap_or((text, ""));
        if yuan.is_empty() || fen.len() > 2 || !(yuan.to_owned() + fen).bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let fen: i64 = format!("{fen:0<2}").parse().ok()?;
        yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen).map(|n| Self(sign * n))
    }
}

impl fmt::Display for Fen {
    /// In yuan with grouping: `1,234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::new();
        for (i, c) in yuan.chars().enumerate() {
            if i > 0 && (yuan.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(c);
        }
        write!(f, "{sign}{grouped}.{fen}")
    }
}

impl fmt::Display for Bp {
    /// In per cent, with decimals only where needed: `80%`, `33.33%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0.unsigned_abs() % 100) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}%", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}%"),
        }
    }
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<i64> for Fen {
    type Output = Self;
    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_away_from_zero() {
        assert_eq!(Fen(101).share(Bp(5_000)), Fen(51));
        assert_eq!(Fen(-101).share(Bp(5_000)), Fen(-51));
        assert_eq!(Fen(100).share(Bp(3_333)), Fen(33));
        assert_eq!(Fen(9_007_199_254_740_993).share(Bp(10_000)), Fen(9_007_199_254_740_993));
    }

    #[test]
    fn yuan_are_read_and_written() {
        assert_eq!(Fen(123_456_789).to_string(), "1,234,567.89");
        assert_eq!(Fen(-5).to_string(), "-0.05");
        assert_eq!(Fen::parse_yuan("¥1,234.5"), Some(Fen(123_450)));
        assert_eq!(Fen::parse_yuan("-12元"), Some(Fen(-1_200)));
        for bad in ["", "1.234", "12a", ".5", "--1"] {
            assert_eq!(Fen::parse_yuan(bad), None, "{bad}");
        }
        assert_eq!(Bp(3_333).to_string(), "33.33%");
        assert_eq!(Bp(8_000).to_string(), "80%");
    }
}
