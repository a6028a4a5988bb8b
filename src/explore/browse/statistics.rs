//! What the examples of a data set are like, all together.

use crate::dataset::{Dataset, SourceCounts};
use crate::random::{Purpose, stream};
use rand::seq::SliceRandom;

/// Training examples that are looked at, at most.
pub const MOST_EXAMINED: usize = 10_000;
/// Values that are looked at, at most: of large examples fewer are.
const MOST_VALUES: usize = 100_000_000;
/// Parts that the values from 0 to 1 are counted in.
pub const BINS: usize = 32;
/// Examples between two checks whether to go on.
const CHUNK: usize = 64;

/// What the examples of a data set are like.
#[derive(Clone, Debug, PartialEq)]
pub struct DataStatistics {
    /// How many there are, all counted.
    pub counts: SourceCounts,
    /// Training examples that everything else is of, chosen at random.
    pub examined: usize,
    /// Their mean, `[values]`.
    pub mean: Vec<f32>,
    /// The standard deviation of each value, `[values]`.
    pub deviation: Vec<f32>,
    /// How many of their values lie in each of [`BINS`] equal parts of 0 to 1.
    pub histogram: Vec<u64>,
    /// Their least and their greatest value.
    pub range: [f32; 2],
}

/// The standard deviation of values in [0, 1] is no more than this, which is drawn white.
const LARGEST_DEVIATION: f32 = 0.5;

impl DataStatistics {
    /// The standard deviation as it is drawn, `[values]` in [0, 1]: white is the largest that there can be.
    pub fn shown_deviation(&self) -> Vec<f32> {
        self.deviation.iter().map(|value| value / LARGEST_DEVIATION).collect()
    }

    /// Counts and looks; `None` where `current` (asked every so many examples) returned false.
    pub fn of(data: &Dataset, current: &mut dyn FnMut() -> bool) -> Option<Self> {
        let counts = SourceCounts::of(&data.train, &data.test);
        let size = data.sample().values();
        let most = MOST_EXAMINED.min(MOST_VALUES / size.max(1)).max(1);
        let mut places: Vec<u32> = (0u32..).take(data.train.count()).collect();
        if places.len() > most {
            places.shuffle(&mut stream(0, Purpose::Examine, 0, 0));
            places.truncate(most);
            places.sort_unstable();
        }
        let (mut sums, mut squares) = (vec![0.0f64; size], vec![0.0f64; size]);
        let mut histogram = vec![0u64; BINS];
        let mut range = [f32::INFINITY, f32::NEG_INFINITY];
        let mut example = vec![0.0f32; size];
        for part in places.chunks(CHUNK) {
            if !current() {
                return None;
            }
            for place in part {
                data.train.read(*place as usize, &mut example);
                for ((value, sum), square) in example.iter().zip(&mut sums).zip(&mut squares) {
                    *sum += f64::from(*value);
                    *square += f64::from(*value) * f64::from(*value);
                }
                for value in &example {
                    range = [range[0].min(*value), range[1].max(*value)];
                    // A cast of what is not a number, or below 0, gives 0.
                    let bin = ((*value * BINS as f32) as usize).min(BINS - 1);
                    if let Some(count) = histogram.get_mut(bin) {
                        *count += 1;
                    }
                }
            }
        }
        let count = places.len().max(1) as f64;
        let mean: Vec<f32> = sums.iter().map(|sum| (sum / count) as f32).collect();
        let variance = sums.iter().zip(&squares).map(|(sum, square)| square / count - (sum / count).powi(2));
        let deviation = variance.map(|variance| variance.max(0.0).sqrt() as f32).collect();
        Some(Self { counts, examined: places.len(), mean, deviation, histogram, range })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::{Column, ImageShape, Source, Split};

    fn data(count: usize) -> Dataset {
        let bytes: Vec<u8> = (0..count).flat_map(|at| [0, 51, if at % 2 == 0 { 0 } else { 204 }]).collect();
        let classes: Vec<u8> = (0..count).map(|at| (at % 3 % 2) as u8).collect();
        let class = Column::class(classes, ["a", "b"].map(str::to_owned));
        let split = Split::of_bytes(ImageShape::grey(1, 3), bytes, vec![class]);
        Dataset::new(Source::path("/data"), "data", split.clone(), split)
    }

    #[test]
    fn figures_are_those_of_the_examples() {
        let figures = DataStatistics::of(&data(6), &mut || true).unwrap();
        assert_eq!((figures.examined, figures.counts.train.classes.as_slice()), (6, &[4, 2][..]));
        let near = |values: &[f32], expected: [f32; 3]| values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(&figures.mean, [0.0, 0.2, 0.4]), "{:?}", figures.mean);
        assert!(near(&figures.deviation, [0.0, 0.0, 0.4]), "{:?}", figures.deviation);
        assert_eq!(figures.range, [0.0, 0.8]);
        let filled: Vec<_> = figures.histogram.iter().enumerate().filter(|(_, count)| **count > 0).collect();
        assert_eq!(filled, [(0, &9), (6, &6), (25, &3)]);
    }

    #[test]
    fn of_many_some_are_looked_at_always_the_same_and_all_are_counted() {
        let data = data(MOST_EXAMINED + 500);
        let figures = DataStatistics::of(&data, &mut || true).unwrap();
        assert_eq!((figures.examined, figures.counts.train.examples), (MOST_EXAMINED, MOST_EXAMINED + 500));
        assert_eq!(DataStatistics::of(&data, &mut || true), Some(figures));
        assert_eq!(DataStatistics::of(&data, &mut || false), None);
    }
}
