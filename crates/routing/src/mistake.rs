//! What is wrong with a question, numbered. A visit that nobody can make is no mistake: it comes back unassigned with
//! its reason.

use crate::model::{Carer, Problem, Seconds, Shift, Visit, Window};
use crate::travel::Matrix;
use std::collections::HashSet;

/// Times lie within two days: a night shift ends on the next.
pub const LAST: Seconds = 2 * 86_400;

/// A mistake in what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// Two visits or two carers of one name.
    #[error("RT01 编号“{0}”出现两次：每个访视、每名人员的编号须唯一")]
    Twice(String),
    /// A row that the matrix has not.
    #[error("RT02 “{who}”的地点 {place} 不在行程表内（共 {places} 个地点）")]
    UnknownPlace {
        /// Visit or carer.
        who: String,
        /// The row.
        place: usize,
        /// Rows there are.
        places: usize,
    },
    /// A duration below nought, or of nought where something must take time.
    #[error("RT03 “{0}”的时长无效：须大于零且不超过一天")]
    Duration(String),
    /// Ends before it begins, or lies outside of the day and the next.
    #[error("RT04 “{0}”的时间段无效：须先开始后结束，且在当日零时起两日之内")]
    Window(String),
    /// A visit without any window.
    #[error("RT05 访视“{0}”没有可开始的时间段")]
    NoWindow(String),
    /// Named by a visit, but not there.
    #[error("RT06 访视“{visit}”提到的人员“{carer}”不在名单内")]
    UnknownCarer {
        /// The visit.
        visit: String,
        /// Whom it names.
        carer: String,
    },
    /// Neither one nor two.
    #[error("RT07 访视“{0}”须由一人或两人完成")]
    Carers(String),
    /// Agreed for another number of carers than the visit needs, or the same one twice.
    #[error("RT08 访视“{0}”已约定的人员数与所需人数不符")]
    Pin(String),
    /// Shifts that overlap.
    #[error("RT09 人员“{0}”的班次相互重叠")]
    Overlap(String),
    /// A rest that does not fit into its shift.
    #[error("RT10 人员“{0}”的休息不在班次之内")]
    Rest(String),
    /// Not square, or below nought, or longer than a day.
    #[error("RT11 行程表无效：须为方阵，行程在零到一天之间")]
    Matrix,
    /// Below nought, or so large that sums overflow.
    #[error("RT12 权重无效：须不小于零且不超过一千万")]
    Weight,
    /// Priority below 1 or above 100.
    #[error("RT13 访视“{0}”的优先级须在 1 到 100 之间")]
    Priority(String),
    /// A plan before this one, or a move, that names what is not there.
    #[error("RT14 计划中的“{0}”不在当日的访视或人员之内")]
    NotInPlan(String),
}

impl Mistake {
    /// The number, such as `RT03`.
    #[must_use]
    pub fn code(&self) -> String {
        self.to_string().chars().take(4).collect()
    }
}

/// All mistakes of a question.
#[must_use]
pub fn mistakes(problem: &Problem, matrix: &Matrix) -> Vec<Mistake> {
    let mut found = Vec::new();
    if !matrix.sound() {
        found.push(Mistake::Matrix);
    }
    let weights = &problem.weights;
    let all = [weights.travel, weights.idle, weights.overtime, weights.shift, weights.continuity, weights.changed];
    if all.iter().chain([&weights.unassigned]).any(|weight| !(0..=10_000_000).contains(weight)) {
        found.push(Mistake::Weight);
    }
    found.extend(twice(problem.visits.iter().map(|visit| &visit.id)));
    found.extend(twice(problem.carers.iter().map(|carer| &carer.id)));
    let carers: HashSet<&str> = problem.carers.iter().map(|carer| carer.id.as_str()).collect();
    for visit in &problem.visits {
        of_visit(visit, &carers, matrix.places(), &mut found);
    }
    for carer in &problem.carers {
        of_carer(carer, matrix.places(), &mut found);
    }
    found
}

fn twice<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<Mistake> {
    let mut seen = HashSet::new();
    ids.filter(|id| !seen.insert(id.as_str())).map(|id| Mistake::Twice(id.clone())).collect()
}

fn bad(window: Window) -> bool {
    window.from < 0 || window.until < window.from || window.until > LAST
}

fn of_visit(visit: &Visit, carers: &HashSet<&str>, places: usize, found: &mut Vec<Mistake>) {
    let id = || visit.id.clone();
    if visit.place >= places {
        found.push(Mistake::UnknownPlace { who: id(), place: visit.place, places });
    }
    if visit.service <= 0 || visit.service > LAST / 2 {
        found.push(Mistake::Duration(id()));
    }
    if visit.windows.is_empty() && visit.pinned.is_none() {
        found.push(Mistake::NoWindow(id()));
    }
    if visit.begins().into_iter().any(bad) {
        found.push(Mistake::Window(id()));
    }
    if !(1..=2).contains(&visit.carers) {
        found.push(Mistake::Carers(id()));
    }
    if !(1..=100).contains(&visit.priority) {
        found.push(Mistake::Priority(id()));
    }
    let agreed: &[String] = visit.pinned.as_ref().map_or(&[], |pin| &pin.carers);
    if visit.pinned.is_some() && (agreed.len() != visit.carers || !twice(agreed.iter()).is_empty()) {
        found.push(Mistake::Pin(id()));
    }
    let named = visit.refused.iter().chain(&visit.only).chain(&visit.preferred).chain(agreed);
    let unknown = named.filter(|carer| !carers.contains(carer.as_str()));
    found.extend(unknown.map(|carer| Mistake::UnknownCarer { visit: id(), carer: carer.clone() }));
}

fn of_carer(carer: &Carer, places: usize, found: &mut Vec<Mistake>) {
    let id = || carer.id.clone();
    for shift in &carer.shifts {
        let ends = [shift.start, shift.end].into_iter().flatten();
        found.extend(ends.filter(|place| *place >= places).map(|place| Mistake::UnknownPlace {
            who: id(),
            place,
            places,
        }));
        if bad(Window { from: shift.from, until: shift.until }) || !(0..=LAST / 2).contains(&shift.overtime) {
            found.push(Mistake::Window(id()));
        }
        found.extend(of_rest(carer, shift));
    }
    let mut spans: Vec<_> = carer.shifts.iter().map(|shift| (shift.from, shift.until + shift.overtime)).collect();
    spans.sort_unstable();
    if spans.windows(2).any(|two| two[1].0 < two[0].1) {
        found.push(Mistake::Overlap(id()));
    }
}

fn of_rest(carer: &Carer, shift: &Shift) -> Option<Mistake> {
    let rest = shift.rest?;
    if rest.length <= 0 || rest.length > LAST / 2 {
        return Some(Mistake::Duration(carer.id.clone()));
    }
    let Window { from, until } = rest.begins;
    let inside = shift.from <= from && from <= until && until + rest.length <= shift.until;
    (!inside).then(|| Mistake::Rest(carer.id.clone()))
}
