//! Pages of screening: choosing a scale, the form on a telephone, the result, the history, the sheet.

use super::model::{self, Key, Screening};
use super::store::Filter;
use super::{WRITE, store};
use crate::assessments::{answer_text, compare, flag_card, item_card, read_answers};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use db::audit::Entry;
use kernel::{Date, ElderId};
use policy::{Scale, Scored};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;
const SOURCE: &str =
    "筛查结果由本平台登记并按量表计分；筛查不决定待遇。受保护的题目只列简短名称，评估时请用授权的原表。";

#[derive(Deserialize)]
pub(super) struct Wanted {
    scale: Option<String>,
    alerts: Option<String>,
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let page = wanted.page.unwrap_or(1).max(1);
    let library = cx.state.policies.clone();
    let scale = wanted.scale.as_deref().and_then(|id| model::scale(&library, id)).map(|scale| scale.id.clone());
    let filter = Filter { scale, alerts: wanted.alerts.is_some() };
    let base = format!(
        "/screenings?scale={}{}",
        filter.scale.as_deref().unwrap_or_default(),
        if filter.alerts { "&alerts=true" } else { "" }
    );
    let chosen = filter.scale.clone().unwrap_or_default();
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, &filter)?, store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let rows = rows.iter().map(|(name, one)| {
        let mut row = vec![ui::row_link(&one.key.href(), name)];
        row.extend(cells(one));
        row
    });
    let mut options = vec![("", "全部量表")];
    options.extend(model::scales(&library).map(|scale| (scale.id.as_str(), scale.name.as_str())));
    let body = html! {
        (ui::filters("/screenings", html! {
            (ui::select("量表", "scale", &options, &chosen))
            (ui::checkbox("有须立即告知的", "alerts", wanted.alerts.is_some()))
        }))
        (ui::table_or(&["老年人", "量表", "日期", "结果", "筛查人"], rows, ui::empty("还没有筛查结果。可在老年人的页面上开始。", None)))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    Ok(Page::new(&cx, "量表筛查").source(SOURCE).body(body))
}

fn cells(one: &Screening) -> Vec<Markup> {
    let result = html! {
        @if let Some(why) = &one.struck { s { (model::result(&one.scored)) } " " (ui::badge(Tone::Neutral, format!("已作废：{why}"))) }
        @else { (model::result(&one.scored)) @if !one.scored.alerts.is_empty() { " " (ui::badge(Tone::Danger, "须告知")) } }
    };
    vec![ui::text(&one.title), ui::text(one.on), result, ui::text(&one.by)]
}

