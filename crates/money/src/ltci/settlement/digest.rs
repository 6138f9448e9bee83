//! The fingerprint of a settlement (SM3): equal lines have equal fingerprints, on every machine and engine.

use super::model::{Inputs, Line, Outcome};
use sm3::{Digest, Sm3};

/// The fingerprint of all lines in their order, with everything that stands on them.
#[must_use]
pub fn digest(inputs: &Inputs, outcome: &Outcome) -> Vec<u8> {
    let mut hash = Sm3::new();
    hash.update(inputs.month.to_string());
    let mut buffer = Vec::with_capacity(256);
    for line in &outcome.lines {
        buffer.clear();
        write(&mut buffer, inputs, line);
        hash.update(&buffer);
    }
    hash.finalize().to_vec()
}

fn write(out: &mut Vec<u8>, inputs: &Inputs, line: &Line) {
    for id in [
        inputs.elders[line.elder as usize].id.uuid(),
        line.visit.uuid(),
        inputs.institutions[line.institution as usize].uuid(),
        inputs.carers[line.carer as usize].id.uuid(),
        inputs.plans[line.plan as usize].id.uuid(),
        line.entitlement.map(|id| id.uuid()).unwrap_or_default(),
        line.correction.map(|id| id.uuid()).unwrap_or_default(),
    ] {
        out.extend_from_slice(id.as_bytes());
    }
    for number in [
        line.kind as i64,
        line.level,
        line.rate.0,
        kernel::time::day_number(line.day).into(),
        line.start,
        line.end.unwrap_or(i64::MIN),
        line.standard_minutes,
        line.minutes,
        line.reasons.0.into(),
        line.counted,
        line.amounts.asked.0,
        line.amounts.adjusted.0,
        line.amounts.approved.0,
        line.amounts.paid.0,
    ] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    for item in &inputs.item_sets[line.items as usize] {
        out.extend_from_slice(inputs.items[*item as usize].as_bytes());
        out.push(b',');
    }
}

/// The fingerprint as sheets print it: 64 hexadecimal digits.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
