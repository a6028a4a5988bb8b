//! The variational autoencoder (Kingma and Welling 2013), and the same without noise.

use super::family::{Family, LATENT, Preset, SEED};
use super::field::{CardInput, FieldChange, Section};
use super::layers::{self, LayerSettings};
use super::learning::{self, Updates};
use super::saved::{names, restore, save};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Config, ConfigError, ConfigValues, Field, Likelihood, Losses, MetricId, Sampling, Saved, Setting, StepError,
};
use super::{Posteriors, SavedNames, Tested, TestedBatch, architecture, pixels, plain};
use crate::dataset::{ImageShape, Split};
use crate::nn::inspection::Inspector;
use crate::nn::likelihood::{bernoulli, gaussian, kl, posterior_sample};
use crate::nn::optimizer::Optimizer;
use crate::nn::parameters::{Parameters, copied};
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Network, Snapshot};
use candle_core::{Device, Result, Tensor};
use serde::Deserialize;

/// The variational autoencoder.
pub static VAE: Family = Family {
    id: "vae",
    words: "family.vae",
    heading: "preset.autoencoders",
    presets: &[
        Preset { name: "vae-dense", settings: &[] },
        Preset { name: "vae-400", settings: &[("hidden", Setting::widths(&[400])), ("latent", Setting::Whole(20))] },
        Preset {
            name: "vae-400-best",
            settings: &[
                ("hidden", Setting::widths(&[400])),
                ("latent", Setting::Whole(20)),
                ("learning_rate", Setting::Real(2e-3)),
                ("binarize", Setting::word("dynamic")),
                ("warm_up_steps", Setting::Whole(500)),
                ("schedule", Setting::word("cosine")),
                ("schedule_steps", Setting::Whole(46_800)),
                ("schedule_share", Setting::Real(0.0)),
                ("average_decay", Setting::Real(0.999)),
            ],
        },
        Preset {
            name: "vae-conv",
            settings: &[("network", Setting::word("convolutional")), ("hidden", Setting::widths(&[256]))],
        },
        Preset {
            name: "vae-conv-pool",
            settings: &[
                ("network", Setting::word("pooled")),
                ("hidden", Setting::widths(&[])),
                ("latent", Setting::Whole(256)),
            ],
        },
    ],
    fields: &[
        &learning::LEARNING_RATE,
        &BETA,
        &layers::NETWORK,
        &layers::CHANNELS,
        &layers::HIDDEN,
        &LATENT,
        &layers::BATCH,
        &layers::SHUFFLE,
        &pixels::LIKELIHOOD,
        &pixels::SIGMA,
        &pixels::BINARIZE,
        &learning::AVERAGE_DECAY,
        &SEED,
        &learning::OPTIMIZER,
        &learning::ADAM_BETA1,
        &learning::ADAM_BETA2,
        &learning::WEIGHT_DECAY,
        &learning::GRADIENT_CLIP,
        &learning::WARM_UP_STEPS,
        &learning::SCHEDULE,
        &learning::SCHEDULE_STEPS,
        &learning::SCHEDULE_SHARE,
        &BETA_WARM_UP_STEPS,
        &FREE_BITS,
        &learning::EARLY_STOP_TESTS,
    ],
    parts: &[],
    points,
    encodes: true,
    samples: true,
    bounds_evidence: true,
    most_steps: None,
    check,
    warning: |_, _| None,
    summary: |config| {
        let schedule = match config.word("schedule") {
            Some("cosine") => " down a cosine",
            Some("step") => " falling in steps",
            _ => "",
        };
        let averaged = config.real("average_decay").filter(|decay| *decay > 0.0).map_or("", |_| ", weights averaged");
        let binarized = match config.word("binarize") {
            Some("dynamic") => ", binarised anew at every sight",
            _ => "",
        };
        let (decoder, how) = (layers::note(config), learning::note(config));
        format!("variational autoencoder, decoder {decoder}, {how}{schedule}{averaged}{binarized}")
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), Some(config.read()?))?)),
};

/// The autoencoder: the same without noise and without KL.
pub static AUTOENCODER: Family = Family {
    id: "autoencoder",
    words: "family.autoencoder",
    heading: "preset.autoencoders",
    presets: &[Preset { name: "ae-dense", settings: &[] }],
    fields: &[
        &learning::LEARNING_RATE,
        &layers::NETWORK,
        &layers::CHANNELS,
        &layers::HIDDEN,
        &LATENT,
        &layers::BATCH,
        &layers::SHUFFLE,
        &pixels::LIKELIHOOD,
        &pixels::SIGMA,
        &pixels::BINARIZE,
        &learning::AVERAGE_DECAY,
        &SEED,
        &learning::OPTIMIZER,
        &learning::ADAM_BETA1,
        &learning::ADAM_BETA2,
        &learning::WEIGHT_DECAY,
        &learning::GRADIENT_CLIP,
        &learning::WARM_UP_STEPS,
        &learning::SCHEDULE,
        &learning::SCHEDULE_STEPS,
        &learning::SCHEDULE_SHARE,
        &learning::EARLY_STOP_TESTS,
    ],
    parts: &[],
    points,
    encodes: true,
    samples: false,
    bounds_evidence: false,
    most_steps: None,
    check,
    warning: |_, _| None,
    summary: |config| {
        format!("autoencoder without noise, decoder {}, {}", layers::note(config), learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), None)?)),
};

