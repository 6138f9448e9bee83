//! Workbooks of figures and of the lists behind them. No cell of them is ever a formula.

use super::listing::Listing;
use super::model::Figure;
use super::survey::Survey;
use kernel::text::inert;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The result of writing a workbook.
pub type Result<T, E = XlsxError> = std::result::Result<T, E>;

fn bold() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x00E6_F0FA)).set_align(FormatAlign::Center)
}

fn headings(sheet: &mut Worksheet, row: u32, titles: &[&str]) -> Result<()> {
    for (at, title) in (0..).zip(titles) {
        sheet.set_column_width(at, (title.chars().count() as f64 * 2.2).clamp(12.0, 34.0))?;
        sheet.write_string_with_format(row, at, title.trim_start_matches('>'), &bold())?;
    }
    Ok(())
}

fn text(sheet: &mut Worksheet, row: u32, at: u16, cell: &str) -> Result<()> {
    if !cell.is_empty() {
        sheet.write_string(row, at, inert(cell))?;
    }
    Ok(())
}

const FIGURES: &[&str] =
    &["区划", "区划代码", "指标", "指标代码", "分子", "分母", "数值", "目标", "结论", "文件", "说明"];

/// The figures of an area and of its parts.
///
/// # Errors
/// When the workbook cannot be built.
pub fn figures(survey: &Survey) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("指标")?;
    let (area, rules) = (&survey.ground.area, &survey.rules);
    let title = format!("{} 考核指标　统计日 {}　待遇统计月 {}", area.name, rules.on, rules.month);
    sheet.write_string(0, 0, inert(&title))?;
    headings(sheet, 2, FIGURES)?;
    sheet.set_column_width(2, 44)?;
    let whole = survey.figures.iter().map(|f| (area.name.as_str(), f));
    let parts = survey.parts.iter().flat_map(|part| part.figures.iter().map(|f| (part.name(), f)));
    for (row, (name, figure)) in (3..).zip(whole.chain(parts)) {
        line(sheet, row, name, figure)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    book.save_to_buffer()
}

fn line(sheet: &mut Worksheet, row: u32, name: &str, f: &Figure) -> Result<()> {
    let goal = f.goal.as_ref();
    let shown = f.shown();
    let target = goal.map(|g| g.shown(f.unit())).unwrap_or_default();
    let source = goal.map(|g| format!("{} {}", g.target.number, g.at)).unwrap_or_default();
    let short = f.area.short();
    let doubts = f.unverified.iter().map(|why| format!("未核实：{why}"));
    let notes = f.notes.iter().cloned().chain(doubts).collect::<Vec<_>>().join("；");
    let texts = [(0, name), (1, &*short), (2, f.title()), (3, f.code.key()), (6, &*shown), (7, &*target)];
    for (at, cell) in texts.into_iter().chain([(8, &*f.standing()), (9, &*source), (10, &*notes)]) {
        text(sheet, row, at, cell)?;
    }
    sheet.write_number(row, 4, f.numerator() as f64)?;
    if let Some(denominator) = f.denominator() {
        sheet.write_number(row, 5, denominator as f64)?;
    }
    Ok(())
}

/// The list behind a figure.
///
/// # Errors
/// When the workbook cannot be built.
pub fn list(title: &str, listing: &Listing) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("名单")?;
    sheet.write_string(0, 0, inert(title))?;
    headings(sheet, 2, listing.headings)?;
    for (row, one) in (3..).zip(&listing.rows) {
        for (at, cell) in (0..).zip(&one.cells) {
            text(sheet, row, at, cell)?;
        }
    }
    sheet.set_freeze_panes(3, 0)?;
    book.save_to_buffer()
}
