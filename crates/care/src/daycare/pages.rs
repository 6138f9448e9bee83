//! Pages of day care.

use super::WRITE;
use super::model::{Day, Key, Meal, Measured, Member, Service, State, clock, minutes};
use super::store::{self, NewMember};
use crate::records::model::parse_tenths;
use crate::subject::{self, Subject};
use axum::extract::Path;
use axum::response::Response;
use kernel::{CitizenNumber, Date, DayCareId, ElderId, InstitutionId, Month};
use registry::institutions;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html};

const SOURCE: &str = "日间照护的登记、签到、服务和测量由中心当日录入。";

fn key(elder: &str, id: &str) -> Result<Key, Error> {
    let elder = ElderId::parse(elder).ok_or(Error::NotFound)?;
    Ok(Key { elder, id: DayCareId::parse(id).ok_or(Error::NotFound)? })
}

fn place_id(text: &str) -> Result<InstitutionId, Error> {
    InstitutionId::parse(text).ok_or(Error::NotFound)
}

pub(super) async fn list(cx: Cx) -> Result<Markup, Error> {
    let today = cx.today();
    let centres = cx.read(move |tx, by| store::centres(tx, by, today)).await?;
    let rows = centres.iter().map(|(id, name, members, here)| {
        vec![ui::row_link(&format!("/daycare/{id}"), name), ui::text(members), ui::text(here)]
    });
    let none = ui::empty("您的辖区内没有日间照料中心。", None);
    let body = ui::table_or(&["中心", ">在托人数", ">今日签到"], rows, none);
    Ok(Page::new(&cx, "日间照护").source(SOURCE).body(body))
}

pub(super) async fn centre(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (id, today) = (place_id(&id)?, cx.today());
    let (place, rows) = cx
        .read(move |tx, by| {
            let place = institutions::store::find(tx, by, id)?;
            let mut rows = vec![];
            for (name, m) in store::of_centre(tx, by, id)? {
                let day = store::days(tx, m.key)?.into_iter().find(|day| day.on == today);
                rows.push((name, m, day));
            }
            Ok::<_, Error>((place, rows))
        })
        .await?;
    let here = rows.iter().filter(|(_, _, day)| day.is_some()).count();
    let shown = rows.iter().map(|(name, m, day)| {
        let state = match day {
            None => ui::badge(Tone::Neutral, "未到"),
            Some(day) if day.went.is_some() => ui::badge(Tone::Info, "已离开"),
            Some(_) => ui::badge(Tone::Success, "在中心"),
        };
        vec![
            ui::row_link(&m.key.href(), name),
            state,
            today_words(day.as_ref()),
            ui::opt(Some(&m.note)),
            ui::opt(Some(&m.contact)),
        ]
    });
    let body = html! {
        p { "今日（" (today) "）到 " (here) " 人，在托 " (rows.len()) " 人。" }
        (ui::table_or(&["老年人", "今日", "时间和服务", "注意事项", "联系人"], shown, ui::empty("还没有登记的老年人。", None)))
        @if cx.may(WRITE) { (ui::card("登记入托", register_form(&cx, id))) }
    };
    let month = ui::link_button(&format!("/daycare/{id}/month"), "本月签到表", Tone::Neutral);
    Ok(Page::new(&cx, &place.facts.name).crumb("日间照护", "/daycare").actions(month).source(SOURCE).body(body))
}

fn today_words(day: Option<&Day>) -> Markup {
    ui::opt(day.map(words))
}

fn words(day: &Day) -> String {
    let times = format!("{}–{}", clock(day.came), day.went.map(clock).unwrap_or_default());
    let done = day.services.iter().map(|s| s.name()).chain(day.meals.iter().map(|m| m.name()));
    std::iter::once(times).chain(done.map(str::to_owned)).collect::<Vec<_>>().join("　")
}

