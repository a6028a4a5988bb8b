//! The planes of the models: which weights they are shown with, and where they lie.

use crate::app::data_plane_state::DataPlaneState;
use crate::app::field_pace::FieldPace;
use crate::app::path_state::PathState;
use crate::app::points::{self, PointSource, PointState};
use crate::app::space_state::{MapState, SpaceState};
use crate::app::throttle::Throttle;
use crate::app::wake::Waker;
use crate::dataset::Dataset;
use crate::explore::coloring::ColorBy;
use crate::explore::default_plane::plane_without_codes;
use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::posterior::{PlacedImages, WorstEncoded};
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::Viewer;
use crate::gpu::OnDevice;
use crate::model::{Config, ModelId, PerModel};
use crate::snapshot::Snapshot;
use crate::ui::plane::known::{PlaneView, PlanesView};
use crate::ui::slot::Shown;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Test images that are encoded where a graphics card draws.
const POINTS: usize = 750_000;
/// Test images that are encoded where the processor draws.
const POINTS_IN_SOFTWARE: usize = 10_000;
/// Test images whose places are looked for where there is no encoder.
const PLACES: usize = 2000;
/// Steps of the missed share that are remembered.
const COVERAGE: usize = 2000;
/// The plane of a model that trains follows its dimensions of highest KL only this long: then it holds still.
const SETTLED_STEPS: u64 = 1000;

/// One model's plane.
#[derive(Default)]
pub(super) struct PlaneState {
    plane: Option<Arc<Plane>>,
    /// Somebody chose where it lies.
    chosen: bool,
    pub tiles: Throttle,
    points: PointState,
    /// What each field was made of last, by the field's id.
    pub fields: BTreeMap<&'static str, FieldPace>,
    pub data_plane: DataPlaneState,
    pub space: SpaceState,
    pub maps: MapState,
    /// The images that its encoder serves worst, as they were measured last.
    pub worst: Option<Arc<WorstEncoded>>,
    /// The share of the images that no place of its plane reproduces, by steps.
    coverage: Arc<Vec<(u64, f32)>>,
    pub path: PathState,
    /// The step of the newest weights.
    newest: u64,
}

/// What a plane that nobody chose follows: the dimensions of highest KL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaneFollows {
    /// Those of the weights that are shown.
    Weights,
    /// Those of a training's first steps, after which it holds still.
    Beginning,
    /// None: training is looked back at on the plane that there is.
    Nothing,
}

impl PlaneFollows {
    /// Whether it follows points of a step where weights of another are shown.
    fn points_of(self, step: u64, shown: u64) -> bool {
        match self {
            Self::Weights => step == shown,
            Self::Beginning => step < SETTLED_STEPS,
            Self::Nothing => false,
        }
    }
}

impl PlaneState {
    /// Remembers the missed share of another step; what is of later steps was of an earlier training.
    fn follow_coverage(&mut self, placed: Option<&PlacedImages>) {
        let Some(placed) = placed else { return };
        let step = placed.points.encoding.step;
        if self.coverage.last().is_some_and(|(last, _)| *last == step) {
            return;
        }
        let coverage = Arc::make_mut(&mut self.coverage);
        coverage.retain(|(other, _)| *other < step);
        if coverage.len() >= COVERAGE {
            // Every other one of the older half.
            let half = coverage.len() / 2;
            let mut place = 0;
            coverage.retain(|_| {
                place += 1;
                place > half || place % 2 == 0
            });
        }
        coverage.push((step, placed.found.missed_share() as f32));
    }
}

/// The weights that are shown of a model.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    pub newest: &'a Arc<Snapshot>,
    /// Whether others will follow.
    pub training: bool,
    /// Whether they are older than the newest.
    pub looks_back: bool,
}

/// The data whose points are shown, and by what they are coloured.
#[derive(Clone)]
pub(super) struct PointData<'a> {
    pub data: &'a Dataset,
    pub color_by: &'a ColorBy,
    /// Whether places are looked for where there is no encoder, and a model that says which images they miss.
    pub places: bool,
    pub beside: Option<Arc<Snapshot>>,
}

/// The planes of all models and the thread that fills them.
pub(super) struct Planes {
    pub viewer: Option<Viewer>,
    pub planes: PerModel<PlaneState>,
    pub limits: AtlasLimits,
    /// Test images that are encoded, at most.
    most_points: usize,
}

