//! The question with its names looked up once; times and costs of tours by plain arithmetic.

use crate::mistake::Mistake;
use crate::model::{Problem, Seconds, Shift, Window};
use crate::plan::{Cost, Plan, Stop, Tour};
use crate::travel::Matrix;
use std::collections::HashMap;

/// A missed rest weighs so many visits that nobody makes.
pub const REST: i64 = 20;

/// A question with its index.
pub struct Book<'a> {
    pub problem: &'a Problem,
    pub matrix: &'a Matrix,
    visits: HashMap<&'a str, usize>,
    carers: HashMap<&'a str, usize>,
    /// Whom the plan before sent.
    before: Vec<Vec<usize>>,
}

/// A visit (or the rest) in a tour, and when it begins at the earliest whatever its windows say.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub visit: Option<usize>,
    pub hold: Option<Seconds>,
}

impl<'a> Book<'a> {
    /// Looks all names up; `before` is the plan from which changes count.
    pub fn open(problem: &'a Problem, matrix: &'a Matrix, before: Option<&Plan>) -> Self {
        let visits = problem.visits.iter().enumerate().map(|(n, visit)| (visit.id.as_str(), n)).collect();
        let carers = problem.carers.iter().enumerate().map(|(n, carer)| (carer.id.as_str(), n)).collect();
        let mut book = Self { problem, matrix, visits, carers, before: vec![Vec::new(); problem.visits.len()] };
        for tour in before.iter().flat_map(|plan| &plan.tours) {
            let Some(carer) = book.carer(&tour.carer) else { continue };
            let visits: Vec<usize> = tour.stops.iter().filter_map(|stop| book.visit(stop.visit.as_deref()?)).collect();
            for visit in visits {
                book.before[visit].push(carer);
            }
        }
        book
    }

    pub fn visit(&self, id: &str) -> Option<usize> {
        self.visits.get(id).copied()
    }

    pub fn carer(&self, id: &str) -> Option<usize> {
        self.carers.get(id).copied()
    }

