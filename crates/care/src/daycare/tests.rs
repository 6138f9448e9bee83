use super::model::{Day, Key, Meal, Measured, Service, State, TRANSITIONS, against_times, clock, minutes};
use super::store::{self, NewMember};
use super::{READ, WRITE, routes};
use crate::testing::{actor, day, dies, elder, institution, library, neighbour, seed};
use crate::{episodes, stays};
use db::Scope;
use db::testing::TestDb;
use kernel::{CitizenNumber, Date, InstitutionId, Month};
use registry::elders::{LinkKind, links};
use registry::institutions::Kind;
use web::testing::TestApp;

const TODAY: &str = "2026-11-02";

fn citizen(number: u32) -> CitizenNumber {
    let body = format!("32062319400304{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), day(TODAY)).expect("number")
}

fn new(name: &str) -> NewMember {
    NewMember { name: name.into(), from: day("2026-10-01"), contact: "儿子".into(), note: String::new() }
}

fn a_day(on: Date, went: Option<i64>) -> Day {
    let (services, meals) = (vec![Service::Bath, Service::Activity], vec![Meal::Lunch]);
    Day { on, came: 485, went, services, meals, note: String::new(), who: String::new() }
}

fn centre(db: &TestDb) -> InstitutionId {
    seed(db);
    db.follow(vec![episodes::follow, crate::beds::follow, crate::daycare::follow]);
    institution(db, 1, Kind::DayCareCentre, "掘港日间照料中心")
}

fn registered(db: &TestDb, id: InstitutionId) -> Key {
    elder(db, 2, "王桂英");
    db.write(|tx| store::register(tx, &actor(TODAY, 1), (id, &citizen(2)), &new("王桂英"))).expect("registered")
}

#[test]
fn times_are_read_and_compared() {
    assert_eq!((minutes("08:05"), minutes("00:00"), minutes("23:59")), (Some(485), Some(0), Some(1439)));
    assert_eq!([minutes("24:00"), minutes("8:05"), minutes("08:60"), minutes("x")], [None; 4]);
    assert_eq!(clock(485), "08:05");
    assert!(
        against_times(485, Some(485)).is_some()
            && against_times(485, Some(486)).is_none()
            && against_times(485, None).is_none()
    );
    assert_eq!(TRANSITIONS.len(), 1);
}

#[test]
fn figures_that_cannot_be_are_named() {
    let field = |measured: Measured| measured.fault().map(|fault| fault.0);
    let pressure = |sbp, dbp| Measured { sbp: Some(sbp), dbp: Some(dbp), ..Measured::default() };
    assert_eq!(field(Measured::default()), Some("sbp"));
    assert_eq!(
        [field(pressure(138, 82)), field(pressure(82, 138)), field(pressure(301, 82))],
        [None, Some("dbp"), Some("sbp")]
    );
    assert_eq!(field(Measured { sbp: Some(138), ..Measured::default() }), Some("dbp"));
    let glucose = |n| field(Measured { glucose: Some(n), ..Measured::default() });
    assert_eq!([glucose(9), glucose(10), glucose(500), glucose(501)], [Some("glucose"), None, None, Some("glucose")]);
    assert!(pressure(138, 82).words().contains("138/82"));
}

db::on_both! {
    fn a_day_is_written_once_and_the_month_counts_it(db: TestDb) {
        let id = centre(&db);
        let (key, by) = (registered(&db, id), actor(TODAY, 1));
        let write = |day: &Day| db.write(|tx| store::write_day(tx, &by, key, day));
        write(&a_day(day(TODAY), None)).expect("came");
        write(&a_day(day(TODAY), Some(990))).expect("the same day again");
        assert!(write(&a_day(day(TODAY), Some(400))).expect_err("times").text().contains("不晚于"));
        assert!(write(&a_day(day("2026-11-03"), None)).is_err() && write(&a_day(day("2026-09-30"), None)).is_err());
        let month = Month::of(day(TODAY));
        let rows = db.read(|tx| store::month(tx, &by, id, month)).expect("month");
        assert_eq!((rows.len(), rows[0].2.went, rows[0].2.meals.as_slice()), (1, Some(990), &[Meal::Lunch][..]));
        assert!(db.read(|tx| store::month(tx, &neighbour(TODAY), id, month)).expect("month").is_empty());
        let measured = Measured { sbp: Some(138), dbp: Some(82), pulse: Some(72), ..Measured::default() };
        db.write(|tx| store::measure(tx, &by, key, &measured)).expect("measured");
        assert_eq!(db.read(|tx| store::measurements(tx, key.elder)).expect("read")[0].2, measured);
        let record = db.read(|tx| crate::chart::store::latest(tx, key.elder)).expect("record").vitals;
        assert!(record.iter().any(|(name, value, _)| name == "血压" && value.contains("138/82")), "{record:?}");
        assert_eq!(db.read(|tx| crate::daycare::timeline(tx, &by, key.elder)).expect("timeline").len(), 3);
        let twice = db.write(|tx| store::register(tx, &by, (id, &citizen(2)), &new("王桂英")));
        assert!(twice.expect_err("twice").text().starts_with("DAY-03"));
        let wrong = db.write(|tx| store::register(tx, &by, (id, &citizen(2)), &new("张桂英")));
        assert!(wrong.expect_err("another name").text().starts_with("DAY-01"));
    }

    fn nobody_signs_in_from_hospital_and_death_ends_it(db: TestDb) {
        let id = centre(&db);
        let (key, by) = (registered(&db, id), actor(TODAY, 1));
        let hospital = institution(&db, 2, Kind::Hospital, "如东县人民医院");
        let stay = stays::NewStay { elder: key.elder, institution: hospital, admitted_on: day(TODAY), discharged_on: None, diagnosis: None };
        db.write(|tx| stays::store::save(tx, &by, &stay, "登记")).expect("stay");
        let write = |on: &str| db.write(|tx| store::write_day(tx, &by, key, &a_day(day(on), None)));
        assert!(write(TODAY).expect_err("in hospital").text().starts_with("DAY-05"));
        write("2026-11-01").expect("the day before");
        assert_eq!(db.read(|tx| store::find(tx, &by, key)).expect("member").state, State::Open);
        dies(&db, 2, "王桂英", TODAY);
        let m = db.read(|tx| store::find(tx, &by, key)).expect("member");
        assert_eq!((m.state, m.end_reason.as_str()), (State::Ended, "去世，日间照护结束"));
        assert!(matches!(write(TODAY), Err(web::Error::Conflict(_))));
        let links = db.read(|tx| links::of(tx, key.elder)).expect("links");
        assert!(links.iter().all(|link| link.kind != LinkKind::DayCare || link.until.is_some()), "{links:?}");
    }

    fn the_pages_of_a_centre(db: TestDb) {
        let id = centre(&db);
        elder(&db, 2, "王桂英");
        let other = institution(&db, 2, Kind::DayCareCentre, "隔壁日间照料中心");
        let app = TestApp::new(db, (*library()).clone(), routes(), |state| state);
        let all = [READ.0, WRITE.0];
        let scope = |own| Scope { area: crate::testing::area("320623"), institution: Some(own) };
        let staff = app.person_with("站长", &all, scope(id), Some(id));
        let next_door = app.person_with("邻站", &all, scope(other), Some(other));
        let number = citizen(2);
        let form = [("name", "王桂英"), ("citizen", number.as_str()), ("from", TODAY)];
        let key = staff.post(&format!("/daycare/{id}"), &form).goes_to();
        let came = [("on", TODAY), ("came", "08:05"), ("services", "bath"), ("services", "rest"), ("meals", "lunch")];
        assert_eq!(staff.post(&format!("{key}/day"), &came).goes_to(), key);
        assert_eq!(staff.post(&format!("{key}/day"), &[("on", TODAY), ("came", "8点")]).status.as_u16(), 422);
        assert_eq!(staff.post(&format!("{key}/measure"), &[("sbp", "138"), ("dbp", "82"), ("weight", "61.5")]).goes_to(), key);
        let page = staff.get(&key).page();
        assert!(page.contains("血压 138/82") && page.contains("体重 61.5") && page.contains("助浴"), "{page}");
        assert!(staff.get(&format!("/daycare/{id}")).page().contains("在中心"));
        assert!(staff.get(&format!("/daycare/{id}/month")).page().contains("2026年11月日间照护签到表"));
        assert!(staff.get("/daycare").page().contains("掘港日间照料中心"));
        for path in [key.clone(), format!("/daycare/{id}"), format!("/daycare/{id}/month")] {
            assert_eq!(next_door.get(&path).status.as_u16(), 404, "{path}");
            assert_eq!(app.person("邻县", &all, "320612").get(&path).status.as_u16(), 404, "{path}");
        }
        assert_eq!(staff.post(&format!("{key}/end"), &[("ended_on", TODAY), ("reason", "回家")]).goes_to(), format!("/daycare/{id}"));
        assert_eq!(staff.get(&key).status.as_u16(), 404);
    }
}
