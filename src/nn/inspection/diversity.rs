//! How much generated images differ from each other, beside real ones.

use super::figures::row_variance;
use crate::nn::vector::dot;

/// How generated images differ from each other beside how real ones do: 1 where they differ as much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diversity {
    /// The variance of a pixel from image to image, mean over pixels, over that of real images.
    pub variance_ratio: f64,
    /// In how many directions they vary, (Σλ)²/Σλ² for the eigenvalues λ of their covariance (the participation ratio), over
    /// that of as many real images.
    pub dimension_ratio: f64,
}

impl Diversity {
    /// Of as many real and generated images of `width` values.
    pub(super) fn of([real, fake]: [&[f32]; 2], width: usize) -> Self {
        let ratio = |of: &dyn Fn(&[f32]) -> f64| of(fake) / of(real).max(f64::MIN_POSITIVE);
        Self {
            variance_ratio: ratio(&|rows| row_variance(rows, width)),
            dimension_ratio: ratio(&|rows| dimensions(rows, width)),
        }
    }
}

/// (Σλ)²/Σλ² of the covariance of `[rows, width]` values: by the products of the rows about their mean, which have the same
/// eigenvalues; 0 where all rows are the same.
fn dimensions(values: &[f32], width: usize) -> f64 {
    let rows = values.len() / width.max(1);
    let mut mean = vec![0.0f32; width];
    for row in values.chunks_exact(width.max(1)) {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / rows as f32);
    }
    let centred: Vec<Vec<f32>> = values
        .chunks_exact(width.max(1))
        .map(|row| row.iter().zip(&mean).map(|(value, mean)| value - mean).collect())
        .collect();
    let (mut trace, mut squares) = (0.0, 0.0);
    for (place, row) in centred.iter().enumerate() {
        for (other, column) in centred.iter().enumerate().take(place + 1) {
            let product = f64::from(dot(row, column));
            squares += if other == place { product * product } else { 2.0 * product * product };
            trace += if other == place { product } else { 0.0 };
        }
    }
    if squares > 0.0 { trace * trace / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_along_one_line_have_one_dimension_and_a_square_two() {
        assert!((dimensions(&[0.0, 0.0, 1.0, 2.0, 3.0, 6.0], 2) - 1.0).abs() < 1e-6);
        assert!((dimensions(&[1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0], 2) - 2.0).abs() < 1e-6);
        assert_eq!(dimensions(&[0.5; 6], 2), 0.0);
        let halved = Diversity::of([&[1.0, 0.0, -1.0, 0.0], &[0.5, 0.0, -0.5, 0.0]], 2);
        assert!((halved.variance_ratio - 0.25).abs() < 1e-6 && (halved.dimension_ratio - 1.0).abs() < 1e-6);
    }
}
