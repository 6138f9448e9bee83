//! A small county for the tests of duties and licensing: areas, a hospital, homes.

use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{AccountId, Area, CreditCode, Date, InstitutionId};
use policy::Library;
use registry::institutions::{self, Kind, NewInstitution};
use std::path::Path;
use std::sync::{Arc, OnceLock};

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
pub(crate) fn actor(on: &str, number: u8) -> Actor {
    let now = kernel::time::parse_local(&format!("{on} 09:00")).expect("instant");
    let account = AccountId::parse(&format!("{number:032x}"));
    let scope = Scope { area: area("320623"), institution: None };
    Actor { account, name: format!("经办{number}"), scope, ..Actor::system(now) }
}

/// Somebody who works at an institution and sees only what is its.
pub(crate) fn inside(on: &str, number: u8, own: InstitutionId) -> Actor {
    let scope = Scope { area: area("320623"), institution: Some(own) };
    Actor { institution: Some(own), scope, ..actor(on, number) }
}

/// Somebody of the neighbouring county.
pub(crate) fn neighbour(on: &str) -> Actor {
    Actor { scope: Scope { area: area("320612"), institution: None }, ..actor(on, 99) }
}

pub(crate) fn seed(db: &TestDb) {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n\
                360000,江西省,p,,current,\n360100,南昌市,c,,current,\n360102,东湖区,x,,current,\n310000,上海市,p,,current,\n310101,黄浦区,x,,current,\n";
    let all = Actor { scope: Scope::ALL, ..actor("2026-01-01", 1) };
    db.write(|tx| registry::areas::seed(tx, &all, list)).expect("seeded");
}

pub(crate) fn credit(number: u32) -> CreditCode {
    let body = format!("52320623MJ{number:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    CreditCode::parse(&format!("{body}{check}")).expect("credit code")
}

/// An institution of the register; `more` says what else is known.
pub(crate) fn institution(
    db: &TestDb,
    number: u32,
    kind: Kind,
    name: &str,
    more: impl FnOnce(&mut NewInstitution),
) -> InstitutionId {
    let mut new = NewInstitution {
        credit_code: credit(number),
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
    more(&mut new);
    let all = Actor { scope: Scope::ALL, ..actor("2026-11-01", 1) };
    db.write(|tx| institutions::store::save(tx, &all, &new)).expect("saved").0
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    result.expect_err("refused").text()
}
