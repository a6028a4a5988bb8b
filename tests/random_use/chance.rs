//! What comes next, by a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// A whole number below `count`, or 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    pub fn real(&mut self, range: Range<f64>) -> f64 {
        self.0.random_range(range)
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn seed(&mut self) -> u64 {
        self.0.random()
    }

    /// A place of the plane, now and then far from all that is known.
    pub fn place(&mut self) -> [f32; 2] {
        let far = if self.once_in(20) { 200.0 } else { 3.0 };
        [0; 2].map(|_| self.real(-far..far) as f32)
    }

    pub fn latent(&mut self, size: usize) -> Vec<f32> {
        (0..size).map(|_| self.real(-3.0..3.0) as f32).collect()
    }
}