/// Points of toy data lie some units apart, and their finest parts are a small part of one.
fn points(_: &ConfigValues) -> Vec<(&'static str, Setting)> {
    vec![("sigma", Setting::Real(0.1))]
}

/// Weight of the KL term.
static BETA: Field = Field::real("beta", (0.0, 1000.0), 1.0).required().changes(FieldChange::Live).on_card(
    Section::LIVE,
    |_| "model.beta",
    CardInput::Slider { least: 0.0, most: 10.0, logarithmic: false },
);
/// Steps over which β rises from 0.
static BETA_WARM_UP_STEPS: Field = Field::whole("beta_warm_up_steps", (0, u64::MAX), 0).on_card(
    Section::SCHEDULE,
    |_| "model.beta_warm_up",
    CardInput::Steps,
);
/// KL of a dimension, mean over a batch, below which it is not pressed, in nats (Kingma 2016); 0 for none.
static FREE_BITS: Field = Field::real("free_bits", (0.0, 100.0), 0.0).on_card(
    Section::SCHEDULE,
    |_| "model.free_bits",
    CardInput::Optional { usual: 0.25, unit: Some("model.unit_nats") },
);

fn check(config: &ConfigValues) -> std::result::Result<(), ConfigError> {
    layers::check(config)?;
    pixels::check(config)
}

/// How much the KL term weighs.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct KlWeight {
    beta: f64,
    beta_warm_up_steps: u64,
    free_bits: f64,
}

impl KlWeight {
    /// β of the step after `step` others.
    pub fn beta_at(&self, step: u64) -> f64 {
        match step < self.beta_warm_up_steps {
            true => self.beta * (step + 1) as f64 / self.beta_warm_up_steps as f64,
            false => self.beta,
        }
    }
}

/// The log variance that a snapshot of an autoencoder without noise gives for every dimension: a point, nearly.
pub const POINT_LOG_VARIANCE: f32 = -20.0;

/// An autoencoder as it trains.
#[derive(Debug)]
struct Vae {
    shape: ImageShape,
    latent: usize,
    /// `None` without noise.
    kl: Option<KlWeight>,
    likelihood: Likelihood,
    sampling: Sampling,
    updates: Updates,
    parameters: Parameters,
    /// Pixels to mean and log variance side by side (to the code alone without noise).
    encoder: Sequential,
    /// Latent to logits (Bernoulli) or pixel means (Gaussian).
    decoder: Sequential,
    optimizer: Optimizer,
}

/// What one pass gives, in nats an image.
struct Terms {
    /// Mean over the batch.
    reconstruction: Tensor,
    /// The KL of each dimension `[batch, latent]`, and what it is of: mean and log variance `[batch, 2·latent]`.
    posterior: Option<(Tensor, Tensor)>,
}

impl Vae {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream.
    fn new(
        config: &ConfigValues,
        shape: ImageShape,
        mut parameters: Parameters,
        kl: Option<KlWeight>,
    ) -> std::result::Result<Self, StepError> {
        let layers: LayerSettings = config.read()?;
        let latent = layers.latent;
        let code = if kl.is_some() { 2 * latent } else { latent };
        Ok(Self {
            shape,
            latent,
            kl,
            likelihood: config.read()?,
            sampling: config.read()?,
            updates: config.read()?,
            encoder: architecture::encoder(&layers, shape, &mut parameters, code)?,
            decoder: architecture::decoder(&layers, shape, &mut parameters)?,
            parameters,
            optimizer: Optimizer::default(),
        })
    }

    /// The terms of the ELBO, with one posterior draw an image.
    fn terms(&self, batch: &Batch) -> Result<Terms> {
        let code = self.encoder.forward(&batch.images)?;
        let (latent, posterior) = match self.kl {
            Some(_) => (posterior_sample(&code, &batch.noise)?, Some((kl(&code)?, code))),
            None => (code, None),
        };
        let output = self.decoder.forward(&latent)?;
        let reconstruction = match self.likelihood {
            Likelihood::Bernoulli => bernoulli(&output, &batch.images)?,
            Likelihood::Gaussian { sigma } => gaussian(&output, &batch.images, sigma)?,
        };
        Ok(Terms { reconstruction: reconstruction.mean_all()?, posterior })
    }
}

