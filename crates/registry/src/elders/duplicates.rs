//! Who may be the same person twice (疑似重复). Pure: says how alike two files are and why; a person decides.

use super::columns::{Snapshot, record};
use super::pinyin::reading;
use kernel::citizen::Sex;
use kernel::{Area, Date, ElderId};

/// From here on a pair is shown.
pub const LIKELY: u32 = 45;
/// From here on it is shown as very likely. Nothing is ever merged by itself.
pub const VERY_LIKELY: u32 = 80;
/// The most files that are compared with one.
const MOST_CANDIDATES: usize = 300;

/// What is compared of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Face {
    /// Identity.
    pub id: ElderId,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Sex,
    /// 出生日期
    pub born: Date,
    /// Identity number.
    pub citizen: String,
    /// Keyed hash of the telephone number.
    pub phone: Option<Vec<u8>>,
    /// 区划
    pub area: Area,
}

/// How alike two files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// 0 to 100 and more.
    pub score: u32,
    /// Why, in the user's words.
    pub reasons: Vec<&'static str>,
}

impl Likeness {
    /// 很可能 or 可能.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        if self.score >= VERY_LIKELY { "很可能" } else { "可能" }
    }

    /// Whether to show it.
    #[must_use]
    pub const fn is_likely(&self) -> bool {
        self.score >= LIKELY
    }
}

/// Compares two files.
#[must_use]
pub fn compare(a: &Face, b: &Face) -> Likeness {
    let same_name = kernel::text::name_key(&a.name) == kernel::text::name_key(&b.name);
    let same_sound = !same_name && reading(&a.name).1 == reading(&b.name).1;
    let alike = same_name || same_sound || one_letter(&a.name, &b.name);
    let number = numbers(&a.citizen, &b.citizen);
    let signs = [
        (same_name, 30, "姓名相同"),
        (same_sound, 22, "姓名同音"),
        (!same_name && !same_sound && alike, 15, "姓名只差一字"),
        (a.born == b.born, 30, "出生日期相同"),
        (a.phone.is_some() && a.phone == b.phone, 25, "电话相同"),
        (number == Some(Slip::Swapped), 45, "身份证号相邻两位对调"),
        (number == Some(Slip::Few), 35, "身份证号只差一两位"),
        (a.area == b.area, 5, "同一村居"),
    ];
    // A couple shares telephone and village: without a like name, or with another sex, that says nothing.
    let score = if alike && a.sex == b.sex { signs.iter().filter(|s| s.0).map(|s| s.1).sum() } else { 0 };
    Likeness { score, reasons: signs.iter().filter(|s| s.0).map(|s| s.2).collect() }
}

/// One letter of three or more differs: 王建国 and 王健国.
fn one_letter(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    a.len() == b.len() && a.len() >= 3 && a.iter().zip(&b).filter(|(x, y)| x != y).count() == 1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    Swapped,
    Few,
}

/// How one number may have become the other by a slip. The check digit follows the others and is not looked at.
fn numbers(a: &str, b: &str) -> Option<Slip> {
    let (Some(a), Some(b)) = (a.as_bytes().get(..17), b.as_bytes().get(..17)) else { return None };
    let differing: Vec<usize> = (0..17).filter(|i| a[*i] != b[*i]).collect();
    match differing.as_slice() {
        [i, j] if j - i == 1 && a[*i] == b[*j] && a[*j] == b[*i] => Some(Slip::Swapped),
        [_] | [_, _] => Some(Slip::Few),
        _ => None,
    }
}

