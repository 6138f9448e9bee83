//! One contract: consent, package, promises as a checklist, and what can be done with it.

use super::super::fulfilment::{Progress, Promise, Tally};
use super::super::model::{Contract, Doctor, END_REASONS, Package, Party, State, promised};
use super::super::store::steps::{self, Signing};
use super::super::views::{EXPIRY_WARNING, progress_tone, term, tone};
use super::super::{FULFIL, SIGN, store};
use super::{SOURCE, consent, consent_facts, key, label, priority};
use axum::extract::Path;
use axum::response::Response;
use chrono::Days;
use kernel::{Date, StaffId};
use registry::areas::Names;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;

struct Case {
    c: Contract,
    party: Party,
    promises: Vec<Promise>,
    people: Vec<Doctor>,
    place: String,
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let (key, names) = (key(&elder, &id)?, cx.state.get::<Names>());
    let case = cx
        .read(move |tx, by| {
            let c = store::find(tx, by, key)?;
            let party = store::party(tx, by, key.elder, by.today())?;
            let (promises, people) = (store::promises(tx, key)?, store::people(tx, c.institution)?);
            let place = names.at(tx)?.path(party.area);
            Ok::<_, Error>(Case { c, party, promises, people, place })
        })
        .await?;
    let state = case.c.state_on(cx.today());
    let body = html! {
        (ui::card("签约", overview(&cx, &case, state)))
        (ui::columns(&[
            ui::card("知情同意", consent_facts(&case.c)),
            ui::card("优先对象", priority(&cx.state.policies, &case.c.decision)),
        ]))
        @if state == State::Draft && cx.may(SIGN) { (signing(&cx, &case)) }
        @if case.c.from.is_some() { (checklist(&cx, &case)) }
        @if cx.may(SIGN) { (steps_of(&cx, &case, state)) }
    };
    let page = Page::new(&cx, &format!("签约：{}", case.party.name)).crumb("家庭医生签约", "/contracts");
    Ok(page.actions(actions(&cx, &case, state)).source(SOURCE).body(body))
}

fn actions(cx: &Cx, case: &Case, state: State) -> Markup {
    let c = &case.c;
    let ending = c.until.is_some_and(|until| until <= cx.today() + Days::new(EXPIRY_WARNING));
    let renew = cx.may(SIGN) && matches!(state, State::Signed | State::Expired) && ending && case.party.present;
    html! {
        @if c.from.is_some() { (ui::link_button(&format!("{}/print", c.key.href()), "打印协议", Tone::Neutral)) }
        @if renew {
            (ui::link_button(&format!("/contracts/new?elder={}&renews={}", c.key.elder, c.key.id), "续签", Tone::Primary))
        } @else if cx.may(SIGN) && !consent::open(state) && case.party.present {
            (consent::ask_again(c.key.elder))
        }
    }
}

fn overview(cx: &Cx, case: &Case, state: State) -> Markup {
    let (c, party) = (&case.c, &case.party);
    let mut facts = vec![
        ("老年人", ui::link(&format!("/elders/{}", party.id), &party.name)),
        ("年龄、性别", ui::text(format!("{} 岁 {}", party.age(cx.today()), party.sex))),
        ("住地", ui::text(&case.place)),
        ("状态", ui::badge(tone(state), state.name())),
        ("签约机构", ui::text(&c.institution_name)),
        ("家庭医生", ui::opt(Some(&c.doctor_name))),
        ("服务包", ui::text(c.package.name())),
    ];
    if let Some(on) = c.signed_on {
        facts.extend([("签约日期", ui::text(on)), ("有效期", ui::text(term(c)))]);
    }
    if let Some(on) = c.ended_on {
        facts.extend([("解约日期", ui::text(on)), ("解约原因", ui::text(&c.end_reason))]);
    }
    if c.state == State::Withdrawn {
        facts.push(("作废原因", ui::text(&c.end_reason)));
    }
    ui::facts(&facts)
}

/// The form of the signing, with what either package promises.
fn signing(cx: &Cx, case: &Case) -> Markup {
    let c = &case.c;
    let doctors: Vec<(String, String)> = case
        .people
        .iter()
        .filter(|person| person.may_sign(cx.today()))
        .map(|d| {
            (d.id.to_string(), format!("{}（{}）", d.name, d.qualification.as_deref().unwrap_or("未登记资格证书")))
        })
        .collect();
    let own = cx.user.staff.map(|id| id.to_string()).unwrap_or_default();
    let body = html! {
        (ui::select("家庭医生", "doctor", &doctors, &own))
        (ui::radios("服务包", "package", &Package::options(), c.package.code()))
        (ui::date_with("签约日期", "signed_on", Some(cx.today()), Field::date().required().min(c.consent.on).max(cx.today())))
        (ui::submit("签约"))
    };
    html! {
        (ui::card("签订协议", html! {
            @if doctors.is_empty() { (ui::alert(Tone::Warning, "本机构没有可签约的医师", "请先在从业人员中登记医师及其在有效期内的资格证书。")) }
            @else { (ui::form(cx, &format!("{}/sign", c.key.href()), body)) }
        }))
        (ui::card("两种服务包承诺的服务", packages(cx, case)))
    }
}

