//! Pages of alarms: the list, one alarm with its steps, how the rules do.

use super::ACT;
use super::model::{Alarm, Key, Kind, Level, Outcome, State};
use super::store::{self, Event, Filter};
use super::views::tone;
use crate::live::Live;
use crate::vitals::Intake;
use axum::extract::Path;
use axum::response::Response;
use chrono::TimeDelta;
use kernel::{Bp, StaffId, time};
use registry::{elders, staff};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SIZE: i64 = 50;
/// The rules are judged by so many days.
const LOOK_BACK: i64 = 90;
/// From this share of false alarms on a rule is to be mended.
const TOO_FALSE: i64 = 5_000;
/// Where what the pages show comes from.
const SOURCE: &str = "报警由设备的测量按“生命体征监测与呼救约定”和个人阈值产生，由本平台登记处置。";

#[derive(Deserialize)]
pub(super) struct Wanted {
    closed: Option<String>,
    level: Option<String>,
    kind: Option<String>,
    page: Option<i64>,
}

impl Wanted {
    fn filter(&self) -> Filter {
        Filter {
            closed: self.closed.is_some(),
            level: self.level.as_deref().and_then(Level::parse),
            kind: self.kind.as_deref().and_then(Kind::parse),
            ..Filter::default()
        }
    }

    fn base(&self) -> String {
        let Filter { closed, level, kind, .. } = self.filter();
        let mut base = String::from("/alarms?");
        base += if closed { "closed=1&" } else { "" };
        base += &level.map(|level| format!("level={}&", level.code())).unwrap_or_default();
        base + &kind.map(|kind| format!("kind={}", kind.code())).unwrap_or_default()
    }
}

pub(super) async fn list(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let (filter, page) = (wanted.filter(), wanted.page.unwrap_or(1).max(1));
    let (rows, total) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::list(tx, by, filter, SIZE, (page - 1) * SIZE)?, store::count(tx, by, filter)?))
        })
        .await?;
    let all = |options: Vec<(&'static str, &'static str)>| [vec![("", "全部")], options].concat();
    let tabs = [("/alarms", "未结束", !filter.closed), ("/alarms?closed=1", "已结束", filter.closed)];
    let body = html! {
        (ui::tabs(&[tabs[0], tabs[1], ("/alarms/rules", "规则与误报", false)]))
        (ui::filters("/alarms", html! {
            @if filter.closed { (ui::hidden("closed", "1")) }
            (ui::select("级别", "level", &all(Level::options()), filter.level.map_or("", Level::code)))
            (ui::select("种类", "kind", &all(Kind::options()), filter.kind.map_or("", Kind::code)))
        }))
        (ui::table_or(&["老年人", "级别", "种类", "内容", "时间", "状态"], rows.iter().map(|(name, alarm)| row(name, alarm)),
            ui::empty("没有这样的报警。", None)))
        (ui::pager(&PageInfo::new(wanted.base(), page, SIZE, total)))
    };
    Ok(Page::new(&cx, "报警").source(SOURCE).body(body))
}

fn row(name: &str, alarm: &Alarm) -> Vec<Markup> {
    vec![
        ui::row_link(&alarm.key.href(), name),
        level(alarm),
        ui::text(alarm.kind.name()),
        html! { (alarm.message) @if alarm.repeats > 0 { " " (ui::muted(format!("又出现 {} 次", alarm.repeats))) } },
        ui::moment(alarm.raised_at),
        state(alarm),
    ]
}

fn level(alarm: &Alarm) -> Markup {
    html! {
        (ui::badge(tone(alarm.level), alarm.level.name()))
        @if alarm.drill { " " (ui::badge(Tone::Neutral, "演练")) }
    }
}

fn state(alarm: &Alarm) -> Markup {
    let tone = match alarm.state {
        State::Open => Tone::Danger,
        State::Acknowledged => Tone::Info,
        State::Closed => Tone::Neutral,
    };
    let text = alarm.outcome.map_or(alarm.state.name(), Outcome::name);
    html! {
        (ui::badge(tone, text))
        @if alarm.state == State::Acknowledged { " " (ui::muted(&alarm.acknowledged_by)) }
        @if alarm.recovered_at.is_some() && alarm.state != State::Closed { " " (ui::muted("读数已恢复")) }
    }
}

