//! What stands of day care on the elder's page.

use super::model::State;
use super::{WRITE, store};
use db::{Actor, Tx};
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use registry::institutions;
use web::html;
use web::ui::{self, Tone};

/// Beginning, end, days and measurements.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut all = vec![];
    for m in store::of_elder(tx, by, elder)? {
        let place = institutions::store::name(tx, m.institution).unwrap_or_default();
        let own = by.scope.institution.is_none_or(|own| own == m.institution);
        let item = |on: Date, title: String, detail: &str| TimelineItem {
            on,
            at: None,
            kind: "日间照护",
            title,
            detail: detail.to_owned(),
            href: own.then(|| m.key.href()),
        };
        all.push(item(m.from, format!("入托 {place}"), ""));
        all.extend(m.ended_on.map(|on| item(on, format!("退托 {place}"), &m.end_reason)));
        for day in store::days(tx, m.key)? {
            let done = day.services.iter().map(|s| s.name()).collect::<Vec<_>>().join("、");
            all.push(item(day.on, format!("到 {place}"), &done));
        }
    }
    for (on, at, measured, who) in store::measurements(tx, elder)? {
        let title = measured.words();
        all.push(TimelineItem { on, at: Some(at), kind: "健康小屋", title, detail: who, href: None });
    }
    Ok(all)
}

/// Where the elder goes by day, and what was measured last.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let open = store::of_elder(tx, by, elder)?.into_iter().find(|m| m.state == State::Open);
    let last = store::measurements(tx, elder)?.into_iter().next();
    if open.is_none() && last.is_none() {
        return Ok(None);
    }
    let place = open.as_ref().map(|m| institutions::store::name(tx, m.institution).unwrap_or_default());
    let body = html! {
        @if let (Some(m), Some(place)) = (&open, &place) { p { (ui::badge(Tone::Success, "在托")) " " a href=(m.key.href()) { (place) } " 自 " (m.from) } }
        @if let Some((on, _, measured, _)) = &last { p { "最近测量 " (on) "：" (measured.words()) } }
    };
    let action = open.map(|m| CardAction { permission: WRITE, href: m.key.href(), text: "签到、测量" });
    Ok(Some(ElderCard { title: "日间照护".to_owned(), body, order: 57, action }))
}
