//! An encoder that reads from generated images the latents that they are of (Chen 2016).

use crate::dataset::ImageShape;
use crate::model::layers::LayerSettings;
use crate::model::network::LearningNetwork;
use crate::model::trainable::Figures;
use crate::model::{ConfigValues, MetricId, POINT_LOG_VARIANCE, StepError, architecture};
use crate::nn::optimizer::UpdateSettings;
use crate::nn::parameters::Parameters;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Activation, Network, Scratch, Snapshot};
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use serde::Deserialize;

type Result<T> = std::result::Result<T, StepError>;

/// How much the latents weigh beside the critic, and how fast the encoder learns beside the generator.
#[derive(Clone, Copy, Debug, Deserialize)]
struct LatentSettings {
    latent_weight: f64,
    encoder_rate: f64,
}

/// The encoder as it trains.
#[derive(Debug)]
pub(super) struct LatentEncoder {
    settings: LatentSettings,
    latent: usize,
    /// Images to latents.
    pub network: LearningNetwork,
}

/// An encoder beside a generator starts from another seed than it and the critic.
pub(super) fn of_encoder(layers: LayerSettings) -> LayerSettings {
    LayerSettings { seed: layers.seed ^ 0x656e_636f_6465_7200, ..layers }
}

impl LatentEncoder {
    /// Fresh weights for images of `shape`.
    pub fn new(config: &ConfigValues, shape: ImageShape, parameters: Parameters) -> Result<Self> {
        let layers = of_encoder(config.read()?);
        let latent = layers.latent;
        let make = |parameters: &mut Parameters| architecture::encoder(&layers, shape, parameters, latent);
        Ok(Self { settings: config.read()?, latent, network: LearningNetwork::new("encoder", parameters, make)? })
    }

    /// Takes new numbers of live fields.
    pub fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        self.settings = config.read()?;
        Ok(())
    }

    /// λ·½‖z − E(G(z))‖², mean over a batch: up to a constant λ times the bound on the information that images have of their
    /// latents, for a normal distribution of variance 1 about the encoder's code (Chen 2016, equation 5). Its gradient goes
    /// to the generator, too. Beside it what is said of it: the root of the mean square a dimension.
    pub fn loss(&self, images: &Tensor, latents: &Tensor) -> Result<(Tensor, (MetricId, f32))> {
        let square = (self.network.layers.forward(images)? - latents)?.sqr()?.mean_all()?;
        let error = square.to_scalar::<f32>()?.sqrt();
        let loss = square.affine(0.5 * self.latent as f64 * self.settings.latent_weight, 0.0)?;
        Ok((loss, (MetricId::LATENT_ERROR, error)))
    }

    /// Learns from the gradients of what the generator learns from; `generator` are the numbers of the generator's update.
    pub fn learn(&mut self, gradients: &GradStore, generator: UpdateSettings) -> Result<()> {
        let learning_rate = generator.learning_rate * self.settings.encoder_rate;
        self.network.learn(gradients, UpdateSettings { learning_rate, ..generator })
    }

    /// Values, gradients of weights and of values.
    pub fn flops(&self) -> u64 {
        3 * self.network.layers.flops().0
    }

    /// As plain data; its codes are points.
    pub fn plain(&self) -> Result<Network> {
        self.network.plain(Activation::Identity, Some((self.latent, POINT_LOG_VARIANCE)))
    }
}

/// Samples that are encoded.
const SAMPLES: usize = 1000;
/// Samples that are in hand at a time.
const SLICE: usize = 50;

/// How far the encoder is from the latents of samples, always the same ones for a seed: the median of |z − E(G(z))|, of the
/// dimension where it is largest.
pub(super) fn figures(snapshot: &Snapshot, seed: u64) -> Figures {
    let (latent, Some(encoder)) = (snapshot.latent, &snapshot.encoder) else { return Figures::new() };
    let latents = normal_rows(seed, Purpose::Evaluation, 0, SAMPLES, latent);
    let (mut samples, mut codes) = (Scratch::default(), Scratch::default());
    let mut errors = vec![Vec::with_capacity(SAMPLES); latent];
    for latents in latents.chunks(SLICE * latent.max(1)) {
        let count = latents.len() / latent.max(1);
        let images = snapshot.decoder.evaluate(latents, count, &mut samples);
        let codes = encoder.evaluate(images, count, &mut codes);
        for (code, latents) in codes.chunks_exact(2 * latent).zip(latents.chunks_exact(latent)) {
            for ((errors, code), z) in errors.iter_mut().zip(code).zip(latents) {
                errors.push((code - z).abs());
            }
        }
    }
    let largest = errors.iter_mut().map(|errors| median(errors)).fold(0.0, f32::max);
    vec![(MetricId::LATENT_ERROR.name(), f64::from(largest))]
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
