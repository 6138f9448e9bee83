//! A population small enough to count by hand, on both engines and through the router.

mod population;

use super::model::{About, Code, Figure, Goals, Measure, Side, Verdict};
use super::places::Service;
use super::store::{self, PeopleList};
use super::survey::{Ask, Survey};
use super::*;
use db::testing::TestDb;
use kernel::{Bp, Month};
use population::{actor, area, day, library, populate, standard};
use registry::elders::Columns;
use web::testing::TestApp;

fn survey(db: &TestDb, code: &str) -> Survey {
    let ask = Ask { area: area(code), on: day("2026-11-02"), month: None };
    Survey::take(db, &Columns::default(), &library(), &actor("32"), &ask).expect("survey")
}

fn measure(survey: &Survey, code: Code) -> Measure {
    survey.find(code).map(|f| f.measure).unwrap_or_else(|| panic!("{}", code.key()))
}

fn share(part: i64, whole: i64) -> Measure {
    Measure::Share { part, whole }
}

fn figure(code: Code, place: &str, measure: Measure) -> Figure {
    let library = library();
    let goal = Goals::at(&library, area(place), day("2026-11-02")).of(code, area(place));
    Figure { code, area: area(place), measure, goal, notes: Vec::new(), unverified: Vec::new() }
}

#[test]
fn every_code_has_one_definition_and_comes_back_from_its_key() {
    for definition in model::ALL {
        assert_eq!(Code::parse(definition.key), Some(definition.code));
        assert_eq!(definition.code.definition().key, definition.key);
    }
    assert_eq!(Code::parse("NT-9"), None);
}

#[test]
fn a_share_is_held_against_its_target_without_rounding_up() {
    let beds = |part, whole| figure(Code::NursingBeds, "3206", share(part, whole));
    assert_eq!(beds(4_999, 10_000).verdict(), Verdict::Below(1));
    assert_eq!(beds(4_999, 10_000).shown(), "49.99%");
    assert_eq!(beds(5_000, 10_000).verdict(), Verdict::Met);
    assert_eq!(beds(5_001, 10_000).verdict(), Verdict::Met);
    assert_eq!(beds(49_999, 100_000).shown(), "49.99%");
    assert_eq!(beds(1, 3).verdict(), Verdict::Below(1));
    let managed = |part| figure(Code::HealthManaged, "320623", share(part, 10_000));
    assert_eq!((managed(7_499).verdict(), managed(7_500).verdict()), (Verdict::Below(1), Verdict::Met));
    assert_eq!(managed(7_499).standing(), "还差 1 人");
}

#[test]
fn nothing_to_count_among_is_no_data_and_neither_none_nor_all() {
    let none = figure(Code::Medical, "3206", share(0, 0));
    assert_eq!((none.verdict(), none.share(), none.shown().as_str()), (Verdict::NoData, None, "无数据"));
    let all = figure(Code::Medical, "3206", share(3, 3));
    assert_eq!((all.verdict(), all.share()), (Verdict::Met, Some(Bp(10_000))));
    assert_eq!(figure(Code::Medical, "3206", share(2, 3)).verdict(), Verdict::Below(1));
}

#[test]
fn numbers_demanded_of_the_whole_are_no_target_of_a_part() {
    let homes = |place, count| figure(Code::NursingHomes, place, Measure::Count(count));
    assert_eq!(homes("3206", 29).verdict(), Verdict::Below(1));
    assert_eq!((homes("3206", 30).verdict(), homes("3206", 31).verdict()), (Verdict::Met, Verdict::Met));
    assert_eq!(homes("320623", 1).verdict(), Verdict::NoTarget);
    let county = |count| figure(Code::NursingHomesPerCounty, "320623", Measure::Count(count));
    assert_eq!((county(1).verdict(), county(2).verdict()), (Verdict::Below(1), Verdict::Met));
    assert_eq!(county(1).standing(), "还差 1 所");
    assert!(figure(Code::Medical, "320623", share(1, 1)).goal.expect("goal").reference);
    assert!(!figure(Code::Medical, "3206", share(1, 1)).goal.expect("goal").reference);
    assert_eq!(figure(Code::Medical, "3207", share(1, 2)).verdict(), Verdict::NoTarget);
}

