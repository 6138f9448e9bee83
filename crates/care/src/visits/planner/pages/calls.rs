//! Whom to telephone: those whose visit moves or falls out. Their numbers are shown, and that somebody saw them is noted.

use super::super::model::{Going, Moved, State, moved};
use super::super::words::clock;
use super::proposal::{Read, read};
use super::{SOURCE, home};
use crate::visits::store::door::{self, Door};
use axum::extract::Path;
use kernel::{ElderId, VisitId};
use web::{Cx, Error, Markup, Page, html, ui};

struct Call {
    moved: Moved,
    elder: ElderId,
    visit: VisitId,
    door: Door,
}

pub(in crate::visits) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let read = read(&cx, &id).await?;
    let plan = read.of.plan.clone().unwrap_or_default();
    let all = moved(&read.of.asked, &read.of.before, &plan);
    let of = |m: &Moved| read.day.visits.iter().find(|v| v.id.to_string() == m.visit).map(|v| (v.elder, v.id));
    let wanted: Vec<(Moved, ElderId, VisitId)> =
        all.iter().filter_map(|m| Some((m.clone(), of(m)?.0, of(m)?.1))).collect();
    let calls = cx
        .read(move |tx, by| {
            let mut calls = vec![];
            for (moved, elder, visit) in wanted {
                calls.push(Call { moved, elder, visit, door: door::of(tx, by, elder)? });
            }
            Ok::<_, Error>(calls)
        })
        .await?;
    for call in &calls {
        cx.note(door::entry(call.elder, call.visit)).await?;
    }
    let title = format!("电话通知名单　{} {}", read.day.name, read.of.day);
    let page = Page::new(&cx, "电话通知名单").crumb("当日排班", &home(&read.of)).crumb("方案", &read.of.href());
    Ok(page.source(SOURCE).body(ui::print_sheet(&title, sheet(&read, &calls))))
}

fn words(read: &Read, going: &Option<Going>, none: &str) -> String {
    going.as_ref().map_or_else(|| none.to_owned(), |g| format!("{} {}", clock(g.start), read.names.carers(&g.carers)))
}

fn sheet(read: &Read, calls: &[Call]) -> Markup {
    let rows = calls.iter().map(|call| {
        let phones: Vec<&str> = [&call.door.phone, &call.door.contact].into_iter().filter_map(Option::as_deref).collect();
        vec![
            ui::text(read.names.visit(&call.moved.visit)),
            html! { @for (n, phone) in phones.iter().enumerate() { @if n > 0 { br; "家属 " } a href={ "tel:" (phone) } { (phone) } } },
            ui::text(words(read, &call.moved.from, "—")),
            ui::text(words(read, &call.moved.to, "没有人去，请说明并改约")),
            html! {},
        ]
    });
    let state = match read.of.state {
        State::Accepted => "方案已采用，请按下表逐户告知。",
        _ => "方案还没有采用：请先采用再打电话，或先与老年人商量再采用。",
    };
    html! {
        p { (state) }
        (ui::table_or(&["老年人", "电话", "原来", "改为", "已告知（签名）"], rows, ui::empty("没有人需要电话告知", None)))
    }
}
