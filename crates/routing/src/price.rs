//! Dragging by hand: what a move costs and what it breaks, before it is made.

use crate::book::{Book, Entry};
use crate::breach::{Breach, of_tour, of_visit};
use crate::mistake::{Mistake, mistakes};
use crate::model::{Problem, Seconds};
use crate::plan::{Cost, Plan, Tour, Unassigned};
use crate::reason::reason;
use crate::travel::Matrix;

/// A visit taken from one carer and given to another, to another place of the same tour, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What.
    pub visit: String,
    /// From whom. Needed only where two make the visit.
    pub from: Option<String>,
    /// To whom; nothing: it is taken out.
    pub to: Option<Target>,
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// To whom.
    pub carer: String,
    /// Which of the carer's shifts.
    pub shift: usize,
    /// Before which stop, rests counted, the moved visit not; as many as there are: at the end.
    pub position: usize,
}

/// What a move comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The plan's cost after it.
    pub cost: Cost,
    /// After less before.
    pub change: Cost,
    /// What the touched tours and the visit break after it and did not before.
    pub breaks: Vec<Breach>,
    /// The tours that change, as they would be.
    pub tours: Vec<Tour>,
}

/// A plan made ready for pricing moves.
pub struct Pricer<'a> {
    book: Book<'a>,
    plan: Plan,
    who: Vec<Vec<usize>>,
}

/// A duty named by carer and shift.
type Place = (usize, usize);

impl<'a> Pricer<'a> {
    /// Makes a plan ready. `before` is the plan from which changes count, where there is one.
    ///
    /// # Errors
    /// All mistakes of the question, and names of the plan that the day does not have.
    pub fn new(
        problem: &'a Problem,
        matrix: &'a Matrix,
        plan: &Plan,
        before: Option<&Plan>,
    ) -> Result<Self, Vec<Mistake>> {
        let mut found = mistakes(problem, matrix);
        let book = Book::open(problem, matrix, before);
        found.extend(book.strangers(plan));
        if !found.is_empty() {
            return Err(found);
        }
        let mut plan = plan.clone();
        plan.cost = book.cost(&plan.tours);
        let who = book.who(&plan.tours);
        Ok(Self { book, plan, who })
    }

