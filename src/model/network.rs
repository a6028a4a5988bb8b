//! A network that is updated apart from the others of its model: its layers, their parameters, and what updates them.

use super::StepError;
use super::plain;
use super::saved::{self, Saved, SavedNames};
use crate::nn::inspection::Inspector;
use crate::nn::layer::{Layer, LayerWork, Norm};
use crate::nn::optimizer::{Optimizer, UpdateSettings};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Network};
use candle_core::backprop::GradStore;

/// One of a model's networks.
#[derive(Debug)]
pub(super) struct LearningNetwork {
    /// What it is called where its updates are counted.
    name: &'static str,
    /// What it computes.
    pub layers: Sequential,
    /// Its own.
    pub parameters: Parameters,
    optimizer: Optimizer,
}

impl LearningNetwork {
    /// Layers that are made of fresh parameters.
    ///
    /// # Errors
    /// If they cannot be made.
    pub fn new(
        name: &'static str,
        mut parameters: Parameters,
        make: impl FnOnce(&mut Parameters) -> candle_core::Result<Sequential>,
    ) -> Result<Self, StepError> {
        Ok(Self { name, layers: make(&mut parameters)?, parameters, optimizer: Optimizer::default() })
    }

    /// Updates it by what its kernels have accumulated and what candle's own operations gave.
    ///
    /// # Errors
    /// If candle fails.
    pub fn learn(&mut self, gradients: &GradStore, settings: UpdateSettings) -> Result<(), StepError> {
        self.parameters.accumulate(gradients)?;
        self.update(settings)
    }

    /// Updates it by the gradients that its parameters have.
    ///
    /// # Errors
    /// If candle fails.
    pub fn update(&mut self, settings: UpdateSettings) -> Result<(), StepError> {
        self.optimizer.update(&self.parameters, settings)?;
        Ok(())
    }

    /// Does something with the average of its weights, where one is kept.
    ///
    /// # Errors
    /// If candle fails, or `work` does.
    pub fn with_average<T>(&self, work: impl FnOnce() -> candle_core::Result<T>) -> Result<T, StepError> {
        Ok(self.optimizer.with_average(&self.parameters, work)?)
    }

    /// Updates that were made.
    pub fn updates(&self) -> u64 {
        self.optimizer.state().1
    }

    /// Who looks at it.
    pub fn inspector(&self) -> &Inspector {
        self.parameters.inspector()
    }

    /// As plain data with `last` as its last activation, batch norm folded in; the average of the weights where one is kept, and
    /// `constants` beside what it gives: how many, of which value.
    ///
    /// # Errors
    /// If candle fails.
    pub fn plain(&self, last: Activation, constants: Option<(usize, f32)>) -> Result<Network, StepError> {
        let mut operations = plain::operations(&self.layers, self.optimizer.average(), last)?;
        if let (Some((count, value)), Some(operation)) = (constants, operations.last_mut()) {
            plain::append_constants(operation, count, value);
        }
        let inputs = self.layers.layers().first().map_or(0, Layer::inputs);
        Ok(Network::new(inputs, operations)?)
    }

    fn norms(&self) -> impl Iterator<Item = (&str, &Norm)> {
        self.layers.layers().iter().filter_map(|layer| match &layer.work {
            LayerWork::Norm(norm) => Some((layer.name.as_str(), norm)),
            LayerWork::Operation { .. } => None,
        })
    }

    /// Sets it to what was saved of it.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn restore(&mut self, saved: &Saved) -> Result<(), StepError> {
        self.optimizer = saved::restore(self.name, &self.parameters, saved)?;
        for (name, norm) in self.norms() {
            let mut running = norm.running();
            let [mean, variance] = RUNNING.map(|part| format!("{name}.{part}"));
            running.mean = saved.take(&mean, running.mean.len())?;
            running.variance = saved.take(&variance, running.variance.len())?;
        }
        Ok(())
    }
}

/// What the names of a batch norm's running statistics end in.
const RUNNING: [&str; 2] = ["running_mean", "running_variance"];

/// Copies networks: parameters, averages, the running statistics of batch norms, and the state of what updates them.
pub(super) fn save(networks: &[&LearningNetwork]) -> Result<Saved, StepError> {
    let parts: Vec<_> = networks.iter().map(|one| (one.name, &one.parameters, &one.optimizer)).collect();
    let mut saved = saved::save(&parts)?;
    for (name, norm) in networks.iter().flat_map(|network| network.norms()) {
        let running = norm.running();
        let values = [running.mean.clone(), running.variance.clone()];
        saved.weights.extend(RUNNING.map(|part| format!("{name}.{part}")).into_iter().zip(values));
    }
    Ok(saved)
}

/// The names of what [`save`] copies.
pub(super) fn names(networks: &[&LearningNetwork]) -> SavedNames {
    let parts: Vec<_> = networks.iter().map(|one| (one.name, &one.parameters, &one.optimizer)).collect();
    let mut names = saved::names(&parts);
    let norms = networks.iter().flat_map(|network| network.norms());
    names.weights.extend(norms.flat_map(|(name, _)| RUNNING.map(|part| format!("{name}.{part}"))));
    names
}