/// The files that are worth comparing with a row: the same or a like-sounding name with the same birth, the same telephone
/// tail, or the same name near by.
#[must_use]
pub fn candidates(s: &Snapshot, row: usize) -> Vec<ElderId> {
    let name = s.names.name(row).to_owned();
    let surname = name.chars().next();
    let sound = reading(&name).1;
    let town = |row: usize| s.areas[s.area[row] as usize].up_to(kernel::area::Level::Town);
    let near = |other: usize| {
        let told = s.phone_tail[row] != record::NO_PHONE && s.phone_tail[other] == s.phone_tail[row];
        let born = s.born[other] == s.born[row];
        let tail = s.id_tail[other] == s.id_tail[row];
        if !(born || told || tail) {
            return s.area[other] == s.area[row] && s.names.name(other) == name && town(other) == town(row);
        }
        let other_name = s.names.name(other);
        other_name.chars().next() == surname || reading(other_name).1 == sound
    };
    let others = s.rows().filter(|other| *other != row && s.live(*other) && near(*other));
    others.take(MOST_CANDIDATES).map(|other| s.ids[other]).collect()
}

/// Pairs of rows with the same birth and a name that is or sounds the same, within the areas and elders that `sees` lets.
#[must_use]
pub fn pairs(s: &Snapshot, sees: impl Fn(usize) -> bool, limit: usize) -> Vec<(ElderId, ElderId)> {
    let mut rows: Vec<(u16, u32)> =
        s.rows().filter(|r| s.live(*r) && sees(*r)).map(|r| (s.born[r].0, r as u32)).collect();
    rows.sort_unstable();
    let mut found = Vec::new();
    for day in rows.chunk_by(|a, b| a.0 == b.0) {
        let mut named: Vec<(String, u32)> =
            day.iter().map(|(_, r)| (reading(s.names.name(*r as usize)).1, *r)).collect();
        named.sort_unstable();
        for pair in named.windows(2).filter(|p| p[0].0 == p[1].0) {
            found.push((s.ids[pair[0].1 as usize], s.ids[pair[1].1 as usize]));
            if found.len() == limit {
                return found;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::Seeded;

    fn face(name: &str, citizen: &str, phone: Option<&str>) -> Face {
        let now = chrono::DateTime::from_timestamp_millis(0).expect("instant");
        let born = format!("{}-{}-{}", &citizen[6..10], &citizen[10..12], &citizen[12..14]);
        Face {
            id: ElderId::new(now, &Seeded::new(1)),
            name: name.into(),
            sex: Sex::Male,
            born: born.parse().expect("date"),
            citizen: citizen.into(),
            phone: phone.map(|p| p.as_bytes().to_vec()),
            area: Area::parse("320623100001").expect("area"),
        }
    }

    #[test]
    fn the_same_person_with_a_slip_is_likely() {
        let one = face("王建国", "320623194912310010", Some("1"));
        for (other, at_least) in [
            (face("王建国", "320623194912310030", None), VERY_LIKELY),
            (face("王健国", "320623194912310030", None), VERY_LIKELY),
            (face("王建国", "320623194912130010", None), VERY_LIKELY - 10),
            (face("王见果", "320623194912319970", Some("1")), VERY_LIKELY),
            (face("王建囯", "320623194912319970", None), LIKELY),
        ] {
            let likeness = compare(&one, &other);
            assert!(likeness.score >= at_least, "{} {likeness:?}", other.name);
        }
    }

    #[test]
    fn couples_and_namesakes_are_not() {
        let one = face("王建国", "320623194912310010", Some("1"));
        let mut wife = face("李秀兰", "320623195012310020", Some("1"));
        wife.sex = Sex::Female;
        assert!(!compare(&one, &wife).is_likely());
        assert!(!compare(&one, &face("王建国", "320623195503040010", None)).is_likely());
        assert!(!compare(&one, &face("赵六", "320623194912319970", None)).is_likely());
    }

    #[test]
    fn slips_of_numbers_are_told() {
        assert_eq!(numbers("320623194912310010", "320623194912310100"), Some(Slip::Swapped));
        assert_eq!(numbers("320623194912310010", "320623194912310110"), Some(Slip::Few));
        assert_eq!(numbers("320623194912310010", "320623194810310118"), None);
    }
}
