//! The documents through the router: pages that say what they should, and programs that ask well and badly.

use super::{READ, routes};
use axum::http::StatusCode;
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::Area;
use policy::Library;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use web::testing::{Answer, Client, TestApp};

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", policy::lines(&mistakes)))
});

/// A few divisions, as the installation lists them.
const DIVISIONS: &str = include_str!("../../../../data/divisions.csv");
const API: &str = "/api/policy/decisions/required_medical_function";

fn app(db: TestDb) -> TestApp {
    let app = TestApp::new(db, LIBRARY.clone(), routes(), |builder| {
        builder.with(registry::areas::Names::default()).nav(crate::policies::NAV)
    });
    let by = Actor {
        scope: Scope { area: Area::COUNTRY, institution: None },
        ..Actor::system(kernel::Clock::now(app.clock.as_ref()))
    };
    app.db.write(|tx| registry::areas::seed(tx, &by, DIVISIONS)).expect("divisions");
    app
}

fn reader(app: &TestApp) -> Client<'_> {
    app.person("读者", &[READ.0], "320623")
}

fn home(beds: i64) -> Value {
    json!({"area": "320623", "on": "2026-11-01",
           "facts": {"kind": "elder_care_institution", "ownership": "private", "beds": beds}})
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.bytes).unwrap_or_else(|e| panic!("{e}: {}", answer.text()))
}

fn ask(client: &Client<'_>, url: &str, body: &str) -> (u16, Value) {
    let answer = client.post_with_token(url, "application/json", body.as_bytes().to_vec());
    (answer.status.as_u16(), json_of(&answer))
}

