//! Which change is kept: simulated annealing; where fewer duties come first, they are closed one by one before.

use super::instance::Instance;
use super::recreate::{Memory, recreate};
use super::rng::Rng;
use super::ruin::{ruin, take};
use super::solution::{Journal, Solution};

/// Steps between two looks at how far the search has come.
const LOOK: u64 = 50;
/// Share of the whole that is at most spent on closing duties.
const CLOSING: f64 = 0.4;

/// How the search is steered.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Temperature at the begin and at the end, in costs.
    pub hot: f64,
    pub cold: f64,
    /// Fewer duties come before less cost.
    pub fewer: bool,
    /// Searches side by side.
    pub threads: usize,
    pub seed: u64,
}

/// How far: so many steps, or until the share that `progress` names has reached 1.
pub struct Limit<'a> {
    pub steps: Option<u64>,
    pub progress: &'a (dyn Fn() -> f64 + Sync),
}

impl Limit<'_> {
    fn share(&self, step: u64) -> f64 {
        let counted = self.steps.map_or(0.0, |steps| step as f64 / steps.max(1) as f64);
        counted.max((self.progress)())
    }
}

/// A search under way.
struct Search<'a> {
    instance: &'a Instance,
    near: &'a [Vec<usize>],
    settings: Settings,
    rng: Rng,
    journal: Journal,
    memory: Memory,
    now: Solution,
    best: Solution,
    steps: u64,
}

/// The best found from where one begins, and the steps that were made.
pub fn search(instance: &Instance, begin: &Solution, settings: Settings, limit: &Limit) -> (Solution, u64) {
    let near = instance.neighbours();
    let mut begin = begin.clone();
    let mut steps = 0;
    if settings.fewer {
        let found = side_by_side(settings, |seed| Search::new(instance, &near, &begin, settings, seed).close(limit));
        (begin, steps) = pick(found, |solution| (solution.used() as i64, solution.cost));
    }
    let found =
        side_by_side(settings, |seed| Search::new(instance, &near, &begin, settings, seed).anneal(limit, steps));
    pick(found, |solution| (0, solution.cost))
}

fn side_by_side(settings: Settings, run: impl Fn(u64) -> (Solution, u64) + Sync) -> Vec<(Solution, u64)> {
    let seed = |n: usize| settings.seed.wrapping_mul(1_000_003).wrapping_add(n as u64);
    let run = &run;
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..settings.threads.max(1)).map(|n| scope.spawn(move || run(seed(n)))).collect();
        let mut found = vec![run(seed(0))];
        found.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
        found
    })
}

