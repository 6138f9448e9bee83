//! What the care insurance shows on an elder's page and in the list of today's work.

use super::entitlements::model::{Entitlement, Standing, cap_words, quota_words};
use super::visits::model::{State, Visit};
use super::visits::store::Filter as Visits;
use super::{ENTITLE, PLAN, SETTLE, VISIT, entitlements, plans, rules, settlement, visits};
use db::{Actor, Tx};
use kernel::{Date, ElderId, Month};
use registry::elders::timeline::{ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, User, WorkGroup, WorkItem, html};

/// How many visits and months the timeline shows.
const SHOWN: i64 = 60;
/// What can be done about a visit that is over without check-out.
const TO_ENTER: &str = "没有签退：服务过的请补录，没有服务的请登记未服务";
/// How many things of a kind the list of work shows.
const FEW: i64 = 8;

fn item(on: Date, kind: &'static str, title: String, detail: String, href: String) -> TimelineItem {
    TimelineItem { on, at: None, kind, title, detail, href: Some(href) }
}

/// Entitlements, plans, visits and settled months of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut all: Vec<TimelineItem> = vec![];
    for e in entitlements::store::of_elder(tx, elder)? {
        all.extend(of_entitlement(&e));
    }
    for p in plans::store::of_elder(tx, elder)? {
        let detail =
            format!("{} 项，每周上门 {} 次", p.facts.services.len(), plans::model::visits_per_week(&p.facts.services));
        let href = format!("/ltci/plans/{elder}/{}", p.id);
        all.push(item(p.facts.starts_on, "照护计划", "照护计划开始".into(), detail, href));
    }
    all.extend(visits::store::of_elder(tx, elder, SHOWN)?.iter().map(of_visit));
    for (s, t) in settlement::store::of_elder(tx, elder, SHOWN)? {
        let detail = format!("{} 条，核准 {} 元，基金支付 {} 元", t.lines, t.amounts.approved, t.amounts.paid);
        let on = kernel::time::date_of(s.settled_at.unwrap_or(s.checked_at));
        let href = format!("/ltci/settlements/{}/lines?elder={elder}", s.id);
        all.push(item(on, "长护险结算", format!("{} 服务费用结算", ui::month_zh(s.month)), detail, href));
    }
    Ok(all)
}

fn of_entitlement(e: &Entitlement) -> Vec<TimelineItem> {
    let href = || format!("/ltci/entitlements/{}/{}", e.elder, e.id);
    let detail = format!("{}，{}，{}", e.setting.name(), quota_words(e.benefit.quota), cap_words(e.benefit.cap));
    let title = format!("享受长期护理保险待遇（{} 级）", e.level);
    let mut all = vec![item(e.period.from, "长护险待遇", title, detail, href())];
    if let (Some(on), Some(reason)) = (e.ended_on, e.end_reason) {
        all.push(item(on, "长护险待遇", "待遇终止".into(), reason.name().into(), href()));
    }
    all
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
        href: Some(format!("/ltci/visits/{}/{}", v.elder, v.id)),
    }
}

/// The entitlement that an elder has now; nothing for those who never had one.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = entitlements::store::of_elder(tx, elder)?;
    let Some(e) = all.first() else { return Ok(None) };
    let standing = e.standing(by.today());
    let served = plans::store::servers(tx, elder)?;
    let paid = settlement::store::of_elder(tx, elder, 1)?;
    let tone = if standing == Standing::Running { Tone::Success } else { Tone::Neutral };
    let body = html! {
        p { (ui::badge(tone, standing.name())) " " a href={ "/ltci/entitlements/" (elder) "/" (e.id) } { (e.level) " 级，" (e.setting.name()) } }
        p { (quota_words(e.benefit.quota)) "，" (cap_words(e.benefit.cap)) "，支付 " (e.benefit.rate) }
        @if !served.is_empty() { p { "服务机构：" (served.join("、")) } }
        @if let Some((s, t)) = paid.first() { p { (ui::month_zh(s.month)) " 基金支付 " (t.amounts.paid) " 元" } }
    };
    Ok(Some(ElderCard { title: "长期护理保险".into(), body, order: 60, action: None }))
}

