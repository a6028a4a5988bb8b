//! The named parameters of a model, in the order of their names.

use super::storage::with_values;
use crate::random::{Purpose, stream};
use candle_core::{Device, Result, Tensor, Var};
use rand::Rng;
use std::collections::BTreeMap;

/// Trainable tensors by name, on the CPU, `f32`.
#[derive(Debug, Default)]
pub struct Parameters {
    variables: BTreeMap<String, Var>,
}

impl Parameters {
    /// Draws a tensor from U(±1/√fan_in), element by element from the stream of its number, and keeps it under `name`.
    ///
    /// # Errors
    /// If candle cannot make it.
    pub fn uniform(&mut self, name: &str, shape: &[usize], fan_in: usize, seed: u64) -> Result<Var> {
        let bound = 1.0 / (fan_in.max(1) as f32).sqrt();
        let mut generator = stream(seed, Purpose::Weights, 0, self.variables.len() as u64);
        let count = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|_| generator.random_range(-bound..bound)).collect();
        self.keep(name, Tensor::from_vec(values, shape, &Device::Cpu)?)
    }

    /// A tensor filled with one value, kept under `name`.
    ///
    /// # Errors
    /// If candle cannot make it.
    pub fn constant(&mut self, name: &str, shape: &[usize], value: f32) -> Result<Var> {
        self.keep(name, Tensor::full(value, shape, &Device::Cpu)?)
    }

    fn keep(&mut self, name: &str, tensor: Tensor) -> Result<Var> {
        let variable = Var::from_tensor(&tensor)?;
        self.variables.insert(name.to_owned(), variable.clone());
        Ok(variable)
    }

    /// Every parameter, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.variables.iter().map(|(name, variable)| (name.as_str(), variable))
    }

    /// How many numbers there are in all.
    pub fn count(&self) -> usize {
        self.variables.values().map(|variable| variable.elem_count()).sum()
    }
}

/// A copy of a tensor's values: candle shares storage between clones and writes variables in place.
///
/// # Errors
/// If it is not on the CPU.
pub fn copied(tensor: &Tensor) -> Result<Vec<f32>> {
    with_values(tensor, |values| Ok(values.to_vec()))
}
