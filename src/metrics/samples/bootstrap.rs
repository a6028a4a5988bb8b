//! How sure a figure is: its spread when it is computed anew from resampled examples (Efron 1979).

use crate::random::{Purpose, stream};
use rand::Rng;
use rayon::prelude::*;

/// Resamples of a figure that is a mean over examples.
pub const MEAN_RESAMPLES: usize = 1000;
/// Resamples of a figure that is one of a whole set.
pub const SET_RESAMPLES: usize = 20;
/// Standard errors on either side that 95 of 100 intervals of a normal distribution reach to.
const STANDARD_ERRORS: f64 = 1.96;

/// A figure with what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Of all examples.
    pub value: f64,
    /// Half the width of its 95 % interval: 1.96 standard deviations over resamples.
    pub half_width: f64,
}

impl Estimate {
    /// From a figure of all examples and the same of each resample, one after another; `None` where there is none, or it is no
    /// number.
    pub fn of_resamples(values: &[f64]) -> Option<Self> {
        let (value, resampled) = values.split_first()?;
        // Of very few examples a resample may have no pair of different ones.
        let numbers = || resampled.iter().filter(|other| other.is_finite());
        let count = numbers().count().max(1) as f64;
        let mean = numbers().sum::<f64>() / count;
        let squares: f64 = numbers().map(|other| (other - mean).powi(2)).sum();
        let half_width = STANDARD_ERRORS * (squares / (count - 1.0).max(1.0)).sqrt();
        value.is_finite().then_some(Self { value: *value, half_width })
    }

    /// The mean of values, one an example, and [`MEAN_RESAMPLES`] of it; `None` where there are none, or they are no numbers.
    pub fn of_mean(values: &[f64], seed: u64) -> Option<Self> {
        Self::of_mean_by(values.len(), seed, |examples| {
            let sum: f64 = examples.filter_map(|example| values.get(example)).sum();
            sum / values.len().max(1) as f64
        })
    }

    /// A figure that costs little: `figure` is given the examples, places below `count` of which some come more than once.
    pub fn of_mean_by(
        count: usize,
        seed: u64,
        figure: impl Fn(&mut dyn Iterator<Item = usize>) -> f64 + Sync,
    ) -> Option<Self> {
        if count == 0 {
            return None;
        }
        let resampled = |resample: usize| figure(&mut places(seed, count, resample));
        let resampled = (0..MEAN_RESAMPLES).into_par_iter().map(resampled);
        let mut values = vec![figure(&mut (0..count))];
        values.par_extend(resampled);
        Self::of_resamples(&values)
    }

    /// Several figures of a whole set, and [`SET_RESAMPLES`] of each: `figures` is given the examples, places below `count` of which
    /// some come more than once.
    pub fn of_sets<const FIGURES: usize>(
        count: usize,
        seed: u64,
        figures: impl Fn(&[usize]) -> [Option<f64>; FIGURES] + Sync,
    ) -> [Option<Self>; FIGURES] {
        let examples = |resample: usize| match resample.checked_sub(1) {
            Some(resample) => places(seed, count, resample).collect::<Vec<usize>>(),
            None => (0..count).collect(),
        };
        let sets = (0..SET_RESAMPLES + 1).into_par_iter().with_max_len(1).map(|resample| figures(&examples(resample)));
        let sets: Vec<[Option<f64>; FIGURES]> = sets.collect();
        std::array::from_fn(|figure| {
            let values = sets.iter().map(|set| set.get(figure).copied().flatten().unwrap_or(f64::NAN));
            Self::of_resamples(&values.collect::<Vec<f64>>())
        })
    }

    /// Where it is with 95 of 100: within the range that the figure can have.
    pub fn interval(&self, [least, most]: [f64; 2]) -> [f64; 2] {
        [(self.value - self.half_width).max(least), (self.value + self.half_width).min(most)]
    }
}

/// The examples of a resample: `count` draws of `count` places. The same for every set of so many.
fn places(seed: u64, count: usize, resample: usize) -> impl Iterator<Item = usize> {
    let mut random = stream(seed, Purpose::Resample, count as u64, resample as u64);
    let most = u32::try_from(count).unwrap_or(u32::MAX);
    (0..count).map(move |_| random.random_range(0..most) as usize)
}

/// How often each example of a set comes in each of [`SET_RESAMPLES`] resamples, and once in the set itself.
#[derive(Clone, Debug)]
pub struct Resamples {
    /// `[examples, resamples + 1]`; the first column is 1.
    counts: Vec<f32>,
    examples: usize,
}

impl Resamples {
    /// Of a set of so many.
    pub fn new(examples: usize, seed: u64) -> Self {
        let columns = SET_RESAMPLES + 1;
        let mut counts = vec![0.0; examples * columns];
        counts.iter_mut().step_by(columns).for_each(|count| *count = 1.0);
        for resample in 0..SET_RESAMPLES {
            for place in places(seed, examples, resample) {
                if let Some(count) = counts.get_mut(place * columns + resample + 1) {
                    *count += 1.0;
                }
            }
        }
        Self { counts, examples }
    }

    /// Of a set that is always taken whole.
    pub fn whole(examples: usize) -> Self {
        Self { counts: vec![1.0; examples * (SET_RESAMPLES + 1)], examples }
    }

    /// Examples of the set.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The set itself and the resamples.
    pub fn columns(&self) -> usize {
        SET_RESAMPLES + 1
    }

    /// `[examples, columns()]`.
    pub fn counts(&self) -> &[f32] {
        &self.counts
    }

    /// How often each example comes in one of them.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f32> {
        self.counts.iter().skip(column).step_by(self.columns()).copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_its_standard_error() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let estimate = Estimate::of_mean(&values, 3).unwrap();
        assert_eq!(estimate.value, 0.5);
        assert!((estimate.half_width / (1.96 * 0.5 / 20.0) - 1.0).abs() < 0.1, "{estimate:?}");
        assert_eq!(Estimate::of_mean(&values, 3).unwrap(), estimate);
        assert_eq!(Estimate { value: 0.99, half_width: 0.05 }.interval([0.0, 1.0]), [0.94, 1.0]);
        assert_eq!((Estimate::of_mean(&[], 0), Estimate::of_mean(&[f64::NAN], 0)), (None, None));
    }

    #[test]
    fn every_resample_has_as_many_examples_as_the_set() {
        let resamples = Resamples::new(50, 1);
        for column in 0..resamples.columns() {
            assert_eq!(resamples.column(column).sum::<f32>(), 50.0);
        }
        assert!(resamples.column(0).all(|count| count == 1.0) && resamples.column(1).any(|count| count > 1.0));
    }
}
