//! What a case of the call centre is, who can be sent, and every decision about it. Pure: the instant, the policies' numbers and
//! what stands in the store are handed in.

use kernel::{AccountId, Area, ElderId, EmergencyId, EmergencyRowId, Instant, InstitutionId, ReferralId};
use std::cmp::Reverse;
use web::Reason;

registry::choice! {
    /// What the elder needs help with (words of the policy table).
    pub enum Kind {
        /// Pressed for help, or called; what it is nobody knows yet.
        Sos = "sos" "主动呼救",
        /// A fall.
        Fall = "fall" "跌倒",
        /// Suddenly ill.
        Ill = "ill" "急病",
        /// Pain or an injury.
        Pain = "pain" "疼痛或外伤",
        /// Lost the way.
        Lost = "lost" "走失",
        /// Anything else.
        Other = "other" "其他求助",
    }

    /// How a case came about.
    pub enum Source {
        /// An alarm was taken.
        Alarm = "alarm" "报警",
        /// The telephone rang.
        Call = "call" "来电",
        /// An operator wrote it down.
        Hand = "hand" "登记",
    }

    /// Where a case stands.
    pub enum State {
        /// Somebody has taken it; nobody is sent yet.
        Answered = "answered" "待派单",
        /// A responder was asked to go.
        Dispatched = "dispatched" "已派出",
        /// The responder said yes.
        Confirmed = "confirmed" "已确认",
        /// The responder is on the way.
        OnTheWay = "on_the_way" "在途",
        /// The responder is with the elder.
        Arrived = "arrived" "已到场",
        /// The ambulance has taken the elder over.
        HandedOver = "handed_over" "已交 120",
        /// Over.
        Closed = "closed" "已结束",
    }

    /// How a case ended.
    pub enum Outcome {
        /// Helped where the elder was.
        Helped = "helped" "现场处置",
        /// Went to hospital.
        Hospital = "hospital" "送医",
        /// Settled by telephone, nobody had to go.
        Advised = "advised" "电话处置",
        /// The elder was well: pressed by mistake, the device misjudged.
        FalseAlarm = "false_alarm" "误报",
        /// Nobody was there.
        NobodyThere = "nobody_there" "到场无人",
        /// The elder died.
        Died = "died" "去世",
        /// A drill.
        Drill = "drill" "演练",
    }

    /// What sort of responder (words of the policy table).
    pub enum Responder {
        /// A physician.
        Doctor = "doctor" "医生",
        /// A nurse.
        Nurse = "nurse" "护士",
        /// A carer.
        Carer = "carer" "护理员",
        /// A volunteer.
        Volunteer = "volunteer" "志愿者",
        /// A vehicle with its driver.
        Vehicle = "vehicle" "车辆",
    }

    /// How far a responder came.
    pub enum Leg {
        /// Asked to go.
        Asked = "asked" "已通知",
        /// Said yes.
        Confirmed = "confirmed" "已确认",
        /// On the way.
        OnTheWay = "on_the_way" "在途",
        /// There.
        Arrived = "arrived" "已到场",
        /// Cannot go.
        Declined = "declined" "不能前往",
        /// Called back by the operator.
        Recalled = "recalled" "已召回",
        /// The case is over.
        Done = "done" "已完成",
    }

    /// A step that is measured (words of the policy table).
    pub enum Step {
        /// Taken by an operator.
        Answer = "answer" "接听",
        /// Somebody was sent.
        Dispatch = "dispatch" "派单",
        /// Somebody was there.
        Arrive = "arrive" "到场",
    }
}

/// States and events of a case, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("answered", "dispatch", "dispatched"),
    ("answered", "hand_over", "handed_over"),
    ("answered", "close", "closed"),
    ("dispatched", "confirm", "confirmed"),
    ("dispatched", "set_out", "on_the_way"),
    ("dispatched", "arrive", "arrived"),
    ("dispatched", "decline", "answered"),
    ("dispatched", "recall", "answered"),
    ("dispatched", "hand_over", "handed_over"),
    ("confirmed", "set_out", "on_the_way"),
    ("confirmed", "arrive", "arrived"),
    ("confirmed", "decline", "answered"),
    ("confirmed", "recall", "answered"),
    ("confirmed", "hand_over", "handed_over"),
    ("on_the_way", "arrive", "arrived"),
    ("on_the_way", "decline", "answered"),
    ("on_the_way", "recall", "answered"),
    ("on_the_way", "hand_over", "handed_over"),
    ("arrived", "hand_over", "handed_over"),
    ("arrived", "close", "closed"),
    ("handed_over", "close", "closed"),
];

/// The longest text of a field, in characters.
pub const LONGEST: usize = 400;

impl State {
    /// The state after the event, if the event can happen here.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let step = TRANSITIONS.iter().find(|(from, by, _)| *from == self.code() && *by == event)?;
        Self::parse(step.2)
    }

    /// Whether a responder is between being asked and being there.
    #[must_use]
    pub const fn under_way(self) -> bool {
        matches!(self, Self::Dispatched | Self::Confirmed | Self::OnTheWay)
    }
}

