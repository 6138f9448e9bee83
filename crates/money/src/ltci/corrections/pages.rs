//! Pages of corrections.

use super::model::{Correction, Happened, NewCorrection, State};
use super::store;
use crate::ltci::CORRECT;
use crate::ltci::catalogue::{self, Item};
use crate::ltci::visits::model::Visit;
use crate::ltci::visits::pages::{ids, item_boxes, span, time_fields};
use axum::extract::Path;
use axum::response::Response;
use kernel::{CorrectionId, ElderId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html, see_with};

const SOURCE: &str = "更正不改动已结算的明细：在下一次结算中先按原金额冲销，再按更正后的情况重新核验。";

pub(super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let rows = cx.read(|tx, by| store::list(tx, by, None, 200)).await?;
    let body = table(&cx, &rows);
    Ok(Page::new(&cx, "结算更正").source(SOURCE).body(body))
}

fn badge(state: State) -> Markup {
    let tone = match state {
        State::Open => Tone::Warning,
        State::Settled => Tone::Success,
        State::Withdrawn => Tone::Neutral,
    };
    ui::badge(tone, state.name())
}

/// A table of corrections with the elders' names.
pub(in crate::ltci) fn table(cx: &Cx, rows: &[(String, Correction)]) -> Markup {
    let cells = rows.iter().map(|(name, c)| {
        let mut row = vec![html! { a href={ "/visits/" (c.elder) "/" (c.visit) } { (name) } }];
        row.extend(columns(cx, c));
        row
    });
    ui::table_or(&["老年人", "更正为", "原因", "申请", "状态"], cells, ui::empty("没有更正", None))
}

/// A table of the corrections of one visit.
pub(in crate::ltci) fn list_of(cx: &Cx, rows: &[Correction]) -> Markup {
    ui::table(&["更正为", "原因", "申请", "状态"], rows.iter().map(|c| columns(cx, c)))
}

fn columns(cx: &Cx, c: &Correction) -> Vec<Markup> {
    let times = c.from.zip(c.to).map(|(a, b)| format!("{}—{}", kernel::time::show(a), &kernel::time::show(b)[11..]));
    vec![
        html! {
            @if c.withdrawn { "撤销本次服务" }
            @else { (times.unwrap_or_default()) br; (catalogue::names(&cx.state.policies, &c.items)) }
        },
        ui::text(&c.reason),
        html! { (c.entered_by) br; (ui::moment(c.created_at)) },
        html! {
            (badge(c.state))
            @if let Some(id) = c.settled_in { " " a href={ "/ltci/settlements/" (id) } { "查看结算" } }
            @if c.state == State::Open && cx.may(CORRECT) {
                " " (ui::button_post(cx, &format!("/ltci/corrections/{}/{}/withdraw", c.elder, c.id), "撤回", Tone::Neutral))
            }
        },
    ]
}

/// The form that asks for a correction of a settled visit.
pub(in crate::ltci) fn form(cx: &Cx, v: &Visit, items: &[Item]) -> Markup {
    ui::card(
        "更正已结算的服务",
        ui::form(
            cx,
            &format!("/ltci/corrections/{}/{}", v.elder, v.id),
            html! {
                p.text-secondary { (SOURCE) }
                (time_fields(v))
                (item_boxes(items, &v.items))
                (ui::checkbox("撤销本次服务（不应申报，只冲销）", "withdrawn", false))
                (ui::textarea("更正原因", "reason", "", Field::text().required().limit(200)))
                (ui::submit("提交更正"))
            },
        ),
    )
}

#[derive(Deserialize)]
pub(super) struct Propose {
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    withdrawn: bool,
    #[serde(default)]
    reason: String,
}

pub(super) async fn propose(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Propose>,
) -> Result<Response, Error> {
    let (elder, visit) = ids(&elder, &id)?;
    let happened = if form.withdrawn {
        None
    } else {
        let (from, to) = span(&form.from.unwrap_or_default(), &form.to.unwrap_or_default())?;
        Some(Happened { from, to, items: form.items })
    };
    let new = NewCorrection { elder, visit, happened, reason: form.reason };
    cx.write(move |tx, by| store::propose(tx, by, &new)).await?;
    Ok(see_with(&format!("/visits/{elder}/{visit}"), "更正已登记，将在下一次结算中办理"))
}

pub(super) async fn withdraw(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = CorrectionId::parse(&id).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::withdraw(tx, by, elder, id)).await?;
    Ok(see_with("/ltci/corrections", "更正已撤回"))
}
