//! Unified social credit codes of organisations (统一社会信用代码, GB 32100-2015).

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Of the organisation code within (GB 11714).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An 18-character credit code whose check character holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

/// What is wrong with a credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACreditCode {
    /// Not 18 characters.
    #[error("统一社会信用代码应为 18 位，这里是 {0} 位")]
    Length(usize),
    /// A character outside the alphabet (I, O, S, V and Z are never used).
    #[error("统一社会信用代码第 {0} 位不合规（不使用 I、O、S、V、Z）")]
    Character(usize),
    /// The check character does not fit.
    #[error("统一社会信用代码校验码不符，可能有一位录错")]
    Check,
}

impl CreditCode {
    /// Reads a code; lower-case letters are taken as capitals.
    ///
    /// # Errors
    /// [`NotACreditCode`] says which rule of GB 32100 the text breaks.
    pub fn parse(text: &str) -> Result<Self, NotACreditCode> {
        let text = text.to_ascii_uppercase();
        if text.chars().count() != 18 {
            return Err(NotACreditCode::Length(text.chars().count()));
        }
        let odd = text.chars().position(|c| !c.is_ascii() || !ALPHABET.contains(&(c as u8)));
        if let Some(at) = odd {
            return Err(NotACreditCode::Character(at + 1));
        }
        if text.as_bytes()[17] != check_character(&text.as_bytes()[..17]) {
            return Err(NotACreditCode::Check);
        }
        Ok(Self(text))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organisation code within it (组织机构代码, GB 11714), with its own check character.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.0[8..17]
    }
}

/// The check character of an organisation code, of its first eight (GB 11714). Unknown characters count as zero.
#[must_use]
pub fn organisation_check(first_8: &[u8]) -> u8 {
    let value = |b: &u8| char::from(*b).to_digit(36).unwrap_or_default();
    let sum: u32 = first_8.iter().zip(ORGANISATION_WEIGHTS).map(|(b, w)| value(b) * w).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

/// The check character that belongs to the first 17 (GB 32100-2015, annex B). Unknown characters count as zero.
#[must_use]
pub fn check_character(first_17: &[u8]) -> u8 {
    let value = |b: &u8| ALPHABET.iter().position(|a| a == b).unwrap_or_default();
    let sum: usize = first_17.iter().zip(WEIGHTS).map(|(b, w)| value(b) * w).sum();
    ALPHABET[(31 - sum % 31) % 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_character_is_found_again_and_mistakes_are_named() {
        let body = b"52320600MJ5555555";
        let whole = format!("{}{}", std::str::from_utf8(body).expect("ascii"), check_character(body) as char);
        assert!(CreditCode::parse(&whole.to_lowercase()).is_ok());
        assert_eq!(CreditCode::parse(&whole[..17]), Err(NotACreditCode::Length(17)));
        assert_eq!(CreditCode::parse(&whole.replace('M', "O")), Err(NotACreditCode::Character(9)));
        assert_eq!(CreditCode::parse(&whole.replacen('5', "6", 1)), Err(NotACreditCode::Check));
    }

    /// A code in public use (a company's), so that the weights are not only consistent with themselves.
    #[test]
    fn a_public_code_holds() {
        assert!(CreditCode::parse("91350100M000100Y43").is_ok());
    }
}
