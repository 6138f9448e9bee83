//! What the home page says of agreements.

use super::WRITE;
use super::model::{Agreement, State};
use super::store::{self, Filter};
use chrono::Days;
use db::Tx;
use web::ui::Tone;
use web::{Desk, WorkGroup, WorkItem};

/// How many of each kind the home page names.
const SHOWN: usize = 5;

/// Drafts to be signed, agreements that end soon.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(WRITE) {
        return Ok(vec![]);
    }
    let by = desk.by;
    let drafts = store::list(tx, by, Filter { state: Some(State::Draft), ..Filter::default() })?;
    let mut groups = vec![group("待签署的合作协议", "打印、盖章后登记签署", &drafts, "/agreements?state=draft")];
    if let Some(days) = desk.number("agreement_renewal_days", by.scope.area) {
        let soon = by.today().checked_add_days(Days::new(days.unsigned_abs()));
        let ending = store::list(tx, by, Filter { ending_by: soon, ..Filter::default() })?;
        groups.push(group("即将到期的合作协议", "与对方商定续签", &ending, "/agreements?ending=true"));
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn group(title: &str, todo: &str, all: &[Agreement], href: &str) -> WorkGroup {
    let item = |a: &Agreement| WorkItem {
        title: a.home_name.clone(),
        detail: format!("{}：{todo}", a.medical_name),
        href: a.href(),
        due: a.last_day(),
        urgent: false,
    };
    let items = all.iter().take(SHOWN).map(item).collect();
    WorkGroup { title: title.to_owned(), items, total: all.len() as i64, href: href.to_owned() }
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Draft => Tone::Warning,
        State::Signed => Tone::Success,
        State::Ended | State::Expired | State::Withdrawn => Tone::Neutral,
    }
}
