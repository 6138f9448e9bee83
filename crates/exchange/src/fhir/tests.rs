//! Through the router: what a partner gets, what it may send, and what the next county's partner does not see.

mod pages;
mod reading;
mod sending;

use super::model::Rights;
use super::store;
use super::{NAV, NewPartner, Resource, routes};
use care::chart::{self, Kind, NewItem};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, CitizenNumber, CreditCode, ElderId, InstitutionId, PartnerId};
use registry::elders::NewElder;
use registry::institutions::{Kind as Place, NewInstitution};
use serde_json::Value;
use web::testing::{Answer, TestApp};

const CITIZEN: &str = "urn:oid:2.16.156.10011.1.3";

fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

/// A clerk of the county at the instant of the test's clock.
fn clerk() -> Actor {
    let now = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
    Actor { name: "经办".into(), scope: Scope { area: area("320623"), institution: None }, ..Actor::system(now) }
}

fn app(db: TestDb) -> TestApp {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| registry::areas::seed(tx, &Actor::system(clerk().now), list)).expect("areas");
    db.follow(vec![care::episodes::follow]);
    TestApp::new(db, policy::Library::default(), routes(), |b| b.nav(NAV).with(registry::areas::Names::default()))
}

fn number(which: u32) -> CitizenNumber {
    let body = format!("32062319400304{which:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), clerk().today()).expect("number")
}

fn elder(app: &TestApp, which: u32, name: &str) -> ElderId {
    let new = NewElder::new(name, number(which), area("320623"));
    app.db.write(|tx| registry::elders::store::save(tx, &clerk(), &new)).expect("saved").0
}

fn credit(which: u32) -> CreditCode {
    let body = format!("52320623MJ{which:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    CreditCode::parse(&format!("{body}{check}")).expect("credit")
}

fn hospital(app: &TestApp, which: u32) -> InstitutionId {
    let new = NewInstitution {
        credit_code: credit(which),
        name: "如东县人民医院".into(),
        kind: Place::Hospital,
        ownership: None,
        profit: None,
        area: area("320623"),
        address: None,
        lon: None,
        lat: None,
        phone: None,
        beds: None,
        nursing_beds: None,
        medical_beds: None,
        medical_unit: None,
        partner_code: None,
        partner_until: None,
        licence_no: None,
        licence_until: None,
        opened_on: None,
        hospital_level: None,
    };
    app.db.write(|tx| registry::institutions::store::save(tx, &clerk(), &new)).expect("saved").0
}

fn new_partner(place: &str) -> NewPartner {
    NewPartner {
        name: format!("{place}健康信息平台"),
        area: area(place),
        rights: Rights { read: Resource::ALL.to_vec(), write: Resource::ALL[1..].to_vec() },
        purpose: "资料互通".into(),
        contact: "信息科 0513-84110000".into(),
        per_minute: 100,
        from: "2026-11-02".parse().expect("day"),
        until: "2026-11-03".parse().expect("day"),
    }
}

/// A partner of an area with its secret.
fn partner(app: &TestApp, new: &NewPartner) -> (PartnerId, String) {
    let by = Actor { scope: Scope::ALL, ..clerk() };
    app.db.write(|tx| store::create(tx, &by, new)).expect("registered")
}

fn call(app: &TestApp, secret: &str, method: &str, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {secret}");
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/fhir+json"), ("host", "yiyang.test")];
    let bytes = if body.is_null() { vec![] } else { body.to_string().into_bytes() };
    app.stranger().call(method, &format!("/fhir/r4{path}"), &headers, bytes)
}

fn get(app: &TestApp, secret: &str, path: &str) -> (u16, Value) {
    told(&call(app, secret, "GET", path, &Value::Null))
}

fn post(app: &TestApp, secret: &str, path: &str, body: &Value) -> (u16, Value) {
    told(&call(app, secret, "POST", path, body))
}

fn told(answer: &Answer) -> (u16, Value) {
    let json = serde_json::from_slice(&answer.bytes);
    (answer.status.as_u16(), json.unwrap_or_else(|_| panic!("no JSON: {}", answer.text())))
}

/// The elements that an OperationOutcome names.
fn places(outcome: &Value) -> Vec<String> {
    let issues = outcome["issue"].as_array().expect("issues");
    issues.iter().map(|i| i["expression"][0].as_str().unwrap_or_default().to_owned()).collect()
}

fn says(outcome: &Value, text: &str) -> bool {
    outcome.to_string().contains(text)
}

fn search(app: &TestApp, secret: &str, number: &str) -> (u16, Value) {
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let body = format!("identifier={CITIZEN}%7C{number}").into_bytes();
    told(&app.stranger().call("POST", "/fhir/r4/Patient/_search", &headers, body))
}

fn item(app: &TestApp, who: ElderId, kind: Kind, name: &str, more: impl FnOnce(&mut NewItem)) {
    let mut new = NewItem::new(who, kind, name, "2026-10-01".parse().expect("day"));
    more(&mut new);
    app.db.write(|tx| chart::add(tx, &clerk(), new)).expect("written");
}

/// One of each kind in the record.
fn fill(app: &TestApp, who: ElderId) {
    item(app, who, Kind::Condition, "I10 原发性高血压", |_| {});
    item(app, who, Kind::Allergy, "青霉素类", |n| (n.severe, n.detail) = (true, "皮疹".into()));
    item(app, who, Kind::Medication, "氨氯地平", |n| n.detail = "5 毫克，每日一次".into());
    item(app, who, Kind::Result, "", |n| (n.code, n.value, n.second) = ("85354-9".into(), Some(13850), Some(8200)));
    item(app, who, Kind::Result, "心电图", |n| n.detail = "窦性心律".into());
    item(app, who, Kind::Lifestyle, "吸烟", |n| n.detail = "每日 10 支".into());
    item(app, who, Kind::Procedure, "白内障手术", |_| {});
    item(app, who, Kind::Risk, "跌倒", |_| {});
}

fn items(app: &TestApp, who: ElderId) -> Vec<chart::Item> {
    app.db.read(|tx| chart::store::of_elder(tx, &clerk(), who)).expect("items")
}
