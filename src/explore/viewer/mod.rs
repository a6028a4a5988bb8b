//! What is looked at, made on a thread of its own: tiles, encoded points, nearest images, of any number of models. Asked for
//! by latest-wins slots, read without waiting.

mod decoder;
mod of_points;
mod quick;
mod requests;
mod slot;
mod work;

pub use decoder::{CpuDecoder, Decoder};
pub use requests::{
    FieldRequest, Look, LookFound, NearestFound, NearestRequest, PlacesRequest, PointsRequest, TileRequest,
};

use super::directions::{DirectionRequest, Directions};
use super::drawn::{Drawn, DrawnFound};
use super::encoded::EncodedPoints;
use super::field::FieldGrid;
use super::posterior::PlacedImages;
use super::tiles::TileGrid;
use crate::message::Message;
use crate::model::{ModelId, PerModel};
use slot::{LatestSlot, Request};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What is asked for of one model, and what has been made of it.
#[derive(Default)]
struct ModelSlots {
    tiles: LatestSlot<TileRequest, TileGrid>,
    points: LatestSlot<PointsRequest, EncodedPoints>,
    /// The slice of the points that follows the tiles.
    slice: LatestSlot<PointsRequest, EncodedPoints>,
    looks: LatestSlot<Arc<Look>, LookFound>,
    /// What steps change at the cursor.
    directions: LatestSlot<DirectionRequest, Directions>,
    /// What is drawn on the pad.
    drawings: LatestSlot<Arc<Drawn>, DrawnFound>,
    /// The images along a line.
    line: LatestSlot<TileRequest, TileGrid>,
    nearest: LatestSlot<NearestRequest, NearestFound>,
    /// Places in the plane of a decoder without an encoder.
    places: LatestSlot<PlacesRequest, PlacedImages>,
    /// Fields over the plane, by their ids.
    fields: BTreeMap<&'static str, LatestSlot<FieldRequest, FieldGrid>>,
}

/// What is asked for and what has been made.
#[derive(Default)]
struct QueueState {
    models: PerModel<ModelSlots>,
    message: Option<Message>,
    /// The slow work that was done last: the next in order has its turn, so that none starves another.
    last: Option<(work::Turn, ModelId)>,
    running: bool,
    stop: bool,
}

