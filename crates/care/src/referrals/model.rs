//! What a referral is, and every decision about one. Pure: the instant, the policies' answers and the register are handed in.

use crate::consents::{NewConsent, Scope};
use crate::episodes::{Effect, Ending, Thing, ends};
use crate::sharing;
pub use crate::sharing::{Consent, ConsentBy, Part};
use chrono::{Days, TimeDelta};
use kernel::time::date_of;
use kernel::{AgreementId, Date, ElderId, Happening, Instant, InstitutionId, ReferralId, What};
use policy::Decision;
use registry::institutions::Kind as Place;
use web::{FieldError, Reason};

registry::choice! {
    /// What sort of referral it is (words of the policy table).
    pub enum Kind {
        /// From the community to a hospital.
        Up = "up" "上转",
        /// From a hospital back to the community.
        Down = "down" "下转",
        /// An emergency, answered within minutes.
        GreenChannel = "green_channel" "绿色通道",
        /// Somebody who stays in hospital for care only goes to where care is given (压床转出).
        CareTransfer = "care_transfer" "照护转介",
    }

    /// Where a referral stands.
    pub enum State {
        /// Sent; the destination is to answer.
        Requested = "requested" "待答复",
        /// The destination takes the elder.
        Accepted = "accepted" "已接受",
        /// The destination does not, with a reason.
        Refused = "refused" "已拒绝",
        /// Day, hour and place are settled.
        Booked = "booked" "已预约",
        /// The elder is there.
        Arrived = "arrived" "已到诊",
        /// The destination has sent back what it found and did.
        Concluded = "concluded" "已转回结论",
        /// The family doctor has followed up.
        FollowedUp = "followed_up" "已随访",
        /// Taken back by the side that asked.
        Cancelled = "cancelled" "已撤回",
        /// Nobody answered, or nobody came, in time.
        Lapsed = "lapsed" "已失效",
        /// Something else happened to the elder meanwhile.
        ClosedElsewhere = "closed_elsewhere" "已自动关闭",
    }
}

/// Every step that there is: state, event, next state.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("requested", "accept", "accepted"),
    ("requested", "refuse", "refused"),
    ("requested", "arrive", "arrived"),
    ("requested", "cancel", "cancelled"),
    ("requested", "lapse", "lapsed"),
    ("requested", "close", "closed_elsewhere"),
    ("accepted", "book", "booked"),
    ("accepted", "arrive", "arrived"),
    ("accepted", "cancel", "cancelled"),
    ("accepted", "lapse", "lapsed"),
    ("accepted", "close", "closed_elsewhere"),
    ("booked", "book", "booked"),
    ("booked", "arrive", "arrived"),
    ("booked", "cancel", "cancelled"),
    ("booked", "lapse", "lapsed"),
    ("booked", "close", "closed_elsewhere"),
    ("arrived", "conclude", "concluded"),
    ("arrived", "close", "closed_elsewhere"),
    ("concluded", "follow_up", "followed_up"),
    ("concluded", "close", "closed_elsewhere"),
];

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether the elder is still on the way.
    #[must_use]
    pub const fn under_way(self) -> bool {
        matches!(self, Self::Requested | Self::Accepted | Self::Booked)
    }

    /// Whether the destination may look at the shared part of the record.
    #[must_use]
    pub const fn shares(self) -> bool {
        matches!(self, Self::Requested | Self::Accepted | Self::Booked | Self::Arrived)
    }
}

impl Kind {
    /// The kinds of institutions that can take such a referral.
    #[must_use]
    pub const fn destinations(self) -> &'static [Place] {
        match self {
            Self::Up | Self::GreenChannel => &[Place::Hospital],
            Self::Down => &[Place::CommunityHealthCentre, Place::TownshipHealthCentre, Place::NursingHome],
            Self::CareTransfer => &[
                Place::ElderCareInstitution,
                Place::WelfareHome,
                Place::RuralElderHome,
                Place::NursingHome,
                Place::CommunityHealthCentre,
                Place::TownshipHealthCentre,
            ],
        }
    }
}

/// Key of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: ReferralId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/referrals/{}/{}", self.elder, self.id)
    }

    /// Ids that a page's address names.
    #[must_use]
    pub fn parse(elder: &str, id: &str) -> Option<Self> {
        Some(Self { elder: ElderId::parse(elder)?, id: ReferralId::parse(id)? })
    }
}

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// An institution of the register.
    Known(InstitutionId),
    /// A place that is not in it: name and telephone.
    Outside(String, String),
}

/// A request as the form brings it.
#[derive(Clone, Debug)]
pub struct NewReferral {
    /// Whose.
    pub elder: ElderId,
    /// What sort.
    pub kind: Kind,
    /// Who asks.
    pub from: InstitutionId,
    /// Where to.
    pub to: Destination,
    /// The agreement whose green channel is used.
    pub agreement: Option<(AgreementId, Option<i64>)>,
    /// Why.
    pub reason: String,
    /// Working diagnosis or main complaint.
    pub diagnosis: String,
    /// The consent.
    pub consent: Consent,
    /// What of the record goes along.
    pub shared: Vec<Part>,
    /// For which purpose.
    pub purpose: String,
    /// Last day on which the destination may look at it; at most as long as the table says.
    pub shared_until: Option<Date>,
}