db::on_both! {
    fn a_program_is_answered_with_the_because(db: TestDb) {
        let app = app(db);
        let (status, answer) = ask(&reader(&app), API, &home(100).to_string());
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["outcome"], json!({"duty": "must", "any_of": ["infirmary", "nursing_station"], "or_agreement": false}));
        assert_eq!((&answer["document"], &answer["area"]), (&json!("nantong/2018-54"), &json!("320623")));
        assert_eq!(answer["because"][0]["clause"], "NT-2.3.1");
        assert_eq!(answer["because"][0]["inputs"]["beds"], 100);
        assert_eq!((&answer["undecided"], answer["because"].as_array().map(Vec::len)), (&Value::Null, Some(1)));
        let (_, below) = ask(&reader(&app), API, &home(99).to_string());
        assert_eq!(below["outcome"]["duty"], "may");
    }

    fn what_no_document_says_is_undecided_and_no_error(db: TestDb) {
        let app = app(db);
        let elsewhere = home(100).to_string().replace("320623", "110101");
        let before = home(100).to_string().replace("2026-11-01", "2018-06-30");
        for body in [elsewhere, before] {
            let (status, answer) = ask(&reader(&app), API, &body);
            assert_eq!((status, &answer["outcome"]), (200, &Value::Null), "{answer}");
            assert!(answer["undecided"].as_str().is_some_and(|why| !why.is_empty()));
        }
    }

    fn bad_questions_are_answered_with_the_place_and_what_to_do(db: TestDb) {
        let app = app(db);
        let client = reader(&app);
        let good = home(100).to_string();
        let subsidy = "/api/policy/decisions/nursing_home_construction_subsidy";
        let huge = r#"{"area": "320600", "on": "2026-11-01",
            "facts": {"district": "崇川区", "tenure": "owned", "new_beds": 9223372036854775807}}"#;
        let due = "/api/policy/decisions/health_management_due";
        let never = r#"{"area": "320623", "on": "2026-11-01", "facts": {"age": 70, "last_done": null}}"#;
        assert_eq!(ask(&client, due, never).0, 200);
        assert_eq!(ask(&client, API, &format!("\u{feff}{good}\r\n")).0, 200);
        for (url, body, status, place) in [
            ("/api/policy/decisions/nonsense", good.as_str(), 404, "question"),
            (API, &good.replace("320623", "320699"), 422, "area"),
            (API, &good.replace("320623", "如东"), 422, "area"),
            (API, &good.replace("2026-11-01", "1990-01-01"), 422, "on"),
            (API, &good.replace("2026-11-01", "2027-02-29"), 422, "on"),
            (API, &good.replace(r#""beds":100,"#, ""), 422, "facts.beds"),
            (API, &good.replace("100", "-1"), 422, "facts.beds"),
            (API, &good.replace("100", "1.5"), 422, "facts.beds"),
            (API, &good.replace("100", "99999999999999999999"), 422, "facts.beds"),
            (API, &good.replace("100", "\"many\""), 422, "facts.beds"),
            (API, &good.replace("\"private\"", "7"), 422, "facts.ownership"),
            (API, &good.replace("\"facts\"", "\"fact\""), 422, "facts"),
            (API, "{\"area\": ", 400, "第 1 行第 9 列"),
            (API, "[]", 422, ""),
            (API, "", 400, ""),
            (API, &good.replace("100", "1e400"), 400, "第 1 行第 38 列"),
            (API, &good.replace(r#""beds":100"#, r#""beds":100,"beds":5"#), 400, ""),
            (API, &good.replace("100", "\"100\""), 422, "facts.beds"),
            (API, &good.replace("100", "[100]"), 422, "facts.beds"),
            (API, &good.replace("2026-11-01", "-0001-11-01"), 422, "on"),
            (API, &good.replace("2026-11-01", "+12026-11-01"), 422, "on"),
            (due, &never.replace("null", "\"2027-01-01\""), 422, "facts.last_done"),
            (due, &never.replace("null", "\"2019-02-29\""), 422, "facts.last_done"),
            (subsidy, huge, 422, ""),
        ] {
            let (code, problem) = ask(&client, url, body);
            assert_eq!(code, status, "{body}: {problem}");
            assert_eq!(problem["status"], status);
            let says = |name: &str| problem[name].as_str().unwrap_or_default().chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c));
            assert!(says("title") && says("detail") && says("advice"), "{problem}");
            let mut places = problem["errors"].as_array().into_iter().flatten().map(|at| at["at"].clone());
            assert!(place.is_empty() || places.any(|at| at == place), "{place}: {problem}");
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(ask(&client, API, &deep).0, 400);
        let text = client.post_with_token(API, "text/plain", good.clone().into_bytes());
        assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let many = good.replace("elder_care_institution", &"x".repeat(500_000));
        assert!(ask(&client, API, &many).1.to_string().len() < 5_000, "a message repeats all that was sent");
        let long = format!("{}{}", good, " ".repeat(2 << 20));
        assert_eq!(ask(&client, API, &long).0, 413);
    }

    fn lines_are_answered_one_by_one(db: TestDb) {
        let app = app(db);
        let good = home(100).to_string();
        let lines = [good.as_str(), "", "{bad", &home(-1).to_string(), &good.replace("320623", "110101"), &good];
        let sent = lines.join("\n").into_bytes();
        let answer = reader(&app).post_with_token(API, "application/x-ndjson", sent);
        assert_eq!(answer.status, StatusCode::OK);
        let text = answer.text();
        let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
        let numbers: Vec<u64> = all.iter().filter_map(|one| one["line"].as_u64()).collect();
        assert_eq!(numbers, [1, 3, 4, 5, 6]);
        assert_eq!((&all[0]["outcome"]["duty"], &all[4]["outcome"]["duty"]), (&json!("must"), &json!("must")));
        assert_eq!((&all[1]["error"]["status"], &all[2]["error"]["errors"][0]["at"]), (&json!(400), &json!("facts.beds")));
        assert!(all[3]["undecided"].is_string());
        assert_eq!(all[1]["error"]["errors"][0]["at"], "第 3 行第 2 列");
        let nonsense = "/api/policy/decisions/nonsense";
        let unknown = reader(&app).post_with_token(nonsense, "application/x-ndjson", b"{}\n{}\n".to_vec());
        assert_eq!((unknown.status.as_u16(), json_of(&unknown)["status"].as_u64()), (404, Some(404)));
        let long = format!("{good}\n\"{}\"\n{good}\n", "x".repeat(2 << 20));
        let answer = reader(&app).post_with_token(API, "application/x-ndjson", long.into_bytes()).text();
        let codes: Vec<bool> = answer.lines().map(|line| line.contains("\"error\"")).collect();
        assert_eq!(codes, [false, true, false]);
    }

    fn programs_are_let_in_as_people_are(db: TestDb) {
        let app = app(db);
        let good = home(100).to_string().into_bytes();
        let stranger = app.stranger().post_raw(API, "application/json", good.clone());
        assert_eq!((stranger.status.as_u16(), &json_of(&stranger)["status"]), (401, &json!(401)));
        let other = app.person("别人", &["elders.read"], "320623").post_with_token(API, "application/json", good.clone());
        assert_eq!((other.status.as_u16(), json_of(&other)["title"].as_str()), (403, Some("没有权限")));
        let without = reader(&app).post_raw(API, "application/json", good);
        assert_eq!((without.status.as_u16(), json_of(&without)["status"].as_u64()), (409, Some(409)));
    }

    fn the_pages_tell_what_runs_behind_a_clause_and_why_something_was_decided(db: TestDb) {
        let app = app(db);
        let client = reader(&app);
        let document = client.get("/policies/nantong/2018-54").page();
        for words in ["二（三）1", "养老机构的医疗功能", "规则表 ", "待建", "目标 "] {
            assert!(document.contains(words), "{words}");
        }
        let table = client.get("/policies/nantong/2018-54/tables/required_medical_function").page();
        assert!(table.contains("100 张及以上") && table.contains("案例（"), "{table}");
        let asked = "f_kind=elder_care_institution&f_ownership=private&f_beds=120&f_adjacent_to_medical=false";
        let decided = client.get(&format!("/policies/ask/required_medical_function?area=320623&on=2026-11-01&{asked}")).page();
        assert!(decided.contains("结论") && decided.contains("应当") && decided.contains("NT-2.3.1"), "{decided}");
        let beside = client.get(&format!("/policies/beside/required_medical_function?on=2026-11-01&{asked}")).page();
        for place in ["南通市", "瓦房店市", "上海市", "江西省"] {
            assert!(beside.contains(place), "{place}");
        }
        let wrong = client.get("/policies/ask/required_medical_function?area=320623&f_kind=elder_care_institution&f_beds=-3").page();
        assert!(wrong.contains("请补上或改正") && wrong.contains("“床位数”：应为"), "{wrong}");
        let perhaps = client.get("/policies/ask/idle_bed_conversion?area=360102&f_hospital_level=二级&f_idle_beds=perhaps").page();
        assert!(perhaps.contains("请选“是”或“否”"), "{perhaps}");
        assert_eq!(client.get("/policies/ask/nonsense").status, StatusCode::NOT_FOUND);
        assert_eq!(client.get("/policies/nantong/2018-54/tables/nonsense").status, StatusCode::NOT_FOUND);
        assert!(client.get("/policies/scales").page().contains("GB/T 42195"));
    }

    fn every_table_question_and_scale_has_its_page(db: TestDb) {
        let app = app(db);
        let client = reader(&app);
        for question in LIBRARY.questions() {
            assert!(!client.get(&format!("/policies/ask/{}", question.name)).page().is_empty());
            assert!(!client.get(&format!("/policies/beside/{}", question.name)).page().is_empty());
        }
        for table in LIBRARY.tables() {
            assert!(!client.get(&web::ui::table_href(table)).page().is_empty());
        }
        for scale in LIBRARY.scales() {
            assert!(!client.get(&format!("/policies/scales/{}", scale.id)).page().is_empty());
        }
    }
}
