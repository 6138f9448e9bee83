//! Pages of visits. The page of one visit is made for a telephone: two large buttons.

use super::model::{Place, State, Visit};
use super::store::{self, Filter, LateEntry, Listed};
use crate::ltci::catalogue::{self, Item};
use crate::ltci::settlement::model as settled;
use crate::ltci::settlement::store as settlements;
use crate::ltci::{CORRECT, PLAN, VISIT, corrections, plans, rules};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use kernel::time::parse_local;
use kernel::{Date, ElderId, Month, StaffId, VisitId};
use serde::Deserialize;
use web::ui::{self, Field, PageInfo, Tone};
use web::{Cx, Error, Form, Markup, Page, Query, html, see, see_with};

const SIZE: i64 = 50;
const SOURCE: &str = "签到、签退时间由服务器记录，位置由手机提供；补录须写明原因，并在结算时核验。";

pub(in crate::ltci) fn ids(elder: &str, id: &str) -> Result<(ElderId, VisitId), Error> {
    Ok((ElderId::parse(elder).ok_or(Error::NotFound)?, VisitId::parse(id).ok_or(Error::NotFound)?))
}

fn href(v: &Visit) -> String {
    format!("/ltci/visits/{}/{}", v.elder, v.id)
}

fn badge(state: State) -> Markup {
    let tone = match state {
        State::Planned => Tone::Info,
        State::CheckedIn => Tone::Warning,
        State::Done => Tone::Success,
        State::Missed => Tone::Danger,
        State::Cancelled => Tone::Neutral,
    };
    ui::badge(tone, state.name())
}

fn clock(at: kernel::Instant) -> String {
    kernel::time::show(at)[11..].to_owned()
}

/// A table of visits; other pages of the insurance show it too.
pub(in crate::ltci) fn table(cx: &Cx, visits: &[Listed]) -> Markup {
    let rows = visits.iter().map(|row| {
        let v = &row.visit;
        vec![
            ui::row_link(&href(v), format!("{} {}—{}", v.day(), clock(v.planned_from), clock(v.planned_to))),
            ui::text(&row.elder),
            ui::text(catalogue::names(&cx.state.policies, &v.items)),
            html! { (row.carer) br; span.text-secondary { (row.institution) } },
            html! { (badge(v.state)) @if v.late_entered_at.is_some() { " " (ui::badge(Tone::Warning, "补录")) } },
            html! { @if let (Some(from), Some(minutes)) = (v.in_at, v.minutes()) { (clock(from)) " 起 " (minutes) " 分钟" } },
        ]
    });
    ui::table_or(&["计划时间", "老年人", "项目", "服务人员", "状态", "实际"], rows, ui::empty("没有上门服务", None))
}

#[derive(Deserialize, Default)]
pub(super) struct Listing {
    from: Option<Date>,
    to: Option<Date>,
    state: Option<String>,
    overdue: Option<bool>,
    page: Option<i64>,
}

pub(super) async fn list(cx: Cx, Query(q): Query<Listing>) -> Result<Markup, Error> {
    let overdue = q.overdue.unwrap_or_default();
    let (from, to) = (q.from.unwrap_or(cx.today()), q.to.or(q.from).unwrap_or(cx.today()));
    let days = (!overdue).then_some((from, to.max(from)));
    let state = q.state.as_deref().and_then(State::parse);
    let filter = Filter { days, state, overdue, ..Filter::default() };
    let page = q.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, &filter)?, store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let states: Vec<_> = [("", "全部状态")].into_iter().chain(State::options()).collect();
    let word = state.map(State::code).unwrap_or_default();
    let base = format!("/ltci/visits?from={from}&to={to}&state={word}&overdue={overdue}");
    let body = html! {
        (ui::filters("/ltci/visits", html! {
            (ui::form_row(&[
                ui::date("从", "from", Some(from)),
                ui::date("到", "to", Some(to)),
                ui::select("状态", "state", &states, word),
            ]))
            (ui::checkbox("只看已过时间而没有签退的", "overdue", overdue))
        }))
        (table(&cx, &rows))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    Ok(Page::new(&cx, "上门服务").source(SOURCE).body(body))
}

