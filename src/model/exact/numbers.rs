//! Logarithms of sums, and draws by a number between 0 and 1.

/// log(1 + eˣ), of which −log(1 − p) is one where x is p's logit.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// 1 / (1 + e⁻ˣ).
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// log p of a pixel from its logit, in nats.
pub fn log_p_of_pixel(logit: f64, is_on: bool) -> f64 {
    -softplus(if is_on { -logit } else { logit })
}

/// Φ⁻¹(p): a standard normal number is below it with probability p.
pub fn normal_quantile(p: f64) -> f64 {
    // Beyond, single precision knows 0 and 1 alone.
    let (mut low, mut high) = (-9.0f64, 9.0f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle * std::f64::consts::FRAC_1_SQRT_2);
        if below < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// log Σ eˣ; of nothing, or of −∞ alone, −∞.
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match most.is_finite() {
        true => most + values.iter().map(|x| (x - most).exp()).sum::<f64>().ln(),
        false => most,
    }
}

/// Divides weights by their sum, which it returns; weights whose sum is 0 become equal.
pub fn normalise(weights: &mut [f64]) -> f64 {
    let (sum, equal) = (weights.iter().sum::<f64>(), 1.0 / weights.len().max(1) as f64);
    weights.iter_mut().for_each(|weight| *weight = if sum > 0.0 { *weight / sum } else { equal });
    sum
}

/// Which of these normalised weights a number in 0..1 falls into, laid one after another; never one of weight 0, unless all are.
pub fn choose(weights: &[f64], uniform: f64) -> usize {
    let (mut above, mut last) = (0.0, 0);
    for (at, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        (above, last) = (above + weight, at);
        if uniform < above {
            return at;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn logarithms_neither_overflow_nor_lose_small_parts() {
        assert!((log_sum_exp(&[1000.0, 1000.0]) - 1000.0 - 2f64.ln()).abs() < 1e-12);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
    }

    #[test]
    fn quantiles_are_those_of_tables() {
        for (p, expected) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813)] {
            assert!((normal_quantile(p) - expected).abs() < 1e-9, "{p}");
        }
        assert!(normal_quantile(0.0) <= -9.0 && normal_quantile(1.0) > 8.0);
        for x in [-3.0, 0.0, 2.5] {
            assert!((softplus(x) + (1.0 - logistic(x)).ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_choice_falls_by_the_weights_and_not_on_nothing() {
        let weights = [0.0, 0.25, 0.0, 0.75, 0.0];
        let found = [0.0, 0.2499, 0.25, 0.999, 1.0].map(|uniform| choose(&weights, uniform));
        assert_eq!(found, [1, 1, 3, 3, 3]);
        assert_eq!((choose(&[0.0; 2], 0.5), choose(&[], 0.5)), (0, 0));
    }

    #[test]
    fn nothing_is_shared_out_equally() {
        let (mut weights, mut nothing) = ([1.0, 3.0], [0.0; 4]);
        assert_eq!((normalise(&mut weights), weights), (4.0, [0.25, 0.75]));
        assert_eq!((normalise(&mut nothing), nothing), (0.0, [0.25; 4]));
    }
}
