//! What others show of assessments: today's work, and what stands on the elder's page.

use super::model::{Assessment, EXPIRY_WARNING_DAYS, State};
use super::rules::{Purpose, Rules};
use super::store::{self, Filter, Listed};
use super::{ACCEPT, APPLY, ASSESS, READ, REVIEW};
use crate::episodes::{OpenThing, Thing};
use crate::subject;
use chrono::Days;
use db::{Actor, Tx};
use kernel::ElderId;
use kernel::time::age_on;
use registry::elders::timeline::{CardAction, ElderCard, TimelineItem};
use web::ui::{self, Tone};
use web::{Desk, Markup, User, WorkGroup, WorkItem, html};

/// How many of each kind the home page names; all of them stand on the list.
const SHOWN: i64 = 5;

/// What is under way, for whoever asks what is open for an elder; a result in force is not.
///
/// # Errors
/// What the engine says.
pub fn open(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<OpenThing>> {
    let subject = subject::store::find(tx, by, elder)?;
    let all = store::all_of(tx, &subject)?.into_iter();
    let open = all.filter(|a| a.state != State::Effective && a.state.after("cancel").is_some());
    let thing = |a: Assessment| OpenThing {
        thing: Thing::Assessment,
        title: a.state.name().to_owned(),
        href: a.key.href(),
        since: a.applied_on,
    };
    Ok(open.map(thing).collect())
}

/// What waits for a person.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    let mut groups = vec![];
    for (title, todo, filter, href) in kinds(user, by) {
        let total = store::count(tx, by, &filter)?;
        if total > 0 {
            let listed = store::list(tx, by, &filter, SHOWN, 0)?;
            let items = listed.iter().map(|one| item(one, todo, desk)).collect();
            groups.push(WorkGroup { title: title.to_owned(), items, total, href });
        }
    }
    Ok(groups)
}

type KindOfWork = (&'static str, &'static str, Filter, String);

fn kinds(user: &User, by: &Actor) -> Vec<KindOfWork> {
    let mut kinds: Vec<KindOfWork> = vec![];
    let mut state = |title, todo, state: State, more: Filter| {
        let href = format!("/assessments?state={}", state.code());
        kinds.push((title, todo, Filter { states: vec![state], ..more }, href));
    };
    if user.may(ACCEPT) {
        state("待受理的评估申请", "审核是否符合受理条件", State::Applied, Filter::default());
        state("待指派评估员", "指派评估员", State::Accepted, Filter::default());
        state("待处理的异议", "答复异议或另派评估员复评", State::Disputed, Filter::default());
    }
    if user.may(REVIEW) {
        state("待审核的评估结论", "审核两名评估员的评估结论", State::Proposed, Filter::default());
        state("待公示的评估结论", "开始公示", State::Reviewed, Filter::default());
        let over = Filter { notice_over: Some(by.today()), ..Filter::default() };
        state("公示期满的评估结论", "办理生效", State::Noticed, over);
    }
    if let Some(staff) = user.staff.filter(|_| user.may(ASSESS)) {
        state(
            "待合议的评估",
            "与另一名评估员合议不一致的评分",
            State::Compared,
            Filter { seated: Some(staff), ..Filter::default() },
        );
        let states = vec![State::Assigned, State::Assessing, State::Reassessing];
        let mine = Filter { states, mine: Some(staff), ..Filter::default() };
        kinds.insert(0, ("由我评估", "填写评估表", mine, "/assessments?mine=true".to_owned()));
    }
    if user.may(READ) && user.may(APPLY) {
        let until = by.today().checked_add_days(Days::new(EXPIRY_WARNING_DAYS.unsigned_abs()));
        let filter = Filter { states: vec![State::Effective], until, ..Filter::default() };
        kinds.push(("即将到期的评估结论", "联系老年人重新申请评估", filter, "/assessments?state=expiring".to_owned()));
    }
    kinds
}

