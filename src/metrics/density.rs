//! The densities of a VAE that its evidence log p(x) is estimated from.

use crate::dataset::ImageShape;
use crate::message::{Explain, Message, message};
use crate::nn::vector;
use crate::snapshot::{Activation, Likelihood, Network, NetworkError, Scratch, Snapshot};

/// Values that are summed in single precision before they go to double.
const LANES: usize = 16;

/// Why there is no estimate.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub enum EvidenceError {
    /// The model has no densities, for it lacks this.
    Missing(Message),
    /// Its parts do not fit together.
    Mismatch {
        /// Which part.
        what: Message,
        /// What would do.
        expected: Message,
        /// What is there.
        found: Message,
    },
    /// The network is none any more without its last activation.
    Network(#[from] NetworkError),
    /// The model gives no finite density for an image.
    NotFinite {
        /// Its place among the images.
        image: usize,
    },
    /// The caller broke it off.
    Interrupted,
}

impl Explain for EvidenceError {
    fn message(&self) -> Message {
        match self {
            Self::Mismatch { what, expected, found } => {
                message!("{key}: expected {expected}, found {found}", key = what, expected, found)
            }
            Self::Missing(what) => message!("{what}: expected one, found none", what),
            Self::Network(error) => error.message(),
            Self::NotFinite { image } => message!(
                "test image {image}: expected a finite density, found none; the model may have diverged",
                image,
            ),
            Self::Interrupted => message!("interrupted"),
        }
    }
}

/// A VAE as densities: q(z|x) from its encoder, p(x|z) from its decoder, p(z) standard normal. The decoder gives
/// logits, not probabilities, so that pixels it is sure of count in full; of normal pixels their means over σ².
#[derive(Clone, Debug)]
pub struct VaeDensity {
    encoder: Network,
    decoder: Network,
    likelihood: Likelihood,
    latent: usize,
}

/// q(z|x) of one image: independent normals.
#[derive(Clone, Debug, PartialEq)]
pub struct ImagePosterior {
    /// `[latent]`.
    pub mean: Vec<f32>,
    /// ln σ², `[latent]`.
    pub log_variance: Vec<f32>,
}

impl ImagePosterior {
    /// σ of each dimension.
    pub fn deviations(&self) -> impl Iterator<Item = f32> {
        self.log_variance.iter().map(|log_variance| (0.5 * log_variance).exp())
    }

    /// KL(q(z|x) ‖ p(z)) in nats: ½Σ(μ² + σ² − 1 − ln σ²) (Kingma and Welling 2013, appendix B).
    pub fn kl(&self) -> f64 {
        let term = |mean: f64, log_variance: f64| mean * mean + log_variance.exp() - 1.0 - log_variance;
        let terms = self.mean.iter().zip(&self.log_variance);
        0.5 * terms.map(|(mean, log_variance)| term(f64::from(*mean), f64::from(*log_variance))).sum::<f64>()
    }
}

impl VaeDensity {
    /// The densities of a snapshot of a VAE.
    ///
    /// # Errors
    /// If it has no likelihood or no encoder, if encoder and decoder do not fit together, or if a Bernoulli decoder does not end in a
    /// sigmoid.
    pub fn new(snapshot: &Snapshot) -> Result<Self, EvidenceError> {
        let mismatch = |what, expected, found| EvidenceError::Mismatch { what, expected, found };
        let Some(encoder) = snapshot.encoder.clone() else {
            return Err(EvidenceError::Missing(message!("encoder")));
        };
        let Some(likelihood) = snapshot.likelihood else {
            return Err(EvidenceError::Missing(message!("likelihood")));
        };
        let (latent, pixels) = (snapshot.latent, ImageShape::values(snapshot.image));
        let sizes = [
            (message!("encoder's input"), pixels, encoder.input()),
            (message!("encoder's output"), 2 * latent, encoder.output()),
            (message!("decoder's input"), latent, snapshot.decoder.input()),
            (message!("decoder's output"), pixels, snapshot.decoder.output()),
        ];
        if let Some((what, expected, found)) = sizes.into_iter().find(|(_, expected, found)| expected != found) {
            return Err(mismatch(what, message!("{expected} values", expected), Message::words(found)));
        }
        let decoder = match likelihood {
            Likelihood::Bernoulli => without_sigmoid(&snapshot.decoder)?,
            Likelihood::Gaussian { sigma } => scaled(&snapshot.decoder, 1.0 / (sigma * sigma))?,
        };
        Ok(Self { encoder, decoder, likelihood, latent })
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.latent
    }

