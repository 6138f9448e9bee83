//! What happens to elders, told in the store of either engine.

use crate::episodes::model::{EventKind, GoalState, Place};
use crate::episodes::store::steps::{self, Joining, NewGoal};
use crate::episodes::{Effect, Ending, Thing, ends, follow, followed, jobs, store};
use crate::stays::{self, NewStay};
use crate::testing::{actor, day, dies, elder, institution, seed};
use crate::{assessments, contracts};
use db::testing::TestDb;
use db::{Actor, Follower, Tx};
use kernel::{ElderId, Happening, InstitutionId, What};
use registry::institutions::Kind;

/// A capability of somebody else: it has a home sickbed open and follows.
fn sickbeds(tx: &mut Tx<'_>, by: &Actor, h: &Happening) -> db::Result<()> {
    match ends(Thing::Sickbed, h.what) {
        Some(ending @ Ending { effect: Effect::Ends, .. }) if h.what == What::AdmittedToHospital => {
            followed(tx, by, h, (Thing::Sickbed, "掘港街道社区卫生服务中心", "/sickbeds/1"), &ending)?;
            tx.tell(by, &Happening { what: What::SickbedClosed, institution: None, ..*h })
        }
        _ => Ok(()),
    }
}

const FOLLOWERS: [Follower; 5] = [follow, assessments::follow, contracts::follow, stays::follow, sickbeds];

struct County {
    elder: ElderId,
    hospital: InstitutionId,
}

fn county(db: &TestDb) -> County {
    db.follow(FOLLOWERS.to_vec());
    seed(db);
    County { elder: elder(db, 2, "王桂英"), hospital: institution(db, 1, Kind::Hospital, "如东县人民医院") }
}

fn tell(db: &TestDb, elder: ElderId, what: What, on: &str, at: Option<InstitutionId>) {
    let happening = Happening { elder, what, on: day(on), institution: at };
    db.write(|tx| tx.tell(&actor(on, 1), &happening)).expect("told");
}

fn stay(c: &County, from: &str) -> NewStay {
    NewStay {
        elder: c.elder,
        institution: c.hospital,
        admitted_on: day(from),
        discharged_on: None,
        diagnosis: Some("脑梗死".into()),
    }
}

fn places(db: &TestDb, elder: ElderId) -> Vec<(Place, String, Option<String>)> {
    let all = db.read(|tx| store::spells(tx, elder, None)).expect("read");
    all.into_iter().map(|s| (s.place, s.from.to_string(), s.until.map(|d| d.to_string()))).collect()
}

fn titles(db: &TestDb, elder: ElderId) -> Vec<(EventKind, String)> {
    let all = db.read(|tx| store::events(tx, elder)).expect("read");
    all.into_iter().map(|e| (e.kind, format!("{} {}", e.title, e.code).trim().to_owned())).collect()
}

