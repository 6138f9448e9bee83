//! A day planned, and planned anew.

use crate::book::Book;
use crate::core::instance::{NEVER, Span};
use crate::core::search::{Limit, Settings, search};
use crate::core::solution::{NOWHERE, Solution};
use crate::mistake::{Mistake, mistakes};
use crate::model::{Problem, Seconds};
use crate::plan::{Plan, Unassigned};
use crate::reason::reason;
use crate::translate::{Translation, wanted};
use crate::travel::Matrix;

/// Temperature at the begin and at the end, in mean ways of the day.
const HOT: f64 = 0.3;
const COLD: f64 = 0.01;
/// A plan that is there already is only warmed.
const WARM: f64 = 0.03;

/// How long is searched, and how.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// So many steps at most: with them, the seed and the threads, the same plan comes out again.
    pub steps: Option<u64>,
    /// The share of the time that has gone; the search ends at 1. The clock is the caller's.
    pub progress: &'a (dyn Fn() -> f64 + Sync),
    /// Searches side by side.
    pub threads: usize,
    /// Where the stream of chance begins.
    pub seed: u64,
}

impl Effort<'static> {
    /// So many steps in one thread, whatever time they take.
    #[must_use]
    pub fn steps(steps: u64, seed: u64) -> Self {
        Self { steps: Some(steps), progress: &|| 0.0, threads: 1, seed }
    }
}

/// Plans a day.
///
/// # Errors
/// All mistakes of the question.
pub fn plan(problem: &Problem, matrix: &Matrix, effort: Effort) -> Result<Plan, Vec<Mistake>> {
    check(problem, matrix)?;
    Ok(run(&Book::open(problem, matrix, None), &Plan::default(), effort, HOT))
}

/// Plans a day anew from the plan before it: somebody is absent, a visit has come or gone. What is pinned stays; what
/// moves to another carer costs.
///
/// # Errors
/// All mistakes of the question.
pub fn replan(problem: &Problem, matrix: &Matrix, before: &Plan, effort: Effort) -> Result<Plan, Vec<Mistake>> {
    check(problem, matrix)?;
    Ok(run(&Book::open(problem, matrix, Some(before)), before, effort, WARM))
}

