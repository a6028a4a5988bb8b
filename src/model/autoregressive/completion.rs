//! Completion by an autoregressive density. Where all that is kept comes before all that is missing, the rest is drawn on from it,
//! exactly. Elsewhere by a particle filter: images are drawn side by side in reading order, weighed by how likely each pixel that is
//! kept is given those before it.

use crate::model::exact::numbers::log_p_of_pixel;
use crate::model::exact::particles::{PARTICLES, Particles};
use crate::model::{Completion, CompletionDraws, KeptPixels};
use crate::nn::vector::dot;
use crate::snapshot::Operation;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Each pixel's distribution given those before it: the last layer's weight and bias, and those of a hidden layer.
pub(super) struct Conditionals<'a> {
    /// `[pixels, pixels]` or `[pixels, hidden]`, and `[pixels]`.
    last: &'a Operation,
    hidden: Option<HiddenUnits<'a>>,
}

struct HiddenUnits<'a> {
    /// What each pixel weighs in the units, `[pixels, hidden]`.
    reading: Vec<f32>,
    /// `[hidden]`.
    bias: &'a [f32],
}

/// An image up to a pixel.
#[derive(Clone)]
struct Seen {
    image: Vec<f32>,
    /// What the hidden units have summed up.
    sums: Vec<f32>,
}

impl<'a> Conditionals<'a> {
    /// Those of layers from pixels to logits; `None` where there are none.
    pub fn of(layers: &'a [Operation]) -> Option<Self> {
        let (last, before) = layers.split_last()?;
        let pixels = last.bias.len().max(1);
        let hidden = before.first().map(|first| {
            let units = first.bias.len();
            let mut reading = vec![0.0; units * pixels];
            for (unit, row) in first.weight.chunks_exact(pixels).enumerate() {
                reading.iter_mut().skip(unit).step_by(units).zip(row).for_each(|(to, weight)| *to = *weight);
            }
            HiddenUnits { reading, bias: &first.bias }
        });
        Some(Self { last, hidden })
    }

    fn pixels(&self) -> usize {
        self.last.bias.len()
    }

    fn start(&self) -> Seen {
        let sums = self.hidden.as_ref().map_or(Vec::new(), |hidden| hidden.bias.to_vec());
        Seen { image: Vec::with_capacity(self.pixels()), sums }
    }

    /// The logit of the next pixel of an image.
    fn logit(&self, seen: &Seen) -> f64 {
        let (pixel, width) = (seen.image.len(), self.last.weight.len() / self.pixels().max(1));
        let row = self.last.weight.chunks_exact(width.max(1)).nth(pixel).unwrap_or_default();
        let bias = self.last.bias.get(pixel).copied().unwrap_or_default();
        f64::from(match self.hidden {
            None => bias + dot(row.get(..pixel).unwrap_or_default(), &seen.image),
            Some(_) => bias + row.iter().zip(&seen.sums).map(|(weight, sum)| weight * sum.max(0.0)).sum::<f32>(),
        })
    }

    fn push(&self, seen: &mut Seen, is_on: bool) {
        if let (true, Some(hidden)) = (is_on, &self.hidden) {
            let weights = hidden.reading.chunks_exact(hidden.bias.len().max(1)).nth(seen.image.len());
            seen.sums.iter_mut().zip(weights.unwrap_or_default()).for_each(|(sum, weight)| *sum += weight);
        }
        seen.image.push(f32::from(u8::from(is_on)));
    }

    /// Draws of the missing pixels given those that are kept, `[pixels]` of them; 1/2 or more is a one. Their own log p is known
    /// where all that is kept comes first.
    pub fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Completion {
        let kept = pixels.kept.iter().take_while(|kept| **kept).count();
        let is_first = pixels.kept.iter().skip(kept).all(|kept| !kept);
        let count = if is_first { 1 } else { PARTICLES };
        let drawn = (0..draws.count).flat_map(|draw| self.draw(pixels, count, &mut draws.generator(draw)));
        Completion { draws: drawn.collect(), log_p: is_first.then(|| self.log_p_after(pixels.image, kept)) }
    }

    /// log p(the pixels from `from` on | those before), in nats.
    fn log_p_after(&self, image: &[f32], from: usize) -> f64 {
        let mut seen = self.start();
        let each = image.iter().enumerate().map(|(pixel, x)| {
            let log_p = log_p_of_pixel(self.logit(&seen), *x >= 0.5);
            self.push(&mut seen, *x >= 0.5);
            if pixel < from { 0.0 } else { log_p }
        });
        each.sum()
    }

    fn draw(&self, pixels: KeptPixels<'_>, count: usize, generator: &mut ChaCha8Rng) -> Vec<f32> {
        let mut particles = Particles::new(self.start(), count);
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
