//! Devices that send: each with a connection of its own, which comes back when it is lost. What is not acknowledged is sent again.

use super::credentials::Credential;
use super::life::{Life, Message};
use super::link::{self, Address, Heard, Sender, Version, WINDOW};
use super::pace::Pace;
use super::senml::{self, Held};
use super::tally::{Report, Tally};
use crate::synthetic::Draw;
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// The first pause before a lost line is taken up again, and the longest; each is drawn between half and the whole.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How often the file of what was acknowledged is brought up to date.
const FLUSH: Duration = Duration::from_millis(100);

/// Many devices.
pub struct Crowd {
    pub(super) broker: Address,
    pub(super) version: Version,
    pub(super) devices: Vec<Credential>,
    pub(super) seed: u64,
    pub(super) events: f64,
    pub(super) pace: Pace,
    /// Seconds after the end of the simulated hours that a device goes on trying.
    pub(super) patience: u64,
}

impl Crowd {
    /// Sends everything, or until the process is asked to stop: then no more is measured, and what is under way is brought to
    /// its acknowledgement. `acknowledged`: where to write what was acknowledged.
    ///
    /// # Errors
    /// When that file cannot be written.
    pub async fn run(self, acknowledged: Option<&Path>) -> anyhow::Result<Report> {
        let tally = Arc::new(Tally::new(acknowledged)?);
        let crowd = Arc::new(self);
        let begun = Instant::now();
        let (stop, stopped) = watch::channel(false);
        let asked = crate::server::asked_to_stop();
        tokio::pin!(asked);
        let mut all = tokio::task::JoinSet::new();
        for n in 0..crowd.devices.len() {
            let (tally, stopped) = (tally.clone(), stopped.clone());
            let device = Sending {
                crowd: crowd.clone(),
                at: n,
                begun,
                tally,
                way: Mutex::default(),
                changed: Notify::new(),
                stopped,
            };
            all.spawn(async move { device.run().await });
        }
        let mut flush = tokio::time::interval(FLUSH);
        loop {
            tokio::select! {
                done = all.join_next() => match done {
                    Some(done) => done??,
                    None => break,
                },
                _ = flush.tick() => tally.flush()?,
                () = &mut asked, if !*stop.borrow() => drop(stop.send(true)),
            }
        }
        tally.flush()?;
        Ok(tally.report())
    }
}

/// What is on its way.
#[derive(Default)]
struct Way {
    /// Handed over, its number not known yet.
    handed: VecDeque<Item>,
    /// Out under its number.
    out: HashMap<u16, Item>,
    /// From a line that was lost: goes out first, in order.
    again: VecDeque<Item>,
    connected: bool,
}

#[derive(Clone)]
struct Item {
    /// Its place in the device's life: what is sent again keeps its order.
    number: u64,
    payload: Vec<u8>,
    held: Vec<Held>,
}

impl Way {
    fn under_way(&self) -> usize {
        self.handed.len() + self.out.len()
    }

    fn all(&self) -> usize {
        self.under_way() + self.again.len()
    }

    /// The line is lost: everything that is not acknowledged is to be sent again.
    fn lost(&mut self) {
        let mut all: Vec<Item> = self.handed.drain(..).chain(self.out.drain().map(|(_, item)| item)).collect();
        all.extend(self.again.drain(..));
        all.sort_by_key(|item| item.number);
        self.again = all.into();
        self.connected = false;
    }
}

struct Sending {
    crowd: Arc<Crowd>,
    at: usize,
    begun: Instant,
    tally: Arc<Tally>,
    way: Mutex<Way>,
    /// Room on the way, a new line, or nothing left.
    changed: Notify,
    stopped: watch::Receiver<bool>,
}

/// What is still to come of a device's life.
struct Coming {
    life: Life,
    next: Option<Message>,
    number: u64,
}

