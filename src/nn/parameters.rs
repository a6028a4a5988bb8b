//! The named parameters of a model, in the order of their names, each with its gradient.

use super::inspection::Inspector;
use super::storage::with_values;
use crate::random::{Purpose, stream};
use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use rand::Rng;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The gradient accumulated since the last update. The buffer is reused from step to step.
#[derive(Debug, Default)]
pub(super) struct Gradient {
    /// As many as the parameter has elements; without meaning until `filled`.
    pub values: Vec<f32>,
    /// Whether something was written since the last update; more is then added.
    pub filled: bool,
}

impl Gradient {
    /// Adds a part.
    pub fn add(&mut self, values: &[f32]) {
        if self.filled {
            self.values.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        } else {
            self.values.clear();
            self.values.extend_from_slice(values);
            self.filled = true;
        }
    }
}

/// A trainable tensor.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The values.
    pub variable: Var,
    gradient: Arc<Mutex<Gradient>>,
}

impl Parameter {
    /// Where kernels accumulate its gradient.
    pub(super) fn buffer(&self) -> MutexGuard<'_, Gradient> {
        self.gradient.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the gradient accumulated since the last update, if there is one.
    pub fn gradient(&self) -> Option<Vec<f32>> {
        let gradient = self.buffer();
        gradient.filled.then(|| gradient.values.clone())
    }
}

/// Trainable tensors by name, `f32`, on one device.
#[derive(Debug)]
pub struct Parameters {
    variables: BTreeMap<String, Parameter>,
    device: Device,
    fused: bool,
    most: usize,
    inspector: Arc<Inspector>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self::on(&Device::Cpu)
    }
}

impl Parameters {
    /// None yet, on a device. On the CPU layers of them run on the kernels of this folder.
    pub fn on(device: &Device) -> Self {
        let (variables, inspector) = (BTreeMap::new(), Arc::default());
        Self { variables, device: device.clone(), fused: device.is_cpu(), most: usize::MAX, inspector }
    }

    /// None yet, on the CPU, whose layers run on candle's own operations: the reference that the kernels are tested against.
    pub fn reference() -> Self {
        Self { fused: false, ..Self::default() }
    }

    /// The same for no more numbers than these: where it is known how many there are on disk.
    #[must_use]
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Refuses so many more numbers before memory is taken for them.
    ///
    /// # Errors
    /// If there would be more than there may be.
    pub fn check(&self, more: usize) -> Result<()> {
        if self.count().saturating_add(more) > self.most {
            candle_core::bail!("a model of more parameters than there are on disk");
        }
        Ok(())
    }

    /// Where they are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Who looks at them and at the layers that they are of; on devices apart from the CPU, and in the reference, at them alone.
    pub fn inspector(&self) -> &Arc<Inspector> {
        &self.inspector
    }

    /// Whether layers of these run on the kernels of this folder.
    pub(super) fn is_fused(&self) -> bool {
        self.fused
    }

    /// Draws a tensor from U(±1/√fan_in), element by element from the stream of its number, and keeps it under `name`.
    ///
    /// # Errors
    /// If candle cannot make it.
    pub fn uniform(&mut self, name: &str, shape: &[usize], fan_in: usize, seed: u64) -> Result<Parameter> {
        let bound = 1.0 / (fan_in.max(1) as f32).sqrt();
        let mut generator = stream(seed, Purpose::Weights, 0, self.variables.len() as u64);
        let count = shape.iter().product();
        self.check(count)?;
        let values: Vec<f32> = (0..count).map(|_| generator.random_range(-bound..bound)).collect();
        self.keep(name, &Tensor::from_vec(values, shape, &self.device)?)
    }

    /// A tensor filled with one value, kept under `name`.
    ///
    /// # Errors
    /// If candle cannot make it.
    pub fn constant(&mut self, name: &str, shape: &[usize], value: f32) -> Result<Parameter> {
        self.check(shape.iter().product())?;
        self.keep(name, &Tensor::full(value, shape, &self.device)?)
    }

    fn keep(&mut self, name: &str, tensor: &Tensor) -> Result<Parameter> {
        let parameter = Parameter { variable: Var::from_tensor(tensor)?, gradient: Arc::default() };
        self.variables.insert(name.to_owned(), parameter.clone());
        Ok(parameter)
    }

    /// Every parameter, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Parameter)> {
        self.variables.iter().map(|(name, parameter)| (name.as_str(), parameter))
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.variables.values().map(|parameter| parameter.variable.elem_count()).sum()
    }

    /// Adds the gradients that candle's own operations gave; those of the kernels are there already.
    ///
    /// # Errors
    /// If they cannot be fetched.
    pub fn accumulate(&self, gradients: &GradStore) -> Result<()> {
        for parameter in self.variables.values() {
            if let Some(tensor) = gradients.get(&parameter.variable) {
                with_values(tensor, |values| {
                    parameter.buffer().add(values);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    /// The next gradients are not added to those before.
    pub fn clear_gradients(&self) {
        self.variables.values().for_each(|parameter| parameter.buffer().filled = false);
    }
}

/// A copy of a tensor's values: candle shares storage between clones and writes variables in place.
///
/// # Errors
/// If they cannot be fetched.
pub fn copied(tensor: &Tensor) -> Result<Vec<f32>> {
    with_values(tensor, |values| Ok(values.to_vec()))
}
