//! Simulation: equal to asking one by one, and only within one's own area.

use super::{Ask, Of, Population, Side, check, model, routes, run, text};
use kernel::{Area, Date};
use policy::Library;
use std::path::Path;
use std::sync::LazyLock;
use web::testing::TestApp;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Library::load(&root).unwrap_or_else(|mistakes| panic!("{}", policy::lines(&mistakes)))
});

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

fn ask(question: &str, a: (&str, &str), b: (&str, &str), assumed: &[(&str, &str)]) -> Ask {
    let side = |(document, on): (&str, &str)| Side { document: document.into(), on: day(on) };
    let assumed = assumed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ask { question: question.into(), a: side(a), b: side(b), assumed }
}

fn counties() -> Vec<(Area, String)> {
    ["320612", "320623"].map(|code| (Area::parse(code).expect("code"), code.to_owned())).into()
}

fn people(ask: &Ask, many: usize) -> Population {
    Population::made_up(&LIBRARY, ask, many, (7, day("2026-11-01")), &counties()).expect("people")
}

const CARE: &str = "nantong/basic-care-insurance";

#[test]
fn the_sums_are_those_of_asking_one_by_one() {
    let care = ask("care_insurance_benefit", (CARE, "2016-06-01"), (CARE, "2019-06-01"), &[("setting", "home")]);
    let free =
        ask("required_medical_function", ("nantong/2018-54", "2026-11-01"), ("wafangdian/2017-104", "2026-11-01"), &[]);
    for ask in [care, free] {
        let people = people(&ask, 700);
        let result = run(&LIBRARY, &ask, &people).expect("result");
        let (mut before, mut after, mut changed) = (0, 0, 0);
        for row in 0..700 {
            let a = LIBRARY.opened(&result.a, &result.columns, row).expect("a");
            let b = LIBRARY.opened(&result.b, &result.columns, row).expect("b");
            let output = result.a.output();
            before += a.int(output).unwrap_or(0);
            after += b.int(output).unwrap_or(0);
            changed += usize::from(a.get(output) != b.get(output));
        }
        assert_eq!(result.changed.iter().sum::<usize>(), changed, "{}", ask.question);
        if result.counts == model::Counts::Money {
            let whole = result.difference.whole;
            assert_eq!((whole.before, whole.after), (i128::from(before), i128::from(after)));
            assert!(after > before, "2019 pays for more people than 2016");
        }
        let rows: usize = result.by_rows().iter().map(|(_, change)| change.people).sum();
        let areas: usize = result.difference.by_area.iter().map(|change| change.people).sum();
        assert_eq!((rows, areas), (700, 700));
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let ask = ask("family_doctor_priority", ("nantong/2018-54", "2026-11-01"), ("jiangxi/2023-5", "2026-11-01"), &[]);
    let made = || {
        let people = people(&ask, 300);
        let result = run(&LIBRARY, &ask, &people).expect("result");
        (text::table(&LIBRARY, &ask, &people, &result), text::json(&LIBRARY, &ask, &people, &result).to_string())
    };
    let (table, json) = made();
    assert_eq!((&table, &json), (&made().0, &made().1));
    assert!(table.contains("合成") && json.contains("\"synthetic\":true"), "{table}");
}

#[test]
fn what_cannot_be_simulated_says_why() {
    let says = |ask: &Ask| check(&LIBRARY, ask).expect_err("refused");
    let on = "2026-11-01";
    let of =
        |question: &str, a: &str, b: &str, assumed: &[(&str, &str)]| says(&ask(question, (a, on), (b, on), assumed));
    let nantong = "nantong/2018-54";
    assert!(of("nonsense", nantong, nantong, &[]).contains("可以问"));
    assert!(of("stronger_support", nantong, "nowhere/1", &[]).contains("没有文件“nowhere/1”"));
    assert!(of("stronger_support", nantong, "shanghai/2015", &[]).contains("不能回答"));
    assert!(of("stronger_support", nantong, nantong, &[("weather", "fine")]).contains("可以假设"));
    assert!(of("stronger_support", nantong, nantong, &[("local_resident_share_bp", "-1")]).contains("应为"));
    assert!(of("home_visit_charge", "jiangxi/2023-5", "jiangxi/2023-5", &[]).contains("逐项"));
    let early = ask("stronger_support", (nantong, "2018-06-30"), (nantong, on), &[]);
    assert!(says(&early).contains("2018-06-30"));
}

#[test]
fn questions_know_of_whom_they_are() {
    let on = "2026-11-01";
    let of =
        |question: &str, document: &str| Of::question(&LIBRARY, &ask(question, (document, on), (document, on), &[]));
    assert_eq!(of("required_medical_function", "nantong/2018-54"), Ok(Of::Institutions));
    assert_eq!(of("family_doctor_priority", "nantong/2018-54"), Ok(Of::Elders));
    assert_eq!(of("care_insurance_benefit", CARE), Ok(Of::Elders));
}

db::on_both! {
    fn nobody_simulates_beyond_their_area_or_from_within_an_institution(db: TestDb) {
        let app = TestApp::new(db, LIBRARY.clone(), routes(), |builder| {
            builder.with(registry::areas::Names::default()).with(registry::elders::Columns::default()).nav(crate::simulation::NAV)
        });
        let clerk = app.person("经办", &["simulation.read"], "320623");
        let url = "/simulation/tcm_due";
        assert!(clerk.get(url).page().contains("没有登记的对象"));
        assert!(clerk.get("/simulation").page().contains("中医药健康管理"));
        assert_eq!(clerk.get(&format!("{url}?area=320612")).status.as_u16(), 404);
        assert_eq!(clerk.get(&format!("{url}/open?from=0&to=0")).status.as_u16(), 403, "no permission to see elders");
        assert_eq!(clerk.get("/simulation/nonsense").status.as_u16(), 404);
        assert_eq!(clerk.get(&format!("{url}?a=nonsense")).status.as_u16(), 422);
        let institution = kernel::InstitutionId::new(kernel::Clock::now(app.clock.as_ref()), app.state.chance.as_ref());
        let scope = db::Scope { area: Area::parse("320623").expect("code"), institution: Some(institution) };
        let confined = app.person_with("站长", &["simulation.read", "elders.read"], scope, Some(institution));
        assert_eq!(confined.get(url).status.as_u16(), 403);
        assert_eq!(confined.get(&format!("{url}/open?from=0&to=0")).status.as_u16(), 403);
    }
}
