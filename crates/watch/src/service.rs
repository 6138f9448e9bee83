//! Watching over as a running service: its parts, put together once and put into the state; what it does every second and minute.

use crate::alarms;
use crate::devices::Directory;
use crate::huts;
use crate::live::Live;
use crate::vitals::{self, Broker, Door, Engine, Heard, Intake, bridge, gateway};
use db::{Actor, Db};
use kernel::Clock;
use policy::Library;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use web::{State, StateBuilder};

/// The parts, each of which goes into the state for whoever needs it.
#[derive(Clone)]
pub struct Watching {
    live: Live,
    heard: Heard,
    directory: Arc<Directory>,
    door: Door,
}

impl Watching {
    /// Starts the writer and reads which devices there are.
    ///
    /// # Errors
    /// When the store fails or no thread can be started.
    pub fn start(db: &Db, clock: &Arc<dyn Clock>, library: &Arc<Library>) -> anyhow::Result<Self> {
        let (live, heard, directory) = (Live::default(), Heard::default(), Arc::new(Directory::default()));
        directory.reload(db)?;
        for (device, at) in db.read(vitals::store::contacts)? {
            heard.note(device, at);
        }
        let engine = Engine::new(db.clone(), clock.clone(), library.clone(), live.clone(), heard.clone());
        // The writer ends with the program: what it has not committed nobody was told is stored.
        let (intake, _) = Intake::start(engine)?;
        let door = Door::new(directory.clone(), intake, db.clone(), (clock.clone(), library.clone()));
        Ok(Self { live, heard, directory, door })
    }

    /// Puts the parts into the state.
    #[must_use]
    pub fn into_state(self, builder: StateBuilder) -> StateBuilder {
        let builder = builder.with(self.live.clone()).with_arc(self.directory.clone());
        builder.with(self.door.intake().clone()).with(self.door.clone()).with(self)
    }

    /// Lets devices in at an address; answers which it is, for port 0.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn listen(&self, at: SocketAddr) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind(at).await?;
        let bound = listener.local_addr()?;
        tokio::spawn(gateway::serve(listener, self.door.clone()));
        Ok(bound)
    }

    /// Takes what a broker has, by any of its addresses. `name` is ours there.
    pub fn follow(&self, brokers: Vec<Broker>, name: String) {
        tokio::spawn(bridge::run(brokers, name, self.door.clone()));
    }

    /// What is due every second: alarms go up the ladder. Blocks.
    ///
    /// # Errors
    /// What the store says.
    pub fn every_second(&self, state: &State) -> db::Result<()> {
        let by = Actor::system(state.clock.now());
        alarms::jobs::climb(&state.db, &by, &state.policies, &self.live).map(drop)
    }

    /// What is due every minute: stays at health huts that are over, devices that others registered, silent devices, still elders. Blocks.
    ///
    /// # Errors
    /// What the store says.
    pub fn every_minute(&self, state: &State) -> db::Result<()> {
        let by = Actor::system(state.clock.now());
        state.db.write(|tx| huts::store::sweep(tx, &by, &state.policies)).map_err(web::Error::into_db)?;
        self.directory.reload(&state.db)?;
        alarms::jobs::look_round(&state.db, &by, &state.policies, (&self.directory, &self.heard, &self.live))
    }
}
