//! Batch norm over the rows of a batch (Ioffe and Szegedy 2015) with its activation as one candle op.

use super::activation::Activation;
use super::storage::{values, with_values};
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use std::sync::Arc;

/// Added to the variance.
pub const EPSILON: f32 = 1e-5;
/// Weight of a new batch in the running statistics.
pub const MOMENTUM: f32 = 0.1;

/// Mean and biased variance of each column.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// `[features]`.
    pub mean: Arc<[f32]>,
    /// `[features]`, divided by the number of rows.
    pub variance: Arc<[f32]>,
}

/// The statistics of a whole batch `[batch, features]`, summed in the order of its rows.
///
/// # Errors
/// If `x` is not a matrix on the CPU.
pub fn statistics(x: &Tensor) -> Result<Statistics> {
    let (batch, features) = x.dims2()?;
    with_values(x, |x| {
        let scale = 1.0 / batch as f32;
        let (mut mean, mut variance) = (vec![0.0f32; features], vec![0.0f32; features]);
        for row in x.chunks_exact(features) {
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
        }
        mean.iter_mut().for_each(|mean| *mean *= scale);
        for row in x.chunks_exact(features) {
            variance
                .iter_mut()
                .zip(row)
                .zip(&mean)
                .for_each(|((variance, x), mean)| *variance += (x - mean) * (x - mean));
        }
        variance.iter_mut().for_each(|variance| *variance *= scale);
        Ok(Statistics { mean: mean.into(), variance: variance.into() })
    })
}

/// `activation(scale·(x − mean)/√(variance + ε) + shift)` with the batch's own statistics; `x` is `[batch, features]`.
/// The gradient goes through the statistics.
///
/// # Errors
/// If the shapes do not fit.
pub fn batch_norm(
    x: &Tensor,
    statistics: &Statistics,
    scale: &Tensor,
    shift: &Tensor,
    activation: Activation,
) -> Result<Tensor> {
    x.contiguous()?.apply_op3(scale, shift, BatchNorm { statistics: statistics.clone(), activation })
}

struct BatchNorm {
    statistics: Statistics,
    activation: Activation,
}

impl BatchNorm {
    fn inverse_deviation(&self) -> Vec<f32> {
        self.statistics.variance.iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect()
    }
}

impl CustomOp3 for BatchNorm {
    fn name(&self) -> &'static str {
        "batch-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        scale: &CpuStorage,
        scale_layout: &Layout,
        shift: &CpuStorage,
        shift_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let features = x_layout.shape().dims2()?.1;
        let (x, scale, shift) = (values(x, x_layout)?, values(scale, scale_layout)?, values(shift, shift_layout)?);
        let factor: Vec<f32> =
            scale.iter().zip(self.inverse_deviation()).map(|(scale, inverse)| scale * inverse).collect();
        let offset: Vec<f32> = shift
            .iter()
            .zip(&factor)
            .zip(&*self.statistics.mean)
            .map(|((shift, factor), mean)| shift - factor * mean)
            .collect();
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(features) {
            out.extend(row.iter().zip(&factor).zip(&offset).map(|((x, factor), offset)| factor * x + offset));
        }
        self.activation.apply(&mut out);
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        scale: &Tensor,
        _shift: &Tensor,
        out: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (batch, features) = x.dims2()?;
        let inverse = self.inverse_deviation();
        let mean = &self.statistics.mean;
        let before = with_values(out_gradient, |gradient| {
            with_values(out, |out| Ok(super::linear::before_activation(self.activation, gradient, out)))
        })?;
        let (mut scale_gradient, mut shift_gradient) = (vec![0.0f32; features], vec![0.0f32; features]);
        let x_gradient = with_values(x, |x| {
            for (gradient, x) in before.chunks_exact(features).zip(x.chunks_exact(features)) {
                for j in 0..features {
                    shift_gradient[j] += gradient[j];
                    scale_gradient[j] += gradient[j] * (x[j] - mean[j]) * inverse[j];
                }
            }
            with_values(scale, |scale| {
                let share = 1.0 / batch as f32;
                let mut x_gradient = Vec::with_capacity(x.len());
                for (gradient, x) in before.chunks_exact(features).zip(x.chunks_exact(features)) {
                    x_gradient.extend((0..features).map(|j| {
                        let normal = (x[j] - mean[j]) * inverse[j];
                        scale[j] * inverse[j] * (gradient[j] - share * (shift_gradient[j] + normal * scale_gradient[j]))
                    }));
                }
                Ok(x_gradient)
            })
        })?;
        let device = x.device();
        Ok((
            Some(Tensor::from_vec(x_gradient, (batch, features), device)?),
            Some(Tensor::from_vec(scale_gradient, features, device)?),
            Some(Tensor::from_vec(shift_gradient, features, device)?),
        ))
    }
}
