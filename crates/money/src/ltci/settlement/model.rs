//! What a settlement is made from ([`Inputs`]) and what comes out ([`Outcome`]). The rules are in [`super::settle`].
//!
//! Things that many visits share (elders, staff, plans, sets of items) stand once and are pointed at by their place,
//! so that a million visits fit in little memory; ids are looked up only where something is written.

use super::reason::{Reason, Reasons};
pub use crate::ltci::catalogue::Price;
use crate::ltci::catalogue::StaffKind;
use kernel::{
    Bp, CorrectionId, Date, ElderId, EntitlementId, Fen, InstitutionId, Month, Period, PlanId, StaffId, VisitId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The steps that a settlement may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("none", "check", "draft"),
    ("draft", "check", "draft"),
    ("draft", "settle", "settled"),
    ("settled", "pay", "paid"),
];

registry::choice! {
    /// How far a month's settlement is.
    pub enum State {
        /// 未核验
        None = "none" "未试算",
        /// 已试算
        Draft = "draft" "已试算（未结算）",
        /// 已结算
        Settled = "settled" "已结算",
        /// 已拨付
        Paid = "paid" "已拨付",
    }
}

impl State {
    /// The state after the event, if the event is possible now.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let row = TRANSITIONS.iter().find(|(from, e, _)| *from == self.code() && *e == event)?;
        Self::parse(row.2)
    }

    /// Whether the month's visits may no longer be touched.
    #[must_use]
    pub const fn frozen(self) -> bool {
        matches!(self, Self::Settled | Self::Paid)
    }
}

/// The parameters of the region that checks use, as they stood when the month was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The least share of the standard minutes; a visit that stays below it is not paid.
    pub least_share: Bp,
    /// Days after the visit within which it may be entered late.
    pub late_days: i64,
}

/// A month's limit on visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// So many visits.
    Visits(i64),
    /// Visits on so many days.
    Days(i64),
}

/// The most that is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// In a month.
    Month(Fen),
    /// On a day.
    Day(Fen),
}

/// An entitlement as far as a settlement asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitled {
    /// Which.
    pub id: EntitlementId,
    /// Level of disability that it rests on.
    pub level: i64,
    /// From its beginning until its end, early or not.
    pub period: Period,
    /// Limit on visits; none without one.
    pub quota: Option<Quota>,
    /// The fund's share of what is approved.
    pub rate: Bp,
    /// Limit on the approved amount; none without one.
    pub cap: Option<Cap>,
}

/// An elder as far as a settlement asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elder {
    /// Who.
    pub id: ElderId,
    /// Day of death.
    pub died_on: Option<Date>,
    /// All entitlements that touch the month.
    pub entitlements: Vec<Entitled>,
    /// Hospital stays: admitted, discharged.
    pub stays: Vec<(Date, Option<Date>)>,
}

impl Elder {
    /// The entitlement that covers the day; of several the youngest.
    #[must_use]
    pub fn entitled_on(&self, day: Date) -> Option<&Entitled> {
        self.entitlements.iter().filter(|e| e.period.contains(day)).max_by_key(|e| (e.period.from, e.id))
    }

    /// Whether the day lies strictly within a stay: on the days of admission and discharge the elder is also at home.
    #[must_use]
    pub fn in_hospital(&self, day: Date) -> bool {
        self.stays.iter().any(|(from, until)| day > *from && until.is_none_or(|until| day < until))
    }
}

/// A member of staff as far as a settlement asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carer {
    /// Who.
    pub id: StaffId,
    /// What the person works as; none for those who give no care (managers, assessors).
    pub kind: Option<StaffKind>,
    /// Has a numbered certificate.
    pub certificate: bool,
    /// Last day of the certificate; none if it does not end.
    pub certified_until: Option<Date>,
}

impl Carer {
    /// Whether the certificate holds on the day.
    #[must_use]
    pub fn certified_on(&self, day: Date) -> bool {
        self.certificate && self.certified_until.is_none_or(|until| day <= until)
    }
}

/// A care plan as far as a settlement asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which.
    pub id: PlanId,
    /// When it is in force.
    pub period: Period,
    /// Items in it, as places in [`Inputs::items`].
    pub items: Vec<u16>,
}

/// When a visit was entered late, and whether a reason was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// The day of entry.
    pub entered_on: Date,
    /// A reason is written down.
    pub reason: bool,
}

