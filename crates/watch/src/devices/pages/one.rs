//! One device: how it is, who wears it, what it did wrong, and every step.

use super::super::model::{Device, State};
use super::super::store::{self, Binding, Contact, FaultOfDay, steps};
use super::super::{READ, WRITE};
use super::{SOURCE, advice, battery, device_id, instant, low_battery, reload, skew, state_badge, wearer};
use axum::extract::Path;
use axum::response::Response;
use kernel::ElderId;
use registry::elders::model::Brief;
use registry::elders::{self, Columns};
use registry::{areas, institutions};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// So many elders are offered to be chosen from.
const OFFERED: usize = 10;

struct Case {
    device: Device,
    own: bool,
    place: String,
    institution: Option<String>,
    contact: Contact,
    bindings: Vec<Binding>,
    faults: Vec<FaultOfDay>,
}

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    q: Option<String>,
}

pub(in super::super) async fn show(
    cx: Cx,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let id = device_id(&id)?;
    let case = cx
        .read(move |tx, by| {
            let device = store::find(tx, by, id)?;
            let own = store::find_own(tx, by, id).is_ok();
            let place = areas::store::name(tx, device.area)?;
            let institution = device.institution.map(|at| institutions::store::name(tx, at)).transpose()?;
            let contact = store::contact_of(tx, id)?;
            let (bindings, faults) = (store::bindings(tx, by, id)?, store::faults(tx, id)?);
            Ok::<_, Error>(Case { device, own, place, institution, contact, bindings, faults })
        })
        .await?;
    let may = case.own && cx.may(WRITE);
    let offered = match asked.q.as_deref() {
        Some(words) if may => Some(offered(&cx, words).await?),
        _ => None,
    };
    let d = &case.device;
    let body = html! {
        (ui::card("设备", facts(&cx, &case)))
        @if may && d.elder.is_some() && !d.shared { (ui::card("解除绑定", unbind_form(&cx, d))) }
        @if may && d.elder.is_none() && !d.shared && d.state == State::Active { (ui::card("绑定老年人", bind_form(&cx, d, asked.q.as_deref(), offered))) }
        (ui::card("配戴经过", history(&case.bindings)))
        (ui::card("差错", faults(&case.faults)))
        @if may && d.state != State::Retired { (care_for(&cx, d)) }
    };
    Ok(Page::new(&cx, &format!("{} {}", d.kind.name(), d.serial))
        .crumb("监测设备", "/devices")
        .source(SOURCE)
        .body(body))
}

fn facts(cx: &Cx, case: &Case) -> Markup {
    let d = &case.device;
    let name = case.bindings.iter().find(|b| b.until.is_none()).and_then(|b| b.name.as_deref());
    let mut facts = vec![
        ("状态", state_badge(d)),
        ("名称", ui::opt(Some(&d.name))),
        ("厂家", ui::opt(Some(&d.maker))),
        ("区划", ui::text(&case.place)),
        ("负责机构", ui::opt(case.institution.as_ref())),
        ("配戴者", wearer(d, name)),
        ("最近消息", case.contact.heard.map_or_else(|| ui::muted("还没有消息"), ui::moment)),
        ("电量", battery(low_battery(cx), case.contact)),
        ("时钟", skew(case.contact)),
    ];
    if let Some(until) = d.maintenance_until.filter(|until| *until > cx.now) {
        facts.push(("维护中", html! { "至 " (ui::moment(until)) "：" (d.maintenance_why) "（失联和电量低不报警）" }));
    }
    if d.shared && d.state == State::Active && cx.may(crate::huts::KIOSK) {
        facts.push(("共用", html! { "由小屋终端按次绑定。" a href={ "/huts/" (d.id) } { "打开终端" } }));
    }
    ui::facts(&facts)
}

