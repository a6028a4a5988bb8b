//! How encoded points follow a model: all of them as often as their share of the processor allows, and a slice of them with
//! each refresh of the tiles as long as that is not often enough.

use crate::app::throttle::Throttle;
use crate::app::wake::Waker;
use crate::dataset::{Split, stratified};
use crate::explore::coloring::{ColorBy, ColoringRequest};
use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::point_choice::{PointChoice, PointSteps, SLICE, first_images, most_encoded};
use crate::explore::viewer::{PlacesRequest, PointsRequest, Viewer};
use crate::model::ModelId;
use crate::snapshot::Snapshot;
use std::sync::Arc;
use std::time::Duration;

/// All points follow training at most this often.
const POINTS_INTERVAL: Duration = Duration::from_secs(2);
/// A slice of the points follows training at most this often where the device decodes the tiles.
const SLICE_INTERVAL: Duration = Duration::from_millis(100);
/// Encoding takes at most this part of a core: one of so many.
const POINTS_SHARE: u32 = 24;

/// Looking for places takes at most this part of a core: one of so many.
const PLACES_SHARE: u32 = 8;

/// One model's points.
#[derive(Default)]
pub(super) struct PointState {
    all: Throttle,
    slice: Throttle,
    steps: PointSteps,
    /// Points that were put there, instead of the viewer's.
    put: Option<Arc<EncodedPoints>>,
    images: Option<PointImages>,
    /// What places are of, and what says which images they miss.
    places: Option<(Arc<Snapshot>, Option<Arc<Snapshot>>)>,
}

/// Which images of a split are encoded.
struct PointImages {
    split: Split,
    most: usize,
    all: Arc<[u32]>,
    slice: Arc<[u32]>,
    coloring: Arc<ColoringRequest>,
}

/// What a model's points are made of, this frame.
pub(super) struct PointSource<'a> {
    /// The model.
    pub model: ModelId,
    /// Its newest weights, which have an encoder for such images.
    pub newest: &'a Arc<Snapshot>,
    /// The weights that the CPU decodes tiles with, if it does.
    pub tiles: Option<Arc<Snapshot>>,
    /// Whether newer weights will follow.
    pub training: bool,
    /// Whether they are older than the newest: what follows comes as a hand moves.
    pub looks_back: bool,
    /// The plane that the points are laid onto.
    pub plane: &'a Arc<Plane>,
    /// The images.
    pub split: &'a Split,
    /// How many of them, at most.
    pub most: usize,
    /// By what they are coloured.
    pub color_by: &'a ColorBy,
}

impl PointState {
    /// Shows these points until the model is cleared.
    pub fn put(&mut self, points: Arc<EncodedPoints>) {
        self.put = Some(points);
    }

    /// Takes note of what the viewer has made.
    pub fn update(&mut self, viewer: &Viewer, model: ModelId) {
        let step = |points: Option<Arc<EncodedPoints>>| points.map(|points| points.encoding.step);
        let all = step(viewer.points(model));
        if all != self.steps.all {
            (self.steps.all_before, self.steps.all) = (self.steps.all, all);
        }
        self.steps.slice = step(viewer.slice(model));
    }

    /// The points that are shown where the newest weights are of step `newest`.
    pub fn shown(&self, viewer: Option<&Viewer>, model: ModelId, newest: u64) -> Option<Arc<EncodedPoints>> {
        if self.put.is_some() {
            return self.put.clone();
        }
        let viewer = viewer?;
        if let Some(placed) = viewer.places(model) {
            return Some(placed.points.clone());
        }
        match self.steps.choice(newest) {
            PointChoice::All => viewer.points(model),
            PointChoice::Slice => viewer.slice(model),
        }
    }

