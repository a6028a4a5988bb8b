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
    /// How many weights of each row there are, from the first on, by the name of a matrix; the others stay 0.
    masks: BTreeMap<String, Vec<usize>>,
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
        Self {
            variables: BTreeMap::new(),
            masks: BTreeMap::new(),
            device: device.clone(),
            fused: device.is_cpu(),
            most: usize::MAX,
            inspector: Arc::default(),
        }
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

    /// Leaves of each row of a matrix `[rows, columns]` the first `kept[row]` weights. The others are 0 from now on, and the
    /// gradients that reach them are cleared before an update, so that none moves them.
    ///
    /// # Errors
    /// If there is no such matrix, or candle fails.
    pub fn mask(&mut self, name: &str, kept: Vec<usize>) -> Result<()> {
        let variable = match self.variables.get(name) {
            Some(parameter) if parameter.variable.dim(0)? == kept.len() => &parameter.variable,
            _ => candle_core::bail!("{name}: expected a matrix of {} rows to mask", kept.len()),
        };
        let mut values = copied(variable)?;
        masked_rows(&mut values, &kept).for_each(|weights| weights.fill(0.0));
        variable.set(&Tensor::from_vec(values, variable.shape(), &self.device)?)?;
        self.masks.insert(name.to_owned(), kept);
        Ok(())
    }

    /// Clears the accumulated gradients of weights that a mask holds at 0.
    pub(super) fn mask_gradients(&self) {
        for (name, kept) in &self.masks {
            if let Some(parameter) = self.variables.get(name) {
                masked_rows(&mut parameter.buffer().values, kept).for_each(|gradient| gradient.fill(0.0));
            }
        }
    }

    /// Whether values of a parameter are 0 wherever its mask says so.
    pub fn fits_mask(&self, name: &str, values: &[f32]) -> bool {
        self.masks.get(name).is_none_or(|kept| {
            let mut rows = values.chunks_exact(columns(values, kept)).zip(kept);
            rows.all(|(row, kept)| row.iter().skip(*kept).all(|weight| *weight == 0.0))
        })
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

/// Columns of a matrix with a row for each number.
fn columns(values: &[f32], kept: &[usize]) -> usize {
    (values.len() / kept.len().max(1)).max(1)
}

/// What lies in each row of a matrix beyond what is kept of it.
fn masked_rows<'a>(values: &'a mut [f32], kept: &'a [usize]) -> impl Iterator<Item = &'a mut [f32]> {
    let columns = columns(values, kept);
    values.chunks_exact_mut(columns).zip(kept).map(|(row, kept)| row.get_mut(*kept..).unwrap_or_default())
}

/// A copy of a tensor's values: candle shares storage between clones and writes variables in place.
///
/// # Errors
/// If they cannot be fetched.
pub fn copied(tensor: &Tensor) -> Result<Vec<f32>> {
    with_values(tensor, |values| Ok(values.to_vec()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::optimizer::{Method, Optimizer, UpdateSettings};

    #[test]
    fn masked_weights_stay_zero_whatever_updates_them() {
        for method in Method::ALL {
            let mut parameters = Parameters::default();
            let weight = parameters.uniform("weight", &[3, 4], 4, 7).unwrap();
            let before = copied(&weight.variable).unwrap();
            parameters.mask("weight", vec![0, 2, 9]).unwrap();
            let mut optimizer = Optimizer::default();
            for _ in 0..3 {
                weight.buffer().add(&[1.0; 12]);
                let settings = UpdateSettings {
                    method,
                    learning_rate: 0.1,
                    beta1: 0.9,
                    beta2: 0.999,
                    weight_decay: 0.1,
                    gradient_clip: 0.5,
                    weight_clip: 0.0,
                    average_decay: 0.9,
                };
                // Of the six weights that are there alone.
                let length = optimizer.update(&parameters, settings).unwrap();
                assert!((length - 6f64.sqrt()).abs() < 1e-6, "{length}");
            }
            let after = copied(&weight.variable).unwrap();
            let average = optimizer.average().get("weight").unwrap();
            let kept = |place: usize| place / 4 == 2 || (place / 4 == 1 && place % 4 < 2);
            for (place, (before, after)) in before.iter().zip(&after).enumerate() {
                assert_eq!(*after != 0.0 && before != after, kept(place), "{method:?} {place}");
            }
            assert!(parameters.fits_mask("weight", &after) && parameters.fits_mask("weight", average));
            assert!(!parameters.fits_mask("weight", &before) && parameters.fits_mask("bias", &before));
        }
    }

    #[test]
    fn what_is_no_matrix_of_so_many_rows_is_not_masked() {
        let mut parameters = Parameters::default();
        parameters.uniform("weight", &[3, 4], 4, 7).unwrap();
        assert!(parameters.mask("weight", vec![1; 4]).is_err() && parameters.mask("bias", vec![1; 3]).is_err());
    }
}
