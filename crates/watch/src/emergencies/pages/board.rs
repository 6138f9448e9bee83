//! The live board: what nobody has answered first, with times that count up. Sent anew by [`super::super::feed`].

use super::super::feed::{self, PROOF};
use super::super::model::Case;
use super::super::phone::{self, Call};
use super::super::store::board::{self, Board};
use super::super::views::{drill, tone};
use super::super::{ACT, MANAGE};
use super::{SOURCE, since};
use crate::alarms::model::{Alarm, Level};
use db::Actor;
use kernel::Instant;
use registry::areas::NameTable;
use registry::areas::Names;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, assets, html};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// For operators.
    Board,
    /// For the wall.
    Screen,
}

/// Draws for everybody who sees as far as the actor; `act` with what operators can do.
///
/// # Errors
/// What the store says.
pub fn draw(state: &web::State, by: &Actor, act: bool, view: View) -> Result<String, Error> {
    match view {
        View::Board => {
            let names = state.get::<Names>();
            let (board, names) = state.db.read(|tx| Ok::<_, Error>((board::read(tx, by)?, names.at(tx)?)))?;
            Ok(fragment(&board, &names, by.now, act).into_string())
        }
        View::Screen => super::screen::draw(state, by),
    }
}

pub(in super::super) async fn show(cx: Cx) -> Result<Markup, Error> {
    let picture = feed::picture(&cx, View::Board).await?;
    let body = html! {
        link rel="stylesheet" href=(assets::url("board.css"));
        section.yy-watch data-board="/emergencies/board/events" data-now=(cx.state.clock.now().timestamp_millis()) {
            div.yy-watch-bar {
                p.yy-watch-state data-board-state role="status" { "正在连接…" }
                button.btn.btn-lg.btn-danger type="button" data-board-sound aria-pressed="false" { "开启声音" }
                span.text-secondary data-board-hint { "浏览器要求先按一次按钮才能发出声音：每次打开本页请先按“开启声音”。" }
            }
            div data-board-place { (maud::PreEscaped(picture)) }
            noscript { (ui::alert(Tone::Danger, "没有启用脚本", "本页不会自动更新，也没有声音，请启用脚本，或每分钟刷新一次。")) }
        }
        script src=(assets::url("board.js")) defer {}
    };
    let actions = html! {
        @if cx.may(ACT) { (ui::link_button("/emergencies/new", "登记呼救", Tone::Danger)) }
        @if cx.may(ACT) { (ui::link_button("/emergencies/shifts", "交接班", Tone::Neutral)) }
        @if cx.may(MANAGE) { (ui::link_button("/emergencies/duties", "值守表", Tone::Neutral)) }
    };
    Ok(Page::new(&cx, "值班台").actions(actions).source(SOURCE).body(body))
}

/// The board as it stands, without the page around it.
pub(super) fn fragment(b: &Board, names: &NameTable, now: Instant, act: bool) -> Markup {
    let unanswered = b.calls.iter().filter(|c| c.unanswered()).count()
        + b.alarms.iter().filter(|(_, a)| a.acknowledged_at.is_none()).count();
    let grave = b.alarms.iter().any(|(_, a)| a.acknowledged_at.is_none() && a.level == Level::Danger && !a.drill);
    let ringing = b.calls.iter().any(Call::unanswered);
    html! {
        div.yy-watch-columns data-waiting=(unanswered) data-grave=(grave || ringing) {
            section aria-label="来电" {
                h2 { "来电 " span.yy-watch-count { (b.calls.len()) } }
                @if b.calls.is_empty() { p.text-secondary { "没有待处理的来电。" } }
                @for call in &b.calls { (a_call(call, now, act)) }
            }
            section aria-label="报警" {
                h2 { "报警 " span.yy-watch-count { (b.waiting) } }
                @if b.alarms.is_empty() { p.text-secondary { "没有待接的报警。" } }
                @for (name, alarm) in &b.alarms { (an_alarm(name, alarm, now, act)) }
                @if b.waiting > b.alarms.len() as i64 { p { a href="/alarms" { "其余 " (b.waiting - b.alarms.len() as i64) " 件" } } }
            }
            section aria-label="呼救事件" {
                h2 { "处理中的呼救 " span.yy-watch-count { (b.open) } }
                @if b.cases.is_empty() { p.text-secondary { "没有处理中的呼救。" } }
                @for c in &b.cases { (a_case(c, names, now)) }
                @if b.open > b.cases.len() as i64 { p { a href="/emergencies" { "其余 " (b.open - b.cases.len() as i64) " 件" } } }
            }
        }
        p.yy-watch-duty {
            "现在值守：" @if b.duties.is_empty() { @if act { (ui::badge(Tone::Danger, "无人值守，请登记值守表")) } @else { "没有登记" } }
            @for d in &b.duties { span.text-nowrap { (d.kind) " " (d.name) } " " }
        }
    }
}

