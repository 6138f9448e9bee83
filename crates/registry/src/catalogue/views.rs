//! Today's work: what waits for the review, what came back, what ends soon.

use super::model::{Item, State};
use super::store::{self, Filter};
use db::{Result, Tx};
use web::ui::Tone;
use web::{Desk, WorkGroup, WorkItem};

/// How many the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// How a state looks.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Draft => Tone::Neutral,
        State::Submitted => Tone::Info,
        State::Published => Tone::Success,
        State::Suspended => Tone::Warning,
        State::Withdrawn => Tone::Danger,
    }
}

/// Items that wait for a reviewer; items that end soon, for those who wrote them.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<Vec<WorkGroup>> {
    let mut groups = vec![];
    if desk.user.may(super::REVIEW) {
        let filter = Filter { state: Some(State::Submitted), ..Filter::default() };
        groups.extend(group(tx, desk, "目录待审核", &filter, "/catalogue?state=submitted")?);
    }
    if desk.user.may(super::WRITE) {
        let days = desk.number("catalogue_ending_days", desk.by.scope.area).unwrap_or_default();
        let ending_by = desk.by.today().checked_add_days(chrono::Days::new(days.unsigned_abs()));
        let filter = Filter { ending_by, ..Filter::default() };
        groups.extend(group(tx, desk, "目录条目即将到期", &filter, "/catalogue?ending=true")?);
    }
    Ok(groups)
}

fn group(tx: &mut Tx<'_>, desk: &Desk<'_>, title: &str, filter: &Filter, href: &str) -> Result<Option<WorkGroup>> {
    let total = store::count(tx, desk.by, filter)?;
    if total == 0 {
        return Ok(None);
    }
    let one = |item: &Item| WorkItem {
        title: item.facts.name.clone(),
        detail: format!("{}，{}", item.facts.kind, item.provider_name),
        href: item.href(),
        due: item.facts.until.filter(|_| item.state == State::Published),
        urgent: false,
    };
    let items = store::list(tx, desk.by, filter, SHOWN, 0)?.iter().map(one).collect();
    Ok(Some(WorkGroup { title: title.to_owned(), items, total, href: href.to_owned() }))
}
