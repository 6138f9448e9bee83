//! Proposals for a day: their states, what was asked, what moved, what has changed meanwhile. Pure.

use super::day::MINUTE;
use kernel::{Date, DayplanId, Instant, InstitutionId, JobId};
use routing::{Matrix, Place, Plan, Problem, Seconds, StraightLine, Window};
use serde::{Deserialize, Serialize};

/// The steps that a proposal may take; the table in `mod.rs` says the same.
pub const TRANSITIONS: &[(&str, &str, &str)] = &[
    ("solving", "solve", "open"),
    ("solving", "fail", "failed"),
    ("solving", "discard", "discarded"),
    ("open", "move", "open"),
    ("open", "accept", "accepted"),
    ("open", "discard", "discarded"),
];

registry::choice! {
    /// How far a proposal is.
    pub enum State {
        /// Being searched for.
        Solving = "solving" "计算中",
        /// To be looked at.
        Open = "open" "待确认",
        /// The visits are as it says.
        Accepted = "accepted" "已采用",
        /// Not wanted.
        Discarded = "discarded" "已放弃",
        /// The search could not begin.
        Failed = "failed" "未算成",
    }

    /// What a proposal is for.
    pub enum Kind {
        /// The day is planned.
        Plan = "plan" "排班",
        /// Somebody is absent: the rest is planned anew, as little as possible is moved.
        Replan = "replan" "临时调整",
    }

    /// What a carer can do besides what their post allows.
    pub enum Skill {
        /// 伤口、造口护理
        Wound = "wound" "伤口、造口护理",
        /// 导管维护
        Catheter = "catheter" "导管维护",
        /// 鼻饲
        TubeFeeding = "tube_feeding" "鼻饲护理",
        /// 康复训练
        Rehabilitation = "rehabilitation" "康复训练",
        /// 失智照护
        Dementia = "dementia" "失智照护",
        /// 移位
        Transfer = "transfer" "移位与抬扶",
        /// 中医适宜技术
        Tcm = "tcm" "中医适宜技术",
        /// 安宁照护
        Comfort = "comfort" "安宁照护",
    }
}

impl State {
    /// The state after the event, if the event is possible now.
    #[must_use]
    pub fn after(self, event: &str) -> Option<Self> {
        let row = TRANSITIONS.iter().find(|(from, e, _)| *from == self.code() && *e == event)?;
        Self::parse(row.2)
    }
}

/// What a day is planned in: five minutes. The program's own choice.
pub const STEP: Seconds = 300;

/// The straight line's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Road for straight line, in basis points.
    pub detour_bp: i64,
    /// Speed.
    pub metres_per_hour: i64,
    /// Minutes added to each way.
    pub settle: i64,
}

impl Line {
    /// As the search takes it.
    #[must_use]
    pub fn straight(self) -> StraightLine {
        StraightLine {
            factor: self.detour_bp as f64 / 10_000.0,
            km_h: self.metres_per_hour as f64 / 1_000.0,
            settle: MINUTE * self.settle as Seconds,
        }
    }
}

/// What the search was asked. Ids only: names stand nowhere in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The question.
    pub problem: Problem,
    /// Visits for which the elder named no time: the window is ours.
    pub soft: Vec<String>,
    /// The places, each once; the institution's first.
    pub places: Vec<Place>,
    /// Place of each row of the matrix.
    pub rows: Vec<usize>,
    /// The straight line's numbers.
    pub line: Line,
    /// Minutes from door to door within a village.
    pub same_village: i64,
}

impl Asked {
    /// The matrix of all rows from that of the places: two doors of one village are not one door.
    #[must_use]
    pub fn spread(&self, places: &Matrix) -> Matrix {
        let within = MINUTE * self.same_village as Seconds;
        let leg = |from: usize, to: usize| match (self.rows[from], self.rows[to]) {
            _ if from == to => 0,
            (a, b) if a == b => within,
            (a, b) => places.leg(a, b),
        };
        // Ways in steps of five minutes, so that beginnings are times that one says on the telephone.
        let leg = |from, to| (leg(from, to) + STEP - 1).div_euclid(STEP) * STEP;
        let all = 0..self.rows.len();
        let legs = all.clone().flat_map(|from| all.clone().map(move |to| (from, to)));
        Matrix::new(self.rows.len(), legs.map(|(from, to)| leg(from, to)).collect())
    }
}

