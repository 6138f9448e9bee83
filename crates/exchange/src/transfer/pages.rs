//! Pages of import and export.

use super::export::{self, UNMASK};
use super::jobs::{self, Uploads};
use super::kinds::Kind;
use super::matching::Layout;
use super::model::{Batch, Options, Outcome, RowResult, State};
use super::read::letters;
use super::store::{self, NewBatch};
use super::{READ, RUN, out, read};
use axum::extract::Path;
use axum::extract::multipart::{Field, Multipart};
use axum::response::Response;
use db::jobs::{Job, JobState};
use db::{Actor, Error as DbError, Tx};
use kernel::BatchId;
use maud::{Markup, html};
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use web::ui::{self, PageInfo, Tone};
use web::{Cx, Desk, Error, Form, Nav, Page, Query, Routes, WorkGroup, WorkItem, XLSX};

/// Rows on a page of results.
const PAGE: i64 = 50;
/// What a page of this capability rests on.
const SOURCE: &str = "各行结果由导入程序逐行判定；被拒行的原文加密保存，只供下载改正。";

/// The menu entry.
pub const NAV: &[Nav] =
    &[Nav { group: "数据", title: "导入导出", href: "/transfer", permission: READ, order: 800 }];

/// The routes of the capability.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/transfer", READ, list)
        .get("/transfer/templates/{kind}", READ, template)
        .post("/transfer/upload", RUN, upload)
        .get("/transfer/export/elders", RUN, export::form)
        .post("/transfer/export/elders", RUN, export::elders)
        .get("/transfer/{id}", READ, show)
        .get("/transfer/{id}/refused", RUN, export::refused)
        .post("/transfer/{id}/match", RUN, rematch)
        .post("/transfer/{id}/retry", RUN, retry)
        .post("/transfer/{id}/apply", RUN, apply)
        .post("/transfer/{id}/undo", RUN, undo)
        .post("/transfer/{id}/discard", RUN, discard)
}

/// What waits for whoever imports: checked batches to confirm.
///
/// # Errors
/// What the engine says.
pub fn work(tx: &mut Tx<'_>, desk: &Desk<'_>) -> db::Result<Vec<WorkGroup>> {
    let Desk { user, by, .. } = *desk;
    if !user.may(RUN) {
        return Ok(Vec::new());
    }
    let waiting: Vec<Batch> = store::list(tx, by, 50, 0)?
        .into_iter()
        .filter(|b| matches!(b.state, State::Checked | State::Applying))
        .collect();
    let items = waiting.iter().take(5).map(|b| WorkItem {
        title: format!("{}：{}", b.kind.name(), b.file_name),
        detail: format!("{}，{}", b.state.name(), b.counts.sentence()),
        href: format!("/transfer/{}", b.id),
        due: None,
        urgent: b.state == State::Applying,
    });
    let group = WorkGroup {
        title: "待确认的导入批次".into(),
        items: items.collect(),
        total: waiting.len() as i64,
        href: "/transfer".into(),
    };
    Ok(if waiting.is_empty() { Vec::new() } else { vec![group] })
}

#[derive(serde::Deserialize)]
struct PageQuery {
    page: Option<i64>,
    outcome: Option<i64>,
}

fn tone(state: State) -> Tone {
    match state {
        State::Applied => Tone::Success,
        State::Checked | State::Applying => Tone::Warning,
        State::Rejected => Tone::Danger,
        State::Uploaded => Tone::Info,
        State::Undone | State::Discarded => Tone::Neutral,
    }
}

async fn list(cx: Cx, Query(query): Query<PageQuery>) -> Result<Markup, Error> {
    let page = query.page.unwrap_or(1).max(1);
    let (batches, total) = cx
        .read(move |tx, by| Ok::<_, DbError>((store::list(tx, by, PAGE, (page - 1) * PAGE)?, store::count(tx, by)?)))
        .await?;
    let rows = batches.iter().map(|b| {
        vec![
            ui::row_link(&format!("/transfer/{}", b.id), &b.file_name),
            ui::text(b.kind.name()),
            ui::badge(tone(b.state), b.state.name()),
            ui::text(b.counts.rows),
            ui::text(b.counts.refused),
            ui::text(&b.by_name),
            ui::text(kernel::time::show(b.created_at)),
        ]
    });
    let none = ui::empty("还没有导入过文件。先下载模板，或直接上传现有名册：列名会自动识别。", None);
    let table = ui::table_or(&["文件", "种类", "状态", ">行数", ">被拒", "经办人", "上传时间"], rows, none);
    let body = html! {
        @if cx.may(RUN) { (upload_card(&cx)) }
        (ui::card("模板", templates()))
        (ui::card("导入批次", html! { (table) (ui::pager(&PageInfo::new("/transfer", page, PAGE, total))) }))
    };
    let mut shell = Page::new(&cx, "导入导出").source(SOURCE);
    if cx.may(RUN) && cx.may(UNMASK) {
        shell = shell.actions(ui::link_button("/transfer/export/elders", "导出老年人名册", Tone::Neutral));
    }
    Ok(shell.body(body))
}

