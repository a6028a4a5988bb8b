//! Recurrent densities of binary images: each row given those before it through the state of a gated recurrent unit (Cho 2014), its
//! pixels independent given that. One pass gives the logits of all pixels, so that log p(x) is exact; images are drawn row by row,
//! from a normal number a pixel.

mod completion;
mod table;
#[cfg(test)]
mod tests;

pub use table::RECURRENT;

use super::architecture::Builder;
use super::exact::logits::{LogitDensity, LogitModel};
use super::network::LearningNetwork;
use super::{Completion, CompletionDraws, ConfigValues, KeptPixels, StepError};
use crate::dataset::ImageShape;
use crate::nn::conv_shape::Map;
use crate::nn::gru::{Gru, GruSizes};
use crate::nn::likelihood::bernoulli;
use crate::nn::operations::{LayerWeights, Linear, RecurrentDraws};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, NetworkError, Operation};
use candle_core::Tensor;
use completion::RowConditionals;

type Result<T> = std::result::Result<T, StepError>;

/// A recurrent density: its layers are a state to the logits of the next row.
#[derive(Debug)]
struct Recurrent {
    draws: RecurrentDraws,
    /// Rows to the state after each.
    gru: Gru,
}

fn model(config: &ConfigValues, shape: ImageShape, mut parameters: Parameters) -> Result<LogitModel<Recurrent>> {
    let image = Map { height: shape.height, width: shape.width, channels: shape.channels };
    let draws = RecurrentDraws { image, units: table::units(config) };
    let (inputs, units) = (draws.length(), draws.units);
    let (batch, seed) = (config.whole("batch").unwrap_or(0) as usize, config.seed());
    let rows = batch.saturating_mul(image.height);
    let sizes = GruSizes { inputs, units };
    let mut builder = Builder::new(batch, &mut parameters, "decoder", seed);
    // Weights, their gradients and two moments; what passes hold of all rows, logits and their gradients among it.
    let values = sizes.values().saturating_add(inputs.saturating_mul(2));
    builder.reserve(sizes.parameters().saturating_mul(4).saturating_add(rows.saturating_mul(values)))?;
    builder.add("pixels", Linear { inputs: units, outputs: inputs }, Activation::Identity)?;
    let layers = builder.finish()?;
    let gru = Gru::new(&mut parameters, "decoder.gru", sizes, seed)?;
    let network = LearningNetwork::new("", parameters, |_| Ok(layers))?;
    LogitModel::new(config, shape, Recurrent { draws, gru }, network)
}

impl Recurrent {
    /// Images as rows of all channels, `[batch, height, channels·width]`.
    fn rows(&self, images: &Tensor) -> candle_core::Result<Tensor> {
        let Map { height, width, channels } = self.draws.image;
        let planes = images.contiguous()?.reshape(((), channels, height, width))?;
        planes.permute((0, 2, 1, 3))?.contiguous()?.reshape(((), height, self.draws.length()))
    }

    /// The logits of the pixels of `rows` `[batch, height, length]` given the rows before, `[batch, height·length]`.
    fn logits(&self, layers: &Sequential, rows: &Tensor) -> candle_core::Result<Tensor> {
        let (batch, height, length) = rows.dims3()?;
        // Each row is told by those before it, the first by a row of zeros.
        let before = rows.pad_with_zeros(1, 1, 0)?.narrow(1, 0, height)?.contiguous()?;
        let states = self.gru.forward(&before)?.reshape((batch * height, self.draws.units))?;
        layers.forward(&states)?.reshape((batch, height * length))
    }
}

impl LogitDensity for Recurrent {
    fn nats(&self, layers: &Sequential, images: &Tensor) -> candle_core::Result<Tensor> {
        let rows = self.rows(images)?;
        bernoulli(&self.logits(layers, &rows)?, &rows.flatten_from(1)?)
    }

    fn draws(&self, network: &LearningNetwork) -> Result<Operation> {
        let layers = network.plain(Activation::Identity, None)?;
        let Some(pixels) = layers.operations().last() else { return Err(NetworkError::Empty.into()) };
        let gru = network.with_average(|| self.gru.weights())?;
        let weight = RecurrentDraws::weight_from([
            LayerWeights { weight: &gru.input, bias: &gru.input_bias },
            LayerWeights { weight: &gru.state, bias: &gru.state_bias },
            LayerWeights { weight: &pixels.weight, bias: &pixels.bias },
        ]);
        Ok(Operation::of_weight("decoder.draws", 0, self.draws, weight))
    }

    fn complete(&self, draws: &Operation, pixels: KeptPixels<'_>, asked: CompletionDraws) -> Completion {
        RowConditionals { draws: self.draws, weight: &draws.weight }.complete(pixels, asked)
    }

    /// Of values of the rows there are no gradients.
    fn flops(&self, layers: &Sequential) -> u64 {
        let ([of_rows, of_states], (pixels, _)) = (self.gru.sizes().flops(), layers.flops());
        self.draws.image.height as u64 * (2 * of_rows + 3 * (of_states + pixels))
    }
}
