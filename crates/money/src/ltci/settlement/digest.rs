//! The fingerprint of a settlement (SM3): equal lines have equal fingerprints, on every machine and engine, when they are
//! settled and years later.

use super::model::{Inputs, Line, Outcome};
use kernel::Month;
use sm3::{Digest, Sm3};
use uuid::Uuid;

/// What stands for the end of a visit without check-out.
pub const NO_END: i64 = i64::MIN;

/// A fingerprint that takes in line by line, by elder, beginning, visit and kind.
pub struct Fingerprint {
    hash: Sm3,
    buffer: Vec<u8>,
}

impl Fingerprint {
    /// Of no line yet.
    #[must_use]
    pub fn new(month: Month) -> Self {
        let mut hash = Sm3::new();
        hash.update(month.to_string());
        Self { hash, buffer: Vec::with_capacity(256) }
    }

    /// Takes in a line: elder, visit, institution, carer, plan, entitlement and correction (all zero for none); then kind,
    /// level, rate, day, beginning, end, standard minutes, minutes, reasons, counted and the four amounts; then the items.
    pub fn add<'a>(&mut self, ids: [Uuid; 7], numbers: [i64; 14], items: impl Iterator<Item = &'a str>) {
        self.buffer.clear();
        ids.iter().for_each(|id| self.buffer.extend_from_slice(id.as_bytes()));
        numbers.iter().for_each(|number| self.buffer.extend_from_slice(&number.to_be_bytes()));
        for item in items {
            self.buffer.extend_from_slice(item.as_bytes());
            self.buffer.push(b',');
        }
        self.hash.update(&self.buffer);
    }

    /// The fingerprint: 32 bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.hash.finalize().to_vec()
    }
}

/// The fingerprint of all lines in their order, with everything that stands on them.
#[must_use]
pub fn digest(inputs: &Inputs, outcome: &Outcome) -> Vec<u8> {
    let mut print = Fingerprint::new(inputs.month);
    outcome.lines.iter().for_each(|line| add(&mut print, inputs, line));
    print.finish()
}

fn add(print: &mut Fingerprint, inputs: &Inputs, line: &Line) {
    let ids = [
        inputs.elders[line.elder as usize].id.uuid(),
        line.visit.uuid(),
        inputs.institutions[line.institution as usize].uuid(),
        inputs.carers[line.carer as usize].id.uuid(),
        inputs.plans[line.plan as usize].id.uuid(),
        line.entitlement.map(|id| id.uuid()).unwrap_or_default(),
        line.correction.map(|id| id.uuid()).unwrap_or_default(),
    ];
    let numbers = [
        line.kind as i64,
        line.level,
        line.rate.0,
        kernel::time::day_number(line.day).into(),
        line.start,
        line.end.unwrap_or(NO_END),
        line.standard_minutes,
        line.minutes,
        line.reasons.0.into(),
        line.counted,
        line.amounts.asked.0,
        line.amounts.adjusted.0,
        line.amounts.approved.0,
        line.amounts.paid.0,
    ];
    let items = inputs.item_sets[line.items as usize].iter();
    print.add(ids, numbers, items.map(|item| inputs.items[*item as usize].as_str()));
}

/// The fingerprint as sheets print it: 64 hexadecimal digits.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
