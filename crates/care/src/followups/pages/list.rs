//! The work list of follow-ups, and whose roster names a disease that nobody follows up.

use super::super::model::{Disease, State};
use super::super::{WRITE, store};
use super::{SOURCE, next, outcome};
use axum::response::Response;
use chrono::Days;
use kernel::ElderId;
use kernel::time::age_on;
use serde::Deserialize;
use store::Filter;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 30;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    show: Option<String>,
    disease: Option<Disease>,
    page: Option<i64>,
}

/// The tabs: word in the address, title.
const TABS: &[(&str, &str)] =
    &[("overdue", "已逾期"), ("due", "即将到期"), ("referral", "待转诊"), ("all", "全部在管"), ("lost", "失访")];

fn filter(cx: &Cx, show: &str, disease: Option<Disease>) -> Filter {
    let today = cx.today();
    let place = cx.user.scope.area;
    let days = cx.state.policies.parameter("followup_reminder_days", place, today).map_or(0, |p| p.value);
    let base = Filter { disease, institution: cx.user.institution, ..Filter::default() };
    let managed = Filter { state: Some(State::Managed), ..base };
    match show {
        "due" => {
            let end = today + Days::new(days.unsigned_abs() + 1);
            Filter { from: Some(today), before: Some(end), ..managed }
        }
        "referral" => Filter { referral: true, ..base },
        "all" => managed,
        "lost" => Filter { state: Some(State::Lost), ..base },
        _ => Filter { before: Some(today), ..managed },
    }
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let show = asked.show.unwrap_or_else(|| "overdue".to_owned());
    let page = asked.page.unwrap_or(1).max(1);
    let filter = filter(&cx, &show, asked.disease);
    let (total, rows) = cx
        .read(move |tx, by| {
            let rows = store::list(tx, by, &filter, (SIZE, (page - 1) * SIZE))?;
            Ok::<_, Error>((store::count(tx, by, &filter)?, rows))
        })
        .await?;
    let rows = rows.iter().map(|one| {
        vec![
            ui::row_link(&format!("/followups/{}", one.followup.key.elder), &one.name),
            ui::text(age_on(one.born, cx.today())),
            ui::text(one.followup.disease),
            next(&cx, &one.followup),
            ui::opt(one.followup.last_on),
            outcome(one.followup.last_outcome),
            ui::text(&one.followup.doctor),
        ]
    });
    let disease = asked.disease.map(|d| format!("&disease={}", d.code())).unwrap_or_default();
    let tabs: Vec<(String, &str, bool)> =
        TABS.iter().map(|(word, title)| (format!("/followups?show={word}{disease}"), *title, *word == show)).collect();
    let headings = ["老年人", ">年龄", "疾病", "下次随访", "最近一次", "分类", "随访医生"];
    let body = html! {
        (ui::tabs(&tabs))
        (ui::table_or(&headings, rows, ui::empty("没有这样的随访。", None)))
        (ui::pager(&PageInfo::new(format!("/followups?show={show}{disease}"), page, SIZE, total)))
    };
    let actions = ui::link_button("/followups/candidates", "待纳入随访的老年人", Tone::Neutral);
    Ok(Page::new(&cx, "慢病随访").actions(actions).source(SOURCE).body(body))
}

pub(in super::super) async fn candidates(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let disease = asked.disease.unwrap_or(Disease::Hypertension);
    let page = asked.page.unwrap_or(1).max(1);
    let rows = cx
        .read(move |tx, by| Ok::<_, Error>(store::candidates(tx, by, disease, (SIZE + 1, (page - 1) * SIZE))?))
        .await?;
    let more = rows.len() as i64 > SIZE;
    let tabs: Vec<(String, &str, bool)> = Disease::ALL
        .iter()
        .map(|one| (format!("/followups/candidates?disease={}", one.code()), one.name(), *one == disease))
        .collect();
    let lines = rows.iter().take(usize::try_from(SIZE).unwrap_or_default()).map(|one| {
        vec![
            ui::row_link(&format!("/elders/{}", one.elder), &one.name),
            ui::text(age_on(one.born, cx.today())),
            html! { @if cx.may(WRITE) { (super::enrol(&cx, one.elder, disease)) } },
        ]
    });
    let href = |page: i64| format!("/followups/candidates?disease={}&page={page}", disease.code());
    let body = html! {
        (ui::tabs(&tabs))
        p.text-secondary { "名册写有“" (disease.chronic().name()) "”、还没有纳入随访的老年人，年长的在前。纳入前请核实诊断。" }
        (ui::table_or(&["老年人", ">年龄", ""], lines, ui::empty("都已纳入。", None)))
        div.btn-list {
            @if page > 1 { (ui::link_button(&href(page - 1), "上一页", Tone::Neutral)) }
            @if more { (ui::link_button(&href(page + 1), "下一页", Tone::Neutral)) }
        }
    };
    Ok(Page::new(&cx, "待纳入随访").crumb("慢病随访", "/followups").source(SOURCE).body(body))
}

#[derive(Deserialize)]
pub(in super::super) struct Whom {
    elder: String,
    disease: Disease,
}

pub(in super::super) async fn enrol(cx: Cx, Form(whom): Form<Whom>) -> Result<Response, Error> {
    let elder = ElderId::parse(&whom.elder).ok_or(Error::NotFound)?;
    cx.write(move |tx, by| store::enrol(tx, by, elder, whom.disease)).await?;
    Ok(web::see_with(&format!("/followups/{elder}"), "已纳入随访，请登记第一次随访"))
}
