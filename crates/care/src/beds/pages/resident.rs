//! One resident: in the queue, in a bed, away, gone; what can be done next; the sheet of admission.

use super::super::model::{Bed, Resident, State};
use super::super::store::{self, steps};
use super::{SOURCE, bed_id, choices, institution, key, queue, tone};
use crate::beds::WRITE;
use crate::chart::{self, Latest};
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::Date;
use policy::Decision;
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, html};

type Ids = Path<(String, String)>;
type Event = (Date, String, String, String);

struct Case {
    r: Resident,
    subject: Subject,
    place: String,
    bed: Option<Bed>,
    free: Vec<Bed>,
    events: Vec<Event>,
    need: Decision,
    latest: Latest,
    before: i64,
    kept: Option<Date>,
}

async fn load(cx: &Cx, elder: &str, id: &str) -> Result<Case, Error> {
    let (key, library) = (key(elder, id)?, cx.state.policies.clone());
    let case = cx
        .read(move |tx, by| {
            let r = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            let place = institution(tx, by, r.institution)?.facts.name;
            let bed = r.bed.map(|bed| store::bed_of(tx, by, r.institution, bed)).transpose()?;
            let free = if r.state.open() { store::free(tx, by, r.institution)? } else { vec![] };
            let (need, events) = (steps::need(tx, by, &library, key.elder)?, store::events(tx, key)?);
            let before = store::before(tx, &r)?;
            let kept = steps::kept_until(tx, by, &library, &r)?;
            let latest = chart::latest(tx, key.elder)?;
            Ok::<_, Error>(Case { r, subject, place, bed, free, events, need, latest, before, kept })
        })
        .await?;
    let entry = db::audit::Entry {
        action: "beds.read",
        elder: Some(key.elder),
        subject: key.id.to_string(),
        ..Default::default()
    };
    cx.note(entry).await?;
    Ok(case)
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    let r = &case.r;
    let body = html! {
        @if r.state.open() { (chart::banner(&case.latest)) }
        (ui::card("入住", overview(&cx, &case)))
        @if r.state.queues() {
            (ui::card("轮候通道", html! { p { (r.channel.name()) "：" (queue::reason(&cx.state.policies, r)) } (ui::because(&cx.state.policies, &r.decision)) }))
        }
        @if r.state.open() { (ui::card("按等级应安排", need(&cx, &case.need))) }
        @if cx.may(WRITE) { (forms(&cx, &case)) }
        (ui::card("经过", events(&case.events)))
    };
    let title = format!("入住：{}", case.subject.name);
    let mut page =
        Page::new(&cx, &title).crumb("床位与入住", "/beds").crumb(&case.place, &format!("/beds/{}", r.institution));
    if r.admitted_on.is_some() {
        page = page.actions(ui::link_button(&format!("{}/print", r.key.href()), "打印入住登记表", Tone::Neutral));
    }
    Ok(page.source(SOURCE).body(body))
}

fn overview(cx: &Cx, case: &Case) -> Markup {
    let r = &case.r;
    let mut facts = vec![
        ("老年人", ui::link(&format!("/elders/{}", r.key.elder), &case.subject.name)),
        ("年龄、性别", ui::text(case.subject.age_and_sex(cx.today()))),
        ("状态", ui::badge(tone(r.state), r.state.name())),
        ("登记日期", ui::text(r.applied_on)),
        ("评估等级", ui::opt(r.level)),
        ("意愿", ui::opt(Some(&r.wish))),
    ];
    if let Some(bed) = &case.bed {
        let place = ui::link(&format!("/beds/{}/bed/{}", r.institution, bed.id), bed.place());
        facts.extend([("床位", place), ("用途", ui::text(steps::kind(bed)))]);
    }
    match r.state {
        State::Waiting => facts.push(("轮候次序", ui::text(format!("第 {} 位", case.before + 1)))),
        State::Invited => facts.push(("预留至", ui::opt(r.held_until))),
        _ => facts.push(("入住日期", ui::opt(r.admitted_on))),
    }
    if let Some(since) = r.away_since {
        facts.extend([
            ("离开日期", ui::text(since)),
            ("事由", ui::text(&r.away_why)),
            ("预计返回", ui::opt(r.away_until)),
        ]);
    }
    facts.extend(case.kept.map(|day| ("床位保留至", kept(cx, day))));
    if let Some(on) = r.ended_on {
        facts.extend([("结束日期", ui::text(on)), ("原因", ui::text(&r.end_reason))]);
    }
    ui::facts(&facts)
}

fn kept(cx: &Cx, day: Date) -> Markup {
    html! { (day) @if day < cx.today() { " " (ui::badge(Tone::Warning, "保留期已满，请与家属商定")) } }
}

fn need(cx: &Cx, decision: &Decision) -> Markup {
    let code = decision.text("need").unwrap_or_default();
    let word = cx.state.policies.label("bed need", code).unwrap_or("不能判定");
    html! { p { strong { (word) } } (ui::because(&cx.state.policies, decision)) }
}

