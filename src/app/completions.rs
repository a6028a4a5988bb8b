//! Has the shown models complete an image in the background, for as long as that is on the screen. A family may complete by more
//! than its decoder: the trainer gives a copy of its model, which the job makes the same model of.

use crate::app::completion_state::{CompletedBy, CompletionSource, CompletionState};
use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::dataset::Dataset;
use crate::explore::completion_choice::CompletionChoice;
use crate::explore::image_completer::CompletedImage;
use crate::message::{Explain, Message};
use crate::model::{ModelId, PerModel};
use crate::trainer::{Control, CopySlot};
use crate::ui::complete::known::{CompletionView, ModelCompletion};
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// While a model trains its completions follow at most this often.
const INTERVAL: Duration = Duration::from_secs(1);
/// And making them takes at most this part of a core: one of so many.
const SHARE: u32 = 5;

impl Session {
    /// Starts what is due.
    pub(super) fn refresh_completions(&mut self) {
        let data = self.services.data.clone().filter(|data| !data.sample().is_point() && data.test.count() > 0);
        let Some(data) = data.filter(|data| self.shell.needs.completion && CompletionChoice::fits(data.shape())) else {
            if !self.services.completions.is_empty() {
                self.services.jobs.cancel_all(|key| matches!(key, JobKey::CompleteImage(_)));
                self.services.completions = PerModel::default();
            }
            return;
        };
        let shown = Slot::BOTH.map(|slot| self.id(slot));
        let jobs = &mut self.services.jobs;
        jobs.cancel_all(|key| matches!(key, JobKey::CompleteImage(id) if !shown.contains(id)));
        self.services.completions.retain(|id, _| shown.contains(&id));
        for id in shown {
            self.refresh_completion(id, &data);
        }
    }

    fn refresh_completion(&mut self, id: ModelId, data: &Arc<Dataset>) {
        self.receive_copy_to_complete(id);
        let Some(model) = self.model_of(id) else { return };
        let (trains, is_ready_made) = (model.is_training(), model.is_ready_made());
        let newest = model.newest().filter(|newest| newest.image == data.shape()).cloned();
        let Some(snapshot) = newest else { return };
        let has_prior = model.config.family().samples;
        let source = CompletionSource { snapshot, data: data.clone(), choice: self.project.completion.clone() };
        let key = JobKey::CompleteImage(id);
        let state = self.services.completions.entry(id);
        let others = state.asked.as_ref().is_none_or(|(asked, _)| !asked.same_but_for_weights(&source));
        if self.services.jobs.is_running(&key) {
            // It ends as soon as it can; two at a time would be one too many.
            if others {
                self.services.jobs.progress(&key).inspect(|progress| progress.cancel());
            }
            return;
        }
        let newer = state.asked.as_ref().is_none_or(|(asked, _)| !Arc::ptr_eq(&asked.snapshot, &source.snapshot));
        if state.copy.is_some() || !(others || newer) {
            return;
        }
        if let (true, false, Some((_, at))) = (trains, others, &state.asked) {
            let (since, interval) = (at.elapsed(), INTERVAL.max(state.took * SHARE));
            if since < interval {
                return self.services.waker.later(interval - since);
            }
        }
        state.asked = Some((source.clone(), Instant::now()));
        if is_ready_made {
            let by = CompletedBy::Weights { snapshot: source.snapshot.clone(), has_prior };
            return self.complete_image(id, source, by);
        }
        let Some(trainer) = self.services.models.get(id).and_then(|model| model.trainer.as_ref()) else { return };
        let slot = CopySlot::default();
        trainer.send(Control::Copy(slot.clone()));
        state.copy = Some(slot);
    }

    /// Begins where the copy of a model has come.
    fn receive_copy_to_complete(&mut self, id: ModelId) {
        let Some(state) = self.services.completions.get_mut(id) else { return };
        let Some(slot) = &state.copy else { return };
        let is_left = slot.is_left();
        let copy = slot.take();
        if copy.is_some() || is_left {
            state.copy = None;
        }
        let source = state.asked.as_ref().map(|(source, _)| source.clone());
        if let Some((copy, source)) = copy.zip(source).filter(|(copy, source)| copy.shape == source.data.shape()) {
            self.complete_image(id, source, CompletedBy::Copy(copy));
        }
    }

    fn complete_image(&mut self, id: ModelId, source: CompletionSource, by: CompletedBy) {
        self.services.jobs.start(JobKey::CompleteImage(id), move |progress| {
            let made = source.completed(&by, progress);
            Done::ImageCompleted(id, made.map(|made| made.map(Box::new)).map_err(|error| error.message()))
        });
    }

    /// An image was completed; `None` where that was cancelled, or nothing finite is decoded.
    pub(super) fn receive_completed(&mut self, id: ModelId, made: Result<Option<CompletedImage>, Message>) {
        let Some(state) = self.services.completions.get_mut(id) else { return };
        match made {
            Ok(Some(made)) => {
                state.took = made.took;
                state.known = ModelCompletion { made: Some(Arc::new(made)), ..ModelCompletion::default() };
            }
            Ok(None) => {}
            Err(message) => {
                state.known = ModelCompletion { failure: Some(message), ..ModelCompletion::default() };
            }
        }
    }

    /// What a view's model made of the image last, where that is on the screen.
    pub fn completed(&self, slot: Slot) -> Option<Arc<CompletedImage>> {
        self.services.completions.get(self.id(slot))?.known.made.clone()
    }

    pub(super) fn completion_view(&self) -> CompletionView<'_> {
        let is_making = |id, state: &CompletionState| {
            state.copy.is_some() || self.services.jobs.is_running(&JobKey::CompleteImage(id))
        };
        let known = self.services.completions.iter();
        let known =
            known.map(|(id, state)| (id, ModelCompletion { is_making: is_making(id, state), ..state.known.clone() }));
        CompletionView { choice: &self.project.completion, known: known.collect() }
    }
}
