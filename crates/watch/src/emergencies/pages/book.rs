//! The figures as a workbook. No cell of it is ever a formula.

use super::figures::{Figures, Row};
use kernel::text::inert;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// The result of writing a workbook.
type Result<T> = std::result::Result<T, XlsxError>;

const HEADINGS: [&str; 13] = [
    "件数",
    "接听件数",
    "及时接听",
    "接听中位（秒）",
    "接听九成（秒）",
    "派单件数",
    "及时派单",
    "派单中位（秒）",
    "派单九成（秒）",
    "到场件数",
    "及时到场",
    "到场中位（秒）",
    "到场九成（秒）",
];

/// The figures, by area and by hour.
pub(super) fn write(f: &Figures) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let whole = [(format!("{}合计", f.place), f.whole)];
    let areas: Vec<Row> = whole.into_iter().chain(f.areas.iter().cloned()).collect();
    sheet(book.add_worksheet().set_name("按地区")?, f, "地区", &areas)?;
    sheet(book.add_worksheet().set_name("按时段")?, f, "时段", &f.hours)?;
    book.save_to_buffer()
}

fn sheet(sheet: &mut Worksheet, f: &Figures, first: &str, rows: &[Row]) -> Result<()> {
    let bold = Format::new().set_bold();
    let title = format!("{} 呼救响应时效　{} 至 {}　不含演练", f.place, f.from, f.until);
    sheet.write_string(0, 0, inert(&title))?;
    sheet.set_column_width(0, 22)?;
    sheet.write_string_with_format(2, 0, first, &bold)?;
    for (at, heading) in (1..).zip(HEADINGS) {
        sheet.set_column_width(at, 14)?;
        sheet.write_string_with_format(2, at, heading, &bold)?;
    }
    for (at, (name, stats)) in (3..).zip(rows) {
        sheet.write_string(at, 0, inert(name))?;
        sheet.write_number(at, 1, stats[0].count as f64)?;
        for (column, stat) in (2..).step_by(4).zip(stats) {
            let values = [Some(stat.count), Some(stat.in_time), stat.median, stat.p90];
            for (next, value) in (column..).zip(values) {
                if let Some(value) = value {
                    sheet.write_number(at, next, value as f64)?;
                }
            }
        }
    }
    sheet.set_freeze_panes(3, 1)?;
    Ok(())
}
