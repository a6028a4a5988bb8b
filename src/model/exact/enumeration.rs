//! For tests: a density given some pixels against the same density over all images that there are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::binary::BinaryDensity;
use super::bits::{PixelBits, every};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Draws of each.
const DRAWS: usize = 4000;

/// Compares a density given some of its few pixels with itself over all images: log p(kept) to 10⁻⁹, the pixels of draws by
/// their counts. The kept pixels are those of a share of images, and of none and all.
pub(crate) fn check_by_enumeration(density: &dyn BinaryDensity, pixels: usize) {
    let all: Vec<Vec<bool>> = every(pixels).collect();
    let images = PixelBits::of(all.len(), pixels, &|row, image| {
        image.iter_mut().zip(&all[row]).for_each(|(x, on)| *x = f32::from(u8::from(*on)));
    });
    let log_ps = density.log_ps(&images);
    for (place, original) in all.iter().enumerate().step_by(97) {
        // Another mask each time; first all pixels, then none.
        let is_kept = |pixel: usize| place > 97 && ((place * 7 / 97) >> (pixel % 6)) & 1 == 1 || place == 0;
        let kept: Vec<Option<bool>> = original.iter().enumerate().map(|(at, on)| is_kept(at).then_some(*on)).collect();
        let agrees = |image: &[bool]| image.iter().zip(&kept).all(|(on, kept)| kept.is_none_or(|kept| kept == *on));
        let share = |(image, log_p): (&Vec<bool>, &f64)| if agrees(image) { log_p.exp() } else { 0.0 };
        let shares: Vec<f64> = all.iter().zip(&log_ps).map(share).collect();
        let sum: f64 = shares.iter().sum();
        let given = density.given(&kept).unwrap();
        assert!((given.log_p_kept() - sum.ln()).abs() < 1e-9, "{kept:?}: {} {}", given.log_p_kept(), sum.ln());
        let mut counts = vec![0.0; all.len()];
        let mut random = ChaCha8Rng::seed_from_u64(place as u64);
        for _ in 0..DRAWS {
            let drawn = given.draw(&mut random);
            assert!(agrees(&drawn), "{kept:?}: {drawn:?}");
            counts[drawn.iter().enumerate().map(|(at, on)| usize::from(*on) << at).sum::<usize>()] += 1.0;
        }
        for (count, share) in counts.iter().zip(shares) {
            let (found, p) = (count / DRAWS as f64, share / sum);
            let deviation = (p * (1.0 - p).max(0.0) / DRAWS as f64).sqrt();
            assert!((found - p).abs() < 5.5 * deviation + 1.5 / DRAWS as f64, "{kept:?}: {found} of {p}");
        }
    }
}
