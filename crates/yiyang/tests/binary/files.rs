//! Files that are not what they are called: a sentence that names the file, and nothing is kept.

use crate::run::{Folder, rows};
use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Formula, Workbook};
use std::io::Write;
use std::path::Path;

const HEADINGS: [&str; 3] = ["姓名", "身份证号", "区划代码"];

fn workbook(path: &Path, fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save(path).expect("saved");
}

fn elders(folder: &Folder) -> i64 {
    crate::run::number(&folder.store(), "select count(*) from elders")
}

#[test]
fn files_that_are_no_roster_are_refused_by_name() {
    let folder = Folder::new("files");
    folder.county(30, "csv");
    folder.write("empty.xlsx", "");
    std::fs::File::create(folder.path("zeros.xlsx")).expect("file").set_len(200 << 20).expect("sparse");
    folder.write("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old");
    folder.write("cut.xlsx", b"PK\x03\x04 cut off");
    folder.write("page.csv", "<html><body>登录</body></html>");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path("bomb.xlsx")).expect("file"));
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("part");
    let spaces = vec![b' '; 1 << 20];
    (0..80).for_each(|_| zip.write_all(&spaces).expect("written"));
    zip.finish().expect("finished");
    workbook(&folder.path("wrong.xlsx"), |sheet| {
        sheet.write_row(0, 0, ["日期", "收入", "支出"]).expect("row");
        sheet.write_row(1, 0, ["2026-11-02", "1", "2"]).expect("row");
    });
    let expected = [
        ("empty.xlsx", "空的"),
        ("zeros.xlsx", "不是 Excel 工作簿"),
        ("old.xlsx", "旧版 Excel"),
        ("cut.xlsx", "损坏"),
        ("bomb.xlsx", "压缩炸弹"),
        ("wrong.xlsx", "身份证号"),
        ("page.csv", "身份证号"),
        ("missing.xlsx", "不存在"),
    ];
    for (file, word) in expected {
        for more in [&[][..], &["--dry-run"]] {
            folder.run(&[&["import", "--kind", "elders", file], more].concat()).refuses(&[file, word]);
        }
    }
    assert_eq!(elders(&folder), 0);
    folder.run(&["import", "--kind", "elders", "rosters/elders.csv"]).fine();
}

#[test]
fn the_roster_of_another_region_is_refused_row_by_row() {
    let folder = Folder::new("region");
    folder.county(40, "csv");
    let arguments =
        ["import", "--kind", "elders", "--area", "320681", "--refused", "refused.xlsx", "rosters/elders.csv"];
    let text = folder.run(&arguments).text;
    assert!(text.contains("被拒 40") && text.contains("新增 0"), "{text}");
    assert_eq!(elders(&folder), 0);
    let mut book: Xlsx<_> = open_workbook(folder.path("refused.xlsx")).expect("workbook");
    let range = book.worksheets().remove(0).1;
    let text: String = range.used_cells().map(|(_, _, cell)| format!("{cell} ")).collect();
    assert!(
        range.height() > 40 && (text.contains("辖区") || text.contains("范围")),
        "{}",
        text.chars().take(400).collect::<String>()
    );
}

#[test]
fn formulas_are_never_run_and_bad_cells_are_named_with_their_place() {
    let folder = Folder::new("formulas");
    folder.county(30, "csv");
    workbook(&folder.path("formulas.xlsx"), |sheet| {
        sheet.write_row(0, 0, HEADINGS).expect("row");
        sheet.write_formula(1, 0, Formula::new("=HYPERLINK(\"http://evil.example\",\"王\")")).expect("cell");
        sheet.write_formula(1, 1, Formula::new("=1+1")).expect("cell");
        sheet.write_string(1, 2, "320623").expect("cell");
        sheet.write_row(2, 0, ["=cmd|' /C calc'!A0", "32062319500101001X", "320623"]).expect("row");
        sheet.write_row(3, 0, ["李四", "abc", "不是区划"]).expect("row");
    });
    let text = folder.run(&["import", "--kind", "elders", "--refused", "refused.xlsx", "formulas.xlsx"]).text;
    assert!(text.contains("被拒 3"), "{text}");
    assert_eq!(elders(&folder), 0);
    let refused = rows(
        &folder.store(),
        "select row_no, cell, reason from transfer_rows where outcome > 0 and reason is not null order by row_no",
    );
    assert!(refused.len() >= 3, "{refused:?}");
    let mut book: Xlsx<_> = open_workbook(folder.path("refused.xlsx")).expect("workbook");
    let range = book.worksheets().remove(0).1;
    let text: String = range.used_cells().map(|(_, _, cell)| format!("{cell} ")).collect();
    assert!(text.contains("身份证号") && text.contains("李四"), "{text}");
    let formulas = book.worksheet_formula(&book.sheet_names()[0]).expect("sheet");
    assert_eq!(formulas.used_cells().filter(|(_, _, f)| !f.is_empty()).count(), 0, "the refused rows carry a formula");
}
