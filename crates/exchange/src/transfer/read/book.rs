//! Workbooks: looked through for bombs before they are unpacked, then read cell by cell.

use super::{HEADING_ROWS, MOST_COLUMNS, Mark, Result, Row, Top, Unreadable, letters, reader};
use calamine::{DataRef, Dimensions, Reader, Xlsx, XlsxCellReader, XlsxError};
use memchr::memmem::Finder;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

type File2 = BufReader<File>;

/// All parts of a workbook together may unpack to so much.
const MOST_UNPACKED: u64 = 3 << 30;
/// The texts of a workbook are held in memory, so they may have no more than this.
const MOST_TEXTS: u64 = 1 << 30;
/// Parts smaller than this are not suspected, however well they are packed.
const SMALL_PART: u64 = 64 << 20;
/// Real rosters pack to a tenth or a twentieth; a bomb to a thousandth.
const MOST_RATIO: u64 = 150;
/// Numbers from here on have more digits than Excel keeps (15).
const LOSSY: f64 = 1e15;
/// So many merged ranges are understood; a sheet with more is laid out, not filled in.
const MOST_MERGES: usize = 10_000;
/// Notes on merged cells that are shown one by one.
const NOTES: usize = 20;

/// An open workbook.
pub struct Book {
    inner: Xlsx<File2>,
    merged: bool,
}

impl Book {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let merged = look_through(path)?;
        let inner = Xlsx::new(reader(path)?).map_err(|e| damaged(&e))?;
        Ok(Self { inner, merged })
    }

    pub(super) fn tops(&mut self) -> Result<Vec<Top>> {
        let names = self.inner.sheet_names();
        let mut tops = Vec::new();
        for sheet in names.into_iter().take(50) {
            let mut rows = Vec::new();
            match self.inner.worksheet_cells_reader(&sheet) {
                Ok(mut cells) => stream(&mut cells, &mut |row| {
                    rows.push(row);
                    rows.len() < HEADING_ROWS
                })?,
                Err(XlsxError::NotAWorksheet(_)) => continue,
                Err(e) => return Err(damaged(&e)),
            }
            tops.push(Top { sheet, rows });
        }
        Ok(tops)
    }

    pub(super) fn estimate(&mut self, sheet: &str) -> usize {
        let cells = self.inner.worksheet_cells_reader(sheet);
        cells.map_or(0, |cells| cells.dimensions().end.0 as usize)
    }

    pub(super) fn rows(&mut self, sheet: &str, each: &mut dyn FnMut(Row) -> bool) -> Result<Vec<String>> {
        let mut merges = if self.merged { self.merges(sheet)? } else { Merges::default() };
        let mut cells = self.inner.worksheet_cells_reader(sheet).map_err(|e| damaged(&e))?;
        stream(&mut cells, &mut |row| each(merges.fill(row)))?;
        Ok(merges.notes)
    }

    fn merges(&mut self, sheet: &str) -> Result<Merges> {
        let ranges = self.inner.merge_cells_by_sheet_name(sheet).map_err(|e| damaged(&e))?;
        Ok(Merges::of(ranges))
    }
}

/// Reads the directory and every part once, without keeping anything; answers whether any cells are merged.
fn look_through(path: &Path) -> Result<bool> {
    let mut archive = zip::ZipArchive::new(reader(path)?)
        .map_err(|_| Unreadable::new("工作簿已损坏或没有下载完整，打不开。请重新导出后再上传"))?;
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| broken_part())?;
        let (size, packed) = (part.size(), part.compressed_size().max(1));
        total += size;
        let name = part.name().map_err(|_| broken_part())?;
        let texts = name.ends_with("sharedStrings.xml") && size > MOST_TEXTS;
        if total > MOST_UNPACKED || texts || (size > SMALL_PART && size / packed > MOST_RATIO) {
            return Err(bomb(size));
        }
    }
    let merge = Finder::new(b"<mergeCell ");
    let mut merged = false;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| broken_part())?;
        let name = part.name().map_err(|_| broken_part())?.into_owned();
        if name.ends_with(".xml") {
            let sheet = name.starts_with("xl/worksheets/");
            let size = part.size();
            merged |= scan(&mut part, size, &merge)? && sheet;
        }
    }
    Ok(merged)
}

/// Unpacks a part into nothing: whether the pattern is in it, and that it is not larger than its directory says.
fn scan(part: &mut impl Read, size: u64, pattern: &Finder<'_>) -> Result<bool> {
    let overlap = pattern.needle().len() - 1;
    let mut buffer = vec![0; 128 << 10];
    let (mut kept, mut seen, mut found) = (0, 0, false);
    loop {
        let read = part.read(&mut buffer[kept..]).map_err(|_| broken_part())?;
        if read == 0 {
            return Ok(found);
        }
        seen += read as u64;
        if seen > size {
            return Err(bomb(seen));
        }
        let end = kept + read;
        found = found || pattern.find(&buffer[..end]).is_some();
        kept = overlap.min(end);
        buffer.copy_within(end - kept..end, 0);
    }
}

