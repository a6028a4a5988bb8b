//! Weights are packed on a thread of their own: the newest of each model, and nothing that nobody asked for.

use crate::gpu::decoder::{DecoderError, Packed};
use crate::message::message;
use crate::model::{ModelId, PerModel};
use crate::snapshot::Snapshot;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// A snapshot whose weights are ready to be uploaded.
pub(super) struct Ready {
    pub snapshot: Arc<Snapshot>,
    pub packed: Result<Packed, DecoderError>,
}

/// One model's weights.
#[derive(Default)]
struct Packing {
    /// What they were last asked to be.
    newest: Option<Arc<Snapshot>>,
    /// Those that wait for the thread.
    waiting: Option<Arc<Snapshot>>,
    ready: Option<Ready>,
}

#[derive(Default)]
struct Queue {
    models: PerModel<Packing>,
    stop: bool,
}

#[derive(Default)]
struct PackerState {
    queue: Mutex<Queue>,
    work: Condvar,
}

impl PackerState {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's handle; dropping it ends the thread.
pub(super) struct Packer {
    shared: Arc<PackerState>,
    thread: Option<JoinHandle<()>>,
}

impl Packer {
    /// Starts it. `wake` is called when weights are ready.
    ///
    /// # Errors
    /// Where no thread can be made.
    pub fn spawn(wake: Arc<dyn Fn() + Send + Sync>) -> Result<Self, DecoderError> {
        let shared = Arc::<PackerState>::default();
        let worker = shared.clone();
        let thread = std::thread::Builder::new().name("decoder weights".into()).spawn(move || run(&worker, &*wake));
        let thread = thread.map_err(|error| DecoderError::no_thread(message!("the weights"), &error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Requests a model's weights; the same ones again cost nothing.
    pub fn request(&self, model: ModelId, snapshot: &Arc<Snapshot>) {
        let mut queue = self.shared.lock();
        let packing = queue.models.entry(model);
        if packing.newest.as_ref().is_none_or(|newest| !Arc::ptr_eq(newest, snapshot)) {
            packing.newest = Some(snapshot.clone());
            packing.waiting = Some(snapshot.clone());
            self.shared.work.notify_one();
        }
    }

    /// Whether a model's weights are ready.
    pub fn is_ready(&self, model: ModelId) -> bool {
        self.shared.lock().models.get(model).is_some_and(|packing| packing.ready.is_some())
    }

    /// Takes a model's weights.
    pub fn take(&self, model: ModelId) -> Option<Ready> {
        self.shared.lock().models.get_mut(model)?.ready.take()
    }

    /// Forgets the models of which `keep` does not say so; their weights can be requested anew.
    pub fn retain(&self, mut keep: impl FnMut(ModelId) -> bool) {
        self.shared.lock().models.retain(|model, _| keep(model));
    }
}

fn run(shared: &PackerState, wake: &(dyn Fn() + Send + Sync)) {
    let mut queue = shared.lock();
    loop {
        if queue.stop {
            return;
        }
        let next = queue.models.iter_mut().find_map(|(model, packing)| Some((model, packing.waiting.take()?)));
        let Some((model, snapshot)) = next else {
            queue = shared.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        drop(queue);
        let packed = Packed::new(&snapshot.decoder, snapshot.step);
        queue = shared.lock();
        if let Some(packing) = queue.models.get_mut(model) {
            packing.ready = Some(Ready { snapshot, packed });
        }
        drop(queue);
        wake();
        queue = shared.lock();
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
        Arc::new(Snapshot {
            step,
            image: ImageShape::grey(2, 2),
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        })
    }

    #[test]
    fn weights_that_were_forgotten_can_be_requested_again() {
        let packer = Packer::spawn(Arc::new(|| ())).unwrap();
        let (kept, forgotten, weights) = (ModelId(1), ModelId(7), snapshot(3));
        let come = |model: ModelId| {
            let began = Instant::now();
            while !packer.is_ready(model) {
                assert!(began.elapsed() < Duration::from_secs(20), "the weights come");
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        for model in [kept, forgotten] {
            packer.request(model, &weights);
            come(model);
        }
        packer.retain(|model| model == kept);
        assert!(packer.is_ready(kept) && !packer.is_ready(forgotten));
        packer.request(forgotten, &weights);
        come(forgotten);
    }

    #[test]
    fn the_newest_weights_come_and_the_same_ones_again_wake_nobody() {
        let woken = Arc::new(AtomicUsize::new(0));
        let counted = woken.clone();
        let packer = Packer::spawn(Arc::new(move || _ = counted.fetch_add(1, Ordering::SeqCst))).unwrap();
        let newest = snapshot(100);
        for step in 0..100 {
            packer.request(ModelId(1), &snapshot(step));
        }
        packer.request(ModelId(1), &newest);
        let began = Instant::now();
        let mut last = None;
        while last != Some(100) {
            assert!(began.elapsed() < Duration::from_secs(20), "the newest weights come");
            if let Some(ready) = packer.take(ModelId(1)) {
                let step = ready.snapshot.step;
                assert!(ready.packed.is_ok() && last.is_none_or(|last| last < step), "never older ones");
                last = Some(step);
            }
        }
        // Its waking may follow the weights by a moment.
        std::thread::sleep(Duration::from_millis(20));
        let before = woken.load(Ordering::SeqCst);
        packer.request(ModelId(1), &newest);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(woken.load(Ordering::SeqCst), before);
        assert!(!packer.is_ready(ModelId(0)) && !packer.is_ready(ModelId(1)));
    }
}
