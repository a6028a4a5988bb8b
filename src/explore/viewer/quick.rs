//! What takes a few frames at most: what the cursor asks for, tiles, and the slice of points that belongs to them.

use super::of_points::of_points;
use super::slot::{LatestSlot, Taken};
use super::{CpuDecoder, Decoder, FieldRequest, Look, LookFound, ModelSlots, NearestFound, NearestRequest};
use super::{PointsRequest, RequestQueue, TileRequest};
use crate::explore::directions::{DirectionRequest, Directions};
use crate::explore::drawn::{Drawn, DrawnFound};
use crate::explore::encoded::EncodedPoints;
use crate::explore::field::{FieldGrid, FieldScratch};
use crate::explore::nearest::nearest;
use crate::explore::tiles::TileGrid;
use crate::message::{message, panic_text};
use crate::model::ModelId;
use crate::snapshot::{Scratch, TangentScratch};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub(super) struct Quick {
    shared: Arc<RequestQueue>,
    decoder: Box<dyn Decoder>,
    /// For the cursor, also between the chunks of other work.
    at_cursor: CpuDecoder,
    /// Of the encoder, for slices.
    scratch: Scratch,
    fields: FieldScratch,
}

impl Quick {
    pub fn new(shared: Arc<RequestQueue>, decoder: Box<dyn Decoder>) -> Self {
        Self {
            shared,
            decoder,
            at_cursor: CpuDecoder::default(),
            scratch: Scratch::default(),
            fields: FieldScratch::default(),
        }
    }

    /// Gives back the memory that it holds to be quicker.
    pub fn free_memory(&mut self) {
        self.decoder.free_memory();
        self.at_cursor.free_memory();
        self.scratch.free();
        self.fields = FieldScratch::default();
    }

    /// Decodes at the cursor, then searches for nearest images, one model after another.
    pub fn cursor(&mut self) {
        cursor(&self.shared, &mut self.at_cursor);
    }

    /// Makes the tiles and slices that are asked for now, one model after another.
    pub fn refresh(&mut self) {
        let shared = self.shared.clone();
        let models = shared.lock().models.len();
        for _ in 0..models {
            let Some((model, taken)) = shared.take_any(|slots| slots.tiles.take()) else { break };
            guarded(&shared, || self.tiles(model, &taken));
        }
        for _ in 0..models {
            let lone = |slots: &mut ModelSlots| if slots.lone_slice() { slots.slice.take() } else { None };
            let Some((model, taken)) = shared.take_any(lone) else { break };
            guarded(&shared, || self.slice(model, &taken));
        }
        if let Some((model, taken)) = shared.take_any(ModelSlots::take_field) {
            guarded(&shared, || self.field(model, &taken));
        }
    }

    /// Makes a field; the cursor comes between its chunks.
    pub fn field(&mut self, model: ModelId, taken: &Taken<FieldRequest>) {
        let (shared, at_cursor) = (self.shared.clone(), &mut self.at_cursor);
        let FieldRequest { field, source } = &*taken.request;
        let mut current = || {
            cursor(&shared, at_cursor);
            is_current(&shared, model, |slots| slots.fields.get(field.id).is_some_and(|slot| slot.is_current(taken)))
        };
        if let Some(grid) = FieldGrid::make(field, source, &mut self.fields, &mut current) {
            publish(&shared, model, |slots| {
                slots.fields.get_mut(field.id).is_some_and(|slot| slot.finish(taken, grid))
            });
        }
    }

    /// Decodes tiles. The slice of points of the same weights, where one is asked for, comes with them.
    pub fn tiles(&mut self, model: ModelId, taken: &Taken<TileRequest>) {
        let (shared, at_cursor, request) = (self.shared.clone(), &mut self.at_cursor, &taken.request);
        let mut current = || {
            cursor(&shared, at_cursor);
            is_current(&shared, model, |slots| slots.tiles.is_current(taken))
        };
        let TileRequest { snapshot, plane, lattice, limits } = &**request;
        let Some(grid) = TileGrid::decode(&mut *self.decoder, snapshot, plane, *lattice, *limits, &mut current) else {
            return;
        };
        let of_same_weights = |slots: &mut ModelSlots| {
            let same = slots.slice.pending().is_some_and(|slice| Arc::ptr_eq(&slice.snapshot, snapshot));
            if same { slots.slice.take() } else { None }
        };
        let slice = shared.lock().models.get_mut(model).and_then(of_same_weights);
        let slice = slice.and_then(|taken| Some((self.encode(model, &taken)?, taken)));
        publish(&shared, model, |slots| {
            let slice = slice.is_some_and(|(points, taken)| slots.slice.finish(&taken, points));
            slots.tiles.finish(taken, grid) || slice
        });
    }

    /// Encodes a slice of the points.
    pub fn slice(&mut self, model: ModelId, taken: &Taken<PointsRequest>) {
        if let Some(points) = self.encode(model, taken) {
            publish(&self.shared, model, |slots| slots.slice.finish(taken, points));
        }
    }

