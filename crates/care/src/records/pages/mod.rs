//! Pages of check-ups.

pub(super) mod form;

use super::findings::Form as FaceForm;
use super::model::{Checkup, NewCheckup, parse_tenths};
use super::views::figures;
use super::{WRITE, store};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use chrono::Datelike;
use kernel::{Date, ElderId, InstitutionId};
use policy::{Decision, Facts, Value};
use registry::institutions::{self, Kind};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str = "体检记录由本平台登记或从体检名单导入。";

#[derive(Deserialize)]
pub(super) struct Turn {
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let from = cx.today().with_ordinal(1).unwrap_or(cx.today());
    let page = turn.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, from)?, store::list(tx, by, from, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let rows = rows.iter().map(|(name, checkup)| {
        let mut row = vec![ui::row_link(&format!("/elders/{}", checkup.facts.elder), name)];
        row.extend(cells(checkup));
        row
    });
    let body = html! {
        (ui::table(&["老年人", "体检日期", "结果", "健康管理", "来源"], rows))
        (ui::pager(&PageInfo::new("/records", page, SIZE, total)))
    };
    let title = format!("{} 年健康体检", cx.today().year());
    Ok(Page::new(&cx, &title).source(format!("{SOURCE}本页列出本年度、您辖区内的记录。")).body(body))
}

fn cells(checkup: &Checkup) -> Vec<Markup> {
    let missing = checkup.facts.missing();
    let managed = if missing.is_empty() {
        ui::badge(Tone::Success, "各项齐全")
    } else {
        ui::badge(Tone::Warning, missing.join("、"))
    };
    vec![ui::text(checkup.facts.on), ui::text(figures(checkup)), managed, ui::text(&checkup.source)]
}

/// Whether the yearly health management is due, by the documents of the place.
fn due(cx: &Cx, subject: &Subject, last: Option<Date>) -> Decision {
    let age = kernel::time::age_on(subject.born, cx.today());
    let last = last.map_or(Value::Nothing, Value::Date);
    let facts = Facts::new().with("age", age).with("last_done", last);
    cx.state.policies.decide("health_management_due", subject.area, cx.today(), &facts)
}

pub(super) async fn of_elder(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (subject, checkups, forms, findings) = cx
        .read(move |tx, by| {
            let (subject, checkups) = (subject::store::find(tx, by, elder)?, store::of_elder(tx, by, elder)?);
            let forms = checkups
                .iter()
                .map(|one| store::findings::form(tx, elder, one.id))
                .collect::<db::Result<Vec<Option<FaceForm>>>>()?;
            Ok::<_, Error>((subject, checkups, forms, store::findings::findings_of(tx, by, elder)?))
        })
        .await?;
    let managed = checkups.iter().find(|c| c.facts.manages()).map(|c| c.facts.on);
    let decision = due(&cx, &subject, managed);
    let rows = checkups.iter().zip(&forms).map(|(checkup, filled)| {
        let mut row = cells(checkup);
        row.push(form::told(&cx, checkup, filled.as_ref()));
        row
    });
    let text = match decision.bool("due") {
        Some(true) => "本年度健康管理应做",
        Some(false) => "尚未到期",
        None => "不能判定",
    };
    let body = html! {
        (ui::card("年度健康管理", html! {
            p { strong { (text) } @if let Some(day) = managed { "（上次各项齐全：" (day) "）" } }
            (ui::because(&cx.state.policies, &decision))
        }))
        (form::findings(&cx, elder, &findings))
        (ui::table(&["体检日期", "结果", "健康管理", "来源", "面对面评估"], rows))
    };
    let mut page =
        Page::new(&cx, &format!("健康体检：{}", subject.name)).crumb(&subject.name, &format!("/elders/{elder}"));
    if cx.may(WRITE) && subject.present {
        page = page.actions(ui::link_button(&format!("/records/new?elder={elder}"), "登记年度体检", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(super) struct Whom {
    elder: String,
}

pub(super) async fn blank(cx: Cx, Query(whom): Query<Whom>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    let (subject, places) = cx
        .read(move |tx, by| {
            let kinds = [Kind::CommunityHealthCentre, Kind::TownshipHealthCentre, Kind::Hospital];
            Ok::<_, Error>((subject::store::find(tx, by, elder)?, institutions::store::options(tx, by, &kinds)?))
        })
        .await?;
    let mut options = vec![(String::new(), "未填".to_owned())];
    options.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    let own = cx.user.institution.map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        (ui::hidden("elder", elder.to_string()))
        (ui::form_row(&[
            ui::date_with("体检日期", "on", Some(cx.today()), Field::date().required().max(cx.today()).min(subject.born)),
            ui::select("体检机构", "institution", &options, &own),
        ]))
        (ui::form_row(&[
            ui::number("收缩压（毫米汞柱）", "sbp", None, Field::number()),
            ui::number("舒张压（毫米汞柱）", "dbp", None, Field::number()),
            ui::field("空腹血糖（毫摩尔/升）", "glucose", "", Field::number().step("0.1").hint("保留一位小数，如 6.1")),
        ]))
        (ui::checkbox("已建立（更新）健康档案", "file_built", true))
        (ui::checkbox("已作健康指导", "guided", false))
        (ui::checkbox("体检表填写完整", "complete", false))
        p.text-secondary { "三项都做到，本年度才计为接受了健康管理。" }
        (ui::submit("保存"))
    };
    let title = format!("登记年度体检：{}", subject.name);
    let page = Page::new(&cx, &title).crumb(&subject.name, &format!("/elders/{elder}")).source(SOURCE);
    Ok(page.body(ui::card(&subject.age_and_sex(cx.today()), ui::form(&cx, "/records", body))))
}

#[derive(Deserialize)]
pub(super) struct Filled {
    elder: String,
    on: Date,
    institution: Option<String>,
    sbp: Option<i64>,
    dbp: Option<i64>,
    glucose: Option<String>,
    #[serde(default)]
    file_built: bool,
    #[serde(default)]
    guided: bool,
    #[serde(default)]
    complete: bool,
}

pub(super) async fn create(cx: Cx, Form(filled): Form<Filled>) -> Result<Response, Error> {
    let glucose =
        |text: &str| parse_tenths(text).ok_or_else(|| Error::field("glucose", "空腹血糖", "请填写数字，最多一位小数"));
    let new = NewCheckup {
        elder: ElderId::parse(&filled.elder).ok_or(Error::NotFound)?,
        on: filled.on,
        institution: filled.institution.as_deref().and_then(InstitutionId::parse),
        file_built: filled.file_built,
        guided: filled.guided,
        complete: filled.complete,
        sbp: filled.sbp,
        dbp: filled.dbp,
        glucose: filled.glucose.as_deref().map(glucose).transpose()?,
    };
    let (elder, library) = (new.elder, cx.state.policies.clone());
    let (_, saved) = cx
        .write(move |tx, by| {
            let done = store::register(tx, by, &new)?;
            store::findings::examine(tx, by, &library, elder, done.0)?;
            Ok::<_, registry::saved::Refused>(done)
        })
        .await?;
    Ok(web::see_with(&format!("/elders/{elder}"), &format!("体检记录已保存（{}）", saved.name())))
}
