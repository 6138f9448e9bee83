//! Entitlements in the store: granting, ending, and who sees them.

use super::model::{EndReason, Setting, Standing};
use super::store::{self, Filter, Granted};
use crate::ltci::testing::{County, actor, area, assess, code, day, dies, library};
use crate::ltci::visits;
use db::{Actor, Scope};
use registry::elders::facts;

db::on_both! {
    fn a_level_waits_is_granted_once_and_sets_the_fact(db: TestDb) {
        let county = County::new(&db);
        let (elder, assessment) = county.elder(&db, 1, 3);
        let by = actor("2026-11-01 09:00");
        assert_eq!(db.read(|tx| store::waiting(tx, &by)).expect("read"), 1);
        let grant = || db.write(|tx| store::grant(tx, &by, &library(), elder, assessment, Setting::Home));
        let id = grant().expect("granted");
        assert!(matches!(grant(), Err(web::Error::NotFound)), "not twice");
        let e = db.read(|tx| store::find(tx, &by, elder, id)).expect("there");
        assert_eq!((e.level, e.period.from, e.standing(by.today())), (3, day("2026-10-10"), Standing::Running));
        assert_eq!(library().replay(&e.decision), e.decision, "the stored decision can be replayed");
        let facts = db.read(|tx| facts::store::of(tx, elder)).expect("facts");
        assert!(facts.entitled_on(by.today()));
        assert!(db.read(|tx| store::pending(tx, &by, 10)).expect("read").is_empty());
        assert_eq!(db.read(|tx| store::count(tx, &by, Filter { without_plan: true })).expect("read"), 1);
    }

    fn granting_all_leaves_those_whom_the_rules_refuse(db: TestDb) {
        let county = County::new(&db);
        for (number, level) in [(1, 0), (2, 1), (3, 2), (4, 5)] {
            county.elder(&db, number, level);
        }
        let by = actor("2026-11-01 09:00");
        let count = db.write(|tx| store::grant_all(tx, &by, &library())).expect("granted");
        assert_eq!(count, Granted { granted: 2, refused: 2 });
        assert_eq!(db.read(|tx| store::pending(tx, &by, 10)).expect("read").len(), 2, "they stay on the list, with the clause");
        assert_eq!(db.read(|tx| store::waiting(tx, &by)).expect("read"), 0, "but no longer in the work");
    }

    fn a_neighbour_sees_nothing(db: TestDb) {
        let county = County::new(&db);
        let (elder, id, _) = county.planned(&db, 1, 1);
        let county_elsewhere = Scope { area: area("320612"), institution: None };
        let station_elsewhere = Scope { area: area("320623"), institution: Some(county.other) };
        for scope in [county_elsewhere, station_elsewhere] {
            let by = Actor { scope, ..actor("2026-11-01 09:00") };
            assert!(matches!(db.read(|tx| store::find(tx, &by, elder, id)), Err(db::Error::NotFound)));
            assert_eq!(db.read(|tx| store::count(tx, &by, Filter::default())).expect("read"), 0);
            assert!(db.write(|tx| store::end(tx, &by, elder, id, by.today(), EndReason::Waived)).is_err());
        }
        let own = Actor { scope: Scope { area: area("320623"), institution: Some(county.station) }, ..actor("2026-11-01 09:00") };
        assert!(db.read(|tx| store::find(tx, &own, elder, id)).is_ok(), "the station that serves sees it");
    }

    fn an_end_takes_plan_and_coming_visits_along(db: TestDb) {
        let county = County::new(&db);
        let (elder, id, plan) = county.planned(&db, 1, 2);
        assert_eq!(county.november(&db).len(), 9);
        let by = actor("2026-11-16 08:00");
        db.write(|tx| store::end(tx, &by, elder, id, by.today(), EndReason::Waived)).expect("ended");
        let filter = visits::store::Filter { source: Some(plan.uuid()), state: Some(visits::model::State::Cancelled), ..Default::default() };
        assert_eq!(db.read(|tx| visits::store::count(tx, &by, &filter)).expect("read"), 5);
        let facts = db.read(|tx| facts::store::of(tx, elder)).expect("facts");
        assert!(!facts.entitled_on(by.today()) && facts.entitled_on(day("2026-11-15")));
        assert!(matches!(db.write(|tx| store::end(tx, &by, elder, id, by.today(), EndReason::Waived)), Err(web::Error::Conflict(_))));
    }

    fn a_death_a_new_level_and_a_lost_level_end_it(db: TestDb) {
        let county = County::new(&db);
        let (dead, id, _) = county.planned(&db, 1, 1);
        let (better, second, _) = county.planned(&db, 2, 1);
        let (worse, third, _) = county.planned(&db, 3, 1);
        dies(&db, 1, "2026-11-10");
        assess(&db, better, 0, "2026-11-12", "2028-11-12");
        let again = assess(&db, worse, 5, "2026-11-12", "2028-11-12");
        let by = actor("2026-11-20 09:00");
        assert_eq!(db.write(|tx| store::sweep(tx, &by, &library())).expect("swept"), 2);
        assert_eq!(db.write(|tx| store::sweep(tx, &by, &library())).expect("swept"), 0, "a second run finds nothing");
        let ended = |elder, id| {
            let e = db.read(|tx| store::find(tx, &by, elder, id)).expect("there");
            (e.ended_on, e.end_reason)
        };
        assert_eq!(ended(dead, id), (Some(day("2026-11-11")), Some(EndReason::Death)));
        assert_eq!(ended(better, second), (Some(day("2026-11-20")), Some(EndReason::NotEligible)));
        let new = db.write(|tx| store::grant(tx, &by, &library(), worse, again, Setting::Home)).expect("granted");
        assert_eq!(ended(worse, third), (Some(day("2026-11-20")), Some(EndReason::NewLevel)));
        let new = db.read(|tx| store::find(tx, &by, worse, new)).expect("there");
        assert_eq!((new.level, new.period.from), (5, day("2026-11-20")), "no day is covered twice");
    }

    fn another_setting_is_decided_anew(db: TestDb) {
        let county = County::new(&db);
        let (elder, assessment) = county.elder(&db, 1, 4);
        let by = actor("2026-11-01 09:00");
        let id = db.write(|tx| store::grant(tx, &by, &library(), elder, assessment, Setting::Home)).expect("granted");
        db.write(|tx| store::end(tx, &by, elder, id, by.today(), EndReason::NewSetting)).expect("ended");
        let new = db.write(|tx| store::grant(tx, &by, &library(), elder, assessment, Setting::Institution)).expect("granted");
        let new = db.read(|tx| store::find(tx, &by, elder, new)).expect("there");
        assert_eq!((new.setting, new.period.from), (Setting::Institution, by.today()));
        assert_eq!(code(db.write(|tx| store::assign(tx, &by, elder, id, county.station))), "LTCI-26");
    }
}
