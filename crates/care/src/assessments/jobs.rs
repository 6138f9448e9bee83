//! What time does by itself: notices end, results expire, cases of the dead are closed. Idempotent: a second run on the
//! same day finds nothing to do.

use super::steps;
use db::{Actor, Db};
use policy::Library;
use web::Error;

/// Name of the job in the queue.
pub const NIGHTLY: &str = "assessments.nightly";

/// Does all of it for the actor's day, a few hundred in a transaction. Answers a sentence about what was done.
///
/// # Errors
/// What a step says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor, library: &Library) -> Result<String, Error> {
    let dead = repeat(|| db.write(|tx| steps::cancel_of_the_dead(tx, by)))?;
    let expired = repeat(|| db.write(|tx| steps::expire(tx, by)))?;
    let closed = repeat(|| db.write(|tx| steps::close_notices(tx, by, library)))?;
    Ok(format!("公示期满生效 {closed} 件，到期 {expired} 件，因去世终止 {dead} 件"))
}

fn repeat(mut step: impl FnMut() -> Result<usize, Error>) -> Result<usize, Error> {
    let mut total = 0;
    loop {
        match step()? {
            0 => return Ok(total),
            some => total += some,
        }
    }
}

/// Tells the queue who does the nightly job.
pub fn wire(state: &web::State) {
    let (db, clock, library) = (state.db.clone(), state.clock.clone(), state.policies.clone());
    state.jobs.handle(NIGHTLY, move |_, _| nightly(&db, &Actor::system(clock.now()), &library).map_err(|e| e.text()));
}
