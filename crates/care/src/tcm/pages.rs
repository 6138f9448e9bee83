//! Pages of the traditional-medicine health service: what was done this year, who is due, the guidance, the sheet.

use super::model::{self, Part, Service};
use super::{SCALE, due, store};
use crate::screenings::{self, Key, Screening};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use chrono::Datelike;
use db::audit::Entry;
use kernel::{Area, Date};
use registry::areas::Names;
use registry::elders::{Columns, links};
use serde::Deserialize;
use std::collections::HashSet;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str = "体质辨识取自量表筛查的 33 问，指导由本平台登记；是否到期按“中医药健康管理是否到期”的规则表判定，指标据同一日期统计。";

#[derive(Deserialize)]
pub(super) struct Turn {
    area: Option<String>,
    page: Option<i64>,
}

fn tabs(due: bool) -> Markup {
    ui::tabs(&[("/tcm", "今年已做", !due), ("/tcm/due", "到期应做", due)])
}

pub(super) async fn list(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let page = turn.page.unwrap_or(1).max(1);
    let from = Date::from_ymd_opt(cx.today().year(), 1, 1).unwrap_or_default();
    let (rows, total) = cx.read(move |tx, by| store::list(tx, by, from, SIZE, (page - 1) * SIZE)).await?;
    let rows = rows.iter().map(|(name, one)| {
        vec![
            ui::row_link(&format!("/tcm/{}/{}/print", one.elder, one.screening), name),
            ui::text(one.on),
            ui::text(one.in_words()),
            ui::text(parts(one)),
            ui::text(&one.by),
        ]
    });
    let none = ui::empty("今年还没有做过中医药健康管理。", None);
    let body = html! {
        (tabs(false))
        (ui::table_or(&["老年人", "指导日期", "体质", "指导内容", "医师"], rows, none))
        (ui::pager(&PageInfo::new("/tcm", page, SIZE, total)))
    };
    Ok(Page::new(&cx, "中医药健康管理").source(SOURCE).body(body))
}

fn parts(one: &Service) -> String {
    one.parts.iter().map(|part| part.name()).collect::<Vec<_>>().join("、")
}

/// Who is due. People who see only linked elders find those among them.
pub(super) async fn due(cx: Cx, Query(turn): Query<Turn>) -> Result<Markup, Error> {
    let scope = cx.user.scope;
    let area = turn.area.as_deref().and_then(|text| Area::parse(text).ok()).filter(|a| scope.area.contains(*a));
    let (area, page) = (area.unwrap_or(scope.area), turn.page.unwrap_or(1).max(1));
    let linked = cx
        .read(move |tx, _| scope.institution.map(|own| links::store::elders_of(tx, own)).transpose())
        .await?
        .map(HashSet::<_>::from_iter);
    let (state, today) = (cx.state.clone(), cx.today());
    let all = cx
        .blocking(move || {
            let columns = state.get::<Columns>();
            columns.refresh(&state.db)?;
            let all = due::due(&columns.snapshot(), &state.policies, area, today);
            Ok::<_, Error>(
                all.into_iter().filter(|c| linked.as_ref().is_none_or(|seen| seen.contains(&c.id))).collect::<Vec<_>>(),
            )
        })
        .await?;
    let (total, never) = (all.len() as i64, all.iter().filter(|one| one.last.is_none()).count());
    let from = usize::try_from((page - 1) * SIZE).unwrap_or_default();
    let shown: Vec<due::Due> = all.into_iter().skip(from).take(SIZE as usize).collect();
    let (ids, names) = (shown.iter().map(|one| one.id).collect::<Vec<_>>(), cx.state.get::<Names>());
    let (briefs, names) =
        cx.read(move |tx, by| Ok::<_, Error>((registry::elders::store::briefs(tx, by, &ids)?, names.at(tx)?))).await?;
    let rows = shown.iter().filter_map(|one| Some((one, briefs.iter().find(|brief| brief.id == one.id)?)));
    let rows = rows.map(|(one, brief)| {
        vec![
            ui::row_link(&format!("/elders/{}", one.id), &brief.name),
            ui::text(format!("{} 岁 {}", one.age, brief.sex.name())),
            ui::text(names.path(brief.area)),
            ui::opt(one.last),
            html! { @match one.by { Some(day) => (day), None => (ui::badge(Tone::Neutral, "从未做过")) } },
            html! { @if cx.may(screenings::WRITE) { a href={ "/screenings/new?elder=" (one.id) "&scale=" (SCALE) } { "做体质辨识" } } },
        ]
    });
    let body = html! {
        (tabs(true))
        p { "到期应做 " strong { (total) } " 人，其中从未做过 " strong { (never) } " 人。" }
        (ui::table_or(&["老年人", "年龄", "住地", "上次", "应在", ""], rows, ui::empty("辖区内没有到期的老年人。", None)))
        (ui::pager(&PageInfo::new(format!("/tcm/due?area={}", area.short()), page, SIZE, total)))
    };
    Ok(Page::new(&cx, &format!("中医药健康管理到期：{}", names.name(area))).source(SOURCE).body(body))
}

