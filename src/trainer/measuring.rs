//! What is measured of the weights between steps: so seldom that training hardly notices, and at the same steps on every machine.

use crate::dataset::Dataset;
use crate::metrics::{MEASUREMENTS, Measure, Measurement, MeasurementInput};
use crate::model::{Config, Losses, Model, StepError};
use crate::snapshot::Snapshot;

/// Operations that take about as long as copying a parameter does.
const COPY_FLOPS: u64 = 32;

/// What is trained, and how far it is.
#[derive(Clone, Copy, Debug)]
pub struct MeasuringInput<'a> {
    /// The model.
    pub model: &'a Model,
    /// The configuration in force.
    pub config: &'a Config,
    /// What it learns.
    pub dataset: &'a Dataset,
    /// Steps made.
    pub step: u64,
    /// Steps between tests: a measurement is made with one.
    pub test_interval_steps: u64,
}

/// What is measured of a model, once it has been needed.
#[derive(Debug, Default)]
pub struct Measuring {
    planned: Option<Vec<Planned>>,
}

/// A measurement that such a model has.
#[derive(Debug)]
struct Planned {
    measurement: &'static Measurement,
    /// What one takes, with the weights' copy.
    flops: u64,
    /// None within where the data has nothing to measure by.
    begun: Option<Option<Box<dyn Measure>>>,
}

impl Measuring {
    /// What is measured after this step; nothing after most.
    ///
    /// # Errors
    /// If the weights cannot be copied.
    pub fn losses(&mut self, input: &MeasuringInput<'_>) -> Result<Losses, StepError> {
        let planned = match &mut self.planned {
            Some(planned) => planned,
            none => none.insert(input.plan()?),
        };
        let mut due = planned.iter_mut().filter(|planned| input.is_due(planned)).peekable();
        if due.peek().is_none() {
            return Ok(Losses::new());
        }
        let snapshot = input.model.snapshot(input.step)?;
        Ok(due.flat_map(|planned| planned.measure(input.dataset, &snapshot)).collect())
    }
}

impl MeasuringInput<'_> {
    fn plan(&self) -> Result<Vec<Planned>, StepError> {
        let snapshot = self.model.snapshot(self.step)?;
        let of = MeasurementInput { family: self.config.family(), snapshot: &snapshot, dataset: self.dataset };
        let copy = COPY_FLOPS.saturating_mul(self.model.parameter_count() as u64);
        let planned = MEASUREMENTS.iter().filter_map(|measurement| {
            let flops = (measurement.flops)(&of)?.saturating_add(copy);
            Some(Planned { measurement, flops, begun: None })
        });
        Ok(planned.collect())
    }

    /// Whether it is measured after this step: whole intervals of tests lie between, and the last step of a family that has one
    /// is measured too.
    fn is_due(&self, planned: &Planned) -> bool {
        let images = self.config.images_per_step(self.dataset.train.count()) as u64;
        let between = planned.measurement.steps_between(planned.flops, self.model.flops().saturating_mul(images));
        let interval = self.test_interval_steps.max(1);
        let between = between.div_ceil(interval).saturating_mul(interval);
        self.step.is_multiple_of(between) || self.config.most_steps() == Some(self.step)
    }
}

impl Planned {
    fn measure(&mut self, dataset: &Dataset, snapshot: &Snapshot) -> Losses {
        let begun = self.begun.get_or_insert_with(|| (self.measurement.begin)(dataset));
        begun.as_ref().map(|begun| begun.measure(snapshot)).unwrap_or_default()
    }
}
