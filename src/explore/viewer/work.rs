//! The viewer's thread: what is made next, and how it is abandoned.

use super::slot::{Slot, Taken};
use super::{
    CpuDecoder, Decoder, Look, LookFound, MODELS, NearestFound, NearestRequest, PointsRequest, Shared, State,
    TileRequest,
};
use crate::explore::encoded::{EncodedPoints, Encoding};
use crate::explore::nearest::nearest;
use crate::explore::tiles::TileGrid;
use crate::snapshot::{Scratch, Snapshot};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

/// Slow work of one model; what the cursor asks for goes before it and between its chunks.
enum Job {
    Cursor,
    Tiles(usize, Taken<TileRequest>),
    Points(usize, Taken<PointsRequest>),
}

/// The newest encoding of a model and what it was made from: laid onto another plane it need not be made again.
struct Encoded {
    snapshot: Arc<Snapshot>,
    encoding: Arc<Encoding>,
    request: Arc<PointsRequest>,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    decoder: Box<dyn Decoder>,
    /// For the cursor, also between the chunks of other work.
    at_cursor: CpuDecoder,
    scratch: Scratch,
    encoded: [Option<Encoded>; MODELS],
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, decoder: Box<dyn Decoder>) -> Self {
        Self { shared, decoder, at_cursor: CpuDecoder::default(), scratch: Scratch::default(), encoded: [None, None] }
    }

    /// Works until told to stop. A panic ends one piece of work and is said; the thread goes on.
    pub(super) fn run(mut self) {
        while let Some(job) = next_job(&self.shared) {
            let shared = self.shared.clone();
            guarded(&shared, || match &job {
                Job::Cursor => cursor_first(&shared, &mut self.at_cursor),
                Job::Tiles(model, taken) => self.tiles(*model, taken),
                Job::Points(model, taken) => self.points(*model, taken),
            });
        }
    }

    fn tiles(&mut self, model: usize, taken: &Taken<TileRequest>) {
        let shared = self.shared.clone();
        let request = &taken.request;
        let cursor = &mut self.at_cursor;
        let mut wanted =
            || go_on(&shared, cursor, |state| state.tiles.get(model).is_some_and(|slot| slot.is_wanted(taken)));
        let grid = TileGrid::decode(
            &mut *self.decoder,
            &request.snapshot,
            &request.plane,
            request.lattice,
            request.limits,
            &mut wanted,
        );
        if let Some(grid) = grid {
            publish(&shared, |state| state.tiles.get_mut(model).is_some_and(|slot| slot.finish(taken, grid)));
        }
    }

    fn points(&mut self, model: usize, taken: &Taken<PointsRequest>) {
        let shared = self.shared.clone();
        let request = &taken.request;
        let cursor = &mut self.at_cursor;
        let mut wanted =
            || go_on(&shared, cursor, |state| state.points.get(model).is_some_and(|slot| slot.is_wanted(taken)));
        let Some(place) = self.encoded.get_mut(model) else { return };
        let reused = place.as_ref().filter(|old| {
            use super::slot::Request;
            Arc::ptr_eq(&old.snapshot, &request.snapshot) && !request.supersedes(&old.request)
        });
        let encoding = match reused {
            Some(old) => old.encoding.clone(),
            None => {
                let (snapshot, split) = (&request.snapshot, &request.split);
                let encoding = Encoding::of(snapshot, split, request.count, &mut self.scratch, &mut wanted);
                let Some(encoding) = encoding.map(Arc::new) else { return };
                *place = Some(Encoded {
                    snapshot: request.snapshot.clone(),
                    encoding: encoding.clone(),
                    request: request.clone(),
                });
                encoding
            }
        };
        let points = EncodedPoints::new(encoding, request.plane.clone());
        publish(&shared, |state| state.points.get_mut(model).is_some_and(|slot| slot.finish(taken, points)));
    }
}

/// Waits for work; `None` when told to stop.
fn next_job(shared: &Shared) -> Option<Job> {
    let mut state = shared.lock();
    state.running = false;
    loop {
        if state.stop {
            return None;
        }
        if let Some(job) = state.take_job() {
            state.running = true;
            return Some(job);
        }
        state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

impl State {
    fn take_job(&mut self) -> Option<Job> {
        if self.looks.iter().any(Slot::is_pending) || self.nearest.iter().any(Slot::is_pending) {
            return Some(Job::Cursor);
        }
        for place in 0..2 * MODELS {
            let turn = (self.turn + place) % (2 * MODELS);
            let model = turn % MODELS;
            let job = if turn < MODELS {
                self.tiles.get_mut(model).and_then(Slot::take).map(|taken| Job::Tiles(model, taken))
            } else {
                self.points.get_mut(model).and_then(Slot::take).map(|taken| Job::Points(model, taken))
            };
            if job.is_some() {
                self.turn = turn + 1;
                return job;
            }
        }
        None
    }
}

/// Between two chunks: work about the cursor first, then whether to go on.
fn go_on(shared: &Shared, cursor: &mut CpuDecoder, wanted: impl Fn(&State) -> bool) -> bool {
    cursor_first(shared, cursor);
    let state = shared.lock();
    !state.stop && wanted(&state)
}

/// Decodes at the cursor, then searches for nearest images.
fn cursor_first(shared: &Shared, cursor: &mut CpuDecoder) {
    for model in 0..MODELS {
        let taken = shared.lock().looks.get_mut(model).and_then(Slot::take);
        if let Some(taken) = taken {
            guarded(shared, || look(shared, cursor, model, &taken));
        }
    }
    for model in 0..MODELS {
        let taken = shared.lock().nearest.get_mut(model).and_then(Slot::take);
        if let Some(taken) = taken {
            guarded(shared, || search(shared, cursor, model, &taken));
        }
    }
}

fn look(shared: &Shared, cursor: &mut CpuDecoder, model: usize, taken: &Taken<Arc<Look>>) {
    let look = (*taken.request).clone();
    let found = LookFound { values: cursor.values(&look.snapshot, &look.latent), look };
    publish(shared, |state| state.looks.get_mut(model).is_some_and(|slot| slot.finish(taken, found)));
}

fn search(shared: &Shared, cursor: &mut CpuDecoder, model: usize, taken: &Taken<NearestRequest>) {
    let request = &taken.request;
    let mut wanted = || {
        let state = shared.lock();
        !state.stop && state.nearest.get(model).is_some_and(|slot| slot.is_wanted(taken))
    };
    let image = cursor.decode(&request.look.snapshot, &request.look.latent, 1);
    if let Some(nearest) = nearest(&request.split, image, &mut wanted) {
        let found = NearestFound { look: request.look.clone(), nearest };
        publish(shared, |state| state.nearest.get_mut(model).is_some_and(|slot| slot.finish(taken, found)));
    }
}

/// Changes the state, and wakes whoever draws if that gave something new; never while the lock is held.
fn publish(shared: &Shared, change: impl FnOnce(&mut State) -> bool) {
    let changed = change(&mut shared.lock());
    if changed {
        (shared.wake)();
    }
}

/// Does one piece of work; a panic in it becomes a message.
fn guarded(shared: &Shared, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        let message = format!("the view could not be made: {said}");
        tracing::error!("{message}");
        publish(shared, |state| {
            state.message = Some(message);
            true
        });
    }
}
