//! What a device is, and what stands against what is done with one. Pure.

use kernel::{Area, DeviceId, ElderId, Instant, InstitutionId};
use web::Reason;

registry::choice! {
    /// What a device is (words of the policy table `device_silence`).
    pub enum Kind {
        /// Worn on the wrist: pulse, oxygen, steps, position, fall, a button.
        Wristband = "wristband" "手环",
        /// Blood pressure.
        PressureCuff = "pressure_cuff" "血压计",
        /// Glucose.
        Glucometer = "glucometer" "血糖仪",
        /// Oxygen saturation and pulse.
        Oximeter = "oximeter" "血氧仪",
        /// Temperature.
        Thermometer = "thermometer" "体温计",
        /// Weight.
        Scale = "scale" "体重秤",
        /// A button to call for help.
        SosButton = "sos_button" "呼救按钮",
        /// Notices a fall.
        FallDetector = "fall_detector" "跌倒探测器",
        /// Under the mattress: pulse, respiration, movement.
        BedMat = "bed_mat" "床垫传感器",
        /// Notices movement in a room.
        MotionSensor = "motion_sensor" "活动探测器",
        /// The station of a health hut, used by many.
        HealthHut = "health_hut" "健康小屋一体机",
    }

    /// Where a device stands.
    pub enum State {
        /// May publish.
        Active = "active" "在用",
        /// May not for now: lost, in repair.
        Suspended = "suspended" "停用",
        /// Never again.
        Retired = "retired" "报废",
    }

    /// What a device did wrong.
    pub enum Fault {
        /// No SenML and no Observation.
        Malformed = "malformed" "格式错误",
        /// A name that is not measured here.
        UnknownName = "unknown_name" "不认识的测量项",
        /// Another unit than the measure has.
        WrongUnit = "wrong_unit" "单位不符",
        /// Outside what can be.
        Implausible = "implausible" "数值不可信",
        /// Published under another device's name.
        Impostor = "impostor" "冒用其他设备",
        /// A clock that is ahead.
        ClockAhead = "clock_ahead" "时钟偏快",
        /// A clock that is far behind: the time is older than what is kept.
        ClockBehind = "clock_behind" "时钟过慢",
        /// Measured for nobody: it is bound to no elder.
        Unbound = "unbound" "未绑定老年人",
    }
}

/// States and events, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("active", "suspend", "suspended"),
    ("suspended", "resume", "active"),
    ("active", "retire", "retired"),
    ("suspended", "retire", "retired"),
];

/// A device as the store has it; its secret never comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// What is printed on it: its user name and its part of the topic. Letters, digits, `-`, `_`; at most 64.
    pub serial: String,
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// Who made it.
    pub maker: String,
    /// Where it belongs.
    pub area: Area,
    /// Who looks after it.
    pub institution: Option<InstitutionId>,
    /// Whether many use it, one after the other.
    pub shared: bool,
    /// Where it stands.
    pub state: State,
    /// Who wears it now, since when.
    pub elder: Option<ElderId>,
    /// See above.
    pub bound_at: Option<Instant>,
    /// Until when its silence is no alarm, and why.
    pub maintenance_until: Option<Instant>,
    /// See above.
    pub maintenance_why: String,
}

impl Device {
    /// Why it cannot be given to an elder.
    #[must_use]
    pub fn against_binding(&self, present: bool) -> Vec<Reason> {
        let mut reasons = vec![];
        if self.state != State::Active {
            reasons.push(Reason::new("DV-01", format!("设备{}，不能绑定", self.state.name())));
        }
        if self.elder.is_some() {
            reasons.push(Reason::new("DV-02", "设备正由另一位老年人使用，请先解除"));
        }
        if !present {
            reasons.push(Reason::new("DV-03", "老年人已去世或已迁出"));
        }
        reasons
    }
}

/// What is wrong with a serial number.
#[must_use]
pub fn against_serial(serial: &str) -> Option<&'static str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match serial.len() {
        0 => Some("请填写设备编号"),
        65.. => Some("设备编号最多 64 个字符"),
        _ if !serial.chars().all(fits) => Some("设备编号只用字母、数字、“-”和“_”"),
        _ => None,
    }
}
