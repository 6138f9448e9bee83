//! Working hours and skills of an institution's staff; absence on a day.

use super::super::model::{Kind, Skill};
use super::super::store::hours::{Hours, Kept};
use super::super::store::{self, hours};
use super::{SOURCE, institution, start};
use crate::visits::store::crew::{self, Carer};
use axum::response::Response;
use kernel::{Date, StaffId};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, Query, assets, html, see_with};

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

#[derive(Deserialize, Default)]
pub(in crate::visits) struct Wanted {
    #[serde(default)]
    institution: String,
    #[serde(default)]
    staff: String,
}

pub(in crate::visits) async fn show(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let of = institution(&cx, &wanted.institution).ok_or(Error::NotFound)?;
    let today = cx.today();
    let policies = cx.state.policies.clone();
    let (name, staff, kept, usual) = cx
        .read(move |tx, by| {
            let found = registry::institutions::store::find(tx, by, of)?;
            let numbers = store::day::numbers(&policies, found.facts.area, today)?;
            Ok::<_, Error>((found.facts.name, crew::carers(tx, of)?, Kept::of(tx, of, today)?, numbers.usual))
        })
        .await?;
    let chosen = StaffId::parse(&wanted.staff);
    let body = html! {
        link rel="stylesheet" href=(assets::url("planner.css"));
        @if let Some(one) = staff.iter().find(|one| Some(one.id) == chosen) { (edit(&cx, one, &kept, usual)) }
        (ui::card("人员", table(of, &staff, &kept)))
    };
    let page = Page::new(&cx, &format!("工时与技能：{name}")).crumb("上门服务", "/visits");
    Ok(page.crumb("当日排班", &format!("/visits/planner?institution={of}")).source(SOURCE).body(body))
}

fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn table(of: kernel::InstitutionId, staff: &[Carer], kept: &Kept) -> Markup {
    let rows = staff.iter().map(|one| {
        let days = (1..=7).filter_map(|n| Some((n, kept.week(one.id, n)?)));
        let words = spans(days.collect());
        let skills = kept.skills(one.id);
        let names = skills.iter().map(|code| Skill::parse(code).map_or(code.as_str(), |skill| skill.name()));
        vec![
            ui::row_link(&format!("/visits/planner/hours?institution={of}&staff={}", one.id), &one.name),
            ui::text(one.kind.map_or("", |kind| kind.name())),
            html! {
                @if kept.scheduled(one.id) { (words) }
                @else { (ui::muted("没有登记：有上门的日子按默认工时")) }
            },
            ui::text(names.collect::<Vec<_>>().join("、")),
        ]
    });
    ui::table_or(&["姓名", "岗位", "每周工时", "技能"], rows, ui::empty("没有可以上门的人员", None))
}

/// The week in few words: weekdays with the same hours together.
fn spans(days: Vec<(i64, Hours)>) -> String {
    let mut groups: Vec<(Hours, Vec<&str>)> = vec![];
    for (n, hours) in days {
        let name = WEEKDAYS[n as usize - 1];
        match groups.iter_mut().find(|(known, _)| *known == hours) {
            Some((_, names)) => names.push(name),
            None => groups.push((hours, vec![name])),
        }
    }
    let words = groups.iter().map(|(h, names)| format!("{} {}—{}", names.join("、"), clock(h.from), clock(h.until)));
    words.collect::<Vec<_>>().join("；")
}

fn edit(cx: &Cx, one: &Carer, kept: &Kept, usual: (i64, i64, i64)) -> Markup {
    let scheduled = kept.scheduled(one.id);
    let row = |n: i64| {
        let hours = kept.week(one.id, n);
        let on = hours.is_some() || (!scheduled && n < 6);
        let h = hours.unwrap_or(Hours { from: usual.0, until: usual.1, rest: usual.2 });
        let name = WEEKDAYS[n as usize - 1];
        html! {
            fieldset.yy-week {
                legend.visually-hidden { (name) }
                (ui::checkbox(name, &format!("on{n}"), on))
                (ui::field("上班", &format!("from{n}"), clock(h.from), Field::clock()))
                (ui::field("下班", &format!("until{n}"), clock(h.until), Field::clock()))
                (ui::number("休息分钟", &format!("rest{n}"), Some(h.rest), Field::number().min(0).max(240)))
            }
        }
    };
    let skills = kept.skills(one.id);
    let body = html! {
        (ui::hidden("staff", one.id.to_string()))
        @for n in 1..=7 { (row(n)) }
        fieldset.mb-3 {
            legend.form-label { "技能" }
            @for skill in Skill::ALL {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="skills" value=(skill.code()) checked[skills.iter().any(|s| s == skill.code())];
                    span.form-check-label { (skill.name()) }
                }
            }
        }
        (ui::submit("保存"))
    };
    ui::card(&one.name, ui::form(cx, "/visits/planner/hours", body))
}