fn forms(cx: &Cx, case: &Case) -> Markup {
    let href = case.r.key.href();
    let form = |step: &str, title: &str, body: Markup| ui::card(title, ui::form(cx, &format!("{href}/{step}"), body));
    let all = match case.r.state {
        State::Waiting => vec![
            form("admit", "安排入住", admitting(cx, case)),
            form("invite", "先预留床位", inviting(case)),
            form("withdraw", "撤销轮候", reason("撤销原因", "withdraw_reason", "撤销轮候")),
        ],
        State::Invited => vec![
            form("admit", "安排入住", admitting(cx, case)),
            form("release", "取消预留", reason("取消原因", "release_reason", "取消预留")),
            form("withdraw", "撤销轮候", reason("撤销原因", "withdraw_reason", "撤销轮候")),
        ],
        State::Living => vec![
            form("move", "换床", moving(cx, case)),
            form("leave", "登记外出", leaving(cx)),
            form("discharge", "退住", ending(cx)),
        ],
        State::Away | State::Hospital => vec![
            form("return", "登记返回", html! { (day(cx, "返回日期", "back_on")) (ui::submit("登记返回")) }),
            form("discharge", "退住", ending(cx)),
        ],
        State::Discharged | State::Withdrawn => vec![],
    };
    ui::columns(&all)
}

/// Names are unique on a page: each form has its own.
fn day(cx: &Cx, label: &str, name: &str) -> Markup {
    ui::date_with(label, name, Some(cx.today()), Field::date().required().max(cx.today()))
}

fn reason(label: &str, name: &str, button: &str) -> Markup {
    html! {
        (ui::field(label, name, "", Field::text().required().limit(100)))
        (ui::submit_toned(button, Tone::Neutral))
    }
}

fn bed_choice(case: &Case, name: &str) -> Markup {
    let own = case.bed.iter().filter(|_| case.r.state == State::Invited);
    let mut options: Vec<(String, String)> =
        own.map(|bed| (bed.id.to_string(), format!("{}（已预留）", bed.place()))).collect();
    let chosen = options.first().map(|(id, _)| id.clone()).unwrap_or_default();
    options.extend(choices(&case.free));
    ui::select_with("床位", name, &options, &chosen, Field::default().required())
}

fn out_of_turn(case: &Case, name: &str) -> Markup {
    let first = case.before == 0 || case.r.state == State::Invited;
    html! {
        @if !first {
            (ui::field("不按次序安排的理由", name, "", Field::text().limit(100).hint(format!("前面还有 {} 人在轮候", case.before))))
        }
    }
}

fn admitting(cx: &Cx, case: &Case) -> Markup {
    html! { (bed_choice(case, "bed")) (day(cx, "入住日期", "on")) (out_of_turn(case, "reason")) (ui::submit("办理入住")) }
}

fn inviting(case: &Case) -> Markup {
    html! { (bed_choice(case, "held_bed")) (out_of_turn(case, "held_reason")) (ui::submit_toned("预留这张床", Tone::Neutral)) }
}

fn moving(cx: &Cx, case: &Case) -> Markup {
    html! {
        (bed_choice(case, "bed"))
        (day(cx, "换床日期", "on"))
        (ui::field("换床原因", "reason", "", Field::text().required().limit(100)))
        (ui::submit("换床"))
    }
}

fn leaving(cx: &Cx) -> Markup {
    html! {
        (ui::form_row(&[
            day(cx, "外出日期", "leave_on"),
            ui::date_with("预计返回", "until", Some(cx.today()), Field::date().required().min(cx.today())),
        ]))
        (ui::field("去向和事由", "leave_reason", "", Field::text().required().limit(100)))
        (ui::submit("登记外出"))
    }
}

fn ending(cx: &Cx) -> Markup {
    html! { (day(cx, "退住日期", "ended_on")) (reason("退住原因", "end_reason", "办理退住")) }
}

const WORDS: [(&str, &str); 10] = [
    ("apply", "登记轮候"),
    ("invite", "预留床位"),
    ("release", "取消预留"),
    ("admit", "入住"),
    ("move", "换床"),
    ("leave", "外出"),
    ("return", "返回"),
    ("hospital", "住院"),
    ("discharge", "退住"),
    ("withdraw", "撤销轮候"),
];

/// What an event is called.
pub(in super::super) fn word(event: &str) -> &str {
    WORDS.iter().find(|(code, _)| *code == event).map_or(event, |(_, word)| word)
}

fn events(all: &[Event]) -> Markup {
    let rows = all.iter().map(|(on, event, detail, who)| {
        vec![ui::text(on), ui::text(word(event)), ui::opt(Some(detail)), ui::text(who)]
    });
    ui::table(&["日期", "事项", "内容", "办理人"], rows)
}

