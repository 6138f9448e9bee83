//! Guidance on medicines and reviews of prescriptions: the list, the form, one of them with the prescriber's answer.

use super::super::model::Kind;
use super::super::reviews::{NewReview, Problem, Review, ReviewKind, ReviewState};
use super::super::{REVIEW, store};
use super::{SIZE, SOURCE};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, ElderId, ReviewId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Filter {
    page: Option<i64>,
    #[serde(default)]
    open: bool,
}

pub(in super::super) async fn list(cx: Cx, Query(filter): Query<Filter>) -> Result<Markup, Error> {
    let (page, open) = (filter.page.unwrap_or(1).max(1), filter.open);
    let (total, rows) = cx
        .read(move |tx, by| {
            let total = store::reviews::count(tx, by, open, Date::default())?;
            Ok::<_, Error>((total, store::reviews::list(tx, by, open, (SIZE, (page - 1) * SIZE))?))
        })
        .await?;
    let rows = rows.iter().map(|(name, review)| {
        let mut row = vec![ui::row_link(&href(review), name)];
        row.extend(cells(review));
        row
    });
    let base = if open { "/chart/reviews?open=true" } else { "/chart/reviews" };
    let body = html! {
        (ui::tabs(&[("/chart/reviews", "全部", !open), ("/chart/reviews?open=true", "待答复", open)]))
        (ui::table_or(&["老年人", "日期", "服务", "结论", "状态"], rows, ui::empty("没有记录。从老年人的健康档案登记。", None)))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    Ok(Page::new(&cx, "用药指导与处方点评").source(SOURCE).body(body))
}

fn href(review: &Review) -> String {
    format!("/chart/{}/reviews/{}", review.facts.elder, review.id)
}

pub(super) fn cells(review: &Review) -> Vec<Markup> {
    vec![
        ui::text(review.facts.on),
        ui::link(&href(review), review.facts.kind),
        ui::text(review.facts.verdict()),
        badge(review.state),
    ]
}

fn badge(state: ReviewState) -> Markup {
    let tone = match state {
        ReviewState::Done | ReviewState::Answered => Tone::Success,
        ReviewState::Open => Tone::Warning,
    };
    ui::badge(tone, state.name())
}

pub(in super::super) async fn blank(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let (subject, latest) = cx
        .read(move |tx, by| Ok::<_, Error>((subject::store::find(tx, by, elder)?, store::latest(tx, elder)?)))
        .await?;
    let form = html! {
        (ui::form_row(&[
            ui::select("服务", "kind", &ReviewKind::options(), ReviewKind::Guidance.code()),
            ui::date_with("日期", "on", Some(cx.today()), Field::date().required().min(subject.born).max(cx.today())),
        ]))
        fieldset.mb-3 {
            legend.form-label { "发现的问题（没有的不选）" }
            @for one in Problem::ALL {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="problems" value=(one.code());
                    span.form-check-label { (one.name()) }
                }
            }
        }
        (ui::textarea("指导或点评意见", "advice", "", Field::text().required().limit(500)))
        (ui::submit("保存"))
    };
    let body = html! {
        (super::banner(&latest))
        (ui::card("在用药品", html! {
            @if latest.medicines.is_empty() { p.text-secondary { "档案中没有在用药品，请先登记。" (ui::link(&format!("/chart/{elder}/new?kind={}", Kind::Medication.code()), "登记用药")) } }
            @else { ul { @for one in &latest.medicines { li { (one) } } } }
        }))
        (ui::card("登记", ui::form(&cx, &format!("/chart/{elder}/reviews"), form)))
    };
    let page = Page::new(&cx, &format!("用药指导与处方点评：{}", subject.name));
    Ok(page.crumb(&subject.name, &format!("/chart/{elder}")).source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    kind: ReviewKind,
    on: Date,
    #[serde(default)]
    problems: Vec<Problem>,
    advice: Option<String>,
}

pub(in super::super) async fn create(
    cx: Cx,
    Path(elder): Path<String>,
    Form(f): Form<Filled>,
) -> Result<Response, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let advice = kernel::text::clean(&f.advice.unwrap_or_default());
    let new = NewReview { elder, kind: f.kind, on: f.on, medicines: vec![], problems: f.problems, advice };
    let id = cx
        .write(move |tx, by| {
            // Out of sight is out of reach: the medicines are read after the elder is found.
            subject::store::find(tx, by, elder)?;
            let medicines = store::latest(tx, elder)?.medicines;
            store::reviews::record(tx, by, &NewReview { medicines, ..new })
        })
        .await?;
    Ok(web::see_with(&format!("/chart/{elder}/reviews/{id}"), "已登记"))
}

type Ids = Path<(String, String)>;

fn key((elder, id): &(String, String)) -> Result<(ElderId, ReviewId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, ReviewId::parse(id).ok_or(Error::NotFound)?))
}

pub(in super::super) async fn show(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let (elder, id) = key(&ids)?;
    let (subject, review) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((subject::store::find(tx, by, elder)?, store::reviews::find(tx, by, elder, id)?))
        })
        .await?;
    let detail = format!("查看{}", review.facts.kind);
    let entry = db::audit::Entry { action: "chart.read", elder: Some(elder), subject: id.to_string(), detail };
    cx.note(entry).await?;
    let title = format!("{}：{}", review.facts.kind, subject.name);
    let form = html! {
        (ui::hidden("version", review.version.to_string()))
        (ui::textarea("处方医师的答复和处理", "answer", "", Field::text().required().limit(500)))
        (ui::submit("登记答复"))
    };
    let body = html! {
        (ui::print_sheet(&title, sheet(&subject, &review, &cx)))
        @if review.state == ReviewState::Open && cx.may(REVIEW) {
            (ui::card("答复", ui::form(&cx, &format!("{}/answer", href(&review)), form)))
        }
    };
    let page = Page::new(&cx, &title).crumb(&subject.name, &format!("/chart/{elder}"));
    Ok(page.source(SOURCE).body(body))
}

fn sheet(subject: &Subject, review: &Review, cx: &Cx) -> Markup {
    let facts = &review.facts;
    html! {
        (ui::facts(&[
            ("老年人", ui::text(format!("{}　{}", subject.name, subject.age_and_sex(cx.today())))),
            ("日期", ui::text(facts.on)),
            ("服务人", ui::text(&review.recorded_by)),
            ("结论", ui::text(facts.verdict())),
            ("状态", badge(review.state)),
        ]))
        h3 { "当时在用药品" }
        @if facts.medicines.is_empty() { p { "没有登记。" } } @else { ul { @for one in &facts.medicines { li { (one) } } } }
        h3 { "意见" }
        p { (facts.advice) }
        @if let Some(on) = review.answered_on { h3 { "处方医师答复（" (on) "）" } p { (review.answer) } }
        (ui::seals(&["服务机构"]))
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Answered {
    answer: String,
    version: i64,
}

pub(in super::super) async fn answer(cx: Cx, Path(ids): Ids, Form(f): Form<Answered>) -> Result<Response, Error> {
    let (elder, id) = key(&ids)?;
    let text = kernel::text::clean(&f.answer);
    cx.write(move |tx, by| store::reviews::answer(tx, by, (elder, id), (&text, f.version))).await?;
    Ok(web::see_with(&format!("/chart/{elder}/reviews/{id}"), "已登记答复"))
}
