//! A made-up old person: what a body shows at a moment. Pure: everything follows from seed and time, nothing is remembered,
//! so that a device may look at any minute. Only exact arithmetic, so that every machine makes the same people.

use crate::synthetic::Draw;

/// Seconds.
pub const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// China is eight hours ahead of UTC.
const ZONE: i64 = 8 * HOUR;
/// The longest illness, in days.
const LONGEST: i64 = 6;

/// How far pulse, blood pressure and temperature are from their mean at each hour, in parts of their swing.
const RHYTHM: [f64; 24] = [
    -0.7, -0.8, -0.9, -1.0, -1.0, -0.8, -0.3, 0.2, 0.5, 0.7, 0.7, 0.6, 0.4, 0.3, 0.4, 0.6, 0.8, 1.0, 0.9, 0.7, 0.4,
    0.1, -0.3, -0.5,
];

/// What befalls somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// Falls and lies.
    Fall,
    /// A detector thinks so; the elder calls it off.
    FallCalledOff,
    /// Presses for help.
    Press,
}

/// Somebody.
#[derive(Clone, Debug)]
pub struct Person {
    seed: u64,
    events: f64,
    rises: i64,
    retires: i64,
    pulse: f64,
    sbp: f64,
    dbp: f64,
    spo2: f64,
    glucose: f64,
    weight: f64,
    steps: f64,
    frailty: f64,
}

#[derive(Clone, Copy)]
struct Illness {
    fever: f64,
    breathless: f64,
}

impl Person {
    /// The one of this seed and word. `events`: how many times as much befalls them as in life.
    pub fn new(seed: u64, word: &str, events: f64) -> Self {
        let mut draw = Draw::new(seed, word);
        let hypertension = draw.yes(0.55);
        let sbp = if hypertension { draw.normal(146.0, 9.0) } else { draw.normal(125.0, 8.0) };
        Self {
            events,
            rises: draw.between(5 * 60, 7 * 60 + 30) * MINUTE,
            retires: draw.between(20 * 60, 22 * 60 + 30) * MINUTE,
            pulse: draw.normal(73.0, 6.0),
            sbp,
            dbp: sbp * draw.normal(0.57, 0.03),
            spo2: if draw.yes(0.1) { draw.normal(93.5, 0.8) } else { draw.normal(96.8, 0.7) },
            glucose: if draw.yes(0.2) { draw.normal(8.2, 1.0) } else { draw.normal(5.6, 0.4) },
            weight: draw.normal(60.0, 9.0),
            steps: draw.normal(4_200.0, 1_700.0).max(300.0),
            frailty: draw.unit(),
            seed: draw.below(usize::MAX) as u64,
        }
    }

    /// Chance of its own for a purpose and a number, such as a day.
    fn draw(&self, purpose: &str, number: i64) -> Draw {
        Draw::new(self.seed ^ (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15), purpose)
    }

    fn noise(&self, purpose: &str, at: i64, deviation: f64) -> f64 {
        self.draw(purpose, at).normal(0.0, deviation)
    }

    /// How ill, from 0 (well) to 1 in both ways.
    fn illness(&self, at: i64) -> Illness {
        let today = day(at);
        (today - LONGEST..=today)
            .map(|from| self.fell_ill(from, at))
            .fold(Illness { fever: 0.0, breathless: 0.0 }, worse)
    }

    /// What is left at a moment of an illness that began on a day, if one did.
    fn fell_ill(&self, from: i64, at: i64) -> Illness {
        let mut draw = self.draw("illness", from);
        let ill = draw.yes((0.006 * self.events * (0.5 + self.frailty)).min(0.06));
        let begins = from * DAY - ZONE + draw.between(0, DAY - 1);
        let ends = begins + draw.between(2 * DAY, (LONGEST - 1) * DAY);
        let (fever, breathless) = (draw.between(6, 26) as f64 / 10.0, if draw.yes(0.4) { draw.unit() } else { 0.0 });
        if !ill || !(begins..ends).contains(&at) {
            return Illness { fever: 0.0, breathless: 0.0 };
        }
        let rising = (at - begins) as f64 / (10 * HOUR) as f64;
        let falling = (ends - at) as f64 / (20 * HOUR) as f64;
        let share = rising.min(falling).clamp(0.0, 1.0);
        Illness { fever: fever * share, breathless: breathless * share }
    }

    /// Whether up.
    pub fn awake(&self, at: i64) -> bool {
        (self.rises..self.retires).contains(&of_day(at))
    }

    /// How much they move in a quarter of an hour, from 0 to about 1.
    pub fn activity(&self, at: i64) -> f64 {
        if !self.awake(at) {
            return 0.0;
        }
        let quarter = at.div_euclid(15 * MINUTE);
        let moves = self.draw("moves", quarter).unit();
        // Somebody ill stays in bed.
        (moves * moves - 0.15).max(0.0) * (1.0 - self.illness(at).fever / 4.0).max(0.1)
    }

