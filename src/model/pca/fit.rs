//! The pass over the images, and what follows from it.

use super::super::{Saved, StepError};
use crate::dataset::Split;
use crate::nn::eigen::leading;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};
use rayon::prelude::*;

/// Images at a time, in the pass and in tests.
pub const BLOCK: usize = 1024;
/// Columns of the covariance that one piece of work computes; the bits follow from it, so that no number of threads does.
const STRIPE: usize = 64;

/// The distribution of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentFit {
    /// μ, `[pixels]`.
    pub mean: Vec<f32>,
    /// The leading eigenvectors of the covariance, `[latent, pixels]`.
    pub directions: Vec<f32>,
    /// Their eigenvalues, falling, `[latent]`.
    pub variances: Vec<f32>,
    /// σ², the mean of the other eigenvalues.
    pub noise: f32,
}

/// What the model says of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentFigures {
    /// log p(x) of N(μ, WWᵀ + σ²I), in nats.
    pub log_p: f64,
    /// Mean over pixels of the squared error of the projection.
    pub squared_error: f64,
}

impl ComponentFit {
    /// No directions, and pixels of variance 1.
    pub fn nothing(pixels: usize, latent: usize) -> Self {
        let directions = vec![0.0; latent * pixels];
        Self { mean: vec![0.0; pixels], directions, variances: vec![1.0; latent], noise: 1.0 }
    }