    pub fn shift(&self, carer: usize, shift: usize) -> Option<&'a Shift> {
        self.problem.carers[carer].shifts.get(shift)
    }

    /// Names of a plan that this day does not have.
    pub fn strangers(&self, plan: &Plan) -> Vec<Mistake> {
        let carers = plan
            .tours
            .iter()
            .filter(|tour| self.carer(&tour.carer).is_none_or(|carer| self.shift(carer, tour.shift).is_none()));
        let stops = plan.tours.iter().flat_map(|tour| &tour.stops).filter_map(|stop| stop.visit.as_ref());
        let visits = stops.filter(|visit| self.visit(visit).is_none());
        carers.map(|tour| &tour.carer).chain(visits).map(|id| Mistake::NotInPlan(id.clone())).collect()
    }

    /// Seconds between two places, either of which may be nowhere.
    pub fn leg(&self, from: Option<usize>, to: Option<usize>) -> Seconds {
        from.zip(to).map_or(0, |(from, to)| self.matrix.leg(from, to))
    }

    /// Goes through the entries as early as may be; what comes too late is late, nothing is refused.
    pub fn tour(&self, carer: usize, number: usize, entries: &[Entry]) -> Tour {
        let shift = self.problem.carers[carer].shifts[number];
        let (mut now, mut at, mut begun) = (shift.from, shift.start, false);
        let mut stops = Vec::with_capacity(entries.len());
        let mut leave = shift.from;
        for entry in entries {
            let place = entry.visit.map_or(at, |visit| Some(self.problem.visits[visit].place));
            let travel = self.leg(at, place);
            let start = self.start(&shift, *entry, now + travel);
            if !begun && entry.visit.is_some() {
                leave = start - travel;
            }
            let arrival = if begun { now + travel } else { start };
            begun |= entry.visit.is_some();
            let end = start + self.length(&shift, entry.visit);
            let visit = entry.visit.map(|visit| self.problem.visits[visit].id.clone());
            stops.push(Stop { visit, travel, arrival, wait: start - arrival, start, end });
            (now, at) = (end, place);
        }
        let travel_home = self.leg(at, shift.end);
        Tour {
            carer: self.problem.carers[carer].id.clone(),
            shift: number,
            leave,
            stops,
            home: now + travel_home,
            travel_home,
        }
    }

    fn length(&self, shift: &Shift, visit: Option<usize>) -> Seconds {
        match visit {
            Some(visit) => self.problem.visits[visit].service,
            None => shift.rest.map_or(0, |rest| rest.length),
        }
    }

    fn start(&self, shift: &Shift, entry: Entry, arrival: Seconds) -> Seconds {
        let windows: Vec<Window> = match (entry.hold, entry.visit) {
            (Some(time), _) => return arrival.max(time),
            (None, Some(visit)) => self.problem.visits[visit].begins(),
            (None, None) => shift.rest.iter().map(|rest| rest.begins).collect(),
        };
        windows.iter().find(|window| arrival <= window.until).map_or(arrival, |window| arrival.max(window.from))
    }

    /// Road, idling, overtime, rest of one tour.
    pub fn road(&self, tour: &Tour) -> Cost {
        if !tour.used() {
            return Cost::default();
        }
        let shift = self.carer(&tour.carer).and_then(|carer| self.shift(carer, tour.shift));
        let stops = || tour.stops.iter();
        let rests = stops().any(|stop| stop.visit.is_none());
        self.weighed(Cost {
            travel: stops().map(|stop| i64::from(stop.travel)).sum::<i64>() + i64::from(tour.travel_home),
            idle: stops().map(|stop| i64::from(stop.wait)).sum(),
            overtime: shift.map_or(0, |shift| i64::from((tour.home - shift.until).max(0))),
            shifts: 1,
            missed_rests: i64::from(!rests && shift.is_some_and(|shift| shift.rest.is_some())),
            ..Cost::default()
        })
    }

    /// Who goes to one visit, or that nobody does.
    pub fn people(&self, visit: usize, carers: &[usize]) -> Cost {
        let asked = &self.problem.visits[visit];
        if carers.is_empty() {
            let mut cost = Cost { unassigned: 1, ..Cost::default() };
            cost.points = self.left_out(visit) * asked.carers as i64;
            return cost;
        }
        let known = |carer: &usize| asked.preferred.as_deref() == Some(self.problem.carers[*carer].id.as_str());
        let lost = asked.preferred.is_some() && !carers.iter().any(known);
        let changed = carers.iter().filter(|carer| self.changes(visit, **carer)).count();
        self.weighed(Cost { lost_continuity: i64::from(lost), changed: changed as i64, ..Cost::default() })
    }

    /// Whether the plan before sent others.
    pub fn changes(&self, visit: usize, carer: usize) -> bool {
        !self.before[visit].is_empty() && !self.before[visit].contains(&carer)
    }

    /// Points for every carer that a visit left out would have needed; what was agreed weighs ten times.
    pub fn left_out(&self, visit: usize) -> i64 {
        let asked = &self.problem.visits[visit];
        let agreed = if asked.pinned.is_some() { 10 } else { 1 };
        self.problem.weights.unassigned * i64::from(asked.priority) * agreed
    }

    fn weighed(&self, mut cost: Cost) -> Cost {
        let weights = &self.problem.weights;
        cost.points = weights.travel * cost.travel
            + weights.idle * cost.idle
            + weights.overtime * cost.overtime
            + weights.shift * cost.shifts
            + weights.continuity * cost.lost_continuity
            + weights.changed * cost.changed
            + weights.unassigned * REST * cost.missed_rests;
        cost
    }

    /// Carers of every visit in some tours.
    pub fn who(&self, tours: &[Tour]) -> Vec<Vec<usize>> {
        let mut who = vec![Vec::new(); self.problem.visits.len()];
        for tour in tours {
            let Some(carer) = self.carer(&tour.carer) else { continue };
            for visit in tour.stops.iter().filter_map(|stop| self.visit(stop.visit.as_deref()?)) {
                who[visit].push(carer);
            }
        }
        who
    }

    /// The cost of all tours.
    pub fn cost(&self, tours: &[Tour]) -> Cost {
        let roads = tours.iter().map(|tour| self.road(tour));
        let who = self.who(tours);
        let people = who.iter().enumerate().map(|(visit, carers)| self.people(visit, carers));
        roads.chain(people).fold(Cost::default(), Cost::plus)
    }
}
