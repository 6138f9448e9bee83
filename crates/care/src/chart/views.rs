//! What others show of a health record: a banner that cannot be overlooked, a card, the timeline, today's work.

use super::model::{Item, Kind, Latest, NO_ALLERGY, State};
use super::store;
use db::{Actor, Tx};
use kernel::{Date, ElderId};
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, Markup, WorkGroup, WorkItem, html};

/// How many services the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What must not be overlooked, in words and in red: for the visit, the referral, the call centre.
#[must_use]
pub fn banner(latest: &Latest) -> Markup {
    let one = |(name, reaction, severe): &(String, String, bool)| {
        let grave = if *severe { "（严重）" } else { "" };
        let reaction = if reaction.is_empty() { String::new() } else { format!("：{reaction}") };
        format!("{name}{grave}{reaction}")
    };
    let allergies: Vec<String> = latest.allergies.iter().map(one).collect();
    html! {
        @if !allergies.is_empty() {
            (ui::alert(Tone::Danger, "过敏", html! { strong { (allergies.join("；")) } }))
        } @else if latest.asked {
            p { (ui::badge(Tone::Success, NO_ALLERGY)) }
        } @else {
            (ui::alert(Tone::Warning, "过敏史未询问", "用药、治疗前请先问清过敏史并登记。"))
        }
        @if !latest.risks.is_empty() { (ui::alert(Tone::Warning, "风险提示", latest.risks.join("；"))) }
    }
}

/// What stands in the record, on the elder's page.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, _: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let latest = store::latest(tx, elder)?;
    let href = format!("/chart/{elder}");
    let body = html! {
        (banner(&latest))
        @if !latest.conditions.is_empty() { p { "诊断：" (latest.conditions.join("、")) } }
        @if !latest.medicines.is_empty() { p { "用药：" (latest.medicines.join("；")) } }
        p { a href=(href) { "打开健康档案" } }
    };
    let action = Some(CardAction { permission: super::WRITE, href: format!("{href}/new"), text: "登记健康档案" });
    Ok(Some(ElderCard { title: "健康档案".to_owned(), body, order: 15, action }))
}

fn moment(item: &Item) -> TimelineItem {
    let facts = &item.facts;
    let title = format!("{}：{}", facts.kind, facts.name);
    let detail =
        [item.figure(), facts.detail.clone()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("；");
    let href = Some(format!("/chart/{}", facts.elder));
    TimelineItem { on: facts.began_on, at: None, kind: "档案", title, detail, href }
}

/// What came into the record, without the measurements: they stand where they were taken. And the services on medicines.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let items = store::of_elder(tx, by, elder)?;
    let kept = |item: &&Item| item.state != State::Error && item.facts.kind != Kind::Result;
    let mut all: Vec<TimelineItem> = items.iter().filter(kept).map(moment).collect();
    let ended = items.iter().filter(|item| item.state == State::Ended);
    all.extend(ended.filter_map(|item| {
        let title = format!("{}结束：{}", item.facts.kind, item.facts.name);
        Some(TimelineItem { on: item.ended_on?, title, detail: item.end_reason.clone(), ..moment(item) })
    }));
    all.extend(store::reviews::of_elder(tx, by, elder)?.into_iter().map(|review| TimelineItem {
        on: review.facts.on,
        at: None,
        kind: "用药",
        title: review.facts.kind.name().to_owned(),
        detail: format!("{}；{}", review.facts.verdict(), review.facts.advice),
        href: Some(format!("/chart/{elder}/reviews/{}", review.id)),
    }));
    Ok(all)
}

/// Reviews whose prescriber has not answered.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    if !desk.user.may(super::REVIEW) {
        return Ok(vec![]);
    }
    let total = store::reviews::count(tx, desk.by, true, Date::default())?;
    if total == 0 {
        return Ok(vec![]);
    }
    let rows = store::reviews::list(tx, desk.by, true, (SHOWN, 0))?;
    let items = rows.into_iter().map(|(name, review)| WorkItem {
        title: name,
        detail: format!("{}：{}", review.facts.on, review.facts.verdict()),
        href: format!("/chart/{}/reviews/{}", review.facts.elder, review.id),
        due: None,
        urgent: false,
    });
    let href = "/chart/reviews?open=true".to_owned();
    Ok(vec![WorkGroup { title: "处方点评待答复".to_owned(), items: items.collect(), total, href }])
}
