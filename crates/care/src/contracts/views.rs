//! What others show of contracts: today's work, and what stands on the elder's page.

use super::fulfilment::{Progress, Tally};
use super::model::{Contract, State};
use super::store::{self, gaps, lists};
use super::{FULFIL, SIGN};
use crate::episodes::{OpenThing, Thing};
use chrono::Days;
use db::{Actor, Tx};
use kernel::time::age_on;
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, Markup, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;
/// How many days ahead the work list speaks of a contract that will expire.
pub(super) const EXPIRY_WARNING: u64 = 60;

/// What waits for a person.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let mut groups = vec![];
    if user.may(FULFIL) {
        let today = by.today();
        groups.push(due(tx, desk, "已逾期的签约服务", (Date::default(), today), "/contracts?overdue=true")?);
        if let Some(days) = desk.number("promise_reminder_days", by.scope.area) {
            let title = format!("{days} 天内到期的签约服务");
            let end = today + Days::new(days.unsigned_abs() + 1);
            groups.push(due(tx, desk, &title, (today, end), "/contracts?state=signed")?);
        }
    }
    if user.may(SIGN) {
        let own = by.institution;
        let drafts = lists::Filter { state: Some(State::Draft), institution: own, ..Default::default() };
        groups.push(listed(tx, by, ("已同意、待签约", "签订协议"), &drafts, "/contracts?state=draft")?);
        let until = by.today().checked_add_days(Days::new(EXPIRY_WARNING));
        let ending = lists::Filter { state: Some(State::Signed), institution: own, until, ..Default::default() };
        groups.push(listed(tx, by, ("即将到期的签约", "征询是否续签"), &ending, "/contracts?expiring=true")?);
        groups.extend(unsigned(tx, by)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn due(
    tx: &mut Tx<'_>,
    desk: &Desk<'_>,
    title: &str,
    (from, until): (Date, Date),
    href: &str,
) -> db::Result<WorkGroup> {
    let (rows, total) = lists::waiting(tx, desk.by, from, until, SHOWN)?;
    let item = |one: &lists::Waiting| WorkItem {
        title: one.name.clone(),
        detail: format!("{}（{}）", one.title, one.doctor),
        href: one.key.href(),
        due: Some(one.due_on),
        urgent: desk.overdue(Some(one.due_on)),
    };
    Ok(WorkGroup { title: title.to_owned(), items: rows.iter().map(item).collect(), total, href: href.to_owned() })
}

fn listed(
    tx: &mut Tx<'_>,
    by: &Actor,
    (title, todo): (&str, &str),
    filter: &lists::Filter,
    href: &str,
) -> db::Result<WorkGroup> {
    let total = lists::count(tx, by, filter)?;
    let rows = if total > 0 { lists::list(tx, by, filter, SHOWN, 0)? } else { vec![] };
    let item = |one: &lists::Listed| WorkItem {
        title: format!("{} {} 岁", one.name, age_on(one.born, by.today())),
        detail: format!("{}：{todo}", one.institution),
        href: one.key.href(),
        due: one.end,
        urgent: false,
    };
    Ok(WorkGroup { title: title.to_owned(), items: rows.iter().map(item).collect(), total, href: href.to_owned() })
}

/// One line for all who come first: they are counted by night. Nothing for those who only see linked elders.
fn unsigned(tx: &mut Tx<'_>, by: &Actor) -> db::Result<Option<WorkGroup>> {
    if by.scope.institution.is_some() {
        return Ok(None);
    }
    let Some((gap, on)) = gaps::counted(tx, by)? else { return Ok(None) };
    let href = "/contracts/candidates".to_owned();
    let item = WorkItem {
        title: format!("优先对象 {} 人，其他 {} 人", gap.priority, gap.unsigned - gap.priority),
        detail: format!("截至 {on} 尚未签约；高龄、重病、失能、慢性病和计生特殊家庭老人排在前面"),
        href: href.clone(),
        due: None,
        urgent: false,
    };
    Ok(Some(WorkGroup { title: "优先对象尚未签约".to_owned(), items: vec![item], total: gap.priority, href }))
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Draft => Tone::Warning,
        State::Signed => Tone::Success,
        State::Declined | State::Ended | State::Expired | State::Withdrawn => Tone::Neutral,
    }
}

/// Tone of how it stands with a promise.
pub(super) const fn progress_tone(progress: Progress) -> Tone {
    match progress {
        Progress::InTime => Tone::Success,
        Progress::Late => Tone::Info,
        Progress::Overdue => Tone::Warning,
        Progress::Missed => Tone::Danger,
        Progress::Waiting | Progress::Void => Tone::Neutral,
    }
}

/// The first and the last day, as the paper says them.
pub(super) fn term(c: &Contract) -> String {
    let show = |day: Option<Date>| day.map(ui::date_zh).unwrap_or_default();
    format!("{} 至 {}", show(c.from), show(c.last_day()))
}

fn item(c: &Contract, on: Date, title: &str, detail: String) -> TimelineItem {
    TimelineItem { on, at: None, kind: "签约", title: title.to_owned(), detail, href: Some(c.key.href()) }
}

/// What happened to the contracts of an elder, and what was done for them.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let mut all = vec![];
    for c in store::of_elder(tx, by, elder)? {
        all.extend(events(&c));
        // What a check-up shows stands on the timeline as that check-up.
        let done = store::promises(tx, c.key)?.into_iter().filter_map(|p| Some((p.title, p.done?)));
        all.extend(done.filter(|(_, done)| done.checkup.is_none()).map(|(title, done)| TimelineItem {
            kind: "履约",
            ..item(&c, done.on, &title, format!("{}（{}）", done.result, done.by))
        }));
    }
    Ok(all)
}