struct RequestQueue {
    state: Mutex<QueueState>,
    work: Condvar,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl RequestQueue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle of the thread `viewer`. Nothing here waits for it; dropping it ends the thread at the next chunk.
pub struct Viewer {
    shared: Arc<RequestQueue>,
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
        let shared = Arc::new(RequestQueue { state: Mutex::default(), work: Condvar::new(), wake });
        let worker = work::ViewerThread::new(shared.clone(), decoder);
        let thread = std::thread::Builder::new().name("viewer".into()).spawn(move || worker.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for tiles of a model; the same request again costs nothing, so it may be repeated every frame.
    pub fn request_tiles(&self, model: ModelId, request: TileRequest) {
        self.request(model, request, |slots| &mut slots.tiles);
    }

    /// Asks for all encoded points of a model; everything else comes before them and between their chunks.
    pub fn request_points(&self, model: ModelId, request: PointsRequest) {
        self.request(model, request, |slots| &mut slots.points);
    }

    /// Asks for a slice of a model's encoded points, so small that it can be made as often as tiles are. Where tiles of the
    /// same weights were asked for before, both can be read at the same moment.
    pub fn request_slice(&self, model: ModelId, request: PointsRequest) {
        self.request(model, request, |slots| &mut slots.slice);
    }

    /// Asks for what a model makes of a latent; comes before everything else.
    pub fn request_look(&self, model: ModelId, look: Arc<Look>) {
        self.request(model, look, |slots| &mut slots.looks);
    }

    /// Asks for what steps change at a place; comes before tiles and points.
    pub fn request_directions(&self, model: ModelId, request: DirectionRequest) {
        self.request(model, request, |slots| &mut slots.directions);
    }

    /// Asks for what a model makes of a drawing; comes before tiles and points.
    pub fn request_drawing(&self, model: ModelId, drawn: Arc<Drawn>) {
        self.request(model, drawn, |slots| &mut slots.drawings);
    }

    /// Asks for the few images along a line; comes before other tiles and points.
    pub fn request_line(&self, model: ModelId, request: TileRequest) {
        self.request(model, request, |slots| &mut slots.line);
    }

    /// Asks for the training image nearest to an image of a model; comes before tiles and points.
    pub fn request_nearest(&self, model: ModelId, request: NearestRequest) {
        self.request(model, request, |slots| &mut slots.nearest);
    }

    /// Asks for the places of images in the plane of a decoder without an encoder; everything else comes before them and
    /// between their chunks.
    pub fn request_places(&self, model: ModelId, request: PlacesRequest) {
        self.request(model, request, |slots| &mut slots.places);
    }

    /// Asks for a field over a model's plane; comes after tiles, between the chunks of all points.
    pub fn request_field(&self, model: ModelId, request: FieldRequest) {
        let id = request.field.id;
        self.request(model, request, |slots| slots.fields.entry(id).or_default());
    }

    fn request<R: Request, T>(
        &self,
        model: ModelId,
        request: R,
        slot: impl FnOnce(&mut ModelSlots) -> &mut LatestSlot<R, T>,
    ) {
        let is_new = slot(self.shared.lock().models.entry(model)).request(request);
        if is_new {
            self.shared.work.notify_one();
        }
    }

    fn result<T>(&self, model: ModelId, result: impl FnOnce(&ModelSlots) -> Option<&Arc<T>>) -> Option<Arc<T>> {
        result(self.shared.lock().models.get(model)?).cloned()
    }

    /// The newest tiles of a model.
    pub fn tiles(&self, model: ModelId) -> Option<Arc<TileGrid>> {
        self.result(model, |slots| slots.tiles.result())
    }

    /// The newest images along a line.
    pub fn line(&self, model: ModelId) -> Option<Arc<TileGrid>> {
        self.result(model, |slots| slots.line.result())
    }

    /// The newest encoded points of a model.
    pub fn points(&self, model: ModelId) -> Option<Arc<EncodedPoints>> {
        self.result(model, |slots| slots.points.result())
    }

    /// The newest slice of encoded points of a model.
    pub fn slice(&self, model: ModelId) -> Option<Arc<EncodedPoints>> {
        self.result(model, |slots| slots.slice.result())
    }

    /// What a model made of a latent last.
    pub fn look(&self, model: ModelId) -> Option<Arc<LookFound>> {
        self.result(model, |slots| slots.looks.result())
    }

    /// What steps change in a model's image, as found last.
    pub fn directions(&self, model: ModelId) -> Option<Arc<Directions>> {
        self.result(model, |slots| slots.directions.result())
    }

    /// What a model made of a drawing last.
    pub fn drawing(&self, model: ModelId) -> Option<Arc<DrawnFound>> {
        self.result(model, |slots| slots.drawings.result())
    }

    /// The newest nearest image of a model.
    pub fn nearest(&self, model: ModelId) -> Option<Arc<NearestFound>> {
        self.result(model, |slots| slots.nearest.result())
    }

    /// The newest places of images.
    pub fn places(&self, model: ModelId) -> Option<Arc<PlacedImages>> {
        self.result(model, |slots| slots.places.result())
    }

    /// The newest fields of a model, by their ids.
    pub fn fields(&self, model: ModelId) -> BTreeMap<&'static str, Arc<FieldGrid>> {
        let state = self.shared.lock();
        let fields = state.models.get(model).into_iter().flat_map(|slots| &slots.fields);
        fields.filter_map(|(id, slot)| Some((*id, slot.result()?.clone()))).collect()
    }

    /// Forgets everything of a model, and ends what is being made of it: it was removed, has other data, or begins anew.
    pub fn clear(&self, model: ModelId) {
        self.shared.lock().models.remove(model);
    }

    /// What went wrong since the last call, for a message on the screen.
    pub fn take_message(&self) -> Option<Message> {
        self.shared.lock().message.take()
    }

    /// Whether there is nothing left to make.
    pub fn is_idle(&self) -> bool {
        let state = self.shared.lock();
        !state.running && !state.anything_pending()
    }
}

impl QueueState {
    fn anything_pending(&self) -> bool {
        self.models.iter().any(|(_, slots)| slots.has_cursor_work() || slots.has_other_work())
    }
}

impl ModelSlots {
    fn has_cursor_work(&self) -> bool {
        self.looks.pending().is_some()
            || self.directions.pending().is_some()
            || self.drawings.pending().is_some()
            || self.line.pending().is_some()
            || self.nearest.pending().is_some()
    }

    fn has_other_work(&self) -> bool {
        self.tiles.pending().is_some()
            || self.slice.pending().is_some()
            || self.points.pending().is_some()
            || self.places.pending().is_some()
            || self.has_field_work()
    }

    fn has_field_work(&self) -> bool {
        self.fields.values().any(|slot| slot.pending().is_some())
    }

    /// Whether a slice is asked for that does not come with tiles of the same weights.
    fn lone_slice(&self) -> bool {
        let with_tiles = |slice: &PointsRequest| {
            self.tiles.pending().is_some_and(|tiles| Arc::ptr_eq(&tiles.snapshot, &slice.snapshot))
        };
        self.slice.pending().is_some_and(|slice| !with_tiles(slice))
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
