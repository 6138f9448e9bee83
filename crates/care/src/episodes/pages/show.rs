//! One elder's whole care.

use super::super::ending::OpenThing;
use super::super::model::{Episode, Goal, GoalState, Member};
use super::super::{OpenThings, WRITE, store};
use super::{SOURCE, Stretch, due, elder, href, lead, now, stretches, thread};
use crate::subject::{self, Subject};
use axum::extract::Path;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{Date, ElderId, Instant, StaffId};
use registry::elders::{ElderPage, TimelineItem};
use web::ui::{self, Field, Tone};
use web::{Cx, Error, Markup, Page, User, html};

/// Everything that the page shows.
struct File {
    subject: Subject,
    episodes: Vec<Episode>,
    stretches: Vec<Stretch>,
    goals: Vec<Goal>,
    team: Vec<Member>,
    open: Vec<OpenThing>,
    timeline: Vec<TimelineItem>,
    candidates: Vec<(StaffId, String)>,
}

impl File {
    fn current(&self) -> Option<&Episode> {
        self.episodes.first().filter(|e| e.closed_on.is_none())
    }
}

fn read(
    tx: &mut Tx<'_>,
    by: &Actor,
    user: &User,
    (page, things): (&ElderPage, &OpenThings),
    id: ElderId,
) -> Result<File, Error> {
    let subject = subject::store::find(tx, by, id)?;
    let spells = store::spells(tx, id, None)?;
    Ok(File {
        subject,
        episodes: store::of_elder(tx, by, id)?,
        stretches: stretches(tx, spells),
        goals: store::goals(tx, id)?,
        team: store::team(tx, id)?,
        open: things.of(tx, by, |needed| user.may(needed), id)?,
        timeline: page.timeline(tx, by, user, id)?,
        candidates: if user.may(WRITE) { store::candidates(tx, by, id)? } else { vec![] },
    })
}

pub(in super::super) async fn show(cx: Cx, Path(text): Path<String>) -> Result<Markup, Error> {
    let (id, user) = (elder(&text)?, cx.user.clone());
    let (page, things) = (cx.state.get::<ElderPage>(), cx.state.get::<OpenThings>());
    let file = cx.read(move |tx, by| read(tx, by, &user, (&page, &things), id)).await?;
    cx.note(Entry { action: "episodes.view", elder: Some(id), ..Entry::default() }).await?;
    let actions = html! {
        @if file.current().is_some() { (ui::link_button(&format!("{}/print", href(id)), "打印照护计划", Tone::Neutral)) }
        (ui::link_button(&format!("/elders/{id}"), "老年人档案", Tone::Neutral))
    };
    let title = format!("照护全程：{}　{}", file.subject.name, file.subject.age_and_sex(cx.today()));
    Ok(Page::new(&cx, &title).crumb("照护全程", "/episodes").source(SOURCE).actions(actions).body(body(&cx, &file)))
}

fn body(cx: &Cx, file: &File) -> Markup {
    let (id, today) = (file.subject.id, cx.today());
    let write = cx.may(WRITE).then(|| file.current()).flatten();
    let standing = html! {
        @match file.current() {
            Some(episode) => {
                (now(&file.stretches, today))
                p { "牵头人：" (lead(episode)) "　" span.text-secondary { "全程自 " (episode.opened_on) " 起" } }
                @if cx.may(WRITE) { (lead_form(cx, episode, &file.candidates)) }
            }
            None => (closed(cx, file)),
        }
    };
    html! {
        (ui::columns(&[ui::card("现在", standing), ui::card("正在进行", open_things(&file.open))]))
        @if !file.stretches.is_empty() { (ui::card("去向", thread::thread(&file.stretches, today))) }
        @if write.is_some() || !file.goals.is_empty() { (ui::card("计划与目标", goals(cx, file, write))) }
        @if write.is_some() || !file.team.is_empty() { (ui::card("照护团队", team(cx, file, write))) }
        @if let Some(episode) = write { (remark_and_close(cx, episode)) }
        (ui::card("全部经过", timeline(&file.timeline)))
        @if file.episodes.len() > 1 { (ui::card("历次照护全程", history(&file.episodes))) }
        p.d-print-none { (ui::link(&format!("/elders/{id}"), "返回老年人档案")) }
    }
}

