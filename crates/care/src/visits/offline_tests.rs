//! What telephones send: once, in order, with a wrong clock, from far away, for what changed meanwhile.

use super::model::{NewVisit, State};
use super::offline::{Answer, At, Event, LARGEST_FILE, Outcome, Vital, What};
use super::store::{self, reviews, sync};
use super::tests::{Home, actor, app, instant};
use crate::OWNED;
use crate::testing::{area, library};
use db::testing::TestDb;
use kernel::{ElderId, Instant, StaffId, VisitId};
use registry::elders::OwnedTables;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An event at an instant by a telephone whose clock is right.
fn event(home: &Home, visit: VisitId, number: u128, at: &str, what: What) -> Event {
    Event {
        id: Uuid::from_u128(number),
        elder: home.elder,
        visit,
        phone_at: instant(at).timestamp_millis(),
        offset: 0,
        offset_now: 0,
        place: None,
        what,
    }
}

fn send(db: &TestDb, staff: StaffId, received: &str, event: &Event) -> Answer {
    db.write(|tx| sync::accept(tx, &actor(received), &library(), Some(staff), event)).expect("an answer")
}

fn of(db: &TestDb, elder: ElderId, visit: VisitId) -> super::model::Visit {
    db.read(|tx| store::find(tx, &actor("2026-11-02 09:00"), elder, visit)).expect("there")
}

fn said(answer: &Answer) -> (Outcome, &str) {
    (answer.outcome, answer.message.split(' ').next().unwrap_or_default())
}

const PICTURE: &str = "data:image/png;base64,iVBORw0KGgo=";

