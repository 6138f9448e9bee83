//! What others show of alarms: today's work, and what stands on the elder's page.

use super::model::{Alarm, Level, State};
use super::store::{self, Filter};
use super::{ACT, READ};
use db::{Actor, Tx};
use kernel::{ElderId, time};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many the home page names; all of them stand on the list.
const SHOWN: i64 = 5;
/// How many closed ones the timeline has.
const LATEST: i64 = 50;
/// Before all other cards: what is alarming is seen first.
const ORDER: u32 = 1;

/// The colour of a level; the text says the same.
pub(super) const fn tone(level: Level) -> Tone {
    match level {
        Level::Danger => Tone::Danger,
        Level::Warning => Tone::Warning,
        Level::Notice => Tone::Info,
    }
}

/// Alarms that nobody has taken.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(ACT) {
        return Ok(vec![]);
    }
    let all = store::open(tx, by, SHOWN)?;
    let total = store::count(tx, by, Filter::default())?;
    let items = all.into_iter().map(|(name, alarm)| item(name, &alarm)).collect::<Vec<_>>();
    let group = WorkGroup { title: "未结束的报警".into(), items, total, href: "/alarms".into() };
    Ok(if total > 0 { vec![group] } else { vec![] })
}

fn item(name: String, alarm: &Alarm) -> WorkItem {
    let open = alarm.state == State::Open;
    WorkItem {
        title: name,
        detail: format!("{}：{}", alarm.kind.name(), alarm.message),
        href: alarm.key.href(),
        due: None,
        urgent: alarm.level == Level::Danger && open,
    }
}

/// The card on the elder's page: what is alarming now.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, elder, LATEST)?;
    let open: Vec<&Alarm> = all.iter().filter(|alarm| alarm.state != State::Closed).collect();
    let Some(first) = open.first() else { return Ok(None) };
    let body = html! {
        ul.list-unstyled.mb-0 {
            @for alarm in &open {
                li.mb-1 {
                    (ui::badge(tone(alarm.level), alarm.level.name())) " " (ui::link(&alarm.key.href(), alarm.kind.name())) " "
                    (alarm.message)
                }
            }
        }
    };
    let action = Some(CardAction { permission: READ, href: first.key.href(), text: "查看报警" });
    Ok(Some(ElderCard { title: "报警".into(), body, order: ORDER, action }))
}

/// Alarms in the elder's timeline.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let one = |alarm: Alarm| TimelineItem {
        on: time::date_of(alarm.raised_at),
        at: Some(alarm.raised_at),
        kind: "报警",
        title: format!("{}（{}）", alarm.kind.name(), alarm.level.name()),
        detail: format!("{}；{}", alarm.message, alarm.outcome.map_or(alarm.state.name(), super::Outcome::name)),
        href: Some(alarm.key.href()),
    };
    Ok(store::of_elder(tx, elder, LATEST)?.into_iter().map(one).collect())
}
