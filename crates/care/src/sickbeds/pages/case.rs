//! One home sickbed: what is known of it, and what can be done next.

use super::super::fees::{self, Line};
use super::super::model::{Event, Item, Person, Sickbed, State, plus};
use super::super::rounds::Round;
use super::super::views::{last_day, tone};
use super::super::{APPLY, CARE, MANAGE, store};
use super::{SOURCE, key, parts};
use crate::chart::{self, Latest};
use crate::subject::{self, Subject};
use crate::visits;
use axum::extract::Path;
use db::audit::Entry;
use kernel::Date;
use registry::areas::Names;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

/// So many visits of a bed are shown at most: more than two a day of a cycle.
const VISITS: i64 = 200;

pub(super) struct Case {
    pub(super) bed: Sickbed,
    pub(super) subject: Subject,
    pub(super) items: Vec<Item>,
    pub(super) rounds: Vec<Round>,
    pub(super) lines: Vec<Line>,
    pub(super) events: Vec<Event>,
    pub(super) people: Vec<Person>,
    pub(super) visits: Vec<visits::store::Listed>,
    pub(super) place: String,
    pub(super) latest: Latest,
}

/// Everything of a bed, with the look at it in the audit.
pub(super) async fn load(cx: &Cx, elder: &str, id: &str) -> Result<Case, Error> {
    let (key, names) = (key(elder, id)?, cx.state.get::<Names>());
    let case = cx
        .read(move |tx, by| {
            let bed = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            let place = names.at(tx)?.path(subject.area);
            let people = store::staff_of(tx, bed.asked.institution)?;
            let (items, rounds) = (store::items(tx, key)?, store::rounds(tx, key)?);
            let (lines, events) = (store::lines(tx, key)?, store::events(tx, key)?);
            let of_it = visits::store::Filter { source: Some(key.id.uuid()), ..visits::store::Filter::default() };
            let visits = visits::store::list(tx, by, &of_it, VISITS, 0)?;
            let latest = chart::latest(tx, key.elder)?;
            Ok::<_, Error>(Case { bed, subject, items, rounds, lines, events, people, visits, place, latest })
        })
        .await?;
    let entry =
        Entry { action: "sickbeds.view", elder: Some(key.elder), subject: key.id.to_string(), ..Entry::default() };
    cx.note(entry).await?;
    Ok(case)
}

pub(in super::super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let case = load(&cx, &elder, &id).await?;
    let bed = &case.bed;
    let opened = bed.opened_on.is_some();
    let body = html! {
        (warnings(&cx, &case))
        @if bed.state == State::Open || bed.state.waiting() { (chart::banner(&case.latest)) }
        (ui::card("家庭病床", overview(&cx, &case)))
        @if cx.may(MANAGE) { (parts::next_step(&cx, &case)) }
        @if opened {
            (parts::rounds(&cx, &case))
            (parts::plan(&cx, &case))
            (parts::visits(&cx, &case))
            @if bed.state == State::Open && cx.may(CARE) { (parts::escalation(&cx, &case)) }
            (parts::account(&cx, &case))
        }
        (admission(&cx, bed))
        @if cx.may(MANAGE) && bed.state == State::Open { (parts::ending(&cx, &case)) }
        @if cx.may(APPLY) && bed.state.waiting() { (parts::withdrawal(&cx, &case)) }
        (ui::card("办理经过", history(&case.events)))
    };
    let page = Page::new(&cx, &format!("家庭病床：{}", case.subject.name)).crumb("家庭病床", "/sickbeds");
    Ok(page.actions(actions(bed)).source(SOURCE).body(body))
}

fn actions(bed: &Sickbed) -> Markup {
    let href = bed.key.href();
    let agreed = !matches!(bed.state, State::Applied | State::Refused | State::Withdrawn);
    html! {
        @if agreed { (ui::link_button(&format!("{href}/consent-form"), "打印同意书", Tone::Neutral)) }
        @if bed.opened_on.is_some() {
            (ui::link_button(&format!("{href}/account"), "费用清单", Tone::Neutral))
            (ui::link_button(&format!("{href}/summary"), "病床小结", Tone::Neutral))
        }
    }
}

fn warnings(cx: &Cx, case: &Case) -> Markup {
    let (bed, today) = (&case.bed, cx.today());
    let late = case.rounds.iter().find(|round| round.overdue(today));
    html! {
        @if bed.over(today) {
            (ui::alert(Tone::Danger, "周期已满", html! { "已于 " (last_day(bed.until).unwrap_or(today)) " 届满，请延长或撤床；期间不能再登记巡诊和费用。" }))
        } @else if let Some(round) = late.filter(|_| bed.state == State::Open) {
            (ui::alert(Tone::Warning, "巡诊逾期", html! { "应在 " (round.due_on) " 前巡诊。" }))
        }
        @if !bed.close_code.is_empty() {
            (ui::alert(Tone::Warning, bed.state.name(), html! { (bed.close_reason) "（" (bed.close_code) "）" }))
        }
    }
}

