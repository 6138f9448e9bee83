//! The same through the pages: a clerk uploads, looks, mends, imports, takes back; a neighbour sees nothing of it.

use super::county::*;
use crate::transfer::jobs::{Uploads, register, sweep};
use crate::transfer::kinds::Kind;
use crate::transfer::{self, store};
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{EngineKind, on_both};
use std::sync::Arc;
use web::testing::{Client, TestApp};

const CLERK: &[&str] = &["transfer.*", "elders.unmask"];

fn app(db: TestDb, folder: &Folder) -> TestApp {
    found(&db);
    let uploads = Arc::new(Uploads::new(&folder.path("uploads")).expect("folder"));
    let inside = uploads.clone();
    let app = TestApp::new(db, policy::Library::default(), transfer::routes(), move |state| state.with_arc(inside));
    let clock: Arc<dyn kernel::Clock> = app.clock.clone();
    register(&app.state.jobs, &app.db, &clock, &uploads);
    app
}

fn upload(clerk: &Client<'_>, name: &str, bytes: &[u8]) -> String {
    clerk.upload("/transfer/upload", &[("kind", "elders")], name, bytes).goes_to()
}

fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|cells| cells.join(",") + "\n").collect()
}

fn work(app: &TestApp) {
    app.state.jobs.run_waiting().expect("jobs");
}

fn files(folder: &Folder) -> usize {
    std::fs::read_dir(folder.path("uploads")).expect("folder").count()
}

on_both! {
    fn a_dirty_file_is_checked_mended_imported_and_taken_back(db: TestDb) {
        let folder = Folder::new();
        let app = app(db, &folder);
        let clerk = app.person("经办", CLERK, "320623");
        let mut rows = roster(5);
        rows[2][1].replace_range(17.., "?");
        rows[4][3] = "=1+1".into();
        let page = upload(&clerk, "名册.csv", text(&rows).as_bytes());
        assert!(clerk.get(&page).page().contains("正在核对"));
        work(&app);
        let shown = clerk.get(&page).page();
        assert!(shown.contains("核对完成，尚未写入任何数据") && shown.contains("B3") && shown.contains("D5"), "{shown}");
        assert_eq!(count(&app.db, "elders"), 0);
        let refused = clerk.get(&format!("{page}/refused"));
        assert_eq!(clerk.post(&format!("{page}/apply"), &[]).goes_to(), page);
        assert!(clerk.get(&page).page().contains("正在处理"));
        work(&app);
        assert!(clerk.get(&page).page().contains("整批撤回"));
        assert_eq!((count(&app.db, "elders"), files(&folder)), (3, 0));

        // The refused rows come as a workbook of the same columns; mended, they go in.
        let back = folder.write("refused.xlsx", &refused.bytes);
        let mended = mend(&back, &folder, &[(1, citizen(1)), (4, "15400000009".into())]);
        let second = upload(&clerk, "改正.xlsx", &mended);
        work(&app);
        let shown = clerk.get(&second).page();
        assert!(shown.contains("新增 2 条"), "{shown}");
        assert!(clerk.post(&format!("{second}/apply"), &[]).goes_to().starts_with("/transfer"));
        work(&app);
        assert_eq!(count(&app.db, "elders"), 5);

        assert_eq!(clerk.post(&format!("{page}/undo"), &[]).goes_to(), page);
        work(&app);
        assert!(clerk.get(&page).page().contains("已撤回"));
        assert_eq!(count(&app.db, "elders"), 2);
        assert_eq!(clerk.post(&format!("{page}/undo"), &[]).status, 409);
    }

    fn a_neighbour_sees_nothing_of_a_batch(db: TestDb) {
        let folder = Folder::new();
        let app = app(db, &folder);
        let page = upload(&app.person("经办", CLERK, "320623"), "名册.csv", text(&roster(2)).as_bytes());
        work(&app);
        let neighbour = app.person("邻县", CLERK, "320681");
        for path in ["", "/refused"] {
            assert_eq!(neighbour.get(&format!("{page}{path}")).status, 404, "{path}");
        }
        for path in ["/match", "/apply", "/undo", "/discard", "/retry"] {
            assert_eq!(neighbour.post(&format!("{page}{path}"), &[]).status, 404, "{path}");
        }
        assert!(!neighbour.get("/transfer").page().contains("名册.csv"));
        let reader = app.person("监管", &["transfer.read"], "3206");
        assert!(reader.get(&page).page().contains("名册.csv"));
        assert_eq!(reader.post(&format!("{page}/apply"), &[]).status, 403);
        assert_eq!(reader.get(&format!("{page}/refused")).status, 403);
        assert_eq!(reader.get("/transfer/export/elders").status, 403);
    }
}

