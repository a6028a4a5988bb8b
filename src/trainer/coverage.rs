//! How much of the data a generator misses: looked for between steps, so seldom that training hardly notices, and at the same
//! steps on every machine.

use crate::dataset::Dataset;
use crate::metrics::MissedShare;
use crate::model::{Config, MetricId, Model, StepError};

/// What is trained, and how far it is.
pub(super) struct CoverageInput<'a> {
    pub model: &'a Model,
    pub config: &'a Config,
    pub dataset: &'a Dataset,
    pub step: u64,
    pub test_interval_steps: u64,
}

/// What is searched, once it has been needed.
#[derive(Default)]
pub(super) struct Coverage {
    /// None within where there is nothing to look for.
    missed: Option<Option<MissedShare>>,
}

impl Coverage {
    /// The share of test images that no place of a generator's plane reproduces, where a step is one of those that it is
    /// measured after; whole intervals of tests lie between.
    ///
    /// # Errors
    /// If the weights cannot be copied.
    pub fn missed_share(&mut self, input: &CoverageInput<'_>) -> Result<Option<(MetricId, f32)>, StepError> {
        let CoverageInput { model, config, dataset, step, test_interval_steps } = *input;
        let family = config.family();
        if family.encodes || !family.samples || config.latent() != 2 || dataset.sample().is_point() {
            return Ok(None);
        }
        let snapshot = model.snapshot(step)?;
        if !MissedShare::fits(&snapshot) {
            return Ok(None);
        }
        let images = config.images_per_step(dataset.train.count()) as u64;
        let step_flops = model.flops().saturating_mul(images);
        let between = MissedShare::steps_between(&snapshot, dataset.test.count(), step_flops);
        let between = between.div_ceil(test_interval_steps.max(1)).saturating_mul(test_interval_steps.max(1));
        if !step.is_multiple_of(between) {
            return Ok(None);
        }
        let missed = self.missed.get_or_insert_with(|| MissedShare::of(&dataset.test));
        let share = missed.as_ref().and_then(|missed| missed.share(&snapshot));
        Ok(share.map(|share| (MetricId::MISSED_SHARE, share)))
    }
}
