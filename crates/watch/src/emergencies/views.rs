//! What others show of the call centre: today's work, a card, the timeline.

use super::ACT;
use super::model::{Case, State};
use super::store::{self, Filter};
use db::{Actor, Tx};
use kernel::ElderId;
use kernel::time::{date_of, show};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, Markup, WorkGroup, WorkItem, html};

/// How many the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Answered => Tone::Danger,
        State::Dispatched | State::Confirmed | State::OnTheWay => Tone::Warning,
        State::Arrived | State::HandedOver => Tone::Info,
        State::Closed => Tone::Neutral,
    }
}

/// Marks a drill; nothing for what is real.
pub(super) fn drill(is: bool) -> Markup {
    html! { @if is { " " span.badge.bg-purple.text-purple-fg { "演练" } } }
}

/// Cases that are not over, for operators.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(ACT) {
        return Ok(vec![]);
    }
    let filter = Filter { open: true, ..Filter::default() };
    let total = store::count(tx, desk.by, &filter)?;
    if total == 0 {
        return Ok(vec![]);
    }
    let item = |c: &Case| WorkItem {
        title: c.name.clone(),
        detail: format!("{}{}，{}，{} 起", if c.drill { "【演练】" } else { "" }, c.kind, c.state, show(c.began_at)),
        href: c.key.href(),
        due: None,
        urgent: c.state == State::Answered,
    };
    let items = store::list(tx, desk.by, &filter, SHOWN, 0)?.iter().map(item).collect();
    let (title, href) = ("未结束的呼救".to_owned(), "/emergencies/board".to_owned());
    Ok(vec![WorkGroup { title, items, total, href }])
}

/// The cases of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let one = |c: &Case| {
        let mark = if c.drill { "（演练）" } else { "" };
        let end = c.outcome.map(|o| format!("；{o}：{}", c.note)).unwrap_or_default();
        TimelineItem {
            on: date_of(c.began_at),
            at: Some(c.began_at),
            kind: "呼救",
            title: format!("{}{mark}：{}", c.kind, c.state),
            detail: format!("{}{end}", c.what),
            href: Some(c.key.href()),
        }
    };
    Ok(store::of_elder(tx, by, elder)?.iter().map(one).collect())
}

/// What is going on, and the way to call for help.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let open: Vec<&Case> = all.iter().filter(|c| c.closed_at.is_none()).collect();
    let body = html! {
        @if open.is_empty() { p.text-secondary { "没有正在处理的呼救。" } }
        @for c in &open {
            p { (ui::badge(tone(c.state), c.state.name())) (drill(c.drill)) " " a href=(c.key.href()) { (c.kind) "，" (show(c.began_at)) " 起" } }
        }
        @if let Some(last) = all.iter().find(|c| c.closed_at.is_some()) {
            p.text-secondary { "最近一次：" a href=(last.key.href()) { (show(last.began_at)) " " (last.kind) } (drill(last.drill)) }
        }
    };
    let action =
        Some(CardAction { permission: ACT, href: format!("/emergencies/new?elder={elder}"), text: "登记呼救" });
    Ok(Some(ElderCard { title: "呼救".to_owned(), body, order: 12, action }))
}
