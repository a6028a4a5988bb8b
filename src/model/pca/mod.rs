//! Probabilistic principal component analysis in closed form (Tipping and Bishop 1999): x = W·z + μ + noise of variance σ²,
//! learned in one pass over the training images.

pub(super) mod codes;
pub(super) mod fit;

use super::family::{Family, LATENT, Preset, SEED};
use super::trainable::{Figures, StepInput, Trainable};
use super::{
    Batch, Binarize, ConfigValues, Losses, MetricId, Posteriors, Sampling, Saved, SavedNames, Setting, StepError,
    Tested, TestedBatch,
};
use crate::dataset::{ImageShape, Split};
use crate::memory::{free_bytes, gibibytes};
use crate::nn::parameters::copied;
use crate::random::Purpose;
use crate::snapshot::{Activation, Network, Operation, Prior, Scratch, Snapshot};
use fit::{BLOCK, ComponentFit};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, StepError>;

/// Probabilistic principal component analysis.
pub static PCA: Family = Family {
    id: "pca",
    words: "family.pca",
    heading: "preset.closed_form",
    presets: &[Preset { name: "pca", settings: &[] }],
    fields: &[&LATENT, &SEED],
    parts: &[],
    // Of as many directions as there are coordinates nothing is left for noise.
    points: |_| vec![("latent", Setting::Whole(1))],
    encodes: true,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| Some(1),
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let latent = config.latent();
        format!("probabilistic principal component analysis in closed form, decoder z {latent}–pixels, one pass")
    },
    make: |config, shape, parameters| {
        let pixels = shape.values();
        parameters().check(pixels.saturating_mul(config.latent().saturating_add(1)))?;
        check_covariance(pixels)?;
        Ok(Box::new(Pca::new(config, shape)))
    },
};

/// The most bytes that the covariance may take, where so much is free: about 13 800 pixels.
const MOST_BYTES: u64 = 3 << 30;

/// Refuses images whose covariance, and what it is summed in, would not fit into memory.
pub(super) fn check_covariance(pixels: usize) -> Result<()> {
    let (bytes, most) = ((pixels as u64).saturating_pow(2).saturating_mul(2 * 8), MOST_BYTES.min(free_bytes()));
    if bytes > most {
        let (found, most) = (gibibytes(bytes), gibibytes(most));
        let what = format!("covariance: expected at most {most} for that of all pixels, found {found}");
        return Err(candle_core::Error::Msg(what).into());
    }
    Ok(())
}

/// The analysis, before its pass or after.
#[derive(Debug)]
struct Pca {
    shape: ImageShape,
    sampling: Sampling,
    fit: ComponentFit,
}

impl Pca {
    /// Nothing learned yet: pixels of a standard normal distribution.
    fn new(config: &ConfigValues, shape: ImageShape) -> Self {
        let sampling = Sampling {
            batch: BLOCK,
            latent: 0,
            seed: config.seed(),
            shuffle: true,
            binarize: Binarize::None,
            noise: Purpose::Evaluation,
            between: false,
            classes: 0,
        };
        Self { shape, sampling, fit: ComponentFit::nothing(shape.values(), config.latent()) }
    }

    /// How far each direction reaches beyond the noise: (Λ − σ²)^½.
    fn scales(&self) -> Vec<f32> {
        self.fit.variances.iter().map(|variance| (variance - self.fit.noise).max(0.0).sqrt()).collect()
    }

    /// One linear operation, x = W·z + μ with W = U·(Λ − σ²)^½.
    fn decoder(&self) -> Result<Network> {
        let ComponentFit { mean, directions, .. } = &self.fit;
        let (pixels, scales) = (mean.len(), self.scales());
        let mut weight = vec![0.0; pixels * scales.len()];
        for (at, (direction, scale)) in directions.chunks_exact(pixels.max(1)).zip(&scales).enumerate() {
            let column = weight.iter_mut().skip(at).step_by(scales.len());
            column.zip(direction).for_each(|(weight, value)| *weight = scale * value);
        }
        let operation = Operation::linear("decoder", 0, (weight, mean.clone()), Activation::Identity);
        Ok(Network::new(scales.len(), vec![operation])?)
    }

