//! Synthetic people and institutions with answers known by hand.

use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, CitizenNumber, CreditCode, Date, ElderId, Month};
use policy::Library;
use registry::areas::{AreaKind, NewArea};
use registry::elders::{Chronic, Details, Fact, NewElder, Status, facts};
use registry::institutions::{Institution, Kind, MedicalUnit, NewInstitution};
use registry::{areas, elders, institutions};

pub fn day(text: &str) -> Date {
    text.parse().expect("day")
}

pub fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

pub fn actor(scope: &str) -> Actor {
    let now = kernel::time::parse_local("2026-11-02 09:00").expect("instant");
    Actor { scope: Scope { area: area(scope), institution: None }, ..Actor::system(now) }
}

pub fn library() -> Library {
    Library::load(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).expect("policies")
}

fn credit(number: u32) -> CreditCode {
    let body = format!("52320623MJ{number:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    CreditCode::parse(&format!("{body}{check}")).expect("credit code")
}

fn institution(number: u32, kind: Kind, place: &str) -> NewInstitution {
    NewInstitution {
        credit_code: credit(number),
        name: format!("{kind}{number}"),
        kind,
        ownership: None,
        profit: None,
        area: area(place),
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
    }
}

/// A home with an agreement or without.
pub fn home_with(partner: Option<&str>, until: Option<Date>) -> Institution {
    let new = institution(1, Kind::WelfareHome, "320623");
    let id = kernel::InstitutionId::new(actor("32").now, &kernel::chance::Seeded::new(1));
    Institution { id, facts: NewInstitution { partner_code: partner.map(Into::into), partner_until: until, ..new } }
}

/// County 320623 with two streets (a nursing station in the first) and a town; its neighbour 320612 with nothing but a person.
fn places(db: &TestDb) {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    let below = [
        ("320623001", "城中街道", AreaKind::Street),
        ("320623002", "城东街道", AreaKind::Street),
        ("320623100", "海边镇", AreaKind::Town),
    ];
    db.write(|tx| {
        areas::seed(tx, &actor("32"), list)?;
        for (code, name, kind) in below {
            let new = NewArea { code: area(code), name: name.into(), kind, parent: None, lon: None, lat: None };
            areas::store::save(tx, &actor("32"), &new).expect("area");
        }
        Ok::<_, db::Error>(())
    })
    .expect("places");
}

fn homes(db: &TestDb) {
    let partner = Some(credit(9).as_str().to_owned());
    let home = |number, kind| institution(number, kind, "320623001");
    let beds = |new: NewInstitution| NewInstitution { beds: Some(100), nursing_beds: Some(50), ..new };
    let until = |text| Some(day(text));
    let all = [
        NewInstitution { medical_unit: Some(MedicalUnit::Infirmary), ..beds(home(1, Kind::ElderCareInstitution)) },
        NewInstitution {
            partner_code: partner.clone(),
            partner_until: until("2026-11-02"),
            medical_unit: Some(MedicalUnit::None),
            ..beds(home(2, Kind::WelfareHome))
        },
        NewInstitution {
            partner_code: partner,
            partner_until: until("2026-11-01"),
            ..institution(3, Kind::RuralElderHome, "320623100")
        },
        institution(4, Kind::NursingHome, "320623002"),
        institution(5, Kind::NursingStation, "320623001"),
        NewInstitution { beds: Some(20), ..institution(6, Kind::DayCareCentre, "320623001") },
    ];
    db.write(|tx| {
        all.iter().for_each(|new| drop(institutions::store::save(tx, &actor("32"), new).expect("institution")));
        Ok::<_, db::Error>(())
    })
    .expect("homes");
}

/// Someone with a valid identity number; `more` says what else is known.
fn person(db: &TestDb, name: &str, born: &str, place: &str, more: impl FnOnce(&mut Details), set: &[Fact]) -> ElderId {
    let sequence = name.chars().next().map_or(0, |c| u32::from(c) % 900) + 100;
    let body = format!("320623{}{sequence}", born.replace('-', ""));
    let number = format!("{body}{}", kernel::citizen::check_digit(body.as_bytes()) as char);
    let citizen = CitizenNumber::parse(&number, day("2026-11-02")).expect("citizen");
    let mut details = Details::of(name, &citizen, area(place));
    more(&mut details);
    db.write(|tx| {
        let new = NewElder { citizen, details, overrule: false };
        let (id, _) = elders::store::save(tx, &actor("32"), &new).expect("elder");
        set.iter().try_for_each(|fact| facts::set(tx, id, *fact))?;
        Ok::<_, db::Error>(id)
    })
    .expect("person")
}

fn managed(on: &str) -> Fact {
    Fact::ManagedOn(Some(day(on)))
}

fn level(level: i64, until: Option<&str>) -> Fact {
    Fact::LtciLevel { level: Some(level), until: until.map(day) }
}

fn paid(month: &str) -> Fact {
    Fact::BenefitMonth(Month::parse(month))
}

/// Someone with a level, urban, perhaps with a benefit; too young for health management unless born so.
pub fn standard(db: &TestDb, name: &str, born: &str, place: &str, grade: i64, month: Option<&str>) -> ElderId {
    let mut facts = vec![level(grade, None)];
    facts.extend(month.map(paid));
    person(db, name, born, place, |d| d.urban = Some(true), &facts)
}

/// For health management: 2 of 3 in the county, 3 of 4 in the city. The age is reached on 31 December or not.
fn for_management(db: &TestDb) {
    let here = "320623001";
    person(db, "甲", "1961-12-31", here, |d| d.resident = Some(true), &[managed("2026-01-01")]);
    person(db, "乙", "1962-01-01", here, |d| d.resident = Some(true), &[managed("2026-03-01")]);
    person(db, "丙", "1950-01-01", here, |_| {}, &[managed("2025-12-31")]);
    person(db, "丁", "1950-01-02", here, |d| d.resident = Some(false), &[managed("2026-03-01")]);
    let gone = |on| {
        move |d: &mut Details| {
            d.status = Some(Status::Dead);
            d.died_on = Some(day(on));
        }
    };
    person(db, "戊", "1950-01-03", here, gone("2026-11-02"), &[managed("2026-03-01")]);
    person(db, "己", "1950-01-04", "320623100", |d| d.resident = Some(true), &[managed("2026-11-02")]);
    person(db, "庚", "1950-01-05", "320612", |d| d.resident = Some(true), &[managed("2026-03-01")]);
}

/// For benefits: 2 of 5 in October; 1 of 3 urban, 0 of 1 rural, 1 of 1 of whom nobody said; 3 of 5 since September.
fn for_benefits(db: &TestDb) {
    let here = "320623001";
    standard(db, "子", "1970-01-01", here, 3, Some("2026-10"));
    let rural = |d: &mut Details| d.urban = Some(false);
    person(db, "丑", "1970-01-02", here, rural, &[level(3, Some("2026-11-02"))]);
    person(db, "寅", "1970-01-03", here, rural, &[level(3, Some("2026-11-03"))]);
    let confused = |d: &mut Details| {
        d.urban = Some(true);
        d.chronic = Some(vec![Chronic::Hypertension, Chronic::Dementia]);
    };
    person(db, "卯", "1970-01-04", here, confused, &[level(1, None), paid("2026-09")]);
    standard(db, "辰", "1970-01-05", here, 1, None);
    person(db, "巳", "1970-01-06", "320623", |_| {}, &[level(2, None), paid("2026-10")]);
    let entitled = Fact::Entitled { from: Some(day("2026-10-01")), until: None };
    person(db, "午", "1970-01-07", "320623002", |d| d.urban = Some(true), &[entitled]);
    person(db, "未", "1970-01-08", here, |d| d.status = Some(Status::Moved), &[level(4, None), paid("2026-10")]);
}

/// All of it.
pub fn populate(db: &TestDb) {
    places(db);
    homes(db);
    for_management(db);
    for_benefits(db);
}
