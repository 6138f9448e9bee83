//! From a measurement to an alarm: limits, runs of readings, events. Pure; what it remembers of an elder is a [`Person`], which
//! the engine loads, and whose pending runs it writes back.

use super::model::{Kind, Level};
use crate::vitals::safe_area::{SafeArea, metres};
use crate::vitals::{Measurement, Vital};
use kernel::{Instant, time};
use policy::{Answers, Facts, Library};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bounds of a vital sign: what lies on a bound is still in order. In the units of [`Vital`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Below it is dangerous.
    pub danger_low: Option<i64>,
    /// Below it is a warning.
    pub low: Option<i64>,
    /// Above it is a warning.
    pub high: Option<i64>,
    /// Above it is dangerous.
    pub danger_high: Option<i64>,
}

impl Bounds {
    fn of(self, level: Level) -> (Option<i64>, Option<i64>) {
        match level {
            Level::Danger => (self.danger_low, self.danger_high),
            Level::Warning | Level::Notice => (self.low, self.high),
        }
    }

    /// Which bound of a level a value is beyond.
    #[must_use]
    pub fn beyond(self, level: Level, value: i64) -> Option<(bool, i64)> {
        let (low, high) = self.of(level);
        let below = low.filter(|low| value < *low).map(|low| (true, low));
        below.or_else(|| high.filter(|high| value > *high).map(|high| (false, high)))
    }

    /// These, with what a clinician set for the person in their place.
    #[must_use]
    pub fn with(self, own: Self) -> Self {
        Self {
            danger_low: own.danger_low.or(self.danger_low),
            low: own.low.or(self.low),
            high: own.high.or(self.high),
            danger_high: own.danger_high.or(self.danger_high),
        }
    }
}

/// The limits of a vital sign for a person: bounds, and how many readings over how long it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The bounds.
    pub bounds: Bounds,
    /// So many readings in a row.
    pub times: i64,
    /// And at least so long from the first to the last, in minutes.
    pub minutes: i64,
}

/// What of a person moves the limits (inputs of `vital_limits`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Profile {
    /// Has diabetes.
    pub diabetes: bool,
    /// Has COPD.
    pub copd: bool,
}

impl Profile {
    const ALL: [Self; 4] = [
        Self { diabetes: false, copd: false },
        Self { diabetes: true, copd: false },
        Self { diabetes: false, copd: true },
        Self { diabetes: true, copd: true },
    ];
}

/// What the documents say, looked up once a day and then only read.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    limits: BTreeMap<(Profile, Vital), Limits>,
    plausible: BTreeMap<Vital, (i64, i64)>,
    news2: Option<policy::Scale>,
    /// Below it the battery is low, in per cent.
    pub battery_low: Option<i64>,
    /// A clock may be ahead by so many minutes.
    pub clock_ahead: Option<i64>,
    /// What came in later than so many minutes raises no alarm.
    pub late_minutes: Option<i64>,
    /// So many minutes by day without movement.
    pub no_activity_minutes: Option<i64>,
    /// Readings so many minutes apart make one score.
    pub news2_minutes: Option<i64>,
    /// The night, in minutes after midnight: no activity is no alarm then.
    pub night: Option<(i64, i64)>,
    /// Times older than so many days are a broken clock.
    pub raw_days: Option<i64>,
}

impl Rules {
    /// As the documents say for a place on a day.
    #[must_use]
    pub fn of(library: &Library, place: kernel::Area, on: kernel::Date) -> Self {
        let number = |name: &str| library.parameter(name, place, on).map(|p| p.value);
        let (mut limits, mut plausible) = (BTreeMap::new(), BTreeMap::new());
        for vital in Vital::ALL.iter().copied().filter(|vital| vital.charted()) {
            let decision = library.decide("vital_plausible", place, on, &Facts::new().with("vital", vital.code()));
            plausible.extend(decision.int("least").zip(decision.int("most")).map(|range| (vital, range)));
            for profile in Profile::ALL {
                limits.extend(limits_of(library, place, on, (profile, vital)).map(|found| ((profile, vital), found)));
            }
        }
        Self {
            limits,
            plausible,
            news2: library.scale("news2").cloned(),
            battery_low: number("battery_low_percent"),
            clock_ahead: number("clock_ahead_minutes"),
            late_minutes: number("late_minutes"),
            no_activity_minutes: number("no_activity_minutes"),
            news2_minutes: number("news2_window_minutes"),
            night: number("quiet_from").zip(number("quiet_until")),
            raw_days: number("raw_days"),
        }
    }

