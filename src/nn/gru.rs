//! A gated recurrent unit over sequences as one candle operation with its own backward, through time (Werbos 1990). A shard of the
//! examples a thread goes through all steps, so that threads wait for each other once a pass.

use super::generic::activate;
use super::gru_cell::{self, GATES};
use super::operations::{Compute, Linear};
use super::parameters::{Parameter, Parameters};
use super::shards::{row_shards, split, split_mut};
use super::storage::{Held, values, with_values};
use super::weight_gradients::{Wanted, weight_gradients};
use crate::nn::activation::Activation;
use candle_core::{CpuStorage, CustomOp2, DType, Device, Layout, Result, Shape, Tensor, Var, bail};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a step reads and what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GruSizes {
    /// Elements of a step of a sequence.
    pub inputs: usize,
    /// Elements of the state: 64 or more, so that the bits of its products do not depend on how examples are split.
    pub units: usize,
}

/// The recurrent unit and its parameters.
#[derive(Debug)]
pub struct Gru {
    inner: Arc<Inner>,
    fused: bool,
}

/// What the passes share.
#[derive(Debug)]
struct Inner {
    sizes: GruSizes,
    input: Gates,
    state: Gates,
    /// A variable without meaning, by which candle knows that something here learns.
    anchor: Var,
}

/// The weights of the three gates of each unit, `[3·units, inputs]` or `[3·units, units]`, and their biases `[3·units]`.
#[derive(Debug)]
struct Gates {
    weight: Parameter,
    bias: Parameter,
}

/// Both parts' values.
struct Weights<'a> {
    input: &'a [f32],
    input_bias: &'a [f32],
    state: &'a [f32],
    state_bias: &'a [f32],
}

/// A copy of a recurrent unit's weights, row by row: `[3·units, inputs]` or `[3·units, units]`, and biases `[3·units]`.
#[derive(Clone, Debug, PartialEq)]
pub struct GruWeights {
    /// What it reads of the input.
    pub input: Vec<f32>,
    /// Its biases.
    pub input_bias: Vec<f32>,
    /// What it reads of the state.
    pub state: Vec<f32>,
    /// Its biases.
    pub state_bias: Vec<f32>,
}

/// What a forward pass keeps, example by example and in it step by step.
struct Tape {
    /// r, z and n, `[batch, steps, 3·units]`.
    gates: Vec<f32>,
    /// What of the state is in n, `[batch, steps, units]`.
    new: Vec<f32>,
    /// After each step, `[batch, steps, units]`.
    states: Vec<f32>,
}

impl GruSizes {
    fn of_input(self) -> Linear {
        Linear { inputs: self.inputs, outputs: GATES * self.units }
    }

    fn of_state(self) -> Linear {
        Linear { inputs: self.units, outputs: GATES * self.units }
    }

    /// Its numbers.
    pub fn parameters(self) -> usize {
        let inputs = self.inputs.saturating_add(self.units).saturating_add(2);
        GATES.saturating_mul(self.units).saturating_mul(inputs)
    }

    /// Numbers a step of an example that passes hold, forward and back.
    pub fn values(self) -> usize {
        self.units.saturating_mul(3 * GATES + 3)
    }

    /// Multiplications and additions a step of an example: of the input's part and of the state's.
    pub fn flops(self) -> [u64; 2] {
        [self.of_input().flops(), self.of_state().flops()]
    }
}

impl Gru {
    /// Fresh weights and biases U(±1/√units), as PyTorch draws them, kept under names that begin with `name`.
    ///
    /// # Errors
    /// If candle cannot make them.
    pub fn new(parameters: &mut Parameters, name: &str, sizes: GruSizes, seed: u64) -> Result<Self> {
        let GruSizes { inputs, units } = sizes;
        parameters.check(sizes.parameters())?;
        let mut gates = |part: &str, inputs: usize| -> Result<Gates> {
            Ok(Gates {
                weight: parameters.uniform(&format!("{name}.{part}.weight"), &[GATES * units, inputs], units, seed)?,
                bias: parameters.uniform(&format!("{name}.{part}.bias"), &[GATES * units], units, seed)?,
            })
        };
        let (input, state) = (gates("input", inputs)?, gates("state", units)?);
        let anchor = Var::zeros((), DType::F32, &Device::Cpu)?;
        Ok(Self { inner: Arc::new(Inner { sizes, input, state, anchor }), fused: parameters.is_fused() })
    }

    /// The state after each step of a sequence, from a state of zeros on: `x` `[batch, steps, inputs]` to `[batch, steps, units]`.
    /// `x` gets no gradient.
    ///
    /// # Errors
    /// If `x` does not fit.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if !self.fused {
            return self.inner.by_candle(x);
        }
        let pass = Pass { inner: self.inner.clone(), tape: Mutex::default() };
        x.contiguous()?.detach().apply_op2(self.inner.anchor.as_tensor(), pass)
    }

    /// A copy of its weights.
    ///
    /// # Errors
    /// If they cannot be fetched.
    pub fn weights(&self) -> Result<GruWeights> {
        self.inner.with_weights(|weights| {
            Ok(GruWeights {
                input: weights.input.to_vec(),
                input_bias: weights.input_bias.to_vec(),
                state: weights.state.to_vec(),
                state_bias: weights.state_bias.to_vec(),
            })
        })
    }

    /// What it reads and keeps.
    pub fn sizes(&self) -> GruSizes {
        self.inner.sizes
    }
}

