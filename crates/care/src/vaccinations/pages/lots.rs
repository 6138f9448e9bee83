//! Lots: what came, what is left, what is stopped.

use super::super::model::{Lot, Vaccine};
use super::super::store::NewLot;
use super::super::{WRITE, store};
use super::{SOURCE, tabs};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, InstitutionId, VaccineLotId};
use registry::institutions::{self, Kind};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

/// Institutions that vaccinate.
const PLACES: [Kind; 3] = [Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::Hospital];

pub(in super::super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let (lots, mut places) = cx
        .read(move |tx, by| Ok::<_, Error>((store::lots(tx, by)?, institutions::store::options(tx, by, &PLACES)?)))
        .await?;
    if let Some(own) = cx.user.institution {
        places.retain(|(id, _)| *id == own);
    }
    let rows = lots.iter().map(|(place, lot)| row(&cx, place, lot));
    let headings = ["疫苗", "批号", "机构", "有效期至", ">收到", ">已用", ">剩余", "状态"];
    let body = html! {
        (tabs("/vaccinations/lots"))
        (ui::table_or(&headings, rows, ui::empty("还没有登记疫苗批次。", None)))
        @if cx.may(WRITE) && !places.is_empty() { (receiving(&cx, &places)) }
    };
    Ok(Page::new(&cx, "疫苗批次").crumb("疫苗接种", "/vaccinations").source(SOURCE).body(body))
}

fn row(cx: &Cx, place: &str, lot: &Lot) -> Vec<Markup> {
    let state = match lot.against(lot.vaccine, cx.today()) {
        Some(why) => html! { (ui::badge(Tone::Danger, "不能用")) " " (why) },
        None => html! {
            (ui::badge(Tone::Success, "可用"))
            @if cx.may(WRITE) { details { summary { "停用" }
                form method="post" action={ "/vaccinations/lots/" (lot.id) "/stop" } { (ui::csrf(cx))
                    label.form-label { "停用原因" input.form-control name="why" required maxlength="100"; }
                    (ui::submit_toned("停用这一批", Tone::Danger))
                }
            } }
        },
    };
    vec![
        ui::text(lot.vaccine),
        html! { (lot.number) @if !lot.maker.is_empty() { br; (lot.maker) } },
        ui::text(place),
        ui::text(lot.expires_on),
        ui::text(lot.doses),
        ui::text(lot.used),
        ui::text(lot.left()),
        state,
    ]
}

fn receiving(cx: &Cx, places: &[(InstitutionId, String)]) -> Markup {
    let options: Vec<(String, &str)> = places.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let body = html! {
        (ui::form_row(&[
            ui::select("机构", "institution", &options, ""),
            ui::select("疫苗", "vaccine", &Vaccine::options(), ""),
        ]))
        (ui::form_row(&[
            ui::field("生产企业", "maker", "", Field::text().limit(60)),
            ui::field("批号", "number", "", Field::text().required().limit(40)),
        ]))
        (ui::form_row(&[
            ui::date_with("有效期至", "expires_on", None, Field::date().required().min(cx.today())),
            ui::number("收到剂数", "doses", None, Field::number().required().min(1)),
        ]))
        (ui::submit("入库"))
    };
    ui::card("收到疫苗", ui::form(cx, "/vaccinations/lots", body))
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    institution: String,
    vaccine: Vaccine,
    maker: Option<String>,
    number: String,
    expires_on: Date,
    doses: i64,
}

pub(in super::super) async fn add(cx: Cx, Form(f): Form<Filled>) -> Result<Response, Error> {
    let new = NewLot {
        institution: InstitutionId::parse(&f.institution).ok_or(Error::NotFound)?,
        vaccine: f.vaccine,
        maker: f.maker.unwrap_or_default(),
        number: f.number,
        expires_on: f.expires_on,
        doses: f.doses,
    };
    cx.write(move |tx, by| store::add_lot(tx, by, &new)).await?;
    Ok(web::see_with("/vaccinations/lots", "已入库"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    why: String,
}

pub(in super::super) async fn stop(cx: Cx, Path(lot): Path<String>, Form(f): Form<Why>) -> Result<Response, Error> {
    let lot = VaccineLotId::parse(&lot).ok_or(Error::NotFound)?;
    let had = cx.write(move |tx, by| store::stop_lot(tx, by, lot, &f.why)).await?;
    Ok(web::see_with("/vaccinations/lots", &format!("已停用；已有 {had} 人种过这一批")))
}
