//! What a VAE is trained on, in nats an image: pixel likelihoods, the posterior's sample and its divergence from the prior.
//! One pass forward and one backward each.

use super::storage::{values, with_values};
use super::vector;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;
use serde::Deserialize;

/// The distribution of pixels that a decoder's output stands for.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "likelihood", rename_all = "lowercase")]
pub enum Likelihood {
    /// Independent coin flips, from logits.
    Bernoulli,
    /// Normal about the decoder's output: ½(x−x̂)²/σ² + ln σ + ½ ln 2π a pixel.
    Gaussian {
        /// σ, the same for all pixels.
        sigma: f32,
    },
}

/// Images a shard of work.
const SHARD_ROWS: usize = 16;

/// −log p(x) of Bernoulli pixels from logits, summed over pixels: `[batch]`, in nats. `logits` and `target` are
/// `[batch, pixels]`; the target may be grey and gets no gradient.
///
/// # Errors
/// If the shapes differ.
pub fn bernoulli(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    if logits.device().is_cpu() {
        // candle would look for the gradient of a target that is computed from variables, and there is none.
        return logits.contiguous()?.apply_op2(&target.contiguous()?.detach(), Bernoulli);
    }
    let softplus = (logits.relu()? + logits.abs()?.neg()?.exp()?.affine(1.0, 1.0)?.log()?)?;
    (softplus - logits.mul(&target.detach())?)?.sum(1)
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

/// −log p(x) of normal pixels of standard deviation `sigma` about `mean`, summed over pixels:
/// ½‖x − mean‖²/σ² + pixels·(ln σ + ½·ln 2π), `[batch]`, in nats. The target gets no gradient.
///
/// # Errors
/// If the shapes differ.
pub fn gaussian(mean: &Tensor, target: &Tensor, sigma: f32) -> Result<Tensor> {
    let gaussian = Gaussian { sigma };
    if mean.device().is_cpu() {
        return mean.contiguous()?.apply_op2(&target.contiguous()?.detach(), gaussian);
    }
    let squares = mean.sub(&target.detach())?.sqr()?.sum(1)?;
    squares.affine(0.5 * f64::from(gaussian.precision()), gaussian.constant(mean.dim(1)?))
}

struct Gaussian {
    sigma: f32,
}

impl Gaussian {
    /// 1/σ².
    fn precision(&self) -> f32 {
        1.0 / (self.sigma * self.sigma)
    }

    fn constant(&self, pixels: usize) -> f64 {
        0.5 * pixels as f64 * std::f64::consts::TAU.ln() + pixels as f64 * f64::from(self.sigma).ln()
    }
}

impl CustomOp2 for Gaussian {
    fn name(&self) -> &'static str {
        "gaussian-nats"
    }

    fn cpu_fwd(
        &self,
        mean: &CpuStorage,
        mean_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, pixels) = mean_layout.shape().dims2()?;
        if mean_layout.shape() != target_layout.shape() {
            bail!("gaussian: {:?} against {:?}", mean_layout.shape(), target_layout.shape());
        }
        let (mean, target) = (values(mean, mean_layout)?, values(target, target_layout)?);
        let (constant, half) = (self.constant(pixels) as f32, 0.5 * self.precision());
        let rows = mean.par_chunks(pixels).zip(target.par_chunks(pixels)).with_min_len(SHARD_ROWS);
        let out = rows.map(|(mean, target)| half * vector::square_distance(mean, target) + constant).collect();
        Ok((CpuStorage::F32(out), Shape::from(batch)))
    }

    fn bwd(
        &self,
        mean: &Tensor,
        target: &Tensor,
        _out: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (pixels, precision) = (mean.dim(1)?, self.precision());
        let mut gradient = vec![0.0; mean.elem_count()];
        with_values(out_gradient, |scale| {
            with_values(mean, |mean| {
                with_values(target, |target| {
                    let rows = mean.par_chunks(pixels).zip(target.par_chunks(pixels)).zip(scale.par_iter());
                    gradient.par_chunks_mut(pixels).zip(rows).with_min_len(SHARD_ROWS).for_each(
                        |(gradient, ((mean, target), scale))| {
                            let (pairs, scale) = (mean.iter().zip(target), scale * precision);
                            gradient.iter_mut().zip(pairs).for_each(|(g, (m, x))| *g = scale * (m - x));
                        },
                    );
                    Ok(())
                })
            })
        })?;
        Ok((Some(Tensor::from_vec(gradient, mean.shape(), mean.device())?), None))
    }
}

/// KL(N(μ, σ²) ‖ N(0, 1)) of each dimension, ½(μ² + σ² − 1 − ln σ²), `[batch, latent]`, in nats (Kingma and Welling 2013,
/// appendix B). `code` holds μ and ln σ² side by side, `[batch, 2·latent]`.
///
/// # Errors
/// If the code's width is odd.
pub fn kl(code: &Tensor) -> Result<Tensor> {
    if code.device().is_cpu() {
        return code.contiguous()?.apply_op1(KlDivergence);
    }
    let (mean, log_variance) =
        (code.narrow(1, 0, code.dim(1)? / 2)?, code.narrow(1, code.dim(1)? / 2, code.dim(1)? / 2)?);
    (mean.sqr()? + log_variance.exp()? - log_variance)?.affine(0.5, -0.5)
}

