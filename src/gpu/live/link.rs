//! What the window and its painting share about the decoder on the GPU: whether it is ready, what it took, why it gave up.

use super::writer::Writer;
use crate::explore::viewer::MODELS;
use crate::gpu::decoder::{DecoderError, Pipelines};
use eframe::wgpu;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Why it decodes no more.
    pub refusal: Option<String>,
    /// What the newest compute pass took, by the adapter's own clock, in milliseconds.
    pub decode_ms: Option<f32>,
    /// The steps of the weights that are drawn.
    pub steps: [Option<u64>; MODELS],
    /// Compute passes so far: an idle window adds none.
    pub passes: u64,
    /// Whether everything that the newest frame wanted is there.
    pub settled: bool,
}

/// What every pass records with.
pub(super) struct Tools {
    pub pipelines: Pipelines,
    pub writer: Writer,
}

/// How a window is asked to draw again.
#[derive(Clone)]
pub struct Wake {
    /// Something is there that may be drawn in its time.
    pub learned: Arc<dyn Fn() + Send + Sync>,
    /// Something is not whole yet that a person looks at.
    pub now: Arc<dyn Fn() + Send + Sync>,
}

/// One decoder on one device, as everybody else sees it.
pub struct Link {
    device: wgpu::Device,
    pub(super) wake: Wake,
    started: AtomicBool,
    tools: OnceLock<Arc<Tools>>,
    report: Mutex<Report>,
}

impl Link {
    pub(super) fn new(device: wgpu::Device, wake: Wake) -> Self {
        Self { device, wake, started: AtomicBool::new(false), tools: OnceLock::new(), report: Mutex::default() }
    }

    /// Compiles the shaders on a thread of its own, once: the CPU goes on meanwhile.
    pub fn start(self: &Arc<Self>) {
        if self.started.swap(true, Ordering::Relaxed) {
            return;
        }
        let link = self.clone();
        let thread = std::thread::Builder::new().name("decoder shaders".into()).spawn(move || {
            let make = || -> Result<Tools, DecoderError> {
                Ok(Tools { pipelines: Pipelines::new(&link.device)?, writer: Writer::new(&link.device)? })
            };
            match make() {
                Ok(tools) => {
                    let _first = link.tools.set(Arc::new(tools));
                }
                Err(error) => link.refuse(&error.to_string()),
            }
            (link.wake.now)();
        });
        if let Err(error) = thread {
            self.refuse(&format!("no thread for its shaders: {error}"));
        }
    }

    /// Whether it can decode.
    pub fn is_ready(&self) -> bool {
        self.tools.get().is_some() && self.lock().refusal.is_none()
    }

    /// How things stand.
    pub fn report(&self) -> Report {
        self.lock().clone()
    }

    /// Why it decodes no more.
    pub fn refusal(&self) -> Option<String> {
        self.lock().refusal.clone()
    }

    pub(super) fn refuse(&self, why: &str) {
        self.lock().refusal.get_or_insert_with(|| why.to_owned());
        (self.wake.now)();
    }

    pub(super) fn tools(&self) -> Option<Arc<Tools>> {
        self.tools.get().filter(|_| self.lock().refusal.is_none()).cloned()
    }

    pub(super) fn tell(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
