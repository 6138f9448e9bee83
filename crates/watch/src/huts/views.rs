//! What others show of health huts: the timeline, and the family doctor's work.

use super::model::Verdict;
use super::store::{self, Which};
use super::{ANSWER, READ};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::TimelineItem;
use web::{Desk, WorkGroup, WorkItem};

/// How many the home page names.
const SHOWN: i64 = 5;

/// What was measured there.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let all = store::of_elder(tx, elder)?;
    let measured = all.into_iter().filter(|v| v.ended.is_some() && v.verdict != Verdict::Nothing);
    let item = |v: super::model::Visit| TimelineItem {
        on: kernel::time::date_of(v.begun),
        at: Some(v.begun),
        kind: "健康小屋",
        title: format!("自助测量：{}", v.verdict.name()),
        detail: if v.seen_note.is_empty() {
            v.words
        } else {
            format!("{}；{}（{}）", v.words, v.seen_note, v.seen_by)
        },
        href: Some(format!("/vitals/{elder}")),
    };
    Ok(measured.map(item).collect())
}

/// What waits for a family doctor: results of their elders that were not in order.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(READ) || !desk.user.may(ANSWER) {
        return Ok(vec![]);
    }
    let total = store::count(tx, desk.by, Which::Mine)?;
    if total == 0 {
        return Ok(vec![]);
    }
    let item = |(name, v): (String, super::model::Visit)| WorkItem {
        title: name,
        detail: v.words,
        href: "/huts/visits".to_owned(),
        due: Some(kernel::time::date_of(v.begun)),
        urgent: v.verdict == Verdict::Danger,
    };
    let items = store::list(tx, desk.by, Which::Mine, (SHOWN, 0))?.into_iter().map(item).collect();
    Ok(vec![WorkGroup { title: "健康小屋测量异常".to_owned(), items, total, href: "/huts/visits".to_owned() }])
}
