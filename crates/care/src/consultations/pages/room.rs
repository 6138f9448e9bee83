//! The room: picture and sound of both sides, beside it the shared record and the conclusion for the consulting side, the
//! request for the side that asks. What the page does stands in `crates/web/assets/call.js`.

use super::super::model::{Consultation, Side, State};
use super::super::store;
use super::case::{concluding, version};
use super::signals::seat;
use super::{SOURCE, key, record};
use axum::extract::Path;
use axum::http::HeaderName;
use axum::response::{IntoResponse, Response};
use db::audit::Entry;
use web::ui;
use web::{Cx, Error, Markup, Page, assets, html};

/// Camera and microphone are for this page only; every other one of the program forbids them to itself.
const ALLOWED: &str = "camera=(self), microphone=(self)";

pub(in super::super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Response, Error> {
    let (_, side) = seat(&cx, &ids).await?;
    let key = key(&ids.0, &ids.1)?;
    let c = cx.read(move |tx, by| store::find(tx, by, key)).await?;
    let (action, subject) = ("consultations.room", key.id.to_string());
    cx.note(Entry { action, elder: Some(key.elder), subject, detail: side.name().to_owned() }).await?;
    let beside = match side {
        Side::Consulting => consulting(&cx, &c).await?,
        Side::Asking => asking(&c),
    };
    let body = html! {
        link rel="stylesheet" href=(assets::url("call.css"));
        div.yy-callroom { (call(&c, side)) div.yy-beside { (beside) } }
        script src=(assets::url("call.js")) defer {}
    };
    let page = Page::new(&cx, &format!("视频会诊：{}", c.elder_name))
        .crumb("远程会诊", "/consultations")
        .crumb("会诊单", &c.key.href());
    Ok(([(HeaderName::from_static("permissions-policy"), ALLOWED)], page.source(SOURCE).body(body)).into_response())
}

fn call(c: &Consultation, side: Side) -> Markup {
    let other = if side == Side::Asking { Side::Consulting } else { Side::Asking };
    let phone = c.phone(other);
    html! {
        section.yy-call #call aria-label="视频" data-room={ (c.key.href()) "/room" } {
            p.yy-call-state #call-state role="status" { "还没有进入" }
            div.yy-call-pictures {
                video #call-other playsinline autoplay aria-label={ "对方：" (c.name(other)) } {}
                video #call-own playsinline autoplay muted aria-label="自己" {}
            }
            div.alert.alert-warning #call-note role="alert" hidden {}
            div.yy-call-buttons {
                button.btn.btn-primary.btn-lg #call-enter type="button" { "进入视频" }
                button.btn.btn-lg #call-mic type="button" aria-pressed="true" hidden { "关麦克风" }
                button.btn.btn-lg #call-camera type="button" aria-pressed="true" hidden { "关摄像头" }
                button.btn.btn-danger.btn-lg #call-end type="button" hidden { "挂断" }
            }
            p.yy-call-phone {
                "视频不通时请打电话：" (c.name(other)) " "
                @if phone.is_empty() { "（没有登记电话）" } @else { a.text-nowrap href={ "tel:" (phone) } { (phone) } }
            }
            details {
                summary { "摄像头、麦克风打不开怎么办" }
                ul {
                    li { "地址须以 https 开头（或在本机打开），否则浏览器不让用摄像头和麦克风。" }
                    li { "浏览器询问是否允许时，请点“允许”。点错了的，点地址栏左边的图标改成允许，再进入一次。" }
                    li { "没有摄像头也可以进入，只用语音；都没有的，能看能听对方。" }
                    li { "视频不录制，不经本平台保存。" }
                }
            }
        }
    }
}

async fn consulting(cx: &Cx, c: &Consultation) -> Result<Markup, Error> {
    let shared = match c.against_looking(cx.now) {
        Some(why) => html! { p.text-secondary { (why.text) "。" } },
        None => record::shared(cx, c).await?,
    };
    Ok(html! {
        @if c.state == State::Booked { (starting(cx, c)) } @else { (concluding(cx, c)) }
        (request(c))
        (shared)
    })
}

fn starting(cx: &Cx, c: &Consultation) -> Markup {
    let form = html! {
        (version(c))
        p { "双方到齐后请点“开始会诊”：从这时起计时，才能写结论。视频不会中断。" }
        button.btn.btn-primary type="submit" { "开始会诊" }
    };
    let action = format!("{}/start", c.key.href());
    ui::card("开始会诊", html! { form method="post" action=(action) data-call-step { (ui::csrf(cx)) (form) } })
}

fn request(c: &Consultation) -> Markup {
    ui::card(
        "会诊申请",
        html! {
            h3.h4 { "请会诊回答" } p.yy-prose { (c.question) }
            @if !c.situation.is_empty() { h3.h4 { "病情摘要" } p.yy-prose { (c.situation) } }
            p { (c.from_name) "，" (c.requested_by) }
        },
    )
}

fn asking(c: &Consultation) -> Markup {
    html! {
        (request(c))
        (ui::card("会诊医生", html! { p { strong { (c.consultant_name) } "　" (c.to_name) (c.department) } p.text-secondary { "结论签名后在会诊单上查看、签收。" } }))
    }
}