/// The best of several, the first where they are alike; all steps together, by the longest.
fn pick(found: Vec<(Solution, u64)>, key: impl Fn(&Solution) -> (i64, i64)) -> (Solution, u64) {
    let steps = found.iter().map(|(_, steps)| *steps).max().unwrap_or(0);
    let mut best: Option<Solution> = None;
    for (solution, _) in found {
        if best.as_ref().is_none_or(|best| key(&solution) < key(best)) {
            best = Some(solution);
        }
    }
    (best.unwrap_or_else(|| unreachable!("at least one search ran")), steps)
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, near: &'a [Vec<usize>], begin: &Solution, settings: Settings, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let (mut now, mut journal) = (begin.clone(), Journal::default());
        journal.begin(&now);
        let mut memory = Memory::new(instance);
        recreate(instance, &mut now, &mut journal, &mut memory, &mut rng);
        let best = now.clone();
        Self { instance, near, settings, rng, journal, memory, now, best, steps: 0 }
    }

    fn change(&mut self) {
        self.journal.begin(&self.now);
        ruin(self.instance, self.near, &mut self.now, &mut self.journal, &mut self.rng);
        self.steps += 1;
        if !self.now.possible(self.instance, self.journal.touched()) {
            self.journal.undo(&mut self.now);
            return;
        }
        recreate(self.instance, &mut self.now, &mut self.journal, &mut self.memory, &mut self.rng);
    }

    fn temperature(&self, share: f64) -> f64 {
        self.settings.hot * (self.settings.cold / self.settings.hot).powf(share)
    }

    fn warm_enough(&mut self, cost: i64, was: i64, temperature: f64) -> bool {
        (cost as f64) < was as f64 - temperature * self.rng.unit().max(f64::MIN_POSITIVE).ln()
    }

    fn anneal(mut self, limit: &Limit, before: u64) -> (Solution, u64) {
        let first = limit.share(before).min(0.999);
        let mut share = first;
        while share < 1.0 {
            let temperature = self.temperature((share - first) / (1.0 - first));
            for _ in 0..LOOK {
                let was = self.now.cost;
                self.change();
                if !self.warm_enough(self.now.cost, was, temperature) {
                    self.journal.undo(&mut self.now);
                } else if self.now.cost < self.best.cost {
                    self.best.copy_from(&self.now);
                }
            }
            share = limit.share(before + self.steps);
        }
        (self.best, self.steps)
    }

    /// Closes duties one by one as long as everybody finds a place in the others.
    fn close(mut self, limit: &Limit) -> (Solution, u64) {
        let mut missed = vec![0_i64; self.instance.jobs.len()];
        let least = self.least();
        loop {
            let share = limit.share(self.steps) / CLOSING;
            let whole = self.now.absent.is_empty();
            if whole {
                self.best.copy_from(&self.now);
            }
            if share >= 1.0 || self.best.used() <= least && self.best.absent.is_empty() {
                return (self.finish(), self.steps);
            }
            if whole {
                self.shut(&missed);
            }
            let temperature = self.temperature(share);
            for _ in 0..LOOK {
                if self.now.absent.is_empty() {
                    break;
                }
                self.squeeze(&mut missed, temperature);
            }
        }
    }

    /// Duties that the loads need at least.
    fn least(&self) -> usize {
        let load: i64 = self.instance.jobs.iter().map(|job| i64::from(job.load)).sum();
        let capacity = self.instance.duties.iter().map(|duty| i64::from(duty.capacity)).max().unwrap_or(1);
        load.div_euclid(capacity.max(1)) as usize + usize::from(load % capacity.max(1) != 0)
    }

    /// Only the duties in use stay open.
    fn finish(&mut self) -> Solution {
        let mut best = self.best.clone();
        for (closed, tour) in best.closed.iter_mut().zip(&best.tours) {
            *closed = tour.visits == 0;
        }
        best
    }

    /// Closes the duty whose jobs were missed least.
    fn shut(&mut self, missed: &[i64]) {
        let sum = |duty: &usize| -> i64 { self.now.tours[*duty].jobs.iter().map(|job| missed[*job]).sum() };
        let used = (0..self.now.tours.len()).filter(|duty| self.now.tours[*duty].visits > 0);
        let Some(duty) = used.min_by_key(sum) else { return };
        self.journal.begin(&self.now);
        let out = self.now.tours[duty].jobs.clone();
        take(self.instance, &mut self.now, &mut self.journal, &out);
        for (closed, tour) in self.now.closed.iter_mut().zip(&self.now.tours) {
            *closed = tour.visits == 0;
        }
        self.now.count(self.instance);
    }

    /// One change that counts by who is left over.
    fn squeeze(&mut self, missed: &mut [i64], temperature: f64) {
        let left = |solution: &Solution, missed: &[i64]| {
            (solution.absent.len(), solution.absent.iter().map(|job| missed[*job]).sum::<i64>())
        };
        let (was, before) = (self.now.cost, left(&self.now, missed));
        self.change();
        let after = left(&self.now, missed);
        for job in &self.now.absent {
            missed[*job] += 1;
        }
        let better = after.0 == 0 || after.1 < before.1 || after.0 < before.0;
        let alike = after == before && self.warm_enough(self.now.cost, was, temperature);
        if !better && !alike {
            self.journal.undo(&mut self.now);
        }
    }
}
