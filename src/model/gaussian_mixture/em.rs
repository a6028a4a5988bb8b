//! A mixture of normal distributions with full covariances over a few principal components, learned by expectation–maximisation
//! (Bishop 2006, section 9.2.2), one pass over the codes a step.
//!
//! No eigenvalue of a covariance falls below a floor. Of all covariances of which that is so, raising the lower eigenvalues to it
//! gives the likeliest, so that the passes still never lower log p.

use super::density::{MixtureNormal, clipped};
use crate::model::exact::blocks::{EmPass, in_blocks};
use crate::model::exact::numbers::{choose, log_sum_exp, normalise};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// Codes of a block.
pub const BLOCK: usize = 1024;
/// The floor of eigenvalues, over the codes' mean variance a dimension.
const FLOOR: f64 = 1e-3;
/// Codes that the first means are chosen among.
const CANDIDATES: usize = 4096;
/// A component of fewer codes keeps its mean and covariance: there is nothing to learn them from.
const FEWEST: f64 = 1e-6;

/// The parameters, as single numbers: so are they saved, and go on from there to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianMixture {
    dims: usize,
    /// What no eigenvalue of a covariance is below.
    floor: f32,
    /// Of each component, `[components]`; they sum to 1 up to rounding, which is undone where they are used.
    weights: Vec<f32>,
    /// `[components, dims]`
    means: Vec<f32>,
    /// `[components, dims, dims]`
    covariances: Vec<f32>,
}

/// The parameters of a mixture that was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureParameters {
    /// What no eigenvalue of a covariance is below.
    pub floor: f32,
    /// Of each component, `[components]`.
    pub weights: Vec<f32>,
    /// `[components, dims]`
    pub means: Vec<f32>,
    /// `[components, dims, dims]`
    pub covariances: Vec<f32>,
}

impl GaussianMixture {
    /// Components of equal weight and of the covariance of all codes `[count, dims]`, whose means are codes that are far from each
    /// other (k-means++, Arthur and Vassilvitskii 2007): the first drawn from the stream of (0, 0), component k's from that of
    /// (0, k). They are chosen among at most [`CANDIDATES`] codes that are spread evenly over all.
    pub fn new(codes: &[f32], dims: usize, components: usize, stream: &dyn Fn(u64, u64) -> ChaCha8Rng) -> Self {
        let rows: Vec<&[f32]> = codes.chunks_exact(dims.max(1)).collect();
        let covariance = covariance(&rows, dims);
        let trace: f64 = covariance.iter().step_by(dims + 1).sum();
        // Codes that do not vary at all still have a density.
        let floor = (FLOOR * trace / dims.max(1) as f64).max(1e-12) as f32;
        let candidates: Vec<&[f32]> = rows.iter().step_by(rows.len().div_ceil(CANDIDATES).max(1)).copied().collect();
        let means = spread(&candidates, dims, components, stream);
        let covariance: Vec<f32> = clipped(&covariance, dims, floor.into()).into_iter().map(|x| x as f32).collect();
        let weights = vec![1.0 / components.max(1) as f32; components];
        Self { dims, floor, weights, means, covariances: covariance.repeat(components) }
    }

    /// One that has not begun: components that are all the standard normal distribution.
    pub fn nothing(dims: usize, components: usize) -> Self {
        let unit = (0..dims * dims).map(|at| if at % (dims + 1) == 0 { 1.0 } else { 0.0 });
        let covariances = unit.collect::<Vec<f32>>().repeat(components);
        let weights = vec![1.0 / components.max(1) as f32; components];
        Self { dims, floor: 0.0, weights, means: vec![0.0; components * dims], covariances }
    }

    /// What was saved; `None` if the lengths do not belong together.
    pub fn restore(dims: usize, saved: MixtureParameters) -> Option<Self> {
        let MixtureParameters { floor, weights, means, covariances } = saved;
        let fits = means.len() == weights.len() * dims && covariances.len() == means.len() * dims;
        fits.then_some(Self { dims, floor, weights, means, covariances })
    }

