//! What each kind of device measures of a person, and when. Pure.

use super::person::{Happening, MINUTE, Person, day, of_day};
use crate::synthetic::Draw;
use watch::devices::model::Kind;
use watch::vitals::model::Vital;

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Charging takes so long.
const CHARGING: i64 = 2 * HOUR;

/// A value with the second at which it was measured.
pub type Reading = (i64, Vital, f64);

/// A device on a person.
#[derive(Clone, Debug)]
pub struct Device {
    kind: Kind,
    person: Person,
    /// No two devices do their work in the same second.
    phase: i64,
    /// From one charging to the next.
    charge: i64,
    /// The share of it that the battery lasts: with less than one it lies empty for a while.
    lasts: f64,
}

impl Device {
    /// The device of this seed and serial number.
    pub fn new(seed: u64, serial: &str, kind: Kind, person: Person) -> Self {
        let mut draw = Draw::new(seed, serial);
        let charge = match kind {
            Kind::Wristband | Kind::FallDetector => draw.between(50, 100) * HOUR,
            _ => draw.between(60, 300) * DAY,
        };
        let lasts = if draw.yes(0.15) { 0.9 } else { 1.15 };
        Self { kind, person, phase: draw.between(0, DAY - 1), charge, lasts }
    }

    /// Per cent that are left in the battery.
    pub fn battery(&self, at: i64) -> f64 {
        let since = (at + self.phase * 7).rem_euclid(self.charge);
        let using = self.charge - CHARGING;
        let left = |since: i64| (100.0 * (1.0 - since as f64 / (using as f64 * self.lasts))).max(0.0);
        if since < using {
            return left(since).round();
        }
        let charged = (since - using) as f64 / CHARGING as f64;
        (left(using) + (100.0 - left(using)) * charged).round()
    }

    /// What it measures in the minute that begins at this second, in order.
    pub fn minute(&self, minute: i64) -> Vec<Reading> {
        if self.battery(minute) < 1.0 {
            return vec![];
        }
        let at = minute + self.phase % MINUTE;
        let mut all = match self.kind {
            Kind::Wristband => self.wristband(at),
            Kind::PressureCuff => self.cuff(at),
            Kind::Glucometer => self.glucometer(at),
            Kind::Oximeter => self.oximeter(at),
            Kind::Thermometer => self.thermometer(at),
            Kind::Scale => self.scale(at),
            Kind::BedMat => self.mat(at),
            Kind::MotionSensor => self.motion(at, 5),
            Kind::SosButton | Kind::FallDetector | Kind::HealthHut => vec![],
        };
        if self.every(at, 60) {
            all.push((at, Vital::Battery, self.battery(at)));
        }
        all.extend(self.befallen(minute));
        all.sort_by_key(|(at, ..)| *at);
        all
    }

    /// Whether it is this device's turn: every so many minutes.
    fn every(&self, at: i64, minutes: i64) -> bool {
        (at / MINUTE + self.phase / MINUTE).rem_euclid(minutes) == 0
    }

    /// Whether a time of the day has come, so many minutes after midnight and up to an hour later.
    fn time(&self, at: i64, minute: i64) -> bool {
        of_day(at) / MINUTE == minute + (self.phase + day(at) * 7) % 60
    }

    fn wristband(&self, at: i64) -> Vec<Reading> {
        let mut all = vec![];
        if self.every(at, 5) {
            all.push((at, Vital::Pulse, self.person.pulse(at)));
        }
        if self.every(at, 15) {
            all.push((at, Vital::Spo2, self.person.spo2(at)));
        }
        if self.every(at, 30) {
            let (latitude, longitude) = self.person.place(at);
            all.push((at, Vital::Temperature, self.person.temperature(at)));
            all.extend([(at, Vital::Latitude, latitude), (at, Vital::Longitude, longitude)]);
        }
        if self.every(at, 60) {
            all.extend([
                (at, Vital::Steps, self.person.steps(at)),
                (at, Vital::Respiration, self.person.respiration(at)),
            ]);
        }
        all.extend(self.motion(at, 10));
        all
    }

    /// In the morning and in the evening, and once more after two minutes when it is high.
    fn cuff(&self, at: i64) -> Vec<Reading> {
        let again = |at: i64| (self.time(at, 6 * 60 + 30), self.time(at, 18 * 60)) != (false, false);
        let due = again(at) || (again(at - 2 * MINUTE) && self.person.pressure(at - 2 * MINUTE).0 >= 150.0);
        if !due {
            return vec![];
        }
        let (systolic, diastolic) = self.person.pressure(at);
        vec![(at, Vital::Sbp, systolic), (at, Vital::Dbp, diastolic), (at, Vital::Pulse, self.person.pulse(at))]
    }

    fn glucometer(&self, at: i64) -> Vec<Reading> {
        match (self.time(at, 6 * 60), self.time(at, 13 * 60)) {
            (false, false) => vec![],
            (_, after_meal) => vec![(at, Vital::Glucose, self.person.glucose(at, after_meal))],
        }
    }

    fn oximeter(&self, at: i64) -> Vec<Reading> {
        if ![7, 13, 19].iter().any(|hour| self.time(at, hour * 60)) {
            return vec![];
        }
        vec![(at, Vital::Spo2, self.person.spo2(at)), (at, Vital::Pulse, self.person.pulse(at))]
    }

    /// In the morning and in the evening; every few hours with a fever.
    fn thermometer(&self, at: i64) -> Vec<Reading> {
        let warm = self.person.temperature(at) > 37.3;
        let due =
            self.time(at, 8 * 60) || self.time(at, 20 * 60) || (warm && self.person.awake(at) && self.every(at, 180));
        if due { vec![(at, Vital::Temperature, self.person.temperature(at))] } else { vec![] }
    }

    fn scale(&self, at: i64) -> Vec<Reading> {
        let due = day(at) % 7 == self.phase % 7 && self.time(at, 7 * 60);
        if due { vec![(at, Vital::Weight, self.person.weight(at))] } else { vec![] }
    }

    /// While somebody lies on it.
    fn mat(&self, at: i64) -> Vec<Reading> {
        if self.person.awake(at) || !self.every(at, 5) {
            return vec![];
        }
        let (pulse, respiration) = (self.person.pulse(at), self.person.respiration(at));
        vec![(at, Vital::Pulse, pulse), (at, Vital::Respiration, respiration), (at, Vital::Motion, 1.0)]
    }

    fn motion(&self, at: i64, minutes: i64) -> Vec<Reading> {
        let due = self.every(at, minutes) && self.person.activity(at) > 0.0;
        if due { vec![(at, Vital::Motion, 1.0)] } else { vec![] }
    }

    /// Falls and presses of the minute, where the device can notice them.
    fn befallen(&self, minute: i64) -> Vec<Reading> {
        let falls = matches!(self.kind, Kind::Wristband | Kind::FallDetector);
        let presses = matches!(self.kind, Kind::Wristband | Kind::SosButton);
        if !falls && !presses {
            return vec![];
        }
        let days = [day(minute) - 1, day(minute)];
        let all = days.into_iter().flat_map(|day| self.person.happenings(day));
        let now = all.filter(|(at, _)| (minute..minute + MINUTE).contains(at));
        now.filter_map(|(at, what)| match what {
            Happening::Fall if falls => Some((at, Vital::Fall, 1.0)),
            Happening::FallCalledOff if falls => Some((at, Vital::Fall, 0.0)),
            Happening::Press if presses => Some((at, Vital::Sos, 1.0)),
            _ => None,
        })
        .collect()
    }
}