/// A visit as it is asked for. Times are milliseconds since 1970 in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub id: VisitId,
    /// Place in [`Inputs::elders`].
    pub elder: u32,
    /// Place in [`Inputs::institutions`].
    pub institution: u32,
    /// Place in [`Inputs::carers`].
    pub carer: u32,
    /// Place in [`Inputs::plans`].
    pub plan: u32,
    /// Place in [`Inputs::item_sets`].
    pub items: u32,
    /// The day of service in China: the planned day, on which alone it may be done.
    pub day: Date,
    /// Planned beginning.
    pub planned_from: i64,
    /// Check-in.
    pub began: Option<i64>,
    /// Check-out.
    pub ended: Option<i64>,
    /// If it was entered late.
    pub late: Option<Late>,
}

impl Visit {
    /// When it began, or was to begin.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.began.unwrap_or(self.planned_from)
    }

    /// Whole minutes between check-in and check-out; none without both.
    #[must_use]
    pub fn minutes(&self) -> Option<i64> {
        Some((self.ended? - self.began?).div_euclid(60_000))
    }
}

/// The four amounts side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// 申报金额: the recorded items at the price of the day.
    pub asked: Fen,
    /// 核定金额: after items and minutes that do not count are cut.
    pub adjusted: Fen,
    /// 核准金额: after refusals and the month's cap.
    pub approved: Fen,
    /// 基金支付: the fund's share, rounded half up on each line.
    pub paid: Fen,
}

impl Amounts {
    /// 个人自付: what is approved and not paid by the fund.
    #[must_use]
    pub fn own(self) -> Fen {
        self.approved - self.paid
    }

    /// 核减金额: what was asked and not approved.
    #[must_use]
    pub fn cut(self) -> Fen {
        self.asked - self.approved
    }

    /// The exact opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { asked: -self.asked, adjusted: -self.adjusted, approved: -self.approved, paid: -self.paid }
    }

    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.adjusted += other.adjusted;
        self.approved += other.approved;
        self.paid += other.paid;
    }
}

/// Why a line stands in a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum LineKind {
    /// 本月服务
    Visit = 0,
    /// 冲销: the exact negative of an earlier line.
    Counter = 1,
    /// 更正后: the same visit as it should have been.
    Corrected = 2,
}

impl LineKind {
    /// As sheets say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visit => "本月服务",
            Self::Counter => "冲销",
            Self::Corrected => "更正",
        }
    }

    /// Reads the number in the table.
    #[must_use]
    pub const fn of(number: i64) -> Self {
        match number {
            1 => Self::Counter,
            2 => Self::Corrected,
            _ => Self::Visit,
        }
    }
}

/// One line of a settlement; places point into the [`Inputs`] it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Why it stands here.
    pub kind: LineKind,
    /// The visit.
    pub visit: VisitId,
    /// Place in [`Inputs::elders`].
    pub elder: u32,
    /// Place in [`Inputs::institutions`].
    pub institution: u32,
    /// Place in [`Inputs::carers`].
    pub carer: u32,
    /// Place in [`Inputs::plans`].
    pub plan: u32,
    /// Place in [`Inputs::item_sets`].
    pub items: u32,
    /// The entitlement that covered the day.
    pub entitlement: Option<EntitlementId>,
    /// Level of that entitlement; 0 without one.
    pub level: i64,
    /// Rate of that entitlement; 0 without one.
    pub rate: Bp,
    /// Day of service.
    pub day: Date,
    /// Beginning, or planned beginning, in milliseconds since 1970.
    pub start: i64,
    /// End in milliseconds since 1970; none without a check-out.
    pub end: Option<i64>,
    /// Standard minutes of the items that count.
    pub standard_minutes: i64,
    /// Minutes really spent; 0 without check-in and check-out.
    pub minutes: i64,
    /// What was found.
    pub reasons: Reasons,
    /// 1 if it uses up one of the month's visits, −1 if it gives one back, else 0.
    pub counted: i64,
    /// The amounts.
    pub amounts: Amounts,
    /// The correction that it comes from.
    pub correction: Option<CorrectionId>,
}

impl Line {
    /// Whether it is in order, cut or refused.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.reasons)
    }

    /// The reason to which the cut amount is put down: the first that refuses, else the first.
    #[must_use]
    pub fn main_reason(&self) -> Option<Reason> {
        main_reason(self.reasons)
    }
}

