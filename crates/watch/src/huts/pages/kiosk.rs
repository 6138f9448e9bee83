//! The kiosk: who are you, the values as they come, the result in large letters.

use super::super::model::{Answer, Said, Valued, Verdict, Visit, verdict};
use super::super::{store, words};
use super::{SOURCE, device_id};
use crate::devices::{self, Device};
use crate::vitals::Vital;
use crate::vitals::limits::Light;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use care::subject;
use db::{Actor, Scope, Tx};
use kernel::{DeviceId, Instant};
use policy::Library;
use registry::institutions;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, assets, html};

struct There {
    visit: Visit,
    name: String,
    values: Vec<Valued>,
}

struct Station {
    device: Device,
    place: String,
    there: Option<There>,
    locked: Option<Instant>,
}

fn load(tx: &mut Tx<'_>, by: &Actor, library: &Library, id: DeviceId) -> Result<Station, Error> {
    let device = store::station(tx, by, id)?;
    let place = device.institution.map(|at| institutions::store::name(tx, at)).transpose()?;
    let wide = Actor { scope: Scope { institution: None, ..by.scope }, ..by.clone() };
    let there = match store::present(tx, id)?.filter(|visit| visit.until > by.now) {
        None => None,
        Some(visit) => {
            let name = subject::store::find(tx, &wide, visit.elder)?.name;
            let values = store::values(tx, by, library, &visit)?;
            Some(There { visit, name, values })
        }
    };
    let locked = store::locked(tx, id, by.now)?;
    Ok(Station { device, place: place.unwrap_or_default(), there, locked })
}

async fn station(cx: &Cx, id: DeviceId) -> Result<Station, Error> {
    let policies = cx.state.policies.clone();
    let found = cx.read(move |tx, by| load(tx, by, &policies, id)).await?;
    if found.there.is_none() && found.device.elder.is_some() {
        // Its time is over, and the round of the minute has not come by yet.
        let policies = cx.state.policies.clone();
        cx.write(move |tx, by| store::sweep(tx, by, &policies)).await?;
        devices::reload(cx, None).await?;
    }
    Ok(found)
}

fn page(cx: &Cx, s: &Station, body: Markup) -> Markup {
    let title = if s.place.is_empty() { "健康小屋".to_owned() } else { format!("{}　健康小屋", s.place) };
    let inner = html! { link rel="stylesheet" href=(assets::url("kiosk.css")); (body) };
    Page::new(cx, &title).source(SOURCE).kiosk(inner)
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let s = station(&cx, device_id(&id)?).await?;
    let body = match (&s.there, s.locked) {
        (Some(there), _) => measuring(&cx, &s, there),
        (None, Some(until)) => closed(&s, until),
        (None, None) => asking(&cx, &s, None),
    };
    Ok(page(&cx, &s, body))
}

fn closed(s: &Station, until: Instant) -> Markup {
    html! {
        (ui::alert(Tone::Warning, "请稍候", html! { p { "核对身份错了几次，终端暂停到 " (ui::moment(until)) "。请找工作人员帮忙。" } }))
        a.yy-big href={ "/huts/" (s.device.id) } { "再试一次" }
    }
}

fn asking(cx: &Cx, s: &Station, wrong: Option<&str>) -> Markup {
    let url = format!("/huts/{}/identify", s.device.id);
    let fasting = ui::checkbox("今天还没有吃东西（空腹）", "fasting", false);
    let by_card = html! {
        (ui::field("刷卡，或输入卡上的 12 位数字", "card", "", Field::text().required().limit(40).autocomplete("off").focus()))
        (fasting)
        button.yy-big type="submit" { "开始测量" }
    };
    let by_number = html! {
        (ui::field("身份证号", "number", "", Field::text().required().limit(18).autocomplete("off")))
        (ui::field("电话号码后 4 位", "tail", "", Field::phone().required().limit(4).autocomplete("off").hint("登记在档案里的电话；没有登记电话的，请工作人员发卡")))
        (fasting)
        button.yy-big type="submit" { "开始测量" }
    };
    html! {
        @if let Some(text) = wrong { (ui::alert(Tone::Danger, "没有认出您", text)) }
        section.yy-part { h2 { "有健康小屋卡" } form.yy-form method="post" action=(url) { (ui::csrf(cx)) (by_card) } }
        section.yy-part { h2 { "没有卡" } form.yy-form method="post" action=(url) { (ui::csrf(cx)) (by_number) } }
    }
}