    /// Values an image.
    pub fn pixels(&self) -> usize {
        self.decoder.output()
    }

    /// q(z|x) of `image` (`[pixels]`).
    pub fn posterior(&self, image: &[f32], scratch: &mut Scratch) -> ImagePosterior {
        let (mean, log_variance) = self.encoder.evaluate(image, 1, scratch).split_at(self.latent);
        ImagePosterior { mean: mean.to_vec(), log_variance: log_variance.to_vec() }
    }

    /// Logits (Bernoulli) or pixel means over σ² (Gaussian) at `count` latents (`[count, latent]`): `[count, pixels]`.
    pub fn decode<'a>(&self, latents: &[f32], count: usize, scratch: &'a mut Scratch) -> &'a [f32] {
        self.decoder.evaluate(latents, count, scratch)
    }

    /// ln p(x|z) in nats, of `image` (`[pixels]`) by what [`Self::decode`] gave for z (`[pixels]`). Grey values under
    /// Bernoulli count as they do in training: as the share of a white pixel.
    pub fn log_likelihood(&self, output: &[f32], image: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => -f64::from(vector::bernoulli_nats(output, image)),
            Likelihood::Gaussian { sigma } => {
                let variance = sigma * sigma;
                let square = |(x, output): (&f32, &f32)| (x - variance * output) * (x - variance * output);
                let parts = image.chunks(LANES).zip(output.chunks(LANES));
                let squares: f64 = parts.map(|(x, out)| f64::from(x.iter().zip(out).map(square).sum::<f32>())).sum();
                -0.5 * squares / f64::from(variance) + self.gaussian_constant(sigma)
            }
        }
    }

    /// The part of ln p(x|z) that no inner product of image and output gives, for an image: ln p(x|z) is
    /// image·output + this + [`Self::output_constant`].
    pub fn image_constant(&self, image: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => 0.0,
            Likelihood::Gaussian { sigma } => {
                -0.5 * squared_norm(image) / f64::from(sigma * sigma) + self.gaussian_constant(sigma)
            }
        }
    }

    /// The same for what [`Self::decode`] gave: −Σ softplus(logit), or −½‖mean‖²/σ².
    pub fn output_constant(&self, output: &[f32]) -> f64 {
        match self.likelihood {
            Likelihood::Bernoulli => -output.iter().map(|logit| f64::from(vector::softplus(*logit))).sum::<f64>(),
            Likelihood::Gaussian { sigma } => -0.5 * f64::from(sigma * sigma) * squared_norm(output),
        }
    }

    /// −pixels·(ln σ + ½ ln 2π).
    fn gaussian_constant(&self, sigma: f32) -> f64 {
        let pixels = self.pixels() as f64;
        -0.5 * pixels * std::f64::consts::TAU.ln() - pixels * f64::from(sigma).ln()
    }
}

fn squared_norm(values: &[f32]) -> f64 {
    values.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

/// The same network, giving `factor` times what it gave, where it ends without an activation.
fn scaled(network: &Network, factor: f32) -> Result<Network, EvidenceError> {
    let mut operations = network.operations().to_vec();
    if factor != 1.0
        && let Some(last) = operations.iter_mut().rev().find(|one| one.kind.weights() > 0)
    {
        last.weight = last.weight.iter().map(|value| factor * value).collect();
        last.bias = last.bias.iter().map(|value| factor * value).collect();
    }
    Ok(Network::new(network.input(), operations)?)
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
