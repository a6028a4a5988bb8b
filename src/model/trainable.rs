//! What every family's model can do for a trainer.

use super::{
    Batch, Batches, Completion, CompletionDraws, ConfigValues, KeptPixels, Losses, MetricId, Part, Sampling, Saved,
    SavedNames, StepError, Tested, TestedBatch,
};
use crate::dataset::Split;
use crate::nn::inspection::Inspector;
use crate::snapshot::Snapshot;
use candle_core::Device;
use std::fmt;

/// Sees each batch's pixels (`[batch, pixels]`) before it is trained on, with the steps made before it, and may alter them.
pub type PixelHook = dyn Fn(u64, &mut [f32]) + Send + Sync;

/// Figures of an evaluation by name.
pub type Figures = Vec<(&'static str, f64)>;

/// A model of any family, as it trains.
pub trait Trainable: fmt::Debug + Send {
    /// Makes a step: an update on a batch, a pass over the images, whatever the family's step is.
    ///
    /// # Errors
    /// If a loss is not a number; the weights are then those before the step (a GAN's discriminator may be newer).
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses, StepError>;

    /// Takes new numbers of live fields; the configuration is otherwise the one it was made of.
    ///
    /// # Errors
    /// If the configuration is of another family.
    fn set_live(&mut self, config: &ConfigValues) -> Result<(), StepError>;

    /// What it asks of its batches.
    fn sampling(&self) -> &Sampling;

    /// Figures on one batch of images that are not learned from.
    ///
    /// # Errors
    /// If candle fails.
    fn test(&self, batch: &Batch) -> Result<Tested, StepError>;

    /// What its critic says of images that are not learned from, at these places of a split: a value each, the higher the more
    /// real it takes one for. None without a critic.
    ///
    /// # Errors
    /// If candle fails.
    fn judge(&self, _test: &Split, _places: &[usize]) -> Result<Vec<f32>, StepError> {
        Ok(Vec::new())
    }

    /// What `eval` says of it on a whole test set, means an image. `watch` sees each batch and says whether to go on; where it
    /// says no there is nothing.
    ///
    /// # Errors
    /// If candle fails.
    fn evaluate(&self, _test: &Split, _watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures, StepError> {
        Ok(Figures::new())
    }

    /// Draws of the missing pixels of an image given those that are kept, and what it says of the image's own; `None` where its
    /// family has no way to.
    ///
    /// # Errors
    /// If the image is of another size, or candle fails.
    fn complete(&self, _pixels: KeptPixels<'_>, _draws: CompletionDraws) -> Result<Option<Completion>, StepError> {
        Ok(None)
    }

    /// The weights as plain data, copied.
    ///
    /// # Errors
    /// If candle fails.
    fn snapshot(&self, step: u64) -> Result<Snapshot, StepError>;

    /// All that has to be written to go on later.
    ///
    /// # Errors
    /// If candle fails.
    fn save(&self) -> Result<Saved, StepError>;

    /// The names of all that [`Self::save`] would copy.
    fn names(&self) -> SavedNames;

    /// Takes what was written back.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    fn restore(&mut self, saved: &Saved) -> Result<(), StepError>;

    /// Multiplications and additions that a step's matmuls need at least, an image.
    fn flops(&self) -> u64;

    /// Updates that each part which can be stepped alone has made, in the family's order; 0 where there is none.
    fn part_steps(&self) -> [u64; 2] {
        [0; 2]
    }

    /// Who looks at its networks while a step is made, in the order of a step; none where nothing is learned by gradients.
    fn inspectors(&self) -> Vec<&Inspector> {
        Vec::new()
    }

    /// Trainable numbers in all; of a model that grows, when it has grown.
    fn parameter_count(&self) -> usize;
}

/// What a step is made of.
pub struct StepInput<'a> {
    /// Steps made before.
    pub step: u64,
    /// What is to be updated.
    pub part: Part,
    /// The training images.
    pub batches: &'a mut Batches,
    /// Where the model is.
    pub device: Device,
    /// Who looks at the pixels first.
    pub hook: Option<&'a PixelHook>,
    /// Where the pixels are kept that the step is made of, if anybody asks.
    pub seen: Option<&'a mut Vec<f32>>,
    /// Whether anybody waits for the step still: a long one asks now and then.
    pub go_on: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl<'a> StepInput<'a> {
    /// A whole step on the CPU.
    pub fn new(step: u64, batches: &'a mut Batches) -> Self {
        Self { step, part: Part::Whole, batches, device: Device::Cpu, hook: None, seen: None, go_on: None }
    }

    /// The step's batch.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn batch(&mut self, sampling: &Sampling) -> Result<Batch, StepError> {
        let mut pixels = self.batches.pixels(self.step, sampling);
        if let Some(look) = self.hook {
            look(self.step, &mut pixels);
        }
        if let Some(seen) = &mut self.seen {
            seen.clone_from(&pixels);
        }
        Ok(self.batches.batch(pixels, self.step, sampling)?.on(&self.device)?)
    }

    /// Whether to go on with the step.
    pub fn goes_on(&self) -> bool {
        self.go_on.is_none_or(|go_on| go_on())
    }

    /// All training images, for a step that is a pass over them.
    pub fn train(&self) -> &Split {
        self.batches.train()
    }
}

/// Means of a model's figures on the first `count` test images, which are not learned from: a batch at a time, so that it
/// takes no more memory than training. `watch` sees each batch and says whether to go on; where it says no there are none.
///
/// # Errors
/// If candle fails.
pub(super) fn mean_losses(
    model: &dyn Trainable,
    (test, count): (&Split, usize),
    device: &Device,
    watch: &mut dyn FnMut(TestedBatch<'_>) -> bool,
) -> Result<Losses, StepError> {
    let sampling = model.sampling();
    let mut sums: Vec<(MetricId, f64)> = Vec::new();
    for from in (0..count).step_by(sampling.batch.max(1)) {
        let to = (from + sampling.batch).min(count);
        let tested = model.test(&Batch::of_test(test, (from, to), sampling)?.on(device)?)?;
        for (metric, value) in &tested.losses {
            let share = f64::from(*value) * (to - from) as f64 / count as f64;
            match sums.iter_mut().find(|(other, _)| other == metric) {
                Some((_, sum)) => *sum += share,
                None => sums.push((*metric, share)),
            }
        }
        if !watch(TestedBatch { done: to, tested: &tested }) {
            return Ok(Losses::new());
        }
    }
    Ok(sums.into_iter().map(|(metric, sum)| (metric, sum as f32)).collect())
}
