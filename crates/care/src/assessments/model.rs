//! What an assessment is, and every decision about one. Pure: the day, the rules and the history are handed in.

use super::compare::Change;
use super::rules::Rules;
use chrono::Months;
use kernel::{AccountId, AssessmentId, Date, ElderId, FormId, Instant, StaffId};
use policy::{Answers, Scale, Scored};
use serde::{Deserialize, Serialize};
use web::Reason;

/// How many days ahead the work list speaks of a result that will expire.
pub const EXPIRY_WARNING_DAYS: i64 = 60;
/// Who may apply on whose behalf.
pub const RELATIONS: &[&str] = &["本人", "配偶", "子女", "其他亲属", "村（居）民委员会", "养老机构", "其他"];
/// Why an assessment is asked for (GB/T 42195-2022, appendix A).
pub const REASONS: &[&str] = &["首次评估", "常规评估", "即时评估", "因对评估结果有疑问进行的复评", "其他"];

registry::choice! {
    /// Where an assessment stands; in the order of the road.
    pub enum State {
        /// Handed in.
        Applied = "applied" "待受理",
        /// Not admitted, with numbered reasons.
        Rejected = "rejected" "不予受理",
        /// Admitted; assessors are to be named.
        Accepted = "accepted" "待指派",
        /// Assessors are named.
        Assigned = "assigned" "待评估",
        /// At least one form is begun.
        Assessing = "assessing" "评估中",
        /// All forms are in and differ.
        Compared = "compared" "待合议",
        /// There is a result, to be reviewed.
        Proposed = "proposed" "待审核",
        /// The reviewer agreed.
        Reviewed = "reviewed" "待公示",
        /// Publicly shown.
        Noticed = "noticed" "公示中",
        /// Somebody objected.
        Disputed = "disputed" "有异议",
        /// Others assess again.
        Reassessing = "reassessing" "复评中",
        /// The result holds.
        Effective = "effective" "有效",
        /// The result's time is over.
        Expired = "expired" "已到期",
        /// A newer result took its place.
        Replaced = "replaced" "已被新结论替代",
        /// The applicant took it back.
        Withdrawn = "withdrawn" "已撤回",
        /// The elder died.
        Cancelled = "cancelled" "已终止",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("applied", "accept", "accepted"),
    ("applied", "reject", "rejected"),
    ("applied", "withdraw", "withdrawn"),
    ("applied", "cancel", "cancelled"),
    ("accepted", "assign", "assigned"),
    ("accepted", "withdraw", "withdrawn"),
    ("accepted", "cancel", "cancelled"),
    ("assigned", "assign", "assigned"),
    ("assigned", "begin", "assessing"),
    ("assigned", "withdraw", "withdrawn"),
    ("assigned", "cancel", "cancelled"),
    ("assessing", "assign", "assessing"),
    ("assessing", "begin", "assessing"),
    ("assessing", "differ", "compared"),
    ("assessing", "agree", "proposed"),
    ("assessing", "withdraw", "withdrawn"),
    ("assessing", "cancel", "cancelled"),
    ("compared", "agree", "proposed"),
    ("compared", "add", "assessing"),
    ("compared", "withdraw", "withdrawn"),
    ("compared", "cancel", "cancelled"),
    ("proposed", "approve", "reviewed"),
    ("proposed", "return", "compared"),
    ("proposed", "withdraw", "withdrawn"),
    ("proposed", "cancel", "cancelled"),
    ("reviewed", "notice", "noticed"),
    ("reviewed", "effect", "effective"),
    ("reviewed", "cancel", "cancelled"),
    ("noticed", "dispute", "disputed"),
    ("noticed", "effect", "effective"),
    ("noticed", "cancel", "cancelled"),
    ("disputed", "dismiss", "noticed"),
    ("disputed", "reassess", "reassessing"),
    ("disputed", "cancel", "cancelled"),
    ("reassessing", "assign", "reassessing"),
    ("reassessing", "begin", "reassessing"),
    ("reassessing", "differ", "compared"),
    ("reassessing", "agree", "proposed"),
    ("reassessing", "cancel", "cancelled"),
    ("effective", "replace", "replaced"),
    ("effective", "expire", "expired"),
    ("effective", "cancel", "cancelled"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether the road ends here or at a result: nothing more is to be done by anybody.
    #[must_use]
    pub const fn settled(self) -> bool {
        use State as S;
        matches!(self, S::Rejected | S::Effective | S::Expired | S::Replaced | S::Withdrawn | S::Cancelled)
    }

    /// Whether assessors fill in forms.
    #[must_use]
    pub const fn open_for_forms(self) -> bool {
        matches!(self, Self::Assigned | Self::Assessing | Self::Reassessing)
    }
}

pub(crate) fn reason(code: &str, text: impl Into<String>) -> Reason {
    Reason::new(code, text)
}

/// What the applicant hands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Id of the scale.
    pub scale: String,
    /// Name of the person who applies.
    pub applicant: String,
    /// What they are to the elder; one of [`RELATIONS`].
    pub relation: String,
    /// Telephone; sealed in the store.
    pub phone: String,
    /// Why; one of [`REASONS`].
    pub reason: String,
    /// The day on which the elder or a guardian consented to be assessed.
    pub consent_on: Option<Date>,
    /// Since when the elder has been disabled, where the rules ask for it.
    pub disabled_since: Option<Date>,
    /// Answers of the self-screen by place in the list of answers: questions of class a, then of class b.
    #[serde(default)]
    pub self_screen: Vec<usize>,
}

impl Application {
    /// What is wrong with the fields: (field, what to do).
    #[must_use]
    pub fn faults(&self, scale: &Scale, rules: &Rules, today: Date) -> Vec<(&'static str, String)> {
        let mut faults = vec![];
        let mut note = |wrong: bool, field, text: &str| {
            if wrong {
                faults.push((field, text.to_owned()));
            }
        };
        note(self.applicant.trim().is_empty(), "applicant", "请填写申请人姓名");
        note(!RELATIONS.contains(&self.relation.as_str()), "relation", "请选择申请人与老年人的关系");
        note(!REASONS.contains(&self.reason.as_str()), "reason", "请选择评估原因");
        note(!is_phone(&self.phone), "phone", "请填写联系电话（手机 11 位，或带区号的座机）");
        note(self.consent_on.is_none(), "consent_on", "请填写老年人或其监护人同意评估的日期");
        note(self.consent_on.is_some_and(|day| day > today), "consent_on", "同意日期不能晚于今天");
        note(
            rules.disability_months.is_some() && self.disabled_since.is_none(),
            "disabled_since",
            "请填写失能状态开始的日期",
        );
        note(self.disabled_since.is_some_and(|day| day > today), "disabled_since", "失能开始日期不能晚于今天");
        note(scale.self_screen.is_some() && self.dependent(scale).is_none(), "self_screen", "请答完自评表的每一项");
        faults
    }

    /// How many questions of class a and b were answered "dependent"; none if the self-screen is not whole.
    #[must_use]
    pub fn dependent(&self, scale: &Scale) -> Option<(usize, usize)> {
        let screen = scale.self_screen.as_ref()?;
        let (a, b, last) = (screen.class_a.len(), screen.class_b.len(), screen.answers.len().checked_sub(1)?);
        if self.self_screen.len() != a + b || self.self_screen.iter().any(|answer| *answer > last) {
            return None;
        }
        let count = |part: &[usize]| part.iter().filter(|answer| **answer == last).count();
        Some((count(&self.self_screen[..a]), count(&self.self_screen[a..])))
    }

    /// The grade of the self-screen, if the scale has one and it is whole.
    #[must_use]
    pub fn grade(&self, scale: &Scale) -> Option<String> {
        let (a, b) = self.dependent(scale)?;
        scale.self_screen.as_ref()?.grade(a, b).map(str::to_owned)
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (7..=13).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+'))
}

/// What is known of the elder and of earlier applications by the same scale when one is considered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Whether the elder is alive and lives here.
    pub present: bool,
    /// Whether another assessment by the same scale is under way.
    pub under_way: bool,
    /// When an assessment last came to the best level, so found nothing to help with.
    pub refused_on: Option<Date>,
}

/// The months after which one of two dates is reached, clear of month lengths.
#[must_use]
pub fn months_later(day: Date, months: i64) -> Date {
    u32::try_from(months).ok().and_then(|n| day.checked_add_months(Months::new(n))).unwrap_or(day)
}

/// The reasons against admitting an application; none if it may be accepted.
#[must_use]
pub fn consider(
    application: &Application,
    applied_on: Date,
    scale: &Scale,
    rules: &Rules,
    history: &History,
) -> Vec<Reason> {
    let screened = screen_reason(application, scale);
    let lasted = rules.disability_months.and_then(|months| duration_reason(application, applied_on, months));
    let again = rules.reapply_months.zip(history.refused_on).and_then(|(months, refused)| {
        let from = months_later(refused, months);
        let text = format!("上次评估未通过，结论作出于 {refused}，至申请日未满 {months} 个月；{from} 起可再次申请");
        (applied_on < from).then(|| reason("PG-03", text))
    });
    let busy = history.under_way.then(|| reason("PG-04", "同一评估标准已有一件申请正在办理，请在原申请中继续"));
    let gone = (!history.present).then(|| reason("PG-05", "老年人已去世或已迁出，不能评估"));
    let silent = application.consent_on.is_none().then(|| reason("PG-06", "没有老年人或其监护人的同意记录"));
    [screened, lasted, again, busy, gone, silent].into_iter().flatten().collect()
}

fn screen_reason(application: &Application, scale: &Scale) -> Option<Reason> {
    let screen = scale.self_screen.as_ref()?;
    let Some((a, b)) = application.dependent(scale) else {
        return Some(reason("PG-01", "自评表没有答完，无法判定能否申请"));
    };
    let may = screen.may_apply.join("、");
    let grade = screen.grade(a, b).unwrap_or("—");
    let text = format!("自评等级为 {grade} 级（甲类 {a} 项、乙类 {b} 项依赖），{may} 级方可申请");
    (screen.may_apply(a, b) != Some(true)).then(|| reason("PG-01", text))
}

fn duration_reason(application: &Application, applied_on: Date, months: i64) -> Option<Reason> {
    let Some(since) = application.disabled_since else {
        return Some(reason("PG-02", format!("没有失能开始日期；失能状态应持续 {months} 个月以上")));
    };
    let from = months_later(since, months);
    let text = format!("失能自 {since} 起，至申请日未满 {months} 个月；{from} 起可以申请");
    (applied_on < from).then(|| reason("PG-02", text))
}

/// A person who is to assess, as the staff register knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessor {
    /// Identity.
    pub staff: StaffId,
    /// Name.
    pub name: String,
    /// Whether the register has them as an assessor.
    pub is_assessor: bool,
    /// Number of the certificate; empty without one.
    pub certificate: String,
    /// Last day on which the certificate holds.
    pub certificate_until: Option<Date>,
}