/// A proposal as it stands in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Dayplan {
    /// Identity.
    pub id: DayplanId,
    /// Whose day.
    pub institution: InstitutionId,
    /// The day.
    pub day: Date,
    /// What it is for.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// The search.
    pub job: Option<JobId>,
    /// What was asked.
    pub asked: Asked,
    /// The day as it stood then.
    pub before: Plan,
    /// Seconds between the places.
    pub matrix: Option<Matrix>,
    /// Where these come from; or why there is no plan.
    pub road: String,
    /// The plan.
    pub plan: Option<Plan>,
    /// Who asked for it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// Who accepted or discarded it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Differs after every change.
    pub changed_at: Instant,
}

impl Dayplan {
    /// Its page.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/visits/planner/{}", self.id)
    }
}

/// Who goes to a visit, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    /// Carers, in alphabetical order of their ids.
    pub carers: Vec<String>,
    /// Second of the day.
    pub start: Seconds,
}

/// Who goes to a visit by a plan; nothing when nobody does.
#[must_use]
pub fn going(plan: &Plan, visit: &str) -> Option<Going> {
    let mut carers: Vec<String> = plan.carers(visit).map(str::to_owned).collect();
    carers.sort_unstable();
    let start = plan.tours.iter().find_map(|tour| Some(tour.stops[tour.position(visit)?].start))?;
    Some(Going { carers, start })
}

/// A visit that a plan moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub visit: String,
    /// As it was; nothing when its carer is not on the list any more.
    pub from: Option<Going>,
    /// As it would be; nothing when nobody goes.
    pub to: Option<Going>,
}

/// What a plan moves, by the time of the day.
#[must_use]
pub fn moved(asked: &Asked, before: &Plan, plan: &Plan) -> Vec<Moved> {
    let of = |visit: &routing::Visit| Moved {
        from: going(before, &visit.id),
        to: going(plan, &visit.id),
        visit: visit.id.clone(),
    };
    let mut all: Vec<Moved> = asked.problem.visits.iter().map(of).filter(|m| m.from != m.to).collect();
    all.sort_by_key(|m| (m.to.as_ref().or(m.from.as_ref()).map_or(0, |going| going.start), m.visit.clone()));
    all
}

/// The question for a plan anew, in which whoever is there goes where they go: at their time (`tight`), else not before it.
#[must_use]
pub fn steady(problem: &Problem, before: &Plan, tight: bool) -> Problem {
    let away = |id: &String| problem.carers.iter().any(|carer| carer.id == *id && carer.absent);
    let visits = problem.visits.iter().map(|visit| {
        let stands = going(before, &visit.id).filter(|going| !going.carers.iter().any(away));
        let fits = stands.zip(visit.windows.first()).filter(|(going, w)| (w.from..=w.until).contains(&going.start));
        let window =
            fits.map(|(going, w)| Window { from: going.start, until: if tight { going.start } else { w.until } });
        routing::Visit { windows: window.map_or_else(|| visit.windows.clone(), |w| vec![w]), ..visit.clone() }
    });
    Problem { visits: visits.collect(), carers: problem.carers.clone(), weights: problem.weights }
}

/// What is not any more as it was when a proposal was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A visit is gone: cancelled, on another day.
    Gone(String),
    /// A visit has come.
    Come(String),
    /// A visit is another: carer, time, wishes, or it has begun.
    Visit(String),
    /// A carer's hours, absence, skills or certificate.
    Carer(String),
}

/// What has changed between two states of a day. Who came mostly is not asked: that counts days that are over.
#[must_use]
pub fn changes(old: (&Asked, &Plan), new: (&Asked, &Plan)) -> Vec<Changed> {
    let known = |visit: &routing::Visit| routing::Visit { preferred: None, place: 0, ..visit.clone() };
    let mut found = vec![];
    for visit in &old.0.problem.visits {
        match new.0.problem.visits.iter().find(|other| other.id == visit.id) {
            None => found.push(Changed::Gone(visit.id.clone())),
            Some(other) if known(other) != known(visit) || going(old.1, &visit.id) != going(new.1, &visit.id) => {
                found.push(Changed::Visit(visit.id.clone()));
            }
            Some(_) => {}
        }
    }
    let come = new.0.problem.visits.iter().filter(|v| old.0.problem.visits.iter().all(|other| other.id != v.id));
    found.extend(come.map(|visit| Changed::Come(visit.id.clone())));
    let carers = old.0.problem.carers.iter().filter(|carer| !new.0.problem.carers.contains(carer));
    found.extend(carers.map(|carer| Changed::Carer(carer.id.clone())));
    found
}
