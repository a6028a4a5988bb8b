//! How far images are from the space that their principal components span: what a model of a few flat dimensions leaves of them.

use crate::nn::matmul::{Matrix, matmul};
use crate::nn::vector::dot;
use crate::random::{Purpose, normal_rows};

/// Rounds of orthogonal iteration (Golub and Van Loan 2013, section 8.2.4): errors are then within a percent of those of the
/// exact components.
const ROUNDS: usize = 20;

/// Mean squared error a pixel of each of `images` (`[count, pixels]`) beside its projection onto the first `components`
/// principal components of all of them: `[count]`. `None` where `current`, asked every round, gave false.
pub(super) fn component_errors(
    images: &[f32],
    pixels: usize,
    components: usize,
    current: &mut dyn FnMut() -> bool,
) -> Option<Vec<f32>> {
    let count = images.len() / pixels.max(1);
    let mut mean = vec![0.0f32; pixels];
    for image in images.chunks_exact(pixels.max(1)) {
        mean.iter_mut().zip(image).for_each(|(mean, x)| *mean += x / count as f32);
    }
    let centred: Vec<f32> = images.iter().zip(mean.iter().cycle()).map(|(x, mean)| x - mean).collect();
    let rows = Matrix::new(&centred, count, pixels);
    let mut directions = normal_rows(0, Purpose::Evaluation, 0, components, pixels);
    let mut codes = vec![0.0; count * components];
    for _ in 0..ROUNDS {
        if !current() {
            return None;
        }
        matmul(&mut codes, rows, Matrix::new(&directions, components, pixels).transposed(), false);
        matmul(&mut directions, Matrix::new(&codes, count, components).transposed(), rows, false);
        make_orthonormal(&mut directions, pixels);
    }
    matmul(&mut codes, rows, Matrix::new(&directions, components, pixels).transposed(), false);
    let left = |(number, image): (usize, &[f32])| {
        let code = codes.get(number * components..(number + 1) * components).unwrap_or_default();
        (dot(image, image) - dot(code, code)).max(0.0) / pixels as f32
    };
    Some(centred.chunks_exact(pixels.max(1)).enumerate().map(left).collect())
}

/// Makes rows of this length orthogonal and of length 1, one after another; 0 where the ones before leave nothing of one.
fn make_orthonormal(rows: &mut [f32], length: usize) {
    let length = length.max(1);
    for number in 0..rows.len() / length {
        let (before, rest) = rows.split_at_mut(number * length);
        let Some(row) = rest.get_mut(..length) else { return };
        for other in before.chunks_exact(length) {
            let share = dot(row, other);
            row.iter_mut().zip(other).for_each(|(x, other)| *x -= share * other);
        }
        let norm = dot(row, row).sqrt();
        let scale = if norm > f32::MIN_POSITIVE { 1.0 / norm } else { 0.0 };
        row.iter_mut().for_each(|x| *x *= scale);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Images that vary along three known directions, each less than the one before, and by a little noise.
    fn images(count: usize) -> Vec<f32> {
        let codes = normal_rows(1, Purpose::Sample, 0, count, 3);
        let noise = normal_rows(2, Purpose::Sample, 0, count, 8);
        let row = |(code, noise): (&[f32], &[f32])| {
            let mut image: Vec<f32> = noise.iter().map(|x| 0.5 + 0.01 * x).collect();
            for (place, scale) in [(0, 3.0), (3, 2.0), (6, 1.0)] {
                image[place] += scale * code[place / 3];
            }
            image
        };
        codes.chunks(3).zip(noise.chunks(8)).flat_map(row).collect()
    }

    #[test]
    fn each_component_takes_the_variance_of_its_direction() {
        let images = images(2000);
        let mean = |components: usize| {
            let errors = component_errors(&images, 8, components, &mut || true).unwrap();
            assert_eq!(errors.len(), 2000);
            errors.iter().sum::<f32>() / 2000.0
        };
        let left = [(9.0 + 4.0 + 1.0) / 8.0, (4.0 + 1.0) / 8.0, 1.0 / 8.0, 1e-4 * 5.0 / 8.0];
        for (components, expected) in left.into_iter().enumerate() {
            let found = mean(components);
            assert!((found - expected).abs() < 0.1 * expected, "{components}: {found} instead of {expected}");
        }
    }

    #[test]
    fn images_that_are_all_the_same_leave_nothing_and_an_interruption_is_heeded() {
        let same = vec![0.25; 5 * 4];
        assert_eq!(component_errors(&same, 4, 2, &mut || true).unwrap(), [0.0; 5]);
        assert!(component_errors(&[], 4, 2, &mut || true).unwrap().is_empty());
        let mut rounds = 0;
        let mut current = || {
            rounds += 1;
            rounds < 3
        };
        assert!(component_errors(&images(10), 8, 2, &mut current).is_none());
        assert_eq!(rounds, 3);
    }
}
