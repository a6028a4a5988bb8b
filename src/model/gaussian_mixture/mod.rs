//! A mixture of normal distributions over the first principal components of images, each divided by its standard deviation: the
//! components one a step, then expectation–maximisation (Bishop 2006, section 9.2.2) over the codes, a pass a step.

mod density;
mod em;
#[cfg(test)]
mod tests;

use super::exact::{COMPONENTS, PASSES};
use super::family::{Family, Preset, SEED};
use super::field::{CardInput, FieldChange, Section};
use super::pca::check_covariance;
use super::pca::codes::{all_codes, codes, decoder, encoder};
use super::pca::fit::{BLOCK, ComponentFit};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Binarize, ConfigValues, Field, Losses, MetricId, Sampling, Saved, SavedNames, Setting, StepError, Tested,
    TestedBatch,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::parameters::copied;
use crate::random::{Purpose, stream};
use crate::snapshot::{Network, Prior, Scratch, Snapshot};
use candle_core::Device;
use em::{GaussianMixture, MixtureParameters};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, StepError>;

/// A mixture of normal distributions over principal components.
pub static GAUSSIAN_MIXTURE: Family = Family {
    id: "gaussian-mixture",
    words: "family.gaussian-mixture",
    heading: "preset.exact",
    presets: &[Preset { name: "gaussian-mixture", settings: &[] }],
    fields: &[&COMPONENTS, &PASSES, &LATENT, &SEED],
    parts: &[],
    // Of as many directions as there are coordinates nothing is left to decode.
    points: |_| vec![("latent", Setting::Whole(1))],
    encodes: true,
    samples: true,
    bounds_evidence: false,
    most_steps: |config| Some(config.whole("latent")?.saturating_add(config.whole("passes")?)),
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let (components, latent) = (config.whole("components").unwrap_or(0), config.latent());
        format!("mixture of {components} normal distributions over the first {latent} principal components, by passes")
    },
    make: |config, shape, parameters| {
        let (pixels, latent) = (shape.values(), config.latent());
        let components = config.whole("components").unwrap_or(0) as usize;
        parameters().check(pixels.saturating_mul(latent + 1).saturating_add(components * latent * (latent + 1)))?;
        check_covariance(pixels)?;
        Ok(Box::new(CodeMixture::new(config, shape, components)?))
    },
};

/// Principal components: each component of the mixture has a covariance of their square.
static LATENT: Field = Field::whole("latent", (1, 64), 2).required().changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.latent",
    CardInput::Plain,
);

/// Principal components, and the distribution of codes.
#[derive(Debug)]
struct CodeMixture {
    shape: ImageShape,
    latent: usize,
    sampling: Sampling,
    /// Steps that were made: first as many as there are principal components.
    made: usize,
    fit: ComponentFit,
    mixture: GaussianMixture,
    encoder: Network,
    decoder: Network,
}

impl CodeMixture {
    fn new(config: &ConfigValues, shape: ImageShape, components: usize) -> Result<Self> {
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
        let latent = config.latent();
        let fit = ComponentFit::nothing(shape.values(), latent);
        let (encoder, decoder) = (encoder(&fit, latent)?, decoder(&fit)?);
        let mixture = GaussianMixture::nothing(latent, components);
        Ok(Self { shape, latent, sampling, made: 0, fit, mixture, encoder, decoder })
    }

    /// Whether there are all principal components, and passes over their codes have been made.
    fn has_mixture(&self) -> bool {
        self.made > self.latent
    }

    /// A principal component more; gives the squared error of the projection, mean over the images and pixels.
    fn component(&mut self, train: &Split, go_on: &dyn Fn() -> bool) -> Result<f64> {
        let (fit, _) = ComponentFit::of(train, self.latent, go_on)?;
        let (pixels, count, found) = (self.shape.values(), train.count() as f64, self.made + 1);
        let later: f64 = fit.variances.iter().skip(found).copied().map(f64::from).sum();
        let others = pixels.saturating_sub(self.latent) as f64 * f64::from(fit.noise);
        let fit = fit.first(found);
        (self.encoder, self.decoder) = (encoder(&fit, self.latent)?, decoder(&fit)?);
        self.fit = fit;
        Ok((later + others) * (count - 1.0) / count / pixels as f64)
    }

    /// A pass over the codes; gives the mean log density of a code before it.
    fn pass(&mut self, train: &Split, go_on: &(dyn Fn() -> bool + Sync)) -> Result<f64> {
        let codes = all_codes(&self.encoder, train, go_on)?;
        let first = |step, sample| stream(self.sampling.seed, Purpose::Weights, step, sample);
        let mut mixture = match self.has_mixture() {
            true => self.mixture.clone(),
            false => GaussianMixture::new(&codes, self.latent, self.mixture.components(), &first),
        };
        let pass = mixture.step(&codes, go_on).ok_or(StepError::Cancelled)?;
        self.mixture = mixture;
        Ok(pass.log_p)
    }
}