pub(super) async fn mine(cx: Cx) -> Result<Markup, Error> {
    let Some(carer) = cx.user.staff else {
        let body = ui::alert(
            Tone::Info,
            "您的账号没有关联服务人员",
            "签到、签退由服务人员本人办理；查看全部服务请到“上门服务”。",
        );
        return Ok(Page::new(&cx, "我的上门").source(SOURCE).body(body));
    };
    let filter = Filter { carer: Some(carer), ..Filter::day(cx.today()) };
    let (visits, names) = cx
        .read(move |tx, by| {
            let visits = store::list(tx, by, &filter, 100, 0)?;
            let mut names = vec![];
            for row in &visits {
                names.push(registry::areas::store::name(tx, row.area)?);
            }
            Ok::<_, Error>((visits, names))
        })
        .await?;
    let next = next(&visits);
    let left = visits.iter().filter(|row| !over(&row.visit)).count();
    let body = html! {
        @if visits.is_empty() { (ui::empty("今天没有安排上门", None)) } @else {
            p { "共 " (visits.len()) " 次，" @if left > 0 { "还有 " strong { (left) } " 次" } @else { "都已办完" } }
        }
        div.yy-visits { @for (n, (row, area)) in visits.iter().zip(&names).enumerate() {
            (ui::card("", glance(&cx, &row.visit, (&row.elder, area), next == Some(n), Some("服务详情"))))
        } }
    };
    Ok(Page::new(&cx, &format!("我的上门：{}", today(cx.today()))).source(SOURCE).body(body))
}

/// `11月23日 星期一`
fn today(day: Date) -> String {
    let names = ["一", "二", "三", "四", "五", "六", "日"];
    let name = names[day.weekday().num_days_from_monday() as usize];
    format!("{}月{}日 星期{name}", day.month(), day.day())
}

const fn over(v: &Visit) -> bool {
    !matches!(v.state, State::Planned | State::CheckedIn)
}

/// The visit that comes next: the one under way, else the first that is open.
fn next(visits: &[Listed]) -> Option<usize> {
    let first = |state: State| visits.iter().position(|row| row.visit.state == state);
    first(State::CheckedIn).or_else(|| first(State::Planned))
}

/// A visit as its carer needs it: when, whom, where, what; only the next one has the strong button, so that a tired
/// thumb does not check in at somebody else's.
fn glance(cx: &Cx, v: &Visit, (elder, area): (&str, &str), next: bool, more: Option<&str>) -> Markup {
    html! {
        div.yy-visit .yy-visit-next[next] .yy-visit-over[over(v)] {
            span.yy-visit-when { (clock(v.planned_from)) small { "—" (clock(v.planned_to)) } }
            span.yy-visit-who { (elder) }
            (badge(v.state))
            p { (area) "　" (catalogue::names(&cx.state.policies, &v.items)) }
            @if let (State::CheckedIn, Some(at)) = (v.state, v.in_at) { p { (clock(at)) " 已签到，到 " (clock(v.planned_to)) " 再签退" } }
            (buttons(cx, v, next))
            p { @if let Some(more) = more { a.me-4 href=(href(v)) { (more) } } a href={ "/elders/" (v.elder) } { "老年人档案" } }
        }
    }
}

/// The large button that fits the state; the page's script fills in the place.
fn buttons(cx: &Cx, v: &Visit, next: bool) -> Markup {
    let step = match v.state {
        State::Planned => Some(("check-in", "签到")),
        State::CheckedIn => Some(("check-out", "签退")),
        _ => None,
    };
    let class = if next { "btn btn-primary btn-lg w-100" } else { "btn w-100" };
    html! {
        @if let (Some((path, text)), true) = (step, own(cx, v)) {
            form method="post" action={ (href(v)) "/" (path) } data-geo {
                (ui::csrf(cx))
                input type="hidden" name="lon"; input type="hidden" name="lat"; input type="hidden" name="accuracy";
                button class=(class) type="submit" { (text) }
            }
        }
    }
}

/// Whether this is the person's own visit.
fn own(cx: &Cx, v: &Visit) -> bool {
    cx.user.staff == Some(v.carer) && cx.may(VISIT)
}

