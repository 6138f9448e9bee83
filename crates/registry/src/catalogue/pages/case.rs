//! One item: what it is, its prices, what happened to it, and what can be done with it.

use super::super::model::{Event, Happened, Item, Price, Provider, State, paper};
use super::super::views::tone;
use super::super::{REVIEW, WRITE, store};
use super::{SOURCE, days, parse, price as price_of};
use crate::areas::Names;
use crate::institutions;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Fen, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (id, names) = (parse(&id)?, cx.state.get::<Names>());
    let (item, prices, events, names) = cx
        .read(move |tx, by| {
            let item = store::find(tx, by, id)?;
            Ok::<_, Error>((item, store::prices(tx, id)?, store::events(tx, id)?, names.at(tx)?))
        })
        .await?;
    let needed = paper(&cx.state.policies, item.facts.kind, item.facts.area, cx.today());
    let mine = may_change(&cx, &item);
    let body = html! {
        (ui::card("内容", overview(&cx, &item, &names.path(item.facts.area), needed.as_deref())))
        (ui::columns(&[history(&prices), happened(&events)]))
        @if mine && item.state != State::Withdrawn { (repricing(&cx, &item)) }
        (steps(&cx, &item, mine))
    };
    let title = item.facts.name.clone();
    let actions = html! {
        @if mine && item.state == State::Draft { (ui::link_button(&format!("{}/edit", item.href()), "修改", Tone::Primary)) " " }
        (ui::link_button(&format!("/catalogue/compare?kind={}", item.facts.kind.code()), "同类比价", Tone::Neutral))
    };
    Ok(Page::new(&cx, &title).crumb("服务与用品目录", "/catalogue").actions(actions).source(SOURCE).body(body))
}

/// Whether the person may take the provider's steps.
fn may_change(cx: &Cx, item: &Item) -> bool {
    let own = cx.user.institution.is_none_or(|own| item.facts.provider == Provider::Institution(own));
    cx.may(WRITE) && own && cx.user.scope.area.contains(item.facts.area)
}

fn overview(cx: &Cx, item: &Item, place: &str, needed: Option<&str>) -> Markup {
    let facts = &item.facts;
    // Who sees one institution only, or a part of the area, cannot open the others' pages.
    let scope = cx.user.scope;
    let opens = |id: &InstitutionId| {
        let seen = scope.institution.is_none_or(|own| own == *id) && scope.area.contains(facts.area);
        cx.may(institutions::READ) && seen
    };
    let provider = match item.institution().filter(opens) {
        Some(id) => ui::link(&format!("/institutions/{id}"), &item.provider_name),
        None => ui::text(&item.provider_name),
    };
    let licence = html! { (ui::opt(Some(&facts.paper))) @if let Some(needed) = needed { " " (ui::muted(format!("（应有：{needed}）"))) } };
    let mut all = vec![
        ("类别", ui::text(facts.kind)),
        (
            "状态",
            html! { (ui::badge(tone(item.state), item.state.name())) @if !item.reason.is_empty() { " " (item.reason) } },
        ),
        ("价格", price_of(item)),
        ("提供方", provider),
        ("统一社会信用代码", html! { span.yy-code { (item.credit_code) } }),
        ("联系电话", ui::opt(Some(&facts.phone))),
        ("服务区划", ui::text(place)),
        ("有效期", ui::text(days(item))),
        ("证件编号", licence),
        ("登记人", ui::text(&item.made_by)),
    ];
    if !item.reviewed_by.is_empty() {
        let at = item.reviewed_at.map(kernel::time::show).unwrap_or_default();
        all.push(("审核人", ui::text(format!("{} {at}", item.reviewed_by))));
    }
    html! { (ui::facts(&all)) @if !facts.what.is_empty() { p.mt-3 { (facts.what) } } }
}

fn history(prices: &[Price]) -> Markup {
    let rows = prices.iter().map(|one| {
        vec![
            html! { (ui::money(one.price)) "／" (one.unit) },
            ui::text(kernel::time::show(one.at)),
            ui::opt(Some(&one.reason)),
            ui::text(&one.by),
        ]
    });
    let none = ui::empty("还没有定价。", None);
    ui::card("价格变动", ui::table_or(&[">价格", "时间", "原因", "经手人"], rows, none))
}

fn happened(events: &[Happened]) -> Markup {
    let rows = events.iter().map(|one| {
        vec![ui::text(&one.event), ui::text(kernel::time::show(one.at)), ui::opt(Some(&one.note)), ui::text(&one.by)]
    });
    ui::card("办理过程", ui::table(&["事项", "时间", "说明", "经手人"], rows))
}

