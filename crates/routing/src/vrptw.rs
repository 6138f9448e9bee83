//! The textbook problem (vehicles with a capacity, customers with a time window) on the same search: what the benchmark
//! measures, so that the search is compared with others on what others are measured on.

use crate::core::instance::{Duty, Instance, Job, Time};
use crate::core::search::{Limit, Settings, search};
use crate::core::solution::Solution;

/// Ticks in one unit of the plane: distances count with four decimals.
const TICKS: f64 = 10_000.0;

/// A customer; the first of a list is the depot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Place in the plane.
    pub x: f64,
    /// Place in the plane.
    pub y: f64,
    /// What is brought.
    pub demand: i32,
    /// Service begins at the earliest.
    pub earliest: f64,
    /// Service begins at the latest; of the depot: everybody is back.
    pub latest: f64,
    /// How long it takes.
    pub service: f64,
}

/// What is asked of the search.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Vehicles at most.
    pub vehicles: usize,
    /// Of each.
    pub capacity: i32,
    /// Fewer vehicles come before less distance; else only the distance counts.
    pub fewer: bool,
    /// Searches side by side.
    pub threads: usize,
    /// Beginning of the stream of chance.
    pub seed: u64,
}

/// Distance in the plane.
#[must_use]
pub fn distance(one: &Customer, two: &Customer) -> f64 {
    (one.x - two.x).hypot(one.y - two.y)
}

/// Routes (numbers of customers, without the depot) and the steps made until `progress` reached 1.
#[must_use]
pub fn solve(customers: &[Customer], ask: Ask, progress: &(dyn Fn() -> f64 + Sync)) -> (Vec<Vec<usize>>, u64) {
    let instance = instance(customers, ask);
    let legs: i64 = instance.travel.iter().map(|leg| i64::from(*leg)).sum();
    let mean = legs as f64 / instance.travel.len().max(1) as f64;
    let settings =
        Settings { hot: mean * HOT, cold: mean * COLD, fewer: ask.fewer, threads: ask.threads, seed: ask.seed };
    let limit = Limit { steps: None, progress };
    let (found, steps) = search(&instance, &Solution::empty(&instance), settings, &limit);
    let tours = found.tours.into_iter().filter(|tour| tour.visits > 0);
    (tours.map(|tour| tour.jobs.into_iter().map(|job| job + 1).collect()).collect(), steps)
}

/// Temperature at the begin and at the end, in mean distances.
const HOT: f64 = 1.0;
const COLD: f64 = 0.01;

fn ticks(value: f64) -> Time {
    (value * TICKS).round() as Time
}

fn instance(customers: &[Customer], ask: Ask) -> Instance {
    let legs = customers.iter().flat_map(|one| customers.iter().map(move |two| ticks(distance(one, two))));
    let depot = customers.first();
    let job = |(number, customer): (usize, &Customer)| Job {
        place: number,
        service: ticks(customer.service),
        windows: vec![(ticks(customer.earliest), ticks(customer.latest))],
        load: customer.demand,
        rest: false,
        mate: None,
        pinned: false,
        penalty: i64::from(ticks(100_000.0)),
    };
    let latest = depot.map_or(0, |depot| ticks(depot.latest));
    let duty = |owner: usize| Duty {
        start: 0,
        end: 0,
        from: depot.map_or(0, |depot| ticks(depot.earliest)),
        until: latest,
        latest,
        capacity: ask.capacity,
        fixed: 0,
        class: 0,
        owner,
    };
    let jobs: Vec<Job> = customers.iter().enumerate().skip(1).map(job).collect();
    Instance {
        places: customers.len(),
        travel: legs.collect(),
        assign: vec![0; jobs.len() * ask.vehicles],
        jobs,
        duties: (0..ask.vehicles).map(duty).collect(),
        travel_cost: 1,
        idle_cost: 0,
        overtime_cost: 0,
    }
}