/// The state of a thing that the reader of the form has seen.
fn seen(at: Instant) -> Markup {
    ui::hidden("seen", at.timestamp_millis().to_string())
}

fn lead_form(cx: &Cx, episode: &Episode, candidates: &[(StaffId, String)]) -> Markup {
    let lead = episode.lead.as_ref().map(|l| l.staff.to_string()).unwrap_or_default();
    let body = html! {
        (seen(episode.changed_at))
        (ui::select_with("牵头人", "staff", &choices(candidates), &lead, Field::default().required().hint("为这位老年人服务的机构的人员")))
        (ui::submit("确定牵头人"))
    };
    let form = ui::form(cx, &format!("{}/lead", href(episode.elder)), body);
    html! { div.d-print-none { details { summary { @if episode.lead.is_some() { "更换牵头人" } @else { "确定牵头人" } } (form) } } }
}

fn choices(candidates: &[(StaffId, String)]) -> Vec<(String, String)> {
    let all = candidates.iter().map(|(id, name)| (id.to_string(), name.clone()));
    std::iter::once((String::new(), "请选择".to_owned())).chain(all).collect()
}

fn closed(cx: &Cx, file: &File) -> Markup {
    let last = file.episodes.first();
    html! {
        @match last {
            Some(e) => p { (ui::badge(Tone::Neutral, "已结束")) " " (e.opened_on) " 至 " (ui::opt(e.closed_on)) "：" (e.why) },
            None => p.text-secondary { "还没有照护全程。签约、住院、入住、建床时自动开始。" },
        }
        @if cx.may(WRITE) && file.subject.present {
            (ui::form(cx, &href(file.subject.id), html! {
                (ui::field("开始原因", "why", "", Field::text().required().limit(200)))
                (ui::submit("开始照护全程"))
            }))
        }
    }
}

fn open_things(open: &[OpenThing]) -> Markup {
    let row = |o: &OpenThing| vec![ui::row_link(&o.href, o.thing.name()), ui::text(&o.title), ui::text(o.since)];
    ui::table_or(&["事项", "内容", "自"], open.iter().map(row), ui::empty("没有正在进行的事项。", None))
}

fn goals(cx: &Cx, file: &File, write: Option<&Episode>) -> Markup {
    let row = |g: &Goal| {
        let how = match g.state {
            GoalState::Open => html! { (due(g, cx.today())) },
            state => {
                html! { (ui::badge(if state == GoalState::Reached { Tone::Success } else { Tone::Neutral }, state.name())) " " (ui::opt(g.closed_on)) }
            }
        };
        vec![
            html! { strong { (g.text) } @if !g.reason.is_empty() { p.text-secondary { (g.reason) } } },
            ui::text(&g.measure),
            how,
            html! { @if g.state == GoalState::Open && write.is_some() { (end_goal(cx, file.subject.id, g)) } },
        ]
    };
    html! {
        (ui::table_or(&["目标", "怎样算达到", "期限", ""], file.goals.iter().map(row), ui::empty("还没有目标。", None)))
        @if write.is_some() {
            div.d-print-none { details { summary { "增加目标" } (new_goal(cx, file.subject.id)) } }
        }
    }
}

fn new_goal(cx: &Cx, id: ElderId) -> Markup {
    let body = html! {
        (ui::field("目标", "text", "", Field::text().required().limit(200).placeholder("血压稳定，能自己下床")))
        (ui::field("怎样算达到", "measure", "", Field::text().required().limit(200).placeholder("连续三次血压达标")))
        (ui::date_with("期限", "due_on", None, Field::date().min(cx.today())))
        (ui::submit("增加"))
    };
    ui::form(cx, &format!("{}/goals", href(id)), body)
}

