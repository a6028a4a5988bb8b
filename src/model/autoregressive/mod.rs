//! Autoregressive densities of binary images: each pixel given those before it in reading order, by a logistic regression on them
//! (a fully visible sigmoid belief network, Frey 1998) or through a masked hidden layer (MADE, Germain 2015). One pass gives the
//! logits of all pixels, so that log p(x) is exact; images are drawn pixel by pixel, from a normal number each.

mod completion;
mod masks;
mod table;
#[cfg(test)]
mod tests;

pub(super) use completion::AutoregressiveConditionals;
pub(super) use masks::network as masked_network;
pub use table::AUTOREGRESSIVE;

use super::exact::logits::{LogitDensity, LogitModel};
use super::network::LearningNetwork;
use super::{Completion, CompletionDraws, ConfigValues, KeptPixels, StepError};
use crate::dataset::ImageShape;
use crate::nn::likelihood::bernoulli;
use crate::nn::operations::{AutoregressiveDraws, LayerWeights};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, NetworkError, Operation};
use candle_core::Tensor;

type Result<T> = std::result::Result<T, StepError>;

/// An autoregressive density: its layers are pixels to logits.
#[derive(Debug)]
struct Autoregressive {
    draws: AutoregressiveDraws,
}

fn model(config: &ConfigValues, shape: ImageShape, parameters: Parameters) -> Result<LogitModel<Autoregressive>> {
    let draws = AutoregressiveDraws { pixels: shape.values(), hidden: table::hidden(config), context: 0 };
    let batch = config.whole("batch").unwrap_or(0) as usize;
    let network =
        LearningNetwork::new("", parameters, |parameters| masked_network(draws, batch, config.seed(), parameters))?;
    LogitModel::new(config, shape, Autoregressive { draws }, network)
}

/// What draws images as masked layers say.
pub(super) fn drawing(draws: AutoregressiveDraws, layers: &[Operation]) -> Result<Operation> {
    fn weights(layer: &Operation) -> LayerWeights<'_> {
        LayerWeights { weight: &layer.weight, bias: &layer.bias }
    }
    let Some((last, before)) = layers.split_last() else { return Err(NetworkError::Empty.into()) };
    let weight = draws.weight_from(before.first().map(weights), weights(last));
    Ok(Operation::of_weight("decoder.draws", 0, draws, weight))
}

impl LogitDensity for Autoregressive {
    fn nats(&self, layers: &Sequential, images: &Tensor) -> candle_core::Result<Tensor> {
        bernoulli(&layers.forward(images)?, images)
    }

    fn draws(&self, network: &LearningNetwork) -> Result<Operation> {
        drawing(self.draws, network.plain(Activation::Identity, None)?.operations())
    }

    fn complete(&self, draws: &Operation, pixels: KeptPixels<'_>, asked: CompletionDraws) -> Completion {
        AutoregressiveConditionals::new(self.draws, &draws.weight).complete(pixels, asked)
    }

    /// Masked weights are multiplied too.
    fn flops(&self, layers: &Sequential) -> u64 {
        let (all, first) = layers.flops();
        3 * all - first
    }
}
