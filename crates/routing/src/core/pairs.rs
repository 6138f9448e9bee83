//! Visits of two carers: both halves go in together, at one instant that then is theirs until they are taken out again.

use super::instance::{Instance, Span, Time};
use super::recreate::duties;
use super::rng::Rng;
use super::solution::{Journal, Solution};
use super::tour::Offer;

/// Places overlooked, of 1,000.
const BLINK: u64 = 10;

/// A place for one half.
#[derive(Clone, Copy)]
struct Place {
    offer: Offer,
    duty: usize,
    at: usize,
}

/// Places both halves where together they cost least, or leaves both out.
pub fn place(
    instance: &Instance,
    solution: &mut Solution,
    journal: &mut Journal,
    rng: &mut Rng,
    (one, two): (usize, usize),
) {
    let (left, right) = (places(instance, solution, rng, one), places(instance, solution, rng, two));
    let before = (solution.spans[one], solution.spans[two]);
    let Some((a, b, time)) = best(instance, solution, (one, two), &left, &right) else {
        (solution.spans[one], solution.spans[two]) = before;
        solution.absent.extend([one, two]);
        return;
    };
    (solution.spans[one], solution.spans[two]) = before;
    for (job, place) in [(one, a), (two, b)] {
        journal.agree(solution, job, Span::at(time));
        journal.save(solution, place.duty);
        solution.insert(instance, job, place.duty, place.at);
    }
}

/// All places of one half, cheapest first.
fn places(instance: &Instance, solution: &Solution, rng: &mut Rng, job: usize) -> Vec<Place> {
    let mut found = Vec::new();
    for duty in duties(instance, solution, job) {
        let tour = &solution.tours[duty];
        for at in 0..=tour.jobs.len() {
            if rng.permille(BLINK) {
                continue;
            }
            if let Some(offer) = tour.offer(instance, &solution.spans, duty, at, job, i64::MAX) {
                found.push(Place { offer, duty, at });
            }
        }
    }
    found.sort_by_key(|place| place.offer.cost);
    found
}

/// The cheapest two places with an instant that suits both, and that instant. Leaves the spans of both changed.
fn best(
    instance: &Instance,
    solution: &mut Solution,
    (one, two): (usize, usize),
    left: &[Place],
    right: &[Place],
) -> Option<(Place, Place, Time)> {
    let cheapest = right.first()?.offer.cost;
    let mut best: Option<(i64, Place, Place, Time)> = None;
    for a in left {
        if best.as_ref().is_some_and(|best| a.offer.cost + cheapest >= best.0) {
            break;
        }
        for b in right {
            let cost = a.offer.cost + b.offer.cost;
            if best.as_ref().is_some_and(|best| cost >= best.0) {
                break;
            }
            if let Some(time) = meet(instance, solution, (one, two), a, b) {
                best = Some((cost, *a, *b, time));
            }
        }
    }
    best.map(|(_, a, b, time)| (a, b, time))
}

/// The first instant at which both can begin at these places.
fn meet(
    instance: &Instance,
    solution: &mut Solution,
    (one, two): (usize, usize),
    a: &Place,
    b: &Place,
) -> Option<Time> {
    if instance.duties[a.duty].owner == instance.duties[b.duty].owner {
        return None;
    }
    let earliest = a.offer.first.max(b.offer.first);
    let time = Span::of(&instance.jobs[one]).first(&instance.jobs[one], earliest)?;
    if time > a.offer.last.min(b.offer.last) {
        return None;
    }
    (solution.spans[one], solution.spans[two]) = (Span::at(time), Span::at(time));
    let fits = |job: usize, place: &Place| {
        let tour = &solution.tours[place.duty];
        tour.offer(instance, &solution.spans, place.duty, place.at, job, i64::MAX).is_some()
    };
    (fits(one, a) && fits(two, b)).then_some(time)
}