pub(in super::super) async fn print(cx: Cx, Path((elder, id)): Ids) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    let (r, subject) = (&case.r, &case.subject);
    let Some(admitted) = r.admitted_on else {
        return Err(Error::Conflict("尚未入住，没有可打印的入住登记表".into()));
    };
    let sheet = html! {
        (ui::facts(&[
            ("机构", ui::text(&case.place)),
            ("姓名", ui::text(&subject.name)),
            ("年龄、性别", ui::text(subject.age_and_sex(cx.today()))),
            ("入住日期", ui::text(ui::date_zh(admitted))),
            ("床位", ui::opt(case.bed.as_ref().map(Bed::place))),
            ("床位用途", ui::opt(case.bed.as_ref().map(steps::kind))),
            ("评估等级", ui::opt(r.level)),
            ("轮候通道", ui::text(format!("{}：{}", r.channel.name(), queue::reason(&cx.state.policies, r)))),
            ("状态", ui::text(r.state)),
            ("退住日期", ui::opt(r.ended_on.map(ui::date_zh))),
            ("退住原因", ui::opt(Some(&r.end_reason))),
        ]))
        (events(&case.events))
        p { "本表一式两份，机构与老年人（家属）各执一份。" }
        (ui::seals(&["机构", "老年人或家属"]))
    };
    let page = Page::new(&cx, "入住登记表").crumb("床位与入住", "/beds").crumb(&subject.name, &r.key.href());
    Ok(page.source(SOURCE).body(ui::print_sheet("养老机构入住登记表", sheet)))
}

#[derive(Deserialize)]
pub(in super::super) struct Held {
    held_bed: String,
    held_reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Dated {
    bed: String,
    on: Date,
    reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Released {
    release_reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Withdrawn {
    withdraw_reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Left {
    leave_on: Date,
    until: Date,
    leave_reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Ended {
    ended_on: Date,
    end_reason: Option<String>,
}

#[derive(Deserialize)]
pub(in super::super) struct Back {
    back_on: Date,
}

pub(in super::super) async fn invite(cx: Cx, Path((elder, id)): Ids, Form(h): Form<Held>) -> Result<Response, Error> {
    let (key, bed, library) = (key(&elder, &id)?, bed_id(&h.held_bed)?, cx.state.policies.clone());
    let why = h.held_reason.unwrap_or_default();
    cx.write(move |tx, by| steps::invite(tx, by, &library, key, (bed, &why))).await?;
    Ok(web::see_with(&key.href(), "已预留床位"))
}

pub(in super::super) async fn release(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(r): Form<Released>,
) -> Result<Response, Error> {
    let (key, why) = (key(&elder, &id)?, r.release_reason.unwrap_or_default());
    cx.write(move |tx, by| steps::release(tx, by, key, &why)).await?;
    Ok(web::see_with(&key.href(), "已取消预留"))
}

pub(in super::super) async fn admit(cx: Cx, Path((elder, id)): Ids, Form(d): Form<Dated>) -> Result<Response, Error> {
    let (key, bed, library) = (key(&elder, &id)?, bed_id(&d.bed)?, cx.state.policies.clone());
    let why = d.reason.unwrap_or_default();
    cx.write(move |tx, by| steps::admit(tx, by, &library, key, (bed, d.on, &why))).await?;
    Ok(web::see_with(&key.href(), "已办理入住"))
}

pub(in super::super) async fn relocate(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(d): Form<Dated>,
) -> Result<Response, Error> {
    let (key, bed, library) = (key(&elder, &id)?, bed_id(&d.bed)?, cx.state.policies.clone());
    let why = d.reason.unwrap_or_default();
    cx.write(move |tx, by| steps::relocate(tx, by, &library, key, (bed, d.on, &why))).await?;
    Ok(web::see_with(&key.href(), "已换床"))
}

pub(in super::super) async fn leave(cx: Cx, Path((elder, id)): Ids, Form(l): Form<Left>) -> Result<Response, Error> {
    let (key, library) = (key(&elder, &id)?, cx.state.policies.clone());
    let why = l.leave_reason.unwrap_or_default();
    cx.write(move |tx, by| steps::leave(tx, by, &library, key, (l.leave_on, l.until, &why))).await?;
    Ok(web::see_with(&key.href(), "已登记外出"))
}

pub(in super::super) async fn come_back(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(b): Form<Back>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    cx.write(move |tx, by| steps::come_back(tx, by, key, b.back_on)).await?;
    Ok(web::see_with(&key.href(), "已登记返回"))
}

/// After the end the institution does not see the file any more: back to its beds.
pub(in super::super) async fn discharge(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(e): Form<Ended>,
) -> Result<Response, Error> {
    let (key, why) = (key(&elder, &id)?, e.end_reason.unwrap_or_default());
    let place = cx.read(move |tx, by| store::find(tx, by, key)).await?.institution;
    cx.write(move |tx, by| steps::discharge(tx, by, key, e.ended_on, &why)).await?;
    Ok(web::see_with(&format!("/beds/{place}"), "已办理退住"))
}

pub(in super::super) async fn withdraw(
    cx: Cx,
    Path((elder, id)): Ids,
    Form(w): Form<Withdrawn>,
) -> Result<Response, Error> {
    let (key, why) = (key(&elder, &id)?, w.withdraw_reason.unwrap_or_default());
    let place = cx.read(move |tx, by| store::find(tx, by, key)).await?.institution;
    cx.write(move |tx, by| steps::withdraw(tx, by, key, &why)).await?;
    Ok(web::see_with(&format!("/beds/{place}/queue"), "已撤销轮候"))
}
