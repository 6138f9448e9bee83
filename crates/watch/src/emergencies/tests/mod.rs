//! The call centre through the router, on both engines.

mod calling;
mod figures;
mod working;

use super::model::{Case, Event};
use super::{ACT, Boards, Exchanges, MANAGE, READ, routes, store};
use crate::live::Live;
use db::testing::TestDb;
use db::{Actor, Scope};
use kernel::{Area, CitizenNumber, CreditCode, Date, ElderId, InstitutionId};
use policy::Library;
use registry::elders::{Columns, NewElder};
use registry::institutions::{Kind as Place, NewInstitution};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use web::testing::{Client, TestApp};

const ALL: [&str; 7] =
    [READ.0, ACT.0, MANAGE.0, "referrals.read", "referrals.request", "referrals.answer", "elders.read"];
const KEY: &str = "0123456789abcdef0123456789abcdef";

fn day(text: &str) -> Date {
    text.parse().expect("day")
}

fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    let load = || Arc::new(Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("policies"));
    LIBRARY.get_or_init(load).clone()
}

fn system() -> Actor {
    Actor::system(kernel::time::parse_local("2026-01-01 09:00").expect("instant"))
}

fn elder(db: &TestDb, number: u32, name: &str, phone: Option<&str>) -> ElderId {
    let body = format!("32062319400304{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    let citizen = CitizenNumber::parse(&format!("{body}{check}"), day("2026-11-02")).expect("number");
    let mut new = NewElder::new(name, citizen, area("320623101"));
    new.details.phone = phone.map(str::to_owned);
    new.details.address = Some("江海社区 3 组 18 号".into());
    new.details.contact_name = Some("王小红".into());
    new.details.contact_phone = Some("13911112222".into());
    db.write(|tx| registry::elders::store::save(tx, &system(), &new)).expect("saved").0
}

fn institution(db: &TestDb, number: u32, kind: Place, name: &str, at: (f64, f64)) -> InstitutionId {
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
        lon: Some(at.0),
        lat: Some(at.1),
        phone: Some("051380000000".into()),
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
    db.write(|tx| registry::institutions::store::save(tx, &system(), &new)).expect("saved").0
}

struct World {
    app: TestApp,
    elder: ElderId,
    centre: InstitutionId,
    hospital: InstitutionId,
}

fn world(db: TestDb) -> World {
    let list = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| registry::areas::seed(tx, &system(), list)).expect("seeded");
    db.write(|tx| {
        tx.exec(
            "insert into areas (code, name, kind, parent, lon, lat, changed_at) values ($1, '掘港街道', 'town', $2, 121.18, 32.32, 1)",
            db::params![area("320623101"), area("320623")],
        )
    })
    .expect("a town");
    let one = elder(&db, 2, "王桂英", Some("13800138000"));
    let centre = institution(&db, 1, Place::CommunityHealthCentre, "掘港街道社区卫生服务中心", (121.19, 32.33));
    let hospital = institution(&db, 2, Place::Hospital, "如东县人民医院", (121.25, 32.40));
    let app = TestApp::new(db, (*library()).clone(), routes().merge(registry::elders::routes()), |state| {
        state
            .with(registry::areas::Names::default())
            .with(Columns::default())
            .with(Live::default())
            .with(Boards::default())
            .with(Exchanges::parse(&format!("320623 {KEY}")).expect("keys"))
    });
    World { app, elder: one, centre, hospital }
}

impl World {
    fn operator(&self, name: &str) -> Client<'_> {
        self.app.person(name, &ALL, "320623")
    }

    fn by(&self) -> Actor {
        let scope = Scope { area: area("320623"), institution: None };
        Actor { scope, ..Actor::system(kernel::Clock::now(self.app.clock.as_ref())) }
    }

    fn later(&self, seconds: i64) {
        self.app.clock.advance(chrono::TimeDelta::seconds(seconds));
    }

    /// Somebody of the centre is put on duty; answers the entry.
    fn duty(&self, client: &Client<'_>, kind: &str, name: &str, institution: InstitutionId) -> String {
        let institution = institution.to_string();
        let form = [
            ("kind", kind),
            ("name", name),
            ("phone", "13900000001"),
            ("institution", institution.as_str()),
            ("from", "2026-11-02T08:00"),
            ("until", "2026-11-02T20:00"),
        ];
        assert_eq!(client.post("/emergencies/duties", &form).goes_to(), "/emergencies/duties");
        let by = self.by();
        let all = self.app.db.read(|tx| store::duties::between(tx, &by, by.now, by.now + chrono::TimeDelta::hours(1)));
        all.expect("read").into_iter().find(|d| d.name == name).expect("on duty").id.to_string()
    }

    /// A case that the client has opened by hand; answers its page.
    fn case(&self, client: &Client<'_>, more: &[(&str, &str)]) -> String {
        let elder = self.elder.to_string();
        let mut form = vec![("elder", elder.as_str()), ("kind", "fall"), ("what", "在卫生间滑倒"), ("how", "case")];
        form.extend_from_slice(more);
        client.post("/emergencies", &form).goes_to()
    }

    /// Sends a step of a case with the version that stands now.
    fn step(&self, client: &Client<'_>, case: &str, step: &str, fields: &[(&str, &str)]) -> web::testing::Answer {
        let version = self.newest().version.to_string();
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("version", version.as_str())]).collect();
        client.post(&format!("{case}/{step}"), &form)
    }

    #[track_caller]
    fn steps(&self, client: &Client<'_>, case: &str, all: &[(&str, &[(&str, &str)])]) {
        for (step, fields) in all {
            assert_eq!(self.step(client, case, step, fields).goes_to(), case, "{step}");
        }
    }

    fn newest(&self) -> Case {
        self.app.db.read(|tx| store::of_elder(tx, &self.by(), self.elder)).expect("read").remove(0)
    }

    fn events(&self) -> Vec<Event> {
        let key = self.newest().key;
        self.app.db.read(|tx| store::events(tx, key)).expect("read")
    }
}
