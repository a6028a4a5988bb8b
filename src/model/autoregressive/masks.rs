//! The masked layers: what comes before a pixel in the order of the values is connected to it, and nothing else.

use crate::model::architecture::Builder;
use crate::nn::activation::Activation;
use crate::nn::operations::{AutoregressiveDraws, Linear};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;

/// Each layer with how many of its inputs, from the first on, each of its outputs reads.
fn layers(draws: AutoregressiveDraws) -> Vec<(Linear, Vec<usize>)> {
    let AutoregressiveDraws { pixels, hidden } = draws;
    if hidden == 0 {
        return vec![(Linear { inputs: pixels, outputs: pixels }, (0..pixels).collect())];
    }
    vec![
        (Linear { inputs: pixels, outputs: hidden }, (0..hidden).map(|unit| draws.degree(unit)).collect()),
        (Linear { inputs: hidden, outputs: pixels }, (0..pixels).map(|pixel| draws.units(pixel)).collect()),
    ]
}

/// Pixels to a logit each, which depends on the pixels before it alone: `[n, pixels]` to `[n, pixels]`, for steps on `batch` images.
///
/// # Errors
/// If it would not fit into memory, or candle fails.
pub(super) fn network(
    draws: AutoregressiveDraws,
    batch: usize,
    seed: u64,
    parameters: &mut Parameters,
) -> candle_core::Result<Sequential> {
    let (sizes, masks): (Vec<Linear>, Vec<Vec<usize>>) = layers(draws).into_iter().unzip();
    let mut builder = Builder::new(batch, parameters, "decoder", seed);
    for (number, linear) in sizes.iter().enumerate() {
        let is_last = number + 1 == sizes.len();
        builder.add(&number.to_string(), *linear, if is_last { Activation::Identity } else { Activation::Relu })?;
    }
    let network = builder.finish()?;
    for (number, kept) in masks.into_iter().enumerate() {
        parameters.mask(&format!("decoder.{number}.weight"), kept)?;
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::parameters::copied;
    use candle_core::{Device, Tensor};

    #[test]
    fn a_pixel_changes_the_logits_after_it_and_none_before() {
        let pixels = 12;
        for hidden in [0, 1, 5, 11, 40] {
            let mut parameters = Parameters::default();
            let network = network(AutoregressiveDraws { pixels, hidden }, 1, 3, &mut parameters).unwrap();
            let logits = |image: &[f32]| {
                let image = Tensor::from_slice(image, (1, pixels), &Device::Cpu).unwrap();
                copied(&network.forward(&image).unwrap()).unwrap()
            };
            let image: Vec<f32> = (0..pixels).map(|pixel| (pixel % 2) as f32).collect();
            let before = logits(&image);
            for changed in 0..pixels {
                let mut other = image.clone();
                other[changed] = 1.0 - other[changed];
                let after = logits(&other);
                assert_eq!(before[..=changed], after[..=changed], "{hidden} {changed}");
                if hidden == 0 && changed + 1 < pixels {
                    assert!(before[changed + 1..] != after[changed + 1..], "{changed}");
                }
            }
        }
    }
}
