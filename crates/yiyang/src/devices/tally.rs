//! What is counted while devices send, and the file of what was acknowledged.

use super::senml::Held;
use anyhow::Context;
use std::fmt;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts of all devices together.
#[derive(Default)]
pub struct Tally {
    /// Times that a publication went out.
    pub sent: AtomicU64,
    /// Messages acknowledged.
    pub acknowledged: AtomicU64,
    /// Measurements in them.
    pub measurements: AtomicU64,
    /// Messages that the server refused outright.
    pub refused: AtomicU64,
    /// Spoiled messages acknowledged: taken off our hands, not stored.
    pub spoiled: AtomicU64,
    /// Times that a line was lost or could not be had.
    pub lost: AtomicU64,
    /// Messages without acknowledgement when all was over.
    pub open: AtomicU64,
    file: Option<Mutex<BufWriter<std::fs::File>>>,
}

/// The counts when all is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    sent: u64,
    acknowledged: u64,
    measurements: u64,
    refused: u64,
    spoiled: u64,
    lost: u64,
    /// Messages without acknowledgement.
    pub open: u64,
}

impl Tally {
    /// With a file for what was acknowledged: `serial,kind,at,value` in each line, all as they are stored: a number, milliseconds, a whole
    /// number.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(file: Option<&Path>) -> anyhow::Result<Self> {
        let make = |path: &Path| std::fs::File::create(path).with_context(|| format!("不能写 {}", path.display()));
        let file = file.map(make).transpose()?.map(|file| Mutex::new(BufWriter::new(file)));
        Ok(Self { file, ..Self::default() })
    }

    /// A message was acknowledged.
    pub fn acknowledged(&self, serial: &str, held: &[Held]) -> anyhow::Result<()> {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.measurements.fetch_add(held.len() as u64, Ordering::Relaxed);
        if held.is_empty() {
            self.spoiled.fetch_add(1, Ordering::Relaxed);
        }
        let Some(file) = &self.file else { return Ok(()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        for one in held {
            writeln!(file, "{serial},{},{},{}", one.vital.number(), one.at, one.value)?;
        }
        Ok(())
    }

    /// Whoever reads the file meanwhile sees how far it is.
    pub fn flush(&self) -> anyhow::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        Ok(file.lock().unwrap_or_else(PoisonError::into_inner).flush()?)
    }

    /// The counts.
    pub fn report(&self) -> Report {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Report {
            sent: read(&self.sent),
            acknowledged: read(&self.acknowledged),
            measurements: read(&self.measurements),
            refused: read(&self.refused),
            spoiled: read(&self.spoiled),
            lost: read(&self.lost),
            open: read(&self.open),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, acknowledged, measurements, refused, spoiled, lost, open } = self;
        write!(
            f,
            "发出 {sent} 次，确认 {acknowledged} 条（其中测量 {measurements} 个、有意写错的消息 {spoiled} 条），被拒 {refused} 条，\
             断线 {lost} 次，未确认 {open} 条"
        )
    }
}
