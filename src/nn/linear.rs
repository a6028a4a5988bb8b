//! A linear layer with its bias and activation as one candle op, forward and backward, on row shards of the batch.
//!
//! Activations and input gradients are split by batch rows, weight gradients by output rows: nothing is summed across
//! threads, and the split is the same whatever their number, so the bits do not depend on it.

use super::activation::Activation;
use super::product::{Lie, product};
use super::storage::{values, with_values};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Batch rows a shard.
const SHARD_ROWS: usize = 64;
/// Output rows of a weight gradient a shard.
const SHARD_OUTPUTS: usize = 256;

/// `activation(x·wᵀ + b)` for `x` `[batch, inputs]`, `w` `[outputs, inputs]`, `b` `[outputs]`; gives `[batch, outputs]`.
///
/// # Errors
/// If the shapes do not fit.
pub fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor, activation: Activation) -> Result<Tensor> {
    x.contiguous()?.apply_op3(weight, bias, Linear { activation })
}

struct Linear {
    activation: Activation,
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, inputs) = x_layout.shape().dims2()?;
        let (outputs, weight_inputs) = weight_layout.shape().dims2()?;
        if inputs != weight_inputs || bias_layout.shape().elem_count() != outputs {
            bail!("linear: {:?} does not fit weights {:?}", x_layout.shape(), weight_layout.shape());
        }
        let (x, weight, bias) = (values(x, x_layout)?, values(weight, weight_layout)?, values(bias, bias_layout)?);
        let mut out = vec![0.0; batch * outputs];
        out.par_chunks_mut(SHARD_ROWS * outputs).zip(x.par_chunks(SHARD_ROWS * inputs)).for_each(|(out, x)| {
            let rows = x.len() / inputs;
            for row in out.chunks_exact_mut(outputs) {
                row.copy_from_slice(bias);
            }
            product(out, (x, Lie::Rows), (weight, Lie::Columns), (rows, outputs, inputs), true);
            self.activation.apply(out);
        });
        Ok((CpuStorage::F32(out), Shape::from((batch, outputs))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, outputs) = out.dims2()?;
        let inputs = x.dim(1)?;
        let before = with_values(out_gradient, |gradient| {
            with_values(out, |out| Ok(before_activation(self.activation, gradient, out)))
        })?;
        let device = x.device();
        let x_gradient = match x.track_op() {
            true => Some(with_values(weight, |weight| {
                let mut gradient = vec![0.0; batch * inputs];
                rows_times(&mut gradient, &before, weight, (inputs, outputs));
                Tensor::from_vec(gradient, (batch, inputs), device)
            })?),
            false => None,
        };
        let weight_gradient = match weight.track_op() {
            true => Some(with_values(x, |x| {
                let mut gradient = vec![0.0; outputs * inputs];
                columns_times(&mut gradient, &before, x, (outputs, inputs, batch));
                Tensor::from_vec(gradient, (outputs, inputs), device)
            })?),
            false => None,
        };
        let bias_gradient = match bias.track_op() {
            true => Some(Tensor::from_vec(column_sums(&before, outputs), outputs, device)?),
            false => None,
        };
        Ok((x_gradient, weight_gradient, bias_gradient))
    }
}

/// The gradient before the activation; every activation here can tell its slope from its result.
pub(super) fn before_activation(activation: Activation, gradient: &[f32], out: &[f32]) -> Vec<f32> {
    let pairs = gradient.iter().zip(out);
    match activation {
        Activation::Identity => gradient.to_vec(),
        Activation::Relu => pairs.map(|(g, y)| if *y > 0.0 { *g } else { 0.0 }).collect(),
        Activation::LeakyRelu { slope } => pairs.map(|(g, y)| if *y > 0.0 { *g } else { slope * g }).collect(),
        Activation::Sigmoid => pairs.map(|(g, y)| g * y * (1.0 - y)).collect(),
    }
}

/// `out [rows, n] = left [rows, k]·right [k, n]`, in row shards.
fn rows_times(out: &mut [f32], left: &[f32], right: &[f32], (n, k): (usize, usize)) {
    out.par_chunks_mut(SHARD_ROWS * n).zip(left.par_chunks(SHARD_ROWS * k)).for_each(|(out, left)| {
        product(out, (left, Lie::Rows), (right, Lie::Rows), (left.len() / k, n, k), false);
    });
}

