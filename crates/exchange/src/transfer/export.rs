//! What goes out through pages: refused rows to mend, the roster of elders. Each leaves a row in the audit.

use super::kinds::Kind;
use super::pages::load;
use super::{out, store};
use axum::extract::Path;
use axum::response::Response;
use db::audit::Entry;
use db::{Actor, Tx};
use kernel::{BatchId, ElderId};
use maud::{Markup, html};
use web::ui::{self, Tone};
use web::{Cx, Error, Form, Page, Permission, XLSX};

/// Sees identity numbers and telephones in full.
pub const UNMASK: Permission = Permission("elders.unmask");
/// Elders that are opened in one go for an export.
const PIECE: usize = 2_000;

/// The refused rows of a batch, to mend and upload again.
///
/// # Errors
/// When the batch is out of sight, or the store fails.
pub async fn refused(cx: Cx, Path(id): Path<String>) -> Result<Response, Error> {
    let batch = load(&cx, &id).await?;
    let (kind, id) = (batch.kind, batch.id);
    let subject = format!("{}：{}", kind.name(), batch.file_name);
    cx.write(move |tx, by| tx.audit(by, Entry { action: "transfer.refused", subject, ..Entry::default() })).await?;
    let bytes = cx.read(move |tx, _| refused_book(tx, kind, id)).await?;
    let stem = batch.file_name.rsplit_once('.').map_or(batch.file_name.as_str(), |(stem, _)| stem);
    Ok(web::download(&format!("{stem}-被拒行.xlsx"), XLSX, bytes))
}

/// The refused rows as a workbook to mend and bring again: same headings, and why.
///
/// # Errors
/// What the store says.
pub fn refused_book(tx: &mut Tx<'_>, kind: Kind, id: BatchId) -> Result<Vec<u8>, Error> {
    let internal = |e: rust_xlsxwriter::XlsxError| Error::Internal(e.to_string());
    let mut sheet = out::Sheet::new(kind, true).map_err(internal)?;
    let mut after = 0;
    loop {
        let rows = store::refused(tx, id, after, PIECE as i64)?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for row in &rows {
            let place = format!("第 {} 行 {}", row.number, row.cell);
            let mut line: Vec<&str> = row.cells.iter().map(String::as_str).collect();
            line.resize(kind.columns().len(), "");
            let why = format!("{}　{}", place.trim_end(), row.reason);
            line.push(&why);
            sheet.row(line).map_err(internal)?;
        }
    }
    sheet.finish().map_err(internal)
}

fn may_export(cx: &Cx) -> Result<(), Error> {
    if cx.may(UNMASK) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Asks once more, and for the purpose.
///
/// # Errors
/// When the person may not see identity numbers in full.
pub async fn form(cx: Cx) -> Result<Markup, Error> {
    may_export(&cx)?;
    let total = cx.read(registry::elders::store::count).await?;
    let warning =
        format!("将导出您辖区内 {total} 位老年人的完整身份证号、电话和住址。导出的时间、范围和用途会记入审计。");
    let purpose = ui::Field::text().required().limit(100).hint("例如：向街道核对 2026 年体检名单");
    let body = html! {
        (ui::alert(Tone::Warning, "含个人敏感信息", &warning))
        (ui::card("导出老年人名册", ui::form(&cx, "/transfer/export/elders", html! {
            (ui::field("用途", "purpose", "", purpose))
            (ui::submit("确认导出（xlsx）"))
        })))
    };
    Ok(Page::new(&cx, "导出老年人名册")
        .crumb("导入导出", "/transfer")
        .source("老年人档案；列与导入模板相同。")
        .body(body))
}

/// What an export is for.
#[derive(serde::Deserialize)]
pub struct Purpose {
    purpose: Option<String>,
}

/// The roster, once its purpose stands in the audit.
///
/// # Errors
/// When the person may not, gives no purpose, or asks for too many at once.
pub async fn elders(cx: Cx, Form(form): Form<Purpose>) -> Result<Response, Error> {
    may_export(&cx)?;
    let missing = || Error::field("purpose", "用途", "请写明导出的用途，用途会记入审计");
    let purpose = form.purpose.filter(|text| text.chars().count() >= 2).ok_or_else(missing)?;
    let total = cx.read(registry::elders::store::count).await?;
    if total > out::MOST_EXPORTED {
        let most = out::MOST_EXPORTED;
        return Err(Error::refused(
            "EXP-01",
            format!("共 {total} 人，超过一次导出的上限 {most} 人，请由各县区分别导出"),
        ));
    }
    cx.write(move |tx, by| {
        let detail = format!("{total} 人，用途：{purpose}");
        tx.audit(by, Entry { action: "transfer.export", subject: "老年人名册".into(), detail, ..Entry::default() })
    })
    .await?;
    let bytes = cx.read(elder_book).await?;
    Ok(web::download(&format!("老年人名册-{}.xlsx", cx.today()), XLSX, bytes))
}

/// The roster of all elders within sight, in the columns of the template.
///
/// # Errors
/// What the engine says, or that the workbook cannot be written.
pub fn elder_book(tx: &mut Tx<'_>, by: &Actor) -> Result<Vec<u8>, Error> {
    let internal = |e: rust_xlsxwriter::XlsxError| Error::Internal(e.to_string());
    let mut sheet = out::Sheet::new(Kind::Elders, false).map_err(internal)?;
    let mut after: Option<ElderId> = None;
    loop {
        let piece = registry::elders::store::list(tx, by, after, PIECE)?;
        let Some(last) = piece.last() else { break };
        after = Some(last.id);
        for elder in &piece {
            let (citizen, details) = (elder.open(tx.vault())?.citizen, elder.details(tx.vault())?);
            sheet.row(out::elder_cells(&citizen, &details)).map_err(internal)?;
        }
    }
    sheet.finish().map_err(internal)
}