struct Shown {
    visit: Visit,
    name: String,
    area: String,
    institution: String,
    carer: String,
    carers: Vec<plans::model::Carer>,
    lines: Vec<(Month, settled::State, settlements::Shown)>,
    corrections: Vec<corrections::model::Correction>,
    correctable: bool,
}

pub(super) async fn show(cx: Cx, Path((elder, id)): Path<(String, String)>) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    // Files were merged or parted since somebody noted this address, or since the visit was settled.
    let moved = cx.read(move |tx, by| store::moved(tx, by, elder, id)).await?;
    match moved {
        Some(visit) => Ok(see(&href(&visit))),
        None => Ok(page(cx, elder, id).await?.into_response()),
    }
}

async fn page(cx: Cx, elder: ElderId, id: VisitId) -> Result<Markup, Error> {
    let shown = cx
        .read(move |tx, by| {
            let visit = store::find(tx, by, elder, id)?;
            let person = registry::elders::store::find(tx, by, elder)?;
            Ok::<_, Error>(Shown {
                area: registry::areas::store::name(tx, person.area)?,
                name: person.name,
                institution: plans::store::institution_name(tx, visit.institution)?,
                carer: plans::store::staff(tx, visit.carer).map(|c| c.name).unwrap_or_default(),
                carers: plans::store::carers(tx, visit.institution)?,
                lines: settlements::of_visit(tx, elder, id)?,
                corrections: corrections::store::of_visit(tx, elder, id)?,
                correctable: corrections::store::correctable(tx, elder, id)?,
                visit,
            })
        })
        .await?;
    let v = &shown.visit;
    let items = catalogue::items(&cx.state.policies, v.county, v.day());
    let frozen = shown.lines.iter().any(|(_, state, _)| state.frozen());
    let late = !frozen && matches!(v.state, State::Planned | State::CheckedIn | State::Missed | State::Done);
    let waiting = !over(v) && v.planned_to <= cx.now;
    let body = html! {
        @if own(&cx, v) && !over(v) { div.yy-visits { (ui::card("", glance(&cx, v, (&shown.name, &shown.area), true, None))) } }
        @if waiting { (ui::alert(Tone::Warning, "已过计划时间，没有签退", what_now(frozen))) }
        (ui::card("服务", visit_facts(&cx, &shown)))
        @if !shown.lines.is_empty() { (ui::card("结算", line_table(&shown.lines))) }
        @if !shown.corrections.is_empty() { (ui::card("更正", corrections::pages::list_of(&cx, &shown.corrections))) }
        @if late && cx.may(VISIT) { (late_form(&cx, v, &items, waiting)) }
        @if v.state == State::Planned && cx.may(PLAN) && !frozen { (reassign_form(&cx, v, &shown.carers)) }
        @if v.state == State::Planned && cx.may(VISIT) && !frozen { (call_off_form(&cx, v)) }
        @if shown.correctable && cx.may(CORRECT) { (corrections::pages::form(&cx, v, &items)) }
    };
    let title = format!("{}　{} 上门服务", shown.name, v.day());
    let list = if own(&cx, v) { ("我的上门", "/ltci/visits/mine") } else { ("上门服务", "/ltci/visits") };
    Ok(Page::new(&cx, &title).crumb(list.0, list.1).source(SOURCE).body(body))
}

const fn what_now(frozen: bool) -> &'static str {
    if frozen {
        "所在月份已结算，不能再补录；确有差错的，请由长护险经办办理更正。"
    } else {
        "服务过的请补录并写明原因，没有服务的请登记未服务。"
    }
}