/// `out [m, n] = leftᵀ·right` for `left [k, m]`, `right [k, n]`, in shards of output rows.
fn columns_times(out: &mut [f32], left: &[f32], right: &[f32], (m, n, k): (usize, usize, usize)) {
    if m <= SHARD_OUTPUTS {
        return product(out, (left, Lie::Columns), (right, Lie::Rows), (m, n, k), false);
    }
    out.par_chunks_mut(SHARD_OUTPUTS * n).enumerate().for_each(|(shard, out)| {
        let (first, rows) = (shard * SHARD_OUTPUTS, out.len() / n);
        let mut columns = Vec::with_capacity(k * rows);
        for row in left.chunks_exact(m) {
            columns.extend_from_slice(&row[first..first + rows]);
        }
        product(out, (&columns, Lie::Columns), (right, Lie::Rows), (rows, n, k), false);
    });
}

/// Sums over rows, in order.
fn column_sums(values: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    for row in values.chunks_exact(columns) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sums
}

/// `x·w` for `x` `[batch, k]` and `w` `[k, n]`: what carries a gradient back through a layer of weights `w`, itself
/// differentiable in both. Gives `[batch, n]`.
///
/// # Errors
/// If the shapes do not fit.
pub fn backward_product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op2(weight, BackwardProduct)
}

struct BackwardProduct;

impl candle_core::CustomOp2 for BackwardProduct {
    fn name(&self) -> &'static str {
        "backward-product"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, k) = x_layout.shape().dims2()?;
        let (weight_k, n) = weight_layout.shape().dims2()?;
        if k != weight_k {
            bail!("backward product: {:?} does not fit weights {:?}", x_layout.shape(), weight_layout.shape());
        }
        let mut out = vec![0.0; batch * n];
        rows_times(&mut out, values(x, x_layout)?, values(weight, weight_layout)?, (n, k));
        Ok((CpuStorage::F32(out), Shape::from((batch, n))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _out: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (batch, n) = out_gradient.dims2()?;
        let k = x.dim(1)?;
        let device = x.device();
        let x_gradient = match x.track_op() {
            true => Some(with_values(out_gradient, |gradient| {
                with_values(weight, |weight| {
                    let mut out = vec![0.0; batch * k];
                    out.par_chunks_mut(SHARD_ROWS * k).zip(gradient.par_chunks(SHARD_ROWS * n)).for_each(
                        |(out, gradient)| {
                            let rows = gradient.len() / n;
                            product(out, (gradient, Lie::Rows), (weight, Lie::Columns), (rows, k, n), false);
                        },
                    );
                    Tensor::from_vec(out, (batch, k), device)
                })
            })?),
            false => None,
        };
        let weight_gradient = match weight.track_op() {
            true => Some(with_values(out_gradient, |gradient| {
                with_values(x, |x| {
                    let mut out = vec![0.0; k * n];
                    columns_times(&mut out, x, gradient, (k, n, batch));
                    Tensor::from_vec(out, (k, n), device)
                })
            })?),
            false => None,
        };
        Ok((x_gradient, weight_gradient))
    }
}

/// The gradient of a stack's one output with respect to its input, as a forward expression that can be differentiated once
/// more: W₁ᵀ(m₁ ⊙ W₂ᵀ(m₂ ⊙ … w)) with the activations' slopes m as constants. `layers` are weights `[outputs, inputs]`
/// with their activations, `values` what each layer gave, `[batch, outputs]`; gives `[batch, inputs]`.
///
/// # Errors
/// If the shapes do not fit, or an activation's slope is not constant on either side of 0.
pub fn input_gradient(layers: &[(&Tensor, Activation)], values: &[Tensor]) -> Result<Tensor> {
    let Some(last) = values.last() else { bail!("a stack without layers has no gradient") };
    let mut gradient = last.ones_like()?.detach();
    for ((weight, activation), value) in layers.iter().zip(values).rev() {
        if let Some(slope) = slope(value, *activation)? {
            gradient = gradient.mul(&slope)?;
        }
        gradient = backward_product(&gradient, weight)?;
    }
    Ok(gradient)
}

/// The slope of the activation where it gave `value`, as a constant; `None` where it is 1 everywhere.
fn slope(value: &Tensor, activation: Activation) -> Result<Option<Tensor>> {
    let below = match activation {
        Activation::Identity => return Ok(None),
        Activation::Relu => 0.0,
        Activation::LeakyRelu { slope } => slope,
        Activation::Sigmoid => bail!("the slope of a sigmoid is not a constant"),
    };
    let slopes =
        with_values(value, |value| Ok(value.iter().map(|y| if *y > 0.0 { 1.0 } else { below }).collect::<Vec<f32>>()))?;
    Ok(Some(Tensor::from_vec(slopes, value.shape(), value.device())?))
}