    /// Its tensors by name.
    pub fn save(&self) -> [(&'static str, Vec<f32>); 4] {
        let Self { mean, directions, variances, noise } = self;
        [
            ("directions", directions.clone()),
            ("mean", mean.clone()),
            ("noise", vec![*noise]),
            ("variances", variances.clone()),
        ]
    }

    /// What was saved of one of these sizes.
    ///
    /// # Errors
    /// Names what is missing or of another size.
    pub fn saved(&self, saved: &Saved) -> Result<Self, StepError> {
        let (pixels, latent) = (self.mean.len(), self.latent());
        Ok(Self {
            mean: saved.take("mean", pixels)?,
            directions: saved.take("directions", latent * pixels)?,
            variances: saved.take("variances", latent)?,
            noise: saved.take("noise", 1)?.pop().unwrap_or_default(),
        })
    }

    /// Its first components; the others are as in [`Self::nothing`], and what they explained is not noise.
    pub fn first(mut self, count: usize) -> Self {
        let pixels = self.mean.len();
        self.directions.iter_mut().skip(count.saturating_mul(pixels)).for_each(|value| *value = 0.0);
        self.variances.iter_mut().skip(count).for_each(|variance| *variance = 1.0);
        self
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.variances.len()
    }

    /// The most likely distribution of these images (equations 7 and 8), with the covariance over n − 1 as scikit-learn has it;
    /// and the mean of its −log p(x) over them, in nats.
    ///
    /// # Errors
    /// If there are no more pixels or images than dimensions, the covariance has no eigenvalues, or `go_on`, asked now and then,
    /// says no.
    pub fn of(images: &Split, latent: usize, go_on: &dyn Fn() -> bool) -> Result<(Self, f64), StepError> {
        let (pixels, count) = (images.shape().values(), images.count());
        let refuse = |what: String| Err(candle_core::Error::Msg(what).into());
        if latent >= pixels.min(count.saturating_sub(1)) {
            return refuse(format!(
                "latent: expected fewer dimensions than the {pixels} pixels and {count} images, found {latent}"
            ));
        }
        let Some((mean, covariance)) = moments(images, go_on) else { return Err(StepError::Cancelled) };
        let Some(eigen) = leading(&covariance, latent) else {
            return refuse("the covariance of the pixels has no eigenvalues".to_owned());
        };
        if eigen.noise <= 0.0 {
            return refuse(format!("latent: expected fewer dimensions than the images vary in, found {latent}"));
        }
        let directions = eigen.directions();
        let (variances, noise) = (eigen.values, eigen.noise);
        let logs = variances.iter().map(|variance| variance.ln()).sum::<f64>() + (pixels - latent) as f64 * noise.ln();
        let distance = pixels as f64 * (count - 1) as f64 / count as f64;
        let total = 0.5 * (pixels as f64 * std::f64::consts::TAU.ln() + logs + distance);
        let fit = Self {
            mean: mean.iter().map(|x| *x as f32).collect(),
            directions,
            variances: variances.iter().map(|x| *x as f32).collect(),
            noise: noise as f32,
        };
        Ok((fit, total))
    }

    /// What it says of images `[count, pixels]`, one after another; on the threads of the pool that it is called in.
    pub fn figures(&self, images: &[f32]) -> Vec<ComponentFigures> {
        let (pixels, noise) = (self.mean.len(), f64::from(self.noise));
        let others = (pixels - self.latent()) as f64;
        let logs: f64 = self.variances.iter().map(|variance| f64::from(*variance).ln()).sum();
        let constant = pixels as f64 * std::f64::consts::TAU.ln() + logs + others * noise.ln();
        let figures = |image: &[f32]| {
            let centred: Vec<f64> = image.iter().zip(&self.mean).map(|(x, m)| f64::from(*x) - f64::from(*m)).collect();
            let length: f64 = centred.iter().map(|x| x * x).sum();
            let (mut inside, mut weighted) = (0.0, 0.0);
            for (direction, variance) in self.directions.chunks_exact(pixels).zip(&self.variances) {
                let code: f64 = direction.iter().zip(&centred).map(|(u, x)| f64::from(*u) * x).sum();
                inside += code * code;
                weighted += code * code / f64::from(*variance);
            }
            let left = (length - inside).max(0.0);
            ComponentFigures { log_p: -0.5 * (constant + weighted + left / noise), squared_error: left / pixels as f64 }
        };
        images.par_chunks_exact(pixels.max(1)).map(figures).collect()
    }
}

/// Mean `[pixels]` and covariance `[pixels, pixels]` over n − 1 in double precision, a block of images at a time. Every value is
/// summed in the order of the images, whatever the number of threads. `None` where `go_on`, asked before each block, says no.
fn moments(images: &Split, go_on: &dyn Fn() -> bool) -> Option<(Vec<f64>, Mat<f64>)> {
    let (pixels, count) = (images.shape().values(), images.count());
    let mut sums = vec![0.0f64; pixels];
    let mut squares = vec![0.0f64; pixels * pixels];
    let mut block: Vec<f64> = Vec::new();
    for from in (0..count).step_by(BLOCK) {
        if !go_on() {
            return None;
        }
        let rows = BLOCK.min(count - from);
        block.resize(rows * pixels, 0.0);
        block.par_chunks_exact_mut(pixels).enumerate().for_each_init(
            || vec![0.0f32; pixels],
            |image, (row, values)| {
                images.read(from + row, image);
                values.iter_mut().zip(&*image).for_each(|(value, x)| *value = f64::from(*x));
            },
        );
        let whole = MatRef::from_row_major_slice(&block, rows, pixels);
        let stripes = squares.par_chunks_mut(STRIPE * pixels).zip(sums.par_chunks_mut(STRIPE)).enumerate();
        stripes.for_each(|(stripe, (squares, sums))| {
            let (first, width) = (stripe * STRIPE, sums.len());
            for row in block.chunks_exact(pixels) {
                sums.iter_mut().zip(&row[first..first + width]).for_each(|(sum, x)| *sum += x);
            }
            // The lower half is enough: columns up to this stripe's last.
            let out = MatMut::from_row_major_slice_mut(squares, width, pixels);
            let left = whole.subcols(first, width).transpose();
            let columns = first + width;
            matmul(out.subcols_mut(0, columns), Accum::Add, left, whole.subcols(0, columns), 1.0, Par::Seq);
        });
    }
    let mean: Vec<f64> = sums.iter().map(|sum| sum / count as f64).collect();
    let over = (count.max(2) - 1) as f64;
    let covariance = Mat::from_fn(pixels, pixels, |i, j| {
        let (low, high) = (i.min(j), i.max(j));
        (squares[high * pixels + low] - count as f64 * mean[i] * mean[j]) / over
    });
    Some((mean, covariance))
}