fn repricing(cx: &Cx, item: &Item) -> Markup {
    let body = html! {
        (ui::hidden("version", item.version.to_string()))
        (ui::form_row(&[
            ui::field(&format!("新价格（元／{}）", item.facts.unit), "price", "", Field::text().required().limit(12)),
            ui::field("调价原因", "reason", "", Field::text().required().limit(100)),
        ]))
        (ui::submit_toned("调价", Tone::Neutral))
    };
    ui::card("调价", ui::form_among(cx, &format!("{}/price", item.href()), body))
}

/// The steps that can be taken now by this person.
fn steps(cx: &Cx, item: &Item, mine: bool) -> Markup {
    let reviews = cx.may(REVIEW) && cx.user.scope.area.contains(item.facts.area);
    let allowed = |event: Event| match event {
        Event::Submit | Event::Withdraw => mine,
        Event::Return | Event::Publish | Event::Suspend | Event::Resume => reviews,
    };
    let offered: Vec<Event> =
        Event::ALL.iter().copied().filter(|event| item.state.after(*event).is_some() && allowed(*event)).collect();
    if offered.is_empty() {
        return html! {};
    }
    ui::card("办理", html! { div.yy-columns { @for event in offered { div.mb-3 { (one_step(cx, item, event)) } } } })
}

fn one_step(cx: &Cx, item: &Item, event: Event) -> Markup {
    let tone = match event {
        Event::Submit | Event::Publish | Event::Resume => Tone::Primary,
        Event::Return | Event::Suspend => Tone::Warning,
        Event::Withdraw => Tone::Danger,
    };
    let body = html! {
        (ui::hidden("version", item.version.to_string()))
        @if event.wants_reason() { (ui::field(&format!("{event}的原因"), "words", "", Field::text().required().limit(200))) }
        (ui::submit_toned(event.name(), tone))
    };
    ui::form_among(cx, &format!("{}/{}", item.href(), event.code()), body)
}

#[derive(Deserialize)]
pub(in super::super) struct Priced {
    version: Option<i64>,
    price: String,
    reason: Option<String>,
}

pub(in super::super) async fn price(
    cx: Cx,
    Path(id): Path<String>,
    Form(form): Form<Priced>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    let new =
        Fen::parse_yuan(&form.price).ok_or_else(|| Error::field("price", "新价格", "请填写金额，如 60 或 60.50"))?;
    let (version, reason) = (form.version.unwrap_or_default(), form.reason.unwrap_or_default());
    cx.write(move |tx, by| store::price(tx, by, id, version, (new, &reason))).await?;
    Ok(web::see_with(&format!("/catalogue/{id}"), "价格已更新，原价格留在价格变动中"))
}

#[derive(Deserialize)]
pub(in super::super) struct Step {
    version: Option<i64>,
    words: Option<String>,
}

async fn step(cx: Cx, id: String, form: Step, event: Event) -> Result<Response, Error> {
    let (id, library) = (parse(&id)?, cx.state.policies.clone());
    let (version, words) = (form.version.unwrap_or_default(), form.words.unwrap_or_default());
    cx.write(move |tx, by| store::step(tx, by, &library, (id, version), (event, &words))).await?;
    Ok(web::see_with(&format!("/catalogue/{id}"), &format!("已{event}")))
}

pub(in super::super) async fn submit(cx: Cx, Path(id): Path<String>, Form(f): Form<Step>) -> Result<Response, Error> {
    step(cx, id, f, Event::Submit).await
}

pub(in super::super) async fn withdraw(cx: Cx, Path(id): Path<String>, Form(f): Form<Step>) -> Result<Response, Error> {
    step(cx, id, f, Event::Withdraw).await
}

pub(in super::super) async fn publish(cx: Cx, Path(id): Path<String>, Form(f): Form<Step>) -> Result<Response, Error> {
    step(cx, id, f, Event::Publish).await
}

pub(in super::super) async fn send_back(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Step>,
) -> Result<Response, Error> {
    step(cx, id, f, Event::Return).await
}

pub(in super::super) async fn suspend(cx: Cx, Path(id): Path<String>, Form(f): Form<Step>) -> Result<Response, Error> {
    step(cx, id, f, Event::Suspend).await
}

pub(in super::super) async fn resume(cx: Cx, Path(id): Path<String>, Form(f): Form<Step>) -> Result<Response, Error> {
    step(cx, id, f, Event::Resume).await
}
