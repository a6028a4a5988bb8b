//! The masked layers: the context and what comes before a pixel in the order of the values are connected to it, and nothing else.

use crate::model::architecture::Builder;
use crate::nn::activation::Activation;
use crate::nn::operations::{AutoregressiveDraws, Linear};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;

/// Each layer with how many of its inputs, from the first on, each of its outputs reads.
fn layers(draws: AutoregressiveDraws) -> Vec<(Linear, Vec<usize>)> {
    let AutoregressiveDraws { pixels, hidden, context } = draws;
    let inputs = context + pixels;
    if hidden == 0 {
        return vec![(Linear { inputs, outputs: pixels }, (context..inputs).collect())];
    }
    vec![
        (Linear { inputs, outputs: hidden }, (0..hidden).map(|unit| context + draws.degree(unit)).collect()),
        (Linear { inputs: hidden, outputs: pixels }, (0..pixels).map(|pixel| draws.units(pixel)).collect()),
    ]
}

/// Context and pixels to a logit a pixel, which depends on the context and on the pixels before it: `[n, context + pixels]` to
/// `[n, pixels]`, for steps on `batch` images.
///
/// # Errors
/// If it would not fit into memory, or candle fails.
pub(in crate::model) fn network(
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
        for (hidden, context) in [(0, 0), (0, 3), (1, 0), (5, 0), (11, 0), (40, 0), (40, 2)] {
            let draws = AutoregressiveDraws { pixels, hidden, context };
            let mut parameters = Parameters::default();
            let network = network(draws, 1, 3, &mut parameters).unwrap();
            let logits = |inputs: &[f32]| {
                let inputs = Tensor::from_slice(inputs, (1, context + pixels), &Device::Cpu).unwrap();
                copied(&network.forward(&inputs).unwrap()).unwrap()
            };
            let inputs: Vec<f32> = (0..context + pixels).map(|input| (input % 2) as f32).collect();
            let before = logits(&inputs);
            for given in 0..context {
                let mut other = inputs.clone();
                other[given] = 3.0;
                assert!(logits(&other)[1..].iter().zip(&before[1..]).all(|(one, other)| one != other), "{draws:?}");
            }
            for changed in 0..pixels {
                let mut other = inputs.clone();
                other[context + changed] = 1.0 - other[context + changed];
                let after = logits(&other);
                assert_eq!(before[..=changed], after[..=changed], "{hidden} {changed}");
                if hidden == 0 && changed + 1 < pixels {
                    assert!(before[changed + 1..] != after[changed + 1..], "{changed}");
                }
            }
        }
    }
}
