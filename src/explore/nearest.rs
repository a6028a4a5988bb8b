//! The nearest real image to a made one.

use crate::dataset::Split;

/// Images that are compared between two looks at whether the work shall go on.
const CHUNK: usize = 4096;

/// Values that are summed between two looks at whether an image can still be nearest.
const BLOCK: usize = 128;

/// The image of a split that is nearest to another image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Its place in the split.
    pub index: usize,
    /// Its class; none where the data has no classes.
    pub class: Option<usize>,
    /// √Σ(difference)² over all values in [0, 1].
    pub distance: f32,
}

/// Finds the image nearest to `image` (`[shape.values()]`, in [0, 1]) by L2 over pixels; of equals the earliest. `None`
/// where `go_on` (asked every 4 096 images) said no, the split is empty, or the image has another size.
/// 60 000 images of 28×28 in memory as bytes take some 20 ms on one core.
pub fn nearest(split: &Split, image: &[f32], go_on: &mut dyn FnMut() -> bool) -> Option<Nearest> {
    let size = split.shape().values();
    if image.len() != size || size == 0 {
        return None;
    }
    let (scale, best) = match split.rows().bytes() {
        Some(bytes) => {
            // Compared as they lie there, so that none has to be converted but those that may be nearest.
            let query: Vec<f32> = image.iter().map(|x| x * 255.0).collect();
            let mut best = Best::default();
            for (number, chunk) in bytes.chunks(CHUNK * size).enumerate() {
                if !go_on() {
                    return None;
                }
                for (place, candidate) in chunk.chunks_exact(size).enumerate() {
                    best.consider(number * CHUNK + place, candidate, &query);
                }
            }
            (255.0, best)
        }
        None => {
            let mut best = Best::default();
            let mut candidate = vec![0.0f32; size];
            for index in 0..split.count() {
                if index % CHUNK == 0 && !go_on() {
                    return None;
                }
                split.read(index, &mut candidate);
                best.consider(index, &candidate, image);
            }
            (1.0, best)
        }
    };
    let distance = best.squared.sqrt() / scale;
    best.index.map(|index| Nearest { index, class: split.class(index), distance })
}

/// The nearest so far.
struct Best {
    index: Option<usize>,
    squared: f32,
}

impl Default for Best {
    fn default() -> Self {
        Self { index: None, squared: f32::INFINITY }
    }
}

impl Best {
    #[inline]
    fn consider<T: Copy + Into<f32>>(&mut self, index: usize, candidate: &[T], query: &[f32]) {
        let squared = squared_distance(candidate, query, self.squared);
        if squared < self.squared {
            *self = Self { index: Some(index), squared };
        }
    }
}

/// Σ(value − query)², or something above `enough` as soon as the sum is above it.
fn squared_distance<T: Copy + Into<f32>>(values: &[T], query: &[f32], enough: f32) -> f32 {
    let mut total = 0.0;
    for (values, query) in values.chunks(BLOCK).zip(query.chunks(BLOCK)) {
        // Sixteen sums side by side, so that it vectorises.
        let mut sums = [0.0f32; 16];
        let (block_values, block_query) = (values.chunks_exact(16), query.chunks_exact(16));
        for (value, query) in block_values.remainder().iter().zip(block_query.remainder()) {
            total += ((*value).into() - query).powi(2);
        }
        for (values, query) in block_values.zip(block_query) {
            for ((sum, value), query) in sums.iter_mut().zip(values).zip(query) {
                let difference = (*value).into() - query;
                *sum += difference * difference;
            }
        }
        total += sums.iter().sum::<f32>();
        if total > enough {
            return total;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::{Column, ImageShape, InMemory, Sample};
    use crate::random::{Purpose, stream};
    use proptest::prelude::*;
    use rand::RngCore;
    use std::sync::Arc;

    fn random_split(count: usize, shape: ImageShape, seed: u64) -> Split {
        let mut bytes = vec![0; count * shape.values()];
        stream(seed, Purpose::Sample, 0, 0).fill_bytes(&mut bytes);
        let classes: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
        let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
        Split::of_bytes(shape, bytes, vec![Column::class(classes, names)])
    }

    /// The same images as real numbers, without classes.
    fn as_reals(split: &Split) -> Split {
        let values = split.gather(&(0..split.count()).collect::<Vec<_>>());
        let rows = InMemory::<f32>::new(values, split.shape().values());
        Split::new(Sample::Image(split.shape()), Arc::new(rows), Vec::new())
    }

    proptest! {
        #[test]
        fn it_finds_what_a_naive_search_finds(
            count in 1usize..60, height in 1usize..20, width in 1usize..20, seed in any::<u64>(),
        ) {
            let split = random_split(count, ImageShape::grey(height, width), seed);
            let image = random_split(1, split.shape(), seed ^ 1).image(0);
            let distance = |i: usize| -> f64 {
                split.image(i).iter().zip(&image).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
            };
            let expected = (0..count).map(distance).fold(f64::INFINITY, f64::min);
            let found = nearest(&split, &image, &mut || true).unwrap();
            prop_assert!((distance(found.index) - expected).abs() < 1e-4);
            prop_assert!((f64::from(found.distance) - expected).abs() < 1e-4);
            prop_assert_eq!(found.class, Some(found.index % 10));
            let real = nearest(&as_reals(&split), &image, &mut || true).unwrap();
            prop_assert!((distance(real.index) - expected).abs() < 1e-4);
            prop_assert!((f64::from(real.distance) - expected).abs() < 1e-4);
            prop_assert_eq!(real.class, None);
        }
    }

    #[test]
    fn an_image_of_the_split_is_its_own_nearest() {
        let split = random_split(5000, ImageShape::grey(28, 28), 4);
        let found = nearest(&split, &split.image(4500), &mut || true).unwrap();
        assert_eq!((found.index, found.distance), (4500, 0.0));
    }

    #[test]
    fn it_stops_when_told_and_refuses_other_sizes() {
        let split = random_split(9, ImageShape::grey(2, 2), 4);
        assert_eq!(nearest(&split, &[0.0; 4], &mut || false), None);
        assert_eq!(nearest(&as_reals(&split), &[0.0; 4], &mut || false), None);
        assert_eq!(nearest(&split, &[0.0; 3], &mut || true), None);
    }
}
