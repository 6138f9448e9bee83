//! Identity numbers, credit codes and telephone numbers: valid in form, unique in the county, and nobody's.

use super::draw::Draw;
use chrono::Datelike;
use kernel::Date;
use kernel::citizen::{Sex, check_digit};
use kernel::credit::check_character;
use std::collections::HashSet;

/// Gives out identity numbers, each once.
#[derive(Default)]
pub struct Numbers {
    used: HashSet<u64>,
}

impl Numbers {
    /// A number of the region, the day and the sex that nobody else has.
    pub fn issue(&mut self, draw: &mut Draw, region: &str, born: Date, sex: Sex) -> String {
        let odd = usize::from(sex == Sex::Male);
        // After so many tries the region has no number left for this day; the next regions surely have.
        let mut region: u64 = region.parse().unwrap_or_default();
        let mut tries = 0;
        loop {
            tries += 1;
            let order = (2 * draw.below(499) + 2 - odd) as u64;
            let day = u64::from(born.year() as u32 * 10_000 + born.month() * 100 + born.day());
            let body = (region * 100_000_000 + day) * 1000 + order;
            if self.used.insert(body) {
                return with_check(&body.to_string());
            }
            if tries % 5_000 == 0 {
                region += 1;
            }
        }
    }
}

/// The 17 digits with their check character.
pub fn with_check(body: &str) -> String {
    format!("{body}{}", check_digit(body.as_bytes()) as char)
}

/// The weights of the organisation code inside a credit code (GB 11714-1997).
const ORGANISATION: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// The credit code of the `serial`-th organisation: `kind` is the registering office and the sort of organisation
/// (12 public institution, 52 private non-enterprise unit, 91 company).
pub fn credit_code(kind: &str, county: &str, serial: usize) -> String {
    // Organisation codes beginning with 0 are not given out: these are nobody's.
    let organisation = format!("0{serial:07}");
    let sum: u32 = organisation.bytes().zip(ORGANISATION).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from(b'0' + n as u8),
    };
    let body = format!("{kind}{county}{organisation}{check}");
    format!("{body}{}", check_character(body.as_bytes()) as char)
}

/// A mobile number that begins with 154, a block that no operator has.
pub fn mobile(draw: &mut Draw) -> String {
    format!("154{:08}", draw.below(100_000_000))
}

/// A fixed line of Nantong whose local number begins with 0, as none can.
pub fn landline(draw: &mut Draw) -> String {
    format!("0513-00{:06}", draw.below(1_000_000))
}
