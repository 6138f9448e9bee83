//! A small county for the tests of the care insurance: a station, two carers and a nurse, elders with levels. All synthetic.

use crate::ltci::entitlements::model::Setting;
use crate::ltci::plans::model::{NewPlan, Service};
use crate::ltci::{entitlements, plans, visits};
use db::testing::TestDb;
use db::{Actor, Scope, params};
use kernel::{
    AccountId, Area, AssessmentId, CitizenNumber, CreditCode, Date, ElderId, EntitlementId, Instant, InstitutionId,
    Month, PlanId, StaffId, VisitId,
};
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

pub(crate) fn month(text: &str) -> Month {
    Month::parse(text).expect("month")
}

pub(crate) fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

pub(crate) fn instant(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

/// The repository's own documents and scales.
pub(crate) fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    let load = || Arc::new(Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("policies"));
    LIBRARY.get_or_init(load).clone()
}

/// Somebody of the county at an instant: `2026-11-02 09:00`.
pub(crate) fn actor(at: &str) -> Actor {
    let scope = Scope { area: area("320623"), institution: None };
    Actor { account: Some(AccountId(Uuid::from_u128(1))), name: "经办".into(), scope, ..Actor::system(instant(at)) }
}

fn citizen(born: &str, number: u32) -> CitizenNumber {
    let body = format!("320623{}{number:03}", born.replace('-', ""));
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number")
}

