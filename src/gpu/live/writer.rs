//! The stages that write values into textures: decoded images into tiles, an operation's maps into a sheet.

use crate::gpu::decoder::{DecoderError, guarded};
use crate::gpu::shader::{self, Shader};
use crate::gpu::uniforms::Target;
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
        guarded(device, "the pipelines that write tiles", || {
            let layout = layout(device);
            let whole = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("tiles"),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let make = |shader| pipeline(device, &whole, shader);
            Self { tile: make(shader::TILE), extent: make(shader::EXTENT), maps: make(shader::MAPS), layout }
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
            size: std::num::NonZeroU64::new(size_of::<Target>() as u64),
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

fn layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let storage = |read_only| wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Storage { read_only },
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let types = [
        wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: true,
            min_binding_size: std::num::NonZeroU64::new(size_of::<Target>() as u64),
        },
        storage(true),
        wgpu::BindingType::StorageTexture {
            access: wgpu::StorageTextureAccess::WriteOnly,
            format: wgpu::TextureFormat::Rgba8Unorm,
            view_dimension: wgpu::TextureViewDimension::D2,
        },
        storage(false),
    ];
    let entries: Vec<_> = (0u32..)
        .zip(types)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty,
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("tiles"), entries: &entries })
}

fn pipeline(device: &wgpu::Device, layout: &wgpu::PipelineLayout, shader: Shader) -> wgpu::ComputePipeline {
    let label = Some(shader.name);
    let source = wgpu::ShaderSource::Wgsl(shader.source.into());
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label, source });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label,
        layout: Some(layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: Default::default(),
        cache: None,
    })
}
