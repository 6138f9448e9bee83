//! Pages of the register: withdrawals to be seen to, and everything that one elder agreed to.

use super::model::{Consent, How, Role, Scope, State, Withdrawal};
use super::views::{standing, tone};
use super::{WRITE, steps, store};
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use kernel::time::show;
use kernel::{ConsentId, ElderId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str =
    "签约、家庭病床、转诊、安宁疗护征得的同意和家庭页的查看授权，征得时写入；撤回可在家庭页上或由工作人员登记。";

#[derive(Deserialize)]
pub(super) struct Turn {
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (rows, total) = cx
        .read(move |tx, by| {
            let rows = store::waiting(tx, by, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((rows, store::count_waiting(tx, by)?))
        })
        .await?;
    let rows = rows.iter().map(|(name, one)| {
        let done = one.withdrawn.as_ref();
        vec![
            ui::row_link(&format!("/consents/{}", one.given.elder), name),
            ui::text(one.title()),
            ui::opt(done.map(|w| show(w.at))),
            ui::opt(done.map(|w| format!("{}（{}，{}）", w.by.name, w.by.role, w.by.how))),
            ui::text(one.given.scope.to_do()),
        ]
    });
    let none = ui::empty("没有待处理的撤回。", None);
    let body = html! {
        (ui::table_or(&["老年人", "同意的事", "撤回时间", "撤回人", "要做的事"], rows, none))
        (ui::pager(&PageInfo::new("/consents", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "撤回了的同意").source(SOURCE).body(body))
}

pub(super) async fn register(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (name, inside, all) = cx
        .read(move |tx, by| {
            store::visible(tx, by, elder)?;
            let inside = registry::elders::store::visible(tx, by, elder).is_ok();
            let name = subject::store::find(tx, &crate::episodes::follower(by), elder)?.name;
            // Whoever is concerned by one consent of an elder out of sight sees that one.
            let mut all = store::of_elder(tx, elder, by.today())?;
            all.retain(|one| inside || one.given.institution == by.institution);
            Ok::<_, Error>((name, inside, all))
        })
        .await?;
    let body = html! {
        @if all.is_empty() { (ui::empty("还没有登记过同意。", None)) }
        @for one in &all { (entry(&cx, one)) }
        @if inside && cx.may(WRITE) { (opinion(&cx, elder, &all)) }
    };
    let mut page = Page::new(&cx, &format!("{name} 的知情同意")).crumb("知情同意", "/consents");
    if inside {
        page = page.actions(ui::link_button(&format!("/elders/{elder}"), "老年人档案", Tone::Neutral));
    }
    Ok(page.source(SOURCE).body(body))
}

fn entry(cx: &Cx, one: &Consent) -> Markup {
    let given = &one.given;
    let until = match given.until {
        Some(day) => format!("{} 至 {day}", given.from),
        None => format!("{} 起，至所办的事结束", given.from),
    };
    let facts = [
        ("用途", ui::text(&given.purpose)),
        ("期限", ui::text(until)),
        ("同意人", ui::text(one.giver())),
        ("方式", ui::text(given.how)),
        ("涉及机构", ui::opt(Some(&one.institution_name))),
        ("登记人", ui::text(&one.recorded_by)),
    ];
    let badge = ui::badge(tone(one.state, one.live), standing(one));
    ui::card_with(
        given.scope.name(),
        badge,
        html! {
            (ui::facts(&facts))
            (gone(cx, one))
            @if one.live && cx.may(WRITE) { (withdrawing(cx, one)) }
        },
    )
}

/// What somebody says on the exchange with health platforms, which is asked of nobody.
fn opinion(cx: &Cx, elder: ElderId, all: &[Consent]) -> Markup {
    let last = all.iter().find(|one| one.given.scope == Scope::Platform);
    let objected = last.is_some_and(|one| one.state != State::Given);
    let roles: Vec<_> = Role::ALL.iter().filter(|r| **r != Role::Emergency).map(|r| (r.code(), r.name())).collect();
    let ways: Vec<_> = How::ALL.iter().filter(|h| **h != How::Page).map(|h| (h.code(), h.name())).collect();
    let body = html! {
        @if objected { p { "已登记反对，接口不再提供和接收这位老人的资料。" } }
        @else { p { "依文件与健康信息平台互通基本信息、健康档案和病历；老人或代理人可以反对，登记后立即停止。" } }
        (ui::form_among(cx, &format!("/consents/{elder}/platform"), html! {
            (ui::hidden("objects", if objected { "false" } else { "true" }))
            (ui::form_row(&[
                ui::field("谁的意见", "name", "", Field::text().required().limit(40)),
                ui::select("身份", "role", &roles, Role::Elder.code()),
                ui::select("方式", "how", &ways, How::Written.code()),
            ]))
            @if objected { (ui::submit("登记同意恢复")) } @else { (ui::submit_toned("登记反对", Tone::Warning)) }
        }))
    };
    ui::seldom("与健康信息平台对接的意见", objected, body)
}

fn gone(cx: &Cx, one: &Consent) -> Markup {
    let Some(done) = &one.withdrawn else { return html! {} };
    html! {
        div.mt-3 {
            p { strong { (done.by.name) "（" (done.by.role) "，" (done.by.how) "）于 " (show(done.at)) " 撤回" } }
            p { "效果：" (done.effect) }
            @if let Some((at, who, note)) = &done.handled { p { (who) " 于 " (show(*at)) " 处理：" (note) } }
        }
        @if one.state == State::Withdrawn && cx.may(WRITE) {
            (ui::form_among(cx, &href(one, "handle"), html! {
                (ui::textarea("处理情况", "note", "", Field::text().required().limit(300).hint(one.given.scope.to_do())))
                (ui::submit("登记已处理"))
            }))
        }
    }
}

fn href(one: &Consent, step: &str) -> String {
    format!("/consents/{}/{}/{step}", one.given.elder, one.id)
}

fn withdrawing(cx: &Cx, one: &Consent) -> Markup {
    let roles: Vec<_> = Role::ALL.iter().filter(|r| **r != Role::Emergency).map(|r| (r.code(), r.name())).collect();
    let ways: Vec<_> = How::ALL.iter().filter(|h| **h != How::Page).map(|h| (h.code(), h.name())).collect();
    let body = html! {
        p { "效果：" (one.given.scope.effect()) }
        (ui::form_among(cx, &href(one, "withdraw"), html! {
            (ui::form_row(&[
                ui::field("撤回人", "name", "", Field::text().required().limit(40)),
                ui::select("身份", "role", &roles, one.given.role.code()),
                ui::select("方式", "how", &ways, How::Written.code()),
            ]))
            (ui::submit_toned("撤回同意", Tone::Danger))
        }))
    };
    html! { div.mt-3 { details { summary { "本人或代理人要撤回" } (body) } } }
}

fn parse(elder: &str, id: &str) -> Result<(ElderId, ConsentId), Error> {
    ElderId::parse(elder).zip(ConsentId::parse(id)).ok_or(Error::NotFound)
}

#[derive(Deserialize)]
pub(super) struct Said {
    name: String,
    role: Role,
    how: How,
}

pub(super) async fn withdraw(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(said): Form<Said>,
) -> Result<Response, Error> {
    let (elder, id) = parse(&elder, &id)?;
    let said = Withdrawal { name: said.name, role: said.role, how: said.how };
    cx.write(move |tx, by| {
        store::concerned(tx, by, elder, id)?;
        steps::withdraw(tx, by, elder, id, &said)
    })
    .await?;
    Ok(web::see_with(&format!("/consents/{elder}"), "同意已撤回，所办的事已按说明结束"))
}

#[derive(Deserialize)]
pub(super) struct Opinion {
    name: String,
    role: Role,
    how: How,
    #[serde(default)]
    objects: bool,
}

pub(super) async fn platform(cx: Cx, Path(elder): Path<String>, Form(said): Form<Opinion>) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (objects, said) = (said.objects, Withdrawal { name: said.name, role: said.role, how: said.how });
    cx.write(move |tx, by| {
        subject::store::find(tx, by, elder)?;
        steps::platform(tx, by, elder, &said, objects)
    })
    .await?;
    let note = if objects { "已登记反对，接口立即停止" } else { "已登记同意，接口恢复" };
    Ok(web::see_with(&format!("/consents/{elder}"), note))
}

#[derive(Deserialize)]
pub(super) struct Handled {
    note: String,
}

pub(super) async fn handle(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(said): Form<Handled>,
) -> Result<Response, Error> {
    let (elder, id) = parse(&elder, &id)?;
    cx.write(move |tx, by| steps::handle(tx, by, elder, id, &said.note)).await?;
    Ok(web::see_with(&format!("/consents/{elder}"), "已登记处理情况"))
}
