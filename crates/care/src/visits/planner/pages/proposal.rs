//! A proposal to look at: what it costs, the board, who is left out and why, what moves, the map; and what can be done.

use super::super::day::Day;
use super::super::model::{Dayplan, Moved, State, changes, going, moved};
use super::super::store::accept::Left;
use super::super::store::{self};
use super::super::words::{Names, clock, minutes, soft, tone};
use super::board::{Shown, board, lists};
use super::{SOURCE, home, map, parse};
use axum::extract::Path;
use db::jobs::Job;
use routing::{Breach, Cost, Plan};
use serde::Deserialize;
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, Query, Reason, assets, html};

#[derive(Deserialize, Default)]
pub(in crate::visits) struct Chosen {
    #[serde(default)]
    visit: String,
    #[serde(default)]
    from: String,
}

/// A proposal with the day as it stands now.
pub(super) struct Read {
    pub of: Dayplan,
    pub day: Day,
    pub names: Names,
    job: Option<Job>,
}

/// Reads a proposal within sight.
pub(super) async fn read(cx: &Cx, id: &str) -> Result<Read, Error> {
    let id = parse(id)?;
    let policies = cx.state.policies.clone();
    cx.read(move |tx, by| {
        let of = store::find(tx, by, id)?;
        let day = store::day::load(tx, by, &policies, of.institution, of.day)?;
        let known = |id: &String| day.visits.iter().any(|visit| visit.id.to_string() == *id);
        let ids = of.asked.problem.visits.iter().map(|visit| visit.id.clone()).filter(|id| !known(id));
        let gone = store::gone(tx, by, &ids.collect::<Vec<_>>())?;
        let names = Names::of(&day, gone);
        let job = of.job.map(|job| db::jobs::find(tx, job)).transpose()?;
        Ok::<_, Error>(Read { of, day, names, job })
    })
    .await
}

