use super::*;
use crate::elders::merges::{OwnedTable, store as merges};
use crate::elders::{Fact, LinkKind, facts, links};
use kernel::MergeId;

const TABLES: &[OwnedTable] = &[OwnedTable::new("visits_of_test", "上门服务")];

fn tables() -> OwnedTables {
    OwnedTables(TABLES.to_vec())
}

/// Everything that belongs to an elder, for comparing before and after.
fn whole(db: &TestDb, id: ElderId) -> (Details, facts::Facts, Vec<links::Link>, i64) {
    let rest = db.read(|tx| {
        let visits = tx.count("select count(*) from visits_of_test where elder_id = $1", params![id])?;
        Ok::<_, db::Error>((facts::of(tx, id)?, links::of(tx, id)?, visits))
    });
    let (facts, links, visits) = rest.expect("read");
    (details(db, id), facts, links, visits)
}

struct Two {
    by: Actor,
    first: ElderId,
    second: ElderId,
}

fn visit(db: &TestDb, elder: ElderId, number: u8) {
    let row = vec![number; 16];
    db.write(|tx| tx.exec("insert into visits_of_test (elder_id, id) values ($1, $2)", params![elder, row]))
        .expect("visit");
}

fn two(db: &TestDb) -> Two {
    with_areas(db);
    let by = actor("320623");
    db.write(|tx| tx.exec("create table visits_of_test (elder_id bytea, id bytea)", &[])).expect("table");
    let mut first = elder("王建国", "1949-10-01", 1, VILLAGE);
    first.details.phone = Some("13800138000".into());
    let mut second = elder("王健国", "1949-10-01", 3, VILLAGE);
    second.details.phone = Some("13900139000".into());
    second.details.address = Some("3 组".into());
    let (first, second) = (save(db, &by, &first), save(db, &by, &second));
    db.write(|tx| {
        facts::set(tx, first, Fact::CheckupOn(Some(day("2026-03-01"))))?;
        facts::set(tx, second, Fact::LtciLevel { level: Some(3), until: None })?;
        links::open(tx, first, institution(1), LinkKind::Contract, day("2026-01-01"))?;
        links::open(tx, second, institution(2), LinkKind::Ltci, day("2026-02-01"))
    })
    .expect("facts");
    visit(db, first, 1);
    visit(db, second, 2);
    visit(db, second, 3);
    Two { by, first, second }
}

fn merge(db: &TestDb, t: &Two) -> MergeId {
    db.write(|tx| merges::merge(tx, &t.by, t.first, t.second, "同一人，号码录错", &tables())).expect("merged")
}

fn refused(result: Result<(), web::Error>) -> String {
    match result.expect_err("refused") {
        web::Error::Refused(reasons) => reasons.iter().map(|r| r.code.clone()).collect::<Vec<_>>().join(" "),
        other => panic!("{other}"),
    }
}

