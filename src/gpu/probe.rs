//! Whether there is something to draw with, and what it is.

use super::decoder::{DecoderError, check_compute};
use crate::message::{Explain, Message};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// What draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The adapter's own name.
    pub name: String,
    /// Vulkan, Metal, Dx12 or Gl.
    pub backend: String,
    /// The driver, with its version where it says one.
    pub driver: String,
    /// Whether the processor does the drawing: fine for looking, slow for large windows.
    pub software: bool,
    /// The longest side of a texture, in pixels.
    pub largest_texture: u32,
    /// Why the decoder's shaders cannot run on it: one sentence; `None` where they can.
    pub no_compute: Option<Message>,
}

impl DeviceInfo {
    /// What an adapter says of itself.
    pub fn of(adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let computes = adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS);
        let backend = format!("{:?}", info.backend);
        let checked = match computes {
            true => check_compute(&adapter.limits()),
            false => Err(DecoderError::NoShaders { backend: backend.clone() }),
        };
        Self {
            name: info.name,
            backend,
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            software: info.device_type == wgpu::DeviceType::Cpu,
            largest_texture: adapter.limits().max_texture_dimension_2d,
            no_compute: checked.err().map(|error| error.message()),
        }
    }
}

/// A device without a window.
pub struct Headless {
    /// The adapter behind it.
    pub adapter: wgpu::Adapter,
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
}

/// The kinds of graphics that are tried in turn: the system's own first (Vulkan, Metal, Direct3D), then OpenGL. Its libraries
/// are not so much as loaded where the first has an adapter: some panic on a display that is not their own. Where
/// `WGPU_BACKEND` is set, it alone decides.
pub fn backends_in_turn() -> Vec<wgpu::Backends> {
    match wgpu::Backends::from_env() {
        Some(chosen) => vec![chosen],
        None => vec![wgpu::Backends::PRIMARY, wgpu::Backends::GL],
    }
}

/// A setup of so many kinds of graphics, without a window, with all that the adapter has: the usual limits are less than what
/// the decoder can use.
pub fn setup_of(backends: wgpu::Backends) -> egui_wgpu::WgpuSetupCreateNew {
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.device_descriptor = Arc::new(device_descriptor);
    setup
}

/// What is drawn shares blocks of this size, and a block is given back when nothing in it is drawn any more: of blocks that grow
/// with what is drawn, to 64 MiB, a single image would keep one.
const BLOCK_BYTES: u64 = 8 << 20;

fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    wgpu::DeviceDescriptor {
        label: Some("latentarium"),
        // For the milliseconds of a decode.
        required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::Manual { suballocated_device_memory_block_size: BLOCK_BYTES..BLOCK_BYTES },
        ..Default::default()
    }
}

/// The adapter that a window would get, or `None` where there is none. Takes some 50 ms: not for every frame.
pub fn probe() -> Option<DeviceInfo> {
    adapter().map(|adapter| DeviceInfo::of(&adapter))
}

fn adapter() -> Option<wgpu::Adapter> {
    backends_in_turn().into_iter().find_map(|backends| {
        // The same setup as the window's, so that the answer is about the same adapter.
        let setup = setup_of(backends);
        let instance = wgpu::Instance::new(setup.instance_descriptor);
        let options = wgpu::RequestAdapterOptions { power_preference: setup.power_preference, ..Default::default() };
        pollster::block_on(instance.request_adapter(&options))
            .inspect_err(|error| tracing::info!("no graphics adapter: {error}"))
            .ok()
    })
}

/// A device without a window, with the adapter's own limits, and timestamps where it has them; `None` where there is none.
pub fn headless() -> Option<Headless> {
    let adapter = adapter()?;
    match pollster::block_on(adapter.request_device(&device_descriptor(&adapter))) {
        Ok((device, queue)) => Some(Headless { adapter, device, queue }),
        Err(error) => {
            tracing::warn!("the graphics adapter gave no device: {error}");
            None
        }
    }
}