/// The reason to which a cut amount is put down: the first that refuses, else the first.
#[must_use]
pub fn main_reason(reasons: Reasons) -> Option<Reason> {
    use super::reason::Effect;
    reasons.iter().find(|r| r.effect() == Effect::Refuses).or_else(|| reasons.iter().next())
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 通过
    Passed,
    /// 核减
    Cut,
    /// 拒付
    Refused,
}

impl Verdict {
    /// The verdict that the reasons lead to.
    #[must_use]
    pub fn of(reasons: Reasons) -> Self {
        match (reasons.is_empty(), reasons.refuse()) {
            (true, _) => Self::Passed,
            (false, false) => Self::Cut,
            (false, true) => Self::Refused,
        }
    }

    /// As pages say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "通过",
            Self::Cut => "核减",
            Self::Refused => "拒付",
        }
    }

    /// The number in the table.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Passed => 0,
            Self::Cut => 1,
            Self::Refused => 2,
        }
    }
}

/// A visit that stands settled: a corrected one must not overlap it, and it has used up part of its month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The visit.
    pub visit: VisitId,
    /// Place in [`Inputs::elders`].
    pub elder: u32,
    /// Place in [`Inputs::carers`].
    pub carer: u32,
    /// Beginning.
    pub from: i64,
    /// End.
    pub to: i64,
    /// Day of service.
    pub day: Date,
    /// Amount approved.
    pub approved: Fen,
}

/// A correction of a settled line: its counter-entry and what should have stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Which.
    pub id: CorrectionId,
    /// The line as it stands settled.
    pub line: Line,
    /// The visit as it should have been; none if it should not have been asked for at all.
    pub visit: Option<Visit>,
}

/// Everything that a settlement looks at; nothing else is looked at.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The month.
    pub month: Month,
    /// Parameters.
    pub rules: Rules,
    /// Items that anything below names, by code.
    pub items: Vec<String>,
    /// Price list of each day, in the order of `items`.
    pub prices: BTreeMap<Date, Vec<Option<Price>>>,
    /// Sets of items that visits name, as places in `items`.
    pub item_sets: Vec<Vec<u16>>,
    /// Elders.
    pub elders: Vec<Elder>,
    /// Staff.
    pub carers: Vec<Carer>,
    /// Plans.
    pub plans: Vec<Plan>,
    /// Institutions.
    pub institutions: Vec<InstitutionId>,
    /// The month's visits.
    pub visits: Vec<Visit>,
    /// Corrections of earlier months.
    pub corrections: Vec<Correction>,
    /// Approved visits standing in the months that corrections reach back to, of the elders and carers concerned;
    /// those that are to be corrected included.
    pub standing: Vec<Standing>,
}

impl Inputs {
    /// Nothing to settle yet.
    #[must_use]
    pub fn empty(month: Month, rules: Rules) -> Self {
        Self {
            month,
            rules,
            items: vec![],
            prices: BTreeMap::new(),
            item_sets: vec![],
            elders: vec![],
            carers: vec![],
            plans: vec![],
            institutions: vec![],
            visits: vec![],
            corrections: vec![],
            standing: vec![],
        }
    }
}

/// Sums of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Lines.
    pub lines: i64,
    /// Of them cut.
    pub cut: i64,
    /// Of them refused.
    pub refused: i64,
    /// Amounts.
    pub amounts: Amounts,
}

impl Totals {
    /// Adds a line.
    pub fn add(&mut self, line: &Line) {
        self.lines += 1;
        match line.verdict() {
            Verdict::Passed => {}
            Verdict::Cut => self.cut += 1,
            Verdict::Refused => self.refused += 1,
        }
        self.amounts.add(line.amounts);
    }
}

/// What a settlement comes to. Lines stand by elder, beginning, visit and kind, whatever order the inputs came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// One line for each visit, and two (or one) for each correction.
    pub lines: Vec<Line>,
    /// Of all.
    pub total: Totals,
    /// Of each institution, by place in [`Inputs::institutions`].
    pub institutions: BTreeMap<u32, Totals>,
    /// Lines with a main reason and the amount not approved for it.
    pub reasons: BTreeMap<Reason, (i64, Fen)>,
}