/// Elders within sight whom the words find.
async fn offered(cx: &Cx, words: &str) -> Result<Result<Vec<Brief>, String>, Error> {
    let terms = match elders::search::read(words, cx.today()) {
        Ok(terms) => terms,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let (db, columns, by) = (cx.state.db.clone(), cx.state.get::<Columns>(), cx.actor());
    let query = elders::search::Query { terms, ..Default::default() };
    let found = cx
        .blocking(move || {
            let found = elders::pages::look_up(&db, &columns, &by, &query, OFFERED)?;
            db.read(|tx| elders::store::briefs(tx, &by, &found.ids))
        })
        .await?;
    Ok(Ok(found))
}

fn bind_form(cx: &Cx, d: &Device, words: Option<&str>, offered: Option<Result<Vec<Brief>, String>>) -> Markup {
    let wrong = offered.as_ref().and_then(|found| found.as_ref().err()).map(String::as_str);
    let field = Field::search().hint("姓名、拼音、身份证号后 4 至 6 位，或完整的身份证号").error(wrong);
    let rows = offered.as_ref().and_then(|found| found.as_ref().ok()).map(|found| {
        let row = |e: &Brief| {
            let bind = html! { form.d-inline method="post" action=(format!("/devices/{}/bind", d.id)) {
                (ui::csrf(cx)) (ui::hidden("elder", e.id.to_string())) (ui::submit("绑定"))
            } };
            vec![ui::text(&e.name), ui::text(e.born), ui::text(&e.id_masked), ui::text(e.status.name()), bind]
        };
        let none = ui::empty("没有找到，请换一个词，或先为老年人建档。", None);
        ui::table_or(&["姓名", "出生日期", "证件", "状态", ""], found.iter().map(row), none)
    });
    html! {
        form.yy-form method="get" action=(format!("/devices/{}", d.id)) role="search" {
            (ui::field("查找老年人", "q", words.unwrap_or_default(), field))
            button.btn type="submit" { "查找" }
        }
        @if let Some(rows) = rows { (rows) }
    }
}

fn unbind_form(cx: &Cx, d: &Device) -> Markup {
    let body = html! {
        (ui::field("解除原因", "why", "", Field::text().required().limit(100).placeholder("如：已康复、更换设备、本人不愿佩戴")))
        (ui::submit("解除绑定"))
    };
    ui::form_among(cx, &format!("/devices/{}/unbind", d.id), body)
}

fn history(all: &[Binding]) -> Markup {
    let rows = all.iter().map(|b| {
        let who = match &b.name {
            Some(name) => ui::link(&format!("/vitals/{}", b.elder), name),
            None => ui::muted("不在您的权限范围内"),
        };
        let until = b.until.map_or_else(|| ui::badge(Tone::Success, "使用中"), ui::moment);
        let end = if b.ended_why.is_empty() { String::new() } else { format!("{}（{}）", b.ended_why, b.ended_by) };
        vec![who, ui::moment(b.since), until, ui::text(&b.bound_by), ui::opt(Some(end))]
    });
    ui::table_or(&["老年人", "自", "至", "经办", "解除原因"], rows, ui::empty("还没有人用过。", None))
}

fn faults(all: &[FaultOfDay]) -> Markup {
    let rows = all.iter().map(|f| {
        vec![
            ui::text(f.on),
            ui::text(f.kind),
            ui::text(f.count),
            ui::moment(f.last_at),
            ui::opt(Some(&f.detail)),
            ui::text(advice(f.kind)),
        ]
    });
    ui::table_or(&["日期", "差错", ">次数", "最后一次", "送来的内容", "怎么办"], rows, ui::empty("没有差错。", None))
}

/// Maintenance, secret, suspending and retiring: seldom, so folded.
fn care_for(cx: &Cx, d: &Device) -> Markup {
    let base = format!("/devices/{}", d.id);
    let event = |event: &str, text: &str, needs: bool| {
        let field = if needs { Field::text().required() } else { Field::text() };
        let tone = if event == "retire" { Tone::Danger } else { Tone::Primary };
        let id = format!("{event}_why");
        html! { form.yy-form method="post" action=(format!("{base}/step")) data-confirm=[(event == "retire").then_some("报废后不能恢复，绑定随之解除。确定吗？")] {
            (ui::csrf(cx)) (ui::hidden("event", event))
            div.mb-3 { (ui::field(&format!("{text}原因"), &id, "", field.limit(100))) }
            (ui::submit_toned(text, tone))
        } }
    };
    html! {
        (ui::seldom("维护（失联和电量低不报警）", false, maintenance(cx, d, &base)))
        (ui::seldom("换发密钥", false, html! {
            p { "密钥遗失或可能泄露时换发：旧密钥立即失效，新密钥只显示一次。" }
            (ui::confirm_post(cx, &format!("{base}/secret"), "换发密钥", Tone::Warning, "旧密钥立即失效，设备要重新设置。确定换发吗？"))
        }))
        (ui::seldom("停用、报废", false, html! {
            @if d.state == State::Active { (event("suspend", "停用", true)) } @else { (event("resume", "恢复使用", false)) }
            (event("retire", "报废", true))
        }))
    }
}

fn maintenance(cx: &Cx, d: &Device, base: &str) -> Markup {
    let url = format!("{base}/maintain");
    let until = kernel::time::show(cx.now + chrono::TimeDelta::hours(24)).replace(' ', "T");
    let body = html! {
        (ui::form_row(&[
            ui::field("维护至", "until", until, Field::time().required()),
            ui::field("维护原因", "maintenance_why", "", Field::text().required().limit(100).placeholder("如：送修、更换电池")),
        ]))
        (ui::submit("开始维护"))
    };
    html! {
        (ui::form(cx, &url, body))
        @if d.maintenance_until.is_some_and(|until| until > cx.now) { (ui::button_post(cx, &url, "结束维护", Tone::Neutral)) }
    }
}

/// Who wears a device: what the intake remembers of them is read again after a step.
async fn wearer_of(cx: &Cx, id: kernel::DeviceId) -> Result<Option<ElderId>, Error> {
    cx.read(move |tx, by| store::find_own(tx, by, id)).await.map(|device| device.elder)
}

#[derive(Deserialize)]
pub(in super::super) struct Step {
    event: String,
    suspend_why: Option<String>,
    resume_why: Option<String>,
    retire_why: Option<String>,
}

pub(in super::super) async fn step(cx: Cx, Path(id): Path<String>, Form(s): Form<Step>) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let why = s.suspend_why.or(s.resume_why).or(s.retire_why).unwrap_or_default();
    let elder = wearer_of(&cx, id).await?;
    let state = cx.write(move |tx, by| steps::step(tx, by, id, &s.event, &why)).await?;
    reload(&cx, elder).await?;
    Ok(web::see_with(&format!("/devices/{id}"), &format!("设备已{}", state.name())))
}

