//! The one way in: a bounded queue, a writer that takes what is there in one transaction, rules and alarms with it, and only
//! then the acknowledgement. When the store is locked or full the queue fills and the senders wait: back-pressure, not loss.

use super::engine::Engine;
use super::model::Measurement;
use super::store::Contact;
use crate::devices::directory::Entry;
use crate::devices::model::Fault;
use kernel::{DeviceId, ElderId, Instant};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// So many messages wait at most; then their senders do.
const QUEUE: usize = 16_384;
/// So many messages go in one transaction at most.
const BATCH: usize = 4_096;
/// How long to wait after the store failed, at first and at most.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("服务正在停止，请稍后重发")]
pub struct Stopping;

/// How a sender hears that its message is stored.
pub enum Reply {
    /// Once.
    Once(oneshot::Sender<()>),
    /// On a connection: the packet, and whether it was all right.
    Packet(mpsc::UnboundedSender<(u16, Verdict)>, u16, Verdict),
    /// Nobody waits (QoS 0).
    None,
}

/// What is told of a stored message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its measurements are stored.
    Taken,
    /// Nothing of it could be used; that is noted, sending it again is no use.
    Useless,
    /// It was not this device's topic.
    Forbidden,
}

impl Reply {
    fn send(self) {
        // Who has gone meanwhile sends again, and the repetition changes nothing.
        match self {
            Self::Once(sender) => drop(sender.send(())),
            Self::Packet(sender, packet, verdict) => drop(sender.send((packet, verdict))),
            Self::None => {}
        }
    }
}

/// What came in as one message.
pub struct Message {
    /// The device, if it came from one.
    pub device: Option<Arc<Entry>>,
    /// Its measurements.
    pub measurements: Vec<Measurement>,
    /// What was wrong with it: of which device, what, in words.
    pub faults: Vec<(DeviceId, Fault, String)>,
    /// That the device was heard.
    pub contact: Option<Contact>,
    /// Whom to tell.
    pub reply: Reply,
}

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    sender: mpsc::Sender<Message>,
    forgotten: Arc<Mutex<HashSet<ElderId>>>,
}

impl Intake {
    /// The way in, and the writer behind it, which runs on a thread of its own until all ways in are gone.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(engine: Engine) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let forgotten = Arc::new(Mutex::new(HashSet::new()));
        let writer = Writer { engine, receiver, forgotten: forgotten.clone() };
        let thread = std::thread::Builder::new().name("intake".into()).spawn(move || writer.run())?;
        Ok((Self { sender, forgotten }, thread))
    }

    /// Hands a message in; waits while the queue is full.
    ///
    /// # Errors
    /// [`Stopping`] when the program stops.
    pub async fn send(&self, message: Message) -> Result<(), Stopping> {
        self.sender.send(message).await.map_err(|_| Stopping)
    }

    /// Hands measurements in and waits until they are stored.
    ///
    /// # Errors
    /// [`Stopping`] when the program stops.
    pub async fn submit(&self, measurements: Vec<Measurement>) -> Result<(), Stopping> {
        let (reply, stored) = oneshot::channel();
        let reply = Reply::Once(reply);
        self.send(Message { device: None, measurements, faults: vec![], contact: None, reply }).await?;
        stored.await.map_err(|_| Stopping)
    }

    /// What the rules remember of an elder is loaded anew before the next measurement: somebody changed limits or closed an alarm.
    pub fn forget(&self, elder: ElderId) {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner).insert(elder);
    }
}

struct Writer {
    engine: Engine,
    receiver: mpsc::Receiver<Message>,
    forgotten: Arc<Mutex<HashSet<ElderId>>>,
}

impl Writer {
    fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.receiver.blocking_recv_many(&mut batch, BATCH) > 0 {
            self.store(&batch);
            batch.drain(..).for_each(|message| message.reply.send());
        }
    }

    /// Stores a batch however long it takes: nothing is acknowledged before, nothing dropped. When the program stops meanwhile,
    /// the devices have had no acknowledgement and send again.
    fn store(&mut self, batch: &[Message]) {
        let mut wait = PATIENCE.0;
        loop {
            let forgotten = std::mem::take(&mut *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner));
            self.engine.forget(&forgotten);
            match self.engine.store(batch) {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, messages = batch.len(), "measurements wait for the store"),
            }
            std::thread::park_timeout(wait);
            wait = (wait * 2).min(PATIENCE.1);
        }
    }
}

/// When a device was heard and how far its clock is ahead, from the newest time it sent.
#[must_use]
pub fn contact(device: DeviceId, received: Instant, newest: Option<Instant>, battery: Option<i64>) -> Contact {
    let skew_ms = newest.map_or(0, |newest| (newest - received).num_milliseconds());
    Contact { device, heard_at: received, battery, skew_ms }
}
