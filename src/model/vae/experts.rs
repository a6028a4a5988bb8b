//! An encoder that is a product of experts, one a pixel: q(z|x) ∝ p(z) ∏ᵢ q(z|xᵢ)^{1/n} (Hinton 2002, Wu and Goodman 2018). As in
//! naive Bayes the pixels speak each for itself, so that those that are missing are left out of the product.

use crate::model::plain::Average;
use crate::nn::operations::{Compute, ExpertProduct};
use crate::nn::parameters::{Parameter, Parameters, copied};
use crate::snapshot::{Activation, Operation};
use candle_core::{Result, Tensor};

/// An expert's log precision is so many times what is learned, so that it moves as fast as precisions have to.
const LOG_SCALE: f64 = 10.0;
/// What is learned of it begins here.
const FIRST: f32 = 0.2;
/// Log precisions are within ± this.
const MOST_LOG: f64 = 15.0;

/// Each expert is normal about a mean that depends on whether its pixel is black or white; grey is in between, in natural
/// parameters.
#[derive(Debug)]
pub(super) struct PixelExperts {
    latent: usize,
    black: Expert,
    white: Expert,
}

/// What pixels of one value say, `[latent, pixels]` each.
#[derive(Debug)]
struct Expert {
    mean: (String, Parameter),
    precision: (String, Parameter),
}

/// Natural parameters of each expert, `[latent, pixels]`.
struct Natural {
    weighted: Tensor,
    precision: Tensor,
}

impl Expert {
    fn new(parameters: &mut Parameters, name: &str, (latent, pixels): (usize, usize), seed: u64) -> Result<Self> {
        let mean = format!("encoder.{name}.mean");
        let precision = format!("encoder.{name}.precision");
        Ok(Self {
            mean: (mean.clone(), parameters.uniform(&mean, &[latent, pixels], 1, seed)?),
            precision: (precision.clone(), parameters.constant(&precision, &[latent, pixels], FIRST)?),
        })
    }

    fn natural(&self, average: &Average) -> Result<Natural> {
        let value = |(name, parameter): &(String, Parameter)| match average.get(name) {
            Some(values) => Tensor::from_slice(values, parameter.variable.shape(), parameter.variable.device()),
            None => Ok(parameter.variable.as_tensor().clone()),
        };
        let precision = value(&self.precision)?.affine(LOG_SCALE, 0.0)?.clamp(-MOST_LOG, MOST_LOG)?.exp()?;
        Ok(Natural { weighted: (value(&self.mean)? * &precision)?, precision })
    }
}

impl PixelExperts {
    /// Fresh ones, their means U(±1).
    pub fn new(parameters: &mut Parameters, (latent, pixels): (usize, usize), seed: u64) -> Result<Self> {
        parameters.check(latent.saturating_mul(pixels).saturating_mul(4))?;
        Ok(Self {
            latent,
            black: Expert::new(parameters, "black", (latent, pixels), seed)?,
            white: Expert::new(parameters, "white", (latent, pixels), seed)?,
        })
    }

    /// What a linear operation of the pixels needs to give the experts' sums of mean times precision and then of precision: weight
    /// `[2·latent, pixels]` and bias `[2·latent]`.
    fn linear(&self, average: &Average) -> Result<(Tensor, Tensor)> {
        let (black, white) = (self.black.natural(average)?, self.white.natural(average)?);
        let pixels = black.precision.dim(1)?.max(1) as f64;
        let base = Tensor::cat(&[&black.weighted, &black.precision], 0)?;
        let weight = (Tensor::cat(&[&white.weighted, &white.precision], 0)? - &base)?.affine(1.0 / pixels, 0.0)?;
        Ok((weight, base.sum(1)?.affine(1.0 / pixels, 0.0)?))
    }

