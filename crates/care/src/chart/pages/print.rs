//! The record on one A4 sheet, and as a file for another system.

use super::super::model::Kind;
use super::super::{fhir, store};
use super::{Chart, SOURCE};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::ElderId;
use web::ui;
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let chart = Chart::open(&cx, &elder).await?;
    let page = Page::new(&cx, "健康档案摘要").crumb(&chart.subject.name, &format!("/chart/{}", chart.subject.id));
    Ok(page.source(SOURCE).body(ui::print_sheet("健康档案摘要", sheet(&cx, &chart))))
}

/// One page: at most so many lines of each kind, and it says so when there are more.
const LINES: usize = 8;

fn sheet(cx: &Cx, chart: &Chart) -> Markup {
    let latest = &chart.latest;
    let allergies: Vec<String> = latest
        .allergies
        .iter()
        .map(|(name, reaction, severe)| format!("{name}{}{}", if *severe { "（严重）" } else { "" }, after(reaction)))
        .collect();
    let asked = if latest.asked { "无已知过敏" } else { "未询问" };
    html! {
        (ui::facts(&[
            ("姓名", ui::text(&chart.subject.name)),
            ("年龄、性别", ui::text(chart.subject.age_and_sex(cx.today()))),
            ("打印日期", ui::text(ui::date_zh(cx.today()))),
        ]))
        p.text-danger { strong { "过敏：" (if allergies.is_empty() { asked.to_owned() } else { allergies.join("；") }) } }
        @if !latest.risks.is_empty() { p { strong { "风险提示：" (latest.risks.join("；")) } } }
        (lines("诊断", chart, Kind::Condition))
        (lines("在用药品", chart, Kind::Medication))
        h3 { "最近一次测量" }
        p { (latest.vitals.iter().map(|(name, figure, on)| format!("{name} {figure}（{on}）")).collect::<Vec<_>>().join("；")) }
        (lines("手术与操作", chart, Kind::Procedure))
        (lines("生活方式", chart, Kind::Lifestyle))
        h3 { "住院" }
        @if chart.stays.is_empty() { p { "无" } }
        ul { @for stay in chart.stays.iter().take(LINES) {
            li { (stay.facts.admitted_on) " 至 " (ui::opt(stay.facts.discharged_on)) " " (ui::opt(stay.facts.diagnosis.as_ref())) }
        } }
        (ui::seals(&["出具机构"]))
    }
}

fn after(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("：{text}") }
}

fn lines(title: &str, chart: &Chart, kind: Kind) -> Markup {
    let all: Vec<String> = chart
        .standing(kind)
        .map(|item| {
            let code = if item.facts.code.is_empty() { String::new() } else { format!(" {}", item.facts.code) };
            format!("{}{code}{}（{} 起）", item.facts.name, after(&item.facts.detail), item.facts.began_on)
        })
        .collect();
    html! {
        h3 { (title) }
        @if all.is_empty() { p { "无" } }
        ul { @for line in all.iter().take(LINES) { li { (line) } } }
        @if all.len() > LINES { p { "另有 " (all.len() - LINES) " 条，见系统。" } }
    }
}

/// The record as a bundle of FHIR R4; who takes it is written down.
pub(in super::super) async fn exchange(cx: Cx, Path(elder): Path<String>) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let resources = cx.read(move |tx, by| store::resources(tx, by, elder)).await?;
    let detail = format!("导出健康档案 {} 条", resources.len());
    let entry = db::audit::Entry { action: "chart.export", elder: Some(elder), subject: elder.to_string(), detail };
    cx.note(entry).await?;
    let name = format!("attachment; filename=\"chart-{elder}.json\"");
    let headers = [(header::CONTENT_TYPE, "application/fhir+json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, fhir::bundle(resources).to_string()).into_response())
}
