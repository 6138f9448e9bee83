//! What waits for those who look after institutions: papers that end.

use super::model::{Institution, Validity, WARNING_DAYS, validity};
use super::{READ, WRITE, store};
use db::{Result, Tx};
use kernel::Date;
use web::{Desk, WorkGroup, WorkItem};

/// How many the home page shows of a kind.
const SHOWN: usize = 5;

/// Licences and agreements that have ended or end soon.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(READ) || !(user.may(WRITE) || user.institution.is_some()) {
        return Ok(Vec::new());
    }
    let soon = by.today() + chrono::TimeDelta::days(WARNING_DAYS);
    let all = store::ending(tx, by, soon)?;
    let items: Vec<WorkItem> = all.iter().map(|one| item(one, by.today())).collect();
    let total = items.len() as i64;
    let items = items.into_iter().take(SHOWN).collect();
    Ok(vec![WorkGroup {
        title: "许可或签约到期的机构".into(), items, total, href: "/institutions?ending=true".into()
    }])
}

fn item(one: &Institution, today: Date) -> WorkItem {
    let papers = [("执业许可证", one.facts.licence_until), ("医疗机构签约", one.facts.partner_until)];
    let running_out = |until| matches!(validity(until, today), Validity::Ending(_) | Validity::Ended(_));
    let which: Vec<&str> = papers.iter().filter(|(_, until)| running_out(*until)).map(|(name, _)| *name).collect();
    let due = papers.iter().filter_map(|(_, until)| until.filter(|_| running_out(*until))).min();
    WorkItem {
        title: one.facts.name.clone(),
        detail: format!("{}到期，请核对续办", which.join("、")),
        href: format!("/institutions/{}", one.id),
        due,
        urgent: due.is_some_and(|day| day < today),
    }
}
