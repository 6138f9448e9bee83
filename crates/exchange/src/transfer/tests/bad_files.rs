//! Files that are not what they seem. Each gets one sentence that says what it is and what to do.

use super::county::*;
use crate::transfer::kinds::Kind;
use crate::transfer::matching;
use crate::transfer::read::{self, Form, Mark, Row, Source};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;

fn refusal(path: &Path) -> String {
    let outline = match read::outline(path) {
        Ok(outline) => outline,
        Err(e) => return e.0,
    };
    let opened = Source::open(path, &outline).and_then(|mut source| source.tops());
    opened.and_then(|tops| matching::find(Kind::Elders, &tops)).expect_err("refused").0
}

fn rows(path: &Path) -> (Vec<Row>, Vec<String>) {
    let outline = read::outline(path).expect("outline");
    let mut source = Source::open(path, &outline).expect("open");
    let sheet = source.tops().expect("tops").swap_remove(0).sheet;
    let mut all = Vec::new();
    let notes = source.rows(&sheet, &mut |row| {
        all.push(row);
        true
    });
    (all, notes.expect("rows"))
}

#[test]
fn empty_and_foreign_files_are_named() {
    let folder = Folder::new();
    assert!(refusal(&folder.write("a.xlsx", "")).contains("文件是空的"));
    assert!(refusal(&folder.write("a.csv", b"\xd0\xcf\x11\xe0rest")).contains("旧版 Excel"));
    assert!(refusal(&folder.write("b.csv", b"\xff\xfe\x00\x01")).contains("UTF-16"));
    assert!(refusal(&folder.write("c.csv", b"\x89PNG\x00\x00")).contains("二进制"));
    assert!(refusal(&folder.path("missing.csv")).contains("文件不存在"));
    assert!(refusal(&folder.write("d.xlsx", b"PK\x03\x04 cut off")).contains("已损坏"));
    let blank = folder.xlsx("blank.xlsx", |book| {
        book.add_worksheet();
    });
    assert!(refusal(&blank).contains("没有任何内容"));
}

/// 200 MB without a single real byte: refused by its first ones, before anything else is read.
#[test]
fn nonsense_named_xlsx_is_refused_by_its_first_bytes() {
    let folder = Folder::new();
    let file = std::fs::File::create(folder.path("big.xlsx")).expect("file");
    file.set_len(200 << 20).expect("sparse");
    assert!(refusal(&folder.path("big.xlsx")).contains("不是 Excel 工作簿"));
    file.set_len(read::MOST_BYTES).expect("sparse");
    assert!(refusal(&folder.path("big.xlsx")).contains("不是 Excel 工作簿"));
    file.set_len(read::MOST_BYTES + 1).expect("sparse");
    assert!(refusal(&folder.path("big.xlsx")).contains("超过上限 512 MB"));
}

fn archive(path: &Path, name: &str, megabytes: usize) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("file"));
    zip.start_file(name, SimpleFileOptions::default()).expect("part");
    let zeros = vec![b' '; 1 << 20];
    (0..megabytes).for_each(|_| zip.write_all(&zeros).expect("written"));
    zip.finish().expect("finished");
}

#[test]
fn a_zip_bomb_is_not_unpacked() {
    let folder = Folder::new();
    let path = folder.path("bomb.xlsx");
    archive(&path, "xl/worksheets/sheet1.xml", 80);
    assert!(refusal(&path).contains("压缩炸弹"));
    // The same archive, whose directory lies about the size.
    let mut bytes = std::fs::read(&path).expect("bytes");
    let real = (80_u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == real).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let text = refusal(&folder.write("liar.xlsx", bytes));
    assert!(text.contains("压缩炸弹") || text.contains("已损坏"), "{text}");
}

#[test]
fn an_archive_that_is_no_workbook_is_named() {
    let folder = Folder::new();
    archive(&folder.path("a.xlsx"), "readme.txt", 1);
    let text = refusal(&folder.path("a.xlsx"));
    assert!(text.contains("不是 Excel 工作簿") || text.contains("已损坏"), "{text}");
}

#[test]
fn the_fitting_sheet_is_found_and_others_are_listed() {
    let folder = Folder::new();
    let sheet = |book: &mut Workbook, name: &str, cells: &[&str]| {
        let sheet = book.add_worksheet().set_name(name).expect("name");
        for (at, cell) in (0..).zip(cells) {
            sheet.write_string(3, at, *cell).expect("cell");
        }
    };
    let path = folder.xlsx("two.xlsx", |book| {
        sheet(book, "说明", &["请认真填写"]);
        sheet(book, "数据", SHORT);
    });
    let outline = read::outline(&path).expect("outline");
    let tops = Source::open(&path, &outline).expect("open").tops().expect("tops");
    let layout = matching::find(Kind::Elders, &tops).expect("found");
    assert_eq!((layout.sheet.as_str(), layout.heading_row), ("数据", 4));
    let none = folder.xlsx("none.xlsx", |book| {
        sheet(book, "收入", &["金额"]);
        sheet(book, "支出", &["金额"]);
    });
    assert!(refusal(&none).contains("“收入”、“支出”"));
}