/// Rewrites a downloaded workbook with some cells of its data rows mended: (column, text), one for each row.
fn mend(path: &std::path::Path, folder: &Folder, cells: &[(usize, String)]) -> Vec<u8> {
    use crate::transfer::read;
    let outline = read::outline(path).expect("outline");
    let mut source = read::Source::open(path, &outline).expect("open");
    let mut rows = Vec::new();
    let each = &mut |row: read::Row| {
        rows.push(row.cells().map(str::to_owned).collect::<Vec<_>>());
        true
    };
    source.rows(Kind::Elders.name(), each).expect("rows");
    assert_eq!(rows.len(), cells.len() + 1);
    assert!(rows[0].last().expect("heading") == "原因" && rows[1].last().expect("reason").contains("第 3 行 B3"));
    let phone = Kind::Elders.column("联系电话").expect("column");
    assert_eq!(rows[2][phone], "'=1+1", "no formula comes out");
    let path = folder.xlsx("mended.xlsx", |book| {
        let sheet = book.add_worksheet().set_name(Kind::Elders.name()).expect("name");
        for (number, row) in (0..).zip(&rows) {
            for (column, text) in row.iter().enumerate() {
                let mended = (number > 0).then(|| &cells[number as usize - 1]).filter(|(at, _)| *at == column);
                let text = mended.map_or(text, |(_, text)| text);
                sheet.write_string(number, column as u16, text).expect("cell");
            }
        }
    });
    std::fs::read(path).expect("bytes")
}

#[test]
fn files_that_are_none_are_refused_at_the_door() {
    let folder = Folder::new();
    let app = app(TestDb::new(EngineKind::Sqlite), &folder);
    let clerk = app.person("经办", CLERK, "320623");
    for (name, bytes, words) in [
        ("空.xlsx", b"".as_slice(), "文件是空的"),
        ("假.xlsx", b"not a workbook", "不是 Excel 工作簿"),
        ("旧.xls", b"\xd0\xcf\x11\xe0", "旧版 Excel"),
    ] {
        let answer = clerk.upload("/transfer/upload", &[("kind", "elders")], name, bytes);
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(words) && answer.text().contains(name), "{}", answer.text());
    }
    assert_eq!((files(&folder), count(&app.db, "transfer_batches")), (0, 0));
    // A table of something else gets as far as the dry run.
    let page = upload(&clerk, "收支.csv", "金额,日期\n1,2\n".as_bytes());
    work(&app);
    let shown = clerk.get(&page).page();
    assert!(shown.contains("没有找到老年人名册的标题行") && !shown.contains("确认导入"), "{shown}");
    assert!(clerk.post(&format!("{page}/discard"), &[]).goes_to().starts_with("/transfer"));
    assert_eq!(files(&folder), 0);
}

