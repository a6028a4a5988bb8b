//! A mixture of products of Bernoulli distributions, and how it is drawn from: the angle of a place of the plane chooses the
//! component, each of which has a sector as wide as it weighs, and the sector holds the component's pixels.

mod em;
mod given;

use super::exact::binary::{BinaryDensity, BinaryModel, GoesOn};
use super::exact::bits::PixelBits;
use super::exact::conditioned::Conditioned;
use super::exact::{BINARIZED, COMPONENTS, LATENT_OF_TWO, PASSES};
use super::family::{Family, Preset, SEED};
use super::{Likelihood, Saved, StepError};
use crate::nn::operations::{Compute, Sectors};
use crate::random::{Purpose, stream};
use crate::snapshot::{Activation, Operation};
use em::BernoulliMixture;
use given::MixtureGiven;
use std::f64::consts::TAU;

/// A mixture of products of Bernoulli distributions.
pub static BERNOULLI_MIXTURE: Family = Family {
    id: "bernoulli-mixture",
    words: "family.bernoulli-mixture",
    heading: "preset.exact",
    presets: &[Preset { name: "bernoulli-mixture", settings: &[] }],
    fields: &[&COMPONENTS, &PASSES, &BINARIZED, &LATENT_OF_TWO, &SEED],
    parts: &[],
    points: |_| Vec::new(),
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |config| config.whole("passes"),
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let components = config.whole("components").unwrap_or(0);
        format!("mixture of {components} products of Bernoulli distributions, by passes of expectation–maximisation")
    },
    make: |config, shape, parameters| {
        let components = config.whole("components").unwrap_or(0) as usize;
        let pixels = shape.values();
        parameters().check(components.saturating_mul(pixels.saturating_add(1)))?;
        let mixture = BernoulliMixture::nothing(pixels, components);
        let density = DrawnMixture { mixture, passes: 0, pixels, seed: config.seed() };
        Ok(Box::new(BinaryModel::new(config, shape, Box::new(density))?))
    },
};

/// The mixture, before its first pass or after.
#[derive(Debug)]
struct DrawnMixture {
    mixture: BernoulliMixture,
    /// Passes that were made.
    passes: usize,
    pixels: usize,
    seed: u64,
}

impl BinaryDensity for DrawnMixture {
    fn step(&mut self, images: &PixelBits, go_on: GoesOn<'_>) -> Option<f64> {
        let first = |step, sample| stream(self.seed, Purpose::Weights, step, sample);
        let mut mixture = match self.passes {
            0 => BernoulliMixture::new(images, self.mixture.classes(), &first),
            _ => self.mixture.clone(),
        };
        let pass = mixture.step(images, go_on)?;
        (self.mixture, self.passes) = (mixture, self.passes + 1);
        Some(pass.log_p)
    }

    fn log_ps(&self, images: &PixelBits) -> Vec<f64> {
        self.mixture.log_ps(images, &|| true).unwrap_or_default()
    }

    fn given<'a>(&'a self, kept: &'a [Option<bool>]) -> Option<Box<dyn Conditioned + 'a>> {
        Some(Box::new(MixtureGiven::new(&self.mixture, kept)))
    }

    fn latent(&self) -> usize {
        2
    }

    fn operations(&self) -> Vec<Operation> {
        let weights: Vec<f64> = self.mixture.weights().iter().copied().map(f64::from).collect();
        let total: f64 = weights.iter().sum();
        let sectors = Sectors { sectors: weights.len(), outputs: self.pixels };
        let mut values = Vec::with_capacity(sectors.weights());
        let mut before = 0.0;
        for weight in weights {
            let angle = TAU * before / total;
            values.extend([angle.cos() as f32, angle.sin() as f32]);
            before += weight;
        }
        values.extend_from_slice(self.mixture.logits());
        let mut operation = Operation::of_weight("decoder.components", 0, sectors, values);
        operation.activation = Activation::Sigmoid;
        vec![operation]
    }

    fn likelihood(&self) -> Option<Likelihood> {
        Some(Likelihood::Bernoulli)
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        vec![
            ("logits", self.mixture.logits().to_vec()),
            ("steps", vec![self.passes as f32]),
            ("weights", self.mixture.weights().to_vec()),
        ]
    }

    fn restore(&mut self, saved: &Saved) -> Result<(), StepError> {
        let classes = self.mixture.classes();
        let weights = saved.take("weights", classes)?;
        let logits = saved.take("logits", classes * self.pixels)?;
        let passes = saved.take("steps", 1)?.pop().unwrap_or_default() as usize;
        if let Some(mixture) = BernoulliMixture::restore(self.pixels, weights, logits) {
            (self.mixture, self.passes) = (mixture, passes);
        }
        Ok(())
    }

    /// The logarithms and the sums, of pixels that are on.
    fn flops(&self) -> u64 {
        2 * (self.mixture.classes() * self.pixels) as u64
    }

    fn parameter_count(&self) -> usize {
        self.mixture.weights().len() + self.mixture.logits().len()
    }
}
