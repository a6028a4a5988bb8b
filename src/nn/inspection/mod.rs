//! What is looked at in a step, by layer and by parameter. It is read and never changed: a step's bits stay what they are.

mod diversity;
mod figures;

pub use diversity::Diversity;
pub use figures::{HISTOGRAM_BINS, ValueFigures, row_variance};

use super::activation::Activation;
use figures::{dead_share, sigmoid_slope};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Examples of a batch that figures are of, at most.
pub const INSPECTED_ROWS: usize = 32;
/// Examples of a batch whose values are kept, at most.
pub const KEPT_ROWS: usize = 16;

/// How much of a step is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum InspectionDepth {
    /// Nothing.
    #[default]
    Off,
    /// Figures of each layer and parameter.
    Figures,
    /// The values of the first examples too.
    Values,
}

/// What a layer is, to who looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InspectedLayer<'a> {
    pub name: &'a str,
    pub activation: Activation,
    pub outputs: usize,
    pub units: usize,
}

/// A critic's batch: images, `[rows, width]` each, and what it says of each.
pub(super) struct JudgedBatch<'a> {
    pub width: usize,
    pub real: &'a [f32],
    pub fake: &'a [f32],
    pub real_logits: &'a [f32],
    pub fake_logits: &'a [f32],
}

/// One layer in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerInspection {
    /// What its parameters' names begin with.
    pub name: String,
    /// What is applied last in it.
    pub activation: Activation,
    /// Elements an example.
    pub outputs: usize,
    /// What stands side by side at each place: channels, or all elements of a dense layer.
    pub units: usize,
    /// What it gave, its activation included.
    pub values: ValueFigures,
    /// The variance of an element from example to example, mean over elements.
    pub row_variance: f64,
    /// Share of its units that gave 0 for every example; `None` without ReLU.
    pub dead_share: Option<f32>,
    /// Mean of 4·y·(1 − y): 1 where a sigmoid passes gradients on in full, 0 where it passes none; `None` without sigmoid.
    pub sigmoid_slope: Option<f64>,
    /// The gradient of the loss at what it gave before its activation, where one went back.
    pub gradients: Option<ValueFigures>,
    /// The values themselves, `[rows, outputs]`, where they are kept.
    pub kept: Vec<f32>,
    /// And their gradients.
    pub kept_gradients: Vec<f32>,
}

/// One parameter in one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterInspection {
    /// Its name.
    pub name: String,
    /// Numbers in it.
    pub count: usize,
    /// Its length (the root of the sum of squares) before the update.
    pub weight_norm: f64,
    /// That of its gradient.
    pub gradient_norm: f64,
    /// That of what the update added.
    pub update_norm: f64,
    /// Values that are not numbers after the update.
    pub not_finite: u64,
}

impl ParameterInspection {
    /// How much of itself the update changed.
    pub fn update_ratio(&self) -> f64 {
        self.update_norm / self.weight_norm.max(f64::MIN_POSITIVE)
    }
}

/// What was found in a step: layers in the order of the forward pass, parameters in the order of names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspection {
    /// The layers that were gone through to learn.
    pub layers: Vec<LayerInspection>,
    /// The parameters that were updated.
    pub parameters: Vec<ParameterInspection>,
    /// What a critic says of the real images and of the generated ones of the batch, one an image; empty without a critic.
    pub real_logits: Vec<f32>,
    /// The same of generated images.
    pub fake_logits: Vec<f32>,
    /// How the generated images differ from each other beside how the real ones do, where a critic judged both.
    pub diversity: Option<Diversity>,
}

impl Inspection {
    /// Adds what was found in another part of the model.
    pub fn extend(&mut self, other: Self) {
        self.layers.extend(other.layers);
        self.parameters.extend(other.parameters);
        self.real_logits.extend(other.real_logits);
        self.fake_logits.extend(other.fake_logits);
        self.diversity = self.diversity.or(other.diversity);
    }
}

