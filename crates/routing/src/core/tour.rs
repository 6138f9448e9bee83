//! One duty's jobs in order, with what makes an insertion cheap to judge: the earliest departure after each job from
//! the left, the latest arrival at each from the right.

use super::instance::{Duty, Instance, Job, NEVER, Span, Time};

/// A latest arrival that nobody can keep.
const TOO_LATE: Time = Time::MIN / 2;

/// Jobs of one duty. Lists that begin with the start of the duty are one longer than the jobs.
#[derive(Debug, Clone, Default)]
pub struct Tour {
    pub jobs: Vec<usize>,
    /// Earliest departure after so many jobs.
    pub dep: Vec<Time>,
    /// Where one is then.
    at: Vec<usize>,
    /// Idle time up to then.
    idle: Vec<Time>,
    /// Latest arrival at each job, and at the end, that everything after it bears.
    late: Vec<Time>,
    /// Index of the first job that is not a break.
    begun: usize,
    pub visits: usize,
    pub load: i32,
    pub cost: i64,
    /// What of the cost is idle time and overtime.
    timed: i64,
    /// Two tours of one duty with the same stamp are the same.
    pub stamp: u64,
}

/// What an insertion would be: its cost and when the job would begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub cost: i64,
    pub first: Time,
    pub last: Time,
}

/// A walk along the clock.
#[derive(Clone, Copy)]
struct Walk {
    now: Time,
    at: usize,
    idle: Time,
    begun: bool,
}

impl Walk {
    /// Goes to a job and does it; says when it begins.
    fn to(&mut self, instance: &Instance, job: &Job, span: Span) -> Option<Time> {
        let arrival = if job.rest { self.now } else { self.now + instance.leg(self.at, job.place) };
        let start = span.first(job, arrival)?;
        if self.begun {
            self.idle += start - arrival;
        }
        if !job.rest {
            (self.at, self.begun) = (job.place, true);
        }
        self.now = start + job.service;
        Some(start)
    }
}

impl Tour {
    /// Takes over another's content without giving up the memory.
    pub fn copy_from(&mut self, other: &Self) {
        self.jobs.clone_from(&other.jobs);
        self.dep.clone_from(&other.dep);
        self.at.clone_from(&other.at);
        self.idle.clone_from(&other.idle);
        self.late.clone_from(&other.late);
        (self.begun, self.visits, self.load) = (other.begun, other.visits, other.load);
        (self.cost, self.timed, self.stamp) = (other.cost, other.timed, other.stamp);
    }

    /// Counts everything anew after the jobs were changed. The order must be one that can be kept.
    pub fn refresh(&mut self, instance: &Instance, spans: &[Span], number: usize) {
        let duty = &instance.duties[number];
        self.forward(instance, spans, duty);
        self.backward(instance, spans, duty);
        self.begun = self.jobs.iter().position(|job| !instance.jobs[*job].rest).unwrap_or(self.jobs.len());
        self.visits = self.jobs.iter().filter(|job| !instance.jobs[**job].rest).count();
        self.load = self.jobs.iter().map(|job| instance.jobs[*job].load).sum();
        (self.cost, self.timed) = if self.visits == 0 { (0, 0) } else { self.whole_cost(instance, number) };
    }

    fn forward(&mut self, instance: &Instance, spans: &[Span], duty: &Duty) {
        self.dep.clear();
        self.at.clear();
        self.idle.clear();
        let mut walk = Walk { now: duty.from, at: duty.start, idle: 0, begun: false };
        self.note(walk);
        for place in 0..self.jobs.len() {
            let job = self.jobs[place];
            if walk.to(instance, &instance.jobs[job], spans[job]).is_none() {
                walk.now = Time::MAX / 4;
            }
            self.note(walk);
        }
    }

    fn note(&mut self, walk: Walk) {
        self.dep.push(walk.now);
        self.at.push(walk.at);
        self.idle.push(walk.idle);
    }

    fn backward(&mut self, instance: &Instance, spans: &[Span], duty: &Duty) {
        let count = self.jobs.len();
        self.late.clear();
        self.late.resize(count + 1, duty.latest);
        for place in (0..count).rev() {
            let job = self.jobs[place];
            let limit = self.late[place + 1] - self.leg_after(instance, duty, place + 1) - instance.jobs[job].service;
            self.late[place] = spans[job].last(&instance.jobs[job], limit).unwrap_or(TOO_LATE);
        }
    }

    /// Ticks of travel between what stands before `place` and what stands there.
    fn leg_after(&self, instance: &Instance, duty: &Duty, place: usize) -> Time {
        match self.jobs.get(place) {
            Some(next) if instance.jobs[*next].rest => 0,
            Some(next) => instance.leg(self.at[place], instance.jobs[*next].place),
            None => instance.leg(self.at[place], duty.end),
        }
    }

