//! What a telephone noted, perhaps without a signal: read, put on the server's clock, said in words. Pure.

use super::model::{Place, Visit};
use chrono::TimeDelta;
use kernel::{ElderId, Instant, VisitId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The longest picture that is taken, as the text that it is sent in. A telephone makes it smaller before it keeps it.
pub const LARGEST_FILE: usize = 900_000;
/// So much may an event lie in the future before its clock is disbelieved: requests take their time.
const AHEAD: TimeDelta = TimeDelta::minutes(2);

registry::choice! {
    /// What a telephone measured with instruments.
    pub enum Vital {
        /// 收缩压, mmHg
        Systolic = "systolic" "收缩压（mmHg）",
        /// 舒张压, mmHg
        Diastolic = "diastolic" "舒张压（mmHg）",
        /// 脉搏, per minute
        Pulse = "pulse" "脉搏（次/分）",
        /// 体温, °C
        Temperature = "temperature" "体温（℃）",
        /// 血糖, mmol/L
        Glucose = "glucose" "血糖（mmol/L）",
        /// 血氧, %
        Oxygen = "oxygen" "血氧（%）",
        /// 体重, kg
        Weight = "weight" "体重（kg）",
    }

    /// What a picture is.
    pub enum FileKind {
        /// 照片
        Photo = "photo" "现场照片",
        /// 签名
        Signature = "signature" "签名",
    }

    /// What came of an event.
    pub enum Outcome {
        /// 已办理
        Done = "done" "已办理",
        /// 已办理, with something that the person must know
        Told = "told" "已办理，请留意",
        /// 未办理
        Refused = "refused" "未办理",
    }
}

impl Vital {
    /// Between which values a living person's can lie; what is outside was mistyped. No document's threshold: those that
    /// say what is dangerous stand in policies.
    #[must_use]
    pub const fn plausible(self) -> (f64, f64) {
        match self {
            Self::Systolic => (40.0, 300.0),
            Self::Diastolic => (20.0, 200.0),
            Self::Pulse => (20.0, 250.0),
            Self::Temperature => (30.0, 45.0),
            Self::Glucose => (0.5, 60.0),
            Self::Oxygen => (40.0, 100.0),
            Self::Weight => (15.0, 300.0),
        }
    }
}

/// What happened at the elder's home.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// 签到
    CheckIn,
    /// 同行到场
    Join,
    /// 签退
    CheckOut,
    /// Which items were done.
    Items {
        /// Their codes.
        items: Vec<String>,
    },
    /// What was measured.
    Vitals {
        /// By what it is.
        values: BTreeMap<Vital, f64>,
    },
    /// A photo with place and time on it.
    Photo {
        /// The picture as a data address.
        data: String,
    },
    /// The elder's or family's signature.
    Signature {
        /// The picture as a data address.
        data: String,
    },
}

impl What {
    /// Its code in the store.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CheckIn => "check_in",
            Self::Join => "join",
            Self::CheckOut => "check_out",
            Self::Items { .. } => "items",
            Self::Vitals { .. } => "vitals",
            Self::Photo { .. } => "photo",
            Self::Signature { .. } => "signature",
        }
    }
}

/// What an event is called, by its code.
#[must_use]
pub fn name(code: &str) -> &'static str {
    match code {
        "check_in" => "签到",
        "join" => "同行到场",
        "check_out" => "签退",
        "items" => "服务项目",
        "vitals" => "测量",
        "photo" => "照片",
        "signature" => "签名",
        _ => "其他",
    }
}

/// An event as the telephone sends it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    /// Made by the telephone: the same thing sent twice counts once.
    pub id: Uuid,
    /// At whose home; of a file that may have been merged since.
    pub elder: ElderId,
    /// At which visit.
    pub visit: VisitId,
    /// The telephone's own time, in milliseconds since 1970.
    pub phone_at: i64,
    /// What the server's clock was ahead of it when last measured before the event, in milliseconds.
    pub offset: i64,
    /// The same, measured when sending.
    pub offset_now: i64,
    /// Where the telephone was.
    pub place: Option<At>,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// A place as the telephone sends it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct At {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// How exact, in metres.
    pub accuracy: Option<f64>,
}

impl At {
    /// The place.
    #[must_use]
    pub fn place(self) -> Place {
        Place { lon: self.lon, lat: self.lat, accuracy: self.accuracy.map(|metres| metres.round() as i64) }
    }
}

/// When an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// On the server's clock. The minutes by which the telephone's was wrong, if it was by a minute or more.
    At(Instant, Option<i64>),
    /// Nobody can say: the telephone's clock was changed between the event and its sending, or lies in the future.
    Unknown(Instant),
}

impl Moment {
    /// The instant, as far as it is known.
    #[must_use]
    pub const fn instant(self) -> Instant {
        match self {
            Self::At(at, _) | Self::Unknown(at) => at,
        }
    }
}

