//! The kiosk through the router and the store, on both engines.

use super::model::{Answer, Said, Verdict};
use super::{ANSWER, CARD, KIOSK, READ, routes, store};
use crate::devices::testing::{actor, area, citizen, device, dies, elder, found, institution, library, measured, seed};
use crate::devices::{Kind, store::steps};
use crate::vitals::Vital;
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{DeviceId, InstitutionId};
use registry::institutions;
use web::testing::{Client, TestApp};

fn hut(db: &TestDb) -> (InstitutionId, DeviceId) {
    seed(db);
    let own = institution(db, 1, institutions::Kind::DayCareCentre, "掘港日间照料中心");
    (own, device(db, "HH-1", Kind::HealthHut, Some(own)))
}

/// The screen: sees its own institution only.
fn screen(own: InstitutionId) -> Actor {
    Actor { scope: Scope { area: area("320623"), institution: Some(own) }, institution: Some(own), ..actor() }
}

fn later(by: &Actor, minutes: i64) -> Actor {
    Actor { now: by.now + TimeDelta::minutes(minutes), ..by.clone() }
}

fn number(tail: &str) -> Said {
    Said::Number(citizen(2).as_str().to_owned(), tail.to_owned())
}

fn identify(db: &TestDb, by: &Actor, id: DeviceId, said: &Said) -> Answer {
    db.write(|tx| store::identify(tx, by, &library(), id, said, false)).expect("answered")
}

