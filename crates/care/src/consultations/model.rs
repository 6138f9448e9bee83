//! What a remote consultation is, and every decision about one. Pure: the instant, the policies' answers and the register are
//! handed in.

use crate::episodes::{Effect, Ending, Thing, ends};
use crate::referrals::model::Site;
use crate::sharing::{self, Consent, Part};
pub use crate::sickbeds::fees::Funder;
use chrono::{Days, TimeDelta};
use kernel::time::{date_of, show};
use kernel::{AddendumId, ConsultationId, Date, ElderId, Fen, Happening, Instant, InstitutionId, StaffId, What};
use policy::{Decision, Facts};
use registry::institutions::Kind as Place;
use registry::staff::{Post, StaffFacts};
use web::{FieldError, Reason};

registry::choice! {
    /// How soon it is needed (words of the policy table).
    pub enum Urgency {
        /// By appointment.
        Routine = "routine" "择期",
        /// Within hours.
        Urgent = "urgent" "急",
    }

    /// Where a consultation stands.
    pub enum State {
        /// Sent; the consulting institution is to answer.
        Requested = "requested" "待答复",
        /// Refused, with a numbered reason.
        Refused = "refused" "已拒绝",
        /// Hour and consultant are settled.
        Booked = "booked" "已预约",
        /// Somebody did not come at the hour.
        NoShow = "no_show" "爽约待改约",
        /// It has begun.
        UnderWay = "under_way" "会诊中",
        /// The conclusion is signed.
        Concluded = "concluded" "结论已签名",
        /// The side that asked has taken note of the conclusion.
        Acknowledged = "acknowledged" "已签收",
        /// Taken back by the side that asked.
        Cancelled = "cancelled" "已撤回",
        /// Nobody answered, or nobody began, in time.
        Lapsed = "lapsed" "已失效",
        /// The elder died or moved away.
        Closed = "closed" "已自动取消",
    }

    /// Why a request is refused.
    pub enum Refusal {
        /// No such specialist here.
        NoSpecialist = "no_specialist" "CR-01 本机构没有这个专科",
        /// What was sent is not enough to judge by.
        TooLittle = "too_little" "CR-02 资料不足，请补充后再申请",
        /// The elder must be seen in person.
        InPerson = "in_person" "CR-03 需要当面诊治，请改为转诊",
        /// No time within the limit.
        NoTime = "no_time" "CR-04 近期安排不出时间",
        /// Another reason, in words.
        Other = "other" "CR-05 其他原因",
    }

    /// Which side somebody is on.
    pub enum Side {
        /// The side that asks.
        Asking = "asking" "申请方",
        /// The side that is asked.
        Consulting = "consulting" "会诊方",
    }

    /// Who pays what no fund has paid already (words of the policy table).
    pub enum Payer {
        /// The elder.
        Elder = "elder" "老年人",
        /// The institution that asks.
        Asker = "asker" "申请机构",
    }

    /// How the two sides spoke.
    pub enum Means {
        /// Seeing each other.
        Video = "video" "视频",
        /// By voice in the browser only.
        Voice = "voice" "网上语音",
        /// By telephone.
        Telephone = "telephone" "电话",
        /// By reading what was sent.
        Papers = "papers" "仅看资料",
    }

    /// The grade of a consulting institution (words of the policy table).
    pub enum Grade {
        /// 三级
        Third = "third" "三级",
        /// 二级
        Second = "second" "二级",
        /// 一级, and whatever has no grade.
        First = "first" "一级及以下",
    }
}

impl Grade {
    /// The grade as the register writes it: 三级甲等, 二级 …; whatever else counts as the lowest.
    #[must_use]
    pub fn of(written: Option<&str>) -> Self {
        let written = written.unwrap_or_default();
        if written.contains('三') {
            Self::Third
        } else if written.contains('二') {
            Self::Second
        } else {
            Self::First
        }
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("requested", "accept", "booked"),
    ("requested", "refuse", "refused"),
    ("requested", "cancel", "cancelled"),
    ("requested", "lapse", "lapsed"),
    ("requested", "close", "closed"),
    ("booked", "book", "booked"),
    ("booked", "miss", "no_show"),
    ("booked", "start", "under_way"),
    ("booked", "cancel", "cancelled"),
    ("booked", "lapse", "lapsed"),
    ("booked", "close", "closed"),
    ("no_show", "book", "booked"),
    ("no_show", "cancel", "cancelled"),
    ("no_show", "lapse", "lapsed"),
    ("no_show", "close", "closed"),
    ("under_way", "book", "booked"),
    ("under_way", "conclude", "concluded"),
    ("under_way", "close", "closed"),
    ("concluded", "acknowledge", "acknowledged"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether the consultation is still to be held or finished; so long the record is shared.
    #[must_use]
    pub fn open(self) -> bool {
        self.after("close").is_some()
    }
}

/// Key of a consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: ConsultationId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/consultations/{}/{}", self.elder, self.id)
    }

