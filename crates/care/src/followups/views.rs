//! What others show of follow-ups: today's work, and what stands on the elder's page.

use super::model::{Followup, Outcome, State, warning};
use super::store::{self, Filter};
use super::{READ, WRITE};
use chrono::Days;
use db::{Actor, Tx};
use kernel::ElderId;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, Markup, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What waits for a person: referrals that the rules ask for, follow-ups past their day, follow-ups soon due.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(READ) || !desk.user.may(WRITE) {
        return Ok(vec![]);
    }
    let (today, own) = (desk.by.today(), desk.by.institution);
    let base = Filter { institution: own, ..Filter::default() };
    let managed = Filter { state: Some(State::Managed), ..base };
    let mut groups = vec![
        group(tx, desk, ("随访待转诊", "/followups?show=referral"), &Filter { referral: true, ..base })?,
        group(tx, desk, ("已逾期的慢病随访", "/followups?show=overdue"), &Filter { before: Some(today), ..managed })?,
    ];
    if let Some(days) = desk.number("followup_reminder_days", desk.by.scope.area) {
        let end = today + Days::new(days.unsigned_abs() + 1);
        let soon = Filter { from: Some(today), before: Some(end), ..managed };
        groups.push(group(tx, desk, (&format!("{days} 天内到期的慢病随访"), "/followups?show=due"), &soon)?);
    }
    groups.retain(|group| group.total > 0);
    Ok(groups)
}

fn group(tx: &mut Tx<'_>, desk: &Desk<'_>, (title, href): (&str, &str), filter: &Filter) -> db::Result<WorkGroup> {
    let total = store::count(tx, desk.by, filter)?;
    let rows = if total > 0 { store::list(tx, desk.by, filter, (SHOWN, 0))? } else { vec![] };
    let item = |one: &store::Listed| {
        let last = one.followup.last_outcome.map_or("尚未随访", Outcome::name);
        let asked = filter.referral;
        WorkItem {
            title: one.name.clone(),
            detail: format!("{}：{last}", one.followup.disease),
            href: format!("/followups/{}", one.followup.key.elder),
            due: one.followup.next_by,
            urgent: asked || desk.overdue(one.followup.next_by),
        }
    };
    Ok(WorkGroup { title: title.to_owned(), items: rows.iter().map(item).collect(), total, href: href.to_owned() })
}

/// The follow-ups of an elder, and what they brought.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let all = store::of_elder(tx, by, elder)?;
    let href = Some(format!("/followups/{elder}"));
    let item = |on, title: String, detail: String| TimelineItem {
        on,
        at: None,
        kind: "随访",
        title,
        detail,
        href: href.clone(),
    };
    let mut moments: Vec<TimelineItem> =
        all.iter().map(|one| item(one.enrolled_on, format!("纳入{}随访", one.disease), one.doctor.clone())).collect();
    moments.extend(
        all.iter()
            .filter_map(|one| Some(item(one.ended_on?, format!("{}随访终止", one.disease), one.end_reason.clone()))),
    );
    for visit in store::visits(tx, by, elder)? {
        let disease = all.iter().find(|one| one.key.id == visit.followup).map_or("", |one| one.disease.name());
        let detail = format!("{}；{}", visit.facts.figures(), visit.judged.outcome);
        moments.push(item(visit.facts.on, format!("{disease}随访"), detail));
    }
    Ok(moments)
}

fn line(one: &Followup) -> Markup {
    let tone = match (one.last_outcome, one.poor) {
        (Some(Outcome::Urgent | Outcome::Refer), _) => Tone::Danger,
        (_, true) => Tone::Warning,
        (Some(_), false) => Tone::Success,
        (None, false) => Tone::Neutral,
    };
    let last = one.last_outcome.map_or("尚未随访", Outcome::name);
    html! { p {
        (one.disease) " " (ui::badge(tone, last))
        @if let (Some(day), State::Managed) = (one.next_by, one.state) { " " span.text-secondary { (day) " 前再随访" } }
        @else { " " span.text-secondary { (one.state.name()) } }
    } }
}

/// How it stands with the diseases that are followed up; nothing for whoever has none.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let all = store::of_elder(tx, by, elder)?;
    let open: Vec<&Followup> = all.iter().filter(|one| one.state != State::Ended).collect();
    if open.is_empty() {
        return Ok(None);
    }
    let visits = store::visits(tx, by, elder)?;
    let asked = visits.iter().filter(|visit| visit.referral == super::model::Referral::Open);
    let warnings: Vec<_> = asked.filter_map(|visit| warning(visit.judged.outcome, &visit.facts)).collect();
    let body = html! {
        @for reason in warnings { (ui::alert(Tone::Danger, &reason.code, reason.text)) }
        @for one in open { (line(one)) }
        p { a href={ "/followups/" (elder) } { "打开慢病随访" } }
    };
    let action = Some(CardAction { permission: WRITE, href: format!("/followups/{elder}"), text: "登记随访" });
    Ok(Some(ElderCard { title: "慢病随访".to_owned(), body, order: 25, action }))
}
