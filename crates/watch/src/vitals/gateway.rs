//! The door for devices: an MQTT listener whose acknowledgement means *stored*. No broker: nothing is passed on to other devices,
//! nothing is retained; what a device sends goes to the intake, and PUBACK goes out after the commit. A device publishes under its
//! own name only, `yiyang/{serial}/senml` or `…/observation`.

use super::intake::{Intake, Message, Reply, Verdict};
use super::mqtt::{self, Broken, Incoming, Outgoing, Version};
use super::receive::{self, Form};
use crate::alarms::rules::{Rules, Today};
use crate::devices::directory::{Directory, Entry, SECRET};
use crate::devices::model::{Fault, State};
use bytes::{Bytes, BytesMut};
use db::Db;
use kernel::{Clock, Instant};
use policy::Library;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

/// So long a connection has for its first packet.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A connection may have so many bytes unread in our buffer.
const BUFFER: usize = 16 * 1024;
/// The first part of every topic.
pub const ROOT: &str = "yiyang";

/// What every way in for devices needs. Cheap to clone.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    directory: Arc<Directory>,
    intake: Intake,
    db: Db,
    clock: Arc<dyn Clock>,
    library: Arc<Library>,
    rules: Mutex<Today>,
    /// The connection of each device: a second one ends the first.
    present: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Door {
    /// A door to an intake.
    #[must_use]
    pub fn new(
        directory: Arc<Directory>,
        intake: Intake,
        db: Db,
        (clock, library): (Arc<dyn Clock>, Arc<Library>),
    ) -> Self {
        let (rules, present) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { directory, intake, db, clock, library, rules, present }))
    }

    /// The way in behind it.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// The device of a name, if the secret is its own and it may publish.
    #[must_use]
    pub fn admit(&self, serial: &str, secret: &str) -> Option<Arc<Entry>> {
        let hash = self.0.db.vault().index(SECRET, secret);
        self.0.directory.find(serial).filter(|device| receive::lets_in(device, &hash))
    }

    /// The device as it is now: it may have got another wearer since it came in. None when it was suspended, or its secret
    /// renewed: then it has no business here any more.
    pub(super) fn current(&self, device: &Entry) -> Option<Arc<Entry>> {
        self.named(&device.serial).filter(|now| now.secret_hash == device.secret_hash)
    }

    /// The device of a serial number that a trusted broker vouches for, if it may publish.
    #[must_use]
    pub fn named(&self, serial: &str) -> Option<Arc<Entry>> {
        self.0.directory.find(serial).filter(|device| device.state == State::Active)
    }

    /// What the documents say today of values and clocks where the device belongs.
    fn rules(&self, device: &Entry, now: Instant) -> Arc<Rules> {
        let mut kept = self.0.rules.lock().unwrap_or_else(PoisonError::into_inner);
        kept.of(&self.0.library, device.area, now)
    }

    /// Reads a message of a device.
    #[must_use]
    pub fn read(&self, device: &Entry, form: Form, payload: &[u8]) -> (receive::Read, Instant) {
        let now = self.0.clock.now();
        (receive::read(device, form, payload, now, &self.rules(device, now)), now)
    }

    /// Takes a message that came over MQTT from a device, or under its name.
    pub(super) async fn take(
        &self,
        device: &Arc<Entry>,
        (topic, payload): (&[u8], &[u8]),
        reply: impl FnOnce(Verdict) -> Reply,
    ) -> Result<(), super::intake::Stopping> {
        let now = self.0.clock.now();
        let Some(form) = own_topic(&device.serial, topic) else {
            let detail = kernel::text::clip(&String::from_utf8_lossy(topic), 80);
            let faults = vec![(device.id, Fault::Impostor, detail)];
            let reply = reply(Verdict::Forbidden);
            let message = Message { device: Some(device.clone()), measurements: vec![], faults, contact: None, reply };
            return self.0.intake.send(message).await;
        };
        let read = receive::read(device, form, payload, now, &self.rules(device, now));
        let verdict = if read.useless() { Verdict::Useless } else { Verdict::Taken };
        self.0.intake.send(read.message(device.clone(), now, reply(verdict))).await
    }

    #[cfg(test)]
    pub(super) fn reloaded(&self, db: &Db) {
        self.0.directory.reload(db).expect("reloaded");
    }

    fn come_in(&self, serial: &str) -> Arc<Notify> {
        let mine = Arc::new(Notify::new());
        let mut present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = present.insert(serial.to_owned(), mine.clone()) {
            other.notify_one();
        }
        mine
    }

    fn leave(&self, serial: &str, mine: &Arc<Notify>) {
        let mut present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        if present.get(serial).is_some_and(|other| Arc::ptr_eq(other, mine)) {
            present.remove(serial);
        }
    }
}

