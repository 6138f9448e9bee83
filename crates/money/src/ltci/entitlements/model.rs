//! What an entitlement is and who gets one: pure.

use crate::ltci::settlement::model::{Cap, Quota};
use care::assessments::EffectiveResult;
use kernel::{Area, AssessmentId, Bp, Date, ElderId, EntitlementId, Fen, Period};
use policy::{Decision, Facts, Library};
use web::Reason;

/// The question that the region's benefit tables answer.
pub const QUESTION: &str = "care_insurance_benefit";
/// The scale that levels of disability for the insurance come from.
pub const SCALE: &str = "ltci2021";

/// The steps that an entitlement may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] =
    &[("none", "grant", "granted"), ("granted", "end", "ended"), ("granted", "expire", "expired")];

registry::choice! {
    /// Where the care is given.
    pub enum Setting {
        /// 居家
        Home = "home" "居家",
        /// 社区
        Community = "community" "社区",
        /// 机构
        Institution = "institution" "机构",
    }
}

registry::choice! {
    /// Why an entitlement ended before its time.
    pub enum EndReason {
        /// 死亡
        Death = "death" "死亡",
        /// 迁出
        Moved = "moved" "迁出",
        /// 失能等级变化
        NewLevel = "new_level" "失能等级变化，已重新核定",
        /// 不再符合条件
        NotEligible = "not_eligible" "不再符合待遇条件",
        /// 照护方式变更
        NewSetting = "new_setting" "照护方式变更，已重新核定",
        /// 本人放弃
        Waived = "waived" "本人放弃",
    }
}

/// Somebody with a level and without a matching entitlement.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The result.
    pub result: EffectiveResult,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Where the elder lives.
    pub area: Area,
    /// Whether the elder is alive and of this place.
    pub present: bool,
    /// Whether the roster says that the elder pays the insurance.
    pub insured: bool,
    /// Lives in an institution.
    pub in_institution: bool,
    /// The entitlement that an older result gave and that still runs.
    pub running: Option<EntitlementId>,
}

impl Candidate {
    /// The setting that the roster suggests.
    #[must_use]
    pub const fn likely(&self) -> Setting {
        if self.in_institution { Setting::Institution } else { Setting::Home }
    }
}

/// What an entitlement gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// Limit on visits.
    pub quota: Option<Quota>,
    /// The fund's share.
    pub rate: Bp,
    /// Limit on the amount.
    pub cap: Option<Cap>,
}

impl Benefit {
    /// Reads what the region's table answered; none when it says no or nothing.
    #[must_use]
    pub fn of(decision: &Decision) -> Option<Self> {
        if decision.bool("eligible") != Some(true) {
            return None;
        }
        let quota = decision.int("quota").map(|n| match decision.text("quota_unit") {
            Some("days_per_month") => Quota::Days(n),
            _ => Quota::Visits(n),
        });
        let cap = decision.int("cap_fen").map(Fen).map(|amount| match decision.text("cap_per") {
            Some("day") => Cap::Day(amount),
            _ => Cap::Month(amount),
        });
        Some(Self { quota, rate: Bp(decision.int("rate_bp")?), cap })
    }
}

/// 12 次/月
#[must_use]
pub fn quota_words(quota: Option<Quota>) -> String {
    match quota {
        None => "不限次数".into(),
        Some(Quota::Visits(n)) => format!("每月 {n} 次"),
        Some(Quota::Days(n)) => format!("每月 {n} 天"),
    }
}

/// 每月 1,200.00 元
#[must_use]
pub fn cap_words(cap: Option<Cap>) -> String {
    match cap {
        None => "不设限额".into(),
        Some(Cap::Month(amount)) => format!("每月 {amount} 元"),
        Some(Cap::Day(amount)) => format!("每天 {amount} 元"),
    }
}

/// An entitlement as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// Who.
    pub elder: ElderId,
    /// Identity.
    pub id: EntitlementId,
    /// The assessment that it rests on.
    pub assessment: AssessmentId,
    /// The county that pays.
    pub county: Area,
    /// Level of disability.
    pub level: i64,
    /// Severe dementia.
    pub dementia: bool,
    /// Where the care is given.
    pub setting: Setting,
    /// What it gives.
    pub benefit: Benefit,
    /// From its first day until the first day without it, had it not ended early.
    pub period: Period,
    /// The first day without it when it ended early.
    pub ended_on: Option<Date>,
    /// Why it ended early.
    pub end_reason: Option<EndReason>,
    /// The decision that gave it.
    pub decision: Decision,
}

/// How far an entitlement is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// 未开始
    Coming,
    /// 享受中
    Running,
    /// 已终止
    Ended,
    /// 已到期
    Expired,
}

impl Standing {
    /// As pages say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coming => "未开始",
            Self::Running => "享受中",
            Self::Ended => "已终止",
            Self::Expired => "已到期",
        }
    }
}

impl Entitlement {
    /// When it really runs: early ends included.
    #[must_use]
    pub fn runs(&self) -> Period {
        let until = match (self.period.until, self.ended_on) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Period { until, ..self.period }
    }