    /// Ids that a page's address names.
    #[must_use]
    pub fn parse(elder: &str, id: &str) -> Option<Self> {
        Some(Self { elder: ElderId::parse(elder)?, id: ConsultationId::parse(id)? })
    }
}

/// A request as the form brings it.
#[derive(Clone, Debug)]
pub struct NewConsultation {
    /// Whose.
    pub elder: ElderId,
    /// Who asks.
    pub from: InstitutionId,
    /// Who is asked.
    pub to: InstitutionId,
    /// Which department of it; blank for whichever it thinks right.
    pub department: String,
    /// How soon.
    pub urgency: Urgency,
    /// What is to be answered.
    pub question: String,
    /// What is known and was done so far.
    pub situation: String,
    /// Where the asking side is reached when the video fails.
    pub phone: String,
    /// The consent.
    pub consent: Consent,
    /// What of the record goes along.
    pub shared: Vec<Part>,
    /// For which purpose.
    pub purpose: String,
    /// Last day on which it may be looked at; at most as long as the table says.
    pub shared_until: Option<Date>,
    /// Who pays.
    pub payer: Payer,
    /// Which fund has paid already.
    pub funded_by: Option<Funder>,
}

/// The longest text of a field, in characters.
pub const LONGEST: usize = 400;
/// The longest text of a conclusion's part, in characters.
pub const LONGEST_FINDING: usize = 2000;

/// A reason against something.
pub(super) fn reason(code: &str, text: impl Into<String>) -> Reason {
    Reason::new(code, text)
}

impl NewConsultation {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, now: Instant) -> Vec<FieldError> {
        let long = |text: &str| text.chars().count() > LONGEST;
        let checks = [
            (self.question.trim().is_empty(), "question", "会诊要回答的问题", "请写明要请对方回答什么"),
            (long(&self.question), "question", "会诊要回答的问题", "请精简到 400 字以内"),
            (long(&self.situation), "situation", "病情摘要", "请精简到 400 字以内"),
            (self.phone.trim().is_empty(), "phone", "联系电话", "请填写视频不通时对方能打通的电话"),
        ];
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        let own = wrong.map(|(_, field, label, text)| FieldError::new(field, label, text));
        own.chain(sharing::faults(&self.consent, &self.shared, &self.purpose, self.shared_until, now)).collect()
    }

    /// What is against asking this institution, so, now.
    #[must_use]
    pub fn against(&self, to: &Site, now: Instant) -> Vec<Reason> {
        let mut reasons = vec![];
        if self.consent.at > now {
            reasons.push(reason("CN-02", "征得同意的时间晚于现在"));
        }
        if self.consent.by == sharing::ConsentBy::Emergency {
            reasons.push(reason("CN-02", "远程会诊应先征得同意；危急的请走绿色通道"));
        }
        if !CONSULTING.contains(&to.kind) {
            reasons.push(reason("CN-03", format!("{}是{}，不能请它会诊", to.name, to.kind)));
        } else if !to.on_platform {
            reasons.push(reason("CN-06", format!("{}没有在本平台开通账号，请改用转诊或电话咨询", to.name)));
        }
        if self.from == self.to {
            reasons.push(reason("CN-04", "申请和会诊是同一家机构"));
        }
        reasons
    }
}

/// What may be consulted: medical institutions with doctors of their own.
pub const CONSULTING: &[Place] =
    &[Place::Hospital, Place::CommunityHealthCentre, Place::TownshipHealthCentre, Place::NursingHome];

/// What the table `consultation_limits` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To be answered within so many minutes.
    pub answer_minutes: i64,
    /// Lapses after so many minutes without an answer, or so long after the booked hour without a beginning.
    pub lapse_minutes: i64,
    /// The record is shared for at most so many days.
    pub share_days: i64,
    /// The conclusion is to be acknowledged within so many days.
    pub acknowledge_days: i64,
    /// The room opens so many minutes before the booked hour.
    pub enter_minutes: i64,
    /// Two consultations of one consultant begin at least so many minutes apart.
    pub slot_minutes: i64,
}

impl Limits {
    /// Reads the decision; none when it is undecided.
    #[must_use]
    pub fn of(decision: &Decision) -> Option<Self> {
        Some(Self {
            answer_minutes: decision.int("answer_minutes")?,
            lapse_minutes: decision.int("lapse_minutes")?,
            share_days: decision.int("share_days")?,
            acknowledge_days: decision.int("acknowledge_days")?,
            enter_minutes: decision.int("enter_minutes")?,
            slot_minutes: decision.int("slot_minutes")?,
        })
    }