/// Looks at the layers and parameters of a network while a step is made, where it is asked to.
#[derive(Debug, Default)]
pub struct Inspector {
    depth: AtomicU8,
    found: Mutex<Inspection>,
}

impl Inspector {
    /// Looks from now on.
    pub fn begin(&self, depth: InspectionDepth) {
        *self.found() = Inspection::default();
        self.depth.store(depth as u8, Ordering::Relaxed);
    }

    /// Looks no more; gives what was found.
    pub fn end(&self) -> Inspection {
        self.depth.store(InspectionDepth::Off as u8, Ordering::Relaxed);
        std::mem::take(&mut *self.found())
    }

    fn found(&self) -> MutexGuard<'_, Inspection> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything is looked at.
    pub(super) fn looks(&self) -> bool {
        self.depth.load(Ordering::Relaxed) != InspectionDepth::Off as u8
    }

    fn keeps(&self) -> bool {
        self.depth.load(Ordering::Relaxed) == InspectionDepth::Values as u8
    }

    /// A batch has gone through `layers`, which gave `values`, `[rows, outputs]` each; of a critic's generated rows come first.
    pub(super) fn forward(&self, layers: &[InspectedLayer<'_>], values: &[Vec<f32>]) {
        let keeps = self.keeps();
        let looked = layers.par_iter().zip(values).map(|(layer, values)| {
            let InspectedLayer { name, activation, outputs, units } = *layer;
            let rows = first_rows(values, outputs, INSPECTED_ROWS);
            LayerInspection {
                name: name.to_owned(),
                activation,
                outputs,
                units,
                values: ValueFigures::of(rows),
                row_variance: row_variance(rows, outputs),
                dead_share: (activation == Activation::Relu).then(|| dead_share(rows, units)),
                sigmoid_slope: (activation == Activation::Sigmoid).then(|| sigmoid_slope(rows)),
                gradients: None,
                kept: if keeps { first_rows(values, outputs, KEPT_ROWS).to_vec() } else { Vec::new() },
                kept_gradients: Vec::new(),
            }
        });
        let looked: Vec<LayerInspection> = looked.collect();
        let mut found = self.found();
        found.layers.retain(|layer| !looked.iter().any(|new| new.name == layer.name));
        found.layers.extend(looked);
    }

    /// The gradients of the same layers before their activations.
    pub(super) fn backward(&self, layers: &[InspectedLayer<'_>], gradients: &[Vec<f32>]) {
        let keeps = self.keeps();
        let looked: Vec<(ValueFigures, Vec<f32>)> = layers
            .par_iter()
            .zip(gradients)
            .map(|(layer, gradients)| {
                let figures = ValueFigures::of(first_rows(gradients, layer.outputs, INSPECTED_ROWS));
                let kept = if keeps { first_rows(gradients, layer.outputs, KEPT_ROWS).to_vec() } else { Vec::new() };
                (figures, kept)
            })
            .collect();
        let mut found = self.found();
        for (layer, (figures, kept)) in layers.iter().zip(looked) {
            let Some(own) = found.layers.iter_mut().find(|own| own.name == layer.name) else { continue };
            (own.gradients, own.kept_gradients) = (Some(figures), kept);
        }
    }

    /// A critic has judged a batch.
    pub(super) fn judged(&self, batch: &JudgedBatch<'_>) {
        if self.looks() {
            let images = [batch.real, batch.fake].map(|rows| first_rows(rows, batch.width, INSPECTED_ROWS));
            let diversity = Diversity::of(images, batch.width);
            let mut found = self.found();
            (found.real_logits, found.fake_logits) = (batch.real_logits.to_vec(), batch.fake_logits.to_vec());
            found.diversity = Some(diversity);
        }
    }

    /// A parameter has been updated.
    pub(super) fn updated(&self, parameter: ParameterInspection) {
        self.found().parameters.push(parameter);
    }
}

/// The first rows of `[rows, width]` values, at most so many.
fn first_rows(values: &[f32], width: usize, most: usize) -> &[f32] {
    values.get(..most * width).unwrap_or(values)
}
