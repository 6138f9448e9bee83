//! What others show of beds: the elder's card and timeline, and the institution's work of the day.

use super::model::State;
use super::pages;
use super::{WRITE, store};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use registry::institutions;
use web::ui;
use web::{Desk, WorkGroup, WorkItem, html};

/// What happened to an elder as a resident.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut items = vec![];
    for r in store::of_elder(tx, by, elder)? {
        let place = institutions::store::name(tx, r.institution).unwrap_or_default();
        let own = by.scope.institution.is_none_or(|own| own == r.institution);
        for (on, event, detail, _) in store::events(tx, r.key)? {
            items.push(TimelineItem {
                on,
                at: None,
                kind: "机构养老",
                title: format!("{} {place}", pages::resident::word(&event)),
                detail,
                href: own.then(|| r.key.href()),
            });
        }
    }
    Ok(items)
}

/// Where the elder lives, or for what they wait.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let open: Vec<_> = store::of_elder(tx, by, elder)?.into_iter().filter(|r| r.state.open()).collect();
    let Some(first) = open.iter().find(|r| r.state.lives()).or(open.first()).cloned() else { return Ok(None) };
    let mut lines = vec![];
    for r in &open {
        let bed = match r.bed {
            Some(bed) => store::bed_of(tx, by, r.institution, bed).map(|bed| bed.place()).unwrap_or_default(),
            None => String::new(),
        };
        lines.push((institutions::store::name(tx, r.institution).unwrap_or_default(), bed, r.clone()));
    }
    let body = html! {
        @for (place, bed, r) in &lines {
            p { (ui::badge(pages::tone(r.state), r.state.name())) " " a href=(r.key.href()) { (place) } " " (bed) }
        }
    };
    let action = Some(CardAction { permission: WRITE, href: first.key.href(), text: "办理" });
    Ok(Some(ElderCard { title: "机构养老".to_owned(), body, order: 55, action }))
}

/// What waits for the institution's staff: the first in the queue, reserved beds that run out, those overdue from outside.
/// Only for those who work at one institution: the queue of a county is nobody's work of the day.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Some(own) = desk.by.scope.institution.filter(|_| desk.user.may(WRITE)) else { return Ok(vec![]) };
    let states = [State::Waiting, State::Invited, State::Away, State::Hospital];
    let all = store::of_institution(tx, desk.by, own, &states)?;
    let group = |title: &str, wanted: State, todo: &str, href: String| {
        let of = || all.iter().filter(|(_, r)| r.state == wanted);
        let item = |(name, r): &(String, super::Resident)| {
            let due = r.held_until.or(r.away_until);
            let urgent = desk.overdue(due);
            WorkItem { title: name.clone(), detail: todo.to_owned(), href: r.key.href(), due, urgent }
        };
        WorkGroup { title: title.to_owned(), items: of().take(5).map(item).collect(), total: of().count() as i64, href }
    };
    let queue = format!("/beds/{own}/queue");
    let mut groups = vec![
        group("轮候入住", State::Waiting, "有空床时依次安排", queue.clone()),
        group("已预留床位", State::Invited, "办理入住或取消预留", queue),
        group("外出未归", State::Away, "登记返回", format!("/beds/{own}")),
        group("住院保留床位", State::Hospital, "与家属商定是否保留", format!("/beds/{own}")),
    ];
    groups.retain(|group| group.total > 0);
    Ok(groups)
}
