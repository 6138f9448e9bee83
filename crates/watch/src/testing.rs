//! Elders with devices, for the tests of this crate.

use crate::alarms::store as alarms;
use crate::devices::Directory;
use crate::devices::directory::SECRET;
use crate::live::Live;
use crate::vitals::intake::{Message, Reply};
use crate::vitals::{Engine, Heard, Measurement, Vital};
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{Actor, Scope, params};
use kernel::{AccountId, Area, BindingId, CitizenNumber, Clock, DeviceId, ElderId, Instant};
use policy::Library;
use registry::elders::NewElder;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use uuid::Uuid;

/// A clock that stands until it is moved.
pub(crate) struct Standing(Mutex<Instant>);

impl Standing {
    pub(crate) fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(at(text))))
    }

    pub(crate) fn forward(&self, by: TimeDelta) {
        *self.0.lock().expect("clock") += by;
    }
}

impl Clock for Standing {
    fn now(&self) -> Instant {
        *self.0.lock().expect("clock")
    }
}

pub(crate) fn at(text: &str) -> Instant {
    kernel::time::parse_local(text).expect("instant")
}

pub(crate) fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    let load = || Arc::new(Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("policies"));
    LIBRARY.get_or_init(load).clone()
}

pub(crate) fn area(text: &str) -> Area {
    Area::parse(text).expect("area")
}

/// Somebody of the county.
pub(crate) fn actor(now: Instant) -> Actor {
    let scope = Scope { area: area("320623"), institution: None };
    let account = Some(AccountId(Uuid::from_u128(7)));
    Actor { account, name: "值班员".into(), scope, ..Actor::system(now) }
}

/// Somebody of the next county.
pub(crate) fn neighbour(now: Instant) -> Actor {
    Actor { scope: Scope { area: area("320612"), institution: None }, ..actor(now) }
}

pub(crate) fn elder(db: &TestDb, number: u32, name: &str) -> ElderId {
    let areas = "h\n320000,江苏省,p,,current,\n320600,南通市,c,,current,\n320623,如东县,x,,current,\n320612,通州区,x,,current,\n";
    db.write(|tx| registry::areas::seed(tx, &actor(at("2026-01-01 09:00")), areas)).expect("seeded");
    let body = format!("32062319400304{number:03}");
    let check = kernel::citizen::check_digit(body.as_bytes()) as char;
    let today = "2026-11-02".parse().expect("day");
    let citizen = CitizenNumber::parse(&format!("{body}{check}"), today).expect("number");
    let new = NewElder::new(name, citizen, area("320623"));
    db.write(|tx| registry::elders::store::save(tx, &actor(at("2026-01-01 09:00")), &new)).expect("saved").0
}

/// A device that the elder wears since an instant, with the secret `secret`.
pub(crate) fn device(db: &TestDb, serial: &str, elder: ElderId, since: Instant) -> DeviceId {
    db.write(|tx| {
        let id = DeviceId::new(since, tx.chance());
        let hash = tx.vault().index(SECRET, "secret");
        tx.exec(
            "insert into devices (elder_id, id, serial, kind, name, maker, area, institution_id, shared, state, secret_hash, \
             bound_at, maintenance_until, maintenance_why, registered_by, created_at, changed_at) values ($1, $2, $3, \
             'wristband', '手环', '', '320623000000', null, 0, 'active', $4, $5, null, '', '', $5, $5)",
            params![elder, id, serial, hash, since],
        )?;
        let binding = BindingId::new(since, tx.chance());
        tx.exec(
            "insert into device_bindings (elder_id, id, device_id, since, until, bound_by, ended_by, ended_why) \
             values ($1, $2, $3, $4, null, '', '', '')",
            params![elder, binding, id, since],
        )?;
        Ok::<_, db::Error>(id)
    })
    .expect("device")
}

/// An elder under watch: their device, the writer with its clock.
pub(crate) struct Watched {
    pub(crate) elder: ElderId,
    pub(crate) device: DeviceId,
    pub(crate) clock: Arc<Standing>,
    pub(crate) engine: Engine,
    pub(crate) heard: Heard,
    pub(crate) live: Live,
}

pub(crate) fn watched(db: &TestDb) -> Watched {
    let clock = Standing::at("2026-11-02 09:00");
    let (live, heard) = (Live::default(), Heard::default());
    let elder = elder(db, 2, "王桂英");
    let device = device(db, "W-1", elder, at("2026-10-01 09:00"));
    let store: db::Db = (**db).clone();
    let engine = Engine::new(store, clock.clone(), library(), live.clone(), heard.clone());
    Watched { elder, device, clock, engine, heard, live }
}

impl Watched {
    /// A minute passes, then the device measures.
    pub(crate) fn measure(&mut self, vital: Vital, value: i64) {
        self.clock.forward(TimeDelta::minutes(1));
        let now = self.clock.now();
        self.measured(vital, value, now);
    }

    /// What the device measured at an instant comes in now.
    pub(crate) fn measured(&mut self, vital: Vital, value: i64, at: Instant) {
        let received = self.clock.now();
        let one = Measurement { elder: self.elder, device: self.device, vital, at, value, received };
        self.engine.store(&[message(vec![one])]).expect("stored");
    }

    pub(crate) fn by(&self) -> Actor {
        actor(self.clock.now())
    }

    /// Level, state and how often it came again, of each alarm that is not closed.
    pub(crate) fn open(&self, db: &TestDb) -> Vec<(String, String, String, i64)> {
        let all = db.read(|tx| alarms::open(tx, &self.by(), 100)).expect("alarms");
        let word = |text: &str| text.to_owned();
        all.iter().map(|(_, a)| (word(a.kind.code()), word(a.level.code()), word(a.state.code()), a.repeats)).collect()
    }
}

pub(crate) fn message(measurements: Vec<Measurement>) -> Message {
    Message { device: None, measurements, faults: vec![], contact: None, reply: Reply::None }
}

/// A directory of what is in the store.
pub(crate) fn directory(db: &TestDb) -> Arc<Directory> {
    let directory = Arc::new(Directory::default());
    directory.reload(db).expect("reloaded");
    directory
}
