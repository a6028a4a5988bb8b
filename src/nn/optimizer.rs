//! Adam (Kingma and Ba 2014), AdamW (Loshchilov and Hutter 2017) and RMSprop (Hinton 2012) in one pass over each parameter,
//! in place; with clipping of gradients and weights, and an average of the weights.

use super::inspection::ParameterInspection;
use super::parameters::{Parameter, Parameters, copied};
use super::storage::with_values;
use super::vector::for_each_processor;
use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// ε of every preset.
pub const EPSILON: f64 = 1e-8;
/// RMSprop's decay of the second moment, as in PyTorch.
pub const RMSPROP_DECAY: f64 = 0.99;

/// How gradients become updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Moments, corrected for their start.
    #[default]
    Adam,
    /// The same with weight decay apart from the gradient.
    AdamW,
    /// Gradients over the root of their mean square.
    RmsProp,
}

impl Method {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Adam, Self::AdamW, Self::RmsProp];

    /// Its name in `config.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adam => "adam",
            Self::AdamW => "adamw",
            Self::RmsProp => "rmsprop",
        }
    }
}

/// The numbers of one update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateSettings {
    /// How.
    pub method: Method,
    /// Step size.
    pub learning_rate: f64,
    /// Adam's β₁.
    pub beta1: f64,
    /// Adam's β₂.
    pub beta2: f64,
    /// AdamW's decay: weights lose this share times the learning rate.
    pub weight_decay: f64,
    /// The longest that the gradient of all parameters together may be; 0 for any length.
    pub gradient_clip: f64,
    /// Weights are kept within ± this after an update; 0 for anywhere (Arjovsky 2017).
    pub weight_clip: f64,
    /// Share of the average that an update keeps; 0 for no average.
    pub average_decay: f64,
}

/// First and second moments of one parameter's gradient; RMSprop has no first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Decayed mean of the gradient.
    pub first: Vec<f32>,
    /// Decayed mean of its square.
    pub second: Vec<f32>,
}

/// The optimiser of one network.
#[derive(Debug, Default)]
pub struct Optimizer {
    moments: BTreeMap<String, Moments>,
    average: BTreeMap<String, Vec<f32>>,
    updates: u64,
}

impl Optimizer {
    /// An optimiser that goes on from saved moments and averages.
    pub fn restore(moments: BTreeMap<String, Moments>, average: BTreeMap<String, Vec<f32>>, updates: u64) -> Self {
        Self { moments, average, updates }
    }

    /// What has to be saved to go on, beside the averages: moments by parameter name, updates made.
    pub fn state(&self) -> (&BTreeMap<String, Moments>, u64) {
        (&self.moments, self.updates)
    }

    /// Averages of the parameters by name; none before the first update, or where none are kept.
    pub fn average(&self) -> &BTreeMap<String, Vec<f32>> {
        &self.average
    }

    /// Does something while the parameters are their averages, where averages are kept.
    ///
    /// # Errors
    /// What it gives itself, or candle's own.
    pub fn with_average<T>(&self, parameters: &Parameters, work: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.average.is_empty() {
            return work();
        }
        let mut kept = Vec::new();
        for (name, parameter) in parameters.iter() {
            let variable = &parameter.variable;
            if let Some(average) = self.average.get(name) {
                kept.push((variable, variable.copy()?));
                variable.set(&Tensor::from_slice(average, variable.shape(), variable.device())?)?;
            }
        }
        let outcome = work();
        kept.into_iter().try_for_each(|(variable, values)| variable.set(&values))?;
        outcome
    }

