//! The viewer's thread: what is made next, and how it is abandoned.

use super::of_points::of_points;
use super::quick::{Quick, guarded, is_current, publish};
use super::slot::Taken;
use super::{Decoder, FieldRequest, PlacesRequest, PointsRequest, QueueState, RequestQueue, TileRequest};
use crate::explore::encoded::EncodedPoints;
use crate::explore::posterior::PlacedImages;
use crate::model::ModelId;
use crate::snapshot::Scratch;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Work in whose place and between whose chunks comes what the cursor asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Tiles,
    Slice,
    Field,
    Points,
    Places,
}

/// What is done next.
enum Task {
    /// Nothing was asked for in [`IDLE`].
    FreeMemory,
    Cursor,
    Tiles(ModelId, Taken<TileRequest>),
    Slice(ModelId, Taken<PointsRequest>),
    Field(ModelId, Taken<FieldRequest>),
    Points(ModelId, Taken<PointsRequest>),
    Places(ModelId, Taken<PlacesRequest>),
}

/// After so long without work it gives back the memory that it holds to be quicker: of wide layers that is hundreds of MiB.
const IDLE: Duration = Duration::from_secs(1);

pub(super) struct ViewerThread {
    shared: Arc<RequestQueue>,
    quick: Quick,
    /// Of the encoder, for all points.
    scratch: Scratch,
}

impl ViewerThread {
    pub(super) fn new(shared: Arc<RequestQueue>, decoder: Box<dyn Decoder>) -> Self {
        Self { quick: Quick::new(shared.clone(), decoder), shared, scratch: Scratch::default() }
    }

    /// Works until told to stop. A panic ends one piece of work and becomes a message; the thread goes on.
    pub(super) fn run(mut self) {
        // What is computed in parallel elsewhere stays on this thread here: the others are those of training.
        let _alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        let mut holds_memory = false;
        while let Some(task) = next_task(&self.shared, holds_memory) {
            let shared = self.shared.clone();
            holds_memory = !matches!(task, Task::FreeMemory);
            guarded(&shared, || match &task {
                Task::FreeMemory => {
                    self.scratch.free();
                    self.quick.free_memory();
                }
                Task::Cursor => self.quick.cursor(),
                Task::Tiles(model, taken) => self.quick.tiles(*model, taken),
                Task::Slice(model, taken) => self.quick.slice(*model, taken),
                Task::Field(model, taken) => self.quick.field(*model, taken),
                Task::Points(model, taken) => self.points(*model, taken),
                Task::Places(model, taken) => self.places(*model, taken),
            });
        }
    }

    /// Encodes all points; between its chunks comes everything else.
    fn points(&mut self, model: ModelId, taken: &Taken<PointsRequest>) {
        let (shared, quick, request) = (&self.shared, &mut self.quick, &taken.request);
        let mut current = || {
            quick.cursor();
            quick.refresh();
            is_current(shared, model, |slots| slots.points.is_current(taken))
        };
        let before = shared.lock().models.get(model).and_then(|slots| slots.points.answer().cloned());
        let made = of_points(request, before, &mut self.scratch, &mut current);
        let Some((encoding, coloring)) = made else { return };
        let points = EncodedPoints::colored(encoding, request.plane.clone(), coloring);
        publish(shared, model, |slots| slots.points.finish(taken, points));
    }
}

impl ViewerThread {
    /// Looks for the places of images; between its chunks comes everything else.
    fn places(&mut self, model: ModelId, taken: &Taken<PlacesRequest>) {
        let (shared, quick) = (&self.shared, &mut self.quick);
        let mut current = || {
            quick.cursor();
            quick.refresh();
            is_current(shared, model, |slots| slots.places.is_current(taken))
        };
        let PlacesRequest { points, beside } = &*taken.request;
        let coloring = points.coloring.coloring().clone();
        let before = shared.lock().models.get(model).and_then(|slots| slots.places.answer().cloned());
        let placed = match before.filter(|(old, _)| taken.request.has_places_of(old)) {
            Some((_, placed)) => Some(placed.laid(points.plane.clone(), coloring)),
            None => PlacedImages::of(
                (&points.snapshot, points.plane.clone()),
                beside.as_deref(),
                (&points.split, &points.images),
                coloring,
                &mut current,
            ),
        };
        if let Some(placed) = placed {
            publish(shared, model, |slots| slots.places.finish(taken, placed));
        }
    }
}

/// Waits for work; `None` when told to stop. One who holds memory is told to free it where none comes.
fn next_task(shared: &RequestQueue, holds_memory: bool) -> Option<Task> {
    let mut state = shared.lock();
    state.running = false;
    loop {
        if state.stop {
            return None;
        }
        if let Some(task) = state.take_task() {
            state.running = true;
            return Some(task);
        }
        if holds_memory {
            let waited = shared.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            if waited.1.timed_out() && !state.anything_pending() && !state.stop {
                return Some(Task::FreeMemory);
            }
        } else {
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl QueueState {
    fn take_task(&mut self) -> Option<Task> {
        if self.models.iter().any(|(_, slots)| slots.has_cursor_work()) {
            return Some(Task::Cursor);
        }
        let pending = self.models.iter().flat_map(|(model, slots)| {
            let tiles = slots.tiles.pending().map(|_| (Turn::Tiles, model));
            let slice = slots.lone_slice().then_some((Turn::Slice, model));
            let field = slots.has_field_work().then_some((Turn::Field, model));
            let points = slots.points.pending().map(|_| (Turn::Points, model));
            let places = slots.places.pending().map(|_| (Turn::Places, model));
            [tiles, slice, field, points, places].into_iter().flatten()
        });
        let pending: Vec<_> = pending.collect();
        let later = pending.iter().filter(|turn| self.last.is_none_or(|last| **turn > last)).min();
        let (turn, model) = *later.or(pending.iter().min())?;
        self.last = Some((turn, model));
        let slots = self.models.get_mut(model)?;
        match turn {
            Turn::Tiles => slots.tiles.take().map(|taken| Task::Tiles(model, taken)),
            Turn::Slice => slots.slice.take().map(|taken| Task::Slice(model, taken)),
            Turn::Field => slots.take_field().map(|taken| Task::Field(model, taken)),
            Turn::Points => slots.points.take().map(|taken| Task::Points(model, taken)),
            Turn::Places => slots.places.take().map(|taken| Task::Places(model, taken)),
        }
    }
}