fn packages(cx: &Cx, case: &Case) -> Markup {
    let library = &cx.state.policies;
    let decisions = [Package::Healthy, Package::Disabled].map(|p| steps::promises(library, &case.party, p, cx.today()));
    let mut rows: BTreeMap<String, [Option<i64>; 2]> = BTreeMap::new();
    for (at, decision) in decisions.iter().enumerate() {
        for service in promised(decision) {
            rows.entry(service.service).or_default()[at] = Some(service.interval_days);
        }
    }
    let every = |days: Option<i64>| ui::opt(days.map(|days| format!("每 {days} 天一次")));
    let rows = rows.iter().map(|(service, [healthy, disabled])| {
        vec![ui::text(label(library, "promised service", service)), every(*healthy), every(*disabled)]
    });
    html! {
        (ui::table(&["服务项", Package::Healthy.name(), Package::Disabled.name()], rows))
        (ui::because(library, &decisions[0]))
    }
}

fn checklist(cx: &Cx, case: &Case) -> Markup {
    let c = &case.c;
    let tally = Tally::of(&case.promises, c.ended_on, cx.today());
    let rows = case.promises.iter().map(|promise| row(cx, c, promise));
    html! {
        (ui::card("服务项与履约", html! {
            (ui::progress(tally.done, tally.promised))
            p {
                "到今天应做 " strong { (tally.due) } " 项：按期 " (tally.in_time) "，补做 " (tally.late) "，逾期待补 " (tally.overdue)
                "，未履行 " (tally.missed) "。履约率 " (ui::bp(tally.kept())) "，按期率 " (ui::bp(tally.punctual())) "。"
            }
            (ui::table(&["服务项", ">期次", "应完成日期", "付费渠道", "状态", "完成情况", ""], rows))
            @if let Some(decision) = &c.promised { (ui::because(&cx.state.policies, decision)) }
            @else { (ui::unverified_all(&case.promises.iter().filter_map(|p| p.unverified.as_ref()).collect::<Vec<_>>())) }
        }))
    }
}

fn row(cx: &Cx, c: &Contract, promise: &Promise) -> Vec<Markup> {
    let progress = promise.progress(c.ended_on, cx.today());
    let href = format!("{}/promises/{}", c.key.href(), promise.id);
    let open = matches!(progress, Progress::Waiting | Progress::Overdue) && promise.slot.opens_on <= cx.today();
    let done = promise.done.as_ref();
    vec![
        ui::text(&promise.title),
        ui::text(promise.nth),
        html! { (promise.slot.due_on) br; span.text-secondary { (promise.slot.opens_on) " 起" } },
        ui::text(label(&cx.state.policies, "payer", &promise.payer)),
        ui::badge(progress_tone(progress), progress.name()),
        html! { @if let Some(done) = done { (done.on) " " (done.by) br; span.text-secondary { (done.result) } } },
        html! { @if cx.may(FULFIL) {
            @if open { a.btn.btn-sm href=(href) { "登记完成" } }
            @else if done.is_some_and(|done| done.checkup.is_none()) { a href=(href) { "更正" } }
        } },
    ]
}

/// Withdrawing a draft, ending a contract.
fn steps_of(cx: &Cx, case: &Case, state: State) -> Markup {
    let c = &case.c;
    let reasons: Vec<(&str, &str)> = END_REASONS.iter().map(|reason| (*reason, *reason)).collect();
    let href = c.key.href();
    html! {
        @if state == State::Draft {
            (ui::seldom("作废", false, ui::form(cx, &format!("{href}/withdraw"), html! {
                (ui::field("作废原因", "reason", "", Field::text().required().limit(200)))
                (ui::submit_toned("作废这份记录", Tone::Danger))
            })))
        }
        @if state == State::Signed {
            (ui::seldom("解约", false, ui::form(cx, &format!("{href}/end"), html! {
                (ui::form_row(&[
                    ui::select("解约原因", "reason", &reasons, ""),
                    ui::date_with("解约日期", "ended_on", Some(cx.today()), Field::date().required()
                        .hint("从这一天起不再履约")),
                ]))
                (ui::field("说明", "note", "", Field::text().limit(100)))
                (ui::submit_toned("解约", Tone::Danger))
            })))
        }
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Signed {
    doctor: String,
    package: Package,
    signed_on: Date,
}

pub(in super::super) async fn sign(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Signed>) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let doctor = StaffId::parse(&f.doctor).ok_or_else(|| Error::field("doctor", "家庭医生", "请选择家庭医生"))?;
    let (library, new) = (cx.state.policies.clone(), Signing { doctor, package: f.package, on: f.signed_on });
    cx.write(move |tx, by| store::sign(tx, by, &library, key, &new)).await?;
    Ok(web::see_with(&key.href(), "已签约，各服务项的应完成日期已排定"))
}

#[derive(Deserialize)]
pub(in super::super) struct Why {
    reason: String,
}

pub(in super::super) async fn withdraw(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Why>) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    cx.write(move |tx, by| store::withdraw(tx, by, key, &f.reason)).await?;
    Ok(web::see_with(&key.href(), "已作废"))
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    reason: String,
    note: Option<String>,
    ended_on: Date,
}

pub(in super::super) async fn end(cx: Cx, Path((elder, id)): Ids, Form(f): Form<Ended>) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let why = f.note.map_or_else(|| f.reason.clone(), |note| format!("{}：{}", f.reason, kernel::text::clean(&note)));
    cx.write(move |tx, by| store::end(tx, by, key, f.ended_on, &why)).await?;
    Ok(web::see_with(&key.href(), "已解约"))
}
