//! The search in the background. Idempotent: a proposal that is no longer being searched for is left alone.

use super::model::{Dayplan, Kind, State, steady};
use super::road::{self, Service};
use super::store;
use db::Db;
use db::jobs::{Job, Progress};
use kernel::{Clock, DayplanId};
use routing::{Effort, Matrix, Plan};
use std::sync::Arc;
use web::Error;

/// Name of the job in the queue.
pub const SEARCH: &str = "visits.planner";
/// Where the stream of chance begins: the same day asked twice is planned alike.
const SEED: u64 = 2018;
/// Steps that progress is counted in.
const PERCENT: usize = 100;
/// Visits for which the search is given one more second, and how many seconds it has in any case.
const VISITS_A_SECOND: usize = 20;
const LEAST_SECONDS: f64 = 2.0;

/// How the day is searched; put into the state at wiring time. Without it, a few hundred steps: enough for tests.
#[derive(Clone, Debug)]
pub struct Planning {
    /// The routing service, if there is one.
    pub service: Option<Service>,
    /// So many steps at most.
    pub steps: Option<u64>,
    /// So many seconds at most; for planning anew, and for planning.
    pub seconds: Option<(f64, f64)>,
    /// Searches side by side.
    pub threads: usize,
}

impl Default for Planning {
    fn default() -> Self {
        Self { service: None, steps: Some(300), seconds: None, threads: 1 }
    }
}

/// Tells the queue who searches.
pub fn wire(state: &web::State) {
    let (db, clock, planning) = (state.db.clone(), state.clock.clone(), state.get::<Planning>());
    state.jobs.handle(SEARCH, move |job, progress| run(&db, &clock, &planning, job, progress).map_err(|e| e.text()));
}

fn run(db: &Db, clock: &Arc<dyn Clock>, planning: &Planning, job: &Job, progress: &Progress) -> Result<String, Error> {
    let id = DayplanId::parse(&job.payload).ok_or_else(|| Error::Internal(job.payload.clone()))?;
    let asked = db.read(|tx| store::any(tx, id))?;
    if asked.state != State::Solving {
        return Ok("这份方案已不需要计算".into());
    }
    match search(planning, clock.as_ref(), &asked, progress) {
        Ok(found) => {
            let left = found.plan.unassigned.len();
            db.write(|tx| store::solved(tx, id, &found, clock.now()))?;
            Ok(format!("方案已算出：{} 次上门，{left} 次没有排上", asked.asked.problem.visits.len()))
        }
        Err(why) => {
            db.write(|tx| store::failed(tx, id, &why, clock.now()))?;
            Err(Error::Conflict(why))
        }
    }
}

/// What the search found.
pub struct Found {
    /// Seconds between the places.
    pub matrix: Matrix,
    /// Where these come from.
    pub road: String,
    /// The plan.
    pub plan: Plan,
}

fn search(planning: &Planning, clock: &dyn Clock, of: &Dayplan, progress: &Progress) -> Result<Found, String> {
    let (matrix, road) = road::matrix(planning.service.as_ref(), &of.asked).map_err(|e| e.to_string())?;
    let whole = of.asked.spread(&matrix);
    let begin = clock.now();
    let visits = of.asked.problem.visits.len();
    let seconds = planning.seconds.map(|(replan, plan)| {
        let most = if of.kind == Kind::Replan { replan } else { plan };
        most.min(LEAST_SECONDS + visits as f64 / VISITS_A_SECOND as f64)
    });
    let gone = || {
        let share = seconds.map_or(0.0, |all| (clock.now() - begin).num_milliseconds() as f64 / 1000.0 / all);
        progress.set((share.clamp(0.0, 1.0) * PERCENT as f64) as usize, PERCENT);
        if progress.stopping() { 1.0 } else { share }
    };
    let effort = Effort { steps: planning.steps, progress: &gone, threads: planning.threads, seed: SEED };
    let plan = match of.kind {
        Kind::Plan => routing::plan(&of.asked.problem, &whole, effort),
        Kind::Replan => again(of, &whole, effort),
    };
    let words = |all: Vec<routing::Mistake>| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("；");
    let plan = plan.map_err(words)?;
    if progress.stopping() {
        return Err("程序正在停止".into());
    }
    Ok(Found { matrix, road, plan })
}

/// Plans anew: first with everybody who is there at their times; where that leaves somebody out, they may come later. Each
/// has half of the time.
fn again(of: &Dayplan, matrix: &Matrix, effort: Effort<'_>) -> Result<Plan, Vec<routing::Mistake>> {
    let halves: [&(dyn Fn() -> f64 + Sync); 2] =
        [&|| 2.0 * (effort.progress)(), &|| (2.0 * (effort.progress)() - 1.0).max(0.0)];
    let replan = |tight, progress| {
        let problem = steady(&of.asked.problem, &of.before, tight);
        routing::replan(&problem, matrix, &of.before, Effort { progress, ..effort })
    };
    let first = replan(true, halves[0])?;
    if first.unassigned.is_empty() {
        return Ok(first);
    }
    let second = replan(false, halves[1])?;
    Ok(if second.unassigned.len() < first.unassigned.len() { second } else { first })
}
