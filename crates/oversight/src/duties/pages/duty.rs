//! One duty: what the clause says, how far it is, and everything that was noted.

use super::super::NOTE;
use super::super::book::word;
use super::super::ledger::{Line, line};
use super::super::model::{Note, Progress};
use super::super::store::rows;
use super::SOURCE;
use super::ledger::state;
use axum::extract::Path;
use axum::response::Response;
use kernel::Date;
use registry::areas::{NameTable, Names};
use serde::Deserialize;
use web::ui::{self, Field};
use web::{Cx, Error, Form, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx, Path(id): Path<String>) -> Result<Markup, Error> {
    let (library, names, wanted) = (cx.state.policies.clone(), cx.state.get::<Names>(), id.clone());
    if line(&library, &id, cx.today(), None).is_none() {
        return Err(Error::NotFound);
    }
    let (notes, names) =
        cx.read(move |tx, by| Ok::<_, Error>((rows::notes_of(tx, by, &wanted)?, names.at(tx)?))).await?;
    let own = notes.iter().find(|note| note.area == cx.user.scope.area).cloned();
    let line = line(&library, &id, cx.today(), own).ok_or(Error::NotFound)?;
    let body = html! {
        (ui::card("责任", overview(&cx, &line)))
        @if cx.may(NOTE) { (ui::card(&format!("记录进展（{}）", names.name(cx.user.scope.area)), form(&cx, &line))) }
        (ui::card("进展记录", history(&notes, &names)))
    };
    let title = format!("{} {}", line.clause.at, line.clause.title);
    let page = Page::new(&cx, &title).crumb("责任台账", "/duties").crumb("文件责任", "/duties/ledger");
    Ok(page.source(SOURCE).body(body))
}

fn overview(cx: &Cx, line: &Line<'_>) -> Markup {
    let mut facts = vec![
        ("文件", ui::text(&line.document.number)),
        ("条款", ui::clause(&cx.state.policies, &line.duty.clause)),
        ("对象", ui::text(&line.duty.who)),
        ("用词", ui::text(word(&line.duty.duty))),
        ("内容", ui::text(line.what())),
        ("责任部门", ui::text(line.departments().join("、"))),
        ("期限", ui::opt(Some(line.by_words()).filter(|text| !text.is_empty()))),
        ("进展", state(line, cx.today())),
    ];
    if let Some(doubt) = &line.duty.unclear {
        facts.push(("读法", ui::text(doubt)));
    }
    html! { (ui::facts(&facts)) p.text-secondary.mt-3 { (line.clause.summary) } }
}

fn form(cx: &Cx, line: &Line<'_>) -> Markup {
    let body = html! {
        (ui::form_row(&[
            ui::select("进展", "state", &Progress::options(), line.state().code()),
            ui::date_with("截至日期", "on", Some(cx.today()), Field::date().required().max(cx.today())),
        ]))
        (ui::textarea("进展说明", "note", "", Field::text().required().limit(400)))
        (ui::field("佐证", "evidence", "", Field::text().limit(400).hint("文号、文件名或本平台的页面；已办结的必填")))
        (ui::submit("记录"))
    };
    ui::form(cx, &line.href(), body)
}

fn history(notes: &[Note], names: &NameTable) -> Markup {
    let row = |note: &Note| {
        vec![
            ui::text(note.on),
            ui::text(names.name(note.area)),
            ui::text(note.state),
            ui::text(&note.note),
            ui::opt(Some(&note.evidence).filter(|text| !text.is_empty())),
            ui::text(&note.by),
        ]
    };
    ui::table_or(
        &["截至", "区域", "进展", "说明", "佐证", "记录人"],
        notes.iter().map(row),
        ui::empty("还没有记录。", None),
    )
}

#[derive(Deserialize)]
pub(in super::super) struct Filled {
    state: Progress,
    on: Date,
    note: String,
    evidence: Option<String>,
}

pub(in super::super) async fn note(cx: Cx, Path(id): Path<String>, Form(f): Form<Filled>) -> Result<Response, Error> {
    if line(&cx.state.policies, &id, cx.today(), None).is_none() {
        return Err(Error::NotFound);
    }
    let note = Note {
        area: cx.user.scope.area,
        state: f.state,
        on: f.on,
        note: f.note,
        evidence: f.evidence.unwrap_or_default(),
        by: cx.user.name.clone(),
    };
    let href = format!("/duties/of/{id}");
    cx.write(move |tx, by| rows::note(tx, by, &id, &note)).await?;
    Ok(web::see_with(&href, "已记录"))
}
