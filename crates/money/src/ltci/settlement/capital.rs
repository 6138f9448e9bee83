//! Amounts in capital Chinese numerals (大写金额), as bills and settlement sheets must carry them.
//!
//! After the rules for filling in bills of the People's Bank of China (支付结算办法, annex 1): 零 once for any run of
//! noughts between digits, 整 after yuan or jiao, nothing after fen.

use kernel::Fen;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "兆", "京"];

/// The amount in capital numerals: `壹仟零伍元叁角整`.
#[must_use]
pub fn capital(amount: Fen) -> String {
    let sign = if amount.0 < 0 { "负" } else { "" };
    let fen = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (fen / 100, (fen / 10 % 10) as usize, (fen % 10) as usize);
    let whole = if yuan > 0 { whole(yuan) + "元" } else { String::new() };
    let part = match (jiao, fen) {
        (0, 0) if yuan == 0 => return "零元整".into(),
        (0, 0) => "整".to_owned(),
        (_, 0) => format!("{}角整", DIGITS[jiao]),
        (0, _) if yuan == 0 => format!("{}分", DIGITS[fen]),
        (0, _) => format!("零{}分", DIGITS[fen]),
        (_, _) => format!("{}角{}分", DIGITS[jiao], DIGITS[fen]),
    };
    format!("{sign}{whole}{part}")
}

fn whole(mut yuan: u64) -> String {
    let mut groups = vec![];
    while yuan > 0 {
        groups.push((yuan % 10_000) as usize);
        yuan /= 10_000;
    }
    let mut text = String::new();
    let mut gap = false;
    for (at, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = true;
            continue;
        }
        if !text.is_empty() && (gap || group < 1000) {
            text.push_str(DIGITS[0]);
        }
        gap = false;
        text += &four(group);
        text += GROUPS[at];
    }
    text
}

fn four(group: usize) -> String {
    let mut text = String::new();
    let mut gap = false;
    for at in (0..4).rev() {
        let digit = group / 10_usize.pow(at as u32) % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push_str(DIGITS[0]);
        }
        gap = false;
        text += DIGITS[digit];
        text += PLACES[at];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bills_read_as_the_bank_wants_them() {
        for (fen, words) in [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (55, "伍角伍分"),
            (100, "壹元整"),
            (1_005, "壹拾元零伍分"),
            (1_010, "壹拾元壹角整"),
            (140_950, "壹仟肆佰零玖元伍角整"),
            (600_714, "陆仟零柒元壹角肆分"),
            (10_000_000, "壹拾万元整"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (1_680_032, "壹万陆仟捌佰元叁角贰分"),
            (100_000_500, "壹佰万零伍元整"),
            (1_000_100_000, "壹仟万壹仟元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (10_010_000_000, "壹亿零壹拾万元整"),
            (-12_300, "负壹佰贰拾叁元整"),
        ] {
            assert_eq!(capital(Fen(fen)), words, "{fen}");
        }
    }
}
