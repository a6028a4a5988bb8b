//! Many values in a few figures.

/// Bins of a histogram.
pub const HISTOGRAM_BINS: usize = 24;

/// Many values in a few figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueFigures {
    /// How many there are.
    pub count: u64,
    /// How many of them are not numbers, or infinite; the other figures are of the rest.
    pub not_finite: u64,
    /// Their mean.
    pub mean: f64,
    /// The root of the mean of squares.
    pub rms: f64,
    /// The least.
    pub least: f32,
    /// The most.
    pub most: f32,
    /// How many lie in each of [`HISTOGRAM_BINS`] even parts from least to most; empty where all are one value.
    pub histogram: Vec<u32>,
}

impl ValueFigures {
    /// Of these values.
    pub fn of(values: &[f32]) -> Self {
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        let (mut sum, mut squares, mut finite) = (0.0f64, 0.0f64, 0u64);
        for chunk in values.chunks(1024) {
            let (mut part, mut square) = (0.0f32, 0.0f32);
            for value in chunk.iter().copied().filter(|value| value.is_finite()) {
                (least, most) = (least.min(value), most.max(value));
                part += value;
                square += value * value;
                finite += 1;
            }
            sum += f64::from(part);
            squares += f64::from(square);
        }
        if finite == 0 {
            return Self { count: values.len() as u64, not_finite: values.len() as u64, ..Self::default() };
        }
        let mut histogram = Vec::new();
        if most > least {
            histogram.resize(HISTOGRAM_BINS, 0);
            let scale = HISTOGRAM_BINS as f32 / (most - least);
            for value in values.iter().filter(|value| value.is_finite()) {
                let bin = ((value - least) * scale) as usize;
                if let Some(count) = histogram.get_mut(bin.min(HISTOGRAM_BINS - 1)) {
                    *count += 1;
                }
            }
        }
        let count = values.len() as u64;
        let (mean, rms) = (sum / finite as f64, (squares / finite as f64).sqrt());
        Self { count, not_finite: count - finite, mean, rms, least, most, histogram }
    }

    /// The standard deviation.
    pub fn deviation(&self) -> f64 {
        (self.rms * self.rms - self.mean * self.mean).max(0.0).sqrt()
    }
}

/// The share of `units` (what lies last in `values`) that are 0 everywhere.
pub(super) fn dead_share(values: &[f32], units: usize) -> f32 {
    let mut alive = vec![false; units];
    for values in values.chunks_exact(units.max(1)) {
        alive.iter_mut().zip(values).for_each(|(alive, value)| *alive |= *value != 0.0);
    }
    alive.iter().filter(|alive| !**alive).count() as f32 / units.max(1) as f32
}

/// Mean of 4·y·(1 − y).
pub(super) fn sigmoid_slope(values: &[f32]) -> f64 {
    values.iter().map(|y| f64::from(4.0 * y * (1.0 - y))).sum::<f64>() / values.len().max(1) as f64
}

/// The variance of each of `[rows, width]` values from row to row, mean over the elements of a row.
pub fn row_variance(values: &[f32], width: usize) -> f64 {
    let rows = (values.len() / width.max(1)).max(1) as f64;
    // About the first row, so that single precision is enough.
    let first = values.get(..width).unwrap_or_default();
    let (mut sums, mut squares) = (vec![0.0f32; width], vec![0.0f32; width]);
    for row in values.chunks_exact(width.max(1)) {
        for (((sum, square), value), first) in sums.iter_mut().zip(&mut squares).zip(row).zip(first) {
            let value = value - first;
            *sum += value;
            *square += value * value;
        }
    }
    let variances = sums.iter().zip(&squares).map(|(sum, square)| {
        let (sum, square) = (f64::from(*sum), f64::from(*square));
        (square / rows - (sum / rows).powi(2)).max(0.0)
    });
    variances.sum::<f64>() / width.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_values_pass_over_what_is_no_number() {
        let figures = ValueFigures::of(&[1.0, f32::NAN, 3.0, f32::INFINITY, -1.0]);
        assert_eq!((figures.count, figures.not_finite), (5, 2));
        assert_eq!((figures.least, figures.most, figures.mean), (-1.0, 3.0, 1.0));
        assert_eq!(figures.histogram.iter().sum::<u32>(), 3);
        assert!((figures.deviation() - (8.0f64 / 3.0).sqrt()).abs() < 1e-9);
        assert!(ValueFigures::of(&[2.0; 9]).histogram.is_empty());
        assert_eq!(ValueFigures::of(&[f32::NAN; 2]).not_finite, 2);
    }

    #[test]
    fn a_unit_is_dead_where_it_is_zero_in_every_row_and_place() {
        // Two rows of two places with three channels: the second channel never speaks.
        let values = [0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0];
        assert_eq!(dead_share(&values, 3), 1.0 / 3.0);
        assert_eq!(dead_share(&values, 6), 4.0 / 6.0);
        assert!((row_variance(&[1.0, 5.0, 3.0, 5.0], 2) - 0.5).abs() < 1e-12);
    }
}