fn bomb(size: u64) -> Unreadable {
    Unreadable::new(format!("工作簿解压后异常庞大（{} MB 以上），疑似压缩炸弹，已拒绝读取", size >> 20))
}

fn broken_part() -> Unreadable {
    Unreadable::new("工作簿已损坏：内部有部分读不出来。请在 Excel 中打开并另存一份后再上传")
}

fn damaged(e: &XlsxError) -> Unreadable {
    match e {
        XlsxError::Password => Unreadable::new("工作簿加了密码，请去掉密码后再上传"),
        XlsxError::FileNotFound(_) => {
            Unreadable::new("这是一个压缩包，不是 Excel 工作簿。请解压后上传其中的 xlsx 或 csv 文件")
        }
        _ => Unreadable::new(format!("工作簿已损坏，读不出来（{e}）。请在 Excel 中打开并另存一份后再上传")),
    }
}

fn stream(cells: &mut XlsxCellReader<'_, File2>, each: &mut dyn FnMut(Row) -> bool) -> Result<()> {
    let mut row = Row::new(0);
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| damaged(&e))? {
        let (number, column) = (cell.pos.0 + 1, cell.pos.1 as usize);
        if number != row.number {
            let whole = std::mem::replace(&mut row, Row::new(number));
            if whole.number > 0 && !each(whole) {
                return Ok(());
            }
        }
        // Cells out of order cannot be placed any more; only a hand-made file has them.
        if column < row.len() || column >= MOST_COLUMNS {
            continue;
        }
        row.pad(column);
        push(&mut row, column, &cell.value);
        if cell.formula.is_some() {
            row.mark(column, Mark::Formula);
        }
    }
    if row.number > 0 {
        each(row);
    }
    Ok(())
}

fn push(row: &mut Row, column: usize, value: &DataRef<'_>) {
    match value {
        DataRef::Empty => row.push(""),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => row.push(text),
        DataRef::SharedString(text) => row.push(text),
        DataRef::Int(number) => row.push(&number.to_string()),
        DataRef::Float(number) => {
            row.push(&number.to_string());
            if number.abs() >= LOSSY {
                row.mark(column, Mark::Lossy);
            }
        }
        DataRef::Bool(yes) => row.push(if *yes { "是" } else { "否" }),
        DataRef::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            row.push(&format!("{year:04}-{month:02}-{day:02}"));
        }
        DataRef::Error(_) => {
            row.push("");
            row.mark(column, Mark::Broken);
        }
    }
}

/// A cell by row and column, from 0.
type Place = (u32, u32);

/// Merged cells: only the first holds the value, but people mean it for all.
#[derive(Default)]
struct Merges {
    /// By row (from 0): column, and the row and column of the cell that holds the value.
    targets: HashMap<u32, Vec<(u32, Place)>>,
    /// By row: the cells that hold a value for others.
    starts: HashMap<u32, Vec<Place>>,
    values: HashMap<Place, String>,
    notes: Vec<String>,
}

impl Merges {
    fn of(ranges: Vec<Dimensions>) -> Self {
        let mut merges = Self::default();
        let down: Vec<_> = ranges.into_iter().filter(|r| r.end.0 > r.start.0).collect();
        if down.len() > MOST_MERGES {
            merges.notes.push("合并单元格过多，只读取了各区域左上角的值".into());
            return merges;
        }
        for range in &down {
            merges.note(range);
            merges.starts.entry(range.start.0).or_default().push(range.start);
            for row in range.start.0 + 1..=range.end.0.min(range.start.0 + 1_000) {
                merges.targets.entry(row).or_default().push((range.start.1, range.start));
            }
        }
        merges
    }

    fn note(&mut self, range: &Dimensions) {
        let (from, to) = (range.start, range.end);
        if self.notes.len() < NOTES {
            self.notes.push(format!(
                "{}{}:{}{} 是合并单元格，已按左上角的值读取每一行",
                letters(from.1 as usize),
                from.0 + 1,
                letters(to.1 as usize),
                to.0 + 1
            ));
        }
    }

    fn fill(&mut self, mut row: Row) -> Row {
        let at = row.number - 1;
        for start in self.starts.remove(&at).unwrap_or_default() {
            self.values.insert(start, row.get(start.1 as usize).to_owned());
        }
        for (column, start) in self.targets.remove(&at).unwrap_or_default() {
            let column = column as usize;
            if row.get(column).is_empty()
                && let Some(value) = self.values.get(&start)
            {
                row = row.with(column, value);
            }
        }
        row
    }
}
