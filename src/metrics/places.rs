//! Places of images in the plane of a decoder that has no encoder, such as a GAN's: where p(z|x) is highest under normal
//! pixels of a stated σ. A table of decoded cells says about where, and damped Gauss–Newton steps (Levenberg 1944, Marquardt
//! 1963) where exactly.

use super::evidence_error::EvidenceError;
use super::pixel_density::PixelDensity;
use crate::message::{Message, message};
use crate::nn::likelihood::Likelihood;
use crate::nn::matmul::{Matrix, matmul};
use crate::nn::vector::{dot, square_distance};
use crate::snapshot::{Network, Scratch, Snapshot};
use rayon::prelude::*;

/// The σ of pixels that places are looked for with.
pub const PLACE_SIGMA: f32 = 0.2;

/// Cells a side of the table.
const SIDE: usize = 64;
/// The table reaches so far along each dimension, in standard deviations of the prior.
const REACH: f32 = 4.0;
/// Cells of the table that an image starts from, none of them beside another.
const STARTS: usize = 3;
/// Steps from each start, and from the best of them on.
const FIRST_STEPS: usize = 2;
const STEPS: usize = 8;
/// Differences are taken over so much of z.
const DIFFERENCE: f32 = 2e-3;
/// A step is no longer than this, and the last one is no longer than that.
const LONGEST: f32 = 0.5;
const SHORTEST: f32 = 1e-3;
/// Images that are looked at together.
const BATCH: usize = 32;
/// Cells that are decoded at a time.
const CHUNK: usize = 128;

/// Where an image lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImagePlace {
    /// The place.
    pub latent: [f32; 2],
    /// ln of the variance of p(z|x) about it along each dimension, as the decoder's slope says.
    pub log_variance: [f32; 2],
    /// How far the decoder's image there is from it: mean squared error a pixel.
    pub error: f32,
}

/// Decoded cells of a latent space of two dimensions, in which images are found.
pub struct PlaceTable {
    density: PixelDensity,
    /// `[SIDE², 2]`, `[SIDE², pixels]` and `[SIDE²]`: −½‖output‖² − ½σ²‖z‖².
    latents: Vec<[f32; 2]>,
    outputs: Vec<f32>,
    constants: Vec<f32>,
}

/// One search.
#[derive(Clone, Copy)]
struct Search {
    image: usize,
    at: [f32; 2],
    /// ‖x − G(z)‖² and that with the prior's share, σ²‖z‖², at the best place so far.
    error: f32,
    cost: f32,
    /// JᵀJ `[xx, xy, yy]` and Jᵀ(x − G(z)) there.
    hessian: [f32; 3],
    slope: [f32; 2],
    damping: f32,
    next: [f32; 2],
    is_done: bool,
}

impl PlaceTable {
    /// Decodes the cells, on the threads of the pool that it is called in; `None` where `current`, asked whenever each of them
    /// has decoded 128, gave false.
    ///
    /// # Errors
    /// If the decoder is not one of two dimensions that fits the snapshot.
    pub fn decode(snapshot: &Snapshot, current: &mut dyn FnMut() -> bool) -> Result<Option<Self>, EvidenceError> {
        let density = PixelDensity::new(snapshot, Likelihood::Gaussian { sigma: PLACE_SIGMA })?;
        if density.latent() != 2 {
            let (what, found) = (message!("latent dimensions"), Message::words(density.latent()));
            return Err(EvidenceError::Mismatch { what, expected: Message::words(2), found });
        }
        let at = |place: usize| ((place as f32 + 0.5) / SIDE as f32 * 2.0 - 1.0) * REACH;
        let latents: Vec<[f32; 2]> = (0..SIDE * SIDE).map(|cell| [at(cell % SIDE), at(cell / SIDE)]).collect();
        let mut outputs = Vec::with_capacity(latents.len() * density.pixels());
        for chunks in latents.chunks(CHUNK * rayon::current_num_threads()) {
            if !current() {
                return Ok(None);
            }
            let decode = |scratch: &mut Scratch, chunk: &[[f32; 2]]| {
                density.decode(chunk.as_flattened(), chunk.len(), scratch).to_vec()
            };
            let decoded: Vec<Vec<f32>> = chunks.par_chunks(CHUNK).map_init(Scratch::default, decode).collect();
            decoded.iter().for_each(|decoded| outputs.extend_from_slice(decoded));
        }
        let constant = |(output, latent): (&[f32], &[f32; 2])| -0.5 * (dot(output, output) + prior(*latent));
        let constants = outputs.chunks_exact(density.pixels().max(1)).zip(&latents).map(constant).collect();
        Ok(Some(Self { density, latents, outputs, constants }))
    }

