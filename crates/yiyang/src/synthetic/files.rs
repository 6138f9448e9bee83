//! Writing tables as xlsx or csv, row by row, the same bytes each time.

use anyhow::Context;
use encoding_rs::{Encoding, GB18030, UTF_8};
use kernel::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The creation time in every workbook's properties: a fixed one, so that the same seed gives the same bytes.
const CREATED: (u16, u8, u8) = (2026, 1, 1);
/// From this many rows on a workbook is written without holding its texts in memory.
const LARGE: usize = 200_000;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Empty.
    Blank,
    /// A word of a fixed list.
    Word(&'static str),
    /// Any other text; numbers of identity, telephones and codes are texts too.
    Text(String),
    /// A day; a real date in xlsx, ISO in csv.
    Day(Date),
    /// A whole number.
    Int(i64),
    /// A number with decimals: degrees, blood sugar.
    Number(f64),
    /// A formula, as `=…`, and the result that Excel would show.
    Formula(String, &'static str),
}

impl Cell {
    /// The cell as csv has it.
    pub fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Word(word) => (*word).to_owned(),
            Self::Text(text) | Self::Formula(text, _) => text.clone(),
            Self::Day(day) => day.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// A text, or nothing.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Blank, |text| Self::Text(text.to_owned()))
    }

    /// A day, or nothing.
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Blank, Self::Day)
    }

    /// 是 or 否.
    pub const fn yes(yes: bool) -> Self {
        Self::Word(if yes { "是" } else { "否" })
    }
}

/// A table that is being written.
pub enum Table {
    /// A workbook with one sheet.
    Book(Box<Book>),
    /// A csv file.
    Lines(Box<Lines>),
}

impl Table {
    /// Adds a row.
    ///
    /// # Errors
    /// When the file cannot be written, or the sheet is full (1 048 576 rows).
    pub fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        match self {
            Self::Book(book) => book.row(cells),
            Self::Lines(lines) => lines.row(cells),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Book(book) => book.finish(),
            Self::Lines(lines) => lines.finish(),
        }
    }
}

/// How a csv file is encoded.
#[derive(Clone, Copy)]
pub enum Text {
    /// UTF-8 with the mark that makes Excel read it as such.
    Utf8,
    /// GB18030, as older systems in China export.
    Gb18030,
}

/// A csv file with CRLF, as Excel writes it.
pub struct Lines {
    writer: csv::Writer<BufWriter<File>>,
    encoding: &'static Encoding,
    path: PathBuf,
}

impl Lines {
    /// Begins the file with its headings.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path, text: Text, headings: &[&str]) -> anyhow::Result<Table> {
        let file = File::create(path).with_context(|| format!("无法写入文件 {}", path.display()))?;
        let mut file = BufWriter::with_capacity(1 << 18, file);
        let encoding = match text {
            Text::Utf8 => UTF_8,
            Text::Gb18030 => GB18030,
        };
        if encoding == UTF_8 {
            file.write_all("\u{feff}".as_bytes())?;
        }
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        let mut lines = Self { writer, encoding, path: path.to_owned() };
        lines.row(&headings.iter().map(|heading| Cell::Text((*heading).to_owned())).collect::<Vec<_>>())?;
        Ok(Table::Lines(Box::new(lines)))
    }

    fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        for cell in cells {
            self.field(cell)?;
        }
        self.writer.write_record(None::<&[u8]>).with_context(|| format!("无法写入文件 {}", self.path.display()))
    }

    fn field(&mut self, cell: &Cell) -> anyhow::Result<()> {
        match cell {
            Cell::Blank => self.writer.write_field(b"")?,
            Cell::Word(text) => self.writer.write_field(self.encoding.encode(text).0)?,
            Cell::Text(text) => self.writer.write_field(self.encoding.encode(text).0)?,
            other => self.writer.write_field(self.encoding.encode(&other.text()).0)?,
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.writer.flush().with_context(|| format!("无法写入文件 {}", self.path.display()))
    }
}

