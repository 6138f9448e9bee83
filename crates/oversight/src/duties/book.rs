//! The ledger as a workbook. No cell of it is ever a formula.

use super::ledger::Line;
use crate::indicators::book;
use crate::indicators::listing::{Listing, Row};
use kernel::Date;

/// Headings of the ledger, on paper and in the workbook.
pub const HEADINGS: &[&str] =
    &["文件", "条款", "责任", "对象", "用词", "内容", "责任部门", "期限", "进展", "截至", "说明", "佐证"];

/// The word of a duty.
#[must_use]
pub fn word(duty: &str) -> &'static str {
    match duty {
        "must" => "应当",
        "should" => "鼓励",
        _ => "可以",
    }
}

fn cells(line: &Line<'_>, today: Date) -> Vec<String> {
    let note = line.note.as_ref();
    let state = if line.overdue(today) { format!("{}（逾期）", line.state()) } else { line.state().to_string() };
    vec![
        line.document.number.clone(),
        line.clause.at.clone(),
        line.duty.id.clone(),
        line.duty.who.clone(),
        word(&line.duty.duty).to_owned(),
        line.what(),
        line.departments().join("、"),
        line.by_words(),
        state,
        note.map(|note| note.on.to_string()).unwrap_or_default(),
        note.map(|note| note.note.clone()).unwrap_or_default(),
        note.map(|note| note.evidence.clone()).unwrap_or_default(),
    ]
}

/// The ledger as a workbook.
///
/// # Errors
/// When it cannot be built.
pub fn ledger(title: &str, lines: &[Line<'_>], today: Date) -> book::Result<Vec<u8>> {
    let rows = lines.iter().map(|line| Row { href: String::new(), cells: cells(line, today), weight: 1 }).collect();
    book::list(title, &Listing { headings: HEADINGS, rows, total: lines.len() as i64 })
}
