//! What was looked at lately.

use super::batch_facts::BatchFacts;
use crate::history::History;
use crate::model::{Config, MetricId};
use crate::nn::inspection::{Inspection, LayerInspection, ParameterInspection};
use std::collections::VecDeque;
use std::sync::Arc;

/// Looks that are kept.
const KEPT_LOOKS: usize = 128;

/// One step that was looked at.
#[derive(Clone, Debug, Default)]
pub struct StepLook {
    /// Steps made before.
    pub step: u64,
    /// The batch.
    pub batch: BatchFacts,
    /// Its first images, `[rows, values]`, where values are kept.
    pub images: Vec<f32>,
    /// How far its mean image is from the data's ([`BatchFacts::drift`]).
    pub drift: f64,
    /// What a critic says of some test images, always the same, with the weights that the step began with: one value an image,
    /// as of the batch's; empty without a critic.
    pub test_logits: Vec<f32>,
    /// Layers and parameters.
    pub inspection: Inspection,
    /// Whether it failed, because a loss was not a number.
    pub failed: bool,
    /// The first parameter that is not a number where it failed.
    pub broken_parameter: Option<String>,
}

impl StepLook {
    /// The weight tensors that were updated: not biases or norms, which start at other sizes.
    pub fn weights(&self) -> impl Iterator<Item = &ParameterInspection> {
        self.inspection.parameters.iter().filter(|parameter| parameter.name.ends_with(".weight"))
    }

    /// The length of the gradient of all parameters together; `None` where nothing was updated.
    pub fn gradient_length(&self) -> Option<f64> {
        let parameters = &self.inspection.parameters;
        let squares = parameters.iter().map(|parameter| parameter.gradient_norm.powi(2));
        (!parameters.is_empty()).then(|| squares.sum::<f64>().sqrt())
    }

    /// The layers of one network, by what their names begin with.
    pub fn layers_of<'a>(&'a self, network: &'a str) -> impl DoubleEndedIterator<Item = &'a LayerInspection> {
        self.inspection.layers.iter().filter(move |layer| layer.name.split('.').next() == Some(network))
    }
}

/// What was looked at lately: what rules are functions of.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The configuration in force.
    pub config: Config,
    /// Looks, the newest last.
    pub looks: VecDeque<StepLook>,
    /// Steps made before the first look: tests from before it are of another time, or of the run that this one is a fork of.
    pub begun_step: Option<u64>,
    /// The curves.
    pub history: Arc<History>,
}

impl Evidence {
    /// Nothing looked at yet.
    pub fn new(config: Config, history: Arc<History>) -> Self {
        Self { config, looks: VecDeque::new(), begun_step: None, history }
    }

    /// Forgets what was looked at.
    pub fn clear(&mut self) {
        self.looks.clear();
        self.begun_step = None;
    }

    /// Adds a look.
    pub fn add(&mut self, look: StepLook) {
        self.begun_step.get_or_insert(look.step);
        // What is kept of values is large, and looked at alone.
        if let Some(before) = self.looks.back_mut() {
            before.images = Vec::new();
            for layer in &mut before.inspection.layers {
                (layer.kept, layer.kept_gradients) = (Vec::new(), Vec::new());
            }
        }
        if self.looks.len() >= KEPT_LOOKS {
            self.looks.pop_front();
        }
        self.looks.push_back(look);
    }

    /// The newest look.
    pub fn last(&self) -> Option<&StepLook> {
        self.looks.back()
    }

    /// A figure's median over the newest `count` looks that have it; `None` where fewer have it.
    pub fn median(&self, count: usize, figure: impl Fn(&StepLook) -> Option<f64>) -> Option<f64> {
        let mut values: Vec<f64> = self.looks.iter().rev().filter_map(figure).take(count).collect();
        if values.len() < count.max(1) {
            return None;
        }
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// The newest `count` points since the first look of a curve of tests, (step, value), in order; `None` where there are fewer.
    pub fn tests(&self, id: MetricId, count: usize) -> Option<Vec<(u64, f64)>> {
        let begun = self.begun_step?;
        let points = self.history.with(id, |curve| {
            let points = curve.thinned().filter(|point| point.step > begun);
            points.map(|point| (point.step, f64::from(point.value))).collect::<Vec<_>>()
        })?;
        let newest = points.len().checked_sub(count)?;
        points.get(newest..).map(<[_]>::to_vec)
    }
}
