//! How simulated time runs beside the real one. All in milliseconds since 1970. Pure.

/// The simulated hours end at the present: it begins so far in the past that it has caught up when they are over. Nothing is
/// measured in the future, and at a speed of 1 everything is measured when it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    begun: i64,
    start: i64,
    end: i64,
    speed: f64,
    as_of_now: bool,
}

const HOUR: f64 = 3_600_000.0;

impl Pace {
    /// From now on so many hours at a speed. `as_of_now`: measurements carry the time at which they are sent.
    pub fn new(now: i64, hours: f64, speed: f64, as_of_now: bool) -> Self {
        let length = (hours * HOUR) as i64;
        // A day's rhythm begins at the hour that it is, when it is stamped with the present.
        let start = if as_of_now { now } else { now - length + (hours * HOUR / speed) as i64 };
        Self { begun: now, start, end: start + length, speed, as_of_now }
    }

    /// When the simulated time begins.
    pub const fn start(&self) -> i64 {
        self.start
    }

    /// When it ends.
    pub const fn end(&self) -> i64 {
        self.end
    }

    /// The real time at which something is sent that happens at this simulated time.
    pub fn real(&self, simulated: i64) -> i64 {
        self.begun + ((simulated - self.start) as f64 / self.speed) as i64
    }

    /// The time that a measurement carries.
    pub fn stamp(&self, simulated: i64) -> i64 {
        if self.as_of_now { self.real(simulated) } else { simulated }
    }
}
