//! A texture that the decoder writes and the window draws, with what both need to find it.

use crate::gpu::pipeline::Pipelines;
use crate::gpu::uniforms::LARGEST;
use eframe::wgpu;

pub(super) struct Surface {
    pub size: [usize; 2],
    pub view: wgpu::TextureView,
    uniforms: wgpu::Buffer,
    written: Vec<u8>,
    pub bind_group: wgpu::BindGroup,
}

impl Surface {
    /// A texture of `size` pixels; its sides must be within the device's limit and not 0.
    pub fn new(device: &wgpu::Device, pipelines: &Pipelines, size: [usize; 2]) -> Self {
        let [width, height] = size.map(|side| u32::try_from(side).unwrap_or(1).max(1));
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("decoded"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::STORAGE_BINDING,
            view_formats: &[],
        });
        let view = texture.create_view(&Default::default());
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("uniforms"),
            size: LARGEST,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let bind_group = pipelines.bind_picture(device, &uniforms, &view);
        Self { size, view, uniforms, written: Vec::new(), bind_group }
    }

    /// Says how it is drawn.
    pub fn place(&mut self, queue: &wgpu::Queue, uniforms: &[u8]) {
        if self.written != uniforms {
            queue.write_buffer(&self.uniforms, 0, uniforms);
            self.written = uniforms.to_vec();
        }
    }
}