/// What waits for a person: to entitle, to plan, to visit, to enter late, to settle.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let mut groups = vec![];
    if user.may(ENTITLE) {
        groups.extend(to_entitle(tx, by)?);
    }
    if user.may(PLAN) {
        groups.extend(to_plan(tx, by)?);
    }
    if user.may(VISIT) {
        groups.extend(to_visit(tx, user, by)?);
        groups.extend(to_enter(tx, user, by)?);
    }
    if user.may(SETTLE) && by.scope.institution.is_none() {
        groups.extend(to_settle(tx, desk)?);
    }
    Ok(groups)
}

fn group(title: &str, href: &str, total: i64, items: Vec<WorkItem>) -> Option<WorkGroup> {
    (total > 0).then(|| WorkGroup { title: title.into(), items, total, href: href.into() })
}

fn to_entitle(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let pending = entitlements::store::waiting(tx, by)?;
    let items =
        entitlements::store::pending(tx, by, FEW)?.into_iter().filter(|c| c.insured && c.present).map(|c| WorkItem {
            title: c.name.clone(),
            detail: format!("失能 {} 级，{} 生效", c.result.level, c.result.from),
            href: "/ltci/entitlements/pending".into(),
            due: None,
            urgent: false,
        });
    Ok(group("待核定的长护险待遇", "/ltci/entitlements/pending", pending, items.collect()))
}

fn to_plan(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let filter = entitlements::store::Filter { without_plan: true };
    let total = entitlements::store::count(tx, by, filter)?;
    let items = entitlements::store::list(tx, by, filter, FEW, 0)?.into_iter().map(|row| WorkItem {
        title: row.name,
        detail: format!("{} 级，{}", row.entitlement.level, row.entitlement.setting.name()),
        href: format!("/ltci/entitlements/{}/{}", row.entitlement.elder, row.entitlement.id),
        due: None,
        urgent: false,
    });
    Ok(group("待制定的照护计划", "/ltci/entitlements?without_plan=true", total, items.collect()))
}

fn to_visit(tx: &mut Tx<'_>, user: &User, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let Some(carer) = user.staff else { return Ok(None) };
    let filter = Visits { carer: Some(carer), ..Visits::day(by.today()) };
    let rows = visits::store::list(tx, by, &filter, 100, 0)?;
    let open = rows.into_iter().filter(|row| matches!(row.visit.state, State::Planned | State::CheckedIn));
    let items: Vec<WorkItem> = open.map(|row| visit_item(row, by)).collect();
    Ok(group("今天我的上门服务", "/ltci/visits/mine", items.len() as i64, items))
}

fn visit_item(row: visits::store::Listed, by: &Actor) -> WorkItem {
    let v = row.visit;
    WorkItem {
        title: format!("{} {}", &kernel::time::show(v.planned_from)[11..], row.elder),
        detail: v.state.name().into(),
        href: format!("/ltci/visits/{}/{}", v.elder, v.id),
        due: Some(v.day()),
        urgent: v.planned_to < by.now,
    }
}

fn to_enter(tx: &mut Tx<'_>, user: &User, by: &Actor) -> db::Result<Option<WorkGroup>> {
    let filter = Visits { overdue: true, carer: user.staff, ..Visits::default() };
    let total = visits::store::count(tx, by, &filter)?;
    let rows = visits::store::list(tx, by, &filter, FEW, 0)?;
    let items = rows.into_iter().map(|row| WorkItem { detail: TO_ENTER.into(), ..visit_item(row, by) });
    Ok(group("已过时间、没有签退的服务", "/ltci/visits?overdue=true", total, items.collect()))
}

/// The months that are over and not settled, those first whose day is nearest or past.
fn to_settle(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Option<WorkGroup>> {
    let this = Month::of(desk.by.today());
    let open = settlement::store::months(tx, desk.by, 24)?.into_iter();
    let open = open.filter(|m| m.month < this && m.settlement.as_ref().is_none_or(|s| !s.state.frozen()));
    let item = |m: settlement::store::Listed| {
        let due = rules::closes_on(desk.policies, m.county, m.month);
        WorkItem {
            title: ui::month_zh(m.month),
            detail: format!("{} 次服务，{} 次未完成", m.visits, m.open),
            href: format!("/ltci/settlements/of/{}/{}", m.county, m.month),
            due,
            urgent: desk.overdue(due),
        }
    };
    let mut items: Vec<WorkItem> = open.map(item).collect();
    items.sort_by_key(|item| item.due.unwrap_or(Date::MAX));
    Ok(group("待结算的月份", "/ltci/settlements", items.len() as i64, items))
}