impl Planes {
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let viewer = Viewer::spawn(wake);
        if let Err(error) = &viewer {
            tracing::error!(%error, "no thread for the planes could be made");
        }
        Self {
            viewer: viewer.ok(),
            planes: PerModel::default(),
            limits: AtlasLimits::default(),
            most_points: POINTS_IN_SOFTWARE,
        }
    }

    /// Forgets what was made of a model: it was removed, has other data, or begins anew.
    pub fn clear(&mut self, model: ModelId) {
        self.planes.remove(model);
        if let Some(viewer) = &self.viewer {
            viewer.clear(model);
        }
    }

    /// A model's plane.
    pub fn plane(&self, model: ModelId) -> Option<&Arc<Plane>> {
        self.planes.get(model)?.plane.as_ref()
    }

    /// A model's points.
    pub fn points(&self, model: ModelId) -> Option<Arc<EncodedPoints>> {
        let state = self.planes.get(model)?;
        state.points.shown(self.viewer.as_ref(), model, state.newest)
    }

    /// Shows these points on a model's plane until it is cleared.
    pub fn put_points(&mut self, model: ModelId, points: Arc<EncodedPoints>) {
        self.planes.entry(model).points.put(points);
    }

    /// Puts a model's plane somewhere: where somebody has `chosen`, or where it may be moved from by itself.
    pub fn set_plane(&mut self, model: ModelId, plane: Plane, chosen: bool) {
        let state = self.planes.entry(model);
        (state.plane, state.chosen) = (Some(Arc::new(plane)), chosen);
    }

    /// Gives a model a plane where it has none that fits.
    pub fn place(&mut self, model: ModelId, config: &Config, shown: Option<&Arc<Snapshot>>, follows: PlaneFollows) {
        let points = self.viewer.as_ref().and_then(|viewer| viewer.points(model));
        let state = self.planes.entry(model);
        if let Some(viewer) = &self.viewer {
            state.points.update(viewer, model);
            state.follow_coverage(viewer.places(model).as_deref());
        }
        let Some(shown) = shown else {
            // What somebody has chosen waits for weights that it fits.
            state.plane.take_if(|_| !state.chosen);
            return;
        };
        state.newest = shown.step;
        let latent = shown.latent;
        if state.plane.as_ref().is_none_or(|plane| !plane.is_valid(latent)) {
            state.chosen = false;
            state.plane = Some(Arc::new(match shown.encoder {
                Some(_) => Plane::of_axes(latent, 0, 1),
                None => plane_without_codes(shown, config.seed()),
            }));
        }
        if latent > 2
            && !state.chosen
            && let Some(points) = points.filter(|points| points.encoding.latent == latent)
            && follows.points_of(points.encoding.step, shown.step)
        {
            let best = Plane::of_highest_kl(&points.encoding.kl_per_dimension);
            if state.plane.as_deref() != Some(&best) {
                state.plane = Some(Arc::new(best));
            }
        }
    }

    /// A model's newest tiles.
    pub fn tiles(&self, model: ModelId) -> Option<Arc<TileGrid>> {
        self.viewer.as_ref()?.tiles(model)
    }

    /// What the panels draw from; `on_device` says which models the window's device decodes.
    pub fn view(&self, shown: Shown, on_device: impl Fn(ModelId) -> Option<OnDevice>) -> PlanesView {
        let plane = |id: ModelId| {
            let view = PlaneView {
                plane: self.plane(id).cloned(),
                tiles: self.tiles(id),
                points: self.points(id),
                line: self.viewer.as_ref().and_then(|viewer| viewer.line(id)),
                path: self.planes.get(id).and_then(|state| state.path.made.clone()),
                path_part: self.planes.get(id).and_then(|state| state.path.part),
                found: self.viewer.as_ref().and_then(|viewer| viewer.look(id)),
                directions: self.viewer.as_ref().and_then(|viewer| viewer.directions(id)),
                drawn: self.viewer.as_ref().and_then(|viewer| viewer.drawing(id)),
                fields: self.viewer.as_ref().map(|viewer| viewer.fields(id)).unwrap_or_default(),
                worst: self.planes.get(id).and_then(|state| state.worst.clone()),
                gaps_measured: None,
                placed: self.viewer.as_ref().and_then(|viewer| viewer.places(id)),
                coverage: self.planes.get(id).map(|state| state.coverage.clone()).unwrap_or_default(),
                on_device: on_device(id),
                data_plane: self.planes.get(id).and_then(|state| state.data_plane.made.clone()),
                effects: self.planes.get(id).and_then(|state| state.space.effects.clone()),
                anchored: self.planes.get(id).and_then(|state| state.space.anchored.clone()),
                maps: self.planes.get(id).map(|state| state.maps.made.clone()).unwrap_or_default(),
                ..PlaneView::default()
            };
            (id, view)
        };
        PlanesView {
            selection: Default::default(),
            limits: self.limits,
            models: [shown.a, shown.b].into_iter().map(plane).collect(),
            nearest: self.viewer.as_ref().and_then(|viewer| viewer.nearest(shown.a)),
        }
    }

    /// Forgets all models but those that `keep` says.
    pub fn retain(&mut self, keep: impl Fn(ModelId) -> bool) {
        let gone: Vec<ModelId> = self.planes.iter().map(|(id, _)| id).filter(|id| !keep(*id)).collect();
        gone.into_iter().for_each(|id| self.clear(id));
    }

    /// Puts the planes where these say; the others may be moved from where they lie.
    pub fn restore(&mut self, planes: &PerModel<Plane>) {
        planes.iter().for_each(|(id, _)| _ = self.planes.entry(id));
        for (id, state) in self.planes.iter_mut() {
            match planes.get(id) {
                Some(plane) => (state.plane, state.chosen) = (Some(Arc::new(plane.clone())), true),
                None if state.chosen => (state.plane, state.chosen) = (None, false),
                None => {}
            }
        }
    }

    /// How many test images are encoded, by what draws them.
    pub fn limit_points(&mut self, software: bool) {
        self.most_points = if software { POINTS_IN_SOFTWARE } else { POINTS };
    }

    /// Asks for the points of a model whose newest weights are these; `tiles` are those that the CPU decodes tiles with.
    pub fn request_points(
        &mut self,
        model: ModelId,
        weights: Weights<'_>,
        tiles: Option<Arc<Snapshot>>,
        points: PointData<'_>,
        waker: &Waker,
    ) {
        let Weights { newest, training, looks_back } = weights;
        let PointData { data, color_by, places, beside } = points;
        let has_points = newest.encoder.is_some() || (places && PlacedImages::fits(newest));
        if !has_points || newest.image != data.shape() {
            return;
        }
        let most = points::bounded(self.most_points, newest.latent);
        let most = if newest.encoder.is_some() { most } else { most.min(PLACES) };
        let state = self.planes.entry(model);
        if let (Some(viewer), Some(plane)) = (&self.viewer, &state.plane) {
            let source =
                PointSource { model, newest, tiles, training, looks_back, plane, split: &data.test, most, color_by };
            match newest.encoder {
                Some(_) => state.points.request(viewer, &source, waker),
                None => state.points.request_places(viewer, &source, beside, waker),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Model;

    /// Models come back one after another: until its weights are there, a plane that was chosen stays where it was put.
    #[test]
    fn a_chosen_plane_waits_for_its_weights_and_a_made_one_is_made_again() {
        let config = Config::preset("vae-dense").unwrap().with("latent", 8u64).unwrap();
        let shape = crate::dataset::ImageShape::grey(6, 6);
        let shown = Arc::new(Model::new(&config, shape).unwrap().snapshot(3).unwrap());
        let (mut planes, id) = (Planes::new(Arc::new(|| {})), ModelId(0));
        let mut chosen = Plane::of_axes(8, 5, 6);
        chosen.origin = vec![0.5; 8];
        planes.set_plane(id, chosen.clone(), true);
        planes.place(id, &config, None, PlaneFollows::Nothing);
        planes.place(id, &config, Some(&shown), PlaneFollows::Nothing);
        assert_eq!(planes.plane(id).map(|plane| &**plane), Some(&chosen));
        planes.set_plane(id, Plane::of_axes(3, 0, 1), true);
        planes.place(id, &config, Some(&shown), PlaneFollows::Nothing);
        assert_eq!(planes.plane(id).unwrap().latent(), 8, "one that does not fit is replaced");
        planes.set_plane(id, chosen, false);
        planes.place(id, &config, None, PlaneFollows::Nothing);
        assert!(planes.plane(id).is_none());
    }
}
