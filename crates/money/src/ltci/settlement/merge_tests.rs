//! What is settled stays as it was printed when two files of one person are merged, and when they are parted again.

use super::inputs;
use super::model::LineKind;
use super::store::{self, Filter, Settlement, Shown, Watch, verify};
use super::{Step, settle_county};
use crate::ltci::corrections::model::{Happened, NewCorrection};
use crate::ltci::corrections::store as corrections;
use crate::ltci::testing::{County, actor, area, blank, instant, library, month};
use crate::ltci::{routes, visits};
use db::testing::TestDb;
use db::{Actor, Scope, params};
use kernel::{ElderId, Fen, MergeId, Month, VisitId};
use registry::elders::OwnedTables;
use registry::elders::merges::store as merges;
use web::testing::TestApp;

/// An elder of whom November is settled, and a second file of the same person, in the county next door.
struct Two {
    first: ElderId,
    second: ElderId,
    visits: Vec<visits::model::Visit>,
    november: Settlement,
}

fn anywhere(at: &str) -> Actor {
    Actor { scope: Scope::ALL, ..actor(at) }
}

fn settle(db: &TestDb, at: &str, of: &str) -> Settlement {
    let mut watch = Watch { tell: &mut |_, _| {}, stop: &|| false };
    settle_county(db, &actor(at), &library(), area("320623"), month(of), Step::Settle, &mut watch).expect("settled")
}

fn two(db: &TestDb) -> Two {
    let county = County::new(db);
    let (second, _, _) = county.planned(db, 1, 1);
    let first = blank(db, 3, "320612");
    let visits: Vec<_> = county.november(db).into_iter().map(|row| row.visit).collect();
    visits.iter().for_each(|visit| county.make(db, visit, 90));
    let november = settle(db, "2026-12-01 09:00", "2026-11");
    Two { first, second, visits, november }
}

fn merge(db: &TestDb, t: &Two) -> MergeId {
    let tables = OwnedTables([care::OWNED, crate::OWNED].concat());
    let by = anywhere("2026-12-02 09:00");
    db.write(|tx| merges::merge(tx, &by, t.first, t.second, "同一人，号码录错", &tables)).expect("merged")
}

fn undo(db: &TestDb, t: &Two, id: MergeId) -> Result<(), web::Error> {
    db.write(|tx| merges::undo(tx, &anywhere("2027-01-02 09:00"), t.first, id))
}

fn december(db: &TestDb) {
    let by = actor("2026-12-01 10:00");
    db.write(|tx| crate::ltci::plans::schedule_month(tx, &by, &library(), month("2026-12"))).expect("scheduled");
}

fn lines(db: &TestDb, by: &Actor, s: &Settlement, elder: Option<ElderId>) -> Vec<Shown> {
    let filter = Filter { elder, ..Filter::default() };
    let found = db.read(|tx| store::lines(tx, by, s.id, filter, 100, 0)).expect("lines");
    assert_eq!(db.read(|tx| store::count_lines(tx, by, s.id, filter)).expect("count"), found.len() as i64);
    found
}

fn months(db: &TestDb, elder: ElderId) -> Vec<(Month, Fen)> {
    let all = db.read(|tx| store::of_elder(tx, elder, 10)).expect("read");
    all.into_iter().map(|(s, t)| (s.month, t.amounts.paid)).collect()
}

fn of_visit(db: &TestDb, elder: ElderId, visit: VisitId) -> Vec<(Month, LineKind, Fen)> {
    let all = db.read(|tx| store::of_visit(tx, elder, visit)).expect("read");
    assert!(all.iter().all(|(_, _, line)| line.elder == elder));
    all.into_iter().map(|(month, _, line)| (month, line.kind, line.amounts.paid)).collect()
}

/// Nothing settled differs from its fingerprint.
fn intact(db: &TestDb, months: usize) {
    let verdict = db.read(verify).expect("verified");
    assert_eq!((verdict.months, verdict.altered), (months, vec![]));
}

fn correct(db: &TestDb, at: &str, elder: ElderId, visit: VisitId) {
    let (from, to) = (instant("2026-11-02 09:00"), instant("2026-11-02 09:30"));
    let happened = Some(Happened { from, to, items: vec!["turning".into()] });
    let new = NewCorrection { elder, visit, happened, reason: "时间录错".into() };
    db.write(|tx| corrections::propose(tx, &anywhere(at), &new)).expect("proposed");
}