    /// Asks for the places of images in the plane of a decoder without an encoder; the same again costs nothing.
    pub fn request_places(
        &mut self,
        viewer: &Viewer,
        source: &PointSource<'_>,
        beside: Option<Arc<Snapshot>>,
        waker: &Waker,
    ) {
        let PointSource { model, newest, split, .. } = *source;
        let took = viewer.places(model).map_or(Duration::ZERO, |placed| placed.points.encoding.took);
        let interval = if source.training { POINTS_INTERVAL.max(took * PLACES_SHARE) } else { Duration::ZERO };
        let images = self.images.take().filter(|images| images.serve(split, source.most));
        let images = images.unwrap_or_else(|| PointImages::of(split, source.most)).colored(source.color_by);
        let passed = self.all.pass(newest, interval, waker);
        // By newer reconstructions only what is looked for anew is judged.
        let is_new = self.places.as_ref().is_none_or(|(of, with)| {
            !Arc::ptr_eq(of, &passed) || with.is_some() != beside.is_some() || !source.training
        });
        if is_new {
            self.places = Some((passed.clone(), beside));
        }
        let beside = self.places.as_ref().and_then(|(_, beside)| beside.clone());
        let points = PointsRequest {
            snapshot: passed,
            plane: source.plane.clone(),
            split: split.clone(),
            images: images.all.clone(),
            coloring: images.coloring.clone(),
        };
        viewer.request_places(model, PlacesRequest { points, beside });
        self.images = Some(images);
    }

    /// Asks for the points of this frame; the same again costs nothing.
    pub fn request(&mut self, viewer: &Viewer, source: &PointSource<'_>, waker: &Waker) {
        let PointSource { model, newest, split, .. } = *source;
        let passes = source.training && source.looks_back;
        let follow = self.steps.all_follow(newest.step) && !passes;
        // What both kinds take together is their share.
        let share = if follow { POINTS_SHARE } else { 2 * POINTS_SHARE };
        let took = |points: Option<Arc<EncodedPoints>>| points.map_or(Duration::ZERO, |points| points.encoding.took);
        // Weights that nothing follows are seen at once.
        let interval = |least: Duration, took: Duration| {
            if source.training && !passes { least.max(took * share) } else { Duration::ZERO }
        };
        let images = self.images.take().filter(|images| images.serve(split, source.most));
        let images = images.unwrap_or_else(|| PointImages::of(split, source.most)).colored(source.color_by);
        let coloring = images.coloring.clone();
        let request = |snapshot: Arc<Snapshot>, images: &Arc<[u32]>| PointsRequest {
            snapshot,
            plane: source.plane.clone(),
            split: split.clone(),
            images: images.clone(),
            coloring: coloring.clone(),
        };
        if !follow {
            let took = took(viewer.slice(model));
            let snapshot = match &source.tiles {
                Some(tiles) => self.slice.pass(tiles, interval(Duration::ZERO, took), waker),
                None => self.slice.pass(newest, interval(SLICE_INTERVAL, took), waker),
            };
            viewer.request_slice(model, request(snapshot, &images.slice));
        }
        if passes {
            // All of them wait until the hand rests.
            self.images = Some(images);
            return;
        }
        let snapshot = self.all.pass(newest, interval(POINTS_INTERVAL, took(viewer.points(model))), waker);
        viewer.request_points(model, request(snapshot, &images.all));
        self.images = Some(images);
    }
}

impl PointImages {
    fn of(split: &Split, most: usize) -> Self {
        let all = first_images(split.count(), most);
        let slice = stratified(all.len(), SLICE, |image| split.class(image).unwrap_or(0));
        let coloring = Arc::new(ColoringRequest::new(split, &all, ColorBy::Class));
        Self { split: split.clone(), most, all, slice, coloring }
    }

    /// The same images, coloured by this.
    fn colored(self, by: &ColorBy) -> Self {
        match self.coloring.by() == by {
            true => self,
            false => Self { coloring: Arc::new(ColoringRequest::new(&self.split, &self.all, by.clone())), ..self },
        }
    }

    fn serve(&self, split: &Split, most: usize) -> bool {
        self.split.same(split) && self.most == most
    }
}

/// How many images are encoded of a model with so many latent dimensions: `most`, or as many as the memory for them allows.
pub(super) fn bounded(most: usize, latent: usize) -> usize {
    most.min(most_encoded(latent))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Column, ImageShape};

    #[test]
    fn very_many_points_of_very_many_dimensions_stay_within_the_memory_for_them() {
        let classes: Vec<u8> = (0..750_000).map(|i| (i % 10) as u8).collect();
        let column = Column::class(classes.clone(), ["class"; 10].map(str::to_owned));
        let split = Split::of_bytes(ImageShape::grey(1, 1), classes, vec![column]);
        for (latent, expected) in [(2, 750_000), (512, most_encoded(512))] {
            let images = PointImages::of(&split, bounded(750_000, latent));
            assert_eq!((images.all.len(), images.slice.len()), (expected, SLICE), "z {latent}");
            assert!(images.slice.iter().all(|image| images.all.binary_search(image).is_ok()));
        }
    }
}
