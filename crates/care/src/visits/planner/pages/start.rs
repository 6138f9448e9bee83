//! The day before it is planned: visits, who is on duty, proposals.

use super::super::day::{Day, DayCarer, DayVisit, Duty, nowhere};
use super::super::model::Kind;
use super::super::store::{self, Listed};
use super::super::words::tone;
use super::{SOURCE, day_href, institution};
use crate::visits::model::State;
use crate::visits::store::crew;
use axum::response::Response;
use kernel::{Date, InstitutionId};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see};

#[derive(Deserialize, Default)]
pub(in crate::visits) struct Wanted {
    #[serde(default)]
    institution: String,
    day: Option<Date>,
}

pub(in crate::visits) async fn show(cx: Cx, Query(wanted): Query<Wanted>) -> Result<Markup, Error> {
    let on = wanted.day.unwrap_or_else(|| cx.today());
    let chosen = institution(&cx, &wanted.institution);
    let (policies, near) = (cx.state.policies.clone(), cx.user.scope.area);
    let (providers, found) = cx
        .read(move |tx, by| {
            let providers = crew::providers(tx, by, near)?;
            let there = chosen.filter(|id| providers.iter().any(|(known, _)| known == id));
            let found = match (there, chosen) {
                (Some(id), _) => Some((store::day::load(tx, by, &policies, id, on)?, store::of_day(tx, id, on)?)),
                (None, Some(id)) if by.scope.institution.is_none() && by.institution != Some(id) => {
                    return Err(Error::NotFound);
                }
                _ => None,
            };
            Ok::<_, Error>((providers, found))
        })
        .await?;
    let options: Vec<(String, String)> = providers.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let body = html! {
        (ui::filters("/visits/planner", html! {
            (ui::select("机构", "institution", &options, &chosen.map(|id| id.to_string()).unwrap_or_default()))
            (ui::date("日期", "day", Some(on)))
        }))
        @match &found {
            None => (ui::empty("请选择机构和日期", None)),
            Some((day, proposals)) => (content(&cx, day, proposals)),
        }
    };
    let actions = html! {
        @if let Some((day, _)) = &found {
            (ui::link_button(&format!("/visits/planner/hours?institution={}", day.institution), "工时与技能", Tone::Neutral))
        }
    };
    let title = found.as_ref().map_or("当日排班".into(), |(day, _)| format!("当日排班：{}", day.name));
    Ok(Page::new(&cx, &title).crumb("上门服务", "/visits").source(SOURCE).actions(actions).body(body))
}

fn content(cx: &Cx, day: &Day, proposals: &[Listed]) -> Markup {
    let there = day.carers.iter().filter(|one| one.there()).count();
    let waiting = day.visits.iter().filter(|visit| visit.state == State::Planned).count();
    let agreed = day.visits.iter().filter(|visit| visit.agreed).count();
    let lost = nowhere(day);
    html! {
        (ui::columns(&[
            ui::figure("上门", day.visits.len(), html! { "待上门 " (waiting) " 次" }),
            ui::figure("在岗", there, html! { "可以派出的人员" }),
            ui::figure("已约定", agreed, html! { "排班不变动" }),
        ]))
        @if !lost.is_empty() {
            (ui::alert(Tone::Warning, "没有坐标", format!("{}：所在村（社区）没有登记坐标，暂按机构所在地计算路程。", lost.join("、"))))
        }
        @if day.day >= cx.today() && !day.visits.is_empty() { (ask_card(cx, day)) }
        @if !proposals.is_empty() { (ui::card("方案", proposal_table(proposals))) }
        @if day.day >= cx.today() { (absence(cx, day)) }
        (ui::card("人员", carers(cx, day)))
        (ui::card("上门", visits(day)))
    }
}

fn ask_card(cx: &Cx, day: &Day) -> Markup {
    ui::card(
        "排班",
        ui::form(
            cx,
            "/visits/planner",
            html! {
                (ui::hidden("institution", day.institution.to_string())) (ui::hidden("day", day.day.to_string()))
                p {
                    "由程序在后台算出一份方案：谁去哪家、几点去。已约定、已开始和 " (day.numbers.lead)
                    " 分钟之内就要开始的不变动；老年人没有指定时间的，最多比原定时间提前或推迟 " (day.numbers.moves)
                    " 分钟。方案确认之前，原来的安排不变。"
                }
                div.btn-list {
                    button.btn.btn-primary type="submit" name="kind" value="plan" { "重新排这一天" }
                    button.btn type="submit" name="kind" value="replan" { "尽量少动，只做调整" }
                }
            },
        ),
    )
}

