//! The fingerprint of a signed conclusion (SM3): equal texts have equal fingerprints, when they are signed and years later.
//! It shows that a text was altered in the store; it is no certificate of an authority.

use super::model::{Addendum, Charge, Consultation, Key, Said};
use kernel::{Instant, StaffId};
use sm3::{Digest, Sm3};

/// Takes in texts so that no two lists of texts look alike: each with its length before it.
fn of(parts: &[&[u8]]) -> String {
    let mut hash = Sm3::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who signs, and when.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Their entry in the staff register.
    pub id: StaffId,
    /// Their name.
    pub name: &'a str,
    /// When.
    pub at: Instant,
}

/// The fingerprint of a conclusion: which consultation, the question, who signs and when, what they wrote, what it costs.
#[must_use]
pub fn conclusion(key: Key, question: &str, by: Signer<'_>, said: &Said, charge: &Charge) -> String {
    let numbers = [by.at.timestamp_millis(), charge.minutes, charge.price.0, charge.elder.0, charge.asker.0];
    let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    of(&[
        key.elder.uuid().as_bytes(),
        key.id.uuid().as_bytes(),
        question.as_bytes(),
        by.id.uuid().as_bytes(),
        by.name.as_bytes(),
        said.means.code().as_bytes(),
        said.finding.as_bytes(),
        said.advice.as_bytes(),
        said.medication.as_bytes(),
        &numbers,
    ])
}

/// The fingerprint of what is added, over the fingerprint before it.
#[must_use]
pub fn addendum(before: &str, by: Signer<'_>, content: &str) -> String {
    let at = by.at.timestamp_millis().to_be_bytes();
    of(&[before.as_bytes(), by.id.uuid().as_bytes(), by.name.as_bytes(), &at, content.as_bytes()])
}

/// Whether what stands in the store is what was signed; none without a signature.
#[must_use]
pub fn holds(one: &Consultation, addenda: &[Addendum]) -> Option<bool> {
    let c = one.conclusion.as_ref()?;
    let signer = Signer { id: c.by, name: &c.name, at: c.at };
    let mut last = conclusion(one.key, &one.question, signer, &c.said, &c.charge);
    let mut holds = last == c.fingerprint;
    for more in addenda {
        last = addendum(&last, Signer { id: more.by, name: &more.name, at: more.at }, &more.content);
        holds &= last == more.fingerprint;
    }
    Some(holds)
}