    /// Until when it is to be answered.
    #[must_use]
    pub fn answer_due(&self, now: Instant) -> Instant {
        now + TimeDelta::minutes(self.answer_minutes)
    }

    /// When it lapses, counted from the request or the booked hour.
    #[must_use]
    pub fn lapses(&self, from: Instant) -> Instant {
        from + TimeDelta::minutes(self.lapse_minutes)
    }

    /// Last day of the sharing: the day asked for, but not longer than the table says.
    #[must_use]
    pub fn shared_until(&self, today: Date, wanted: Option<Date>) -> Date {
        let most = today + Days::new(self.share_days.unsigned_abs());
        wanted.map_or(most, |day| day.min(most))
    }

    /// Until when the conclusion is to be acknowledged.
    #[must_use]
    pub fn acknowledge_due(&self, today: Date) -> Date {
        today + Days::new(self.acknowledge_days.unsigned_abs())
    }

    /// From when the room is open.
    #[must_use]
    pub fn opens(&self, booked_for: Instant) -> Instant {
        booked_for - TimeDelta::minutes(self.enter_minutes)
    }

    /// Whether two consultations of one consultant are too close to each other.
    #[must_use]
    pub fn collide(&self, one: Instant, other: Instant) -> bool {
        (one - other).abs() < TimeDelta::minutes(self.slot_minutes)
    }
}

/// The facts that the price is asked with.
#[must_use]
pub fn price_facts(grade: Grade, minutes: i64) -> Facts {
    Facts::new().with("grade", grade.code()).with("minutes", minutes)
}

/// The facts that the charge is asked with.
#[must_use]
pub fn charge_facts(price: Fen, payer: Payer, funded_by: Option<Funder>) -> Facts {
    let funder = funded_by.map_or(policy::Value::Nothing, |one| one.code().into());
    Facts::new().with("price_fen", price.0).with("payer", payer.code()).with("funded_by", funder)
}

/// What a consultation costs, and who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whole minutes from the beginning to the signature.
    pub minutes: i64,
    /// The price.
    pub price: Fen,
    /// What the elder pays.
    pub elder: Fen,
    /// What the institution that asked pays.
    pub asker: Fen,
    /// Why, in words.
    pub reason: String,
    /// The price as it was asked for, then the charge.
    pub decisions: Vec<Decision>,
}

/// What the consultant writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How the two sides spoke.
    pub means: Means,
    /// What was found; the answer to the question.
    pub finding: String,
    /// What is to be done.
    pub advice: String,
    /// Medication, if any.
    pub medication: String,
}

/// A signed conclusion. Nothing of it is ever changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// When it was signed.
    pub at: Instant,
    /// By whom: their entry in the staff register.
    pub by: StaffId,
    /// Their name then.
    pub name: String,
    /// What they wrote.
    pub said: Said,
    /// What it costs.
    pub charge: Charge,
    /// The SM3 over all that was signed, in hexadecimal digits.
    pub fingerprint: String,
}

/// What was added to a signed conclusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    /// Identity.
    pub id: AddendumId,
    /// When it was signed.
    pub at: Instant,
    /// By whom.
    pub by: StaffId,
    /// Their name then.
    pub name: String,
    /// What they added.
    pub content: String,
    /// The SM3 over it and the fingerprint before it.
    pub fingerprint: String,
}

