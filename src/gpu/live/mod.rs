//! The decoder in the window: from the latents that are looked at to what is drawn, on egui's own device, once a frame.
//!
//! [`connect`] once a window, [`Link::start`] when the GPU shall decode; then [`paint`] from any panel, for any of the models.
//! Paint callbacks only queue requests ([`Decode`]); the first one that egui asks to finish records one compute pass for all of
//! them: weights that are newer go to the device, the cursor is decoded first, then tiles within what a frame may take, and
//! the results are written into the textures that this same frame draws. Nothing is read back and nothing waits. Where all
//! that is requested is there already, nothing is recorded.
//!
//! A network that the device cannot take is refused for its model alone ([`Link::refusal_of`]), until the model has a network
//! of another shape. The pass has an encoder of its own, so that whatever else is wrong with it is caught here and never
//! spoils egui's frame: then the device decodes nothing any more, and [`Link::refusal`] says why.

mod callback;
mod clock;
mod frame;
mod link;
mod model;
mod packer;
mod recording;
mod request;
mod shown;
mod surface;
mod writer;

pub use callback::paint;
pub use link::{DecoderReport, Link, Wake};
pub use request::{Decode, DecodedModel};

use super::decoder::{DecoderError, guarded};
use super::pipeline::Pipelines;
use super::store::Resources;
use crate::message::{Explain, message};
use crate::model::PerModel;
use clock::Clock;
use eframe::{egui_wgpu, wgpu};
use model::DeviceModel;
use packer::Packer;
use recording::SharedBuffers;
use request::DecodeRequest;
use shown::Shown;
use std::collections::HashMap;
use std::sync::Arc;

/// Floating-point operations a nanosecond that are expected before any were measured: of a small graphics card, and of
/// software rendering.
const EXPECTED_RATE: [f64; 2] = [200.0, 2.0];
/// What the tiles of one frame may take, in milliseconds, likewise.
const BUDGET_MS: [f64; 2] = [4.0, 40.0];
/// Frames without a request after which nothing is kept for the next: more than a panel is out of sight for while it is moved.
const MOST_UNASKED_FRAMES: u32 = 100;

/// Readies a window's renderer for decoding; [`super::install`] must have been called. Nothing is compiled yet.
///
/// # Errors
/// Where there is no thread for it, or [`super::install`] was not called.
pub fn connect(render_state: &egui_wgpu::RenderState, wake: Wake) -> Result<Arc<Link>, DecoderError> {
    let software = render_state.adapter.get_info().device_type == wgpu::DeviceType::Cpu;
    let mut renderer = render_state.renderer.write();
    let resources = renderer.callback_resources.get::<Resources>();
    let resources = resources.ok_or(DecoderError::NothingDraws)?;
    let drawing = resources.pipelines.clone();
    let live = Live::new(&render_state.device, &render_state.queue, drawing, software, wake)?;
    let link = live.link.clone();
    renderer.callback_resources.insert(live);
    Ok(link)
}

/// Frees what was decoded where no place has asked for anything over many frames, as where the CPU decodes again. To be called once
/// a frame.
pub fn release_unused(render_state: &egui_wgpu::RenderState) {
    if let Some(live) = render_state.renderer.write().callback_resources.get_mut::<Live>() {
        live.unasked_frames = live.unasked_frames.saturating_add(1);
        if live.unasked_frames == MOST_UNASKED_FRAMES {
            live.release();
        }
    }
}

/// Everything of the decoder that is on one device, kept among egui's callback resources.
pub struct Live {
    link: Arc<Link>,
    /// The pipelines that draw what it decodes.
    drawing: Arc<Pipelines>,
    packer: Packer,
    requests: Vec<DecodeRequest>,
    /// Frames since the last request.
    unasked_frames: u32,
    models: PerModel<DeviceModel>,
    shown: HashMap<u64, Shown>,
    clock: Option<Clock>,
    shared: SharedBuffers,
    /// Floating-point operations a nanosecond.
    rate: f64,
    budget_ms: f64,
}

impl Live {
    fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        drawing: Arc<Pipelines>,
        software: bool,
        wake: Wake,
    ) -> Result<Self, DecoderError> {
        let class = usize::from(software);
        Ok(Self {
            packer: Packer::spawn(wake.learned.clone())?,
            link: Arc::new(Link::new(device.clone(), wake)),
            drawing,
            requests: Vec::new(),
            unasked_frames: 0,
            models: PerModel::default(),
            shown: HashMap::new(),
            clock: Clock::new(device, queue),
            shared: SharedBuffers::new(device),
            rate: EXPECTED_RATE.get(class).copied().unwrap_or(1.0),
            budget_ms: BUDGET_MS.get(class).copied().unwrap_or(1.0),
        })
    }

    fn request(&mut self, request: DecodeRequest) {
        self.unasked_frames = 0;
        self.requests.push(request);
    }

    /// Lets all weights and all that was decoded go.
    fn release(&mut self) {
        self.models = PerModel::default();
        self.shown.clear();
        self.packer.retain(|_| false);
        self.link.update(|report| report.steps = PerModel::default());
    }

    /// Records what the frame's callbacks asked for; `None` where it is all there, or cannot be.
    fn finish(&mut self, device: &wgpu::Device, queue: &wgpu::Queue) -> Option<wgpu::CommandBuffer> {
        if self.requests.is_empty() {
            return None;
        }
        let requests = std::mem::take(&mut self.requests);
        let tools = self.link.tools()?;
        let drawing = self.drawing.clone();
        let frame = || self.frame((device, queue), (&tools, &drawing), requests);
        match guarded(device, message!("a frame's decoding"), frame).and_then(|frame| frame) {
            Ok(commands) => commands,
            Err(error) => {
                self.link.refuse(error.message());
                self.release();
                None
            }
        }
    }

    /// Draws what a place shows over the whole screen: places are in the uniforms, egui has set the clip rectangle.
    fn draw(&self, slot: &Arc<u64>, [width, height]: [u32; 2], pass: &mut wgpu::RenderPass<'static>) {
        let Some(shown) = self.shown.get(slot.as_ref()) else { return };
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pass.set_pipeline(if shown.tiles { &self.drawing.tiles } else { &self.drawing.image });
        for surface in shown.drawn.iter().filter_map(|layer| shown.surfaces.get(layer)) {
            pass.set_bind_group(0, &surface.bind_group, &[]);
            pass.draw(0..4, 0..1);
        }
    }
}
