//! What an agreement is, and every decision about one. Pure.

use kernel::time::plus_months;
use kernel::{AgreementId, Bp, Date, InstitutionId};
use registry::institutions::Kind;
use web::{FieldError, Reason};

registry::choice! {
    /// Where an agreement stands.
    pub enum State {
        /// Written, not signed yet.
        Draft = "draft" "待签署",
        /// In force for its term.
        Signed = "signed" "生效中",
        /// Ended before its time.
        Ended = "ended" "已终止",
        /// Its term is over.
        Expired = "expired" "已到期",
        /// Taken back before signing.
        Withdrawn = "withdrawn" "已作废",
    }

    /// A medical service that both sides can agree on.
    pub enum Item {
        /// Rounds at the home.
        Rounds = "rounds" "定期巡诊",
        /// Advice on health.
        Advice = "advice" "健康咨询",
        /// Check-ups and screening.
        Screening = "screening" "健康体检与疾病筛查",
        /// Care for chronic diseases.
        Chronic = "chronic" "慢性病管理",
        /// Guidance on medication.
        Medication = "medication" "用药指导",
        /// Guidance on nursing.
        Nursing = "nursing" "护理指导",
        /// Rehabilitation.
        Rehabilitation = "rehabilitation" "康复指导",
        /// Green channel for emergencies.
        GreenChannel = "green_channel" "急诊绿色通道",
        /// Priority in booking and admission.
        Priority = "priority" "预约就诊与住院优先",
        /// Referral both ways.
        Referral = "referral" "双向转诊",
        /// Home sickbeds in the home.
        Sickbeds = "sickbeds" "家庭病床",
        /// Remote consultation.
        Remote = "remote" "远程会诊",
        /// Traditional medicine.
        Tcm = "tcm" "中医药服务",
        /// Hospice care.
        Hospice = "hospice" "安宁疗护",
        /// Training of the home's staff.
        Training = "training" "护理人员培训",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("draft", "sign", "signed"),
    ("draft", "withdraw", "withdrawn"),
    ("signed", "end", "ended"),
    ("signed", "expire", "expired"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }
}

/// The institutions where elders live or spend the day: one side.
pub const HOMES: &[Kind] = &[Kind::WelfareHome, Kind::RuralElderHome, Kind::ElderCareInstitution, Kind::DayCareCentre];
/// Those that give medical service: the other side.
pub const MEDICAL: &[Kind] =
    &[Kind::Hospital, Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::NursingHome];
/// The most rounds a week that an agreement can promise: three a day. A limit of plausibility of this program.
const MOST_ROUNDS: i64 = 21;
/// The longest term in months. A limit of plausibility of this program.
const LONGEST_TERM: i64 = 120;
/// The longest channel in minutes: a day. A limit of plausibility of this program.
const LONGEST_CHANNEL: i64 = 24 * 60;
/// The longest text of a field, in characters.
pub const LONGEST: usize = 600;

/// What both sides agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The services of the list.
    pub items: Vec<Item>,
    /// What else, in words.
    pub note: String,
    /// Rounds a week.
    pub rounds_per_week: i64,
    /// The green channel is answered within so many minutes; none without one.
    pub green_minutes: Option<i64>,
    /// For so many months.
    pub months: i64,
}

impl Terms {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let has = |item| self.items.contains(&item);
        let checks = [
            (self.items.is_empty() && self.note.trim().is_empty(), "items", "服务清单", "请至少约定一项服务"),
            (self.note.chars().count() > LONGEST, "note", "补充约定", "请精简到 600 字以内"),
            (
                !(0..=MOST_ROUNDS).contains(&self.rounds_per_week),
                "rounds_per_week",
                "每周巡诊次数",
                "应在 0 到 21 之间",
            ),
            (
                has(Item::Rounds) != (self.rounds_per_week > 0),
                "rounds_per_week",
                "每周巡诊次数",
                "约定了“定期巡诊”的应填写次数，没有约定的填 0",
            ),
            (
                self.green_minutes.is_some_and(|m| !(1..=LONGEST_CHANNEL).contains(&m)),
                "green_minutes",
                "绿色通道答复分钟数",
                "应在 1 到 1440 之间",
            ),
            (
                has(Item::GreenChannel) != self.green_minutes.is_some(),
                "green_minutes",
                "绿色通道答复分钟数",
                "约定了“急诊绿色通道”的应填写，没有约定的不填",
            ),
            (!(1..=LONGEST_TERM).contains(&self.months), "months", "期限（月）", "应在 1 到 120 之间"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).collect()
    }
}

