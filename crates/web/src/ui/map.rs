//! A map that we draw ourselves: places as points in a picture. No tiles from elsewhere.

/// Size of the picture in its own units.
const WIDE: f64 = 960.0;
const HIGH: f64 = 640.0;
const EDGE: f64 = 40.0;

/// Where each place lies in the picture; the class `yy-map` gives it its look.
pub struct Frame {
    west: f64,
    north: f64,
    /// Units of the picture for a degree of latitude.
    scale: f64,
    /// What is left over on the left and at the top, so that the drawing stands in the middle.
    slack: (f64, f64),
    /// A degree of longitude is shorter than one of latitude by this.
    squeeze: f64,
}

impl Frame {
    /// The frame around all places, longitude and latitude in degrees; none without a place.
    #[must_use]
    pub fn around(places: &[(f64, f64)]) -> Option<Self> {
        let edge = |of: fn(&(f64, f64)) -> f64, pick: fn(f64, f64) -> f64| places.iter().map(of).reduce(pick);
        let (west, east) = (edge(|p| p.0, f64::min)?, edge(|p| p.0, f64::max)?);
        let (south, north) = (edge(|p| p.1, f64::min)?, edge(|p| p.1, f64::max)?);
        let squeeze = f64::midpoint(south, north).to_radians().cos();
        let across = (WIDE - 2.0 * EDGE) / ((east - west) * squeeze).max(1e-6);
        let down = (HIGH - 2.0 * EDGE) / (north - south).max(1e-6);
        let scale = across.min(down);
        let slack = |room: f64, degrees: f64| (room - degrees * scale).max(0.0) / 2.0;
        let slack = (slack(WIDE, (east - west) * squeeze), slack(HIGH, north - south));
        Some(Self { west, north, scale, slack, squeeze })
    }

    /// Where a place lies, in units of the picture.
    #[must_use]
    pub fn point(&self, (lon, lat): (f64, f64)) -> (i64, i64) {
        let x = self.slack.0 + (lon - self.west) * self.squeeze * self.scale;
        let y = self.slack.1 + (self.north - lat) * self.scale;
        (x.round() as i64, y.round() as i64)
    }

    /// The picture's `viewBox`.
    #[must_use]
    pub fn view_box() -> String {
        format!("0 0 {WIDE} {HIGH}")
    }
}