db::on_both! {
    fn merging_and_undoing_restores_both_exactly(db: TestDb) {
        let t = two(&db);
        let before = (whole(&db, t.first), whole(&db, t.second));
        let columns = crate::elders::Columns::new(&db).expect("built");
        let id = merge(&db, &t);
        let merged = whole(&db, t.first);
        assert_eq!((merged.0.name.as_str(), merged.0.phone.as_deref(), merged.0.address.as_deref()), ("王建国", Some("13800138000"), Some("3 组")));
        assert_eq!((merged.1.checkup_on, merged.1.ltci_level, merged.2.len(), merged.3), (Some(day("2026-03-01")), Some(3), 2, 3));
        let owner = |serial| db.read(|tx| store::by_citizen(tx, &t.by, &citizen("1949-10-01", serial))).expect("read");
        assert_eq!((owner(1), owner(3)), (Some(t.first), Some(t.first)));
        assert_eq!(db.read(|tx| store::primary(tx, t.second)).expect("read"), t.first);
        assert_eq!(db.read(|tx| store::count(tx, &t.by)).expect("read"), 1);
        assert_eq!(columns.verify(&db).expect("verified"), []);
        assert_eq!(columns.snapshot().count(), 1);
        db.write(|tx| merges::undo(tx, &t.by, t.first, id)).expect("undone");
        assert_eq!((whole(&db, t.first), whole(&db, t.second)), before);
        assert_eq!((owner(1), owner(3)), (Some(t.first), Some(t.second)));
        assert_eq!(columns.verify(&db).expect("verified"), []);
        assert_eq!(refused(db.write(|tx| merges::undo(tx, &t.by, t.first, id))), "ELDERS-13");
        merge(&db, &t);
    }

    fn an_import_of_the_second_number_finds_the_first_file(db: TestDb) {
        let t = two(&db);
        merge(&db, &t);
        let mut row = elder("王建国", "1949-10-01", 3, VILLAGE);
        row.details.contact_name = Some("王小明".into());
        assert_eq!(save(&db, &t.by, &row), t.first);
    }

    fn what_stands_against_it_refuses(db: TestDb) {
        let t = two(&db);
        let try_merge = |reason: &str| db.write(|tx| merges::merge(tx, &t.by, t.first, t.second, reason, &tables()).map(drop));
        assert!(try_merge(" ").expect_err("no reason").to_string().contains("合并理由"));
        let contract = Fact::Contract { from: Some(day("2026-01-01")), until: Some(day("2027-01-01")) };
        db.write(|tx| { facts::set(tx, t.first, contract)?; facts::set(tx, t.second, contract) }).expect("set");
        assert_eq!(refused(try_merge("同一人")), "ELDERS-03");
        let itself = db.write(|tx| merges::merge(tx, &t.by, t.first, t.first, "同一人", &tables()).map(drop));
        assert_eq!(refused(itself), "ELDERS-07");
        let neighbour = actor("320682");
        let theirs = db.write(|tx| merges::merge(tx, &neighbour, t.first, t.second, "同一人", &tables()));
        assert!(matches!(theirs, Err(web::Error::NotFound)));
    }

    fn what_was_done_since_is_kept_or_refuses(db: TestDb) {
        let t = two(&db);
        let id = merge(&db, &t);
        let undo = || db.write(|tx| merges::undo(tx, &t.by, t.first, id));
        visit(&db, t.first, 9);
        assert_eq!(refused(undo()), "ELDERS-15");
        db.write(|tx| tx.exec("delete from visits_of_test where id = $1", params![vec![9_u8; 16]])).expect("deleted");
        db.write(|tx| facts::set(tx, t.first, Fact::LtciLevel { level: Some(4), until: None })).expect("set");
        assert_eq!(refused(undo()), "ELDERS-11");
        db.write(|tx| {
            facts::set(tx, t.first, Fact::LtciLevel { level: Some(3), until: None })?;
            facts::set(tx, t.first, Fact::TcmOn(Some(day("2026-11-01"))))
        }).expect("set");
        undo().expect("undone");
        assert_eq!(whole(&db, t.first).1.tcm_on, Some(day("2026-11-01")));
    }

    fn merges_are_undone_from_the_last_to_the_first(db: TestDb) {
        let t = two(&db);
        let third = save(&db, &t.by, &elder("王建囯", "1949-10-01", 5, VILLAGE));
        let first = merge(&db, &t);
        let second = db.write(|tx| merges::merge(tx, &t.by, third, t.first, "同一人", &tables())).expect("merged");
        let owner = || db.read(|tx| store::by_citizen(tx, &t.by, &citizen("1949-10-01", 3))).expect("read");
        assert_eq!(owner(), Some(third));
        assert_eq!(db.read(|tx| store::primary(tx, t.second)).expect("read"), third);
        assert_eq!(refused(db.write(|tx| merges::undo(tx, &t.by, t.first, first))), "ELDERS-14");
        db.write(|tx| merges::undo(tx, &t.by, third, second)).expect("undone");
        assert_eq!(owner(), Some(t.first));
        db.write(|tx| merges::undo(tx, &t.by, t.first, first)).expect("undone");
        assert_eq!(owner(), Some(t.second));
    }
}
