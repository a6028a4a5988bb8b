//! The stages that write values into textures: decoded images into tiles, an operation's maps into a sheet.

use crate::gpu::compute::{dynamic_uniform, layout, pipeline, storage};
use crate::gpu::decoder::{DecoderError, guarded};
use crate::gpu::shader;
use crate::gpu::uniforms::TargetUniforms;
use crate::message::message;
use eframe::wgpu;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteStage {
    /// Images into the tiles of an atlas.
    Tile,
    /// The largest absolute value.
    Extent,
    /// Maps into a sheet, relative to it.
    Maps,
}

/// Their pipelines, all with one layout.
pub(super) struct Writer {
    tile: wgpu::ComputePipeline,
    extent: wgpu::ComputePipeline,
    maps: wgpu::ComputePipeline,
    /// 0 uniforms, 1 what is read, 2 the texture, 3 the largest value.
    layout: wgpu::BindGroupLayout,
}

/// What one dispatch reads and writes.
pub(super) struct Binding<'a> {
    pub uniforms: &'a wgpu::Buffer,
    pub values: &'a wgpu::Buffer,
    pub texels: &'a wgpu::TextureView,
    pub largest: &'a wgpu::Buffer,
}

impl Writer {
    /// Compiles them: not for a frame.
    ///
    /// # Errors
    /// Where the device refuses one.
    pub fn new(device: &wgpu::Device) -> Result<Self, DecoderError> {
        guarded(device, message!("the pipelines that write tiles"), || {
            let texels = wgpu::BindingType::StorageTexture {
                access: wgpu::StorageTextureAccess::WriteOnly,
                format: wgpu::TextureFormat::Rgba8Unorm,
                view_dimension: wgpu::TextureViewDimension::D2,
            };
            let types = [dynamic_uniform::<TargetUniforms>(), storage(true), texels, storage(false)];
            let layout = layout(device, "tiles", wgpu::ShaderStages::COMPUTE, &types);
            let make = |shader| pipeline(device, &[Some(&layout)], shader);
            let (tile, extent, maps) = (make(shader::TILE), make(shader::EXTENT), make(shader::MAPS));
            Self { tile, extent, maps, layout }
        })
    }

    /// The pipeline of a stage.
    pub fn of(&self, stage: WriteStage) -> &wgpu::ComputePipeline {
        match stage {
            WriteStage::Tile => &self.tile,
            WriteStage::Extent => &self.extent,
            WriteStage::Maps => &self.maps,
        }
    }

    /// What a dispatch binds; its uniforms are chosen by a dynamic offset.
    pub fn bind(&self, device: &wgpu::Device, binding: &Binding<'_>) -> wgpu::BindGroup {
        let uniforms = wgpu::BufferBinding {
            buffer: binding.uniforms,
            offset: 0,
            size: std::num::NonZeroU64::new(size_of::<TargetUniforms>() as u64),
        };
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("tiles"),
            layout: &self.layout,
            entries: &[
                entry(0, wgpu::BindingResource::Buffer(uniforms)),
                entry(1, binding.values.as_entire_binding()),
                entry(2, wgpu::BindingResource::TextureView(binding.texels)),
                entry(3, binding.largest.as_entire_binding()),
            ],
        })
    }
}