impl Trainable for CodeMixture {
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let (train, go_on) = (input.train(), || input.goes_on());
        let loss = match self.made < self.latent {
            true => (MetricId::SQUARED_ERROR, self.component(train, &go_on)? as f32),
            false => (MetricId::CODE_LOG_P, self.pass(train, &go_on)? as f32),
        };
        self.made += 1;
        let losses = vec![loss];
        StepError::check(&losses)?;
        Ok(losses)
    }

    /// It has no fields that change while it learns.
    fn set_live(&mut self, _: &ConfigValues) -> Result<()> {
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn test(&self, batch: &Batch) -> Result<Tested> {
        let images = copied(&batch.images)?;
        let count = images.len() / self.shape.values().max(1);
        let mut scratch = Scratch::default();
        let codes = codes(&self.encoder, &images, count, &mut scratch);
        let decoded = self.decoder.evaluate(&codes, count, &mut scratch);
        let squares: f64 = images.iter().zip(decoded).map(|(x, y)| f64::from(x - y).powi(2)).sum();
        let mut losses = vec![(MetricId::TEST_SQUARED_ERROR, (squares / images.len().max(1) as f64) as f32)];
        if self.has_mixture() {
            let log_ps = self.mixture.log_ps(&codes, &|| true).unwrap_or_default();
            losses.push((MetricId::TEST_CODE_LOG_P, (log_ps.iter().sum::<f64>() / count.max(1) as f64) as f32));
        }
        Ok(Tested { losses, posteriors: None })
    }

    /// Means over images: the squared error over pixels too, the log density of the code in nats.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        let name = |id| if id == MetricId::TEST_SQUARED_ERROR { "test_mse" } else { "test_code_log_p" };
        Ok(losses.into_iter().map(|(id, value)| (name(id), f64::from(value))).collect())
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let MixtureParameters { weights, means, covariances, .. } = self.mixture.parameters();
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: None,
            decoder: self.decoder.clone(),
            encoder: Some(self.encoder.clone()),
            critic: None,
            prior: Prior::GaussianMixture { weights, means, covariances },
        })
    }

    fn save(&self) -> Result<Saved> {
        let MixtureParameters { floor, weights, means, covariances } = self.mixture.parameters();
        let own = [
            ("mixture.covariances", covariances),
            ("mixture.floor", vec![floor]),
            ("mixture.means", means),
            ("mixture.weights", weights),
            ("steps", vec![self.made as f32]),
        ];
        let weights = self.fit.save().into_iter().chain(own).map(|(name, values)| (name.to_owned(), values)).collect();
        Ok(Saved { weights, moments: BTreeMap::new(), updates: BTreeMap::new() })
    }

    fn names(&self) -> SavedNames {
        let own = ["covariances", "floor", "means", "weights"].map(|name| format!("mixture.{name}"));
        let of_fit = ["directions", "mean", "noise", "steps", "variances"].map(str::to_owned);
        SavedNames { weights: own.into_iter().chain(of_fit).collect(), ..SavedNames::default() }
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        let (latent, components) = (self.latent, self.mixture.components());
        let fit = self.fit.saved(saved)?;
        let parameters = MixtureParameters {
            floor: saved.take("mixture.floor", 1)?.pop().unwrap_or_default(),
            weights: saved.take("mixture.weights", components)?,
            means: saved.take("mixture.means", components * latent)?,
            covariances: saved.take("mixture.covariances", components * latent * latent)?,
        };
        let made = saved.take("steps", 1)?.pop().unwrap_or_default() as usize;
        let (encoder, decoder) = (encoder(&fit, latent)?, decoder(&fit)?);
        let expected = components * latent * latent;
        let misfit = || StepError::Saved { name: "mixture.covariances".to_owned(), expected, found: 0 };
        let mixture = GaussianMixture::restore(latent, parameters).ok_or_else(misfit)?;
        (self.fit, self.mixture, self.made, self.encoder, self.decoder) = (fit, mixture, made, encoder, decoder);
        Ok(())
    }

    /// The covariance of the pixels, half of it by symmetry.
    fn flops(&self) -> u64 {
        let pixels = self.shape.values() as u64;
        pixels * (pixels + 1)
    }

    fn parameter_count(&self) -> usize {
        let MixtureParameters { weights, means, covariances, .. } = self.mixture.parameters();
        let mixture = weights.len() + means.len() + covariances.len();
        self.fit.directions.len() + self.fit.mean.len() + mixture
    }
}
