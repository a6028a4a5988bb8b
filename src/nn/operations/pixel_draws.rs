//! What draws of pixels one after another share: from a normal number each, by comparing log odds.

use std::f32::consts::FRAC_1_SQRT_2;

/// A layer's weight `[outputs, inputs]` and bias `[outputs]`.
#[derive(Clone, Copy, Debug)]
pub struct LayerWeights<'a> {
    /// Row by row.
    pub weight: &'a [f32],
    /// One an output.
    pub bias: &'a [f32],
}

/// log Φ(z) − log(1 − Φ(z)), where Φ(z) is the probability that a standard normal number is below z. By Chebyshev's fit of erfc
/// (Press 2007, 6.2.2) in the logarithm, so that it goes on where Φ is 0 or 1 in single precision. Written as its shader has it.
pub fn normal_log_odds(z: f32) -> f32 {
    let x = z.abs() * FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let fit = FIT.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient);
    // Of the smaller of both tails.
    let log_tail = (0.5 * t).ln() - x * x + fit;
    let log_odds = (1.0 - log_tail.exp()).ln() - log_tail;
    if z < 0.0 { -log_odds } else { log_odds }
}

/// Of erfc(x) = t·exp(−x² + Σ fitᵢ·tⁱ), t = 1/(1 + x/2).
const FIT: [f32; 10] = [
    -1.265_512_2,
    1.000_023_7,
    0.374_091_95,
    0.096_784_18,
    -0.186_288_06,
    0.278_868_08,
    -1.135_204,
    1.488_515_9,
    -0.822_152_26,
    0.170_872_76,
];

/// What a pixel is whose number is `z`.
pub(super) fn drawn(logit: f32, z: Option<&f32>) -> f32 {
    if logit > normal_log_odds(z.copied().unwrap_or_default()) { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_are_those_of_the_normal_distribution_into_its_tails() {
        let tail = |z: f64| 0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2);
        for step in -3600..=3600 {
            let z = step as f32 / 100.0;
            let expected = tail(-f64::from(z)).ln() - tail(f64::from(z)).ln();
            let found = f64::from(normal_log_odds(z));
            assert!((found - expected).abs() < 1e-6 + 4e-7 * expected.abs(), "{z}: {found} {expected}");
        }
        assert!(normal_log_odds(1e30) == f32::INFINITY && normal_log_odds(f32::NEG_INFINITY) == f32::NEG_INFINITY);
        assert!(normal_log_odds(f32::NAN).is_nan());
    }
}