impl Assessor {
    /// Why the person may not assess on the day.
    #[must_use]
    pub fn unfit(&self, on: Date) -> Option<Reason> {
        let name = &self.name;
        if !self.is_assessor {
            return Some(reason("PG-13", format!("{name}的岗位不是评估员")));
        }
        match self.certificate_until {
            _ if self.certificate.is_empty() => Some(reason("PG-14", format!("{name}没有登记评估员证书"))),
            Some(until) if until < on => Some(reason("PG-14", format!("{name}的评估员证书已于 {until} 到期"))),
            _ => None,
        }
    }
}

/// The reasons against naming these assessors. `earlier` are those of earlier rounds, who may not assess again.
#[must_use]
pub fn against_assessors(assessors: &[Assessor], earlier: &[StaffId], rules: &Rules, on: Date) -> Vec<Reason> {
    let mut reasons = vec![];
    if let Some(least) = rules.assessors.filter(|least| (assessors.len() as i64) < *least) {
        reasons.push(reason("PG-11", format!("至少需要 {least} 名评估员，现有 {} 名", assessors.len())));
    }
    for (i, one) in assessors.iter().enumerate() {
        if assessors[..i].iter().any(|other| other.staff == one.staff) {
            reasons.push(reason("PG-12", format!("{}被重复指派，评估员须为不同的人", one.name)));
        }
        if earlier.contains(&one.staff) {
            reasons.push(reason("PG-15", format!("{}参加过本件的前次评估，复评须另派他人", one.name)));
        }
        reasons.extend(one.unfit(on));
    }
    reasons
}

