//! A health check-up: what it says, and whether it can be true.

use crate::subject::Subject;
use kernel::{CheckupId, Date, ElderId, InstitutionId};
use serde::{Deserialize, Serialize};

/// What a pressure in mmHg or a glucose in tenths of mmol/L can be in a living person; outside is a slip of the pen.
/// Limits of plausibility of this program, not of a document.
const PLAUSIBLE: [(&str, &str, i64, i64); 3] =
    [("收缩压", "毫米汞柱", 50, 300), ("舒张压", "毫米汞柱", 20, 200), ("空腹血糖", "毫摩尔/升", 10, 500)];

/// A check-up as a list or a form brings it. The key is elder and date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCheckup {
    /// Whose.
    pub elder: ElderId,
    /// 体检日期
    pub on: Date,
    /// 体检机构
    pub institution: Option<InstitutionId>,
    /// 已建健康档案
    pub file_built: bool,
    /// 已健康指导
    pub guided: bool,
    /// 体检表完整
    pub complete: bool,
    /// 收缩压 in mmHg
    pub sbp: Option<i64>,
    /// 舒张压 in mmHg
    pub dbp: Option<i64>,
    /// 空腹血糖 in tenths of mmol/L
    pub glucose: Option<i64>,
}

/// Chinese names of the fields that may change.
pub const LABELS: &[(&str, &str)] = &[
    ("institution", "体检机构"),
    ("file_built", "已建健康档案"),
    ("guided", "已健康指导"),
    ("complete", "体检表完整"),
    ("sbp", "收缩压"),
    ("dbp", "舒张压"),
    ("glucose", "空腹血糖"),
];

/// A check-up as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// Identity.
    pub id: CheckupId,
    /// Where it came from: 导入 or 登记.
    pub source: String,
    /// What it says.
    pub facts: NewCheckup,
}

impl NewCheckup {
    /// Whether the year's health management is whole: file built, check-up done, guidance given, form complete.
    #[must_use]
    pub const fn manages(&self) -> bool {
        self.file_built && self.guided && self.complete
    }

    /// What is missing for it to count as managed, in the words of the field.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let parts = [(self.file_built, "未建健康档案"), (self.guided, "未做健康指导"), (self.complete, "体检表不完整")];
        parts.iter().filter(|(done, _)| !done).map(|(_, text)| *text).collect()
    }

    /// What cannot be true: (heading of the field, why).
    #[must_use]
    pub fn fault(&self, subject: &Subject, today: Date) -> Option<(&'static str, String)> {
        if let Some(why) = subject.against_date("体检日期", self.on, today) {
            return Some(("体检日期", why));
        }
        for ((name, unit, low, high), given) in PLAUSIBLE.iter().zip([self.sbp, self.dbp, self.glucose]) {
            if given.is_some_and(|value| !(*low..=*high).contains(&value)) {
                let show = |n: i64| if *name == "空腹血糖" { tenths(n) } else { n.to_string() };
                let value = show(given.unwrap_or_default());
                let why = format!("{value} {unit}不合常理（应在 {} 至 {} 之间），请核对", show(*low), show(*high));
                return Some((name, why));
            }
        }
        match (self.sbp, self.dbp) {
            (Some(high), Some(low)) if low >= high => {
                Some(("舒张压", format!("舒张压 {low} 不低于收缩压 {high}，可能填反了")))
            }
            (Some(_), None) => Some(("舒张压", "只有收缩压，请补填舒张压".to_owned())),
            (None, Some(_)) => Some(("收缩压", "只有舒张压，请补填收缩压".to_owned())),
            _ => None,
        }
    }
}

/// A number of tenths as people write it: `61` is 6.1.
#[must_use]
pub fn tenths(n: i64) -> String {
    format!("{}.{}", n / 10, n % 10)
}

/// Reads `6.1` or `6` as tenths; none if it has more than one decimal or is no number.
#[must_use]
pub fn parse_tenths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.len() < 6 && s.bytes().all(|b| b.is_ascii_digit());
    // Laboratories print 6.10: further zeros say nothing.
    let part = if part.len() > 1 { part.trim_end_matches('0') } else { part };
    let part = if part.is_empty() { "0" } else { part };
    if !digits(whole) || !digits(part) || part.len() > 1 {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 10 + part.parse::<i64>().ok()?)
}
