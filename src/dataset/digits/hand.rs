//! The draws of one hand, made of IEEE additions and multiplications only.
//!
//! No function of the platform's mathematics library is called, so that a generated image, and with it the
//! data set's checksum, is the same on every machine.

use rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// The draws that one image is made of.
pub struct Hand {
    generator: ChaCha8Rng,
}

impl Hand {
    /// A hand that draws from `generator`.
    pub fn new(generator: ChaCha8Rng) -> Self {
        Self { generator }
    }

    /// Uniform in [0, 1), 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.generator.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Nearly normal, as the sum of four uniform draws: mean 0, deviation 1, never beyond ±3.47.
    pub fn normal(&mut self) -> f32 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_8
    }

    /// Nearly normal about `mean`, kept within [low, high].
    pub fn about(&mut self, mean: f32, deviation: f32, low: f32, high: f32) -> f32 {
        (mean + deviation * self.normal()).clamp(low, high)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// An index drawn in proportion to `weights`; the last one where rounding leaves a remainder.
    pub fn pick(&mut self, weights: &[f32]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f32>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// An integer in 0..10.
    pub fn class(&mut self) -> u8 {
        ((u64::from(self.generator.next_u32()) * 10) >> 32) as u8
    }
}

/// sin(2π·`turns`), by two parabolas; within 0.001.
pub fn sine(turns: f32) -> f32 {
    let t = turns - (turns + 0.5).floor();
    let rough = 8.0 * t - 16.0 * t * t.abs();
    0.225 * (rough * rough.abs() - rough) + rough
}

/// cos(2π·`turns`), within 0.001.
pub fn cosine(turns: f32) -> f32 {
    sine(turns + 0.25)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    fn hand() -> Hand {
        Hand::new(stream(3, Purpose::Generate, 0, 0))
    }

    #[test]
    fn the_sine_is_a_sine() {
        for step in -300..300 {
            let turns = step as f32 / 97.0;
            let exact = (turns * std::f32::consts::TAU).sin();
            assert!((sine(turns) - exact).abs() < 2e-3, "{turns}: {} for {exact}", sine(turns));
        }
    }

    #[test]
    fn draws_have_the_spread_they_promise() {
        let mut hand = hand();
        let draws: Vec<f32> = (0..20_000).map(|_| hand.normal()).collect();
        let mean = draws.iter().sum::<f32>() / draws.len() as f32;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / draws.len() as f32;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn picks_follow_their_weights() {
        let mut hand = hand();
        let mut seen = [0usize; 3];
        for _ in 0..10_000 {
            seen[hand.pick(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2_200..2_800).contains(&seen[0]), "{seen:?}");
        assert!((0..1_000).all(|_| hand.class() < 10));
    }
}