/// An agreement as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Identity.
    pub id: AgreementId,
    /// Where elders live.
    pub home: InstitutionId,
    /// Name of it.
    pub home_name: String,
    /// The medical side.
    pub medical: InstitutionId,
    /// Name of it.
    pub medical_name: String,
    /// Where it stands.
    pub state: State,
    /// What was agreed.
    pub terms: Terms,
    /// First day.
    pub from: Option<Date>,
    /// First day on which its term is over.
    pub until: Option<Date>,
    /// First day on which it no longer held because it was ended.
    pub ended_on: Option<Date>,
    /// Why it was ended or withdrawn.
    pub end_reason: String,
    /// The one that it goes on from.
    pub renews: Option<AgreementId>,
    /// Who wrote it.
    pub made_by: String,
    /// Counts the changes.
    pub version: i64,
}

impl Agreement {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/agreements/{}", self.id)
    }

    /// First day on which it does not hold any more.
    #[must_use]
    pub fn end(&self) -> Option<Date> {
        self.ended_on.or(self.until)
    }

    /// Last day on which it holds.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.end().and_then(|end| end.pred_opt())
    }

    /// Whether it holds on the day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.from.is_some_and(|from| on >= from) && self.end().is_some_and(|end| on < end)
    }

    /// The state on the day: a term that is over counts as expired before the night's job has said so.
    #[must_use]
    pub fn state_on(&self, on: Date) -> State {
        let over = self.state == State::Signed && self.until.is_some_and(|until| until <= on);
        if over { State::Expired } else { self.state }
    }
}

/// First day after a term of so many months.
#[must_use]
pub fn term(from: Date, months: i64) -> Option<Date> {
    plus_months(from, months).filter(|end| *end > from)
}

/// A round of the medical side at the home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The day.
    pub on: Date,
    /// Who came.
    pub who: String,
    /// How many elders were seen.
    pub seen: i64,
    /// What was done.
    pub what: String,
}

/// How an agreement was kept until a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Rounds agreed for the whole weeks that are over.
    pub rounds_due: i64,
    /// Rounds held.
    pub rounds: i64,
    /// Elders seen at them.
    pub seen: i64,
    /// Referrals that were to be answered.
    pub referrals_due: i64,
    /// Of those, answered within the limit.
    pub referrals_in_time: i64,
}

fn share(part: i64, whole: i64) -> Option<Bp> {
    (whole > 0).then(|| Bp(part.min(whole) * 10_000 / whole))
}

impl Kept {
    /// Rounds held of those agreed, at most all; none before a week is over.
    #[must_use]
    pub fn rounds_share(&self) -> Option<Bp> {
        share(self.rounds, self.rounds_due)
    }

    /// Referrals answered within the limit.
    #[must_use]
    pub fn referrals_share(&self) -> Option<Bp> {
        share(self.referrals_in_time, self.referrals_due)
    }
}

/// Rounds agreed for the whole weeks of the agreement that are over on the day.
#[must_use]
pub fn rounds_due(a: &Agreement, today: Date) -> i64 {
    let (Some(from), Some(end)) = (a.from, a.end()) else { return 0 };
    let days = (today.min(end) - from).num_days().max(0);
    days / 7 * a.terms.rounds_per_week
}

/// A side of an agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Identity.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Public, private; none if nobody said.
    pub public: bool,
    /// Longitude and latitude in degrees.
    pub at: Option<(f64, f64)>,
    /// Agreements in force that it is a side of.
    pub agreements: usize,
}

/// What is against an agreement of these two.
#[must_use]
pub fn against_sides(home: &Side, medical: &Side) -> Vec<Reason> {
    let mut reasons = vec![];
    if !HOMES.contains(&home.kind) {
        reasons.push(Reason::new("AG-01", format!("{}不是养老机构或日间照料中心", home.name)));
    }
    if !MEDICAL.contains(&medical.kind) {
        reasons.push(Reason::new("AG-02", format!("{}不是医疗机构", medical.name)));
    }
    reasons
}

/// What is against signing for `from..until` beside the agreements that the two have with each other already.
#[must_use]
pub fn against_others(others: &[Agreement], a: &Agreement, from: Date, until: Date) -> Vec<Reason> {
    let clash = others.iter().filter(|o| o.id != a.id && o.home == a.home && o.medical == a.medical).find(|o| {
        let (Some(begin), Some(end)) = (o.from, o.end()) else { return false };
        begin < until && end > from && begin < end
    });
    let text = |o: &Agreement| {
        let last = o.last_day().map(|day| day.to_string()).unwrap_or_default();
        format!("两家已有协议，有效至 {last}，新协议应从其后开始")
    };
    clash.map(|o| Reason::new("AG-03", text(o))).into_iter().collect()
}
