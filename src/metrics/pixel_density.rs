//! The density p(x|z) of images that a decoder gives.

use super::evidence_error::EvidenceError;
use crate::dataset::ImageShape;
use crate::message::{Message, message};
use crate::nn::vector;
use crate::snapshot::{Activation, Likelihood, Network, Operation, Scratch, Snapshot};

/// Values that are summed in single precision before they go to double.
const LANES: usize = 16;

/// p(x|z) of a decoder. Of Bernoulli pixels it gives logits, not probabilities, so that pixels it is sure of count in full;
/// of normal pixels their means.
#[derive(Clone, Debug)]
pub struct PixelDensity {
    decoder: Network,
    likelihood: Likelihood,
}

impl PixelDensity {
    /// The decoder of a snapshot, under the likelihood that it was trained by or, as for a GAN, another that it is looked at with.
    ///
    /// # Errors
    /// If the decoder does not fit the snapshot, or is one of Bernoulli pixels that does not end in a sigmoid.
    pub fn new(snapshot: &Snapshot, likelihood: Likelihood) -> Result<Self, EvidenceError> {
        let (latent, pixels, decoder) = (snapshot.latent, ImageShape::values(snapshot.image), &snapshot.decoder);
        let sizes = [
            (message!("decoder's input"), latent, decoder.input()),
            (message!("decoder's output"), pixels, decoder.output()),
        ];
        if let Some((what, expected, found)) = sizes.into_iter().find(|(_, expected, found)| expected != found) {
            let (expected, found) = (message!("{expected} values", expected), Message::words(found));
            return Err(EvidenceError::Mismatch { what, expected, found });
        }
        let decoder = match likelihood {
            Likelihood::Bernoulli => without_sigmoid(decoder)?,
            Likelihood::Gaussian { .. } => decoder.clone(),
        };
        Ok(Self { decoder, likelihood })
    }

    /// The same density as one of fewer coordinates t, z = Wt + b: `weight` is `[latent, coordinates]`, `bias` `[latent]`.
    ///
    /// # Errors
    /// If these do not fit the decoder.
    pub fn of_coordinates(&self, weight: Vec<f32>, bias: Vec<f32>) -> Result<Self, EvidenceError> {
        let coordinates = weight.len() / bias.len().max(1);
        let first = Operation::linear("plane", 0, (weight, bias), Activation::Identity);
        let rest = self.decoder.operations().iter().cloned().map(|mut operation| {
            operation.inputs.iter_mut().for_each(|value| *value += 1);
            operation
        });
        let decoder = Network::new(coordinates, std::iter::once(first).chain(rest).collect())?;
        Ok(Self { decoder, likelihood: self.likelihood })
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.decoder.input()
    }

    /// Values an image.
    pub fn pixels(&self) -> usize {
        self.decoder.output()
    }

    /// Multiplications and additions for one latent.
    pub fn flops(&self) -> u64 {
        self.decoder.flops()
    }

    /// Logits (Bernoulli) or pixel means (Gaussian) at `count` latents (`[count, latent]`): `[count, pixels]`.
    pub fn decode<'a>(&self, latents: &[f32], count: usize, scratch: &'a mut Scratch) -> &'a [f32] {
        self.decoder.evaluate(latents, count, scratch)
    }

    /// ln p(x|z) in nats, of `image` (`[pixels]`) by what [`Self::decode`] gave for z (`[pixels]`). Grey values under
    /// Bernoulli count as they do in training: as the share of a white pixel.
    pub fn log_likelihood(&self, output: &[f32], image: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => -f64::from(vector::bernoulli_nats(output, image)),
            Likelihood::Gaussian { sigma } => {
                -0.5 * squared_distance(output, image) / variance(sigma) + self.gaussian_constant(sigma)
            }
        }
    }

    /// What the inner product of image and output counts in ln p(x|z): ln p(x|z) is this times image·output, +
    /// [`Self::image_constant`] + [`Self::output_constant`].
    pub fn product_factor(&self) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => 1.0,
            Likelihood::Gaussian { sigma } => 1.0 / variance(sigma),
        }
    }

    /// The part of ln p(x|z) that depends on the image alone.
    pub fn image_constant(&self, image: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => 0.0,
            Likelihood::Gaussian { sigma } => {
                -0.5 * squared_norm(image) / variance(sigma) + self.gaussian_constant(sigma)
            }
        }
    }

    /// The part that depends on what [`Self::decode`] gave alone: −Σ softplus(logit), or −½‖mean‖²/σ².
    pub fn output_constant(&self, output: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => -output.iter().map(|logit| f64::from(vector::softplus(*logit))).sum::<f64>(),
            Likelihood::Gaussian { sigma } => -0.5 * squared_norm(output) / variance(sigma),
        }
    }

    /// −pixels·(ln σ + ½ ln 2π).
    fn gaussian_constant(&self, sigma: f32) -> f64 {
        let pixels = self.pixels() as f64;
        -0.5 * pixels * std::f64::consts::TAU.ln() - pixels * f64::from(sigma).ln()
    }
}

fn variance(sigma: f32) -> f64 {
    f64::from(sigma) * f64::from(sigma)
}

fn squared_norm(values: &[f32]) -> f64 {
    values.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let parts = a.chunks(LANES).zip(b.chunks(LANES));
    parts.map(|(a, b)| f64::from(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>())).sum()
}

/// The same network, giving what its last activation, a sigmoid, is applied to.
fn without_sigmoid(network: &Network) -> Result<Network, EvidenceError> {
    let mut operations = network.operations().to_vec();
    // What follows the last weights, or what puts two values together, only moves values to their places.
    if let Some(last) = operations.iter_mut().rev().find(|one| one.kind.weights() > 0 || one.inputs.len() > 1) {
        if last.activation != Activation::Sigmoid {
            return Err(EvidenceError::Mismatch {
                what: message!("decoder's last activation"),
                expected: Message::words(format_args!("{:?}", Activation::Sigmoid)),
                found: Message::words(format_args!("{:?}", last.activation)),
            });
        }
        last.activation = Activation::Identity;
    }
    Ok(Network::new(network.input(), operations)?)
}