fn institution(db: &TestDb, number: u32, name: &str) -> InstitutionId {
    let body = format!("52320623MJ{number:07}");
    let check = kernel::credit::check_character(body.as_bytes()) as char;
    let new = NewInstitution {
        credit_code: CreditCode::parse(&format!("{body}{check}")).expect("credit code"),
        name: name.into(),
        kind: Kind::NursingStation,
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
    db.write(|tx| registry::institutions::store::save(tx, &actor("2026-01-01 09:00"), &new)).expect("saved").0
}

fn staff(db: &TestDb, home: InstitutionId, number: u32, name: &str, post: Post) -> StaffId {
    let facts = StaffFacts {
        name: name.into(),
        institution: home,
        post,
        qualification: Some("证书".into()),
        certificate_no: Some(format!("HL{number:06}")),
        certificate_until: Some(day("2027-12-31")),
        phone: None,
    };
    let new = NewStaff { citizen: citizen("1985-05-05", number), facts };
    db.write(|tx| registry::staff::store::save(tx, &actor("2026-01-01 09:00"), &new)).expect("saved").0
}

/// The county.
pub(crate) struct County {
    pub station: InstitutionId,
    pub other: InstitutionId,
    pub carers: [StaffId; 2],
    pub nurse: StaffId,
    pub stranger: StaffId,
}

impl County {
    pub(crate) fn new(db: &TestDb) -> Self {
        let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
        db.write(|tx| registry::areas::seed(tx, &actor("2026-01-01 09:00"), list)).expect("seeded");
        let (station, other) = (institution(db, 1, "安和护理站"), institution(db, 2, "福泽护理站"));
        Self {
            station,
            other,
            carers: [staff(db, station, 1, "护理员甲", Post::Carer), staff(db, station, 2, "护理员乙", Post::Carer)],
            nurse: staff(db, station, 3, "护士丙", Post::Nurse),
            stranger: staff(db, other, 4, "护理员丁", Post::Carer),
        }
    }

    /// An insured elder with an effective level from 10 October 2026.
    pub(crate) fn elder(&self, db: &TestDb, number: u32, level: i64) -> (ElderId, AssessmentId) {
        let mut new = NewElder::new("合成老人", citizen("1940-03-04", number), area("320623"));
        new.details.name = format!("合成老人{}", ['甲', '乙', '丙', '丁', '戊', '己'][number as usize % 6]);
        new.details.ltci_insured = Some(true);
        let by = actor("2026-01-01 09:00");
        let elder = db.write(|tx| registry::elders::store::save(tx, &by, &new)).expect("saved").0;
        (elder, assess(db, elder, level, "2026-10-10", "2028-10-10"))
    }

    /// An elder with a level, an entitlement at home, and a plan of one cleaning and one turning by the first carer.
    pub(crate) fn planned(&self, db: &TestDb, number: u32, per_week: i64) -> (ElderId, EntitlementId, PlanId) {
        let (elder, assessment) = self.elder(db, number, 3);
        let by = actor("2026-11-01 06:00");
        let id = db.write(|tx| entitlements::store::grant(tx, &by, &library(), elder, assessment, Setting::Home));
        let id = id.expect("granted");
        let plan = self.plan(elder, id, per_week);
        let plan = db.write(|tx| plans::create(tx, &by, &library(), &plan)).expect("made");
        (elder, id, plan)
    }

    pub(crate) fn plan(&self, elder: ElderId, entitlement: EntitlementId, per_week: i64) -> NewPlan {
        let service = |item: &str| Service { item: item.into(), per_week, carer: self.carers[0] };
        NewPlan {
            elder,
            entitlement,
            institution: self.station,
            services: vec![service("body_cleaning"), service("turning")],
            first_weekday: 0,
            start_minute: 9 * 60,
            starts_on: day("2026-11-01"),
        }
    }

    /// Schedules November as on the first of the month; answers the visits by time.
    pub(crate) fn november(&self, db: &TestDb) -> Vec<visits::store::Listed> {
        let by = actor("2026-11-01 06:00");
        db.write(|tx| plans::schedule_month(tx, &by, &library(), month("2026-11"))).expect("scheduled");
        let filter = visits::store::Filter { days: Some((day("2026-11-01"), day("2026-11-30"))), ..Default::default() };
        db.read(|tx| visits::store::list(tx, &by, &filter, 1000, 0)).expect("listed")
    }

    /// Makes a visit as planned, but so many minutes long.
    pub(crate) fn make(&self, db: &TestDb, visit: &visits::model::Visit, minutes: i64) {
        let by = |at: Instant| Actor { now: at, ..actor("2026-11-01 06:00") };
        let (from, to) = (visit.planned_from, visit.planned_from + chrono::TimeDelta::minutes(minutes));
        let (elder, id, carer) = (visit.elder, visit.id, Some(visit.carer));
        db.write(|tx| visits::check_in(tx, &by(from), &library(), elder, id, carer, None)).expect("in");
        db.write(|tx| visits::check_out(tx, &by(to), &library(), elder, id, carer, None)).expect("out");
    }
}

/// Another file of whoever it may be, of a place: without level, without anything.
pub(crate) fn blank(db: &TestDb, number: u32, at: &str) -> ElderId {
    let mut new = NewElder::new("合成老人", citizen("1940-03-04", number), area(at));
    new.details.name = format!("合成老人{}", ['甲', '乙', '丙', '丁', '戊', '己'][number as usize % 6]);
    let by = Actor { scope: Scope::ALL, ..actor("2026-01-01 09:00") };
    db.write(|tx| registry::elders::store::save(tx, &by, &new)).expect("saved").0
}

/// Writes down an effective result, as the end of the road of an assessment does.
pub(crate) fn assess(db: &TestDb, elder: ElderId, level: i64, from: &str, until: &str) -> AssessmentId {
    let by = actor(&format!("{from} 09:00"));
    db.write(|tx| {
        let id = AssessmentId::new(by.now, tx.chance());
        tx.exec(
            "insert into assessments (elder_id, id, scale, state, round, applicant, relation, reason, consent_on, applied_on,
               level, dementia, from_on, until_on, created_at, changed_at)
             values ($1, $2, 'ltci2021', 'effective', 1, '本人', '本人', '首次评估', $3, $3, $4, 0, $3, $5, $6, $6)",
            params![elder, id, day(from), level, day(until), by.now],
        )?;
        Ok::<_, db::Error>(id)
    })
    .expect("assessed")
}

/// Writes down that the elder died.
pub(crate) fn dies(db: &TestDb, number: u32, on: &str) {
    let mut new = NewElder::new("合成老人", citizen("1940-03-04", number), area("320623"));
    new.details.name = format!("合成老人{}", ['甲', '乙', '丙', '丁', '戊', '己'][number as usize % 6]);
    (new.details.status, new.details.died_on) = (Some(Status::Dead), Some(day(on)));
    let by = actor("2026-11-30 09:00");
    db.write(|tx| registry::elders::store::save(tx, &by, &new)).expect("saved");
}

/// The single code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, web::Error>) -> String {
    match result {
        Err(web::Error::Refused(reasons)) => reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

/// The first visit of a list.
pub(crate) fn key(row: &visits::store::Listed) -> (ElderId, VisitId) {
    (row.visit.elder, row.visit.id)
}
