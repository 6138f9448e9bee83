//! Files into rows of text cells: xlsx and csv, streamed, with the address of each cell, and with limits that a
//! hostile or broken file runs into before the memory does.

mod book;
mod lines;

use memchr::memchr_iter;
use sm3::{Digest, Sm3};
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The largest file that is taken: 512 MB.
pub const MOST_BYTES: u64 = 512 << 20;
/// The most rows of one file; a larger roster comes in several files.
pub const MOST_ROWS: u32 = 2_000_000;
/// Columns further to the right are not looked at.
pub const MOST_COLUMNS: usize = 200;
/// Headings are looked for in so many rows from the top: titles and notes may stand above them.
pub const HEADING_ROWS: usize = 20;

/// Why a file cannot be read at all, in words for the person who brought it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

impl Unreadable {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The result of reading.
pub type Result<T, E = Unreadable> = std::result::Result<T, E>;

/// Something about a cell that its text does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The cell is computed: what Excel last showed is not data.
    Formula,
    /// A number of more digits than Excel keeps: the last ones are lost.
    Lossy,
    /// An Excel error such as `#N/A`.
    Broken,
    /// Characters that the file's encoding does not have.
    Garbled,
}

impl Mark {
    /// What is wrong and what to do.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Formula => "单元格含公式，请粘贴为数值",
            Self::Lossy => "单元格是数字格式，末几位已被表格软件改为 0，请把该列设为“文本”格式后重新录入",
            Self::Broken => "单元格是错误值（如 #N/A），请改正",
            Self::Garbled => "含有无法识别的字符，请检查文件编码（支持 UTF-8 和 GB18030）",
        }
    }
}

/// A row of a file: its number as the spreadsheet shows it, and its cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Counted from 1, as the spreadsheet shows it.
    pub number: u32,
    text: String,
    ends: Vec<u32>,
    marks: Vec<(u16, Mark)>,
}

impl Row {
    /// A row without cells.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self { number, ..Self::default() }
    }

    /// A row of the given cells.
    #[must_use]
    pub fn of<'a>(number: u32, cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut row = Self::new(number);
        cells.into_iter().for_each(|cell| row.push(cell));
        row
    }

    /// Adds a cell at the right.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    /// Adds empty cells until the next one is the given column.
    fn pad(&mut self, column: usize) {
        let end = self.text.len() as u32;
        while self.ends.len() < column {
            self.ends.push(end);
        }
    }

    fn mark(&mut self, column: usize, mark: Mark) {
        self.marks.push((column as u16, mark));
    }

    /// The text of a cell, counted from 0; empty where there is none.
    #[must_use]
    pub fn get(&self, column: usize) -> &str {
        let Some(end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start as usize..*end as usize]
    }

    /// What the cell's text does not show.
    #[must_use]
    pub fn marked(&self, column: usize) -> Option<Mark> {
        self.marks.iter().find(|(at, _)| usize::from(*at) == column).map(|(_, mark)| *mark)
    }

    /// Number of cells.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing stands in the row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.text.trim().is_empty()
    }

    /// All cells from the left.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.get(column))
    }

    /// The same row with another text in a cell.
    #[must_use]
    fn with(&self, column: usize, text: &str) -> Self {
        let mut row = Self { number: self.number, marks: self.marks.clone(), ..Self::default() };
        for at in 0..self.len().max(column + 1) {
            row.push(if at == column { text } else { self.get(at) });
        }
        row
    }
}

/// The address of a cell as the spreadsheet shows it: column 2, row 17 is `C17`.
#[must_use]
pub fn address(column: usize, row: u32) -> String {
    format!("{}{row}", letters(column))
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
#[must_use]
pub fn letters(column: usize) -> String {
    let (mut rest, mut text) = (column + 1, Vec::new());
    while rest > 0 {
        text.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    text.iter().rev().map(|b| char::from(*b)).collect()
}

/// What the first look at a file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Size in bytes.
    pub bytes: u64,
    /// SM3 of the content, hexadecimal: the same file is known again.
    pub sm3: String,
    /// How it is written.
    pub form: Form,
    /// Line ends in it; of use for csv only.
    lines: u64,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An Excel workbook (xlsx).
    Book,
    /// Text with separators, in UTF-8.
    Utf8,
    /// Text with separators, in GB18030 (GBK and GB2312 are parts of it).
    Gb18030,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Book => "Excel 工作簿",
            Self::Utf8 => "CSV（UTF-8）",
            Self::Gb18030 => "CSV（GB18030）",
        })
    }
}

/// Looks at a file: what it is, how large, and its hash. Refuses at once what is neither a workbook nor text.
///
/// # Errors
/// [`Unreadable`] says what the file is instead and what to do.
pub fn outline(path: &Path) -> Result<Outline> {
    let mut file = open(path)?;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes == 0 {
        return Err(Unreadable::new("文件是空的（0 字节），请重新导出后再上传"));
    }
    if bytes > MOST_BYTES {
        return Err(Unreadable::new(format!("文件 {} MB，超过上限 {} MB，请拆成几份", bytes >> 20, MOST_BYTES >> 20)));
    }
    let mut head = vec![0; (64 << 10).min(bytes as usize)];
    file.read_exact(&mut head).map_err(io)?;
    let book = looks_like_book(path, &head)?;
    let (sm3, lines, utf8) = digest(path)?;
    let form = match (book, utf8) {
        (true, _) => Form::Book,
        (false, true) => Form::Utf8,
        (false, false) => Form::Gb18030,
    };
    Ok(Outline { bytes, sm3, form, lines })
}