type Ids = Path<(String, String)>;

fn key((elder, id): (String, String)) -> Result<Key, Error> {
    screenings::store::key(&elder, &id).ok_or(Error::NotFound)
}

async fn load(cx: &Cx, key: Key) -> Result<(Subject, Screening, Option<Service>), Error> {
    cx.read(move |tx, by| {
        let subject = subject::store::find(tx, by, key.elder)?;
        Ok::<_, Error>((subject, screenings::store::find(tx, by, key)?, store::of_screening(tx, key)?))
    })
    .await
}

pub(super) async fn form(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let key = key(ids)?;
    let (subject, screening, done) = load(&cx, key).await?;
    let found: Vec<_> = screening.scored.findings.iter().filter(|one| one.recorded).collect();
    let options: Vec<(&str, String)> = found
        .iter()
        .map(|one| (one.code.as_str(), format!("{}（{} 分，{}）", one.name, one.score, one.verdict)))
        .collect();
    let main = found.iter().find(|one| one.main).map(|one| one.code.as_str()).unwrap_or_default();
    let body = html! {
        @for doubt in &screening.scored.doubts { (ui::alert(Tone::Warning, "请复核", doubt)) }
        @if let Some(done) = &done {
            (ui::alert(Tone::Info, "已做过指导", html! { (done.on) " " (done.in_words()) "。" }))
            (ui::confirm_post(&cx, &format!("/tcm/{}/{}/undo", key.elder, key.id), "作废这次指导", Tone::Danger, "作废后这次不再计入中医药健康管理，确定吗？"))
        } @else if found.is_empty() {
            (ui::empty("没有判出体质，不能据此指导：请查找原因，重新采集后再填一次。", None))
        } @else {
            (ui::card("保健指导", ui::form(&cx, &format!("/tcm/{}/{}", key.elder, key.id), html! {
                (ui::radios("主要体质", "main", &options, main))
                (ui::date_with("指导日期", "on", Some(cx.today()), Field::date().required().min(screening.on).max(cx.today())))
                fieldset.mb-3 { legend.form-label { "指导了哪些内容" } div.yy-radios {
                    @for part in Part::ALL { label.form-check.form-check-inline {
                        input.form-check-input type="checkbox" name="parts" value=(part.code()) checked[*part != Part::Other];
                        span.form-check-label { (part.name()) }
                    } }
                } }
                (ui::textarea("指导意见", "advice", model::draft(main), Field::text().required().limit(2000).hint(model::note())))
                (ui::submit("保存指导"))
            })))
            @for one in &found { @if one.code != main {
                (ui::seldom(&format!("{}的提示", one.name), false, html! { @for line in model::draft(&one.code).lines() { p { (line) } } }))
            } }
        }
    };
    let title = format!("中医药保健指导：{}", subject.name);
    let page = Page::new(&cx, &title).crumb("中医药健康管理", "/tcm").crumb(&subject.name, &screening.key.href());
    Ok(page.source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(super) struct Filled {
    main: Option<String>,
    on: Date,
    #[serde(default)]
    parts: Vec<Part>,
    advice: Option<String>,
}

pub(super) async fn save(cx: Cx, Path(ids): Ids, Form(f): Form<Filled>) -> Result<Response, Error> {
    let key = key(ids)?;
    let (main, advice) = (f.main.unwrap_or_default(), f.advice.unwrap_or_default());
    cx.write(move |tx, by| store::save(tx, by, key, (f.on, &main, &f.parts, &advice))).await?;
    Ok(web::see_with(&format!("/tcm/{}/{}/print", key.elder, key.id), "指导已保存，可打印交给老人"))
}

pub(super) async fn undo(cx: Cx, Path(ids): Ids) -> Result<Response, Error> {
    let key = key(ids)?;
    cx.write(move |tx, by| store::undo(tx, by, key)).await?;
    Ok(web::see_with(&key.href(), "这次指导已作废"))
}

pub(super) async fn print(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let key = key(ids)?;
    let (subject, screening, done) = load(&cx, key).await?;
    let done = done.ok_or_else(|| Error::Conflict("这份答案还没有指导，没有可打印的内容".into()))?;
    cx.note(Entry { action: "tcm.print", elder: Some(key.elder), ..Entry::default() }).await?;
    let sheet = html! {
        (ui::facts(&[
            ("姓名", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(done.on)))),
            ("辨识日期", ui::text(ui::date_zh(screening.on))),
            ("指导日期", ui::text(ui::date_zh(done.on))),
            ("体质", ui::text(done.in_words())),
            ("指导内容", ui::text(parts(&done))),
        ]))
        @for line in done.advice.lines() { p { (line) } }
        p.text-secondary { "身体不适请及时就医；原来的治疗和用药不要自行停改。" }
        (ui::seals(&["指导机构", "老年人或家属（签字）"]))
    };
    let page =
        Page::new(&cx, "中医药保健指导").crumb("中医药健康管理", "/tcm").crumb(&subject.name, &screening.key.href());
    Ok(page.source(SOURCE).body(ui::print_sheet("老年人中医药保健指导", sheet)))
}
