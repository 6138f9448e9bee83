//! How long it takes from place to place.

use crate::mistake::LAST;
use crate::model::Seconds;
use serde::{Deserialize, Serialize};

/// A place on the map, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// East.
    pub lon: f64,
    /// North.
    pub lat: f64,
}

/// Seconds of travel between all places, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    places: usize,
    seconds: Vec<Seconds>,
}

impl Matrix {
    /// A matrix of so many places; whether it is sound is asked with the rest of the question.
    #[must_use]
    pub const fn new(places: usize, seconds: Vec<Seconds>) -> Self {
        Self { places, seconds }
    }

    /// Rows.
    #[must_use]
    pub const fn places(&self) -> usize {
        self.places
    }

    /// Seconds from one place to another.
    #[must_use]
    pub fn leg(&self, from: usize, to: usize) -> Seconds {
        self.seconds[from * self.places + to]
    }

    /// Square, nothing below nought or longer than a day.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.seconds.len() == self.places * self.places && self.seconds.iter().all(|leg| (0..=LAST / 2).contains(leg))
    }
}

/// Why there is no matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTravel {
    /// The service could not be asked.
    #[error("RT31 行程服务无法访问：{0}")]
    Unreachable(String),
    /// The service answered, but not with a table.
    #[error("RT32 行程服务的回答无法理解：{0}")]
    Garbled(String),
    /// No road between two places.
    #[error("RT33 第 {from} 与第 {to} 个地点之间没有道路")]
    NoRoad {
        /// Row.
        from: usize,
        /// Column.
        to: usize,
    },
    /// Not on the globe, or a speed or factor that is none.
    #[error("RT34 坐标或速度无效（第 {0} 个地点）")]
    Invalid(usize),
}

/// Whoever knows how long it takes.
pub trait Travel {
    /// Seconds between all places.
    ///
    /// # Errors
    /// When there is no answer, or one that cannot be used.
    fn matrix(&self, places: &[Place]) -> Result<Matrix, NoTravel>;
}

/// The straight line, lengthened by a factor, at one speed. No road network is needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StraightLine {
    /// Road for every metre of straight line.
    pub factor: f64,
    /// Kilometres in an hour.
    pub km_h: f64,
    /// Added to every way between two different places: parking, stairs.
    pub settle: Seconds,
}

impl Travel for StraightLine {
    fn matrix(&self, places: &[Place]) -> Result<Matrix, NoTravel> {
        let sound = |value: f64| value.is_finite() && value > 0.0;
        if !sound(self.factor) || !sound(self.km_h) || self.settle < 0 {
            return Err(NoTravel::Invalid(0));
        }
        if let Some(place) = places.iter().position(|place| !on_globe(*place)) {
            return Err(NoTravel::Invalid(place));
        }
        let legs = places.iter().flat_map(|from| places.iter().map(move |to| self.leg(*from, *to)));
        Ok(Matrix::new(places.len(), legs.collect()))
    }
}

impl StraightLine {
    fn leg(self, from: Place, to: Place) -> Seconds {
        let metres = metres(from, to);
        if metres < 1.0 {
            return 0;
        }
        let seconds = metres * self.factor / (self.km_h / 3.6);
        (seconds.ceil() as Seconds).saturating_add(self.settle).min(LAST / 2)
    }
}

fn on_globe(place: Place) -> bool {
    place.lon.abs() <= 180.0 && place.lat.abs() <= 90.0
}

/// Metres along the globe (haversine, mean radius 6,371 km).
#[must_use]
pub fn metres(from: Place, to: Place) -> f64 {
    const RADIUS: f64 = 6_371_000.0;
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let across = from.lat.to_radians().cos() * to.lat.to_radians().cos() * half(to.lon - from.lon);
    2.0 * RADIUS * (half(to.lat - from.lat) + across).sqrt().min(1.0).asin()
}

/// What a routing service like OSRM is asked: the path of its `table` service for these places.
#[must_use]
pub fn osrm_path(profile: &str, places: &[Place]) -> String {
    let all: Vec<String> = places.iter().map(|place| format!("{:.6},{:.6}", place.lon, place.lat)).collect();
    format!("/table/v1/{profile}/{}?annotations=duration", all.join(";"))
}

#[derive(Deserialize)]
struct OsrmTable {
    code: String,
    message: Option<String>,
    durations: Option<Vec<Vec<Option<f64>>>>,
}

/// The matrix in the answer of an OSRM-like `table` service.
///
/// # Errors
/// When it is no table of so many places, or two places have no road between them.
pub fn osrm_table(answer: &str, places: usize) -> Result<Matrix, NoTravel> {
    let table: OsrmTable = serde_json::from_str(answer).map_err(|e| NoTravel::Garbled(e.to_string()))?;
    if table.code != "Ok" {
        return Err(NoTravel::Garbled(table.message.unwrap_or(table.code)));
    }
    let rows = table.durations.unwrap_or_default();
    if rows.len() != places || rows.iter().any(|row| row.len() != places) {
        return Err(NoTravel::Garbled(format!("{places} × {places}?")));
    }
    let mut seconds = Vec::with_capacity(places * places);
    for (from, row) in rows.iter().enumerate() {
        for (to, leg) in row.iter().enumerate() {
            let leg = leg.ok_or(NoTravel::NoRoad { from, to })?;
            if !(0.0..=f64::from(LAST / 2)).contains(&leg) {
                return Err(NoTravel::Garbled(format!("{leg}")));
            }
            seconds.push(leg.ceil() as Seconds);
        }
    }
    Ok(Matrix::new(places, seconds))
}
