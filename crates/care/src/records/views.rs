//! What stands of check-ups on the elder's page.

use super::model::{Checkup, tenths};
use super::store;
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::html;
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem};

/// The figures in a line: 血压 138/82，空腹血糖 6.1.
pub(super) fn figures(checkup: &Checkup) -> String {
    let facts = &checkup.facts;
    let pressure = facts.sbp.zip(facts.dbp).map(|(high, low)| format!("血压 {high}/{low} 毫米汞柱"));
    let glucose = facts.glucose.map(|n| format!("空腹血糖 {} 毫摩尔/升", tenths(n)));
    pressure.into_iter().chain(glucose).collect::<Vec<_>>().join("，")
}

/// The check-ups of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let item = |checkup: Checkup| {
        let missing = checkup.facts.missing();
        let rest = if missing.is_empty() { "健康管理各项齐全".to_owned() } else { missing.join("、") };
        TimelineItem {
            on: checkup.facts.on,
            at: None,
            kind: "体检",
            title: "健康体检".to_owned(),
            detail: [figures(&checkup), rest].iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join("；"),
            href: Some(format!("/records/{elder}")),
        }
    };
    Ok(store::of_elder(tx, by, elder)?.into_iter().map(item).collect())
}

/// The last check-up, and the way to write down another.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let last = store::of_elder(tx, by, elder)?.into_iter().next();
    let body = html! {
        @match &last {
            None => p.text-secondary { "还没有体检记录。" },
            Some(checkup) => {
                p { a href={ "/records/" (elder) } { "最近体检 " (checkup.facts.on) } " " (figures(checkup)) }
                p {
                    @if checkup.facts.manages() { (ui::badge(Tone::Success, "健康管理各项齐全")) }
                    @else { (ui::badge(Tone::Warning, checkup.facts.missing().join("、"))) }
                }
            }
        }
    };
    let href = format!("/records/new?elder={elder}");
    let action = Some(CardAction { permission: super::WRITE, href, text: "登记年度体检" });
    Ok(Some(ElderCard { title: "健康体检".to_owned(), body, order: 30, action }))
}

/// How many findings the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// Abnormal findings that nobody has seen to.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(super::WRITE) {
        return Ok(vec![]);
    }
    let total = store::findings::count_open(tx, desk.by, desk.by.institution)?;
    if total == 0 {
        return Ok(vec![]);
    }
    let rows = store::findings::open(tx, desk.by, desk.by.institution, (SHOWN, 0))?;
    let word = |list: &str, word: &str| desk.policies.label(list, word).unwrap_or(word).to_owned();
    let items = rows.into_iter().map(|(name, elder, one)| WorkItem {
        title: name,
        detail: format!(
            "{}：{}",
            word("checkup finding", &one.found.finding),
            word("finding action", &one.found.action)
        ),
        href: format!("/records/{elder}"),
        due: Some(one.found.due_on),
        urgent: desk.overdue(Some(one.found.due_on)),
    });
    let href = "/records/findings".to_owned();
    Ok(vec![WorkGroup { title: "体检异常待处理".to_owned(), items: items.collect(), total, href }])
}
