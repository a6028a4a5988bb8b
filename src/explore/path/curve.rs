//! A path as a chain of short pieces, and evenly spaced places along it.

use crate::snapshot::{Network, Scratch};
use std::convert::Infallible;

/// A path through a latent space.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentCurve {
    pub(super) latent: usize,
    /// Its corners, `[n, latent]`; of a closed one the last is the first, to the bit.
    pub(super) points: Vec<f32>,
    pub(super) closed: bool,
}

impl LatentCurve {
    /// Its corners, `[latent]` each, from end to end.
    pub fn points(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.points.chunks_exact(self.latent.max(1))
    }

    /// Whether it ends where it begins.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// `count` latents along it, `[count, latent]`, at equal steps of the latent space, or by a decoder at equal steps of what
    /// it makes of them. The first is where the path begins; the last is where it ends, or in a closed one a step before that.
    pub fn sampled(&self, count: usize, decoder: Option<&Network>) -> Vec<f32> {
        let lengths = self.lengths(decoder);
        let total = lengths.last().copied().unwrap_or(0.0);
        let steps = if self.closed { count } else { count.saturating_sub(1) };
        let mut out = Vec::with_capacity(count * self.latent);
        let mut corner = 0;
        for number in 0..count {
            let wanted = total * number as f64 / steps.max(1) as f64;
            while corner + 2 < lengths.len() && lengths.get(corner + 1).is_some_and(|length| *length < wanted) {
                corner += 1;
            }
            let (before, after) = (length(&lengths, corner), length(&lengths, corner + 1));
            let part = if after > before { ((wanted - before) / (after - before)).clamp(0.0, 1.0) as f32 } else { 0.0 };
            // The end itself, whatever the roundings say.
            let (corner, part) =
                if !self.closed && number > 0 && number == steps { (corner, 1.0) } else { (corner, part) };
            let at = |corner: usize| self.points().nth(corner).unwrap_or_default();
            let mixed = |(a, b): (&f32, &f32)| if part == 1.0 { *b } else { a + part * (b - a) };
            out.extend(at(corner).iter().zip(at(corner + 1)).map(mixed));
        }
        out
    }

    /// How far each corner lies along it; by corners where it has no length.
    fn lengths(&self, decoder: Option<&Network>) -> Vec<f64> {
        let (mut total, mut before) = (0.0, Vec::new());
        let mut lengths = Vec::new();
        let mut add = |values: &[f32]| {
            total += distance(&before, values);
            lengths.push(total);
            before = values.to_vec();
        };
        match decoder {
            None => self.points().for_each(&mut add),
            Some(decoder) => {
                let Ok(()) = decoder.evaluate_each(&self.points, &mut Scratch::default(), |image| {
                    add(image);
                    Ok::<_, Infallible>(())
                });
            }
        }
        if total > 0.0 && total.is_finite() {
            return lengths;
        }
        (0..self.points().len()).map(|corner| corner as f64).collect()
    }
}

fn length(lengths: &[f64], corner: usize) -> f64 {
    lengths.get(corner).copied().unwrap_or(0.0)
}

/// 0 where there is nothing before.
fn distance(before: &[f32], values: &[f32]) -> f64 {
    before.iter().zip(values).map(|(a, b)| f64::from(b - a).powi(2)).sum::<f64>().sqrt()
}
