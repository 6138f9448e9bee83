//! The ledger of all duties of the documents in force, on the screen, on A4 and as a workbook.

use super::super::book::{self, word};
use super::super::ledger::{Line, departments, lines};
use super::super::model::Progress;
use super::super::store::rows;
use super::{SOURCE, tabs};
use axum::response::Response;
use kernel::Date;
use registry::areas::Names;
use serde::Deserialize;
use std::collections::BTreeSet;
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, Query, html};

#[derive(Clone, Deserialize)]
pub(in super::super) struct Asked {
    department: Option<String>,
    document: Option<String>,
    duty: Option<String>,
    state: Option<String>,
}

impl Asked {
    fn fits(&self, line: &Line<'_>, today: Date) -> bool {
        let is = |wanted: &Option<String>, test: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(test);
        is(&self.department, &|wanted| line.departments().iter().any(|one| one == wanted))
            && is(&self.document, &|wanted| line.document.id == wanted)
            && is(&self.duty, &|wanted| line.duty.duty == wanted)
            && is(&self.state, &|wanted| match wanted {
                "overdue" => line.overdue(today),
                state => Progress::parse(state).is_none_or(|state| line.state() == state),
            })
    }

    fn query(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let all = [
            ("department", &self.department),
            ("document", &self.document),
            ("duty", &self.duty),
            ("state", &self.state),
        ];
        for (name, value) in all {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        pairs.finish()
    }
}

/// The notes of the person's area, and its name.
async fn read(cx: &Cx) -> Result<(Vec<(String, super::super::model::Note)>, String), Error> {
    let names = cx.state.get::<Names>();
    let read = move |tx: &mut db::Tx<'_>, by: &db::Actor| {
        let area = by.scope.area;
        Ok::<_, Error>((rows::notes(tx, area)?, names.at(tx)?.name(area)))
    };
    cx.read(read).await
}

pub(in super::super) async fn list(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (notes, area) = read(&cx).await?;
    let (today, library) = (cx.today(), cx.state.policies.clone());
    let all = lines(&library, cx.user.scope.area, today, &notes);
    let shown: Vec<&Line<'_>> = all.iter().filter(|line| asked.fits(line, today)).collect();
    let body = html! {
        (tabs("/duties/ledger"))
        @if all.is_empty() { (ui::empty("没有在本辖区施行的文件写了责任。", None)) } @else {
            (figures(&all, today))
            (filters(&asked, &all))
            (table(&cx, &shown))
        }
    };
    let query = asked.query();
    let page = Page::new(&cx, &format!("{area} 文件责任")).crumb("责任台账", "/duties").actions(html! {
        (ui::link_button(&format!("/duties/ledger/print?{query}"), "打印", Tone::Neutral)) " "
        (ui::link_button(&format!("/duties/ledger/export?{query}"), "导出 Excel", Tone::Neutral))
    });
    Ok(page.source(SOURCE).body(body))
}

