//! Lists of visits: all within sight, and a carer's own of today.

use super::{SOURCE, badge, clock, href, table};
use crate::visits::catalogue;
use crate::visits::model::{Kind, NoteKind, State, Visit};
use crate::visits::store::door::{self, Door};
use crate::visits::store::{self, Filter, Listed};
use crate::visits::{PLAN, VISIT};
use chrono::Datelike;
use kernel::{Date, StaffId};
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

const SIZE: i64 = 50;

#[derive(Deserialize, Default)]
pub(in crate::visits) struct Listing {
    from: Option<Date>,
    to: Option<Date>,
    kind: Option<String>,
    state: Option<String>,
    overdue: Option<bool>,
    page: Option<i64>,
}

pub(in crate::visits) async fn list(cx: Cx, Query(q): Query<Listing>) -> Result<Markup, Error> {
    let overdue = q.overdue.unwrap_or_default();
    let (from, to) = (q.from.unwrap_or(cx.today()), q.to.or(q.from).unwrap_or(cx.today()));
    let days = (!overdue).then_some((from, to.max(from)));
    let state = q.state.as_deref().and_then(State::parse);
    let kind = q.kind.as_deref().and_then(Kind::parse);
    let filter = Filter { days, kind, state, overdue, ..Filter::default() };
    let page = q.page.unwrap_or(1).max(1);
    let (total, rows) = cx
        .read(move |tx, by| {
            Ok::<_, Error>((store::count(tx, by, &filter)?, store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?))
        })
        .await?;
    let states: Vec<_> = [("", "全部状态")].into_iter().chain(State::options()).collect();
    let kinds: Vec<_> = [("", "全部类别")].into_iter().chain(Kind::options()).collect();
    let (word, why) = (state.map(State::code).unwrap_or_default(), kind.map(Kind::code).unwrap_or_default());
    let base = format!("/visits?from={from}&to={to}&kind={why}&state={word}&overdue={overdue}");
    let body = html! {
        (ui::filters("/visits", html! {
            (ui::form_row(&[
                ui::date("从", "from", Some(from)),
                ui::date("到", "to", Some(to)),
                ui::select("类别", "kind", &kinds, why),
                ui::select("状态", "state", &states, word),
            ]))
            (ui::checkbox("只看已过时间而没有签退的", "overdue", overdue))
        }))
        (table(&cx, &rows))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    let actions = html! {
        @if cx.may(PLAN) { (ui::link("/visits/reviews", "待核查的补录")) }
    };
    Ok(Page::new(&cx, "上门服务").source(SOURCE).actions(actions).body(body))
}

pub(in crate::visits) async fn mine(cx: Cx) -> Result<Markup, Error> {
    let Some(carer) = cx.user.staff else {
        let body = ui::alert(
            Tone::Info,
            "您的账号没有关联服务人员",
            "签到、签退由服务人员本人办理；查看全部服务请到“上门服务”。",
        );
        return Ok(Page::new(&cx, "我的上门").source(SOURCE).body(body));
    };
    let visits = day(&cx, carer).await?;
    let next = next(&visits);
    let left = visits.iter().filter(|(row, _)| !over(&row.visit)).count();
    let body = html! {
        @if visits.is_empty() { (ui::empty("今天没有安排上门", None)) } @else {
            p { "共 " (visits.len()) " 次，" @if left > 0 { "还有 " strong { (left) } " 次" } @else { "都已办完" } }
        }
        p { (ui::link("/visits/day", "没有信号也能用的页面")) }
        div.yy-visits { @for (n, (row, place)) in visits.iter().enumerate() {
            (ui::card("", glance(&cx, &row.visit, (&row.elder, place), next == Some(n), Some("服务详情"))))
        } }
    };
    Ok(Page::new(&cx, &format!("我的上门：{}", today(cx.today()))).source(SOURCE).body(body))
}

/// Where a visit is: the area, and for whoever comes and has not been there yet the door.
pub(super) struct At {
    /// Name of the area.
    pub area: String,
    /// The door of a visit that is still to be made.
    pub door: Option<Door>,
}

/// The visits of a carer today; who they are told about is noted.
async fn day(cx: &Cx, carer: StaffId) -> Result<Vec<(Listed, At)>, Error> {
    let filter = Filter { carer: Some(carer), ..Filter::day(cx.today()) };
    let visits = cx
        .read(move |tx, by| {
            let mut all = vec![];
            for row in store::list(tx, by, &filter, 100, 0)? {
                let area = registry::areas::store::name(tx, row.area)?;
                let open = !over(&row.visit);
                let door = if open { Some(door::of(tx, by, row.visit.elder)?) } else { None };
                all.push((row, At { area, door }));
            }
            Ok::<_, Error>(all)
        })
        .await?;
    for (row, _) in visits.iter().filter(|(_, at)| at.door.is_some()) {
        cx.note(door::entry(row.visit.elder, row.visit.id)).await?;
    }
    Ok(visits)
}

/// `11月23日 星期一`
fn today(day: Date) -> String {
    let names = ["一", "二", "三", "四", "五", "六", "日"];
    let name = names[day.weekday().num_days_from_monday() as usize];
    format!("{}月{}日 星期{name}", day.month(), day.day())
}

pub(super) const fn over(v: &Visit) -> bool {
    !matches!(v.state, State::Planned | State::CheckedIn)
}

/// The visit that comes next: the one under way, else the first that is open.
fn next(visits: &[(Listed, At)]) -> Option<usize> {
    let first = |state: State| visits.iter().position(|(row, _)| row.visit.state == state);
    first(State::CheckedIn).or_else(|| first(State::Planned))
}

/// A visit as its carer needs it: when, whom, where, what; only the next one has the strong button, so that a tired
/// thumb does not check in at somebody else's.
pub(super) fn glance(cx: &Cx, v: &Visit, (elder, at): (&str, &At), next: bool, more: Option<&str>) -> Markup {
    html! {
        div.yy-visit .yy-visit-next[next] .yy-visit-over[over(v)] {
            span.yy-visit-when { (clock(v.planned_from)) small { "—" (clock(v.planned_to)) } }
            span.yy-visit-who { (elder) }
            (badge(v.state))
            p {
                (at.area) "　" (catalogue::names(&cx.state.policies, &v.items))
                @if v.kind != Kind::CareInsurance { " " (ui::badge(Tone::Info, v.kind.name())) }
            }
            @if let Some(door) = &at.door { (door_lines(door)) }
            @if let (State::CheckedIn, Some(at)) = (v.state, v.in_at) { p { (clock(at)) " 已签到，到 " (clock(v.planned_to)) " 再签退" } }
            (buttons(cx, v, next))
            p { @if let Some(more) = more { a.me-4 href=(href(v)) { (more) } } a href={ "/elders/" (v.elder) } { "老年人档案" } }
        }
    }
}

/// What is to be known at the door, dangers in red.
pub(super) fn door_lines(door: &Door) -> Markup {
    let call = |phone: &str| html! { a href={ "tel:" (phone) } { (phone) } };
    html! {
        @if let Some(address) = &door.address { p { strong { (address) } } }
        @if door.phone.is_some() || door.contact.is_some() {
            p {
                @if let Some(phone) = &door.phone { "电话 " (call(phone)) "　" }
                @if let Some(phone) = &door.contact { "家属 " (call(phone)) }
            }
        }
        @for note in &door.notes {
            p { (ui::badge(tone(note.kind), note.kind.name())) " " (note.text) }
        }
    }
}

/// How loud a note is.
pub(super) const fn tone(kind: NoteKind) -> Tone {
    match kind {
        NoteKind::Allergy => Tone::Danger,
        NoteKind::Risk => Tone::Warning,
        NoteKind::KeyBox | NoteKind::Other => Tone::Info,
    }
}

/// The large button that fits the state; the page's script fills in the place.
fn buttons(cx: &Cx, v: &Visit, next: bool) -> Markup {
    let second = v.second.is_some() && v.second == cx.user.staff;
    let step = match v.state {
        State::Planned | State::CheckedIn if second && v.second_in_at.is_none() => Some(("join", "同行到场")),
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
pub(super) fn own(cx: &Cx, v: &Visit) -> bool {
    cx.user.staff.is_some_and(|staff| v.is_of(staff)) && cx.may(VISIT)
}
