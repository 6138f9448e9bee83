//! Outbreak mode: begin and end, zones, dedicated staff and equipment.

use super::super::model::InfectionZone;
use super::super::store::outbreak::{self, Dedicated, Outbreak};
use super::super::store::rooms;
use super::{SOURCE, institution, place_id, tabs};
use crate::beds::MANAGE;
use axum::extract::Path;
use axum::response::Response;
use kernel::{InstitutionId, StaffId};
use registry::staff;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

struct Case {
    all: Vec<Outbreak>,
    dedicated: Vec<Dedicated>,
    zones: Vec<(InfectionZone, usize)>,
    staff: Vec<(StaffId, String)>,
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = place_id(&id)?;
    let (place, case) = cx
        .read(move |tx, by| {
            let place = institution(tx, by, id)?;
            let all = outbreak::list(tx, id)?;
            let open = all.iter().find(|one| one.ended_on.is_none()).map(|one| one.id);
            let dedicated = match open {
                Some(open) => outbreak::dedicated(tx, id, open)?,
                None => vec![],
            };
            let rooms = rooms::rooms(tx, id)?;
            let count = |zone: &InfectionZone| rooms.iter().filter(|room| room.infection_zone == *zone).count();
            let zones = InfectionZone::ALL.iter().map(|zone| (*zone, count(zone))).collect();
            let staff = staff::store::options(tx, by, Some(id), &[])?;
            Ok::<_, Error>((place, Case { all, dedicated, zones, staff }))
        })
        .await?;
    let open = case.all.iter().find(|one| one.ended_on.is_none());
    let body = html! {
        (tabs(&cx, id, "/outbreak"))
        @match open {
            Some(open) => (running(&cx, id, open, &case)),
            None => (idle(&cx, id)),
        }
        (ui::card("历次防控", history(&case.all)))
    };
    let page = Page::new(&cx, "疫情防控").crumb("床位与入住", "/beds").crumb(&place.facts.name, &format!("/beds/{id}"));
    Ok(page.source(SOURCE).body(body))
}

fn idle(cx: &Cx, id: InstitutionId) -> Markup {
    html! {
        p { "现在没有启动疫情防控。启动后：房间分清洁区、半污染区、污染区；人员和设备专区专用；跨区的换床和派人一律不予办理，并说明理由。" }
        @if cx.may(MANAGE) {
            (ui::seldom("启动疫情防控", false, ui::form(cx, &format!("/beds/{id}/outbreak"), html! {
                (ui::field("启动原因", "reason", "", Field::text().required().limit(100)))
                (ui::submit_toned("启动", Tone::Danger))
            })))
        }
    }
}

fn running(cx: &Cx, id: InstitutionId, open: &Outbreak, case: &Case) -> Markup {
    let zones = case.zones.iter().map(|(zone, n)| {
        let of = |kind: &str| -> Vec<&str> {
            case.dedicated.iter().filter(|d| d.zone == *zone && d.kind == kind).map(|d| d.name.as_str()).collect()
        };
        vec![
            ui::text(zone),
            ui::text(n),
            ui::opt(Some(of("staff").join("、"))),
            ui::opt(Some(of("equipment").join("、"))),
        ]
    });
    html! {
        (ui::alert(Tone::Danger, "疫情防控中", html! { (open.began_on) " 起，" (open.began_by) " 启动：" (open.reason) }))
        (ui::card("分区、专人和专用设备", ui::table(&["分区", ">房间", "专职人员", "专用设备"], zones)))
        @if cx.may(MANAGE) {
            (ui::columns(&[
                ui::card("指定专人或专用设备", ui::form(cx, &format!("/beds/{id}/outbreak/dedicate"), dedicate_form(case))),
                ui::card("解除防控", ui::form(cx, &format!("/beds/{id}/outbreak/end"), html! {
                    (ui::field("解除原因", "reason", "", Field::text().required().limit(100).hint("解除后所有房间恢复为清洁区")))
                    (ui::submit_toned("解除", Tone::Neutral))
                })),
            ]))
        }
    }
}

fn dedicate_form(case: &Case) -> Markup {
    let mut staff = vec![(String::new(), "（指定设备时不选）".to_owned())];
    staff.extend(case.staff.iter().map(|(id, name)| (id.to_string(), name.clone())));
    html! {
        (ui::select("分区", "zone", &InfectionZone::options(), InfectionZone::Contaminated.code()))
        (ui::select("人员", "staff", &staff, ""))
        (ui::field("设备", "equipment", "", Field::text().limit(60).placeholder("如：3 号轮椅")))
        (ui::submit("指定"))
    }
}

fn history(all: &[Outbreak]) -> Markup {
    let rows = all.iter().map(|one| {
        vec![ui::text(one.began_on), ui::opt(one.ended_on), ui::text(&one.reason), ui::opt(Some(&one.end_reason))]
    });
    ui::table_or(&["启动", "解除", "启动原因", "解除原因"], rows, ui::empty("没有启动过。", None))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    reason: Option<String>,
}

pub(in super::super) async fn begin(cx: Cx, Path(id): Path<String>, Form(why): Form<Why>) -> Result<Response, Error> {
    let id = place_id(&id)?;
    let why = why.reason.unwrap_or_default();
    cx.write(move |tx, by| outbreak::begin(tx, by, id, &why)).await?;
    Ok(web::see_with(&format!("/beds/{id}/outbreak"), "疫情防控已启动，请到“房间与床位”划分区域"))
}

pub(in super::super) async fn end(cx: Cx, Path(id): Path<String>, Form(why): Form<Why>) -> Result<Response, Error> {
    let id = place_id(&id)?;
    let why = why.reason.unwrap_or_default();
    cx.write(move |tx, by| outbreak::end(tx, by, id, &why)).await?;
    Ok(web::see_with(&format!("/beds/{id}/outbreak"), "疫情防控已解除"))
}

#[derive(Deserialize)]
pub(in super::super) struct Dedicating {
    zone: InfectionZone,
    staff: Option<String>,
    equipment: Option<String>,
}

pub(in super::super) async fn dedicate(
    cx: Cx,
    Path(id): Path<String>,
    Form(d): Form<Dedicating>,
) -> Result<Response, Error> {
    let id = place_id(&id)?;
    let staff = d.staff.map(|text| StaffId::parse(&text).ok_or(Error::NotFound)).transpose()?;
    let equipment = d.equipment.unwrap_or_default();
    cx.write(move |tx, by| outbreak::dedicate(tx, by, id, (staff, &equipment, d.zone))).await?;
    Ok(web::see_with(&format!("/beds/{id}/outbreak"), "已指定"))
}
