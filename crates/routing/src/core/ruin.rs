//! Taking strings of neighbouring jobs out of neighbouring tours.

use super::instance::{Instance, Span};
use super::rng::Rng;
use super::solution::{Journal, NOWHERE, Solution};

/// Jobs taken out on the average.
const AVERAGE: f64 = 10.0;
/// The longest string.
const LONGEST: f64 = 10.0;
/// So often of 1,000 both are three times as much: whole clusters change their tour only together.
const LARGE: u64 = 30;
/// Strings with a part in the middle left standing, of 1,000.
const SPLIT: u64 = 500;
/// Of these, how often the part that is left standing does not grow further, of 1,000.
const SPLIT_STOPS: u64 = 10;

/// Takes strings of jobs out around one job. What is left may be impossible; see [`Solution::possible`].
pub fn ruin(instance: &Instance, near: &[Vec<usize>], solution: &mut Solution, journal: &mut Journal, rng: &mut Rng) {
    // A break has no neighbours: it goes with the string that it stands in.
    let mut seed = rng.below(instance.jobs.len());
    while instance.jobs[seed].rest && seed > 0 {
        seed = rng.below(seed);
    }
    let visits: usize = solution.tours.iter().map(|tour| tour.visits).sum();
    let mean = visits as f64 / solution.used().max(1) as f64;
    let scale = if rng.permille(LARGE) { 3.0 } else { 1.0 };
    let longest = (scale * LONGEST).min(mean).max(1.0);
    let most = (4.0 * scale * AVERAGE / (1.0 + longest) - 1.0).max(1.0);
    let strings = (rng.unit() * most + 1.0) as usize;
    let mut ruined = 0;
    for job in &near[seed] {
        if ruined >= strings {
            break;
        }
        let duty = solution.of[*job];
        if duty == NOWHERE || journal.touched().contains(&duty) {
            continue;
        }
        string(instance, solution, journal, rng, (duty, *job), longest);
        ruined += 1;
    }
}

/// Takes one string out of a tour that holds the job.
fn string(
    instance: &Instance,
    solution: &mut Solution,
    journal: &mut Journal,
    rng: &mut Rng,
    (duty, job): (usize, usize),
    longest: f64,
) {
    journal.save(solution, duty);
    let jobs = &solution.tours[duty].jobs;
    let count = jobs.len();
    let most = longest.min(count as f64);
    let length = ((rng.unit() * most + 1.0) as usize).min(count);
    let place = jobs.iter().position(|other| *other == job).unwrap_or(0);
    let (taken, left) = if length > 1 && length < count && rng.permille(SPLIT) {
        let mut left = 1;
        while length + left < count && !rng.permille(SPLIT_STOPS) {
            left += 1;
        }
        (length + left, left)
    } else {
        (length, 0)
    };
    let first = place.saturating_sub(rng.below(taken)).min(count - taken);
    let gap = first + 1 + rng.below((taken - left).saturating_sub(1).max(1));
    let stays = |index: usize| left > 0 && (gap..gap + left).contains(&index);
    let out: Vec<usize> = (first..first + taken).filter(|index| !stays(*index)).map(|index| jobs[index]).collect();
    take(instance, solution, journal, &out);
}

/// Takes jobs out of wherever they are, with their other halves.
pub fn take(instance: &Instance, solution: &mut Solution, journal: &mut Journal, out: &[usize]) {
    for job in out {
        let mate = instance.jobs[*job].mate;
        let pinned = instance.jobs[*job].pinned || mate.is_some_and(|mate| instance.jobs[mate].pinned);
        if pinned {
            continue;
        }
        for half in [Some(*job), mate].into_iter().flatten() {
            free(instance, solution, journal, half);
        }
    }
    for index in 0..journal.touched().len() {
        let duty = journal.touched()[index];
        let Solution { tours, of, .. } = solution;
        let before = tours[duty].jobs.len();
        tours[duty].jobs.retain(|job| of[*job] == duty);
        if tours[duty].jobs.len() != before {
            solution.refresh(instance, duty);
        }
    }
}

fn free(instance: &Instance, solution: &mut Solution, journal: &mut Journal, job: usize) {
    let duty = solution.of[job];
    if duty == NOWHERE {
        return;
    }
    journal.save(solution, duty);
    solution.of[job] = NOWHERE;
    solution.absent.push(job);
    if instance.jobs[job].mate.is_some() {
        journal.agree(solution, job, Span::of(&instance.jobs[job]));
    }
}
