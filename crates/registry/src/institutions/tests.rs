use super::model::{Validity, has_medical_function, medical_facts, validity};
use super::*;
use crate::saved::{Refused, Saved};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, CreditCode, Date};
use web::testing::TestApp;

pub(crate) fn clerk(area: &str) -> Actor {
    let now = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
    Actor { scope: Scope { area: code(area), institution: None }, ..Actor::system(now) }
}

fn code(text: &str) -> Area {
    Area::parse(text).expect("code")
}

fn day(text: &str) -> Date {
    text.parse().expect("day")
}

/// A valid credit code that differs by the number.
pub(crate) fn credit(number: u32) -> CreditCode {
    let body = format!("52320623MJ{number:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    CreditCode::parse(&format!("{body}{check}")).expect("credit code")
}

/// The areas that the tests speak of.
pub(crate) fn seed(db: &TestDb) {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| crate::areas::seed(tx, &clerk("32"), list)).expect("seeded");
}

pub(crate) fn home(number: u32, name: &str) -> NewInstitution {
    NewInstitution {
        credit_code: credit(number),
        name: name.into(),
        kind: Kind::ElderCareInstitution,
        ownership: Some(Ownership::Private),
        profit: None,
        area: code("320623"),
        address: None,
        lon: None,
        lat: None,
        phone: None,
        beds: Some(120),
        nursing_beds: Some(60),
        medical_beds: None,
        medical_unit: None,
        partner_code: None,
        partner_until: None,
        licence_no: None,
        licence_until: None,
        opened_on: None,
        hospital_level: None,
    }
}

fn refusal<T: std::fmt::Debug>(result: crate::saved::Result<T>) -> String {
    match result.expect_err("refused") {
        Refused::Field { field, message } => format!("{field}：{message}"),
        Refused::Store(e) => panic!("{e}"),
    }
}

#[test]
fn a_licence_is_pointed_out_from_sixty_days_before_its_last_day() {
    let at = |until| validity(Some(day(until)), day("2026-11-02"));
    assert_eq!(at("2027-01-02"), Validity::Valid);
    assert_eq!(at("2027-01-01"), Validity::Ending(60));
    assert_eq!(at("2026-11-02"), Validity::Ending(0));
    assert_eq!(at("2026-11-01"), Validity::Ended(1));
    assert_eq!(validity(None, day("2026-11-02")), Validity::Unknown);
}

#[test]
fn a_form_says_all_that_is_wrong_at_once() {
    let bad = NewInstitution {
        name: " ".into(),
        beds: Some(10),
        nursing_beds: Some(11),
        opened_on: Some(day("2026-11-03")),
        partner_code: Some("123".into()),
        ..home(1, "x")
    };
    let wrong = model::check(&bad, day("2026-11-02"));
    let fields: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
    assert_eq!(fields, ["name", "nursing_beds", "opened_on", "partner_code"]);
    assert!(model::check(&NewInstitution { nursing_beds: Some(120), ..home(1, "x") }, day("2026-11-02")).is_empty());
}

#[test]
fn a_large_private_home_needs_a_unit_of_its_own_and_a_small_one_may_have_an_agreement() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let library = policy::Library::load(&root).expect("policies");
    let today = day("2026-11-02");
    let state = |i: &NewInstitution| {
        let decision = library.decide("required_medical_function", i.area, today, &medical_facts(i));
        has_medical_function(i, &decision, today)
    };
    let with_partner = |beds| NewInstitution {
        beds: Some(beds),
        partner_code: Some(credit(9).as_str().into()),
        partner_until: Some(today),
        ..home(1, "x")
    };
    assert_eq!(state(&with_partner(99)), Some(true));
    assert_eq!(state(&with_partner(100)), Some(false));
    assert_eq!(state(&NewInstitution { medical_unit: Some(MedicalUnit::Infirmary), ..with_partner(100) }), Some(true));
    assert_eq!(state(&NewInstitution { partner_until: Some(day("2026-11-01")), ..with_partner(99) }), Some(false));
    assert_eq!(state(&NewInstitution { ownership: None, ..home(1, "x") }), None);
}