impl Kind {
    /// What an alarm of the kind is for the call centre.
    #[must_use]
    pub const fn of_alarm(kind: crate::alarms::model::Kind) -> Self {
        use crate::alarms::model::Kind as Alarm;
        match kind {
            Alarm::Sos => Self::Sos,
            Alarm::Fall => Self::Fall,
            Alarm::LeftArea => Self::Lost,
            Alarm::News2
            | Alarm::Pressure
            | Alarm::Pulse
            | Alarm::Spo2
            | Alarm::Temperature
            | Alarm::Respiration
            | Alarm::Glucose => Self::Ill,
            Alarm::NoActivity | Alarm::DeviceSilent | Alarm::BatteryLow => Self::Other,
        }
    }
}

impl Leg {
    /// Whether the responder is still bound by the case.
    #[must_use]
    pub const fn active(self) -> bool {
        matches!(self, Self::Asked | Self::Confirmed | Self::OnTheWay | Self::Arrived)
    }

    /// What an event of the case makes of the responder; none for an event that does not concern one.
    #[must_use]
    pub fn after(event: &str) -> Option<Self> {
        match event {
            "confirm" => Some(Self::Confirmed),
            "set_out" => Some(Self::OnTheWay),
            "arrive" => Some(Self::Arrived),
            "decline" => Some(Self::Declined),
            "recall" => Some(Self::Recalled),
            "close" => Some(Self::Done),
            _ => None,
        }
    }
}

/// Which case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: EmergencyId,
}

impl Key {
    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/emergencies/{}/{}", self.elder, self.id)
    }

    /// From an address.
    #[must_use]
    pub fn parse(elder: &str, id: &str) -> Option<Self> {
        Some(Self { elder: ElderId::parse(elder)?, id: EmergencyId::parse(id)? })
    }
}

/// A case to be opened.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// Whose.
    pub elder: ElderId,
    /// How it came about.
    pub source: Source,
    /// What it is about.
    pub kind: Kind,
    /// In words.
    pub what: String,
    /// Whether it is a drill.
    pub drill: bool,
    /// When the alarm was raised or the telephone rang.
    pub began_at: Instant,
    /// When somebody took it.
    pub answered_at: Instant,
    /// The telephone call, if one.
    pub call: Option<EmergencyRowId>,
}

/// Where an elder is believed to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spot {
    /// Longitude and latitude in degrees.
    pub at: Option<(f64, f64)>,
    /// How that is known: 设备定位（8 分钟前）, 村（社区）中心.
    pub from: String,
}

/// A case as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Which.
    pub key: Key,
    /// Name of the elder.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// Grows with each change: who acts on an older one is told.
    pub version: i64,
    /// How it came about.
    pub source: Source,
    /// What it is about.
    pub kind: Kind,
    /// In words.
    pub what: String,
    /// Whether it is a drill.
    pub drill: bool,
    /// Where the elder lives.
    pub area: Area,
    /// Where the elder was believed to be.
    pub spot: Spot,
    /// When it began.
    pub began_at: Instant,
    /// When it was taken.
    pub answered_at: Instant,
    /// Who has it.
    pub operator: Option<AccountId>,
    /// Their name.
    pub operator_name: String,
    /// When somebody was first sent.
    pub dispatched_at: Option<Instant>,
    /// When somebody was there.
    pub arrived_at: Option<Instant>,
    /// When the ambulance took over.
    pub handed_at: Option<Instant>,
    /// When it ended, by whom, how, with what note.
    pub closed_at: Option<Instant>,
    /// See above.
    pub closed_by: String,
    /// See above.
    pub outcome: Option<Outcome>,
    /// See above.
    pub note: String,
    /// When 120 was called.
    pub ambulance_at: Option<Instant>,
    /// The number of the vehicle.
    pub ambulance_number: String,
    /// The telephone call that it came from.
    pub call: Option<EmergencyRowId>,
    /// The referral through the green channel.
    pub referral: Option<ReferralId>,
    /// Who changed it last.
    pub changed_by: String,
}

impl Case {
    /// Why it cannot be closed so.
    #[must_use]
    pub fn against_closing(&self, outcome: Outcome, note: &str) -> Vec<Reason> {
        let mut reasons = vec![];
        if self.state.under_way() {
            reasons.push(Reason::new("EM-07", "派出的人还没有到场：请先登记到场、不能前往或召回"));
        }
        if note.trim().is_empty() {
            reasons.push(Reason::new("EM-06", "请写明处置经过"));
        }
        if (outcome == Outcome::Drill) != self.drill {
            reasons.push(Reason::new("EM-15", "演练以“演练”结束，真实的呼救不能"));
        }
        if outcome == Outcome::Hospital && self.ambulance_at.is_none() && self.referral.is_none() {
            reasons.push(Reason::new("EM-06", "送医的请先登记 120 或发出绿色通道"));
        }
        reasons
    }

