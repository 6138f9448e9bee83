//! What is asked: visits, carers, and what counts how much.

use serde::{Deserialize, Serialize};

/// Seconds: of the day (since midnight) or of duration.
pub type Seconds = i32;

/// Sex, where somebody wishes for a carer of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// A woman.
    Female,
    /// A man.
    Male,
}

/// A stretch of the day, both ends within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Not before.
    pub from: Seconds,
    /// Not after.
    pub until: Seconds,
}

/// What was agreed with the family and is not to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// As many carers as the visit needs.
    pub carers: Vec<String>,
    /// When it begins.
    pub start: Seconds,
}

/// One visit of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The caller's own name for it.
    pub id: String,
    /// Row of the travel matrix.
    pub place: usize,
    /// How long it takes.
    pub service: Seconds,
    /// When it may begin.
    pub windows: Vec<Window>,
    /// What every carer who goes must be able to do.
    pub skills: Vec<String>,
    /// Wished, and kept.
    pub sex: Option<Sex>,
    /// Carers who may not go.
    pub refused: Vec<String>,
    /// Where it is not empty, nobody else may go.
    pub only: Vec<String>,
    /// Whom the elder knows.
    pub preferred: Option<String>,
    /// Agreed: neither carer nor time are moved.
    pub pinned: Option<Pin>,
    /// 1, or 2 who begin at the same time.
    pub carers: usize,
    /// What leaving it out weighs, in ordinary visits.
    pub priority: i32,
}

/// A rest within a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// When it may begin.
    pub begins: Window,
    /// How long it is.
    pub length: Seconds,
}

/// A carer's working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Leaves `start` at the earliest.
    pub from: Seconds,
    /// Is at `end`; after this it is overtime.
    pub until: Seconds,
    /// Overtime at most.
    pub overtime: Seconds,
    /// Row of the travel matrix where the day begins; nothing when the first visit is where it begins.
    pub start: Option<usize>,
    /// Row of the travel matrix where it ends; nothing when it ends with the last visit.
    pub end: Option<usize>,
    /// A rest, once the shift has a visit at all.
    pub rest: Option<Rest>,
}

/// Somebody who visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carer {
    /// The caller's own name.
    pub id: String,
    /// What they can do.
    pub skills: Vec<String>,
    /// Where it is known.
    pub sex: Option<Sex>,
    /// One after the other.
    pub shifts: Vec<Shift>,
    /// Not there today.
    pub absent: bool,
}

/// What counts how much. Rates are points for a second, the rest points each; a visit that is left out should weigh
/// more than any way could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// A second on the road.
    pub travel: i64,
    /// A second of idling between visits.
    pub idle: i64,
    /// A second of overtime.
    pub overtime: i64,
    /// A shift that is used at all.
    pub shift: i64,
    /// A visit that the preferred carer does not make.
    pub continuity: i64,
    /// A carer whom the plan before this one did not send.
    pub changed: i64,
    /// A visit that nobody makes, for each carer that it needs.
    pub unassigned: i64,
}

impl Default for Weights {
    /// An idle second is a third of a second on the road, one of overtime three; continuity is worth ten minutes of road.
    fn default() -> Self {
        Self {
            travel: 3,
            idle: 1,
            overtime: 9,
            shift: 0,
            continuity: 3 * 600,
            changed: 3 * 900,
            unassigned: 3 * 86_400,
        }
    }
}

/// A day to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is to be done.
    pub visits: Vec<Visit>,
    /// By whom.
    pub carers: Vec<Carer>,
    /// What counts how much.
    pub weights: Weights,
}

impl Visit {
    /// When it may begin: as agreed, or within its windows.
    #[must_use]
    pub fn begins(&self) -> Vec<Window> {
        match &self.pinned {
            Some(pin) => vec![Window { from: pin.start, until: pin.start }],
            None => {
                let mut windows = self.windows.clone();
                windows.sort_by_key(|window| window.from);
                windows
            }
        }
    }
}

impl Carer {
    /// The first skill that the visit needs and this carer lacks.
    #[must_use]
    pub fn lacks<'a>(&self, visit: &'a Visit) -> Option<&'a str> {
        visit.skills.iter().find(|skill| !self.skills.contains(skill)).map(String::as_str)
    }

    /// Whether the visit's wish for a woman or a man is met.
    #[must_use]
    pub fn suits(&self, visit: &Visit) -> bool {
        visit.sex.is_none() || visit.sex == self.sex
    }

    /// Whether the visit lets this carer in.
    #[must_use]
    pub fn welcome(&self, visit: &Visit) -> bool {
        !visit.refused.contains(&self.id) && (visit.only.is_empty() || visit.only.contains(&self.id))
    }

    /// Whether this carer may make the visit at all.
    #[must_use]
    pub fn may(&self, visit: &Visit) -> bool {
        !self.absent && self.welcome(visit) && self.suits(visit) && self.lacks(visit).is_none()
    }
}
