//! Where a value stands between the limits, and what is wrong with limits. Pure.

use crate::vitals::Vital;
use kernel::{Area, Date, Instant, LimitId};
use policy::{Facts, Library};
use web::Reason;
use web::ui::Tone;

/// Limits of a vital sign, as [`Vital`] stores values. Below `low` and above `high` warns, below `danger_low` and above
/// `danger_high` is dangerous; a limit itself is in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// Danger below.
    pub danger_low: Option<i64>,
    /// Warning below.
    pub low: Option<i64>,
    /// Warning above.
    pub high: Option<i64>,
    /// Danger above.
    pub danger_high: Option<i64>,
}

/// How a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// No limit is set.
    Open,
    /// Within the limits.
    Normal,
    /// Below the warning limit.
    Low,
    /// Above it.
    High,
    /// Below the danger limit.
    DangerLow,
    /// Above it.
    DangerHigh,
}

impl Light {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "无界限",
            Self::Normal => "正常",
            Self::Low => "偏低",
            Self::High => "偏高",
            Self::DangerLow => "危急偏低",
            Self::DangerHigh => "危急偏高",
        }
    }

    /// Its colour, which never stands alone.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Open => Tone::Neutral,
            Self::Normal => Tone::Success,
            Self::Low | Self::High => Tone::Warning,
            Self::DangerLow | Self::DangerHigh => Tone::Danger,
        }
    }

    /// How grave, from 0.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Open | Self::Normal => 0,
            Self::Low | Self::High => 1,
            Self::DangerLow | Self::DangerHigh => 2,
        }
    }
}

/// A person's own limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub id: LimitId,
    /// Of what.
    pub vital: Vital,
    /// The limits that are set.
    pub band: Band,
    /// Why.
    pub why: String,
    /// When.
    pub set_at: Instant,
    /// By whom.
    pub set_by: String,
    /// Until when.
    pub ended_at: Option<Instant>,
    /// Who ended it.
    pub ended_by: String,
}

/// Whose limits are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// Where they live.
    pub area: Area,
    /// The day.
    pub on: Date,
    /// Whether they have diabetes.
    pub diabetes: bool,
    /// Whether they have COPD.
    pub copd: bool,
}

impl Whose {
    /// An elder on a day.
    #[must_use]
    pub fn of(subject: &care::subject::Subject, on: Date) -> Self {
        let has = |code: &str| subject.chronic.split(',').any(|one| one == code);
        Self { area: subject.area, on, diabetes: has("diabetes"), copd: has("copd") }
    }
}

impl Band {
    /// The limits of the table.
    #[must_use]
    pub fn of_table(library: &Library, whose: &Whose, vital: Vital) -> Self {
        let asked = Facts::new().with("vital", vital.code()).with("diabetes", whose.diabetes).with("copd", whose.copd);
        let said = library.decide("vital_limits", whose.area, whose.on, &asked);
        Self {
            danger_low: said.int("danger_low"),
            low: said.int("low"),
            high: said.int("high"),
            danger_high: said.int("danger_high"),
        }
    }