pub(in crate::visits) async fn show(
    cx: Cx,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Markup, Error> {
    let read = read(&cx, &id).await?;
    let of = &read.of;
    let body = html! {
        link rel="stylesheet" href=(assets::url("planner.css"));
        @match (of.state, &of.plan) {
            (State::Solving, _) => (solving(&cx, &read)),
            (State::Failed, _) => (ui::alert(Tone::Danger, "没有算成", &of.road)),
            (_, Some(plan)) => (content(&cx, &read, plan, &chosen)),
            (_, None) => (ui::empty("这份方案没有算完", None)),
        }
        script src=(assets::url("planner.js")) defer {}
    };
    let title = format!("{}方案：{} {}", of.kind.name(), read.day.name, of.day);
    let actions = html! {
        (ui::badge(tone(of.state), of.state.name()))
        @if of.plan.is_some() {
            (ui::link_button(&format!("{}/calls", of.href()), "电话通知名单", Tone::Neutral))
            button.btn type="button" data-print { "打印" }
        }
    };
    let page = Page::new(&cx, &title).crumb("上门服务", "/visits").crumb("当日排班", &home(of));
    Ok(page
        .source(format!("{}。{SOURCE}", if of.road.is_empty() { "路程待算" } else { &of.road }))
        .actions(actions)
        .body(body))
}

fn solving(cx: &Cx, read: &Read) -> Markup {
    let watched = read.job.as_ref().map(|job| web::jobs::watch(cx, job, Some(&read.of.href())));
    ui::card(
        "正在计算",
        html! {
            p { "关闭本页不影响计算；算完后本页自动显示方案。" }
            @if let Some(watched) = watched { (watched) }
            (discard_form(cx, &read.of))
        },
    )
}

fn content(cx: &Cx, read: &Read, plan: &Plan, chosen: &Chosen) -> Markup {
    let of = &read.of;
    let open = of.state == State::Open;
    let all = moved(&of.asked, &of.before, plan);
    let firm = |visit: &routing::Visit| visit.pinned.is_some();
    let shown = Shown {
        day: &read.day,
        plan,
        names: &read.names,
        firm: of.asked.problem.visits.iter().filter(|v| firm(v)).map(|v| v.id.clone()).collect(),
        moved: all.iter().map(|one| one.visit.clone()).collect(),
        open,
    };
    html! {
        @if open { (meanwhile(read)) }
        @if of.road.starts_with("RT") { (ui::alert(Tone::Warning, "行程服务没有用上", &of.road)) }
        (ui::columns(&figures(plan.cost, all.len())))
        @if !plan.unassigned.is_empty() { (ui::card("没有排上", left_out(read, plan))) }
        @if open { (broken(read, plan)) }
        (ui::card("一天的安排", html! {
            @if open { p.text-secondary.yy-board-hint { "拖动一次上门到另一名人员或另一个时间，先看代价再决定；不方便拖动的用下面的“手工调整”。" } }
            (board(&shown))
        }))
        div.yy-hand {
            @if open { (move_form(read, plan, chosen, cx)) }
            (ui::card("每人的路线", lists(&shown)))
        }
        (ui::card(&format!("改动（{}）", all.len()), moved_table(read, &all)))
        (ui::card("路线示意图", html! { (map::map(&of.asked, plan, &read.names)) }))
        @if open { (accept_form(cx, of, plan)) (ui::seldom("放弃这份方案", false, discard_form(cx, of))) }
    }
}

/// What has changed since the proposal was made: told before somebody tries to accept it.
fn meanwhile(read: &Read) -> Markup {
    let (asked, before) = read.day.compose(read.of.made_at);
    let changed = changes((&read.of.asked, &read.of.before), (&asked, &before));
    let all: Vec<Reason> = changed.iter().map(|one| read.names.changed(one)).collect();
    html! { @if !all.is_empty() {
        (ui::alert(Tone::Warning, "生成之后情况已有变化，这份方案不能采用，请重新计算", reasons(&all)))
    } }
}

/// Numbered reasons as a list.
pub(super) fn reasons(all: &[Reason]) -> Markup {
    html! { ul { @for one in all { li { span.reason-code { (one.code) } (one.text) } } } }
}

fn figures(cost: Cost, moves: usize) -> Vec<Markup> {
    vec![
        ui::figure("路上", format!("{} 分钟", minutes(cost.travel)), html! { "全部人员合计" }),
        ui::figure("空等", format!("{} 分钟", minutes(cost.idle)), html! { "两次上门之间" }),
        ui::figure("超时", format!("{} 分钟", minutes(cost.overtime)), html! { (cost.shifts) " 名人员出门" }),
        ui::figure("不熟悉", cost.lost_continuity, html! { "去的不是熟悉的人员" }),
        ui::figure("改动", moves, html! { "与现在的安排不同" }),
        ui::figure(
            "没有排上",
            cost.unassigned,
            html! { @if cost.missed_rests > 0 { (cost.missed_rests) " 人没有休息" } @else { "休息都已排" } },
        ),
    ]
}

fn left_out(read: &Read, plan: &Plan) -> Markup {
    let rows = plan.unassigned.iter().map(|left| {
        let reason = read.names.reason(&left.reason.to_string());
        let before = going(&read.of.before, &left.visit);
        vec![
            ui::text(read.names.visit(&left.visit)),
            ui::text(
                before
                    .as_ref()
                    .map_or("—".into(), |b| format!("{} {}", clock(b.start), read.names.carers(&b.carers))),
            ),
            html! { span.reason-code { (reason.code) } (reason.text) },
        ]
    });
    ui::table(&["老年人", "原来的安排", "为什么"], rows)
}

/// What the plan breaks as it stands: after moves by hand.
fn broken(read: &Read, plan: &Plan) -> Markup {
    let of = &read.of;
    let Some(matrix) = of.matrix.as_ref().map(|places| of.asked.spread(places)) else { return html! {} };
    let all = routing::breaches(&of.asked.problem, &matrix, plan);
    let whole = |b: &Breach| matches!(b, Breach::Carers(_) | Breach::Apart(_));
    let (hard, mild): (Vec<&Breach>, Vec<&Breach>) = all.iter().partition(|b| whole(b) || !soft(&of.asked, b));
    let words = |all: &[&Breach]| all.iter().map(|b| read.names.reason(&b.to_string())).collect::<Vec<_>>();
    html! {
        @if !hard.is_empty() { (ui::alert(Tone::Danger, "这份方案还不能采用", reasons(&words(&hard)))) }
        @if !mild.is_empty() { (ui::alert(Tone::Warning, "请留意：与原定时间相差较大", reasons(&words(&mild)))) }
    }
}

/// Dragging without a mouse: the script of the board fills in the same form.
fn move_form(read: &Read, plan: &Plan, chosen: &Chosen, cx: &Cx) -> Markup {
    let of = &read.of;
    let free = of.asked.problem.visits.iter().filter(|visit| visit.pinned.is_none());
    let label = |visit: &routing::Visit| match going(plan, &visit.id) {
        Some(g) => format!("{} {}（{}）", clock(g.start), read.names.visit(&visit.id), read.names.carers(&g.carers)),
        None => format!("{}（没有排上）", read.names.visit(&visit.id)),
    };
    let visits: Vec<(String, String)> = free.map(|visit| (visit.id.clone(), label(visit))).collect();
    let there = read.day.carers.iter().filter(|one| one.there());
    let carers: Vec<(String, String)> = there.map(|one| (one.id.to_string(), one.name.clone())).collect();
    let with_none = |text: &str| -> Vec<(String, String)> {
        std::iter::once((String::new(), text.to_owned())).chain(carers.iter().cloned()).collect()
    };
    let at = going(plan, &chosen.visit).map(|going| clock(going.start)).unwrap_or_default();
    let price = format!("{}/price", of.href());
    let body = html! {
        form.yy-form #move method="post" action=(price) hx-post=(price) hx-target="#price" hx-swap="innerHTML" {
            (ui::csrf(cx)) (ui::hidden("seen", of.changed_at.timestamp_millis().to_string()))
            (ui::form_row(&[
                ui::select("哪一次上门", "visit", &visits, &chosen.visit),
                ui::select("交给", "carer", &with_none("不派人（移出）"), ""),
                ui::field("大约几点", "at", at, Field::clock()),
                ui::select("从谁手里（两人同去时）", "from", &with_none("原来的人员"), &chosen.from),
            ]))
            (ui::submit_toned("先看代价", Tone::Neutral))
        }
        div #price aria-live="polite" {}
    };
    ui::card("手工调整", body)
}