/// Puts an event on the server's clock. A clock that is always wrong is put right by what was measured; one that was
/// changed in between by more than `drift` minutes is not believed.
#[must_use]
pub fn moment(event: &Event, received: Instant, drift: i64) -> Moment {
    let at = event.phone_at.checked_add(event.offset).and_then(Instant::from_timestamp_millis);
    let Some(at) = at else { return Moment::Unknown(received) };
    let changed = event.offset_now.saturating_sub(event.offset).saturating_abs();
    if changed > drift.saturating_mul(60_000) || at > received + AHEAD {
        return Moment::Unknown(at.min(received));
    }
    let wrong = event.offset / 60_000;
    Moment::At(at.min(received), (wrong != 0).then_some(-wrong))
}

/// What came of an event, as the telephone shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The event.
    pub id: Uuid,
    /// What came of it.
    pub outcome: Outcome,
    /// In words.
    pub message: String,
}

/// What the carer's telephone keeps of a visit for a day without a signal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// To whom.
    pub elder: ElderId,
    /// Which.
    pub id: VisitId,
    /// Name of the elder.
    pub name: String,
    /// Name of the area.
    pub area: String,
    /// 09:00
    pub from: String,
    /// 10:00
    pub to: String,
    /// Why somebody comes.
    pub kind: &'static str,
    /// How far it is: code.
    pub state: &'static str,
    /// Whether this person is the second of two.
    pub second: bool,
    /// Whether the second was there.
    pub joined: bool,
    /// Items that are planned.
    pub items: Vec<String>,
    /// Items that can be ticked: code and name.
    pub choices: Vec<(String, String)>,
    /// The whole address.
    pub address: Option<String>,
    /// The elder's telephone.
    pub phone: Option<String>,
    /// The telephone of whoever is called in an emergency.
    pub contact: Option<String>,
    /// What is to be known: code of the kind, its name, text.
    pub notes: Vec<(&'static str, &'static str, String)>,
    /// Why it was called off.
    pub note: Option<String>,
}

/// Whether the visit is one that a telephone's event can still concern, in words if not.
#[must_use]
pub fn against_late(visit: &Visit, at: Instant, received: Instant, most_days: i64) -> Option<web::Reason> {
    let days = (kernel::time::date_of(received) - kernel::time::date_of(at)).num_days();
    let text = format!("{} 的记录过了 {days} 天才上传，超过 {most_days} 天，请联系护理站核实", visit.day());
    (days > most_days).then(|| web::Reason::new("VISITS-69", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(phone_at: i64, offset: i64, offset_now: i64) -> Event {
        Event {
            id: Uuid::from_u128(1),
            elder: ElderId(Uuid::from_u128(2)),
            visit: VisitId(Uuid::from_u128(3)),
            phone_at,
            offset,
            offset_now,
            place: None,
            what: What::CheckIn,
        }
    }

    #[test]
    fn a_clock_is_put_right_unless_it_was_changed_in_between() {
        let received = kernel::time::parse_local("2026-11-02 12:00").expect("instant");
        let now = received.timestamp_millis();
        let hour = 3_600_000;
        let at = |millis| Instant::from_timestamp_millis(millis).expect("instant");
        assert_eq!(moment(&event(now - hour, 0, 0), received, 5), Moment::At(at(now - hour), None));
        // An hour fast all the time: measured, and taken off.
        assert_eq!(moment(&event(now, -hour, -hour), received, 5), Moment::At(at(now - hour), Some(60)));
        let drifted = |minutes: i64| moment(&event(now - hour, 0, minutes * 60_000), received, 5);
        assert_eq!(drifted(5), Moment::At(at(now - hour), None));
        assert!(matches!(drifted(6), Moment::Unknown(_)));
        assert!(matches!(drifted(-6), Moment::Unknown(_)));
        assert_eq!(
            moment(&event(now + 120_000, 0, 0), received, 5),
            Moment::At(received, None),
            "a little ahead is now"
        );
        assert_eq!(moment(&event(now + 120_001, 0, 0), received, 5), Moment::Unknown(received));
        assert_eq!(moment(&event(i64::MAX, i64::MAX, 0), received, 5), Moment::Unknown(received));
    }

    #[test]
    fn an_event_is_read_as_the_telephone_writes_it() {
        let text = r#"{"id":"019b7711-9680-7d27-9da9-17672d58ff90","elder":"019b771196807d279da917672d58ff91","visit":"019b771196807d279da917672d58ff92",
            "phone_at":1,"offset":2,"offset_now":3,"place":{"lon":121.0,"lat":32.0,"accuracy":14.4},"kind":"vitals","values":{"systolic":150,"glucose":7.1}}"#;
        let event: Event = serde_json::from_str(text).expect("read");
        assert_eq!(event.place.map(At::place).and_then(|p| p.accuracy), Some(14));
        let What::Vitals { values } = event.what else { panic!("vitals") };
        assert_eq!((values[&Vital::Systolic], values[&Vital::Glucose]), (150.0, 7.1));
    }
}