fn visit_facts(cx: &Cx, shown: &Shown) -> Markup {
    let v = &shown.visit;
    let plan = format!("/ltci/plans/{}/{}", v.elder, v.plan);
    let mut facts = vec![
        ("老年人", html! { (ui::link(&format!("/elders/{}", v.elder), &shown.name)) "　" (shown.area) }),
        ("状态", badge(v.state)),
        ("计划时间", html! { (v.day()) " " (clock(v.planned_from)) "—" (clock(v.planned_to)) }),
        ("项目", ui::text(catalogue::names(&cx.state.policies, &v.items))),
        ("服务人员", html! { (shown.carer) "，" (shown.institution) }),
        ("照护计划", ui::link(&plan, "查看计划")),
    ];
    if let Some(at) = v.in_at {
        facts.extend([("签到", ui::moment(at)), ("签到位置", position(cx, v))]);
    }
    if let Some(at) = v.out_at {
        facts.push(("签退", ui::moment(at)));
    }
    if let Some(minutes) = v.minutes() {
        facts.push(("实际时长", html! { (minutes) " 分钟" }));
    }
    if let Some(at) = v.late_entered_at {
        facts.push(("补录", html! { (ui::moment(at)) "：" (v.late_reason.clone().unwrap_or_default()) }));
    }
    if let Some(note) = &v.note {
        facts.push(("备注", ui::text(note)));
    }
    ui::facts(&facts)
}

/// Where the check-in was. A distance beyond the region's parameter is noted, not refused: telephones err.
fn position(cx: &Cx, v: &Visit) -> Markup {
    let most = rules::shown(&cx.state.policies, &["check_in_distance_metres"], v.county, v.day());
    let far = |metres: i64| most.first().is_some_and(|p| metres > p.value);
    html! {
        @match v.in_place {
            None => (ui::muted("没有取得位置")),
            Some(Place { lon, lat, accuracy }) => {
                (format!("{lon:.5}, {lat:.5}"))
                @if let Some(metres) = accuracy { "（误差约 " (metres) " 米）" }
                @if let Some(metres) = v.in_distance {
                    br; "距所在村（社区）中心 " (metres) " 米"
                    @if far(metres) { " " (ui::badge(Tone::Warning, "距离较远，请核实")) }
                }
            }
        }
    }
}

fn line_table(lines: &[(Month, settled::State, settlements::Shown)]) -> Markup {
    let rows = lines.iter().map(|(month, state, line)| {
        vec![
            html! { a href={ "/ltci/settlements/" (line.settlement) } { (ui::month_zh(*month)) } " " (state.name()) },
            ui::text(line.kind.name()),
            ui::money(line.amounts.asked),
            ui::money(line.amounts.approved),
            ui::money(line.amounts.paid),
            html! { @for r in line.reasons.iter() { div { span.reason-code { (r.code()) } " " (r.title()) br; (ui::muted(r.advice())) } } },
        ]
    });
    ui::table(&["结算月份", "类别", ">申报", ">核准", ">基金支付", "原因"], rows)
}

/// The boxes by which what was done is ticked.
pub(in crate::ltci) fn item_boxes(items: &[Item], ticked: &str) -> Markup {
    html! {
        fieldset.mb-3 {
            legend.form-label { "实际完成的项目" }
            @for item in items {
                label.form-check.form-check-inline {
                    input.form-check-input type="checkbox" name="items" value=(item.code) checked[catalogue::split(ticked).any(|c| c == item.code)];
                    span.form-check-label { (item.name) }
                }
            }
        }
    }
}

/// Beginning and end in fields for Chinese time.
pub(in crate::ltci) fn time_fields(v: &Visit) -> Markup {
    let local = |at: kernel::Instant| kernel::time::show(at).replace(' ', "T");
    ui::form_row(&[
        ui::field("开始时间", "from", local(v.in_at.unwrap_or(v.planned_from)), Field::time().required()),
        ui::field("结束时间", "to", local(v.out_at.unwrap_or(v.planned_to)), Field::time().required()),
    ])
}

fn late_form(cx: &Cx, v: &Visit, items: &[Item], waiting: bool) -> Markup {
    let (title, button) = if v.state == State::Done {
        ("修改服务记录", "保存修改")
    } else {
        ("补录（手机没电、没有信号时）", "补录")
    };
    ui::seldom(
        title,
        waiting,
        ui::form(
            cx,
            &format!("{}/late", href(v)),
            html! {
                (time_fields(v))
                (item_boxes(items, &v.items))
                (ui::textarea("原因", "reason", "", Field::text().required().limit(200).hint("如：手机没电、现场无信号。超过补录期限的不能补录。")))
                (ui::submit(button))
            },
        ),
    )
}