/// The longest text of a field, in characters.
pub const LONGEST: usize = 400;

/// A reason against something.
pub(super) fn reason(code: &str, text: impl Into<String>) -> Reason {
    Reason::new(code, text)
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

impl NewReferral {
    /// What is wrong with the fields.
    #[must_use]
    pub fn faults(&self, now: Instant) -> Vec<FieldError> {
        let outside = matches!(&self.to, Destination::Outside(name, phone) if blank(name) || blank(phone));
        let checks = [
            (blank(&self.reason), "reason", "转诊原因", "请写明原因"),
            (self.reason.chars().count() > LONGEST, "reason", "转诊原因", "请精简到 400 字以内"),
            (outside, "to_name", "平台外的转入机构", "请填写名称和电话"),
        ];
        let consent = sharing::faults(&self.consent, &self.shared, &self.purpose, self.shared_until, now);
        let wrong = checks.into_iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, field, label, text)| FieldError::new(field, label, text)).chain(consent).collect()
    }
}

/// What the table `referral_limits` says of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The destination is to answer within so many minutes.
    pub answer_minutes: i64,
    /// After so many minutes without an answer, or without arrival after one, the referral lapses.
    pub lapse_minutes: i64,
    /// The record is shared for at most so many days.
    pub share_days: i64,
    /// The follow-up is due so many days after the conclusion.
    pub follow_up_days: i64,
}

impl Limits {
    /// Reads the decision; none when it is undecided.
    #[must_use]
    pub fn of(decision: &Decision) -> Option<Self> {
        Some(Self {
            answer_minutes: decision.int("answer_minutes")?,
            lapse_minutes: decision.int("lapse_minutes")?,
            share_days: decision.int("share_days")?,
            follow_up_days: decision.int("follow_up_days")?,
        })
    }

    /// Until when the destination is to answer; the agreement's own limit comes first.
    #[must_use]
    pub fn answer_due(&self, now: Instant, agreed: Option<i64>) -> Instant {
        now + TimeDelta::minutes(agreed.unwrap_or(self.answer_minutes))
    }

    /// When it lapses.
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

    /// When the follow-up is due.
    #[must_use]
    pub fn follow_up(&self, today: Date) -> Date {
        today + Days::new(self.follow_up_days.unsigned_abs())
    }
}

/// What the destination sends back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// Diagnosis.
    pub finding: String,
    /// What was done.
    pub done: String,
    /// Medication to go on with.
    pub medication: String,
    /// Advice.
    pub advice: String,
    /// Until when the family doctor is to follow up; none if that is not needed.
    pub follow_up_due: Option<Date>,
}

/// A referral as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// Key.
    pub key: Key,
    /// What sort.
    pub kind: Kind,
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
    /// Where to; none for a place that is not in the register.
    pub to: Option<InstitutionId>,
    /// Name of it.
    pub to_name: String,
    /// Telephone of a place outside.
    pub to_phone: String,
    /// The agreement whose green channel is used.
    pub agreement: Option<AgreementId>,
    /// Why.
    pub reason: String,
    /// Working diagnosis or main complaint.
    pub diagnosis: String,
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
    /// When it was asked for.
    pub requested_at: Instant,
    /// By whom.
    pub requested_by: String,
    /// Until when the destination is to answer.
    pub answer_due: Instant,
    /// When it lapses.
    pub lapses: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// By whom.
    pub answered_by: String,
    /// Why it was refused.
    pub refusal: String,
    /// Who said so on the telephone, when the side that asked wrote the answer down.
    pub call_name: String,
    /// When they said so.
    pub call_at: Option<Instant>,
    /// The hour that was booked.
    pub booked_for: Option<Instant>,
    /// Ward, department or doctor.
    pub booked_place: String,
    /// When the elder was there.
    pub arrived_at: Option<Instant>,
    /// How that became known: by the desk, or from an admission.
    pub arrived_how: String,
    /// When the conclusion was sent back.
    pub concluded_at: Option<Instant>,
    /// By whom.
    pub concluded_by: String,
    /// The conclusion.
    pub conclusion: Conclusion,
    /// When the family doctor followed up.
    pub followed_up_on: Option<Date>,
    /// By whom.
    pub followed_up_by: String,
    /// What was found then.
    pub follow_up_note: String,
    /// When it was refused, cancelled, lapsed or closed.
    pub closed_at: Option<Instant>,
    /// Why.
    pub closed_reason: String,
}

impl Referral {
    /// Whether it waits for an answer for longer than it should.
    #[must_use]
    pub fn late(&self, now: Instant) -> bool {
        self.state == State::Requested && now > self.answer_due
    }

    /// Whether it was answered in time; none when no answer was ever owed or its time is not over.
    #[must_use]
    pub fn in_time(&self, now: Instant) -> Option<bool> {
        match self.answered_at {
            Some(at) => Some(at <= self.answer_due),
            None if self.state == State::Lapsed || self.late(now) => Some(false),
            None => None,
        }
    }

