//! What a care plan is and what is wrong with one: pure.

use crate::ltci::catalogue::Item;
use crate::ltci::entitlements::model::{Entitlement, quota_words};
use crate::ltci::settlement::model::Quota;
pub use care::visits::store::crew::Carer;
use kernel::{Area, Date, ElderId, EntitlementId, InstitutionId, Period, PlanId, StaffId};
use registry::institutions::Kind;
use serde::{Deserialize, Serialize};
use web::Reason;

/// The steps that a plan may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[("none", "make", "running"), ("running", "end", "ended")];

/// Days in a week: nothing is planned more often than daily.
pub const WEEK: i64 = 7;
/// The earliest minute of the day at which a visit is planned: 07:00. A practice of home care, set by no document.
pub const DAY_BEGINS: i64 = 7 * 60;
/// The minute of the day by which a planned visit has ended: 19:00. A practice of home care, set by no document.
pub const DAY_ENDS: i64 = 19 * 60;
/// Minutes that are kept free for the way between two elders when visits are planned. A practice, set by no document.
pub const WAY: i64 = 15;

/// An item of a plan: how often in a week, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Service {
    /// Code of the item.
    pub item: String,
    /// Times in a week.
    pub per_week: i64,
    /// Who does it.
    pub carer: StaffId,
}

/// A plan as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlan {
    /// For whom.
    pub elder: ElderId,
    /// On which entitlement it rests.
    pub entitlement: EntitlementId,
    /// Who serves.
    pub institution: InstitutionId,
    /// What is done.
    pub services: Vec<Service>,
    /// First day of the plan's week: 0 is Monday.
    pub first_weekday: i64,
    /// Preferred beginning of a visit in minutes since midnight.
    pub start_minute: i64,
    /// First day.
    pub starts_on: Date,
}

/// A plan as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Identity.
    pub id: PlanId,
    /// What was asked for.
    pub facts: NewPlan,
    /// The county that pays.
    pub county: Area,
    /// The first day without it, had it not ended early.
    pub ends_on: Date,
    /// The first day without it when it ended early.
    pub ended_on: Option<Date>,
    /// Why it ended early.
    pub end_reason: Option<String>,
}

impl Plan {
    /// When it really runs.
    #[must_use]
    pub fn runs(&self) -> Period {
        let until = self.ended_on.map_or(self.ends_on, |end| end.min(self.ends_on));
        Period { from: self.facts.starts_on, until: Some(until) }
    }
}

/// What a plan is checked against.
pub struct Checked<'a> {
    /// The entitlement.
    pub entitlement: &'a Entitlement,
    /// Kind of the institution that is to serve.
    pub institution: Kind,
    /// The price list.
    pub items: &'a [Item],
    /// The staff that the plan names.
    pub carers: &'a [Carer],
    /// Another plan of the elder on the same entitlement still runs.
    pub another: bool,
    /// Today.
    pub today: Date,
}

/// Visits in a week: each person comes as often as the most frequent of their items asks.
#[must_use]
pub fn visits_per_week(services: &[Service]) -> i64 {
    let mut carers: Vec<StaffId> = services.iter().map(|s| s.carer).collect();
    carers.sort_unstable();
    carers.dedup();
    carers.into_iter().map(|carer| times(services, carer)).sum()
}

/// How often a person comes in a week.
#[must_use]
pub fn times(services: &[Service], carer: StaffId) -> i64 {
    services.iter().filter(|s| s.carer == carer).map(|s| s.per_week).max().unwrap_or_default()
}

/// What speaks against a plan, in numbered reasons; empty for a good one.
#[must_use]
pub fn faults(plan: &NewPlan, against: &Checked<'_>) -> Vec<Reason> {
    let mut reasons = whole(plan, against);
    for service in &plan.services {
        reasons.extend(service_fault(service, plan, against));
    }
    reasons.dedup();
    reasons
}

fn whole(plan: &NewPlan, against: &Checked<'_>) -> Vec<Reason> {
    let mut reasons = vec![];
    let mut refuse = |condition: bool, code: &str, text: String| {
        if condition {
            reasons.push(Reason::new(code, text));
        }
    };
    let runs = against.entitlement.runs();
    refuse(plan.services.is_empty(), "LTCI-31", "至少选择一个服务项目".into());
    refuse(
        !runs.contains(plan.starts_on),
        "LTCI-32",
        format!("计划开始日 {} 不在待遇享受期内（{} 起）", plan.starts_on, runs.from),
    );
    refuse(plan.starts_on < against.today, "LTCI-33", "计划开始日不能早于今天".into());
    refuse(against.another, "LTCI-34", "这项待遇已有执行中的照护计划，请先终止原计划".into());
    let fit = matches!(
        against.institution,
        Kind::NursingStation
            | Kind::NursingHome
            | Kind::ElderCareInstitution
            | Kind::CommunityHealthCentre
            | Kind::TownshipHealthCentre
            | Kind::DayCareCentre
            | Kind::RuralElderHome
            | Kind::WelfareHome
    );
    refuse(!fit, "LTCI-35", format!("{}不能承担长期护理服务", against.institution.name()));
    refuse(
        !(DAY_BEGINS..DAY_ENDS).contains(&plan.start_minute) || !(0..WEEK).contains(&plan.first_weekday),
        "LTCI-41",
        "上门时间须在 7:00 至 19:00 之间".into(),
    );
    // Four weeks are the shortest month.
    let least = 4 * visits_per_week(&plan.services);
    let over = matches!(against.entitlement.benefit.quota, Some(Quota::Visits(most)) if least > most);
    let quota = quota_words(against.entitlement.benefit.quota);
    refuse(over, "LTCI-36", format!("计划每月至少上门 {least} 次，超过待遇限额（{quota}）"));
    reasons
}

fn service_fault(service: &Service, plan: &NewPlan, against: &Checked<'_>) -> Vec<Reason> {
    let Some(item) = against.items.iter().find(|item| item.code == service.item) else {
        return vec![Reason::new("LTCI-37", format!("服务项目“{}”不在价格目录内", service.item))];
    };
    let Some(carer) = against.carers.iter().find(|carer| carer.id == service.carer) else {
        return vec![Reason::new("LTCI-38", format!("“{}”没有指定服务人员", item.name))];
    };
    let mut reasons = vec![];
    if !(1..=WEEK).contains(&service.per_week) {
        reasons.push(Reason::new("LTCI-42", format!("“{}”每周次数须为 1 至 {WEEK}", item.name)));
    }
    if carer.institution != plan.institution {
        reasons.push(Reason::new("LTCI-38", format!("{}不是所选服务机构的人员", carer.name)));
    }
    if !carer.kind.is_some_and(|kind| kind.may_do(item.price.staff)) {
        let text = format!("“{}”须由{}提供，{}不符合", item.name, item.price.staff.name(), carer.name);
        reasons.push(Reason::new("LTCI-39", text));
    }
    if !carer.certificate || carer.until.is_some_and(|until| until < plan.starts_on) {
        let text = format!("{}没有在计划开始日有效的资格证书", carer.name);
        reasons.push(Reason::new("LTCI-40", text));
    }
    reasons
}

/// What a plan costs in four weeks at the price list.
#[must_use]
pub fn four_weeks(services: &[Service], items: &[Item]) -> kernel::Fen {
    let price =
        |s: &Service| items.iter().find(|item| item.code == s.item).map(|item| item.price.price * (4 * s.per_week));
    services.iter().filter_map(price).sum()
}