    /// Why it cannot go through the green channel.
    #[must_use]
    pub fn against_green(&self) -> Vec<Reason> {
        let mut reasons = vec![];
        if self.drill {
            reasons.push(Reason::new("EM-08", "演练不向真实的医院发绿色通道"));
        }
        if self.referral.is_some() {
            reasons.push(Reason::new("EM-10", "本次呼救已经发出绿色通道"));
        }
        if self.state == State::Closed {
            reasons.push(Reason::new("EM-03", "呼救已经结束，请从老年人页面发出转诊"));
        }
        reasons
    }
}

/// Somebody on duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// Which entry.
    pub id: EmergencyRowId,
    /// Where it belongs.
    pub area: Area,
    /// The institution, if one.
    pub institution: Option<InstitutionId>,
    /// What sort of responder.
    pub kind: Responder,
    /// Who.
    pub name: String,
    /// The telephone of the duty.
    pub phone: String,
    /// Where they start, in words.
    pub place: String,
    /// Longitude and latitude of that place.
    pub at: Option<(f64, f64)>,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// When it was taken off the list before that.
    pub ended_at: Option<Instant>,
}

impl Duty {
    /// Whether they can be called now.
    #[must_use]
    pub fn on_at(&self, now: Instant) -> bool {
        self.from <= now && now < self.until && self.ended_at.is_none()
    }
}

/// A responder who was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// Which entry.
    pub id: EmergencyRowId,
    /// The duty it was.
    pub duty: EmergencyRowId,
    /// What sort.
    pub kind: Responder,
    /// Who.
    pub name: String,
    /// Their telephone.
    pub phone: String,
    /// Where they started.
    pub place: String,
    /// How far that was, as the crow flies.
    pub metres: Option<i64>,
    /// How far they came.
    pub leg: Leg,
    /// When they were asked.
    pub asked_at: Instant,
    /// When they said yes.
    pub confirmed_at: Option<Instant>,
    /// When they set out.
    pub set_out_at: Option<Instant>,
    /// When they were there.
    pub arrived_at: Option<Instant>,
    /// Why they did not go.
    pub why: String,
}

/// How a straight line becomes a way (words of the policy documents).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Road {
    /// Way for straight line, in basis points.
    pub detour_bp: i64,
    /// Speed.
    pub metres_per_hour: i64,
}

impl Road {
    /// Whole minutes of a way, at least one.
    #[must_use]
    pub fn minutes(self, metres: i64) -> i64 {
        let way = metres.saturating_mul(self.detour_bp) / 10_000;
        (way.saturating_mul(60) / self.metres_per_hour.max(1)).max(1)
    }
}

/// Somebody who could be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Who.
    pub duty: Duty,
    /// How far, as the crow flies.
    pub metres: Option<i64>,
    /// How long that takes.
    pub minutes: Option<i64>,
    /// How many minutes nearer than the best suited they would have to be; none where the documents say nothing.
    pub penalty: Option<i64>,
    /// Whether they have another case.
    pub busy: bool,
    /// Whether they said no to this one.
    pub declined: bool,
}

/// Proposals in the order in which an operator calls them: who is free first, then by way and fitness together; who stands nobody
/// knows where comes last.
#[must_use]
pub fn in_order(mut all: Vec<Proposal>) -> Vec<Proposal> {
    let far = |p: &Proposal| p.minutes.map(|minutes| minutes + p.penalty.unwrap_or_default());
    all.sort_by_cached_key(|p| {
        let known = far(p).is_some();
        (p.declined || p.busy, Reverse(known), far(p), p.metres, p.duty.name.clone(), p.duty.id)
    });
    all
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub event: String,
    /// Who wrote it down.
    pub by: String,
    /// In words.
    pub note: String,
}

impl Event {
    /// The event in the words of pages.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.event.as_str() {
            "open" => "立案",
            "join" => "并入报警",
            "take_over" => "换人处理",
            "dispatch" => "派出",
            "confirm" => "确认前往",
            "set_out" => "出发",
            "arrive" => "到场",
            "decline" => "不能前往",
            "recall" => "召回",
            "ambulance" => "呼叫 120",
            "contact" => "通知联系人",
            "green" => "绿色通道转诊",
            "note" => "补充情况",
            "hand_over" => "交给 120",
            "close" => "结束",
            other => other,
        }
    }
}

/// A contact who was told, or could not be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Instant,
    /// Whom.
    pub name: String,
    /// Who that is to the elder.
    pub relation: String,
    /// Whether they were reached.
    pub reached: bool,
    /// By whom.
    pub by: String,
    /// In words.
    pub note: String,
}

/// A clean text of a field.
///
/// # Errors
/// [`web::Error::Invalid`] when it is blank or too long.
pub fn needed(text: &str, field: &str, label: &str) -> Result<String, web::Error> {
    let clean = kernel::text::prose(text);
    match clean.chars().count() {
        0 => Err(web::Error::field(field, label, "请写明")),
        n if n > LONGEST => Err(web::Error::field(field, label, format!("有 {n} 个字，请精简到 {LONGEST} 字以内"))),
        _ => Ok(clean),
    }
}

/// A text of a field that may be blank, cut to what is kept.
#[must_use]
pub fn short(text: &str) -> String {
    kernel::text::prose(text).chars().take(LONGEST).collect()
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
