//! What is looked at, made on a thread of its own: tiles, encoded points, nearest images. Asked for by latest-wins slots,
//! read without waiting.

mod decoder;
mod slot;
mod work;

pub use decoder::{CpuDecoder, Decoder};

use super::encoded::EncodedPoints;
use super::nearest::Nearest;
use super::plane::Plane;
use super::tiles::{AtlasLimits, Lattice, TileGrid};
use crate::dataset::Split;
use crate::snapshot::Snapshot;
use slot::{Request, Slot};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Models that are looked at: A is 0 and B is 1.
pub const MODELS: usize = 2;

/// Tiles of a plane, by one model's weights.
#[derive(Clone, Debug)]
pub struct TileRequest {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane.
    pub plane: Arc<Plane>,
    /// Which latents of it.
    pub lattice: Lattice,
    /// How large the atlas may be.
    pub limits: AtlasLimits,
}

/// The first test images as a model's encoder sees them. Ask at most once a second: it evaluates every image.
#[derive(Clone, Debug)]
pub struct PointsRequest {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane to lay them onto; with the same weights only this is done anew.
    pub plane: Arc<Plane>,
    /// The images.
    pub split: Split,
    /// How many of them.
    pub count: usize,
}

/// A latent, and the weights that it is looked at with.
#[derive(Clone, Debug)]
pub struct Look {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The latent, `[snapshot.latent]`.
    pub latent: Vec<f32>,
}

/// The training image that is nearest to what a model makes of a latent.
#[derive(Clone, Debug)]
pub struct NearestRequest {
    /// What is looked at.
    pub look: Arc<Look>,
    /// Where to search.
    pub split: Split,
}

/// The answer to a [`NearestRequest`].
#[derive(Clone, Debug)]
pub struct NearestFound {
    /// What was looked at.
    pub look: Arc<Look>,
    /// What is nearest to it.
    pub nearest: Nearest,
}

/// What a model makes of a latent.
#[derive(Clone, Debug)]
pub struct LookFound {
    /// What was looked at.
    pub look: Arc<Look>,
    /// The latent, and what each of the decoder's operations gave for it; the last one is the image.
    pub values: Vec<Arc<[f32]>>,
}

impl LookFound {
    /// The image, `[image.values()]` in [0, 1].
    pub fn image(&self) -> Option<&Arc<[f32]>> {
        self.values.last()
    }
}

impl Request for TileRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot) && !self.supersedes(other)
    }

    /// Tiles of another place are abandoned; tiles of older weights are finished, or there would never be any while the
    /// weights come faster than the tiles.
    fn supersedes(&self, running: &Self) -> bool {
        self.lattice != running.lattice || self.plane != running.plane || self.limits != running.limits
    }
}

impl Request for PointsRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot) && self.plane == other.plane && !self.supersedes(other)
    }

    fn supersedes(&self, running: &Self) -> bool {
        self.count != running.count || !self.split.same(&running.split)
    }
}

impl Request for Arc<Look> {
    fn same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || (Arc::ptr_eq(&self.snapshot, &other.snapshot) && self.latent == other.latent)
    }

    /// One image is quickly made: it is finished.
    fn supersedes(&self, _: &Self) -> bool {
        false
    }
}

impl Request for NearestRequest {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.look, &other.look) && !self.supersedes(other)
    }

    /// A search takes a frame or two: it is finished, so that the answer follows a cursor that never rests.
    fn supersedes(&self, running: &Self) -> bool {
        !self.split.same(&running.split)
    }
}

/// What is asked for and what has been made.
#[derive(Default)]
struct State {
    tiles: [Slot<TileRequest, TileGrid>; MODELS],
    points: [Slot<PointsRequest, EncodedPoints>; MODELS],
    looks: [Slot<Arc<Look>, LookFound>; MODELS],
    nearest: [Slot<NearestRequest, NearestFound>; MODELS],
    message: Option<String>,
    /// Which of the four slow slots is looked at first, so that none starves another.
    turn: usize,
    running: bool,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle of the thread `viewer`. Nothing here waits for it; dropping it ends the thread at the next chunk.
pub struct Viewer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Viewer {
    /// Starts the thread with the decoder of the CPU. `wake` is called from it when something new can be read: it must be
    /// quick.
    ///
    /// # Errors
    /// If no thread can be made.
    pub fn spawn(wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        Self::with_decoder(Box::<CpuDecoder>::default(), wake)
    }

