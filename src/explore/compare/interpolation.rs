//! What models make of the way from one test image to another.

use super::reconstruction::Reconstruction;
use crate::explore::path::{PathKind, PathPlan};
use crate::snapshot::{Scratch, Snapshot};
use std::sync::Arc;

/// Images of a strip, both ends among them.
pub const STRIP_IMAGES: usize = 9;

/// Where a model has both images.
pub(super) type StripEnds = [Arc<Reconstruction>; 2];

/// The ways of a sheet's models between the same two test images.
#[derive(Clone, Debug)]
pub struct Interpolation {
    /// The rows of the images.
    pub rows: [usize; 2],
    /// How it is gone.
    pub path: PathKind,
    /// A strip a model; `None` where an end is not found.
    pub strips: Vec<Option<InterpolationStrip>>,
    /// Where each model has the images.
    ends: Vec<Option<StripEnds>>,
}

/// A model's way.
#[derive(Clone, Debug)]
pub struct InterpolationStrip {
    /// `[latent]` each, at equal steps of the latent space.
    pub latents: Vec<Vec<f32>>,
    /// Decoded from them, `[shape.values()]` each, in [0, 1].
    pub images: Vec<Vec<f32>>,
}

impl Interpolation {
    /// Decodes the ways of models between where each of them has the images.
    pub(super) fn new((rows, path): ([usize; 2], PathKind), models: Vec<(&Snapshot, Option<StripEnds>)>) -> Self {
        let strips = models.iter().map(|(weights, ends)| InterpolationStrip::new(weights, path, ends.as_ref()?));
        let strips = strips.collect();
        Self { rows, path, strips, ends: models.into_iter().map(|(_, ends)| ends).collect() }
    }

    /// Whether it is the one between these ends.
    pub(super) fn is_of(&self, of: ([usize; 2], PathKind), ends: &[Option<StripEnds>]) -> bool {
        let same = |(own, ends): (&Option<StripEnds>, &Option<StripEnds>)| match (own, ends) {
            (Some(own), Some(ends)) => own.iter().zip(ends).all(|(a, b)| Arc::ptr_eq(a, b)),
            (own, ends) => own.is_none() && ends.is_none(),
        };
        (self.rows, self.path) == of && self.ends.iter().zip(ends).all(same)
    }
}

impl InterpolationStrip {
    fn new(weights: &Snapshot, path: PathKind, ends: &StripEnds) -> Option<Self> {
        let waypoints = ends.iter().map(|end| end.latent.clone()).collect();
        let plan = PathPlan { kind: path, closed: false, waypoints };
        let latents = plan.curve(&weights.decoder, None, &mut || true)?.sampled(STRIP_IMAGES, None);
        let latents: Vec<Vec<f32>> = latents.chunks_exact(weights.latent.max(1)).map(<[f32]>::to_vec).collect();
        let mut scratch = Scratch::default();
        let images = latents.iter().map(|latent| weights.decoder.evaluate(latent, 1, &mut scratch).to_vec()).collect();
        Some(Self { latents, images })
    }
}
