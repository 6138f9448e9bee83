//! Geriatric departments and beds for elders: what the documents ask of each hospital, beside what it reports.

use super::super::CLINIC;
use super::super::book::word;
use super::super::calendar::hospital_facts;
use super::super::model::{Department, HospitalKind, PRIMARY, Report};
use super::super::store::{self, rows};
use super::{SOURCE, institution, parse_institution, tabs};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, InstitutionId};
use policy::Decision;
use registry::institutions::{self, Institution, Kind};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let (hospitals, primary, reports) = cx
        .read(move |tx, by| {
            let hospitals = store::institutions(tx, by, &[Kind::Hospital], None)?;
            let primary = store::institutions(tx, by, PRIMARY, None)?;
            Ok::<_, Error>((hospitals, primary, rows::reports(tx, by)?))
        })
        .await?;
    let latest = |id: InstitutionId| reports.iter().find(|(whose, _)| *whose == id).map(|(_, report)| report);
    let mut judged: Vec<_> = hospitals.iter().map(|one| (one, latest(one.id), ask(&cx, one, latest(one.id)))).collect();
    judged.sort_by_key(|(_, report, decision)| standing(decision, *report));
    let body = html! {
        (tabs("/duties/departments"))
        (ui::card("医院的老年病科", html! {
            p.text-secondary { "应设而没有设的排在前面。医院类别和科室由医院填报，等级取自机构名册。" }
            (ui::table_or(&["医院", "等级", "类别", "文件要求", "填报", "差距", ">为老床位", "依据"],
                judged.iter().map(|(one, report, decision)| row(&cx, one, *report, decision)), ui::empty(&nothing(&cx, "医院"), None)))
        }))
        (ui::card("基层机构的老年护理、康复、安宁疗护病床", beds(&cx, &primary, &latest)))
    };
    Ok(Page::new(&cx, "老年病科与病床").crumb("责任台账", "/duties").source(SOURCE).body(body))
}

/// What stands where there is none: who works at one institution sees that one only.
fn nothing(cx: &Cx, what: &str) -> String {
    match cx.user.scope.institution {
        Some(_) => format!("本机构不是{what}。"),
        None => format!("名册中没有{what}。"),
    }
}

fn ask(cx: &Cx, hospital: &Institution, report: Option<&Report>) -> Decision {
    let library = &cx.state.policies;
    let facts = hospital_facts(library, hospital, report.and_then(|report| report.kind));
    library.decide("geriatric_department", hospital.facts.area, cx.today(), &facts)
}

/// How a hospital stands: first those that must and have not.
fn standing(decision: &Decision, report: Option<&Report>) -> u8 {
    let open = report.is_some_and(|report| report.department == Department::Open);
    match decision.text("duty") {
        Some("must") if !open => 0,
        Some("should") if !open => 1,
        None => 2,
        _ => 3,
    }
}

fn gap(decision: &Decision, report: Option<&Report>) -> Markup {
    match standing(decision, report) {
        0 if report.is_none() => ui::badge(Tone::Danger, "应设，没有填报"),
        0 => ui::badge(Tone::Danger, "应设未设"),
        1 => ui::badge(Tone::Warning, "鼓励设，尚未设"),
        2 => ui::badge(Tone::Neutral, "无法判定"),
        _ => ui::badge(Tone::Success, "没有差距"),
    }
}

fn asked(decision: &Decision) -> &'static str {
    match decision.text("duty") {
        Some("none") => "不要求",
        Some(duty) => word(duty),
        None => "未定",
    }
}

fn href(id: InstitutionId) -> String {
    format!("/duties/departments/{id}")
}

fn row(cx: &Cx, one: &Institution, report: Option<&Report>, decision: &Decision) -> Vec<Markup> {
    vec![
        ui::row_link(&href(one.id), &one.facts.name),
        ui::opt(one.facts.hospital_level.as_deref()),
        ui::opt(report.and_then(|report| report.kind)),
        ui::text(asked(decision)),
        html! { @if let Some(report) = report { (report.department) br; span.text-secondary.text-nowrap { (report.on) } } @else { (ui::opt(None::<String>)) } },
        gap(decision, report),
        ui::opt(report.map(Report::beds)),
        ui::because(&cx.state.policies, decision),
    ]
}

