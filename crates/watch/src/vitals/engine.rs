//! What the writer does with a batch, in one transaction: measurements once each, the rules on those that are new, alarms, faults.

use super::intake::Message;
use super::jobs::AGAIN;
use super::model::{Measurement, Vital};
use super::store::{self, Contact};
use crate::alarms::Kind;
use crate::alarms::rules::{Effect, Person, Today};
use crate::alarms::store::{self as alarms, Cause};
use crate::live::Live;
use chrono::TimeDelta;
use db::{Db, Tx};
use kernel::{Area, Clock, Date, DeviceId, ElderId, Instant, time};
use policy::Library;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Contacts are written at most so often: no measurement waits for them.
const KEEP_EVERY: TimeDelta = TimeDelta::seconds(30);
/// So many elders are remembered; beyond it all are loaded anew as they come.
const MOST: usize = 400_000;
/// And all after so long: somebody may have moved, or been diagnosed, or another server may have set a limit.
const RENEWED: TimeDelta = TimeDelta::minutes(30);

/// When each device was last heard; shared with the watch over silent ones.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<HashMap<DeviceId, Instant>>>);

impl Heard {
    /// Notes that a device was heard.
    pub fn note(&self, device: DeviceId, at: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(device, at);
    }

    /// When a device was last heard.
    #[must_use]
    pub fn last(&self, device: DeviceId) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&device).copied()
    }
}

struct Known {
    person: Person,
    area: Area,
}

/// The writer's memory and tools.
pub struct Engine {
    db: Db,
    clock: Arc<dyn Clock>,
    library: Arc<Library>,
    live: Live,
    heard: Heard,
    rules: Today,
    known: HashMap<ElderId, Known>,
    known_since: Instant,
    contacts: HashMap<DeviceId, Contact>,
    kept_at: Instant,
}

/// What a batch changed in the memory: taken over only when it is committed.
#[derive(Default)]
struct Changes {
    persons: HashMap<ElderId, Known>,
    /// Devices that somebody works on: their low battery is known.
    maintained: HashSet<DeviceId>,
    news: bool,
}

