//! What others show of home sickbeds: today's work, and what stands on the elder's page.

use super::model::{Sickbed, State, plus};
use super::rounds::RoundState;
use super::store::{self, lists};
use super::{APPLY, CARE, MANAGE, READ};
use crate::visits::Beside;
use crate::visits::model::{Kind, Visit};
use db::{Actor, Tx};
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Cx, Desk, Error, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What waits for a person.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let (own, today) = (by.institution, by.today());
    let in_state = |state| lists::Filter { state: Some(state), institution: own, ..lists::Filter::default() };
    let mut groups = vec![];
    if user.may(CARE) {
        let due = lists::Filter { round_before: Some(plus(today, 1)), ..in_state(State::Open) };
        groups.push(group(tx, desk, ("家庭病床待巡诊", "/sickbeds?rounds=due"), &due)?);
    }
    if user.may(MANAGE) {
        groups.push(group(tx, desk, ("家庭病床申请待审核", "/sickbeds?state=applied"), &in_state(State::Applied))?);
        groups.push(group(tx, desk, ("待签家庭病床同意书", "/sickbeds?state=accepted"), &in_state(State::Accepted))?);
        groups.push(group(tx, desk, ("待建家庭病床", "/sickbeds?state=agreed"), &in_state(State::Agreed))?);
        let days = desk.number("sickbed_ending_days", by.scope.area).unwrap_or_default();
        let over = lists::Filter { over_before: Some(plus(today, days + 1)), ..in_state(State::Open) };
        groups.push(group(tx, desk, ("家庭病床周期届满", "/sickbeds?rounds=ending"), &over)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn group(
    tx: &mut Tx<'_>,
    desk: &Desk<'_>,
    (title, href): (&str, &str),
    filter: &lists::Filter,
) -> db::Result<WorkGroup> {
    let total = lists::count(tx, desk.by, filter)?;
    let rows = if total > 0 { lists::list(tx, desk.by, filter, SHOWN, 0)? } else { vec![] };
    let answer = desk.number("sickbed_answer_days", desk.by.scope.area);
    let item = |one: &lists::Listed| {
        let due = match one.state {
            State::Open if filter.over_before.is_some() => one.until.and_then(|until| until.pred_opt()),
            State::Open => one.round_on,
            State::Applied => answer.map(|days| plus(one.asked_on, days)),
            _ => None,
        };
        WorkItem {
            title: one.name.clone(),
            detail: format!("{}（{}）", one.diagnosis, one.institution),
            href: one.key.href(),
            due,
            urgent: desk.overdue(due),
        }
    };
    Ok(WorkGroup { title: title.to_owned(), items: rows.iter().map(item).collect(), total, href: href.to_owned() })
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Applied | State::Accepted | State::Agreed => Tone::Warning,
        State::Open => Tone::Success,
        State::Refused => Tone::Danger,
        State::Closed | State::Withdrawn => Tone::Neutral,
    }
}

/// The last day of the cycle.
pub(super) fn last_day(until: Option<Date>) -> Option<Date> {
    until.and_then(|until| until.pred_opt())
}

fn item(bed: &Sickbed, on: Date, title: &str, detail: String) -> TimelineItem {
    TimelineItem { on, at: None, kind: "家庭病床", title: title.to_owned(), detail, href: Some(bed.key.href()) }
}

/// What happened to the home sickbeds of an elder, with each round.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut all = vec![];
    for bed in store::of_elder(tx, by, elder)? {
        let shown =
            |kind: &str| matches!(kind, "申请" | "不予建床" | "建床" | "延长" | "病情变化" | "撤床" | "自动撤床");
        let events = store::events(tx, bed.key)?.into_iter().filter(|event| shown(&event.kind));
        all.extend(events.map(|event| item(&bed, event.on, &event.kind, event.detail)));
        let done = store::rounds(tx, bed.key)?.into_iter().filter(|round| round.state == RoundState::Done);
        all.extend(done.filter_map(|round| {
            let detail = format!("{}（{}）", round.report.found, round.staff_name);
            Some(item(&bed, round.done_on?, round.kind.name(), detail))
        }));
    }
    Ok(all)
}

/// The open bed, or the way to one.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let now = all.iter().find(|bed| bed.state == State::Open || bed.state.waiting());
    let body = html! {
        @match now.or(all.first()) {
            Some(bed) => {
                p { (ui::badge(tone(bed.state), bed.state.name())) " " a href=(bed.key.href()) { (bed.institution_name) } " " (bed.doctor_name) }
                @if let Some(from) = bed.opened_on {
                    p { "自 " (from) " 起" @if let Some(closed) = bed.closed_on { "，" (closed) " 撤床" } @else if let Some(last) = last_day(bed.until) { "，周期至 " (last) } }
                }
                @if !bed.close_reason.is_empty() { p.text-secondary { (bed.close_reason) } }
            }
            None => p.text-secondary { "没有家庭病床。" },
        }
    };
    let href = format!("/sickbeds/new?elder={elder}");
    let action = now.is_none().then_some(CardAction { permission: APPLY, href, text: "申请家庭病床" });
    Ok(Some(ElderCard { title: "家庭病床".to_owned(), body, order: 65, action }))
}

/// What stands beside a visit that is a round of a home sickbed: the bed, when the round is due, what the plan says.
///
/// # Errors
/// What the engine says.
pub fn beside(tx: &mut Tx<'_>, cx: &Cx, visit: &Visit) -> Result<Option<Beside>, Error> {
    if visit.kind != Kind::SickbedRound || !cx.may(READ) {
        return Ok(None);
    }
    let by = cx.actor();
    let beds = store::of_elder(tx, &by, visit.elder)?;
    let Some(bed) = beds.into_iter().find(|bed| bed.key.id.uuid() == visit.source) else { return Ok(None) };
    let (items, rounds) = (store::items(tx, bed.key)?, store::rounds(tx, bed.key)?);
    let last = rounds.iter().find(|round| round.state == RoundState::Done);
    let next = rounds.iter().find(|round| round.state == RoundState::Planned);
    let plan: Vec<String> = items.iter().filter(|i| i.ended_on.is_none()).map(|i| i.title.clone()).collect();
    let facts = [
        ("诊断", ui::text(&bed.asked.diagnosis)),
        ("下次巡诊最迟", ui::opt(next.map(|round| round.due_on))),
        ("服务计划", ui::text(plan.join("；"))),
        ("上次医嘱", ui::opt(last.map(|round| &round.report.orders))),
    ];
    let cards = ui::card(
        "家庭病床",
        html! {
            (ui::facts(&facts))
            p { "上门后请在" a href=(bed.key.href()) { "家庭病床" } "登记病情、处置和医嘱。" }
        },
    );
    Ok(Some(Beside { source: Some(("家庭病床", bed.key.href())), cards, forms: html! {} }))
}