/// A form of the board. Its proof is put in for each watcher.
fn taking(action: &str, text: &str) -> Markup {
    html! { form method="post" action=(action) { (maud::PreEscaped(PROOF)) button.btn.btn-danger.btn-lg type="submit" { (text) } } }
}

fn a_call(call: &Call, now: Instant, act: bool) -> Markup {
    let number = if act && !call.number.is_empty() { call.number.clone() } else { phone::masked(&call.number) };
    html! {
        article.yy-watch-card.yy-watch-hot[call.unanswered()] data-key={ "call-" (call.id) } {
            p.yy-watch-who {
                @if call.elder.is_some() { (call.elder_name) } @else { "号码不在册" }
                " " (since(call.rang_at, now))
            }
            p { strong.yy-watch-number { (number) } " → " (call.dialled) @if call.ended_at.is_some() { " " (ui::badge(Tone::Warning, "已挂断")) } }
            @if call.taken_name.is_empty() {
                @if act { (taking(&format!("{}/answer", call.href()), "接听")) } @else { p { (ui::badge(Tone::Danger, "无人接听")) } }
            } @else {
                p { (ui::badge(Tone::Info, "接听")) " " (call.taken_name) " " a href=(call.href()) { "打开" } }
            }
        }
    }
}

fn an_alarm(name: &str, a: &Alarm, now: Instant, act: bool) -> Markup {
    let level = match a.level {
        Level::Danger => Tone::Danger,
        Level::Warning => Tone::Warning,
        Level::Notice => Tone::Info,
    };
    html! {
        article.yy-watch-card.yy-watch-hot[a.acknowledged_at.is_none() && a.level == Level::Danger] data-key={ "alarm-" (a.key.id) } {
            p.yy-watch-who { (name) " " (since(a.raised_at, now)) }
            p { (ui::badge(level, a.level.name())) (drill(a.drill)) " " strong { (a.kind) } " " (a.message) }
            @if a.acknowledged_at.is_some() {
                p { "由 " (a.acknowledged_by) " 处理" }
                @if act { (taking(&format!("/emergencies/take/{}/{}", a.key.elder, a.key.id), "立案")) }
            }
            @else if act { (taking(&format!("/emergencies/take/{}/{}", a.key.elder, a.key.id), "接警")) }
            @else { p { (ui::badge(Tone::Danger, "无人接警")) } }
        }
    }
}

fn a_case(c: &Case, names: &NameTable, now: Instant) -> Markup {
    html! {
        article.yy-watch-card data-key={ "case-" (c.key.id) } {
            p.yy-watch-who { a href=(c.key.href()) { (c.name) } " " (since(c.began_at, now)) }
            p { (ui::badge(tone(c.state), c.state.name())) (drill(c.drill)) " " strong { (c.kind) } " " (names.path(c.area)) }
            p.text-secondary { (c.what) "　坐席：" (c.operator_name) @if c.ambulance_at.is_some() { " " (ui::badge(Tone::Danger, "已呼 120")) } }
        }
    }
}