    /// The limits of a vital sign for such a person, before their own.
    #[must_use]
    pub fn limits(&self, profile: Profile, vital: Vital) -> Option<Limits> {
        self.limits.get(&(profile, vital)).copied()
    }

    /// Between what a value can be; everything for what has no range.
    #[must_use]
    pub fn plausible(&self, vital: Vital, value: i64) -> bool {
        self.plausible.get(&vital).is_none_or(|(least, most)| (*least..=*most).contains(&value))
    }

    /// The range, for words.
    #[must_use]
    pub fn range(&self, vital: Vital) -> Option<(i64, i64)> {
        self.plausible.get(&vital).copied()
    }
}

/// The rules of each county today: looked up once a day, by whoever needs them.
#[derive(Debug, Default)]
pub struct Today {
    day: Option<kernel::Date>,
    counties: BTreeMap<kernel::Area, Arc<Rules>>,
}

impl Today {
    /// The rules of the county that an area lies in.
    pub fn of(&mut self, library: &Library, area: kernel::Area, now: Instant) -> Arc<Rules> {
        let (today, county) = (time::date_of(now), area.up_to(kernel::area::Level::County));
        if self.day.replace(today) != Some(today) {
            self.counties.clear();
        }
        self.counties.entry(county).or_insert_with(|| Arc::new(Rules::of(library, county, today))).clone()
    }
}

fn limits_of(
    library: &Library,
    place: kernel::Area,
    on: kernel::Date,
    (profile, vital): (Profile, Vital),
) -> Option<Limits> {
    let facts = Facts::new().with("vital", vital.code());
    let facts = facts.with("diabetes", profile.diabetes).with("copd", profile.copd);
    let decision = library.decide("vital_limits", place, on, &facts);
    let bounds = Bounds {
        danger_low: decision.int("danger_low"),
        low: decision.int("low"),
        high: decision.int("high"),
        danger_high: decision.int("danger_high"),
    };
    Some(Limits { bounds, times: decision.int("times")?, minutes: decision.int("minutes")? })
}

/// A run of readings that is beyond a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub since: Instant,
    /// How many readings.
    pub times: i64,
    /// The last of them.
    pub last_at: Instant,
}

/// What is remembered of an elder between measurements.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// What moves the limits.
    pub profile: Profile,
    /// Their own bounds.
    pub own: BTreeMap<Vital, Bounds>,
    /// Where they are safe, if somebody said so.
    pub safe: Option<SafeArea>,
    /// The newest of each vital sign.
    pub latest: BTreeMap<Vital, (Instant, i64)>,
    /// Runs under way, by vital sign and level.
    pub runs: BTreeMap<(Vital, Level), Run>,
    /// Alarms that are not closed, as far as known.
    pub active: BTreeMap<Kind, Level>,
}

/// What a measurement brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Raises an alarm, or repeats the one that is active.
    Alarm {
        /// About what.
        kind: Kind,
        /// How grave.
        level: Level,
        /// Which rule says so.
        rule: String,
        /// In words.
        message: String,
        /// The value, where there is one.
        value: Option<i64>,
        /// Since when.
        since: Instant,
    },
    /// The values are back in order.
    Recovered(Kind),
    /// The elder says that they did not fall.
    CalledOff(Kind),
    /// A run has changed: to be kept. None: it is over.
    Run((Vital, Level), Option<Run>),
}

impl Effect {
    /// Whether it is an alarm of the kind.
    #[must_use]
    pub fn is_of(&self, what: Kind) -> bool {
        matches!(self, Self::Alarm { kind, .. } if *kind == what)
    }
}

