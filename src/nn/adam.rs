//! Adam (Kingma and Ba 2014) in one pass over each parameter, in place.

use super::parameters::Parameters;
use super::storage::with_values;
use super::vector::adam_update;
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp1, Layout, Result, bail};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// β₂ of every preset.
pub const BETA2: f64 = 0.999;
/// ε of every preset.
pub const EPSILON: f64 = 1e-8;

/// First and second moments of one parameter's gradient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Decayed mean of the gradient.
    pub first: Vec<f32>,
    /// Decayed mean of its square.
    pub second: Vec<f32>,
}

/// The optimiser of one network.
#[derive(Debug, Default)]
pub struct Adam {
    /// By parameter name.
    moments: BTreeMap<String, Moments>,
    /// Updates made.
    updates: u64,
}

impl Adam {
    /// An optimiser that goes on from saved moments.
    pub fn restore(moments: BTreeMap<String, Moments>, updates: u64) -> Self {
        Self { moments, updates }
    }

    /// What has to be saved to go on: moments by parameter name, updates made.
    pub fn state(&self) -> (&BTreeMap<String, Moments>, u64) {
        (&self.moments, self.updates)
    }

    /// One update of every parameter that has a gradient.
    ///
    /// # Errors
    /// If a gradient does not fit its parameter.
    pub fn update(
        &mut self,
        parameters: &Parameters,
        gradients: &GradStore,
        learning_rate: f64,
        beta1: f64,
    ) -> Result<()> {
        self.updates += 1;
        let correction1 = 1.0 - beta1.powf(self.updates as f64);
        let correction2 = 1.0 - BETA2.powf(self.updates as f64);
        for (name, variable) in parameters.iter() {
            let Some(gradient) = gradients.get(variable) else { continue };
            let count = variable.elem_count();
            let moments = self.moments.entry(name.to_owned()).or_default();
            moments.first.resize(count, 0.0);
            moments.second.resize(count, 0.0);
            with_values(gradient, |gradient| {
                let rate = (learning_rate / correction1) as f32;
                let numbers = [rate, (1.0 / correction2.sqrt()) as f32, beta1 as f32];
                variable.inplace_op1(&Step { gradient, moments: RefCell::new(moments), numbers })
            })?;
        }
        Ok(())
    }
}

struct Step<'a> {
    gradient: &'a [f32],
    moments: RefCell<&'a mut Moments>,
    numbers: [f32; 3],
}

/// Values a shard of work.
const SHARD: usize = 16_384;

impl InplaceOp1 for Step<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(&self, weight: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(weight) = weight else { bail!("expected f32 weights") };
        let Some(weight) = layout.contiguous_offsets().and_then(|(from, to)| weight.get_mut(from..to)) else {
            bail!("expected contiguous weights")
        };
        let numbers = self.numbers;
        let mut moments = self.moments.borrow_mut();
        let Moments { first, second } = &mut **moments;
        let moments = first.par_chunks_mut(SHARD).zip(second.par_chunks_mut(SHARD));
        weight
            .par_chunks_mut(SHARD)
            .zip(self.gradient.par_chunks(SHARD))
            .zip(moments)
            .for_each(|((weight, gradient), (first, second))| adam_update(weight, gradient, first, second, numbers));
        Ok(())
    }
}
