//! One agreement: what was agreed, how it was kept, rounds, and what can be done with it.

use super::super::model::{Agreement, Kept, Round, State};
use super::super::views::tone;
use super::super::{ROUND, WRITE, store};
use super::list::share;
use super::{SOURCE, parse, span, terms_facts};
use axum::extract::Path;
use axum::response::Response;
use chrono::Days;
use kernel::Date;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let id = parse(&id)?;
    let (a, kept, rounds) = cx
        .read(move |tx, by| {
            let a = store::find(tx, by, id)?;
            let (kept, rounds) = (store::kept(tx, by, &a)?, store::rounds(tx, id)?);
            Ok::<_, Error>((a, kept, rounds))
        })
        .await?;
    let state = a.state_on(cx.today());
    let body = html! {
        (ui::card("协议", overview(&a, state)))
        @if a.from.is_some() { (fulfilment(&a, &kept)) (ui::card(&format!("巡诊记录（{}）", rounds.len()), held(&cx, &a, &rounds))) }
        @if cx.may(WRITE) { (steps(&cx, &a, state)) }
    };
    let title = format!("{} — {}", a.home_name, a.medical_name);
    Ok(Page::new(&cx, &title).crumb("合作协议", "/agreements").actions(actions(&cx, &a)).source(SOURCE).body(body))
}

fn actions(cx: &Cx, a: &Agreement) -> Markup {
    let href = format!("{}/print", a.href());
    let renew = cx.may(WRITE) && a.from.is_some();
    html! {
        (ui::link_button(&href, "打印协议", Tone::Neutral))
        @if renew { " " (ui::link_button(&format!("/agreements/new?renews={}", a.id), "续签", Tone::Primary)) }
    }
}

fn overview(a: &Agreement, state: State) -> Markup {
    let mut facts = vec![
        ("养老机构", ui::link(&format!("/institutions/{}", a.home), &a.home_name)),
        ("医疗机构", ui::link(&format!("/institutions/{}", a.medical), &a.medical_name)),
        ("状态", ui::badge(tone(state), state.name())),
        ("期限", ui::text(span(a))),
    ];
    facts.extend(terms_facts(&a.terms));
    if !a.end_reason.is_empty() {
        facts.push(("终止或作废原因", ui::text(&a.end_reason)));
    }
    facts.push(("起草人", ui::text(&a.made_by)));
    ui::facts(&facts)
}

fn fulfilment(a: &Agreement, kept: &Kept) -> Markup {
    let rows = [
        vec![
            ui::text("巡诊"),
            ui::text(format!("每周 {} 次", a.terms.rounds_per_week)),
            ui::text(format!("{} / {}", kept.rounds, kept.rounds_due)),
            share(kept.rounds_share()),
        ],
        vec![
            ui::text("转诊按时答复"),
            ui::opt(a.terms.green_minutes.map(|m| format!("绿色通道 {m} 分钟内"))),
            ui::text(format!("{} / {}", kept.referrals_in_time, kept.referrals_due)),
            share(kept.referrals_share()),
        ],
    ];
    ui::card(
        "履约情况",
        html! {
            (ui::table(&["项目", "约定", ">已做 / 应做", ">比例"], rows))
            p.text-secondary { "应做的巡诊按生效以来已满的周数计算；转诊只计已到答复时限的。共诊视 " (kept.seen) " 人次。" }
        },
    )
}

fn held(cx: &Cx, a: &Agreement, rounds: &[Round]) -> Markup {
    let rows = rounds.iter().map(|r| vec![ui::text(r.on), ui::text(&r.who), ui::text(r.seen), ui::text(&r.what)]);
    let form = html! {
        (ui::form_row(&[
            ui::date_with("巡诊日期", "on_date", Some(cx.today()), Field::date().required().max(cx.today())),
            ui::field("巡诊人员", "who", "", Field::text().required().limit(40)),
            ui::number("诊视人数", "seen", None, Field::number().required().min(0).max(9999)),
        ]))
        (ui::textarea("巡诊内容", "what", "", Field::text().required().limit(400)))
        (ui::submit("登记巡诊"))
    };
    html! {
        @if cx.may(ROUND) && a.in_force(cx.today()) { (ui::form(cx, &format!("{}/rounds", a.href()), form)) }
        (ui::table_or(&["日期", "巡诊人员", ">诊视人数", "内容"], rows, ui::empty("还没有巡诊记录。", None)))
    }
}

fn steps(cx: &Cx, a: &Agreement, state: State) -> Markup {
    let version = || ui::hidden("version", a.version.to_string());
    let href = a.href();
    html! {
        @if state == State::Draft {
            (ui::card("登记签署", ui::form(cx, &format!("{href}/sign"), html! {
                p { "双方在打印的协议上签字盖章后登记。" }
                (version())
                (ui::date_with("生效日期", "from", Some(cx.today()), Field::date().required()))
                (ui::submit("登记签署"))
            })))
            (ui::seldom("作废", false, ui::form(cx, &format!("{href}/withdraw"), html! {
                (version())
                (ui::field("作废原因", "reason", "", Field::text().required().limit(200)))
                (ui::submit_toned("作废这份草稿", Tone::Danger))
            })))
        }
        @if state == State::Signed {
            (ui::seldom("提前终止", false, ui::form(cx, &format!("{href}/end"), html! {
                (version())
                (ui::form_row(&[
                    ui::field("终止原因", "reason", "", Field::text().required().limit(200)),
                    ui::date_with("终止日期", "ended_on", Some(cx.today()), Field::date().required()
                        .max(cx.today() + Days::new(1)).hint("从这一天起不再生效")),
                ]))
                (ui::submit_toned("终止协议", Tone::Danger))
            })))
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Signed {
    version: i64,
    from: Date,
}

pub(in super::super) async fn sign(cx: Cx, Path(id): Path<String>, Form(f): Form<Signed>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::sign(tx, by, (id, f.version), f.from)).await?;
    Ok(web::see_with(&format!("/agreements/{id}"), "已登记签署，机构名册的签约医疗机构已随之更新"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    version: i64,
    reason: String,
}

pub(in super::super) async fn withdraw(cx: Cx, Path(id): Path<String>, Form(f): Form<Why>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::withdraw(tx, by, (id, f.version), &f.reason)).await?;
    Ok(web::see_with(&format!("/agreements/{id}"), "已作废"))
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    version: i64,
    reason: String,
    ended_on: Date,
}

pub(in super::super) async fn end(cx: Cx, Path(id): Path<String>, Form(f): Form<Ended>) -> Result<Response, Error> {
    let id = parse(&id)?;
    cx.write(move |tx, by| store::end(tx, by, (id, f.version), f.ended_on, &f.reason)).await?;
    Ok(web::see_with(&format!("/agreements/{id}"), "已终止，机构名册已随之更新"))
}

#[derive(Deserialize)]
pub(in super::super) struct Held {
    on_date: Date,
    who: String,
    seen: i64,
    what: String,
}

pub(in super::super) async fn round(cx: Cx, Path(id): Path<String>, Form(f): Form<Held>) -> Result<Response, Error> {
    let id = parse(&id)?;
    let round = Round { on: f.on_date, who: f.who, seen: f.seen, what: f.what };
    cx.write(move |tx, by| store::hold_round(tx, by, id, &round)).await?;
    Ok(web::see_with(&format!("/agreements/{id}"), "巡诊已登记"))
}
