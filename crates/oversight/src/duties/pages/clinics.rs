//! Free clinics: the list, one of them, and what the two sides do with it.

use super::super::CLINIC;
use super::super::model::{Clinic, State};
use super::super::store::{self, Filter};
use super::super::views::tone;
use super::overview::{may_answer, may_record};
use super::record::fields;
use super::{SOURCE, institution, parse, tabs};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 50;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    state: Option<String>,
    #[serde(default)]
    page: i64,
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let state = asked.state.as_deref().and_then(State::parse);
    let (filter, page) = (Filter { state, ..Filter::default() }, asked.page.max(1));
    let (all, total) = cx
        .read(move |tx, by| {
            let all = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((all, store::count(tx, by, &filter)?))
        })
        .await?;
    let states: Vec<(&str, &str)> = [("", "全部状态")].into_iter().chain(State::options()).collect();
    let chosen = state.map(State::code).unwrap_or_default();
    let base = format!("/duties/clinics?state={chosen}");
    let body = html! {
        (tabs("/duties/clinics"))
        (ui::filters("/duties/clinics", ui::select("状态", "state", &states, chosen)))
        (ui::table_or(&["日期", "医院", "养老机构", "状态", "计入", ">派出", ">看诊", "内容"], all.iter().map(row), ui::empty("还没有义诊记录。", None)))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    let mut page = Page::new(&cx, "义诊记录").crumb("责任台账", "/duties");
    if may_record(&cx) {
        page = page.actions(ui::link_button("/duties/clinics/new", "登记义诊", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

fn row(c: &Clinic) -> Vec<Markup> {
    vec![
        ui::row_link(&c.href(), c.facts.on),
        ui::text(&c.hospital_name),
        ui::text(&c.home_name),
        ui::badge(tone(c.state), c.state.name()),
        ui::text(counted(c)),
        ui::text(c.facts.staff),
        ui::text(c.facts.seen),
        ui::text(&c.facts.what),
    ]
}

/// Whether it counts, and why not.
fn counted(c: &Clinic) -> &'static str {
    match (c.counts(), c.state, c.short.short) {
        (true, ..) => "计入",
        (_, State::Withdrawn, _) => "不计",
        (_, State::Confirmed, _) | (_, _, false) => "不计：对象不算医疗资源薄弱",
        _ => "确认后计入",
    }
}

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let c = cx.read(move |tx, by| store::find(tx, by, id)).await?;
    let body = html! {
        (ui::card("义诊", overview(&cx, &c)))
        @if c.state == State::Recorded && may_answer(&cx, &c) { (answer(&cx, &c)) }
        @if own(&cx, &c) { (mend(&cx, &c)) }
    };
    let title = format!("{} {}", c.facts.on, c.home_name);
    Ok(Page::new(&cx, &title)
        .crumb("责任台账", "/duties")
        .crumb("义诊记录", "/duties/clinics")
        .source(SOURCE)
        .body(body))
}

/// Whether the person works on the medical side, or for the county.
fn own(cx: &Cx, c: &Clinic) -> bool {
    cx.may(CLINIC) && cx.user.institution.is_none_or(|own| own == c.hospital)
}

fn overview(cx: &Cx, c: &Clinic) -> Markup {
    let short = match (c.short.short, c.short.first) {
        (_, true) => "医疗资源薄弱，优先前往",
        (true, false) => "医疗资源薄弱",
        _ => "不算医疗资源薄弱",
    };
    let mut facts = vec![
        ("医院", institution(cx, c.hospital, &c.hospital_name)),
        ("养老机构", institution(cx, c.home, &c.home_name)),
        ("日期", ui::text(ui::date_zh(c.facts.on))),
        ("状态", ui::badge(tone(c.state), c.state.name())),
        ("登记时的判定", ui::text(short)),
        ("是否计入应做次数", ui::text(counted(c))),
        ("派出人员", ui::text(&c.facts.team)),
        ("派出人数", ui::text(c.facts.staff)),
        ("看诊老人", ui::text(format!("{} 人", c.facts.seen))),
        ("内容", ui::text(&c.facts.what)),
        ("登记人", ui::text(&c.recorded_by)),
    ];
    if let Some(by) = &c.answered_by {
        facts.push(("养老机构答复人", ui::text(by)));
    }
    if !c.answer.is_empty() {
        facts.push((if c.state == State::Withdrawn { "撤回原因" } else { "异议" }, ui::text(&c.answer)));
    }
    ui::facts(&facts)
}

fn version(c: &Clinic) -> Markup {
    ui::hidden("version", c.version.to_string())
}

fn answer(cx: &Cx, c: &Clinic) -> Markup {
    let href = c.href();
    html! {
        (ui::card("养老机构确认", ui::form(cx, &format!("{href}/confirm"), html! {
            p { "核对日期、人数和内容，情况属实的确认；确认后不能再改。" }
            (version(c)) (ui::submit("情况属实，确认"))
        })))
        (ui::seldom("提出异议", false, ui::form(cx, &format!("{href}/dispute"), html! {
            (version(c))
            (ui::field("哪里不符", "why", "", Field::text().required().limit(400)))
            (ui::submit_toned("提出异议", Tone::Danger))
        })))
    }
}

fn mend(cx: &Cx, c: &Clinic) -> Markup {
    let href = c.href();
    html! {
        @if c.state == State::Disputed {
            (ui::card("更正后重新送对方确认", ui::form(cx, &format!("{href}/amend"), html! {
                (version(c)) (fields(cx, Some(&c.facts))) (ui::submit("更正并重新送确认"))
            })))
        }
        @if c.state.after("withdraw").is_some() {
            (ui::seldom("撤回", false, ui::form(cx, &format!("{href}/withdraw"), html! {
                (version(c))
                (ui::field("撤回原因", "reason", "", Field::text().required().limit(400)))
                (ui::submit_toned("撤回这条记录", Tone::Danger))
            })))
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Confirmed {
    version: i64,
}

pub(in super::super) async fn confirm(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Confirmed>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::confirm(tx, by, (id, f.version))).await?;
    Ok(web::see_with(&format!("/duties/clinics/{id}"), "已确认"))
}

#[derive(Deserialize)]
pub(in super::super) struct Disputed {
    version: i64,
    why: String,
}

pub(in super::super) async fn dispute(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Disputed>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::dispute(tx, by, (id, f.version), &f.why)).await?;
    Ok(web::see_with(&format!("/duties/clinics/{id}"), "已提出异议，医院会看到"))
}

#[derive(Deserialize)]
pub(in super::super) struct Withdrawn {
    version: i64,
    reason: String,
}

pub(in super::super) async fn withdraw(
    cx: Cx,
    Path(id): Path<String>,
    Form(f): Form<Withdrawn>,
) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::withdraw(tx, by, (id, f.version), &f.reason)).await?;
    Ok(web::see_with(&format!("/duties/clinics/{id}"), "已撤回"))
}