/// A workbook with one sheet.
pub struct Book {
    book: Workbook,
    next: u32,
    date: Format,
    path: PathBuf,
}

impl Book {
    /// Begins the workbook with its headings; `title` stands in a merged cell above them.
    ///
    /// # Errors
    /// When the sheet name is not one that Excel takes.
    pub fn create(path: &Path, shape: &Shape<'_>) -> anyhow::Result<Table> {
        let mut book = Workbook::new();
        let (year, month, day) = CREATED;
        let created = ExcelDateTime::from_ymd(year, month, day)?;
        book.set_properties(
            &DocProperties::new().set_author("yiyang generate").set_comment("合成数据").set_creation_datetime(&created),
        );
        let sheet = add_sheet(&mut book, shape.rows)?;
        sheet.set_name(shape.sheet)?;
        let first = u32::from(shape.title.is_some());
        set_widths(sheet, shape.headings)?;
        sheet.set_freeze_panes(first + 1, 0)?;
        let bold = Format::new().set_bold();
        if let Some(title) = shape.title {
            sheet.merge_range(0, 0, 0, shape.headings.len() as u16 - 1, title, &bold)?;
        }
        for (column, heading) in (0..).zip(shape.headings) {
            sheet.write_string_with_format(first, column, *heading, &bold)?;
        }
        let date = Format::new().set_num_format("yyyy-mm-dd");
        Ok(Table::Book(Box::new(Self { book, next: first + 1, date, path: path.to_owned() })))
    }

    fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        let (row, sheet) = (self.next, self.book.worksheet_from_index(0)?);
        for (column, cell) in (0..).zip(cells) {
            write(sheet, row, column, cell, &self.date)?;
        }
        self.next += 1;
        Ok(())
    }

    /// Merges a cell of the last row with the one above it; what stood above stays.
    ///
    /// # Errors
    /// When the two are part of another merge.
    pub fn merge_with_above(&mut self, column: u16, above: &Cell) -> anyhow::Result<()> {
        let last = self.next - 1;
        let sheet = self.book.worksheet_from_index(0)?;
        sheet.merge_range(last - 1, column, last, column, &above.text(), &Format::new())?;
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.book.save(&self.path).with_context(|| format!("无法写入文件 {}", self.path.display()))
    }
}

/// What a sheet looks like before its rows.
pub struct Shape<'a> {
    /// The sheet's name.
    pub sheet: &'a str,
    /// The headings.
    pub headings: &'a [&'a str],
    /// A line above the headings, merged over all columns.
    pub title: Option<&'a str>,
    /// How many rows are expected.
    pub rows: usize,
}

fn add_sheet(book: &mut Workbook, rows: usize) -> Result<&mut Worksheet, XlsxError> {
    match rows {
        LARGE.. => book.add_worksheet_with_constant_memory(),
        5_000.. => book.add_worksheet_with_low_memory(),
        _ => Ok(book.add_worksheet()),
    }
}

fn set_widths(sheet: &mut Worksheet, headings: &[&str]) -> Result<(), XlsxError> {
    for (column, heading) in (0..).zip(headings) {
        let width = match *heading {
            "居住地址" | "详细地址" | "机构名称" => 42.0,
            text if text.contains("身份证号") || text.contains("代码") => 22.0,
            _ => 13.0,
        };
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, date: &Format) -> anyhow::Result<()> {
    match cell {
        Cell::Blank => return Ok(()),
        Cell::Word(text) => sheet.write_string(row, column, *text)?,
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Day(day) => sheet.write_datetime_with_format(row, column, excel_day(*day)?, date)?,
        Cell::Int(number) => sheet.write_number(row, column, *number as f64)?,
        Cell::Number(number) => sheet.write_number(row, column, *number)?,
        Cell::Formula(formula, shown) => sheet.write_formula(row, column, Formula::new(formula).set_result(*shown))?,
    };
    Ok(())
}

fn excel_day(day: Date) -> anyhow::Result<ExcelDateTime> {
    use chrono::Datelike;
    Ok(ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8)?)
}
