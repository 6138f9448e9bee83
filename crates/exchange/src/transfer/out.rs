//! Workbooks that go out: templates, refused rows to mend, the roster of elders. No cell of them is ever a formula.

use super::kinds::{Column, Kind};
use kernel::citizen::Sex;
use kernel::text::inert;
use registry::elders::{Chronic, Details, Status};
use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};

/// Rows that a template's drop-down lists reach.
const TEMPLATE_ROWS: u32 = 20_000;
/// Heading of the reason in a file of refused rows; it is no column of any kind, so it is ignored when it comes back.
const REASON: &str = "原因";
/// Rows of one exported workbook; more are asked for area by area.
pub const MOST_EXPORTED: i64 = 200_000;

/// The result of writing a workbook.
pub type Result<T, E = XlsxError> = std::result::Result<T, E>;

fn heading(column: &Column) -> String {
    if column.required { format!("{}*", column.heading) } else { column.heading.to_owned() }
}

fn bold() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x00E6_F0FA)).set_align(FormatAlign::Center)
}

/// Headings with widths; every column is text, so that identity numbers keep all their digits.
fn headings(sheet: &mut Worksheet, kind: Kind) -> Result<()> {
    let text = Format::new().set_num_format("@");
    for (at, column) in (0..).zip(kind.columns()) {
        let wide =
            column.heading.contains("代码") || column.heading.contains("证号") || column.heading.contains("地址");
        sheet.set_column_width(at, if wide { 22.0 } else { 13.0 })?;
        sheet.set_column_format(at, &text)?;
        sheet.write_string_with_format(0, at, heading(column), &bold())?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// The template of a kind: headings, hints, lists to choose from, one example, and a sheet that explains each column.
///
/// # Errors
/// When the workbook cannot be built.
pub fn template(kind: Kind) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(kind.name())?;
    headings(sheet, kind)?;
    let example = Format::new().set_italic().set_font_color(Color::Gray).set_num_format("@");
    for (at, column) in (0..).zip(kind.columns()) {
        sheet.write_string_with_format(1, at, column.example, &example)?;
        if !column.note.is_empty() {
            sheet.insert_note(0, at, &Note::new(column.note).add_author_prefix(false))?;
        }
        // More than one disease may be written, so that list must not limit the cell.
        if !column.words.is_empty() && column.heading != "慢性病" {
            let list = DataValidation::new().allow_list_strings(column.words)?.show_error_message(false);
            sheet.add_data_validation(1, at, TEMPLATE_ROWS, at, &list)?;
        }
    }
    explain(book.add_worksheet().set_name("填写说明")?, kind)?;
    book.save_to_buffer()
}

fn explain(sheet: &mut Worksheet, kind: Kind) -> Result<()> {
    let lines = [
        format!("{}导入模板。第 2 行是合成的示例，导入时自动跳过；请从第 3 行开始填写，或覆盖第 2 行。", kind.name()),
        format!("带 * 的列必填；按“{}”与已有记录匹配；留空的单元格不会清除已有内容。", kind.key()),
        "日期请写成 2026-11-01；不要使用公式和合并单元格。".to_owned(),
    ];
    for (row, line) in (0..).zip(&lines) {
        sheet.write_string(row, 0, line)?;
    }
    for (at, title) in (0..).zip(["列", "必填", "填写要求", "可选项", "示例"]) {
        sheet.write_string_with_format(4, at, title, &bold())?;
    }
    for (row, column) in (5..).zip(kind.columns()) {
        let required = if column.required { "是" } else { "" };
        let cells = [column.heading, required, column.note, &column.words.join("、"), column.example];
        for (at, cell) in (0..).zip(cells) {
            sheet.write_string(row, at, cell)?;
        }
    }
    for (at, width) in [(0, 24.0), (1, 6.0), (2, 46.0), (3, 50.0), (4, 24.0)] {
        sheet.set_column_width(at, width)?;
    }
    Ok(())
}

/// A workbook that is being written row by row.
pub struct Sheet {
    book: Workbook,
    next: u32,
}

impl Sheet {
    /// Begins a workbook of a kind; with a column for reasons at the right or without.
    ///
    /// # Errors
    /// When the workbook cannot be built.
    pub fn new(kind: Kind, reasons: bool) -> Result<Self> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_low_memory()?.set_name(kind.name())?;
        headings(sheet, kind)?;
        if reasons {
            let at = kind.columns().len() as u16;
            sheet.set_column_width(at, 60.0)?;
            sheet.write_string_with_format(0, at, REASON, &bold())?;
        }
        Ok(Self { book, next: 1 })
    }

    /// Adds a row of texts.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<()> {
        let (row, sheet) = (self.next, self.book.worksheet_from_index(0)?);
        for (at, cell) in (0..).zip(cells) {
            if !cell.as_ref().is_empty() {
                sheet.write_string(row, at, inert(cell.as_ref()))?;
            }
        }
        self.next += 1;
        Ok(())
    }

    /// The finished workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.book.save_to_buffer()
    }
}

/// The cells of an elder, in the order of the template.
#[must_use]
pub fn elder_cells(citizen: &str, d: &Details) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let yes = |value: Option<bool>| value.map_or("", |yes| if yes { "是" } else { "否" }).to_owned();
    let urban = d.urban.map_or("", |urban| if urban { "城镇" } else { "农村" });
    vec![
        d.name.clone(),
        citizen.to_owned(),
        if d.sex == Sex::Male { "男" } else { "女" }.to_owned(),
        d.born.to_string(),
        text(&d.phone),
        d.area.to_string(),
        text(&d.address),
        d.registered_area.map(|a| a.to_string()).unwrap_or_default(),
        yes(d.resident),
        urban.to_owned(),
        d.living.map_or("", |x| x.name()).to_owned(),
        d.marital.map_or("", |x| x.name()).to_owned(),
        d.scheme.map_or("", |x| x.name()).to_owned(),
        yes(d.ltci_insured),
        d.chronic.as_ref().map(|list| Chronic::names(list)).unwrap_or_default(),
        d.self_care.map_or("", |x| x.name()).to_owned(),
        yes(d.seriously_ill),
        yes(d.special_family),
        yes(d.handicapped),
        d.status.unwrap_or(Status::Alive).name().to_owned(),
        d.died_on.map(|day| day.to_string()).unwrap_or_default(),
        text(&d.contact_name),
        text(&d.contact_phone),
    ]
}
