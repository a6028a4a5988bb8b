//! A particle filter (Gordon 1993): parts of images that are drawn side by side and weighed, and drawn anew by their weights when
//! these have become too unequal.

use super::numbers::{choose, log_sum_exp, normalise};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Images that are drawn side by side for a draw.
pub const PARTICLES: usize = 64;
/// They are drawn anew where they are worth fewer than this share of them (their effective sample size, Kong 1994).
const LEAST_WORTH: f64 = 0.5;

/// An image up to some pixel, and how likely what is kept of it made it.
#[derive(Clone, Debug)]
pub struct Particle<T> {
    /// The image.
    pub value: T,
    /// In nats.
    pub log_weight: f64,
}

/// Images that are drawn side by side.
#[derive(Clone, Debug)]
pub struct Particles<T> {
    /// Each.
    pub all: Vec<Particle<T>>,
}

impl<T: Clone> Particles<T> {
    /// `count` of them that begin alike.
    pub fn new(value: T, count: usize) -> Self {
        Self { all: vec![Particle { value, log_weight: 0.0 }; count] }
    }

    /// Normalised.
    fn weights(&self) -> Vec<f64> {
        let logs: Vec<f64> = self.all.iter().map(|particle| particle.log_weight).collect();
        let all = log_sum_exp(&logs);
        let weight = |log: &f64| if all.is_finite() { (log - all).exp() } else { 0.0 };
        let mut weights: Vec<f64> = logs.iter().map(weight).collect();
        normalise(&mut weights);
        weights
    }

    /// Where they are too unequal, as many anew, each as often as it weighs: systematic resampling (Carpenter 1999) by one uniform
    /// number.
    pub fn balance(&mut self, random: &mut ChaCha8Rng) {
        let (weights, count) = (self.weights(), self.all.len() as f64);
        let worth = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();
        if worth >= LEAST_WORTH * count {
            return;
        }
        let uniform: f64 = random.random();
        let of = |at: usize| self.all.get(choose(&weights, (at as f64 + uniform) / count)).cloned();
        let drawn = (0..self.all.len()).filter_map(of);
        self.all = drawn.map(|particle| Particle { log_weight: 0.0, ..particle }).collect();
    }

    /// One of them by their weights; `None` of none.
    pub fn draw(self, random: &mut ChaCha8Rng) -> Option<T> {
        let chosen = choose(&self.weights(), random.random());
        self.all.into_iter().nth(chosen).map(|particle| particle.value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn they_are_drawn_as_often_as_they_weigh_and_only_where_unequal() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut particles = Particles::new(0usize, 8);
        particles.all.iter_mut().enumerate().for_each(|(at, particle)| particle.value = at);
        particles.balance(&mut random);
        assert!(particles.all.iter().enumerate().all(|(at, particle)| particle.value == at));
        particles.all.iter_mut().for_each(|particle| particle.log_weight = f64::NEG_INFINITY);
        (particles.all[2].log_weight, particles.all[5].log_weight) = (-1000.0, -1000.0 + 3f64.ln());
        particles.balance(&mut random);
        let values: Vec<usize> = particles.all.iter().map(|particle| particle.value).collect();
        assert_eq!(values, [2, 2, 5, 5, 5, 5, 5, 5]);
        assert!(particles.all.iter().all(|particle| particle.log_weight == 0.0));
        particles.all[3].log_weight = 1000.0;
        assert_eq!(particles.draw(&mut random), Some(5));
    }
}