    /// What the plan costs as it is.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.plan.cost
    }

    /// What a move comes to.
    ///
    /// # Errors
    /// When it names what is not there, or does not say from which of two carers.
    pub fn price(&self, change: &Move) -> Result<Price, Mistake> {
        let stranger = |id: &str| Mistake::NotInPlan(id.to_owned());
        let visit = self.book.visit(&change.visit).ok_or_else(|| stranger(&change.visit))?;
        let from = self.source(visit, change)?;
        let to = match &change.to {
            Some(target) => {
                let carer = self.book.carer(&target.carer).ok_or_else(|| stranger(&target.carer))?;
                self.book.shift(carer, target.shift).ok_or_else(|| stranger(&target.carer))?;
                Some(((carer, target.shift), target.position))
            }
            None => None,
        };
        let tours = self.changed(visit, from, to);
        Ok(self.compare(visit, from, to.map(|to| to.0), tours))
    }

    /// The plan after a move, whatever it breaks.
    ///
    /// # Errors
    /// As for its price.
    pub fn moved(&self, change: &Move) -> Result<Plan, Mistake> {
        let price = self.price(change)?;
        let mut plan = self.plan.clone();
        let touched = |tour: &Tour| price.tours.iter().any(|new| (&new.carer, new.shift) == (&tour.carer, tour.shift));
        plan.tours.retain(|tour| !touched(tour));
        plan.tours.extend(price.tours.into_iter().filter(Tour::used));
        plan.tours.sort_by_key(|tour| (self.book.carer(&tour.carer), tour.shift));
        let who = self.book.who(&plan.tours);
        let left = self.book.problem.visits.iter().zip(who).filter(|(_, who)| who.is_empty()).map(|(visit, _)| visit);
        let known = |id: &str| self.plan.unassigned.iter().find(|left| left.visit == id).cloned();
        let new = |id: &str, reason| Unassigned { visit: id.to_owned(), reason };
        plan.unassigned =
            left.map(|visit| known(&visit.id).unwrap_or_else(|| new(&visit.id, reason(&self.book, visit)))).collect();
        plan.cost = price.cost;
        Ok(plan)
    }

    fn tour(&self, (carer, shift): Place) -> Option<&Tour> {
        let id = &self.book.problem.carers[carer].id;
        self.plan.tours.iter().find(|tour| tour.carer == *id && tour.shift == shift)
    }

    /// From whom the visit is taken; nothing when nobody makes it, or when a second carer is added.
    fn source(&self, visit: usize, change: &Move) -> Result<Option<Place>, Mistake> {
        let carer = match (&change.from, &self.who[visit][..]) {
            (Some(id), who) => {
                let carer = self.book.carer(id).filter(|carer| who.contains(carer));
                Some(carer.ok_or_else(|| Mistake::NotInPlan(id.clone()))?)
            }
            (None, []) => None,
            (None, [one]) => (self.book.problem.visits[visit].carers == 1).then_some(*one),
            (None, _) => return Err(Mistake::Carers(change.visit.clone())),
        };
        let of = |carer: usize| {
            let mut shifts = 0..self.book.problem.carers[carer].shifts.len();
            let holds =
                |shift: &usize| self.tour((carer, *shift)).is_some_and(|tour| tour.position(&change.visit).is_some());
            shifts.find(holds).map(|shift| (carer, shift))
        };
        Ok(carer.and_then(of))
    }

    /// The stops of a tour without one visit. A visit of two keeps the instant that was planned for both.
    fn entries(&self, place: Place, without: usize) -> Vec<Entry> {
        let entry = |visit: Option<usize>, start: Seconds| {
            let two = visit.is_some_and(|visit| self.book.problem.visits[visit].carers == 2);
            Entry { visit, hold: two.then_some(start) }
        };
        match self.tour(place) {
            Some(tour) => {
                let visit = |id: &Option<String>| id.as_deref().and_then(|id| self.book.visit(id));
                let all = tour.stops.iter().map(|stop| entry(visit(&stop.visit), stop.start));
                all.filter(|entry| entry.visit != Some(without)).collect()
            }
            None => {
                let rest = self.book.shift(place.0, place.1).and_then(|shift| shift.rest);
                rest.iter().map(|_| Entry { visit: None, hold: None }).collect()
            }
        }
    }

    fn changed(&self, visit: usize, from: Option<Place>, to: Option<(Place, usize)>) -> Vec<Tour> {
        let mut tours = Vec::with_capacity(2);
        if let Some(place) = from.filter(|from| to.is_none_or(|to| to.0 != *from)) {
            tours.push(self.book.tour(place.0, place.1, &self.entries(place, visit)));
        }
        if let Some((place, position)) = to {
            tours.push(self.with(visit, from, place, position));
        }
        tours
    }

    /// The target's tour with the visit in it. In an empty shift the rest goes where it fits.
    fn with(&self, visit: usize, from: Option<Place>, place: Place, position: usize) -> Tour {
        let entries = self.entries(place, visit);
        let hold = self.mate_start(visit, from);
        let at = |position: usize| {
            let mut entries = entries.clone();
            entries.insert(position.min(entries.len()), Entry { visit: Some(visit), hold });
            self.book.tour(place.0, place.1, &entries)
        };
        if entries.iter().any(|entry| entry.visit.is_some()) {
            return at(position);
        }
        let broken = |tour: &Tour| {
            let mut found = Vec::new();
            of_tour(&self.book, tour, &mut found);
            found.len()
        };
        let (before, after) = (at(0), at(1));
        if broken(&after) < broken(&before) { after } else { before }
    }

    /// When the other carer of the visit begins.
    fn mate_start(&self, visit: usize, from: Option<Place>) -> Option<Seconds> {
        let mate = self.who[visit].iter().find(|carer| from.is_none_or(|from| from.0 != **carer))?;
        let id = &self.book.problem.carers[*mate].id;
        let tours = self.plan.tours.iter().filter(|tour| tour.carer == *id);
        let name = &self.book.problem.visits[visit].id;
        tours.filter_map(|tour| Some(tour.stops[tour.position(name)?].start)).next()
    }

    fn compare(&self, visit: usize, from: Option<Place>, to: Option<Place>, tours: Vec<Tour>) -> Price {
        let old: Vec<&Tour> = [from, to.filter(|to| Some(*to) != from)]
            .into_iter()
            .flatten()
            .filter_map(|place| self.tour(place))
            .collect();
        let mut who = self.who[visit].clone();
        if let Some(place) = from.and_then(|from| who.iter().position(|carer| *carer == from.0)) {
            who.remove(place);
        }
        who.extend(to.map(|to| to.0));
        let people = self.book.people(visit, &who).plus(self.book.people(visit, &self.who[visit]).negated());
        let change = tours.iter().map(|tour| self.book.road(tour)).fold(people, Cost::plus);
        let change = old.iter().fold(change, |sum, tour| sum.plus(self.book.road(tour).negated()));
        let before = self.broken(visit, &old, &old);
        let mut breaks = self.broken(visit, &tours.iter().collect::<Vec<_>>(), &old);
        breaks.retain(|breach| !before.contains(breach));
        Price { cost: self.plan.cost.plus(change), change, breaks, tours }
    }

    /// What some tours break, and the visits that they share with others, when they stand where `old` stood.
    fn broken(&self, moved: usize, tours: &[&Tour], old: &[&Tour]) -> Vec<Breach> {
        let mut found = Vec::new();
        for tour in tours {
            of_tour(&self.book, tour, &mut found);
        }
        let stops =
            tours.iter().flat_map(|tour| &tour.stops).filter_map(|stop| self.book.visit(stop.visit.as_deref()?));
        let mut visits: Vec<usize> = stops.filter(|visit| self.shared(*visit)).chain([moved]).collect();
        visits.sort_unstable();
        visits.dedup();
        for visit in visits {
            let asked = &self.book.problem.visits[visit];
            let others = self.plan.tours.iter().filter(|tour| !old.iter().any(|old| std::ptr::eq(*old, *tour)));
            let others =
                others.filter(|tour| self.who[visit].iter().any(|n| self.book.problem.carers[*n].id == tour.carer));
            let made: Vec<(&str, Seconds)> = tours
                .iter()
                .copied()
                .chain(others)
                .filter_map(|tour| Some((tour.carer.as_str(), tour.stops[tour.position(&asked.id)?].start)))
                .collect();
            of_visit(asked, &made, made.is_empty(), &mut found);
        }
        found
    }

    fn shared(&self, visit: usize) -> bool {
        let asked = &self.book.problem.visits[visit];
        asked.carers == 2 || asked.pinned.is_some()
    }
}
