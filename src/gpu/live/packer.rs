//! Weights are packed on a thread of their own: the newest of each model, and nothing that nobody asked for.

use crate::explore::viewer::MODELS;
use crate::gpu::decoder::{DecoderError, Packed};
use crate::snapshot::Snapshot;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// A snapshot whose weights are ready to be uploaded.
pub(super) struct Ready {
    pub snapshot: Arc<Snapshot>,
    pub packed: Result<Packed, DecoderError>,
}

#[derive(Default)]
struct State {
    asked: [Option<Arc<Snapshot>>; MODELS],
    /// What each model's weights were last asked to be.
    newest: [Option<Arc<Snapshot>>; MODELS],
    ready: [Option<Ready>; MODELS],
    stop: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's handle; dropping it ends the thread.
pub(super) struct Packer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Packer {
    /// Starts it. `wake` is called when weights are ready.
    pub fn spawn(wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let worker = shared.clone();
        let thread = std::thread::Builder::new().name("decoder weights".into()).spawn(move || run(&worker, &*wake))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for a model's weights; the same ones again cost nothing.
    pub fn ask(&self, model: usize, snapshot: &Arc<Snapshot>) {
        let mut state = self.shared.lock();
        if let Some(newest) = state.newest.get_mut(model)
            && newest.as_ref().is_none_or(|newest| !Arc::ptr_eq(newest, snapshot))
        {
            *newest = Some(snapshot.clone());
            if let Some(asked) = state.asked.get_mut(model) {
                *asked = Some(snapshot.clone());
            }
            self.shared.work.notify_one();
        }
    }

    /// Whether a model's weights are ready.
    pub fn is_ready(&self, model: usize) -> bool {
        self.shared.lock().ready.get(model).is_some_and(Option::is_some)
    }

    /// Takes a model's weights.
    pub fn take(&self, model: usize) -> Option<Ready> {
        self.shared.lock().ready.get_mut(model)?.take()
    }
}

fn run(shared: &Shared, wake: &(dyn Fn() + Send + Sync)) {
    let mut state = shared.lock();
    loop {
        if state.stop {
            return;
        }
        let next = (0..MODELS).find_map(|model| Some((model, state.asked.get_mut(model)?.take()?)));
        let Some((model, snapshot)) = next else {
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        drop(state);
        let packed = Packed::new(&snapshot.decoder, snapshot.step);
        state = shared.lock();
        if let Some(ready) = state.ready.get_mut(model) {
            *ready = Some(Ready { snapshot, packed });
        }
        drop(state);
        wake();
        state = shared.lock();
    }
}

impl Drop for Packer {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_all();
        if let Some(thread) = self.thread.take() {
            // It ends within one packing; a panic in it was reported by the hook.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::snapshot::{Activation, Network, Operation};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    fn snapshot(step: u64) -> Arc<Snapshot> {
        let operation = Operation::linear("out", 0, (vec![0.5; 2 * 4], vec![0.0; 4]), Activation::Sigmoid);
        let decoder = Network::new(2, vec![operation]).unwrap();
        Arc::new(Snapshot { step, image: ImageShape::grey(2, 2), latent: 2, decoder, encoder: None })
    }

    #[test]
    fn the_newest_weights_come_and_the_same_ones_again_wake_nobody() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counted = woken.clone();
        let packer = Packer::spawn(Arc::new(move || _ = counted.fetch_add(1, Ordering::SeqCst))).unwrap();
        let newest = snapshot(100);
        for step in 0..100 {
            packer.ask(1, &snapshot(step));
        }
        packer.ask(1, &newest);
        let began = Instant::now();
        let mut last = None;
        while last != Some(100) {
            assert!(began.elapsed() < Duration::from_secs(20), "the newest weights come");
            if let Some(ready) = packer.take(1) {
                let step = ready.snapshot.step;
                assert!(ready.packed.is_ok() && last.is_none_or(|last| last < step), "never older ones");
                last = Some(step);
            }
        }
        // Its waking may follow the weights by a moment.
        std::thread::sleep(Duration::from_millis(20));
        let before = woken.load(Ordering::SeqCst);
        packer.ask(1, &newest);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(woken.load(Ordering::SeqCst), before);
        assert!(!packer.is_ready(0) && !packer.is_ready(1));
    }
}