pub(super) async fn of_elder(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (subject, all) = cx
        .read(move |tx, by| Ok::<_, Error>((subject::store::find(tx, by, elder)?, store::of_elder(tx, by, elder)?)))
        .await?;
    cx.note(Entry { action: "screenings.view", elder: Some(elder), ..Entry::default() }).await?;
    let rows = all.iter().map(|one| {
        let mut row = cells(one);
        row[0] = ui::row_link(&one.key.href(), &one.title);
        row
    });
    let body = html! {
        (ui::table_or(&["量表", "日期", "结果", "筛查人"], rows, ui::empty("还没有筛查结果。", None)))
    };
    let title = format!("量表筛查：{}", subject.name);
    let mut page =
        Page::new(&cx, &title).crumb("量表筛查", "/screenings").crumb(&subject.name, &format!("/elders/{elder}"));
    if cx.may(WRITE) && subject.present {
        page = page.actions(ui::link_button(&format!("/screenings/new?elder={elder}"), "做一次筛查", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(super) struct Which {
    elder: String,
    scale: Option<String>,
}

/// Without a scale the choice among them, with one its form.
pub(super) async fn blank(cx: Cx, Query(which): Query<Which>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&which.elder).ok_or(Error::NotFound)?;
    let subject = cx.read(move |tx, by| subject::store::find(tx, by, elder)).await?;
    let library = cx.state.policies.clone();
    let scale = match &which.scale {
        Some(id) => {
            let refused = || Error::refused("SC-01", "这份量表不用于老年人筛查，请另选");
            Some(model::scale(&library, id).ok_or_else(refused)?)
        }
        None => None,
    };
    let (title, body) = match scale {
        Some(scale) => (format!("{}：{}", scale.name, subject.name), form(&cx, &subject, scale)),
        None => (format!("选择量表：{}", subject.name), choice(&library, elder)),
    };
    let page = Page::new(&cx, &title).crumb("量表筛查", "/screenings");
    Ok(page.crumb(&subject.name, &format!("/screenings/{elder}")).source(SOURCE).body(body))
}

fn choice(library: &policy::Library, elder: ElderId) -> Markup {
    let rows = model::scales(library).map(|scale| {
        vec![
            ui::row_link(&format!("/screenings/new?elder={elder}&scale={}", scale.id), &scale.name),
            ui::text(scale.items.len()),
            html! { @if scale.open_figures().is_empty() { (ui::badge(Tone::Success, "已互校")) } @else { (ui::unverified_all(&scale.open_figures())) } },
        ]
    });
    ui::table(&["量表", ">项目", "核实"], rows)
}

fn form(cx: &Cx, subject: &Subject, scale: &Scale) -> Markup {
    html! {
        p { (subject.age_and_sex(cx.today())) "　共 " (scale.items.len() + scale.flags.len()) " 项，答完才计分。" }
        @for doubt in &scale.unclear { p.text-secondary { (doubt) } }
        form method="post" action="/screenings" {
            (ui::csrf(cx))
            (ui::hidden("elder", subject.id.to_string()))
            (ui::hidden("scale", &scale.id))
            (ui::date_with("筛查日期", "on_date", Some(cx.today()), Field::date().required().max(cx.today())))
            @for domain in &scale.domains {
                h2.mt-4 { (domain.name) }
                @for item in scale.items.iter().filter(|item| item.domain == domain.code) { (item_card(item, None)) }
            }
            @if !scale.flags.is_empty() { h2.mt-4 { "其他情况" } }
            @for flag in &scale.flags { (flag_card(flag, None)) }
            (ui::submit("保存并计分"))
        }
    }
}

pub(super) async fn save(cx: Cx, Form(given): Form<BTreeMap<String, String>>) -> Result<Response, Error> {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let elder = ElderId::parse(&text("elder")).ok_or(Error::NotFound)?;
    let on: Date = text("on_date").parse().map_err(|_| Error::field("on_date", "筛查日期", "请填写日期"))?;
    let (library, id) = (cx.state.policies.clone(), text("scale"));
    let refused = || Error::refused("SC-01", "这份量表不用于老年人筛查，请另选");
    let answers = read_answers(model::scale(&library, &id).ok_or_else(refused)?, &given)?;
    let key = cx.write(move |tx, by| store::save(tx, by, &library, (elder, &id, on), &answers)).await?;
    Ok(web::see_with(&key.href(), "已保存并计分"))
}

async fn load(cx: &Cx, ids: (String, String)) -> Result<(Subject, Screening), Error> {
    let key = store::key(&ids.0, &ids.1).ok_or(Error::NotFound)?;
    let found = cx
        .read(move |tx, by| Ok::<_, Error>((subject::store::find(tx, by, key.elder)?, store::find(tx, by, key)?)))
        .await?;
    cx.note(Entry { action: "screenings.view", elder: Some(key.elder), ..Entry::default() }).await?;
    Ok(found)
}

fn of(library: &policy::Library, one: &Screening) -> Result<Scale, Error> {
    library.scale(&one.scale).cloned().ok_or_else(|| Error::Conflict("这份量表已不再载入，不能显示题目".into()))
}

pub(super) async fn show(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Markup, Error> {
    let (subject, one) = load(&cx, ids).await?;
    let scale = of(&cx.state.policies, &one)?;
    let body = html! {
        @if let Some(why) = &one.struck { (ui::alert(Tone::Warning, "已作废", why)) }
        @for alert in &one.scored.alerts { (ui::alert(Tone::Danger, "须立即告知", alert)) }
        (ui::card("结果", result(&one.scored)))
        @if one.scale == crate::tcm::SCALE && one.struck.is_none() && cx.may(crate::tcm::WRITE) {
            p { (ui::link_button(&format!("/tcm/{}/{}", one.key.elder, one.key.id), "写中医药保健指导", Tone::Primary)) }
        }
        (ui::card("答案", answers(&scale, &one)))
        @if cx.may(WRITE) && one.struck.is_none() {
            (ui::seldom("填错了，作废", false, ui::form(&cx, &format!("{}/strike", one.key.href()), html! {
                (ui::field("作废原因", "why", "", Field::text().required().limit(100)))
                (ui::submit_toned("作废", Tone::Danger))
            })))
        }
    };
    let title = format!("{}：{}", scale.name, subject.name);
    let page = Page::new(&cx, &title).crumb("量表筛查", "/screenings");
    let page = page.crumb(&subject.name, &format!("/screenings/{}", one.key.elder));
    let print = ui::link_button(&format!("{}/print", one.key.href()), "打印", Tone::Neutral);
    Ok(page.actions(print).source(format!("{SOURCE}{} 由 {} 登记。", one.on, one.by)).body(body))
}

/// The result: points, level, what was found, the steps, what is open to doubt.
fn result(scored: &Scored) -> Markup {
    html! {
        (ui::columns(&[
            ui::figure("结果", if scored.level_name.is_empty() { "—" } else { &scored.level_name }, html! {}),
            ui::figure("总分", scored.total, format!("满分 {}", scored.max)),
        ]))
        @if scored.domains.len() > 1 {
            (ui::table(&["部分", ">得分", ">满分", "分段"], scored.domains.iter().map(|d| vec![
                ui::text(&d.name), ui::text(d.score), ui::text(d.max), ui::opt(d.band.as_ref()),
            ])))
        }
        @if !scored.findings.is_empty() {
            (ui::table(&["判定", ">得分", "结果"], scored.findings.iter().map(|f| vec![
                html! { (f.name) @if f.main { " " (ui::badge(Tone::Primary, "为主")) } },
                ui::text(f.score),
                ui::badge(if f.recorded { Tone::Info } else { Tone::Neutral }, &f.verdict),
            ])))
        }
        @for doubt in &scored.doubts { (ui::alert(Tone::Warning, "请复核", doubt)) }
        (ui::unverified_all(&scored.unverified))
        details.mt-2 { summary { "怎样得出" } ol { @for step in &scored.steps { li { (step.text) } } } }
    }
}

fn answers(scale: &Scale, one: &Screening) -> Markup {
    let rows = compare::questions(scale)
        .map(|(code, name, _)| vec![ui::text(name), ui::text(answer_text(scale, &one.answers, code))]);
    ui::table(&["项目", "答案"], rows)
}

pub(super) async fn print(cx: Cx, Path(ids): Path<(String, String)>) -> Result<Markup, Error> {
    let (subject, one) = load(&cx, ids).await?;
    let scale = of(&cx.state.policies, &one)?;
    let sheet = html! {
        (ui::facts(&[
            ("姓名", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(one.on)))),
            ("日期", ui::text(ui::date_zh(one.on))),
            ("结果", ui::text(model::result(&one.scored))),
            ("筛查人", ui::text(&one.by)),
        ]))
        @if one.struck.is_some() { p { strong { "本份已作废。" } } }
        @for alert in &one.scored.alerts { p { strong { (alert) } } }
        (answers(&scale, &one))
        @for doubt in &one.scored.doubts { p { "请复核：" (doubt) } }
        @for why in &one.scored.unverified { p { "未核实：" (why) } }
        (ui::seals(&["筛查机构", "老年人或家属（签字）"]))
    };
    let page = Page::new(&cx, "筛查结果").crumb("量表筛查", "/screenings").crumb(&subject.name, &one.key.href());
    Ok(page.source(SOURCE).body(ui::print_sheet(&scale.name, sheet)))
}

#[derive(Deserialize)]
pub(super) struct Why {
    why: String,
}

pub(super) async fn strike(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(why): Form<Why>,
) -> Result<Response, Error> {
    let key: Key = store::key(&elder, &id).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::strike(tx, by, key, &why.why)).await?;
    Ok(web::see_with(&key.href(), "已作废"))
}
