//! Binary images, a bit a pixel: 60 000 images of 784 pixels are 6 MB.

use crate::dataset::Split;
use crate::model::batch::binarize;
use crate::random::Purpose;
use rayon::prelude::*;

/// Binary images `[count, pixels]`. A row begins at a word of its own; bits beyond the last pixel are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelBits {
    count: usize,
    pixels: usize,
    words: Vec<u64>,
}

impl PixelBits {
    /// Training images, each pixel drawn once with its own grey value as probability; always the same for a seed. On the threads
    /// of the pool that it is called in.
    pub fn drawn(train: &Split, seed: u64) -> Self {
        let pixels = train.shape().values();
        Self::of(train.count(), pixels, &|row, image| {
            train.read(row, image);
            binarize(image, seed, Purpose::BinarizeTrain, u64::MAX, row);
        })
    }

    /// Packs `count` images; `read` writes an image's pixels, and 1/2 or more is a one. On the threads of the pool that it is
    /// called in.
    pub fn of(count: usize, pixels: usize, read: &(dyn Fn(usize, &mut [f32]) + Sync)) -> Self {
        let stride = pixels.div_ceil(64);
        let mut words = vec![0u64; count * stride];
        words.par_chunks_exact_mut(stride.max(1)).enumerate().for_each_init(
            || vec![0.0f32; pixels],
            |image, (row, words)| {
                read(row, image);
                for (word, values) in words.iter_mut().zip(image.chunks(64)) {
                    let ones = values.iter().enumerate().map(|(at, x)| u64::from(*x >= 0.5) << at);
                    *word = ones.fold(0, |word, bit| word | bit);
                }
            },
        );
        Self { count, pixels, words }
    }

    /// How many images there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// The words of an image, pixel 0 in the lowest bit of the first; none of an image that there is not.
    pub fn words(&self, row: usize) -> &[u64] {
        let stride = self.pixels.div_ceil(64);
        self.words.get(row * stride..(row + 1) * stride).unwrap_or_default()
    }

    /// An image's pixels.
    pub fn image(&self, row: usize) -> Vec<bool> {
        let words = self.words(row).iter();
        words.flat_map(|word| (0..64).map(move |at| word >> at & 1 == 1)).take(self.pixels).collect()
    }

    /// An image's pixels that are one, rising.
    pub fn ones(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        self.words(row).iter().enumerate().flat_map(|(at, word)| {
            let rests = std::iter::successors(Some(*word), |rest| Some(rest & rest.wrapping_sub(1)));
            rests.take_while(|rest| *rest != 0).map(move |rest| at * 64 + rest.trailing_zeros() as usize)
        })
    }

    /// How many images have each pixel, `[pixels]`.
    pub fn totals(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.pixels];
        for row in 0..self.count {
            for pixel in self.ones(row) {
                totals[pixel] += 1.0;
            }
        }
        totals
    }
}

/// Images for tests: a few binary pixels that lean on each other.
#[cfg(test)]
pub(crate) fn example(count: usize, pixels: usize) -> PixelBits {
    use rand::Rng;
    use rand_chacha::rand_core::SeedableRng;
    PixelBits::of(count, pixels, &|row, image| {
        let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(row as u64);
        let kind = generator.random_range(0..3usize);
        let mut before = 0.0f32;
        for (pixel, x) in image.iter_mut().enumerate() {
            let rate = 0.1 + 0.4 * before + if pixel % 3 == kind { 0.4 } else { 0.0 };
            *x = if generator.random::<f32>() < rate { 1.0 } else { 0.0 };
            before = *x;
        }
    })
}

/// A data set for tests: images of four kinds, with noise.
#[cfg(test)]
pub(crate) fn kinds(shape: crate::dataset::ImageShape, count: usize) -> std::sync::Arc<crate::dataset::Dataset> {
    use crate::dataset::{Dataset, Source};
    let pixels = shape.values();
    let noise = crate::random::normal_rows(2, Purpose::Generate, 0, count, pixels);
    let value = |image: usize, pixel: usize| {
        let ink = if pixel % 4 == image % 4 || pixel % 7 == image % 2 { 190.0 } else { 40.0 };
        (ink + 35.0 * noise[image * pixels + pixel]).clamp(0.0, 255.0) as u8
    };
    let bytes: Vec<u8> = (0..count).flat_map(|i| (0..pixels).map(move |p| (i, p))).map(|(i, p)| value(i, p)).collect();
    let split = Split::of_bytes(shape, bytes, Vec::new());
    std::sync::Arc::new(Dataset::new(Source::default(), "kinds", split.clone(), split))
}

/// Image number `at` of all that these pixels can show, for tests.
#[cfg(test)]
pub(crate) fn every(pixels: usize) -> impl Iterator<Item = Vec<bool>> {
    (0..1usize << pixels).map(move |at| (0..pixels).map(|pixel| at >> pixel & 1 == 1).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_view_of_the_bits_is_what_was_read() {
        let value = |row: usize, pixel: usize| if (row * 7 + pixel * pixel) % 5 < 2 { 0.75f32 } else { 0.25 };
        let bits = PixelBits::of(9, 70, &|row, image| {
            image.iter_mut().enumerate().for_each(|(pixel, x)| *x = value(row, pixel));
        });
        assert_eq!((bits.count(), bits.pixels()), (9, 70));
        let mut totals = [0.0; 70];
        for row in 0..9 {
            let expected: Vec<bool> = (0..70).map(|pixel| value(row, pixel) > 0.5).collect();
            let ones: Vec<usize> = (0..70).filter(|pixel| expected[*pixel]).collect();
            assert_eq!(bits.image(row), expected);
            assert_eq!(bits.ones(row).collect::<Vec<_>>(), ones);
            for pixel in 0..70 {
                totals[pixel] += f64::from(u8::from(expected[pixel]));
            }
        }
        assert_eq!(bits.totals(), totals);
        assert!(bits.words(9).is_empty());
    }

    #[test]
    fn half_is_a_one_and_nothing_is_beyond_the_last_pixel() {
        let bits = PixelBits::of(2, 65, &|_, image| image.fill(0.5));
        assert_eq!(bits.words(1), [u64::MAX, 1]);
    }
}