fn end_goal(cx: &Cx, id: ElderId, g: &Goal) -> Markup {
    let name = format!("reason-{}", g.id);
    let form = html! {
        form.yy-form method="post" action=(format!("{}/goals/{}", href(id), g.id)) {
            (ui::csrf(cx)) (seen(g.changed_at))
            label.form-label for=(name) { "结果或原因" }
            input.form-control.mb-2 type="text" id=(name) name="reason" required maxlength="200";
            div.btn-list {
                button.btn.btn-success type="submit" name="state" value="reached" { "已达到" }
                button.btn type="submit" name="state" value="given_up" { "放弃" }
            }
        }
    };
    html! { div.d-print-none { details { summary { "办理" } (form) } } }
}

fn team(cx: &Cx, file: &File, write: Option<&Episode>) -> Markup {
    let id = file.subject.id;
    let row = |m: &Member| {
        let url = format!("{}/team/{}/leave", href(id), m.id);
        let there = write.is_some() && m.until.is_none();
        vec![
            ui::text(&m.name),
            ui::text(&m.role),
            ui::text(match m.until {
                Some(until) => format!("{} 至 {until}", m.from),
                None => format!("{} 起", m.from),
            }),
            html! { @if there { (ui::confirm_post(cx, &url, "离开", Tone::Neutral, &format!("{}不再参与照护？", m.name))) } },
        ]
    };
    html! {
        (ui::table_or(&["姓名", "职责", "时间", ""], file.team.iter().map(row), ui::empty("团队里还没有人。", None)))
        @if write.is_some() { div.d-print-none { details { summary { "增加成员" } (join(cx, id, &file.candidates)) } } }
    }
}

fn join(cx: &Cx, id: ElderId, candidates: &[(StaffId, String)]) -> Markup {
    let body = html! {
        div.mb-3 {
            label.form-label for="member" { "工作人员" }
            select.form-select id="member" name="staff" aria-describedby="member-hint" {
                @for (value, name) in choices(candidates) { option value=(value) { (name) } }
            }
            small.form-hint id="member-hint" { "家属、志愿者等不选，填下面的姓名" }
        }
        (ui::field("姓名（家属、志愿者等）", "name", "", Field::text().limit(40)))
        (ui::field("职责", "role", "", Field::text().required().limit(40).placeholder("责任护士、女儿")))
        (ui::submit("增加"))
    };
    ui::form(cx, &format!("{}/team", href(id)), body)
}

fn remark_and_close(cx: &Cx, episode: &Episode) -> Markup {
    let url = href(episode.elder);
    let remark = html! {
        (ui::field("备注", "note", "", Field::text().required().limit(200)))
        (ui::submit("写入经过"))
    };
    let close = html! {
        p.text-secondary { "去世、迁出时自动结束。没有任何事项在进行、本人在家时，可以在此结束。" }
        (seen(episode.changed_at))
        (ui::field("结束原因", "why", "", Field::text().required().limit(200)))
        (ui::submit_toned("结束照护全程", Tone::Danger))
    };
    html! {
        div.d-print-none {
            (ui::columns(&[
                ui::seldom("写备注", false, ui::form(cx, &format!("{url}/notes"), remark)),
                ui::seldom("结束照护全程", false, ui::form(cx, &format!("{url}/close"), close)),
            ]))
        }
    }
}

fn timeline(items: &[TimelineItem]) -> Markup {
    let moment = |item: &TimelineItem| ui::Moment {
        when: item.at.map_or_else(|| item.on.to_string(), kernel::time::show),
        kind: item.kind.into(),
        title: item.title.clone(),
        detail: item.detail.clone(),
        href: item.href.clone(),
    };
    ui::timeline(&items.iter().map(moment).collect::<Vec<_>>())
}

fn history(all: &[Episode]) -> Markup {
    let until = |day: Option<Date>| day.map_or_else(|| "至今".to_owned(), |day| day.to_string());
    let row = |e: &Episode| vec![ui::text(e.opened_on), ui::text(until(e.closed_on)), lead(e), ui::opt(Some(&e.why))];
    ui::table(&["开始", "结束", "牵头人", "结束原因"], all.iter().map(row))
}
