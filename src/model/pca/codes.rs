//! Codes of images: their principal components, each divided by its standard deviation.

use super::super::{POINT_LOG_VARIANCE, StepError};
use super::fit::{BLOCK, ComponentFit};
use crate::dataset::Split;
use crate::snapshot::{Activation, Network, Operation, Scratch};

type Result<T> = std::result::Result<T, StepError>;

/// One linear operation that gives the first `latent` components of an image divided by their standard deviations, and the log
/// variance of a point, `[2·latent]`.
pub fn encoder(components: &ComponentFit, latent: usize) -> Result<Network> {
    let ComponentFit { mean, directions, variances, .. } = components;
    let pixels = mean.len();
    let mut weight: Vec<f32> = Vec::with_capacity(2 * latent * pixels);
    let mut bias: Vec<f32> = Vec::with_capacity(2 * latent);
    for (direction, variance) in directions.chunks_exact(pixels.max(1)).zip(variances).take(latent) {
        let scale = variance.sqrt().recip();
        weight.extend(direction.iter().map(|value| scale * value));
        let centre: f64 = direction.iter().zip(mean).map(|(u, m)| f64::from(*u) * f64::from(*m)).sum();
        bias.push((-f64::from(scale) * centre) as f32);
    }
    weight.resize(2 * latent * pixels, 0.0);
    bias.resize(2 * latent, POINT_LOG_VARIANCE);
    Ok(Network::new(pixels, vec![Operation::linear("encoder", 0, (weight, bias), Activation::Identity)])?)
}

/// One linear operation that gives the point of the components' plane that has a code.
pub fn decoder(components: &ComponentFit) -> Result<Network> {
    let ComponentFit { mean, directions, variances, .. } = components;
    let (pixels, latent) = (mean.len(), variances.len());
    let mut weight = vec![0.0; pixels * latent];
    for (at, (direction, variance)) in directions.chunks_exact(pixels.max(1)).zip(variances).enumerate() {
        let column = weight.iter_mut().skip(at).step_by(latent);
        column.zip(direction).for_each(|(weight, value)| *weight = variance.sqrt() * value);
    }
    let operation = Operation::linear("decoder", 0, (weight, mean.clone()), Activation::Identity);
    Ok(Network::new(latent, vec![operation])?)
}

/// Codes of images by an encoder, `[count, latent]`.
pub fn codes(encoder: &Network, images: &[f32], count: usize, scratch: &mut Scratch) -> Vec<f32> {
    let latent = encoder.output() / 2;
    let codes = encoder.evaluate(images, count, scratch).chunks_exact((2 * latent).max(1));
    codes.filter_map(|code| code.get(..latent)).flatten().copied().collect()
}

/// Codes of all images of a split, `[count, latent]`.
///
/// # Errors
/// If `go_on`, asked now and then, says no.
pub fn all_codes(encoder: &Network, images: &Split, go_on: &dyn Fn() -> bool) -> Result<Vec<f32>> {
    let mut all = Vec::with_capacity(images.count().saturating_mul(encoder.output() / 2));
    let mut scratch = Scratch::default();
    for from in (0..images.count()).step_by(BLOCK) {
        if !go_on() {
            return Err(StepError::Cancelled);
        }
        let places: Vec<usize> = (from..(from + BLOCK).min(images.count())).collect();
        all.extend(codes(encoder, &images.gather(&places), places.len(), &mut scratch));
    }
    Ok(all)
}
