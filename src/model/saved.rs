//! What of a model goes to disk: plain values by name.

use super::StepError;
use crate::nn::adam::{Adam, Moments};
use crate::nn::parameters::{Parameters, copied};
use candle_core::{Device, Result, Tensor};
use std::collections::BTreeMap;

/// Weights and optimiser state as plain values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// Parameters and running statistics by name.
    pub weights: BTreeMap<String, Vec<f32>>,
    /// Adam's moments by parameter name.
    pub moments: BTreeMap<String, Moments>,
    /// Updates made, by network; the one network of an autoencoder is the empty name.
    pub updates: BTreeMap<String, u64>,
}

/// Copies networks, each with its name, parameters and optimiser.
pub(super) fn save(networks: &[(&str, &Parameters, &Adam)]) -> Result<Saved> {
    let mut saved = Saved::default();
    for (network, parameters, optimizer) in networks {
        for (name, variable) in parameters.iter() {
            saved.weights.insert(name.to_owned(), copied(variable)?);
        }
        let (moments, updates) = optimizer.state();
        saved.moments.extend(moments.clone());
        saved.updates.insert((*network).to_owned(), updates);
    }
    Ok(saved)
}

/// Sets a network's parameters to what was saved and gives its optimiser.
pub(super) fn restore(network: &str, parameters: &Parameters, saved: &Saved) -> std::result::Result<Adam, StepError> {
    let mut moments = BTreeMap::new();
    for (name, variable) in parameters.iter() {
        let expected = variable.elem_count();
        let misfit = |found| StepError::Saved { name: name.to_owned(), expected, found };
        let values = saved.weights.get(name).ok_or_else(|| misfit(0))?;
        if values.len() != expected {
            return Err(misfit(values.len()));
        }
        variable.set(&Tensor::from_vec(values.clone(), variable.shape(), &Device::Cpu)?)?;
        if let Some(kept) = saved.moments.get(name) {
            if kept.first.len() != expected || kept.second.len() != expected {
                return Err(misfit(kept.first.len()));
            }
            moments.insert(name.to_owned(), kept.clone());
        }
    }
    Ok(Adam::restore(moments, saved.updates.get(network).copied().unwrap_or(0)))
}
