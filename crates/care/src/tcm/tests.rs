use super::model::{self, Part};
use super::{READ, SCALE, WRITE, due, routes, store};
use crate::screenings;
use crate::testing::{actor, area, day, elder, library, seed};
use db::testing::TestDb;
use kernel::ElderId;
use registry::elders::{Columns, facts};
use web::testing::{Client, TestApp};

const ALL: [&str; 4] = [READ.0, WRITE.0, screenings::READ.0, screenings::WRITE.0];

fn app(db: TestDb) -> TestApp {
    TestApp::new(db, (*library()).clone(), routes().merge(screenings::routes()), |state| {
        state.with(Columns::default()).with(registry::areas::Names::default())
    })
}

/// The 33 answers: 1 each, but for those given.
fn identify(client: &Client<'_>, elder: ElderId, given: &[(&str, &str)]) -> String {
    let elder = elder.to_string();
    let codes: Vec<String> = (1..=33).map(|n| format!("Q{n}")).collect();
    let mut form = vec![("elder", elder.as_str()), ("scale", SCALE), ("on_date", "2026-11-02")];
    for code in &codes {
        let value = given.iter().find(|(known, _)| known == code).map_or("1", |(_, value)| *value);
        form.push((code, value));
    }
    client.post("/screenings", &form).goes_to()
}

/// 气虚质 with 11 points.
const QIXU: [(&str, &str); 5] = [("Q1", "5"), ("Q2", "3"), ("Q3", "3"), ("Q4", "3"), ("Q14", "2")];
/// 平和质 with 16 points: nothing is found.
const NONE: [(&str, &str); 4] = [("Q2", "2"), ("Q4", "2"), ("Q5", "2"), ("Q13", "3")];

const ADVICE: [(&str, &str); 4] = [("main", "qixu"), ("on", "2026-11-02"), ("parts", "diet"), ("advice", "少吃生冷")];

#[test]
fn every_constitution_of_the_scale_has_guidance_in_every_part() {
    let library = library();
    let scale = library.scale(SCALE).expect("scale");
    for finding in &scale.findings {
        let guidance = model::guidance(&finding.code).unwrap_or_else(|| panic!("{}", finding.code));
        let told = Part::ALL.iter().filter(|part| guidance.of(**part).chars().count() > 8).count();
        assert_eq!(told, Part::ALL.len() - 1, "{}", finding.code);
    }
    assert!(model::note().contains("自拟"));
}

#[test]
fn due_is_who_the_table_says() {
    let ask = |age, last: Option<&str>| due::ask(&library(), area("320623"), day("2026-11-02"), age, last.map(day));
    assert_eq!([ask(64, None).0, ask(65, None).0, ask(66, None).0], [false, true, true]);
    let done = ["2025-11-01", "2025-11-02", "2025-11-03"];
    assert_eq!(done.map(|last| ask(70, Some(last)).0), [true, true, false]);
    assert_eq!(ask(70, Some("2025-11-03")).1, Some(day("2026-11-03")));
}

db::on_both! {
    fn guidance_makes_the_service_whole_and_moves_the_fact(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = app(db);
        let doctor = app.person("李医生", &ALL, "320623");
        let tcm_on = || app.db.read(|tx| facts::of(tx, who)).expect("facts").tcm_on;
        let is_due = || app.db.read(|tx| store::is_due(tx, &actor("2026-11-02", 1), &library(), who)).expect("due").0;
        assert!(is_due() && doctor.get("/tcm/due").page().contains("王桂英"));
        let result = identify(&doctor, who, &QIXU);
        assert!(doctor.get(&result).page().contains("写中医药保健指导"));
        assert_eq!(tcm_on(), None);
        let url = result.replace("/screenings/", "/tcm/");
        assert!(doctor.get(&url).page().contains("山药"));
        let wrong = |name: &str, value: &'static str| {
            let form: Vec<_> = ADVICE.into_iter().map(|(n, v)| if n == name { (n, value) } else { (n, v) }).collect();
            doctor.post(&url, &form).text()
        };
        assert!(wrong("main", "yangxu").contains("TC-04"));
        assert!(wrong("on", "2026-11-01").contains("不能早于辨识的日期"));
        assert!(wrong("on", "2026-11-03").contains("晚于今天"));
        assert_eq!(doctor.post(&url, &ADVICE).goes_to(), format!("{url}/print"));
        assert!(doctor.post(&url, &ADVICE).text().contains("TC-03"));
        assert_eq!((tcm_on(), is_due()), (Some(day("2026-11-02")), false));
        assert!(doctor.get(&format!("{url}/print")).page().contains("少吃生冷"));
        assert!(doctor.get("/tcm").page().contains("王桂英"));
        assert!(!doctor.get("/tcm/due").page().contains("王桂英"));
        assert!(doctor.post(&format!("{result}/strike"), &[("why", "填错")]).text().contains("SC-04"));
        assert_eq!(doctor.post(&format!("{url}/undo"), &[]).goes_to(), result);
        assert_eq!(tcm_on(), None);
        assert_eq!(doctor.post(&format!("{result}/strike"), &[("why", "填错")]).goes_to(), result);
        assert!(doctor.post(&url, &ADVICE).text().contains("TC-02"));
    }

    fn nothing_found_is_no_service(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = app(db);
        let doctor = app.person("李医生", &ALL, "320623");
        let url = identify(&doctor, who, &NONE).replace("/screenings/", "/tcm/");
        assert!(doctor.get(&url).page().contains("没有判出体质"));
        assert!(doctor.post(&url, &ADVICE).text().contains("TC-01"));
    }

    fn the_neighbour_sees_no_guidance(db: TestDb) {
        seed(&db);
        let who = elder(&db, 2, "王桂英");
        let app = app(db);
        let (doctor, next) = (app.person("李医生", &ALL, "320623"), app.person("邻县", &ALL, "320612"));
        let url = identify(&doctor, who, &QIXU).replace("/screenings/", "/tcm/");
        assert_eq!(next.post(&url, &ADVICE).status.as_u16(), 404);
        assert_eq!(doctor.post(&url, &ADVICE).status.as_u16(), 303);
        assert_eq!(next.get(&url).status.as_u16(), 404);
        assert_eq!(next.get(&format!("{url}/print")).status.as_u16(), 404);
        assert_eq!(next.post(&format!("{url}/undo"), &[]).status.as_u16(), 404);
        assert!(!next.get("/tcm").page().contains("王桂英") && !next.get("/tcm/due").page().contains("王桂英"));
    }
}
