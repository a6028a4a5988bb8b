//! What decodes latents: a network of numbers or of normal variables, or one pixel after another given the latent and the pixels
//! before (Chen 2017).

use super::normal_decoder::NormalDecoder;
use crate::dataset::ImageShape;
use crate::model::autoregressive::{AutoregressiveConditionals, drawing, masked_network};
use crate::model::family::CODE;
use crate::model::layers::LayerSettings;
use crate::model::plain::Average;
use crate::model::{Completion, CompletionDraws, ConfigValues, KeptPixels, StepError, architecture, plain};
use crate::nn::operations::{AutoregressiveDraws, Linear};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Network, Operation};
use candle_core::{Result, Tensor};

/// Latents to logits (Bernoulli) or pixel means (Gaussian).
#[derive(Debug)]
pub(super) enum VaeDecoder {
    /// Latent (with the class in place of its last number) to all pixels at once.
    Network(Sequential),
    /// The same with weights that have a posterior.
    Normal(NormalDecoder),
    /// Latent and the pixels before each to it.
    Autoregressive(AutoregressiveDraws, Sequential),
}

/// Units of the masked hidden layer.
pub(super) fn masked_units(config: &ConfigValues) -> usize {
    config.whole("masked_units").map_or(0, |units| units as usize)
}

impl VaeDecoder {
    /// With fresh weights, U(±1/√fan_in).
    pub fn new(
        config: &ConfigValues,
        layers: &LayerSettings,
        shape: ImageShape,
        parameters: &mut Parameters,
    ) -> std::result::Result<Self, StepError> {
        if let Some(normal) = NormalDecoder::of(config, layers, shape, parameters)? {
            return Ok(Self::Normal(normal));
        }
        if config.whole(CODE.key).is_none() {
            return Ok(Self::Network(architecture::decoder(layers, shape, parameters)?));
        }
        let draws =
            AutoregressiveDraws { pixels: shape.values(), hidden: masked_units(config), context: config.code() };
        Ok(Self::Autoregressive(draws, masked_network(draws, layers.batch, layers.seed, parameters)?))
    }

    /// Takes new numbers of live fields.
    ///
    /// # Errors
    /// If the configuration is of another family.
    pub fn set_live(&mut self, config: &ConfigValues) -> std::result::Result<(), StepError> {
        if let Self::Normal(normal) = self { normal.set_live(config) } else { Ok(()) }
    }

    /// Latents `[batch, latent]` to what the pixels' distribution is about, `[batch, pixels]`; `images` are those before each pixel.
    /// Weights that have a posterior are drawn from it for the step that learns, else they are their means.
    ///
    /// # Errors
    /// If candle fails.
    pub fn forward(&self, latents: &Tensor, images: &Tensor, step: Option<u64>) -> Result<Tensor> {
        match self {
            Self::Network(layers) => layers.forward(latents),
            Self::Normal(normal) => normal.forward(latents, step),
            Self::Autoregressive(_, layers) => layers.forward(&Tensor::cat(&[latents, images], 1)?),
        }
    }

    /// KL of the weights' posterior from their prior in nats, `[]`; `None` where they have none.
    ///
    /// # Errors
    /// If candle fails.
    pub fn divergence(&self) -> Result<Option<Tensor>> {
        if let Self::Normal(normal) = self { normal.divergence().map(Some) } else { Ok(None) }
    }

    /// As plain data with `last` as its last activation, by the average of the weights where one is kept. Pixels that are drawn one
    /// after another need a normal number each beside the latent.
    ///
    /// # Errors
    /// If candle fails.
    pub fn operations(&self, average: &Average, last: Activation) -> std::result::Result<Vec<Operation>, StepError> {
        match self {
            Self::Network(layers) => Ok(plain::operations(layers, average, last)?),
            Self::Normal(normal) => Ok(normal.operations(average, last)?),
            Self::Autoregressive(draws, layers) => {
                let layers = plain::operations(layers, average, Activation::Identity)?;
                Ok(vec![drawing(*draws, &layers)?])
            }
        }
    }

    /// The network of these operations, with the deviations of its weights where they have a posterior.
    ///
    /// # Errors
    /// If the operations are no network.
    pub fn network(
        &self,
        latent: usize,
        operations: Vec<Operation>,
        average: &Average,
    ) -> std::result::Result<Network, StepError> {
        let network = Network::new(latent, operations)?;
        let Self::Normal(normal) = self else { return Ok(network) };
        Ok(network.with_deviations(normal.deviations(average)?)?)
    }

    /// Numbers that it draws pixels with, beside the latent.
    pub fn noise(&self) -> usize {
        match self {
            Self::Network(_) | Self::Normal(_) => 0,
            Self::Autoregressive(draws, _) => draws.pixels,
        }
    }

    /// What follows an encoder so that those numbers have their prior as posterior, mean and log variance 0: it gives
    /// `latent` means, 0s, `latent` log variances, and 0s. `None` where there are none.
    pub fn with_noise(&self, latent: usize, reads: usize) -> Option<Operation> {
        let all = latent + self.noise();
        let Linear { inputs, outputs } = Linear { inputs: 2 * latent, outputs: 2 * all };
        let mut weight = vec![0.0; inputs * outputs];
        for (half, dimension) in (0..2).flat_map(|half| (0..latent).map(move |dimension| (half, dimension))) {
            let (row, column) = (half * all + dimension, half * latent + dimension);
            weight.iter_mut().skip(row * inputs + column).take(1).for_each(|weight| *weight = 1.0);
        }
        let operation =
            || Operation::linear("encoder.noise", reads, (weight, vec![0.0; outputs]), Activation::Identity);
        (self.noise() > 0).then(operation)
    }

    /// Draws of the missing pixels given those that are kept, by what [`Self::operations`] gives; `None` where all pixels are decoded
    /// at once.
    pub fn complete(
        &self,
        operations: &[Operation],
        pixels: KeptPixels<'_>,
        draws: CompletionDraws,
    ) -> Option<Completion> {
        match (self, operations) {
            (Self::Autoregressive(drawn, _), [operation]) => {
                Some(AutoregressiveConditionals::new(*drawn, &operation.weight).complete(pixels, draws))
            }
            _ => None,
        }
    }

    /// Multiplications and additions an image.
    pub fn flops(&self) -> u64 {
        match self {
            Self::Network(layers) | Self::Autoregressive(_, layers) => layers.flops().0,
            Self::Normal(normal) => normal.flops(),
        }
    }
}