pub(super) async fn rules(cx: Cx) -> Result<Markup, Error> {
    let since = cx.now - TimeDelta::days(LOOK_BACK);
    let all = cx.read(move |tx, by| store::rules(tx, by, since)).await?;
    let rows = all.iter().map(|(rule, total, wrong)| {
        let share = Bp(wrong * 10_000 / (*total).max(1));
        let (kind, level) = rule.split_once('.').unwrap_or((rule, ""));
        let advice = if share.0 >= TOO_FALSE {
            "误报过半：请调整个人阈值、佩戴或测量方法，或改规则表"
        } else {
            ""
        };
        vec![
            ui::text(rule_name(kind)),
            ui::text(Level::parse(level).map_or("登记", Level::name)),
            ui::text(total),
            ui::text(wrong),
            ui::bp(Some(share)),
            ui::text(advice),
        ]
    });
    let body = html! {
        (ui::tabs(&[("/alarms", "未结束", false), ("/alarms?closed=1", "已结束", false), ("/alarms/rules", "规则与误报", true)]))
        p { "近 " (LOOK_BACK) " 天内发生并已结束的报警，不含演练。误报按结束时选的结果计。" }
        (ui::table_or(&["规则", "级别", "报警", "其中误报", "误报率", "建议"], rows, ui::empty("这段时间没有已结束的报警。", None)))
    };
    Ok(Page::new(&cx, "规则与误报").source(SOURCE).body(body))
}

/// A rule is named after a vital sign or after the kind of its alarm.
fn rule_name(word: &str) -> &str {
    crate::vitals::Vital::of_code(word).map(|v| v.name()).or(Kind::parse(word).map(Kind::name)).unwrap_or(word)
}

fn key((elder, id): &(String, String)) -> Result<Key, Error> {
    Key::parse(elder, id).ok_or(Error::NotFound)
}

type Ids = Path<(String, String)>;

pub(super) async fn show(cx: Cx, Path(ids): Ids) -> Result<Markup, Error> {
    let (key, act, own) = (key(&ids)?, cx.may(ACT), cx.user.institution);
    let (alarm, events, face, helpers) = cx
        .read(move |tx, by| {
            let alarm = store::find(tx, by, key)?;
            let face = elders::store::find(tx, by, key.elder)?;
            let helpers = match own.filter(|_| act && alarm.state == State::Acknowledged) {
                Some(own) => staff::store::options(tx, by, Some(own), &[])?,
                None => vec![],
            };
            Ok::<_, Error>((alarm, store::events(tx, key)?, face, helpers))
        })
        .await?;
    let body = html! {
        (ui::card("报警", html! {
            (ui::facts(&facts(&alarm)))
            @if act { (steps(&cx, &alarm, &helpers)) }
        }))
        (ui::card("经过", course(&events)))
    };
    let title = format!("{}　{}", face.name, alarm.kind.name());
    let page = Page::new(&cx, &title).actions(html! {
        (ui::link_button(&format!("/elders/{}", key.elder), "老年人档案", Tone::Neutral))
    });
    Ok(page.source(SOURCE).body(body))
}

fn facts(alarm: &Alarm) -> Vec<(&'static str, Markup)> {
    let mut facts = vec![
        ("级别", level(alarm)),
        ("状态", state(alarm)),
        ("内容", ui::text(&alarm.message)),
        ("开始", ui::moment(alarm.first_at)),
        (
            "最近一次",
            html! { (time::show(alarm.last_at)) @if alarm.repeats > 0 { "（又出现 " (alarm.repeats) " 次）" } },
        ),
    ];
    if alarm.step > 0 {
        facts.push(("响应阶梯", ui::text(format!("第 {} 级", alarm.step + 1))));
    }
    if let Some(at) = alarm.acknowledged_at {
        facts.push(("接手", ui::text(format!("{}　{}", alarm.acknowledged_by, time::show(at)))));
    }
    if !alarm.assigned_name.is_empty() {
        facts.push(("指派", ui::text(&alarm.assigned_name)));
    }
    if let Some(at) = alarm.closed_at {
        facts.push(("结束", ui::text(format!("{}　{}", alarm.closed_by, time::show(at)))));
        facts.push(("处置", ui::text(&alarm.note)));
    }
    facts
}

