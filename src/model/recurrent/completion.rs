//! Completion by a recurrent density. Where all rows before the last one of which something is kept are whole, what is missing is
//! drawn on from them, exactly. Elsewhere by a particle filter: images are drawn side by side row by row, weighed by how likely the
//! pixels that are kept of a row are given the rows before.

use crate::model::exact::numbers::log_p_of_pixel;
use crate::model::exact::particles::{PARTICLES, Particle, Particles};
use crate::model::{Completion, CompletionDraws, KeptPixels};
use crate::nn::operations::RecurrentDraws;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Each row's distribution given those before it.
#[derive(Clone, Copy)]
pub(super) struct RowConditionals<'a> {
    pub draws: RecurrentDraws,
    /// As the operation has it.
    pub weight: &'a [f32],
}

/// An image up to a row.
#[derive(Clone)]
struct RowsSeen {
    image: Vec<f32>,
    /// The newest row, and the state before it has been read.
    row: Vec<f32>,
    state: Vec<f32>,
}

impl RowConditionals<'_> {
    fn start(&self) -> RowsSeen {
        let zeros = |count: usize| vec![0.0; count];
        let RecurrentDraws { image, units } = self.draws;
        RowsSeen { image: zeros(image.elements()), row: zeros(self.draws.length()), state: zeros(units) }
    }

    /// Adds row `number` to all: `choose` is told each of its pixels and its logit, says whether it is on, and may weigh it.
    fn push(
        &self,
        particles: &mut Particles<RowsSeen>,
        number: usize,
        mut choose: impl FnMut(usize, f64, &mut f64) -> bool,
    ) {
        let rows: Vec<f32> = particles.all.iter().flat_map(|particle| &particle.value.row).copied().collect();
        let mut states: Vec<f32> = particles.all.iter().flat_map(|particle| &particle.value.state).copied().collect();
        self.draws.read_rows(self.weight, &rows, &mut states);
        let logits = self.draws.row_logits(self.weight, &states);
        let each = states.chunks_exact(self.draws.units.max(1)).zip(logits.chunks_exact(self.draws.length().max(1)));
        for (Particle { value, log_weight }, (state, logits)) in particles.all.iter_mut().zip(each) {
            value.state.copy_from_slice(state);
            for (place, (own, logit)) in value.row.iter_mut().zip(logits).enumerate() {
                let pixel = self.draws.pixel(number, place);
                *own = f32::from(u8::from(choose(pixel, f64::from(*logit), log_weight)));
                if let Some(pixel) = value.image.get_mut(pixel) {
                    *pixel = *own;
                }
            }
        }
    }

    /// Draws of the missing pixels given those that are kept, `[pixels]` of them; 1/2 or more is a one. Their own log p is known
    /// where all rows before the last one of which something is kept are whole.
    pub fn complete(&self, pixels: KeptPixels<'_>, draws: CompletionDraws) -> Completion {
        let height = self.draws.image.height;
        let kept =
            |row: usize| (0..self.draws.length()).map(move |place| is_kept(pixels, self.draws.pixel(row, place)));
        let whole = (0..height).take_while(|row| kept(*row).all(|kept| kept)).count();
        let is_first = (whole + 1..height).all(|row| kept(row).all(|kept| !kept));
        let count = if is_first { 1 } else { PARTICLES };
        let drawn = (0..draws.count).flat_map(|draw| self.draw(pixels, count, &mut draws.generator(draw)));
        Completion { draws: drawn.collect(), log_p: is_first.then(|| self.log_p_of_missing(pixels)) }
    }

    /// log p(each pixel that is missing | the rows before it), summed, in nats.
    fn log_p_of_missing(&self, pixels: KeptPixels<'_>) -> f64 {
        let (mut particles, mut sum) = (Particles::new(self.start(), 1), 0.0);
        for number in 0..self.draws.image.height {
            self.push(&mut particles, number, |pixel, logit, _| {
                let is_on = is_on(pixels, pixel);
                if !is_kept(pixels, pixel) {
                    sum += log_p_of_pixel(logit, is_on);
                }
                is_on
            });
        }
        sum
    }

    fn draw(&self, pixels: KeptPixels<'_>, count: usize, generator: &mut ChaCha8Rng) -> Vec<f32> {
        let mut particles = Particles::new(self.start(), count);
        for number in 0..self.draws.image.height {
            self.push(&mut particles, number, |pixel, logit, log_weight| {
                if !is_kept(pixels, pixel) {
                    return generator.random::<f64>() < log_p_of_pixel(logit, true).exp();
                }
                let is_on = is_on(pixels, pixel);
                *log_weight += log_p_of_pixel(logit, is_on);
                is_on
            });
            particles.balance(generator);
        }
        particles.draw(generator).map_or(Vec::new(), |seen| seen.image)
    }
}

fn is_kept(pixels: KeptPixels<'_>, pixel: usize) -> bool {
    pixels.kept.get(pixel).copied().unwrap_or_default()
}

fn is_on(pixels: KeptPixels<'_>, pixel: usize) -> bool {
    pixels.image.get(pixel).is_some_and(|x| *x >= 0.5)
}