struct KlDivergence;

impl CustomOp1 for KlDivergence {
    fn name(&self) -> &'static str {
        "kl-nats"
    }

    fn cpu_fwd(&self, code: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, latent) = half(layout.shape())?;
        let each =
            |(mean, log_variance): (&f32, &f32)| 0.5 * (mean * mean + vector::exp(*log_variance) - log_variance - 1.0);
        let rows = values(code, layout)?.chunks_exact(2 * latent).map(|row| row.split_at(latent));
        let out = rows.flat_map(|(mean, log_variance)| mean.iter().zip(log_variance).map(each)).collect();
        Ok((CpuStorage::F32(out), Shape::from((batch, latent))))
    }

    fn bwd(&self, code: &Tensor, _: &Tensor, out_gradient: &Tensor) -> Result<Option<Tensor>> {
        let (_, latent) = half(code.shape())?;
        let mut gradient = vec![0.0; code.elem_count()];
        with_values(code, |code| {
            with_values(out_gradient, |scale| {
                let rows = code.chunks_exact(2 * latent).zip(scale.chunks_exact(latent));
                for (gradient, (code, scale)) in gradient.chunks_exact_mut(2 * latent).zip(rows) {
                    for (j, scale) in scale.iter().enumerate() {
                        gradient[j] = scale * code[j];
                        gradient[latent + j] = 0.5 * scale * (vector::exp(code[latent + j]) - 1.0);
                    }
                }
                Ok(())
            })
        })?;
        Ok(Some(Tensor::from_vec(gradient, code.shape(), code.device())?))
    }
}

fn half(shape: &Shape) -> Result<(usize, usize)> {
    match shape.dims2()? {
        (batch, width) if width > 0 && width % 2 == 0 => Ok((batch, width / 2)),
        (_, width) => bail!("expected means and log variances side by side, found {width} values"),
    }
}

/// A sample of the posterior, μ + σ·noise, `[batch, latent]`; the noise gets no gradient.
///
/// # Errors
/// If the noise does not fit the code.
pub fn posterior_sample(code: &Tensor, noise: &Tensor) -> Result<Tensor> {
    if code.device().is_cpu() {
        return code.contiguous()?.apply_op2(&noise.contiguous()?.detach(), PosteriorSample);
    }
    let (mean, log_variance) =
        (code.narrow(1, 0, code.dim(1)? / 2)?, code.narrow(1, code.dim(1)? / 2, code.dim(1)? / 2)?);
    mean + log_variance.affine(0.5, 0.0)?.exp()?.mul(&noise.detach())?
}

struct PosteriorSample;

impl CustomOp2 for PosteriorSample {
    fn name(&self) -> &'static str {
        "posterior-sample"
    }

    fn cpu_fwd(
        &self,
        code: &CpuStorage,
        layout: &Layout,
        noise: &CpuStorage,
        noise_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (batch, latent) = half(layout.shape())?;
        if noise_layout.shape().dims() != [batch, latent] {
            bail!("posterior: noise of {:?} for {batch} codes of {latent}", noise_layout.shape());
        }
        let rows =
            values(code, layout)?.chunks_exact(2 * latent).zip(values(noise, noise_layout)?.chunks_exact(latent));
        let out = rows.flat_map(|(code, noise)| {
            (0..latent).map(move |j| code[j] + vector::exp(0.5 * code[latent + j]) * noise[j])
        });
        Ok((CpuStorage::F32(out.collect()), Shape::from((batch, latent))))
    }

    fn bwd(
        &self,
        code: &Tensor,
        noise: &Tensor,
        _: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (_, latent) = half(code.shape())?;
        let mut gradient = vec![0.0; code.elem_count()];
        with_values(code, |code| {
            with_values(noise, |noise| {
                with_values(out_gradient, |scale| {
                    let rows =
                        code.chunks_exact(2 * latent).zip(noise.chunks_exact(latent)).zip(scale.chunks_exact(latent));
                    for (gradient, ((code, noise), scale)) in gradient.chunks_exact_mut(2 * latent).zip(rows) {
                        for j in 0..latent {
                            gradient[j] = scale[j];
                            gradient[latent + j] = 0.5 * scale[j] * noise[j] * vector::exp(0.5 * code[latent + j]);
                        }
                    }
                    Ok(())
                })
            })
        })?;
        Ok((Some(Tensor::from_vec(gradient, code.shape(), code.device())?), None))
    }
}

/// Mean of σ(logits): how sure a discriminator is, on average.
pub fn mean_score(logits: &[f32]) -> f32 {
    logits.iter().map(|x| vector::sigmoid(*x)).sum::<f32>() / logits.len().max(1) as f32
}
