//! A stay at a station, and how what was measured stands. Pure.

use crate::vitals::limits::{Band, Light};
use crate::vitals::{Measurement, Vital};
use kernel::{DeviceId, ElderId, HutId, Instant, InstitutionId};

/// States and events of a station, as the table in `mod.rs` has them.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("free", "identify", "measuring"),
    ("measuring", "finish", "free"),
    ("measuring", "time_passes", "free"),
    ("measuring", "identify", "measuring"),
];

registry::choice! {
    /// How a stay was as a whole.
    pub enum Verdict {
        /// Nothing was measured.
        Nothing = "nothing" "没有测量",
        /// All within the limits.
        Normal = "normal" "正常",
        /// Something beyond a warning limit.
        Warning = "warning" "请注意",
        /// Something beyond a danger limit.
        Danger = "danger" "请马上告诉工作人员",
    }

    /// How a stay ended.
    pub enum End {
        /// The person said so.
        Finished = "finished" "本人完成",
        /// Its time was over.
        Time = "time" "到时间自动结束",
        /// The next person came.
        Next = "next" "下一位使用",
        /// The elder is not watched any more.
        Gone = "gone" "不再监护",
    }
}

/// Somebody at a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub elder: ElderId,
    /// Which stay.
    pub id: HutId,
    /// At which device.
    pub device: DeviceId,
    /// Of which institution.
    pub institution: Option<InstitutionId>,
    /// Since when.
    pub begun: Instant,
    /// Until when at the latest.
    pub until: Instant,
    /// When it ended.
    pub ended: Option<Instant>,
    /// Whether they had eaten nothing.
    pub fasting: bool,
    /// How it was.
    pub verdict: Verdict,
    /// What was measured, in a line.
    pub words: String,
    /// When a clinician looked at it.
    pub seen_at: Option<Instant>,
    /// Who.
    pub seen_by: String,
    /// What they did.
    pub seen_note: String,
}

/// A value with how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valued {
    /// The measurement.
    pub measured: Measurement,
    /// How it stands.
    pub light: Light,
}

impl Valued {
    /// A measurement between its limits.
    #[must_use]
    pub fn new(measured: Measurement, band: Band) -> Self {
        Self { measured, light: band.light(measured.value) }
    }
}

/// How all of it stands: as the worst.
#[must_use]
pub fn verdict(all: &[Valued]) -> Verdict {
    match all.iter().map(|one| one.light.weight()).max() {
        None => Verdict::Nothing,
        Some(0) => Verdict::Normal,
        Some(1) => Verdict::Warning,
        Some(_) => Verdict::Danger,
    }
}

/// In a line: `收缩压 168 mmHg（偏高），舒张压 92 mmHg`.
#[must_use]
pub fn line(all: &[Valued]) -> String {
    let one = |v: &Valued| {
        let (vital, word) = (v.measured.vital, v.light.word());
        let said = if v.light.weight() > 0 { format!("（{word}）") } else { String::new() };
        format!("{} {}{said}", vital.name(), vital.shown(v.measured.value))
    };
    all.iter().map(one).collect::<Vec<_>>().join("，")
}

/// The newest value of a vital.
#[must_use]
pub fn of(all: &[Valued], vital: Vital) -> Option<i64> {
    all.iter().find(|one| one.measured.vital == vital).map(|one| one.measured.value)
}

/// How somebody says who they are.
#[derive(Clone, Debug)]
pub enum Said {
    /// A printed card.
    Card(String),
    /// The identity number and the last four digits of the telephone.
    Number(String, String),
}

/// What a station answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It knows the person.
    Known,
    /// It does not; nothing says whether the person or the second fact was wrong.
    Wrong,
    /// Too many wrong answers: closed until then.
    Locked(Instant),
}

/// Whether one more wrong answer closes a station.
#[must_use]
pub const fn closes(wrong_before: i64, most: i64) -> bool {
    wrong_before + 1 >= most
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn the_worst_counts_and_the_fifth_wrong_answer_closes() {
        let band = Band { low: Some(90), high: Some(159), danger_high: Some(179), ..Band::default() };
        let (at, elder, device) = (Instant::default(), ElderId::NOTHING, DeviceId::NOTHING);
        let value =
            |value| Valued::new(Measurement { elder, device, vital: Vital::Sbp, at, value, received: at }, band);
        assert_eq!(verdict(&[]), Verdict::Nothing);
        assert_eq!(
            [159, 160, 180].map(|n| verdict(&[value(120), value(n)])),
            [Verdict::Normal, Verdict::Warning, Verdict::Danger]
        );
        assert_eq!(line(&[value(168)]), "收缩压 168 mmHg（偏高）");
        assert_eq!([closes(3, 5), closes(4, 5), closes(5, 5)], [false, true, true]);
    }
}
