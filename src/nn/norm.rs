//! Batch norm (Ioffe and Szegedy 2015) on slices `[rows, channels]`: its statistics, what it gives, its gradients. Sums go in
//! shards of a fixed size that are added up in order, so the bits do not depend on the number of threads.

use super::vector::for_each_processor;
use rayon::prelude::*;

/// Added to the variance.
pub const EPSILON: f32 = 1e-5;
/// Weight of a new batch in the running statistics.
pub const MOMENTUM: f32 = 0.1;
/// Values of a shard.
const SHARD: usize = 32 * 1024;

/// Mean and biased variance of each channel, `[channels]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Means.
    pub mean: Vec<f32>,
    /// Variances, divided by the number of rows.
    pub variance: Vec<f32>,
}

impl Statistics {
    /// 1/√(variance + ε).
    fn inverse_deviation(&self) -> Vec<f32> {
        self.variance.iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect()
    }
}

fn shard(channels: usize) -> usize {
    (SHARD / channels.max(1)).max(1) * channels
}

/// Sums over shards, each made by `sum` into `width` zeros, added up in order.
fn summed(shards: usize, width: usize, sum: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let mut parts = vec![0.0; shards * width];
    parts.par_chunks_mut(width.max(1)).enumerate().for_each(|(shard, part)| sum(shard, part));
    let mut total = vec![0.0; width];
    for part in parts.chunks_exact(width.max(1)) {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    }
    total
}

/// The statistics of a whole batch.
pub fn statistics(x: &[f32], channels: usize) -> Statistics {
    let size = shard(channels);
    let shards: Vec<&[f32]> = x.chunks(size).collect();
    let share = channels as f32 / x.len().max(1) as f32;
    let mut mean = summed(shards.len(), channels, |index, sums| add_rows(shards[index], sums));
    mean.iter_mut().for_each(|mean| *mean *= share);
    let mut variance = summed(shards.len(), channels, |index, sums| add_squares(shards[index], &mean, sums));
    variance.iter_mut().for_each(|variance| *variance *= share);
    Statistics { mean, variance }
}

/// `out = scale·(x − mean)/√(variance + ε) + shift`.
pub fn normalize(x: &[f32], statistics: &Statistics, scale: &[f32], shift: &[f32], out: &mut [f32]) {
    let factor: Vec<f32> =
        scale.iter().zip(statistics.inverse_deviation()).map(|(scale, inverse)| scale * inverse).collect();
    let offset: Vec<f32> =
        shift.iter().zip(&factor).zip(&statistics.mean).map(|((shift, factor), mean)| shift - factor * mean).collect();
    let size = shard(scale.len());
    out.par_chunks_mut(size).zip(x.par_chunks(size)).for_each(|(out, x)| affine_rows(x, &factor, &offset, out));
}

/// The gradients of x (into `x_gradient`), scale and shift (returned), through the statistics too.
pub fn backward(
    x: &[f32],
    statistics: &Statistics,
    scale: &[f32],
    gradient: &[f32],
    x_gradient: &mut [f32],
) -> (Vec<f32>, Vec<f32>) {
    let channels = scale.len();
    let inverse = statistics.inverse_deviation();
    let size = shard(channels);
    let shards: Vec<(&[f32], &[f32])> = x.chunks(size).zip(gradient.chunks(size)).collect();
    let sums = summed(shards.len(), 2 * channels, |index, sums| {
        let (x, gradient) = shards[index];
        let (shift, scale) = sums.split_at_mut(channels);
        add_rows(gradient, shift);
        add_products(gradient, x, &statistics.mean, scale);
    });
    let (shift_gradient, products) = sums.split_at(channels);
    let scale_gradient: Vec<f32> = products.iter().zip(&inverse).map(|(sum, inverse)| sum * inverse).collect();
    // x_gradient = a·gradient + b·(x − mean) + c, channel by channel.
    let share = channels as f32 / x.len().max(1) as f32;
    let a: Vec<f32> = scale.iter().zip(&inverse).map(|(scale, inverse)| scale * inverse).collect();
    let b: Vec<f32> = (0..channels).map(|j| -a[j] * share * inverse[j] * scale_gradient[j]).collect();
    let c: Vec<f32> = (0..channels).map(|j| -a[j] * share * shift_gradient[j]).collect();
    x_gradient
        .par_chunks_mut(size)
        .zip(shards)
        .for_each(|(out, (x, gradient))| combine_rows(gradient, x, [&a, &b, &statistics.mean, &c], out));
    (scale_gradient, shift_gradient.to_vec())
}

for_each_processor! {
    /// Adds each row to `sums`.
    pub fn add_rows(x: &[f32], sums: &mut [f32]) {
        for row in x.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
    }
}

for_each_processor! {
    fn add_squares(x: &[f32], mean: &[f32], sums: &mut [f32]) {
        for row in x.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).zip(mean).for_each(|((sum, x), mean)| *sum += (x - mean) * (x - mean));
        }
    }
}

for_each_processor! {
    fn add_products(gradient: &[f32], x: &[f32], mean: &[f32], sums: &mut [f32]) {
        for (gradient, x) in gradient.chunks_exact(sums.len()).zip(x.chunks_exact(sums.len())) {
            let values = gradient.iter().zip(x).zip(mean);
            sums.iter_mut().zip(values).for_each(|(sum, ((gradient, x), mean))| *sum += gradient * (x - mean));
        }
    }
}

for_each_processor! {
    fn affine_rows(x: &[f32], factor: &[f32], offset: &[f32], out: &mut [f32]) {
        for (out, x) in out.chunks_exact_mut(factor.len()).zip(x.chunks_exact(factor.len())) {
            let values = x.iter().zip(factor).zip(offset);
            out.iter_mut().zip(values).for_each(|(out, ((x, factor), offset))| *out = factor * x + offset);
        }
    }
}

for_each_processor! {
    fn combine_rows(gradient: &[f32], x: &[f32], factors: [&[f32]; 4], out: &mut [f32]) {
        let [a, b, mean, c] = factors;
        let channels = a.len();
        let rows = gradient.chunks_exact(channels).zip(x.chunks_exact(channels));
        for (out, (gradient, x)) in out.chunks_exact_mut(channels).zip(rows) {
            for j in 0..channels {
                out[j] = a[j] * gradient[j] + b[j] * (x[j] - mean[j]) + c[j];
            }
        }
    }
}
