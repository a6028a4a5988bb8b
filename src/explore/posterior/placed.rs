//! The places of a data set's images in the plane of a decoder without an encoder, as points.

use crate::dataset::Split;
use crate::explore::coloring::PointColoring;
use crate::explore::encoded::{EncodedPoints, Encoding, kl_per_dimension};
use crate::explore::plane::Plane;
use crate::metrics::{FoundPlaces, ImagePlace, MissedRule, PlaceTable};
use crate::snapshot::{Scratch, Snapshot};
use std::sync::Arc;
use std::time::Instant;

/// Images that are looked for between two looks at whether to go on.
const CHUNK: usize = 32;

/// Images in the plane of a decoder.
#[derive(Clone, Debug)]
pub struct PlacedImages {
    /// The places as points.
    pub points: Arc<EncodedPoints>,
    /// How well each image is reproduced, and which are missed.
    pub found: FoundPlaces,
}

impl PlacedImages {
    /// Whether images have places in the plane of a decoder.
    pub fn fits(snapshot: &Snapshot) -> bool {
        snapshot.latent == 2 && snapshot.encoder.is_none()
    }

    /// Looks for these images of a split (their places in it, rising), on the thread that it is called on; by what an image
    /// counts as missed a model `beside` says, if it can encode such images. `None` where `current` gave false, or the
    /// decoder is of other images.
    pub fn of(
        (snapshot, plane): (&Snapshot, Arc<Plane>),
        beside: Option<&Snapshot>,
        (split, images): (&Split, &Arc<[u32]>),
        coloring: Arc<PointColoring>,
        current: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        if !Self::fits(snapshot) || snapshot.image != split.shape() {
            return None;
        }
        let began = Instant::now();
        let rule = MissedRule::of(beside, split, current)?;
        let table = PlaceTable::decode(snapshot, current).ok()??;
        let mut places: Vec<ImagePlace> = Vec::with_capacity(images.len());
        let mut scratch = Scratch::default();
        for chunk in images.chunks(CHUNK) {
            if !current() {
                return None;
            }
            let chunk: Vec<usize> = chunk.iter().map(|image| *image as usize).collect();
            places.extend(table.find(&split.gather(&chunk), &mut scratch));
        }
        let labels = images.iter().map(|image| split.class(*image as usize).unwrap_or(0) as u8).collect();
        // The places as an encoder's answer would be.
        let mean: Vec<f32> = places.iter().flat_map(|place| place.latent).collect();
        let log_variance: Vec<f32> = places.iter().flat_map(|place| place.log_variance).collect();
        let kl_per_dimension = kl_per_dimension(&mean, &log_variance, 2);
        let (step, images, took) = (snapshot.step, images.clone(), began.elapsed());
        let encoding = Encoding { step, latent: 2, mean, log_variance, kl_per_dimension, images, labels, took };
        let points = Arc::new(EncodedPoints::colored(Arc::new(encoding), plane, coloring));
        Some(Self { points, found: FoundPlaces { places, rule } })
    }

    /// The same places on another plane, or in other colours.
    pub fn laid(&self, plane: Arc<Plane>, coloring: Arc<PointColoring>) -> Self {
        let points = Arc::new(EncodedPoints::colored(self.points.encoding.clone(), plane, coloring));
        Self { points, found: self.found.clone() }
    }

    /// Images that are missed, by their place in the split, the worst first.
    pub fn worst(&self) -> Vec<usize> {
        let mut missed: Vec<usize> = self.found.missed().collect();
        let error = |index: &usize| self.found.places.get(*index).map_or(f32::INFINITY, |place| place.error);
        missed.sort_by(|a, b| error(b).total_cmp(&error(a)));
        missed.into_iter().filter_map(|index| self.points.image(index)).collect()
    }
}