fn figures(all: &[Line<'_>], today: Date) -> Markup {
    let count = |test: &dyn Fn(&&Line<'_>) -> bool| all.iter().filter(test).count();
    let must = count(&|line| line.duty.duty == "must");
    ui::columns(&[
        ui::figure("责任", all.len(), html! { "其中应当 " (must) " 项" }),
        ui::figure("已办结", count(&|line| line.state() == Progress::Done), html! { "有佐证的" }),
        ui::figure("推进中", count(&|line| line.state() == Progress::UnderWay), html! {}),
        ui::figure("到期没有办结", count(&|line| line.overdue(today)), html! { "只计文件写了年份的“应当”" }),
    ])
}

fn filters(asked: &Asked, all: &[Line<'_>]) -> Markup {
    let option = |first: &str, more: Vec<(String, String)>| {
        std::iter::once((String::new(), first.to_owned())).chain(more).collect::<Vec<_>>()
    };
    let who = departments(all).into_iter().map(|one| (one.clone(), one)).collect();
    let documents: BTreeSet<(String, String)> =
        all.iter().map(|line| (line.document.id.clone(), line.document.number.clone())).collect();
    let states = Progress::options().into_iter().chain([("overdue", "到期没有办结")]);
    let states = states.map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    let words = ["must", "should", "may"].map(|code| (code.to_owned(), word(code).to_owned())).to_vec();
    let chosen = |value: &Option<String>| value.clone().unwrap_or_default();
    let body = html! {
        (ui::select("责任部门", "department", &option("全部部门", who), &chosen(&asked.department)))
        @if documents.len() > 1 { (ui::select("文件", "document", &option("全部文件", documents.into_iter().collect()), &chosen(&asked.document))) }
        (ui::select("用词", "duty", &option("全部", words), &chosen(&asked.duty)))
        (ui::select("进展", "state", &option("全部进展", states), &chosen(&asked.state)))
    };
    ui::filters("/duties/ledger", body)
}

/// How far a duty is, as a badge.
pub(super) fn state(line: &Line<'_>, today: Date) -> Markup {
    let tone = match line.state() {
        _ if line.overdue(today) => Tone::Danger,
        Progress::NotBegun => Tone::Neutral,
        Progress::UnderWay => Tone::Warning,
        Progress::Done => Tone::Success,
    };
    let late = if line.overdue(today) { "（逾期）" } else { "" };
    ui::badge(tone, format!("{}{late}", line.state()))
}

fn table(cx: &Cx, lines: &[&Line<'_>]) -> Markup {
    let row = |line: &&Line<'_>| {
        vec![
            html! { (ui::row_link(&line.href(), format!("{} {}", line.clause.at, line.clause.title))) },
            html! {
                strong { (line.duty.who) } " " (word(&line.duty.duty)) "：" (line.what())
                div.text-secondary { (line.departments().join("、")) }
            },
            ui::opt(Some(line.by_words()).filter(|text| !text.is_empty())),
            state(line, cx.today()),
            html! { @if let Some(note) = &line.note { (note.on) " " (note.note) } @else { (ui::opt(None::<String>)) } },
        ]
    };
    html! {
        p.text-secondary { "共 " (lines.len()) " 项。" }
        (ui::table(&["条款", "责任与责任部门", "期限", "进展", "最近记录"], lines.iter().map(row)))
    }
}

pub(in super::super) async fn print(cx: Cx, Query(asked): Query<Asked>) -> Result<Markup, Error> {
    let (notes, area) = read(&cx).await?;
    let (today, library) = (cx.today(), cx.state.policies.clone());
    let all = lines(&library, cx.user.scope.area, today, &notes);
    let row = |line: &Line<'_>| {
        vec![
            ui::text(&line.clause.at),
            html! { (line.duty.who) (word(&line.duty.duty)) (line.what()) },
            ui::text(line.departments().join("、")),
            ui::opt(Some(line.by_words()).filter(|text| !text.is_empty())),
            html! { (line.state()) @if line.overdue(today) { "（逾期）" } @if let Some(note) = &line.note { br; (note.note) } },
        ]
    };
    let sheet = html! {
        p { "区域：" (area) "　截至：" (ui::date_zh(today)) @if let Some(department) = &asked.department { "　责任部门：" (department) } }
        (ui::table(&["条款", "责任", "责任部门", "期限", "进展"], all.iter().filter(|line| asked.fits(line, today)).map(row)))
        (ui::seals(&["监管部门"]))
    };
    let page = Page::new(&cx, "文件责任台账").crumb("责任台账", "/duties").crumb("文件责任", "/duties/ledger");
    Ok(page.source(SOURCE).body(ui::print_sheet("医养结合文件责任台账", sheet)))
}

pub(in super::super) async fn export(cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let (notes, area) = read(&cx).await?;
    let (today, library) = (cx.today(), cx.state.policies.clone());
    let all = lines(&library, cx.user.scope.area, today, &notes);
    let shown: Vec<Line<'_>> = all.into_iter().filter(|line| asked.fits(line, today)).collect();
    let title = format!("{area} 文件责任台账　截至 {today}");
    let bytes = book::ledger(&title, &shown, today).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(web::download(&format!("文件责任台账-{area}-{today}.xlsx"), web::XLSX, bytes))
}
