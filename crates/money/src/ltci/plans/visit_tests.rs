//! Visits in the store: scheduling, check-in and check-out, late entry, reassignment.

use super::schedule_month;
use crate::ltci::testing::{County, actor, code, day, instant, key, library, month};
use crate::ltci::visits::model::{Place, State, Visit};
use crate::ltci::visits::store::{self, Filter, LateEntry};
use crate::ltci::visits::{check_in, check_out, enter_late};
use db::testing::TestDb;
use kernel::{ElderId, VisitId};

fn find(db: &TestDb, (elder, id): (ElderId, VisitId)) -> Visit {
    db.read(|tx| store::find(tx, &actor("2026-11-01 09:00"), elder, id)).expect("there")
}

fn entry(from: &str, to: &str, reason: &str) -> LateEntry {
    LateEntry { from: instant(from), to: instant(to), items: vec!["turning".into()], reason: reason.into() }
}

db::on_both! {
    fn a_month_is_scheduled_once_without_clashes_and_within_the_quota(db: TestDb) {
        let county = County::new(&db);
        county.planned(&db, 1, 3);
        county.planned(&db, 2, 3);
        let visits = county.november(&db);
        assert_eq!(visits.len(), 24, "three a week would be thirteen, but twelve is the limit");
        let again = db.write(|tx| schedule_month(tx, &actor("2026-11-01 06:00"), &library(), month("2026-11"))).expect("again");
        assert_eq!((again.plans, again.visits), (0, 0));
        assert!(visits.windows(2).all(|w| w[0].visit.planned_to <= w[1].visit.planned_from));
        let late = County { ..county }.planned(&db, 3, 1);
        let made = db.write(|tx| schedule_month(tx, &actor("2026-11-20 12:00"), &library(), month("2026-11"))).expect("more");
        assert_eq!((made.plans, made.visits), (1, 2), "nothing is planned in the past");
        let filter = Filter { source: Some(late.2.uuid()), ..Filter::default() };
        let rows = db.read(|tx| store::list(tx, &actor("2026-11-20 12:00"), &filter, 10, 0)).expect("listed");
        assert_eq!(rows[0].visit.day(), day("2026-11-23"));
    }

    fn check_in_and_out_by_the_carer_on_the_day(db: TestDb) {
        let county = County::new(&db);
        county.planned(&db, 1, 2);
        let visits = county.november(&db);
        let (elder, id) = key(&visits[0]);
        let place = Some(Place { lon: 121.18, lat: 32.31, accuracy: Some(12) });
        let enter = |at: &str, carer| db.write(|tx| check_in(tx, &actor(at), &library(), elder, id, carer, place));
        let leave = |at: &str, carer| db.write(|tx| check_out(tx, &actor(at), &library(), elder, id, carer, None));
        assert_eq!(code(enter("2026-11-02 09:05", None)), "VISITS-59");
        assert_eq!(code(enter("2026-11-02 09:05", Some(county.carers[1]))), "VISITS-58");
        assert_eq!(code(enter("2026-11-02 07:30", Some(county.carers[0]))), "VISITS-52");
        assert!(matches!(leave("2026-11-02 09:05", Some(county.carers[0])), Err(web::Error::Conflict(_))));
        enter("2026-11-02 09:05", Some(county.carers[0])).expect("in");
        let other = key(&visits[1]);
        let second = db.write(|tx| check_in(tx, &actor("2026-11-05 09:05"), &library(), other.0, other.1, Some(county.carers[0]), None));
        assert_eq!(code(second), "VISITS-60", "one visit is still open");
        leave("2026-11-02 10:20", Some(county.carers[0])).expect("out");
        let visit = find(&db, (elder, id));
        assert_eq!((visit.state, visit.minutes(), visit.in_place.map(|p| p.accuracy)), (State::Done, Some(75), Some(Some(12))));
        assert!(matches!(enter("2026-11-02 10:30", Some(county.carers[0])), Err(web::Error::Conflict(_))));
    }

    fn a_late_entry_needs_a_reason_and_the_days(db: TestDb) {
        let county = County::new(&db);
        county.planned(&db, 1, 2);
        let visits = county.november(&db);
        let (elder, id) = key(&visits[0]);
        let late = |at: &str, entry: LateEntry| db.write(|tx| enter_late(tx, &actor(at), &library(), elder, id, &entry));
        let good = || entry("2026-11-02 09:00", "2026-11-02 10:30", "手机没电");
        assert!(matches!(late("2026-11-02 12:00", LateEntry { reason: " ".into(), ..good() }), Err(web::Error::Invalid(_))));
        assert!(matches!(late("2026-11-02 12:00", LateEntry { items: vec![], ..good() }), Err(web::Error::Invalid(_))));
        assert_eq!(code(late("2026-11-06 00:00", good())), "VISITS-57");
        late("2026-11-05 23:59", good()).expect("in time");
        let visit = find(&db, (elder, id));
        assert_eq!((visit.state, visit.items.as_str(), visit.late_reason.as_deref()), (State::Done, "turning", Some("手机没电")));
        let amended = entry("2026-11-02 09:00", "2026-11-02 10:00", "时间写错");
        late("2026-11-05 23:59", amended).expect("amended");
        assert_eq!(find(&db, (elder, id)).minutes(), Some(60));
    }

    fn a_visit_is_called_off_before_and_missed_after(db: TestDb) {
        let county = County::new(&db);
        county.planned(&db, 1, 2);
        let visits = county.november(&db);
        let off = |row, at: &str| {
            let (elder, id) = key(row);
            db.write(|tx| store::call_off(tx, &actor(at), elder, id, "外出")).expect("called off");
            find(&db, (elder, id)).state
        };
        assert_eq!(off(&visits[0], "2026-11-02 08:00"), State::Cancelled);
        assert_eq!(off(&visits[1], "2026-11-05 18:00"), State::Missed);
    }

    fn a_visit_goes_to_somebody_who_may_and_is_free(db: TestDb) {
        let county = County::new(&db);
        county.planned(&db, 1, 2);
        let swapped = County { carers: [county.carers[1], county.carers[0]], ..county };
        swapped.planned(&db, 2, 2);
        let visits = swapped.november(&db);
        let give = |row, to| {
            let (elder, id) = key(row);
            db.write(|tx| store::reassign(tx, &actor("2026-11-01 10:00"), &library(), elder, id, to))
        };
        let [first, second] = [&visits[0], &visits[1]];
        assert_eq!(first.visit.planned_from, second.visit.planned_from, "both at nine, by different carers");
        assert_eq!(code(give(first, swapped.stranger)), "VISITS-63");
        assert_eq!(code(give(first, second.visit.carer)), "VISITS-62");
        give(first, swapped.nurse).expect("a nurse may do what a carer may");
        give(second, first.visit.carer).expect("free again");
        assert_eq!(find(&db, key(second)).carer, first.visit.carer);
    }
}