    /// Pixels `[batch, pixels]` to mean and log variance side by side.
    ///
    /// # Errors
    /// If candle fails.
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let (weight, bias) = self.linear(&Average::new())?;
        let natural = images.matmul(&weight.t()?)?.broadcast_add(&bias)?;
        ExpertProduct { dimensions: self.latent }.by_candle(None, None, &[&natural])
    }

    /// As plain data.
    ///
    /// # Errors
    /// If candle fails.
    pub fn operations(&self, average: &Average) -> Result<Vec<Operation>> {
        let (weight, bias) = self.linear(average)?;
        let values = (copied(&weight)?, copied(&bias)?);
        Ok(vec![
            Operation::linear("encoder.experts", 0, values, Activation::Identity),
            Operation::of_weight("encoder.product", 1, ExpertProduct { dimensions: self.latent }, Vec::new()),
        ])
    }

    /// Mean and log variance by the pixels alone that are kept, each with the weight of one of as many, `[latent]` both.
    ///
    /// # Errors
    /// If candle fails.
    pub fn posterior(&self, image: &[f32], kept: &[bool], average: &Average) -> Result<(Vec<f32>, Vec<f32>)> {
        let (black, white) = (self.black.natural(average)?, self.white.natural(average)?);
        let sums = |black: &Tensor, white: &Tensor| -> Result<Vec<f64>> {
            let (black, white) = (copied(black)?, copied(white)?);
            let rows = black.chunks_exact(image.len().max(1)).zip(white.chunks_exact(image.len().max(1)));
            let of_kept = |(black, white): (&[f32], &[f32])| {
                let experts = black.iter().zip(white).zip(image.iter().zip(kept)).filter(|(_, (_, kept))| **kept);
                experts.map(|((b, w), (x, _))| f64::from((1.0 - x) * b + x * w)).sum()
            };
            Ok(rows.map(of_kept).collect())
        };
        let count = kept.iter().filter(|kept| **kept).count().max(1) as f64;
        let weighted = sums(&black.weighted, &white.weighted)?;
        let precisions = sums(&black.precision, &white.precision)?.into_iter().map(|sum| 1.0 + sum / count);
        let moments =
            weighted.iter().zip(precisions).map(|(weighted, by)| ((weighted / count / by) as f32, -by.ln() as f32));
        Ok(moments.unzip())
    }

    /// Multiplications and additions an image.
    pub fn flops(&self) -> u64 {
        let values = self.black.mean.1.variable.elem_count();
        4 * values as u64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::random::{Purpose, normal_rows, uniform_from_normal};
    use crate::snapshot::{Network, Scratch};
    use candle_core::Device;

    const LATENT: usize = 2;
    const PIXELS: usize = 5;

    fn experts() -> PixelExperts {
        let mut parameters = Parameters::default();
        let experts = PixelExperts::new(&mut parameters, (LATENT, PIXELS), 4).unwrap();
        // Precisions of their own.
        for (number, (_, parameter)) in parameters.iter().filter(|(name, _)| name.ends_with("precision")).enumerate() {
            let logs = normal_rows(number as u64, Purpose::Weights, 9, LATENT, PIXELS);
            let logs: Vec<f32> = logs.into_iter().map(|log| 0.1 * log).collect();
            parameter.variable.set(&Tensor::from_vec(logs, (LATENT, PIXELS), &Device::Cpu).unwrap()).unwrap();
        }
        experts
    }

    fn images(count: usize) -> Vec<f32> {
        let normal = normal_rows(1, Purpose::Sample, 0, count, PIXELS);
        normal.into_iter().map(|z| uniform_from_normal(z) as f32).collect()
    }

    /// The product of 1 + n Gaussian densities by hand: precisions add up, and means by their precisions.
    #[test]
    fn posteriors_are_the_product_of_the_prior_and_of_those_that_are_kept() {
        let (experts, image) = (experts(), images(1));
        let value = |of: &(String, Parameter), at: usize| f64::from(copied(of.1.variable.as_tensor()).unwrap()[at]);
        for kept in [[true; PIXELS], [true, false, false, true, true]] {
            let (means, logs) = experts.posterior(&image, &kept, &Average::new()).unwrap();
            let count = kept.iter().filter(|kept| **kept).count() as f64;
            for dimension in 0..LATENT {
                let (mut precision, mut weighted) = (1.0, 0.0);
                for pixel in (0..PIXELS).filter(|pixel| kept[*pixel]) {
                    let at = dimension * PIXELS + pixel;
                    for (expert, share) in
                        [(&experts.black, 1.0 - f64::from(image[pixel])), (&experts.white, f64::from(image[pixel]))]
                    {
                        let own = share * (LOG_SCALE * value(&expert.precision, at)).exp() / count;
                        precision += own;
                        weighted += own * value(&expert.mean, at);
                    }
                }
                assert!((f64::from(means[dimension]) - weighted / precision).abs() < 1e-5);
                assert!((f64::from(logs[dimension]) + precision.ln()).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn what_learns_and_what_is_shown_are_the_same() {
        let (experts, images) = (experts(), images(7));
        let tensor = Tensor::from_slice(&images, (7, PIXELS), &Device::Cpu).unwrap();
        let learned = copied(&experts.forward(&tensor).unwrap()).unwrap();
        let network = Network::new(PIXELS, experts.operations(&Average::new()).unwrap()).unwrap();
        let mut scratch = Scratch::default();
        let shown = network.evaluate(&images, 7, &mut scratch);
        assert!(learned.iter().zip(shown).all(|(a, b)| (a - b).abs() < 1e-5));
        let (means, logs) = experts.posterior(&images[..PIXELS], &[true; PIXELS], &Average::new()).unwrap();
        assert!(means.iter().chain(&logs).zip(shown).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn it_learns() {
        let mut parameters = Parameters::default();
        let experts = PixelExperts::new(&mut parameters, (LATENT, PIXELS), 4).unwrap();
        let tensor = Tensor::from_slice(&images(7), (7, PIXELS), &Device::Cpu).unwrap();
        let loss = experts.forward(&tensor).unwrap().sqr().unwrap().sum_all().unwrap();
        let gradients = loss.backward().unwrap();
        for (name, parameter) in parameters.iter() {
            let gradient = copied(gradients.get(parameter.variable.as_tensor()).expect(name)).unwrap();
            assert!(gradient.iter().any(|value| *value != 0.0), "{name}");
        }
    }
}
