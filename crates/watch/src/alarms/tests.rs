use super::jobs;
use super::model::{Key, Kind, Level, Outcome};
use super::store;
use crate::testing::{actor, at, directory, library, neighbour, watched};
use crate::vitals::{Intake, Vital};
use chrono::TimeDelta;
use kernel::Clock;
use web::testing::TestApp;

fn one(kind: &str, level: &str, state: &str, repeats: i64) -> Vec<(String, String, String, i64)> {
    vec![(kind.into(), level.into(), state.into(), repeats)]
}

fn key(db: &db::testing::TestDb) -> Key {
    let all = db.read(|tx| store::open(tx, &actor(at("2026-11-02 10:00")), 10)).expect("alarms");
    all.first().expect("an alarm").1.key
}

db::on_both! {
    fn it_takes_two_readings_beyond_the_bound_and_they_make_one_alarm(db: TestDb) {
        let mut w = watched(&db);
        for (value, expected) in [
            (159, vec![]),
            (160, vec![]),
            (159, vec![]),
            (160, vec![]),
            (160, one("pressure", "warning", "open", 0)),
            (170, one("pressure", "warning", "open", 1)),
            (180, one("pressure", "warning", "open", 2)),
            (179, one("pressure", "warning", "open", 3)),
            (180, one("pressure", "warning", "open", 4)),
            (181, one("pressure", "danger", "open", 5)),
        ] {
            w.measure(Vital::Sbp, value);
            assert_eq!(w.open(&db), expected, "{value}");
        }
    }

    fn a_run_survives_a_restart_and_needs_its_minutes(db: TestDb) {
        let mut w = watched(&db);
        for _ in 0..4 {
            w.measure(Vital::Pulse, 101);
        }
        assert_eq!(w.open(&db), vec![]);
        w.engine = crate::vitals::Engine::new((*db).clone(), w.clock.clone(), library(), w.live.clone(), w.heard.clone());
        w.measure(Vital::Pulse, 101);
        assert_eq!(w.open(&db), vec![]);
        w.measure(Vital::Pulse, 101);
        assert_eq!(w.open(&db), one("pulse", "warning", "open", 0));
    }

    fn what_came_in_late_does_not_undo_what_is_newer_but_a_call_for_help_is_one(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Glucose, 60);
        w.measured(Vital::Glucose, 300, at("2026-11-02 08:00"));
        assert_eq!(w.open(&db), vec![]);
        w.measured(Vital::Sos, 1, at("2026-11-01 09:00"));
        assert_eq!(w.open(&db), vec![]);
        w.measured(Vital::Sos, 1, at("2026-11-02 08:00"));
        w.measured(Vital::Sos, 1, at("2026-11-02 08:00"));
        assert_eq!(w.open(&db), one("sos", "danger", "open", 0));
        w.measured(Vital::Sos, 1, at("2026-11-02 07:00"));
        assert_eq!(w.open(&db), one("sos", "danger", "open", 1));
    }

    fn a_persons_own_limits_stand_in_place_of_the_table(db: TestDb) {
        let mut w = watched(&db);
        db.write(|tx| tx.exec(
            "insert into vital_limits (elder_id, id, kind, high, danger_high, why, set_at, set_by, set_id, ended_by) \
             values ($1, $2, 7, 150, 200, '餐后', 1, '周医生', $2, '')",
            db::params![w.elder, kernel::LimitId::new(at("2026-11-02 08:00"), tx.chance())])).expect("set");
        w.measure(Vital::Glucose, 150);
        assert_eq!(w.open(&db), vec![]);
        w.measure(Vital::Glucose, 151);
        assert_eq!(w.open(&db), one("glucose", "warning", "open", 0));
        let alarm = db.read(|tx| store::find(tx, &w.by(), key(&db))).expect("alarm");
        assert_eq!(alarm.message, "血糖 15.1 mmol/L，高于本人的预警值 15.0");
    }

    fn five_signs_together_make_a_score(db: TestDb) {
        let mut w = watched(&db);
        for (vital, value) in [(Vital::Respiration, 21), (Vital::Spo2, 95), (Vital::Sbp, 100), (Vital::Pulse, 100)] {
            w.measure(vital, value);
        }
        assert_eq!(w.open(&db), vec![]);
        w.measure(Vital::Temperature, 380);
        // 2 + 1 + 2 + 1 + 0.
        assert_eq!(w.open(&db), one("news2", "warning", "open", 0));
        w.measure(Vital::Temperature, 391);
        assert_eq!(w.open(&db)[0], one("news2", "danger", "open", 1)[0]);
    }

    fn who_leaves_the_safe_area_is_looked_for(db: TestDb) {
        let mut w = watched(&db);
        db.write(|tx| tx.exec("insert into safe_areas values ($1, 32311000, 121185000, 500, '家', '', 1)",
            db::params![w.elder])).expect("set");
        let mut go = |latitude, longitude| {
            w.measure(Vital::Latitude, latitude);
            let now = w.clock.now();
            w.measured(Vital::Longitude, longitude, now);
            w.open(&db)
        };
        assert_eq!(go(32_311_000, 121_190_000), vec![]);
        assert_eq!(go(32_311_000, 121_190_500), one("left_area", "danger", "open", 0));
    }

    fn nobody_answers_and_it_goes_up_the_ladder_until_somebody_does(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Sos, 1);
        let climb = |w: &crate::testing::Watched, seconds| {
            w.clock.advance(TimeDelta::seconds(seconds));
            jobs::climb(&db, &w.by(), &library(), &w.live).expect("climbed")
        };
        assert!(!climb(&w, 59));
        assert!(climb(&w, 1));
        assert!(!climb(&w, 0));
        assert!(climb(&w, 120));
        assert!(climb(&w, 120));
        w.clock.advance(TimeDelta::seconds(1));
        db.write(|tx| store::acknowledge(tx, &w.by(), &library(), key(&db))).expect("taken");
        let second = db.write(|tx| store::acknowledge(tx, &w.by(), &library(), key(&db))).expect_err("taken already");
        assert_eq!(second.text(), "AL-01 值班员已经接手这个报警");
        assert!(climb(&w, 120));
        let events = db.read(|tx| store::events(tx, key(&db))).expect("events");
        let all: Vec<&str> = events.iter().map(|e| e.event.as_str()).collect();
        assert_eq!(all, ["raise", "escalate", "escalate", "remind", "acknowledge", "remind"]);
    }

    fn it_ends_when_a_person_says_how_and_the_run_begins_anew(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Temperature, 391);
        w.measure(Vital::Temperature, 391);
        let key = key(&db);
        let close = |w: &crate::testing::Watched, outcome, note: &str| {
            db.write(|tx| store::close(tx, &w.by(), key, outcome, note)).map_err(|e| e.text())
        };
        assert_eq!(close(&w, Outcome::Handled, " "), Err("AL-04 危急报警结束时请写明怎样处置".into()));
        assert_eq!(close(&w, Outcome::Recovered, ""), Err("AL-03 请选择处置结果".into()));
        assert_eq!(close(&w, Outcome::Drill, ""), Err("AL-05 演练的报警以“演练”结束，真实的报警不能".into()));
        close(&w, Outcome::FalseMeasure, "").expect("closed");
        assert_eq!(close(&w, Outcome::FalseMeasure, ""), Err("AL-02 这个报警已经结束".into()));
        w.engine.forget(&[w.elder].into());
        w.measure(Vital::Temperature, 391);
        assert_eq!(w.open(&db), vec![]);
        w.measure(Vital::Temperature, 391);
        assert_eq!(w.open(&db), one("temperature", "danger", "open", 0));
        let rules = db.read(|tx| store::rules(tx, &w.by(), at("2026-11-01 00:00"))).expect("rules");
        assert_eq!(rules, [("temperature.danger".to_owned(), 1, 1)]);
    }

    fn a_silent_device_is_noticed_once_and_its_alarm_ends_when_it_is_heard(db: TestDb) {
        let w = watched(&db);
        let directory = directory(&db);
        w.heard.note(w.device, w.clock.now());
        let look = || jobs::look_round(&db, &w.by(), &library(), (&directory, &w.heard, &w.live)).expect("looked");
        w.clock.advance(TimeDelta::minutes(120));
        look();
        assert_eq!(w.open(&db), vec![]);
        w.clock.advance(TimeDelta::minutes(1));
        look();
        look();
        assert_eq!(w.open(&db), one("device_silent", "notice", "open", 0));
        w.heard.note(w.device, w.clock.now());
        look();
        assert_eq!(w.open(&db), vec![]);
    }

    fn who_has_not_moved_by_day_is_looked_after(db: TestDb) {
        let mut w = watched(&db);
        let directory = directory(&db);
        w.measure(Vital::Motion, 1);
        w.clock.advance(TimeDelta::minutes(360));
        let look = |w: &crate::testing::Watched| {
            w.heard.note(w.device, w.clock.now());
            jobs::look_round(&db, &w.by(), &library(), (&directory, &w.heard, &w.live)).expect("looked");
            w.open(&db)
        };
        assert_eq!(look(&w), vec![]);
        w.clock.advance(TimeDelta::minutes(1));
        assert_eq!(look(&w), one("no_activity", "warning", "open", 0));
    }

    fn pages_show_an_alarm_and_take_its_steps_and_the_neighbour_sees_nothing(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Sos, 1);
        let key = key(&db);
        let app = TestApp::new(db, (*library()).clone(), crate::alarms::routes(), |builder| builder);
        app.clock.set(w.clock.now());
        let county = app.person("值班员", &["alarms.*"], "320623");
        assert!(county.get("/alarms").page().contains("王桂英"));
        assert!(county.get(&key.href()).page().contains("按下呼救键"));
        assert_eq!(county.post(&format!("{}/acknowledge", key.href()), &[]).goes_to(), key.href());
        let handled = [("outcome", "handled"), ("note", "已上门，平安")];
        assert_eq!(county.post(&format!("{}/close", key.href()), &handled).goes_to(), key.href());
        assert!(county.get("/alarms?closed=1").page().contains("已处置"));
        assert!(county.get("/alarms/rules").page().contains("主动呼救"));
        let other = app.person("邻县", &["alarms.*"], "320612");
        assert!(!other.get("/alarms?closed=1").page().contains("王桂英"));
        assert_eq!(other.get(&key.href()).status, 404);
        assert_eq!(other.post(&format!("{}/close", key.href()), &[("outcome", "handled")]).status, 404);
        let refused = app.db.read(|tx| store::find(tx, &neighbour(w.clock.now()), key)).expect_err("not in sight");
        assert!(matches!(refused, db::Error::NotFound));
    }

    fn a_drill_gives_way_to_what_is_real(db: TestDb) {
        let mut w = watched(&db);
        let raised = db.write(|tx| {
            store::raise_by_hand(tx, &w.by(), &library(), (w.elder, Kind::Sos), ("演练", true))
        });
        let drill = raised.expect("raised");
        w.measure(Vital::Sos, 1);
        let all = db.read(|tx| store::open(tx, &w.by(), 10)).expect("alarms");
        assert_eq!(all.iter().map(|(_, a)| (a.kind, a.drill)).collect::<Vec<_>>(), [(Kind::Sos, false)]);
        let drill = db.read(|tx| store::find(tx, &w.by(), drill)).expect("drill");
        assert_eq!(drill.outcome, Some(Outcome::Drill));
    }

    fn what_becomes_graver_after_somebody_took_it_waits_for_somebody_again(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Sbp, 170);
        w.measure(Vital::Sbp, 170);
        db.write(|tx| store::acknowledge(tx, &w.by(), &library(), key(&db))).expect("taken");
        w.measure(Vital::Sbp, 181);
        w.measure(Vital::Sbp, 181);
        let alarm = db.read(|tx| store::find(tx, &w.by(), key(&db))).expect("alarm");
        assert_eq!((alarm.level, alarm.state.code(), alarm.acknowledged_at), (Level::Danger, "open", None));
        assert!(alarm.acknowledged_by.is_empty() && alarm.acknowledged_id.is_none());
        db.write(|tx| store::acknowledge(tx, &w.by(), &library(), key(&db))).expect("taken again");
    }

    fn who_took_it_is_reminded_as_on_the_last_step(db: TestDb) {
        let mut w = watched(&db);
        w.measure(Vital::Sos, 1);
        db.write(|tx| store::acknowledge(tx, &w.by(), &library(), key(&db))).expect("taken");
        let climb = |w: &crate::testing::Watched, seconds| {
            w.clock.advance(TimeDelta::seconds(seconds));
            jobs::climb(&db, &w.by(), &library(), &w.live).expect("climbed")
        };
        assert_eq!([119, 1, 119, 1].map(|seconds| climb(&w, seconds)), [false, true, false, true]);
        let events = db.read(|tx| store::events(tx, key(&db))).expect("events");
        assert_eq!(events.last().map(|e| (e.event.as_str(), e.note.as_str())), Some(("remind", "值班主管")));
    }

    fn another_devices_full_battery_ends_nothing(db: TestDb) {
        let mut w = watched(&db);
        let own = w.device;
        let other = crate::testing::device(&db, "W-2", w.elder, at("2026-10-01 09:00"));
        w.measure(Vital::Battery, 19);
        w.device = other;
        w.measure(Vital::Battery, 90);
        assert_eq!(w.open(&db), one("battery_low", "notice", "open", 0));
        w.device = own;
        w.measure(Vital::Battery, 20);
        assert_eq!(w.open(&db), vec![]);
    }

    fn silence_that_a_person_has_answered_is_not_asked_again(db: TestDb) {
        let w = watched(&db);
        let directory = directory(&db);
        w.heard.note(w.device, w.clock.now());
        w.clock.advance(TimeDelta::minutes(121));
        let look = || jobs::look_round(&db, &w.by(), &library(), (&directory, &w.heard, &w.live)).expect("looked");
        look();
        db.write(|tx| store::close(tx, &w.by(), key(&db), Outcome::Handled, "去探亲，已联系")).expect("closed");
        look();
        assert_eq!(w.open(&db), vec![]);
        w.heard.note(w.device, w.clock.now());
        w.clock.advance(TimeDelta::minutes(121));
        look();
        assert_eq!(w.open(&db), one("device_silent", "notice", "open", 0));
    }

    fn a_drill_is_raised_by_hand_and_only_one_at_a_time(db: TestDb) {
        let w = watched(&db);
        let by_hand = |drill| {
            db.write(|tx| store::raise_by_hand(tx, &w.by(), &library(), (w.elder, Kind::Fall), ("电话", drill)))
        };
        let key = by_hand(true).expect("raised");
        assert!(by_hand(false).is_err());
        assert_eq!(w.open(&db), one("fall", Level::Danger.code(), "open", 0));
        db.write(|tx| store::close(tx, &w.by(), key, Outcome::Drill, "")).expect("closed");
    }
}

#[test]
fn the_way_in_is_cheap_to_hand_on() {
    const fn sendable<T: Send + Sync + Clone>() {}
    sendable::<Intake>();
}
