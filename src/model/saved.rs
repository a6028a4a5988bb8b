//! What of a model goes to disk: plain values by name.

use super::StepError;
use crate::nn::optimizer::{Moments, Optimizer};
use crate::nn::parameters::{Parameters, copied};
use candle_core::{Result, Tensor};
use std::collections::{BTreeMap, BTreeSet};

/// Weights and optimiser state as plain values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// Parameters, their averages where they are kept, and running statistics, by name.
    pub weights: BTreeMap<String, Vec<f32>>,
    /// The optimiser's moments by parameter name.
    pub moments: BTreeMap<String, Moments>,
    /// Updates made, by network; the one network of an autoencoder is the empty name.
    pub updates: BTreeMap<String, u64>,
}

impl Saved {
    /// What it takes on disk, in bytes, but for names.
    pub fn bytes(&self) -> u64 {
        let moments = self.moments.values().map(|moments| moments.first.len() + moments.second.len());
        let values: usize = self.weights.values().map(Vec::len).chain(moments).sum();
        4 * values as u64
    }

    /// A copy of a weight of so many values.
    ///
    /// # Errors
    /// If it is missing or has another number.
    pub fn take(&self, name: &str, expected: usize) -> std::result::Result<Vec<f32>, StepError> {
        let found = self.weights.get(name).map_or(&[][..], Vec::as_slice);
        match found.len() == expected {
            true => Ok(found.to_vec()),
            false => Err(StepError::Saved { name: name.to_owned(), expected, found: found.len() }),
        }
    }

    /// What is in it.
    pub fn names(&self) -> SavedNames {
        SavedNames {
            weights: self.weights.keys().cloned().collect(),
            moments: self.moments.keys().cloned().collect(),
            updates: self.updates.keys().cloned().collect(),
        }
    }
}

/// The names of what a model saves, without a copy of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedNames {
    /// Of its weights, averages and running statistics.
    pub weights: BTreeSet<String>,
    /// Of parameters with moments.
    pub moments: BTreeSet<String>,
    /// Of networks that are counted.
    pub updates: BTreeSet<String>,
}

impl SavedNames {
    /// The first tensor, pair of moments or counter of this that `other` has not.
    pub fn surplus_to(&self, other: &Self) -> Option<String> {
        let weight = self.weights.difference(&other.weights).next();
        let moments = || self.moments.difference(&other.moments).next();
        let counter = || self.updates.difference(&other.updates).next();
        weight.or_else(moments).or_else(counter).cloned()
    }
}

/// What the name of a parameter's average ends in.
const AVERAGE: &str = ".average";

/// Copies networks, each with its name, parameters and optimiser.
pub(super) fn save(networks: &[(&str, &Parameters, &Optimizer)]) -> Result<Saved> {
    let mut saved = Saved::default();
    for (network, parameters, optimizer) in networks {
        for (name, parameter) in parameters.iter() {
            saved.weights.insert(name.to_owned(), copied(&parameter.variable)?);
        }
        for (name, average) in optimizer.average() {
            saved.weights.insert(format!("{name}{AVERAGE}"), average.clone());
        }
        let (moments, updates) = optimizer.state();
        saved.moments.extend(moments.clone());
        saved.updates.insert((*network).to_owned(), updates);
    }
    Ok(saved)
}

/// The names of what [`save`] copies.
pub(super) fn names(networks: &[(&str, &Parameters, &Optimizer)]) -> SavedNames {
    let mut names = SavedNames::default();
    for (network, parameters, optimizer) in networks {
        names.weights.extend(parameters.iter().map(|(name, _)| name.to_owned()));
        names.weights.extend(optimizer.average().keys().map(|name| format!("{name}{AVERAGE}")));
        names.moments.extend(optimizer.state().0.keys().cloned());
        names.updates.insert((*network).to_owned());
    }
    names
}

/// Sets a network's parameters to what was saved and gives its optimiser.
pub(super) fn restore(
    network: &str,
    parameters: &Parameters,
    saved: &Saved,
) -> std::result::Result<Optimizer, StepError> {
    let (mut moments, mut averages) = (BTreeMap::new(), BTreeMap::new());
    for (name, parameter) in parameters.iter() {
        let variable = &parameter.variable;
        let expected = variable.elem_count();
        let misfit = |found| StepError::Saved { name: name.to_owned(), expected, found };
        let values = saved.weights.get(name).ok_or_else(|| misfit(0))?;
        if values.len() != expected {
            return Err(misfit(values.len()));
        }
        let average = saved.weights.get(&format!("{name}{AVERAGE}"));
        let moments_of = saved.moments.get(name);
        let first_and_second = moments_of.into_iter().flat_map(|moments| [&moments.first, &moments.second]);
        let mut all = std::iter::once(values).chain(average).chain(first_and_second);
        if !all.all(|values| parameters.fits_mask(name, values)) {
            return Err(StepError::Masked { name: name.to_owned() });
        }
        variable.set(&Tensor::from_vec(values.clone(), variable.shape(), variable.device())?)?;
        if saved.updates.get(network).is_some_and(|updates| *updates > 0) && moments_of.is_none() {
            return Err(StepError::NoMoments { name: name.to_owned() });
        }
        if let Some(kept) = moments_of {
            // RMSprop has no first moments.
            if kept.second.len() != expected || ![0, expected].contains(&kept.first.len()) {
                return Err(misfit(kept.second.len()));
            }
            moments.insert(name.to_owned(), kept.clone());
        }
        if let Some(average) = average {
            if average.len() != expected {
                return Err(misfit(average.len()));
            }
            averages.insert(name.to_owned(), average.clone());
        }
    }
    Ok(Optimizer::restore(moments, averages, saved.updates.get(network).copied().unwrap_or(0)))
}