db::on_both! {
    fn a_visit_made_without_a_signal_arrives_in_its_order_and_once(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let vitals = What::Vitals { values: BTreeMap::from([(Vital::Systolic, 150.0), (Vital::Diastolic, 92.0)]) };
        let events = [
            event(&home, id, 1, "2026-11-02 09:03", What::CheckIn),
            event(&home, id, 2, "2026-11-02 09:20", What::Items { items: vec!["wound_dressing".into(), "vital_signs".into()] }),
            event(&home, id, 3, "2026-11-02 09:25", vitals),
            event(&home, id, 4, "2026-11-02 09:30", What::Photo { data: PICTURE.into() }),
            event(&home, id, 5, "2026-11-02 09:50", What::Signature { data: PICTURE.into() }),
            event(&home, id, 6, "2026-11-02 09:55", What::CheckOut),
        ];
        for _ in 0..2 {
            for one in &events {
                assert_eq!(send(&db, home.nurse, "2026-11-02 12:30", one).outcome, Outcome::Done, "{one:?}");
            }
        }
        let visit = of(&db, home.elder, id);
        assert_eq!((visit.state, visit.in_at, visit.out_at), (State::Done, Some(instant("2026-11-02 09:03")), Some(instant("2026-11-02 09:55"))));
        assert_eq!(visit.items, "vital_signs,wound_dressing");
        let (kept, measured, files) = db.read(|tx| {
            Ok::<_, db::Error>((sync::events(tx, home.elder, id)?, sync::vitals(tx, home.elder, id)?, sync::pictures(tx, home.elder, id)?))
        }).expect("read");
        assert_eq!((kept.len(), measured.len(), files.len()), (6, 2, 2), "each once");
        assert_eq!(files[0].2, PICTURE);
        assert!(db.read(|tx| store::charges::of(tx, home.elder, id)).expect("read").is_some());
    }

    fn a_clock_that_is_wrong_is_put_right_and_one_that_was_changed_is_not_believed(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let hour = 3_600_000;
        let changed = Event { offset_now: -hour, ..event(&home, id, 1, "2026-11-02 09:03", What::CheckIn) };
        assert_eq!(said(&send(&db, home.nurse, "2026-11-02 12:00", &changed)), (Outcome::Refused, "VISITS-70"));
        assert_eq!(of(&db, home.elder, id).state, State::Planned);
        let ahead = event(&home, id, 2, "2026-11-02 12:03", What::CheckIn);
        assert_eq!(said(&send(&db, home.nurse, "2026-11-02 12:00", &ahead)), (Outcome::Refused, "VISITS-70"));
        let fast = Event { offset: -hour, offset_now: -hour, ..event(&home, id, 3, "2026-11-02 10:02", What::CheckIn) };
        let answer = send(&db, home.nurse, "2026-11-02 12:00", &fast);
        assert_eq!((answer.outcome, answer.message.contains("快 60 分钟")), (Outcome::Told, true), "{answer:?}");
        assert_eq!(of(&db, home.elder, id).in_at, Some(instant("2026-11-02 09:02")));
    }

    fn before_it_began_too_late_and_from_far_away_have_their_answers(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let enter = |number, at: &str, received: &str| send(&db, home.nurse, received, &event(&home, id, number, at, What::CheckIn));
        assert_eq!(said(&enter(1, "2026-11-02 07:59", "2026-11-02 08:00")), (Outcome::Refused, "VISITS-52"));
        let days = library().parameter("late_entry_days", area("320623"), "2026-11-02".parse().expect("day")).expect("set").value;
        let sent = |days: i64| kernel::time::show(instant("2026-11-02 20:00") + chrono::TimeDelta::days(days));
        assert_eq!(said(&enter(2, "2026-11-02 09:00", &sent(days + 1))), (Outcome::Refused, "VISITS-69"));
        db.write(|tx| tx.exec("update areas set lon = 121.0, lat = 32.0 where code = $1", db::params![area("320623")])).expect("placed");
        let far = Event { place: Some(At { lon: 121.0, lat: 32.27, accuracy: Some(20.0) }), ..event(&home, id, 3, "2026-11-02 09:00", What::CheckIn) };
        let answer = send(&db, home.nurse, &sent(days), &far);
        assert_eq!((answer.outcome, answer.message.contains("已转核查")), (Outcome::Told, true), "{answer:?}");
        assert_eq!(db.read(|tx| reviews::count(tx, &actor("2026-11-02 21:00"))).expect("read"), 1);
        assert_eq!(enter(1, "2026-11-02 07:59", "2026-11-02 12:00").outcome, Outcome::Refused, "sent again, the answer is the same");
    }

    fn what_was_called_off_or_given_away_meanwhile_is_told_and_kept(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let given = home.plan(&db, NewVisit { carer: home.man, from: instant("2026-11-02 14:00"), to: instant("2026-11-02 15:00"), ..home.visit() });
        db.write(|tx| store::call_off(tx, &actor("2026-11-02 08:30"), home.elder, id, "老人住院")).expect("called off");
        let answer = send(&db, home.nurse, "2026-11-02 12:00", &event(&home, id, 1, "2026-11-02 09:00", What::CheckIn));
        assert_eq!((said(&answer), answer.message.contains("老人住院")), ((Outcome::Refused, "VISITS-71"), true), "{answer:?}");
        let other = send(&db, home.nurse, "2026-11-02 15:00", &event(&home, given, 2, "2026-11-02 14:00", What::CheckIn));
        assert_eq!(said(&other), (Outcome::Refused, "VISITS-58"));
        let photo = send(&db, home.nurse, "2026-11-02 15:00", &event(&home, given, 3, "2026-11-02 14:00", What::Photo { data: PICTURE.into() }));
        assert_eq!(said(&photo), (Outcome::Refused, "VISITS-58"));
        assert_eq!(db.read(|tx| sync::events(tx, home.elder, id)).expect("read").len(), 1, "what the person noted is kept");
        assert_eq!(db.read(|tx| sync::files(tx, home.elder, given)).expect("read").len(), 0);
    }

    fn what_a_telephone_mistypes_is_refused_whole(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let refused = |number, what| {
            let answer = send(&db, home.nurse, "2026-11-02 09:40", &event(&home, id, number, "2026-11-02 09:30", what));
            assert_eq!(answer.outcome, Outcome::Refused, "{answer:?}");
        };
        refused(1, What::Items { items: vec!["wound_dressing".into()] });
        send(&db, home.nurse, "2026-11-02 09:05", &event(&home, id, 2, "2026-11-02 09:00", What::CheckIn));
        refused(3, What::Items { items: vec![] });
        refused(4, What::Items { items: vec!["joint_movement".into()] });
        refused(5, What::Photo { data: "data:text/html;base64,PGI+".into() });
        refused(6, What::Photo { data: format!("{PICTURE}{}", "A".repeat(LARGEST_FILE)) });
        for (number, vital) in (10..).zip(Vital::ALL) {
            let (low, high) = vital.plausible();
            for (more, value) in [(0, low - 0.1), (100, high + 0.1)] {
                let values = BTreeMap::from([(*vital, value), (Vital::Pulse, if *vital == Vital::Pulse { value } else { 70.0 })]);
                refused(number + more, What::Vitals { values });
            }
        }
        assert!(db.read(|tx| sync::vitals(tx, home.elder, id)).expect("read").is_empty(), "nothing of a refused event stays");
        let edge = BTreeMap::from_iter(Vital::ALL.iter().map(|vital| (*vital, vital.plausible().1)));
        assert_eq!(send(&db, home.nurse, "2026-11-02 09:40", &event(&home, id, 300, "2026-11-02 09:30", What::Vitals { values: edge })).outcome, Outcome::Done);
    }

    fn an_elder_merged_meanwhile_is_found_under_the_file_that_remained(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let other = crate::testing::elder(&db, 4, "王桂英");
        let tables = OwnedTables(OWNED.to_vec());
        let by = actor("2026-11-02 08:00");
        db.write(|tx| registry::elders::merges::store::merge(tx, &by, other, home.elder, "同一人", &tables)).expect("merged");
        let answer = send(&db, home.nurse, "2026-11-02 12:00", &event(&home, id, 1, "2026-11-02 09:00", What::CheckIn));
        assert_eq!((answer.outcome, answer.message.contains("已合并")), (Outcome::Told, true), "{answer:?}");
        assert_eq!(of(&db, other, id).state, State::CheckedIn);
        assert_eq!(send(&db, home.nurse, "2026-11-02 12:01", &event(&home, id, 1, "2026-11-02 09:00", What::CheckIn)), answer);
    }

    fn the_telephone_page_keeps_nobody_and_its_data_only_the_carers_own(db: TestDb) {
        let home = Home::new(&db);
        let id = home.plan(&db, home.visit());
        let app = app(db, "2026-11-02 08:50");
        let nurse = home.login(&app, home.nurse);
        let page = nurse.get("/visits/day").page();
        assert!(!page.contains("王桂英") && page.contains("day.js"), "{page}");
        let data = nurse.get("/visits/day/data").text();
        assert!(data.contains("王桂英") && data.contains(&id.uuid().to_string()), "{data}");
        assert!(!home.login(&app, home.man).get("/visits/day/data").text().contains("王桂英"));
        assert!(nurse.get("/visits/worker.js?v=1").text().contains("addEventListener"));
        let at: Instant = instant("2026-11-02 08:50");
        let body = |visit: Uuid| {
            format!(
                r#"{{"id":"{}","elder":"{}","visit":"{visit}","phone_at":{2},"offset":0,"offset_now":0,"place":null,"kind":"check_in"}}"#,
                Uuid::from_u128(7), home.elder.uuid(), at.timestamp_millis()
            )
        };
        let post = |client: &web::testing::Client<'_>, text: String| client.post_with_token("/visits/sync", "application/json", text.into_bytes());
        let stranger = app.person("邻县", &["visits.*"], "320612");
        assert!(post(&stranger, body(id.uuid())).text().contains("找不到这次服务"));
        assert!(post(&nurse, body(Uuid::from_u128(99))).text().contains("找不到这次服务"));
        assert_eq!(post(&nurse, "{".into()).status, 422);
        let answer = post(&nurse, body(id.uuid()));
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("\"done\""), "{}", answer.text());
        let shown = nurse.get(&format!("/visits/{}/{id}", home.elder)).page();
        assert!(shown.contains("手机记录") && shown.contains("服务中"), "{shown}");
        let neighbour = app.person("邻县", &["visits.*", "elders.read"], "320612");
        assert_eq!(neighbour.get(&format!("/visits/{}/{id}/files", home.elder)).status, 404);
    }
}
