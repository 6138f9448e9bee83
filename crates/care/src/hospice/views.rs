//! What others show of hospice care: today's work, the elder's page, what is open.

use super::model::{Case, State, in_words};
use super::store::{self, Filter, Listed};
use super::{ROUND, WRITE};
use crate::episodes::{OpenThing, Thing};
use db::{Actor, Tx};
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many of each kind the home page names.
const SHOWN: i64 = 5;

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Applied => Tone::Warning,
        State::Active => Tone::Success,
        State::Bereaved => Tone::Info,
        State::Refused | State::Withdrawn | State::Ended | State::Closed => Tone::Neutral,
    }
}

/// What waits for a person: applications, severe symptoms, rounds and follow-ups that are due.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let (own, today) = (desk.by.institution, desk.by.today());
    let of = |state| Filter { states: vec![state], institution: own, ..Filter::default() };
    let mut groups = vec![];
    if desk.user.may(WRITE) {
        groups.push(group(tx, desk, ("待接收的安宁疗护申请", "接收或说明理由"), &of(State::Applied), "state=applied")?);
    }
    if desk.user.may(ROUND) {
        let urgent = Filter { urgent: true, ..of(State::Active) };
        groups.push(group(tx, desk, ("安宁疗护症状严重", "尽快复查"), &urgent, "urgent=true")?);
        let due = |state| Filter { due_by: Some(today), ..of(state) };
        groups.push(group(tx, desk, ("该巡访的安宁疗护", "巡访"), &due(State::Active), "state=active&due=true")?);
        groups.push(group(tx, desk, ("该做的丧亲随访", "随访家属"), &due(State::Bereaved), "state=bereaved&due=true")?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn group(
    tx: &mut Tx<'_>,
    desk: &Desk<'_>,
    (title, todo): (&str, &str),
    filter: &Filter,
    query: &str,
) -> db::Result<WorkGroup> {
    let total = store::count(tx, desk.by, filter)?;
    let rows = if total > 0 { store::list(tx, desk.by, filter, SHOWN, 0)? } else { vec![] };
    let item = |one: &Listed| WorkItem {
        title: one.name.clone(),
        detail: format!("{}：{todo}", one.case.institution_name),
        href: one.case.key().href(),
        due: one.case.due_on,
        urgent: one.case.urgent || desk.overdue(one.case.due_on),
    };
    let href = format!("/hospice?{query}");
    Ok(WorkGroup { title: title.to_owned(), items: rows.iter().map(item).collect(), total, href })
}

fn item(case: &Case, on: Date, title: &str, detail: String) -> TimelineItem {
    TimelineItem { on, at: None, kind: "安宁疗护", title: title.to_owned(), detail, href: Some(case.key().href()) }
}

/// What happened in the hospice care of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut all = vec![];
    for case in store::of_elder(tx, by, elder)? {
        all.push(item(&case, case.applied_on, "申请安宁疗护", case.facts.diagnosis.clone()));
        if let Some(on) = case.admitted_on {
            all.push(item(&case, on, "开始安宁疗护", format!("{}，{}", case.institution_name, case.facts.place)));
        }
        for round in store::rounds(tx, case.key())? {
            all.push(item(&case, round.on, "安宁疗护巡访", format!("{}（{}）", in_words(&round.scores), round.by)));
        }
        if let Some(on) = case.ended_on {
            let title = if case.admitted_on.is_some() { "安宁疗护结束" } else { case.state.name() };
            all.push(item(&case, on, title, case.end_reason.clone()));
        }
    }
    // The latest first, as everybody hands theirs over.
    all.sort_by_key(|item| item.on);
    all.reverse();
    Ok(all)
}

/// Hospice care that is open, or the way to apply.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let open = store::of_elder(tx, by, elder)?.into_iter().find(|case| case.state.open());
    let body = html! {
        @match &open {
            Some(case) => {
                p { (ui::badge(tone(case.state), case.state.name())) " " a href=(case.key().href()) { (case.institution_name) } }
                @if case.urgent { p { (ui::badge(Tone::Danger, "症状严重")) } }
                @if let Some(day) = case.due_on { p { "下次应办 " (day) } }
            }
            None => p.text-secondary { "没有安宁疗护。" },
        }
    };
    let href = format!("/hospice/new?elder={elder}");
    let action = open.is_none().then_some(CardAction { permission: WRITE, href, text: "申请安宁疗护" });
    Ok(Some(ElderCard { title: "安宁疗护".to_owned(), body, order: 90, action }))
}

/// What is open, for the elder's episode.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let open = store::of_elder(tx, by, elder)?.into_iter().filter(|case| case.state.open());
    let thing = |case: Case| OpenThing {
        thing: Thing::Hospice,
        title: format!("{}，{}", case.institution_name, case.state.name()),
        href: case.key().href(),
        since: case.admitted_on.unwrap_or(case.applied_on),
    };
    Ok(open.map(thing).collect())
}
