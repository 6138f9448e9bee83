//! Jobs and duties: what is to be placed, and where it may be.

/// Ticks of any unit: seconds for a day's visits, ten-thousandths for a benchmark.
pub type Time = i32;

/// May not be placed there.
pub const NEVER: i64 = i64::MAX / 4;

/// One thing that one carer does: a visit, one half of a visit of two carers, or a break.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where; a break is wherever one happens to be.
    pub place: usize,
    pub service: Time,
    /// When it may begin, in order, none empty.
    pub windows: Vec<(Time, Time)>,
    pub load: i32,
    pub rest: bool,
    /// The other half.
    pub mate: Option<usize>,
    /// Stays where it is once it is placed.
    pub pinned: bool,
    /// Cost of leaving it out.
    pub penalty: i64,
}

/// One carer's working time.
#[derive(Debug, Clone)]
pub struct Duty {
    pub start: usize,
    pub end: usize,
    pub from: Time,
    /// After this begins overtime.
    pub until: Time,
    /// Home by then.
    pub latest: Time,
    pub capacity: i32,
    /// Cost of using it at all.
    pub fixed: i64,
    /// Duties that may stand for each other while empty have the same number.
    pub class: usize,
    /// Whose it is: both halves of a pair go to different owners.
    pub owner: usize,
}

/// A whole problem.
#[derive(Debug, Clone)]
pub struct Instance {
    pub places: usize,
    /// Ticks from place to place, row by row.
    pub travel: Vec<Time>,
    pub jobs: Vec<Job>,
    pub duties: Vec<Duty>,
    /// Cost of job j on duty d at `j * duties + d`; `NEVER` where it may not be.
    pub assign: Vec<i64>,
    /// Cost of a tick of travel, of idling between visits, of overtime.
    pub travel_cost: i64,
    pub idle_cost: i64,
    pub overtime_cost: i64,
}

impl Instance {
    pub fn leg(&self, from: usize, to: usize) -> Time {
        self.travel[from * self.places + to]
    }

    pub fn assigned(&self, job: usize, duty: usize) -> i64 {
        self.assign[job * self.duties.len() + duty]
    }

    /// Whether the cost hangs on when things are done, not only on the order.
    pub fn timed(&self) -> bool {
        self.idle_cost != 0 || self.overtime_cost != 0
    }

    /// For every job the others, nearest first; breaks have no neighbours and are nobody's.
    pub fn neighbours(&self) -> Vec<Vec<usize>> {
        let all: Vec<usize> = (0..self.jobs.len()).filter(|job| !self.jobs[*job].rest).collect();
        let sorted = |job: &Job| {
            let mut near = if job.rest { Vec::new() } else { all.clone() };
            near.sort_by_key(|other| self.leg(job.place, self.jobs[*other].place));
            near
        };
        self.jobs.iter().map(sorted).collect()
    }
}

/// When a job may begin in a solution: its windows, or the one instant that a pair agreed on.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub lo: Time,
    pub hi: Time,
    /// There are gaps between: ask the job's own windows.
    pub gaps: bool,
}

impl Span {
    pub fn of(job: &Job) -> Self {
        let lo = job.windows.first().map_or(0, |window| window.0);
        let hi = job.windows.last().map_or(-1, |window| window.1);
        Self { lo, hi, gaps: job.windows.len() > 1 }
    }

    pub const fn at(time: Time) -> Self {
        Self { lo: time, hi: time, gaps: false }
    }

    /// The first start not before `arrival`.
    pub fn first(self, job: &Job, arrival: Time) -> Option<Time> {
        if arrival > self.hi {
            return None;
        }
        if !self.gaps {
            return Some(arrival.max(self.lo));
        }
        let window = job.windows.iter().find(|window| arrival <= window.1)?;
        Some(arrival.max(window.0))
    }

    /// The last start not after `limit`.
    pub fn last(self, job: &Job, limit: Time) -> Option<Time> {
        if limit < self.lo {
            return None;
        }
        if !self.gaps {
            return Some(limit.min(self.hi));
        }
        let window = job.windows.iter().rev().find(|window| limit >= window.0)?;
        Some(limit.min(window.1))
    }
}
