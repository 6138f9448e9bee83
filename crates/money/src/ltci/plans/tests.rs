//! Plans in the store: each refusal below, at and above its edge.

use super::model::{NewPlan, Service};
use super::store;
use crate::ltci::entitlements::{self, model::Setting};
use crate::ltci::testing::{County, actor, area, code, day, library};
use db::{Actor, Scope};
use kernel::EntitlementId;

fn service(item: &str, per_week: i64, carer: kernel::StaffId) -> Service {
    Service { item: item.into(), per_week, carer }
}

db::on_both! {
    fn every_fault_has_its_number(db: TestDb) {
        let county = County::new(&db);
        let (elder, assessment) = county.elder(&db, 1, 3);
        let by = actor("2026-11-01 09:00");
        let id = db.write(|tx| entitlements::store::grant(tx, &by, &library(), elder, assessment, Setting::Home)).expect("granted");
        let good = county.plan(elder, id, 3);
        let tried = |plan: NewPlan| code(db.write(|tx| store::create(tx, &by, &library(), &plan)));
        let with = |services: Vec<Service>| tried(NewPlan { services, ..good.clone() });
        let carer = county.carers[0];
        assert_eq!(with(vec![]), "LTCI-31");
        assert_eq!(tried(NewPlan { starts_on: day("2026-10-09"), ..good.clone() }), "LTCI-32 LTCI-33");
        assert_eq!(tried(NewPlan { starts_on: day("2026-10-31"), ..good.clone() }), "LTCI-33");
        assert_eq!(tried(NewPlan { starts_on: day("2028-10-10"), ..good.clone() }), "LTCI-32 LTCI-40");
        assert_eq!(with(vec![service("body_cleaning", 4, carer)]), "LTCI-36", "sixteen visits are more than twelve");
        assert_eq!(with(vec![service("juggling", 1, carer)]), "LTCI-37");
        assert_eq!(with(vec![service("turning", 1, county.stranger)]), "LTCI-38");
        assert_eq!(with(vec![service("vital_signs", 1, carer)]), "LTCI-39");
        assert_eq!(with(vec![service("turning", 0, carer)]), "LTCI-42");
        assert_eq!(tried(NewPlan { start_minute: 19 * 60, ..good.clone() }), "LTCI-41");
        assert_eq!(tried(NewPlan { start_minute: 6 * 60 + 59, ..good.clone() }), "LTCI-41");
        let nowhere = NewPlan { entitlement: EntitlementId(uuid::Uuid::nil()), ..good.clone() };
        assert!(matches!(db.write(|tx| store::create(tx, &by, &library(), &nowhere)), Err(web::Error::NotFound)));
        let nurse = vec![service("vital_signs", 1, county.nurse), service("turning", 2, carer)];
        let plan = NewPlan { services: nurse, ..good.clone() };
        db.write(|tx| store::create(tx, &by, &library(), &plan)).expect("a good plan");
        assert_eq!(tried(good.clone()), "LTCI-34");
    }

    fn a_station_makes_plans_only_for_itself(db: TestDb) {
        let county = County::new(&db);
        let (elder, assessment) = county.elder(&db, 1, 3);
        let office = actor("2026-11-01 09:00");
        let id = db.write(|tx| entitlements::store::grant(tx, &office, &library(), elder, assessment, Setting::Home)).expect("granted");
        let station = Actor { scope: Scope { area: area("320623"), institution: Some(county.station) }, ..office.clone() };
        let plan = county.plan(elder, id, 1);
        let make = |by: &Actor| db.write(|tx| store::create(tx, by, &library(), &plan));
        assert!(matches!(make(&station), Err(web::Error::NotFound)), "nobody has named the station yet");
        db.write(|tx| entitlements::store::assign(tx, &office, elder, id, county.station)).expect("named");
        let stranger = Actor { scope: Scope { institution: Some(county.other), ..station.scope }, ..office.clone() };
        assert!(matches!(make(&stranger), Err(web::Error::NotFound)));
        make(&station).expect("made");
    }
}
