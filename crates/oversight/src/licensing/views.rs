//! What the home page says of applications.

use super::model::{Application, State};
use super::store::{self, Filter};
use super::{APPLY, DECIDE, READ};
use chrono::TimeDelta;
use db::{Result, Tx};
use web::ui::Tone;
use web::{Desk, WorkGroup, WorkItem};

/// How many of each kind the home page names.
const SHOWN: usize = 5;
/// How many are counted.
const MANY: i64 = 500;

/// What waits for a person: for the office what is to be accepted and decided, for the applicant what is to be completed, for others who
/// look on what is late.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<Vec<WorkGroup>> {
    let mut groups = Vec::new();
    if desk.user.may(DECIDE) {
        groups.push(group(tx, desk, "待受理、备案的设立申请", State::Submitted)?);
        groups.push(group(tx, desk, "待决定的设立申请", State::Accepted)?);
    } else if desk.user.may(READ) && desk.user.institution.is_none() {
        groups.push(late(tx, desk)?);
    }
    if desk.user.may(APPLY) {
        groups.push(group(tx, desk, "待补正的设立申请", State::Returned)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn item(desk: &Desk<'_>, a: &Application) -> WorkItem {
    let notice = TimeDelta::days(desk.number("licensing_warning_days", a.facts.area).unwrap_or_default());
    let soon = a.due_on.is_some_and(|day| day - desk.by.today() <= notice);
    WorkItem {
        title: a.facts.name.clone(),
        detail: format!("{}（{}），{}", a.facts.unit, a.way, a.number),
        href: a.href(),
        due: a.due_on,
        urgent: a.state.with_office() && soon,
    }
}

fn group(tx: &mut Tx<'_>, desk: &Desk<'_>, title: &str, state: State) -> Result<WorkGroup> {
    let all = store::list(tx, desk.by, &Filter { state: Some(state), ..Filter::default() }, MANY, 0)?;
    let items = all.iter().take(SHOWN).map(|a| item(desk, a)).collect();
    let href = format!("/licensing?state={}", state.code());
    Ok(WorkGroup { title: title.into(), items, total: all.len() as i64, href })
}

fn late(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<WorkGroup> {
    let filter = Filter { late_on: Some(desk.by.today()), ..Filter::default() };
    let all = store::list(tx, desk.by, &filter, MANY, 0)?;
    let items = all.iter().take(SHOWN).map(|a| item(desk, a)).collect();
    let href = "/licensing?late=true".into();
    Ok(WorkGroup { title: "逾期没有办结的设立申请".into(), items, total: all.len() as i64, href })
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Draft | State::Withdrawn => Tone::Neutral,
        State::Submitted | State::Returned | State::Accepted => Tone::Warning,
        State::Approved | State::Filed => Tone::Success,
        State::Refused => Tone::Danger,
    }
}
