//! Elders with devices, for the tests of this crate.

use crate::alarms::store as alarms;
use crate::devices::directory::SECRET;
use crate::devices::store::steps::{self, NewDevice};
use crate::devices::testing as devices;
pub(crate) use crate::devices::testing::{area, at, elder, library};
use crate::devices::{Directory, Kind};
use crate::live::Live;
use crate::vitals::intake::{Message, Reply};
use crate::vitals::{Engine, Heard, Measurement, Vital};
use chrono::TimeDelta;
use db::testing::TestDb;
use db::{Actor, params};
use kernel::{Clock, DeviceId, ElderId, Instant};
use std::sync::Arc;
use web::testing::TestClock;

/// Somebody of the county.
pub(crate) fn actor(now: Instant) -> Actor {
    Actor { name: "值班员".into(), now, ..devices::actor() }
}

/// Somebody of the next county.
pub(crate) fn neighbour(now: Instant) -> Actor {
    Actor { now, ..devices::neighbour() }
}

/// A wristband that the elder wears since an instant, with the secret `secret`.
pub(crate) fn device(db: &TestDb, serial: &str, elder: ElderId, since: Instant) -> DeviceId {
    let by = actor(since);
    let (name, maker) = ("手环".to_owned(), String::new());
    let new = NewDevice {
        serial: serial.into(),
        kind: Kind::Wristband,
        name,
        maker,
        area: area("320623"),
        institution: None,
    };
    let id = db.write(|tx| steps::register(tx, &by, &new)).expect("registered").0;
    db.write(|tx| steps::bind(tx, &by, id, elder)).expect("bound");
    db.write(|tx| {
        let hash = tx.vault().index(SECRET, "secret");
        tx.exec("update devices set secret_hash = $2 where id = $1", params![id, hash])
    })
    .expect("its secret");
    id
}

/// An elder under watch: their device, the writer with its clock.
pub(crate) struct Watched {
    pub(crate) elder: ElderId,
    pub(crate) device: DeviceId,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) engine: Engine,
    pub(crate) heard: Heard,
    pub(crate) live: Live,
}

pub(crate) fn watched(db: &TestDb) -> Watched {
    let clock = Arc::new(TestClock::default());
    let (live, heard) = (Live::default(), Heard::default());
    devices::seed(db);
    let elder = elder(db, 2, "王桂英");
    let device = device(db, "W-1", elder, at("2026-10-01 09:00"));
    let store: db::Db = (**db).clone();
    let engine = Engine::new(store, clock.clone(), library(), live.clone(), heard.clone());
    Watched { elder, device, clock, engine, heard, live }
}

impl Watched {
    /// A minute passes, then the device measures.
    pub(crate) fn measure(&mut self, vital: Vital, value: i64) {
        self.clock.advance(TimeDelta::minutes(1));
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
