use super::entitlements::model::EndReason;
use super::testing::{County, actor, day, dies, library, month};
use super::{entitlements, following, plans, visits};
use care::episodes::{self, model::EventKind};
use care::stays::{self, NewStay};
use care::visits::model::{State, Visit};
use care::visits::store::Filter;
use chrono::{Datelike, Weekday};
use db::testing::TestDb;
use kernel::{ElderId, Happening, What};

fn visits_of(db: &TestDb, elder: ElderId) -> Vec<Visit> {
    let filter = Filter { days: Some((day("2026-11-01"), day("2026-11-30"))), ..Filter::default() };
    let all = db.read(|tx| visits::store::list(tx, &actor("2026-11-01 06:00"), &filter, 1000, 0)).expect("listed");
    all.into_iter().map(|row| row.visit).filter(|visit| visit.elder == elder).collect()
}

fn states(db: &TestDb, elder: ElderId, from: &str, until: &str) -> Vec<State> {
    let within = |v: &Visit| v.day() >= day(from) && v.day() < day(until);
    let mut states: Vec<State> = visits_of(db, elder).into_iter().filter(within).map(|v| v.state).collect();
    states.dedup();
    states
}

fn lines(db: &TestDb, elder: ElderId) -> Vec<String> {
    let all = db.read(|tx| episodes::store::events(tx, elder)).expect("read");
    all.into_iter().filter(|e| e.kind == EventKind::Follow).map(|e| format!("{} {}", e.title, e.code)).collect()
}

fn admitted(county: &County, elder: ElderId, on: &str) -> NewStay {
    NewStay { elder, institution: county.other, admitted_on: day(on), discharged_on: None, diagnosis: None }
}

db::on_both! {
    fn visits_rest_from_the_day_of_admission_and_go_on_from_the_day_of_leaving(db: TestDb) {
        db.follow(vec![episodes::follow, visits::follow, following::follow]);
        let county = County::new(&db);
        let (elder, _, _) = county.planned(&db, 1, 3);
        county.november(&db);
        let by = actor("2026-11-10 08:00");
        let (id, _) = db.write(|tx| stays::store::save(tx, &by, &admitted(&county, elder, "2026-11-09"), "登记")).expect("in");
        assert_eq!(states(&db, elder, "2026-11-01", "2026-11-09"), [State::Planned]);
        assert_eq!(states(&db, elder, "2026-11-09", "2026-12-01"), [State::Cancelled]);
        let notes: Vec<_> = visits_of(&db, elder).into_iter().filter_map(|v| v.note).collect();
        assert!(!notes.is_empty() && notes.iter().all(|note| note == "住院期间不上门"), "{notes:?}");
        // Somebody else's plan takes the carer's Mondays meanwhile: those are not taken up again.
        county.planned(&db, 2, 1);
        db.write(|tx| plans::schedule_month(tx, &by, &library(), month("2026-11"))).expect("scheduled");
        let by = actor("2026-11-16 08:00");
        db.write(|tx| stays::store::discharge(tx, &by, elder, id, day("2026-11-16"))).expect("out");
        assert_eq!(states(&db, elder, "2026-11-09", "2026-11-16"), [State::Cancelled]);
        for visit in visits_of(&db, elder).iter().filter(|v| v.day() >= day("2026-11-16")) {
            let taken = visit.day().weekday() == Weekday::Mon;
            assert_eq!(visit.state, if taken { State::Cancelled } else { State::Planned }, "{}", visit.day());
        }
        let said = lines(&db, elder);
        assert!(said[0].starts_with("上门服务暂停：") && said[0].ends_with("EP-27"), "{said:?}");
        assert!(said[1].starts_with("上门服务恢复：") && said[1].ends_with("EP-28"), "{said:?}");
    }

    fn a_month_scheduled_during_a_stay_rests_too(db: TestDb) {
        db.follow(vec![episodes::follow, visits::follow, following::follow]);
        let county = County::new(&db);
        let (elder, _, _) = county.planned(&db, 1, 3);
        let by = actor("2026-11-01 06:00");
        db.write(|tx| stays::store::save(tx, &by, &admitted(&county, elder, "2026-11-01"), "登记")).expect("in");
        db.write(|tx| plans::schedule_month(tx, &by, &library(), month("2026-11"))).expect("scheduled");
        assert_eq!(states(&db, elder, "2026-11-01", "2026-12-01"), [State::Cancelled]);
    }

    fn death_ends_the_entitlement_with_plan_and_visits_at_once(db: TestDb) {
        db.follow(vec![episodes::follow, visits::follow, following::follow]);
        let county = County::new(&db);
        let (elder, id, plan) = county.planned(&db, 1, 3);
        county.november(&db);
        let open = |at: &str| db.read(|tx| following::open(tx, &actor(at), elder)).expect("read").len();
        db.write(|tx| tx.tell(&actor("2026-11-01 09:00"), &Happening { elder, what: What::ContractSigned, on: day("2026-11-01"), institution: None })).expect("told");
        assert_eq!(open("2026-11-05 09:00"), 1);
        dies(&db, 1, "2026-11-10");
        let by = actor("2026-11-30 10:00");
        let entitlement = db.read(|tx| entitlements::store::find(tx, &by, elder, id)).expect("found");
        assert_eq!((entitlement.ended_on, entitlement.end_reason), (Some(day("2026-11-11")), Some(EndReason::Death)));
        assert_eq!(db.read(|tx| plans::store::find(tx, &by, elder, plan)).expect("found").ended_on, Some(day("2026-11-11")));
        assert_eq!(states(&db, elder, "2026-11-11", "2026-12-01"), [State::Cancelled]);
        assert_eq!((open("2026-11-30 10:00"), lines(&db, elder)), (0, ["长护险待遇结束：3 级 EP-23", "上门服务结束：8 次 EP-25"].map(str::to_owned).to_vec()));
        // The night finds nothing left to do.
        assert_eq!(db.write(|tx| entitlements::store::sweep(tx, &by, &library())).expect("swept"), 0);
    }
}