fn item(one: &Listed, todo: &str, desk: &Desk<'_>) -> WorkItem {
    let due = match one.state {
        State::Applied => Rules::of(desk.policies, &one.scale, one.area, one.applied_on).accept_by(one.applied_on),
        State::Noticed => one.notice.1,
        State::Effective => one.until,
        _ => None,
    };
    WorkItem {
        title: format!("{} {} 岁", one.name, age_on(one.born, desk.by.today())),
        detail: format!("{}：{todo}", Purpose::of(&one.scale).title()),
        href: one.key.href(),
        due,
        urgent: desk.overdue(due),
    }
}

/// What an event is called on pages.
pub(super) fn event_title(event: &str) -> &'static str {
    match event {
        "apply" => "申请",
        "accept" => "受理",
        "reject" => "不予受理",
        "assign" => "指派评估员",
        "begin" => "开始评估",
        "submit" => "提交评估表",
        "differ" => "评分不一致",
        "agree" => "得出结论",
        "add" => "增派评估员",
        "approve" => "审核通过",
        "return" => "退回",
        "notice" => "公示",
        "dispute" => "提出异议",
        "dismiss" => "答复异议",
        "reassess" => "指派复评",
        "effect" => "结论生效",
        "expire" => "结论到期",
        "replace" => "被新结论替代",
        "withdraw" => "撤回",
        "cancel" => "终止",
        _ => "办理",
    }
}

/// The events that a timeline of a whole life tells; the others stand on the page of the assessment.
const TOLD: &[&str] =
    &["apply", "reject", "approve", "dispute", "reassess", "effect", "expire", "replace", "withdraw", "cancel"];

/// What happened to the assessments of an elder.
///
/// # Errors
/// What the engine says.
pub fn timeline(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Vec<TimelineItem>> {
    let subject = subject::store::find(tx, by, elder)?;
    let all = store::all_of(tx, &subject)?;
    let told = store::events(tx, &subject)?.into_iter().filter(|event| TOLD.contains(&event.event.as_str()));
    let item = |event: store::Event| {
        let a = all.iter().find(|a| a.key.id == event.id)?;
        let level = a.scored.as_ref().filter(|_| matches!(event.event.as_str(), "approve" | "effect"));
        let result = level.map_or_else(String::new, |s| format!("：{} 级 {}", s.level, s.level_name));
        Some(TimelineItem {
            on: kernel::time::date_of(event.at),
            at: Some(event.at),
            kind: "评估",
            title: format!("{}，{}{result}", Purpose::of(&a.application.scale).title(), event_title(&event.event)),
            detail: event.note,
            href: Some(a.key.href()),
        })
    };
    Ok(told.filter_map(item).collect())
}

/// The levels that hold, and what is under way.
///
/// # Errors
/// What the engine says.
pub fn card(tx: &mut Tx<'_>, by: &Actor, elder: ElderId) -> db::Result<Option<ElderCard>> {
    let subject = subject::store::find(tx, by, elder)?;
    let all = store::all_of(tx, &subject)?;
    let shown: Vec<&Assessment> = all.iter().filter(|a| !a.state.settled() || a.state == State::Effective).collect();
    let body = html! {
        @if shown.is_empty() { p.text-secondary { "没有有效的评估结论。" } }
        @for a in shown { (line(a)) }
    };
    let href = format!("/assessments/new?elder={elder}");
    let action = subject.present.then_some(CardAction { permission: APPLY, href, text: "申请评估" });
    Ok(Some(ElderCard { title: "评估".to_owned(), body, order: 20, action }))
}

fn line(a: &Assessment) -> Markup {
    let title = Purpose::of(&a.application.scale).title();
    html! {
        p {
            a href=(a.key.href()) { (title) } "："
            @match (&a.scored, a.until) {
                (Some(scored), Some(until)) if a.state == State::Effective => {
                    strong { (scored.level) " 级 " (scored.level_name) }
                    "，有效至 " (until.pred_opt().unwrap_or(until))
                },
                _ => (ui::badge(Tone::Info, a.state.name())),
            }
        }
    }
}