fn register_form(cx: &Cx, id: InstitutionId) -> Markup {
    let body = html! {
        (ui::form_row(&[
            ui::field("姓名", "name", "", Field::text().required().limit(40).hint("与证件一致")),
            ui::field("身份证号", "citizen", "", Field::text().required().limit(18).autocomplete("off")),
            ui::date_with("入托日期", "from", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::form_row(&[
            ui::field("联系人", "contact", "", Field::text().limit(60).hint("姓名、关系")),
            ui::field("注意事项", "note", "", Field::text().limit(100).placeholder("如：忌口、易走失")),
        ]))
        (ui::submit("登记入托"))
    };
    ui::form(cx, &format!("/daycare/{id}"), body)
}

#[derive(Deserialize)]
pub(super) struct Registered {
    name: String,
    citizen: String,
    from: Date,
    contact: Option<String>,
    note: Option<String>,
}

pub(super) async fn register(cx: Cx, Path(id): Path<String>, Form(r): Form<Registered>) -> Result<Response, Error> {
    let id = place_id(&id)?;
    let wrong = |e: kernel::citizen::NotACitizenNumber| Error::field("citizen", "身份证号", e.to_string());
    let (contact, note) = (r.contact.unwrap_or_default(), r.note.unwrap_or_default());
    let new = NewMember { name: r.name, from: r.from, contact, note };
    let key = cx
        .write(move |tx, by| {
            // Whoever may not see the centre learns nothing of what is wrong with the form.
            institutions::store::find(tx, by, id)?;
            let citizen = CitizenNumber::parse(r.citizen.trim(), by.today()).map_err(wrong)?;
            store::register(tx, by, (id, &citizen), &new)
        })
        .await?;
    Ok(web::see_with(&key.href(), "已登记入托"))
}

struct Case {
    m: Member,
    subject: Subject,
    place: String,
    days: Vec<Day>,
    measured: Vec<(Date, kernel::Instant, Measured, String)>,
}

pub(super) async fn member(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Markup, Error> {
    let key = key(&elder, &id)?;
    let case = cx
        .read(move |tx, by| {
            let m = store::find(tx, by, key)?;
            let subject = subject::store::find(tx, by, key.elder)?;
            let place = institutions::store::name(tx, m.institution)?;
            let (days, measured) = (store::days(tx, key)?, store::measurements(tx, key.elder)?);
            Ok::<_, Error>(Case { m, subject, place, days, measured })
        })
        .await?;
    let subject = key.id.to_string();
    cx.note(db::audit::Entry { action: "daycare.read", elder: Some(key.elder), subject, ..Default::default() }).await?;
    let days = case
        .days
        .iter()
        .map(|day| vec![ui::text(day.on), ui::text(words(day)), ui::opt(Some(&day.note)), ui::text(&day.who)]);
    let measured =
        case.measured.iter().map(|(_, at, m, who)| vec![ui::moment(*at), ui::text(m.words()), ui::text(who)]);
    let body = html! {
        (ui::card("登记", overview(&cx, &case)))
        @if cx.may(WRITE) && case.m.state == State::Open { (forms(&cx, &case)) }
        (ui::card("健康小屋测量", ui::table_or(&["时间", "结果", "测量人"], measured, ui::empty("还没有测量。", None))))
        (ui::card("签到", ui::table_or(&["日期", "时间和服务", "备注", "记录人"], days, ui::empty("还没有来过。", None))))
    };
    let page = Page::new(&cx, &format!("日间照护：{}", case.subject.name)).crumb("日间照护", "/daycare");
    Ok(page.crumb(&case.place, &format!("/daycare/{}", case.m.institution)).source(SOURCE).body(body))
}

fn overview(cx: &Cx, case: &Case) -> Markup {
    let m = &case.m;
    let mut facts = vec![
        ("老年人", ui::link(&format!("/elders/{}", m.key.elder), &case.subject.name)),
        ("年龄、性别", ui::text(case.subject.age_and_sex(cx.today()))),
        ("状态", ui::text(m.state)),
        ("入托日期", ui::text(m.from)),
        ("联系人", ui::opt(Some(&m.contact))),
        ("注意事项", ui::opt(Some(&m.note))),
    ];
    if let Some(on) = m.ended_on {
        facts.extend([("退托日期", ui::text(on)), ("退托原因", ui::text(&m.end_reason))]);
    }
    ui::facts(&facts)
}

fn forms(cx: &Cx, case: &Case) -> Markup {
    let href = case.m.key.href();
    let today = case.days.iter().find(|day| day.on == cx.today());
    html! {
        (ui::columns(&[
            ui::card("今日签到和服务", ui::form(cx, &format!("{href}/day"), day_form(cx, today))),
            ui::card("测量", ui::form(cx, &format!("{href}/measure"), measure_form())),
        ]))
        (ui::seldom("退托", false, ui::form(cx, &format!("{href}/end"), html! {
            (ui::date_with("退托日期", "ended_on", Some(cx.today()), Field::date().required().max(cx.today())))
            (ui::field("退托原因", "reason", "", Field::text().required().limit(100)))
            (ui::submit_toned("退托", Tone::Neutral))
        })))
    }
}

fn ticks(name: &str, all: &[(&'static str, &'static str)], chosen: &[&str]) -> Markup {
    html! {
        div.yy-radios { @for (code, word) in all {
            label.form-check.form-check-inline {
                input.form-check-input type="checkbox" name=(name) value=(code) checked[chosen.contains(code)];
                span.form-check-label { (word) }
            }
        } }
    }
}

fn day_form(cx: &Cx, today: Option<&Day>) -> Markup {
    let time = |label: &str, name: &str, value: Option<i64>, field: Field| {
        ui::field(label, name, value.map(clock).unwrap_or_default(), field.placeholder("08:00").limit(5))
    };
    let services: Vec<&str> = today.map(|day| day.services.iter().map(|s| s.code()).collect()).unwrap_or_default();
    let meals: Vec<&str> = today.map(|day| day.meals.iter().map(|m| m.code()).collect()).unwrap_or_default();
    html! {
        (ui::form_row(&[
            ui::date_with("日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
            time("到达时间", "came", today.map(|day| day.came), Field::text().required()),
            time("离开时间", "went", today.and_then(|day| day.went), Field::text().hint("还在中心的不填")),
        ]))
        fieldset.mb-3 { legend.form-label { "当日服务" } (ticks("services", &Service::options(), &services)) }
        fieldset.mb-3 { legend.form-label { "用餐" } (ticks("meals", &Meal::options(), &meals)) }
        (ui::field("备注", "note", today.map_or("", |day| day.note.as_str()), Field::text().limit(100)))
        (ui::submit("保存当日记录"))
    }
}

fn measure_form() -> Markup {
    html! {
        (ui::form_row(&[
            ui::number("收缩压（毫米汞柱）", "sbp", None, Field::number()),
            ui::number("舒张压（毫米汞柱）", "dbp", None, Field::number()),
            ui::number("脉搏（次/分）", "pulse", None, Field::number()),
        ]))
        (ui::form_row(&[
            ui::field("血糖（毫摩尔/升）", "glucose", "", Field::number().step("0.1")),
            ui::field("体重（公斤）", "weight", "", Field::number().step("0.1")),
        ]))
        (ui::checkbox("空腹", "fasting", false))
        (ui::submit("保存测量"))
    }
}

#[derive(Deserialize)]
pub(super) struct Came {
    on: Date,
    came: String,
    went: Option<String>,
    #[serde(default)]
    services: Vec<Service>,
    #[serde(default)]
    meals: Vec<Meal>,
    note: Option<String>,
}

pub(super) async fn day(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(c): Form<Came>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let time = |field: &str, label: &str, text: &str| {
        minutes(text).ok_or_else(|| Error::field(field, label, "请按 08:05 的样子填写"))
    };
    let who = cx.user.name.clone();
    cx.write(move |tx, by| {
        store::find(tx, by, key)?;
        let went = c.went.as_deref().map(|text| time("went", "离开时间", text)).transpose()?;
        let came = time("came", "到达时间", &c.came)?;
        let note = c.note.unwrap_or_default();
        let new = Day { on: c.on, came, went, services: c.services, meals: c.meals, note, who };
        store::write_day(tx, by, key, &new)
    })
    .await?;
    Ok(web::see_with(&key.href(), "当日记录已保存"))
}

#[derive(Deserialize)]
pub(super) struct Taken {
    sbp: Option<i64>,
    dbp: Option<i64>,
    pulse: Option<i64>,
    glucose: Option<String>,
    weight: Option<String>,
    #[serde(default)]
    fasting: bool,
}

pub(super) async fn measure(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(t): Form<Taken>,
) -> Result<Response, Error> {
    let key = key(&elder, &id)?;
    let tenths = |field: &str, label: &str, text: Option<String>| {
        let wrong = || Error::field(field, label, "请填写数字，最多一位小数");
        text.map(|text| parse_tenths(&text).ok_or_else(wrong)).transpose()
    };
    cx.write(move |tx, by| {
        store::find(tx, by, key)?;
        let (glucose, weight) = (tenths("glucose", "血糖", t.glucose)?, tenths("weight", "体重", t.weight)?);
        let new = Measured { sbp: t.sbp, dbp: t.dbp, pulse: t.pulse, glucose, fasting: t.fasting, weight };
        store::measure(tx, by, key, &new)
    })
    .await?;
    Ok(web::see_with(&key.href(), "测量已保存"))
}

#[derive(Deserialize)]
pub(super) struct Ended {
    ended_on: Date,
    reason: Option<String>,
}

/// After the end the centre does not see the file any more: back to the centre.
pub(super) async fn end(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(e): Form<Ended>,
) -> Result<Response, Error> {
    let (key, why) = (key(&elder, &id)?, e.reason.unwrap_or_default());
    let place = cx.read(move |tx, by| store::find(tx, by, key)).await?.institution;
    cx.write(move |tx, by| store::end(tx, by, key, e.ended_on, &why)).await?;
    Ok(web::see_with(&format!("/daycare/{place}"), "已退托"))
}

#[derive(Deserialize)]
pub(super) struct Asked {
    month: Option<String>,
}

pub(super) async fn month(cx: Cx, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let id = place_id(&id)?;
    let month = match asked.month.as_deref() {
        None => Month::of(cx.today()),
        Some(text) => Month::parse(text).ok_or_else(|| Error::field("month", "月份", "请按 2026-11 的样子填写"))?,
    };
    let (place, rows) = cx
        .read(move |tx, by| {
            let place = institutions::store::find(tx, by, id)?;
            Ok::<_, Error>((place, store::month(tx, by, id, month)?))
        })
        .await?;
    let body = html! {
        (ui::filters(&format!("/daycare/{id}/month"), ui::field("月份", "month", month.to_string(), Field::month())))
        (ui::print_sheet(&format!("{}日间照护签到表", ui::month_zh(month)), sheet(&place.facts.name, &rows)))
    };
    let page =
        Page::new(&cx, "月签到表").crumb("日间照护", "/daycare").crumb(&place.facts.name, &format!("/daycare/{id}"));
    Ok(page.source(SOURCE).body(body))
}

/// Each member once: how many days, which, how many of each service and meal.
fn sheet(place: &str, rows: &[(String, Key, Day)]) -> Markup {
    let lines = rows.chunk_by(|a, b| a.1.elder == b.1.elder).map(|days| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, _, day) in days {
            let done = day.services.iter().map(|s| s.name()).chain(day.meals.iter().map(|m| m.name()));
            done.for_each(|word| *counts.entry(word).or_default() += 1);
        }
        let counts: Vec<String> = counts.iter().map(|(word, n)| format!("{word} {n} 次")).collect();
        let dates: Vec<String> = days.iter().map(|(_, _, day)| day.on.format("%-d").to_string()).collect();
        vec![
            ui::text(&days[0].0),
            ui::text(days.len()),
            ui::text(dates.join("、")),
            ui::text(counts.join("，")),
            html! {},
        ]
    });
    html! {
        p { "中心：" (place) "　共 " (rows.len()) " 人日" }
        (ui::table(&["老年人", ">天数", "签到日", "服务和用餐", "签字"], lines))
        (ui::seals(&["日间照护中心", "审核人"]))
    }
}
