//! What is known of the image that is completed, by model, and what it is made of.

use crate::dataset::{Dataset, Progress};
use crate::explore::completion_choice::{COMPLETION_DRAWS, CompletionChoice};
use crate::explore::image_completer::{CompletedImage, ImageCompleter};
use crate::model::{CompletionDraws, ModelCopy, StepError};
use crate::snapshot::Snapshot;
use crate::trainer::CopySlot;
use crate::ui::complete::known::ModelCompletion;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What one model makes of the image.
#[derive(Default)]
pub(super) struct CompletionState {
    /// What was asked for last, and when.
    pub asked: Option<(CompletionSource, Instant)>,
    /// Where the copy comes that it is made by.
    pub copy: Option<CopySlot>,
    /// What is shown.
    pub known: ModelCompletion,
    pub took: Duration,
}

/// What is completed, by which weights.
#[derive(Clone)]
pub(super) struct CompletionSource {
    pub snapshot: Arc<Snapshot>,
    pub data: Arc<Dataset>,
    pub choice: CompletionChoice,
}

impl CompletionSource {
    pub fn same_but_for_weights(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data) && self.choice.asks_the_same(&other.choice)
    }

    fn draws(&self) -> CompletionDraws {
        let image = self.choice.image.min(self.data.test.count().saturating_sub(1)) as u64;
        CompletionDraws { seed: self.choice.seed, image, count: COMPLETION_DRAWS }
    }

    pub fn completed(&self, by: &CompletedBy, progress: &Progress) -> Result<Option<CompletedImage>, StepError> {
        let (began, train) = (Instant::now(), &self.data.train);
        let (step, completer) = match by {
            CompletedBy::Copy(copy) => (copy.step, ImageCompleter::of(copy, train)?),
            CompletedBy::Weights { snapshot, has_prior } => {
                (snapshot.step, ImageCompleter::of_weights(snapshot.clone(), *has_prior, train))
            }
        };
        let kept = self.choice.kept(self.data.shape());
        let made = completer.complete(&self.data.test, &kept, self.draws(), &mut || !progress.is_cancelled())?;
        Ok(made.map(|completion| CompletedImage { step, completion, took: began.elapsed() }))
    }
}

/// What completes it: a whole model, or weights that came with the program.
pub(super) enum CompletedBy {
    Copy(Arc<ModelCopy>),
    Weights { snapshot: Arc<Snapshot>, has_prior: bool },
}