fn overview(cx: &Cx, case: &Case) -> Markup {
    let (bed, subject) = (&case.bed, &case.subject);
    let code =
        if bed.asked.diagnosis_code.is_empty() { String::new() } else { format!("（{}）", bed.asked.diagnosis_code) };
    let mut facts = vec![
        ("老年人", ui::link(&format!("/elders/{}", subject.id), &subject.name)),
        ("年龄、性别", ui::text(subject.age_and_sex(cx.today()))),
        ("住地", ui::text(&case.place)),
        ("状态", ui::badge(tone(bed.state), bed.state.name())),
        ("建床机构", ui::text(&bed.institution_name)),
        ("病种", ui::text(bed.asked.condition.name())),
        ("主要诊断", ui::text(format!("{}{code}", bed.asked.diagnosis))),
        ("申请", ui::text(format!("{} {} {}", bed.asked.on, bed.asked.by.name(), bed.asked.name))),
    ];
    if !bed.asked.wish.is_empty() {
        facts.push(("希望的服务", ui::text(&bed.asked.wish)));
    }
    if let Some(consent) = &bed.consent {
        facts.push(("同意书", ui::text(format!("{} {} {} 签字", consent.on, consent.by.name(), consent.name))));
    }
    if let Some(from) = bed.opened_on {
        let lasted = bed.lasted(cx.today());
        facts.extend([
            ("责任医师", ui::text(&bed.doctor_name)),
            ("责任护士", ui::text(&bed.nurse_name)),
            ("建床日期", ui::text(format!("{from}，共 {lasted} 天"))),
            ("周期至", ui::opt(last_day(bed.until))),
        ]);
    }
    if bed.extensions > 0 {
        facts.push(("延长", ui::text(format!("{} 次", bed.extensions))));
    }
    if let Some(on) = bed.closed_on {
        facts.push(("撤床日期", ui::text(on)));
    }
    if !bed.close_reason.is_empty() {
        facts.push((if bed.closed_on.is_some() { "撤床原因" } else { "原因" }, ui::text(&bed.close_reason)));
    }
    html! { (ui::facts(&facts)) @if !bed.summary.is_empty() { p { "小结：" (bed.summary) } } }
}

fn admission(cx: &Cx, bed: &Sickbed) -> Markup {
    let Some(decision) = &bed.decision else { return html! {} };
    let library = &cx.state.policies;
    let missing: Vec<&str> = decision
        .set("missing")
        .into_iter()
        .flatten()
        .map(|word| library.label("sickbed shortfall", word).unwrap_or(word))
        .collect();
    ui::card(
        "收治条件",
        html! {
            p {
                @if missing.is_empty() { (ui::badge(Tone::Success, "条件都符合")) }
                @for one in &missing { (ui::badge(Tone::Danger, one)) " " }
                " " (ui::opt(bed.decided_on)) " " (bed.decided_by)
            }
            @if !bed.decision_note.is_empty() { p { (bed.decision_note) } }
            (ui::because(library, decision))
        },
    )
}

/// What happened, without the rounds and lines that stand in cards of their own.
fn history(events: &[Event]) -> Markup {
    let own_card = |event: &&Event| matches!(event.kind.as_str(), "巡诊" | "出诊" | "记账" | "冲销");
    let rows = events
        .iter()
        .filter(|event| !own_card(event))
        .map(|e| vec![ui::text(e.on), ui::text(&e.kind), ui::text(&e.detail), ui::text(&e.by)]);
    ui::table(&["日期", "事项", "内容", "办理人"], rows)
}

/// When an item of the plan is to be done, with a mark if it should have been.
pub(super) fn due(item: &Item, today: Date) -> Markup {
    html! {
        @match item.due_on() {
            None => span.text-secondary { "已停止" },
            Some(day) => { (day) @if day < today { " " (ui::badge(Tone::Warning, "该做了")) } },
        }
    }
}

/// What the account comes to.
pub(super) fn sums(lines: &[Line]) -> Markup {
    let (price, charge) = fees::sum(lines);
    html! { p { "合计：应计 " strong { (price) } " 元，实收 " strong { (charge) } " 元" @if price != charge { "（差额由已有经费保障或不得同收）" } "。" } }
}

/// The latest day for the next round by the interval of the place.
pub(super) fn next_round(cx: &Cx, case: &Case) -> Option<Date> {
    let days = cx.state.policies.parameter("sickbed_round_days", case.subject.area, cx.today())?.value;
    Some(plus(cx.today(), days))
}
