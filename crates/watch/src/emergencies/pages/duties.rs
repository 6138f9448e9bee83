//! The duty list: who can be sent, from when until when.

use super::super::MANAGE;
use super::super::model::{Duty, Responder};
use super::super::store::duties::{self, NewDuty};
use super::{SOURCE, row, told};
use axum::extract::Path;
use axum::response::Response;
use chrono::TimeDelta;
use kernel::time::{parse_local, show};
use kernel::{Area, InstitutionId};
use registry::areas::Names;
use registry::institutions::store as institutions;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

/// The list looks so many days ahead.
const AHEAD: i64 = 7;
/// A new duty is proposed for so many hours.
const USUAL: i64 = 12;

pub(in super::super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let (names, manage) = (cx.state.get::<Names>(), cx.may(MANAGE));
    let (all, places, towns) = cx
        .read(move |tx, by| {
            let all = duties::between(tx, by, by.now, by.now + TimeDelta::days(AHEAD))?;
            let places = if manage { institutions::options(tx, by, &[])? } else { vec![] };
            Ok::<_, Error>((all, places, names.at(tx)?.choices(by.scope.area, None)))
        })
        .await?;
    let (now, later): (Vec<&Duty>, Vec<&Duty>) = all.iter().partition(|d| d.on_at(cx.now));
    let body = html! {
        (ui::card(&format!("现在值守（{}）", now.len()), table(&cx, &now)))
        (ui::card(&format!("{AHEAD} 天内（{}）", later.len()), table(&cx, &later)))
        @if manage { (ui::card("登记值守", form(&cx, &places, &towns))) }
    };
    Ok(Page::new(&cx, "值守表").crumb("值班台", "/emergencies/board").source(SOURCE).body(body))
}

fn table(cx: &Cx, all: &[&Duty]) -> Markup {
    let rows = all.iter().map(|d| {
        vec![
            html! { strong { (d.name) } },
            ui::text(d.kind),
            html! { a.text-nowrap href={ "tel:" (d.phone) } { (d.phone) } },
            ui::text(&d.place),
            ui::text(format!("{} 至 {}", show(d.from), show(d.until))),
            html! { @if d.at.is_none() { (ui::badge(Tone::Warning, "位置未知，不能按远近排")) } },
            html! { @if cx.may(MANAGE) { (ending(cx, d)) } },
        ]
    });
    ui::table_or(&["姓名", "类别", "值守电话", "地点", "时间", "提醒", ""], rows, ui::empty("没有人值守。", None))
}

fn ending(cx: &Cx, d: &Duty) -> Markup {
    html! {
        details {
            summary { "取消" }
            (ui::form_among(cx, &format!("/emergencies/duties/{}/end", d.id), html! {
                (ui::field("原因", "why", "", Field::text().required().limit(100)))
                (ui::submit("取消值守"))
            }))
        }
    }
}

fn form(cx: &Cx, places: &[(InstitutionId, String)], towns: &[(String, String)]) -> Markup {
    let none = (String::new(), "不在机构".to_owned());
    let places: Vec<(String, String)> =
        std::iter::once(none).chain(places.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect();
    let local = |at: kernel::Instant| show(at).replace(' ', "T");
    ui::form(
        cx,
        "/emergencies/duties",
        html! {
            (ui::form_row(&[
                ui::select("类别", "kind", &Responder::options(), Responder::Nurse.code()),
                ui::field("姓名（车辆写车牌和司机）", "name", "", Field::text().required().limit(40)),
                ui::field("值守电话", "phone", "", Field::phone().required()),
            ]))
            (ui::form_row(&[
                ui::select("所在机构", "institution", &places, ""),
                ui::select("不在机构的，所在乡镇（街道）", "area", towns, ""),
            ]))
            (ui::form_row(&[
                ui::field("自", "from", local(cx.now), Field::time().required()),
                ui::field("至", "until", local(cx.now + TimeDelta::hours(USUAL)), Field::time().required()),
            ]))
            (ui::submit("登记值守"))
        },
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    kind: Responder,
    name: String,
    phone: String,
    institution: Option<String>,
    area: Option<String>,
    from: String,
    until: String,
}

pub(in super::super) async fn add(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let hour =
        |text: &str, field, label| parse_local(text).ok_or_else(|| Error::field(field, label, "请填写日期和时间"));
    let wrong = |field: &'static str| move |_| Error::field(field, "值守地点", "请从列表中选择");
    let institution = f.institution.as_deref().map(|id| InstitutionId::parse(id).ok_or(())).transpose();
    let area = f.area.as_deref().map(Area::parse).transpose();
    let new = NewDuty {
        kind: f.kind,
        name: f.name,
        phone: f.phone,
        institution: institution.map_err(wrong("institution"))?,
        area: area.map_err(|_| Error::field("area", "值守地点", "请从列表中选择"))?,
        from: hour(&f.from, "from", "自")?,
        until: hour(&f.until, "until", "至")?,
    };
    cx.write(move |tx, by| duties::add(tx, by, &new)).await?;
    told(&cx);
    Ok(web::see_with("/emergencies/duties", "已登记值守"))
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    why: Option<String>,
}

pub(in super::super) async fn end(cx: Cx, Path(id): Path<String>, Form(f): Form<Ended>) -> Result<Response, Error> {
    let (id, why) = (row(&id)?, f.why.unwrap_or_default());
    cx.write(move |tx, by| duties::end(tx, by, id, &why)).await?;
    told(&cx);
    Ok(web::see_with("/emergencies/duties", "已取消值守"))
}
