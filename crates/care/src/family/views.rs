//! What others show of the family's page: who may look, on the elder's page and timeline.

use super::ACCESS;
use super::model::{Access, Standing};
use super::store;
use db::{Actor, Tx};
use kernel::ElderId;
use kernel::time::date_of;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::html;

/// Accesses that were ended.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let item = |one: Access| {
        let (at, who, why) = one.ended?;
        Some(TimelineItem {
            on: date_of(at),
            at: Some(at),
            kind: "家庭页",
            title: format!("{}不再查看家庭页", one.name),
            detail: format!("{why}（{who}）"),
            href: None,
        })
    };
    Ok(store::of_elder(tx, by, elder)?.into_iter().filter_map(item).collect())
}

/// Who may look at the elder's page.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let open: Vec<&Access> = all.iter().filter(|one| one.on(by.today()) == Standing::Open).collect();
    let body = html! {
        @if open.is_empty() { p.text-secondary { "没有开通。" } }
        @for one in open {
            p {
                (one.name) "，" (one.kind)
                @if let Some(until) = one.until { "，至 " (until) }
            }
        }
    };
    let action =
        Some(CardAction { permission: ACCESS, href: format!("/family/accesses/{elder}"), text: "家庭页开通" });
    Ok(Some(ElderCard { title: "家庭页".to_owned(), body, order: 97, action }))
}