#[test]
fn columns_can_be_matched_by_hand() {
    let folder = Folder::new();
    let app = app(TestDb::new(EngineKind::Sqlite), &folder);
    let clerk = app.person("经办", CLERK, "320623");
    let mut rows = roster(2);
    rows[0][3] = "手提".into();
    let page = upload(&clerk, "名册.csv", text(&rows).as_bytes());
    work(&app);
    assert!(clerk.get(&page).page().contains("未使用的列：D列“手提”"));
    let phone = format!("c{}", Kind::Elders.column("联系电话").expect("column"));
    let answer = clerk.post(&format!("{page}/match"), &[("c0", "0"), ("c1", "1")]);
    assert!(answer.status == 422 && answer.text().contains("必需的列没有对应：区划代码"), "{}", answer.text());
    assert_eq!(
        clerk.post(&format!("{page}/match"), &[("c0", "0"), ("c1", "1"), ("c5", "2"), (&phone, "3")]).goes_to(),
        page
    );
    work(&app);
    assert!(clerk.post(&format!("{page}/apply"), &[]).goes_to().starts_with("/transfer"));
    work(&app);
    let phones = app.db.read(|tx| tx.count("select count(*) from elders where phone_tail is not null", &[]));
    assert_eq!(phones.expect("counted"), 2);
}

#[test]
fn templates_are_understood_by_the_importer_that_gave_them() {
    let folder = Folder::new();
    let app = app(TestDb::new(EngineKind::Sqlite), &folder);
    let clerk = app.person("经办", CLERK, "320623");
    for kind in Kind::ALL {
        let bytes = clerk.get(&format!("/transfer/templates/{}", kind.slug())).bytes;
        let page = clerk.upload("/transfer/upload", &[("kind", kind.slug())], "模板.xlsx", &bytes).goes_to();
        work(&app);
        let shown = clerk.get(&page).page();
        assert!(shown.contains("标题行下面没有任何数据行"), "{}: {shown}", kind.slug());
    }
    assert_eq!(clerk.get("/transfer/templates/x").status, 404);
}

#[test]
fn what_is_exported_says_what_is_on_file() {
    let folder = Folder::new();
    let app = app(TestDb::new(EngineKind::Sqlite), &folder);
    let headings: Vec<&str> = Kind::Elders.columns().iter().map(|c| c.heading).collect();
    let example: Vec<&str> = Kind::Elders.columns().iter().map(|c| c.example).collect();
    let mut full: Vec<String> = example.iter().map(|cell| (*cell).to_owned()).collect();
    full[0] = "李秀英".into();
    let rows = [headings.iter().map(|h| (*h).to_owned()).collect(), full];
    assert_eq!(elders(&app.db, &folder.csv("full.csv", &rows)), [1, 0, 0, 0]);
    let clerk = app.person("经办", CLERK, "320623");
    assert!(clerk.get("/transfer/export/elders").page().contains("1 位老年人"));
    assert_eq!(clerk.post("/transfer/export/elders", &[]).status, 422);
    let book = clerk.post("/transfer/export/elders", &[("purpose", "核对名单")]);
    assert_eq!(book.status, 200);
    let path = folder.write("out.xlsx", &book.bytes);
    assert_eq!(elders(&app.db, &path), [0, 0, 1, 0]);
    let audited = "select count(*) from audit where action = 'transfer.export' and detail like '%核对名单%'";
    assert_eq!(app.db.read(|tx| tx.count(audited, &[])).expect("counted"), 1);
    let neighbour = app.person("邻县", CLERK, "320681");
    assert!(neighbour.get("/transfer/export/elders").page().contains("0 位老年人"));
}

#[test]
fn files_nobody_imports_go_after_a_week() {
    let folder = Folder::new();
    let app = app(TestDb::new(EngineKind::Sqlite), &folder);
    let clerk = app.person("经办", CLERK, "320623");
    let page = upload(&clerk, "名册.csv", text(&roster(2)).as_bytes());
    work(&app);
    let uploads = Uploads::new(&folder.path("uploads")).expect("folder");
    let later = |days: i64, seconds: i64| {
        let now = by().now + TimeDelta::days(days) + TimeDelta::seconds(seconds);
        sweep(&app.db, &db::Actor { now, ..by() }, &uploads).expect("swept")
    };
    assert_eq!((later(7, 0), files(&folder)), (0, 1));
    assert_eq!((later(7, 1), files(&folder)), (1, 0));
    assert!(clerk.get(&page).page().contains("已作废"));
    assert_eq!(app.db.read(|tx| store::list(tx, &by(), 9, 0)).expect("list").len(), 1);
}