/// Which alarm a vital sign belongs to.
#[must_use]
pub const fn kind_of(vital: Vital) -> Option<Kind> {
    match vital {
        Vital::Sbp | Vital::Dbp => Some(Kind::Pressure),
        Vital::Pulse => Some(Kind::Pulse),
        Vital::Spo2 => Some(Kind::Spo2),
        Vital::Temperature => Some(Kind::Temperature),
        Vital::Respiration => Some(Kind::Respiration),
        Vital::Glucose => Some(Kind::Glucose),
        _ => None,
    }
}

impl Person {
    /// The limits of a vital sign for this person.
    #[must_use]
    pub fn limits(&self, rules: &Rules, vital: Vital) -> Option<Limits> {
        let standing = rules.limits(self.profile, vital)?;
        let own = self.own.get(&vital).copied().unwrap_or_default();
        Some(Limits { bounds: standing.bounds.with(own), ..standing })
    }

    /// Takes in a measurement that is not known yet; answers what it brings about, in order.
    pub fn feel(&mut self, rules: &Rules, m: &Measurement) -> Vec<Effect> {
        let at = m.believed();
        let too_late = rules.late_minutes.is_some_and(|most| m.received - at > chrono::TimeDelta::minutes(most));
        let older = self.latest.get(&m.vital).is_some_and(|(last, _)| *last >= at);
        if !older {
            self.latest.insert(m.vital, (at, m.value));
        }
        if too_late {
            return vec![];
        }
        match m.vital {
            // "Not fallen after all" is about the last fall only.
            Vital::Sos | Vital::Fall if m.value == 0 && older => vec![],
            // Within that time a call for help is one, in whatever order it comes in.
            Vital::Sos => called(Kind::Sos, m, at),
            Vital::Fall => called(Kind::Fall, m, at),
            _ if older => vec![],
            Vital::Longitude => self.strayed(m, at),
            Vital::Battery => self.battery(rules, m, at),
            vital => self.vital(rules, vital, m, at),
        }
    }

    fn vital(&mut self, rules: &Rules, vital: Vital, m: &Measurement, at: Instant) -> Vec<Effect> {
        let (Some(kind), Some(limits)) = (kind_of(vital), self.limits(rules, vital)) else { return vec![] };
        let mut effects = vec![];
        let mut gravest = None;
        for level in [Level::Warning, Level::Danger] {
            let beyond = limits.bounds.beyond(level, m.value);
            let run = self.run(rules, (vital, level), beyond.is_some(), at, &mut effects);
            let full = run.is_some_and(|run| ripe(run, limits));
            gravest = beyond.zip(run).filter(|_| full).map(|found| (level, found)).or(gravest);
        }
        if let Some((level, ((below, bound), run))) = gravest {
            let message = beyond_words(vital, m.value, (below, level, bound), self.own.contains_key(&vital));
            let rule = format!("{}.{}", vital.code(), level.code());
            effects.push(Effect::Alarm { kind, level, rule, message, value: Some(m.value), since: run.since });
        } else if self.active.contains_key(&kind) && limits.bounds.beyond(Level::Warning, m.value).is_none() {
            effects.push(Effect::Recovered(kind));
        }
        effects.extend(self.score(rules, vital, at));
        effects
    }

    /// Carries a run on, begins or ends it.
    fn run(
        &mut self,
        rules: &Rules,
        key: (Vital, Level),
        beyond: bool,
        at: Instant,
        effects: &mut Vec<Effect>,
    ) -> Option<Run> {
        let before = self.runs.get(&key).copied();
        if !beyond {
            if self.runs.remove(&key).is_some() {
                effects.push(Effect::Run(key, None));
            }
            return None;
        }
        let torn =
            |run: &Run| rules.late_minutes.is_some_and(|most| at - run.last_at > chrono::TimeDelta::minutes(most));
        let run = match before.filter(|run| !torn(run)) {
            Some(run) => Run { times: run.times + 1, last_at: at, ..run },
            None => Run { since: at, times: 1, last_at: at },
        };
        self.runs.insert(key, run);
        effects.push(Effect::Run(key, Some(run)));
        Some(run)
    }

