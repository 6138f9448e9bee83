//! What stands of screening on the elder's page.

use super::{WRITE, model, store};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use std::collections::BTreeSet;
use web::html;
use web::ui::{self, Tone};

/// So many results stand on the elder's page.
const SHOWN: usize = 4;

/// The results of an elder that were not struck out.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let all = store::of_elder(tx, by, elder)?.into_iter().filter(|one| one.struck.is_none());
    let item = |one: model::Screening| TimelineItem {
        on: one.on,
        at: None,
        kind: "筛查",
        title: one.title.clone(),
        detail: format!("{}（{}）", model::result(&one.scored), one.by),
        href: Some(one.key.href()),
    };
    Ok(all.map(item).collect())
}

/// The last result by each scale.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let mut seen = BTreeSet::new();
    let all = store::of_elder(tx, by, elder)?.into_iter().filter(|one| one.struck.is_none());
    let last: Vec<_> = all.filter(|one| seen.insert(one.scale.clone())).take(SHOWN).collect();
    let body = html! {
        @if last.is_empty() { p.text-secondary { "还没有筛查结果。" } }
        @for one in &last {
            p {
                a href=(one.key.href()) { (one.title) } " " (one.on) " " (model::result(&one.scored))
                @if !one.scored.alerts.is_empty() { " " (ui::badge(Tone::Danger, "须告知")) }
            }
        }
        @if !last.is_empty() { p { a href={ "/screenings/" (elder) } { "全部筛查" } } }
    };
    let action =
        Some(CardAction { permission: WRITE, href: format!("/screenings/new?elder={elder}"), text: "做筛查" });
    Ok(Some(ElderCard { title: "量表筛查".to_owned(), body, order: 45, action }))
}
