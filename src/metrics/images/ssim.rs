//! Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004).

use crate::dataset::ImageShape;

/// Side of the window.
const WINDOW: usize = 7;
/// (K₁·L)² and (K₂·L)² of equation 13 for values in [0, 1]: L is 1.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// Mean structural similarity of two images `[shape.values()]` in [0, 1]: −1 to 1, which is the same. Uniform windows of 7×7 that
/// lie whole within the image, variances over n − 1; of several channels the mean: as scikit-image's `structural_similarity` with
/// `data_range=1`. `None` where a side is shorter than a window.
pub fn ssim(shape: ImageShape, original: &[f32], image: &[f32]) -> Option<f64> {
    let area = shape.height * shape.width;
    if shape.height < WINDOW
        || shape.width < WINDOW
        || original.len() != shape.values()
        || image.len() != shape.values()
    {
        return None;
    }
    let pairs = original.chunks_exact(area).zip(image.chunks_exact(area));
    let sum: f64 = pairs.map(|(x, y)| of_channel(shape.width, x, y)).sum();
    Some(sum / shape.channels as f64)
}

/// Of one channel, rows of `width`.
fn of_channel(width: usize, x: &[f32], y: &[f32]) -> f64 {
    // Sums over the rows of a window, a column each; of x, y, x², y² and xy.
    let mut columns = vec![[0.0f64; 5]; width];
    let rows: Vec<(&[f32], &[f32])> = x.chunks_exact(width).zip(y.chunks_exact(width)).collect();
    let (mut sum, mut windows) = (0.0, 0usize);
    for window in rows.windows(WINDOW) {
        columns.fill([0.0; 5]);
        for (x, y) in window {
            for ((sums, x), y) in columns.iter_mut().zip(*x).zip(*y) {
                let (x, y) = (f64::from(*x), f64::from(*y));
                let terms = [x, y, x * x, y * y, x * y];
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
        }
        for columns in columns.windows(WINDOW) {
            let mut sums = [0.0; 5];
            for column in columns {
                sums.iter_mut().zip(column).for_each(|(sum, term)| *sum += term);
            }
            sum += similarity(sums);
            windows += 1;
        }
    }
    sum / windows.max(1) as f64
}

/// Equation 13 from a window's sums of x, y, x², y² and xy.
fn similarity(sums: [f64; 5]) -> f64 {
    let count = (WINDOW * WINDOW) as f64;
    let [x, y, xx, yy, xy] = sums.map(|sum| sum / count);
    let sample = count / (count - 1.0);
    let (variance_x, variance_y, covariance) = (sample * (xx - x * x), sample * (yy - y * y), sample * (xy - x * y));
    let luminance = (2.0 * x * y + C1) / (x * x + y * y + C1);
    luminance * (2.0 * covariance + C2) / (variance_x + variance_y + C2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_like_itself_and_a_small_one_has_no_window() {
        let shape = ImageShape::grey(9, 8);
        let image: Vec<f32> = (0..72).map(|i| (i * 37 % 71) as f32 / 71.0).collect();
        assert!((ssim(shape, &image, &image).unwrap_or(0.0) - 1.0).abs() < 1e-12);
        let inverse: Vec<f32> = image.iter().map(|x| 1.0 - x).collect();
        assert!(ssim(shape, &image, &inverse).is_some_and(|ssim| ssim < -0.5));
        assert_eq!(ssim(ImageShape::grey(6, 12), &image, &image), None);
    }
}
