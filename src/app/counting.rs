//! Starts the counting of classes: a network learns those of the data once, then the samples of the shown models are counted as
//! often as their share of the processor allows.

use crate::app::class_networks::class_network;
use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::app::shares::{Counted, SharesState};
use crate::dataset::Dataset;
use crate::explore::field::FieldInputs;
use crate::message::Message;
use crate::metrics::{ClassShares, Classifier, ClassifierEffort};
use crate::model::ModelId;
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Shares follow training at most this often.
const SHARES_INTERVAL: Duration = Duration::from_secs(2);
/// The classes of data are learned when it has been there so long: the first frames of a window come before.
const LEARNING_DELAY: Duration = Duration::from_secs(3);
/// Counting takes at most this part of a core: one of so many.
const SHARES_SHARE: u32 = 24;

impl Session {
    /// Starts what is due: a classifier for other data, shares for newer weights.
    pub(super) fn refresh_shares(&mut self) {
        let Some(data) = self.services.data.clone() else { return };
        if self.services.shares.data.as_ref() != Some(&data.id) {
            self.forget_shares(&data);
        }
        if !self.services.shares.asked {
            let since = self.services.shares.since.elapsed();
            if since < LEARNING_DELAY {
                self.services.waker.later(LEARNING_DELAY - since);
                return;
            }
            self.services.shares.asked = true;
            self.learn_classes(&data);
        }
        if !self.services.shares.asked_thorough && self.draws_classes() {
            self.services.shares.asked_thorough = true;
            self.learn_classes_thoroughly(&data);
        }
        let Some(classifier) = self.services.shares.classifier.clone() else { return };
        for slot in Slot::BOTH {
            let (id, model) = (self.id(slot), self.model(slot));
            let (seed, training) = (model.config.seed(), self.shows_passing(id));
            let samples = model.config.family().samples;
            let Some(snapshot) = model.shown().filter(|shown| samples && shown.image == data.shape()).cloned() else {
                self.services.shares.models.remove(id);
                continue;
            };
            let key = JobKey::Shares(id);
            let counted = self.services.shares.models.get(id);
            let same = counted.is_some_and(|counted| Arc::ptr_eq(&counted.of, &snapshot) && counted.seed == seed);
            if same || self.services.jobs.is_running(&key) {
                continue;
            }
            // Weights that nothing follows are counted at once.
            if let Some(Counted { began, took, .. }) = counted.filter(|_| training) {
                let (since, interval) = (began.elapsed(), SHARES_INTERVAL.max(*took * SHARES_SHARE));
                if since < interval {
                    self.services.waker.later(interval - since);
                    continue;
                }
            }
            let shares = counted.and_then(|counted| counted.shares.clone());
            let (began, took, of) = (Instant::now(), Duration::ZERO, snapshot.clone());
            self.services.shares.models.insert(id, Counted { of, seed, began, took, shares });
            let classifier = classifier.clone();
            self.services.jobs.start(key, move |progress| {
                Done::Shares(id, ClassShares::of(&snapshot, seed, &classifier, &mut || !progress.is_cancelled()))
            });
        }
    }

    /// Forgets what was known of other data.
    fn forget_shares(&mut self, data: &Arc<Dataset>) {
        let models: Vec<ModelId> = self.services.shares.models.iter().map(|(id, _)| id).collect();
        models.into_iter().for_each(|id| _ = self.services.jobs.cancel(&JobKey::Shares(id)));
        self.services.jobs.cancel(&JobKey::Classifier);
        self.services.jobs.cancel(&JobKey::ClassNetwork);
        self.services.shares = SharesState { data: Some(data.id.clone()), ..SharesState::default() };
    }

    /// Whether a plane is divided by classes.
    fn draws_classes(&self) -> bool {
        self.shell.needs.fields.iter().any(|(field, _)| field.inputs == FieldInputs::Classifier)
    }

    /// Learns the classes of data that has some.
    fn learn_classes(&mut self, data: &Arc<Dataset>) {
        self.train_classifier(data, JobKey::Classifier, ClassifierEffort::QUICK, Done::Classifier);
    }

    /// The same so well that a plane can be divided by them.
    fn learn_classes_thoroughly(&mut self, data: &Arc<Dataset>) {
        self.train_classifier(data, JobKey::ClassNetwork, ClassifierEffort::THOROUGH, Done::ClassNetwork);
    }

    fn train_classifier(
        &mut self,
        data: &Arc<Dataset>,
        key: JobKey,
        effort: ClassifierEffort,
        done: fn(Result<Option<Arc<Classifier>>, Message>) -> Done,
    ) {
        if data.class_names().is_empty() {
            return;
        }
        let data = data.clone();
        self.services
            .jobs
            .start(key, move |progress| done(class_network(&data, effort, &mut || !progress.is_cancelled())));
    }
}
