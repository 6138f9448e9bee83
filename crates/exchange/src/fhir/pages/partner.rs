//! One partner: what it may do, what it did, another secret, its end.

use super::super::WRITE;
use super::super::model::{Partner, State};
use super::super::store;
use super::{SOURCE, exchange_table, parse, shown_once, standing};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Turn {
    page: Option<i64>,
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let (id, page, names) = (parse(&id)?, turn.page.unwrap_or(1).max(1), cx.state.get::<Names>());
    let (one, rows, total, names) = cx
        .read(move |tx, by| {
            let one = store::find(tx, by, id)?;
            let rows = store::exchanges(tx, by, (Some(id), false), (SIZE, (page - 1) * SIZE))?;
            Ok::<_, Error>((one, rows, store::count(tx, by, (Some(id), false))?, names.at(tx)?))
        })
        .await?;
    let place = names.path(one.facts.area);
    let body = html! {
        (ui::card("登记内容", overview(&cx, &one, &place)))
        @if cx.may(WRITE) && one.state == State::Active { (ui::columns(&[renewing(&cx, &one), revoking(&cx, &one)])) }
        (ui::card("对接记录", html! {
            (exchange_table(&rows, false))
            (ui::pager(&PageInfo::new(one.href(), page, SIZE, total)))
        }))
    };
    Ok(Page::new(&cx, &one.facts.name).crumb("信息平台对接", "/fhir").source(SOURCE).body(body))
}

fn overview(cx: &Cx, one: &Partner, place: &str) -> Markup {
    let facts = &one.facts;
    let mut all = vec![
        ("状态", standing(one, cx.today())),
        ("区划", ui::text(place)),
        ("有效期", ui::text(format!("{} 至 {}", facts.from, facts.until))),
        ("权限", ui::text(facts.rights.words())),
        ("用途和依据", ui::text(&facts.purpose)),
        ("联系人", ui::text(&facts.contact)),
        ("每分钟最多请求", ui::text(format!("{} 次", facts.per_minute))),
        ("密钥尾号", html! { span.yy-code { "…" (one.secret_tail) } }),
        ("登记人", ui::text(&one.made_by)),
    ];
    if let Some((at, by, why)) = &one.ended {
        all.push(("停用", html! { (ui::moment(*at)) " " (by) "：" (why) }));
    }
    ui::facts(&all)
}

fn renewing(cx: &Cx, one: &Partner) -> Markup {
    let body = html! {
        p { "密钥遗失或可能泄露时更换；旧密钥立即失效。" }
        (ui::hidden("version", one.version.to_string()))
        (ui::submit_toned("更换密钥", Tone::Warning))
    };
    ui::card("更换密钥", ui::form(cx, &format!("{}/secret", one.href()), body))
}

fn revoking(cx: &Cx, one: &Partner) -> Markup {
    let body = html! {
        (ui::field("停用原因", "why", "", Field::text().required().limit(200).hint("停用后立即不能再查询和传入，不能恢复")))
        (ui::submit_toned("停用", Tone::Danger))
    };
    ui::card("停用", ui::form(cx, &format!("{}/revoke", one.href()), body))
}

#[derive(Deserialize)]
pub(in super::super) struct Seen {
    version: Option<i64>,
}

pub(in super::super) async fn renew(cx: Cx, Path(id): Path<String>, Form(seen): Form<Seen>) -> Result<Response, Error> {
    let (id, version) = (parse(&id)?, seen.version.unwrap_or_default());
    let (name, secret) = cx
        .write(move |tx, by| {
            let secret = store::renew(tx, by, id, version)?;
            Ok::<_, Error>((store::find(tx, by, id)?.facts.name, secret))
        })
        .await?;
    Ok(shown_once(&cx, (id, &name), &secret).into_response())
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    why: Option<String>,
}

pub(in super::super) async fn revoke(cx: Cx, Path(id): Path<String>, Form(form): Form<Why>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::revoke(tx, by, id, &form.why.unwrap_or_default())).await?;
    Ok(web::see_with(&format!("/fhir/partners/{id}"), "已停用，接口立即不再应答"))
}
