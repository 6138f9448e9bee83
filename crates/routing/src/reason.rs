//! Why nobody makes a visit: the first thing that too few carers pass.

use crate::book::Book;
use crate::model::{Carer, Shift, Visit};
use crate::plan::Reason;

/// The reason, found by asking one condition after the other.
pub fn reason(book: &Book, visit: &Visit) -> Reason {
    if let Some(reason) = agreed(book, visit) {
        return reason;
    }
    let enough = |carers: &Vec<&Carer>| carers.len() >= visit.carers;
    let all = book.problem.carers.iter();
    let mut left: Vec<&Carer> = all.filter(|carer| !carer.absent && carer.welcome(visit)).collect();
    if !enough(&left) {
        return Reason::NobodyWelcome;
    }
    for skill in &visit.skills {
        left.retain(|carer| carer.skills.contains(skill));
        if !enough(&left) {
            return Reason::NoSkill(skill.clone());
        }
    }
    left.retain(|carer| carer.suits(visit));
    if !enough(&left) {
        return Reason::NoSex;
    }
    let by = |near: bool| {
        let can = |carer: &&&Carer| carer.shifts.iter().any(|shift| alone(book, visit, shift, near));
        left.iter().filter(can).count() >= visit.carers
    };
    match (by(true), by(false)) {
        (false, _) => Reason::OutsideShifts,
        (true, false) => Reason::TooFar,
        (true, true) => Reason::Full,
    }
}

fn agreed(book: &Book, visit: &Visit) -> Option<Reason> {
    let pin = visit.pinned.as_ref()?;
    let carers = || pin.carers.iter().filter_map(|id| Some((id, &book.problem.carers[book.carer(id)?])));
    let absent = carers().find(|(_, carer)| carer.absent).map(|(id, _)| Reason::PinnedAbsent(id.clone()));
    let unfit = || carers().find(|(_, carer)| !carer.may(visit)).map(|(id, _)| Reason::PinnedUnfit(id.clone()));
    Some(absent.or_else(unfit).unwrap_or(Reason::PinConflict))
}

/// Whether the visit fits into an otherwise empty shift; `near`: as if it were next door.
fn alone(book: &Book, visit: &Visit, shift: &Shift, near: bool) -> bool {
    let leg = |from, to| if near { 0 } else { book.leg(from, to) };
    let arrival = shift.from + leg(shift.start, Some(visit.place));
    let windows = visit.begins();
    let start = windows.iter().find(|window| arrival <= window.until).map(|window| arrival.max(window.from));
    let back = visit.service + leg(Some(visit.place), shift.end);
    start.is_some_and(|start| start + back <= shift.until + shift.overtime)
}
