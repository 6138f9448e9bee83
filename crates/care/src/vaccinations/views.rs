//! What others show of vaccination: today's work, and what stands on the elder's page.

use super::model::{Dose, State, Vaccine};
use super::{WRITE, store};
use chrono::Days;
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many lots the home page names.
const SHOWN: usize = 5;

/// Lots that run out of date soon and have doses left.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(WRITE) {
        return Ok(vec![]);
    }
    let Some(days) = desk.number("vaccine_expiry_days", desk.by.scope.area) else { return Ok(vec![]) };
    let until = desk.by.today() + Days::new(days.unsigned_abs());
    let mut lots = store::lots(tx, desk.by)?;
    lots.retain(|(_, lot)| lot.expires_on <= until && lot.left() > 0 && lot.stopped.is_empty());
    let item = |(place, lot): &(String, super::model::Lot)| WorkItem {
        title: format!("{} {}", lot.vaccine, lot.number),
        detail: format!("{place}，余 {} 剂", lot.left()),
        href: "/vaccinations/lots".to_owned(),
        due: Some(lot.expires_on),
        urgent: desk.overdue(Some(lot.expires_on)),
    };
    let items: Vec<WorkItem> = lots.iter().take(SHOWN).map(item).collect();
    let (title, href) = (format!("{days} 天内到期的疫苗"), "/vaccinations/lots".to_owned());
    let group = WorkGroup { title, items, total: lots.len() as i64, href };
    Ok(if group.total > 0 { vec![group] } else { vec![] })
}

/// What was given, put off or declined.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let item = |one: Dose| TimelineItem {
        on: one.on,
        at: None,
        kind: "接种",
        title: format!("{}：{}", one.vaccine, one.state),
        detail: [one.lot_number, one.reason, one.by]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("，"),
        href: Some(format!("/vaccinations/{elder}")),
    };
    Ok(store::of_elder(tx, by, elder)?.into_iter().map(item).collect())
}

/// The last dose of each vaccine.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let last = |vaccine: Vaccine| all.iter().find(|one| one.vaccine == vaccine && one.state == State::Given);
    let body = html! {
        @for vaccine in Vaccine::ALL {
            p { (vaccine) "：" @match last(*vaccine) {
                Some(one) => { (ui::badge(Tone::Success, "已接种")) " " (one.on) }
                None => span.text-secondary { "没有接种记录" },
            } }
        }
    };
    let action =
        Some(CardAction { permission: super::READ, href: format!("/vaccinations/{elder}"), text: "疫苗接种" });
    Ok(Some(ElderCard { title: "疫苗接种".to_owned(), body, order: 47, action }))
}
