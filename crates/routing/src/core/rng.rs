//! A repeatable stream of numbers for the search.

use kernel::chance::mix;

pub struct Rng(u64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(mix(&mut self.0)) * n as u128) >> 64) as usize
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (mix(&mut self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in so many of 1,000 cases.
    pub fn permille(&mut self, n: u64) -> bool {
        (mix(&mut self.0) >> 32) * 1000 < n << 32
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
