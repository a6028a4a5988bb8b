//! What a frame computes, put together first and recorded then: one compute pass.

use super::clock::Clock;
use super::link::Tools;
use super::model::{DeviceModel, ModelFault};
use super::writer::{Binding, WriteStage};
use crate::dataset::ImageShape;
use crate::explore::lens::MapSheet;
use crate::gpu::decoder::record;
use crate::gpu::uniforms::TargetUniforms;
use crate::model::{ModelId, PerModel};
use eframe::wgpu;
use std::ops::Range;
use std::sync::Arc;

/// Threads of a workgroup that writes.
const THREADS: u64 = 64;
/// Writes of one frame at most.
const MOST_WRITES: usize = 64;

/// Which of a model's plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlanOf {
    Cursor,
    Tiles,
}

/// Something that is recorded.
enum Recorded {
    /// Chunks of a model's plan.
    Decode { model: ModelId, plan: PlanOf, chunks: Range<usize> },
    /// A write, with its uniforms at an offset.
    Write { stage: WriteStage, group: wgpu::BindGroup, offset: u32, workgroups: [u32; 2] },
}

/// The buffers that all writes share.
#[derive(Clone)]
pub(super) struct SharedBuffers {
    /// The uniforms of a frame's writes, one after another.
    uniforms: wgpu::Buffer,
    /// Bytes from one to the next.
    stride: u32,
    /// The largest absolute value of an operation.
    largest: wgpu::Buffer,
}

impl SharedBuffers {
    pub fn new(device: &wgpu::Device) -> Self {
        let alignment = device.limits().min_uniform_buffer_offset_alignment.max(4);
        let stride = (size_of::<TargetUniforms>() as u32).next_multiple_of(alignment);
        let buffer = |label, size, usage| {
            device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
        };
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        Self {
            uniforms: buffer("tile uniforms", u64::from(stride) * MOST_WRITES as u64, usage),
            stride,
            largest: buffer("largest value", 256, wgpu::BufferUsages::STORAGE),
        }
    }
}

/// What a frame is put together from.
pub(super) struct Recording<'a> {
    pub device: &'a wgpu::Device,
    pub queue: &'a wgpu::Queue,
    pub tools: Arc<Tools>,
    shared: SharedBuffers,
    steps: Vec<Recorded>,
    uniforms: Vec<u8>,
    /// Chunks of each model's tiles that places have taken of this frame: what one writes there another must not.
    pub tile_chunks: PerModel<usize>,
    /// Floating-point operations of it all.
    pub flops: u64,
    /// Whether something is asked for that is left for the next frame.
    pub unfinished: bool,
}

impl<'a> Recording<'a> {
    pub fn new(
        (device, queue): (&'a wgpu::Device, &'a wgpu::Queue),
        tools: &Arc<Tools>,
        shared: &SharedBuffers,
    ) -> Self {
        Self {
            device,
            queue,
            tools: tools.clone(),
            shared: shared.clone(),
            steps: Vec::new(),
            uniforms: Vec::new(),
            tile_chunks: PerModel::default(),
            flops: 0,
            unfinished: false,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether one place's writes fit the frame.
    pub fn has_room(&self) -> bool {
        self.uniforms.len() / (self.shared.stride as usize).max(1) + 4 <= MOST_WRITES
    }

    /// Decodes chunks of a model's plan.
    pub fn decode(&mut self, model: ModelId, plan: PlanOf, chunks: Range<usize>) {
        self.steps.push(Recorded::Decode { model, plan, chunks });
    }

    /// Writes values into a texture, a thread a pixel.
    pub fn write(
        &mut self,
        stage: WriteStage,
        pixels: usize,
        target: TargetUniforms,
        values: &wgpu::Buffer,
        texels: &wgpu::TextureView,
    ) {
        let offset = u32::try_from(self.uniforms.len()).unwrap_or(0);
        self.uniforms.extend_from_slice(bytemuck::bytes_of(&target));
        self.uniforms.resize(offset as usize + self.shared.stride as usize, 0);
        let most = u64::from(self.device.limits().max_compute_workgroups_per_dimension).max(1);
        let groups = if stage == WriteStage::Extent { 1 } else { (pixels as u64).div_ceil(THREADS) };
        let rows = groups.div_ceil(most).max(1);
        let workgroups = [groups.div_ceil(rows), rows].map(|x| u32::try_from(x).unwrap_or(u32::MAX));
        let SharedBuffers { uniforms, largest, .. } = &self.shared;
        let group = self.tools.writer.bind(self.device, &Binding { uniforms, values, texels, largest });
        self.steps.push(Recorded::Write { stage, group, offset, workgroups });
    }

    /// Records all of it into one compute pass of an encoder of its own.
    ///
    /// # Errors
    /// Where a model's weights do not fit its plan.
    pub fn finish(
        self,
        models: &PerModel<DeviceModel>,
        clock: &mut Option<Clock>,
    ) -> Result<wgpu::CommandBuffer, ModelFault> {
        self.queue.write_buffer(&self.shared.uniforms, 0, &self.uniforms);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        let stamps = clock.as_ref().and_then(Clock::writes);
        let stamped = stamps.is_some();
        {
            let label = Some("a frame's decoding");
            let descriptor = wgpu::ComputePassDescriptor { label, timestamp_writes: stamps };
            let mut pass = encoder.begin_compute_pass(&descriptor);
            for step in &self.steps {
                match step {
                    Recorded::Decode { model: id, plan, chunks } => {
                        let Some(model) = models.get(*id) else { continue };
                        let plan = match plan {
                            PlanOf::Cursor => Some(&model.cursor),
                            PlanOf::Tiles => model.tiles(),
                        };
                        if let Some(plan) = plan {
                            record(&mut pass, &self.tools.pipelines, plan, &model.weights, chunks.clone())
                                .map_err(|error| ModelFault { model: *id, error })?;
                        }
                    }
                    Recorded::Write { stage, group, offset, workgroups: [x, y] } => {
                        pass.set_pipeline(self.tools.writer.of(*stage));
                        pass.set_bind_group(0, group, &[*offset]);
                        pass.dispatch_workgroups(*x, *y, 1);
                    }
                }
            }
        }
        if let (true, Some(clock)) = (stamped, clock) {
            clock.resolve(&mut encoder, self.flops);
        }
        Ok(encoder.finish())
    }
}

fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Examples `examples` of a plan's output as tiles of `size` from tile number `tiles.start` on, `columns` in a row, each
/// pixel the mean of a square with the side `reduction`.
pub(super) fn tile_target(
    image: ImageShape,
    examples: Range<usize>,
    (first_tile, columns): (usize, usize),
    ([width, height], reduction): ([usize; 2], usize),
) -> TargetUniforms {
    TargetUniforms {
        base: small(examples.start * image.values()),
        count: small(examples.len()),
        first: small(first_tile),
        columns: small(columns),
        width: small(image.width),
        height: small(image.height),
        channels: small(image.channels),
        tile_width: small(width),
        tile_height: small(height),
        reduction: small(reduction),
        ..TargetUniforms::default()
    }
}

/// What an operation gave for the cursor, side by side.
pub(super) fn maps_target(sheet: &MapSheet) -> TargetUniforms {
    TargetUniforms {
        count: small(sheet.maps),
        columns: small(sheet.columns),
        width: small(sheet.width),
        height: small(sheet.height),
        map_stride: small(sheet.map_stride),
        place_stride: small(sheet.place_stride),
        values: small(sheet.elements),
        ..TargetUniforms::default()
    }
}