    /// One update of every parameter that has a gradient, which is then cleared. Gives the length of the gradient
    /// of all of them before it was clipped; 0 where nothing is clipped.
    ///
    /// # Errors
    /// If a gradient does not fit its parameter.
    pub fn update(&mut self, parameters: &Parameters, settings: UpdateSettings) -> Result<f64> {
        self.updates += 1;
        parameters.mask_gradients();
        let length = if settings.gradient_clip > 0.0 { length(parameters) } else { 0.0 };
        let shrink = if length > settings.gradient_clip { settings.gradient_clip / length } else { 1.0 };
        let numbers = Numbers::new(settings, self.updates, shrink);
        for (name, parameter) in parameters.iter() {
            let mut gradient = parameter.buffer();
            if !std::mem::take(&mut gradient.filled) {
                continue;
            }
            let count = parameter.variable.elem_count();
            if gradient.values.len() != count {
                bail!("{name}: a gradient of {} values for {count}", gradient.values.len());
            }
            let moments = self.moments.entry(name.to_owned()).or_default();
            moments.second.resize(count, 0.0);
            if settings.method != Method::RmsProp {
                moments.first.resize(count, 0.0);
            }
            let average = match settings.average_decay > 0.0 {
                true => Some(self.average.entry(name.to_owned()).or_default()),
                false => None,
            };
            let before = parameters.inspector().looks().then(|| copied(&parameter.variable)).transpose()?;
            let update = Update { gradient: &gradient.values, moments: RefCell::new((moments, average)), numbers };
            on_the_cpu(parameter, &update)?;
            if let Some(before) = before {
                with_values(&parameter.variable, |after| {
                    parameters.inspector().updated(inspected(name, [&before, after], &gradient.values));
                    Ok(())
                })?;
            }
        }
        if settings.average_decay == 0.0 {
            self.average.clear();
        }
        Ok(length)
    }
}

/// A parameter before and after its update.
fn inspected(name: &str, [before, after]: [&[f32]; 2], gradient: &[f32]) -> ParameterInspection {
    let norm = |values: &[f32]| values.par_chunks(SHARD).map(square).collect::<Vec<f64>>().iter().sum::<f64>().sqrt();
    let shards = before.par_chunks(SHARD).zip(after.par_chunks(SHARD));
    let changes: Vec<f64> = shards
        .map(|(before, after)| {
            let changes: Vec<f32> = before.iter().zip(after).map(|(before, after)| after - before).collect();
            square(&changes)
        })
        .collect();
    let update_norm = changes.iter().sum::<f64>().sqrt();
    ParameterInspection {
        name: name.to_owned(),
        count: before.len(),
        weight_norm: norm(before),
        gradient_norm: norm(gradient),
        update_norm,
        not_finite: match update_norm.is_finite() {
            true => 0,
            false => after.iter().filter(|value| !value.is_finite()).count() as u64,
        },
    }
}

/// Runs an update where the parameter is; from another device it is fetched and brought back.
fn on_the_cpu(parameter: &Parameter, update: &Update<'_>) -> Result<()> {
    if parameter.variable.device().is_cpu() {
        return parameter.variable.inplace_op1(update);
    }
    let here = parameter.variable.to_device(&candle_core::Device::Cpu)?;
    let here = candle_core::Var::from_tensor(&here)?;
    here.inplace_op1(update)?;
    let there: Tensor = here.to_device(parameter.variable.device())?;
    parameter.variable.set(&there)
}

/// The length of the gradient of all parameters together, summed in the order of their names.
fn length(parameters: &Parameters) -> f64 {
    let squares = parameters.iter().map(|(_, parameter)| {
        let gradient = parameter.buffer();
        if !gradient.filled {
            return 0.0;
        }
        let parts: Vec<f64> = gradient.values.par_chunks(SHARD).map(square).collect();
        parts.iter().sum::<f64>()
    });
    squares.sum::<f64>().sqrt()
}

fn square(values: &[f32]) -> f64 {
    values.chunks(256).map(|part| f64::from(super::vector::dot(part, part))).sum()
}

/// What the pass over a parameter multiplies by.
#[derive(Clone, Copy)]
struct Numbers {
    method: Method,
    rate: f32,
    second_scale: f32,
    beta1: f32,
    beta2: f32,
    /// What is left of a weight after decay.
    kept: f32,
    shrink: f32,
    clip: f32,
    average_kept: f32,
}