impl Trainable for Vae {
    /// One update on reconstruction + β·KL.
    fn step(&mut self, input: &mut StepInput<'_>) -> std::result::Result<Losses, StepError> {
        let batch = input.batch(&self.sampling)?;
        let Terms { reconstruction, posterior } = self.terms(&batch)?;
        let mut losses = vec![(MetricId::RECONSTRUCTION, reconstruction.to_scalar::<f32>()?)];
        let mut loss = reconstruction;
        if let Some((weight, (divergence, _))) = self.kl.zip(posterior) {
            let each = divergence.mean(0)?;
            losses.push((MetricId::KL, each.sum_all()?.to_scalar::<f32>()?));
            // Free bits: a dimension below its share is left alone.
            let each = if weight.free_bits > 0.0 { each.maximum(weight.free_bits)? } else { each };
            loss = (loss + each.sum_all()?.affine(weight.beta_at(input.step), 0.0)?)?;
        }
        losses.push((MetricId::TOTAL, loss.to_scalar::<f32>()?));
        StepError::check(&losses)?;
        self.parameters.accumulate(&loss.backward()?)?;
        self.optimizer.update(&self.parameters, self.updates.at(input.step))?;
        Ok(losses)
    }

    fn set_live(&mut self, config: &ConfigValues) -> std::result::Result<(), StepError> {
        self.updates = config.read()?;
        if let Some(kl) = &mut self.kl {
            *kl = config.read()?;
        }
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The same figures as a step's, by the average of the weights where one is kept; the total is the negative ELBO (β 1).
    fn test(&self, batch: &Batch) -> std::result::Result<Tested, StepError> {
        let Terms { reconstruction, posterior } =
            self.optimizer.with_average(&self.parameters, || self.terms(batch))?;
        let reconstruction = reconstruction.to_scalar::<f32>()?;
        let mut losses = vec![(MetricId::TEST_RECONSTRUCTION, reconstruction)];
        let Some((divergence, code)) = posterior else {
            losses.push((MetricId::TEST_TOTAL, reconstruction));
            return Ok(Tested { losses, posteriors: None });
        };
        let divergence = divergence.sum(1)?.mean_all()?.to_scalar::<f32>()?;
        losses.extend([(MetricId::TEST_KL, divergence), (MetricId::TEST_TOTAL, reconstruction + divergence)]);
        Ok(Tested { losses, posteriors: Some(Posteriors { latent: self.latent, codes: copied(&code)? }) })
    }

    /// In nats an image.
    fn evaluate(
        &self,
        test: &Split,
        watch: &mut dyn FnMut(TestedBatch<'_>) -> bool,
    ) -> std::result::Result<Figures, StepError> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        let value = |id| losses.iter().find(|(other, _)| *other == id).map_or(0.0, |(_, value)| f64::from(*value));
        let (reconstruction, kl) = (value(MetricId::TEST_RECONSTRUCTION), value(MetricId::TEST_KL));
        let mut figures = vec![("test_recon", reconstruction)];
        if self.kl.is_some() {
            figures.extend([("test_kl", kl), ("test_neg_elbo", reconstruction + kl)]);
        }
        Ok(figures)
    }

    fn snapshot(&self, step: u64) -> std::result::Result<Snapshot, StepError> {
        let last = match self.likelihood {
            Likelihood::Bernoulli => Activation::Sigmoid,
            Likelihood::Gaussian { .. } => Activation::Identity,
        };
        let average = self.optimizer.average();
        let mut encoder = plain::operations(&self.encoder, average, Activation::Identity)?;
        if self.kl.is_none()
            && let Some(operation) = encoder.last_mut()
        {
            plain::append_constants(operation, self.latent, POINT_LOG_VARIANCE);
        }
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: Some(self.likelihood),
            decoder: Network::new(self.latent, plain::operations(&self.decoder, average, last)?)?,
            encoder: Some(Network::new(self.shape.values(), encoder)?),
            critic: None,
        })
    }

    fn save(&self) -> std::result::Result<Saved, StepError> {
        Ok(save(&[("", &self.parameters, &self.optimizer)])?)
    }

    fn names(&self) -> SavedNames {
        names(&[("", &self.parameters, &self.optimizer)])
    }

    fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.optimizer = restore("", &self.parameters, saved)?;
        Ok(())
    }

    /// Values, gradients of weights, and of values where they are needed.
    fn flops(&self) -> u64 {
        let ((down, first), (up, _)) = (self.encoder.flops(), self.decoder.flops());
        3 * down - first + 3 * up
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.parameters.inspector()]
    }

    fn parameter_count(&self) -> usize {
        self.parameters.count()
    }
}

impl Config {
    /// The preset `vae-dense`.
    pub fn vae_dense() -> Self {
        Self::plain("vae-dense", &VAE)
    }
}
