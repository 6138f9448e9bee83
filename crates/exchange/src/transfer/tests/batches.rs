//! Batches on both engines: every outcome, the same file twice, stopping and going on, taking back.

use super::county::*;
use crate::transfer::jobs::{Incoming, import_file};
use crate::transfer::kinds::Kind;
use crate::transfer::model::{Options, Outcome, State};
use crate::transfer::run::{Stop, Work};
use crate::transfer::store;
use db::on_both;
use kernel::BatchId;
use std::cell::Cell;

fn reasons(db: &db::testing::TestDb, batch: BatchId) -> Vec<(i64, String, String)> {
    let rows = db.read(|tx| store::rows(tx, batch, Some(Outcome::Refused), 100, 0)).expect("rows");
    rows.into_iter().map(|row| (row.number, row.cell, row.reason)).collect()
}

fn undo(db: &db::testing::TestDb, batch: BatchId) -> Result<(), String> {
    let work = Work { db, clock: &Noon, tell: &|_, _| {}, stopping: &|| false, chunk: 7 };
    work.undo(&by(), batch).map(drop).map_err(|stop| stop.to_string())
}

on_both! {
    fn a_roster_goes_in_once_and_changes_nothing_the_second_time(db: TestDb) {
        let (folder, mut rows) = (Folder::new(), roster(20));
        found(&db);
        let path = folder.csv("elders.csv", &rows);
        assert_eq!(elders(&db, &path), [20, 0, 0, 0]);
        assert_eq!(elders(&db, &path), [0, 0, 20, 0]);
        rows[3][3] = "15499999999".into();
        rows[4][3] = String::new();
        let path = folder.csv("later.csv", &rows);
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!((report.counts.changed, report.counts.unchanged), (1, 19));
        let changed = db.read(|tx| store::rows(tx, report.batch, Some(Outcome::Changed), 9, 0)).expect("rows");
        assert_eq!((changed[0].number, changed[0].reason.as_str()), (4, "联系电话"));
        assert_eq!(count(&db, "elders"), 20);
    }

    fn each_mistake_has_its_cell_and_its_words(db: TestDb) {
        let folder = Folder::new();
        found(&db);
        let headings = ["姓名", "身份证号", "出生日期", "区划代码", "联系电话", "居住地址", "紧急联系人", "慢性病"];
        let good = |n: u32| vec!["李秀英".to_owned(), citizen(n), String::new(), VILLAGE.into(), String::new(), String::new(), String::new(), "高血压、糖尿病".into()];
        let mut rows = vec![headings.map(str::to_owned).to_vec()];
        let spoil = |n: u32, column: usize, text: &str| { let mut row = good(n); row[column] = text.into(); row };
        let wrong_check = { let mut id = citizen(2); let last = if id.ends_with('1') { '2' } else { '1' }; id.pop(); id.push(last); id };
        rows.push(spoil(1, 0, ""));
        rows.push(spoil(2, 1, &wrong_check));
        rows.push(spoil(3, 1, "320623450101001"));
        rows.push(spoil(4, 2, "1946-01-05"));
        rows.push(spoil(5, 3, "320623999999"));
        rows.push(spoil(6, 3, "福星镇"));
        rows.push(spoil(7, 4, "12345"));
        rows.push(spoil(8, 5, "=1+1"));
        rows.push(spoil(9, 6, "=HYPERLINK(1)"));
        rows.push(spoil(10, 7, "高血压、相思病"));
        let path = folder.csv("bad.csv", &rows);
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!((report.counts.created, report.counts.refused), (0, 10));
        let expected = [
            ("A2", "姓名：“姓名”为必填项"), ("B3", "校验码不符"), ("B4", "15 位旧身份证号"), ("C5", "出生日期：与身份证号不一致"),
            ("D6", "没有区划代码 320623999999"), ("D7", "不是行政区划代码"), ("E8", "联系电话：不是有效的电话号码"), ("F9", "含公式"),
            ("G10", "含公式"), ("H11", "“高血压、相思病”不在可选项中"),
        ];
        for ((number, cell, reason), (want_cell, want)) in reasons(&db, report.batch).iter().zip(expected) {
            assert_eq!(cell, want_cell, "{number} {reason}");
            assert!(reason.contains(want), "{cell} {reason}");
        }
        assert_eq!(count(&db, "elders"), 0);
    }

    fn a_careful_reader_understands_what_people_type(db: TestDb) {
        let folder = Folder::new();
        found(&db);
        let wide: String = citizen(0).chars().map(|c| char::from_u32(c as u32 + 0xfee0).expect("wide")).collect();
        let rows: Vec<Vec<String>> = vec![
            vec!["姓　名*".into(), "公民身份号码".into(), "出生日期（年月日）".into(), "村居代码".into(), "是否常住".into()],
            vec!["王 建 国".into(), wide, "1945年1月1日".into(), "320623901".into(), "√".into()],
            vec!["王建国".into(), citizen(1), "1945.1.2".into(), "320623".into(), "N".into()],
            vec!["王建国".into(), citizen(2), "19450103".into(), VILLAGE.into(), String::new()],
        ];
        assert_eq!(elders(&db, &folder.csv("typed.csv", &rows)), [3, 0, 0, 0]);
        let name = db.read(|tx| tx.query_one("select name from elders where born = '1945-01-01'", &[], |row| row.get::<String>(0)));
        assert_eq!(name.expect("name"), "王建国");
    }

    fn the_same_person_twice_in_a_file_is_pointed_out(db: TestDb) {
        let (folder, mut rows) = (Folder::new(), roster(3));
        found(&db);
        rows.push(rows[1].clone());
        rows.push(person(1, "王建"));
        let mut other = rows[3].clone();
        other[3] = "15412345678".into();
        rows.push(other);
        rows.push(person(0, "王 建国"));
        let path = folder.csv("twice.csv", &rows);
        let dry = import_file(&db, &Noon, &by(), Incoming::new(Kind::Elders, &path).dry(), &|_, _| {}).expect("dry");
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!(dry.counts, report.counts);
        assert_eq!((report.counts.created, report.counts.unchanged, report.counts.refused), (3, 2, 2));
        let reasons = reasons(&db, report.batch);
        assert!(reasons[0].2.contains("疑似重复：与第 3 行的身份证号相同，但姓名（名称）不同"), "{reasons:?}");
        assert!(reasons[1].2.contains("与第 4 行的身份证号相同，但内容不同"), "{reasons:?}");
        assert_eq!(reasons[0].1, "B6");
    }

    fn another_name_on_file_is_refused_unless_the_file_is_to_win(db: TestDb) {
        let folder = Folder::new();
        found(&db);
        assert_eq!(elders(&db, &folder.csv("one.csv", &roster(1))), [1, 0, 0, 0]);
        let rows = [roster(0).remove(0), person(0, "王国庆")];
        let path = folder.csv("two.csv", &rows);
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!(report.counts.refused, 1);
        assert_eq!(report.refused[0].1, "A2");
        assert!(!report.refused[0].2.contains("王建国"), "masked: {:?}", report.refused);
        let win = Incoming { options: Options { rename: true }, ..Incoming::new(Kind::Elders, &path) };
        let report = import_file(&db, &Noon, &by(), win, &|_, _| {}).expect("imported");
        assert_eq!(report.counts.changed, 1);
    }

    fn a_dry_run_writes_nothing(db: TestDb) {
        let (folder, rows) = (Folder::new(), roster(12));
        found(&db);
        let path = folder.csv("dry.csv", &rows);
        let report = import_file(&db, &Noon, &by(), Incoming::new(Kind::Elders, &path).dry(), &|_, _| {}).expect("dry");
        assert_eq!((report.counts.created, count(&db, "elders"), count(&db, "identities")), (12, 0, 0));
        assert_eq!(db.read(|tx| store::find(tx, &by(), report.batch)).expect("batch").state, State::Checked);
    }

    fn a_roster_of_another_region_is_said_so_at_the_top(db: TestDb) {
        let folder = Folder::new();
        found(&db);
        let path = folder.csv("elders.csv", &roster(6));
        let report = import(&db, &clerk("320681"), Kind::Elders, &path).expect("imported");
        assert_eq!((report.counts.created, report.counts.refused), (0, 6));
        assert_eq!(report.problem, "这份名册属于如东县，不在您的辖区内");
        assert!(report.refused[0].2.contains("不在您的辖区内"));
        let mut rows = roster(6);
        rows[6][2] = "320681".into();
        let report = import(&db, &clerk("320681"), Kind::Elders, &folder.csv("mixed.csv", &rows)).expect("imported");
        assert_eq!((report.counts.created, report.counts.refused, report.problem.as_str()), (1, 5, ""));
    }

    fn stopped_after_any_chunk_it_ends_the_same(db: TestDb) {
        let (folder, mut rows) = (Folder::new(), roster(30));
        found(&db);
        rows.push(rows[2].clone());
        rows.push(person(3, "王建"));
        rows[9][1] = "1".into();
        let path = folder.csv("elders.csv", &rows);
        // Every start writes one chunk and is stopped before the next.
        let left = Cell::new(0);
        let stop = || { left.set(left.get() - 1); left.get() <= 0 };
        let work = Work { db: &db, clock: &Noon, tell: &|_, _| {}, stopping: &stop, chunk: 4 };
        let id = start(&db, &path);
        let mut starts = 0;
        let counts = loop {
            left.set(1);
            starts += 1;
            match work.apply(&by(), id, &path) {
                Ok(counts) => break counts,
                Err(Stop::Leaving) => assert_eq!(count(&db, "transfer_rows"), i64::from((starts * 4).min(32))),
                Err(other) => panic!("{other}"),
            }
        };
        assert!(starts > 8, "{starts}");
        assert_eq!((counts.created, counts.changed, counts.unchanged, counts.refused), (29, 0, 1, 2));
        assert_eq!((count(&db, "elders"), count(&db, "transfer_rows")), (29, 32));
        assert_eq!(db.read(|tx| store::find(tx, &by(), id)).expect("batch").state, State::Applied);
    }

    fn the_command_line_takes_up_what_was_stopped(db: TestDb) {
        let (folder, rows) = (Folder::new(), roster(10));
        found(&db);
        let path = folder.csv("elders.csv", &rows);
        let id = start(&db, &path);
        let work = Work { db: &db, clock: &Noon, tell: &|_, _| {}, stopping: &|| true, chunk: 4 };
        assert!(matches!(work.apply(&by(), id, &path), Err(Stop::Leaving)));
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!((report.resumed, report.batch, report.counts.created), (true, id, 10));
        folder.write("elders.csv", "x");
        assert!(work.apply(&by(), id, &path).expect_err("changed").to_string().contains("被改动过"));
    }

    fn a_batch_is_taken_back_whole(db: TestDb) {
        let (folder, mut rows) = (Folder::new(), roster(10));
        found(&db);
        assert_eq!(elders(&db, &folder.csv("first.csv", &rows)), [10, 0, 0, 0]);
        for row in &mut rows[1..=4] {
            row[3] = "15499999999".into();
        }
        rows.extend((10..25).map(|n| person(n, "李秀英")));
        let path = folder.csv("second.csv", &rows);
        let report = import(&db, &by(), Kind::Elders, &path).expect("imported");
        assert_eq!((report.counts.created, report.counts.changed, report.counts.unchanged), (15, 4, 6));
        undo(&db, report.batch).expect("undone");
        assert_eq!((count(&db, "elders"), count(&db, "identities")), (10, 10));
        assert_eq!(elders(&db, &folder.csv("again.csv", &roster(10))), [0, 0, 10, 0]);
        assert!(undo(&db, report.batch).expect_err("once only").contains("已撤回"));
    }

    fn what_was_changed_since_keeps_a_batch_from_being_taken_back(db: TestDb) {
        let (folder, mut rows) = (Folder::new(), roster(5));
        found(&db);
        assert_eq!(elders(&db, &folder.csv("first.csv", &rows)), [5, 0, 0, 0]);
        rows[2][3] = "15411111111".into();
        let second = import(&db, &by(), Kind::Elders, &folder.csv("second.csv", &rows)).expect("imported");
        rows[2][3] = "15422222222".into();
        assert_eq!(elders(&db, &folder.csv("third.csv", &rows)), [0, 1, 4, 0]);
        let why = undo(&db, second.batch).expect_err("changed since");
        assert!(why.contains("第 3 行") && why.contains("联系电话"), "{why}");
        let batch = db.read(|tx| store::find(tx, &by(), second.batch)).expect("batch");
        assert_eq!((batch.state, batch.problem), (State::Applied, why));
    }

    fn all_lists_of_a_county_go_in_one_after_the_other(db: TestDb) {
        let folder = Folder::new();
        found(&db);
        let (home, hospital) = (credit("52320623MJ0000001"), credit("12320623MB0000001"));
        let lists: [(Kind, String, [i64; 4]); 6] = [
            (Kind::Areas, "区划代码,名称,上级代码,类型\n320623902,福泽镇,,镇\n320623902001,幸福村,320623902,村\n320681001,外地,,镇".into(), [3, 0, 0, 0]),
            (Kind::Institutions, format!("机构名称,统一社会信用代码,机构类型,所有制,区划代码,养老床位数\n安和养老院,{home},养老机构,民办,320623902,120\n安和医院,{hospital},医院,公办,320623902,\n坏机构,{home}x,医院,公办,320623902,120张"), [2, 0, 0, 1]),
            (Kind::Staff, format!("姓名,身份证号,所属机构信用代码,岗位\n李护理,{},{home},养老护理员\n无单位,{},{},护士", citizen(300), citizen(301), credit("52320623MJ0000009")), [1, 0, 0, 1]),
            (Kind::Elders, format!("姓名,身份证号,区划代码\n王建国,{},320623902001", citizen(0)), [1, 0, 0, 0]),
            (Kind::Checkups, format!("身份证号,体检日期,体检机构信用代码,已建健康档案,已健康指导,体检表完整,收缩压,舒张压,空腹血糖\n{0},2026-03-15,{hospital},是,是,是,132,78,5.6\n{0},2026-12-15,,是,是,是,,,\n{1},2026-03-15,,,,,,,", citizen(0), citizen(9)), [1, 0, 0, 2]),
            (Kind::Stays, format!("身份证号,医院信用代码,入院日期,出院日期,主要诊断\n{0},{hospital},2026-10-05,2026-10-12,肺炎\n{0},{hospital},2026-10-15,2026-10-12,肺炎", citizen(0)), [1, 0, 0, 1]),
        ];
        let mut batches = Vec::new();
        for (kind, text, expected) in lists {
            let path = folder.write(&format!("{}.csv", kind.slug()), encoding_rs::GB18030.encode(&text).0);
            let dry = import_file(&db, &Noon, &by(), Incoming::new(kind, &path).dry(), &|_, _| {}).expect("dry");
            let report = import(&db, &by(), kind, &path).expect("imported");
            let c = report.counts;
            assert_eq!([c.created, c.changed, c.unchanged, c.refused], expected, "{} {:?}", kind.slug(), report.refused);
            assert_eq!(dry.counts, c, "{}", kind.slug());
            let again = import(&db, &by(), kind, &path).expect("again").counts;
            assert_eq!((again.created, again.changed, again.unchanged), (0, 0, expected[0]), "{}", kind.slug());
            batches.push((kind, report.batch));
        }
        let why = undo(&db, batches[3].1).expect_err("check-ups depend on it");
        assert!(why.contains("不能撤回，没有改动任何数据"), "{why}");
        for (kind, batch) in batches.iter().rev() {
            undo(&db, *batch).unwrap_or_else(|e| panic!("{}: {e}", kind.slug()));
        }
        for table in ["elders", "institutions", "staff", "checkups", "stays"] {
            assert_eq!(count(&db, table), 0, "{table}");
        }
        assert_eq!(count(&db, "areas"), 6);
    }
}

/// A batch that is being written, as a killed program leaves it.
fn start(db: &db::testing::TestDb, path: &std::path::Path) -> BatchId {
    let report = import_file(db, &Noon, &by(), Incoming::new(Kind::Elders, path).dry(), &|_, _| {}).expect("dry");
    db.write(|tx| store::begin_apply(tx, &by(), report.batch)).expect("begun");
    report.batch
}