    /// Beats a minute.
    pub fn pulse(&self, at: i64) -> f64 {
        let ill = self.illness(at);
        let body = self.pulse + 6.0 * rhythm(at) + 22.0 * self.activity(at);
        body + 9.0 * ill.fever + 12.0 * ill.breathless + self.noise("pulse", at, 2.5)
    }

    /// Systolic and diastolic, in mmHg.
    pub fn pressure(&self, at: i64) -> (f64, f64) {
        // A good and a bad day, and a little from one measurement to the next.
        let day = self.noise("pressure", day(at), 5.0);
        let systolic = self.sbp + 7.0 * rhythm(at) + day + self.noise("sbp", at, 4.0);
        (systolic, self.dbp + 4.0 * rhythm(at) + day / 2.0 + self.noise("dbp", at, 3.0))
    }

    /// Per cent.
    pub fn spo2(&self, at: i64) -> f64 {
        (self.spo2 - 9.0 * self.illness(at).breathless + self.noise("spo2", at, 0.6)).clamp(70.0, 100.0)
    }

    /// Degrees Celsius.
    pub fn temperature(&self, at: i64) -> f64 {
        36.5 + 0.25 * rhythm(at) + self.illness(at).fever + self.noise("temperature", at, 0.1)
    }

    /// Breaths a minute.
    pub fn respiration(&self, at: i64) -> f64 {
        let ill = self.illness(at);
        15.5 + rhythm(at) + 1.5 * ill.fever + 8.0 * ill.breathless + self.noise("respiration", at, 0.8)
    }

    /// mmol/L; two hours after a meal it is higher.
    pub fn glucose(&self, at: i64, after_meal: bool) -> f64 {
        self.glucose * if after_meal { 1.35 } else { 1.0 } + self.noise("glucose", at, 0.5)
    }

    /// Kilograms.
    pub fn weight(&self, at: i64) -> f64 {
        self.weight + self.noise("weight", day(at), 0.4)
    }

    /// Steps since midnight.
    pub fn steps(&self, at: i64) -> f64 {
        let midnight = at - of_day(at);
        let quarters = of_day(at) / (15 * MINUTE);
        let moved: f64 = (0..quarters).map(|n| self.activity(midnight + n * 15 * MINUTE)).sum();
        // Over a whole day the quarters add up to about twelve.
        (self.steps * moved / 12.0).round()
    }

    /// Latitude and longitude: at home, or some hundred metres away on the way to the market.
    pub fn place(&self, at: i64) -> (f64, f64) {
        let mut home = self.draw("home", 0);
        let (latitude, longitude) = (32.25 + 0.25 * home.unit(), 121.0 + 0.35 * home.unit());
        let out = self.activity(at);
        let far = if out > 0.5 { 0.006 * out } else { 0.0 };
        (latitude + far + self.noise("north", at, 0.000_05), longitude + far / 2.0 + self.noise("east", at, 0.000_05))
    }

    /// What befalls them on a day, in order.
    pub fn happenings(&self, day: i64) -> Vec<(i64, Happening)> {
        let mut draw = self.draw("happenings", day);
        let midnight = day * DAY - ZONE;
        let mut all = vec![];
        if draw.yes((0.004 * self.events * (0.3 + self.frailty)).min(0.8)) {
            let at = midnight + draw.between(5 * HOUR, 23 * HOUR);
            all.push((at, Happening::Fall));
            match draw.below(10) {
                0..5 => all.push((at + draw.between(20, 300), Happening::Press)),
                5..7 => all.push((at + draw.between(5, 40), Happening::FallCalledOff)),
                _ => {}
            }
        }
        if draw.yes((0.01 * self.events).min(1.0)) {
            all.push((midnight + draw.between(0, DAY - 1), Happening::Press));
        }
        all.sort_unstable();
        all
    }
}

fn worse(one: Illness, other: Illness) -> Illness {
    Illness { fever: one.fever.max(other.fever), breathless: one.breathless.max(other.breathless) }
}

/// The day in China, counted from 1970.
pub const fn day(at: i64) -> i64 {
    (at + ZONE).div_euclid(DAY)
}

/// Seconds since midnight in China.
pub const fn of_day(at: i64) -> i64 {
    (at + ZONE).rem_euclid(DAY)
}

/// Between one hour and the next.
fn rhythm(at: i64) -> f64 {
    let (hour, within) = ((of_day(at) / HOUR) as usize, (of_day(at) % HOUR) as f64 / HOUR as f64);
    let (this, next) = (RHYTHM[hour % 24], RHYTHM[(hour + 1) % 24]);
    this + (next - this) * within
}
