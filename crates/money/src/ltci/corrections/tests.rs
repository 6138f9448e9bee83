//! Corrections in the store: what is settled stays, the next month carries the difference.

use super::model::{Happened, NewCorrection, State};
use super::store;
use crate::ltci::settlement::store::{Filter, Settlement, Watch, lines};
use crate::ltci::settlement::{Step, settle_county};
use crate::ltci::testing::{County, actor, area, code, instant, key, library, month};
use crate::ltci::visits;
use db::testing::TestDb;
use kernel::Fen;
use web::Error;

fn settle(db: &TestDb, at: &str, of: &str) -> Settlement {
    let mut watch = Watch { tell: &mut |_, _| {}, stop: &|| false };
    let done = settle_county(db, &actor(at), &library(), area("320623"), month(of), Step::Settle, &mut watch);
    done.expect("settled")
}

fn settled_november(db: &TestDb) -> (County, Vec<visits::store::Listed>, Settlement) {
    let county = County::new(db);
    county.planned(db, 1, 1);
    let rows = county.november(db);
    rows.iter().for_each(|row| county.make(db, &row.visit, 90));
    let settled = settle(db, "2026-12-01 09:00", "2026-11");
    (county, rows, settled)
}

fn december(db: &TestDb) {
    let by = actor("2026-12-01 06:00");
    db.write(|tx| crate::ltci::plans::schedule_month(tx, &by, &library(), month("2026-12"))).expect("scheduled");
}

fn new(row: &visits::store::Listed, happened: Option<Happened>) -> NewCorrection {
    let (elder, visit) = key(row);
    NewCorrection { elder, visit, happened, reason: "时间录错".into() }
}

fn only_turning() -> Option<Happened> {
    let (from, to) = (instant("2026-11-02 09:00"), instant("2026-11-02 09:30"));
    Some(Happened { from, to, items: vec!["turning".into()] })
}

db::on_both! {
    fn the_next_month_takes_back_and_enters_anew(db: TestDb) {
        let (_, rows, november) = settled_november(&db);
        assert_eq!(november.totals.amounts.paid, Fen(5 * 8_100));
        december(&db);
        let by = actor("2026-12-10 09:00");
        let propose = |n: NewCorrection| db.write(|tx| store::propose(tx, &by, &n));
        let first = propose(new(&rows[0], only_turning())).expect("proposed");
        assert_eq!(code(propose(new(&rows[0], None))), "LTCI-71");
        propose(new(&rows[1], None)).expect("proposed");
        let third = propose(new(&rows[2], None)).expect("proposed");
        db.write(|tx| store::withdraw(tx, &by, rows[2].visit.elder, third)).expect("withdrawn");
        assert!(db.write(|tx| store::withdraw(tx, &by, rows[2].visit.elder, third)).is_err());
        let december = settle(&db, "2027-01-01 09:00", "2026-12");
        let all = db.read(|tx| lines(tx, &actor("2027-01-02 09:00"), december.id, Filter::default(), 100, 0)).expect("lines");
        let entries: Vec<_> = all.iter().filter(|l| l.correction.is_some()).map(|l| (l.kind.name(), l.amounts.paid.0)).collect();
        assert_eq!(entries, [("冲销", -8_100), ("更正", 2_700), ("冲销", -8_100)]);
        let still = db.read(|tx| crate::ltci::settlement::store::of_month(tx, area("320623"), month("2026-11")));
        assert_eq!(still.expect("read").expect("there"), november, "November stands as it was");
        let known = db.read(|tx| store::of_visit(tx, rows[0].visit.elder, rows[0].visit.id)).expect("read");
        assert_eq!((known[0].id, known[0].state, known[0].settled_in), (first, State::Settled, Some(december.id)));
    }

    fn a_corrected_line_can_be_corrected_again_and_a_withdrawn_one_not(db: TestDb) {
        let (_, rows, _) = settled_november(&db);
        december(&db);
        let by = actor("2026-12-10 09:00");
        db.write(|tx| store::propose(tx, &by, &new(&rows[0], only_turning()))).expect("proposed");
        db.write(|tx| store::propose(tx, &by, &new(&rows[1], None))).expect("proposed");
        settle(&db, "2027-01-01 09:00", "2026-12");
        let by = actor("2027-01-05 09:00");
        assert!(matches!(db.write(|tx| store::propose(tx, &by, &new(&rows[1], None))), Err(Error::Conflict(_))));
        db.write(|tx| store::propose(tx, &by, &new(&rows[0], None))).expect("again");
        db.write(|tx| crate::ltci::plans::schedule_month(tx, &actor("2027-01-05 06:00"), &library(), month("2027-01"))).expect("scheduled");
        let january = settle(&db, "2027-02-01 09:00", "2027-01");
        let all = db.read(|tx| lines(tx, &actor("2027-02-02 09:00"), january.id, Filter::default(), 100, 0)).expect("lines");
        let entries: Vec<_> = all.iter().filter(|l| l.correction.is_some()).map(|l| (l.kind.name(), l.amounts.paid.0)).collect();
        assert_eq!(entries, [("冲销", -2_700)], "only the line that stands is taken back");
    }

    fn faults_have_their_numbers(db: TestDb) {
        let (_, rows, _) = settled_november(&db);
        let by = actor("2026-12-10 09:00");
        let tried = |n: NewCorrection| code(db.write(|tx| store::propose(tx, &by, &n)));
        assert_eq!(tried(NewCorrection { reason: " ".into(), ..new(&rows[0], None) }), "LTCI-72");
        let happened = |from: &str, to: &str| Some(Happened { from: instant(from), to: instant(to), items: vec!["turning".into()] });
        assert_eq!(tried(new(&rows[0], happened("2026-11-02 10:00", "2026-11-02 10:00"))), "LTCI-54");
        assert_eq!(tried(new(&rows[0], happened("2026-11-03 10:00", "2026-11-03 11:00"))), "LTCI-56");
        december(&db);
        let filter = visits::store::Filter { days: Some((crate::ltci::testing::day("2026-12-01"), crate::ltci::testing::day("2026-12-31"))), ..Default::default() };
        let open = db.read(|tx| visits::store::list(tx, &by, &filter, 1, 0)).expect("listed");
        assert!(matches!(db.write(|tx| store::propose(tx, &by, &new(&open[0], None))), Err(Error::Conflict(_))));
    }
}