/// A consultation as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consultation {
    /// Key.
    pub key: Key,
    /// Where it stands.
    pub state: State,
    /// Counts the changes.
    pub version: i64,
    /// Name of the elder.
    pub elder_name: String,
    /// Who asks.
    pub from: InstitutionId,
    /// Name of it.
    pub from_name: String,
    /// Telephone of it.
    pub from_phone: String,
    /// Who is asked.
    pub to: InstitutionId,
    /// Name of it.
    pub to_name: String,
    /// Telephone of it.
    pub to_phone: String,
    /// Which department of it.
    pub department: String,
    /// How soon.
    pub urgency: Urgency,
    /// What is to be answered.
    pub question: String,
    /// What is known so far.
    pub situation: String,
    /// Where the asking side is reached.
    pub asker_phone: String,
    /// The consent.
    pub consent: Consent,
    /// What of the record goes along.
    pub shared: Vec<Part>,
    /// For which purpose.
    pub purpose: String,
    /// Last day of the sharing.
    pub shared_until: Date,
    /// When the sharing ended before that.
    pub share_ended_at: Option<Instant>,
    /// Who pays.
    pub payer: Payer,
    /// Which fund has paid already.
    pub funded_by: Option<Funder>,
    /// When it was asked for.
    pub requested_at: Instant,
    /// By whom.
    pub requested_by: String,
    /// Until when it is to be answered.
    pub answer_due: Instant,
    /// When it lapses.
    pub lapses: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// By whom.
    pub answered_by: String,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// The same in words.
    pub refusal_note: String,
    /// The hour that is booked.
    pub booked_for: Option<Instant>,
    /// The consultant who is responsible.
    pub consultant: Option<StaffId>,
    /// Name of the consultant.
    pub consultant_name: String,
    /// Where the consulting side is reached.
    pub consult_phone: String,
    /// When it was written down that somebody did not come.
    pub missed_at: Option<Instant>,
    /// Who did not come.
    pub missed_by: Option<Side>,
    /// What is said about it.
    pub missed_note: String,
    /// When it began.
    pub started_at: Option<Instant>,
    /// Who began it.
    pub started_by: String,
    /// Until when the conclusion is to be acknowledged.
    pub acknowledge_due: Option<Date>,
    /// When it was.
    pub acknowledged_at: Option<Instant>,
    /// By whom.
    pub acknowledged_by: String,
    /// What follows from it.
    pub acknowledge_note: String,
    /// When it was cancelled, lapsed or closed.
    pub closed_at: Option<Instant>,
    /// Why.
    pub closed_reason: String,
    /// The signed conclusion.
    pub conclusion: Option<Conclusion>,
}

impl Consultation {
    /// Whether it waits for an answer for longer than it should.
    #[must_use]
    pub fn late(&self, now: Instant) -> bool {
        self.state == State::Requested && now > self.answer_due
    }

    /// Which side somebody of this institution is on.
    #[must_use]
    pub fn side(&self, own: Option<InstitutionId>) -> Option<Side> {
        match own {
            Some(own) if own == self.to => Some(Side::Consulting),
            Some(own) if own == self.from => Some(Side::Asking),
            _ => None,
        }
    }

    /// Telephone of a side: the one given for this consultation, else the institution's.
    #[must_use]
    pub fn phone(&self, side: Side) -> &str {
        let (own, general) = match side {
            Side::Asking => (&self.asker_phone, &self.from_phone),
            Side::Consulting => (&self.consult_phone, &self.to_phone),
        };
        if own.is_empty() { general } else { own }
    }

    /// Name of a side's institution.
    #[must_use]
    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Asking => &self.from_name,
            Side::Consulting => &self.to_name,
        }
    }

    /// Why the consulting side may not look at the shared record now, if so.
    #[must_use]
    pub fn against_looking(&self, now: Instant) -> Option<Reason> {
        if self.shared.is_empty() {
            return Some(reason("CN-09", "申请机构没有共享资料"));
        }
        if let Some(at) = self.share_ended_at {
            let why = if self.state.open() { "（已撤回同意）" } else { "" };
            return Some(reason("CN-09", format!("资料共享已于 {} 停止{why}", show(at))));
        }
        let over = !self.state.open() || date_of(now) > self.shared_until;
        over.then(|| reason("CN-09", format!("资料共享已经结束（共享至 {}）", self.shared_until)))
    }

    /// Why nobody can enter the room now, if so.
    #[must_use]
    pub fn against_entering(&self, limits: &Limits, now: Instant) -> Option<Reason> {
        match (self.state, self.booked_for) {
            (State::UnderWay, _) => None,
            (State::Booked, Some(at)) if now >= limits.opens(at) => None,
            (State::Booked, Some(at)) => {
                Some(reason("CN-11", format!("还没有到时间：{} 起可以进入", show(limits.opens(at)))))
            }
            (state, _) => Some(reason("CN-11", format!("现为“{state}”，视频没有开放"))),
        }
    }

    /// What the bus' news does to it, if anything.
    #[must_use]
    pub fn touched_by(&self, news: &Happening) -> Option<Ending> {
        let ending = ends(Thing::Consultation, news.what).filter(|ending| ending.effect == Effect::Ends)?;
        let gone = matches!(news.what, What::Died | What::MovedAway);
        (gone && self.state.open()).then_some(ending)
    }
}

/// Why somebody cannot be the consultant at that hour, if so.
#[must_use]
pub fn against_consultant(to: InstitutionId, who: &StaffFacts, on: Date) -> Option<Reason> {
    if who.institution != to {
        return Some(reason("CN-10", format!("{}不是本机构的人员", who.name)));
    }
    if who.post != Post::Doctor {
        return Some(reason("CN-10", format!("{}的岗位是{}，会诊由医师负责", who.name, who.post)));
    }
    let over = who.certificate_until.filter(|until| on > *until)?;
    Some(reason("CN-10", format!("{}的执业证书到 {over} 为止", who.name)))
}
