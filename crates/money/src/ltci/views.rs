//! What the care insurance shows on an elder's page and in the list of today's work.

use super::corrections::{self, pages as correcting};
use super::entitlements::model::{Entitlement, Standing, cap_words, quota_words};
use super::settlement::model as settled;
use super::settlement::store as settlements;
use super::{CORRECT, ENTITLE, PLAN, READ, SETTLE, catalogue, entitlements, plans, rules, settlement};
use care::visits::Beside;
use care::visits::model::{Kind, Visit};
use db::{Actor, Tx};
use kernel::{Date, ElderId, Month};
use registry::elders::timeline::{ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Cx, Desk, Error, Markup, WorkGroup, WorkItem, html};

/// How many months the timeline shows.
const SHOWN: i64 = 60;
/// How many things of a kind the list of work shows.
const FEW: i64 = 8;

fn item(on: Date, kind: &'static str, title: String, detail: String, href: String) -> TimelineItem {
    TimelineItem { on, at: None, kind, title, detail, href: Some(href) }
}

/// Entitlements, plans and settled months of an elder.
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

/// What waits for a person: to entitle, to plan, to settle.
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

/// What the insurance has to say on the page of a visit of its own: the plan, the settled lines, the corrections.
///
/// # Errors
/// What the engine says.
pub fn beside(tx: &mut Tx<'_>, cx: &Cx, visit: &Visit) -> Result<Option<Beside>, Error> {
    if visit.kind != Kind::CareInsurance || !cx.may(READ) {
        return Ok(None);
    }
    let (elder, id) = (visit.elder, visit.id);
    let plan = format!("/ltci/plans/{elder}/{}", visit.source.as_simple());
    let lines = settlements::of_visit(tx, elder, id)?;
    let all = corrections::store::of_visit(tx, elder, id)?;
    let correctable = corrections::store::correctable(tx, elder, id)? && cx.may(CORRECT);
    let items = catalogue::items(&cx.state.policies, visit.county, visit.day());
    Ok(Some(Beside {
        source: Some(("照护计划", plan)),
        cards: html! {
            @if !lines.is_empty() { (ui::card("结算", line_table(&lines))) }
            @if !all.is_empty() { (ui::card("更正", correcting::list_of(cx, &all))) }
        },
        forms: html! { @if correctable { (correcting::form(cx, visit, &items)) } },
    }))
}

fn line_table(lines: &[(Month, settled::State, settlements::Shown)]) -> Markup {
    let rows = lines.iter().map(|(month, state, line)| {
        vec![
            html! { a href={ "/ltci/settlements/" (line.settlement) } { (ui::month_zh(*month)) } " " (state.name()) },
            ui::text(line.kind.name()),
            ui::money(line.amounts.asked),
            ui::money(line.amounts.approved),
            ui::money(line.amounts.paid),
            html! { @for r in line.reasons.iter() { div { span.reason-code { (r.code()) } " " (r.title()) br; (ui::muted(r.advice())) } } },
        ]
    });
    ui::table(&["结算月份", "类别", ">申报", ">核准", ">基金支付", "原因"], rows)
}