    fn battery(&mut self, rules: &Rules, m: &Measurement, at: Instant) -> Vec<Effect> {
        let Some(low) = rules.battery_low else { return vec![] };
        if m.value >= low {
            let active = self.active.contains_key(&Kind::BatteryLow);
            return if active { vec![Effect::Recovered(Kind::BatteryLow)] } else { vec![] };
        }
        let message = format!("设备电量 {}%，低于 {low}%，请充电或更换电池", m.value);
        alarm(Kind::BatteryLow, Level::Notice, message, Some(m.value), at)
    }

    /// Longitude comes after latitude in every pack; both with the same time make a position.
    fn strayed(&mut self, m: &Measurement, at: Instant) -> Vec<Effect> {
        let latitude = self.latest.get(&Vital::Latitude).filter(|(when, _)| *when == at).map(|(_, value)| *value);
        let (Some(safe), Some(latitude)) = (&self.safe, latitude) else { return vec![] };
        let away = metres((safe.latitude, safe.longitude), (latitude, m.value));
        if away <= safe.radius {
            let active = self.active.contains_key(&Kind::LeftArea);
            return if active { vec![Effect::Recovered(Kind::LeftArea)] } else { vec![] };
        }
        let message = format!("离安全区域中心 {away} 米，超出 {} 米的范围", safe.radius);
        alarm(Kind::LeftArea, Level::Danger, message, None, at)
    }

    /// The early-warning score of what was measured within the window: alert and on room air, as far as devices can tell.
    fn score(&self, rules: &Rules, vital: Vital, at: Instant) -> Option<Effect> {
        const PARTS: [(Vital, &str); 5] = [
            (Vital::Respiration, "rr"),
            (Vital::Spo2, "spo2"),
            (Vital::Sbp, "sbp"),
            (Vital::Pulse, "pulse"),
            (Vital::Temperature, "temp"),
        ];
        let part = PARTS.iter().any(|(of, _)| *of == vital);
        let (scale, window) = part.then_some(rules.news2.as_ref().zip(rules.news2_minutes)).flatten()?;
        let mut answers = Answers::default();
        for (vital, item) in PARTS {
            let (when, value) = self.latest.get(&vital)?;
            if at - *when > chrono::TimeDelta::minutes(window) {
                return None;
            }
            answers.items.insert(item.to_owned(), *value);
        }
        answers.items.extend([("oxygen".to_owned(), 0), ("acvpu".to_owned(), 0)]);
        // The second scale for oxygen is a doctor's to order; a diagnosis alone does not.
        answers.flags.insert("scale2".to_owned(), 0);
        let scored = scale.score(&answers).ok()?;
        let level = match scored.level {
            3 => Level::Danger,
            2 => Level::Warning,
            _ if self.active.contains_key(&Kind::News2) => return Some(Effect::Recovered(Kind::News2)),
            _ => return None,
        };
        let message =
            format!("早期预警评分 {} 分（{}），按清醒、未吸氧、血氧第一标尺计", scored.total, scored.level_name);
        Some(one(Kind::News2, level, message, Some(scored.total), at))
    }
}

/// Whether a run is long enough.
fn ripe(run: Run, limits: Limits) -> bool {
    run.times >= limits.times && run.last_at - run.since >= chrono::TimeDelta::minutes(limits.minutes)
}

fn called(kind: Kind, m: &Measurement, at: Instant) -> Vec<Effect> {
    if m.value == 0 {
        return vec![Effect::CalledOff(kind)];
    }
    let what = if kind == Kind::Sos { "按下呼救键" } else { "设备判断跌倒" };
    alarm(kind, Level::Danger, format!("{} {what}", time::show(at)), None, at)
}

fn alarm(kind: Kind, level: Level, message: String, value: Option<i64>, since: Instant) -> Vec<Effect> {
    vec![one(kind, level, message, value, since)]
}

fn one(kind: Kind, level: Level, message: String, value: Option<i64>, since: Instant) -> Effect {
    Effect::Alarm { kind, level, rule: format!("{}.{}", kind.code(), level.code()), message, value, since }
}

fn beyond_words(vital: Vital, value: i64, (below, level, bound): (bool, Level, i64), own: bool) -> String {
    let side = if below { "低于" } else { "高于" };
    let whose = if own { "本人的" } else { "" };
    format!("{} {}，{side}{whose}{}值 {}", vital.name(), vital.shown(value), level.name(), vital.show(bound))
}
