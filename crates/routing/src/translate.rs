//! Visits and carers into jobs and duties, and what was found back again.

use crate::book::{Book, Entry, REST};
use crate::core::instance::{Duty, Instance, Job, NEVER, Time};
use crate::core::solution::Solution;
use crate::model::Seconds;
use crate::plan::Tour;

/// A question in the terms of the search.
pub struct Translation {
    pub instance: Instance,
    /// Carer and shift of each duty.
    pub duties: Vec<(usize, usize)>,
    /// Visit of each job, and which half; a rest is none.
    pub jobs: Vec<Option<(usize, usize)>>,
}

impl Translation {
    /// Puts the question into the terms of the search.
    pub fn of(book: &Book) -> Self {
        let duties: Vec<(usize, usize)> = (0..book.problem.carers.len())
            .filter(|carer| !book.problem.carers[*carer].absent)
            .flat_map(|carer| (0..book.problem.carers[carer].shifts.len()).map(move |shift| (carer, shift)))
            .collect();
        let mut jobs = visits(book);
        let mut names: Vec<_> = names(book);
        let mut assign = assignments(book, &names, &duties);
        for (number, (carer, shift)) in duties.iter().enumerate() {
            let Some(rest) = rest(book, *carer, *shift) else { continue };
            jobs.push(rest);
            names.push(None);
            assign.extend((0..duties.len()).map(|other| if other == number { 0 } else { NEVER }));
        }
        let (places, travel) = matrix(book);
        let weights = &book.problem.weights;
        let working = duties.iter().enumerate().map(|(n, duty)| working(book, n, *duty)).collect();
        let instance = Instance {
            places,
            travel,
            jobs,
            duties: working,
            assign,
            travel_cost: weights.travel,
            idle_cost: weights.idle,
            overtime_cost: weights.overtime,
        };
        Self { instance, duties, jobs: names }
    }

    /// The tours that were found. A visit of two of which only one has a place is made by nobody.
    pub fn tours(&self, book: &Book, found: &Solution) -> Vec<Tour> {
        let whole = |job: &usize| {
            let mate = self.instance.jobs[*job].mate;
            mate.is_none_or(|mate| !found.absent.contains(&mate))
        };
        let entry = |job: usize| {
            let hold = self.instance.jobs[job].mate.map(|_| found.spans[job].lo);
            Entry { visit: self.jobs[job].map(|(visit, _)| visit), hold }
        };
        let tour = |(number, (carer, shift)): (usize, &(usize, usize))| {
            let jobs = found.tours[number].jobs.iter().copied().filter(whole);
            let entries: Vec<Entry> = jobs.map(entry).collect();
            book.tour(*carer, *shift, &entries)
        };
        self.duties.iter().enumerate().map(tour).filter(Tour::used).collect()
    }

    /// The duty of a carer's shift.
    pub fn duty(&self, carer: usize, shift: usize) -> Option<usize> {
        self.duties.iter().position(|duty| *duty == (carer, shift))
    }
}

fn names(book: &Book) -> Vec<Option<(usize, usize)>> {
    let visits = book.problem.visits.iter().enumerate();
    visits.flat_map(|(visit, asked)| (0..asked.carers).map(move |half| Some((visit, half)))).collect()
}

fn visits(book: &Book) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (visit, asked) in book.problem.visits.iter().enumerate() {
        let first = jobs.len();
        for half in 0..asked.carers {
            let begins = asked.begins();
            jobs.push(Job {
                place: asked.place,
                service: asked.service,
                windows: merged(begins.iter().map(|window| (window.from, window.until)).collect()),
                load: 0,
                rest: false,
                mate: (asked.carers == 2).then_some(first + 1 - half),
                pinned: asked.pinned.is_some(),
                penalty: book.left_out(visit),
            });
        }
    }
    jobs
}