#[test]
fn the_table_of_benefits_is_asked_level_by_level() {
    let rules = rules::Rules::at(&library(), area("320623"), day("2026-11-02"), Month::of(day("2026-10-01")));
    assert_eq!(rules::Rules::list(rules.levels), [2, 3, 4, 5]);
    assert_eq!(rules::Rules::list(rules.levels_dementia), [1, 2, 3, 4, 5]);
    assert_eq!((rules.born_by, rules.year_from), (Some(day("1961-12-31")), day("2026-01-01")));
    let elsewhere = rules::Rules::at(&library(), area("3207"), day("2026-11-02"), rules.month);
    assert!(!elsewhere.benefits && elsewhere.born_by.is_none() && elsewhere.levels == 0);
}

#[test]
fn an_agreement_counts_until_its_last_day() {
    let home = |until: Option<&str>| population::home_with(Some("52320623MJ0000001X"), until.map(day));
    let service = |until| Service::of(&home(until), day("2026-11-02"));
    assert_eq!(service(Some("2026-11-01")), Service::Ended(day("2026-11-01")));
    assert_eq!((service(Some("2026-11-02")), service(Some("2026-11-03"))), (Service::Agreement, Service::Agreement));
    assert_eq!(service(None), Service::AgreementUndated);
    assert!(!Service::of(&population::home_with(None, None), day("2026-11-02")).counts());
}

#[test]
fn a_home_counts_from_its_first_day() {
    let mut home = population::home_with(None, None);
    home.facts.opened_on = Some(day("2026-11-02"));
    let running = |on: &str| places::running(&home, day(on));
    assert!(!running("2026-11-01") && running("2026-11-02") && running("2026-11-03"));
}

