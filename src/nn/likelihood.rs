//! Losses in nats an image: pixel likelihoods, the KL divergence to the standard normal, the adversarial losses.

use super::storage::{values, with_values};
use super::vector;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Images a shard of work.
const SHARD_ROWS: usize = 16;

/// −log p(x) of Bernoulli pixels from logits, summed over pixels: `[batch]`, in nats. `logits` and `target` are
/// `[batch, pixels]`; the target may be grey and gets no gradient.
///
/// # Errors
/// If the shapes differ.
pub fn bernoulli(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    // candle would look for the gradient of a target that is computed from variables, and there is none.
    logits.contiguous()?.apply_op2(&target.contiguous()?.detach(), Bernoulli)
}

struct Bernoulli;

impl CustomOp2 for Bernoulli {
    fn name(&self) -> &'static str {
        "bernoulli-nats"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, pixels) = logits_layout.shape().dims2()?;
        if logits_layout.shape() != target_layout.shape() {
            bail!("bernoulli: {:?} against {:?}", logits_layout.shape(), target_layout.shape());
        }
        let (logits, target) = (values(logits, logits_layout)?, values(target, target_layout)?);
        let mut out = vec![0.0; batch];
        let rows = logits.par_chunks(SHARD_ROWS * pixels).zip(target.par_chunks(SHARD_ROWS * pixels));
        out.par_chunks_mut(SHARD_ROWS).zip(rows).for_each(|(out, (logits, target))| {
            let rows = logits.chunks_exact(pixels).zip(target.chunks_exact(pixels));
            for (out, (logits, target)) in out.iter_mut().zip(rows) {
                *out = vector::bernoulli_nats(logits, target);
            }
        });
        Ok((CpuStorage::F32(out), Shape::from(batch)))
    }

    fn bwd(
        &self,
        logits: &Tensor,
        target: &Tensor,
        _out: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (batch, pixels) = logits.dims2()?;
        let mut gradient = vec![0.0; batch * pixels];
        with_values(out_gradient, |scale| {
            with_values(logits, |logits| {
                with_values(target, |target| {
                    let rows = logits.par_chunks(pixels).zip(target.par_chunks(pixels)).zip(scale.par_iter());
                    gradient.par_chunks_mut(pixels).zip(rows).with_min_len(SHARD_ROWS).for_each(
                        |(gradient, ((logits, target), scale))| {
                            vector::bernoulli_gradient(gradient, logits, target, *scale)
                        },
                    );
                    Ok(())
                })
            })
        })?;
        Ok((Some(Tensor::from_vec(gradient, (batch, pixels), logits.device())?), None))
    }
}

/// −log p(x) of unit-variance normal pixels about `mean`, summed over pixels: ½‖x − mean‖² + ½·pixels·ln 2π, `[batch]`, in nats.
///
/// # Errors
/// If the shapes differ.
pub fn gaussian(mean: &Tensor, target: &Tensor) -> Result<Tensor> {
    let pixels = mean.dim(1)? as f64;
    let squares = mean.sub(target)?.sqr()?.sum(1)?;
    squares.affine(0.5, 0.5 * pixels * std::f64::consts::TAU.ln())
}

/// KL(N(mean, e^log_variance) ‖ N(0, 1)) summed over dimensions: ½Σ(mean² + e^lv − 1 − lv), `[batch]`, in nats
/// (Kingma and Welling 2013, appendix B). Both are `[batch, latent]`.
///
/// # Errors
/// If the shapes differ.
pub fn kl(mean: &Tensor, log_variance: &Tensor) -> Result<Tensor> {
    let terms = (mean.sqr()? + log_variance.exp()? - log_variance)?.affine(1.0, -1.0)?;
    terms.sum(1)?.affine(0.5, 0.0)
}

/// Mean of softplus(sign·logits): the two halves of the non-saturating GAN loss (Goodfellow 2014). `logits` is `[batch, 1]`.
/// Written as max(x, 0) + ln(1 + e^−|x|), so it cannot overflow.
///
/// # Errors
/// If the tensor is not on a device that candle can compute on.
pub fn softplus_mean(logits: &Tensor, sign: f64) -> Result<Tensor> {
    let x = logits.affine(sign, 0.0)?;
    let tail = x.abs()?.neg()?.exp()?.affine(1.0, 1.0)?.log()?;
    (x.relu()? + tail)?.mean_all()
}

/// Mean of σ(logits): how sure a discriminator is, on average.
///
/// # Errors
/// If `logits` is not on the CPU.
pub fn mean_score(logits: &Tensor) -> Result<f32> {
    with_values(logits, |logits| {
        Ok(logits.iter().map(|x| vector::sigmoid(*x)).sum::<f32>() / logits.len().max(1) as f32)
    })
}