fn beds<'a>(cx: &Cx, primary: &[Institution], latest: &impl Fn(InstitutionId) -> Option<&'a Report>) -> Markup {
    let with = primary.iter().filter(|one| latest(one.id).is_some_and(|report| report.beds() > 0)).count();
    let row = |one: &Institution| {
        let report = latest(one.id);
        vec![
            ui::row_link(&href(one.id), &one.facts.name),
            ui::text(one.facts.kind),
            ui::opt(report.map(|r| r.geriatric_beds)),
            ui::opt(report.map(|r| r.rehabilitation_beds)),
            ui::opt(report.map(|r| r.hospice_beds)),
            ui::opt(report.map(|r| r.on)),
        ]
    };
    let asks = cx.state.policies.duties().filter(|duty| duty.id.ends_with("-beds") || duty.id.ends_with("-grassroots"));
    let area = cx.user.scope.area;
    let asks: Vec<_> = asks
        .filter(|duty| ["NT-2.3.2", "SH-2.3.2", "WF-4.6"].contains(&duty.clause.0.as_str()))
        .filter(|duty| {
            cx.state.policies.document(&duty.document).is_some_and(|d| d.area.contains(area) || area.contains(d.area))
        })
        .collect();
    html! {
        @for duty in &asks { p { (ui::clause(&cx.state.policies, &duty.clause)) "：" (duty.who) (word(&duty.duty)) (duty.what) "。" } }
        p.text-secondary { (primary.len()) " 家基层机构中有 " (with) " 家填报了这类病床。" }
        (ui::table_or(&["机构", "类型", ">老年护理", ">康复", ">安宁疗护", "截至"], primary.iter().map(row), ui::empty(&nothing(cx, "基层医疗机构"), None)))
    }
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse_institution(&id)?;
    let (one, reports) = cx
        .read(move |tx, by| Ok::<_, Error>((institutions::store::find(tx, by, id)?, rows::reports_of(tx, id)?)))
        .await?;
    let latest = reports.first();
    let hospital = one.facts.kind == Kind::Hospital;
    let decision = hospital.then(|| ask(&cx, &one, latest));
    let body = html! {
        @if let Some(decision) = &decision {
            (ui::card("老年病科的设置", html! {
                p { "文件要求：" strong { (asked(decision)) } " " (gap(decision, latest)) }
                (ui::because(&cx.state.policies, decision))
            }))
        }
        @if may_report(&cx, id) { (ui::card("填报", form(&cx, id, hospital, latest))) }
        (ui::card("填报记录", history(&reports)))
    };
    let page =
        Page::new(&cx, &one.facts.name).crumb("责任台账", "/duties").crumb("老年病科与病床", "/duties/departments");
    Ok(page.actions(institution(&cx, id, "机构名册")).source(SOURCE).body(body))
}

fn may_report(cx: &Cx, id: InstitutionId) -> bool {
    cx.may(CLINIC) && cx.user.institution.is_none_or(|own| own == id)
}

fn form(cx: &Cx, id: InstitutionId, hospital: bool, latest: Option<&Report>) -> Markup {
    let kinds: Vec<(&str, &str)> = [("", "未填写")].into_iter().chain(HospitalKind::options()).collect();
    let kind = latest.and_then(|r| r.kind).map(HospitalKind::code).unwrap_or_default();
    let department = latest.map_or(Department::Absent, |r| r.department).code();
    let number = |label, name, value: Option<i64>| {
        ui::number(label, name, Some(value.unwrap_or_default()), Field::number().required().min(0).max(9999))
    };
    let body = html! {
        (ui::form_row(&[
            ui::date_with("截至日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
            html! { @if hospital { (ui::select("医院类别", "kind", &kinds, kind)) } },
            ui::select("老年病科", "department", &Department::options(), department),
        ]))
        (ui::form_row(&[
            number("老年护理床位", "geriatric_beds", latest.map(|r| r.geriatric_beds)),
            number("康复床位", "rehabilitation_beds", latest.map(|r| r.rehabilitation_beds)),
            number("安宁疗护床位", "hospice_beds", latest.map(|r| r.hospice_beds)),
        ]))
        (ui::field("说明", "note", "", Field::text().limit(400).hint("批准文号、开科日期等")))
        (ui::submit("填报"))
    };
    ui::form(cx, &href(id), body)
}

fn history(reports: &[Report]) -> Markup {
    let row = |r: &Report| {
        vec![
            ui::text(r.on),
            ui::opt(r.kind),
            ui::text(r.department),
            ui::text(r.geriatric_beds),
            ui::text(r.rehabilitation_beds),
            ui::text(r.hospice_beds),
            ui::opt(Some(&r.note).filter(|note| !note.is_empty())),
            ui::text(&r.said_by),
        ]
    };
    let headings = ["截至", "类别", "老年病科", ">老年护理", ">康复", ">安宁疗护", "说明", "填报人"];
    ui::table_or(&headings, reports.iter().map(row), ui::empty("还没有填报。", None))
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    on: Date,
    kind: Option<HospitalKind>,
    department: Department,
    geriatric_beds: i64,
    rehabilitation_beds: i64,
    hospice_beds: i64,
    note: Option<String>,
}

pub(in super::super) async fn report(cx: Cx, Path(id): Path<String>, Form(f): Form<Filled>) -> Result<Response, Error> {
    let id = parse_institution(&id)?;
    let new = Report {
        on: f.on,
        kind: f.kind,
        department: f.department,
        geriatric_beds: f.geriatric_beds,
        rehabilitation_beds: f.rehabilitation_beds,
        hospice_beds: f.hospice_beds,
        note: f.note.unwrap_or_default(),
        said_by: cx.user.name.clone(),
    };
    cx.write(move |tx, by| rows::report(tx, by, id, &new)).await?;
    Ok(web::see_with(&href(id), "已填报"))
}
