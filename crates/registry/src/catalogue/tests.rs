use super::model::{NewItem, Provider, against, spreads};
use super::store::Filter;
use super::*;
use crate::institutions::tests::{clerk, credit, home, seed};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, CatalogueId, Fen, InstitutionId};
use policy::Library;
use std::path::Path;
use web::testing::{Client, TestApp};

const STAFF: &[&str] = &["catalogue.read", "catalogue.write"];
const REVIEWER: &[&str] = &["catalogue.read", "catalogue.review"];

fn library() -> Library {
    Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("policies")
}

fn app(db: TestDb) -> TestApp {
    seed(&db);
    TestApp::new(db, library(), routes(), |builder| builder.nav(NAV).with(crate::areas::Names::default()))
}

fn code(text: &str) -> Area {
    Area::parse(text).expect("code")
}

fn institution(app: &TestApp, number: u32, name: &str) -> InstitutionId {
    app.db.write(|tx| crate::institutions::store::save(tx, &clerk("32"), &home(number, name))).expect("saved").0
}

fn staff<'a>(app: &'a TestApp, name: &str, own: InstitutionId) -> Client<'a> {
    let scope = Scope { area: code("320623"), institution: Some(own) };
    app.person_with(name, STAFF, scope, Some(own))
}

fn form<'f>(institution: &'f str, name: &'f str, price: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("kind", "daily_care"),
        ("name", name),
        ("what", "上门助浴，含准备和清理"),
        ("institution", institution),
        ("phone", "0513-84110000"),
        ("price", price),
        ("unit", "次"),
        ("area", "320623000000"),
        ("valid_from", "2026-11-01"),
        ("valid_until", "2027-10-31"),
    ]
}

fn version(app: &TestApp, id: &str) -> String {
    let id = CatalogueId::parse(id).expect("id");
    let by = Actor { now: kernel::Clock::now(app.clock.as_ref()), ..clerk("32") };
    app.db.read(|tx| store::find(tx, &by, id)).expect("there").version.to_string()
}

fn step(app: &TestApp, client: &Client<'_>, id: &str, event: &str, words: &str) -> (u16, String) {
    let version = version(app, id);
    let answer = client.post(&format!("/catalogue/{id}/{event}"), &[("version", &version), ("words", words)]);
    (answer.status.as_u16(), answer.text())
}

fn draft(client: &Client<'_>, form: &[(&str, &str)]) -> String {
    client.post("/catalogue", form).goes_to().trim_start_matches("/catalogue/").to_owned()
}

