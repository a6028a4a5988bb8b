//! Recurrent densities of binary images: each row given those before it through the state of a gated recurrent unit (Cho 2014), its
//! pixels independent given that. One pass gives the logits of all pixels, so that log p(x) is exact; images are drawn row by row,
//! from a normal number a pixel.

mod completion;
mod table;
#[cfg(test)]
mod tests;

pub use table::RECURRENT;

use super::architecture::Builder;
use super::learning::Updates;
use super::network::{LearningNetwork, names, save};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Completion, CompletionDraws, ConfigValues, KeptPixels, Losses, MetricId, Sampling, Saved, SavedNames,
    StepError, Tested, TestedBatch,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::conv_shape::Map;
use crate::nn::gru::{Gru, GruSizes};
use crate::nn::inspection::Inspector;
use crate::nn::likelihood::bernoulli;
use crate::nn::operations::{LayerWeights, Linear, RecurrentDraws};
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Network, NetworkError, Operation, Prior, Snapshot};
use candle_core::{Device, Tensor};
use completion::RowConditionals;

type Result<T> = std::result::Result<T, StepError>;

/// A recurrent density as it learns.
#[derive(Debug)]
struct Recurrent {
    shape: ImageShape,
    draws: RecurrentDraws,
    sampling: Sampling,
    updates: Updates,
    /// Rows to the state after each.
    gru: Gru,
    /// A state to the logits of the next row; beside it the parameters of both.
    network: LearningNetwork,
}

impl Recurrent {
    fn new(config: &ConfigValues, shape: ImageShape, mut parameters: Parameters) -> Result<Self> {
        let image = Map { height: shape.height, width: shape.width, channels: shape.channels };
        let draws = RecurrentDraws { image, units: table::units(config) };
        let (inputs, units) = (draws.length(), draws.units);
        // Nothing is drawn while it learns, but for what pixels are.
        let sampling = Sampling { latent: 0, ..config.read()? };
        let rows = sampling.batch.saturating_mul(image.height);
        let sizes = GruSizes { inputs, units };
        let mut builder = Builder::new(sampling.batch, &mut parameters, "decoder", sampling.seed);
        // Weights, their gradients and two moments; what passes hold of all rows, logits and their gradients among it.
        let values = sizes.values().saturating_add(inputs.saturating_mul(2));
        builder.reserve(sizes.parameters().saturating_mul(4).saturating_add(rows.saturating_mul(values)))?;
        builder.add("pixels", Linear { inputs: units, outputs: inputs }, Activation::Identity)?;
        let layers = builder.finish()?;
        let gru = Gru::new(&mut parameters, "decoder.gru", sizes, sampling.seed)?;
        Ok(Self {
            shape,
            draws,
            updates: config.read()?,
            gru,
            network: LearningNetwork::new("", parameters, |_| Ok(layers))?,
            sampling,
        })
    }

    /// Images as rows of all channels, `[batch, height, channels·width]`.
    fn rows(&self, images: &Tensor) -> candle_core::Result<Tensor> {
        let Map { height, width, channels } = self.draws.image;
        let planes = images.contiguous()?.reshape(((), channels, height, width))?;
        planes.permute((0, 2, 1, 3))?.contiguous()?.reshape(((), height, self.draws.length()))
    }

    /// The logits of the pixels of `rows` `[batch, height, length]` given the rows before, `[batch, height·length]`.
    fn logits(&self, rows: &Tensor) -> candle_core::Result<Tensor> {
        let (batch, height, length) = rows.dims3()?;
        // Each row is told by those before it, the first by a row of zeros.
        let before = rows.pad_with_zeros(1, 1, 0)?.narrow(1, 0, height)?.contiguous()?;
        let states = self.gru.forward(&before)?.reshape((batch * height, self.draws.units))?;
        self.network.layers.forward(&states)?.reshape((batch, height * length))
    }

    /// −log p(x) of each binary image, `[batch]`, in nats.
    fn nats(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        let rows = self.rows(&batch.images)?;
        bernoulli(&self.logits(&rows)?, &rows.flatten_from(1)?)
    }

    /// The weights as the operation of its draws has them, by their average where one is kept.
    fn weight(&self) -> Result<Vec<f32>> {
        let layers = self.network.plain(Activation::Identity, None)?;
        let Some(pixels) = layers.operations().last() else { return Err(NetworkError::Empty.into()) };
        let gru = self.network.with_average(|| self.gru.weights())?;
        Ok(RecurrentDraws::weight_from([
            LayerWeights { weight: &gru.input, bias: &gru.input_bias },
            LayerWeights { weight: &gru.state, bias: &gru.state_bias },
            LayerWeights { weight: &pixels.weight, bias: &pixels.bias },
        ]))
    }
}

impl Trainable for Recurrent {
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
        let weight = self.weight()?;
        Ok(Some(RowConditionals { draws: self.draws, weight: &weight }.complete(pixels, draws)))
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let pixels = self.shape.values();
        let operation = Operation::of_weight("decoder.draws", 0, self.draws, self.weight()?);
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: pixels,
            likelihood: None,
            decoder: Network::new(pixels, vec![operation])?,
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

    /// Values, gradients of weights, and of values but for the rows'.
    fn flops(&self) -> u64 {
        let ([of_rows, of_states], (pixels, _)) = (self.gru.sizes().flops(), self.network.layers.flops());
        self.draws.image.height as u64 * (2 * of_rows + 3 * (of_states + pixels))
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.network.inspector()]
    }

    fn parameter_count(&self) -> usize {
        self.network.parameters.count()
    }
}
