//! Looking at steps while they are made, and what is found. It is read alone: the bits of a run do not depend on it.

use crate::dataset::{Dataset, Split, stratified};
use crate::diagnosis::{BatchFacts, Diagnosis, Evidence, Finding, FindingChange, StepLook, mean_image};
use crate::history::History;
use crate::model::{Config, Model};
use crate::nn::inspection::{Inspection, InspectionDepth, KEPT_ROWS};
use crate::random::{Purpose, stream};
use rand::Rng;
use std::sync::Arc;

/// Steps from one look to the next.
const LOOK_INTERVAL_STEPS: u64 = 20;
/// So many first steps are looked at one by one: what is wrong from the beginning may end a run before the next look.
const FIRST_STEPS: u64 = 5;
/// Training images that the data's mean image is of.
const REFERENCE_IMAGES: usize = 512;
/// Test images that a critic is asked about, at most: of each class its part.
const TEST_IMAGES: usize = 32;

/// What was found, and the newest look at a step.
#[derive(Clone, Debug, Default)]
pub struct DiagnosisReport {
    /// What is named, in the order of the table of findings.
    pub findings: Vec<Finding>,
    /// The newest look.
    pub look: StepLook,
}

/// Looks at steps, where it is asked to.
#[derive(Debug)]
pub struct Diagnosing {
    /// Whether it looks.
    pub is_on: bool,
    /// A look deeper than figures is asked for with the next step.
    pub keeps_values: bool,
    evidence: Evidence,
    diagnosis: Diagnosis,
    /// The data's mean image, once it has been needed.
    mean_image: Option<Vec<f32>>,
    /// The pixels of the step that is looked at.
    seen: Vec<f32>,
    /// The test images that a critic is asked about, once they have been needed.
    test_places: Option<Vec<usize>>,
    /// What it said of them before the step that is looked at.
    test_logits: Vec<f32>,
}

impl Diagnosing {
    /// Nothing looked at yet.
    pub fn new(is_on: bool, config: Config, history: Arc<History>) -> Self {
        Self {
            is_on,
            keeps_values: false,
            evidence: Evidence::new(config, history),
            diagnosis: Diagnosis::default(),
            mean_image: None,
            seen: Vec::new(),
            test_places: None,
            test_logits: Vec::new(),
        }
    }

    /// Forgets what was found.
    pub fn clear(&mut self) {
        (self.diagnosis, self.keeps_values) = (Diagnosis::default(), false);
        self.evidence.clear();
    }

    /// How deeply the step after `step` others is looked at.
    pub fn depth(&self, step: u64) -> InspectionDepth {
        match self.is_on && (step < FIRST_STEPS || step.is_multiple_of(LOOK_INTERVAL_STEPS)) {
            // Asked for by hand, whether it looks by itself or not.
            _ if self.keeps_values => InspectionDepth::Values,
            true => InspectionDepth::Figures,
            false => InspectionDepth::Off,
        }
    }

    /// Makes a step, looked at `depth`, into whose second argument its pixels are to be copied; gives what was seen of it too.
    /// A critic is asked about some of the test images first.
    pub fn step<T>(
        &mut self,
        model: &mut Model,
        depth: InspectionDepth,
        test: &Split,
        make: impl FnOnce(&mut Model, Option<&mut Vec<f32>>) -> T,
    ) -> (T, Option<Inspection>) {
        if depth == InspectionDepth::Off || model.inspectors().is_empty() {
            return (make(model, None), None);
        }
        self.judge(model, test);
        model.inspectors().into_iter().for_each(|inspector| inspector.begin(depth));
        let made = make(model, Some(&mut self.seen));
        let mut inspection = Inspection::default();
        model.inspectors().into_iter().for_each(|inspector| inspection.extend(inspector.end()));
        (made, Some(inspection))
    }

    fn judge(&mut self, model: &Model, test: &Split) {
        let places = self.test_places.get_or_insert_with(|| {
            let chosen = stratified(test.count(), TEST_IMAGES, |image| test.class(image).unwrap_or(0));
            chosen.iter().map(|place| *place as usize).collect()
        });
        self.test_logits = model.judge(test, places).unwrap_or_else(|error| {
            tracing::warn!("what the critic says of test images is not known: {error}");
            Vec::new()
        });
    }

    /// The mean of some training images.
    fn mean_image<'a>(known: &'a mut Option<Vec<f32>>, dataset: &Dataset, seed: u64) -> &'a [f32] {
        known.get_or_insert_with(|| {
            let mut draws = stream(seed, Purpose::Examine, 4, 0);
            let count = dataset.train.count();
            let places: Vec<usize> = (0..REFERENCE_IMAGES.min(count)).map(|_| draws.random_range(0..count)).collect();
            mean_image(&dataset.train.gather(&places), dataset.shape().values())
        })
    }

    /// A step has been looked at; gives what has changed.
    pub fn look(&mut self, config: &Config, dataset: &Dataset, look: StepLook) -> Vec<FindingChange> {
        let mean = Self::mean_image(&mut self.mean_image, dataset, config.seed());
        let batch = BatchFacts::of(&self.seen, dataset.shape().values());
        let drift = batch.drift(mean, REFERENCE_IMAGES.min(dataset.train.count()));
        let keeps = look.inspection.layers.iter().any(|layer| !layer.kept.is_empty());
        let size = dataset.shape().values();
        let images = self.seen.get(..KEPT_ROWS * size).unwrap_or(&self.seen);
        let images = if keeps { images.to_vec() } else { Vec::new() };
        self.evidence.config.clone_from(config);
        let test_logits = std::mem::take(&mut self.test_logits);
        self.evidence.add(StepLook { batch, drift, images, test_logits, ..look });
        self.diagnosis.look(&self.evidence)
    }

    /// The newest look.
    pub fn last_look(&self) -> Option<&StepLook> {
        self.evidence.last()
    }

    /// What is named now, in the order of the table.
    pub fn findings(&self) -> Vec<Finding> {
        self.diagnosis.findings()
    }
}
