//! How our pipelines are made: one layout for all of them, blending as egui does.

use super::compute;
use super::shader::{self, Shader};
use crate::explore::encoded::PlanePoint;
use crate::picture::{COLOR_ENTRIES, ColorMap};
use eframe::wgpu;

/// The pipelines of one target format and what they all bind.
pub(super) struct Pipelines {
    pub image: wgpu::RenderPipeline,
    pub tiles: wgpu::RenderPipeline,
    pub points: wgpu::RenderPipeline,
    /// 0 uniforms, 1 pixels, 2 colour maps, 3 sampler.
    pub picture_layout: wgpu::BindGroupLayout,
    /// 0 uniforms.
    pub points_layout: wgpu::BindGroupLayout,
    pub lookup: wgpu::TextureView,
    pub sampler: wgpu::Sampler,
}

impl Pipelines {
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue, format: wgpu::TextureFormat) -> Self {
        let texture = wgpu::BindingType::Texture {
            multisampled: false,
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
        };
        let uniform = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let layout = |label, types: &[wgpu::BindingType]| {
            compute::layout(device, label, wgpu::ShaderStages::VERTEX_FRAGMENT, types)
        };
        let picture_layout = layout("picture", &[uniform, texture, texture, sampler]);
        let points_layout = layout("points", &[uniform]);
        let instance = wgpu::VertexBufferLayout {
            array_stride: size_of::<PlanePoint>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Uint32],
        };
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("tiles"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        Self {
            image: pipeline(device, format, shader::IMAGE, &picture_layout, &[]),
            tiles: pipeline(device, format, shader::TILES, &picture_layout, &[]),
            points: pipeline(device, format, shader::POINTS, &points_layout, &[Some(instance)]),
            picture_layout,
            points_layout,
            lookup: lookup(device, queue),
            sampler,
        }
    }
}

impl Pipelines {
    /// What drawing one texture binds.
    pub fn bind_picture(
        &self,
        device: &wgpu::Device,
        uniforms: &wgpu::Buffer,
        pixels: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &self.picture_layout,
            entries: &[
                entry(0, uniforms.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(pixels)),
                entry(2, wgpu::BindingResource::TextureView(&self.lookup)),
                entry(3, wgpu::BindingResource::Sampler(&self.sampler)),
            ],
        })
    }
}

fn pipeline(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    shader: Shader,
    layout: &wgpu::BindGroupLayout,
    buffers: &[Option<wgpu::VertexBufferLayout<'_>>],
) -> wgpu::RenderPipeline {
    let label = Some(shader.name);
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label,
        source: wgpu::ShaderSource::Wgsl(shader.source.into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    // egui's own blending: colours are premultiplied, in gamma space.
    let blend = wgpu::BlendState {
        color: wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::One,
            dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
            operation: wgpu::BlendOperation::Add,
        },
        alpha: wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
            dst_factor: wgpu::BlendFactor::One,
            operation: wgpu::BlendOperation::Add,
        },
    };
    let fragment = if format.is_srgb() { "fs_linear" } else { "fs_gamma" };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label,
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vs_main"),
            compilation_options: Default::default(),
            buffers,
        },
        primitive: wgpu::PrimitiveState { topology: wgpu::PrimitiveTopology::TriangleStrip, ..Default::default() },
        depth_stencil: None,
        multisample: Default::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some(fragment),
            compilation_options: Default::default(),
            targets: &[Some(wgpu::ColorTargetState { format, blend: Some(blend), write_mask: wgpu::ColorWrites::ALL })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// All colour maps in one texture, a row each.
fn lookup(device: &wgpu::Device, queue: &wgpu::Queue) -> wgpu::TextureView {
    let rows = ColorMap::ALL.iter().flat_map(|map| map.table().iter());
    let bytes: Vec<u8> = rows.flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
    let size =
        wgpu::Extent3d { width: COLOR_ENTRIES as u32, height: ColorMap::ALL.len() as u32, depth_or_array_layers: 1 };
    let texture = device.create_texture(&texture_descriptor("colour maps", size, wgpu::TextureFormat::Rgba8Unorm));
    write(queue, &texture, size, 4, &bytes);
    texture.create_view(&Default::default())
}

/// A texture that is written from here and read by shaders.
pub(super) fn texture_descriptor(
    label: &str,
    size: wgpu::Extent3d,
    format: wgpu::TextureFormat,
) -> wgpu::TextureDescriptor<'_> {
    wgpu::TextureDescriptor {
        label: Some(label),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    }
}

/// Writes a whole texture of `channels` bytes a pixel.
pub(super) fn write(queue: &wgpu::Queue, texture: &wgpu::Texture, size: wgpu::Extent3d, channels: u32, bytes: &[u8]) {
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(channels * size.width),
        rows_per_image: Some(size.height),
    };
    queue.write_texture(texture.as_image_copy(), bytes, layout, size);
}
