//! The buffers of a schedule: latents, the values between operations, images, and every dispatch's uniforms.

use super::error::DecoderError;
use super::pipelines::{DecoderPipelines, guarded};
use super::schedule::{BufferWindow, Chunk, DecodeSchedule};
use super::uniforms::StageUniforms;
use crate::message::message;
use crate::snapshot::Network;
use eframe::wgpu;

/// What one network's images of one number are decoded in. It holds for any weights of the same shape.
pub struct Plan {
    schedule: DecodeSchedule,
    /// Latents, what each operation gives for a chunk, images.
    values: Vec<wgpu::Buffer>,
    /// For each chunk, what each operation binds.
    groups: Vec<Vec<wgpu::BindGroup>>,
    /// Bytes from one dispatch's uniforms to the next's.
    uniform_stride: u32,
}

impl Plan {
    /// Makes the buffers for `count` images of a network on this device, and nothing where they do not fit.
    ///
    /// # Errors
    /// Where one image alone is more than the device's limits, or the device refuses.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipelines: &DecoderPipelines,
        network: &Network,
        count: usize,
    ) -> Result<Self, DecoderError> {
        Self::of(device, queue, pipelines, DecodeSchedule::new(network, count, &device.limits())?)
    }

    /// Makes the buffers of a schedule.
    ///
    /// # Errors
    /// Where the device refuses.
    pub fn of(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        pipelines: &DecoderPipelines,
        schedule: DecodeSchedule,
    ) -> Result<Self, DecoderError> {
        let limits = device.limits();
        let size = size_of::<StageUniforms>();
        let stride = size.next_multiple_of((limits.min_uniform_buffer_offset_alignment as usize).max(4));
        let dispatches = schedule.chunks.iter().flat_map(|chunk| &chunk.dispatches);
        let mut block = vec![0u8; dispatches.clone().count().saturating_mul(stride)];
        for (slot, dispatch) in block.chunks_exact_mut(stride).zip(dispatches) {
            let bytes = bytemuck::bytes_of(&dispatch.uniforms);
            slot.iter_mut().zip(bytes).for_each(|(target, source)| *target = *source);
        }
        let uncountable = || DecoderError::Uncountable(message!("the uniforms"));
        let uniform_stride = u32::try_from(stride).map_err(|_| uncountable())?;
        u32::try_from(block.len()).map_err(|_| uncountable())?;
        if block.len() as u64 > limits.max_buffer_size {
            let (needed, limit) = (block.len() as u64, limits.max_buffer_size);
            return Err(DecoderError::TooLarge {
                what: message!("the uniforms"),
                needed,
                limit,
                unit: message!("bytes"),
            });
        }
        let sizes: Vec<u64> =
            (0..schedule.values.len()).map(|value| schedule.buffer_bytes(value)).collect::<Result<_, _>>()?;
        guarded(device, message!("room for the images"), || {
            let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
            let values: Vec<_> = sizes.iter().map(|size| buffer(device, "decoder values", *size, usage)).collect();
            let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
            let uniforms = buffer(device, "decoder uniforms", block.len() as u64, usage);
            queue.write_buffer(&uniforms, 0, &block);
            let binding = Binding { device, pipelines, schedule: &schedule, values: &values, uniforms: &uniforms };
            let groups = schedule.chunks.iter().map(|chunk| binding.groups(chunk)).collect();
            Self { values, groups, uniform_stride, schedule }
        })
    }

    /// What is done in which order.
    pub fn schedule(&self) -> &DecodeSchedule {
        &self.schedule
    }

    /// Writes the latents `[n, latent]` of `n` images from image `first` on; they take effect with the next submit.
    ///
    /// # Errors
    /// Where they are not whole latents of images that were planned, or the device refuses.
    pub fn write_latents(
        &self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        first: usize,
        latents: &[f32],
    ) -> Result<(), DecoderError> {
        let latent = self.schedule.values.first().copied().unwrap_or(0);
        let room = self.schedule.count.saturating_sub(first).saturating_mul(latent);
        let fits = latents.len() <= room && latents.len().is_multiple_of(latent.max(1));
        let offset = first.checked_mul(latent).and_then(|value| u64::try_from(value).ok()?.checked_mul(4));
        match (self.values.first(), offset) {
            (Some(buffer), Some(offset)) if fits => guarded(device, message!("the latents"), || {
                queue.write_buffer(buffer, offset, bytemuck::cast_slice(latents));
            }),
            _ => Err(DecoderError::Latents { latent, room, found: latents.len() }),
        }
    }

    /// The buffer of a value: 0 the latents, the last one the images, both of all images, `[count, values]`; between them
    /// what operation `value - 1` gave for the last chunk that was encoded, maps channels last.
    pub fn value(&self, value: usize) -> Option<&wgpu::Buffer> {
        self.values.get(value)
    }

    /// The images, `[count, values]`, planes as the network gives them.
    pub fn output(&self) -> Option<&wgpu::Buffer> {
        self.values.last()
    }

    /// What a chunk's operations bind, and where its first uniforms begin.
    pub(super) fn chunk(&self, index: usize) -> Option<(&Chunk, &[wgpu::BindGroup], u32)> {
        let (chunk, groups) = (self.schedule.chunks.get(index)?, self.groups.get(index)?);
        let slot = index.checked_mul(self.schedule.kinds.len())?;
        Some((chunk, groups, u32::try_from(slot).ok()?.checked_mul(self.uniform_stride)?))
    }

    /// Bytes from one dispatch's uniforms to the next's.
    pub(super) fn uniform_stride(&self) -> u32 {
        self.uniform_stride
    }
}

fn buffer(device: &wgpu::Device, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
}

/// What bind groups are made of.
struct Binding<'a> {
    device: &'a wgpu::Device,
    pipelines: &'a DecoderPipelines,
    schedule: &'a DecodeSchedule,
    values: &'a [wgpu::Buffer],
    uniforms: &'a wgpu::Buffer,
}

impl Binding<'_> {
    fn groups(&self, chunk: &Chunk) -> Vec<wgpu::BindGroup> {
        let reads = self.schedule.reads.iter();
        reads.enumerate().filter_map(|(index, read)| self.group(chunk, *read, index + 1)).collect()
    }

    fn group(&self, chunk: &Chunk, [first, second]: [usize; 2], written: usize) -> Option<wgpu::BindGroup> {
        let uniforms = BufferWindow { offset: 0, size: size_of::<StageUniforms>() as u64, base: 0 };
        let input = |value: usize| (value == 0).then_some(chunk.input);
        let output = (written + 1 == self.values.len()).then_some(chunk.output);
        Some(self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("decoder values"),
            layout: &self.pipelines.values_layout,
            entries: &[
                entry(0, self.uniforms, Some(uniforms)),
                entry(1, self.values.get(first)?, input(first)),
                entry(2, self.values.get(written)?, output),
                entry(3, self.values.get(second)?, input(second)),
            ],
        }))
    }
}

fn entry(binding: u32, buffer: &wgpu::Buffer, window: Option<BufferWindow>) -> wgpu::BindGroupEntry<'_> {
    let resource = match window {
        Some(BufferWindow { offset, size, .. }) => {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: std::num::NonZeroU64::new(size) })
        }
        None => buffer.as_entire_binding(),
    };
    wgpu::BindGroupEntry { binding, resource }
}
