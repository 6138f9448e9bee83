//! A small county for the tests of this crate: areas, a hospital, assessors, elders.

use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{AccountId, Area, CitizenNumber, CreditCode, Date, ElderId, InstitutionId, StaffId};
use policy::Library;
use registry::elders::{NewElder, Status};
use registry::institutions::{Kind, NewInstitution};
use registry::staff::{NewStaff, Post, StaffFacts};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("day")
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

/// Somebody of the county on a day; each number is another account.
pub(crate) fn actor(on: &str, number: u128) -> Actor {
    let now = kernel::time::parse_local(&format!("{on} 09:00")).expect("instant");
    let account = Some(AccountId(Uuid::from_u128(number)));
    let scope = Scope { area: area("320623"), institution: None };
    Actor { account, name: format!("经办{number}"), scope, ..Actor::system(now) }
}

/// The same, from the neighbouring county.
pub(crate) fn neighbour(on: &str) -> Actor {
    Actor { scope: Scope { area: area("320612"), institution: None }, ..actor(on, 99) }
}

pub(crate) fn citizen(born: &str, number: u32) -> CitizenNumber {
    let body = format!("320623{}{number:03}", born.replace('-', ""));
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number")
}

pub(crate) fn seed(db: &TestDb) {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| registry::areas::seed(tx, &actor("2026-01-01", 1), list)).expect("seeded");
}

pub(crate) fn institution(db: &TestDb, number: u32, kind: Kind, name: &str) -> InstitutionId {
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
    db.write(|tx| registry::institutions::store::save(tx, &actor("2026-01-01", 1), &new)).expect("saved").0
}

/// An assessor whose certificate holds until the day.
pub(crate) fn assessor(db: &TestDb, agency: InstitutionId, number: u32, name: &str, until: &str) -> StaffId {
    let facts = StaffFacts {
        name: name.into(),
        institution: agency,
        post: Post::Assessor,
        qualification: Some("老年人能力评估师".into()),
        certificate_no: Some(format!("PG{number:06}")),
        certificate_until: Some(day(until)),
        phone: None,
    };
    let new = NewStaff { citizen: citizen("1985-05-05", number), facts };
    db.write(|tx| registry::staff::store::save(tx, &actor("2026-01-01", 1), &new)).expect("saved").0
}

/// An elder born in 1940, an even number for a woman.
pub(crate) fn elder(db: &TestDb, number: u32, name: &str) -> ElderId {
    let new = NewElder::new(name, citizen("1940-03-04", number), area("320623"));
    db.write(|tx| registry::elders::store::save(tx, &actor("2026-01-01", 1), &new)).expect("saved").0
}

/// Writes down that the elder died.
pub(crate) fn dies(db: &TestDb, number: u32, name: &str, on: &str) {
    let mut new = NewElder::new(name, citizen("1940-03-04", number), area("320623"));
    new.details.status = Some(Status::Dead);
    new.details.died_on = Some(day(on));
    db.write(|tx| registry::elders::store::save(tx, &actor(on, 1), &new)).expect("saved");
}