    fn encode(&mut self, model: ModelId, taken: &Taken<PointsRequest>) -> Option<EncodedPoints> {
        let (shared, at_cursor, request) = (self.shared.clone(), &mut self.at_cursor, &taken.request);
        let before = shared.lock().models.get(model).and_then(|slots| slots.slice.answer().cloned());
        let mut current = || {
            cursor(&shared, at_cursor);
            is_current(&shared, model, |slots| slots.slice.is_current(taken))
        };
        let (encoding, coloring) = of_points(request, before, &mut self.scratch, &mut current)?;
        Some(EncodedPoints::colored(encoding, request.plane.clone(), coloring))
    }
}

impl ModelSlots {
    /// Takes the field that is asked for and comes first.
    pub(super) fn take_field(&mut self) -> Option<Taken<FieldRequest>> {
        self.fields.values_mut().find_map(LatestSlot::take)
    }
}

impl RequestQueue {
    /// Takes something of the first model that has it.
    fn take_any<T>(&self, take: impl Fn(&mut ModelSlots) -> Option<T>) -> Option<(ModelId, T)> {
        let mut state = self.lock();
        state.models.iter_mut().find_map(|(model, slots)| Some((model, take(slots)?)))
    }
}

fn cursor(shared: &RequestQueue, decoder: &mut CpuDecoder) {
    let models = shared.lock().models.len();
    for _ in 0..models {
        let Some((model, taken)) = shared.take_any(|slots| slots.looks.take()) else { break };
        guarded(shared, || look(shared, decoder, model, &taken));
    }
    for _ in 0..models {
        let Some((model, taken)) = shared.take_any(|slots| slots.directions.take()) else { break };
        guarded(shared, || directions(shared, model, &taken));
    }
    for _ in 0..models {
        let Some((model, taken)) = shared.take_any(|slots| slots.drawings.take()) else { break };
        guarded(shared, || drawing(shared, model, &taken));
    }
    for _ in 0..models {
        let Some((model, taken)) = shared.take_any(|slots| slots.line.take()) else { break };
        guarded(shared, || line(shared, decoder, model, &taken));
    }
    for _ in 0..models {
        let Some((model, taken)) = shared.take_any(|slots| slots.nearest.take()) else { break };
        guarded(shared, || search(shared, decoder, model, &taken));
    }
}

fn look(shared: &RequestQueue, decoder: &mut CpuDecoder, model: ModelId, taken: &Taken<Arc<Look>>) {
    let look = (*taken.request).clone();
    let values = decoder.values(&look.snapshot, &look.latent);
    let trace = look.snapshot.trace(&values).map(Arc::new);
    let found = LookFound { look, values, trace };
    publish(shared, model, |slots| slots.looks.finish(taken, found));
}

fn directions(shared: &RequestQueue, model: ModelId, taken: &Taken<DirectionRequest>) {
    // Of one latent: little beside what a network's weights take to read.
    if let Some(found) = Directions::of(&taken.request, &mut TangentScratch::default()) {
        publish(shared, model, |slots| slots.directions.finish(taken, found));
    }
}

fn drawing(shared: &RequestQueue, model: ModelId, taken: &Taken<Arc<Drawn>>) {
    // Seldom asked for, and of networks that take much longer than a buffer to make.
    if let Some(found) = DrawnFound::of((**taken.request).clone(), &mut Scratch::default()) {
        publish(shared, model, |slots| slots.drawings.finish(taken, found));
    }
}

fn line(shared: &RequestQueue, decoder: &mut CpuDecoder, model: ModelId, taken: &Taken<TileRequest>) {
    let TileRequest { snapshot, plane, lattice, limits } = &*taken.request;
    let mut current = || is_current(shared, model, |slots| slots.line.is_current(taken));
    if let Some(grid) = TileGrid::decode(decoder, snapshot, plane, *lattice, *limits, &mut current) {
        publish(shared, model, |slots| slots.line.finish(taken, grid));
    }
}

fn search(shared: &RequestQueue, decoder: &mut CpuDecoder, model: ModelId, taken: &Taken<NearestRequest>) {
    let request = &taken.request;
    let mut current = || is_current(shared, model, |slots| slots.nearest.is_current(taken));
    let image = decoder.decode(&request.look.snapshot, &request.look.latent, 1);
    if let Some(nearest) = nearest(&request.split, image, &mut current) {
        let found = NearestFound { look: request.look.clone(), nearest };
        publish(shared, model, |slots| slots.nearest.finish(taken, found));
    }
}

/// Whether to go on with what is made of a model.
pub(super) fn is_current(shared: &RequestQueue, model: ModelId, current: impl FnOnce(&ModelSlots) -> bool) -> bool {
    let state = shared.lock();
    !state.stop && state.models.get(model).is_some_and(current)
}

/// Puts results into a model's slots, and wakes whoever draws if they are still asked for; never while the lock is held.
pub(super) fn publish(shared: &RequestQueue, model: ModelId, finish: impl FnOnce(&mut ModelSlots) -> bool) {
    let changed = shared.lock().models.get_mut(model).is_some_and(finish);
    if changed {
        (shared.wake)();
    }
}

/// Does one piece of work; a panic in it becomes a message.
pub(super) fn guarded(shared: &RequestQueue, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let reason = panic_text(&*panic);
        let message = message!("the view could not be made: {reason}", reason);
        tracing::error!("{message}");
        shared.lock().message = Some(message);
        (shared.wake)();
    }
}