impl Inner {
    fn with_weights<T>(&self, work: impl FnOnce(Weights<'_>) -> Result<T>) -> Result<T> {
        let Self { input, state, .. } = self;
        let held = [&input.weight, &input.bias, &state.weight, &state.bias].map(|one| Held::new(&one.variable));
        let [input, input_bias, state, state_bias] = &held;
        work(Weights {
            input: input.values()?,
            input_bias: input_bias.values()?,
            state: state.values()?,
            state_bias: state_bias.values()?,
        })
    }

    /// The same by candle's own operations.
    fn by_candle(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, steps, _) = x.dims3()?;
        let units = self.sizes.units;
        let linear = |x: &Tensor, gates: &Gates| {
            x.matmul(&gates.weight.variable.t()?)?.broadcast_add(gates.bias.variable.as_tensor())
        };
        let mut state = Tensor::zeros((batch, units), DType::F32, x.device())?;
        let mut states = Vec::with_capacity(steps);
        for step in 0..steps {
            let of_input = linear(&x.narrow(1, step, 1)?.squeeze(1)?.contiguous()?, &self.input)?;
            let of_state = linear(&state, &self.state)?;
            let gate = |of: &Tensor, gate: usize| of.narrow(1, gate * units, units);
            let both = |at: usize| activate(&(gate(&of_input, at)? + gate(&of_state, at)?)?, Activation::Sigmoid);
            let new = (gate(&of_input, 2)? + (both(0)? * gate(&of_state, 2)?)?)?.tanh()?;
            state = (&new + (both(1)? * (state - &new)?)?)?;
            states.push(state.clone());
        }
        Tensor::stack(&states, 1)
    }

    /// Examples one after another through all steps.
    fn forward(&self, weights: &Weights<'_>, x: &[f32], [gates, new, states]: [&mut [f32]; 3], steps: usize) {
        let units = self.sizes.units;
        self.sizes.of_input().forward(weights.input, weights.input_bias, x.into(), gates);
        let rows = states.len() / (steps * units).max(1);
        let (mut state, mut of_state) = (vec![0.0; rows * units], vec![0.0; GATES * rows * units]);
        for step in 0..steps {
            let read: &[f32] = &state;
            self.sizes.of_state().forward(weights.state, weights.state_bias, read.into(), &mut of_state);
            let each = state.chunks_exact_mut(units).zip(of_state.chunks_exact(GATES * units));
            for (row, (state, of_state)) in each.enumerate() {
                let at = row * steps + step;
                let gates = &mut gates[at * GATES * units..][..GATES * units];
                gru_cell::step(gates, of_state, state, &mut new[at * units..][..units]);
                states[at * units..][..units].copy_from_slice(state);
            }
        }
    }

    /// Back through all steps: `gates` and `of_states` become the gradients of what input and state gave to them.
    fn backward(&self, weights: &Weights<'_>, passed: &Passed<'_>, gates: &mut [f32], of_states: &mut [f32]) {
        let (units, steps) = (self.sizes.units, passed.steps);
        let rows = passed.states.len() / (steps * units).max(1);
        let (mut gradient, mut through) = (vec![0.0; rows * units], vec![0.0; rows * units]);
        let mut of_state = vec![0.0; GATES * rows * units];
        let start = vec![0.0; units];
        for step in (0..steps).rev() {
            let each = gradient.chunks_exact_mut(units).zip(of_state.chunks_exact_mut(GATES * units));
            for (row, (gradient, of_state)) in each.enumerate() {
                let at = row * steps + step;
                gradient.iter_mut().zip(&passed.gradient[at * units..]).for_each(|(sum, given)| *sum += given);
                let before = if step == 0 { &start[..] } else { &passed.states[(at - 1) * units..][..units] };
                let gates = &mut gates[at * GATES * units..][..GATES * units];
                gru_cell::step_back(gates, &passed.new[at * units..], before, gradient, of_state);
                of_states[at * GATES * units..][..GATES * units].copy_from_slice(of_state);
            }
            if step > 0 {
                let read: &[f32] = &of_state;
                self.sizes.of_state().backward(weights.state, read.into(), read, through.as_mut_slice().into());
                gradient.iter_mut().zip(&through).for_each(|(sum, through)| *sum += through);
            }
        }
    }
}

/// What the way back of some examples reads.
struct Passed<'a> {
    new: &'a [f32],
    states: &'a [f32],
    /// Of the states after each step.
    gradient: &'a [f32],
    steps: usize,
}

/// One forward pass, kept for its backward.
struct Pass {
    inner: Arc<Inner>,
    tape: Mutex<Option<Tape>>,
}