fn check(problem: &Problem, matrix: &Matrix) -> Result<(), Vec<Mistake>> {
    let found = mistakes(problem, matrix);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn run(book: &Book, before: &Plan, effort: Effort, hot: f64) -> Plan {
    let translation = Translation::of(book);
    let begin = begin(book, &translation, before);
    let instance = &translation.instance;
    let mean = mean_leg(book) * instance.travel_cost.max(1) as f64;
    let settings =
        Settings { hot: mean * hot, cold: mean * COLD, fewer: false, threads: effort.threads, seed: effort.seed };
    let limit = Limit { steps: effort.steps, progress: effort.progress };
    let empty = instance.jobs.is_empty() || instance.duties.is_empty();
    let found = if empty { begin } else { search(instance, &begin, settings, &limit).0 };
    finished(book, &translation, &found)
}

fn mean_leg(book: &Book) -> f64 {
    let places = book.matrix.places();
    let legs = (0..places).flat_map(|from| (0..places).map(move |to| (from, to)));
    let sum: i64 = legs.map(|(from, to)| i64::from(book.matrix.leg(from, to))).sum();
    (sum as f64 / (places * places).max(1) as f64).max(1.0)
}

fn finished(book: &Book, translation: &Translation, found: &Solution) -> Plan {
    let tours = translation.tours(book, found);
    let cost = book.cost(&tours);
    let who = book.who(&tours);
    let left = (0..who.len()).filter(|visit| who[*visit].is_empty());
    let unassigned = left.map(|visit| Unassigned {
        visit: book.problem.visits[visit].id.clone(),
        reason: reason(book, &book.problem.visits[visit]),
    });
    Plan { unassigned: unassigned.collect(), tours, cost }
}

/// The tours of the plan before as they were, where they can be; else what is agreed, then rests, then what it had.
fn begin(book: &Book, translation: &Translation, before: &Plan) -> Solution {
    let instance = &translation.instance;
    let mut solution = Solution::empty(instance);
    let jobs = || 0..instance.jobs.len();
    let wanted = wanted(book, translation, &before.tours);
    for duty in 0..instance.duties.len() {
        as_it_was(translation, &mut solution, &wanted, duty);
    }
    for job in jobs().filter(|job| instance.jobs[*job].pinned) {
        if !anywhere(translation, &mut solution, job) {
            make_room(translation, &mut solution, job);
        }
    }
    for job in jobs().filter(|job| instance.jobs[*job].rest) {
        anywhere(translation, &mut solution, job);
    }
    for (job, duty, start) in wanted {
        if solution.of[job] == NOWHERE && agree(translation, &mut solution, job, start) {
            let placed = there(translation, &mut solution, job, duty);
            if !placed {
                solution.spans[job] = Span::of(&instance.jobs[job]);
            }
        }
    }
    whole_pairs(translation, &mut solution);
    solution.absent = jobs().filter(|job| solution.of[*job] == NOWHERE).collect();
    solution.count(instance);
    solution
}

/// Gives half of a pair the instant of the plan before, if it still may begin then.
fn agree(translation: &Translation, solution: &mut Solution, job: usize, start: Seconds) -> bool {
    let asked = &translation.instance.jobs[job];
    if asked.mate.is_none() {
        return true;
    }
    let allowed = Span::of(asked).first(asked, start) == Some(start);
    if allowed {
        solution.spans[job] = Span::at(start);
    }
    allowed
}

/// Puts a whole tour back as it was, unless it cannot be kept any more.
fn as_it_was(translation: &Translation, solution: &mut Solution, wanted: &[(usize, usize, Seconds)], duty: usize) {
    let instance = &translation.instance;
    let mut jobs = Vec::new();
    for (job, _, start) in wanted.iter().filter(|(_, other, _)| *other == duty) {
        if agree(translation, solution, *job, *start) {
            jobs.push(*job);
        }
    }
    solution.tours[duty].jobs.clone_from(&jobs);
    solution.refresh(instance, duty);
    if solution.possible(instance, &[duty]) {
        for job in jobs {
            solution.of[job] = duty;
        }
    } else {
        solution.tours[duty].jobs.clear();
        solution.refresh(instance, duty);
        for job in jobs {
            solution.spans[job] = Span::of(&instance.jobs[job]);
        }
    }
}

/// Puts a job on the first duty that takes it.
fn anywhere(translation: &Translation, solution: &mut Solution, job: usize) -> bool {
    let mut duties = 0..translation.instance.duties.len();
    solution.of[job] != NOWHERE || duties.any(|duty| there(translation, solution, job, duty))
}

/// Empties a duty of what is not agreed, if then it takes the job that is.
fn make_room(translation: &Translation, solution: &mut Solution, job: usize) {
    let instance = &translation.instance;
    for duty in (0..instance.duties.len()).filter(|duty| instance.assigned(job, *duty) < NEVER) {
        let jobs = solution.tours[duty].jobs.clone();
        solution.tours[duty].jobs.retain(|other| instance.jobs[*other].pinned);
        solution.refresh(instance, duty);
        if there(translation, solution, job, duty) {
            for other in jobs.into_iter().filter(|other| !instance.jobs[*other].pinned) {
                solution.of[other] = NOWHERE;
                solution.spans[other] = Span::of(&instance.jobs[other]);
            }
            return;
        }
        solution.tours[duty].jobs = jobs;
        solution.refresh(instance, duty);
    }
}

/// Puts a job on a duty where it costs least, if it can be.
fn there(translation: &Translation, solution: &mut Solution, job: usize, duty: usize) -> bool {
    let instance = &translation.instance;
    if instance.assigned(job, duty) >= NEVER {
        return false;
    }
    let tour = &solution.tours[duty];
    let offer = |at: usize| Some((tour.offer(instance, &solution.spans, duty, at, job, i64::MAX)?.cost, at));
    match (0..=tour.jobs.len()).filter_map(offer).min() {
        Some((_, at)) => {
            solution.insert(instance, job, duty, at);
            true
        }
        None => false,
    }
}

/// Takes out what is left of pairs that were not placed as such: two carers, one instant.
fn whole_pairs(translation: &Translation, solution: &mut Solution) {
    let instance = &translation.instance;
    let owner = |duty: usize| instance.duties.get(duty).map(|duty| duty.owner);
    for job in 0..instance.jobs.len() {
        let Some(mate) = instance.jobs[job].mate.filter(|mate| *mate > job && !instance.jobs[job].pinned) else {
            continue;
        };
        let (one, two) = (solution.of[job], solution.of[mate]);
        let together = solution.spans[job].lo == solution.spans[mate].lo && owner(one) != owner(two);
        if one != NOWHERE && two != NOWHERE && together {
            continue;
        }
        for half in [job, mate] {
            solution.spans[half] = Span::of(&instance.jobs[half]);
            let duty = std::mem::replace(&mut solution.of[half], NOWHERE);
            if duty != NOWHERE {
                solution.tours[duty].jobs.retain(|other| *other != half);
                solution.refresh(instance, duty);
            }
        }
    }
}
