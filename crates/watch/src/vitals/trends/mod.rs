//! Who is getting worse (变差的趋势): the median of the last days beside that of the weeks before, by the policy table `vital_trend`.
//! A value that creeps crosses no limit until it is late; a trend shows it.
//!
//! The night computes it once from the daily summaries and keeps what got worse, so that lists and the home page only read.

pub mod store;

use crate::vitals::Vital;
use db::{Actor, Db};
use kernel::{Area, Date, ElderId};
use policy::{Facts, Library};

registry::choice! {
    /// How a vital sign goes (words of the policy table).
    pub enum Direction {
        /// It rises.
        Rising = "rising" "持续升高",
        /// It falls.
        Falling = "falling" "持续下降",
    }
}

/// Vital signs that are looked at.
pub const LOOKED_AT: &[Vital] = &[Vital::Sbp, Vital::Dbp, Vital::Pulse, Vital::Spo2, Vital::Weight, Vital::Steps];
/// So many elders are computed in one transaction, so that nobody waits long for it.
const AT_ONCE: usize = 200;

/// A vital sign that got worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Of what.
    pub vital: Vital,
    /// Where it goes.
    pub direction: Direction,
    /// The median of the weeks before.
    pub was: i64,
    /// The median of the last days.
    pub became: i64,
}

impl Trend {
    /// Why the elder is on the list, in a sentence.
    #[must_use]
    pub fn words(&self, windows: &Windows) -> String {
        let name = if self.vital == Vital::Pulse { "静息脉搏" } else { self.vital.name() };
        let by = (self.became - self.was).abs();
        let share = matches!(self.vital, Vital::Weight | Vital::Steps) && self.was > 0;
        let percent = if share { format!("（{:.1}%）", by as f64 * 100.0 / self.was as f64) } else { String::new() };
        format!(
            "{name}{}：近 {} 天中位数 {}，之前 {} 天 {}，{} {}{percent}",
            self.direction.name(),
            windows.recent,
            self.vital.shown(self.became),
            windows.before,
            self.vital.shown(self.was),
            if self.became > self.was { "升" } else { "降" },
            self.vital.shown(by),
        )
    }
}

/// Which days are compared, and how many of them must have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// The last days.
    pub recent: i64,
    /// Those before.
    pub before: i64,
    /// So many of the last ones at least.
    pub recent_least: i64,
    /// So many of those before at least.
    pub before_least: i64,
}

impl Windows {
    /// As the documents of a place set them; none where they do not.
    #[must_use]
    pub fn of(library: &Library, area: Area, on: Date) -> Option<Self> {
        let number = |name: &str| library.parameter(name, area, on).map(|parameter| parameter.value);
        Some(Self {
            recent: number("trend_recent_days")?,
            before: number("trend_before_days")?,
            recent_least: number("trend_recent_least")?,
            before_least: number("trend_before_least")?,
        })
    }
}

/// Where a vital sign goes, if it gets worse.
#[must_use]
pub fn judge(library: &Library, whose: (Area, Date), vital: Vital, was: i64, became: i64) -> Option<Direction> {
    let asked = Facts::new().with("vital", vital.code()).with("before", was).with("now", became);
    Direction::parse(library.decide("vital_trend", whose.0, whose.1, &asked).text("trend")?)
}

/// Computes it anew for everybody who is watched; answers how many are getting worse.
///
/// # Errors
/// What the store says.
pub fn refresh(db: &Db, by: &Actor, library: &Library) -> db::Result<usize> {
    let today = by.today();
    let (mut after, mut worse) = (None, 0);
    loop {
        let people = db.read(|tx| store::watched(tx, after, by.now - chrono::TimeDelta::days(35), AT_ONCE))?;
        let Some(last) = people.last() else { break };
        after = Some(last.0);
        let found = db.read(|tx| of(tx, library, today, &people))?;
        worse += found.iter().filter(|(_, trends)| !trends.is_empty()).count();
        db.write(|tx| store::put(tx, by, &found))?;
    }
    db.write(|tx| store::forget(tx, today))?;
    Ok(worse)
}

fn of(
    tx: &mut db::Tx<'_>,
    library: &Library,
    today: Date,
    people: &[(ElderId, Area)],
) -> db::Result<Vec<(ElderId, Vec<Trend>)>> {
    let mut all: Vec<(ElderId, Vec<Trend>)> = people.iter().map(|(elder, _)| (*elder, vec![])).collect();
    // The numbers may differ between counties, so those of one are asked together.
    let mut areas: Vec<Area> = people.iter().map(|(_, area)| *area).collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        let Some(windows) = Windows::of(library, area, today) else { continue };
        let here: Vec<ElderId> = people.iter().filter(|(_, at)| *at == area).map(|(elder, _)| *elder).collect();
        for (elder, vital, was, became) in store::medians(tx, &here, today, &windows)? {
            let Some(direction) = judge(library, (area, today), vital, was, became) else { continue };
            if let Some((_, trends)) = all.iter_mut().find(|(one, _)| *one == elder) {
                trends.push(Trend { vital, direction, was, became });
            }
        }
    }
    Ok(all)
}
