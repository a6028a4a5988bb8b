//! One search of an inversion: damped Gauss–Newton steps.

use crate::nn::matmul::{Matrix, matmul};
use crate::nn::vector::{dot, square_distance};
use crate::snapshot::{Network, TangentScratch};
use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

/// The σ of pixels: the prior weighs σ²‖z‖² beside the squared error of an image.
pub const INVERSION_SIGMA: f32 = 0.1;

/// The prior's weight beside squared errors.
const PRIOR: f32 = INVERSION_SIGMA * INVERSION_SIGMA;
/// A step is no longer than this for each √latent, and the search ends with one that is shorter than that.
const LONGEST: f32 = 0.35;
const SHORTEST: f32 = 1e-3;
/// It ends as well where so many steps after each other were no better, or one gained no more than this part.
const MOST_REFUSED: usize = 6;
const LEAST_GAIN: f32 = 1e-5;

/// The nearest that a decoder comes to an image, as far as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct InvertedImage {
    /// Where, `[latent]`.
    pub latent: Vec<f32>,
    /// What is decoded there, `[pixels]`, in [0, 1].
    pub image: Vec<f32>,
    /// How far it is from the image: mean squared error a pixel.
    pub squared_error: f32,
}

/// What is searched for: an image, and which of its pixels count, all of them where nothing is said.
#[derive(Clone, Copy)]
pub(super) struct SoughtImage<'a> {
    pub pixels: &'a [f32],
    pub kept: Option<&'a [bool]>,
}

impl SoughtImage<'_> {
    /// ‖x − G(z)‖² of the pixels that count.
    pub fn square_distance(&self, output: &[f32]) -> f32 {
        match self.kept {
            None => square_distance(self.pixels, output),
            Some(kept) => {
                let pixels = self.pixels.iter().zip(output).zip(kept);
                pixels.filter(|(_, kept)| **kept).map(|((x, g), _)| (x - g) * (x - g)).sum()
            }
        }
    }
}

/// Where a search is.
pub(super) struct Descent {
    at: Vec<f32>,
    image: Vec<f32>,
    /// ‖x − G(z)‖², and that with the prior's share.
    error: f32,
    cost: f32,
    /// JᵀJ, `[latent, latent]`, once it was differentiated, and Jᵀ(x − G(z)), `[latent]`, there.
    hessian: Vec<f32>,
    slope: Vec<f32>,
    damping: f32,
    next: Vec<f32>,
    is_better: bool,
    refused: usize,
    is_done: bool,
}

impl Descent {
    pub fn from(start: &[f32], pixels: usize) -> Self {
        let latent = start.len();
        Self {
            at: start.to_vec(),
            image: vec![0.0; pixels],
            error: f32::INFINITY,
            cost: f32::INFINITY,
            hessian: Vec::new(),
            slope: vec![0.0; latent],
            damping: 1e-2,
            next: start.to_vec(),
            is_better: false,
            refused: 0,
            is_done: false,
        }
    }

    pub fn is_done(&self) -> bool {
        self.is_done
    }

    pub fn cost(&self) -> f32 {
        self.cost
    }

    /// Where it goes next, `[latent]`.
    pub fn next(&self) -> &[f32] {
        &self.next
    }

    /// Whether what was decoded last was better than all before.
    pub fn is_better(&self) -> bool {
        self.is_better
    }

    /// Takes what was decoded at the next place.
    pub fn receive(&mut self, image: SoughtImage<'_>, output: &[f32]) {
        let error = image.square_distance(output);
        let cost = error + PRIOR * dot(&self.next, &self.next);
        self.is_better = cost < self.cost;
        if self.is_better {
            self.is_done = self.cost - cost < LEAST_GAIN * cost;
            (self.error, self.cost, self.refused) = (error, cost, 0);
            self.at.clone_from(&self.next);
            self.image.copy_from_slice(output);
            self.damping = (self.damping * 0.2).max(1e-6);
        } else {
            self.damping *= 8.0;
            self.refused += 1;
            self.is_done = self.refused >= MOST_REFUSED || !self.cost.is_finite();
        }
    }

    /// Differentiates where it is.
    pub fn receive_slope(&mut self, decoder: &Network, image: SoughtImage<'_>, scratch: &mut TangentScratch) {
        let (latent, pixels) = (self.at.len(), image.pixels.len());
        let tangents = decoder.jacobian(&self.at, scratch).tangents;
        let masked: Option<Vec<f32>> = image.kept.map(|kept| {
            let kept = kept.iter().cycle();
            tangents.iter().zip(kept).map(|(tangent, kept)| if *kept { *tangent } else { 0.0 }).collect()
        });
        let jacobian = Matrix::new(masked.as_deref().unwrap_or(tangents), latent, pixels);
        self.hessian.resize(latent * latent, 0.0);
        matmul(&mut self.hessian, jacobian, jacobian.transposed(), false);
        let rest: Vec<f32> = image.pixels.iter().zip(&self.image).map(|(x, g)| x - g).collect();
        matmul(&mut self.slope, jacobian, Matrix::new(&rest, rest.len(), 1), false);
    }

    /// Chooses the next place by what is known where it is; it ends where that is hardly another.
    pub fn choose_next(&mut self) {
        let latent = self.at.len();
        let diagonal: f32 = self.hessian.iter().step_by(latent + 1).sum::<f32>() / latent.max(1) as f32;
        let more = f64::from(PRIOR + self.damping * (diagonal + PRIOR));
        let value = |row: usize, column: usize| self.hessian.get(row * latent + column).copied().map_or(0.0, f64::from);
        let matrix =
            Mat::from_fn(latent, latent, |row, column| value(row, column) + if row == column { more } else { 0.0 });
        let slopes: Vec<f64> = self.slope.iter().zip(&self.at).map(|(slope, z)| f64::from(slope - PRIOR * z)).collect();
        let right = Mat::from_fn(latent, 1, |row, _| slopes.get(row).copied().unwrap_or(0.0));
        let Ok(factors) = matrix.llt(Side::Lower) else {
            self.is_done = true;
            return;
        };
        let step: Vec<f32> = factors.solve(&right).col_as_slice(0).iter().map(|x| *x as f32).collect();
        let length = dot(&step, &step).sqrt();
        if !(length.is_finite() && length > SHORTEST) {
            self.is_done = true;
            return;
        }
        let scale = (LONGEST * (latent as f32).sqrt() / length).min(1.0);
        self.next = self.at.iter().zip(&step).map(|(z, step)| z + scale * step).collect();
    }

    /// What was found; `None` where nothing had a finite error.
    pub fn found(self) -> Option<InvertedImage> {
        let squared_error = self.error / self.image.len().max(1) as f32;
        squared_error.is_finite().then_some(InvertedImage { latent: self.at, image: self.image, squared_error })
    }
}