db::on_both! {
    fn wrong_answers_close_the_station_for_a_while(db: TestDb) {
        let (own, id) = hut(&db);
        elder(&db, 2, "王桂英");
        let by = screen(own);
        for _ in 0..3 {
            assert_eq!(identify(&db, &by, id, &number("9999")), Answer::Wrong);
        }
        let nobody = Said::Number(citizen(4).as_str().to_owned(), "1234".to_owned());
        assert_eq!(identify(&db, &by, id, &nobody), Answer::Wrong, "an unknown person is told the same");
        let until = by.now + TimeDelta::minutes(5);
        assert_eq!(identify(&db, &by, id, &Said::Card("123".into())), Answer::Locked(until));
        assert_eq!(identify(&db, &by, id, &number("1234")), Answer::Locked(until), "even the right answer");
        assert_eq!(identify(&db, &later(&by, 5), id, &number("1234")), Answer::Known);
        assert!(db.write(|tx| store::identify(tx, &by, &library(), DeviceId::NOTHING, &number("1234"), false)).is_err());
    }

    fn what_was_measured_is_in_the_record_and_the_device_free(db: TestDb) {
        let (own, id) = hut(&db);
        let elder = elder(&db, 2, "王桂英");
        let by = screen(own);
        assert_eq!(identify(&db, &by, id, &number("1234")), Answer::Known);
        assert_eq!(found(&db, id).elder, Some(elder));
        measured(&db, elder, id, "2026-11-02 09:02", &[(Vital::Sbp, 168), (Vital::Dbp, 92), (Vital::Spo2, 97)]);
        let there = db.read(|tx| store::present(tx, id)).expect("read").expect("somebody");
        let values = db.read(|tx| store::values(tx, &by, &library(), &there)).expect("values");
        assert_eq!(values.len(), 3);
        let verdict = db.write(|tx| store::finish(tx, &later(&by, 3), &library(), id)).expect("finished");
        assert_eq!((verdict, found(&db, id).elder), (Verdict::Warning, None));
        let record = db.read(|tx| care::chart::store::latest(tx, elder)).expect("record").vitals;
        let has = |text: &str| record.iter().any(|(_, value, _)| value.contains(text));
        assert!(has("168/92") && has("97"), "{record:?}");
        let waiting = |by: &Actor| db.read(|tx| store::count(tx, by, store::Which::Waiting)).expect("count");
        assert_eq!((waiting(&actor()), waiting(&crate::devices::testing::neighbour())), (1, 0));
        let again = db.write(|tx| store::finish(tx, &by, &library(), id));
        assert!(again.expect_err("nobody").text().starts_with("HUT-01"));
    }

    fn a_stay_ends_by_time_with_the_next_person_and_with_death(db: TestDb) {
        let (own, id) = hut(&db);
        let (first, second) = (elder(&db, 2, "王桂英"), elder(&db, 4, "李秀兰"));
        let by = screen(own);
        identify(&db, &by, id, &number("1234"));
        let sweep = |minutes| db.write(|tx| store::sweep(tx, &later(&by, minutes), &library())).expect("swept");
        assert_eq!((sweep(9), sweep(10), sweep(10)), (0, 1, 0));
        assert_eq!(found(&db, id).elder, None);
        let card = db.write(|tx| store::card(tx, &actor(), second)).expect("card");
        assert_eq!(identify(&db, &later(&by, 20), id, &number("1234")), Answer::Known);
        assert_eq!(identify(&db, &later(&by, 22), id, &Said::Card(format!("*{card}*"))), Answer::Known);
        assert_eq!(found(&db, id).elder, Some(second));
        let visits = db.read(|tx| store::of_elder(tx, first)).expect("visits");
        assert!(visits.len() == 2 && visits.iter().all(|v| v.ended.is_some() && v.verdict == Verdict::Nothing));
        let renewed = db.write(|tx| store::card(tx, &actor(), second)).expect("card");
        assert_eq!(identify(&db, &later(&by, 23), id, &Said::Card(card)), Answer::Wrong, "the old card is worth nothing");
        dies(&db, 4, "李秀兰");
        assert_eq!((found(&db, id).elder, db.read(|tx| store::present(tx, id)).expect("read")), (None, None));
        assert_eq!(identify(&db, &later(&by, 24), id, &Said::Card(renewed)), Answer::Wrong);
        assert!(db.write(|tx| store::card(tx, &actor(), second)).expect_err("dead").text().starts_with("HUT-02"));
    }

    fn the_screen_and_the_doctor(db: TestDb) {
        let (own, id) = hut(&db);
        let elder = elder(&db, 2, "王桂英");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let scope = Scope { area: area("320623"), institution: Some(own) };
        let screen = app.person_with("小屋", &[KIOSK.0], scope, Some(own));
        let (page, now) = (format!("/huts/{id}"), format!("/huts/{id}/now"));
        assert!(screen.get("/huts").page().contains("HH-1"));
        assert!(screen.get(&page).page().contains("有健康小屋卡"));
        let told = |client: &Client<'_>, tail: &str| {
            client.post(&format!("{page}/identify"), &[("number", citizen(2).as_str()), ("tail", tail), ("fasting", "true")])
        };
        let wrong = told(&screen, "0000");
        assert!(wrong.status.as_u16() == 422 && wrong.text().contains("没有认出您") && !wrong.text().contains("王桂英"));
        assert_eq!(told(&screen, "1234").goes_to(), page);
        let waiting = screen.get(&page).page();
        assert!(waiting.contains("王桂英，您好") && waiting.contains("没有测量") && waiting.contains(&format!("hx-get=\"{now}\"")), "{waiting}");
        measured(&app.db, elder, id, "2026-11-02 09:01", &[(Vital::Sbp, 186), (Vital::Dbp, 98), (Vital::Glucose, 64)]);
        let part = screen.get(&now).page();
        assert!(part.contains("186/98") && part.contains("危急偏高") && part.contains("告诉工作人员") && part.contains("6.4"), "{part}");
        assert_eq!(screen.post(&format!("{page}/finish"), &[]).goes_to(), page);
        assert!(screen.get(&now).page().contains("data-then"));
        let doctor = app.person("医生", &[READ.0, ANSWER.0, CARD.0], "320623");
        let list = doctor.get("/huts/visits").page();
        assert!(list.contains("王桂英") && list.contains("收缩压 186 mmHg（危急偏高）") && list.contains("登记处理"), "{list}");
        let visit = app.db.read(|tx| store::of_elder(tx, elder)).expect("visits")[0].clone();
        let answer = format!("/huts/visits/{elder}/{}", visit.id);
        assert_eq!(doctor.post(&answer, &[]).status.as_u16(), 422);
        assert_eq!(doctor.post(&answer, &[("note", "已电话联系")]).goes_to(), "/huts/visits");
        assert_eq!(doctor.post(&answer, &[("note", "已电话联系")]).status.as_u16(), 409);
        assert!(doctor.get("/huts/visits?show=all").page().contains("已电话联系（医生"));
        let card = doctor.post(&format!("/huts/cards/{elder}"), &[]).page();
        assert!(card.contains("只显示这一次") && card.contains("<rect"), "{card}");
        let fasting = app.db.read(|tx| care::chart::store::latest(tx, elder)).expect("record").vitals;
        assert!(fasting.iter().any(|(name, value, _)| name == "空腹血糖" && value.contains("6.4")), "{fasting:?}");
        let next_door = app.person("邻县", &[KIOSK.0, READ.0, ANSWER.0, CARD.0], "320612");
        for url in [&page, &now] {
            assert_eq!(next_door.get(url).status.as_u16(), 404);
        }
        assert_eq!(told(&next_door, "1234").status.as_u16(), 404);
        assert_eq!(next_door.post(&answer, &[("note", "x")]).status.as_u16(), 404);
        assert_eq!(next_door.post(&format!("/huts/cards/{elder}"), &[]).status.as_u16(), 404);
        assert!(!next_door.get("/huts/visits?show=all").page().contains("王桂英"));
        let by = actor();
        app.db.write(|tx| steps::step(tx, &by, id, "suspend", "送修")).expect("suspended");
        assert_eq!(screen.get(&page).status.as_u16(), 404, "a station out of use lets nobody in");
    }
}