fn steps(cx: &Cx, alarm: &Alarm, helpers: &[(StaffId, String)]) -> Markup {
    let href = alarm.key.href();
    let outcomes: Vec<(&str, &str)> = Outcome::BY_HAND.iter().map(|one| (one.code(), one.name())).collect();
    let people: Vec<(String, &str)> = helpers.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    html! {
        @match alarm.state {
            State::Open => (ui::button_post(cx, &format!("{href}/acknowledge"), "我来处理", Tone::Primary)),
            State::Acknowledged if !people.is_empty() => (ui::form(cx, &format!("{href}/assign"), html! {
                (ui::select("指派给", "staff", &people, ""))
                (ui::submit_toned("指派", Tone::Neutral))
            })),
            _ => {},
        }
        @if alarm.state != State::Closed {
            (ui::form(cx, &format!("{href}/close"), html! {
                (ui::radios("处置结果", "outcome", &outcomes, if alarm.drill { "drill" } else { "handled" }))
                (ui::textarea("处置经过", "note", "", Field::text().hint("危急报警以“已处置”结束时必须填写").limit(store::LONGEST)))
                (ui::submit("结束报警"))
            }))
        }
    }
}

fn course(events: &[Event]) -> Markup {
    let rows =
        events.iter().map(|e| vec![ui::moment(e.at), ui::text(happened(&e.event)), ui::text(&e.by), ui::text(&e.note)]);
    ui::table(&["时间", "经过", "由谁", "说明"], rows)
}

fn happened(event: &str) -> &str {
    match event {
        "raise" => "报警",
        "worsen" => "加重",
        "escalate" => "无人接手，升到下一级",
        "remind" => "再次提醒",
        "acknowledge" => "接手",
        "assign" => "指派",
        "case" => "转为呼救事件",
        "called_off" => "本人取消",
        "close" => "结束",
        other => other,
    }
}

/// After a step: open boards hear of it, and the rules load anew what they remember of the elder.
fn told(cx: &Cx, key: Key, text: &str) -> Response {
    if let Some(live) = cx.state.try_get::<Live>() {
        live.changed();
    }
    if let Some(intake) = cx.state.try_get::<Intake>() {
        intake.forget(key.elder);
    }
    web::see_with(&key.href(), text)
}

pub(super) async fn acknowledge(cx: Cx, Path(ids): Ids) -> Result<Response, Error> {
    let (key, library) = (key(&ids)?, cx.state.policies.clone());
    cx.write(move |tx, by| store::acknowledge(tx, by, &library, key)).await?;
    Ok(told(&cx, key, "已接手，请处置后填写结果"))
}

#[derive(Deserialize)]
pub(super) struct Assigned {
    staff: String,
}

pub(super) async fn assign(cx: Cx, Path(ids): Ids, Form(f): Form<Assigned>) -> Result<Response, Error> {
    let (key, id) = (key(&ids)?, StaffId::parse(&f.staff).ok_or(Error::NotFound)?);
    cx.write(move |tx, by| {
        let person = staff::store::find(tx, by, id)?;
        store::assign(tx, by, key, (id, &person.facts.name))
    })
    .await?;
    Ok(told(&cx, key, "已指派"))
}

#[derive(Deserialize)]
pub(super) struct Closed {
    outcome: Outcome,
    #[serde(default)]
    note: String,
}

pub(super) async fn close(cx: Cx, Path(ids): Ids, Form(f): Form<Closed>) -> Result<Response, Error> {
    let key = key(&ids)?;
    cx.write(move |tx, by| store::close(tx, by, key, f.outcome, &f.note)).await?;
    Ok(told(&cx, key, "报警已结束"))
}