    /// Operations that decoding the cells and looking for so many images takes, about and at most.
    pub fn search_flops(decoder: &Network, images: usize) -> u64 {
        let cells = (SIDE * SIDE) as u64;
        let products = 2 * cells * decoder.output() as u64;
        let decodes = 3 * (STARTS * FIRST_STEPS + STEPS) as u64;
        let an_image = decodes.saturating_mul(decoder.flops()).saturating_add(products);
        cells.saturating_mul(decoder.flops()).saturating_add(an_image.saturating_mul(images as u64))
    }

    /// Values an image.
    pub fn pixels(&self) -> usize {
        self.density.pixels()
    }

    /// The places of some `images` (`[count, pixels]`), on the thread that it is called on. An image's place does not
    /// depend on the others'.
    pub fn find(&self, images: &[f32], scratch: &mut Scratch) -> Vec<ImagePlace> {
        let pixels = self.pixels().max(1);
        images.chunks(BATCH * pixels).flat_map(|batch| self.find_batch(batch, pixels, scratch)).collect()
    }

    fn find_batch(&self, images: &[f32], pixels: usize, scratch: &mut Scratch) -> Vec<ImagePlace> {
        let count = images.len() / pixels;
        let cells = self.latents.len();
        let mut products = vec![0.0; count * cells];
        let outputs = Matrix::new(&self.outputs, cells, pixels).transposed();
        matmul(&mut products, Matrix::new(images, count, pixels), outputs, false);
        let mut searches = Vec::with_capacity(count * STARTS);
        for (image, products) in products.chunks_exact_mut(cells).enumerate() {
            products.iter_mut().zip(&self.constants).for_each(|(product, constant)| *product += constant);
            let starts = starts(products).into_iter().filter_map(|cell| self.latents.get(cell));
            searches.extend(starts.map(|at| Search::from(image, *at)));
        }
        self.advance(&mut searches, images, FIRST_STEPS, scratch);
        let mut best: Vec<Search> = Vec::with_capacity(count);
        for search in searches {
            match best.last_mut().filter(|best| best.image == search.image) {
                Some(best) if search.cost < best.cost => *best = search,
                Some(_) => {}
                None => best.push(search),
            }
        }
        self.advance(&mut best, images, STEPS, scratch);
        best.iter().map(|search| search.place(pixels)).collect()
    }

    /// Goes on with all searches that are not done.
    fn advance(&self, searches: &mut [Search], images: &[f32], steps: usize, scratch: &mut Scratch) {
        let pixels = self.pixels();
        for _ in 0..steps {
            let mut open: Vec<&mut Search> = searches.iter_mut().filter(|search| !search.is_done).collect();
            for open in open.chunks_mut(BATCH) {
                let around = |search: &&mut Search| {
                    let [x, y] = search.next;
                    [[x, y], [x + DIFFERENCE, y], [x, y + DIFFERENCE]]
                };
                let latents: Vec<[f32; 2]> = open.iter().flat_map(around).collect();
                let decoded = self.density.decode(latents.as_flattened(), latents.len(), scratch);
                for (search, outputs) in open.iter_mut().zip(decoded.chunks_exact(3 * pixels)) {
                    let image = images.get(search.image * pixels..(search.image + 1) * pixels).unwrap_or_default();
                    search.receive(image, outputs);
                }
            }
        }
    }
}

/// σ²‖z‖²: the prior beside squared errors.
fn prior([x, y]: [f32; 2]) -> f32 {
    PLACE_SIGMA * PLACE_SIGMA * (x * x + y * y)
}

/// The best cells of which none is beside another.
fn starts(scores: &[f32]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let is_near = |cell: usize| {
            let beside =
                |one: usize| (cell % SIDE).abs_diff(one % SIDE) <= 2 && (cell / SIDE).abs_diff(one / SIDE) <= 2;
            chosen.iter().any(|one| beside(*one))
        };
        let mut best: Option<(usize, f32)> = None;
        for (cell, score) in scores.iter().enumerate() {
            if best.is_none_or(|(_, most)| *score > most) && !is_near(cell) {
                best = Some((cell, *score));
            }
        }
        chosen.extend(best.map(|(cell, _)| cell));
    }
    chosen
}

impl Search {
    fn from(image: usize, at: [f32; 2]) -> Self {
        let (error, cost) = (f32::INFINITY, f32::INFINITY);
        let (hessian, slope) = ([0.0; 3], [0.0; 2]);
        Self { image, at, error, cost, hessian, slope, damping: 1e-3, next: at, is_done: false }
    }

