//! Chance for the synthetic county: one repeatable stream for each file, so that a change to one leaves the others alone.

use kernel::chance::mix;

/// A repeatable stream of choices. Only exact arithmetic, so that every machine draws the same.
pub struct Draw(u64);

impl Draw {
    /// The stream of this seed and this purpose.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut state = seed;
        for byte in purpose.bytes() {
            state = mix(&mut state) ^ u64::from(byte);
        }
        Self(state)
    }

    fn next(&mut self) -> u64 {
        mix(&mut self.0)
    }

    /// A whole number from 0 to `n` - 1; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// A number from 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Yes with the given probability.
    pub fn yes(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of the items; the list must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// The position of one of the weights, drawn in proportion to them.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut rest = self.below(total as usize) as u32;
        for (at, weight) in weights.enumerate() {
            if rest < weight {
                return at;
            }
            rest -= weight;
        }
        0
    }

    /// One of the pairs' first halves, drawn in proportion to the second halves.
    pub fn of<T: Copy>(&mut self, table: &[(T, u32)]) -> T {
        table[self.weighted(table.iter().map(|(_, weight)| *weight))].0
    }

    /// Nearly normal (the sum of four uniform numbers), within 3.5 standard deviations.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        // Four uniform numbers have a variance of 4/12; 1.732… brings it to one.
        mean + deviation * (sum - 2.0) * 1.732_050_807_568_877
    }
}