impl Numbers {
    fn new(settings: UpdateSettings, updates: u64, shrink: f64) -> Self {
        let UpdateSettings { method, learning_rate, beta1, beta2, .. } = settings;
        let corrected = |beta: f64| 1.0 - beta.powf(updates as f64);
        let decay = if method == Method::AdamW { settings.weight_decay } else { 0.0 };
        // A young average forgets faster, so that it does not stay near the fresh weights.
        let young = (1.0 + updates as f64) / (10.0 + updates as f64);
        Self {
            method,
            rate: match method {
                Method::RmsProp => learning_rate as f32,
                _ => (learning_rate / corrected(beta1)) as f32,
            },
            second_scale: (1.0 / corrected(beta2).sqrt()) as f32,
            beta1: beta1 as f32,
            beta2: if method == Method::RmsProp { RMSPROP_DECAY as f32 } else { beta2 as f32 },
            kept: (1.0 - learning_rate * decay) as f32,
            shrink: shrink as f32,
            clip: if settings.weight_clip > 0.0 { settings.weight_clip as f32 } else { f32::INFINITY },
            average_kept: settings.average_decay.min(young) as f32,
        }
    }
}

struct Update<'a> {
    gradient: &'a [f32],
    moments: RefCell<(&'a mut Moments, Option<&'a mut Vec<f32>>)>,
    numbers: Numbers,
}

/// Values a shard of work.
const SHARD: usize = 16_384;

impl InplaceOp1 for Update<'_> {
    fn name(&self) -> &'static str {
        "update"
    }

    fn cpu_fwd(&self, weight: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(weight) = weight else { bail!("expected f32 weights") };
        let Some(weight) = layout.contiguous_offsets().and_then(|(from, to)| weight.get_mut(from..to)) else {
            bail!("expected contiguous weights")
        };
        let numbers = self.numbers;
        let mut state = self.moments.borrow_mut();
        let (Moments { first, second }, average) = &mut *state;
        let shards =
            weight.par_chunks_mut(SHARD).zip(self.gradient.par_chunks(SHARD)).zip(second.par_chunks_mut(SHARD));
        if numbers.method == Method::RmsProp {
            shards.for_each(|((weight, gradient), second)| rmsprop(weight, gradient, second, numbers));
        } else {
            shards
                .zip(first.par_chunks_mut(SHARD))
                .for_each(|(((weight, gradient), second), first)| adam(weight, gradient, first, second, numbers));
        }
        if numbers.clip.is_finite() {
            weight.iter_mut().for_each(|weight| *weight = weight.clamp(-numbers.clip, numbers.clip));
        }
        if let Some(average) = average {
            if average.is_empty() {
                average.extend_from_slice(weight);
            }
            let kept = numbers.average_kept;
            let shards = average.par_chunks_mut(SHARD).zip(weight.par_chunks(SHARD));
            shards.for_each(|(average, weight)| {
                average
                    .iter_mut()
                    .zip(weight)
                    .for_each(|(average, weight)| *average = weight + kept * (*average - weight));
            });
        }
        Ok(())
    }
}

for_each_processor! {
    fn adam(weight: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32], numbers: Numbers) {
        let Numbers { rate, second_scale, beta1, beta2, kept, shrink, .. } = numbers;
        let epsilon = EPSILON as f32;
        for (((w, g), m), v) in weight.iter_mut().zip(gradient).zip(first).zip(second) {
            let g = shrink * g;
            *m = beta1 * *m + (1.0 - beta1) * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *w = kept * *w - rate * *m / (v.sqrt() * second_scale + epsilon);
        }
    }
}

for_each_processor! {
    fn rmsprop(weight: &mut [f32], gradient: &[f32], second: &mut [f32], numbers: Numbers) {
        let Numbers { rate, beta2, shrink, .. } = numbers;
        let epsilon = EPSILON as f32;
        for ((w, g), v) in weight.iter_mut().zip(gradient).zip(second) {
            let g = shrink * g;
            *v = beta2 * *v + (1.0 - beta2) * g * g;
            *w -= rate * g / (v.sqrt() + epsilon);
        }
    }
}
