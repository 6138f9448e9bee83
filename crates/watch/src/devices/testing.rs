//! A small county for the tests of this crate: areas, institutions, elders, devices.

use super::store::steps::{self, NewDevice};
use super::{Kind, store};
use crate::vitals::{self, Measurement, Vital};
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{AccountId, Area, CitizenNumber, CreditCode, Date, DeviceId, ElderId, Instant, InstitutionId};
use policy::Library;
use registry::elders::{NewElder, Status};
use registry::institutions::{self, NewInstitution};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

pub(crate) const TODAY: &str = "2026-11-02";
/// The telephone of every elder here; its end is the second fact at a hut.
pub(crate) const PHONE: &str = "13800001234";

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("day")
}

pub(crate) fn at(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

pub(crate) fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

/// The repository's own documents and scales.
pub(crate) fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    let load = || Arc::new(Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("policies"));
    LIBRARY.get_or_init(load).clone()
}

/// Somebody of the county.
pub(crate) fn actor() -> Actor {
    let scope = Scope { area: area("320623"), institution: None };
    let account = Some(AccountId(Uuid::from_u128(1)));
    Actor { account, name: "经办".into(), scope, ..Actor::system(at("2026-11-02 09:00")) }
}

/// Somebody of the next county.
pub(crate) fn neighbour() -> Actor {
    Actor { scope: Scope { area: area("320612"), institution: None }, ..actor() }
}

pub(crate) fn citizen(number: u32) -> CitizenNumber {
    let body = format!("32062319400304{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), day(TODAY)).expect("number")
}

pub(crate) fn seed(db: &TestDb) {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| registry::areas::seed(tx, &actor(), list)).expect("seeded");
    db.follow(vec![care::episodes::follow, super::follow, crate::huts::follow]);
}

pub(crate) fn institution(db: &TestDb, number: u32, kind: institutions::Kind, name: &str) -> InstitutionId {
    let body = format!("52320623MJ{number:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    let new = NewInstitution {
        credit_code: CreditCode::parse(&format!("{body}{check}")).expect("credit code"),
        name: name.into(),
        kind,
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
    db.write(|tx| institutions::store::save(tx, &actor(), &new)).expect("saved").0
}

fn file(number: u32, name: &str) -> NewElder {
    let mut new = NewElder::new(name, citizen(number), area("320623"));
    new.details.phone = Some(PHONE.into());
    new
}

pub(crate) fn elder(db: &TestDb, number: u32, name: &str) -> ElderId {
    db.write(|tx| registry::elders::store::save(tx, &actor(), &file(number, name))).expect("saved").0
}

pub(crate) fn dies(db: &TestDb, number: u32, name: &str) {
    let mut new = file(number, name);
    new.details.status = Some(Status::Dead);
    new.details.died_on = Some(day(TODAY));
    db.write(|tx| registry::elders::store::save(tx, &actor(), &new)).expect("saved");
}

/// A device of the county, or of an institution.
pub(crate) fn device(db: &TestDb, serial: &str, kind: Kind, institution: Option<InstitutionId>) -> DeviceId {
    let (name, maker) = (String::new(), String::new());
    let new = NewDevice { serial: serial.into(), kind, name, maker, area: area("320623"), institution };
    db.write(|tx| steps::register(tx, &actor(), &new)).expect("registered").0
}

pub(crate) fn worn(db: &TestDb, serial: &str, kind: Kind, elder: ElderId) -> DeviceId {
    let id = device(db, serial, kind, None);
    db.write(|tx| steps::bind(tx, &actor(), id, elder)).expect("bound");
    id
}

/// What a device measured.
pub(crate) fn measured(db: &TestDb, elder: ElderId, device: DeviceId, when: &str, values: &[(Vital, i64)]) {
    let one = |(vital, value): &(Vital, i64)| {
        let at = at(when);
        Measurement { elder, device, vital: *vital, at, value: *value, received: at }
    };
    let all: Vec<Measurement> = values.iter().map(one).collect();
    db.write(|tx| vitals::store::insert(tx, &all)).expect("inserted");
}

/// How a device stands.
pub(crate) fn found(db: &TestDb, id: DeviceId) -> super::Device {
    db.read(|tx| store::find(tx, &actor(), id)).expect("device")
}
