//! What others show of consents: withdrawals as work, the elder's card and timeline.

use super::model::{Consent, State};
use super::{READ, WRITE, store};
use db::{Actor, Tx};
use kernel::ElderId;
use kernel::time::date_of;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many withdrawals the home page names.
const SHOWN: i64 = 5;

/// Tone of a state.
pub(super) const fn tone(state: State, live: bool) -> Tone {
    match state {
        State::Given if live => Tone::Success,
        State::Given | State::Handled => Tone::Neutral,
        State::Withdrawn => Tone::Warning,
    }
}

/// What is written beside a consent.
pub(super) const fn standing(one: &Consent) -> &'static str {
    match one.state {
        State::Given if !one.live => "已结束",
        other => other.name(),
    }
}

/// Withdrawals that nobody of the institution has seen to.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(WRITE) {
        return Ok(vec![]);
    }
    let total = store::count_waiting(tx, desk.by)?;
    let rows = if total > 0 { store::waiting(tx, desk.by, SHOWN, 0)? } else { vec![] };
    let item = |(name, one): &(String, Consent)| WorkItem {
        title: name.clone(),
        detail: format!("{}：{}", one.given.scope, one.given.scope.to_do()),
        href: format!("/consents/{}", one.given.elder),
        due: None,
        urgent: one.given.scope.urgent(),
    };
    let group = WorkGroup {
        title: "撤回了同意".into(),
        items: rows.iter().map(item).collect(),
        total,
        href: "/consents".into(),
    };
    Ok(if total > 0 { vec![group] } else { vec![] })
}

/// What an elder agreed to and withdrew.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let item = |one: &Consent| {
        let done = one.withdrawn.as_ref()?;
        Some(TimelineItem {
            on: date_of(done.at),
            at: Some(done.at),
            kind: "知情同意",
            title: format!("撤回同意：{}", one.given.scope),
            detail: format!("{}（{}）：{}", done.by.name, done.by.role, done.effect),
            href: Some(format!("/consents/{elder}")),
        })
    };
    Ok(store::of_elder(tx, elder, by.today())?.iter().filter_map(item).collect())
}

/// The consents in force.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, elder, by.today())?;
    let shown: Vec<&Consent> = all.iter().filter(|one| one.live || one.state == State::Withdrawn).collect();
    let body = html! {
        @if shown.is_empty() { p.text-secondary { "没有有效的知情同意。" } }
        @for one in shown {
            p { (ui::badge(tone(one.state, one.live), standing(one))) " " (one.given.scope) "，" (one.giver()) }
        }
    };
    let action = Some(CardAction { permission: READ, href: format!("/consents/{elder}"), text: "同意登记" });
    Ok(Some(ElderCard { title: "知情同意".to_owned(), body, order: 96, action }))
}