    /// One linear operation that gives the posterior N((Λ − σ²)^½·Λ⁻¹·Uᵀ·(x − μ), σ²·Λ⁻¹): W's columns are orthogonal, so that
    /// it is a normal distribution a dimension.
    fn encoder(&self) -> Result<Network> {
        let ComponentFit { mean, directions, variances, noise } = &self.fit;
        let (pixels, latent) = (mean.len(), variances.len());
        let mut weight: Vec<f32> = Vec::with_capacity(2 * latent * pixels);
        let mut bias: Vec<f32> = Vec::with_capacity(2 * latent);
        for ((direction, scale), variance) in directions.chunks_exact(pixels.max(1)).zip(self.scales()).zip(variances) {
            let share = scale / variance;
            weight.extend(direction.iter().map(|value| share * value));
            let centre: f64 = direction.iter().zip(mean).map(|(u, m)| f64::from(*u) * f64::from(*m)).sum();
            bias.push((-f64::from(share) * centre) as f32);
        }
        weight.resize(2 * latent * pixels, 0.0);
        bias.extend(variances.iter().map(|variance| (noise / variance).ln()));
        let operation = Operation::linear("encoder", 0, (weight, bias), Activation::Identity);
        Ok(Network::new(pixels, vec![operation])?)
    }
}

impl Trainable for Pca {
    /// The pass over all images.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let (fit, total) = ComponentFit::of(input.train(), self.fit.latent(), &|| input.goes_on())?;
        let losses = vec![(MetricId::TOTAL, total as f32)];
        StepError::check(&losses)?;
        self.fit = fit;
        Ok(losses)
    }

    /// It has no fields that change.
    fn set_live(&mut self, _: &ConfigValues) -> Result<()> {
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The posterior is exact, so that the negative ELBO is −log p(x).
    fn test(&self, batch: &Batch) -> Result<Tested> {
        let images = copied(&batch.images)?;
        let figures = self.fit.figures(&images);
        let mean = figures.iter().map(|one| one.log_p).sum::<f64>() / figures.len().max(1) as f64;
        let codes = self.encoder()?.evaluate(&images, figures.len(), &mut Scratch::default()).to_vec();
        let posteriors = Some(Posteriors { latent: self.fit.latent(), codes });
        Ok(Tested { losses: vec![(MetricId::TEST_TOTAL, -mean as f32)], posteriors })
    }

    /// log p(x) in nats an image, and the squared error of the projection, mean over pixels. The projection decodes the code of
    /// least squares (section 3.3): the posterior's mean is shrunk towards 0 by the prior, and its image towards the mean image,
    /// so that it is not the closest image that the model has.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let (mut log_p, mut squares) = (0.0, 0.0);
        for from in (0..test.count()).step_by(BLOCK) {
            let to = (from + BLOCK).min(test.count());
            let batch = Batch::of_test(test, (from, to), &self.sampling)?;
            for one in self.fit.figures(&copied(&batch.images)?) {
                log_p += one.log_p;
                squares += one.squared_error;
            }
            if !watch(TestedBatch { done: to, tested: &self.test(&batch)? }) {
                return Ok(Figures::new());
            }
        }
        let count = test.count().max(1) as f64;
        Ok(vec![("test_log_p", log_p / count), ("test_mse", squares / count)])
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let (decoder, encoder) = (self.decoder()?, Some(self.encoder()?));
        // Of a likelihood that is given a code there is none to show: its variance is learned, and the code is integrated out.
        let likelihood = None;
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.fit.latent(),
            likelihood,
            decoder,
            encoder,
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> Result<Saved> {
        let weights = self.fit.save().into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
        Ok(Saved { weights, moments: BTreeMap::new(), updates: BTreeMap::new() })
    }

    fn names(&self) -> SavedNames {
        let weights = ["directions", "mean", "noise", "variances"].map(str::to_owned).into();
        SavedNames { weights, ..SavedNames::default() }
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.fit = self.fit.saved(saved)?;
        Ok(())
    }

    /// The covariance: the pixels of an image with each other, half of them by symmetry.
    fn flops(&self) -> u64 {
        let pixels = self.fit.mean.len() as u64;
        pixels * (pixels + 1)
    }

    fn parameter_count(&self) -> usize {
        self.fit.directions.len() + self.fit.mean.len() + 1
    }
}