    /// What is to be saved.
    pub fn parameters(&self) -> MixtureParameters {
        let Self { floor, weights, means, covariances, .. } = self.clone();
        MixtureParameters { floor, weights, means, covariances }
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// A pass over codes `[count, dims]`: each code's posterior over the components, and the parameters that are most likely with
    /// it. There is no prior, so that the objective is log p. `None`, and nothing is changed, where `go_on` says no.
    pub fn step(&mut self, codes: &[f32], go_on: &(dyn Fn() -> bool + Sync)) -> Option<EmPass> {
        let (dims, components) = (self.dims, self.components());
        let (mut log_p, mut count) = (0.0, 0usize);
        let mut totals = vec![0.0; components];
        let mut sums = vec![0.0; components * dims];
        let mut squares = vec![0.0; components * dims * dims];
        self.blocks(codes, true, go_on, |block| {
            log_p += block.log_ps.iter().sum::<f64>();
            count += block.log_ps.len();
            accumulate(&mut totals, &block.totals);
            accumulate(&mut sums, &block.sums);
            accumulate(&mut squares, &block.squares);
        })?;
        let log_p = log_p / count.max(1) as f64;
        self.weights = totals.iter().map(|n| (n / count.max(1) as f64) as f32).collect();
        let found = sums.chunks_exact(dims.max(1)).zip(squares.chunks_exact((dims * dims).max(1)));
        let own = self.means.chunks_exact_mut(dims.max(1)).zip(self.covariances.chunks_exact_mut((dims * dims).max(1)));
        for ((n, (sum, square)), (mean, covariance)) in totals.iter().zip(found).zip(own) {
            if *n < FEWEST {
                continue;
            }
            let centre: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
            let raw = centred(square, *n, &centre);
            mean.iter_mut().zip(&centre).for_each(|(mean, x)| *mean = *x as f32);
            let raised = clipped(&raw, dims, self.floor.into());
            covariance.iter_mut().zip(raised).for_each(|(value, x)| *value = x as f32);
        }
        Some(EmPass { log_p, objective: log_p })
    }

    /// log p of each code of `[count, dims]`, in nats and a density in their units; `None` where `go_on` says no.
    pub fn log_ps(&self, codes: &[f32], go_on: &(dyn Fn() -> bool + Sync)) -> Option<Vec<f64>> {
        let mut log_ps = Vec::new();
        self.blocks(codes, false, go_on, |block| log_ps.extend(block.log_ps))?;
        Some(log_ps)
    }

    /// The components that the parameters stand for.
    fn normals(&self) -> Vec<MixtureNormal> {
        let (dims, square) = (self.dims.max(1), (self.dims * self.dims).max(1));
        let doubles = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let mut weights = doubles(&self.weights);
        normalise(&mut weights);
        let parts = self.means.chunks_exact(dims).zip(self.covariances.chunks_exact(square));
        let normal = |(weight, (mean, covariance)): (f64, (&[f32], &[f32]))| {
            MixtureNormal::new(weight, doubles(mean), &doubles(covariance), self.floor.into())
        };
        weights.into_iter().zip(parts).map(normal).collect()
    }

    /// Hands each block of codes to `take` in order; with their sums if these are asked for.
    fn blocks(
        &self,
        codes: &[f32],
        sums: bool,
        go_on: &(dyn Fn() -> bool + Sync),
        take: impl FnMut(Block),
    ) -> Option<()> {
        let (normals, dims) = (self.normals(), self.dims);
        let of = |rows: Range<usize>| {
            let codes = codes.get(rows.start * dims..rows.end * dims).unwrap_or_default();
            Block::of(codes, dims, &normals, sums)
        };
        in_blocks(codes.len() / dims.max(1), BLOCK, go_on, of, take)
    }
}

/// What a block of codes is found to be.
struct Block {
    /// `[rows]`
    log_ps: Vec<f64>,
    /// p(component | code), `[rows, components]`.
    posteriors: Vec<f64>,
    /// Sums of the posteriors, `[components]`; of the codes by them, `[components, dims]`; and of the codes' products,
    /// `[components, dims, dims]`. Empty unless asked for.
    totals: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Block {
    fn of(codes: &[f32], dims: usize, normals: &[MixtureNormal], sums: bool) -> Self {
        let (count, components) = (codes.len() / dims.max(1), normals.len());
        let codes: Vec<f64> = codes.iter().copied().map(f64::from).collect();
        let mut posteriors = vec![0.0; count * components];
        let mut work = vec![0.0; count * dims];
        for (at, component) in normals.iter().enumerate() {
            component.log_densities(&codes, &mut work, posteriors.iter_mut().skip(at).step_by(components));
        }
        let mut log_ps = Vec::with_capacity(count);
        for row in posteriors.chunks_exact_mut(components.max(1)) {
            let log_p = log_sum_exp(row);
            row.iter_mut().for_each(|value| *value = (*value - log_p).exp());
            log_ps.push(log_p);
        }
        let mut block = Self { log_ps, posteriors, totals: Vec::new(), sums: Vec::new(), squares: Vec::new() };
        for at in (0..components).take_while(|_| sums) {
            let shares: Vec<f64> = block.posteriors.iter().skip(at).step_by(components).copied().collect();
            block.totals.push(shares.iter().sum());
            let mut sum = vec![0.0; dims];
            let rows = codes.chunks_exact(dims).zip(work.chunks_exact_mut(dims));
            for ((code, weighted), share) in rows.zip(&shares) {
                weighted.iter_mut().zip(code).for_each(|(weighted, x)| *weighted = share * x);
                accumulate(&mut sum, weighted);
            }
            block.sums.extend(sum);
            let mut square = vec![0.0; dims * dims];
            let out = MatMut::from_row_major_slice_mut(&mut square, dims, dims);
            let weighted = MatRef::from_row_major_slice(&work, count, dims);
            let codes = MatRef::from_row_major_slice(&codes, count, dims);
            matmul(out, Accum::Replace, weighted.transpose(), codes, 1.0, Par::Seq);
            block.squares.extend(square);
        }
        block
    }
}

fn accumulate(sums: &mut [f64], parts: &[f64]) {
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
}

/// The covariance `[dims, dims]` of sums of products, as symmetric as it shall be.
fn centred(squares: &[f64], n: f64, mean: &[f64]) -> Vec<f64> {
    let dims = mean.len();
    let at = |row: usize, column: usize| squares.get(row * dims + column).copied().unwrap_or_default();
    let value =
        |(row, a): (usize, &f64), (column, b): (usize, &f64)| 0.5 * (at(row, column) + at(column, row)) / n - a * b;
    mean.iter().enumerate().flat_map(|a| mean.iter().enumerate().map(move |b| value(a, b))).collect()
}

/// The covariance of codes, `[dims, dims]`.
fn covariance(rows: &[&[f32]], dims: usize) -> Vec<f64> {
    let (mut sums, mut squares) = (vec![0.0; dims], vec![0.0; dims * dims]);
    for row in rows {
        let code: Vec<f64> = row.iter().copied().map(f64::from).collect();
        accumulate(&mut sums, &code);
        for (squares, a) in squares.chunks_exact_mut(dims.max(1)).zip(&code) {
            squares.iter_mut().zip(&code).for_each(|(sum, b)| *sum += a * b);
        }
    }
    let n = rows.len().max(1) as f64;
    let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
    centred(&squares, n, &mean)
}

/// Means `[components, dims]` that are far from each other: each is drawn by its squared distance to the nearest before it.
fn spread(candidates: &[&[f32]], dims: usize, components: usize, stream: &dyn Fn(u64, u64) -> ChaCha8Rng) -> Vec<f32> {
    let mut nearest = vec![f64::INFINITY; candidates.len()];
    let mut means = Vec::with_capacity(components * dims);
    for component in 0..components {
        // The first is drawn evenly.
        let mut weights: Vec<f64> =
            nearest.iter().map(|squares| if squares.is_finite() { *squares } else { 1.0 }).collect();
        normalise(&mut weights);
        let at = choose(&weights, stream(0, component as u64).random());
        let chosen = candidates.get(at).map_or_else(|| vec![0.0; dims], |code| code.to_vec());
        for (squares, candidate) in nearest.iter_mut().zip(candidates) {
            *squares = squares.min(candidate.iter().zip(&chosen).map(|(a, b)| f64::from(a - b).powi(2)).sum());
        }
        means.extend(chosen);
    }
    means
}