#[test]
fn formulas_numbers_dates_and_merged_cells_are_seen() {
    let folder = Folder::new();
    let path = folder.xlsx("cells.xlsx", |book| {
        let sheet = book.add_worksheet();
        let (date, plain) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new());
        sheet.write_formula(0, 0, "=1+1").expect("cell");
        sheet.write_number(0, 1, 320_623_194_501_010_013.0).expect("cell");
        sheet.write_number(0, 2, 13_800_138_000.0).expect("cell");
        let day = ExcelDateTime::from_ymd(1945, 3, 1).expect("date");
        sheet.write_datetime_with_format(0, 3, day, &date).expect("cell");
        sheet.write_boolean(0, 5, true).expect("cell");
        sheet.merge_range(1, 2, 3, 2, "320623", &plain).expect("merged");
        sheet.write_string(2, 0, "甲").expect("cell");
        sheet.write_string(3, 0, "乙").expect("cell");
        sheet.write_string(4, 0, "丙").expect("cell");
    });
    let (rows, notes) = rows(&path);
    assert_eq!(
        (rows[0].marked(0), rows[0].marked(1), rows[0].marked(2)),
        (Some(Mark::Formula), Some(Mark::Lossy), None)
    );
    assert_eq!(
        (rows[0].get(2), rows[0].get(3), rows[0].get(4), rows[0].get(5)),
        ("13800138000", "1945-03-01", "", "是")
    );
    assert_eq!((rows[2].get(0), rows[2].get(2), rows[3].get(2), rows[4].get(2)), ("甲", "320623", "320623", ""));
    assert!(notes[0].starts_with("C2:C4 是合并单元格"), "{notes:?}");
}

#[test]
fn text_comes_in_either_encoding_and_with_any_separator() {
    let folder = Folder::new();
    let text = "姓名;身份证号;区划代码\n𠮷娜・买买提;1;\"甲;乙\"\n";
    let gb = encoding_rs::GB18030.encode(text).0;
    for (name, bytes, form) in [
        ("utf8.csv", text.as_bytes().to_vec(), Form::Utf8),
        ("bom.csv", [b"\xef\xbb\xbf", text.as_bytes()].concat(), Form::Utf8),
        ("gb.csv", gb.to_vec(), Form::Gb18030),
        ("tabs.txt", text.replace(';', "\t").replace("甲\t乙", "甲;乙").into_bytes(), Form::Utf8),
    ] {
        let path = folder.write(name, bytes);
        assert_eq!(read::outline(&path).expect("outline").form, form, "{name}");
        let (rows, _) = rows(&path);
        assert_eq!((rows[0].get(0), rows[1].get(0), rows[1].get(2)), ("姓名", "𠮷娜・买买提", "甲;乙"), "{name}");
        assert_eq!(rows[1].number, 2);
    }
    let (rows, _) = rows(&folder.write("broken.csv", b"\xd0\xd5\xc3\xfb,x\n\xff\xff,y\n"));
    assert_eq!((rows[1].marked(0), rows[1].marked(1)), (Some(Mark::Garbled), None));
}

/// A large file in GB18030 crosses every buffer's edge.
#[test]
fn long_files_are_decoded_without_losing_a_character() {
    let folder = Folder::new();
    let text: String = (0..40_000).map(|n| format!("王建国{n},{}\n", "甲".repeat(n % 7))).collect();
    let (rows, _) = rows(&folder.write("long.csv", encoding_rs::GB18030.encode(&text).0));
    assert_eq!(rows.len(), 40_000);
    assert!(rows.iter().enumerate().all(|(n, row)| row.get(0) == format!("王建国{n}") && row.marked(1).is_none()));
}

/// The numbers are those that a spreadsheet shows.
#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let folder = Folder::new();
    let text = "标题,x\n\n甲,\"两\n行\"\n乙,y\n\n\n丙,z";
    let shapes = [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("{text}\n")];
    for text in shapes {
        let (rows, _) = rows(&folder.write("lines.csv", &text));
        let found: Vec<_> = rows.iter().map(|row| (row.number, row.get(0))).collect();
        assert_eq!(found, [(1, "标题"), (3, "甲"), (4, "乙"), (7, "丙")], "{text:?}");
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_stops_the_reading() {
    let folder = Folder::new();
    let text = format!("姓名,身份证号,区划代码\n王,1,\"甲\n{}", "甲,乙,丙\n".repeat(300_000));
    let path = folder.write("quote.csv", text);
    let outline = read::outline(&path).expect("outline");
    let mut source = Source::open(&path, &outline).expect("open");
    let result = source.rows("", &mut |_| true).expect_err("stopped");
    assert!(result.0.contains("引号没有配对"), "{result}");
}