    /// The consent to what goes along, as the register keeps it.
    #[must_use]
    pub fn as_consent(&self) -> NewConsent {
        NewConsent {
            elder: self.key.elder,
            scope: Scope::Sharing,
            source: self.key.id.uuid(),
            institution: Some(self.from),
            purpose: format!("{}（给{}看）", self.purpose, self.to_name),
            from: date_of(self.consent.at),
            until: Some(self.shared_until),
            name: self.consent.name.clone(),
            role: self.consent.by.into(),
            relation: self.consent.relation.clone(),
            how: self.consent.how.into(),
        }
    }

    /// Why the destination may not look at the shared record now, if so.
    #[must_use]
    pub fn against_looking(&self, now: Instant) -> Option<Reason> {
        if self.shared.is_empty() {
            return Some(reason("RF-09", "转出机构没有共享资料"));
        }
        if self.share_ended_at.is_some() && self.state.shares() {
            return Some(reason("RF-09", "老年人或代理人已撤回同意，资料共享已经停止；需要的病情请电话联系转出机构"));
        }
        let over = self.share_ended_at.is_some() || !self.state.shares() || date_of(now) > self.shared_until;
        over.then(|| reason("RF-09", format!("资料共享已经结束（共享至 {}）", self.shared_until)))
    }

    /// Whether anything is still to be done: an answer, an arrival, a conclusion, or a follow-up that is due.
    #[must_use]
    pub fn owes(&self) -> bool {
        self.state.after("close").is_some()
            && (self.state != State::Concluded || self.conclusion.follow_up_due.is_some())
    }

    /// What the bus' news does to it, if anything. Admission at the destination is arrival; what ends a referral stands in the
    /// one table of the episodes.
    #[must_use]
    pub fn touched_by(&self, news: &Happening) -> Option<Touch> {
        // What is entered late is history: it happened before anybody asked.
        let later = news.on >= date_of(self.requested_at);
        let takes_in = matches!(
            news.what,
            What::AdmittedToHospital | What::MovedIn | What::SickbedOpened | What::DayCareBegun | What::HospiceBegun
        );
        if takes_in && self.to.is_some() && news.institution == self.to {
            return (self.state.under_way() && later).then_some(Touch::Arrive);
        }
        let ending = ends(Thing::Referral, news.what).filter(|ending| ending.effect == Effect::Ends)?;
        let gone = matches!(news.what, What::Died | What::MovedAway);
        let open = if gone { self.owes() } else { self.state.under_way() && later };
        open.then_some(Touch::Close(ending))
    }
}

/// What the bus' news does to a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The elder is at the destination.
    Arrive,
    /// The elder is elsewhere, for this reason.
    Close(Ending),
}

/// An institution as far as a referral concerns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Identity.
    pub id: InstitutionId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: Place,
    /// Its telephone.
    pub phone: Option<String>,
    /// Whether somebody of it works on the platform.
    pub on_platform: bool,
}

/// What is against this destination for this kind.
#[must_use]
pub fn against_site(kind: Kind, from: InstitutionId, to: &Site) -> Vec<Reason> {
    let mut reasons = vec![];
    if !kind.destinations().contains(&to.kind) {
        reasons.push(reason("RF-03", format!("{}是{}，不能接收{}", to.name, to.kind, kind)));
    }
    if to.id == from {
        reasons.push(reason("RF-04", "转出和转入是同一家机构"));
    }
    reasons
}

/// What is against the consent.
#[must_use]
pub fn against_consent(kind: Kind, consent: &Consent, now: Instant) -> Vec<Reason> {
    let mut reasons = vec![];
    if consent.at > now {
        reasons.push(reason("RF-02", "征得同意的时间晚于现在"));
    }
    if consent.by == ConsentBy::Emergency && kind != Kind::GreenChannel {
        reasons.push(reason("RF-02", "只有绿色通道可以在危急时事后补签，其他转诊应先征得同意"));
    }
    reasons
}

/// A hospital that can be reached by a green channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The hospital.
    pub hospital: InstitutionId,
    /// Name of it.
    pub name: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// The agreement.
    pub agreement: AgreementId,
    /// The elder-care institution that it is with.
    pub home: InstitutionId,
    /// Answered within so many minutes by the agreement.
    pub minutes: Option<i64>,
    /// Whether the agreement is the one of the institution that asks, or of the one where the elder lives.
    pub own: bool,
    /// Metres as the crow flies; none when one of the places is not known.
    pub metres: Option<i64>,
}

/// The channels in the order of choice: one's own agreement first, then the nearest; each hospital once.
#[must_use]
pub fn in_order(mut all: Vec<Channel>) -> Vec<Channel> {
    all.sort_by_key(|one| (!one.own, one.metres.unwrap_or(i64::MAX), one.name.clone()));
    let mut seen = std::collections::HashSet::new();
    all.retain(|one| seen.insert(one.hospital));
    all
}

/// Days from the admission to the day.
#[must_use]
pub fn days_in(admitted_on: Date, today: Date) -> i64 {
    (today - admitted_on).num_days()
}