impl Sending {
    fn of(&self) -> &Credential {
        &self.crowd.devices[self.at]
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self) -> anyhow::Result<()> {
        let mut life = Life::new(self.crowd.seed, self.crowd.events, self.of(), &self.crowd.pace);
        let next = life.next();
        let mut coming = Coming { life, next, number: 0 };
        let mut draw = Draw::new(self.crowd.seed, &format!("pauses of {}", self.of().serial));
        let mut pause = FIRST_PAUSE;
        let end = self.moment(self.crowd.pace.end()) + Duration::from_secs(self.crowd.patience);
        while !self.through(&coming) {
            let (sender, listener) = link::open(&self.crowd.broker, self.crowd.version, self.of());
            let was_in = tokio::select! {
                heard = self.listen(listener) => heard?,
                () = self.send(&sender, &mut coming) => break,
                () = tokio::time::sleep_until(end), if self.crowd.patience > 0 => break,
            };
            self.way().lost();
            self.tally.lost.fetch_add(1, Ordering::Relaxed);
            pause = if was_in { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            tokio::time::sleep(pause.mul_f64(0.5 + draw.unit() / 2.0)).await;
            if Instant::now() > end {
                break;
            }
        }
        let left = self.way().all();
        self.tally.open.fetch_add(left as u64, Ordering::Relaxed);
        Ok(())
    }

    fn through(&self, coming: &Coming) -> bool {
        let way = self.way();
        coming.next.is_none() && way.all() == 0
    }

    /// Hears until the line is lost; answers whether it was ever there.
    async fn listen(&self, mut listener: link::Listener) -> anyhow::Result<bool> {
        let mut was_in = false;
        loop {
            let heard = match listener.next().await {
                Ok(heard) => heard,
                Err(e) => {
                    tracing::debug!(error = %e, serial = self.of().serial, "line lost");
                    return Ok(was_in);
                }
            };
            was_in = true;
            self.note(heard)?;
        }
    }

    fn note(&self, heard: Heard) -> anyhow::Result<()> {
        let mut way = self.way();
        match heard {
            Heard::Connected => way.connected = true,
            Heard::Sent(number) => {
                self.tally.sent.fetch_add(1, Ordering::Relaxed);
                if let Some(item) = way.handed.pop_front() {
                    way.out.insert(number, item);
                }
                return Ok(());
            }
            Heard::Acknowledged(number, taken) => match way.out.remove(&number) {
                Some(item) if taken => self.tally.acknowledged(&self.of().serial, &item.held)?,
                Some(_) => drop(self.tally.refused.fetch_add(1, Ordering::Relaxed)),
                None => {}
            },
            Heard::Other => return Ok(()),
        }
        drop(way);
        self.changed.notify_one();
        Ok(())
    }

    /// Sends what is due until everything is sent and acknowledged.
    async fn send(&self, sender: &Sender, coming: &mut Coming) {
        let topic = format!("yiyang/{}/senml", self.of().serial);
        loop {
            self.room().await;
            let Some(item) = self.next_item(coming).await else { break };
            let payload = item.payload.clone();
            self.way().handed.push_back(item);
            // The other half has gone: it ends us as well.
            if sender.publish(&topic, payload).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        while !self.through(coming) {
            self.changed.notified().await;
        }
    }

    async fn room(&self) {
        loop {
            let free = {
                let way = self.way();
                way.connected && way.under_way() < usize::from(WINDOW) / 2
            };
            if free {
                return;
            }
            self.changed.notified().await;
        }
    }

    /// What was lost first; then the next of its life, when its time has come.
    async fn next_item(&self, coming: &mut Coming) -> Option<Item> {
        if let Some(item) = self.way().again.pop_front() {
            return Some(item);
        }
        let due = self.moment(coming.next.as_ref()?.due);
        let mut stopped = self.stopped.clone();
        let message = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => {
                coming.next = None;
                return None;
            }
            () = tokio::time::sleep_until(due) => coming.next.take()?,
        };
        coming.next = coming.life.next();
        coming.number += 1;
        let pace = self.crowd.pace;
        let (text, held) = senml::payload(&self.of().serial, &message, |at| pace.stamp(at));
        Some(Item { number: coming.number, payload: text.into_bytes(), held })
    }

    /// When something is to be sent that happens at a simulated time.
    fn moment(&self, simulated: i64) -> Instant {
        let pace = &self.crowd.pace;
        let after = pace.real(simulated) - pace.real(pace.start());
        self.begun + Duration::from_millis(u64::try_from(after).unwrap_or_default())
    }
}
