//! What a plan breaks: every rule asked again of the finished times, by arithmetic that the search does not share.

use crate::book::Book;
use crate::model::{Problem, Seconds, Shift, Visit};
use crate::plan::{Plan, Stop, Tour};
use crate::travel::Matrix;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// One rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// Named in the plan, but not of this day.
    #[error("RT41 “{0}”不在当日的访视或班次之内")]
    Stranger(String),
    /// Made by too few or too many, or both made and left out.
    #[error("RT42 访视“{0}”的到访人数不符")]
    Carers(String),
    /// A skill that is lacking.
    #[error("RT43 “{carer}”不具备访视“{visit}”需要的“{skill}”技能")]
    Skill {
        /// Which visit.
        visit: String,
        /// Who goes.
        carer: String,
        /// What is lacking.
        skill: String,
    },
    /// Another sex than was wished.
    #[error("RT44 “{carer}”不符合访视“{visit}”的性别意愿")]
    Sex {
        /// Which visit.
        visit: String,
        /// Who goes.
        carer: String,
    },
    /// Refused, or not among those who only may.
    #[error("RT45 访视“{visit}”不接受“{carer}”上门")]
    Unwelcome {
        /// Which visit.
        visit: String,
        /// Who goes.
        carer: String,
    },
    /// Not there today.
    #[error("RT46 “{0}”当日不在岗")]
    Absent(String),
    /// What was agreed was moved.
    #[error("RT47 访视“{0}”已约定，人员或时间不得变动")]
    Pinned(String),
    /// Begins outside of its windows.
    #[error("RT48 访视“{visit}”开始于约定时间段之外（偏差 {seconds} 秒）")]
    Window {
        /// Which.
        visit: String,
        /// By how much it is too late, or too early (below nought).
        seconds: Seconds,
    },
    /// Nobody can be there so soon.
    #[error("RT49 “{carer}”无法在计划时间到达第 {stop} 站")]
    Travel {
        /// Who.
        carer: String,
        /// Which stop, from 1.
        stop: usize,
    },
    /// Shorter or longer than was asked.
    #[error("RT50 “{carer}”第 {stop} 站的时长不符")]
    Length {
        /// Who.
        carer: String,
        /// Which stop, from 1.
        stop: usize,
    },
    /// Leaves before the shift, or comes home after all overtime.
    #[error("RT51 “{carer}”超出班次 {seconds} 秒")]
    Shift {
        /// Who.
        carer: String,
        /// By how much.
        seconds: Seconds,
    },
    /// No rest, several, or not when it should be.
    #[error("RT52 “{0}”没有在应休息的时间休息")]
    Rest(String),
    /// Two carers who do not begin together.
    #[error("RT53 访视“{0}”的两名人员未同时开始")]
    Apart(String),
}

impl Breach {
    /// The number, such as `RT48`.
    #[must_use]
    pub fn code(&self) -> String {
        self.to_string().chars().take(4).collect()
    }
}

/// Everything that a plan breaks; nothing when it can be carried out.
#[must_use]
pub fn breaches(problem: &Problem, matrix: &Matrix, plan: &Plan) -> Vec<Breach> {
    let book = Book::open(problem, matrix, None);
    let mut found = Vec::new();
    let mut shifts = HashSet::new();
    for tour in &plan.tours {
        if !shifts.insert((&tour.carer, tour.shift)) {
            found.push(Breach::Stranger(tour.carer.clone()));
        }
        of_tour(&book, tour, &mut found);
    }
    let mut made = vec![Vec::new(); problem.visits.len()];
    for tour in &plan.tours {
        for stop in &tour.stops {
            if let Some(visit) = stop.visit.as_deref().and_then(|id| book.visit(id)) {
                made[visit].push((tour.carer.as_str(), stop.start));
            }
        }
    }
    let left: HashSet<&str> = plan.unassigned.iter().map(|left| left.visit.as_str()).collect();
    for (visit, made) in problem.visits.iter().zip(&made) {
        of_visit(visit, made, left.contains(visit.id.as_str()), &mut found);
    }
    found
}

/// Who makes a visit, when, and whether that is what was asked.
pub fn of_visit(visit: &Visit, made: &[(&str, Seconds)], left: bool, found: &mut Vec<Breach>) {
    let carers: HashSet<&str> = made.iter().map(|(carer, _)| *carer).collect();
    let wanted = if left { 0 } else { visit.carers };
    if carers.len() != made.len() || made.len() != wanted {
        found.push(Breach::Carers(visit.id.clone()));
    }
    if made.windows(2).any(|two| two[0].1 != two[1].1) {
        found.push(Breach::Apart(visit.id.clone()));
    }
    if let Some(pin) = &visit.pinned {
        let kept = |(carer, start): &(&str, Seconds)| *start == pin.start && pin.carers.iter().any(|id| id == carer);
        if !made.iter().all(kept) {
            found.push(Breach::Pinned(visit.id.clone()));
        }
    }
}