    /// These, where they are set, over others.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        Self {
            danger_low: self.danger_low.or(other.danger_low),
            low: self.low.or(other.low),
            high: self.high.or(other.high),
            danger_high: self.danger_high.or(other.danger_high),
        }
    }

    const fn all(self) -> [Option<i64>; 4] {
        [self.danger_low, self.low, self.high, self.danger_high]
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.all().iter().all(Option::is_none)
    }

    /// How a value stands.
    #[must_use]
    pub fn light(self, value: i64) -> Light {
        let below = |limit: Option<i64>| limit.is_some_and(|limit| value < limit);
        let above = |limit: Option<i64>| limit.is_some_and(|limit| value > limit);
        if self.is_empty() {
            Light::Open
        } else if below(self.danger_low) {
            Light::DangerLow
        } else if above(self.danger_high) {
            Light::DangerHigh
        } else if below(self.low) {
            Light::Low
        } else if above(self.high) {
            Light::High
        } else {
            Light::Normal
        }
    }

    /// What is wrong with own limits over those of the table; `least` and `most` are what can be measured at all.
    #[must_use]
    pub fn against(self, vital: Vital, table: Self, (least, most): (i64, i64)) -> Vec<Reason> {
        let (mut reasons, whole) = (vec![], self.over(table));
        if self.is_empty() {
            reasons.push(Reason::new("VL-06", "请至少填写一个界限"));
        }
        if whole.low.zip(whole.high).is_some_and(|(low, high)| low >= high) {
            let text = format!("下限不低于上限（没有填写的按通用界限：{}）", table.words(vital));
            reasons.push(Reason::new("VL-01", text));
        }
        if self.all().into_iter().flatten().any(|limit| !(least..=most).contains(&limit)) {
            let text = format!("界限应在 {} 至 {} 之间，请核对单位", vital.show(least), vital.shown(most));
            reasons.push(Reason::new("VL-02", text));
        }
        let inside = whole.danger_low.zip(whole.low).is_some_and(|(danger, low)| danger > low)
            || whole.danger_high.zip(whole.high).is_some_and(|(danger, high)| danger < high);
        if inside {
            let text = format!("危急界限应在预警界限之外（没有填写的按通用界限：{}）", table.words(vital));
            reasons.push(Reason::new("VL-04", text));
        }
        reasons
    }

    /// In words: `预警 90 至 159，危急高于 179`.
    #[must_use]
    pub fn words(self, vital: Vital) -> String {
        let show = |value: i64| vital.show(value);
        let pair = |word: &str, low: Option<i64>, high: Option<i64>| match (low, high) {
            (None, None) => None,
            (Some(low), None) => Some(format!("{word}低于 {}", show(low))),
            (None, Some(high)) => Some(format!("{word}高于 {}", show(high))),
            (Some(low), Some(high)) => Some(format!("{word}低于 {} 或高于 {}", show(low), show(high))),
        };
        let parts = [pair("预警", self.low, self.high), pair("危急", self.danger_low, self.danger_high)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "没有界限".to_owned() } else { parts.join("，") }
    }
}

/// What can be measured at all, as the table says; anything where it is silent.
#[must_use]
pub fn plausible(library: &Library, whose: &Whose, vital: Vital) -> (i64, i64) {
    let said = library.decide("vital_plausible", whose.area, whose.on, &Facts::new().with("vital", vital.code()));
    (said.int("least").unwrap_or(i64::MIN), said.int("most").unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESSURE: Band = Band { danger_low: None, low: Some(90), high: Some(159), danger_high: Some(179) };

    fn codes(own: Band) -> Vec<String> {
        own.against(Vital::Sbp, PRESSURE, (50, 300)).into_iter().map(|reason| reason.code).collect()
    }

    #[test]
    fn a_limit_itself_is_in_order_and_one_beyond_is_not() {
        let lights = [89, 90, 159, 160, 179, 180].map(|value| PRESSURE.light(value));
        let said = [Light::Low, Light::Normal, Light::Normal, Light::High, Light::High, Light::DangerHigh];
        assert_eq!((lights, Band::default().light(1)), (said, Light::Open));
    }

    #[test]
    fn own_limits_stand_over_those_of_the_table_and_are_checked_with_them() {
        let own = |low, high| Band { low, high, ..Band::default() };
        assert_eq!(own(None, Some(139)).over(PRESSURE).high, Some(139));
        assert!(codes(own(None, Some(139))).is_empty());
        assert_eq!(codes(Band::default()), ["VL-06"]);
        assert_eq!([codes(own(Some(159), None)), codes(own(Some(158), None))], [vec!["VL-01".to_owned()], vec![]]);
        assert_eq!([codes(own(None, Some(180))), codes(own(None, Some(179)))], [vec!["VL-04".to_owned()], vec![]]);
        let far = Band { danger_high: Some(301), ..Band::default() };
        assert_eq!(codes(far), ["VL-02"]);
        assert_eq!(PRESSURE.words(Vital::Sbp), "预警低于 90 或高于 159，危急高于 179");
    }
}
