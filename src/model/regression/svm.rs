//! Support vector machines as a decoder: each principal component of an image by a regression of its own, a component a step.

use super::decoders::chosen;
use super::smo::SvrSettings;
use super::svr::Svr;
use super::{Regressor, RegressorInput, Result, SavedRegressor};
use crate::nn::operations::RadialBasis;
use crate::snapshot::{Activation, Operation};

/// What stands in the configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct SvmSettings {
    pub svr: SvrSettings,
    /// Components that are decoded to.
    pub components: usize,
    /// Training images that it learns from, at most.
    pub images: usize,
    pub seed: u64,
}

/// Regressions of the components, and what makes pixels of them.
#[derive(Debug)]
pub(super) struct SvmDecoder {
    settings: SvmSettings,
    svr: Svr,
    /// The mean image, `[pixels]`.
    mean: Vec<f32>,
    /// The components' directions, `[pixels, components]`.
    images: Vec<f32>,
}

impl SvmDecoder {
    /// Nothing learned yet: black.
    pub fn new(settings: SvmSettings, latent: usize, pixels: usize) -> Self {
        let (centres, components) = (settings.images, settings.components);
        Self {
            settings,
            svr: Svr {
                latent,
                gamma: settings.svr.gamma,
                centres: vec![0.0; centres * latent],
                coefficients: vec![0.0; components * centres],
                bias: vec![0.0; components],
                done: 0,
            },
            mean: vec![0.0; pixels],
            images: vec![0.0; pixels * components],
        }
    }

    /// Centres that are beyond the images there are stay at 0 and weigh nothing.
    fn padded(&self, svr: &Svr) -> Svr {
        let (latent, all) = (svr.latent, self.settings.images);
        let mut centres = svr.centres.clone();
        centres.resize(all * latent, 0.0);
        let row = |row: &[f32]| row.iter().copied().chain(std::iter::repeat(0.0)).take(all).collect::<Vec<f32>>();
        let coefficients = svr.coefficients.chunks_exact(svr.count().max(1)).flat_map(row).collect();
        Svr { centres, coefficients, bias: svr.bias.clone(), ..*svr }
    }
}

impl Regressor for SvmDecoder {
    fn components(&self) -> usize {
        self.settings.components
    }

    fn step(&mut self, input: &RegressorInput<'_>) -> Result<f64> {
        let RegressorInput { examples, components, go_on } = input;
        let (count, pixels) = (self.settings.components, examples.pixels);
        let chosen = chosen(examples.count(), self.settings.images, self.settings.seed);
        if self.svr.done == 0 {
            self.mean.clone_from(&components.mean);
            for (at, direction) in components.directions.chunks_exact(pixels.max(1)).take(count).enumerate() {
                let column = self.images.iter_mut().skip(at).step_by(count);
                column.zip(direction).for_each(|(value, x)| *value = *x);
            }
            self.svr = Svr::new(examples.codes_of(&chosen), examples.latent, count, self.settings.svr.gamma)?;
        }
        let mut values = Vec::with_capacity(chosen.len() * count);
        let (mut image, mut squares) = (vec![0.0f32; pixels], 0.0);
        for index in &chosen {
            (examples.read)(*index, &mut image);
            image.iter_mut().zip(&components.mean).for_each(|(x, mean)| *x -= mean);
            squares += image.iter().map(|x| f64::from(x * x)).sum::<f64>();
            let directions = components.directions.chunks_exact(pixels.max(1)).take(count);
            values.extend(directions.map(|u| u.iter().zip(&image).map(|(u, x)| f64::from(u * x)).sum::<f64>() as f32));
        }
        let kernel = self.svr.kernel(*go_on)?;
        self.svr.step(&kernel, &values, &self.settings.svr, 1, *go_on)?;
        // Directions are orthonormal: what is left is what no component has, and what the regressions miss of each.
        let found = self.svr.evaluate(&self.svr.centres);
        let gained = values.iter().zip(&found).map(|(value, found)| {
            let [value, missed] = [*value, value - found].map(f64::from);
            value * value - missed * missed
        });
        let gained: f64 = gained.sum();
        Ok((squares - gained).max(0.0) / (chosen.len() * pixels).max(1) as f64)
    }

    fn operations(&self) -> Vec<Operation> {
        let svr = self.padded(&self.svr);
        let (latent, count) = (svr.latent, svr.count());
        // Distances are of codes times √γ.
        let scale = svr.gamma.sqrt() as f32;
        let scales = (0..latent * latent).map(|at| if at % (latent + 1) == 0 { scale } else { 0.0 });
        let centres: Vec<f32> = svr.centres.iter().map(|z| scale * z).collect();
        let scales: Vec<f32> = scales.collect();
        let basis = RadialBasis { inputs: latent, centres: count };
        vec![
            Operation::linear("decoder.scale", 0, (scales, vec![0.0; latent]), Activation::Identity),
            Operation::of_weight("decoder.centres", 1, basis, centres),
            Operation::linear("decoder.components", 2, (svr.coefficients, svr.bias), Activation::Identity),
            Operation::linear("decoder.pixels", 3, (self.images.clone(), self.mean.clone()), Activation::Identity),
        ]
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        let Svr { centres, coefficients, bias, done, .. } = &self.svr;
        vec![
            ("centres", centres.clone()),
            ("coefficients", coefficients.clone()),
            ("bias", bias.clone()),
            ("done", vec![*done as f32]),
            ("images", self.images.clone()),
            ("offset", self.mean.clone()),
        ]
    }

    fn restore(&mut self, saved: &mut SavedRegressor<'_>) -> Result<()> {
        let components = self.settings.components;
        let centres = saved.any("centres");
        let count = (centres.len() / self.svr.latent.max(1)).min(self.settings.images);
        let (images, mean) = (saved.take("images", self.images.len())?, saved.take("offset", self.mean.len())?);
        let svr = Svr {
            centres: saved.take("centres", count * self.svr.latent)?,
            coefficients: saved.take("coefficients", components * count)?,
            bias: saved.take("bias", components)?,
            done: saved.take("done", 1)?.first().map_or(0, |done| *done as usize).min(components),
            ..self.svr
        };
        (self.svr, self.images, self.mean) = (svr, images, mean);
        Ok(())
    }

    /// A row of the kernel.
    fn flops(&self) -> u64 {
        (self.settings.images * (2 * self.svr.latent + 1)) as u64
    }

    fn parameter_count(&self) -> usize {
        self.svr.coefficients.len() + self.svr.bias.len() + self.images.len()
    }
}
