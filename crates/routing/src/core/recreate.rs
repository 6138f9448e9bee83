//! Putting what was taken out back in, each job where it costs least.

use super::instance::Instance;
use super::pairs;
use super::rng::Rng;
use super::solution::{Journal, Solution};

/// Places that are overlooked, of 1,000: it keeps the search from running in the same rut.
const BLINK: u64 = 10;

/// Places what is absent; what finds no place stays so.
pub fn recreate(instance: &Instance, solution: &mut Solution, journal: &mut Journal, rng: &mut Rng) {
    let mut waiting = std::mem::take(&mut solution.absent);
    sort(instance, &mut waiting, rng);
    for job in waiting {
        match instance.jobs[job].mate {
            // The lower half places both.
            Some(mate) if mate < job && !instance.jobs[job].pinned => {}
            Some(mate) if !instance.jobs[job].pinned => pairs::place(instance, solution, journal, rng, (job, mate)),
            _ => place(instance, solution, journal, rng, job),
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
fn place(instance: &Instance, solution: &mut Solution, journal: &mut Journal, rng: &mut Rng, job: usize) {
    let mut best: Option<(i64, usize, usize)> = None;
    for duty in duties(instance, solution, job) {
        if let Some((cost, at)) = cheapest(instance, solution, rng, job, duty)
            && best.is_none_or(|best| cost < best.0)
        {
            best = Some((cost, duty, at));
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

fn cheapest(instance: &Instance, solution: &Solution, rng: &mut Rng, job: usize, duty: usize) -> Option<(i64, usize)> {
    let tour = &solution.tours[duty];
    let closes = solution.spans[job].hi;
    let mut best: Option<(i64, usize)> = None;
    for at in 0..=tour.jobs.len() {
        if tour.dep[at] > closes {
            break;
        }
        if rng.permille(BLINK) {
            continue;
        }
        if let Some(offer) = tour.offer(instance, &solution.spans, duty, at, job)
            && best.is_none_or(|best| offer.cost < best.0)
        {
            best = Some((offer.cost, at));
        }
    }
    best
}
