//! The devices as the intake knows them: in memory, by serial number, with who wore each when.

use super::model::{Kind, State};
use crate::vitals;
use chrono::TimeDelta;
use db::Db;
use kernel::{Area, DeviceId, ElderId, Instant};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A time in which an elder wore a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worn {
    /// Who.
    pub elder: ElderId,
    /// From when.
    pub since: Instant,
    /// Until before when, if it is over.
    pub until: Option<Instant>,
}

/// A device as the intake needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: DeviceId,
    /// Its user name and part of the topic.
    pub serial: String,
    /// What it is.
    pub kind: Kind,
    /// Keyed hash of its secret ([`SECRET`]).
    pub secret_hash: Vec<u8>,
    /// Whether it may publish.
    pub state: State,
    /// Where it belongs.
    pub area: Area,
    /// Who wears it now.
    pub wearer: Option<ElderId>,
    /// Until when its silence is no alarm.
    pub maintenance_until: Option<Instant>,
    /// When it was changed.
    pub changed_at: Instant,
    /// Who wore it when, oldest first.
    pub worn: Vec<Worn>,
}

/// A change bears the instant at which it was asked for: one that was committed after a younger one is found all the same.
const LATEST: TimeDelta = TimeDelta::minutes(10);

/// The field under which [`db::Vault::index`] hashes a device's secret.
pub const SECRET: &str = "devices.secret";

impl Entry {
    /// Who wore it at an instant.
    #[must_use]
    pub fn wearer_at(&self, at: Instant) -> Option<ElderId> {
        let worn = self.worn.iter().rev().find(|worn| worn.since <= at)?;
        worn.until.is_none_or(|until| at < until).then_some(worn.elder)
    }
}

#[derive(Default)]
struct Inner {
    by_serial: HashMap<String, Arc<Entry>>,
    newest: Instant,
    merged: Option<Instant>,
}

/// All devices. Put into the state; [`Directory::reload`] after every change.
#[derive(Default)]
pub struct Directory(RwLock<Inner>);

impl Directory {
    /// Takes in what has changed since the last time. Blocks.
    ///
    /// # Errors
    /// What the engine says.
    pub fn reload(&self, db: &Db) -> db::Result<()> {
        let (newest, known) = {
            let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
            (inner.newest, inner.merged)
        };
        let (changed, merged) = db.read(|tx| {
            let merged = vitals::store::merged(tx)?;
            let since = if merged == known { newest - LATEST } else { Instant::UNIX_EPOCH };
            Ok::<_, db::Error>((vitals::store::entries(tx, since)?, merged))
        })?;
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.merged = merged;
        for entry in changed {
            inner.newest = inner.newest.max(entry.changed_at);
            inner.by_serial.insert(entry.serial.clone(), Arc::new(entry));
        }
        Ok(())
    }

    /// The device of a serial number.
    #[must_use]
    pub fn find(&self, serial: &str) -> Option<Arc<Entry>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_serial.get(serial).cloned()
    }

    /// All devices that somebody wears.
    #[must_use]
    pub fn worn(&self) -> Vec<Arc<Entry>> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        inner.by_serial.values().filter(|entry| entry.wearer.is_some()).cloned().collect()
    }

    /// How many devices there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_serial.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
