use super::*;
use crate::elders::{Fact, LinkKind, Scheme, Status, columns, facts, links};
use crate::saved::{Refused, Saved};

fn refusal(result: crate::saved::Result<impl std::fmt::Debug>) -> String {
    match result.expect_err("refused") {
        Refused::Field { field, message } => format!("{field}：{message}"),
        Refused::Store(e) => panic!("{e}"),
    }
}

db::on_both! {
    fn a_row_creates_then_says_nothing_new_then_changes(db: TestDb) {
        with_areas(&db);
        let by = actor("320623");
        let mut new = elder("王建国", "1949-10-01", 1, VILLAGE);
        new.details.phone = Some("13800138000".into());
        new.details.chronic = Some(vec![]);
        let (id, saved) = db.write(|tx| store::save(tx, &by, &new)).expect("saved");
        assert_eq!(saved, Saved::Created);
        assert_eq!(db.write(|tx| store::save(tx, &by, &new)).expect("saved"), (id, Saved::Unchanged));
        let mut next = new.clone();
        next.details.phone = None;
        next.details.scheme = Some(Scheme::Resident);
        next.details.address = Some("江海社区 3 组 12 号".into());
        let (same, saved) = db.write(|tx| store::save(tx, &by, &next)).expect("saved");
        let Saved::Changed(changes) = saved else { panic!("{saved:?}") };
        assert_eq!((same, changes.iter().map(|c| c.label.as_str()).collect::<Vec<_>>()), (id, vec!["居住地址", "医保类型"]));
        let kept = details(&db, id);
        assert_eq!((kept.phone.as_deref(), kept.chronic), (Some("13800138000"), Some(vec![])));
        db.write(|tx| store::restore(tx, &by, id, &changes)).expect("restored");
        assert_eq!(details(&db, id).scheme, None);
    }

    fn what_is_personal_lies_sealed(db: TestDb) {
        with_areas(&db);
        let mut new = elder("王建国", "1949-10-01", 1, VILLAGE);
        new.details.phone = Some("13800138000".into());
        new.details.address = Some("江海社区 3 组 12 号".into());
        let id = save(&db, &actor("320623"), &new);
        let found = db.read(|tx| store::find(tx, &actor("320623"), id)).expect("found");
        let open = found.open(db.vault()).expect("opens");
        assert_eq!((open.citizen.as_str(), open.phone.as_deref()), (new.citizen.as_str(), Some("13800138000")));
        let masked = found.masked(db.vault()).expect("opens");
        assert_eq!(masked.citizen, new.citizen.masked());
        assert_eq!((masked.phone.as_deref(), masked.address.as_deref()), (Some("138****8000"), Some("江海社区 * 组 ** 号")));
        let sealed = db.read(|tx| tx.query_one("select citizen_sealed, phone_sealed from elders", &[], |row| {
            Ok((row.get::<Vec<u8>>(0)?, row.get::<Vec<u8>>(1)?))
        })).expect("read");
        assert!(!String::from_utf8_lossy(&sealed.0).contains("320623") && !String::from_utf8_lossy(&sealed.1).contains("138"));
    }

    fn a_row_that_contradicts_is_refused(db: TestDb) {
        with_areas(&db);
        let by = actor("320623");
        let good = elder("王建国", "1949-10-01", 1, VILLAGE);
        let id = save(&db, &by, &good);
        let refused = |change: &dyn Fn(&mut NewElder)| {
            let mut row = good.clone();
            change(&mut row);
            refusal(db.write(|tx| store::save(tx, &by, &row)))
        };
        assert!(refused(&|r| r.details.name = "李四".into()).contains("王*国"));
        assert!(refused(&|r| r.details.name = " ".into()).starts_with("姓名"));
        assert!(refused(&|r| r.details.name = "王3".into()).starts_with("姓名"));
        assert!(refused(&|r| r.details.born = day("1949-10-02")).starts_with("出生日期"));
        assert!(refused(&|r| r.details.phone = Some("1380".into())).starts_with("联系电话"));
        assert!(refused(&|r| r.details.status = Some(Status::Dead)).starts_with("死亡日期"));
        assert!(refused(&|r| r.details.died_on = Some(day("2026-11-01"))).starts_with("状态"));
        let dead = |on: &str| (Some(Status::Dead), Some(day(on)));
        assert!(refused(&|r| (r.details.status, r.details.died_on) = dead("2026-11-03")).contains("晚于今天"));
        assert!(refused(&|r| (r.details.status, r.details.died_on) = dead("1949-09-30")).contains("早于出生"));
        let mut row = good.clone();
        (row.details.status, row.details.died_on) = dead("2026-11-02");
        db.write(|tx| store::save(tx, &by, &row)).expect("today is a possible day");
        assert_eq!(db.read(|tx| store::died_on(tx, id)).expect("read"), Some(day("2026-11-02")));
        assert_eq!(db.read(|tx| store::deaths(tx, area("320623"))).expect("read"), [(id, day("2026-11-02"))]);
        let mut risen = good.clone();
        risen.details.status = Some(Status::Alive);
        assert!(refusal(db.write(|tx| store::save(tx, &by, &risen))).contains("2026-11-02"));
        risen.overrule = true;
        db.write(|tx| store::save(tx, &by, &risen)).expect("overruled");
        assert_eq!(db.read(|tx| store::died_on(tx, id)).expect("read"), None);
    }

    fn the_neighbour_sees_and_saves_nothing(db: TestDb) {
        with_areas(&db);
        let (here, there) = (actor("320623"), actor("320682"));
        let new = elder("王建国", "1949-10-01", 1, VILLAGE);
        assert!(refusal(db.write(|tx| store::save(tx, &there, &new))).contains("不在您的辖区内"));
        let id = save(&db, &here, &new);
        let mut moved = new.clone();
        moved.details.area = area(OTHER_COUNTY);
        assert!(refusal(db.write(|tx| store::save(tx, &there, &moved))).contains("其他辖区"));
        assert!(refusal(db.write(|tx| store::save(tx, &here, &moved))).contains("不在您的辖区内"));
        let mut nowhere = elder("李四", "1950-01-01", 1, "320623999999");
        assert!(refusal(db.write(|tx| store::save(tx, &here, &nowhere))).contains("不在区划表中"));
        nowhere.details.area = area("320623");
        save(&db, &here, &nowhere);
        assert!(db.read(|tx| store::find(tx, &there, id)).is_err());
        assert!(db.read(|tx| store::visible(tx, &there, id)).is_err());
        assert_eq!(db.read(|tx| store::by_citizen(tx, &there, &new.citizen)).expect("read"), None);
        assert_eq!(db.read(|tx| store::by_citizen(tx, &here, &new.citizen)).expect("read"), Some(id));
        assert_eq!(db.read(|tx| store::briefs(tx, &there, &[id])).expect("read"), []);
        assert_eq!(db.read(|tx| store::list(tx, &there, None, 10)).expect("read").len(), 0);
        assert_eq!(db.read(|tx| store::list(tx, &here, None, 10)).expect("read").len(), 2);
        assert_eq!(db.read(|tx| store::count(tx, &here)).expect("read"), 2);
        assert!(db.write(|tx| store::unmask(tx, &there, id, "好奇")).is_err());
    }

    fn an_institution_sees_whom_it_serves_while_it_does(db: TestDb) {
        with_areas(&db);
        let id = save(&db, &actor("320623"), &elder("王建国", "1949-10-01", 1, VILLAGE));
        let (ours, theirs) = (institution(1), institution(2));
        let sees = |to| db.read(|tx| store::find(tx, &confined("320623", to), id)).is_ok();
        assert!(!sees(ours));
        db.write(|tx| links::open(tx, id, ours, LinkKind::Ltci, day("2026-11-01"))).expect("opened");
        db.write(|tx| links::open(tx, id, ours, LinkKind::Ltci, day("2026-11-02"))).expect("once is enough");
        assert!(sees(ours) && !sees(theirs));
        assert_eq!(db.read(|tx| links::store::elders_of(tx, ours)).expect("read"), [id]);
        db.write(|tx| links::close(tx, id, ours, LinkKind::Ltci, day("2026-11-02"))).expect("closed");
        assert!(!sees(ours));
        assert_eq!(db.read(|tx| links::of(tx, id)).expect("read").len(), 1);
        let new = elder("李四", "1950-01-01", 1, VILLAGE);
        assert!(refusal(db.write(|tx| store::save(tx, &confined("320623", ours), &new))).contains("不能新建"));
    }

    fn facts_are_set_one_by_one_and_end_when_they_end(db: TestDb) {
        with_areas(&db);
        let id = save(&db, &actor("320623"), &elder("王建国", "1949-10-01", 1, VILLAGE));
        let until = Some(day("2026-12-01"));
        db.write(|tx| {
            facts::set(tx, id, Fact::LtciLevel { level: Some(3), until })?;
            facts::set(tx, id, Fact::Contract { from: Some(day("2026-11-02")), until })?;
            facts::set(tx, id, Fact::BenefitMonth(kernel::Month::parse("2026-11")))
        }).expect("set");
        let f = db.read(|tx| facts::of(tx, id)).expect("read");
        assert_eq!((f.ltci_on(day("2026-11-30")), f.ltci_on(day("2026-12-01"))), (Some(3), None));
        assert!(!f.contracted_on(day("2026-11-01")) && f.contracted_on(day("2026-11-02")) && !f.contracted_on(day("2026-12-01")));
        assert!(!f.entitled_on(day("2026-11-02")));
        db.write(|tx| facts::set(tx, id, Fact::LtciLevel { level: None, until: None })).expect("set");
        assert_eq!(db.read(|tx| facts::of(tx, id)).expect("read").ltci_on(day("2026-11-02")), None);
    }

    fn a_creation_is_taken_back_unless_something_hangs_on_it(db: TestDb) {
        with_areas(&db);
        let by = actor("320623");
        let new = elder("王建国", "1949-10-01", 1, VILLAGE);
        let id = save(&db, &by, &new);
        db.write(|tx| links::open(tx, id, institution(1), LinkKind::Contract, day("2026-11-01"))).expect("opened");
        assert!(refusal(db.write(|tx| store::remove(tx, &by, id))).contains("服务关系"));
        let second = save(&db, &by, &elder("李四", "1950-01-01", 1, VILLAGE));
        let row = "insert into elder_merges (elder_id, id, secondary_id, reason, snapshot_sealed, merged_at, merged_by)
                   values ($1, $1, $1, '', $1, 0, '')";
        db.write(|tx| tx.exec(row, params![second])).expect("row");
        assert!(refusal(db.write(|tx| store::remove(tx, &by, second))).contains("elder_merges"));
        db.write(|tx| tx.exec("delete from elder_merges", &[])).expect("row");
        db.write(|tx| store::remove(tx, &by, second)).expect("removed");
        assert!(db.read(|tx| store::find(tx, &by, second)).is_err());
        assert_eq!(db.write(|tx| store::save(tx, &by, &elder("李四", "1950-01-01", 1, VILLAGE))).expect("saved").1, Saved::Created);
    }

    fn the_columns_follow_every_change(db: TestDb) {
        with_areas(&db);
        let by = actor("320623");
        let first = save(&db, &by, &elder("王建国", "1949-10-01", 1, VILLAGE));
        let columns = columns::Columns::new(&db).expect("built");
        let second = save(&db, &by, &elder("李秀兰", "1950-01-01", 2, VILLAGE));
        db.write(|tx| facts::set(tx, first, Fact::LtciLevel { level: Some(4), until: None })).expect("set");
        columns.refresh(&db).expect("followed");
        {
            let s = columns.snapshot();
            let (a, b) = (s.row(first).expect("row"), s.row(second).expect("row"));
            assert_eq!((s.count(), s.ltci[a], s.ltci[b]), (2, 4, columns::record::NO_LEVEL));
            assert_eq!((s.names.name(b), s.born[b].date()), ("李秀兰", Some(day("1950-01-01"))));
        }
        let mut renamed = elder("李秀英", "1950-01-01", 2, VILLAGE);
        renamed.overrule = true;
        save(&db, &by, &renamed);
        columns.refresh(&db).expect("followed");
        db.write(|tx| tx.exec("delete from elder_facts", &[])).expect("behind the back");
        assert_eq!(columns.differences(&db).expect("compared"), [first]);
        db.write(|tx| store::touch(tx, first)).expect("touched");
        assert_eq!(columns.verify(&db).expect("verified"), []);
        db.write(|tx| store::remove(tx, &by, first)).expect("removed");
        columns.refresh(&db).expect("followed");
        // Apart: verifying may write, and must not wait for a reader in the same statement.
        let count = columns.snapshot().count();
        assert_eq!((count, columns.verify(&db).expect("verified")), (1, vec![]));
        db.write(|tx| columns::store::prune(tx, 0)).expect("pruned");
        save(&db, &by, &elder("赵六", "1951-01-01", 1, VILLAGE));
        assert_eq!(columns.verify(&db).expect("verified"), []);
    }
}
