//! The calendar: what each hospital owes, what it has done, until when the rest is due, the most pressing first.

use super::super::book::word;
use super::super::calendar::{Per, Span, Standing, Tally, Verdict, horizon, standings};
use super::super::model::{Clinic, HOMES, MEDICAL, Short, State, short, short_facts};
use super::super::store::{self, Filter, rows};
use super::super::views::tone;
use super::super::{CLINIC, CONFIRM};
use super::{SOURCE, institution, parse_area, tabs};
use kernel::area::Level;
use kernel::{Area, Date};
use registry::institutions::{Institution, Kind};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    area: Option<String>,
    on: Option<Date>,
}

/// How many homes the page names.
const HOMES_SHOWN: usize = 30;
/// How many clinics wait on the page.
const WAITING: i64 = 50;

pub(in super::super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let on = asked.on.unwrap_or(cx.today());
    if on > cx.today() {
        return Err(Error::field("on", "日期", "晚于今天"));
    }
    let area = parse_area(asked.area.as_deref())?;
    let (hospitals, homes, (kinds, held), waiting) = cx
        .read(move |tx, by| {
            let hospitals = store::institutions(tx, by, &[Kind::Hospital], area)?;
            let homes = around(tx, by, area)?;
            let filter = Filter { state: Some(State::Recorded), ..Filter::default() };
            let waiting = store::list(tx, by, &filter, WAITING, 0)?;
            let done = (rows::kinds(tx, by)?, store::held(tx, by, horizon(on))?);
            Ok::<_, Error>((hospitals, homes, done, waiting))
        })
        .await?;
    let all = standings(&cx.state.policies, hospitals, &kinds, &held, on);
    let weak: Vec<(Short, &Institution)> = weak(&cx, &homes, on);
    let body = html! {
        (tabs("/duties"))
        (filters(&asked, on))
        @if !all.is_empty() { (figures(&all, &weak, waiting.len())) (ui::card("医院义诊", table(&cx, &all, on))) }
        @else if cx.user.institution.is_none() { (ui::empty("辖区名册中没有医院。", None)) }
        @if !waiting.is_empty() { (ui::card("待养老机构确认的义诊", pending(&waiting))) }
        @if !homes.is_empty() { (ui::card("医疗资源薄弱的养老机构", places(&cx, &homes, &weak, on))) }
        @if all.is_empty() && homes.is_empty() && waiting.is_empty() { (ui::empty("本机构没有应做或待确认的义诊。", None)) }
    };
    let mut page = Page::new(&cx, "责任台账");
    if may_record(&cx) {
        page = page.actions(ui::link_button("/duties/clinics/new", "登记义诊", Tone::Primary));
    }
    Ok(page.source(SOURCE).body(body))
}

/// The homes to go to: those in sight, for the medical side those of its county, for a home none.
fn around(tx: &mut db::Tx<'_>, by: &db::Actor, area: Option<Area>) -> Result<Vec<Institution>, Error> {
    let Some(own) = by.scope.institution else { return Ok(store::institutions(tx, by, HOMES, area)?) };
    let own = store::side(tx, by, own)?.facts;
    if !medical(own.kind) {
        return Ok(vec![]);
    }
    let sides = store::sides(tx, by, own.area.up_to(Level::County), HOMES)?;
    Ok(sides.into_iter().map(|one| Institution { id: one.id, facts: one.facts }).collect())
}

/// Whether the person may record a clinic: the clerk for any, others for their own.
pub(super) fn may_record(cx: &Cx) -> bool {
    cx.may(CLINIC)
}

fn filters(asked: &Asked, on: Date) -> Markup {
    let body = html! {
        (ui::field("区划代码", "area", asked.area.clone().unwrap_or_default(), Field::text().placeholder("6、9 或 12 位")))
        (ui::date_with("看哪一天", "on", Some(on), Field::date()))
    };
    ui::filters("/duties", body)
}

fn weak<'a>(cx: &Cx, homes: &'a [Institution], on: Date) -> Vec<(Short, &'a Institution)> {
    let all = homes.iter().map(|home| (short(&cx.state.policies, &home.facts, on), home));
    let mut weak: Vec<_> = all.filter(|(found, _)| found.short).collect();
    weak.sort_by_key(|(found, _)| !found.first);
    weak
}

fn figures(all: &[Standing], weak: &[(Short, &Institution)], waiting: usize) -> Markup {
    let of = |verdicts: &[Verdict]| all.iter().filter(|one| verdicts.contains(&one.verdict())).count();
    let must = all.iter().filter(|one| one.owed.is_some()).count();
    let done = of(&[Verdict::Done, Verdict::Missed]);
    let first = weak.iter().filter(|(found, _)| found.first).count();
    ui::columns(&[
        ui::figure("应做义诊的医院", must, html! { "共 " (all.len()) " 家医院" }),
        ui::figure("本期已做足", format!("{done} / {must}"), html! { "只计养老机构确认、对象医疗资源薄弱的" }),
        ui::figure(
            "上期没有做足",
            of(&[Verdict::Behind, Verdict::Missed]),
            html! { "其中本期也还没有：" (of(&[Verdict::Behind])) },
        ),
        ui::figure(
            "医疗资源薄弱的养老机构",
            weak.len(),
            html! { "优先前往 " (first) " 家" @if waiting > 0 { "，待确认义诊 " (waiting) " 次" } },
        ),
    ])
}

