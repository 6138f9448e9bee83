//! The big screen on the wall: numbers and places, no names. Live by the same events as the board.

use super::super::feed;
use super::super::measure::{Stat, Times, spoken};
use super::super::model::{Case, Step};
use super::super::store::board::{self, Point, Screen};
use super::super::views::tone;
use super::board::View;
use super::{SOURCE, figures, since};
use db::Actor;
use kernel::Instant;
use registry::areas::Names;
use web::ui::{self, Frame};
use web::{Cx, Error, Markup, Page, assets, html};

/// The map shows what came in so many hours.
const HOURS: i64 = 24;
/// Cases that are listed: what fits the wall.
const LISTED: usize = 8;

pub(in super::super) async fn show(cx: Cx) -> Result<Markup, Error> {
    let picture = feed::picture(&cx, View::Screen).await?;
    let body = html! {
        link rel="stylesheet" href=(assets::url("board.css"));
        section.yy-wall data-board="/emergencies/board/events?view=screen" data-now=(cx.state.clock.now().timestamp_millis()) {
            div.yy-watch-bar {
                p.yy-watch-state data-board-state role="status" { "正在连接…" }
                button.btn type="button" data-board-full { "全屏" }
            }
            div data-board-place { (maud::PreEscaped(picture)) }
        }
        script src=(assets::url("board.js")) defer {}
    };
    Ok(Page::new(&cx, "呼救大屏").crumb("值班台", "/emergencies/board").source(SOURCE).body(body))
}

/// Draws the screen for everybody who sees as far as the actor.
///
/// # Errors
/// What the store says.
pub(super) fn draw(state: &web::State, by: &Actor) -> Result<String, Error> {
    let names = state.get::<Names>();
    let midnight = kernel::time::at(by.today(), 0, 0).unwrap_or(by.now);
    let since = by.now - chrono::TimeDelta::hours(HOURS);
    let read = |tx: &mut db::Tx<'_>| Ok::<_, Error>((board::screen(tx, by, since, midnight)?, names.at(tx)?));
    let (screen, names) = state.db.read(read)?;
    let target = figures::target(&state.policies, by, Step::Answer);
    let answered = Stat::of(screen.today.iter(), Step::Answer, target.as_ref());
    let place = names.name(by.scope.area);
    Ok(html! {
        h2.yy-wall-title { (place) " 24 小时呼救中心" }
        (numbers(&screen, &answered))
        div.yy-wall-columns {
            div { h3 { "近 24 小时呼救分布" } (map(&screen.points)) }
            div {
                h3 { "处理中" }
                @if screen.cases.is_empty() { p { "没有处理中的呼救。" } }
                @for c in screen.cases.iter().take(LISTED) { (a_case(c, &names.path(c.area), by.now)) }
                (hours(&screen.today))
            }
        }
    }
    .into_string())
}

fn numbers(s: &Screen, answered: &Stat) -> Markup {
    let share = answered.share().map_or_else(|| "—".to_owned(), |share| share.to_string());
    let median = answered.median.map_or_else(String::new, |m| format!("中位 {}", spoken(m)));
    html! {
        div.yy-wall-numbers {
            (ui::figure("在看护", s.watched, html! { "位佩戴设备的老年人" }))
            (ui::figure("未结束报警", s.alarms, html! { "其中 " (s.unanswered) " 件无人接" }))
            (ui::figure("处理中呼救", s.cases.len(), html! { "值守 " (s.duties) " 人（车）" }))
            (ui::figure("今日及时接听", share, html! { (answered.in_time) " / " (answered.count) "　" (median) }))
        }
    }
}

fn a_case(c: &Case, place: &str, now: Instant) -> Markup {
    html! {
        p.yy-wall-case { (ui::badge(tone(c.state), c.state.name())) " " (c.kind) " " (place) " " (since(c.began_at, now)) }
    }
}

/// The townships as circles; those with calls are filled and carry their number.
fn map(points: &[Point]) -> Markup {
    let places: Vec<(f64, f64)> = points.iter().map(|p| p.at).collect();
    let Some(frame) = Frame::around(&places) else {
        return html! { p { "没有登记各乡镇（街道）的位置，不能画图。" } };
    };
    html! {
        svg.yy-map.yy-calls viewBox=(Frame::view_box()) role="img" aria-label="近 24 小时各乡镇（街道）的呼救" {
            @for p in points {
                @let (x, y) = frame.point(p.at);
                circle.yy-calls-some[p.cases > 0].yy-calls-open[p.open > 0] cx=(x) cy=(y) r=(radius(p.cases)) { title { (p.name) "：" (p.cases) " 件，未结束 " (p.open) " 件" } }
                @if p.cases > 0 { text.yy-calls-number x=(x) y=(y + 6) { (p.cases) } }
                text.yy-calls-name x=(x) y=(y + radius(p.cases) + 16) { (p.name) }
            }
        }
    }
}

fn radius(cases: i64) -> i64 {
    if cases == 0 { 6 } else { 14 + cases.min(12) }
}

fn hours(today: &[Times]) -> Markup {
    let of = |hour: i64| today.iter().filter(|t| t.hour() == hour).count();
    let most = (0..24).map(of).max().unwrap_or_default().max(1);
    html! {
        h3 { "今日各时段" }
        svg.yy-hours viewBox="0 0 480 90" role="img" aria-label="今日各时段的呼救件数" {
            @for hour in 0..24 {
                @let high = of(hour) * 60 / most;
                rect x=(hour * 20 + 3) y=(65 - high) width="14" height=(high.max(1)) { title { (hour) " 时：" (of(hour)) " 件" } }
                @if hour % 3 == 0 { text x=(hour * 20 + 10) y="82" { (hour) } }
            }
        }
    }
}