/// One tour by itself.
pub fn of_tour(book: &Book, tour: &Tour, found: &mut Vec<Breach>) {
    let carer = book.carer(&tour.carer);
    let shift = carer.and_then(|carer| book.shift(carer, tour.shift));
    let (Some(carer), Some(shift)) = (carer, shift) else {
        found.push(Breach::Stranger(tour.carer.clone()));
        return;
    };
    if book.problem.carers[carer].absent && tour.used() {
        found.push(Breach::Absent(tour.carer.clone()));
    }
    times(book, tour, shift, found);
    rest(tour, shift, found);
    for stop in &tour.stops {
        let Some(id) = &stop.visit else { continue };
        match book.visit(id) {
            Some(visit) => person(book, carer, &book.problem.visits[visit], stop, found),
            None => found.push(Breach::Stranger(id.clone())),
        }
    }
}

fn times(book: &Book, tour: &Tour, shift: &Shift, found: &mut Vec<Breach>) {
    let carer = || tour.carer.clone();
    let (mut now, mut at, mut begun) = (shift.from, shift.start, false);
    for (number, stop) in tour.stops.iter().enumerate() {
        let visit = stop.visit.as_deref().and_then(|id| book.visit(id)).map(|visit| &book.problem.visits[visit]);
        if visit.is_some() && !begun {
            // The day begins with the way to the first door.
            if tour.leave < now {
                found.push(Breach::Shift { carer: carer(), seconds: now - tour.leave });
            }
            (now, begun) = (tour.leave, true);
        }
        let place = visit.map_or(at, |visit| Some(visit.place));
        let reached = now + book.leg(at, place);
        if stop.arrival < reached || stop.start < stop.arrival || stop.wait != stop.start - stop.arrival {
            found.push(Breach::Travel { carer: carer(), stop: number + 1 });
        }
        let length = visit.map(|visit| visit.service).or(shift.rest.map(|rest| rest.length));
        if stop.end - stop.start != length.unwrap_or(stop.end - stop.start) {
            found.push(Breach::Length { carer: carer(), stop: number + 1 });
        }
        (now, at) = (stop.end, place);
    }
    let home = now + book.leg(at, shift.end);
    if tour.home < home {
        found.push(Breach::Travel { carer: carer(), stop: tour.stops.len() + 1 });
    }
    let over = tour.home.max(home) - shift.until - shift.overtime;
    if over > 0 {
        found.push(Breach::Shift { carer: carer(), seconds: over });
    }
}

fn rest(tour: &Tour, shift: &Shift, found: &mut Vec<Breach>) {
    let mut rests = tour.stops.iter().filter(|stop| stop.visit.is_none());
    let sound = match (shift.rest, rests.next(), rests.next()) {
        (_, _, Some(_)) | (None, Some(_), None) => false,
        (Some(rest), Some(stop), None) => (rest.begins.from..=rest.begins.until).contains(&stop.start),
        (Some(_), None, None) => !tour.used(),
        (None, None, None) => true,
    };
    if !sound {
        found.push(Breach::Rest(tour.carer.clone()));
    }
}

fn person(book: &Book, carer: usize, visit: &Visit, stop: &Stop, found: &mut Vec<Breach>) {
    let person = &book.problem.carers[carer];
    let (visit_id, carer_id) = (|| visit.id.clone(), || person.id.clone());
    if let Some(skill) = person.lacks(visit) {
        found.push(Breach::Skill { visit: visit_id(), carer: carer_id(), skill: skill.to_owned() });
    }
    if !person.suits(visit) {
        found.push(Breach::Sex { visit: visit_id(), carer: carer_id() });
    }
    if !person.welcome(visit) {
        found.push(Breach::Unwelcome { visit: visit_id(), carer: carer_id() });
    }
    if let Some(seconds) = outside(visit, stop.start) {
        found.push(Breach::Window { visit: visit_id(), seconds });
    }
}

/// By how much a visit begins too late, or too early (below nought).
fn outside(visit: &Visit, start: Seconds) -> Option<Seconds> {
    // The time of what is agreed is asked where the agreement is.
    if visit.pinned.is_some() || visit.windows.iter().any(|window| (window.from..=window.until).contains(&start)) {
        return None;
    }
    let ends = visit.windows.iter().flat_map(|window| [start - window.from, start - window.until]);
    ends.min_by_key(|by| by.abs())
}
