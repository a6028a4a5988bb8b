//! What the GPU holds for each place on the screen, and when it is let go.

use super::pipeline::{Pipelines, texture_descriptor, write};
use super::point_buffers::PointBuffers;
use super::uniforms::LARGEST;
use crate::explore::encoded::EncodedPoints;
use crate::explore::tiles::fresh_id;
use eframe::{egui_wgpu, wgpu};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// A place on the screen that something is painted into. Its textures and buffers are freed after it is dropped.
#[derive(Debug)]
pub struct TextureSlot(Arc<u64>);

impl Default for TextureSlot {
    fn default() -> Self {
        Self(Arc::new(fresh_id()))
    }
}

impl TextureSlot {
    pub(super) fn key(&self) -> Arc<u64> {
        self.0.clone()
    }
}

/// Pixels to be on the GPU: `[height, width, channels]` with 1 or 4 channels.
pub(super) struct Content<'a> {
    pub id: u64,
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub bytes: &'a [u8],
}

struct Held {
    owner: Weak<u64>,
    content: u64,
    uniforms: wgpu::Buffer,
    uniform_bytes: Vec<u8>,
    kind: Kind,
}

enum Kind {
    Picture { texture: wgpu::Texture, bind_group: wgpu::BindGroup },
    Points(PointBuffers),
}

/// Our pipelines and everything that they draw, kept in egui's callback resources.
pub struct Resources {
    pub(super) pipelines: Arc<Pipelines>,
    held: HashMap<u64, Held>,
    largest_side: u32,
    uploads: u64,
    warned: bool,
    warned_of_points: bool,
}

impl Resources {
    /// The pipelines for one target format, and nothing to draw yet.
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue, format: wgpu::TextureFormat) -> Self {
        let largest_side = device.limits().max_texture_dimension_2d;
        Self {
            pipelines: Arc::new(Pipelines::new(device, queue, format)),
            held: HashMap::new(),
            largest_side,
            uploads: 0,
            warned: false,
            warned_of_points: false,
        }
    }

    /// How often pixels or points were uploaded; very many points count in each frame that a piece of them goes in.
    pub fn uploads(&self) -> u64 {
        self.uploads
    }

    /// How many slots hold something.
    pub fn slots(&self) -> usize {
        self.held.len()
    }

    /// Frees what belongs to slots that are gone.
    pub fn free_unowned(&mut self) {
        self.held.retain(|_, held| held.owner.strong_count() > 0);
    }

    pub(super) fn hold_picture(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        slot: &Arc<u64>,
        content: &Content<'_>,
        uniforms: &[u8],
    ) {
        self.free_unowned();
        let size =
            wgpu::Extent3d { width: content.width as u32, height: content.height as u32, depth_or_array_layers: 1 };
        let expected = content.width * content.height * content.channels;
        let side = content.width.max(content.height);
        if expected == 0 || content.bytes.len() != expected || side > self.largest_side as usize {
            self.held.remove(slot.as_ref());
            if !std::mem::replace(&mut self.warned, true) {
                let (width, height, largest) = (content.width, content.height, self.largest_side);
                tracing::warn!(
                    "an image of {width}×{height} cannot be drawn: this device draws up to {largest} a side"
                );
            }
            return;
        }
        let format = match content.channels {
            1 => wgpu::TextureFormat::R8Unorm,
            _ => wgpu::TextureFormat::Rgba8Unorm,
        };
        let fits = self.held.get(slot.as_ref()).is_some_and(|held| match &held.kind {
            Kind::Picture { texture, .. } => texture.size() == size && texture.format() == format,
            Kind::Points(_) => false,
        });
        if !fits {
            let texture = device.create_texture(&texture_descriptor("picture", size, format));
            let buffer = uniform_buffer(device);
            let view = texture.create_view(&Default::default());
            let bind_group = self.pipelines.bind_picture(device, &buffer, &view);
            self.insert(slot, buffer, Kind::Picture { texture, bind_group });
        }
        let Some(held) = self.held.get_mut(slot.as_ref()) else { return };
        if held.content != content.id
            && let Kind::Picture { texture, .. } = &held.kind
        {
            write(queue, texture, size, content.channels as u32, content.bytes);
            held.content = content.id;
            self.uploads += 1;
        }
        held.update(queue, uniforms);
    }

    /// Brings points towards the GPU; gives the id of those that are drawn from now on, or
    /// [`COMING`](super::point_buffers::COMING) while others are on their way.
    pub(super) fn hold_points(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        slot: &Arc<u64>,
        points: &Arc<EncodedPoints>,
        uniforms: &[u8],
    ) -> u64 {
        self.free_unowned();
        if !self.held.get(slot.as_ref()).is_some_and(|held| matches!(held.kind, Kind::Points(_))) {
            let buffer = uniform_buffer(device);
            let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("points"),
                layout: &self.pipelines.points_layout,
                entries: &[entry(0, buffer.as_entire_binding())],
            });
            self.insert(slot, buffer, Kind::Points(PointBuffers::new(bind_group)));
        }
        let Some(held) = self.held.get_mut(slot.as_ref()) else { return 0 };
        if let Kind::Points(buffers) = &mut held.kind {
            self.uploads += u64::from(buffers.advance(device, queue, points, &mut self.warned_of_points));
            held.content = buffers.settled();
        }
        held.update(queue, uniforms);
        held.content
    }

    fn insert(&mut self, slot: &Arc<u64>, uniforms: wgpu::Buffer, kind: Kind) {
        let held = Held { owner: Arc::downgrade(slot), content: 0, uniforms, uniform_bytes: Vec::new(), kind };
        self.held.insert(**slot, held);
    }

    /// Draws what a slot holds over the whole screen: places are in the uniforms, egui has set the clip rectangle.
    pub(super) fn draw(
        &self,
        slot: &Arc<u64>,
        pipeline: &wgpu::RenderPipeline,
        [width, height]: [u32; 2],
        pass: &mut wgpu::RenderPass<'static>,
    ) {
        let Some(held) = self.held.get(slot.as_ref()) else { return };
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pass.set_pipeline(pipeline);
        match &held.kind {
            Kind::Picture { bind_group, .. } => {
                pass.set_bind_group(0, bind_group, &[]);
                pass.draw(0..4, 0..1);
            }
            Kind::Points(buffers) => buffers.draw(pass),
        }
    }
}

impl Held {
    fn update(&mut self, queue: &wgpu::Queue, uniforms: &[u8]) {
        if self.uniform_bytes != uniforms {
            queue.write_buffer(&self.uniforms, 0, uniforms);
            self.uniform_bytes = uniforms.to_vec();
        }
    }
}

/// Our resources among egui's, or `None` where [`super::install`] was not called.
pub(super) fn of(resources: &mut egui_wgpu::CallbackResources) -> Option<&mut Resources> {
    resources.get_mut::<Resources>()
}

fn uniform_buffer(device: &wgpu::Device) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("uniforms"),
        size: LARGEST,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

fn entry(binding: u32, resource: wgpu::BindingResource<'_>) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry { binding, resource }
}