impl Pass {
    fn tape(&self) -> MutexGuard<'_, Option<Tape>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CustomOp2 for Pass {
    fn name(&self) -> &'static str {
        "gru"
    }

    fn cpu_fwd(&self, x: &CpuStorage, x_layout: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, steps, found) = x_layout.shape().dims3()?;
        let GruSizes { inputs, units } = self.inner.sizes;
        if inputs != found || steps == 0 {
            bail!("expected steps of {inputs} values, found {steps} of {found}");
        }
        let (x, all) = (values(x, x_layout)?, batch * steps * units);
        let mut tape = Tape { gates: vec![0.0; GATES * all], new: vec![0.0; all], states: vec![0.0; all] };
        self.inner.with_weights(|weights| {
            let shards: Vec<Range<usize>> = row_shards(batch).collect();
            let parts = |values, width| split_mut(values, steps * width, shards.iter().cloned());
            let gates = parts(&mut tape.gates, GATES * units);
            let outs = gates.into_par_iter().zip(parts(&mut tape.new, units)).zip(parts(&mut tape.states, units));
            outs.zip(&shards).for_each(|(((gates, new), states), shard)| {
                self.inner.forward(&weights, split(x, steps * inputs, shard), [gates, new, states], steps);
            });
            Ok(())
        })?;
        // candle owns the result; the tape stays here.
        let out = tape.states.clone();
        *self.tape() = Some(tape);
        Ok((CpuStorage::F32(out), Shape::from((batch, steps, units))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        _: &Tensor,
        _: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(Tape { mut gates, new, states }) = self.tape().take() else {
            bail!("this pass has been gone back through already")
        };
        let (batch, steps, _) = x.dims3()?;
        let Inner { sizes, input, state, .. } = &*self.inner;
        let units = sizes.units;
        let mut of_states = vec![0.0; gates.len()];
        self.inner.with_weights(|weights| {
            with_values(out_gradient, |gradient| {
                let shards: Vec<Range<usize>> = row_shards(batch).collect();
                let parts = |values| split_mut(values, steps * GATES * units, shards.iter().cloned());
                let outs = parts(&mut gates).into_par_iter().zip(parts(&mut of_states));
                outs.zip(&shards).for_each(|((gates, of_states), shard)| {
                    let part = |values| split(values, steps * units, shard);
                    let passed = Passed { new: part(&new), states: part(&states), gradient: part(gradient), steps };
                    self.inner.backward(&weights, &passed, gates, of_states);
                });
                Ok(())
            })
        })?;
        // What each step began with.
        let mut before = vec![0.0; states.len()];
        let examples = before.chunks_exact_mut(steps * units).zip(states.chunks_exact(steps * units));
        examples.for_each(|(before, states)| before[units..].copy_from_slice(&states[..(steps - 1) * units]));
        with_values(x, |x| {
            let mut sinks = [input, state].map(|gates| (gates.weight.buffer(), gates.bias.buffer()));
            let kinds = [sizes.of_input(), sizes.of_state()];
            let read = [(x, &gates), (&before[..], &of_states)];
            let wanted = sinks.iter_mut().zip(kinds).zip(read).map(|(((weight, bias), kind), (x, gradient))| Wanted {
                kind: kind.into(),
                x,
                gradient,
                weight: Some(&mut **weight),
                bias: Some(&mut **bias),
                bias_gradient: None,
            });
            weight_gradients(wanted.collect(), &mut [Vec::new(), Vec::new()]);
            Ok(())
        })?;
        Ok((None, None))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::parameters::copied;
    use crate::random::{Purpose, normal_rows};
    use std::collections::BTreeMap;

    const SIZES: GruSizes = GruSizes { inputs: 5, units: 70 };

    /// The states of some sequences and the gradients of their weighted sum, by name.
    fn pass(mut parameters: Parameters, batch: usize) -> (Vec<f32>, BTreeMap<String, Vec<f32>>) {
        let gru = Gru::new(&mut parameters, "gru", SIZES, 3).unwrap();
        let normal = |seed: u64, width: usize| {
            let values = normal_rows(seed, Purpose::Sample, 0, batch, 4 * width);
            Tensor::from_vec(values, (batch, 4, width), &Device::Cpu).unwrap()
        };
        let states = gru.forward(&normal(1, SIZES.inputs)).unwrap();
        let sum = (&states * normal(2, SIZES.units)).unwrap().sum_all().unwrap();
        parameters.accumulate(&sum.backward().unwrap()).unwrap();
        let gradients = parameters.iter().map(|(name, one)| (name.to_owned(), one.gradient().unwrap()));
        (copied(&states).unwrap(), gradients.collect())
    }

    #[test]
    fn states_and_gradients_are_those_of_candle() {
        for batch in [1, 9, 40] {
            let (ours, our_gradients) = pass(Parameters::default(), batch);
            let (expected, gradients) = pass(Parameters::reference(), batch);
            assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
            assert_eq!(gradients.len(), 4);
            for (name, expected) in gradients {
                let size = expected.iter().fold(1.0f32, |size, value| size.max(value.abs()));
                let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5 * size;
                assert!(our_gradients[&name].iter().zip(&expected).all(close), "{name} of {batch}");
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_threads() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| pass(Parameters::default(), 50))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3));
    }
}