fn measuring(cx: &Cx, s: &Station, there: &There) -> Markup {
    let base = format!("/huts/{}", s.device.id);
    html! {
        p.yy-hut-hello { (there.name) "，您好" }
        (ui::poll(&format!("{base}/now"), result(s, there, cx.now)))
        div.yy-hut-steps.d-print-none {
            button.yy-big.yy-hut-print type="button" data-print { "打印结果" }
            form method="post" action=(format!("{base}/finish")) { (ui::csrf(cx)) button.yy-big type="submit" { "完成" } }
        }
    }
}

/// The part that renews itself; when the stay is over it leads back to the beginning.
pub(in super::super) async fn now(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let s = station(&cx, device_id(&id)?).await?;
    Ok(match &s.there {
        Some(there) => ui::poll(&format!("/huts/{}/now", s.device.id), result(&s, there, cx.now)),
        None => {
            html! { div data-then=(format!("/huts/{}", s.device.id)) { p { "测量已结束，数值已保存。" } } }
        }
    })
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Nothing => "yy-light",
        Verdict::Normal => "yy-light yy-light-good",
        Verdict::Warning => "yy-light yy-light-warning",
        Verdict::Danger => "yy-light yy-light-danger",
    }
}

fn result(s: &Station, there: &There, now: Instant) -> Markup {
    let all = verdict(&there.values);
    let advice: Vec<&str> = there.values.iter().filter_map(|v| words::advice(v.measured.vital, v.light)).collect();
    html! {
        div class=(class(all)) role="status" { span.yy-light-lamp aria-hidden="true" {} strong { (all.name()) } }
        div.yy-hut-values { @for (name, value, unit, light) in values(&there.values) {
            div.yy-hut-value {
                div { (name) }
                div.yy-hut-number { (value) }
                div { (unit) @if light != Light::Open { "　" strong { (light.word()) } } }
            }
        } }
        @for text in &advice { p.yy-hut-advice { (text) } }
        p.yy-hut-advice { (words::overall(all)) }
        p.text-secondary.d-print-none { "还可以测量 " (((there.visit.until - now).num_seconds() + 59) / 60) " 分钟，到时间自动结束。" }
        p.text-secondary { (s.place) "　" (ui::moment(now)) "　测量结果供参考，不能代替诊断。话由" (words::note()) "。" }
    }
}

/// Pressure stands as people know it: 128/82.
fn values(all: &[Valued]) -> Vec<(String, String, &'static str, Light)> {
    let find = |vital: Vital| all.iter().find(|v| v.measured.vital == vital);
    let pressure = find(Vital::Sbp).zip(find(Vital::Dbp));
    let mut shown = vec![];
    if let Some((high, low)) = pressure {
        let light = if low.light.weight() > high.light.weight() { low.light } else { high.light };
        let value = format!("{}/{}", high.measured.value, low.measured.value);
        shown.push(("血压".to_owned(), value, Vital::Sbp.unit(), light));
    }
    let rest = all.iter().filter(|v| pressure.is_none() || !matches!(v.measured.vital, Vital::Sbp | Vital::Dbp));
    shown.extend(rest.map(|v| {
        let vital = v.measured.vital;
        (vital.name().to_owned(), vital.show(v.measured.value), vital.unit(), v.light)
    }));
    shown
}

#[derive(Deserialize)]
pub(in super::super) struct Told {
    card: Option<String>,
    number: Option<String>,
    tail: Option<String>,
    #[serde(default)]
    fasting: bool,
}

pub(in super::super) async fn identify(cx: Cx, Path(id): Path<String>, Form(t): Form<Told>) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let said = match (t.card, t.number) {
        (Some(card), _) => Said::Card(card),
        (None, number) => Said::Number(number.unwrap_or_default(), t.tail.unwrap_or_default()),
    };
    let policies = cx.state.policies.clone();
    let answer = cx.write(move |tx, by| store::identify(tx, by, &policies, id, &said, t.fasting)).await?;
    let s = match answer {
        Answer::Known => {
            devices::reload(&cx, None).await?;
            return Ok(web::see(&format!("/huts/{id}")));
        }
        Answer::Wrong | Answer::Locked(_) => station(&cx, id).await?,
    };
    let body = match s.locked {
        Some(until) => closed(&s, until),
        None => asking(&cx, &s, Some("卡号，或身份证号与电话后 4 位，对不上。请看清楚再试一次，或找工作人员帮忙。")),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&cx, &s, body)).into_response())
}

pub(in super::super) async fn finish(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| store::finish(tx, by, &policies, id)).await?;
    devices::reload(&cx, None).await?;
    Ok(web::see_with(&format!("/huts/{id}"), "测量已结束，数值已保存。谢谢，请下一位。"))
}
