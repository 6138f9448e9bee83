//! All documents.

use super::{SOURCE, names, ways};
use policy::{Document, Library, Status};
use web::ui::{self, Tone};
use web::{Cx, Error, Markup, Page, html};

pub(in super::super) async fn show(cx: Cx) -> Result<Markup, Error> {
    let names = names(&cx).await?;
    let library = &cx.state.policies;
    let rows = library.documents().map(|d| {
        let clauses = library.clauses().filter(|c| c.document == d.id).count();
        let tables = library.tables().filter(|t| t.document == d.id).count();
        let duties = library.duties().filter(|t| t.document == d.id).count();
        vec![
            html! { (ui::row_link(&format!("/policies/{}", d.id), &d.number)) div.text-secondary { (d.title) } },
            html! { (names.name(d.area)) },
            html! { (d.period.from) @if let Some(until) = d.period.until { " 至 " (until) } @else { " 起" } },
            html! { (clauses) },
            html! { (tables) },
            html! { (duties) },
            open(library, d),
        ]
    });
    let headings = ["文件", "适用地区", "施行", ">条款", ">规则表", ">责任", "核实"];
    let body = html! { (ways("/policies")) (ui::table(&headings, rows)) };
    Ok(Page::new(&cx, "政策文件").source(SOURCE).body(body))
}

fn open(library: &Library, document: &Document) -> Markup {
    let count = library.parameters().filter(|p| p.document == document.id && p.status != Status::Verified).count();
    html! {
        @if document.unverified.is_some() { (ui::badge(Tone::Warning, "全文未核实")) }
        @else if count > 0 { (ui::badge(Tone::Warning, format!("{count} 个参数未核实"))) }
        @else { "—" }
    }
}
