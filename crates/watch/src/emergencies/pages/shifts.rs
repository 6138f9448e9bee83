//! Hand-over from shift to shift: the sheet on A4, with both names; the next shift acknowledges.

use super::super::ACT;
use super::super::model::Case;
use super::super::store;
use super::super::store::shifts::{self, Line, Sheet, Shift};
use super::super::views::{drill, tone};
use super::{SOURCE, row};
use axum::extract::Path;
use axum::response::Response;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::AccountId;
use kernel::time::show;
use registry::areas::Names;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Wanted {
    page: Option<i64>,
}

pub(in super::super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (page, act) = (wanted.page.unwrap_or(1).max(1), cx.may(ACT));
    let (all, total, next, from) = cx
        .read(move |tx, by| {
            let (all, total) = shifts::list(tx, by, SIZE, (page - 1) * SIZE)?;
            let next = if act { shifts::successors(tx, by)? } else { vec![] };
            Ok::<_, Error>((all, total, next, shifts::began(tx, by)?))
        })
        .await?;
    let rows = all.iter().map(|s| {
        vec![
            ui::row_link(&format!("/emergencies/shifts/{}", s.id), format!("{} 至 {}", show(s.from), show(s.until))),
            ui::text(format!("{} → {}", s.giver_name, s.taker_name)),
            ui::text(s.sheet.open.len()),
            ui::text(s.sheet.ended.len()),
            standing(s),
        ]
    });
    let body = html! {
        @if act { (ui::card("交班", giving(&cx, &next, from))) }
        (ui::card("交接记录", html! {
            (ui::table_or(&["班次", "交班 → 接班", ">未结束", ">班内结束", "确认"], rows, ui::empty("还没有交接记录。", None)))
            (ui::pager(&PageInfo::new("/emergencies/shifts", page, SIZE, total)))
        }))
    };
    Ok(Page::new(&cx, "交接班").crumb("值班台", "/emergencies/board").source(SOURCE).body(body))
}

fn standing(s: &Shift) -> Markup {
    match s.acknowledged_at {
        Some(at) => ui::badge(Tone::Success, format!("{} 已接班", show(at))),
        None => ui::badge(Tone::Warning, format!("待{}确认", s.taker_name)),
    }
}