db::on_both! {
    fn an_item_goes_from_draft_over_the_review_to_all(db: TestDb) {
        let app = app(db);
        let own = institution(&app, 1, "如东康乐养老院");
        let (nurse, reader) = (staff(&app, "院长", own), app.person("读者", &["catalogue.read"], "320623001"));
        let reviewer = app.person("监管", REVIEWER, "320623");
        let id = draft(&nurse, &form(&own.to_string(), "助浴服务", "80"));
        assert!(!reader.get("/catalogue").page().contains("助浴服务"));
        assert_eq!(reader.get(&format!("/catalogue/{id}")).status.as_u16(), 404);
        assert_eq!(step(&app, &nurse, &id, "submit", "").0, 303);
        assert!(reviewer.get("/catalogue?state=submitted").page().contains("助浴服务"));
        assert_eq!(step(&app, &reviewer, &id, "return", "请写明时长").0, 303);
        assert!(nurse.get(&format!("/catalogue/{id}")).page().contains("请写明时长"));
        let before = version(&app, &id);
        let own = own.to_string();
        let mut again = form(&own, "助浴服务", "88.50");
        again.push(("version", &before));
        let on = nurse.post(&format!("/catalogue/{id}"), &again).goes_to();
        assert!(nurse.get(&on).page().contains("88.50"));
        // Somebody who saw the old page is told.
        assert_eq!(nurse.post(&format!("/catalogue/{id}"), &again).status.as_u16(), 409);
        assert_eq!(step(&app, &nurse, &id, "submit", "").0, 303);
        assert_eq!(step(&app, &nurse, &id, "publish", "").0, 403);
        assert_eq!(step(&app, &reviewer, &id, "publish", "").0, 303);
        let seen = reader.get("/catalogue").page();
        assert!(seen.contains("助浴服务") && seen.contains("88.50"), "{seen}");
        assert!(reader.get("/catalogue/print").page().contains("如东康乐养老院"));
        assert_eq!(step(&app, &reviewer, &id, "suspend", "投诉核查").0, 303);
        assert!(!reader.get("/catalogue").page().contains("助浴服务"));
        assert_eq!(step(&app, &reviewer, &id, "resume", "").0, 303);
        assert_eq!(step(&app, &nurse, &id, "withdraw", "不再提供").0, 303);
        assert_eq!(step(&app, &reviewer, &id, "resume", "").0, 409);
    }

    fn a_price_is_kept_when_another_follows(db: TestDb) {
        let app = app(db);
        let own = institution(&app, 1, "如东康乐养老院");
        let nurse = staff(&app, "院长", own);
        let id = draft(&nurse, &form(&own.to_string(), "助浴服务", "80"));
        let change = |price: &str, reason: &str| {
            let version = version(&app, &id);
            nurse.post(&format!("/catalogue/{id}/price"), &[("version", &version), ("price", price), ("reason", reason)]).status.as_u16()
        };
        assert_eq!(change("80", "不变"), 422);
        assert_eq!(change("75", ""), 422);
        assert_eq!(change("七十五", "x"), 422);
        app.clock.advance(chrono::TimeDelta::minutes(1));
        assert_eq!(change("75", "竞争"), 303);
        let page = nurse.get(&format!("/catalogue/{id}")).page();
        assert!(page.contains("75.00") && page.contains("80.00") && page.contains("竞争"), "{page}");
        let prices = app.db.read(|tx| store::prices(tx, CatalogueId::parse(&id).expect("id"))).expect("prices");
        assert_eq!(prices.iter().map(|p| p.price).collect::<Vec<_>>(), [Fen(7500), Fen(8000)]);
    }

    fn what_is_against_publishing_is_numbered(db: TestDb) {
        let app = app(db);
        let county = app.person("经办", STAFF, "320623");
        let bad = [
            ("kind", "smart_monitor"), ("name", "跌倒报警器"), ("provider_name", "南通某公司"), ("credit_code", "123"),
            ("unit", "台"), ("area", "320623"), ("valid_from", "2026-01-01"), ("valid_until", "2026-11-01"),
        ];
        let id = draft(&county, &bad);
        let (status, text) = step(&app, &county, &id, "submit", "");
        assert_eq!(status, 422);
        for reason in ["CA-01", "CA-02", "CA-04", "CA-05", "CA-06", "医疗器械注册证号或备案号"] {
            assert!(text.contains(reason), "{reason}: {text}");
        }
        // Whoever wrote it does not review it.
        let both = app.person("一人", &["catalogue.*"], "320623");
        let (number, good) = (credit(77), credit(77));
        let right = |name| [
            ("kind", "smart_monitor"), ("name", name), ("provider_name", "南通某公司"), ("credit_code", number.as_str()),
            ("unit", "台"), ("area", "320623"), ("valid_from", "2026-01-01"), ("price", "0"), ("phone", "0513-84110000"), ("paper", "苏械备20260001"),
        ];
        let id = draft(&both, &right("跌倒报警器"));
        assert_eq!(step(&app, &both, &id, "submit", "").0, 303);
        let (status, text) = step(&app, &both, &id, "publish", "");
        assert!(status == 422 && text.contains("CA-08"), "{status} {text}");
        let reviewer = app.person("监管", REVIEWER, "3206");
        assert_eq!(step(&app, &reviewer, &id, "publish", "").0, 303);
        // The same of the same provider once more.
        let twin = draft(&both, &right("跌倒报警器"));
        let (status, text) = step(&app, &both, &twin, "submit", "");
        assert!(status == 422 && text.contains("CA-07"), "{status} {text} {}", good.as_str());
    }

    fn a_licence_that_ran_out_is_against_it(db: TestDb) {
        let app = app(db);
        let mut new = home(1, "如东康乐养老院");
        new.licence_until = Some("2026-11-01".parse().expect("day"));
        let own = app.db.write(|tx| crate::institutions::store::save(tx, &clerk("32"), &new)).expect("saved").0;
        let nurse = staff(&app, "院长", own);
        let id = draft(&nurse, &form(&own.to_string(), "助浴服务", "80"));
        let (status, text) = step(&app, &nurse, &id, "submit", "");
        assert!(status == 422 && text.contains("CA-03"), "{status} {text}");
        new.licence_until = Some("2026-11-02".parse().expect("day"));
        app.db.write(|tx| crate::institutions::store::save(tx, &clerk("32"), &new)).expect("saved");
        assert_eq!(step(&app, &nurse, &id, "submit", "").0, 303);
    }

    fn the_neighbour_and_the_next_institution_do_nothing(db: TestDb) {
        let app = app(db);
        let (one, two) = (institution(&app, 1, "如东康乐养老院"), institution(&app, 2, "如东福寿养老院"));
        let (own, other) = (staff(&app, "院长", one), staff(&app, "邻院", two));
        let id = draft(&own, &form(&one.to_string(), "助浴服务", "80"));
        assert_eq!(other.get(&format!("/catalogue/{id}")).status.as_u16(), 404);
        assert_eq!(step(&app, &other, &id, "submit", "").0, 404);
        let (status, text) = { let a = other.post("/catalogue", &form(&one.to_string(), "冒名", "1")); (a.status.as_u16(), a.text()) };
        assert!(status == 422 && text.contains("CA-09"), "{status} {text}");
        step(&app, &own, &id, "submit", "");
        let next = app.person("邻县监管", REVIEWER, "320612");
        assert_eq!(step(&app, &next, &id, "publish", "").0, 404);
        let reviewer = app.person("监管", REVIEWER, "3206");
        assert_eq!(step(&app, &reviewer, &id, "publish", "").0, 303);
        assert!(!next.get("/catalogue").page().contains("助浴服务"));
        // It is read next door, but not changed there.
        assert!(other.get(&format!("/catalogue/{id}")).page().contains("助浴服务"));
        let (status, text) = step(&app, &other, &id, "withdraw", "抢客");
        assert!(status == 422 && text.contains("CA-09"), "{status} {text}");
    }

    fn what_a_city_offers_is_read_in_its_counties_and_not_changed_there(db: TestDb) {
        let app = app(db);
        let city = app.person("市经办", STAFF, "3206");
        let number = credit(78);
        let id = draft(&city, &[
            ("kind", "culture"), ("name", "老年大学书法班"), ("provider_name", "南通老年大学"), ("credit_code", number.as_str()),
            ("unit", "学期"), ("area", "320600"), ("valid_from", "2026-01-01"), ("price", "200"), ("phone", "0513-85110000"),
        ]);
        step(&app, &city, &id, "submit", "");
        assert_eq!(step(&app, &app.person("市监管", REVIEWER, "3206"), &id, "publish", "").0, 303);
        let county = app.person("县经办", STAFF, "320623");
        assert!(county.get("/catalogue?area=320623").page().contains("老年大学书法班"));
        assert_eq!(step(&app, &county, &id, "withdraw", "x").0, 404);
        assert!(!app.person("外省", &["catalogue.read"], "37").get("/catalogue").page().contains("老年大学"));
    }

    fn words_and_pinyin_and_prices_find_it(db: TestDb) {
        let app = app(db);
        let county = app.person("经办", STAFF, "320623");
        let own = institution(&app, 1, "如东康乐养老院");
        draft(&county, &form(&own.to_string(), "助浴服务", "80"));
        draft(&county, &form(&own.to_string(), "陪诊服务", "120"));
        let finds = |query: &str| {
            let page = county.get(&format!("/catalogue?{query}")).page();
            (page.contains("助浴服务"), page.contains("陪诊服务"))
        };
        assert_eq!(finds("words=zy"), (true, false));
        assert_eq!(finds("words=peizhen"), (false, true));
        assert_eq!(finds("words=%E5%BA%B7%E4%B9%90%20%E5%8A%A9%E6%B5%B4%E6%9C%8D"), (true, false));
        assert_eq!(finds("least=80&most=119.99"), (true, false));
        assert_eq!(finds("least=80.01"), (false, true));
        assert_eq!(finds("kind=culture"), (false, false));
        assert_eq!(county.get("/catalogue?least=x").status.as_u16(), 422);
        let all = app.db.read(|tx| store::list(tx, &clerk("320623"), &Filter::default(), 10, 0)).expect("list");
        let spread = spreads(&all);
        assert_eq!((spread[0].least, spread[0].middle, spread[0].most), (Fen(8000), Fen(8000), Fen(12000)));
    }
}

#[test]
fn the_days_of_an_item_end_with_its_last_day() {
    let facts = NewItem {
        kind: Kind::Culture,
        name: "书法班".into(),
        what: String::new(),
        provider: Provider::Institution(InstitutionId::NOTHING),
        phone: "0513-85110000".into(),
        paper: String::new(),
        area: code("320623"),
        price: Some(Fen(1)),
        unit: "次".into(),
        from: "2026-01-01".parse().expect("day"),
        until: Some("2026-11-02".parse().expect("day")),
    };
    let item = Item {
        id: CatalogueId::NOTHING,
        facts,
        provider_name: "甲".into(),
        credit_code: String::new(),
        licence_until: None,
        state: State::Draft,
        reason: String::new(),
        made_by: String::new(),
        made_account: None,
        reviewed_by: String::new(),
        reviewed_at: None,
        version: 1,
        changed_at: kernel::Instant::UNIX_EPOCH,
    };
    let codes = |day: &str| {
        against(&item, None, None, day.parse().expect("day")).into_iter().map(|r| r.code).collect::<Vec<_>>()
    };
    assert!(codes("2026-11-01").is_empty() && codes("2026-11-02").is_empty());
    assert_eq!(codes("2026-11-03"), ["CA-06"]);
}
