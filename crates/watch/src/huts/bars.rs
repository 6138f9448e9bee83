//! A number as bars that any scanner reads: Code 39 (ISO/IEC 16388), digits only.

/// Which of the nine bars and gaps of a digit are wide, and of the mark at both ends.
const DIGITS: [&str; 10] = [
    "000110100",
    "100100001",
    "001100001",
    "101100000",
    "000110001",
    "100110000",
    "001110000",
    "000100101",
    "100100100",
    "001100100",
];
const MARK: &str = "010010100";
/// A wide bar in narrow ones.
const WIDE: u32 = 3;

/// The bars of a number: where each begins and how wide it is, and how wide all of it is, in narrow bars. None for anything
/// but digits.
#[must_use]
pub fn code39(number: &str) -> Option<(Vec<(u32, u32)>, u32)> {
    let digits: Option<Vec<&str>> = number.chars().map(|c| DIGITS.get(c.to_digit(10)? as usize).copied()).collect();
    let (mut bars, mut at) = (vec![], 0);
    for pattern in std::iter::once(MARK).chain(digits?).chain([MARK]) {
        for (place, wide) in pattern.bytes().enumerate() {
            let width = if wide == b'1' { WIDE } else { 1 };
            if place % 2 == 0 {
                bars.push((at, width));
            }
            at += width;
        }
        at += 1;
    }
    Some((bars, at - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the bars back as a scanner does.
    fn read(bars: &[(u32, u32)]) -> String {
        let mut text = String::new();
        for five in bars.chunks(5) {
            let mut pattern = String::new();
            for (place, (at, width)) in five.iter().enumerate() {
                pattern.push(if *width == WIDE { '1' } else { '0' });
                if let Some((next, _)) = five.get(place + 1) {
                    pattern.push(if next - at - width == WIDE { '1' } else { '0' });
                }
            }
            let digit = DIGITS.iter().position(|one| *one == pattern);
            text.push(digit.map_or('*', |digit| char::from(b'0' + digit as u8)));
        }
        text
    }

    #[test]
    fn what_is_drawn_is_read_again() {
        let (bars, wide) = code39("0123456789").expect("digits");
        assert_eq!(read(&bars), "*0123456789*");
        assert_eq!(wide, 12 * 15 + 11);
        assert!(DIGITS.iter().chain([&MARK]).all(|one| one.bytes().filter(|b| *b == b'1').count() == 3));
        assert!(code39("12a").is_none());
    }
}