fn templates() -> Markup {
    html! {
        p.text-secondary { "按此顺序导入：行政区划、机构名册、人员名册、老年人名册、健康体检、住院记录。" }
        div.btn-list {
            @for kind in Kind::ALL {
                (ui::link_button(&format!("/transfer/templates/{}", kind.slug()), &format!("下载{}模板", kind.name()), Tone::Neutral))
            }
        }
    }
}

fn upload_card(cx: &Cx) -> Markup {
    let kinds: Vec<(&str, &str)> = Kind::ALL.iter().map(|k| (k.slug(), k.name())).collect();
    let hint = format!("xlsx 或 csv（UTF-8、GB18030），不超过 {} MB", read::MOST_BYTES >> 20);
    let fields = html! {
        (ui::form_row(&[
            ui::select("种类", "kind", &kinds, Kind::Elders.slug()),
            ui::file("文件", "file", ".xlsx,.csv,.txt", ui::Field::text().required().hint(hint)),
        ]))
        (ui::checkbox("姓名与已有档案不一致时，以文件为准", "rename", false))
        (ui::submit("上传并核对"))
    };
    let form = html! {
        form.yy-form method="post" enctype="multipart/form-data" action={ "/transfer/upload?_csrf=" (cx.csrf()) } { (fields) }
    };
    ui::card("上传文件", html! { (form) p.text-secondary { "上传后先核对，不写入任何数据；确认后才导入。" } })
}

async fn template(Path(slug): Path<String>) -> Result<Response, Error> {
    let kind = Kind::parse(&slug).ok_or(Error::NotFound)?;
    let bytes = out::template(kind).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(web::download(&format!("{}模板.xlsx", kind.name()), XLSX, bytes))
}

fn uploads(cx: &Cx) -> Result<Arc<Uploads>, Error> {
    cx.state.try_get::<Uploads>().ok_or_else(|| Error::Internal("no folder for uploads".into()))
}

/// The parts of an upload as they come.
#[derive(Default)]
struct Parts {
    kind: Option<Kind>,
    options: Options,
    file_name: String,
    stored: Option<String>,
}

async fn upload(cx: Cx, form: Multipart) -> Result<Response, Error> {
    let uploads = uploads(&cx)?;
    let id = BatchId::new(cx.now, cx.state.chance.as_ref());
    let mut parts = Parts::default();
    let result = match receive(&cx, &uploads, id, form, &mut parts).await {
        Ok(()) => enter(&cx, &uploads, id, &parts).await,
        Err(e) => Err(e),
    };
    if result.is_err()
        && let Some(stored) = &parts.stored
    {
        // What was refused must not lie about; if it cannot be removed, the sweep of old files comes by again.
        let _ = std::fs::remove_file(uploads.path(stored));
    }
    result.map(|()| web::see(&format!("/transfer/{id}")))
}

