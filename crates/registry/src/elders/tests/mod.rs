//! Elders in the store and through the router, on both engines.

mod merging;
mod routes;
mod saving;
mod searching;

use super::{Details, ElderPage, NewElder, OwnedTables, store};
use db::testing::TestDb;
use db::{Actor, Scope, params};
use kernel::chance::Seeded;
use kernel::citizen::check_digit;
use kernel::{Area, CitizenNumber, Date, ElderId, InstitutionId};

/// 2026-11-02 09:00 in China.
fn now() -> kernel::Instant {
    kernel::time::parse_local("2026-11-02 09:00").expect("instant")
}

fn day(text: &str) -> Date {
    text.parse().expect("date")
}

fn area(code: &str) -> Area {
    Area::parse(code).expect("area")
}

/// Sees everything under the area.
fn actor(code: &str) -> Actor {
    let scope = Scope { area: area(code), institution: None };
    Actor { name: "经办甲".into(), scope, ..Actor::system(now()) }
}

fn institution(seed: u64) -> InstitutionId {
    InstitutionId::new(now(), &Seeded::new(seed))
}

/// Confined to the elders of one institution.
fn confined(code: &str, to: InstitutionId) -> Actor {
    let mut by = actor(code);
    by.scope.institution = Some(to);
    by
}

/// A valid number with this birth and serial; odd serials are men.
fn citizen(born: &str, serial: u32) -> CitizenNumber {
    let digits = format!("320623{}{serial:03}", born.replace('-', ""));
    let text = format!("{digits}{}", char::from(check_digit(digits.as_bytes())));
    CitizenNumber::parse(&text, day("2026-11-02")).expect("valid")
}

fn elder(name: &str, born: &str, serial: u32, code: &str) -> NewElder {
    NewElder::new(name, citizen(born, serial), area(code))
}

const VILLAGE: &str = "320623100001";
const OTHER_COUNTY: &str = "320682101001";

/// The areas that the tests live in.
fn with_areas(db: &TestDb) {
    let rows = [
        ("320600", "南通市"),
        ("320623", "如东县"),
        ("320623100", "掘港街道"),
        (VILLAGE, "江海社区"),
        (OTHER_COUNTY, "如城社区"),
    ];
    db.write(|tx| {
        for (code, name) in rows {
            let sql = "insert into areas (code, name, kind, parent, changed_at) values ($1, $2, $3, $4, 0)";
            let (code, parent) = (area(code), area(code).up_to(kernel::area::Level::City));
            tx.exec(sql, params![code, name, "village", parent])?;
        }
        Ok::<_, db::Error>(())
    })
    .expect("areas");
}

fn save(db: &TestDb, by: &Actor, new: &NewElder) -> ElderId {
    db.write(|tx| store::save(tx, by, new)).expect("saved").0
}

fn details(db: &TestDb, id: ElderId) -> Details {
    db.read(|tx| store::find(tx, &actor("32"), id)?.details(tx.vault())).expect("found")
}

/// Wires what the pages look for.
fn app(db: TestDb) -> web::testing::TestApp {
    let columns = super::Columns::default();
    web::testing::TestApp::new(db, policy::Library::default(), super::routes(), |state| {
        state.with(columns).with(ElderPage::default()).with(OwnedTables::default())
    })
}
