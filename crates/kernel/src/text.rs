//! Text as people type it: full-width digits and blanks become plain ones before anything is compared.

/// Full-width ASCII and ideographic blanks become half-width; outer blanks and control characters go.
#[must_use]
pub fn clean(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{3000}' | '\u{a0}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_control() && *c != '\u{feff}' && *c != '\u{200b}')
        .collect();
    plain.trim().to_owned()
}

/// Sentences as somebody wrote them: outer blanks and control characters go, the punctuation stays.
#[must_use]
pub fn prose(text: &str) -> String {
    let kept = |c: &char| (!c.is_control() || *c == '\n') && *c != '\u{feff}' && *c != '\u{200b}';
    text.chars().filter(kept).collect::<String>().trim().to_owned()
}

/// The first so many characters, for a note about something that a stranger sent.
#[must_use]
pub fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A name for comparing: cleaned, no blanks, the middle dots of minority names unified.
#[must_use]
pub fn name_key(name: &str) -> String {
    clean(name)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '•' | '・' | '．' | '∙' | '‧' | '●') { '·' } else { c })
        .collect()
}

/// A telephone number masked for screens: `138****5678`; short numbers lose all but two digits.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    match phone.len() {
        7.. if phone.is_ascii() => format!("{}****{}", &phone[..3], &phone[phone.len() - 4..]),
        0 => String::new(),
        _ => "****".to_owned(),
    }
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front (CSV injection).
#[must_use]
pub fn inert(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = cell.parse::<f64>().is_ok();
    if risky && !number { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_plain() {
        assert_eq!(clean("　１３８００１３８０００ "), "13800138000");
        assert_eq!(name_key("买买提 ・ 艾力"), "买买提·艾力");
    }

    #[test]
    fn sentences_keep_their_punctuation() {
        assert_eq!(prose(" 头晕，右侧无力\u{7}；\n待查。\u{feff} "), "头晕，右侧无力；\n待查。");
    }

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(inert("-12.5"), "-12.5");
        assert_eq!(inert("王建国"), "王建国");
    }
}
