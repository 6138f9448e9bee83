//! What others show of episodes: the elder's page, today's work.

use super::model::{Event, EventKind};
use super::pages::{href, lead, now, stretches};
use super::store::lists::{self, ByLead, Filter};
use super::{READ, WRITE, store};
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// The thread, as it stands on the elder's page.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    // The latest first, as everybody hands theirs over: at one instant what followed stands above its cause.
    Ok(store::events(tx, elder)?.into_iter().rev().map(|event| item(elder, event)).collect())
}

fn item(elder: ElderId, event: Event) -> TimelineItem {
    // A day that was entered later has no hour of its own.
    let at = Some(event.at).filter(|at| kernel::time::date_of(*at) == event.on);
    let number = Some(event.code).filter(|code| !code.is_empty());
    let who = Some(event.by).filter(|_| !matches!(event.kind, EventKind::Move | EventKind::Follow));
    let parts = [Some(event.detail).filter(|text| !text.is_empty()), number, who];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join("，");
    let href = event.href.unwrap_or_else(|| href(elder));
    TimelineItem { on: event.on, at, kind: event.kind.name(), title: event.title, detail, href: Some(href) }
}

/// Where they are now and who leads, at the top of the page.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let open = all.first().filter(|e| e.closed_on.is_none());
    let spells = match open {
        Some(episode) => store::spells(tx, elder, Some(episode.id))?,
        None => vec![],
    };
    let stretches = stretches(tx, spells);
    let body = html! {
        @match (open, all.first()) {
            (Some(episode), _) => { (now(&stretches, by.today())) p { "牵头人：" (lead(episode)) } },
            (None, Some(last)) => p { (ui::badge(Tone::Neutral, "已结束")) " " (ui::opt(last.closed_on)) "：" (last.why) },
            (None, None) => p.text-secondary { "还没有照护全程。签约、住院、入住、建床时自动开始。" },
        }
    };
    let action = Some(CardAction { permission: READ, href: href(elder), text: "查看照护全程" });
    Ok(Some(ElderCard { title: "照护全程".to_owned(), body, order: 0, action }))
}

/// Goals whose day is over of those whom one leads; elders for whom nobody leads.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(WRITE) {
        return Ok(vec![]);
    }
    let mut groups = vec![];
    if let Some(staff) = user.staff {
        let filter = Filter { lead: ByLead::Of(staff), overdue: true, ..Filter::default() };
        let texts = ("照护目标已过期", "写明达到或放弃，或另定期限", "/episodes?lead=mine&overdue=true");
        groups.extend(group(tx, by, &filter, texts)?);
    }
    let nobody = Filter { lead: ByLead::Nobody, ..Filter::default() };
    groups.extend(group(tx, by, &nobody, ("照护全程尚无牵头人", "确定牵头人", "/episodes?lead=none"))?);
    Ok(groups)
}

fn group(
    tx: &mut Tx<'_>,
    by: &Actor,
    filter: &Filter,
    (title, todo, href): (&str, &str, &str),
) -> db::Result<Option<WorkGroup>> {
    let total = lists::count(tx, by, filter)?;
    let rows = if total > 0 { lists::list(tx, by, filter, SHOWN, 0)? } else { vec![] };
    let item = |one: &lists::Listed| WorkItem {
        title: one.name.clone(),
        detail: match one.place {
            Some(place) => format!("{}：{todo}", place.name()),
            None => todo.to_owned(),
        },
        href: super::pages::href(one.elder),
        due: None,
        urgent: filter.overdue,
    };
    let items = rows.iter().map(item).collect();
    Ok((total > 0).then(|| WorkGroup { title: title.to_owned(), items, total, href: href.to_owned() }))
}