    /// The same with another decoder.
    ///
    /// # Errors
    /// If no thread can be made.
    pub fn with_decoder(decoder: Box<dyn Decoder>, wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), work: Condvar::new(), wake });
        let worker = work::Worker::new(shared.clone(), decoder);
        let thread = std::thread::Builder::new().name("viewer".into()).spawn(move || worker.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for tiles of model `model`; the same request again costs nothing, so it may be repeated every frame.
    pub fn request_tiles(&self, model: usize, request: TileRequest) {
        self.ask(|state| state.tiles.get_mut(model).is_some_and(|slot| slot.ask(request)));
    }

    /// Asks for encoded points of model `model`.
    pub fn request_points(&self, model: usize, request: PointsRequest) {
        self.ask(|state| state.points.get_mut(model).is_some_and(|slot| slot.ask(request)));
    }

    /// Asks for what model `model` makes of a latent; comes before everything else.
    pub fn request_look(&self, model: usize, look: Arc<Look>) {
        self.ask(|state| state.looks.get_mut(model).is_some_and(|slot| slot.ask(look)));
    }

    /// Asks for the training image nearest to an image of model `model`; comes before tiles and points.
    pub fn request_nearest(&self, model: usize, request: NearestRequest) {
        self.ask(|state| state.nearest.get_mut(model).is_some_and(|slot| slot.ask(request)));
    }

    fn ask(&self, ask: impl FnOnce(&mut State) -> bool) {
        if ask(&mut self.shared.lock()) {
            self.shared.work.notify_one();
        }
    }

    /// The newest tiles of model `model`.
    pub fn tiles(&self, model: usize) -> Option<Arc<TileGrid>> {
        self.shared.lock().tiles.get(model)?.result.clone()
    }

    /// The newest encoded points of model `model`.
    pub fn points(&self, model: usize) -> Option<Arc<EncodedPoints>> {
        self.shared.lock().points.get(model)?.result.clone()
    }

    /// What model `model` made of a latent last.
    pub fn look(&self, model: usize) -> Option<Arc<LookFound>> {
        self.shared.lock().looks.get(model)?.result.clone()
    }

    /// The newest nearest image of model `model`.
    pub fn nearest(&self, model: usize) -> Option<Arc<NearestFound>> {
        self.shared.lock().nearest.get(model)?.result.clone()
    }

    /// Forgets everything of model `model`, also what is being made: for another data set or a fresh start.
    pub fn clear(&self, model: usize) {
        let mut state = self.shared.lock();
        if let Some(slot) = state.tiles.get_mut(model) {
            slot.clear();
        }
        if let Some(slot) = state.points.get_mut(model) {
            slot.clear();
        }
        if let Some(slot) = state.looks.get_mut(model) {
            slot.clear();
        }
        if let Some(slot) = state.nearest.get_mut(model) {
            slot.clear();
        }
    }

    /// What went wrong since the last call, in English, for a message on the screen.
    pub fn take_message(&self) -> Option<String> {
        self.shared.lock().message.take()
    }

    /// Whether there is nothing left to make.
    pub fn is_idle(&self) -> bool {
        let state = self.shared.lock();
        !state.running && !state.anything_pending()
    }
}

impl State {
    fn anything_pending(&self) -> bool {
        self.tiles.iter().any(Slot::is_pending)
            || self.points.iter().any(Slot::is_pending)
            || self.looks.iter().any(Slot::is_pending)
            || self.nearest.iter().any(Slot::is_pending)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_all();
        if let Some(thread) = self.thread.take() {
            // The worker catches panics of its work; one that came through has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
