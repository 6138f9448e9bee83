//! What stands of the traditional-medicine health service on the elder's page.

use super::{SCALE, store};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::html;

/// The services of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let item = |one: super::model::Service| TimelineItem {
        on: one.on,
        at: None,
        kind: "中医药",
        title: "中医药保健指导".to_owned(),
        detail: format!("{}（{}）", one.in_words(), one.by),
        href: Some(format!("/tcm/{elder}/{}/print", one.screening)),
    };
    Ok(store::of_elder(tx, by, elder)?.into_iter().map(item).collect())
}

/// The last service, and the way to the next.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let last = store::of_elder(tx, by, elder)?.into_iter().next();
    let body = html! {
        @match &last {
            Some(one) => p { a href={ "/tcm/" (elder) "/" (one.screening) "/print" } { (one.on) } " " (one.in_words()) },
            None => p.text-secondary { "还没有做过中医体质辨识和保健指导。" },
        }
    };
    let href = format!("/screenings/new?elder={elder}&scale={SCALE}");
    let action = Some(CardAction { permission: crate::screenings::WRITE, href, text: "做体质辨识" });
    Ok(Some(ElderCard { title: "中医药健康管理".to_owned(), body, order: 46, action }))
}
