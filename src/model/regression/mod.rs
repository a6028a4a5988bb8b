//! Decoders by regression: from the first principal components of images, each divided by its standard deviation, to pixels.
//! No gradients: a step is a fit, a level of a tree, a tree, a support vector machine.

mod decoders;
mod error;
mod examples;
mod forest;
mod polynomial;
mod smo;
mod split;
mod svm;
mod svr;
mod table;
mod tree;
mod trees;

pub use table::{FOREST, POLYNOMIAL, SVM, TREE};

use super::pca::codes::{all_codes, codes, encoder};
use super::pca::fit::{BLOCK, ComponentFit};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Binarize, ConfigValues, Losses, MetricId, Sampling, Saved, SavedNames, StepError, Tested, TestedBatch,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::parameters::copied;
use crate::random::Purpose;
use crate::snapshot::{Network, Operation, Prior, Scratch, Snapshot};
use candle_core::Device;
use examples::{Examples, GoOn};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, StepError>;

/// What learns to decode codes; a step is what it makes of it.
trait Regressor: std::fmt::Debug + Send {
    /// Principal components that it needs beside those that are the code: so many in all.
    fn components(&self) -> usize {
        0
    }

    /// Makes a step; gives the mean squared error over its examples and pixels.
    fn step(&mut self, input: &RegressorInput<'_>) -> Result<f64>;

    /// Codes `[n, latent]` to pixels `[n, pixels]`; of the same operations and sizes after every step.
    fn operations(&self) -> Vec<Operation>;

    /// All that it has learned, by name.
    fn save(&self) -> Vec<(&'static str, Vec<f32>)>;

    /// Takes what was saved back.
    fn restore(&mut self, saved: &mut SavedRegressor<'_>) -> Result<()>;

    /// Multiplications and additions of a step, an image.
    fn flops(&self) -> u64;

    /// Numbers that are learned.
    fn parameter_count(&self) -> usize;
}

/// What a regressor's step is made of.
struct RegressorInput<'a> {
    examples: &'a Examples<'a>,
    components: &'a ComponentFit,
    go_on: GoOn<'a>,
}

/// What was saved of a regressor.
struct SavedRegressor<'a>(&'a Saved);

impl SavedRegressor<'_> {
    /// A tensor of any number of values.
    fn any(&self, name: &str) -> Vec<f32> {
        self.0.weights.get(name).cloned().unwrap_or_default()
    }

    /// A tensor of so many values.
    ///
    /// # Errors
    /// If it has another number.
    fn take(&self, name: &str, expected: usize) -> Result<Vec<f32>> {
        self.0.take(name, expected)
    }
}

/// Principal components, and what decodes them.
#[derive(Debug)]
struct Regression {
    shape: ImageShape,
    /// Dimensions of the code: the first components.
    latent: usize,
    sampling: Sampling,
    /// Made by the first step.
    components: ComponentFit,
    regressor: Box<dyn Regressor>,
    encoder: Network,
    decoder: Network,
}

impl Regression {
    fn new(config: &ConfigValues, shape: ImageShape, regressor: Box<dyn Regressor>) -> Result<Self> {
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
        let components = ComponentFit::nothing(shape.values(), latent.max(regressor.components()));
        let (encoder, decoder) = (encoder(&components, latent)?, Network::new(latent, regressor.operations())?);
        Ok(Self { shape, latent, sampling, components, regressor, encoder, decoder })
    }

    /// Squared error of each image's reconstruction, mean over pixels.
    fn squared_errors(&self, images: &[f32], codes: &[f32]) -> Vec<f64> {
        let (pixels, latent) = (self.shape.values().max(1), self.latent.max(1));
        let mut scratch = Scratch::default();
        let decoded = self.decoder.evaluate(codes, codes.len() / latent, &mut scratch);
        let pairs = images.chunks_exact(pixels).zip(decoded.chunks_exact(pixels));
        let square = |(x, y): (&f32, &f32)| f64::from(x - y) * f64::from(x - y);
        pairs.map(|(image, decoded)| image.iter().zip(decoded).map(square).sum::<f64>() / pixels as f64).collect()
    }
}

impl Trainable for Regression {
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let (step, train) = (input.step, input.train());
        let go_on = || input.goes_on();
        let before = self.components.clone();
        if step == 0 {
            (self.components, _) = ComponentFit::of(train, before.latent(), &go_on)?;
            self.encoder = encoder(&self.components, self.latent)?;
        }
        let learned = all_codes(&self.encoder, train, &go_on).and_then(|codes| {
            let read = |index: usize, out: &mut [f32]| train.read(index, out);
            let pixels = self.shape.values();
            let examples = Examples { codes: &codes, latent: self.latent, pixels, read: &read };
            self.regressor.step(&RegressorInput { examples: &examples, components: &self.components, go_on: &go_on })
        });
        let error = match learned {
            Ok(error) => error,
            Err(error) => {
                self.components = before;
                self.encoder = encoder(&self.components, self.latent)?;
                return Err(error);
            }
        };
        self.decoder = Network::new(self.latent, self.regressor.operations())?;
        let losses = vec![(MetricId::SQUARED_ERROR, error as f32)];
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
        let errors = self.squared_errors(&images, &codes(&self.encoder, &images, count, &mut scratch));
        let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        Ok(Tested { losses: vec![(MetricId::TEST_SQUARED_ERROR, mean as f32)], posteriors: None })
    }

    /// Mean over pixels.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        Ok(losses.into_iter().map(|(_, error)| ("test_mse", f64::from(error))).collect())
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: None,
            decoder: self.decoder.clone(),
            encoder: Some(self.encoder.clone()),
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> Result<Saved> {
        let own = self.regressor.save();
        let weights =
            self.components.save().into_iter().chain(own).map(|(name, values)| (name.to_owned(), values)).collect();
        Ok(Saved { weights, moments: BTreeMap::new(), updates: BTreeMap::new() })
    }

    fn names(&self) -> SavedNames {
        let own = self.regressor.save().into_iter().map(|(name, _)| name);
        let weights = ["directions", "mean", "noise", "variances"].into_iter().chain(own).map(str::to_owned).collect();
        SavedNames { weights, ..SavedNames::default() }
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        let mut taken = SavedRegressor(saved);
        let components = self.components.saved(saved)?;
        self.regressor.restore(&mut taken)?;
        self.components = components;
        self.encoder = encoder(&self.components, self.latent)?;
        self.decoder = Network::new(self.latent, self.regressor.operations())?;
        Ok(())
    }

    fn flops(&self) -> u64 {
        self.regressor.flops()
    }

    fn parameter_count(&self) -> usize {
        self.components.directions.len() + self.components.mean.len() + self.regressor.parameter_count()
    }
}