/// The form of one assessor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Identity.
    pub id: FormId,
    /// Round, from 1; each dispute that leads to a re-assessment begins another.
    pub round: i64,
    /// Seat within the round, from 1.
    pub seat: i64,
    /// Who fills it in.
    pub staff: StaffId,
    /// Their name when they were named.
    pub name: String,
    /// Number of their certificate when they were named.
    pub certificate: String,
    /// Whether it has been handed in.
    pub submitted: bool,
    /// What has been answered.
    pub answers: Answers,
    /// The level it alone leads to; only when handed in.
    pub scored: Option<Scored>,
    /// The account that handed it in.
    pub account: Option<AccountId>,
    /// When it was begun.
    pub started_at: Option<Instant>,
    /// When it was handed in.
    pub submitted_at: Option<Instant>,
}

/// The reason against a reviewer: nobody reviews their own assessment.
#[must_use]
pub fn against_reviewer(forms: &[Form], account: Option<AccountId>, staff: Option<StaffId>) -> Option<Reason> {
    let own = |form: &Form| {
        staff.is_some_and(|s| s == form.staff) || account.is_some_and(|a| form.submitted && Some(a) == form.account)
    };
    forms.iter().any(own).then(|| reason("PG-21", "您是本件的评估员，审核须由他人进行"))
}

