//! What a device sends in the course of its life: late after a lost signal, some of it twice, some of it spoiled. Pure.

use super::credentials::Credential;
use super::kinds::{Device, Reading};
use super::pace::Pace;
use super::person::{MINUTE, Person, day};
use crate::synthetic::Draw;
use std::collections::VecDeque;

/// Measurements that a device keeps while it has no signal are sent in packs of so many.
const PACK: usize = 20;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoiled {
    /// It ends in the middle.
    Cut,
    /// No SenML at all.
    Noise,
    /// Something that nobody measures.
    UnknownName,
    /// A unit that the measure does not have.
    WrongUnit,
    /// A pulse of 900.
    Impossible,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// When, in simulated milliseconds.
    pub due: i64,
    /// What it says.
    pub readings: Vec<Reading>,
    /// How far the device's clock is ahead, in milliseconds.
    pub skew: i64,
    /// What is wrong with it: then nothing of it is kept.
    pub spoiled: Option<Spoiled>,
}

/// All messages of a device, in order.
pub struct Life {
    seed: u64,
    device: Device,
    skew: i64,
    minute: i64,
    end: i64,
    kept_back: Vec<Reading>,
    ready: VecDeque<Message>,
    draw: Draw,
}

impl Life {
    /// The life of a device while the pace lasts.
    pub fn new(seed: u64, events: f64, of: &Credential, pace: &Pace) -> Self {
        let person = Person::new(seed, &of.person, events);
        let mut draw = Draw::new(seed, &format!("life of {}", of.serial));
        let own = draw.below(usize::MAX) as u64;
        Self {
            device: Device::new(seed, &of.serial, of.kind, person),
            skew: skew(&mut draw),
            minute: pace.start() / 1000 / MINUTE * MINUTE,
            end: pace.end() / 1000,
            kept_back: vec![],
            ready: VecDeque::new(),
            seed: own,
            draw,
        }
    }

    /// Whether the device has no signal: one day in eight for some time.
    fn lost(&self, at: i64) -> bool {
        [day(at) - 1, day(at)].into_iter().any(|today| {
            let mut draw = Draw::new(self.seed ^ today as u64, "signal");
            let lost = draw.yes(0.12);
            let from = draw.between(0, 24 * 60) * MINUTE;
            let length = draw.between(15, 360) * MINUTE;
            let midnight = today * 24 * 60 * MINUTE - 8 * 60 * MINUTE;
            lost && (midnight + from..midnight + from + length).contains(&at)
        })
    }

    fn step(&mut self) {
        let readings = self.device.minute(self.minute);
        let lost = self.lost(self.minute);
        self.minute += MINUTE;
        if lost {
            self.kept_back.extend(readings);
            return;
        }
        if !self.kept_back.is_empty() {
            let late = std::mem::take(&mut self.kept_back);
            late.chunks(PACK).for_each(|pack| self.send(pack.to_vec()));
        }
        // What is measured in one second goes out together.
        readings.chunk_by(|one, next| one.0 == next.0).for_each(|pack| self.send(pack.to_vec()));
    }

    fn send(&mut self, readings: Vec<Reading>) {
        let due = 1000 * readings.last().map_or(self.minute, |last| last.0.max(self.minute - MINUTE));
        let message = Message { due, readings, skew: self.skew, spoiled: None };
        if self.draw.yes(0.02) {
            self.ready.push_back(message.clone());
        }
        if self.draw.yes(0.002) {
            let kinds = [Spoiled::Cut, Spoiled::Noise, Spoiled::UnknownName, Spoiled::WrongUnit, Spoiled::Impossible];
            let spoiled = Some(self.draw.pick(&kinds));
            self.ready.push_back(Message { spoiled, ..message.clone() });
        }
        self.ready.push_back(message);
    }
}

/// Most clocks are right, some are ahead, some are behind.
fn skew(draw: &mut Draw) -> i64 {
    match draw.below(100) {
        0..3 => draw.between(6, 90) * MINUTE * 1000,
        3..6 => -draw.between(6, 90) * MINUTE * 1000,
        _ => 0,
    }
}

impl Iterator for Life {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        while self.ready.is_empty() && self.minute < self.end {
            self.step();
        }
        // The hours are over without a signal: what was kept back is sent all the same.
        if self.ready.is_empty() && !self.kept_back.is_empty() {
            let late = std::mem::take(&mut self.kept_back);
            late.chunks(PACK).for_each(|pack| self.send(pack.to_vec()));
        }
        self.ready.pop_front()
    }
}
