//! What others show of referrals: today's work, and what stands on the elder's page.

use super::model::{Referral, State};
use super::store::lists::{self, Filter, Side};
use super::store::{self, overstays};
use super::{ANSWER, READ, REQUEST};
use crate::episodes::{OpenThing, Thing};
use chrono::Days;
use db::{Actor, Tx};
use kernel::time::{date_of, show};
use kernel::{ElderId, Instant};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What waits for a person: requests to answer, patients to receive and to conclude, follow-ups, long stays; for those
/// without an institution, what nobody has answered in time.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(READ) {
        return Ok(vec![]);
    }
    let mut groups = vec![];
    if let Some(own) = by.institution {
        if user.may(ANSWER) {
            groups.extend(of_destination(tx, by, own)?);
        }
        if user.may(REQUEST) {
            groups.extend(of_asking(tx, by, own)?);
        }
    } else {
        let late = Filter { late_at: Some(by.now), ..Filter::default() };
        groups.push(group(tx, by, ("超时未答复的转诊", "请督促对方答复"), &late, "/referrals?late=true")?);
    }
    if user.may(REQUEST) {
        groups.extend(long_stays(tx, desk)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn of_destination(tx: &mut Tx<'_>, by: &Actor, own: kernel::InstitutionId) -> db::Result<Vec<WorkGroup>> {
    let mine = |states: &[State]| Filter {
        side: Side::Received,
        institution: Some(own),
        states: states.to_vec(),
        ..Filter::default()
    };
    let received = |state: &str| format!("/referrals?side=received&state={state}");
    Ok(vec![
        group(tx, by, ("待答复的转诊", "接受或拒绝"), &mine(&[State::Requested]), &received("requested"))?,
        group(
            tx,
            by,
            ("等待到诊的转诊", "预约、到诊登记"),
            &mine(&[State::Accepted, State::Booked]),
            &received("accepted"),
        )?,
        group(tx, by, ("待转回结论的转诊", "填写结论"), &mine(&[State::Arrived]), &received("arrived"))?,
    ])
}

fn of_asking(tx: &mut Tx<'_>, by: &Actor, own: kernel::InstitutionId) -> db::Result<Vec<WorkGroup>> {
    let late = Filter { side: Side::Sent, institution: Some(own), late_at: Some(by.now), ..Filter::default() };
    let refused =
        Filter { side: Side::Sent, institution: Some(own), states: vec![State::Refused], ..Filter::default() };
    let recent = by.now - chrono::TimeDelta::days(1);
    let due = Filter {
        states: vec![State::Concluded],
        follow_up_by: by.today().checked_add_days(Days::new(7)),
        follows_up: Some(own),
        ..Filter::default()
    };
    let mut all = vec![
        group(tx, by, ("对方超时未答复的转诊", "电话催办，或另选去向"), &late, "/referrals?late=true")?,
        group(tx, by, ("转诊后待随访", "家庭医生随访"), &due, "/referrals?state=concluded")?,
    ];
    // A refusal is news for a day; then it is history.
    let mut news = group(tx, by, ("刚被拒绝的转诊", "看原因，另选去向"), &refused, "/referrals?state=refused")?;
    let fresh = lists::list(tx, by, &refused, SHOWN, 0)?;
    let fresh = fresh.iter().filter(|r| r.answered_at.is_some_and(|at| at > recent)).count();
    news.items.truncate(fresh);
    news.total = news.items.len() as i64;
    all.push(news);
    Ok(all)
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
    let items = rows.iter().map(|r| item(r, todo, by.now)).collect();
    Ok(WorkGroup { title: title.to_owned(), items, total, href: href.to_owned() })
}

fn item(r: &Referral, todo: &str, now: Instant) -> WorkItem {
    let until = match r.state {
        State::Requested => format!("，{} 前答复", show(r.answer_due)),
        State::Booked => r.booked_for.map(|at| format!("，预约 {}", show(at))).unwrap_or_default(),
        _ => String::new(),
    };
    let due = match r.state {
        State::Requested => Some(date_of(r.answer_due)),
        State::Booked => r.booked_for.map(date_of),
        State::Concluded => r.conclusion.follow_up_due,
        _ => None,
    };
    WorkItem {
        title: r.elder_name.clone(),
        detail: format!("{}，{} → {}：{todo}{until}", r.kind, r.from_name, r.to_name),
        href: r.key.href(),
        due,
        urgent: r.late(now) || due.is_some_and(|day| day < date_of(now)),
    }
}

fn long_stays(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Option<WorkGroup>> {
    let by = desk.by;
    let Some(days) = desk.number("overstay_days", by.scope.area) else { return Ok(None) };
    let Some(before) = by.today().checked_sub_days(Days::new(days.unsigned_abs())) else { return Ok(None) };
    let all = overstays::list(tx, by, before, 200)?;
    let open: Vec<_> = all.iter().filter(|one| one.unexplained(by.today()) && one.referral.is_none()).collect();
    let item = |one: &&overstays::Overstay| WorkItem {
        title: one.name.clone(),
        detail: format!("{}，{} 入院：登记治疗理由，或转往照护机构", one.hospital_name, one.admitted_on),
        href: "/referrals/overstays".to_owned(),
        due: None,
        urgent: false,
    };
    let items = open.iter().take(SHOWN as usize).map(item).collect();
    let (title, href) = (format!("住院超过 {days} 天、没有治疗理由"), "/referrals/overstays".to_owned());
    Ok(Some(WorkGroup { title, items, total: open.len() as i64, href }))
}

/// Tone of a state.
pub(super) const fn tone(state: State) -> Tone {
    match state {
        State::Requested | State::Concluded => Tone::Warning,
        State::Accepted | State::Booked | State::Arrived => Tone::Info,
        State::FollowedUp => Tone::Success,
        State::Refused | State::Lapsed => Tone::Danger,
        State::Cancelled | State::ClosedElsewhere => Tone::Neutral,
    }
}

/// What happened to the referrals of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    Ok(store::of_elder(tx, by, elder)?.iter().flat_map(events).collect())
}

/// The course of a referral, as far as it went.
pub(super) fn events(r: &Referral) -> Vec<TimelineItem> {
    let (to, c) = (&r.to_name, &r.conclusion);
    let answer = if r.refusal.is_empty() { format!("{to} 接受") } else { format!("{to} 拒绝：{}", r.refusal) };
    let booked = r.booked_for.map(|at| format!("{}，{}", show(at), r.booked_place)).unwrap_or_default();
    let steps = [
        (Some(r.requested_at), format!("发出{}：{} → {to}", r.kind, r.from_name), r.reason.clone()),
        (r.answered_at, answer, [r.answered_by.clone(), booked].join(" ").trim().to_owned()),
        (r.arrived_at, format!("到诊 {to}"), r.arrived_how.clone()),
        (r.concluded_at, format!("{to} 转回结论"), format!("{}；{}", c.finding, c.advice)),
        (r.closed_at, format!("{}{}", r.kind, r.state), r.closed_reason.clone()),
    ];
    let at = |(at, title, detail): (Option<Instant>, String, String)| {
        let at = at?;
        Some(TimelineItem { on: date_of(at), at: Some(at), kind: "转诊", title, detail, href: Some(r.key.href()) })
    };
    let followed = r.followed_up_on.map(|on| TimelineItem {
        on,
        at: None,
        kind: "转诊",
        title: "转诊后随访".to_owned(),
        detail: format!("{}（{}）", r.follow_up_note, r.followed_up_by),
        href: Some(r.key.href()),
    });
    steps.into_iter().filter_map(at).chain(followed).collect()
}

/// What is open for an elder.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let all = store::of_elder(tx, by, elder)?;
    let thing = |r: &Referral| OpenThing {
        thing: Thing::Referral,
        title: format!("{}：{}（{}）", r.kind, r.to_name, r.state),
        href: r.key.href(),
        since: date_of(r.requested_at),
    };
    Ok(all.iter().filter(|r| r.owes()).map(thing).collect())
}

/// The referrals under way, and the way to a green channel.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let open: Vec<&Referral> = all.iter().filter(|r| r.owes()).collect();
    let body = html! {
        @if open.is_empty() { p.text-secondary { "没有正在办理的转诊。" } }
        @for r in &open {
            p { (ui::badge(tone(r.state), r.state.name())) " " a href=(r.key.href()) { (r.kind) "：" (r.to_name) } }
        }
    };
    let href = format!("/referrals/green?elder={elder}");
    let action = Some(CardAction { permission: REQUEST, href, text: "绿色通道、转诊" });
    Ok(Some(ElderCard { title: "转诊".to_owned(), body, order: 55, action }))
}