fn reassign_form(cx: &Cx, v: &Visit, carers: &[plans::model::Carer]) -> Markup {
    let options: Vec<(String, String)> = carers
        .iter()
        .filter(|c| c.id != v.carer)
        .map(|c| (c.id.to_string(), format!("{}（{}）", c.name, c.kind.map_or("", |k| k.name()))))
        .collect();
    ui::seldom(
        "改派服务人员",
        false,
        ui::form(
            cx,
            &format!("{}/reassign", href(v)),
            html! { (ui::select("服务人员", "carer", &options, "")) (ui::submit("改派")) },
        ),
    )
}

fn call_off_form(cx: &Cx, v: &Visit) -> Markup {
    let over = v.planned_to <= cx.now;
    let (title, tone) = if over { ("登记未服务", Tone::Danger) } else { ("取消本次服务", Tone::Danger) };
    ui::seldom(
        title,
        over,
        ui::form(
            cx,
            &format!("{}/call-off", href(v)),
            html! {
                (ui::field("说明", "call_off_reason", "", Field::text().required().limit(200)))
                (ui::submit_toned(title, tone))
            },
        ),
    )
}

#[derive(Deserialize)]
pub(super) struct Geo {
    lon: Option<f64>,
    lat: Option<f64>,
    accuracy: Option<f64>,
}

impl Geo {
    fn place(&self) -> Option<Place> {
        Some(Place { lon: self.lon?, lat: self.lat?, accuracy: self.accuracy.map(|m| m.round() as i64) })
    }
}

pub(super) async fn check_in(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(geo): Form<Geo>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (policies, carer) = (cx.state.policies.clone(), cx.user.staff);
    cx.write(move |tx, by| store::check_in(tx, by, &policies, elder, id, carer, geo.place())).await?;
    Ok(see_with(&format!("/ltci/visits/{elder}/{id}"), "已签到，服务结束时请签退"))
}

pub(super) async fn check_out(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(geo): Form<Geo>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let carer = cx.user.staff;
    cx.write(move |tx, by| store::check_out(tx, by, elder, id, carer, geo.place())).await?;
    Ok(see_with(&format!("/ltci/visits/{elder}/{id}"), "已签退"))
}

#[derive(Deserialize)]
pub(super) struct Late {
    from: String,
    to: String,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    reason: String,
}

/// Reads a beginning and an end from a form.
pub(in crate::ltci) fn span(from: &str, to: &str) -> Result<(kernel::Instant, kernel::Instant), Error> {
    let read = |name, label, text| parse_local(text).ok_or_else(|| Error::field(name, label, "请填写日期和时间"));
    Ok((read("from", "开始时间", from)?, read("to", "结束时间", to)?))
}

pub(super) async fn late(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Late>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let (from, to) = span(&form.from, &form.to)?;
    let entry = LateEntry { from, to, items: form.items, reason: form.reason };
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| store::enter_late(tx, by, &policies, elder, id, &entry)).await?;
    Ok(see_with(&format!("/ltci/visits/{elder}/{id}"), "已保存"))
}

#[derive(Deserialize)]
pub(super) struct CallOff {
    call_off_reason: String,
}

pub(super) async fn call_off(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<CallOff>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    cx.write(move |tx, by| store::call_off(tx, by, elder, id, &form.call_off_reason)).await?;
    Ok(see_with(&format!("/ltci/visits/{elder}/{id}"), "已登记"))
}

#[derive(Deserialize)]
pub(super) struct Reassign {
    carer: String,
}

pub(super) async fn reassign(
    cx: Cx,
    Path((elder, id)): Path<(String, String)>,
    Form(form): Form<Reassign>,
) -> Result<Response, Error> {
    let (elder, id) = ids(&elder, &id)?;
    let carer = StaffId::parse(&form.carer).ok_or_else(|| Error::field("carer", "服务人员", "请选择"))?;
    let policies = cx.state.policies.clone();
    cx.write(move |tx, by| store::reassign(tx, by, &policies, elder, id, carer)).await?;
    Ok(see_with(&format!("/ltci/visits/{elder}/{id}"), "已改派"))
}