fn events(c: &Contract) -> Vec<TimelineItem> {
    let said = &c.consent;
    let who = format!("{}{}，{}", said.by.name(), said.name, said.how.name());
    let asked = if said.agreed { "同意签约家庭医生" } else { "谢绝签约家庭医生" };
    let mut all = vec![item(c, said.on, asked, who)];
    if let Some(on) = c.signed_on {
        let detail = format!("{} {}，{}", c.institution_name, c.doctor_name, term(c));
        all.push(item(c, on, &format!("签约：{}", c.package.name()), detail));
    }
    match (c.ended_on, c.until) {
        (Some(on), _) => all.push(item(c, on, "解约", c.end_reason.clone())),
        (None, Some(on)) if c.state == State::Expired => all.push(item(c, on, "签约到期", c.institution_name.clone())),
        _ => {}
    }
    all
}

/// The contracts in force or about to be, for whoever asks what is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let today = by.today();
    let all = store::of_elder(tx, by, elder)?.into_iter();
    let open = all.filter(|c| matches!(c.state_on(today), State::Signed | State::Draft));
    let thing = |c: Contract| OpenThing {
        thing: Thing::Contract,
        title: format!("{} {}（{}）", c.institution_name, c.doctor_name, c.state_on(today).name()),
        href: c.key.href(),
        since: c.from.unwrap_or(c.consent.on),
    };
    Ok(open.map(thing).collect())
}

/// The contract in force, or the way to one.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let today = by.today();
    let all = store::of_elder(tx, by, elder)?;
    let open = all.iter().find(|c| matches!(c.state_on(today), State::Signed | State::Draft));
    let body = match open.or(all.first()) {
        Some(c) => standing(c, &store::promises(tx, c.key)?, today),
        None => html! { p.text-secondary { "还没有签约家庭医生。" } },
    };
    let href = format!("/contracts/new?elder={elder}");
    let action = open.is_none().then_some(CardAction { permission: SIGN, href, text: "征询并签约" });
    Ok(Some(ElderCard { title: "家庭医生签约".to_owned(), body, order: 20, action }))
}

fn standing(c: &Contract, promises: &[super::fulfilment::Promise], today: Date) -> Markup {
    let tally = Tally::of(promises, c.ended_on, today);
    let state = c.state_on(today);
    html! {
        p { (ui::badge(tone(state), state.name())) " " a href=(c.key.href()) { (c.institution_name) } " " (c.doctor_name) }
        @if c.from.is_some() {
            p { (c.package.name()) "，" (term(c)) }
            (ui::progress(tally.done, tally.promised))
            @if tally.overdue > 0 { p { (ui::badge(Tone::Warning, format!("逾期 {} 项", tally.overdue))) } }
        } @else if let Some(day) = c.consent.ask_again_on {
            p.text-secondary { (day) " 以后可再征询" }
        }
    }
}