/// A verdict as a badge with what is to be done.
fn badge(one: &Standing, on: Date) -> Markup {
    let left = one.left();
    let days = one.owed.map(|(_, span)| (span.last - on).num_days()).unwrap_or_default();
    match one.verdict() {
        Verdict::Behind => {
            html! { (ui::badge(Tone::Danger, "逾期")) " 上期没有做足，本期还差 " (left) " 次，剩 " (days) " 天" }
        }
        Verdict::Due => html! { (ui::badge(Tone::Warning, format!("还差 {left} 次"))) " 剩 " (days) " 天" },
        Verdict::Undecided => ui::badge(Tone::Neutral, "无法判定"),
        Verdict::Missed => {
            html! { (ui::badge(Tone::Success, "本期已做足")) " " (ui::badge(Tone::Warning, "上期没有做足")) }
        }
        Verdict::Done => ui::badge(Tone::Success, "本期已做足"),
        Verdict::Encouraged => ui::badge(Tone::Neutral, "鼓励"),
        Verdict::Free => ui::badge(Tone::Neutral, "不要求"),
    }
}

fn tally(t: Tally) -> Markup {
    html! {
        (t.done)
        @if t.open > 0 { br; span.text-secondary { (t.open) " 次未确认" } }
        @if t.elsewhere > 0 { br; span.text-secondary { (t.elsewhere) " 次不计" } }
    }
}

/// What one's own duty, or that of the hospitals in sight.
fn table(cx: &Cx, all: &[Standing], on: Date) -> Markup {
    let row = |one: &Standing| {
        let span = one.owed.map(|(_, span)| span);
        vec![
            institution(cx, one.hospital.id, &one.hospital.facts.name),
            ui::opt(one.hospital.facts.hospital_level.as_deref()),
            badge(one, on),
            html! { @if let Some((times, span)) = one.owed { (span.per) " " (times) " 次" } @else { (ui::opt(None::<String>)) } },
            html! { @if span.is_some() { (tally(one.now)) } @else { (ui::opt(None::<String>)) } },
            ui::opt(span.map(|span| span.last)),
            html! { @if let Some((span, t)) = one.missed { (span.name()) "：" (tally(t)) } @else { (ui::opt(None::<String>)) } },
        ]
    };
    let span = all.iter().find_map(|one| one.owed).map(|(_, span)| span).or_else(|| Span::of(Per::Quarter, on));
    html! {
        @if let Some(span) = span { p.text-secondary { "本期：" (span.name()) "，" (span.first) " 至 " (span.last) "。" } }
        (ui::table(&["医院", "等级", "情况", "应做", ">本期已计", "最迟", "上期没有做足"], all.iter().map(row)))
        (grounds(cx, all))
    }
}

/// Why it is asked for, once for each kind and level.
fn grounds(cx: &Cx, all: &[Standing]) -> Markup {
    let kind = |one: &Standing| {
        let code = one.decision.facts.get("hospital_kind").and_then(policy::Value::text)?;
        cx.state.policies.label("hospital kind", code)
    };
    let name = |one: &Standing| {
        let level = one.hospital.facts.hospital_level.as_deref().unwrap_or("没有写等级");
        format!("{level}{}", kind(one).unwrap_or_default())
    };
    let mut named: Vec<(String, &Standing)> = Vec::new();
    for one in all {
        if !named.iter().any(|(known, _)| *known == name(one)) {
            named.push((name(one), one));
        }
    }
    html! {
        @for (name, one) in named {
            p.mt-3.mb-1 { (name) "：" @match one.decision.text("duty") { Some("none") => "不要求", Some(duty) => (word(duty)), None => "未定" } }
            (ui::because(&cx.state.policies, &one.decision))
        }
    }
}

/// Clinics that wait for the home.
fn pending(waiting: &[Clinic]) -> Markup {
    let row = |c: &Clinic| {
        vec![
            ui::row_link(&c.href(), c.facts.on),
            ui::text(&c.hospital_name),
            ui::text(&c.home_name),
            ui::badge(tone(c.state), c.state.name()),
            ui::text(c.facts.seen),
        ]
    };
    ui::table(&["日期", "医院", "养老机构", "状态", ">看诊"], waiting.iter().map(row))
}

fn places(cx: &Cx, homes: &[Institution], weak: &[(Short, &Institution)], on: Date) -> Markup {
    let library = &cx.state.policies;
    let rule = homes
        .first()
        .map(|home| library.decide("short_of_medicine", home.facts.area, on, &short_facts(&home.facts, on)));
    let row = |(found, home): &(Short, &Institution)| {
        let mark =
            if found.first { ui::badge(Tone::Danger, "优先前往") } else { ui::badge(Tone::Warning, "薄弱") };
        vec![institution(cx, home.id, &home.facts.name), ui::text(home.facts.kind), mark, ui::opt(home.facts.beds)]
    };
    html! {
        p.text-secondary {
            "没有内设医疗机构的算作医疗资源薄弱，连在期的合作协议也没有的优先前往。" (homes.len()) " 家养老机构中有 " (weak.len()) " 家"
            @if weak.len() > HOMES_SHOWN { "，下面是前 " (HOMES_SHOWN) " 家" } "。"
        }
        (ui::table_or(&["养老机构", "类型", "判定", ">养老床位"], weak.iter().take(HOMES_SHOWN).map(row), ui::empty("没有医疗资源薄弱的养老机构。", None)))
        @if let Some(rule) = rule { (ui::because(library, &rule)) }
    }
}

/// Whether a clinic may be held by the person's own institution.
pub(super) fn medical(kind: Kind) -> bool {
    MEDICAL.contains(&kind)
}

/// Whether the person may answer for a home.
pub(super) fn may_answer(cx: &Cx, c: &Clinic) -> bool {
    cx.may(CONFIRM) && cx.user.institution.is_none_or(|own| own == c.home)
}
