//! What time does by itself: rounds that are due soon become visits. Idempotent: a bed with an appointment gets no other.

use super::store::{self, due::Due};
use crate::visits::model::{Kind, NewVisit, Wishes};
use crate::visits::rules::number;
use crate::visits::{catalogue, store as visits};
use chrono::TimeDelta;
use db::{Actor, Db, Tx};
use kernel::Date;
use kernel::area::Level;
use policy::Library;
use web::Error;

/// The item of the price list that a round is.
const ROUND: &str = "doctor_round";
/// Minutes of the day between which a time is looked for, and in which steps. The program's own choice: the planner moves it.
const FIRST: u32 = 540;
const LAST: u32 = 960;
const STEP: usize = 30;

/// Makes a visit for each round that is due soon. Answers a sentence about what was done.
///
/// # Errors
/// What a step says.
pub fn nightly(db: &Db, by: &Actor, policies: &Library) -> Result<String, Error> {
    let (mut made, mut open) = (0, 0);
    for due in db.read(|tx| store::due::without_visit(tx, by))? {
        match db.write(|tx| appoint(tx, by, policies, &due))? {
            Some(true) => made += 1,
            Some(false) => open += 1,
            None => {}
        }
    }
    Ok(format!("家庭病床巡诊排成上门 {made} 次，{open} 次没有排上"))
}

/// Whether a visit could be made; nothing for a round that is not due soon.
fn appoint(tx: &mut Tx<'_>, by: &Actor, policies: &Library, due: &Due) -> Result<Option<bool>, Error> {
    let today = by.today();
    let ahead = number(policies, "sickbed_round_ahead_days", due.area, today)?;
    if (due.due_on - today).num_days() > ahead {
        return Ok(None);
    }
    let day = due.due_on.max(today.succ_opt().unwrap_or(today));
    let county = due.area.up_to(Level::County);
    let Some(item) = catalogue::item_of(policies, Kind::SickbedRound, county, day, ROUND) else {
        return Ok(Some(false));
    };
    for minute in (FIRST..=LAST).step_by(STEP) {
        let Some(new) = visit(due, day, minute, item.price.minutes) else { break };
        match visits::plan(tx, by, policies, new) {
            Ok(_) => return Ok(Some(true)),
            Err(Error::Refused(reasons)) if reasons.iter().all(|reason| reason.code == "VISITS-62") => {} // engaged then
            Err(Error::Refused(_) | Error::NotFound) => break,
            Err(e) => return Err(e),
        }
    }
    Ok(Some(false))
}

fn visit(due: &Due, day: Date, minute: u32, minutes: i64) -> Option<NewVisit> {
    let from = kernel::time::at(day, minute / 60, minute % 60)?;
    Some(NewVisit {
        elder: due.key.elder,
        kind: Kind::SickbedRound,
        source: Some(due.key.id.uuid()),
        institution: due.institution,
        carer: due.doctor,
        second: None,
        wishes: Wishes::default(),
        from,
        to: from + TimeDelta::minutes(minutes),
        items: vec![ROUND.into()],
    })
}
