//! What an alarm is, and every decision about one by a person or by time. Pure.

use kernel::{AccountId, AlarmId, DeviceId, ElderId, EmergencyId, Instant, StaffId};
use web::Reason;

registry::choice! {
    /// How grave (words of the policy tables).
    pub enum Level {
        /// For the record and the work list of the day.
        Notice = "notice" "提示",
        /// Somebody is to look today.
        Warning = "warning" "预警",
        /// Somebody is to act now.
        Danger = "danger" "危急",
    }

    /// What it is about. One active alarm for each elder and kind.
    pub enum Kind {
        /// The elder pressed for help.
        Sos = "sos" "主动呼救",
        /// A fall.
        Fall = "fall" "跌倒",
        /// Several signs together (NEWS2).
        News2 = "news2" "早期预警评分",
        /// Blood pressure.
        Pressure = "pressure" "血压",
        /// Pulse.
        Pulse = "pulse" "脉搏",
        /// Oxygen saturation.
        Spo2 = "spo2" "血氧",
        /// Temperature.
        Temperature = "temperature" "体温",
        /// Respiration.
        Respiration = "respiration" "呼吸",
        /// Glucose.
        Glucose = "glucose" "血糖",
        /// Left the safe area.
        LeftArea = "left_area" "离开安全区域",
        /// Nothing moved for long.
        NoActivity = "no_activity" "长时间无活动",
        /// Nothing heard from the device.
        DeviceSilent = "device_silent" "设备失联",
        /// The battery is low.
        BatteryLow = "battery_low" "电量低",
    }

    /// Where it stands.
    pub enum State {
        /// Nobody has taken it.
        Open = "open" "待响应",
        /// Somebody looks after it.
        Acknowledged = "acknowledged" "处理中",
        /// Over.
        Closed = "closed" "已结束",
    }

    /// How it ended.
    pub enum Outcome {
        /// Somebody saw to it.
        Handled = "handled" "已处置",
        /// The elder is well: pressed by mistake.
        FalsePress = "false_press" "误报：误触按键",
        /// The elder is well: the device misjudged.
        FalseDetection = "false_detection" "误报：设备误判",
        /// Measured wrongly: cuff, position, after exercise.
        FalseMeasure = "false_measure" "误报：测量方法不当",
        /// The limit does not fit this person.
        FalseLimit = "false_limit" "误报：阈值不适合本人",
        /// A drill.
        Drill = "drill" "演练",
        /// The device is heard again, the battery is charged.
        Recovered = "recovered" "自行恢复",
        /// The elder died, moved away, or no longer wears it.
        Ended = "ended" "不再监护",
    }
}

impl Outcome {
    /// Whether the alarm was a false one: counted in the false-alarm rate of its rule.
    #[must_use]
    pub const fn is_false(self) -> bool {
        matches!(self, Self::FalsePress | Self::FalseDetection | Self::FalseMeasure | Self::FalseLimit)
    }

    /// Those that a person may choose.
    pub const BY_HAND: &'static [Self] =
        &[Self::Handled, Self::FalsePress, Self::FalseDetection, Self::FalseMeasure, Self::FalseLimit, Self::Drill];
}

/// States and events, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("open", "repeat", "open"),
    ("open", "escalate", "open"),
    ("open", "acknowledge", "acknowledged"),
    ("open", "close", "closed"),
    ("acknowledged", "repeat", "acknowledged"),
    ("acknowledged", "worsen", "open"),
    ("acknowledged", "assign", "acknowledged"),
    ("acknowledged", "close", "closed"),
];

/// Which alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub elder: ElderId,
    /// Which.
    pub id: AlarmId,
}

impl Key {
    /// From an address.
    #[must_use]
    pub fn parse(elder: &str, id: &str) -> Option<Self> {
        Some(Self { elder: ElderId::parse(elder)?, id: AlarmId::parse(id)? })
    }

    /// Its page.
    #[must_use]
    pub fn href(self) -> String {
        format!("/alarms/{}/{}", self.elder, self.id)
    }
}

/// An alarm as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Which.
    pub key: Key,
    /// About what.
    pub kind: Kind,
    /// How grave.
    pub level: Level,
    /// Where it stands.
    pub state: State,
    /// Grows with each change: who acts on an older one is told.
    pub version: i64,
    /// The device that it came from, if one.
    pub device: Option<DeviceId>,
    /// The rule that raised it: for the false-alarm rate.
    pub rule: String,
    /// In words: `收缩压 192 mmHg，高于危急值 180`.
    pub message: String,
    /// The last value, as [`crate::vitals::Vital`] stores it.
    pub value: Option<i64>,
    /// When what it is about began and was last seen.
    pub first_at: Instant,
    /// See `first_at`.
    pub last_at: Instant,
    /// When it was raised.
    pub raised_at: Instant,
    /// How often it was seen again.
    pub repeats: i64,
    /// Since when the values are back in order, if they are.
    pub recovered_at: Option<Instant>,
    /// The step of the ladder it has come to, from 0.
    pub step: i64,
    /// When the next step is due.
    pub next_step_at: Option<Instant>,
    /// When somebody took it, and who.
    pub acknowledged_at: Option<Instant>,
    /// See above; empty before.
    pub acknowledged_by: String,
    /// Their account.
    pub acknowledged_id: Option<AccountId>,
    /// Who is to see to it.
    pub assigned: Option<StaffId>,
    /// Their name.
    pub assigned_name: String,
    /// The case of the call centre that it belongs to.
    pub case: Option<EmergencyId>,
    /// Whether it is a drill.
    pub drill: bool,
    /// When it ended, by whom, how, with what note.
    pub closed_at: Option<Instant>,
    /// See above.
    pub closed_by: String,
    /// See above.
    pub outcome: Option<Outcome>,
    /// See above.
    pub note: String,
}

impl Alarm {
    /// Why it cannot be taken.
    #[must_use]
    pub fn against_acknowledging(&self) -> Option<Reason> {
        match self.state {
            State::Open => None,
            State::Acknowledged => Some(Reason::new("AL-01", format!("{}已经接手这个报警", self.acknowledged_by))),
            State::Closed => Some(Reason::new("AL-02", "这个报警已经结束")),
        }
    }

    /// Why it cannot be ended so.
    #[must_use]
    pub fn against_closing(&self, outcome: Outcome, note: &str) -> Vec<Reason> {
        let mut reasons = vec![];
        if self.state == State::Closed {
            reasons.push(Reason::new("AL-02", "这个报警已经结束"));
        }
        if !Outcome::BY_HAND.contains(&outcome) {
            reasons.push(Reason::new("AL-03", "请选择处置结果"));
        }
        if self.level == Level::Danger && outcome == Outcome::Handled && note.trim().is_empty() {
            reasons.push(Reason::new("AL-04", "危急报警结束时请写明怎样处置"));
        }
        if (outcome == Outcome::Drill) != self.drill {
            reasons.push(Reason::new("AL-05", "演练的报警以“演练”结束，真实的报警不能"));
        }
        reasons
    }
}
