//! What the night does: whoever has something open has an episode, and only one. Idempotent.

use super::store::{self, lists};
use db::{Actor, Db};
use kernel::{ElderId, Happening, What};
use web::Error;

/// How many elders are taken in one transaction.
const CHUNK: i64 = 500;
/// Why the younger of two is closed.
const MERGED: &str = "档案合并，并入较早的照护全程";

/// Closes the younger of two open episodes after a merge; opens one for those who have a contract or are in hospital and have
/// none: contracts and stays of before anybody followed, and of files that were parted again. Answers a sentence.
///
/// # Errors
/// What the store says; what was done before stays done.
pub fn nightly(db: &Db, by: &Actor) -> Result<String, Error> {
    let doubles = db.write(|tx| {
        let all = lists::doubles(tx, CHUNK)?;
        all.iter().try_for_each(|one| lists::close_double(tx, by, *one, MERGED))?;
        Ok::<_, db::Error>(all.len())
    })?;
    let today = by.today();
    let contracted = catch_up(db, by, What::ContractSigned, |tx, after| lists::contracted(tx, today, after, CHUNK))?;
    let admitted = catch_up(db, by, What::AdmittedToHospital, |tx, after| lists::admitted(tx, after, CHUNK))?;
    Ok(format!("补开照护全程 {contracted} 个，补记住院 {admitted} 人，合并 {doubles} 个"))
}

type Missed = db::Result<Vec<lists::Missed>>;

fn catch_up(
    db: &Db,
    by: &Actor,
    what: What,
    missed: impl Fn(&mut db::Tx<'_>, Option<ElderId>) -> Missed,
) -> Result<usize, Error> {
    let (mut done, mut after) = (0, None);
    loop {
        let chunk = db.write(|tx| {
            let chunk = missed(tx, after)?;
            for one in &chunk {
                let happening = Happening { elder: one.elder, what, on: one.on, institution: one.institution };
                store::follow(tx, by, &happening)?;
            }
            Ok::<_, db::Error>(chunk)
        })?;
        let Some(last) = chunk.last() else { return Ok(done) };
        (done, after) = (done + chunk.len(), Some(last.elder));
    }
}
