//! A model of binary images whose probabilities are exact, as it trains: training images are binarised once, each pixel drawn
//! with its grey value as probability, and a step sees all of them.

use super::bits::PixelBits;
use super::conditioned::Conditioned;
use crate::dataset::{ImageShape, Split};
use crate::model::pca::fit::BLOCK;
use crate::model::trainable::{Figures, StepInput, Trainable, mean_losses};
use crate::model::{
    Batch, Binarize, Completion, CompletionDraws, ConfigValues, KeptPixels, Likelihood, Losses, MetricId, Sampling,
    Saved, SavedNames, StepError, Tested, TestedBatch,
};
use crate::nn::parameters::copied;
use crate::random::Purpose;
use crate::snapshot::{Network, Operation, Prior, Snapshot};
use candle_core::Device;
use std::collections::BTreeMap;
use std::fmt;

type Result<T> = std::result::Result<T, StepError>;

/// Says whether work goes on; asked now and then.
pub type GoesOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// A distribution of binary images that learns from all of them at once.
pub trait BinaryDensity: fmt::Debug + Send {
    /// Makes a step; gives the mean log p(x) of the images in nats. `None`, and nothing is changed, where `go_on` says no.
    fn step(&mut self, images: &PixelBits, go_on: GoesOn<'_>) -> Option<f64>;

    /// log p(x) of each image, in nats.
    fn log_ps(&self, images: &PixelBits) -> Vec<f64>;

    /// The same distribution given some pixels, `[pixels]`, of which `None` is missing; `None` where they cannot be drawn from it.
    fn given<'a>(&'a self, _kept: &'a [Option<bool>]) -> Option<Box<dyn Conditioned + 'a>> {
        None
    }

    /// Numbers of a standard normal distribution that an image is drawn from.
    fn latent(&self) -> usize;

    /// What draws it, of the same operations and sizes after every step.
    fn operations(&self) -> Vec<Operation>;

    /// The distribution of pixels that the operations give the means of; `None` where they give the pixels.
    fn likelihood(&self) -> Option<Likelihood>;

    /// All that it has learned, by name, of the same sizes after every step.
    fn save(&self) -> Vec<(&'static str, Vec<f32>)>;

    /// Takes what was saved back; where it does not fit, nothing is changed.
    ///
    /// # Errors
    /// Names what is missing or of another size.
    fn restore(&mut self, saved: &Saved) -> Result<()>;

    /// Multiplications and additions of a step, an image.
    fn flops(&self) -> u64;

    /// Numbers that are learned.
    fn parameter_count(&self) -> usize;
}

/// A density, and the images that it learns from.
#[derive(Debug)]
pub struct BinaryModel {
    shape: ImageShape,
    sampling: Sampling,
    density: Box<dyn BinaryDensity>,
    decoder: Network,
    /// The binarised images, and what they were drawn from.
    seen: Option<(Split, PixelBits)>,
}

impl BinaryModel {
    /// Of images of a shape.
    ///
    /// # Errors
    /// If the operations are no network.
    pub fn new(config: &ConfigValues, shape: ImageShape, density: Box<dyn BinaryDensity>) -> Result<Self> {
        let sampling = Sampling {
            batch: BLOCK,
            latent: 0,
            seed: config.seed(),
            shuffle: true,
            binarize: Binarize::Static,
            noise: Purpose::Evaluation,
            between: false,
            classes: 0,
        };
        let decoder = Network::new(density.latent(), density.operations())?;
        Ok(Self { shape, sampling, density, decoder, seen: None })
    }
}

impl Trainable for BinaryModel {
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let train = input.train();
        let (_, images) = match self.seen.take().filter(|(split, _)| split.same(train)) {
            Some(seen) => self.seen.insert(seen),
            None => self.seen.insert((train.clone(), PixelBits::drawn(train, self.sampling.seed))),
        };
        let log_p = self.density.step(images, &|| input.goes_on()).ok_or(StepError::Cancelled)?;
        self.decoder = Network::new(self.density.latent(), self.density.operations())?;
        let losses = vec![(MetricId::TOTAL, -log_p as f32)];
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
        let (images, pixels) = (copied(&batch.images)?, self.shape.values());
        let read = |row: usize, image: &mut [f32]| {
            let values = images.iter().skip(row * pixels);
            image.iter_mut().zip(values).for_each(|(x, value)| *x = *value);
        };
        let log_ps = self.density.log_ps(&PixelBits::of(images.len() / pixels.max(1), pixels, &read));
        let mean = log_ps.iter().sum::<f64>() / log_ps.len().max(1) as f64;
        Ok(Tested { losses: vec![(MetricId::TEST_TOTAL, -mean as f32)], posteriors: None })
    }

    /// Exactly. A pixel of 1/2 or more is a one.
    fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Result<Option<Completion>> {
        let expected = self.shape.values();
        pixels.check(expected)?;
        let is_on = |x: &f32| *x >= 0.5;
        let kept = pixels.image.iter().zip(pixels.kept).map(|(x, kept)| kept.then(|| is_on(x)));
        let kept: Vec<Option<bool>> = kept.collect();
        let Some(given) = self.density.given(&kept) else { return Ok(None) };
        let whole = PixelBits::of(1, expected, &|_, image| image.copy_from_slice(pixels.image));
        let log_p = self.density.log_ps(&whole).first().map(|log_p| log_p - given.log_p_kept());
        let drawn = (0..draws.count).flat_map(|draw| given.draw(&mut draws.generator(draw)));
        Ok(Some(Completion { draws: drawn.map(|on| f32::from(u8::from(on))).collect(), log_p }))
    }

    /// Mean log p(x) of the binarised images, in nats.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        Ok(losses.into_iter().map(|(_, nats)| ("test_log_p", -f64::from(nats))).collect())
    }

    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.density.latent(),
            likelihood: self.density.likelihood(),
            decoder: self.decoder.clone(),
            encoder: None,
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> Result<Saved> {
        let weights = self.density.save().into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
        Ok(Saved { weights, moments: BTreeMap::new(), updates: BTreeMap::new() })
    }

    fn names(&self) -> SavedNames {
        let weights = self.density.save().into_iter().map(|(name, _)| name.to_owned()).collect();
        SavedNames { weights, ..SavedNames::default() }
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.density.restore(saved)?;
        self.decoder = Network::new(self.density.latent(), self.density.operations())?;
        Ok(())
    }

    fn flops(&self) -> u64 {
        self.density.flops()
    }

    fn parameter_count(&self) -> usize {
        self.density.parameter_count()
    }
}
