//! The consultation on A4: the request with its consent, and the signed conclusion.

use super::super::model::{Addendum, Consultation};
use super::super::store;
use super::{SOURCE, bill, conclusion, key};
use crate::sharing::Part;
use crate::subject::{self, Subject};
use axum::extract::Path;
use db::audit::Entry;
use db::{Actor, Scope};
use kernel::time;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let (c, addenda, subject, tail) = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            let wide = Actor { scope: Scope::ALL, ..by.clone() };
            let tail = registry::elders::store::find(tx, &wide, key.elder)?.id_tail;
            Ok::<_, Error>((c, store::addenda(tx, key)?, subject::store::find(tx, &wide, key.elder)?, tail))
        })
        .await?;
    let (action, about) = ("consultations.print", key.id.to_string());
    cx.note(Entry { action, elder: Some(key.elder), subject: about, ..Entry::default() }).await?;
    let page = Page::new(&cx, "会诊单").crumb("远程会诊", "/consultations").crumb(&c.elder_name, &key.href());
    let title =
        if c.conclusion.is_some() { "远程会诊结论单" } else { "远程会诊申请单与知情同意书" };
    let sheet = sheet(&c, &addenda, (&subject, &tail), cx.today());
    Ok(page.source(SOURCE).body(ui::print_sheet(title, sheet)))
}

fn sheet(c: &Consultation, addenda: &[Addendum], (subject, tail): (&Subject, &str), today: kernel::Date) -> Markup {
    let booked = c.booked_for.map(|at| format!("{}　会诊医生 {}", time::show(at), c.consultant_name));
    html! {
        (ui::facts(&[
            ("老年人", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(today)))),
            ("身份证号", ui::text(format!("**************{tail}"))),
            ("申请机构", ui::text(&c.from_name)),
            ("会诊机构", ui::text(format!("{}　{}", c.to_name, c.department))),
            ("申请时间、经办", ui::text(format!("{}　{}", time::show(c.requested_at), c.requested_by))),
            ("会诊时间", ui::opt(booked)),
        ]))
        h3 { "请会诊回答" } p.yy-prose { (c.question) }
        @if !c.situation.is_empty() { h3 { "病情摘要" } p.yy-prose { (c.situation) } }
        @if c.conclusion.is_some() {
            (conclusion(c, addenda))
            @if let Some(bill) = bill(c) { h3 { "费用" } (bill) }
        } @else { (consent(c)) }
        (ui::seals(&["申请机构", "会诊机构"]))
    }
}

fn consent(c: &Consultation) -> Markup {
    let (said, parts) = (&c.consent, Part::names(&c.shared));
    html! {
        h3 { "知情同意" }
        p {
            "本人（或代为同意的家属、监护人）已了解远程会诊的目的、方式、费用和局限（不能代替当面检查），同意会诊，并同意将下列资料提供给会诊机构，仅用于"
            (if c.purpose.is_empty() { "本次会诊" } else { c.purpose.as_str() }) "，至 " (c.shared_until) " 止，出具结论即停止；本人可以随时撤回："
            (if parts.is_empty() { "（不提供资料）" } else { parts.as_str() }) "。视频不录制、不保存。"
        }
        p { (time::show(said.at)) " 由" (said.by) (said.name) @if !said.relation.is_empty() { "（" (said.relation) "）" } "以" (said.how) "方式表示同意。" }
        p { "同意人签字：　　　　　　　　　　　　日期：　　　年　　月　　日" }
    }
}
