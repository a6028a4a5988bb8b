//! Completion by an autoregressive density. Where all that is kept comes before all that is missing, the rest is drawn on from it,
//! exactly. Elsewhere by a particle filter: images are drawn side by side in reading order, weighed by how likely each pixel that is
//! kept is given those before it.

use crate::model::exact::numbers::log_p_of_pixel;
use crate::model::exact::particles::{PARTICLES, Particles};
use crate::model::{Completion, CompletionDraws, KeptPixels};
use crate::nn::operations::{AutoregressiveDraws, AutoregressiveParts};
use crate::nn::vector::dot;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Each pixel's distribution given those before it, and a context where there is one.
#[derive(Clone, Copy)]
pub(in crate::model) struct AutoregressiveConditionals<'a> {
    draws: AutoregressiveDraws,
    parts: AutoregressiveParts<'a>,
}

/// An image up to a pixel.
#[derive(Clone)]
struct PixelsSeen {
    image: Vec<f32>,
    /// What the hidden units have summed up; without them what the context gives each pixel.
    sums: Vec<f32>,
}

impl<'a> AutoregressiveConditionals<'a> {
    /// Those that draw with a weight.
    pub fn new(draws: AutoregressiveDraws, weight: &'a [f32]) -> Self {
        Self { draws, parts: draws.parts(weight) }
    }

    fn start(&self, context: &[f32]) -> PixelsSeen {
        let AutoregressiveDraws { pixels, hidden, .. } = self.draws;
        let mut sums = vec![0.0; if hidden == 0 { pixels } else { hidden }];
        self.parts.start(context, &mut sums);
        PixelsSeen { image: Vec::with_capacity(pixels), sums }
    }

    /// The logit of the next pixel of an image.
    fn logit(&self, seen: &PixelsSeen) -> f64 {
        let (pixel, parts) = (seen.image.len(), self.parts);
        let of = |values: &[f32]| values.get(pixel).copied().unwrap_or_default();
        let row = |width: usize| parts.giving.chunks_exact(width.max(1)).nth(pixel).unwrap_or_default();
        f64::from(match self.draws.hidden {
            0 => of(&seen.sums) + dot(row(self.draws.pixels).get(..pixel).unwrap_or_default(), &seen.image),
            units => {
                let active = row(units).iter().zip(&seen.sums).map(|(weight, sum)| weight * sum.max(0.0));
                of(parts.biases) + active.sum::<f32>()
            }
        })
    }

    fn push(&self, seen: &mut PixelsSeen, is_on: bool) {
        if is_on && self.draws.hidden > 0 {
            let weights = self.parts.reading.chunks_exact(self.draws.hidden).nth(seen.image.len());
            seen.sums.iter_mut().zip(weights.unwrap_or_default()).for_each(|(sum, weight)| *sum += weight);
        }
        seen.image.push(f32::from(u8::from(is_on)));
    }

    /// Draws of the missing pixels given those that are kept, `[pixels]` of them; 1/2 or more is a one. Their own log p is known
    /// where all that is kept comes first and nothing else is given; a context is drawn with each particle, from its prior.
    pub fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Completion {
        let kept = pixels.kept.iter().take_while(|kept| **kept).count();
        let is_first = pixels.kept.iter().skip(kept).all(|kept| !kept) && self.draws.context == 0;
        let count = if is_first { 1 } else { PARTICLES };
        let drawn = (0..draws.count).flat_map(|draw| self.draw(pixels, count, &mut draws.generator(draw)));
        Completion { draws: drawn.collect(), log_p: is_first.then(|| self.log_p_after(pixels.image, kept)) }
    }

    /// log p(the pixels from `from` on | those before), in nats.
    fn log_p_after(&self, image: &[f32], from: usize) -> f64 {
        let mut seen = self.start(&[]);
        let each = image.iter().enumerate().map(|(pixel, x)| {
            let log_p = log_p_of_pixel(self.logit(&seen), *x >= 0.5);
            self.push(&mut seen, *x >= 0.5);
            if pixel < from { 0.0 } else { log_p }
        });
        each.sum()
    }

    fn draw(&self, pixels: KeptPixels<'_>, count: usize, generator: &mut ChaCha8Rng) -> Vec<f32> {
        let mut particles = Particles::new(self.start(&[]), count);
        if self.draws.context > 0 {
            for particle in &mut particles.all {
                let context: Vec<f32> = (0..self.draws.context).map(|_| StandardNormal.sample(generator)).collect();
                particle.value = self.start(&context);
            }
        }
        for (x, kept) in pixels.image.iter().zip(pixels.kept) {
            for particle in &mut particles.all {
                let logit = self.logit(&particle.value);
                let is_on = match kept {
                    true => *x >= 0.5,
                    false => generator.random::<f64>() < log_p_of_pixel(logit, true).exp(),
                };
                if *kept {
                    particle.log_weight += log_p_of_pixel(logit, is_on);
                }
                self.push(&mut particle.value, is_on);
            }
            particles.balance(generator);
        }
        particles.draw(generator).map_or(Vec::new(), |seen| seen.image)
    }
}
