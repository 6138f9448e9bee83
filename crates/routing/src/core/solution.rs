//! All tours, what is left over, and the way back from a change.

use super::instance::{Instance, Span};
use super::tour::Tour;

/// On no duty.
pub const NOWHERE: usize = usize::MAX;

/// Where every job is.
#[derive(Debug, Clone)]
pub struct Solution {
    pub tours: Vec<Tour>,
    /// Duty of each job, or `NOWHERE`.
    pub of: Vec<usize>,
    pub spans: Vec<Span>,
    pub absent: Vec<usize>,
    /// Duties that may not be used.
    pub closed: Vec<bool>,
    pub cost: i64,
    /// Changes of tours so far: a tour is stamped with it whenever it changes, and never twice with the same.
    changes: u64,
}

impl Solution {
    /// Nothing placed yet.
    pub fn empty(instance: &Instance) -> Self {
        let spans: Vec<Span> = instance.jobs.iter().map(Span::of).collect();
        let mut tours = vec![Tour::default(); instance.duties.len()];
        for (number, tour) in tours.iter_mut().enumerate() {
            tour.refresh(instance, &spans, number);
        }
        let absent = (0..instance.jobs.len()).collect();
        let (of, closed) = (vec![NOWHERE; instance.jobs.len()], vec![false; instance.duties.len()]);
        let mut solution = Self { tours, of, spans, absent, closed, cost: 0, changes: 0 };
        solution.count(instance);
        solution
    }

    /// Takes over another's content without giving up the memory.
    pub fn copy_from(&mut self, other: &Self) {
        for (mine, theirs) in self.tours.iter_mut().zip(&other.tours) {
            mine.copy_from(theirs);
        }
        self.of.clone_from(&other.of);
        self.spans.clone_from(&other.spans);
        self.absent.clone_from(&other.absent);
        self.closed.clone_from(&other.closed);
        self.cost = other.cost;
    }

    /// Adds the cost up.
    pub fn count(&mut self, instance: &Instance) {
        let tours: i64 = self.tours.iter().map(|tour| tour.cost).sum();
        let absent: i64 = self.absent.iter().map(|job| instance.jobs[*job].penalty).sum();
        self.cost = tours + absent;
    }

    /// Puts a job in; it must not be anywhere. Whether it is still absent is the caller's to say.
    pub fn insert(&mut self, instance: &Instance, job: usize, duty: usize, place: usize) {
        self.tours[duty].jobs.insert(place, job);
        self.of[job] = duty;
        self.refresh(instance, duty);
    }

    /// Counts a tour anew after its jobs were changed.
    pub fn refresh(&mut self, instance: &Instance, duty: usize) {
        self.changes += 1;
        self.tours[duty].refresh(instance, &self.spans, duty);
        self.tours[duty].stamp = self.changes;
    }

    /// Whether the tours of some duties can be kept as they stand.
    pub fn possible(&self, instance: &Instance, duties: &[usize]) -> bool {
        duties.iter().all(|duty| self.tours[*duty].possible(instance, &instance.duties[*duty]))
    }

    /// Duties in use.
    pub fn used(&self) -> usize {
        self.tours.iter().filter(|tour| tour.visits > 0).count()
    }
}

/// What a change has touched, so that it can be undone.
#[derive(Debug, Default)]
pub struct Journal {
    duties: Vec<usize>,
    saved: Vec<Tour>,
    spans: Vec<(usize, Span)>,
    absent: Vec<usize>,
    cost: i64,
}

impl Journal {
    /// Begins a change.
    pub fn begin(&mut self, solution: &Solution) {
        self.duties.clear();
        self.spans.clear();
        self.absent.clone_from(&solution.absent);
        self.cost = solution.cost;
    }

    /// Keeps a tour as it is before it is changed for the first time.
    pub fn save(&mut self, solution: &Solution, duty: usize) {
        if self.duties.contains(&duty) {
            return;
        }
        let count = self.duties.len();
        if self.saved.len() == count {
            self.saved.push(Tour::default());
        }
        self.saved[count].copy_from(&solution.tours[duty]);
        self.duties.push(duty);
    }

    /// Keeps when a job might begin, then changes it.
    pub fn agree(&mut self, solution: &mut Solution, job: usize, span: Span) {
        self.spans.push((job, solution.spans[job]));
        solution.spans[job] = span;
    }

    /// The tours that were touched.
    pub fn touched(&self) -> &[usize] {
        &self.duties
    }

    /// Puts everything back.
    pub fn undo(&self, solution: &mut Solution) {
        for (duty, tour) in self.duties.iter().zip(&self.saved) {
            solution.tours[*duty].copy_from(tour);
            for job in &tour.jobs {
                solution.of[*job] = *duty;
            }
        }
        for (job, span) in self.spans.iter().rev() {
            solution.spans[*job] = *span;
        }
        for job in &self.absent {
            solution.of[*job] = NOWHERE;
        }
        solution.absent.clone_from(&self.absent);
        solution.cost = self.cost;
    }
}
