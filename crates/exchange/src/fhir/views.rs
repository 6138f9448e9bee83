//! What the elder's page shows of the exchange: who asked and who sent, beside what the elder says about it.

use super::store;
use db::{Actor, Tx};
use kernel::ElderId;
use kernel::time::{date_of, show};
use registry::elders::timeline::{ElderCard, TimelineItem};
use web::html;
use web::ui::{self, Tone};

/// How many exchanges the card and the timeline name.
const SHOWN: i64 = 5;
const TOLD: i64 = 100;

/// The last exchanges, and whether the elder objects; none when there is neither.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let last = store::about(tx, elder, SHOWN)?;
    let objects = care::consents::store::objects(tx, elder, by.today())?;
    if last.is_empty() && !objects {
        return Ok(None);
    }
    let body = html! {
        @if objects { (ui::alert(Tone::Warning, "已反对与健康信息平台共享", "接口不再提供和接收这位老人的资料。")) }
        @for (at, who, what) in &last { p { (show(*at)) " " (who) "：" (what) } }
        p { a href={ "/consents/" (elder) } { "知情同意与意见" } }
    };
    Ok(Some(ElderCard { title: "信息平台对接".to_owned(), body, order: 95, action: None }))
}

/// Every exchange that was noted, one line for a day, partner and kind.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut told = std::collections::HashSet::new();
    let all = store::about(tx, elder, TOLD)?.into_iter();
    let fresh = all.filter(|(at, who, what)| told.insert((date_of(*at), who.clone(), what.clone())));
    Ok(fresh
        .map(|(at, who, what)| TimelineItem {
            on: date_of(at),
            at: Some(at),
            kind: "对接",
            title: who,
            detail: what,
            href: None,
        })
        .collect())
}
