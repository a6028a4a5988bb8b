//! Which classes a generator makes: each sample counted for the class of its nearest training image.

use crate::dataset::Split;
use crate::nn::matmul::{Matrix, matmul};

/// Training images compared at a time, at most.
const BLOCK: usize = 512;
/// Their values, at most: 64 MiB.
const BLOCK_VALUES: usize = 16 << 20;

/// The training image nearest (pixel L2) to each sample: `samples` is `[count, pixels]`, the result holds `count` indices.
pub fn nearest(samples: &[f32], count: usize, train: &Split) -> Vec<usize> {
    let pixels = train.shape().values();
    let most = (BLOCK_VALUES / pixels.max(1)).clamp(1, BLOCK);
    let mut best = vec![(f32::INFINITY, 0); count];
    let mut products = vec![0.0; count * most];
    let mut start = 0;
    while start < train.count() {
        let indices: Vec<usize> = (start..(start + most).min(train.count())).collect();
        let block = train.gather(&indices);
        let squares: Vec<f32> = block.chunks_exact(pixels).map(|image| image.iter().map(|x| x * x).sum()).collect();
        let images = Matrix::new(&block, indices.len(), pixels).transposed();
        matmul(&mut products, Matrix::new(samples, count, pixels), images, false);
        for (row, best) in products.chunks_exact(indices.len()).zip(&mut best) {
            // ‖s − t‖² without ‖s‖², which is the same for every t.
            for ((product, square), index) in row.iter().zip(&squares).zip(&indices) {
                let distance = square - 2.0 * product;
                if distance < best.0 {
                    *best = (distance, *index);
                }
            }
        }
        start += most;
    }
    best.into_iter().map(|(_, index)| index).collect()
}

/// The share of samples whose nearest training image is of each class, `[classes]`; sums to 1.
pub fn class_share(samples: &[f32], count: usize, train: &Split, classes: usize) -> Vec<f64> {
    let mut share = vec![0.0; classes];
    for index in nearest(samples, count, train) {
        if let Some(share) = train.class(index).and_then(|class| share.get_mut(class)) {
            *share += 1.0 / count as f64;
        }
    }
    share
}
