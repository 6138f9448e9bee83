//! The applications: what is to be done first, and how long it takes.

use super::super::APPLY;
use super::super::model::{Application, State};
use super::super::store::{self, Filter, Speed};
use super::super::views::tone;
use super::{SOURCE, left};
use chrono::Datelike;
use kernel::{Bp, Date};
use serde::Deserialize;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

/// Rows on a page of the list.
const SIZE: i64 = 50;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    state: Option<String>,
    #[serde(default)]
    late: bool,
    #[serde(default)]
    page: i64,
}

/// The figures above the list.
struct Figures {
    open: i64,
    late: i64,
    speed: Speed,
}

fn figures_of(tx: &mut db::Tx<'_>, by: &db::Actor, year: Date) -> Result<Figures, Error> {
    let of = |state| Filter { state: Some(state), ..Filter::default() };
    let open = store::count(tx, by, &of(State::Submitted))? + store::count(tx, by, &of(State::Accepted))?;
    let late = store::count(tx, by, &Filter { late_on: Some(by.today()), ..Filter::default() })?;
    Ok(Figures { open, late, speed: store::speed(tx, by, year)? })
}

pub(in super::super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let state = asked.state.as_deref().and_then(State::parse);
    let filter = Filter { state, late_on: asked.late.then_some(cx.today()), decided_since: None };
    let (page, year) = (asked.page.max(1), Date::from_ymd_opt(cx.today().year(), 1, 1).unwrap_or(cx.today()));
    let (all, total, figures) = cx
        .read(move |tx, by| {
            let all = store::list(tx, by, &filter, SIZE, (page - 1) * SIZE)?;
            Ok::<_, Error>((all, store::count(tx, by, &filter)?, figures_of(tx, by, year)?))
        })
        .await?;
    let states: Vec<(&str, &str)> = [("", "全部状态")].into_iter().chain(State::options()).collect();
    let chosen = state.map(State::code).unwrap_or_default();
    let base = format!("/licensing?state={chosen}{}", if asked.late { "&late=true" } else { "" });
    let body = html! {
        (shown(&figures))
        (ui::filters("/licensing", html! {
            (ui::select("状态", "state", &states, chosen)) (ui::checkbox("只看逾期", "late", asked.late))
        }))
        (table(&cx, &all))
        (ui::pager(&PageInfo::new(base, page, SIZE, total)))
    };
    let page = Page::new(&cx, "设立审批").actions(html! {
        (ui::link_button("/licensing/conditions", "公布的条件", Tone::Neutral))
        @if cx.may(APPLY) { " " (ui::link_button("/licensing/new", "申请设立", Tone::Primary)) }
    });
    Ok(page.source(SOURCE).body(body))
}

/// A mean with one decimal.
fn mean(sum: i64, of: i64) -> String {
    if of == 0 { "—".into() } else { format!("{}.{}", sum / of, sum % of * 10 / of) }
}

fn shown(f: &Figures) -> Markup {
    let s = &f.speed;
    let share = (s.limited > 0).then(|| Bp(s.in_time * 10_000 / s.limited));
    ui::columns(&[
        ui::figure("待办", f.open, html! { "待受理、备案或决定" }),
        ui::figure("逾期", f.late, html! { "过了公布的时限还没有办" }),
        ui::figure("平均环节", mean(s.steps, s.decided), html! { "今年办结 " (s.decided) " 件，从填写到办结的步数" }),
        ui::figure(
            "平均办理",
            format!("{} 个工作日", mean(s.days, s.decided)),
            html! { "审批部门用时；按时 " (ui::bp(share)) },
        ),
    ])
}

fn table(cx: &Cx, all: &[Application]) -> Markup {
    let row = |a: &Application| {
        vec![
            ui::row_link(&a.href(), &a.facts.name),
            ui::text(&a.number),
            ui::text(a.facts.unit),
            ui::text(a.way),
            ui::badge(tone(a.state), a.state.name()),
            left(a, cx.today()),
            ui::opt(a.submitted_on),
            ui::opt(a.decided_on),
        ]
    };
    let headings = ["名称", "编号", "申请设立", "路径", "状态", "期限", "提交", "办结"];
    ui::table_or(&headings, all.iter().map(row), ui::empty("没有设立申请。", None))
}
