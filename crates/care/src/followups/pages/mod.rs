//! Pages of follow-ups: the lists, an elder's diseases, the form.

pub(super) mod form;
pub(super) mod list;

use super::model::{Disease, END_REASONS, Followup, Key, Outcome, Referral, State, Visit, warning};
use super::{REFER, WRITE, store};
use crate::chart;
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::{ElderId, FollowupId, FollowupVisitId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

const SOURCE: &str =
    "随访的间隔、是否控制满意、危急界限和转诊按政策库中的国家基本公共卫生服务规范判定；测得的数值同时记入健康档案。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    let elder = ElderId::parse(elder).ok_or(Error::NotFound)?;
    Ok(Key { elder, id: FollowupId::parse(id).ok_or(Error::NotFound)? })
}

const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Satisfied => Tone::Success,
        Outcome::Adjust => Tone::Warning,
        Outcome::Refer | Outcome::Urgent => Tone::Danger,
    }
}

fn outcome(given: Option<Outcome>) -> Markup {
    given.map_or_else(|| ui::muted("尚未随访"), |one| ui::badge(tone(one), one.name()))
}

/// When the next one is due, in red when the day is past.
fn next(cx: &Cx, one: &Followup) -> Markup {
    let days = cx.state.policies.parameter("followup_reminder_days", kernel::Area::COUNTRY, cx.today());
    match (one.next_by, one.state) {
        (Some(day), State::Managed) => match one.standing(cx.today(), days.map_or(0, |p| p.value)) {
            super::model::Standing::Overdue => ui::badge(Tone::Danger, format!("{day} 已逾期")),
            super::model::Standing::Due => ui::badge(Tone::Warning, format!("{day} 前")),
            super::model::Standing::Waiting => ui::text(format!("{day} 前")),
        },
        _ => ui::badge(Tone::Neutral, one.state.name()),
    }
}

struct File {
    subject: Subject,
    all: Vec<Followup>,
    visits: Vec<Visit>,
    latest: chart::Latest,
}

pub(super) async fn of_elder(cx: Cx, Path(elder): Path<String>) -> Result<Markup, Error> {
    let elder = ElderId::parse(&elder).ok_or(Error::NotFound)?;
    let file = cx
        .read(move |tx, by| {
            Ok::<_, Error>(File {
                subject: subject::store::find(tx, by, elder)?,
                all: store::of_elder(tx, by, elder)?,
                visits: store::visits(tx, by, elder)?,
                latest: chart::latest(tx, elder)?,
            })
        })
        .await?;
    let (subject, detail) = (elder.to_string(), "查看慢病随访".to_owned());
    cx.note(db::audit::Entry { action: "followups.read", elder: Some(elder), subject, detail }).await?;
    let open = |disease: Disease| file.all.iter().any(|one| one.disease == disease && one.state != State::Ended);
    let body = html! {
        (chart::banner(&file.latest))
        @for visit in file.visits.iter().filter(|visit| visit.referral == Referral::Open) { (asked(&cx, elder, visit)) }
        @for one in &file.all { (disease(&cx, &file, one)) }
        @if cx.may(WRITE) && file.subject.present {
            @for one in Disease::ALL.iter().filter(|one| !open(**one)) { (enrol(&cx, elder, *one)) }
        }
    };
    let title = format!("慢病随访：{}", file.subject.name);
    let page =
        Page::new(&cx, &title).crumb("慢病随访", "/followups").crumb(&file.subject.name, &format!("/elders/{elder}"));
    let actions =
        html! { @if cx.may(chart::READ) { (ui::link_button(&format!("/chart/{elder}"), "健康档案", Tone::Neutral)) } };
    Ok(page.actions(actions).source(SOURCE).body(body))
}

/// The button that takes an elder in.
fn enrol(cx: &Cx, elder: ElderId, disease: Disease) -> Markup {
    ui::form_among(
        cx,
        "/followups",
        html! {
            (ui::hidden("elder", elder.to_string()))
            (ui::hidden("disease", disease.code()))
            p { (ui::submit_toned(&format!("纳入{disease}随访"), Tone::Neutral)) }
        },
    )
}

/// A referral that the rules ask for, with the way to it and the answer to be given.
fn asked(cx: &Cx, elder: ElderId, visit: &Visit) -> Markup {
    let Some(reason) = warning(visit.judged.outcome, &visit.facts) else { return html! {} };
    let title = format!("{} {}", reason.code, visit.judged.outcome.name());
    let refer = format!("/referrals/new?elder={elder}");
    let answer = html! {
        (ui::form_row(&[
            ui::select("结果", "became", &[("made", "已转诊"), ("declined", "未转诊")], "made"),
            ui::field("转往何处，或未转诊的原因", "note", "", Field::text().required().limit(200)),
        ]))
        (ui::submit("登记转诊结果"))
    };
    html! {
        (ui::alert(Tone::Danger, &title, html! {
            p { (reason.text) }
            @if cx.may(WRITE) {
                @if cx.may(REFER) { p { (ui::link_button(&refer, "办理转诊", Tone::Danger)) } }
                (ui::form_among(cx, &format!("/followups/{elder}/{}/visits/{}", visit.followup, visit.id), answer))
            }
        }))
    }
}