fn giving(cx: &Cx, next: &[(AccountId, String)], from: kernel::Instant) -> Markup {
    if next.is_empty() {
        return html! { p.text-secondary { "本辖区没有其他坐席账号，不能交班。请系统管理员增设“呼叫中心坐席”账号。" } };
    }
    let options: Vec<(String, String)> = next.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    ui::form(
        cx,
        "/emergencies/shifts",
        html! {
            p { "本班自 " (show(from)) " 起。交接单按现在的情况生成：未结束的呼救、班内结束的呼救、值守表。" }
            (ui::select("接班人", "taker", &options, ""))
            (ui::textarea("需要交代的事", "remarks", "", Field::text().limit(400)))
            (ui::submit("生成交接单"))
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Given {
    taker: String,
    remarks: Option<String>,
}

pub(in super::super) async fn give(cx: Cx, Form(f): Form<Given>) -> Result<Response, Error> {
    let taker = AccountId::parse(&f.taker).ok_or_else(|| Error::field("taker", "接班人", "请选择"))?;
    let remarks = f.remarks.unwrap_or_default();
    let id = cx.write(move |tx, by| shifts::give(tx, by, taker, &remarks)).await?;
    Ok(web::see_with(&format!("/emergencies/shifts/{id}"), "交接单已生成"))
}

/// A line of the sheet with what it is about; none of whom one may no longer see.
type Told = (Line, Option<Case>);

fn cases(tx: &mut Tx<'_>, by: &Actor, lines: &[Line]) -> Result<Vec<Told>, Error> {
    let one = |line: &Line| match store::find(tx, by, line.key) {
        Ok(case) => Ok((*line, Some(case))),
        Err(db::Error::NotFound) => Ok((*line, None)),
        Err(e) => Err(e.into()),
    };
    lines.iter().map(one).collect()
}

async fn load(cx: &Cx, id: &str) -> Result<(Shift, Vec<Told>, Vec<Told>, String), Error> {
    let (id, names) = (row(id)?, cx.state.get::<Names>());
    cx.read(move |tx, by| {
        let s = shifts::find(tx, by, id)?;
        let (open, ended) = (cases(tx, by, &s.sheet.open)?, cases(tx, by, &s.sheet.ended)?);
        let place = names.at(tx)?.path(s.area);
        Ok::<_, Error>((s, open, ended, place))
    })
    .await
}

pub(in super::super) async fn read(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (s, open, ended, place) = load(&cx, &id).await?;
    cx.note(Entry { action: "emergencies.shift_view", subject: s.id.to_string(), ..Entry::default() }).await?;
    let body = html! {
        @if s.acknowledged_at.is_none() && cx.may(ACT) && s.taker == cx.user.account { (ui::card("接班确认", acknowledging(&cx, &s))) }
        (ui::print_sheet(&format!("{place}呼叫中心交接班单"), sheet(&s, &open, &ended)))
    };
    Ok(Page::new(&cx, "交接班单").crumb("交接班", "/emergencies/shifts").source(SOURCE).body(body))
}

fn acknowledging(cx: &Cx, s: &Shift) -> Markup {
    ui::form(
        cx,
        &format!("/emergencies/shifts/{}/acknowledge", s.id),
        html! {
            p { "请看完交接单，再确认。未结束的呼救，请到值班台接手。" }
            (ui::field("接班说明（可不填）", "note", "", Field::text().limit(200)))
            (ui::submit("确认接班"))
        },
    )
}

fn sheet(s: &Shift, open: &[Told], ended: &[Told]) -> Markup {
    html! {
        (ui::facts(&[
            ("班次", ui::text(format!("{} 至 {}", show(s.from), show(s.until)))),
            ("交班", ui::text(&s.giver_name)),
            ("接班", ui::text(&s.taker_name)),
            ("确认", standing(s)),
        ]))
        h3 { "未结束的呼救（" (open.len()) "）" }
        (lines(open))
        h3 { "班内结束的呼救（" (ended.len()) "）" }
        (lines(ended))
        p { "没有立案的来电 " (s.sheet.calls) " 个。" }
        h3 { "交班时值守" }
        (on_duty(&s.sheet))
        h3 { "需要交代的事" }
        p { @if s.remarks.is_empty() { "无" } @else { (s.remarks) } }
        @if !s.taker_note.is_empty() { p { "接班说明：" (s.taker_note) } }
        div.yy-seals {
            div.yy-seal { div { "交班人：" (s.giver_name) "（签字）" } div { "日期：　　　年　　月　　日" } }
            div.yy-seal { div { "接班人：" (s.taker_name) "（签字）" } div { "日期：　　　年　　月　　日" } }
        }
    }
}

fn lines(all: &[Told]) -> Markup {
    let rows = all.iter().map(|(line, case)| match case {
        Some(c) => vec![
            html! { a href=(c.key.href()) { (c.name) } (drill(c.drill)) },
            ui::text(c.kind),
            ui::moment(c.began_at),
            ui::badge(tone(line.state), line.state.name()),
            html! { (c.what) @if let Some(outcome) = c.outcome { "；" (outcome) "：" (c.note) } },
            ui::text(&c.operator_name),
        ],
        None => vec![ui::text("不在您的权限范围内"), html! {}, html! {}, ui::text(line.state), html! {}, html! {}],
    });
    ui::table_or(&["老年人", "种类", "开始", "交班时", "情况", "坐席"], rows, html! { p { "无。" } })
}

fn on_duty(sheet: &Sheet) -> Markup {
    let rows = sheet
        .duties
        .iter()
        .map(|(kind, name, phone, until)| vec![ui::text(kind), ui::text(name), ui::text(phone), ui::moment(*until)]);
    ui::table_or(&["类别", "姓名", "值守电话", "值守至"], rows, html! { p { "无人值守。" } })
}

#[derive(Deserialize)]
pub(in super::super) struct Acknowledged {
    note: Option<String>,
}

pub(in super::super) async fn acknowledge(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Acknowledged>,
) -> Result<Response, Error> {
    let (row, note) = (row(&id)?, f.note.unwrap_or_default());
    cx.write(move |tx, by| shifts::acknowledge(tx, by, row, &note)).await?;
    Ok(web::see_with(&format!("/emergencies/shifts/{row}"), "已确认接班"))
}
