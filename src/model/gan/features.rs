//! The error of reconstructions in features of a discriminator (Larsen 2016).

use super::discriminator::Discriminator;
use crate::nn::layer::Layer;
use crate::nn::likelihood::gaussian;
use crate::snapshot::Activation;
use candle_core::{Result, Tensor};
use serde::Deserialize;

/// Which hidden layer of the discriminator gives the features; its output stands for them where it has no hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FeatureLayer {
    /// The one that reads the image: strokes and edges, each at its place.
    First,
    /// The one that is read by the output: what tells real from generated.
    Last,
}

/// The words of the field that chooses it.
pub(super) const FEATURE_LAYERS: [&str; 2] = ["first", "last"];

impl FeatureLayer {
    /// How many of the layers there are up to it.
    fn depth(self, layers: &[Layer]) -> usize {
        let is_hidden = |layer: &Layer| layer.activation != Activation::Identity;
        let place = match self {
            Self::First => layers.iter().position(is_hidden),
            Self::Last => layers.iter().rposition(is_hidden),
        };
        place.map_or(layers.len(), |place| place + 1)
    }

    /// ½‖f(x) − f(x̃)‖², mean over a batch: up to a constant −log p of features that are normal of variance 1 about those of the
    /// reconstruction (Larsen 2016, equation 6). `images` and `reconstructions` are `[batch, pixels]`; the gradient goes to the
    /// reconstructions alone.
    pub fn error(self, discriminator: &Discriminator, images: &Tensor, reconstructions: &Tensor) -> Result<Tensor> {
        let layers = &discriminator.network.layers;
        let depth = self.depth(layers.layers());
        let of_images = layers.features_fixed(images, depth)?;
        let constant = 0.5 * of_images.dim(1)? as f64 * std::f64::consts::TAU.ln();
        let nats = gaussian(&layers.features_fixed(reconstructions, depth)?, &of_images, 1.0)?;
        nats.affine(1.0, -constant)?.mean_all()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::model::{Config, architecture};
    use crate::nn::parameters::Parameters;

    #[test]
    fn the_layers_are_the_first_and_the_last_hidden_ones_of_any_network() {
        for (network, hidden, first, last) in [
            ("dense", vec![8, 16, 32], 1, 3),
            ("dense", vec![8], 1, 1),
            // A permutation, two convolutions, one dense layer.
            ("convolutional", vec![8], 2, 4),
            // Each convolution with its pool.
            ("pooled", vec![], 2, 4),
        ] {
            let config = Config::gan_dense().with("network", network).unwrap().with("hidden", hidden).unwrap();
            let shape = ImageShape { channels: 3, height: 28, width: 28 };
            let layers = architecture::critic(&config.read().unwrap(), shape, &mut Parameters::default()).unwrap();
            let depths = [FeatureLayer::First, FeatureLayer::Last].map(|layer| layer.depth(layers.layers()));
            assert_eq!(depths, [first, last], "{network}");
        }
    }
}