db::on_both! {
    fn an_admission_begins_the_episode_and_death_ends_everything(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-10-30", 1);
        let (id, _) = db.write(|tx| stays::store::save(tx, &by, &stay(&c, "2026-10-30"), "登记")).expect("saved");
        assert_eq!(places(&db, c.elder), [(Place::Ward, "2026-10-30".into(), None)]);
        let goal = NewGoal { text: "能自己下床".into(), measure: "连续三天".into(), due_on: None };
        db.write(|tx| steps::add_goal(tx, &by, c.elder, &goal)).expect("goal");
        let daughter = Joining { staff: None, name: "李芳".into(), role: "女儿".into() };
        db.write(|tx| steps::join(tx, &by, c.elder, &daughter)).expect("joined");
        dies(&db, 2, "王桂英", "2026-11-01");
        let episode = db.read(|tx| store::of_elder(tx, &by, c.elder)).expect("read").remove(0);
        assert_eq!((episode.closed_on, episode.why.as_str()), (Some(day("2026-11-01")), "去世"));
        assert_eq!(places(&db, c.elder), [(Place::Ward, "2026-10-30".into(), Some("2026-11-01".into()))]);
        let goals = db.read(|tx| store::goals(tx, c.elder)).expect("read");
        assert_eq!((goals[0].state, goals[0].reason.as_str()), (GoalState::GivenUp, "去世"));
        assert_eq!(db.read(|tx| store::team(tx, c.elder)).expect("read")[0].until, Some(day("2026-11-01")));
        // The stay ended with the elder, and said so on the thread that was closed by then.
        let facts = db.read(|tx| stays::store::find(tx, &by, c.elder, id)).expect("found").facts;
        assert_eq!(facts.discharged_on, Some(day("2026-11-01")));
        assert!(titles(&db, c.elder).contains(&(EventKind::Follow, "住院结束：如东县人民医院 EP-29".into())));
        // Nothing begins for the dead.
        tell(&db, c.elder, What::MovedIn, "2026-11-02", None);
        assert_eq!(db.read(|tx| store::of_elder(tx, &by, c.elder)).expect("read").len(), 1);
    }

    fn a_home_sickbed_closes_on_admission_and_says_so(db: TestDb) {
        let c = county(&db);
        tell(&db, c.elder, What::SickbedOpened, "2026-09-01", None);
        let by = actor("2026-10-01", 1);
        let (id, _) = db.write(|tx| stays::store::save(tx, &by, &stay(&c, "2026-10-01"), "登记")).expect("saved");
        let said = titles(&db, c.elder);
        assert!(said.contains(&(EventKind::Move, "家庭病床 → 住院（如东县人民医院）".into())), "{said:?}");
        assert!(said.contains(&(EventKind::Follow, "家庭病床结束：掘港街道社区卫生服务中心 EP-37".into())), "{said:?}");
        db.write(|tx| stays::store::discharge(tx, &actor("2026-10-09", 1), c.elder, id, day("2026-10-09"))).expect("left");
        let road: Vec<Place> = places(&db, c.elder).into_iter().map(|p| p.0).collect();
        assert_eq!(road, [Place::Sickbed, Place::Ward, Place::Home]);
    }

    fn a_stay_that_is_taken_back_takes_the_place_back(db: TestDb) {
        let c = county(&db);
        tell(&db, c.elder, What::ContractSigned, "2026-01-01", None);
        let by = actor("2026-10-01", 1);
        let (id, _) = db.write(|tx| stays::store::save(tx, &by, &stay(&c, "2026-10-01"), "导入")).expect("saved");
        assert_eq!(places(&db, c.elder).last().map(|p| p.0), Some(Place::Ward));
        db.write(|tx| stays::store::remove(tx, &by, c.elder, id)).expect("removed");
        assert_eq!(places(&db, c.elder).last().map(|p| p.0), Some(Place::Home));
    }

    fn a_stay_that_is_over_is_put_where_it_belongs_and_taken_out_again(db: TestDb) {
        let c = county(&db);
        let by = actor("2026-10-01", 1);
        let past = |from: &str, until: &str| NewStay { discharged_on: Some(day(until)), ..stay(&c, from) };
        let save = |new: &NewStay| db.write(|tx| stays::store::save(tx, &by, new, "导入")).expect("saved").0;
        // Known before the episode begins, and one before it: only what lies in it is part of it.
        save(&past("2025-12-01", "2025-12-09"));
        save(&past("2026-02-01", "2026-02-09"));
        tell(&db, c.elder, What::ContractSigned, "2026-01-01", None);
        let later = save(&past("2026-03-01", "2026-03-05"));
        let days = |n: usize| places(&db, c.elder)[n].clone();
        let of = |place, from: &str, until: Option<&str>| (place, from.to_owned(), until.map(str::to_owned));
        assert_eq!(days(0), of(Place::Home, "2026-01-01", Some("2026-02-01")));
        assert_eq!(days(1), of(Place::Ward, "2026-02-01", Some("2026-02-09")));
        assert_eq!(days(3), of(Place::Ward, "2026-03-01", Some("2026-03-05")));
        assert_eq!((days(4), places(&db, c.elder).len()), (of(Place::Home, "2026-03-05", None), 5));
        db.write(|tx| stays::store::remove(tx, &by, c.elder, later)).expect("removed");
        assert_eq!((days(2), places(&db, c.elder).len()), (of(Place::Home, "2026-02-09", None), 3));
        // On the first day of a spell nothing of it is left; on the day of leaving one does not stay.
        save(&past("2026-02-09", "2026-02-12"));
        assert_eq!(days(2), of(Place::Ward, "2026-02-09", Some("2026-02-12")));
        save(&past("2026-05-01", "2026-05-01"));
        assert_eq!((days(3), places(&db, c.elder).len()), (of(Place::Home, "2026-02-12", None), 4));
    }

    fn moving_away_closes_and_coming_back_begins_anew(db: TestDb) {
        let c = county(&db);
        tell(&db, c.elder, What::MovedIn, "2026-01-01", Some(c.hospital));
        tell(&db, c.elder, What::MovedAway, "2026-05-01", None);
        tell(&db, c.elder, What::DayCareBegun, "2026-08-01", None);
        let by = actor("2026-08-01", 1);
        let all = db.read(|tx| store::of_elder(tx, &by, c.elder)).expect("read");
        assert_eq!((all.len(), all[0].closed_on, all[1].why.as_str()), (2, None, "迁出"));
        let now = db.read(|tx| store::spells(tx, c.elder, Some(all[0].id))).expect("read");
        assert_eq!((now.len(), now[0].place), (1, Place::DayCare));
    }

    fn the_night_catches_up_and_closes_the_younger_of_two(db: TestDb) {
        seed(&db);
        let (one, hospital) = (elder(&db, 2, "王桂英"), institution(&db, 1, Kind::Hospital, "如东县人民医院"));
        let by = actor("2026-10-02", 1);
        let old = NewStay { elder: one, institution: hospital, admitted_on: day("2026-10-01"), discharged_on: None, diagnosis: None };
        db.write(|tx| stays::store::save(tx, &by, &old, "导入")).expect("saved");
        assert!(places(&db, one).is_empty());
        let night = Actor::system(by.now);
        let said = jobs::nightly(&db, &night).expect("night");
        assert!(said.contains("补记住院 1 人"), "{said}");
        assert_eq!(places(&db, one), [(Place::Ward, "2026-10-01".into(), None)]);
        assert!(jobs::nightly(&db, &night).expect("again").contains("补记住院 0 人，合并 0 个"));
        // Two files, each with an open episode, become one: as a merge re-points the rows.
        let other = elder(&db, 4, "王桂瑛");
        db.write(|tx| follow(tx, &by, &Happening { elder: other, what: What::MovedIn, on: day("2026-10-02"), institution: None })).expect("told");
        for table in ["episodes", "episode_places", "episode_events"] {
            let sql = format!("update {table} set elder_id = $1 where elder_id = $2");
            db.write(|tx| tx.exec(&sql, db::params![one, other])).expect("re-pointed");
        }
        let current = db.read(|tx| store::current(tx, one)).expect("read").expect("open");
        assert_eq!(current.opened_on, day("2026-10-01"));
        assert!(jobs::nightly(&db, &night).expect("third").contains("合并 1 个"));
        let all = db.read(|tx| store::of_elder(tx, &by, one)).expect("read");
        assert_eq!(all.iter().filter(|e| e.closed_on.is_none()).count(), 1);
        assert_eq!(places(&db, one).iter().filter(|p| p.2.is_none()).count(), 1);
    }
}
