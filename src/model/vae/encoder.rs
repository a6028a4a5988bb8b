//! What encodes images: a network, or an expert a pixel.

use super::experts::PixelExperts;
use crate::dataset::ImageShape;
use crate::model::layers::LayerSettings;
use crate::model::plain::Average;
use crate::model::{ConfigValues, StepError, architecture, plain};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Operation};
use candle_core::{Result, Tensor};

/// Pixels to mean and log variance side by side (to the code alone without noise).
#[derive(Debug)]
pub(super) enum VaeEncoder {
    /// The decoder's mirror image.
    Network(Sequential),
    /// A product of experts.
    Experts(PixelExperts),
}

/// The words of the field that chooses it.
pub(super) const ENCODERS: [&str; 2] = ["network", "pixel-experts"];

impl VaeEncoder {
    /// Fresh weights for `outputs` numbers an image.
    pub fn new(
        config: &ConfigValues,
        shape: ImageShape,
        parameters: &mut Parameters,
        outputs: usize,
    ) -> std::result::Result<Self, StepError> {
        let layers: LayerSettings = config.read()?;
        if config.word("encoder") == Some(ENCODERS[1]) {
            let experts = PixelExperts::new(parameters, (layers.latent, shape.values()), layers.seed)?;
            return Ok(Self::Experts(experts));
        }
        Ok(Self::Network(architecture::encoder(&layers, shape, parameters, outputs)?))
    }

    /// `[batch, pixels]` to `[batch, outputs]`.
    ///
    /// # Errors
    /// If candle fails.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        match self {
            Self::Network(layers) => layers.forward(images),
            Self::Experts(experts) => experts.forward(images),
        }
    }

    /// The same with weights that learn nothing.
    ///
    /// # Errors
    /// If candle fails.
    pub fn forward_fixed(&self, images: &Tensor) -> Result<Tensor> {
        match self {
            Self::Network(layers) => layers.forward_fixed(images),
            Self::Experts(experts) => Ok(experts.forward(images)?.detach()),
        }
    }

    /// As plain data, by the average of the weights where one is kept.
    ///
    /// # Errors
    /// If candle fails.
    pub fn operations(&self, average: &Average) -> Result<Vec<Operation>> {
        match self {
            Self::Network(layers) => plain::operations(layers, average, Activation::Identity),
            Self::Experts(experts) => experts.operations(average),
        }
    }

    /// Multiplications and additions an image, in all and of the first layer.
    pub fn flops(&self) -> (u64, u64) {
        match self {
            Self::Network(layers) => layers.flops(),
            Self::Experts(experts) => (experts.flops(), experts.flops()),
        }
    }
}
