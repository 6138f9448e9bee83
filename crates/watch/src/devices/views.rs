//! What stands of devices on the elder's page: the times in which they wore one. The card is the one of the vitals.

use super::store;
use db::{Actor, Tx};
use kernel::{ElderId, Instant};
use registry::elders::TimelineItem;

/// When they got what, and when it was taken back.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let href = Some(format!("/vitals/{elder}"));
    let item = |at: Instant, title: String, detail: String| TimelineItem {
        on: kernel::time::date_of(at),
        at: Some(at),
        kind: "监测设备",
        title,
        detail,
        href: href.clone(),
    };
    let mut all = vec![];
    for b in store::bindings_of(tx, elder)? {
        let what = format!("{} {}", b.kind.name(), b.serial);
        all.push(item(b.since, format!("配戴 {what}"), b.bound_by));
        all.extend(
            b.until.map(|until| item(until, format!("解除 {what}"), format!("{}（{}）", b.ended_why, b.ended_by))),
        );
    }
    Ok(all)
}
