//! Autoregressive densities of binary images: each pixel given those before it in reading order, by a logistic regression on them
//! (a fully visible sigmoid belief network, Frey 1998) or through a masked hidden layer (MADE, Germain 2015). One pass gives the
//! logits of all pixels, so that log p(x) is exact; images are drawn pixel by pixel, from a normal number each.

mod completion;
mod masks;
mod table;
#[cfg(test)]
mod tests;

pub use table::AUTOREGRESSIVE;

use super::learning::Updates;
use super::network::{LearningNetwork, names, save};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Completion, CompletionDraws, ConfigValues, KeptPixels, Losses, MetricId, Sampling, Saved, SavedNames,
    StepError, Tested, TestedBatch,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::inspection::Inspector;
use crate::nn::likelihood::bernoulli;
use crate::nn::operations::{AutoregressiveDraws, LayerWeights};
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Network, NetworkError, Operation, Prior, Snapshot};
use candle_core::{Device, Tensor};
use completion::Conditionals;

type Result<T> = std::result::Result<T, StepError>;

/// An autoregressive density as it learns.
#[derive(Debug)]
struct Autoregressive {
    shape: ImageShape,
    draws: AutoregressiveDraws,
    sampling: Sampling,
    updates: Updates,
    /// Pixels to logits.
    network: LearningNetwork,
}

impl Autoregressive {
    fn new(config: &ConfigValues, shape: ImageShape, parameters: Parameters) -> Result<Self> {
        let draws = AutoregressiveDraws { pixels: shape.values(), hidden: table::hidden(config) };
        // Nothing is drawn while it learns, but for what pixels are.
        let sampling = Sampling { latent: 0, ..config.read()? };
        Ok(Self {
            shape,
            draws,
            updates: config.read()?,
            network: LearningNetwork::new("", parameters, |parameters| {
                masks::network(draws, sampling.batch, sampling.seed, parameters)
            })?,
            sampling,
        })
    }

    /// −log p(x) of each binary image, `[batch]`, in nats.
    fn nats(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        bernoulli(&self.network.layers.forward(&batch.images)?, &batch.images)
    }
}

fn weights(layer: &Operation) -> LayerWeights<'_> {
    LayerWeights { weight: &layer.weight, bias: &layer.bias }
}

impl Trainable for Autoregressive {
    /// One update on −log p(x), mean over the batch.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let loss = self.nats(&input.batch(&self.sampling)?)?.mean_all()?;
        let losses = vec![(MetricId::TOTAL, loss.to_scalar::<f32>()?)];
        StepError::check(&losses)?;
        self.network.learn(&loss.backward()?, self.updates.at(input.step))?;
        Ok(losses)
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        self.updates = config.read()?;
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn test(&self, batch: &Batch) -> Result<Tested> {
        let nats = self.network.with_average(|| copied(&self.nats(batch)?))?;
        let mean = nats.iter().copied().map(f64::from).sum::<f64>() / nats.len().max(1) as f64;
        Ok(Tested { losses: vec![(MetricId::TEST_TOTAL, mean as f32)], posteriors: None })
    }

    /// Mean log p(x) of the images, binarised once, in nats.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        Ok(losses.into_iter().map(|(_, nats)| ("test_nats", -f64::from(nats))).collect())
    }

    fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Result<Option<Completion>> {
        pixels.check(self.shape.values())?;
        let layers = self.network.plain(Activation::Identity, None)?;
        Ok(Conditionals::of(layers.operations()).map(|conditionals| conditionals.complete(pixels, draws)))
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let layers = self.network.plain(Activation::Identity, None)?;
        let Some((last, before)) = layers.operations().split_last() else { return Err(NetworkError::Empty.into()) };
        let weight = AutoregressiveDraws::weight_from(before.first().map(weights), weights(last));
        let pixels = self.draws.pixels;
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: pixels,
            likelihood: None,
            decoder: Network::new(pixels, vec![Operation::of_weight("decoder.draws", 0, self.draws, weight)])?,
            encoder: None,
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> Result<Saved> {
        save(&[&self.network])
    }

    fn names(&self) -> SavedNames {
        names(&[&self.network])
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.network.restore(saved)
    }

    /// Values, gradients of weights, and of values where they are needed; masked weights are multiplied too.
    fn flops(&self) -> u64 {
        let (all, first) = self.network.layers.flops();
        3 * all - first
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.network.inspector()]
    }

    /// The numbers of the layers, those that masks hold at 0 among them.
    fn parameter_count(&self) -> usize {
        self.network.parameters.count()
    }
}
