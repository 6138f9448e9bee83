//! Pages of stays.

use super::model::{NewStay, Stay};
use super::{WRITE, store};
use crate::subject;
use axum::extract::Path;
use axum::response::Response;
use db::{Actor, Tx};
use kernel::{Date, ElderId, InstitutionId, StayId};
use registry::elders;
use registry::institutions::{self, Kind};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str = "住院记录由本平台登记或从住院名单导入；结算上门服务时据此核对。";

#[derive(Deserialize)]
pub(super) struct Turn {
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            let mut rows = vec![];
            for (name, stay) in store::open(tx, by, SIZE, (page - 1) * SIZE)? {
                let hospital = institutions::store::name(tx, stay.facts.institution).unwrap_or_default();
                rows.push((name, hospital, stay));
            }
            Ok::<_, Error>((store::count_open(tx, by)?, rows))
        })
        .await?;
    let rows = rows.iter().map(|(name, hospital, stay)| {
        let days = (cx.today() - stay.facts.admitted_on).num_days();
        let link = ui::row_link(&format!("/stays/{}", stay.facts.elder), name);
        vec![
            link,
            ui::text(hospital),
            ui::text(stay.facts.admitted_on),
            ui::text(days),
            ui::opt(stay.facts.diagnosis.as_ref()),
        ]
    });
    let body = html! {
        (ui::table_or(&["老年人", "医院", "入院日期", ">已住院天数", "主要诊断"], rows, ui::empty("现在没有住院的老年人。", None)))
        (ui::pager(&PageInfo::new("/stays", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "正在住院的老年人").source(SOURCE).body(body))
}

pub(super) async fn of_elder(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (subject, stays) = cx
        .read(move |tx, by| {
            let subject = subject::store::find(tx, by, elder)?;
            let mut stays = vec![];
            for stay in store::of_elder(tx, by, elder)? {
                stays.push((institutions::store::name(tx, stay.facts.institution).unwrap_or_default(), stay));
            }
            Ok::<_, Error>((subject, stays))
        })
        .await?;
    let rows = stays.iter().map(|(hospital, stay)| {
        vec![
            ui::text(hospital),
            ui::text(stay.facts.admitted_on),
            ui::opt(stay.facts.discharged_on),
            ui::opt(stay.facts.diagnosis.as_ref()),
            ui::text(&stay.source),
        ]
    });
    let open = stays.iter().find(|(_, stay)| stay.facts.discharged_on.is_none() && cx.may(WRITE));
    let body = html! {
        @if let Some((hospital, stay)) = open { (leaving(&cx, hospital, stay)) }
        (ui::table(&["医院", "入院日期", "出院日期", "主要诊断", "来源"], rows))
    };
    let mut page = Page::new(&cx, &format!("住院：{}", subject.name)).crumb(&subject.name, &format!("/elders/{elder}"));
    if cx.may(WRITE) && open.is_none() {
        page = page.actions(ui::link_button(&format!("/stays/new?elder={elder}"), "登记住院", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

fn leaving(cx: &Cx, hospital: &str, stay: &Stay) -> Markup {
    let url = format!("/stays/{}/{}/discharge", stay.facts.elder, stay.id);
    let field = Field::date().required().min(stay.facts.admitted_on).max(cx.today());
    ui::card(
        "登记出院",
        html! {
            p { (hospital) "，" (stay.facts.admitted_on) " 入院" }
            (ui::form(cx, &url, html! { (ui::date_with("出院日期", "on", Some(cx.today()), field)) (ui::submit("登记出院")) }))
        },
    )
}

#[derive(Deserialize)]
pub(super) struct Whom {
    elder: String,
}

pub(super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, places) = cx
        .read(move |tx, by| {
            let kinds = [Kind::Hospital, Kind::TownshipHealthCentre, Kind::NursingHome];
            Ok::<_, Error>((subject::store::find(tx, by, elder)?, institutions::store::options(tx, by, &kinds)?))
        })
        .await?;
    let mut options = vec![(String::new(), "请选择".to_owned())];
    options.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    let body = html! {
        (ui::hidden("elder", elder.to_string()))
        (ui::select_with("医院", "institution", &options, "", Field::default().required()))
        (ui::form_row(&[
            ui::date_with("入院日期", "admitted_on", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::date_with("出院日期", "discharged_on", None, Field::date().max(cx.today()).hint("仍在住院的不填")),
        ]))
        (ui::field("主要诊断", "diagnosis", "", Field::text().limit(100)))
        (ui::submit("保存"))
    };
    let title = format!("登记住院：{}", subject.name);
    let page = Page::new(&cx, &title).crumb(&subject.name, &format!("/elders/{elder}")).source(SOURCE);
    Ok(page.body(ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, "/stays", body))))
}

#[derive(Deserialize)]
pub(super) struct Filled {
    elder: String,
    institution: String,
    admitted_on: Date,
    discharged_on: Option<Date>,
    diagnosis: Option<String>,
}

pub(super) async fn create(cx: Cx, Form(filled): Form<Filled>) -> Result<Response, Error> {
    let new = NewStay {
        elder: ElderId::parse(&filled.elder).ok_or(Error::NotFound)?,
        institution: InstitutionId::parse(&filled.institution).ok_or(Error::NotFound)?,
        admitted_on: filled.admitted_on,
        discharged_on: filled.discharged_on,
        diagnosis: filled.diagnosis.map(|text| kernel::text::clean(&text)),
    };
    let elder = new.elder;
    let (_, saved) = cx.write(move |tx, by| store::register(tx, by, &new)).await?;
    Ok(web::see_with(&format!("/elders/{elder}"), &format!("住院记录已保存（{}）", saved.name())))
}

#[derive(Deserialize)]
pub(super) struct Left {
    on: Date,
}

pub(super) async fn discharge(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(left): Form<Left>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let id = StayId::parse(&id).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::discharge(tx, by, elder, id, left.on)).await?;
    // A hospital sees its patients only while they are in: whoever let somebody go cannot be sent to their page.
    let visible = move |tx: &mut Tx<'_>, by: &Actor| Ok::<_, Error>(elders::store::visible(tx, by, elder).is_ok());
    let back = if cx.read(visible).await? { format!("/elders/{elder}") } else { "/stays".to_owned() };
    Ok(web::see_with(&back, "已登记出院"))
}
