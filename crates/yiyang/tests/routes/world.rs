//! Two counties that lived through a month, in one store, under all routes.

use crate::{addresses, store};
use db::testing::TestDb;
use db::{Actor, Db, Scope};
use kernel::chance::Seeded;
use kernel::{AccountId, Area, ElderId, InstitutionId};
use registry::elders::{OwnedTables, merges};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::User;
use web::shell::Places;
use web::testing::{Client, TestApp};
use yiyang::demo::{self, Crew, Member};
use yiyang::place::{self, Installation};
use yiyang::wiring;

/// Elders of each county: enough for every state of everything.
const ELDERS: usize = 240;

/// A county and who works there.
pub struct County {
    pub area: Area,
    pub crew: Crew,
    rosters: PathBuf,
}

/// The application with both.
pub struct World {
    pub app: TestApp,
    pub a: County,
    pub b: County,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// All routes with all that they want to find, and nobody in the store.
pub fn empty(db: TestDb, folder: &Path) -> TestApp {
    let uploads = exchange::transfer::Uploads::new(&folder.join("files")).expect("folder");
    let policies = place::policies(None).expect("policies");
    db.follow(wiring::followers());
    let app = TestApp::new(db, policies, wiring::routes(), |builder| {
        wiring::extras(builder.with(watch::Live::default()), Arc::new(Places::default()), Arc::new(uploads))
    });
    wiring::register_jobs(&app.state);
    app
}

/// A folder for the files of a test.
pub fn folder(db: &TestDb) -> PathBuf {
    let own: String = db.url().chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = std::env::temp_dir().join(format!("yiyang-routes-{}-{own}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("folder");
    folder
}

/// Both counties.
pub fn both(db: TestDb) -> World {
    let folder = folder(&db);
    let app = empty(db, &folder);
    divide(&app);
    let a = county(&app, &folder, "320623", 7);
    store::rename_logins(&app.db, "-a");
    let b = county(&app, &folder, "320681", 8);
    let world = World { app, a, b, folder };
    for county in [&world.a, &world.b] {
        world.live_on(county);
    }
    world
}

fn county(app: &TestApp, folder: &Path, code: &str, seed: u64) -> County {
    alone(app, folder, code, seed, ELDERS)
}

/// The divisions that every installation knows.
pub fn divide(app: &TestApp) {
    let by = Actor::system(kernel::Clock::now(app.clock.as_ref()));
    app.db.write(|tx| registry::areas::store::seed(tx, &by, place::DIVISIONS)).expect("areas");
}

/// A county of so many elders.
pub fn alone(app: &TestApp, folder: &Path, code: &str, seed: u64, elders: usize) -> County {
    let area = Area::parse(code).expect("code");
    let installation = Installation {
        db: Db::clone(&app.db),
        policies: app.state.policies.clone(),
        clock: app.clock.clone(),
        chance: Arc::new(Seeded::new(seed)),
        files: folder.join("files"),
        ice: care::consultations::Ice::default(),
        routing: None,
        devices: yiyang::cli::Devices::default(),
        exchanges: watch::emergencies::Exchanges::default(),
    };
    let rosters = folder.join(code);
    let crew = demo::county_of(&installation, &rosters, area, elders, seed).expect("county");
    County { area, crew, rosters }
}

impl World {
    /// What the month does not leave behind: something to be known at a door, two files of one person merged, an open hospital stay, a draft in the catalogue, rosters of the
    /// county's own, a job, and an open correction.
    fn live_on(&self, county: &County) {
        let elders = store::alive(&self.app.db, county.area);
        let mut by = Actor::system(kernel::Clock::now(self.app.clock.as_ref()));
        by.scope.area = county.area;
        let pairs = elders.iter().flat_map(|one| elders.iter().map(move |other| (*one, *other)));
        let merged = pairs.take(2000).find(|(one, other)| self.merge(&by, *one, *other));
        let (one, other) = merged.expect("two files that may be one person's");
        let patient = elders.iter().find(|id| **id != one && **id != other).expect("a third");
        let clerk = self.everything(county);
        let stay = [
            ("elder", patient.to_string()),
            ("institution", self.hospital(county)),
            ("admitted_on", "2026-11-01".into()),
        ];
        let stay: Vec<(&str, &str)> = stay.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(clerk.post("/stays", &stay).status.is_redirection(), "{}", clerk.post("/stays", &stay).text());
        let settled = store::settled_visit(&self.app.db, county.area);
        let noted =
            clerk.post(&addresses::fill("/visits/{elder}/{id}/note", &settled), &[("kind", "risk"), ("text", "有狗")]);
        assert!(noted.status.is_redirection(), "{}", noted.text());
        let correction =
            addresses::fill("/ltci/corrections/{elder}/{id}", &store::settled_visit(&self.app.db, county.area));
        let visit = clerk.post(&correction, &[("withdrawn", "true"), ("reason", "当天未上门")]).goes_to();
        assert!(visit.starts_with("/visits/"), "{visit}");
        self.offer(&clerk, county);
        for file in ["areas.csv", "stays.csv"] {
            let bytes = std::fs::read(county.rosters.join(file)).expect("roster");
            let kind = file.split('.').next().unwrap_or_default();
            let batch = clerk.upload("/transfer/upload", &[("kind", kind)], file, &bytes).goes_to();
            assert!(batch.starts_with("/transfer/"), "{batch}");
        }
        self.app
            .db
            .write(|tx| {
                db::jobs::enqueue(
                    tx,
                    &Actor { account: Some(clerk.user.account), ..by.clone() },
                    "test.none",
                    &county.area.to_string(),
                )
            })
            .expect("job");
        self.app.state.jobs.run_waiting().expect("jobs");
    }

    /// A draft of one's own in the catalogue.
    fn offer(&self, clerk: &Client<'_>, county: &County) {
        let (own, area) = (clerk.user.institution.expect("agency").to_string(), county.area.to_string());
        let form = [
            ("kind", "culture"),
            ("name", "评估咨询"),
            ("institution", own.as_str()),
            ("unit", "次"),
            ("area", area.as_str()),
            ("valid_from", "2026-11-02"),
        ];
        let draft = clerk.post("/catalogue", &form);
        assert!(draft.status.is_redirection(), "{}", draft.text());
    }

    fn merge(&self, by: &Actor, one: ElderId, other: ElderId) -> bool {
        let tables = self.app.state.get::<OwnedTables>();
        self.app.db.write(|tx| merges::store::merge(tx, by, one, other, "姓名、住址、电话相同", &tables)).is_ok()
    }

    fn hospital(&self, county: &County) -> String {
        store::hospital(&self.app.db, county.area)
    }

    fn account(&self) -> AccountId {
        AccountId::new(kernel::Clock::now(self.app.clock.as_ref()), self.app.state.chance.as_ref())
    }

    /// Somebody who may do everything in the county, and stands in its register as an assessor.
    pub fn everything(&self, county: &County) -> Client<'_> {
        let (assessor, staff) = &county.crew.assessors[0];
        let client = self.app.person("全权", &["*"], &county.area.short());
        let user = User { institution: assessor.institution, staff: Some(*staff), ..client.user.clone() };
        self.app.login(User { account: self.account(), ..user })
    }

    /// Somebody of the county with the permissions of their role.
    pub fn in_role(&self, member: &Member) -> Client<'_> {
        let client = self.app.person_with(&member.name, member.role.permissions(), member.scope, member.institution);
        let user = User { account: self.account(), staff: member.staff, ..client.user.clone() };
        self.app.login(user)
    }

    /// Somebody who may do everything, for those whom the nursing station of the county looks after.
    pub fn confined(&self, county: &County) -> (Client<'_>, InstitutionId) {
        let own = county.crew.station.institution.expect("station");
        let scope = Scope { area: county.area, institution: Some(own) };
        let client = self.app.person_with("站内", &["*"], scope, Some(own));
        let account = self.account();
        (self.app.login(User { account, staff: county.crew.carer.staff, ..client.user.clone() }), own)
    }
}
