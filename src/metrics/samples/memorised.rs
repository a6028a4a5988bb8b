//! The share of samples that are copies of training images: nearer to one than nearly all test images are.

use super::feature_set::{FeatureSet, fold_products};
use crate::dataset::Split;

/// A sample counts as memorised whose nearest training image is nearer, pixel by pixel, than this quantile of the distances of test
/// images to theirs.
pub const MEMORISED_QUANTILE: f64 = 0.01;
/// Training images in hand at a time, of some 4 MiB.
const SLICE_VALUES: usize = 1 << 20;

/// The training image that is nearest to an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearestImage {
    /// Its place in the split.
    pub image: usize,
    /// √Σ(difference)² over pixels.
    pub distance: f64,
}

/// For each of `images` (rows of pixels) the nearest of the images at `places` of a split, the first of equals. What is in hand is a
/// slice of the split. `None` where `go_on`, given after each slice how many of the split are done, says no, or there are none.
pub fn nearest_images(
    images: &FeatureSet,
    split: &Split,
    places: &[usize],
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Option<Vec<NearestImage>> {
    let mut best: Vec<(f32, usize)> = vec![(f32::INFINITY, *places.first()?); images.count()];
    let mut done = 0;
    for places in places.chunks((SLICE_VALUES / images.width()).clamp(64, 4096)) {
        let slice = FeatureSet::new(split.gather(places), images.width());
        let begin = |rows: std::ops::Range<usize>| vec![(f32::INFINITY, 0); rows.len()];
        let stripes = fold_products(images, &slice, begin, |best, block| {
            let squares = &slice.squares()[block.columns.clone()];
            let rows = block.products.chunks_exact(block.columns.len().max(1));
            for (best, products) in best.iter_mut().zip(rows) {
                let least = least_of(products, squares);
                if least < best.0 {
                    let mut pairs = products.iter().zip(squares);
                    let place = pairs.position(|(product, square)| order(*product, *square) == least).unwrap_or(0);
                    *best = (least, block.columns.start + place);
                }
            }
        });
        for (best, (value, place)) in best.iter_mut().zip(stripes.into_iter().flatten()) {
            if value < best.0 {
                *best = (value, places.get(place).copied().unwrap_or_default());
            }
        }
        done += places.len();
        if !go_on(done) {
            return None;
        }
    }
    let mut image = vec![0.0; images.width()];
    let exact = images.rows().zip(best).map(|(row, (_, place))| {
        split.read(place, &mut image);
        let squares = row.iter().zip(&image).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2));
        NearestImage { image: place, distance: squares.sum::<f64>().sqrt() }
    });
    Some(exact.collect())
}

/// ‖y‖² − 2·x·y: without ‖x‖² it has the same order as the distance.
fn order(product: f32, square: f32) -> f32 {
    square - 2.0 * product
}

/// The least of them, in lanes that a processor takes at once.
fn least_of(products: &[f32], squares: &[f32]) -> f32 {
    const LANES: usize = 32;
    let least = |least: f32, value: f32| if value < least { value } else { least };
    let mut lanes = [f32::INFINITY; LANES];
    let (whole, whole_squares) = (products.chunks_exact(LANES), squares.chunks_exact(LANES));
    let rest = whole.remainder().iter().zip(whole_squares.remainder());
    let rest = rest.fold(f32::INFINITY, |found, (product, square)| least(found, order(*product, *square)));
    for (products, squares) in whole.zip(whole_squares) {
        for ((lane, product), square) in lanes.iter_mut().zip(products).zip(squares) {
            *lane = least(*lane, order(*product, *square));
        }
    }
    lanes.into_iter().fold(rest, least)
}

/// The value below which a share of the values lies, in a straight line between neighbours; `None` of no values.
pub fn quantile(values: impl Iterator<Item = f64>, share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let place = share.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;

    #[test]
    fn the_nearest_image_is_found_in_whichever_slice_it_lies() {
        let pixels: Vec<u8> = (0..9000 * 2).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let split = Split::of_bytes(ImageShape::grey(1, 2), pixels, Vec::new());
        let places: Vec<usize> = (0..9000).filter(|place| place % 3 != 1).collect();
        let copies = [0, 2, 2999, 4998];
        let mut images = split.gather(&copies);
        images.extend([0.5, 0.25]);
        let mut seen = Vec::new();
        let found = nearest_images(&FeatureSet::new(images, 2), &split, &places, &mut |done| {
            seen.push(done);
            true
        });
        let found = found.unwrap();
        assert!(found[..4].iter().all(|nearest| nearest.distance < 1e-3), "{found:?}");
        let distance = |place: &usize| {
            let image = split.image(*place);
            f64::from(image[0] - 0.5).hypot(f64::from(image[1] - 0.25))
        };
        let least = places.iter().map(distance).fold(f64::INFINITY, f64::min);
        assert!((found[4].distance - least).abs() < 1e-6, "{found:?} {least}");
        assert!(seen.len() > 1 && seen.last() == Some(&places.len()), "{seen:?}");
        assert_eq!(nearest_images(&FeatureSet::new(vec![0.0; 2], 2), &split, &places, &mut |_| false), None);
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        assert_eq!(quantile([3.0, 1.0, 2.0].into_iter(), 0.25), Some(1.5));
        assert_eq!((quantile([].into_iter(), 0.5), quantile([4.0].into_iter(), 0.01)), (None, Some(4.0)));
    }
}
