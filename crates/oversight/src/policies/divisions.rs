//! Which area codes there are: those that the installation knows, and codes of the other provinces, whose counties it does
//! not list. A typing error is told from a place for which no document rules.

use kernel::Area;
use kernel::area::Level;
use std::collections::BTreeSet;

/// Codes of the provinces, autonomous regions, municipalities and special administrative regions (GB/T 2260).
const PROVINCES: [u64; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82,
];
/// What a province's code is multiplied by in the number of an area.
const PROVINCE: u64 = 10_u64.pow(10);

/// The codes that an installation knows.
#[derive(Clone, Debug, Default)]
pub struct Divisions(BTreeSet<Area>);

impl FromIterator<Area> for Divisions {
    fn from_iter<I: IntoIterator<Item = Area>>(codes: I) -> Self {
        Self(codes.into_iter().collect())
    }
}

impl Divisions {
    /// Those of the list that comes along (`data/divisions.csv`): a code at the beginning of each line after the first.
    #[must_use]
    pub fn of_list(csv: &str) -> Self {
        csv.lines().skip(1).filter_map(|line| Area::parse(line.split(',').next()?).ok()).collect()
    }

    /// The counties of that list that there are today under an area, with their names.
    #[must_use]
    pub fn counties(csv: &str, under: Area) -> Vec<(Area, String)> {
        let county = |line: &str| {
            let mut cells = line.split(',');
            let area = Area::parse(cells.next()?).ok()?;
            let name = cells.next()?.to_owned();
            let current = cells.nth(2) == Some("current");
            Some((area, name)).filter(|_| current && area.level() == Level::County && under.contains(area))
        };
        csv.lines().skip(1).filter_map(county).collect()
    }

    /// The name of an area in that list.
    #[must_use]
    pub fn name(csv: &str, area: Area) -> Option<String> {
        let line =
            csv.lines().skip(1).find(|line| line.split(',').next().and_then(|c| Area::parse(c).ok()) == Some(area));
        Some(line?.split(',').nth(1)?.to_owned())
    }

    /// Whether there is such an area: it or its county is listed; or nothing of its city is, but there is such a province.
    #[must_use]
    pub fn knows(&self, area: Area) -> bool {
        let county = if area.level() > Level::County { area.up_to(Level::County) } else { area };
        if area == Area::COUNTRY || self.0.contains(&area) || self.0.contains(&county) {
            return true;
        }
        let city = area.up_to(Level::City);
        let covered = self.0.range(city..).next().is_some_and(|next| city.contains(*next));
        !covered && PROVINCES.contains(&(area.number() / PROVINCE))
    }

    /// Reads a code, or says what is wrong with it.
    ///
    /// # Errors
    /// In words for the user.
    pub fn read(&self, text: &str) -> Result<Area, String> {
        let area = Area::parse(text.trim()).map_err(|e| e.to_string())?;
        let unknown = || format!("没有区划代码“{text}”，请核对（全国写 000000，县级写 6 位）");
        if self.knows(area) { Ok(area) } else { Err(unknown()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_told_from_a_place_without_documents() {
        let listed = "code,name\n320000,江苏省\n320600,南通市\n320623,如东县\n310000,上海市\n310101,黄浦区\n";
        let all = Divisions::of_list(listed);
        for known in ["000000", "32", "320623", "320623101", "320600", "310000", "330100", "110101", "320900"] {
            assert!(all.read(known).is_ok(), "{known}");
        }
        for unknown in ["320699", "320699101", "999999", "990000", "310199", "3206a3", "", "32062"] {
            assert!(all.read(unknown).is_err(), "{unknown}");
        }
    }
}