fn proposal_table(proposals: &[Listed]) -> Markup {
    let rows = proposals.iter().map(|one| {
        vec![
            ui::row_link(&format!("/visits/planner/{}", one.id), kernel::time::show(one.made_at)),
            ui::text(one.kind.name()),
            ui::badge(tone(one.state), one.state.name()),
            ui::text(&one.made_by),
        ]
    });
    ui::table(&["生成时间", "类别", "状态", "生成人"], rows)
}

/// Somebody who called in sick this morning: marked, and the rest planned anew at one stroke.
fn absence(cx: &Cx, day: &Day) -> Markup {
    let options: Vec<(String, String)> =
        day.carers.iter().filter(|one| one.there()).map(|one| (one.id.to_string(), one.name.clone())).collect();
    let body = ui::form(
        cx,
        "/visits/planner/absence",
        html! {
            (ui::hidden("day", day.day.to_string()))
            (ui::form_row(&[
                ui::select("人员", "staff", &options, ""),
                ui::field("原因", "reason", "", Field::text().required().limit(60).placeholder("如：病假")),
            ]))
            p.form-hint { "登记后立即计算调整方案：已约定时间的只换人，其余尽量不动；采用之前原来的安排不变。" }
            (ui::submit("登记请假并调整"))
        },
    );
    ui::seldom("临时请假", false, body)
}

fn span(duty: &Duty) -> Markup {
    let clock = |minute: &i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    html! {
        @match duty {
            Duty::Works { from, until, rest, kept } => {
                (clock(from)) "—" (clock(until)) @if *rest > 0 { "，休息 " (rest) " 分钟" }
                @if !kept { " " (ui::muted("（默认工时）")) }
            },
            Duty::Absent(why) => { (ui::badge(Tone::Danger, "请假")) " " (why) },
            Duty::Off => (ui::muted("不上班")),
        }
    }
}

fn carers(cx: &Cx, day: &Day) -> Markup {
    let count = |carer: &DayCarer| day.visits.iter().filter(|visit| visit.carers().any(|id| id == carer.id)).count();
    let shown = day.carers.iter().filter(|one| one.duty != Duty::Off || count(one) > 0);
    let rows = shown.map(|one| {
        vec![
            ui::text(&one.name),
            ui::text(one.kind.map_or("", |kind| kind.name())),
            html! { (span(&one.duty)) @if !one.certified { " " (ui::badge(Tone::Danger, "证书无效")) } },
            ui::text(count(one)),
            html! {
                @if matches!(one.duty, Duty::Absent(_)) {
                    form.yy-inline method="post" action="/visits/planner/return" {
                        (ui::csrf(cx)) (ui::hidden("staff", one.id.to_string())) (ui::hidden("day", day.day.to_string()))
                        button.btn.btn-sm type="submit" { "到岗" }
                    }
                }
            },
        ]
    });
    ui::table_or(&["姓名", "岗位", "工时", ">上门次数", ""], rows, ui::empty("没有人上班，也没有上门", None))
}

fn visits(day: &Day) -> Markup {
    let name = |visit: &DayVisit| {
        let names: Vec<&str> = visit.carers().map(|id| day.carer(id).map_or("—", |one| one.name.as_str())).collect();
        names.join("、")
    };
    let clock = |at: kernel::Instant| kernel::time::show(at)[11..].to_owned();
    let rows = day.visits.iter().map(|visit| {
        vec![
            ui::row_link(
                &format!("/visits/{}/{}", visit.elder, visit.id),
                format!("{}—{}", clock(visit.from), clock(visit.to)),
            ),
            ui::text(&visit.name),
            ui::text(name(visit)),
            html! {
                (visit.state.name())
                @if visit.agreed { " " (ui::badge(Tone::Success, "已约定")) }
                @if visit.first_from != visit.from { " " (ui::muted(format!("原定 {}", clock(visit.first_from)))) }
            },
        ]
    });
    ui::table_or(&["时间", "老年人", "人员", "状态"], rows, ui::empty("这一天没有上门", None))
}

#[derive(Deserialize)]
pub(in crate::visits) struct Asked {
    institution: String,
    day: Date,
    kind: Kind,
}

pub(in crate::visits) async fn ask(cx: Cx, Form(form): Form<Asked>) -> Result<Response, Error> {
    let of = InstitutionId::parse(&form.institution).ok_or(Error::NotFound)?;
    let policies = cx.state.policies.clone();
    let id = cx.write(move |tx, by| store::ask(tx, by, &policies, (of, form.day), form.kind)).await?;
    Ok(see(&format!("/visits/planner/{id}")))
}

/// Back to the day of an institution.
pub(super) fn back(of: InstitutionId, day: Date, note: &str) -> Response {
    web::see_with(&day_href(of, day), note)
}