fn looks_like_book(path: &Path, head: &[u8]) -> Result<bool> {
    let named_book = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
    match head {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Ok(true),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Unreadable::new(
            "这是旧版 Excel（xls）文件或加了密码的工作簿，请在 Excel 中去掉密码，另存为“Excel 工作簿（*.xlsx）”后再上传",
        )),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Err(Unreadable::new("文件是 UTF-16（Unicode 文本）编码，请另存为“CSV UTF-8”或 xlsx 后再上传"))
        }
        _ if named_book => Err(Unreadable::new(
            "文件名是 xlsx，内容却不是 Excel 工作簿（可能没有下载完整或已损坏），请重新导出后再上传",
        )),
        _ if head.contains(&0) => Err(Unreadable::new("文件不是表格：内容是二进制数据。请上传 xlsx 或 csv 文件")),
        _ => Ok(false),
    }
}

/// Hash, number of line ends, and whether all of it is UTF-8; in one pass.
fn digest(path: &Path) -> Result<(String, u64, bool)> {
    let mut file = open(path)?;
    let (mut hash, mut lines, mut utf8) = (Sm3::new(), 0, true);
    let mut buffer = vec![0; 1 << 20];
    let mut kept = 0;
    loop {
        let read = file.read(&mut buffer[kept..]).map_err(io)?;
        if read == 0 {
            break;
        }
        let fresh = &buffer[kept..kept + read];
        hash.update(fresh);
        lines += memchr_iter(b'\n', fresh).count() as u64;
        if utf8 {
            kept = match std::str::from_utf8(&buffer[..kept + read]) {
                Ok(_) => 0,
                Err(e) if e.error_len().is_none() => {
                    let end = e.valid_up_to();
                    buffer.copy_within(end..kept + read, 0);
                    kept + read - end
                }
                Err(_) => {
                    utf8 = false;
                    0
                }
            };
        }
    }
    let hex = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok((hex, lines, utf8 && kept == 0))
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| Unreadable::new(format!("打不开文件 {}：{}", path.display(), explain(&e))))
}

fn io(e: std::io::Error) -> Unreadable {
    Unreadable::new(format!("读文件时出错：{}", explain(&e)))
}

fn explain(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "文件不存在".into(),
        std::io::ErrorKind::PermissionDenied => "没有权限".into(),
        std::io::ErrorKind::UnexpectedEof => "文件不完整".into(),
        _ => e.to_string(),
    }
}

/// The top of a sheet, for finding the headings.
#[derive(Clone, Debug)]
pub struct Top {
    /// The sheet's name; empty for csv.
    pub sheet: String,
    /// Its first rows.
    pub rows: Vec<Row>,
}

/// A file that is open for reading.
pub enum Source {
    /// A workbook.
    Book(Box<book::Book>),
    /// Separated text.
    Lines(lines::Lines),
}

impl Source {
    /// Opens a file that has been looked at.
    ///
    /// # Errors
    /// When a workbook is damaged, or is a bomb that would unpack to gigabytes.
    pub fn open(path: &Path, outline: &Outline) -> Result<Self> {
        Ok(match outline.form {
            Form::Book => Self::Book(Box::new(book::Book::open(path)?)),
            form => Self::Lines(lines::Lines::open(path, form, outline.lines)),
        })
    }

    /// The first rows of each sheet.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn tops(&mut self) -> Result<Vec<Top>> {
        match self {
            Self::Book(book) => book.tops(),
            Self::Lines(lines) => lines.top().map(|top| vec![top]),
        }
    }

    /// About how many rows the sheet has; for a progress bar only.
    #[must_use]
    pub fn estimate(&mut self, sheet: &str) -> usize {
        match self {
            Self::Book(book) => book.estimate(sheet),
            Self::Lines(lines) => lines.estimate(),
        }
    }

    /// Hands over row after row of a sheet, until `each` answers false. Answers notes for the reader: merged cells.
    ///
    /// # Errors
    /// When the file is damaged or has too many rows.
    pub fn rows(&mut self, sheet: &str, each: &mut dyn FnMut(Row) -> bool) -> Result<Vec<String>> {
        let mut counted = 0;
        let mut too_many = false;
        let mut limited = |row: Row| {
            counted += 1;
            too_many = counted > MOST_ROWS;
            !too_many && each(row)
        };
        let notes = match self {
            Self::Book(book) => book.rows(sheet, &mut limited)?,
            Self::Lines(lines) => lines.rows(&mut limited)?,
        };
        if too_many {
            return Err(Unreadable::new(format!("文件超过 {MOST_ROWS} 行，请拆成几份")));
        }
        Ok(notes)
    }
}

fn reader(path: &Path) -> Result<BufReader<File>> {
    Ok(BufReader::with_capacity(256 << 10, open(path)?))
}
