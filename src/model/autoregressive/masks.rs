//! The masked layers: what comes before a pixel in the order of the values is connected to it, and nothing else.

use crate::model::architecture::Builder;
use crate::nn::activation::Activation;
use crate::nn::operations::Linear;
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;

/// What the layers are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaskedSizes {
    /// Pixels.
    pub pixels: usize,
    /// Units of the hidden layer; 0 without one.
    pub hidden: usize,
}

impl MaskedSizes {
    /// The degree of a hidden unit: how many of the first pixels it reads, 1 to `pixels − 1`, evenly spread and rising.
    fn degree(self, unit: usize) -> usize {
        1 + unit * self.pixels.saturating_sub(1) / self.hidden.max(1)
    }

    /// How many of the hidden units, from the first on, a pixel reads: those that have read pixels before it alone.
    fn units(self, pixel: usize) -> usize {
        (0..self.hidden).take_while(|unit| self.degree(*unit) <= pixel).count()
    }

    /// Each layer with how many of its inputs, from the first on, each of its outputs reads.
    fn layers(self) -> Vec<(Linear, Vec<usize>)> {
        let Self { pixels, hidden } = self;
        if hidden == 0 {
            return vec![(Linear { inputs: pixels, outputs: pixels }, (0..pixels).collect())];
        }
        vec![
            (Linear { inputs: pixels, outputs: hidden }, (0..hidden).map(|unit| self.degree(unit)).collect()),
            (Linear { inputs: hidden, outputs: pixels }, (0..pixels).map(|pixel| self.units(pixel)).collect()),
        ]
    }

    /// Pixels to a logit each, which depends on the pixels before it alone: `[n, pixels]` to `[n, pixels]`, for steps on `batch`
    /// images.
    ///
    /// # Errors
    /// If it would not fit into memory, or candle fails.
    pub fn network(self, batch: usize, seed: u64, parameters: &mut Parameters) -> candle_core::Result<Sequential> {
        let (sizes, masks): (Vec<Linear>, Vec<Vec<usize>>) = self.layers().into_iter().unzip();
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::parameters::copied;
    use candle_core::{Device, Tensor};

    #[test]
    fn degrees_are_spread_evenly_over_all_that_there_are() {
        for (pixels, hidden) in [(784, 1000), (9, 8), (9, 24), (30, 7), (2, 5), (1, 3)] {
            let sizes = MaskedSizes { pixels, hidden };
            let mut times = vec![0; pixels + 1];
            (0..hidden).for_each(|unit| times[sizes.degree(unit)] += 1);
            let (least, most) = (hidden / (pixels - 1).max(1), hidden.div_ceil((pixels - 1).max(1)));
            assert!(times[1..pixels.max(2)].iter().all(|times| (least..=most).contains(times)), "{times:?}");
        }
    }

    #[test]
    fn a_pixel_changes_the_logits_after_it_and_none_before() {
        let pixels = 12;
        for hidden in [0, 1, 5, 11, 40] {
            let mut parameters = Parameters::default();
            let network = MaskedSizes { pixels, hidden }.network(1, 3, &mut parameters).unwrap();
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