impl Engine {
    /// A writer for a store.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, library: Arc<Library>, live: Live, heard: Heard) -> Self {
        let (rules, known, contacts) = (Today::default(), HashMap::new(), HashMap::new());
        Self {
            db,
            clock,
            library,
            live,
            heard,
            rules,
            known,
            contacts,
            kept_at: Instant::UNIX_EPOCH,
            known_since: Instant::UNIX_EPOCH,
        }
    }

    /// What is remembered of these is loaded anew.
    pub(crate) fn forget(&mut self, elders: &HashSet<ElderId>) {
        elders.iter().for_each(|elder| drop(self.known.remove(elder)));
        let now = self.clock.now();
        if self.known.len() > MOST || now - self.known_since > RENEWED {
            self.known.clear();
            self.known_since = now;
        }
    }

    /// Stores a batch: all of it or nothing.
    ///
    /// # Errors
    /// What the engine says; then nothing was written and nothing remembered.
    pub(crate) fn store(&mut self, batch: &[Message]) -> db::Result<()> {
        let now = self.clock.now();
        let mut all: Vec<Measurement> = batch.iter().flat_map(|m| m.measurements.iter().copied()).collect();
        // In the order of the key: neighbours in the table are written together.
        all.sort_by_key(|m| (m.elder, m.vital, m.at, m.device));
        self.take_contacts(batch);
        let keep = now - self.kept_at >= KEEP_EVERY;
        let db = self.db.clone();
        let changes = db.write(|tx| {
            let changes = self.write(tx, &all, maintained(batch, now), now)?;
            for (device, fault, detail) in batch.iter().flat_map(|m| &m.faults) {
                store::note_fault(tx, *device, now, *fault, detail)?;
            }
            if keep {
                store::keep_contacts(tx, &self.contacts.values().copied().collect::<Vec<_>>())?;
            }
            Ok::<_, db::Error>(changes)
        })?;
        if keep {
            self.contacts.clear();
            self.kept_at = now;
        }
        self.known.extend(changes.persons);
        if changes.news {
            self.live.changed();
        }
        Ok(())
    }

    fn take_contacts(&mut self, batch: &[Message]) {
        for contact in batch.iter().filter_map(|m| m.contact) {
            self.heard.note(contact.device, contact.heard_at);
            let battery = contact.battery.or(self.contacts.get(&contact.device).and_then(|c| c.battery));
            self.contacts.insert(contact.device, Contact { battery, ..contact });
        }
    }

    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        all: &[Measurement],
        maintained: HashSet<DeviceId>,
        now: Instant,
    ) -> db::Result<Changes> {
        let mut changes = Changes { maintained, ..Changes::default() };
        // Before the measurements are there: the newest of those that are known must not be one of these.
        all.iter().try_for_each(|m| self.recall(tx, m.elder, &mut changes))?;
        let fresh = store::insert(tx, all)?;
        let mut new: Vec<&Measurement> = all.iter().zip(fresh).filter(|(_, fresh)| *fresh).map(|(m, _)| m).collect();
        self.sum_up_late(tx, &new, now)?;
        // Rules look at each elder's measurements in the order of time; latitude before longitude.
        new.sort_by_key(|m| (m.elder, m.believed(), m.vital));
        for m in new {
            self.judge(tx, m, now, &mut changes)?;
        }
        Ok(changes)
    }

    /// Has an elder in the changes: from memory, else from the store; nobody whose file is gone.
    fn recall(&mut self, tx: &mut Tx<'_>, elder: ElderId, changes: &mut Changes) -> db::Result<()> {
        if !changes.persons.contains_key(&elder) {
            let known = match self.known.remove(&elder) {
                Some(known) => Some(known),
                None => load(tx, elder)?,
            };
            changes.persons.extend(known.map(|known| (elder, known)));
        }
        Ok(())
    }

    fn judge(&mut self, tx: &mut Tx<'_>, m: &Measurement, now: Instant, changes: &mut Changes) -> db::Result<()> {
        let Some(known) = changes.persons.get_mut(&m.elder) else { return Ok(()) };
        let library = &self.library;
        let rules = self.rules.of(library, known.area, now);
        let cause = Cause { elder: m.elder, device: Some(m.device), now, library, area: known.area };
        for effect in known.person.feel(&rules, m) {
            if effect.is_of(Kind::BatteryLow) && changes.maintained.contains(&m.device) {
                continue;
            }
            let news = alarms::apply(tx, cause, &effect)?;
            // Another device's full battery ends nothing.
            if news || !matches!(effect, Effect::Recovered(Kind::BatteryLow)) {
                known.person.took(&effect);
            }
            changes.news |= news;
        }
        Ok(())
    }

    /// What is older than the nightly work looks back goes into its summaries at once.
    fn sum_up_late(&self, tx: &mut Tx<'_>, new: &[&Measurement], now: Instant) -> db::Result<()> {
        let today = time::date_of(now);
        let Some(before) = today.checked_sub_days(chrono::Days::new(AGAIN)) else { return Ok(()) };
        let late = new.iter().filter(|m| m.vital.charted() && time::date_of(m.at) < before);
        let days: BTreeSet<(ElderId, Vital, Date)> = late.map(|m| (m.elder, m.vital, time::date_of(m.at))).collect();
        for (elder, vital, day) in days {
            store::sum_up(tx, (elder, vital), (day, day.succ_opt().unwrap_or(day)))?;
        }
        Ok(())
    }
}

fn maintained(batch: &[Message], now: Instant) -> HashSet<DeviceId> {
    let devices = batch.iter().filter_map(|m| m.device.as_ref());
    devices.filter(|device| device.maintenance_until.is_some_and(|until| now < until)).map(|device| device.id).collect()
}

fn load(tx: &mut Tx<'_>, elder: ElderId) -> db::Result<Option<Known>> {
    let Some(area) = store::area(tx, elder)? else { return Ok(None) };
    Ok(Some(Known { person: alarms::person(tx, elder)?, area }))
}

impl Person {
    /// Remembers which alarms are active after an effect.
    fn took(&mut self, effect: &Effect) {
        match effect {
            Effect::Alarm { kind, level, .. } => {
                let level = self.active.get(kind).copied().unwrap_or(*level).max(*level);
                self.active.insert(*kind, level);
            }
            Effect::Recovered(kind) => drop(self.active.remove(kind)),
            Effect::CalledOff(_) | Effect::Run(..) => {}
        }
    }
}
