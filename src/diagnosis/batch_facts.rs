//! What a batch of pixels says of the data.

use crate::nn::inspection::row_variance;

/// Images that the figures are of, at most.
const FACT_IMAGES: usize = 64;

/// A batch of pixels in a few figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchFacts {
    /// Images.
    pub images: usize,
    /// The least value that is a number.
    pub least: f32,
    /// The most.
    pub most: f32,
    /// The first image with a value that is not a number, counted from 0.
    pub not_finite: Option<usize>,
    /// Share of values that are exactly 0 or 1.
    pub binary_share: f64,
    /// The variance of a pixel from image to image, mean over pixels.
    pub pixel_variance: f64,
    /// The variance within an image, mean over images.
    pub image_variance: f64,
    /// The mean image.
    pub mean_image: Vec<f32>,
}

impl BatchFacts {
    /// Of `[images, size]` pixels: of the first 64 images, and where one of all is not a number.
    pub fn of(pixels: &[f32], size: usize) -> Self {
        let size = size.max(1);
        let is_broken = |image: &[f32]| image.iter().any(|value| !value.is_finite());
        let not_finite = pixels.chunks_exact(size).position(is_broken);
        let pixels = pixels.get(..FACT_IMAGES * size).unwrap_or(pixels);
        let images = pixels.len() / size;
        let image_variance: f64 = pixels.chunks_exact(size).map(variance).sum();
        Self {
            images,
            // `min` and `max` pass over what is not a number.
            least: pixels.iter().copied().fold(f32::INFINITY, f32::min),
            most: pixels.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            not_finite,
            binary_share: pixels.iter().filter(|value| **value == 0.0 || **value == 1.0).count() as f64
                / pixels.len().max(1) as f64,
            pixel_variance: row_variance(pixels, size),
            image_variance: image_variance / images.max(1) as f64,
            mean_image: mean_image(pixels, size),
        }
    }

    /// How far the mean image is from another that is the mean of `count` images, in multiples of what chance makes it: about 1
    /// where both are of images drawn from the same ones.
    pub fn drift(&self, mean_image: &[f32], count: usize) -> f64 {
        let squares = self.mean_image.iter().zip(mean_image).map(|(own, other)| f64::from((own - other).powi(2)));
        let distance = squares.sum::<f64>() / self.mean_image.len().max(1) as f64;
        let images = self.images.max(1) as f64;
        // The unbiased variance of a pixel, over how many images each mean is of.
        let expected =
            self.pixel_variance * images / (images - 1.0).max(1.0) * (1.0 / images + 1.0 / count.max(1) as f64);
        distance / expected.max(f64::MIN_POSITIVE)
    }
}

/// The mean of all of `[images, size]` pixels' images.
pub fn mean_image(pixels: &[f32], size: usize) -> Vec<f32> {
    let size = size.max(1);
    let share = 1.0 / (pixels.len() / size).max(1) as f32;
    let mut mean = vec![0.0f32; size];
    for image in pixels.chunks_exact(size) {
        mean.iter_mut().zip(image).for_each(|(mean, value)| *mean += share * value);
    }
    mean
}

/// The variance of values.
fn variance(values: &[f32]) -> f64 {
    let count = values.len().max(1) as f64;
    let (mut sum, mut squares) = (0.0f64, 0.0f64);
    for part in values.chunks(64) {
        sum += f64::from(part.iter().sum::<f32>());
        squares += f64::from(part.iter().map(|value| value * value).sum::<f32>());
    }
    (squares / count - (sum / count).powi(2)).max(0.0)
}
