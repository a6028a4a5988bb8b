//! Squared error, and the peak signal-to-noise ratio that follows from it.

/// What images that are the same count as, in decibels.
pub const MOST_DECIBELS: f64 = 100.0;

/// Mean over pixels of the squared difference of two images of as many values, in [0, 1] both.
pub fn squared_error(original: &[f32], image: &[f32]) -> f64 {
    let squares = original.iter().zip(image).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2));
    squares.sum::<f64>() / original.len().min(image.len()).max(1) as f64
}

/// 10·log₁₀(1 / squared error) of values in [0, 1], in decibels; [`MOST_DECIBELS`] at most, so that a mean over images is finite.
/// Not a number where a value is none.
pub fn psnr(original: &[f32], image: &[f32]) -> f64 {
    let decibels = -10.0 * squared_error(original, image).log10();
    if decibels > MOST_DECIBELS { MOST_DECIBELS } else { decibels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_off_everywhere_is_twenty_decibels_and_nothing_off_a_hundred() {
        assert!((psnr(&[0.5, 0.2], &[0.4, 0.3]) - 20.0).abs() < 1e-5);
        assert_eq!(psnr(&[0.5, 0.2], &[0.5, 0.2]), MOST_DECIBELS);
        assert!(psnr(&[0.5, 0.2], &[0.5, f32::NAN]).is_nan());
    }
}