#[derive(Deserialize)]
pub(in super::super) struct Chosen {
    elder: String,
}

pub(in super::super) async fn bind(cx: Cx, Path(id): Path<String>, Form(c): Form<Chosen>) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let elder = ElderId::parse(&c.elder).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| steps::bind(tx, by, id, elder)).await?;
    reload(&cx, Some(elder)).await?;
    Ok(web::see_with(&format!("/devices/{id}"), "已绑定"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    why: Option<String>,
}

pub(in super::super) async fn unbind(cx: Cx, Path(id): Path<String>, Form(w): Form<Why>) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let elder = wearer_of(&cx, id).await?;
    cx.write(move |tx, by| steps::unbind(tx, by, id, &w.why.unwrap_or_default())).await?;
    reload(&cx, elder).await?;
    // Who sees the device only with the elder who wore it does not see it any more.
    let seen = cx.may(READ) && cx.read(move |tx, by| store::find(tx, by, id)).await.is_ok();
    Ok(web::see_with(&if seen { format!("/devices/{id}") } else { "/devices".to_owned() }, "已解除绑定"))
}

#[derive(Deserialize)]
pub(in super::super) struct Maintenance {
    until: Option<String>,
    maintenance_why: Option<String>,
}

pub(in super::super) async fn maintain(
    cx: Cx,
    Path(id): Path<String>,
    Form(m): Form<Maintenance>,
) -> Result<Response, Error> {
    let id = device_id(&id)?;
    let elder = wearer_of(&cx, id).await?;
    cx.write(move |tx, by| {
        store::find_own(tx, by, id)?;
        let until = m.until.as_deref().map(|text| instant("until", "维护至", text)).transpose()?;
        steps::maintain(tx, by, id, until, &m.maintenance_why.unwrap_or_default())
    })
    .await?;
    reload(&cx, elder).await?;
    Ok(web::see_with(&format!("/devices/{id}"), "维护时间已保存"))
}
