//! What comes out: who goes where when, what it costs, who is left out and why.

use crate::model::Seconds;
use serde::{Deserialize, Serialize};

/// One thing in a tour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The visit; nothing: the rest.
    pub visit: Option<String>,
    /// On the road before it.
    pub travel: Seconds,
    /// At the door.
    pub arrival: Seconds,
    /// Before the door.
    pub wait: Seconds,
    /// Begins.
    pub start: Seconds,
    /// Ends.
    pub end: Seconds,
}

/// One shift of one carer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tour {
    /// Whose.
    pub carer: String,
    /// Which of the carer's shifts.
    pub shift: usize,
    /// Leaves so as not to wait at the first door.
    pub leave: Seconds,
    /// In order.
    pub stops: Vec<Stop>,
    /// The day's end is reached.
    pub home: Seconds,
    /// On the road after the last stop.
    pub travel_home: Seconds,
}

impl Tour {
    /// Whether it has a visit at all.
    #[must_use]
    pub fn used(&self) -> bool {
        self.stops.iter().any(|stop| stop.visit.is_some())
    }

    /// Where a visit stands in it.
    #[must_use]
    pub fn position(&self, visit: &str) -> Option<usize> {
        self.stops.iter().position(|stop| stop.visit.as_deref() == Some(visit))
    }
}

/// Why nobody makes a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The agreed carer is not there.
    #[error("RT21 已约定的人员“{0}”当日不在岗")]
    PinnedAbsent(String),
    /// The agreed carer may not, or cannot, make it.
    #[error("RT22 已约定的人员“{0}”不具备条件")]
    PinnedUnfit(String),
    /// What was agreed cannot be kept beside what else was agreed, or within the working time.
    #[error("RT23 已约定的时间与其他约定或班次冲突")]
    PinConflict,
    /// Too few carers whom the visit lets in are there.
    #[error("RT24 可以上门的人员当日不在岗或不足")]
    NobodyWelcome,
    /// Too few of these can do it.
    #[error("RT25 具备“{0}”技能的在岗人员不足")]
    NoSkill(String),
    /// Too few of these are of the sex that is wished.
    #[error("RT26 符合性别意愿的在岗人员不足")]
    NoSex,
    /// None of these works then.
    #[error("RT27 时间段在合适人员的班次之外")]
    OutsideShifts,
    /// None of these can be there in time and back.
    #[error("RT28 路程太远，合适人员无法按时到达并返回")]
    TooFar,
    /// All who could are busy.
    #[error("RT29 合适人员当日已满")]
    Full,
}

impl Reason {
    /// The number, such as `RT29`.
    #[must_use]
    pub fn code(&self) -> String {
        self.to_string().chars().take(4).collect()
    }
}

/// A visit that nobody makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassigned {
    /// Which.
    pub visit: String,
    /// Why.
    pub reason: Reason,
}

/// What a plan costs, in its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds on the road.
    pub travel: i64,
    /// Seconds of idling between visits.
    pub idle: i64,
    /// Seconds of overtime.
    pub overtime: i64,
    /// Shifts in use.
    pub shifts: i64,
    /// Visits that the preferred carer does not make.
    pub lost_continuity: i64,
    /// Carers whom the plan before did not send there.
    pub changed: i64,
    /// Visits that nobody makes.
    pub unassigned: i64,
    /// Shifts in use without the rest that belongs to them.
    pub missed_rests: i64,
    /// All of it weighed.
    pub points: i64,
}

impl Cost {
    /// Part by part.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            travel: self.travel + other.travel,
            idle: self.idle + other.idle,
            overtime: self.overtime + other.overtime,
            shifts: self.shifts + other.shifts,
            lost_continuity: self.lost_continuity + other.lost_continuity,
            changed: self.changed + other.changed,
            unassigned: self.unassigned + other.unassigned,
            missed_rests: self.missed_rests + other.missed_rests,
            points: self.points + other.points,
        }
    }

    /// The same below nought.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            travel: -self.travel,
            idle: -self.idle,
            overtime: -self.overtime,
            shifts: -self.shifts,
            lost_continuity: -self.lost_continuity,
            changed: -self.changed,
            unassigned: -self.unassigned,
            missed_rests: -self.missed_rests,
            points: -self.points,
        }
    }
}

/// A day's plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Shifts in use, in the order of the carers.
    pub tours: Vec<Tour>,
    /// Left out.
    pub unassigned: Vec<Unassigned>,
    /// What it costs.
    pub cost: Cost,
}

impl Plan {
    /// The carers whom it sends to a visit.
    pub fn carers<'a>(&'a self, visit: &'a str) -> impl Iterator<Item = &'a str> {
        self.tours.iter().filter(move |tour| tour.position(visit).is_some()).map(|tour| tour.carer.as_str())
    }
}