/// The form of a message under a device's own name: `yiyang/{serial}/{form}`.
fn own_topic(serial: &str, topic: &[u8]) -> Option<Form> {
    let topic = std::str::from_utf8(topic).ok()?;
    let form = topic.strip_prefix(ROOT)?.strip_prefix('/')?.strip_prefix(serial)?.strip_prefix('/')?;
    Form::of(form)
}

/// Lets devices in until the task is ended.
pub async fn serve(listener: TcpListener, door: Door) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let door = door.clone();
                tokio::spawn(async move {
                    if let Err(reason) = connection(stream, door).await {
                        tracing::debug!(%reason, "device connection ended");
                    }
                });
            }
            Err(error) => {
                // Too many open files: those that are in go on, new ones wait.
                tracing::warn!(%error, "devices cannot come in");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Broken(#[from] Broken),
    #[error("{0}")]
    Stopping(#[from] super::intake::Stopping),
    #[error("no first packet in time")]
    TooSlow,
    #[error("silent for longer than it promised")]
    Silent,
    #[error("wrong name or secret, or not in use")]
    Refused,
}

async fn connection(mut stream: TcpStream, door: Door) -> Result<(), Ended> {
    stream.set_nodelay(true)?;
    let mut buffer = BytesMut::with_capacity(1024);
    let first = tokio::time::timeout(HANDSHAKE, greet(&mut stream, &mut buffer, &door)).await;
    let (version, device, keep_alive) = first.map_err(|_| Ended::TooSlow)??;
    let mine = door.come_in(&device.serial);
    let (acknowledge, mut acknowledged) = mpsc::unbounded_channel();
    let session = Session { version, device, door: door.clone(), acknowledge };
    let ended = session.run(&mut stream, buffer, &mut acknowledged, (&mine, keep_alive)).await;
    door.leave(&session.device.serial, &mine);
    ended
}

/// Waits for CONNECT and answers it.
async fn greet(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
    door: &Door,
) -> Result<(Version, Arc<Entry>, Option<Duration>), Ended> {
    let version = loop {
        if let Some(version) = mqtt::version(buffer)? {
            break version;
        }
        more(stream, buffer).await?;
    };
    let packet = loop {
        if let Some(packet) = mqtt::next(version, buffer)? {
            break packet;
        }
        more(stream, buffer).await?;
    };
    let Incoming::Connect { keep_alive, login } = packet else { return Err(Ended::Refused) };
    let device = login.and_then(|(serial, secret)| door.admit(&serial, &secret));
    let mut out = BytesMut::new();
    mqtt::write(version, Outgoing::Connected(device.is_some()), &mut out);
    stream.write_all(&out).await?;
    // One and a half times what it promised, as the standard says.
    let patience = (keep_alive > 0).then(|| Duration::from_millis(u64::from(keep_alive) * 1_500));
    Ok((version, device.ok_or(Ended::Refused)?, patience))
}

async fn more(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<(), Ended> {
    match stream.read_buf(buffer).await? {
        0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        _ => Ok(()),
    }
}

struct Session {
    version: Version,
    device: Arc<Entry>,
    door: Door,
    acknowledge: mpsc::UnboundedSender<(u16, Verdict)>,
}

impl Session {
    /// Reads packets and writes acknowledgements as they come, until the device goes, falls silent, or comes in a second time.
    async fn run(
        &self,
        stream: &mut TcpStream,
        mut buffer: BytesMut,
        acknowledged: &mut mpsc::UnboundedReceiver<(u16, Verdict)>,
        (mine, patience): (&Notify, Option<Duration>),
    ) -> Result<(), Ended> {
        let (mut reader, mut writer) = stream.split();
        let mut out = BytesMut::new();
        loop {
            if !self.take_all(&mut buffer, &mut out).await? {
                return Ok(());
            }
            while let Ok((packet, verdict)) = acknowledged.try_recv() {
                mqtt::write(self.version, Outgoing::Acknowledged(packet, verdict), &mut out);
            }
            if !out.is_empty() {
                writer.write_all(&out.split()).await?;
            }
            buffer.reserve(BUFFER);
            tokio::select! {
                read = reader.read_buf(&mut buffer) => if read? == 0 { return Ok(()) },
                Some((packet, verdict)) = acknowledged.recv() => {
                    mqtt::write(self.version, Outgoing::Acknowledged(packet, verdict), &mut out);
                }
                () = mine.notified() => return Ok(()),
                () = silence(patience) => return Err(Ended::Silent),
            }
        }
    }

    /// Takes all whole packets of the buffer; answers whether the device stays.
    async fn take_all(&self, buffer: &mut BytesMut, out: &mut BytesMut) -> Result<bool, Ended> {
        while let Some(packet) = mqtt::next(self.version, buffer)? {
            match packet {
                Incoming::Publish { topic, packet, payload } => self.publish(&topic, packet, &payload).await?,
                Incoming::Subscribe(packet, topics) => {
                    let own = topics.iter().map(|topic| topic.starts_with(&format!("{ROOT}/{}/", self.device.serial)));
                    mqtt::write(self.version, Outgoing::Subscribed(packet, own.collect()), out);
                }
                Incoming::Unsubscribe(packet, count) => {
                    mqtt::write(self.version, Outgoing::Unsubscribed(packet, count), out);
                }
                Incoming::Ping => mqtt::write(self.version, Outgoing::Pong, out),
                Incoming::Disconnect => return Ok(false),
                Incoming::Connect { .. } => return Err(Broken::NotHere("a second CONNECT").into()),
            }
        }
        Ok(true)
    }

    async fn publish(&self, topic: &Bytes, packet: u16, payload: &Bytes) -> Result<(), Ended> {
        let reply = |verdict| match packet {
            0 => Reply::None,
            packet => Reply::Packet(self.acknowledge.clone(), packet, verdict),
        };
        let device = self.door.current(&self.device).ok_or(Ended::Refused)?;
        self.door.take(&device, (topic, payload), reply).await?;
        // Version 3.1.1 has no way to say no but to end the connection; the message is noted as a fault first.
        if self.version == Version::V4 && own_topic(&self.device.serial, topic).is_none() {
            return Err(Broken::NotHere("another device's topic").into());
        }
        Ok(())
    }
}

async fn silence(patience: Option<Duration>) {
    match patience {
        Some(patience) => tokio::time::sleep(patience).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_its_own_topics_and_no_others() {
        assert_eq!(own_topic("W-1", b"yiyang/W-1/senml"), Some(Form::Senml));
        assert_eq!(own_topic("W-1", b"yiyang/W-1/observation"), Some(Form::Observation));
        for other in
            ["yiyang/W-2/senml", "yiyang/W-11/senml", "yiyang/W-1/", "yiyang/W-1/senml/x", "other/W-1/senml", ""]
        {
            assert_eq!(own_topic("W-1", other.as_bytes()), None, "{other}");
        }
    }
}