    /// Takes what was decoded at the next place and beside it, and chooses the place after it.
    fn receive(&mut self, image: &[f32], outputs: &[f32]) {
        let pixels = image.len();
        let (output, beside) = outputs.split_at(pixels);
        let error = square_distance(image, output);
        let cost = error + prior(self.next);
        if cost < self.cost {
            let (right, up) = beside.split_at(pixels);
            let (mut hessian, mut slope) = ([0.0f32; 3], [0.0f32; 2]);
            for (((x, o), r), u) in image.iter().zip(output).zip(right).zip(up) {
                let (r, u, rest) = ((r - o) / DIFFERENCE, (u - o) / DIFFERENCE, x - o);
                hessian = [hessian[0] + r * r, hessian[1] + r * u, hessian[2] + u * u];
                slope = [slope[0] + r * rest, slope[1] + u * rest];
            }
            (self.at, self.error, self.cost, self.hessian, self.slope) = (self.next, error, cost, hessian, slope);
            self.damping *= 0.2;
        } else {
            self.damping *= 8.0;
        }
        let share = PLACE_SIGMA * PLACE_SIGMA;
        let [xx, xy, yy] = self.hessian;
        let more = share + self.damping * (0.5 * (xx + yy) + share);
        let (a, c) = (xx + more, yy + more);
        let [x, y] = [0, 1].map(|axis| self.slope[axis] - share * self.at[axis]);
        let det = a * c - xy * xy;
        let step = [(c * x - xy * y) / det, (a * y - xy * x) / det];
        let length = step[0].hypot(step[1]);
        if !(length.is_finite() && length > SHORTEST) {
            self.is_done = true;
            return;
        }
        let scale = (LONGEST / length).min(1.0);
        self.next = [self.at[0] + scale * step[0], self.at[1] + scale * step[1]];
    }

    fn place(&self, pixels: usize) -> ImagePlace {
        let share = PLACE_SIGMA * PLACE_SIGMA;
        let [xx, xy, yy] = self.hessian;
        let (a, c) = (xx / share + 1.0, yy / share + 1.0);
        let det = a * c - xy * xy / (share * share);
        let log_variance = [c / det, a / det].map(f32::ln);
        ImagePlace { latent: self.at, log_variance, error: self.error / pixels as f32 }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{Activation, Operation};

    fn draws(number: u64, count: usize) -> Vec<f32> {
        normal_rows(number, Purpose::Weights, 0, 1, count)
    }

    #[test]
    fn samples_of_a_decoder_without_an_encoder_are_found_where_they_were_made() {
        // As many pixels as the prior counts little beside.
        let pixels = 120;
        let first = draws(41, 2 * 16).iter().map(|w| 0.8 * w).collect::<Vec<_>>();
        let decoder = vec![
            Operation::linear("first", 0, (first, draws(42, 16)), Activation::Sigmoid),
            Operation::linear("second", 1, (draws(43, 16 * pixels), draws(44, pixels)), Activation::Identity),
        ];
        let decoder = Network::new(2, decoder).unwrap();
        let image = ImageShape::grey(10, 12);
        let snapshot = Snapshot {
            step: 5,
            image,
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        };
        let table = PlaceTable::decode(&snapshot, &mut || true).unwrap().unwrap();
        let latents = normal_rows(5, Purpose::Sample, 0, 100, 2);
        let images = snapshot.decoder.evaluate(&latents, 100, &mut Scratch::default()).to_vec();
        let found = table.find(&images, &mut Scratch::default());
        assert_eq!(found.len(), 100);
        for (place, latent) in found.iter().zip(latents.chunks(2)) {
            let away = (place.latent[0] - latent[0]).hypot(place.latent[1] - latent[1]);
            assert!(away < 0.05 || place.error < 1e-4, "{place:?} of {latent:?}");
            assert!(place.log_variance.iter().all(|l| l.is_finite() && *l <= 0.0), "{place:?}");
        }
        // One image alone has the place that it has among others, but for rounding.
        let one = table.find(&images[3 * pixels..4 * pixels], &mut Scratch::default());
        assert!((one[0].latent[0] - found[3].latent[0]).abs() < 1e-2, "{one:?} of {:?}", found[3]);
        assert!(PlaceTable::decode(&snapshot, &mut || false).unwrap().is_none());
        let three = Network::new(
            3,
            vec![Operation::linear("first", 0, (draws(45, 3 * pixels), draws(46, pixels)), Activation::Identity)],
        );
        let three = Snapshot { latent: 3, decoder: three.unwrap(), ..snapshot };
        assert!(PlaceTable::decode(&three, &mut || true).is_err());
    }
}
