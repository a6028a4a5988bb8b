//! Which classes the shown models make, as far as it is known.

use crate::dataset::DatasetId;
use crate::metrics::{ClassShares, Classifier};
use crate::model::{ModelId, PerModel};
use crate::snapshot::Snapshot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is known of the data's classes, and of what each model makes of them.
pub(super) struct SharesState {
    /// The data that the classifier is of, or that it learns.
    pub data: Option<DatasetId>,
    /// Since when there is that data.
    pub since: Instant,
    /// Whether a classifier was asked for.
    pub asked: bool,
    pub classifier: Option<Arc<Classifier>>,
    /// Whether one that a plane is divided by was asked for.
    pub asked_thorough: bool,
    pub thorough: Option<Arc<Classifier>>,
    pub models: PerModel<Counted>,
}

/// One model's shares.
pub(super) struct Counted {
    pub of: Arc<Snapshot>,
    pub seed: u64,
    pub began: Instant,
    pub took: Duration,
    pub shares: Option<Arc<ClassShares>>,
}

impl Default for SharesState {
    fn default() -> Self {
        let (data, since, asked) = (None, Instant::now(), false);
        let (classifier, asked_thorough, thorough) = (None, false, None);
        Self { data, since, asked, classifier, asked_thorough, thorough, models: PerModel::default() }
    }
}

impl SharesState {
    /// The newest shares of a model.
    pub fn of(&self, model: ModelId) -> Option<&Arc<ClassShares>> {
        self.models.get(model)?.shares.as_ref()
    }

    /// A classifier has learned; `None` where it was cancelled.
    pub fn take_classifier(&mut self, classifier: Option<Arc<Classifier>>) {
        self.classifier = classifier;
    }

    /// One has learned so well that a plane can be divided by it; `None` where it was cancelled.
    pub fn take_thorough(&mut self, classifier: Option<Arc<Classifier>>) {
        self.thorough = classifier;
    }

    /// Samples of a model were counted.
    pub fn take(&mut self, model: ModelId, shares: Option<ClassShares>) {
        if let Some(counted) = self.models.get_mut(model) {
            (counted.took, counted.shares) = (counted.began.elapsed(), shares.map(Arc::new));
        }
    }
}
