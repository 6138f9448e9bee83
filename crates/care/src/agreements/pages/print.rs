//! The agreement on A4: two copies, with room for seals.

use super::super::model::Agreement;
use super::super::store;
use super::{SOURCE, parse, span};
use axum::extract::Path;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let a = cx.read(move |tx, by| store::find(tx, by, id)).await?;
    let page = Page::new(&cx, "合作协议").crumb("合作协议", "/agreements").crumb(&a.home_name, &a.href());
    Ok(page.source(SOURCE).body(ui::print_sheet("医疗机构与养老机构合作协议", sheet(&a))))
}

fn sheet(a: &Agreement) -> Markup {
    let t = &a.terms;
    html! {
        (ui::facts(&[
            ("甲方（养老机构）", ui::text(&a.home_name)),
            ("乙方（医疗机构）", ui::text(&a.medical_name)),
            ("期限", ui::text(span(a))),
        ]))
        p { "一、双方在自愿、平等的基础上订立本协议，由乙方为甲方的老年人提供下列服务：" }
        ol { @for item in &t.items { li { (item.name()) } } }
        @if !t.note.is_empty() { p { "二、补充约定：" (t.note) } } @else { p { "二、补充约定：无。" } }
        p {
            "三、乙方每周到甲方巡诊 " (t.rounds_per_week) " 次，每次记录日期、人员、诊视人数和内容。"
            @if let Some(minutes) = t.green_minutes { "甲方的老年人危急时经绿色通道转诊，乙方在 " (minutes) " 分钟内答复。" }
        }
        p { "四、甲方应提前告知老年人的健康情况，转诊前征得本人或家属同意；共享的资料只用于诊治，到期停止查看。" }
        p { "五、双方按登记的巡诊和转诊核对履约情况；任何一方提前终止的，应说明原因并书面通知对方。" }
        p { "六、本协议一式两份，双方各执一份，自签字盖章之日起生效。" }
        (ui::seals(&["甲方", "乙方"]))
    }
}
