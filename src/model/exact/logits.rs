//! A model of binary images whose probabilities are exact, as it learns by gradients: one pass gives the logits of all pixels given
//! those before, and an image is drawn from a normal number a pixel.

use crate::dataset::{ImageShape, Split};
use crate::model::family::{LATENT_A_VALUE, SEED, joined};
use crate::model::learning::Updates;
use crate::model::network::{LearningNetwork, names, save};
use crate::model::trainable::{Figures, StepInput, Trainable, mean_losses};
use crate::model::{
    Batch, Completion, CompletionDraws, ConfigValues, Field, KeptPixels, Losses, MetricId, Sampling, Saved, SavedNames,
    StepError, Tested, TestedBatch, layers, learning,
};
use crate::nn::inspection::Inspector;
use crate::nn::parameters::copied;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Network, Operation, Prior, Snapshot};
use candle_core::{Device, Tensor};
use std::fmt;

type Result<T> = std::result::Result<T, StepError>;

/// A distribution of binary images by the logits of pixels given those before them.
pub trait LogitDensity: fmt::Debug + Send {
    /// −log p(x) of binary images `[batch, pixels]`, `[batch]`, in nats.
    ///
    /// # Errors
    /// If candle fails.
    fn nats(&self, layers: &Sequential, images: &Tensor) -> candle_core::Result<Tensor>;

    /// What draws an image from a normal number a pixel, by the average of the weights where one is kept.
    ///
    /// # Errors
    /// If candle fails.
    fn draws(&self, network: &LearningNetwork) -> Result<Operation>;

    /// Draws of the missing pixels given those that are kept, by what draws images.
    fn complete(&self, draws: &Operation, pixels: KeptPixels<'_>, asked: CompletionDraws) -> Completion;

    /// Multiplications and additions of a step, an image: values, gradients of weights, and of values where they are needed.
    fn flops(&self, layers: &Sequential) -> u64;
}

/// A density, and what learns it.
#[derive(Debug)]
pub struct LogitModel<D> {
    shape: ImageShape,
    /// What its layers mean.
    pub(in crate::model) density: D,
    sampling: Sampling,
    updates: Updates,
    /// The layers up to the logits, and all parameters.
    pub(in crate::model) network: LearningNetwork,
}

impl<D: LogitDensity> LogitModel<D> {
    /// With fresh weights.
    ///
    /// # Errors
    /// If the configuration is of another family.
    pub fn new(config: &ConfigValues, shape: ImageShape, density: D, network: LearningNetwork) -> Result<Self> {
        // Nothing is drawn while it learns, but for what pixels are.
        let sampling = Sampling { latent: 0, ..config.read()? };
        Ok(Self { shape, density, sampling, updates: config.read()?, network })
    }

    fn nats(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        self.density.nats(&self.network.layers, &batch.images)
    }
}

impl<D: LogitDensity> Trainable for LogitModel<D> {
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
        Ok(losses.into_iter().map(|(_, nats)| ("test_log_p", -f64::from(nats))).collect())
    }

    fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Result<Option<Completion>> {
        pixels.check(self.shape.values())?;
        Ok(Some(self.density.complete(&self.density.draws(&self.network)?, pixels, draws)))
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let pixels = self.shape.values();
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: pixels,
            likelihood: None,
            decoder: Network::new(pixels, vec![self.density.draws(&self.network)?])?,
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

    fn flops(&self) -> u64 {
        self.density.flops(&self.network.layers)
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.network.inspector()]
    }

    /// The numbers of the layers, those that masks hold at 0 among them.
    fn parameter_count(&self) -> usize {
        self.network.parameters.count()
    }
}

/// The fields of such densities, with this learning rate and this width of their own.
pub(in crate::model) const fn logit_fields(rate: &'static Field, width: &'static Field) -> [&'static Field; 18] {
    let first = [
        rate,
        width,
        &LATENT_A_VALUE,
        &layers::BATCH,
        &layers::SHUFFLE,
        &super::BINARIZED_AT,
        &learning::AVERAGE_DECAY,
        &SEED,
    ];
    let updates: [&Field; 17] = joined(first, learning::UPDATES);
    joined(updates, [&learning::EARLY_STOP_TESTS])
}

#[cfg(test)]
#[allow(clippy::expect_used)]
impl<D: LogitDensity> LogitModel<D> {
    /// log p(x) of images as the tests of training see it, by the average of the weights.
    pub fn log_ps(&self, images: Vec<f32>) -> Vec<f64> {
        let pixels = self.shape.values();
        let images = Tensor::from_vec(images.clone(), (images.len() / pixels, pixels), &Device::Cpu);
        let nats = self.network.with_average(|| copied(&self.density.nats(&self.network.layers, &images?)?));
        nats.expect("nats").into_iter().map(|nats| -f64::from(nats)).collect()
    }
}