    /// How far it is on a day.
    #[must_use]
    pub fn standing(&self, day: Date) -> Standing {
        match self.ended_on {
            Some(end) if day >= end => Standing::Ended,
            _ if day < self.period.from => Standing::Coming,
            _ if self.runs().contains(day) => Standing::Running,
            _ => Standing::Expired,
        }
    }
}

/// Decides on a candidate: the decision of the region's table, and the reasons against, if any.
#[must_use]
pub fn decide(library: &Library, candidate: &Candidate, setting: Setting, on: Date) -> (Decision, Vec<Reason>) {
    let result = &candidate.result;
    let facts =
        Facts::new().with("level", result.level).with("setting", setting.code()).with("dementia", result.dementia);
    let decision = library.decide(QUESTION, candidate.area, on, &facts);
    let mut reasons = vec![];
    let mut refuse = |condition: bool, code: &str, text: String| {
        if condition {
            reasons.push(Reason::new(code, text));
        }
    };
    refuse(!candidate.present, "LTCI-21", "老年人已死亡或迁出，不再核定待遇".into());
    refuse(!candidate.insured, "LTCI-22", "名册中未登记参加长期护理保险；请先核实参保情况".into());
    refuse(on >= result.until, "LTCI-23", format!("评估结论已于 {} 到期，请重新申请评估", result.until));
    if let Some(why) = decision.undecided() {
        refuse(true, "LTCI-24", format!("政策规则未能作出判定：{why}"));
    } else if Benefit::of(&decision).is_none() {
        refuse(true, "LTCI-25", against(&decision, result));
    }
    (decision, reasons)
}

fn against(decision: &Decision, result: &EffectiveResult) -> String {
    let clause =
        decision.because.first().map(|b| format!("（{} {}：{}）", b.number, b.at, b.summary)).unwrap_or_default();
    format!("失能等级 {} 级未达到待遇条件{clause}", result.level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::Library;
    use uuid::Uuid;

    fn day(text: &str) -> Date {
        text.parse().expect("date")
    }

    fn library() -> Library {
        Library::load(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).expect("policies")
    }

    fn candidate(level: i64, dementia: bool) -> Candidate {
        let (elder, assessment) = (ElderId(Uuid::from_u128(1)), AssessmentId(Uuid::from_u128(2)));
        let (from, until) = (day("2026-10-10"), day("2028-10-10"));
        Candidate {
            result: EffectiveResult { elder, assessment, level, from, until, dementia },
            name: "合成甲".into(),
            born: day("1940-01-01"),
            area: Area::parse("320623901").expect("area"),
            present: true,
            insured: true,
            in_institution: false,
            running: None,
        }
    }

    fn codes(candidate: &Candidate, on: &str) -> Vec<String> {
        decide(&library(), candidate, Setting::Home, day(on)).1.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn who_is_insured_alive_and_disabled_enough_gets_it() {
        assert!(codes(&candidate(3, false), "2026-11-01").is_empty());
        assert_eq!(codes(&candidate(0, false), "2026-11-01"), ["LTCI-25"]);
        assert_eq!(codes(&candidate(1, false), "2026-11-01"), ["LTCI-25"]);
        assert!(codes(&candidate(2, false), "2026-11-01").is_empty());
        assert!(codes(&candidate(1, true), "2026-11-01").is_empty());
        assert_eq!(codes(&Candidate { insured: false, ..candidate(3, false) }, "2026-11-01"), ["LTCI-22"]);
        assert_eq!(codes(&Candidate { present: false, ..candidate(3, false) }, "2026-11-01"), ["LTCI-21"]);
    }

    #[test]
    fn a_result_holds_until_the_day_before_its_end() {
        assert!(codes(&candidate(3, false), "2028-10-09").is_empty());
        assert_eq!(codes(&candidate(3, false), "2028-10-10"), ["LTCI-23"]);
    }

    #[test]
    fn the_benefit_is_what_the_table_says() {
        let (decision, _) = decide(&library(), &candidate(3, false), Setting::Home, day("2026-11-01"));
        let benefit = Benefit::of(&decision).expect("eligible");
        assert!(matches!((benefit.quota, benefit.cap), (Some(Quota::Visits(_)), Some(Cap::Month(_)))));
        assert_eq!(Some(benefit.rate.0), decision.int("rate_bp"));
        let (decision, _) = decide(&library(), &candidate(3, false), Setting::Institution, day("2026-11-01"));
        let benefit = Benefit::of(&decision).expect("eligible");
        assert!(matches!((benefit.quota, benefit.cap), (Some(Quota::Days(_)), Some(Cap::Day(_)))));
    }

    #[test]
    fn a_place_without_a_document_decides_nothing() {
        let elsewhere = Candidate { area: Area::parse("110101").expect("area"), ..candidate(3, false) };
        assert_eq!(codes(&elsewhere, "2026-11-01"), ["LTCI-24"]);
    }
}