db::on_both! {
    fn a_merge_leaves_the_lines_and_everybody_finds_them(db: TestDb) {
        let t = two(&db);
        let seat = |code: &str| Actor { scope: Scope { area: area(code), institution: None }, ..actor("2026-12-02 09:00") };
        let visit = t.visits[0].id;
        assert!(lines(&db, &seat("320612"), &t.november, None).is_empty());
        let refused = "insert into ltci_refusals (elder_id, assessment_id, reasons, decision, decided_by, decided_at)
                       select elder_id, id, '', '', '', 0 from assessments";
        assert_eq!(db.write(|tx| tx.exec(refused, &[])).expect("written"), 1);
        let refusals = |elder| db.read(|tx| tx.count("select count(*) from ltci_refusals where elder_id = $1", params![elder])).expect("count");
        let id = merge(&db, &t);
        assert_eq!((refusals(t.first), refusals(t.second)), (1, 0));
        intact(&db, 1);
        let under = "select count(*) from ltci_lines where elder_id = $1";
        assert_eq!(db.read(|tx| tx.count(under, params![t.second])).expect("count"), 5);
        for (code, elder) in [("320623", Some(t.first)), ("320623", Some(t.second)), ("320612", None), ("320612", Some(t.first))] {
            let seen = lines(&db, &seat(code), &t.november, elder);
            assert_eq!(seen.len(), 5, "the county that pays and the one where the merged file is see them");
            assert!(seen.iter().all(|line| line.elder == t.first && line.name == "合成老人丁"));
        }
        assert_eq!(months(&db, t.first), [(month("2026-11"), Fen(5 * 8_100))]);
        assert_eq!(of_visit(&db, t.first, visit), [(month("2026-11"), LineKind::Visit, Fen(8_100))]);
        assert!(db.read(|tx| corrections::correctable(tx, t.first, visit)).expect("read"));
        undo(&db, &t, id).expect("undone");
        assert_eq!((refusals(t.first), refusals(t.second)), (0, 1));
        intact(&db, 1);
        assert!(lines(&db, &seat("320612"), &t.november, None).is_empty());
        assert_eq!((months(&db, t.first), months(&db, t.second).len()), (vec![], 1));
        assert_eq!(of_visit(&db, t.second, visit).len(), 1);
        assert!(lines(&db, &seat("320623"), &t.november, None).iter().all(|line| line.elder == t.second));
        merge(&db, &t);
    }

    fn a_line_of_a_chain_of_merges_is_the_last_files(db: TestDb) {
        let t = two(&db);
        merge(&db, &t);
        let by = anywhere("2026-12-03 09:00");
        let last = blank(&db, 5, "320612");
        let tables = OwnedTables([care::OWNED, crate::OWNED].concat());
        db.write(|tx| merges::merge(tx, &by, last, t.first, "同一人", &tables)).expect("merged");
        for elder in [last, t.first, t.second] {
            let seen = lines(&db, &by, &t.november, Some(elder));
            assert!(seen.len() == 5 && seen.iter().all(|line| line.elder == last));
        }
        assert_eq!(months(&db, last).len(), 1);
        intact(&db, 1);
    }

    fn a_merged_elders_visit_is_corrected(db: TestDb) {
        let t = two(&db);
        let visit = t.visits[0].id;
        let id = merge(&db, &t);
        december(&db);
        correct(&db, "2026-12-10 09:00", t.first, visit);
        let inputs = db.read(|tx| {
            let mut watch = Watch { tell: &mut |_, _| {}, stop: &|| false };
            inputs::store::read(tx, &library(), area("320623"), month("2026-12"), t.november.rules, &mut watch)
        }).expect("read");
        assert_eq!(inputs.standing.len(), 5, "what was paid before is known");
        assert!(inputs.standing.iter().all(|s| inputs.elders[s.elder as usize].id == t.first));
        let december = settle(&db, "2027-01-01 09:00", "2026-12");
        let entries = of_visit(&db, t.first, visit);
        let (nov, dec) = (month("2026-11"), month("2026-12"));
        let expected = [(nov, LineKind::Visit, Fen(8_100)), (dec, LineKind::Counter, Fen(-8_100)), (dec, LineKind::Corrected, Fen(2_700))];
        assert_eq!(entries, expected);
        assert_eq!(lines(&db, &actor("2027-01-02 09:00"), &december, Some(t.first)).iter().filter(|l| l.correction.is_some()).count(), 2);
        assert_eq!(months(&db, t.first).len(), 2);
        intact(&db, 2);
        let refused = undo(&db, &t, id).expect_err("the correction was made since");
        assert!(refused.text().contains("合并之后"), "{}", refused.text());
        correct(&db, "2027-01-05 09:00", t.first, visit);
        settle(&db, "2027-02-01 09:00", "2027-01");
        assert_eq!(of_visit(&db, t.first, visit)[3], (month("2027-01"), LineKind::Counter, Fen(-2_700)));
        intact(&db, 3);
    }

    fn what_was_settled_while_merged_is_found_when_parted(db: TestDb) {
        let t = two(&db);
        december(&db);
        let by = anywhere("2026-12-01 11:00");
        let filter = visits::store::Filter { days: Some(("2026-12-01".parse().expect("day"), "2026-12-31".parse().expect("day"))), ..Default::default() };
        let planned = db.read(|tx| visits::store::list(tx, &by, &filter, 100, 0)).expect("listed");
        let id = merge(&db, &t);
        correct(&db, "2026-12-10 09:00", t.first, t.visits[0].id);
        let refused = undo(&db, &t, id).expect_err("a correction stays behind");
        assert!(refused.text().contains("结算更正"), "{}", refused.text());
        db.write(|tx| tx.exec("delete from ltci_corrections", &[])).expect("never was");
        let done = &planned[0].visit;
        let at = |minutes| done.planned_from + chrono::TimeDelta::minutes(minutes);
        let there = |now| Actor { now, ..by.clone() };
        db.write(|tx| visits::check_in(tx, &there(at(0)), &library(), t.first, done.id, Some(done.carer), None)).expect("in");
        db.write(|tx| visits::check_out(tx, &there(at(90)), &library(), t.first, done.id, Some(done.carer), None)).expect("out");
        let december = settle(&db, "2027-01-01 09:00", "2026-12");
        assert_eq!(lines(&db, &by, &december, None).iter().filter(|line| line.elder == t.first).count(), planned.len());
        undo(&db, &t, id).expect("undone");
        intact(&db, 2);
        assert_eq!((months(&db, t.first), months(&db, t.second).len()), (vec![], 2));
        let facts = |elder| db.read(|tx| registry::elders::facts::of(tx, elder)).expect("facts").benefit_month;
        assert_eq!((facts(t.first), facts(t.second)), (None, Some(month("2026-12"))));
        assert_eq!(of_visit(&db, t.second, done.id), [(month("2026-12"), LineKind::Visit, Fen(8_100))]);
        assert!(db.read(|tx| corrections::correctable(tx, t.second, done.id)).expect("read"));
        let new = NewCorrection { elder: t.second, visit: done.id, happened: None, reason: "未上门".into() };
        db.write(|tx| corrections::propose(tx, &anywhere("2027-01-05 09:00"), &new)).expect("proposed");
        settle(&db, "2027-02-01 09:00", "2027-01");
        assert_eq!(of_visit(&db, t.second, done.id)[1], (month("2027-01"), LineKind::Counter, Fen(-8_100)));
        intact(&db, 3);
    }

    fn an_old_address_of_a_visit_leads_to_where_it_is(db: TestDb) {
        let app = TestApp::new(db, (*library()).clone(), routes().merge(visits::routes()), |state| state);
        let t = two(&app.db);
        let office = app.person("经办", &["ltci.*", "visits.*", "elders.read"], "3206");
        let (old, new) = (format!("/visits/{}/{}", t.second, t.visits[0].id), format!("/visits/{}/{}", t.first, t.visits[0].id));
        assert_eq!(office.get(&old).status, 200);
        assert_eq!(office.get(&new).status, 404);
        let id = merge(&app.db, &t);
        assert_eq!(office.get(&old).goes_to(), new);
        assert_eq!(office.get(&new).status, 200);
        undo(&app.db, &t, id).expect("undone");
        assert_eq!(office.get(&new).goes_to(), old);
        assert_eq!(app.person("邻县", &["ltci.*", "visits.*", "elders.read"], "320612").get(&new).status, 404);
    }

    fn a_line_that_was_altered_is_named(db: TestDb) {
        let t = two(&db);
        december(&db);
        settle(&db, "2027-01-01 09:00", "2026-12");
        intact(&db, 2);
        let sql = "update ltci_lines set paid = paid + 1 where visit_id = $1";
        db.write(|tx| tx.exec_one(sql, params![t.visits[3].id])).expect("altered");
        let verdict = db.read(verify).expect("verified");
        assert_eq!((verdict.months, verdict.altered), (2, vec![(area("320623"), month("2026-11"))]));
        db.write(|tx| tx.exec_one("update ltci_lines set paid = paid - 1 where visit_id = $1", params![t.visits[3].id])).expect("put back");
        intact(&db, 2);
        db.write(|tx| tx.exec_one("delete from ltci_lines where visit_id = $1", params![t.visits[0].id])).expect("taken away");
        assert_eq!(db.read(verify).expect("verified").altered, [(area("320623"), month("2026-11"))]);
        db.write(|tx| tx.exec("update ltci_settlements set state = 'draft'", &[])).expect("tried out only");
        intact(&db, 0);
    }
}
