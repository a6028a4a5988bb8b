//! Places on the paths from noise to codes, which the field is asked about.

use super::process::{Process, TIME_FEATURES, time_features};
use crate::nn::sequential::Sequential;
use candle_core::{Device, Tensor};

/// Squared error of what the field gives on the paths of codes `[batch, latent]`, mean over examples and dimensions. `draws` are
/// standard normal, `[batch, latent + 1]`: the noise where a path begins, and last what the time follows from.
pub(super) fn matching_loss(
    process: Process,
    field: &Sequential,
    (codes, draws): (&[f32], &[f32]),
    (latent, device): (usize, &Device),
) -> candle_core::Result<Tensor> {
    let count = draws.len() / (latent + 1);
    let mut inputs = Vec::with_capacity(count * (latent + TIME_FEATURES));
    let mut targets = Vec::with_capacity(count * latent);
    for (code, draws) in codes.chunks_exact(latent).zip(draws.chunks_exact(latent + 1)) {
        let (noise, time) = draws.split_at(latent);
        let time = process.time_of(time.iter().copied().map(f64::from).sum());
        let (alpha, sigma) = process.shares(time);
        inputs.extend(code.iter().zip(noise).map(|(x, z)| alpha as f32 * x + sigma as f32 * z));
        inputs.extend(time_features(time));
        targets.extend(code.iter().zip(noise).map(|(x, z)| process.target(*x, *z)));
    }
    let inputs = Tensor::from_vec(inputs, (count, latent + TIME_FEATURES), device)?;
    let targets = Tensor::from_vec(targets, (count, latent), device)?;
    (field.forward(&inputs)? - targets)?.sqr()?.mean_all()
}
