//! Settling in the background. Idempotent: a month is written whole or not at all, and what is settled stays.

use super::store::{Step, Watch, settle_county};
use db::Actor;
use db::jobs::{Job, Progress};
use kernel::{AccountId, Area, Month};
use policy::Library;
use serde::{Deserialize, Serialize};
use web::Error;

/// Name of the job in the queue.
pub const SETTLE: &str = "ltci.settle";

/// What the job is to do, and for whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The county.
    pub county: Area,
    /// The month.
    pub month: Month,
    /// Freeze it, not only try it out.
    pub settle: bool,
    /// Name of the person who asked for it.
    pub name: String,
    /// Area of that person.
    pub area: Area,
}

impl Order {
    fn actor(&self, now: kernel::Instant, account: Option<AccountId>) -> Actor {
        let mut by = Actor::system(now);
        (by.account, by.name, by.scope.area) = (account, self.name.clone(), self.area);
        by
    }
}

/// Tells the queue who settles.
pub fn wire(state: &web::State) {
    let (db, clock, policies) = (state.db.clone(), state.clock.clone(), state.policies.clone());
    state
        .jobs
        .handle(SETTLE, move |job, progress| run(&db, &policies, job, clock.now(), progress).map_err(|e| e.text()));
}

fn run(db: &db::Db, policies: &Library, job: &Job, now: kernel::Instant, progress: &Progress) -> Result<String, Error> {
    let order: Order = serde_json::from_str(&job.payload).map_err(|e| Error::Internal(e.to_string()))?;
    let by = order.actor(now, job.account);
    let step = if order.settle { Step::Settle } else { Step::Check };
    let mut watch = Watch { tell: &mut |done, total| progress.set(done, total), stop: &|| progress.stopping() };
    let done = settle_county(db, &by, policies, order.county, order.month, step, &mut watch)?;
    let (t, a) = (done.totals, done.totals.amounts);
    let what = if order.settle { "结算" } else { "试算" };
    Ok(format!("{} {what}完成：{} 条，拒付 {} 条，基金支付 {} 元", order.month, t.lines, t.refused, a.paid))
}
