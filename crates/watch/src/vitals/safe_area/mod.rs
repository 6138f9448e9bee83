//! The safe area of an elder who may lose the way: a circle on the map.

pub mod store;

use kernel::Instant;

/// A circle: millionths of a degree, metres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeArea {
    /// Latitude of the middle.
    pub latitude: i64,
    /// Longitude of it.
    pub longitude: i64,
    /// How far from the middle one may go.
    pub radius: i64,
    /// What it is called.
    pub name: String,
    /// Who set it.
    pub set_by: String,
    /// When.
    pub set_at: Instant,
}

/// Radii that make sense: a position is not better known than the least. Settings of this program.
pub const RADII: std::ops::RangeInclusive<i64> = 50..=20_000;

impl SafeArea {
    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let degrees = |value: i64, most: i64| (-most * 1_000_000..=most * 1_000_000).contains(&value);
        if !degrees(self.latitude, 90) || !degrees(self.longitude, 180) {
            return Some("坐标应为度数：纬度在 -90 至 90、经度在 -180 至 180 之间");
        }
        (!RADII.contains(&self.radius)).then_some("半径应在 50 至 20000 米之间")
    }
}

/// Metres between two places, each as latitude and longitude in millionths of a degree.
#[must_use]
pub fn metres(one: (i64, i64), other: (i64, i64)) -> i64 {
    let degrees = |(lat, lon): (i64, i64)| (lon as f64 / 1e6, lat as f64 / 1e6);
    care::agreements::pairing::metres(degrees(one), degrees(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_ground() {
        assert_eq!(metres((32_000_000, 121_000_000), (32_000_000, 121_000_000)), 0);
        let one = metres((32_000_000, 121_000_000), (32_009_000, 121_000_000));
        assert!((995..=1005).contains(&one), "{one}");
        let area = |radius| SafeArea {
            latitude: 32_000_000,
            longitude: 121_000_000,
            radius,
            name: String::new(),
            set_by: String::new(),
            set_at: Instant::default(),
        };
        let wrong = [49, 50, 20_000, 20_001].map(|radius| area(radius).fault().is_some());
        assert_eq!(wrong, [true, false, false, true]);
        assert!(SafeArea { latitude: 91_000_000, ..area(100) }.fault().is_some());
    }
}
