//! Where a flow lives: the first principal components, each divided by its standard deviation. Of data that has no more values
//! than the code these are its own coordinates.

use crate::dataset::Split;
use crate::model::pca::fit::ComponentFit;
use crate::model::{Saved, StepError};
use crate::snapshot::{Activation, Operation};

/// A linear code.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FlowCode {
    /// `[pixels]`.
    mean: Vec<f32>,
    /// Orthonormal, `[latent, pixels]`.
    directions: Vec<f32>,
    /// `[latent]`.
    deviations: Vec<f32>,
}

impl FlowCode {
    /// Before any image was seen: some of the pixels.
    pub fn nothing(pixels: usize, latent: usize) -> Self {
        let mut directions = vec![0.0; latent * pixels];
        let apart = (pixels / latent.max(1)).max(1);
        directions.iter_mut().step_by(pixels + apart).for_each(|value| *value = 1.0);
        Self { mean: vec![0.0; pixels], directions, deviations: vec![1.0; latent] }
    }

    /// That of these images; `go_on` is asked now and then.
    ///
    /// # Errors
    /// If there are fewer values than dimensions, or they vary in fewer, or `go_on` says no.
    pub fn of(images: &Split, latent: usize, go_on: &dyn Fn() -> bool) -> Result<Self, StepError> {
        let pixels = images.shape().values();
        if latent != pixels {
            let (ComponentFit { mean, directions, variances, .. }, _) = ComponentFit::of(images, latent, go_on)?;
            return Ok(Self {
                mean,
                directions,
                deviations: variances.iter().map(|variance| variance.sqrt()).collect(),
            });
        }
        let (mut sums, mut squares) = (vec![0.0f64; pixels], vec![0.0f64; pixels]);
        let mut values = vec![0.0f32; pixels];
        for index in 0..images.count() {
            images.read(index, &mut values);
            for ((sum, square), x) in sums.iter_mut().zip(&mut squares).zip(&values) {
                *sum += f64::from(*x);
                *square += f64::from(*x) * f64::from(*x);
            }
        }
        let count = images.count().max(1) as f64;
        let mean = sums.iter().map(|sum| sum / count);
        // A coordinate that never varies stays as it is.
        let deviation = |(mean, square): (f64, &f64)| match (square / count - mean * mean).max(0.0).sqrt() {
            0.0 => 1.0,
            deviation => deviation as f32,
        };
        let axis = |at: usize| (0..pixels).map(move |other| if other == at { 1.0 } else { 0.0 });
        Ok(Self {
            deviations: mean.clone().zip(&squares).map(deviation).collect(),
            mean: mean.map(|mean| mean as f32).collect(),
            directions: (0..latent).flat_map(axis).collect(),
        })
    }

    /// Dimensions.
    pub fn latent(&self) -> usize {
        self.deviations.len()
    }

    /// Pixels `[n, pixels]` to codes `[n, latent]`.
    pub fn encoding(&self) -> Operation {
        let pixels = self.mean.len().max(1);
        let mut weight: Vec<f32> = Vec::with_capacity(self.directions.len());
        let mut bias: Vec<f32> = Vec::with_capacity(self.latent());
        for (direction, deviation) in self.directions.chunks_exact(pixels).zip(&self.deviations) {
            weight.extend(direction.iter().map(|value| value / deviation));
            let centre: f64 = direction.iter().zip(&self.mean).map(|(u, m)| f64::from(*u) * f64::from(*m)).sum();
            bias.push((-centre / f64::from(*deviation)) as f32);
        }
        Operation::linear("code", 0, (weight, bias), Activation::Identity)
    }

    /// Codes, value `input` of a network, to pixels.
    pub fn decoding(&self, input: usize) -> Operation {
        let (pixels, latent) = (self.mean.len().max(1), self.latent());
        let mut weight = vec![0.0; pixels * latent];
        for (at, (direction, deviation)) in self.directions.chunks_exact(pixels).zip(&self.deviations).enumerate() {
            let column = weight.iter_mut().skip(at).step_by(latent.max(1));
            column.zip(direction).for_each(|(weight, value)| *weight = deviation * value);
        }
        Operation::linear("pixels", input, (weight, self.mean.clone()), Activation::Identity)
    }

    /// Its tensors by name.
    pub fn save(&self) -> [(&'static str, Vec<f32>); 3] {
        let Self { mean, directions, deviations } = self;
        [("code.deviations", deviations.clone()), ("code.directions", directions.clone()), ("code.mean", mean.clone())]
    }

    /// What was saved of one of these sizes.
    ///
    /// # Errors
    /// Names what is missing or of another size.
    pub fn saved(&self, saved: &Saved) -> Result<Self, StepError> {
        Ok(Self {
            mean: saved.take("code.mean", self.mean.len())?,
            directions: saved.take("code.directions", self.directions.len())?,
            deviations: saved.take("code.deviations", self.latent())?,
        })
    }
}
