//! What a simulated assessor ticks: from what the synthetic roster says of an elder, by the scale's own options.

use kernel::chance::mix;
use policy::{Answers, Scale};
use registry::elders::SelfCare;

/// A repeatable stream of draws.
pub struct Draw(u64);

impl Draw {
    /// The stream that belongs to an id. What an id says of the time is left out: it differs with the minute of the run.
    #[must_use]
    pub fn of(id: [u8; 16], salt: u64) -> Self {
        let drawn = &id[6..];
        Self(drawn.iter().fold(salt ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// A number from 0 to `below` - 1.
    pub fn below(&mut self, below: u64) -> u64 {
        mix(&mut self.0) % below.max(1)
    }

    /// Whether something with this chance in per cent happens.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// How much help somebody needs, from 0 (none) to 100 (all), drawn around the roster's word.
#[must_use]
pub fn need(draw: &mut Draw, self_care: SelfCare) -> u64 {
    match self_care {
        SelfCare::Able => draw.below(15),
        SelfCare::Partial => 35 + draw.below(35),
        SelfCare::Unable => 70 + draw.below(31),
    }
}

/// A whole form: each item somewhere near the need, the mind less affected than the body unless there is dementia.
#[must_use]
pub fn fill(scale: &Scale, draw: &mut Draw, need: u64, dementia: bool) -> Answers {
    let mut answers = Answers::default();
    for item in &scale.items {
        let body = item.domain == scale.items[0].domain;
        let felt = if body || dementia { need } else { need / 3 };
        let noise = draw.below(21);
        let felt = (felt + noise).saturating_sub(10).min(100);
        let last = item.options.len() as u64 - 1;
        let place = (felt * last + 50) / 100;
        answers.items.insert(item.code.clone(), item.options[place as usize].0);
    }
    for flag in &scale.flags {
        let set = dementia && flag.code.contains("dementia");
        answers.flags.insert(flag.code.clone(), i64::from(set));
    }
    answers
}

/// The second assessor mostly agrees; now and then one item is one option off.
#[must_use]
pub fn second_opinion(scale: &Scale, draw: &mut Draw, first: &Answers) -> Answers {
    let mut answers = first.clone();
    if draw.percent(20) {
        let item = &scale.items[draw.below(scale.items.len() as u64) as usize];
        let at = item.options.iter().position(|(points, _)| first.items.get(&item.code) == Some(points)).unwrap_or(0);
        let other = if at == 0 { 1 } else { at - 1 };
        answers.items.insert(item.code.clone(), item.options[other].0);
    }
    answers
}
