//! What visits show on an elder's page and in the list of today's work.

use super::model::{State, Visit};
use super::store::{self, Filter, Listed, reviews};
use super::{PLAN, VISIT};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::{Desk, User, WorkGroup, WorkItem, html};

/// How many visits the timeline shows.
const SHOWN: i64 = 60;
/// What can be done about a visit that is over without check-out.
const TO_ENTER: &str = "没有签退：服务过的请补录，没有服务的请登记未服务";
/// How many things of a kind the list of work shows.
const FEW: i64 = 8;

/// The visits of an elder that were made, missed or called off.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    Ok(store::of_elder(tx, elder, SHOWN)?.iter().map(of_visit).collect())
}

fn of_visit(v: &Visit) -> TimelineItem {
    let minutes = v.minutes().map(|m| format!("{m} 分钟")).unwrap_or_default();
    let late = v.late_reason.as_ref().map(|why| format!("补录：{why}")).unwrap_or_default();
    let note = v.note.clone().unwrap_or_default();
    let detail = [minutes, late, note].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("；");
    TimelineItem {
        on: v.day(),
        at: Some(v.in_at.unwrap_or(v.planned_from)),
        kind: "上门服务",
        title: v.state.name().into(),
        detail,
        href: Some(format!("/visits/{}/{}", v.elder, v.id)),
    }
}

/// The next visit of an elder.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let next = store::next_of_elder(tx, by, elder, 1)?;
    let body = html! {
        @match next.first() {
            Some(v) => p {
                a href={ "/visits/" (v.elder) "/" (v.id) } { (kernel::time::show(v.planned_from)) } "，" (v.kind.name())
            },
            None => p.text-secondary { "没有安排上门。" },
        }
    };
    let action =
        Some(CardAction { permission: PLAN, href: format!("/visits/new?elder={elder}"), text: "安排上门" });
    Ok(Some(ElderCard { title: "上门服务".into(), body, order: 65, action }))
}

/// What waits for a person: to visit, to enter late, to look at again.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let mut groups = vec![];
    if user.may(VISIT) {
        groups.extend(to_visit(tx, user, by)?);
        groups.extend(to_enter(tx, user, by)?);
    }
    if user.may(PLAN) {
        groups.extend(to_review(tx, by)?);
    }
    Ok(groups)
}

fn group(title: &str, href: &str, total: i64, items: Vec<WorkItem>) -> Option<WorkGroup> {
    (total > 0).then(|| WorkGroup { title: title.into(), items, total, href: href.into() })
}

fn to_visit(tx: &mut Tx<'_>, user: &User, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let Some(carer) = user.staff else { return Ok(None) };
    let filter = Filter { carer: Some(carer), ..Filter::day(by.today()) };
    let rows = store::list(tx, by, &filter, 100, 0)?;
    let open = rows.into_iter().filter(|row| matches!(row.visit.state, State::Planned | State::CheckedIn));
    let items: Vec<WorkItem> = open.map(|row| visit_item(row, by)).collect();
    Ok(group("今天我的上门服务", "/visits/mine", items.len() as i64, items))
}

fn visit_item(row: Listed, by: &Actor) -> WorkItem {
    let v = row.visit;
    WorkItem {
        title: format!("{} {}", &kernel::time::show(v.planned_from)[11..], row.elder),
        detail: v.state.name().into(),
        href: format!("/visits/{}/{}", v.elder, v.id),
        due: Some(v.day()),
        urgent: v.planned_to < by.now,
    }
}

fn to_enter(tx: &mut Tx<'_>, user: &User, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let filter = Filter { overdue: true, carer: user.staff, ..Filter::default() };
    let total = store::count(tx, by, &filter)?;
    let rows = store::list(tx, by, &filter, FEW, 0)?;
    let items = rows.into_iter().map(|row| WorkItem { detail: TO_ENTER.into(), ..visit_item(row, by) });
    Ok(group("已过时间、没有签退的服务", "/visits?overdue=true", total, items.collect()))
}

fn to_review(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let total = reviews::count(tx, by)?;
    let item = |row: Listed| {
        let (v, title) = (row.visit, format!("{}，{}", row.elder, row.carer));
        let detail = v.late_reason.clone().map_or("签到位置过远".into(), |why| format!("补录：{why}"));
        WorkItem { title, detail, href: format!("/visits/{}/{}/review", v.elder, v.id), due: None, urgent: false }
    };
    let items = reviews::list(tx, by, FEW, 0)?.into_iter().map(item);
    Ok(group("待核查的补录", "/visits/reviews", total, items.collect()))
}
