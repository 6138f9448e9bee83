//! Pages of long work: how far it is, and what came of it.

use crate::cx::Cx;
use crate::error::Error;
use crate::routes::{Nav, Permission, Routes};
use crate::shell::Page;
use crate::state::LoadUser;
use axum::extract::Path;
use db::jobs::{Job, JobState};
use db::{Actor, Tx};
use kernel::{Area, JobId};
use maud::{Markup, html};

/// Sees the jobs of others.
pub const READ: Permission = Permission("jobs.read");

/// Rows of the list, and how many jobs are looked through for those within sight.
const SHOWN: usize = 100;
const LOOKED_AT: i64 = 500;

/// The menu entry.
pub const NAV: &[Nav] = &[Nav { group: "系统", title: "后台任务", href: "/jobs", permission: READ, order: 930 }];

/// `/jobs`, `/jobs/{id}` and the part of the latter that renews itself.
pub fn routes() -> Routes {
    Routes::new().get("/jobs", READ, list).get("/jobs/{id}", Permission::ANYONE, show).get(
        "/jobs/{id}/progress",
        Permission::ANYONE,
        progress,
    )
}

/// Shows how far a job is and renews itself; when it is done the page goes on to `then`, if given.
#[must_use]
pub fn watch(cx: &Cx, job: &Job, then: Option<&str>) -> Markup {
    let (done, total) = cx.state.jobs.progress(job.id).unwrap_or((job.done, job.total));
    let moving = matches!(job.state, JobState::Queued | JobState::Running);
    let query = then.map(|t| format!("?then={t}")).unwrap_or_default();
    let url = format!("/jobs/{}/progress{query}", job.id);
    html! {
        div.job hx-get=[moving.then_some(&url)] hx-trigger=[moving.then_some("every 700ms")] hx-swap="outerHTML"
            data-then=[(job.state == JobState::Done).then_some(then).flatten()] {
            @match job.state {
                JobState::Queued => { (crate::ui::progress(0, 0)) p { "排队中……" } },
                JobState::Running => { (crate::ui::progress(done, total)) p { "正在处理" @if total > 0 { "：" (done) " / " (total) } } },
                JobState::Done => (crate::ui::alert(crate::ui::Tone::Success, "已完成", &html! { (job.message) })),
                JobState::Failed => (crate::ui::alert(crate::ui::Tone::Danger, "未完成", &html! { (job.message) })),
            }
        }
    }
}

async fn find(cx: &Cx, id: &str) -> Result<Job, Error> {
    let id = JobId::parse(id).ok_or(Error::NotFound)?;
    let (own, all, load) = (cx.user.account, cx.may(READ), cx.state.load_user.clone());
    let seen = cx.read(move |tx, by| {
        let job = db::jobs::find(tx, id)?;
        let sight = job.account == Some(own) || (all && in_sight(tx, by, &load, &job)?);
        Ok::<_, Error>(sight.then_some(job))
    });
    seen.await?.ok_or(Error::NotFound)
}

/// Whether who asked for the job works within the actor's area. The installation's own jobs are seen by those who see
/// all of it.
fn in_sight(tx: &mut Tx<'_>, by: &Actor, load: &LoadUser, job: &Job) -> db::Result<bool> {
    let asked = match job.account {
        Some(account) => load(tx, account)?.map_or(Area::COUNTRY, |user| user.scope.area),
        None => Area::COUNTRY,
    };
    Ok(by.scope.institution.is_none() && by.scope.area.contains(asked))
}

#[derive(serde::Deserialize)]
struct Then {
    then: Option<String>,
}

impl Then {
    /// Only addresses of our own; an address is no place for an open redirect.
    fn safe(&self) -> Option<&str> {
        self.then.as_deref().filter(|t| t.starts_with('/') && !t.starts_with("//"))
    }
}

async fn show(cx: Cx, Path(id): Path<String>, crate::Query(then): crate::Query<Then>) -> Result<Markup, Error> {
    let job = find(&cx, &id).await?;
    let body = html! { (crate::ui::card("进度", &watch(&cx, &job, then.safe()))) };
    Ok(Page::new(&cx, "后台任务").source("关闭本页不影响任务继续进行。").body(body))
}

async fn progress(cx: Cx, Path(id): Path<String>, crate::Query(then): crate::Query<Then>) -> Result<Markup, Error> {
    let job = find(&cx, &id).await?;
    Ok(watch(&cx, &job, then.safe()))
}

async fn list(cx: Cx) -> Result<Markup, Error> {
    let (own, load) = (cx.user.account, cx.state.load_user.clone());
    let seen = cx.read(move |tx, by| {
        let mut seen = Vec::new();
        for job in db::jobs::latest(tx, LOOKED_AT)? {
            if seen.len() < SHOWN && (job.account == Some(own) || in_sight(tx, by, &load, &job)?) {
                seen.push(job);
            }
        }
        Ok::<_, Error>(seen)
    });
    let jobs = seen.await?;
    let rows = jobs.iter().map(|job| {
        let state = match job.state {
            JobState::Queued => "排队中",
            JobState::Running => "进行中",
            JobState::Done => "已完成",
            JobState::Failed => "未完成",
        };
        vec![
            crate::ui::row_link(&format!("/jobs/{}", job.id), kernel::time::show(job.created_at)),
            crate::ui::text(kind(&job.kind)),
            crate::ui::badge(tone(&job.state), state),
            crate::ui::text(&job.message),
        ]
    });
    let body = crate::ui::table(&["提交时间", "任务", "状态", "结果"], rows);
    Ok(Page::new(&cx, "后台任务").source("最近 100 个任务。").body(body))
}

fn tone(state: &JobState) -> crate::ui::Tone {
    match state {
        JobState::Queued => crate::ui::Tone::Neutral,
        JobState::Running => crate::ui::Tone::Info,
        JobState::Done => crate::ui::Tone::Success,
        JobState::Failed => crate::ui::Tone::Danger,
    }
}

/// What a job does, in words; one that has none yet is shown by its name in the queue.
fn kind(name: &str) -> &str {
    match name {
        "transfer.check" => "核对导入文件",
        "transfer.apply" => "导入",
        "transfer.undo" => "撤回导入",
        "assessments.nightly" => "评估公示期满、到期办理",
        "ltci.settle" => "长护险试算、结算",
        "visits.planner" => "当日排班计算",
        other => other,
    }
}