/// The fields of seven days have a number each, so they are read by name.
#[derive(Deserialize)]
pub(in crate::visits) struct Week {
    staff: String,
    #[serde(default)]
    skills: Vec<Skill>,
    #[serde(flatten)]
    days: std::collections::HashMap<String, String>,
}

impl Week {
    fn hours(&self, n: i64) -> Result<Option<(i64, Hours)>, Error> {
        if !self.days.contains_key(&format!("on{n}")) {
            return Ok(None);
        }
        let day = WEEKDAYS[n as usize - 1];
        let text = |name: &str| self.days.get(&format!("{name}{n}")).map_or("", String::as_str);
        let wrong =
            |name: &str, label: &str| Error::field(&format!("{name}{n}"), &format!("{day}{label}"), "请填写，如 08:00");
        let from = minute(text("from")).ok_or_else(|| wrong("from", "上班"))?;
        let until = minute(text("until")).ok_or_else(|| wrong("until", "下班"))?;
        let rest = text("rest").trim();
        let rest = if rest.is_empty() { Some(0) } else { rest.parse().ok() };
        let rest = rest.ok_or_else(|| Error::field(&format!("rest{n}"), &format!("{day}休息"), "请填写分钟数"))?;
        Ok(Some((n, Hours { from, until, rest })))
    }
}

/// Minute of the day of `08:30`.
pub(super) fn minute(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

pub(in crate::visits) async fn save(cx: Cx, Form(form): Form<Week>) -> Result<Response, Error> {
    let staff = StaffId::parse(&form.staff).ok_or(Error::NotFound)?;
    let mut week = vec![];
    for n in 1..=7 {
        week.extend(form.hours(n)?);
    }
    let carer = cx.write(move |tx, by| hours::keep(tx, by, staff, &week, &form.skills)).await?;
    let href = format!("/visits/planner/hours?institution={}", carer.institution);
    Ok(see_with(&href, &format!("已保存{}的工时与技能", carer.name)))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Absence {
    staff: String,
    day: Date,
    #[serde(default)]
    reason: String,
}

/// Marks somebody absent; when there are visits, the rest is planned anew at once.
pub(in crate::visits) async fn absence(cx: Cx, Form(form): Form<Absence>) -> Result<Response, Error> {
    let staff = StaffId::parse(&form.staff).ok_or(Error::NotFound)?;
    let policies = cx.state.policies.clone();
    let (carer, id) = cx
        .write(move |tx, by| {
            let carer = hours::absent(tx, by, staff, form.day, &form.reason)?;
            let of = (carer.institution, form.day);
            let id = match store::ask(tx, by, &policies, of, Kind::Replan) {
                Ok(id) => Some(id),
                Err(Error::Invalid(_)) => None, // a day without visits has nothing to be planned anew
                Err(e) => return Err(e),
            };
            Ok::<_, Error>((carer, id))
        })
        .await?;
    let note = format!("已登记{}请假", carer.name);
    Ok(match id {
        Some(id) => see_with(&format!("/visits/planner/{id}"), &note),
        None => start::back(carer.institution, form.day, &note),
    })
}

pub(in crate::visits) async fn back(cx: Cx, Form(form): Form<Absence>) -> Result<Response, Error> {
    let staff = StaffId::parse(&form.staff).ok_or(Error::NotFound)?;
    let day = form.day;
    let carer = cx.write(move |tx, by| hours::back(tx, by, staff, day)).await?;
    Ok(start::back(carer.institution, day, &format!("{}已到岗，按平时工时", carer.name)))
}
