//! What others show of consultations: today's work, and what stands on the elder's page.

use super::model::{Consultation, State};
use super::store::lists::{self, Filter, Way};
use super::{ANSWER, READ, REQUEST, store};
use crate::episodes::{OpenThing, Thing};
use chrono::TimeDelta;
use db::{Actor, Tx};
use kernel::time::{at, date_of, show};
use kernel::{ElderId, Instant};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What waits for a person: requests to answer, consultations of today, conclusions to write and to acknowledge; for those
/// without an institution, what nobody has answered in time.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(READ) {
        return Ok(vec![]);
    }
    let own = |way, states: &[State]| Filter {
        way,
        institution: by.institution,
        states: states.to_vec(),
        ..Filter::default()
    };
    let mut groups = vec![];
    if by.institution.is_none() {
        let late = Filter { late_at: Some(by.now), ..Filter::default() };
        groups.push(group(tx, by, ("超时未答复的会诊", "请督促对方答复"), &late, "/consultations?late=true")?);
    } else {
        groups.push(today(tx, by, &own(Way::Any, &[State::Booked, State::UnderWay]))?);
    }
    if by.institution.is_some() && user.may(ANSWER) {
        let received = |state: &str| format!("/consultations?way=received&state={state}");
        let asked = own(Way::Received, &[State::Requested]);
        groups.push(group(tx, by, ("待答复的会诊申请", "接受并预约，或拒绝"), &asked, &received("requested"))?);
        let missed = own(Way::Received, &[State::NoShow]);
        groups.push(group(tx, by, ("爽约待改约的会诊", "改约"), &missed, &received("no_show"))?);
    }
    if by.institution.is_some() && user.may(REQUEST) {
        let sent = |state: &str| format!("/consultations?way=sent&state={state}");
        let signed = own(Way::Sent, &[State::Concluded]);
        groups.push(group(tx, by, ("待签收的会诊结论", "看结论，写后续安排"), &signed, &sent("concluded"))?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

/// What is booked for today, and what has begun.
fn today(tx: &mut Tx<'_>, by: &Actor, filter: &Filter) -> db::Result<WorkGroup> {
    let day = by.today();
    let edge = |day| at(day, 0, 0).unwrap_or(by.now);
    let booked = Some((edge(day), edge(day) + TimeDelta::days(1)));
    let filter = Filter { booked, ..filter.clone() };
    group(tx, by, ("今天的会诊", "按时进入"), &filter, "/consultations?today=true")
}

fn group(
    tx: &mut Tx<'_>,
    by: &Actor,
    (title, todo): (&str, &str),
    filter: &Filter,
    href: &str,
) -> db::Result<WorkGroup> {
    let total = lists::count(tx, by, filter)?;
    let rows = if total > 0 { lists::list(tx, by, filter, SHOWN, 0)? } else { vec![] };
    let items = rows.iter().map(|c| item(c, todo, by.now)).collect();
    Ok(WorkGroup { title: title.to_owned(), items, total, href: href.to_owned() })
}

fn item(c: &Consultation, todo: &str, now: Instant) -> WorkItem {
    let until = match (c.state, c.booked_for) {
        (State::Requested, _) => format!("，{} 前答复", show(c.answer_due)),
        (State::Booked | State::UnderWay, Some(at)) => format!("，{}，{}", show(at), c.consultant_name),
        _ => String::new(),
    };
    let due = match c.state {
        State::Requested => Some(date_of(c.answer_due)),
        State::Booked | State::UnderWay => c.booked_for.map(date_of),
        State::Concluded => c.acknowledge_due,
        _ => None,
    };
    WorkItem {
        title: c.elder_name.clone(),
        detail: format!("{} → {}：{todo}{until}", c.from_name, c.to_name),
        href: c.key.href(),
        due,
        urgent: c.late(now) || due.is_some_and(|day| day < date_of(now)),
    }
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Requested | State::Concluded | State::NoShow => Tone::Warning,
        State::Booked | State::UnderWay => Tone::Info,
        State::Acknowledged => Tone::Success,
        State::Refused | State::Lapsed => Tone::Danger,
        State::Cancelled | State::Closed => Tone::Neutral,
    }
}

/// What happened to the consultations of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    Ok(store::of_elder(tx, by, elder)?.iter().flat_map(events).collect())
}

/// The course of a consultation, as far as it went.
pub(super) fn events(c: &Consultation) -> Vec<TimelineItem> {
    let to = &c.to_name;
    let answer = match c.refusal {
        Some(why) => (format!("{to} 拒绝：{why}"), c.refusal_note.clone()),
        None => (format!("{to} 接受会诊"), c.answered_by.clone()),
    };
    let missed = format!("{}未到", c.missed_by.map_or("", super::model::Side::name));
    let (conclusion, found) = match &c.conclusion {
        Some(signed) => {
            (Some(signed.at), format!("{}；{}（{}）", signed.said.finding, signed.said.advice, signed.name))
        }
        None => (None, String::new()),
    };
    let steps = [
        (Some(c.requested_at), format!("申请远程会诊：{} → {to}", c.from_name), c.question.clone()),
        (c.answered_at, answer.0, answer.1),
        (c.missed_at, missed, c.missed_note.clone()),
        (c.started_at, "远程会诊开始".to_owned(), c.consultant_name.clone()),
        (conclusion, format!("远程会诊结论：{to}"), found),
        (c.acknowledged_at, "签收会诊结论".to_owned(), format!("{}（{}）", c.acknowledge_note, c.acknowledged_by)),
        (c.closed_at, format!("会诊{}", c.state), c.closed_reason.clone()),
    ];
    let at = |(at, title, detail): (Option<Instant>, String, String)| {
        let at = at?;
        Some(TimelineItem { on: date_of(at), at: Some(at), kind: "会诊", title, detail, href: Some(c.key.href()) })
    };
    steps.into_iter().filter_map(at).collect()
}

/// What is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let all = store::of_elder(tx, by, elder)?;
    let thing = |c: &Consultation| OpenThing {
        thing: Thing::Consultation,
        title: format!("{}（{}）", c.to_name, c.state),
        href: c.key.href(),
        since: date_of(c.requested_at),
    };
    Ok(all.iter().filter(|c| c.state.open()).map(thing).collect())
}

/// The consultations under way, and the way to ask for one.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let shown: Vec<&Consultation> = all.iter().filter(|c| c.state.open() || c.state == State::Concluded).collect();
    let body = html! {
        @if shown.is_empty() { p.text-secondary { "没有正在办理的远程会诊。" } }
        @for c in &shown {
            p { (ui::badge(tone(c.state), c.state.name())) " " a href=(c.key.href()) { (c.to_name) (c.department) } }
        }
    };
    let action = Some(CardAction {
        permission: REQUEST,
        href: format!("/consultations/new?elder={elder}"),
        text: "申请远程会诊",
    });
    Ok(Some(ElderCard { title: "远程会诊".to_owned(), body, order: 56, action }))
}