/// Sorted windows without overlaps.
fn merged(windows: Vec<(Time, Time)>) -> Vec<(Time, Time)> {
    let mut found: Vec<(Time, Time)> = Vec::with_capacity(windows.len());
    for (from, until) in windows {
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => found.push((from, until)),
        }
    }
    found
}

fn rest(book: &Book, carer: usize, shift: usize) -> Option<Job> {
    let rest = book.shift(carer, shift)?.rest?;
    Some(Job {
        place: 0,
        service: rest.length,
        windows: vec![(rest.begins.from, rest.begins.until)],
        load: 0,
        rest: true,
        mate: None,
        pinned: false,
        penalty: book.problem.weights.unassigned * REST,
    })
}

fn assignments(book: &Book, jobs: &[Option<(usize, usize)>], duties: &[(usize, usize)]) -> Vec<i64> {
    let pairs = jobs.iter().flatten().flat_map(|job| duties.iter().map(move |(carer, _)| (job, carer)));
    pairs.map(|((visit, half), carer)| assignment(book, *visit, *half, *carer)).collect()
}

fn assignment(book: &Book, visit: usize, half: usize, carer: usize) -> i64 {
    let (asked, person) = (&book.problem.visits[visit], &book.problem.carers[carer]);
    let agreed = asked.pinned.as_ref().is_none_or(|pin| pin.carers.get(half) == Some(&person.id));
    if !agreed || !person.may(asked) {
        return NEVER;
    }
    let weights = &book.problem.weights;
    // One of two suffices for continuity, and the halves are alike: the first half bears it.
    let unknown = half == 0 && asked.preferred.as_ref().is_some_and(|id| *id != person.id);
    let lost = if unknown { weights.continuity } else { 0 };
    lost + if book.changes(visit, carer) { weights.changed } else { 0 }
}

/// The matrix with one more place, nowhere, from which and to which it takes no time.
fn matrix(book: &Book) -> (usize, Vec<Time>) {
    let places = book.matrix.places() + 1;
    let known = |place: usize| (place + 1 < places).then_some(place);
    let rows = (0..places).flat_map(|from| (0..places).map(move |to| book.leg(known(from), known(to))));
    (places, rows.collect())
}

fn working(book: &Book, class: usize, (carer, number): (usize, usize)) -> Duty {
    let shift = book.problem.carers[carer].shifts[number];
    let nowhere = book.matrix.places();
    Duty {
        start: shift.start.unwrap_or(nowhere),
        end: shift.end.unwrap_or(nowhere),
        from: shift.from,
        until: shift.until,
        latest: shift.until + shift.overtime,
        capacity: i32::MAX,
        fixed: book.problem.weights.shift,
        class,
        owner: carer,
    }
}

/// Job, duty and begin of everything in a plan that is still there, as it begins: where a search sets out from.
pub fn wanted(book: &Book, translation: &Translation, tours: &[Tour]) -> Vec<(usize, usize, Seconds)> {
    let mut found: Vec<(usize, usize, Seconds)> = Vec::new();
    let mut taken = vec![false; translation.jobs.len()];
    for tour in tours {
        let Some(duty) = book.carer(&tour.carer).and_then(|carer| translation.duty(carer, tour.shift)) else {
            continue;
        };
        for stop in &tour.stops {
            let visit = stop.visit.as_deref().map(|id| book.visit(id));
            let cost = |job: &usize| translation.instance.assigned(*job, duty);
            let fits = |job: &usize| {
                let same = match visit {
                    Some(visit) => visit.is_some() && translation.jobs[*job].map(|name| name.0) == visit,
                    None => translation.jobs[*job].is_none(),
                };
                same && !taken[*job] && cost(job) < NEVER
            };
            if let Some(job) = (0..translation.jobs.len()).filter(fits).min_by_key(cost) {
                taken[job] = true;
                found.push((job, duty, stop.start));
            }
        }
    }
    found.sort_by_key(|(_, _, start)| *start);
    found
}