fn moved_table(read: &Read, all: &[Moved]) -> Markup {
    let words = |going: &Option<super::super::model::Going>| match going {
        Some(g) => format!("{} {}", clock(g.start), read.names.carers(&g.carers)),
        None => "没有人去".to_owned(),
    };
    let rows = all
        .iter()
        .map(|m| vec![ui::text(read.names.visit(&m.visit)), ui::text(words(&m.from)), ui::text(words(&m.to))]);
    ui::table_or(&["老年人", "原来", "改为"], rows, ui::empty("与现在的安排相同", None))
}

fn seen(of: &Dayplan) -> Markup {
    ui::hidden("seen", of.changed_at.timestamp_millis().to_string())
}

fn accept_form(cx: &Cx, of: &Dayplan, plan: &Plan) -> Markup {
    let body = html! {
        (seen(of))
        p { "采用后，所有上门的人员和时间一次改好；只要有一次因为情况变化不能改，就全部不改并说明原因。改了时间或人员的，请按名单逐户电话告知。" }
        @if plan.unassigned.is_empty() { (ui::hidden("left", Left::Keep.code())) }
        @else { (ui::radios("没有排上的", "left", &Left::options(), Left::Keep.code())) }
        (ui::submit("采用这份方案"))
    };
    ui::card("采用", ui::form(cx, &format!("{}/accept", of.href()), body))
}

fn discard_form(cx: &Cx, of: &Dayplan) -> Markup {
    ui::form(cx, &format!("{}/discard", of.href()), html! { (seen(of)) (ui::submit_toned("放弃", Tone::Neutral)) })
}
