//! What the window and its painting share about the decoder on the GPU: whether it is ready, what it took, what it refused.

use super::writer::Writer;
use crate::gpu::decoder::{DecoderError, DecoderPipelines};
use crate::message::{Explain, Message, message};
use crate::model::{ModelId, PerModel};
use crate::snapshot::{Activation, Network, OperationKind};
use eframe::wgpu;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How the decoder on the device stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecoderReport {
    /// Why the device decodes nothing any more, for no model.
    pub refusal: Option<Message>,
    /// What the newest compute pass took, by the adapter's own clock, in milliseconds.
    pub decode_ms: Option<f32>,
    /// The steps of the weights that are drawn.
    pub steps: PerModel<u64>,
    /// Compute passes so far: an idle window adds none.
    pub passes: u64,
    /// Whether everything that the newest frame asked for is there.
    pub settled: bool,
}

/// What a network computes, without its weights: what a device can take or not.
#[derive(Clone, Debug, PartialEq)]
struct NetworkShape {
    input: usize,
    operations: Vec<(OperationKind, Vec<usize>, Activation)>,
}

impl NetworkShape {
    fn of(network: &Network) -> Self {
        let operations = network.operations().iter();
        let operations = operations.map(|o| (o.kind, o.inputs.clone(), o.activation)).collect();
        Self { input: network.input(), operations }
    }
}

/// Why a model's network cannot be decoded on the device. It holds for this shape of network alone.
#[derive(Clone, Debug)]
struct NetworkRefusal {
    shape: NetworkShape,
    why: Message,
}

/// What every pass records with.
pub(super) struct Tools {
    pub pipelines: DecoderPipelines,
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
    report: Mutex<DecoderReport>,
    refused: Mutex<PerModel<NetworkRefusal>>,
}

impl Link {
    pub(super) fn new(device: wgpu::Device, wake: Wake) -> Self {
        Self {
            device,
            wake,
            started: AtomicBool::new(false),
            tools: OnceLock::new(),
            report: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Compiles the shaders on a thread of its own, once: the CPU goes on meanwhile.
    pub fn start(self: &Arc<Self>) {
        if self.started.swap(true, Ordering::Relaxed) {
            return;
        }
        let link = self.clone();
        let thread = std::thread::Builder::new().name("decoder shaders".into()).spawn(move || {
            let make = || -> Result<Tools, DecoderError> {
                Ok(Tools { pipelines: DecoderPipelines::new(&link.device)?, writer: Writer::new(&link.device)? })
            };
            match make() {
                Ok(tools) => {
                    let _first = link.tools.set(Arc::new(tools));
                }
                Err(error) => link.refuse(error.message()),
            }
            (link.wake.now)();
        });
        if let Err(error) = thread {
            self.refuse(DecoderError::no_thread(message!("the decoder's pipelines"), &error).message());
        }
    }

    /// Whether it can decode.
    pub fn is_ready(&self) -> bool {
        self.tools.get().is_some() && self.lock().refusal.is_none()
    }

    /// How things stand.
    pub fn report(&self) -> DecoderReport {
        self.lock().clone()
    }

    /// Why the device decodes nothing any more, if it does not.
    pub fn refusal(&self) -> Option<Message> {
        self.lock().refusal.clone()
    }

    /// Why the device cannot take a model's network; `None` where it can, or was not asked yet.
    pub fn refusal_of(&self, model: ModelId, network: &Network) -> Option<Message> {
        let refused = self.refused();
        let refusal = refused.get(model)?;
        (refusal.shape == NetworkShape::of(network)).then(|| refusal.why.clone())
    }

    /// The device decodes nothing any more.
    pub(super) fn refuse(&self, why: Message) {
        self.lock().refusal.get_or_insert(why);
        (self.wake.now)();
    }

    /// The device cannot take a model's network.
    pub(super) fn refuse_network(&self, model: ModelId, network: &Network, why: Message) {
        self.lock().steps.remove(model);
        self.refused().insert(model, NetworkRefusal { shape: NetworkShape::of(network), why });
        (self.wake.now)();
    }

    pub(super) fn tools(&self) -> Option<Arc<Tools>> {
        self.tools.get().filter(|_| self.lock().refusal.is_none()).cloned()
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut DecoderReport)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, DecoderReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self) -> MutexGuard<'_, PerModel<NetworkRefusal>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
