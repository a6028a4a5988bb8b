//! What keeps the planes fresh: which weights they are shown with, where they lie, and what is asked of the viewer.

use crate::app::session::Session;
use crate::app::wake::Waker;
use crate::dataset::Dataset;
use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::{NearestRequest, PointsRequest, TileRequest, Viewer};
use crate::gpu::OnDevice;
use crate::model::Config;
use crate::snapshot::Snapshot;
use crate::ui::command::Slot;
use crate::ui::looking::{LookView, PlaneView};
use eframe::egui::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tiles follow training at most this often,
const TILES_INTERVAL: Duration = Duration::from_millis(100);
/// and so many times as long as they took to decode, so that a fine grid leaves the processor to training.
const TILES_SHARE: u32 = 12;
/// Encoded points follow training at most this often.
const POINTS_INTERVAL: Duration = Duration::from_secs(2);
/// And they take at most this part of a core: one of so many.
const POINTS_SHARE: u32 = 24;
/// Test images that are encoded where a graphics card draws.
const POINTS: usize = 750_000;
/// And where the processor does.
const POINTS_IN_SOFTWARE: usize = 10_000;
/// The plane of a model that trains follows its dimensions of highest KL only this long: then it holds still.
const SETTLED_STEPS: u64 = 1000;

/// Weights that are passed on at most so often.
#[derive(Default)]
struct Throttle {
    passed: Option<(Arc<Snapshot>, Instant)>,
}

impl Throttle {
    /// The weights to show: the newest, or the last ones where those are too young.
    fn pass(&mut self, newest: &Arc<Snapshot>, interval: Duration, waker: &Waker) -> Arc<Snapshot> {
        if let Some((last, at)) = &self.passed {
            let alike = last.latent == newest.latent && last.image == newest.image && last.step <= newest.step;
            let age = at.elapsed();
            if Arc::ptr_eq(last, newest) {
                return last.clone();
            }
            if alike && age < interval {
                waker.later(interval - age);
                return last.clone();
            }
        }
        self.passed = Some((newest.clone(), Instant::now()));
        newest.clone()
    }
}

/// One model's plane.
#[derive(Default)]
struct PlaneState {
    plane: Option<Arc<Plane>>,
    /// Somebody chose where it lies.
    chosen: bool,
    tiles: Throttle,
    points: Throttle,
    /// Points that were put there, instead of the viewer's.
    put: Option<Arc<EncodedPoints>>,
}

/// Both planes and the thread that fills them.
pub(super) struct Looking {
    viewer: Option<Viewer>,
    planes: [PlaneState; 2],
    pub limits: AtlasLimits,
    /// Test images that are encoded, at most.
    most_points: usize,
}