/// The reason against an objection on a day; the notice runs from `from` until the day before `until`.
#[must_use]
pub fn against_dispute(from: Option<Date>, until: Option<Date>, on: Date) -> Option<Reason> {
    let during = from.zip(until).is_some_and(|(from, until)| from <= on && on < until);
    (!during).then(|| reason("PG-31", "异议须在公示期内提出"))
}

/// The days on which a result holds: from the day (included) until the day that many months later (excluded).
#[must_use]
pub fn validity(from: Date, months: i64) -> (Date, Date) {
    (from, months_later(from, months))
}

/// Whether the answers or the register's list of chronic diseases say dementia.
#[must_use]
pub fn dementia(answers: &Answers, chronic: &str) -> bool {
    answers.flags.get("dementia").copied().unwrap_or_default() > 0 || chronic.split(',').any(|c| c.trim() == "dementia")
}

/// A result that holds: what entitlements, contracts and indicators ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveResult {
    /// Whose.
    pub elder: ElderId,
    /// From which assessment.
    pub assessment: AssessmentId,
    /// Level in the scale, 0 the best.
    pub level: i64,
    /// First day on which it holds.
    pub from: Date,
    /// First day on which it no longer holds.
    pub until: Date,
    /// Whether dementia was found or is registered.
    pub dementia: bool,
}

/// An objection to a result, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// Who objects.
    pub who: String,
    /// Why.
    pub text: String,
    /// When.
    pub on: Date,
    /// Why it was not followed; none while open, or when others assess again.
    pub answer: Option<String>,
}

/// The key of an assessment: elder and own id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Identity.
    pub id: AssessmentId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/assessments/{}/{}", self.elder, self.id)
    }
}

/// An assessment as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Its key.
    pub key: Key,
    /// Where it stands.
    pub state: State,
    /// Round, from 1.
    pub round: i64,
    /// What was handed in; without the telephone, which is opened only where it is shown.
    pub application: Application,
    /// When it was handed in.
    pub applied_on: Date,
    /// Grade of the self-screen.
    pub screen_grade: Option<String>,
    /// Why it was not admitted.
    pub refusals: Vec<Reason>,
    /// The answers that count.
    pub agreed: Option<Answers>,
    /// What was changed to come to them.
    pub changes: Vec<Change>,
    /// The level and how it came about.
    pub scored: Option<Scored>,
    /// Whether dementia was found or is registered.
    pub dementia: bool,
    /// When the result was proposed.
    pub proposed_on: Option<Date>,
    /// The reviewer's account.
    pub reviewer_account: Option<AccountId>,
    /// The reviewer's name.
    pub reviewer: Option<String>,
    /// When it was reviewed.
    pub reviewed_on: Option<Date>,
    /// First day of public notice.
    pub notice_from: Option<Date>,
    /// The day on which notice and objection are over.
    pub notice_until: Option<Date>,
    /// The objection, if there was one.
    pub dispute: Option<Dispute>,
    /// First day on which the result holds.
    pub from: Option<Date>,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
    /// The day on which it ended otherwise: refused, withdrawn, replaced, death.
    pub ended_on: Option<Date>,
}

impl Assessment {
    /// The level, if there is a result.
    #[must_use]
    pub fn level(&self) -> Option<i64> {
        self.scored.as_ref().map(|scored| scored.level)
    }

    /// Takes a result back that does not stand; the events still tell of it.
    pub(super) fn forget_result(&mut self) {
        (self.agreed, self.scored, self.changes) = (None, None, vec![]);
        (self.proposed_on, self.reviewed_on) = (None, None);
        (self.reviewer_account, self.reviewer) = (None, None);
        (self.notice_from, self.notice_until) = (None, None);
    }

    /// Takes the step that an event means.
    ///
    /// # Errors
    /// [`web::Error::Conflict`] when the event cannot happen in this state.
    pub fn step(&mut self, event: &str) -> Result<(), web::Error> {
        let refuse = || web::Error::Conflict(format!("本件现为“{}”，不能进行这一步", self.state.name()));
        self.state = self.state.after(event).ok_or_else(refuse)?;
        Ok(())
    }
}