db::on_both! {
    fn an_institution_is_matched_by_its_credit_code(db: TestDb) {
        seed(&db);
        let by = clerk("320623");
        let save = |new: &NewInstitution| db.write(|tx| store::save(tx, &by, new));
        let (id, saved) = save(&home(1, "幸福养老院")).expect("saved");
        assert_eq!(saved, Saved::Created);
        assert_eq!(save(&home(1, "幸福养老院")).expect("saved"), (id, Saved::Unchanged));
        let blank = NewInstitution { beds: None, phone: Some("0513-84512345".into()), ..home(1, "幸福养老院") };
        let (_, Saved::Changed(changes)) = save(&blank).expect("saved") else { panic!("changed") };
        assert_eq!(changes.len(), 1, "a blank cell erases nothing");
        let now = db.read(|tx| store::find(tx, &by, id)).expect("found");
        assert_eq!((now.facts.beds, now.facts.phone.as_deref()), (Some(120), Some("0513-84512345")));
        db.write(|tx| store::restore(tx, &by, id, &changes)).expect("back");
        assert_eq!(db.read(|tx| store::find(tx, &by, id)).expect("found").facts, home(1, "幸福养老院"));
        let exact = NewInstitution { nursing_beds: None, ..home(1, "幸福养老院") };
        db.write(|tx| store::update(tx, &by, id, &exact)).expect("updated");
        assert_eq!(db.read(|tx| store::find(tx, &by, id)).expect("found").facts, exact, "a form does erase");
        db.write(|tx| store::remove(tx, &by, id)).expect("removed");
        assert_eq!(db.read(|tx| store::by_credit_code(tx, &credit(1))).expect("read"), None);
    }

    fn neighbours_neither_see_nor_change_it(db: TestDb) {
        seed(&db);
        let (own, neighbour) = (clerk("320623"), clerk("320612"));
        let (id, _) = db.write(|tx| store::save(tx, &own, &home(1, "幸福养老院"))).expect("saved");
        assert!(matches!(db.read(|tx| store::find(tx, &neighbour, id)), Err(db::Error::NotFound)));
        assert!(db.read(|tx| store::list(tx, &neighbour, &store::Filter::default(), 9, 0)).expect("list").is_empty());
        assert!(refusal(db.write(|tx| store::save(tx, &neighbour, &home(1, "改名")))).contains("不在您的辖区内"));
        assert!(refusal(db.write(|tx| store::save(tx, &neighbour, &home(2, "乙")))).contains("不在您的辖区内"));
        let nowhere = NewInstitution { area: code("320623999"), ..home(3, "丙") };
        assert!(refusal(db.write(|tx| store::save(tx, &own, &nowhere))).contains("没有代码为"));
        let mut confined = clerk("320623");
        confined.scope.institution = Some(kernel::InstitutionId::new(own.now, &kernel::chance::Seeded::new(3)));
        assert!(db.read(|tx| store::find(tx, &confined, id)).is_err());
    }

    fn lists_are_filtered_and_counted(db: TestDb) {
        seed(&db);
        let by = clerk("3206");
        for (number, name) in [(1, "幸福_甲"), (2, "幸福乙"), (3, "康乐100%")] {
            let licence_until = (number == 2).then(|| day("2026-12-01"));
            let new = NewInstitution { licence_until, ..home(number, name) };
            db.write(|tx| store::save(tx, &by, &new)).expect("saved");
        }
        let named = |text: &str| {
            let filter = store::Filter { name: Some(text.into()), ..store::Filter::default() };
            db.read(|tx| store::list(tx, &by, &filter, 9, 0)).expect("list").len()
        };
        assert_eq!((named("幸福"), named("_"), named("100%"), named(credit(2).as_str())), (2, 1, 1, 1));
        let all = store::Filter { kinds: vec![Kind::ElderCareInstitution], area: Some(code("320623")), name: None };
        assert_eq!(db.read(|tx| store::totals(tx, &by, &all)).expect("totals"), (3, 360, 180));
        assert_eq!(db.read(|tx| store::ending(tx, &by, day("2026-11-30"))).expect("list").len(), 0);
        assert_eq!(db.read(|tx| store::ending(tx, &by, day("2026-12-01"))).expect("list").len(), 1);
        assert_eq!(db.read(|tx| store::options(tx, &by, &[Kind::Hospital])).expect("list").len(), 0);
    }

    fn pages_show_add_and_refuse(db: TestDb) {
        seed(&db);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let library = policy::Library::load(&root).expect("policies");
        let app = TestApp::new(db, library, routes(), |state| state.nav(NAV).with(crate::areas::Names::default()));
        let keeper = app.person("李经办", &["institutions.*", "staff.*"], "320623");
        let code = credit(7);
        let form = [("credit_code", code.as_str()), ("name", "幸福<养老院>"), ("kind", "elder_care_institution"),
            ("ownership", "private"), ("area", "320623"), ("beds", "100"), ("licence_until", "2026-11-01")];
        let url = keeper.post("/institutions", &form).goes_to();
        let page = keeper.get(&url).page();
        for part in ["幸福&lt;养老院&gt;", "如东县", "已过期 1 天", "未达到要求", "依据", "NT-2.3.1"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(keeper.get("/institutions?name=%E5%B9%B8%E7%A6%8F").page().contains("养老床位 100 张"));
        assert_eq!(keeper.post("/institutions", &form).status.as_u16(), 409);
        let bad = [("credit_code", code.as_str()), ("name", "x"), ("kind", "hospital"), ("area", "320623"), ("beds", "-1")];
        let answer = keeper.post(&url, &bad);
        assert_eq!(answer.status.as_u16(), 422);
        assert!(answer.text().contains("养老床位数"));
        assert!(keeper.get(&format!("{url}/edit")).page().contains("value=\"100\""));
        assert_eq!(keeper.post(&url, &form[..5]).goes_to(), url);
        let reader = app.person("王监管", &["institutions.read"], "320623");
        assert_eq!(reader.post(&url, &form).status.as_u16(), 403);
        assert_eq!(app.person("邻县", &["institutions.*"], "320612").get(&url).status.as_u16(), 404);
        let groups = app.db.read(|tx| work(tx, &web::Desk { user: &keeper.user, by: &clerk("320623"), policies: &app.state.policies })).expect("work");
        assert_eq!(groups[0].total, 0, "the licence was blanked by the last form");
    }
}
