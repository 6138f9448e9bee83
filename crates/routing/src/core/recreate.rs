//! Putting what was taken out back in, each job where it costs least.
//!
//! What a job costs in a tour is kept until the tour changes: most tours stand as they stood when the job was last asked.

use super::instance::Instance;
use super::pairs;
use super::rng::Rng;
use super::solution::{Journal, Solution};

/// Tours that are overlooked, of 1,000: it keeps the search from running in the same rut.
const BLINK: u64 = 10;

/// The cheapest place of a job in a tour as it was at a stamp; without a place: none costs less than `cost`.
#[derive(Debug, Clone, Copy)]
struct Known {
    stamp: u64,
    cost: i64,
    at: Option<u32>,
}

/// What is known of all jobs in all tours.
pub struct Memory(Vec<Known>);

impl Memory {
    /// Nothing is known yet.
    pub fn new(instance: &Instance) -> Self {
        let nothing = Known { stamp: u64::MAX, cost: 0, at: None };
        Self(vec![nothing; instance.jobs.len() * instance.duties.len()])
    }
}

/// Places what is absent; what finds no place stays so.
pub fn recreate(
    instance: &Instance,
    solution: &mut Solution,
    journal: &mut Journal,
    memory: &mut Memory,
    rng: &mut Rng,
) {
    let mut waiting = std::mem::take(&mut solution.absent);
    sort(instance, &mut waiting, rng);
    for job in waiting {
        match instance.jobs[job].mate {
            // The lower half places both.
            Some(mate) if mate < job && !instance.jobs[job].pinned => {}
            Some(mate) if !instance.jobs[job].pinned => pairs::place(instance, solution, journal, rng, (job, mate)),
            _ => place(instance, solution, journal, memory, rng, job),
        }
    }
    solution.count(instance);
}

/// Breaks first, for they have one tour each; then by one of several orders.
fn sort(instance: &Instance, jobs: &mut [usize], rng: &mut Rng) {
    jobs.sort_unstable();
    rng.shuffle(jobs);
    let home = instance.duties.first().map_or(0, |duty| duty.start);
    let of = |job: usize| &instance.jobs[job];
    let width = |job: usize| of(job).windows.iter().map(|window| window.1 - window.0).sum::<i32>();
    let opens = |job: usize| of(job).windows.first().map_or(0, |window| window.0);
    let closes = |job: usize| of(job).windows.last().map_or(0, |window| window.1);
    match rng.below(17) {
        0..4 => {}
        4..8 => jobs.sort_by_key(|job| std::cmp::Reverse((of(*job).load, of(*job).service))),
        8..10 => jobs.sort_by_key(|job| std::cmp::Reverse(instance.leg(home, of(*job).place))),
        10..11 => jobs.sort_by_key(|job| instance.leg(home, of(*job).place)),
        11..13 => jobs.sort_by_key(|job| width(*job)),
        13..15 => jobs.sort_by_key(|job| opens(*job)),
        _ => jobs.sort_by_key(|job| std::cmp::Reverse(closes(*job))),
    }
    let pairs_first = rng.permille(500);
    jobs.sort_by_key(|job| match of(*job) {
        job if job.pinned => 0,
        job if job.rest => 1,
        job if job.mate.is_some() && pairs_first => 2,
        _ => 3,
    });
}

/// Places one job where it costs least.
fn place(
    instance: &Instance,
    solution: &mut Solution,
    journal: &mut Journal,
    memory: &mut Memory,
    rng: &mut Rng,
    job: usize,
) {
    let mut best: Option<(i64, usize, usize)> = None;
    for duty in duties(instance, solution, job) {
        if rng.permille(BLINK) {
            continue;
        }
        let bound = best.map_or(i64::MAX, |best| best.0);
        let known = &mut memory.0[job * instance.duties.len() + duty];
        if known.stamp != solution.tours[duty].stamp || known.at.is_none() && known.cost < bound {
            *known = cheapest(instance, solution, job, duty, bound);
        }
        if let Some(at) = known.at.filter(|_| known.cost < bound) {
            best = Some((known.cost, duty, at as usize));
        }
    }
    match best {
        Some((_, duty, at)) => {
            journal.save(solution, duty);
            solution.insert(instance, job, duty, at);
        }
        None => solution.absent.push(job),
    }
}

/// Duties that might take a job; of empty ones that are alike the first.
pub fn duties(instance: &Instance, solution: &Solution, job: usize) -> Vec<usize> {
    let mut empty = Vec::new();
    let takes = |duty: &usize| {
        let tour = &solution.tours[*duty];
        if solution.closed[*duty] || !tour.admits(instance, *duty, job) {
            return false;
        }
        let class = instance.duties[*duty].class;
        if tour.jobs.is_empty() {
            if empty.contains(&class) {
                return false;
            }
            empty.push(class);
        }
        true
    };
    (0..instance.duties.len()).filter(takes).collect()
}

/// The place in a tour that costs least, and less than `bound`.
fn cheapest(instance: &Instance, solution: &Solution, job: usize, duty: usize, bound: i64) -> Known {
    let tour = &solution.tours[duty];
    let closes = solution.spans[job].hi;
    let mut best = Known { stamp: tour.stamp, cost: bound, at: None };
    for at in 0..=tour.jobs.len() {
        if tour.dep[at] > closes {
            break;
        }
        if let Some(offer) = tour.offer(instance, &solution.spans, duty, at, job, best.cost) {
            best = Known { cost: offer.cost, at: Some(at as u32), ..best };
        }
    }
    best
}