async fn receive(cx: &Cx, uploads: &Uploads, id: BatchId, mut form: Multipart, parts: &mut Parts) -> Result<(), Error> {
    let bad = |e: axum::extract::multipart::MultipartError| {
        Error::field("file", "文件", format!("上传没有完成：{}", e.body_text()))
    };
    while let Some(field) = form.next_field().await.map_err(bad)? {
        match field.name().unwrap_or_default() {
            "kind" => parts.kind = Kind::parse(&field.text().await.map_err(bad)?),
            "rename" => parts.options.rename = field.text().await.map_err(bad)? == "true",
            "file" => {
                parts.file_name =
                    field.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().into();
                let book = parts.file_name.to_lowercase().ends_with(".xlsx");
                let stored = format!("{id}.{}", if book { "xlsx" } else { "csv" });
                parts.stored = Some(stored.clone());
                keep(cx, uploads.path(&stored), field).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Writes an upload to the disk as it comes, never the whole of it in memory.
async fn keep(cx: &Cx, path: std::path::PathBuf, mut field: Field<'_>) -> Result<(), Error> {
    let full = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::StorageFull => Error::Db(DbError::DiskFull),
        _ => Error::Internal(format!("upload: {e}")),
    };
    let mut file = std::fs::File::create(path).map_err(full)?;
    let bad = |e: axum::extract::multipart::MultipartError| {
        Error::field("file", "文件", format!("上传没有完成：{}", e.body_text()))
    };
    while let Some(bytes) = field.chunk().await.map_err(bad)? {
        file = cx.blocking(move || file.write_all(&bytes).map(|()| file).map_err(full)).await?;
    }
    Ok(())
}

async fn enter(cx: &Cx, uploads: &Arc<Uploads>, id: BatchId, parts: &Parts) -> Result<(), Error> {
    let kind = parts.kind.ok_or_else(|| Error::field("kind", "种类", "请选择文件的种类"))?;
    let missing = || Error::field("file", "文件", "请选择要上传的文件");
    let stored = parts.stored.clone().filter(|_| !parts.file_name.is_empty()).ok_or_else(missing)?;
    let path = uploads.path(&stored);
    let name = parts.file_name.clone();
    let outline = cx
        .blocking(move || read::outline(&path).map_err(|e| Error::field("file", "文件", format!("{name}：{e}"))))
        .await?;
    let (file_name, options) = (parts.file_name.clone(), parts.options);
    let new = NewBatch { kind, file_name, file_sm3: outline.sm3, bytes: outline.bytes, stored, options };
    cx.write(move |tx, by| {
        store::create(tx, by, id, &new)?;
        jobs::enqueue(tx, by, jobs::CHECK, id).map(drop)
    })
    .await?;
    let (db, by, uploads) = (cx.state.db.clone(), cx.actor(), uploads.clone());
    cx.blocking(move || jobs::sweep(&db, &by, &uploads).map(drop)).await
}

pub(super) async fn load(cx: &Cx, id: &str) -> Result<Batch, Error> {
    let id = BatchId::parse(id).ok_or(Error::NotFound)?;
    cx.read(move |tx, by| store::find(tx, by, id)).await
}

async fn show(cx: Cx, Path(id): Path<String>, Query(query): Query<PageQuery>) -> Result<Markup, Error> {
    let batch = load(&cx, &id).await?;
    let (id, only, page) = (batch.id, query.outcome.and_then(Outcome::of), query.page.unwrap_or(1).max(1));
    // Before the import only the refused rows are of interest; afterwards all are.
    let only = if batch.state == State::Checked { only.or(Some(Outcome::Refused)) } else { only };
    let (rows, job) = cx
        .read(move |tx, by| {
            let batch = store::find(tx, by, id)?;
            let job = batch.job.map(|job| db::jobs::find(tx, job)).transpose()?;
            Ok::<_, DbError>((store::rows(tx, id, only, PAGE, (page - 1) * PAGE)?, job))
        })
        .await?;
    let title = format!("{}：{}", batch.kind.name(), batch.file_name);
    let body = html! {
        (stand(&cx, &batch, job.as_ref()))
        @if batch.counts.rows > 0 {
            (figures(&batch))
            (ui::card_with("逐行结果", refused_link(&cx, &batch), results(&batch, only, page, &rows)))
        }
        @if batch.state == State::Checked && cx.may(RUN) && let Some(layout) = &batch.layout { (match_card(&cx, &batch, layout)) }
        (about(&batch))
    };
    Ok(Page::new(&cx, &title).crumb("导入导出", "/transfer").source(SOURCE).actions(actions(&cx, &batch)).body(body))
}

/// What is happening, or what is to be known first.
fn stand(cx: &Cx, batch: &Batch, job: Option<&Job>) -> Markup {
    let moving = matches!(batch.state, State::Uploaded | State::Applying) || is_undoing(batch, job);
    let here = format!("/transfer/{}", batch.id);
    html! {
        @if moving && let Some(job) = job {
            (ui::card(if batch.state == State::Uploaded { "正在核对" } else { "正在处理" }, web::jobs::watch(cx, job, Some(&here))))
            @if job.state == JobState::Failed && batch.state != State::Applied && cx.may(RUN) {
                p { "已完成的部分保留，继续后从中断处接着做。" (ui::button_post(cx, &format!("{here}/retry"), "继续", Tone::Primary)) }
            }
        }
        @if !batch.problem.is_empty() {
            (ui::alert(if batch.state == State::Checked { Tone::Warning } else { Tone::Danger }, "请注意", &batch.problem))
        }
        @if batch.state == State::Checked {
            (ui::alert(Tone::Info, "核对完成，尚未写入任何数据",
                format!("确认导入后：新增 {} 条，更新 {} 条；被拒的 {} 行不会导入，可下载改正后再上传。",
                    batch.counts.created, batch.counts.changed, batch.counts.refused)))
        }
    }
}

fn is_undoing(batch: &Batch, job: Option<&Job>) -> bool {
    let waiting =
        job.is_some_and(|job| job.kind == jobs::UNDO && matches!(job.state, JobState::Queued | JobState::Running));
    batch.state == State::Applied && waiting
}

fn figures(batch: &Batch) -> Markup {
    let notes = ["核对后将新建档案", "与已有内容不同的字段被更新", "与已有内容一致", "未导入，原因见下表"];
    let cards: Vec<Markup> =
        Outcome::ALL.iter().zip(notes).map(|(o, note)| ui::figure(o.name(), batch.counts.of(*o), note)).collect();
    ui::columns(&cards)
}

fn refused_link(cx: &Cx, batch: &Batch) -> Markup {
    html! {
        @if batch.counts.refused > 0 && cx.may(RUN) {
            (ui::link_button(&format!("/transfer/{}/refused", batch.id), "下载被拒行（xlsx）", Tone::Primary))
        }
    }
}

fn results(batch: &Batch, only: Option<Outcome>, page: i64, rows: &[RowResult]) -> Markup {
    let base = format!("/transfer/{}", batch.id);
    let mut tabs = vec![(base.clone(), format!("全部 {}", batch.counts.rows), only.is_none())];
    for outcome in Outcome::ALL {
        let href = format!("{base}?outcome={}", outcome.number());
        tabs.push((href, format!("{} {}", outcome.name(), batch.counts.of(*outcome)), only == Some(*outcome)));
    }
    if batch.state == State::Checked {
        tabs.remove(0);
    }
    let lines = rows.iter().map(|row| {
        vec![
            ui::text(row.number),
            outcome_badge(row.outcome),
            ui::opt(Some(&row.cell)),
            ui::opt(Some(&row.reason)),
            subject(batch, row),
        ]
    });
    let none = ui::empty("没有这样的行", None);
    let total = only.map_or(batch.counts.rows, |outcome| batch.counts.of(outcome));
    let base = only.map_or(base.clone(), |outcome| format!("{base}?outcome={}", outcome.number()));
    html! {
        (ui::tabs(&tabs))
        (ui::table_or(&[">行号", "结果", "单元格", "原因或更新的字段", "记录"], lines, none))
        (ui::pager(&PageInfo::new(base, page, PAGE, total)))
    }
}

fn outcome_badge(outcome: Outcome) -> Markup {
    let tone = match outcome {
        Outcome::Created => Tone::Success,
        Outcome::Changed => Tone::Info,
        Outcome::Unchanged => Tone::Neutral,
        Outcome::Refused => Tone::Danger,
    };
    ui::badge(tone, outcome.name())
}

/// A link to what the row became.
fn subject(batch: &Batch, row: &RowResult) -> Markup {
    let hex = |bytes: &Vec<u8>| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let href = match (batch.kind, &row.subject, &row.owner) {
        _ if batch.state == State::Undone => None,
        (Kind::Elders, Some(id), _) | (Kind::Checkups | Kind::Stays, _, Some(id)) => {
            Some(format!("/elders/{}", hex(id)))
        }
        (Kind::Institutions, Some(id), _) => Some(format!("/institutions/{}", hex(id))),
        _ => None,
    };
    html! { @if let Some(href) = href { a href=(href) { "查看" } } }
}

fn match_card(cx: &Cx, batch: &Batch, layout: &Layout) -> Markup {
    let mut options = vec![(String::new(), "（文件中没有）".to_owned())];
    let named = layout.headings.iter().enumerate().filter(|(_, text)| !text.is_empty());
    options.extend(named.map(|(at, text)| (at.to_string(), format!("{}列 {text}", letters(at)))));
    let selects = batch.kind.columns().iter().enumerate().map(|(i, column)| {
        let selected = layout.map.get(i).copied().flatten().map(|at| at.to_string()).unwrap_or_default();
        let label = if column.required { format!("{} *", column.heading) } else { column.heading.to_owned() };
        ui::select(&label, &format!("c{i}"), &options, &selected)
    });
    let fields: Vec<Markup> = selects.collect();
    let body = html! {
        p.text-secondary { "已按标题自动对应；如有不对，改正后重新核对。" }
        (ui::form(cx, &format!("/transfer/{}/match", batch.id), html! {
            @for row in fields.chunks(3) { (ui::form_row(row)) }
            (ui::checkbox("姓名与已有档案不一致时，以文件为准", "rename", batch.options.rename))
            (ui::submit_toned("按此重新核对", Tone::Neutral))
        }))
    };
    ui::card("列的对应", body)
}

fn about(batch: &Batch) -> Markup {
    let place = batch.layout.as_ref().map_or(String::new(), |layout| match layout.sheet.as_str() {
        "" => format!("标题在第 {} 行", layout.heading_row),
        sheet => format!("工作表“{sheet}”，标题在第 {} 行", layout.heading_row),
    });
    let when = |at: Option<kernel::Instant>| ui::opt(at.map(kernel::time::show));
    let facts = ui::facts(&[
        ("状态", ui::badge(tone(batch.state), batch.state.name())),
        ("读取位置", ui::opt(Some(place))),
        ("匹配依据", ui::text(batch.kind.key())),
        ("大小", ui::text(format!("{} KB", batch.bytes / 1024))),
        ("经办人", ui::text(&batch.by_name)),
        ("上传时间", ui::text(kernel::time::show(batch.created_at))),
        ("导入时间", when(batch.applied_at)),
        ("撤回时间", when(batch.undone_at)),
        ("文件指纹（SM3）", html! { code { (batch.file_sm3.get(..16).unwrap_or_default()) "…" } }),
    ]);
    ui::card(
        "文件",
        html! {
            (facts)
            @if !batch.notes.is_empty() { ul.mt-3 { @for note in &batch.notes { li { (note) } } } }
        },
    )
}

fn actions(cx: &Cx, batch: &Batch) -> Markup {
    let url = |step: &str| format!("/transfer/{}/{step}", batch.id);
    let writes = batch.counts.created + batch.counts.changed;
    html! {
        @if cx.may(RUN) {
            @if batch.state == State::Checked && batch.counts.rows > batch.counts.refused {
                (ui::confirm_post(cx, &url("apply"), "确认导入", Tone::Primary, &format!("将写入 {writes} 条记录，确认导入吗？")))
            }
            @if batch.state == State::Applied {
                (ui::confirm_post(cx, &url("undo"), "整批撤回", Tone::Danger, "撤回后，本批新增的记录将删除，更新的字段将恢复原值。确认撤回吗？"))
            }
            @if matches!(batch.state, State::Checked | State::Rejected) {
                (ui::button_post(cx, &url("discard"), "作废", Tone::Neutral))
            }
        }
        (ui::link_button("/transfer", "上传其他文件", Tone::Neutral))
    }
}

async fn rematch(cx: Cx, Path(id): Path<String>, Form(form): Form<HashMap<String, String>>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    let chosen = |i: usize| form.get(&format!("c{i}")).and_then(|text| text.parse().ok());
    let map = (0..batch.kind.columns().len()).map(chosen).collect();
    let layout = batch.layout.as_ref().ok_or_else(|| Error::Conflict("文件还没有读过，请稍候".into()))?;
    let layout = layout.rematched(batch.kind, map).map_err(|e| Error::field("c0", "列的对应", e))?;
    let options = Options { rename: form.contains_key("rename") };
    step(&cx, &batch, jobs::CHECK, move |tx, _, id| store::rematch(tx, id, &layout, options)).await
}

/// Takes a step and puts the job for it into the queue, both or neither.
async fn step(
    cx: &Cx,
    batch: &Batch,
    job: &'static str,
    work: impl FnOnce(&mut Tx<'_>, &Actor, BatchId) -> db::Result<()> + Send + 'static,
) -> Result<Response, Error> {
    let id = batch.id;
    cx.write(move |tx, by| {
        work(tx, by, id)?;
        jobs::enqueue(tx, by, job, id).map(drop)
    })
    .await?;
    Ok(web::see(&format!("/transfer/{id}")))
}

async fn retry(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    let job = match batch.state {
        State::Uploaded => jobs::CHECK,
        State::Applying => jobs::APPLY,
        other => return Err(Error::Conflict(format!("这一批次现在是“{}”，无须继续", other.name()))),
    };
    step(&cx, &batch, job, |_, _, _| Ok(())).await
}

async fn apply(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    step(&cx, &batch, jobs::APPLY, store::begin_apply).await
}

async fn undo(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    if batch.state != State::Applied {
        return Err(Error::Conflict(format!("这一批次现在是“{}”，不能撤回", batch.state.name())));
    }
    step(&cx, &batch, jobs::UNDO, |_, _, _| Ok(())).await
}

async fn discard(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    let gone = batch.clone();
    cx.write(move |tx, by| store::discard(tx, by, &gone)).await?;
    uploads(&cx)?.forget(&batch);
    Ok(web::see_with("/transfer", "已作废，没有写入任何数据"))
}