impl Looking {
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let viewer = Viewer::spawn(wake);
        if let Err(error) = &viewer {
            tracing::error!(%error, "no thread for the planes could be made");
        }
        Self {
            viewer: viewer.ok(),
            planes: Default::default(),
            limits: AtlasLimits::default(),
            most_points: POINTS_IN_SOFTWARE,
        }
    }

    fn state(&self, slot: Slot) -> &PlaneState {
        let [a, b] = &self.planes;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    fn state_mut(&mut self, slot: Slot) -> &mut PlaneState {
        let [a, b] = &mut self.planes;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    /// Forgets what was made of a model, for other data or a fresh start.
    pub fn clear(&mut self, slot: Slot) {
        *self.state_mut(slot) = PlaneState::default();
        if let Some(viewer) = &self.viewer {
            viewer.clear(slot.index());
        }
    }

    /// A model's plane.
    pub fn plane(&self, slot: Slot) -> Option<&Arc<Plane>> {
        self.state(slot).plane.as_ref()
    }

    /// A model's points.
    pub fn points(&self, slot: Slot) -> Option<Arc<EncodedPoints>> {
        let made = || self.viewer.as_ref().and_then(|viewer| viewer.points(slot.index()));
        self.state(slot).put.clone().or_else(made)
    }

    /// Shows these points on a model's plane until it is cleared.
    pub fn put_points(&mut self, slot: Slot, points: Arc<EncodedPoints>) {
        self.state_mut(slot).put = Some(points);
    }

    /// Puts a model's plane where somebody wants it.
    pub fn choose(&mut self, slot: Slot, plane: Plane) {
        let state = self.state_mut(slot);
        state.plane = Some(Arc::new(plane));
        state.chosen = true;
    }

    /// Gives a model a plane where it has none that fits.
    pub fn place(&mut self, slot: Slot, config: &Config, shown: Option<&Arc<Snapshot>>, training: bool) {
        let points = self.viewer.as_ref().and_then(|viewer| viewer.points(slot.index()));
        let state = self.state_mut(slot);
        let Some(shown) = shown else {
            state.plane = None;
            return;
        };
        let latent = shown.latent;
        if state.plane.as_ref().is_none_or(|plane| !plane.is_valid(latent)) {
            state.chosen = false;
            state.plane = Some(Arc::new(match shown.encoder {
                Some(_) => Plane::of_axes(latent, 0, 1),
                None => Plane::random(latent, config.seed()),
            }));
        }
        if latent > 2
            && !state.chosen
            && let Some(points) = points.filter(|points| points.encoding.latent == latent)
            && (!training || points.encoding.step < SETTLED_STEPS)
        {
            let best = Plane::of_highest_kl(&points.encoding.kl_per_dimension);
            if state.plane.as_deref() != Some(&best) {
                state.plane = Some(Arc::new(best));
            }
        }
    }

    /// A model's newest tiles.
    pub fn tiles(&self, slot: Slot) -> Option<Arc<TileGrid>> {
        self.viewer.as_ref()?.tiles(slot.index())
    }

    /// What the panels draw from; `on_device` says which models the window's device decodes.
    pub fn view(&self, on_device: impl Fn(Slot) -> Option<OnDevice>) -> LookView {
        let plane = |slot: Slot| PlaneView {
            plane: self.plane(slot).cloned(),
            tiles: self.tiles(slot),
            points: self.points(slot),
            found: self.viewer.as_ref().and_then(|viewer| viewer.look(slot.index())),
            on_device: on_device(slot),
        };
        LookView {
            limits: self.limits,
            planes: Slot::BOTH.map(plane),
            nearest: self.viewer.as_ref().and_then(|viewer| viewer.nearest(Slot::A.index())),
        }
    }

    /// How many test images are encoded, by what draws them.
    pub fn suit(&mut self, software: bool) {
        self.most_points = if software { POINTS_IN_SOFTWARE } else { POINTS };
    }

    fn request_points(&mut self, slot: Slot, (shown, training): (&Arc<Snapshot>, bool), data: &Dataset, waker: &Waker) {
        if shown.encoder.is_none() || shown.image != data.shape() {
            return;
        }
        let before = self.viewer.as_ref().and_then(|viewer| viewer.points(slot.index()));
        let took = before.map_or(Duration::ZERO, |points| points.encoding.took);
        let interval = POINTS_INTERVAL.max(took * POINTS_SHARE);
        // Weights that nothing follows are seen at once.
        let (interval, count) = (if training { interval } else { Duration::ZERO }, self.most_points);
        let snapshot = self.state_mut(slot).points.pass(shown, interval, waker);
        if let (Some(viewer), Some(plane)) = (&self.viewer, self.plane(slot)) {
            let request = PointsRequest { snapshot, plane: plane.clone(), split: data.test.clone(), count };
            viewer.request_points(slot.index(), request);
        }
    }
}

impl Session {
    /// Asks for what the panels that were just drawn could show next. The same wish again costs nothing.
    pub(super) fn ask_viewer(&mut self, context: &Context) {
        let settings = self.settings.plane;
        let (data, waker) = (self.data.clone(), self.waker.clone());
        let shown = |session: &Self, slot: Slot| session.model(slot).shown().cloned();
        let (slot, limits) = (settings.model, self.looking.limits);
        let training = self.model(slot).is_training();
        // A plane that is not on the screen needs neither tiles nor points.
        let seen = shown(self, slot).zip(self.panels.plane.panel.lattice(settings.grid));
        if settings.show.tiles
            && self.on_device(slot).is_none()
            && let Some((newest, lattice)) = seen.clone()
        {
            let took = self.looking.tiles(slot).map_or(0.0, |tiles| tiles.decode_ms);
            let interval = TILES_INTERVAL.max(Duration::from_secs_f32(took.clamp(0.0, 1e4) * 1e-3) * TILES_SHARE);
            let interval = if training { interval } else { Duration::ZERO };
            let snapshot = self.looking.state_mut(slot).tiles.pass(&newest, interval, &waker);
            if let (Some(viewer), Some(plane)) = (&self.looking.viewer, self.looking.plane(slot)) {
                let request = TileRequest { snapshot, plane: plane.clone(), lattice, limits };
                viewer.request_tiles(slot.index(), request);
            }
        }
        // Of more than two dimensions the points say which ones the plane lies along.
        let points = |newest: &Arc<Snapshot>| settings.show.points || newest.latent > 2;
        if let Some(data) = &data
            && let Some((newest, _)) = seen.filter(|(newest, _)| points(newest))
        {
            self.looking.request_points(slot, (&newest, training), data, &waker);
        }
        let Some(viewer) = &self.looking.viewer else { return };
        let now = context.input(|input| input.time);
        if let (Some(look), Some(data)) = (self.panels.output.panel.nearest_query(now), &data)
            && look.snapshot.image == data.shape()
        {
            viewer.request_nearest(0, NearestRequest { look, split: data.train.clone() });
        }
        for slot in Slot::BOTH {
            let output = self.panels.output.panel.look_query(slot.index());
            if let Some(look) = output.or(self.panels.activations.look_query(slot)) {
                viewer.request_look(slot.index(), look.clone());
            }
        }
    }

    /// What went wrong with the planes.
    pub(super) fn viewer_message(&self) -> Option<String> {
        self.looking.viewer.as_ref()?.take_message()
    }

    /// Puts the cursor onto a latent of a model: in two dimensions it goes there, else the plane comes to it.
    pub(super) fn look_at(&mut self, slot: Slot, latent: &[f32]) {
        let Some(plane) = self.looking.plane(slot).filter(|plane| plane.is_valid(latent.len())).cloned() else {
            return;
        };
        if latent.len() > 2 {
            self.looking.choose(slot, Plane { origin: latent.to_vec(), ..(*plane).clone() });
            self.apply(crate::ui::command::Command::Cursor([0.0; 2]));
        } else {
            self.apply(crate::ui::command::Command::Cursor(plane.plane_from_latent(latent)));
        }
    }

    /// Moves a plane's origin to the encoding of a test image, or back to 0.
    pub(super) fn move_origin(&mut self, slot: Slot, point: Option<usize>) {
        let Some(plane) = self.looking.plane(slot).cloned() else { return };
        let origin = match point {
            Some(index) => {
                let view = self.look_view();
                let points = match slot {
                    Slot::A => view.planes[0].points.clone(),
                    Slot::B => view.planes[1].points.clone(),
                };
                let Some(points) = points else { return };
                let Some((mean, _)) = points.encoding.posterior(index) else { return };
                mean.to_vec()
            }
            None => vec![0.0; plane.latent()],
        };
        if origin.len() == plane.latent() {
            self.looking.choose(slot, Plane { origin, ..(*plane).clone() });
            self.apply(crate::ui::command::Command::Cursor([0.0; 2]));
        }
    }
}
