//! Inversion: the latent whose decoded image is nearest to a given one (Zhu 2016, Creswell 2018), for decoders without an
//! encoder and of any number of dimensions. Where p(z|x) is highest under normal pixels of a stated σ: damped Gauss–Newton
//! steps (Levenberg 1944, Marquardt 1963) from the nearest of some seeded draws.

mod descent;

use crate::random::Purpose;
use crate::snapshot::{Network, Scratch, Snapshot, TangentScratch};
use descent::{Descent, SoughtImage};
use std::sync::Arc;

pub use descent::{INVERSION_SIGMA, InvertedImage};

/// Draws of the prior that an image is compared with.
const DRAWS: usize = 256;
/// The nearest of them, from which it is searched.
const STARTS: usize = 4;
/// Steps from each start, and from the best of them on.
const FIRST_STEPS: usize = 4;
const STEPS: usize = 24;
/// Latents of more dimensions are not searched for by slopes. Only what draws each pixel from a number of its own has so many:
/// there a pixel is on or off, and its slope is 0.
const MOST_LATENT: usize = 512;

/// A decoder, and images of its prior to begin from.
#[derive(Clone, Debug)]
pub struct Inverter {
    snapshot: Arc<Snapshot>,
    /// `[DRAWS, latent]` and `[DRAWS, pixels]`.
    draws: Vec<f32>,
    images: Vec<f32>,
}

/// Buffers that inversions reuse.
#[derive(Default)]
pub struct InversionScratch {
    values: Scratch,
    tangents: TangentScratch,
}

impl Inverter {
    /// Decodes the draws of a seed.
    pub fn new(snapshot: Arc<Snapshot>, seed: u64, scratch: &mut InversionScratch) -> Self {
        let draws = snapshot.draws(seed, Purpose::Inversion, 0, DRAWS);
        let images = snapshot.decoder.evaluate(&draws, DRAWS, &mut scratch.values).to_vec();
        Self { snapshot, draws, images }
    }

    /// Whose decoder it is.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Searches for `image` (`[pixels]`, in [0, 1]), on this thread alone; where it was found with earlier weights, `before` is
    /// begun from, too. `None` where `go_on` (asked before each step) gave false, or the image is of another size or holds
    /// what is no number.
    pub fn invert(
        &self,
        image: &[f32],
        before: Option<&[f32]>,
        scratch: &mut InversionScratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<InvertedImage> {
        self.search(SoughtImage { pixels: image, kept: None }, before, scratch, go_on)
    }

    /// The same by the pixels alone that are kept, `[pixels]`.
    pub fn invert_kept(
        &self,
        image: &[f32],
        kept: &[bool],
        scratch: &mut InversionScratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<InvertedImage> {
        self.search(SoughtImage { pixels: image, kept: Some(kept) }, None, scratch, go_on)
    }

    fn search(
        &self,
        image: SoughtImage<'_>,
        before: Option<&[f32]>,
        scratch: &mut InversionScratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<InvertedImage> {
        let (decoder, latent) = (&self.snapshot.decoder, self.snapshot.latent);
        let pixels = image.pixels;
        let fits = pixels.len() == decoder.output() && image.kept.is_none_or(|kept| kept.len() == pixels.len());
        if !fits || decoder.input() != latent || pixels.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let before = before.filter(|before| before.len() == latent && before.iter().all(|z| z.is_finite()));
        let starts = before.into_iter().chain(self.nearest(image)).take(STARTS);
        let mut descents: Vec<Descent> = starts.map(|start| Descent::from(start, pixels.len())).collect();
        if latent > MOST_LATENT {
            receive_next(decoder, image, &mut descents, scratch, go_on)?;
            let best = descents.into_iter().min_by(|a, b| a.cost().total_cmp(&b.cost()))?;
            return best.found();
        }
        for _ in 0..FIRST_STEPS {
            step(decoder, image, &mut descents, scratch, go_on)?;
        }
        let best = (0..descents.len()).min_by(|a, b| cost(&descents, *a).total_cmp(&cost(&descents, *b)))?;
        let mut descents = vec![descents.swap_remove(best)];
        for _ in FIRST_STEPS..STEPS {
            if descents.iter().all(Descent::is_done) {
                break;
            }
            step(decoder, image, &mut descents, scratch, go_on)?;
        }
        descents.pop()?.found()
    }

    /// The draws whose images are nearest, the nearest first.
    fn nearest(&self, image: SoughtImage<'_>) -> impl Iterator<Item = &[f32]> {
        let distance = |drawn: &[f32]| image.square_distance(drawn);
        let mut near: Vec<(f32, &[f32])> = (self.images.chunks_exact(image.pixels.len().max(1)).map(distance))
            .zip(self.draws.chunks_exact(self.snapshot.latent.max(1)))
            .collect();
        near.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        near.into_iter().map(|(_, draw)| draw)
    }
}

fn cost(descents: &[Descent], place: usize) -> f32 {
    descents.get(place).map_or(f32::INFINITY, Descent::cost)
}

/// Decodes where each search that is not done goes next.
fn receive_next(
    decoder: &Network,
    image: SoughtImage<'_>,
    descents: &mut [Descent],
    scratch: &mut InversionScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<()> {
    if !go_on() {
        return None;
    }
    let mut open: Vec<&mut Descent> = descents.iter_mut().filter(|descent| !descent.is_done()).collect();
    let next: Vec<f32> = open.iter().flat_map(|descent| descent.next()).copied().collect();
    let outputs = decoder.evaluate(&next, open.len(), &mut scratch.values);
    for (descent, output) in open.iter_mut().zip(outputs.chunks_exact(image.pixels.len().max(1))) {
        descent.receive(image, output);
    }
    Some(())
}

/// The same, and the Jacobian where that was better.
fn step(
    decoder: &Network,
    image: SoughtImage<'_>,
    descents: &mut [Descent],
    scratch: &mut InversionScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<()> {
    receive_next(decoder, image, descents, scratch, go_on)?;
    for descent in descents.iter_mut().filter(|descent| !descent.is_done()) {
        if descent.is_better() {
            descent.receive_slope(decoder, image, &mut scratch.tangents);
        }
        descent.choose_next();
    }
    Some(())
}

#[cfg(test)]
mod tests;
