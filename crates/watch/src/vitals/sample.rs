//! What a device sent, before it is known whose it is, and what was wrong with it. Pure.

use super::model::Vital;
use crate::devices::model::Fault;
use kernel::Instant;

/// A value with its time, as a device sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Of what.
    pub vital: Vital,
    /// As [`Vital`] stores it.
    pub value: i64,
    /// When, by the device's clock.
    pub at: Instant,
    /// Whether the device has no clock and said "now" or "so long ago".
    pub relative: bool,
}

impl Sample {
    /// A sample of a value in the measure's own unit.
    pub(super) fn of(vital: Vital, value: f64, (at, relative): (Instant, bool)) -> Result<Self, Flaw> {
        let stored = vital.stored(value);
        let value = stored.ok_or_else(|| Flaw::new(Fault::Implausible, format!("{} {value}", vital.name())))?;
        Ok(Self { vital, value, at, relative })
    }
}

/// What was wrong with a message or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Of which kind.
    pub fault: Fault,
    /// Where and what.
    pub detail: String,
}

impl Flaw {
    /// A flaw.
    #[must_use]
    pub const fn new(fault: Fault, detail: String) -> Self {
        Self { fault, detail }
    }

    /// The same, with its place in front.
    #[must_use]
    pub fn at(self, place: String) -> Self {
        Self { detail: format!("{place}：{}", self.detail), ..self }
    }

    /// In words: `格式错误：第 2 条：……`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}：{}", self.fault.name(), self.detail)
    }
}