fn disease(cx: &Cx, file: &File, one: &Followup) -> Markup {
    let href = format!("/followups/{}/{}", one.key.elder, one.key.id);
    let visits: Vec<&Visit> = file.visits.iter().filter(|visit| visit.followup == one.key.id).collect();
    let rows = visits.iter().map(|visit| {
        vec![
            html! { (visit.facts.on) br; span.text-secondary { (visit.facts.way.name()) " " (visit.recorded_by) } },
            ui::text(visit.facts.figures()),
            html! { (ui::badge(tone(visit.judged.outcome), visit.judged.outcome.name()))
                @if visit.referral != Referral::None { br; span.text-secondary { (visit.referral.name()) " " (visit.referral_note) } } },
            html! { "服药" (visit.facts.adherence.name()) "；不良反应" (visit.facts.adverse.name()) " " (visit.facts.adverse_note)
                @if visit.facts.complication { "；并发症 " (visit.facts.complication_note) }
                @if !visit.facts.treatment.is_empty() { br; (visit.facts.treatment) } },
            ui::text(visit.judged.next_by),
        ]
    });
    let may = cx.may(WRITE) && file.subject.present && one.state != State::Ended;
    let actions = html! { @if may { (ui::link_button(&format!("{href}/new"), "登记随访", Tone::Primary)) } };
    let mut facts = vec![
        ("状态", ui::badge(Tone::Neutral, one.state.name())),
        ("纳入日期", ui::text(one.enrolled_on)),
        ("下次随访", next(cx, one)),
        ("最近一次", outcome(one.last_outcome)),
        ("随访医生", ui::text(&one.doctor)),
    ];
    if !one.end_reason.is_empty() {
        facts.push(("原因", ui::text(&one.end_reason)));
    }
    let none = ui::empty("还没有随访。", None);
    ui::card_with(
        one.disease.name(),
        actions,
        html! {
            (ui::facts(&facts))
            div.mt-3 { (ui::table_or(&["日期", "测量", "分类", "用药与并发症", "下次最迟"], rows, none)) }
            @if let Some(last) = visits.first() { (ui::because(&cx.state.policies, &last.judged.decision)) }
            @if may { (closing(cx, one, &href)) }
        },
    )
}

fn closing(cx: &Cx, one: &Followup, href: &str) -> Markup {
    let reasons: Vec<(&str, &str)> = END_REASONS.iter().map(|reason| (*reason, *reason)).collect();
    let version = ui::hidden("version", one.version.to_string());
    html! {
        details.d-print-none.mt-3 {
            summary { "失访或终止" }
            @if one.state == State::Managed {
                (ui::form_among(cx, &format!("{href}/lose"), html! {
                    (version)
                    (ui::field("怎样联系过", "reason", "", Field::text().required().limit(200)))
                    (ui::submit_toned("登记失访", Tone::Neutral))
                }))
            }
            (ui::form_among(cx, &format!("{href}/end"), html! {
                (version)
                (ui::select("终止原因", "reason", &reasons, ""))
                (ui::submit_toned("终止随访", Tone::Danger))
            }))
        }
    }
}

type Ids = Path<(String, String)>;

#[derive(Deserialize)]
pub(super) struct Why {
    reason: String,
    version: i64,
}

async fn step(cx: Cx, (elder, id): (String, String), event: &'static str, why: Why) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let reason = kernel::text::clean(&why.reason);
    let state = cx.write(move |tx, by| store::step(tx, by, (key, why.version), (event, &reason))).await?;
    Ok(web::see_with(&format!("/followups/{}", key.elder), &format!("随访{state}")))
}

pub(super) async fn lose(cx: Cx, Path(ids): Ids, Form(why): Form<Why>) -> Result<Response, Error> {
    step(cx, ids, "lose", why).await
}

pub(super) async fn end(cx: Cx, Path(ids): Ids, Form(why): Form<Why>) -> Result<Response, Error> {
    step(cx, ids, "end", why).await
}

#[derive(Deserialize)]
pub(super) struct Became {
    became: Referral,
    note: String,
}

pub(super) async fn referral(
    cx: Cx,
    Path((elder, id, visit)): Path<(String, String, String)>,
    Form(f): Form<Became>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let visit = FollowupVisitId::parse(&visit).ok_or(Error::NotFound)?;
    let note = kernel::text::clean(&f.note);
    let made = f.became == Referral::Made;
    cx.write(move |tx, by| store::refer(tx, by, (key.elder, visit), (made, &note))).await?;
    Ok(web::see_with(&format!("/followups/{}", key.elder), "转诊结果已登记"))
}
