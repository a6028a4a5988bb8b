//! What completes images: the model itself where its family has a way to, else draws of its decoder's latents.

use super::decoder_completion::DecoderCompletion;
use super::fitted_gaussian::FittedGaussian;
use crate::dataset::Split;
use crate::model::{Completion, CompletionDraws, KeptPixels, Model, ModelCopy, StepError};
use crate::snapshot::{Scratch, Snapshot};
use std::sync::Arc;
use std::time::Duration;

/// An image that a model has completed.
#[derive(Clone, Debug)]
pub struct CompletedImage {
    /// The step of its weights.
    pub step: u64,
    /// The draws.
    pub completion: Completion,
    /// How long it took.
    pub took: Duration,
}

/// A model that completes images.
#[derive(Debug)]
pub struct ImageCompleter {
    model: Option<Model>,
    decoder: DecoderCompletion,
}

impl ImageCompleter {
    /// Of a model, and the images that it learned from: a Gaussian that is fitted to their codes stands in for a prior that its
    /// family does not have.
    ///
    /// # Errors
    /// If the copy is of another model than its configuration says, or candle fails.
    pub fn of(copy: &ModelCopy, train: &Split) -> Result<Self, StepError> {
        let model = copy.model()?;
        let snapshot = Arc::new(model.snapshot(copy.step)?);
        let has_prior = copy.config.family().samples;
        Ok(Self { model: Some(model), ..Self::of_weights(snapshot, has_prior, train) })
    }

    /// The same of weights alone, by draws of the decoder's latents whatever its family can.
    pub fn of_weights(snapshot: Arc<Snapshot>, has_prior: bool, train: &Split) -> Self {
        let fitted = || FittedGaussian::in_place_of_prior(&snapshot, train, &mut Scratch::default());
        let fitted = if has_prior { None } else { fitted() };
        Self { model: None, decoder: DecoderCompletion::new(snapshot, fitted) }
    }

    /// Completes the test image that the draws are numbered by; `kept` says which pixels stay, `[pixels]`. `None` where `go_on`,
    /// asked now and then, says no, or nothing finite is decoded.
    ///
    /// # Errors
    /// If the image is of another size, or candle fails.
    pub fn complete(
        &self,
        test: &Split,
        kept: &[bool],
        draws: CompletionDraws,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Completion>, StepError> {
        if let Some(model) = &self.model
            && let Some(completion) = model.complete_test(test, kept, draws)?
        {
            return Ok(Some(completion));
        }
        let image = test.gather(&[draws.image as usize]);
        Ok(self.decoder.complete(KeptPixels { image: &image, kept }, draws, go_on))
    }
}
