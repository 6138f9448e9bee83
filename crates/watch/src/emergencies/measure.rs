//! How fast the call centre was: medians, ninetieth percentiles, the share within the target. Pure.

use super::model::Step;
use kernel::{Area, Bp, Instant};

/// The times of one real case, or of a call that nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Where the elder lives; the exchange's county for an unanswered call.
    pub area: Area,
    /// When it began.
    pub began: Instant,
    /// When it was taken; none for a call that ended before.
    pub answered: Option<Instant>,
    /// When somebody was sent.
    pub dispatched: Option<Instant>,
    /// When somebody was there.
    pub arrived: Option<Instant>,
    /// Whether an operator wrote it down: then nobody knows how long the caller had waited.
    pub by_hand: bool,
}

impl Times {
    /// Seconds until a step; none when it was not taken.
    #[must_use]
    pub fn until(&self, step: Step) -> Option<i64> {
        let at = match step {
            Step::Answer => self.answered,
            Step::Dispatch => self.dispatched,
            Step::Arrive => self.arrived,
        };
        at.map(|at| (at - self.began).num_seconds().max(0))
    }

    /// The hour of the day in China.
    #[must_use]
    pub fn hour(&self) -> i64 {
        let seconds = self.began.timestamp().saturating_add(8 * 3600);
        seconds.div_euclid(3600).rem_euclid(24)
    }
}

/// A target of the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// So many seconds are in time.
    pub within: i64,
    /// So many should be.
    pub share: Bp,
    /// Why the numbers are not certain, if they are not.
    pub unverified: Option<String>,
}

/// One figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// How many took the step, and for answering also those whom nobody answered.
    pub count: i64,
    /// How many of them were in time.
    pub in_time: i64,
    /// Half were at most so many seconds.
    pub median: Option<i64>,
    /// Nine in ten were.
    pub p90: Option<i64>,
}

impl Stat {
    /// The figure of a step over some cases.
    #[must_use]
    pub fn of<'t>(all: impl Iterator<Item = &'t Times>, step: Step, target: Option<&Target>) -> Self {
        let (mut seconds, mut lost) = (vec![], 0);
        for one in all.filter(|one| step != Step::Answer || !one.by_hand) {
            match one.until(step) {
                Some(value) => seconds.push(value),
                None => lost += i64::from(step == Step::Answer),
            }
        }
        seconds.sort_unstable();
        let in_time = target.map_or(0, |target| seconds.partition_point(|value| *value <= target.within)) as i64;
        let count = seconds.len() as i64 + lost;
        Self { count, in_time, median: rank(&seconds, 50), p90: rank(&seconds, 90) }
    }

    /// The share in time; none without a case.
    #[must_use]
    pub fn share(&self) -> Option<Bp> {
        (self.count > 0).then(|| Bp(self.in_time * 10_000 / self.count))
    }
}

/// The nearest rank: the least value that so many per cent do not exceed.
fn rank(sorted: &[i64], percent: usize) -> Option<i64> {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.saturating_sub(1)).copied()
}

/// Seconds as people read them: `1 分 20 秒`.
#[must_use]
pub fn spoken(seconds: i64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, s) => format!("{s} 秒"),
        (0, m, 0) => format!("{m} 分"),
        (0, m, s) => format!("{m} 分 {s} 秒"),
        (h, m, _) => format!("{h} 小时 {m} 分"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn times(seconds: &[Option<i64>]) -> Vec<Times> {
        let began = kernel::time::parse_local("2026-11-02 23:30").expect("instant");
        let one = |s: &Option<i64>| Times {
            area: Area::COUNTRY,
            began,
            answered: s.map(|s| began + TimeDelta::seconds(s)),
            dispatched: None,
            arrived: None,
            by_hand: false,
        };
        seconds.iter().map(one).collect()
    }

    #[test]
    fn in_time_is_up_to_the_target_and_an_unanswered_call_is_not() {
        let target = Target { within: 30, share: Bp(9000), unverified: None };
        let all = times(&[Some(29), Some(30), Some(31), None]);
        let stat = Stat::of(all.iter(), Step::Answer, Some(&target));
        assert_eq!(stat, Stat { count: 4, in_time: 2, median: Some(30), p90: Some(31) });
        assert_eq!((stat.share(), Stat::default().share()), (Some(Bp(5000)), None));
        assert_eq!(Stat::of(all.iter(), Step::Arrive, Some(&target)), Stat::default());
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let all: Vec<i64> = (1..=10).collect();
        assert_eq!((rank(&all, 50), rank(&all, 90), rank(&[7], 90), rank(&[], 50)), (Some(5), Some(9), Some(7), None));
    }

    #[test]
    fn the_hour_is_that_of_china() {
        assert_eq!(times(&[None])[0].hour(), 23);
        assert_eq!([spoken(59), spoken(60), spoken(80), spoken(3_660)], ["59 秒", "1 分", "1 分 20 秒", "1 小时 1 分"]);
    }
}
