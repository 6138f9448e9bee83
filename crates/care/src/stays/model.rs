//! A stay in a hospital: what it says, and whether it can be true.

use crate::subject::Subject;
use kernel::{Date, ElderId, InstitutionId, Period, StayId};
use serde::{Deserialize, Serialize};

/// A stay as a list or a form brings it. The key is elder, hospital and day of admission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStay {
    /// Whose.
    pub elder: ElderId,
    /// 医院
    pub institution: InstitutionId,
    /// 入院日期
    pub admitted_on: Date,
    /// 出院日期: the day of leaving; none while the elder is in.
    pub discharged_on: Option<Date>,
    /// 主要诊断, as written
    pub diagnosis: Option<String>,
}

/// Chinese names of the fields that may change.
pub const LABELS: &[(&str, &str)] = &[("discharged_on", "出院日期"), ("diagnosis", "主要诊断")];

/// A stay as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Identity.
    pub id: StayId,
    /// Where it came from: 导入 or 登记.
    pub source: String,
    /// What it says.
    pub facts: NewStay,
}

impl NewStay {
    /// The days in hospital; the day of leaving is no longer one of them.
    #[must_use]
    pub const fn period(&self) -> Period {
        Period { from: self.admitted_on, until: self.discharged_on }
    }

    /// What cannot be true: (heading of the field, why). `others` are the elder's other stays.
    #[must_use]
    pub fn fault(&self, subject: &Subject, others: &[Stay], today: Date) -> Option<(&'static str, String)> {
        if let Some(why) = subject.against_date("入院日期", self.admitted_on, today) {
            return Some(("入院日期", why));
        }
        if let Some(left) = self.discharged_on {
            if left < self.admitted_on {
                return Some(("出院日期", format!("出院日期 {left} 早于入院日期 {}", self.admitted_on)));
            }
            if let Some(why) = subject.against_date("出院日期", left, today) {
                return Some(("出院日期", why));
            }
        }
        let other = others.iter().find(|other| self.period().overlaps(other.facts.period()))?;
        let until = other.facts.discharged_on.map_or_else(|| "今".to_owned(), |day| day.to_string());
        let why = format!("与另一次住院（{} 至 {until}）时间重叠，请核对", other.facts.admitted_on);
        Some(("入院日期", why))
    }
}
