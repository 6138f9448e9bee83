use super::model::{NewStay, Stay};
use super::{READ, WRITE, routes, store};
use crate::subject;
use crate::testing::{actor, day, elder, institution, library, neighbour, seed};
use kernel::{ElderId, InstitutionId, Period, StayId};
use registry::elders::facts;
use registry::institutions::Kind;
use registry::saved::Saved;
use uuid::Uuid;
use web::testing::TestApp;

fn stay(elder: ElderId, hospital: InstitutionId, from: &str, until: Option<&str>) -> NewStay {
    NewStay {
        elder,
        institution: hospital,
        admitted_on: day(from),
        discharged_on: until.map(day),
        diagnosis: Some("脑梗死".into()),
    }
}

#[test]
fn stays_may_touch_but_not_overlap() {
    let (elder, hospital) = (ElderId(Uuid::from_u128(1)), InstitutionId(Uuid::from_u128(2)));
    let subject = subject::Subject {
        id: elder,
        name: "王桂英".into(),
        sex: 2,
        born: day("1940-03-04"),
        area: kernel::Area::COUNTRY,
        chronic: String::new(),
        present: true,
        died_on: None,
    };
    let other = Stay {
        id: StayId(Uuid::from_u128(3)),
        source: String::new(),
        facts: stay(elder, hospital, "2026-10-10", Some("2026-10-20")),
    };
    let others = [other];
    let fault =
        |from, until| stay(elder, hospital, from, until).fault(&subject, &others, day("2026-11-02")).map(|f| f.0);
    assert_eq!(fault("2026-10-20", Some("2026-10-25")), None);
    assert_eq!(fault("2026-10-19", Some("2026-10-25")), Some("入院日期"));
    assert_eq!(fault("2026-10-01", Some("2026-10-10")), None);
    assert_eq!(fault("2026-10-01", Some("2026-10-11")), Some("入院日期"));
    assert_eq!(fault("2026-10-01", None), Some("入院日期"));
    assert_eq!(fault("2026-10-25", Some("2026-10-25")), None);
    assert_eq!(fault("2026-10-25", Some("2026-10-24")), Some("出院日期"));
    assert_eq!(fault("2026-10-25", Some("2026-11-02")), None);
    assert_eq!(fault("2026-10-25", Some("2026-11-03")), Some("出院日期"));
    assert_eq!(fault("2026-11-03", None), Some("入院日期"));
}

db::on_both! {
    fn facts_follow_and_the_day_of_leaving_is_free(db: TestDb) {
        seed(&db);
        let (by, elder) = (actor("2026-11-02", 1), elder(&db, 2, "王桂英"));
        let hospital = institution(&db, 1, Kind::Hospital, "如东县人民医院");
        let since = || db.read(|tx| facts::of(tx, elder)).expect("facts").hospital_since;
        let new = stay(elder, hospital, "2026-10-30", None);
        let (id, saved) = db.write(|tx| store::save(tx, &by, &new, "导入")).expect("saved");
        assert_eq!((saved, since()), (Saved::Created, Some(day("2026-10-30"))));
        assert_eq!(db.write(|tx| store::save(tx, &by, &new, "导入")).expect("same").1, Saved::Unchanged);
        let between = |from, until| db.read(|tx| store::between(tx, &by, day(from), day(until))).expect("read").len();
        assert_eq!([between("2026-11-01", "2026-12-01"), between("2026-10-01", "2026-10-30"), between("2026-10-01", "2026-10-31")], [1, 0, 1]);
        db.write(|tx| store::discharge(tx, &by, elder, id, day("2026-11-01"))).expect("left");
        assert_eq!(since(), None);
        assert_eq!([between("2026-11-01", "2026-12-01"), between("2026-10-31", "2026-12-01")], [0, 1]);
        let period = Period { from: day("2026-10-30"), until: Some(day("2026-11-01")) };
        assert_eq!(db.read(|tx| store::between(tx, &by, day("2026-10-01"), day("2026-12-01"))).expect("read"), [(elder, period)]);
        assert!(db.write(|tx| store::discharge(tx, &by, elder, id, day("2026-11-02"))).is_err());
        let (_, Saved::Changed(changes)) =
            db.write(|tx| store::save(tx, &by, &stay(elder, hospital, "2026-10-30", Some("2026-11-02")), "导入")).expect("saved")
        else { panic!("changed") };
        db.write(|tx| store::restore(tx, &by, elder, id, &changes)).expect("back");
        assert_eq!(db.read(|tx| store::find(tx, &by, elder, id)).expect("found").facts.discharged_on, Some(day("2026-11-01")));
        db.write(|tx| store::remove(tx, &by, elder, id)).expect("removed");
        assert!(db.read(|tx| store::of_elder(tx, &by, elder)).expect("read").is_empty());
    }

    fn pages_register_admission_and_discharge(db: TestDb) {
        seed(&db);
        let elder = elder(&db, 2, "王桂英");
        let hospital = institution(&db, 1, Kind::Hospital, "如东县人民医院").to_string();
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let nurse = app.person("张护士", &[READ.0, WRITE.0], "320623");
        assert!(nurse.get(&format!("/stays/new?elder={elder}")).page().contains("如东县人民医院"));
        let elder_text = elder.to_string();
        let form = [("elder", elder_text.as_str()), ("institution", hospital.as_str()), ("admitted_on", "2026-10-30"), ("diagnosis", "脑梗死")];
        assert_eq!(nurse.post("/stays", &form).goes_to(), format!("/elders/{elder}"));
        assert!(nurse.get("/stays").page().contains("王桂英"));
        assert!(nurse.get(&format!("/stays/{elder}")).page().contains("登记出院"));
        let by = actor("2026-11-02", 1);
        let id = app.db.read(|tx| store::of_elder(tx, &by, elder)).expect("read")[0].id;
        let leave = format!("/stays/{elder}/{id}/discharge");
        assert_eq!(nurse.post(&leave, &[("on", "2026-10-29")]).status.as_u16(), 422);
        assert_eq!(app.person("邻县", &[READ.0, WRITE.0], "320612").post(&leave, &[("on", "2026-11-02")]).status.as_u16(), 404);
        assert_eq!(nurse.post(&leave, &[("on", "2026-11-02")]).goes_to(), format!("/elders/{elder}"));
        assert!(!nurse.get("/stays").page().contains("王桂英"));
        assert!(app.db.read(|tx| store::open(tx, &neighbour("2026-11-02"), 9, 0)).expect("read").is_empty());
    }
}