    /// When one is home.
    pub fn home(&self, instance: &Instance, duty: &Duty) -> Time {
        self.dep[self.jobs.len()] + self.leg_after(instance, duty, self.jobs.len())
    }

    /// Whether the order can be kept. Taking a job out breaks it only where the direct way is longer than the one over
    /// that job and the job itself.
    pub fn possible(&self, instance: &Instance, duty: &Duty) -> bool {
        self.dep.last().is_some_and(|time| *time < Time::MAX / 4) && self.home(instance, duty) <= duty.latest
    }

    fn whole_cost(&self, instance: &Instance, number: usize) -> (i64, i64) {
        let duty = &instance.duties[number];
        let legs = (0..=self.jobs.len()).map(|place| i64::from(self.leg_after(instance, duty, place)));
        let assigned: i64 = self.jobs.iter().map(|job| instance.assigned(*job, number)).sum();
        let timed = timed(instance, duty, self.idle[self.jobs.len()], self.home(instance, duty));
        (duty.fixed + instance.travel_cost * legs.sum::<i64>() + assigned + timed, timed)
    }

    /// Whether a job could ever go in: allowed there, and light enough.
    pub fn admits(&self, instance: &Instance, number: usize, job: usize) -> bool {
        instance.assigned(job, number) < NEVER
            && self.load + instance.jobs[job].load <= instance.duties[number].capacity
    }

    /// What it costs to put the job at a place, if it can be and costs less than `bound`.
    pub fn offer(
        &self,
        instance: &Instance,
        spans: &[Span],
        number: usize,
        place: usize,
        index: usize,
        bound: i64,
    ) -> Option<Offer> {
        let (duty, job) = (&instance.duties[number], &instance.jobs[index]);
        let from = self.at[place];
        let mut next = place;
        while self.jobs.get(next).is_some_and(|other| instance.jobs[*other].rest) {
            next += 1;
        }
        let target = self.jobs.get(next).map_or(duty.end, |other| instance.jobs[*other].place);
        let mut cost = instance.assigned(index, number) + self.detour(instance, duty, job, from, target);
        // Idle time and overtime that there are can at best be saved.
        if cost - self.timed >= bound {
            return None;
        }
        let mut walk = Walk { now: self.dep[place], at: from, idle: self.idle[place], begun: place > self.begun };
        let first = walk.to(instance, job, spans[index])?;
        let after = walk;
        for rest in &self.jobs[place..next] {
            walk.to(instance, &instance.jobs[*rest], spans[*rest])?;
        }
        let slack = self.late[next] - walk.now - instance.leg(walk.at, target);
        if slack < 0 {
            return None;
        }
        if instance.timed() {
            cost += self.time_detour(instance, spans, number, place, after);
        }
        let last = spans[index].last(job, first + slack).unwrap_or(first).max(first);
        Some(Offer { cost, first, last }).filter(|offer| offer.cost < bound)
    }

    fn detour(&self, instance: &Instance, duty: &Duty, job: &Job, from: usize, target: usize) -> i64 {
        if job.rest {
            return 0;
        }
        let there = i64::from(instance.leg(from, job.place)) + i64::from(instance.leg(job.place, target));
        if self.visits == 0 {
            return duty.fixed + instance.travel_cost * there;
        }
        instance.travel_cost * (there - i64::from(instance.leg(from, target)))
    }

    /// The change of idle time and overtime, walked until nothing is later than it was.
    fn time_detour(&self, instance: &Instance, spans: &[Span], number: usize, place: usize, mut walk: Walk) -> i64 {
        let duty = &instance.duties[number];
        let count = self.jobs.len();
        if self.visits == 0 && !walk.begun {
            return 0;
        }
        for next in place..count {
            let job = self.jobs[next];
            if walk.to(instance, &instance.jobs[job], spans[job]).is_none() {
                return NEVER;
            }
            if walk.now == self.dep[next + 1] && next >= self.begun && !instance.jobs[job].rest {
                let idle = walk.idle + self.idle[count] - self.idle[next + 1];
                return timed(instance, duty, idle, self.home(instance, duty)) - self.timed;
            }
        }
        timed(instance, duty, walk.idle, walk.now + instance.leg(walk.at, duty.end)) - self.timed
    }
}

fn timed(instance: &Instance, duty: &Duty, idle: Time, home: Time) -> i64 {
    instance.idle_cost * i64::from(idle) + instance.overtime_cost * i64::from((home - duty.until).max(0))
}