db::on_both! {
    fn a_county_is_counted(db: TestDb) {
        populate(&db);
        let county = survey(&db, "320623");
        assert_eq!(county.rules.month, Month::of(day("2026-10-01")));
        assert_eq!(measure(&county, Code::Medical), share(2, 3));
        assert_eq!(measure(&county, Code::NursingHomesPerCounty), Measure::Count(1));
        assert_eq!(measure(&county, Code::NursingBeds), share(100, 200));
        assert_eq!(county.find(Code::NursingBeds).map(Figure::verdict), Some(Verdict::Met));
        assert_eq!(measure(&county, Code::Stations), share(1, 2));
        assert_eq!(measure(&county, Code::Benefit), share(2, 5));
        assert_eq!(measure(&county, Code::BenefitUrban), share(1, 3));
        assert_eq!(measure(&county, Code::BenefitRural), share(0, 1));
        assert_eq!(measure(&county, Code::HealthManaged), share(2, 3));
        let health = county.find(Code::HealthManaged).expect("figure");
        assert_eq!((health.shown(), health.standing()), ("66.66%".into(), "还差 1 人".into()));
        assert!(health.notes.iter().any(|note| note.contains("1 人没有登记是否常住")), "{:?}", health.notes);
        assert!(county.find(Code::NursingHomes).is_none());
    }

    fn the_parts_add_up_to_the_whole(db: TestDb) {
        populate(&db);
        for code in ["3206", "320623"] {
            let survey = survey(&db, code);
            for whole in survey.figures.iter().filter(|f| f.code.definition().about == About::People) {
                let parts: Vec<&Figure> = survey.parts.iter().filter_map(|part| part.figure(whole.code)).collect();
                assert_eq!(parts.iter().map(|f| f.numerator()).sum::<i64>(), whole.numerator(), "{code}");
                assert_eq!(parts.iter().filter_map(|f| f.denominator()).sum::<i64>(), whole.denominator().expect("d"));
            }
        }
        let county = survey(&db, "320623");
        let rest = county.parts.last().expect("parts");
        assert_eq!((rest.name(), rest.figure(Code::Benefit).map(|f| f.measure)), ("未细分到下级", Some(share(1, 1))));
    }

    fn a_city_counts_its_counties(db: TestDb) {
        populate(&db);
        let city = survey(&db, "3206");
        assert_eq!(measure(&city, Code::NursingHomes), Measure::Count(1));
        let homes = city.find(Code::NursingHomes).expect("figure");
        assert_eq!(homes.verdict(), Verdict::Below(29));
        assert!(homes.notes[0].starts_with("1 个县（市）、区没有登记"), "{:?}", homes.notes);
        assert!(!city.find(Code::Benefit).expect("figure").unverified.is_empty());
        assert_eq!(measure(&city, Code::NursingHomesPerCounty), Measure::Each { reached: 0, of: 2 });
        assert_eq!(measure(&city, Code::HealthManaged), share(3, 4));
        assert_eq!(city.find(Code::HealthManaged).map(Figure::verdict), Some(Verdict::Met));
        let neighbour = survey(&db, "320612");
        assert_eq!(neighbour.find(Code::Medical).map(Figure::verdict), Some(Verdict::NoData));
        assert_eq!(neighbour.find(Code::Stations).map(Figure::verdict), Some(Verdict::NoData));
        let street = survey(&db, "320623002");
        assert_eq!(street.find(Code::StationsInStreet).map(Figure::verdict), Some(Verdict::Below(1)));
        assert!(survey(&db, "320623100").find(Code::StationsInStreet).is_none());
    }

    fn a_province_without_a_document_has_figures_and_no_targets(db: TestDb) {
        populate(&db);
        let province = survey(&db, "32");
        assert_eq!(province.find(Code::Medical).map(Figure::verdict), Some(Verdict::NoTarget));
        assert!(province.find(Code::HealthManaged).is_none() && province.find(Code::Benefit).is_none());
        assert!(!text::table(&province).is_empty() && text::table(&survey(&db, "3206")).contains("还差 29 所"));
    }

    fn each_list_is_as_long_as_its_figure(db: TestDb) {
        populate(&db);
        for place in ["3206", "320623", "320623001", "320612"] {
            let survey = survey(&db, place);
            for f in &survey.figures {
                let missing = f.denominator().map_or(0, |d| d - f.numerator());
                for (side, expected) in [(Side::Counted, f.numerator()), (Side::Missing, missing)] {
                    let found = db.read(|tx| {
                        let names = |a: Area| a.short();
                        listing::list(tx, &actor("32"), &survey, (f.code, side), &names, (100, 0))
                    });
                    let found = found.expect("list");
                    let weight: i64 = found.rows.iter().map(|row| row.weight).sum();
                    assert_eq!(weight, expected, "{place} {} {side:?}", f.code.key());
                    assert_eq!(found.total, found.rows.len() as i64);
                }
            }
        }
    }

    fn sql_and_columns_agree(db: TestDb) {
        populate(&db);
        assert_eq!(verify(&db).expect("verified"), Vec::<String>::new());
    }

    fn the_month_can_be_chosen(db: TestDb) {
        populate(&db);
        let of = |month| {
            let ask = Ask { area: area("320623"), on: day("2026-11-02"), month: Month::parse(month) };
            let survey = Survey::take(&db, &Columns::default(), &library(), &actor("32"), &ask).expect("survey");
            measure(&survey, Code::Benefit)
        };
        assert_eq!((of("2026-09"), of("2026-10"), of("2026-11")), (share(3, 5), share(2, 5), share(0, 5)));
    }

    fn whoever_is_confined_sees_no_indicators_and_neighbours_see_nothing(db: TestDb) {
        populate(&db);
        let ask = Ask { area: area("320623"), on: day("2026-11-02"), month: None };
        let take = |by: &Actor| Survey::take(&db, &Columns::default(), &library(), by, &ask).map(|s| s.figures.len());
        assert!(matches!(take(&actor("320612")), Err(Error::NotFound)));
        let mut confined = actor("320623");
        confined.scope.institution = Some(kernel::InstitutionId::new(confined.now, &kernel::chance::Seeded::new(1)));
        assert!(matches!(take(&confined), Err(Error::Forbidden)));
        let rules = survey(&db, "320623").rules;
        let list = PeopleList { code: Code::Benefit, side: Side::Missing, area: area("320623"), rules: &rules };
        assert_eq!(db.read(|tx| store::count_people(tx, &actor("320612"), &[list])).expect("count"), [0]);
    }

    fn what_is_below_its_target_becomes_work(db: TestDb) {
        populate(&db);
        let by = actor("320623");
        daily(&db, &Columns::default(), &library(), &by).expect("daily");
        daily(&db, &Columns::default(), &library(), &by).expect("twice is once");
        let app = TestApp::new(db, library(), routes(), |builder| builder);
        let client = app.person("监管", &["indicators.*"], "320623");
        let mut user = client.user.clone();
        user.role = "supervisor".into();
        let groups = app.db.read(|tx| work(tx, &web::Desk { user: &user, by: &by, policies: &app.state.policies })).expect("work");
        let titles: Vec<&str> = groups[0].items.iter().map(|item| item.title.as_str()).collect();
        assert!(titles.contains(&"老年人健康管理率") && !titles.contains(&"护理型床位占养老机构床位总数"), "{titles:?}");
        assert_eq!((groups[1].total, groups[1].items[0].title.as_str()), (1, "城东街道"));
        user.role = "carer".into();
        assert!(app.db.read(|tx| work(tx, &web::Desk { user: &user, by: &by, policies: &app.state.policies })).expect("work").is_empty());
        let course = app.db.read(|tx| store::course(tx, area("320623"), Code::HealthManaged)).expect("course");
        assert_eq!((course.len(), course[0].numerator, course[0].gap), (1, 2, Some(1)));
    }

    fn pages_show_figures_lists_and_files_within_ones_area(db: TestDb) {
        populate(&db);
        let app = TestApp::new(db, library(), routes(), |b| b.with(Columns::default()));
        let clerk = app.person("经办", &["indicators.*", "elders.read"], "320623");
        let page = clerk.get("/indicators").page();
        for text in ["66.66%", "还差 1 人", "通政发〔2018〕54号", "城东街道", "未达标"] {
            assert!(page.contains(text), "{text}");
        }
        for code in model::ALL.iter().map(|d| d.key) {
            assert!(clerk.get(&format!("/indicators/{code}")).page().contains("怎样统计"), "{code}");
            for side in ["counted", "missing"] {
                let _ = clerk.get(&format!("/indicators/{code}/list?side={side}")).page();
                let file = clerk.get(&format!("/indicators/{code}/export?side={side}"));
                assert!(file.status.is_success() && file.bytes.starts_with(b"PK"), "{code} {side}");
            }
        }
        assert!(clerk.get("/indicators/NT-2.1.1/list?side=missing").page().contains("丙"));
        assert!(clerk.get("/indicators/export").bytes.starts_with(b"PK"));
        for path in ["/indicators", "/indicators/NT-1.3d", "/indicators/NT-1.3d/list", "/indicators/NT-1.3d/export"] {
            assert_eq!(clerk.get(&format!("{path}?area=320612")).status, 404, "{path}");
        }
        assert_eq!(clerk.get("/indicators/NT-9").status, 404);
        assert_eq!(clerk.get("/indicators?on=2026-11-03").status, 422);
        assert!(clerk.get("/indicators?on=2026-10-31&month=2026-09").page().contains("按当前登记推算"));
        let noted = "select count(*) from audit where action = 'indicators.export' and subject = 'NT-2.1.1'";
        assert_eq!(app.db.read(|tx| tx.count(noted, &[])).expect("audit"), 2);
        let reader = app.person("统计", &["indicators.*"], "320623");
        assert_eq!(reader.get("/indicators/NT-2.1.1/list").status, 403);
        assert!(reader.get("/indicators/NT-1.3c/list").page().contains("城东街道"));
    }

    fn a_follower_sees_the_indicator_move(db: TestDb) {
        populate(&db);
        let (columns, library) = (Columns::default(), library());
        let ask = Ask { area: area("320623"), on: day("2026-11-02"), month: None };
        let take = || all(&db, &columns, &library, &actor("32"), &ask).expect("all");
        let benefit = |all: &[Figure]| all.iter().find(|f| f.code == Code::Benefit).map(|f| f.measure);
        assert_eq!(benefit(&take()), Some(share(2, 5)));
        standard(&db, "庚", "1960-05-05", "320623001", 3, Some("2026-10"));
        assert_eq!(benefit(&take()), Some(share(3, 6)));
    }
}
