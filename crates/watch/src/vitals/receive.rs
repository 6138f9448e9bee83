//! From the bytes of a device to what the intake takes: read, checked, given to the elder who wore the device. Pure but for the
//! directory that is handed in.

use super::intake::{self, Message, Reply};
use super::model::{Measurement, Vital};
use super::sample::{Flaw, Sample};
use super::{observation, senml};
use crate::alarms::rules::Rules;
use crate::devices::directory::Entry;
use crate::devices::model::{Fault, State};
use chrono::TimeDelta;
use kernel::Instant;
use std::sync::Arc;

/// In what form a message comes: the last part of its topic or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// SenML JSON.
    Senml,
    /// A FHIR R4 Observation.
    Observation,
}

impl Form {
    /// By its word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "senml" => Some(Self::Senml),
            "observation" => Some(Self::Observation),
            _ => None,
        }
    }
}

/// What of a message can be used, and what was wrong with it.
pub struct Read {
    /// For the intake; its reply is to be set.
    pub measurements: Vec<Measurement>,
    /// What was wrong.
    pub flaws: Vec<Flaw>,
    /// The newest time in it that a clock made.
    newest: Option<Instant>,
    battery: Option<i64>,
}

/// Reads a message of a device.
#[must_use]
pub fn read(device: &Entry, form: Form, payload: &[u8], received: Instant, rules: &Rules) -> Read {
    let (samples, mut flaws) = match form {
        Form::Senml => senml::read(payload, received),
        Form::Observation => observation::read(payload),
    };
    let newest = samples.iter().filter(|s| !s.relative).map(|s| s.at).max();
    let battery = samples.iter().rev().find(|s| s.vital == Vital::Battery).map(|s| s.value);
    let mut measurements = Vec::with_capacity(samples.len());
    for sample in samples {
        match of_elder(device, sample, received, rules) {
            Ok(measurement) => measurements.push(measurement),
            Err(flaw) => flaws.push(flaw),
        }
    }
    let ahead = newest.map_or(TimeDelta::zero(), |newest| newest - received);
    if rules.clock_ahead.is_some_and(|minutes| ahead > TimeDelta::minutes(minutes)) {
        flaws.push(Flaw::new(Fault::ClockAhead, format!("快 {} 分钟，按收到的时刻计", ahead.num_minutes())));
    }
    Read { measurements, flaws, newest, battery }
}

fn of_elder(device: &Entry, sample: Sample, received: Instant, rules: &Rules) -> Result<Measurement, Flaw> {
    let Sample { vital, value, at, .. } = sample;
    if !rules.plausible(vital, value) {
        let (least, most) = rules.range(vital).unwrap_or_default();
        let range = format!("{}—{}", vital.show(least), vital.show(most));
        return Err(Flaw::new(Fault::Implausible, format!("{} {}，应在 {range}", vital.name(), vital.show(value))));
    }
    let believed = at.min(received);
    if rules.raw_days.is_some_and(|days| received - believed > TimeDelta::days(days)) {
        return Err(Flaw::new(Fault::ClockBehind, format!("时间 {} 太早", kernel::time::show(at))));
    }
    let elder = device.wearer_at(believed);
    let elder =
        elder.ok_or_else(|| Flaw::new(Fault::Unbound, format!("{} 没有人使用", kernel::time::show(believed))))?;
    Ok(Measurement { elder, device: device.id, vital, at, value, received })
}

impl Read {
    /// Whether nothing of it can be used.
    #[must_use]
    pub fn useless(&self) -> bool {
        self.measurements.is_empty() && !self.flaws.is_empty()
    }

    /// As the intake takes it.
    #[must_use]
    pub fn message(self, device: Arc<Entry>, received: Instant, reply: Reply) -> Message {
        let contact = Some(intake::contact(device.id, received, self.newest, self.battery));
        let faults = self.flaws.into_iter().map(|flaw| (device.id, flaw.fault, flaw.detail)).collect();
        Message { device: Some(device), measurements: self.measurements, faults, contact, reply }
    }
}

/// Whether a device with this secret may come in. The comparison takes as long whatever is wrong.
#[must_use]
pub fn lets_in(device: &Entry, secret_hash: &[u8]) -> bool {
    let same = device.secret_hash.len() == secret_hash.len()
        && device.secret_hash.iter().zip(secret_hash).fold(0, |acc, (a, b)| acc | (a ^ b)) == 0;
    same && device.state == State::Active
}
