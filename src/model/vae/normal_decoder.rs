//! A decoder whose weights have a posterior (Blundell 2015): independent normal variables.

use crate::dataset::ImageShape;
use crate::model::architecture::{self, Builder};
use crate::model::layers::LayerSettings;
use crate::model::plain::{self, Average};
use crate::model::{ConfigValues, StepError};
use crate::nn::layer::{Layer, LayerWork};
use crate::nn::normal_layers::{LayerDeviations, NormalLayers, WeightNoise};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Operation, WeightDeviations};
use candle_core::{Result, Tensor};
use serde::Deserialize;

/// The standard deviation of every weight at first, in those of the prior.
const FIRST_DEVIATION: f64 = 0.3;

/// q of the weights: independent normal variables about their means.
#[derive(Debug)]
pub(super) struct NormalDecoder {
    means: Sequential,
    layers: NormalLayers,
    prior: WeightPrior,
    seed: u64,
}

/// N(0, σ²) of each weight and bias.
#[derive(Clone, Copy, Debug, Deserialize)]
struct WeightPrior {
    weight_prior: f64,
}

impl NormalDecoder {
    /// Fresh weights; `None` where the configuration has no prior for them.
    pub fn of(
        config: &ConfigValues,
        layers: &LayerSettings,
        shape: ImageShape,
        parameters: &mut Parameters,
    ) -> std::result::Result<Option<Self>, StepError> {
        if config.get("weight_prior").is_none() {
            return Ok(None);
        }
        let means = architecture::decoder(layers, shape, parameters)?;
        let taken = means.layers().iter().map(|layer| numbers(layer, layers.batch)).fold(0, usize::saturating_add);
        Builder::new(layers.batch, parameters, "decoder", layers.seed).reserve(taken)?;
        let prior: WeightPrior = config.read()?;
        let log_sigma = (FIRST_DEVIATION * prior.weight_prior).ln() as f32;
        let normal = NormalLayers::new(parameters, &means, log_sigma)?;
        Ok(Some(Self { means, layers: normal, prior, seed: layers.seed }))
    }

    /// Takes new numbers of live fields.
    ///
    /// # Errors
    /// If the configuration is of another family.
    pub fn set_live(&mut self, config: &ConfigValues) -> std::result::Result<(), StepError> {
        self.prior = config.read()?;
        Ok(())
    }

    /// `[batch, latent]` to `[batch, pixels]`: with weights that are drawn from their posterior for each example of the step that
    /// learns from it, else by their means.
    ///
    /// # Errors
    /// If candle fails.
    pub fn forward(&self, latents: &Tensor, step: Option<u64>) -> Result<Tensor> {
        match step {
            Some(step) => self.layers.forward(latents, WeightNoise { seed: self.seed, step }),
            None => self.means.forward(latents),
        }
    }

    /// KL of the weights' posterior from their prior in nats, `[]`.
    ///
    /// # Errors
    /// If candle fails.
    pub fn divergence(&self) -> Result<Tensor> {
        self.layers.divergence(self.prior.weight_prior)
    }

    /// By the means, as plain data, with `last` as the last activation; by the average of the weights where one is kept.
    ///
    /// # Errors
    /// If candle fails.
    pub fn operations(&self, average: &Average, last: Activation) -> Result<Vec<Operation>> {
        plain::operations(&self.means, average, last)
    }

    /// The deviations of its weights, operation by operation.
    ///
    /// # Errors
    /// If candle fails.
    pub fn deviations(&self, average: &Average) -> Result<Vec<WeightDeviations>> {
        let deviation =
            |LayerDeviations { weight, bias }| WeightDeviations { weight: weight.into(), bias: bias.into() };
        Ok(self.layers.deviations(average)?.into_iter().map(deviation).collect())
    }

    /// Multiplications and additions an image.
    pub fn flops(&self) -> u64 {
        self.layers.flops()
    }
}

/// Numbers that the deviations of a layer's weights take: with gradients, moments and variances; and what a batch passes through it.
fn numbers(layer: &Layer, batch: usize) -> usize {
    let weights = match &layer.work {
        LayerWork::Operation { kind, .. } => kind.weights(),
        LayerWork::Norm(_) => 0,
    };
    let passed = batch.saturating_mul(layer.inputs().saturating_add(layer.outputs().saturating_mul(4)));
    weights.saturating_mul(6).saturating_add(passed)
}
