//! Arithmetic before anything is allocated: how many images at a time fit the adapter's limits, and what is dispatched.

use super::dispatch::Dispatch;
use super::error::DecoderError;
use super::shaders::{SHARED_BYTES, THREADS};
use super::uniforms::StageUniforms;
use crate::message::{Message, message};
use crate::snapshot::{Network, Operation, OperationKind};
use eframe::wgpu;

/// Bytes of values between operations that are held at most, as long as more than one image fits at a time.
const SCRATCH_BYTES: u64 = 256 << 20;
/// Bytes of one binding at most, whatever the adapter allows: addresses are 32 bits.
const BINDING_BYTES: u64 = 1 << 31;
/// Bytes that buffers are rounded up to.
const ROUND: u64 = 256;

/// The part of a buffer that is bound, and at which of its values (not bytes) the first example begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferWindow {
    /// First byte, as the adapter wants it aligned.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// The first example's first value.
    pub base: u32,
}

/// Some of the images, decoded together.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The first image.
    pub first: usize,
    /// How many.
    pub examples: usize,
    /// What of the latents is bound.
    pub input: BufferWindow,
    /// What of the images is bound.
    pub output: BufferWindow,
    /// An operation each, in order.
    pub dispatches: Vec<Dispatch>,
}

/// How a number of images is decoded by a network.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeSchedule {
    /// Images.
    pub count: usize,
    /// Values an example: of the latent, then of what each operation gives.
    pub values: Vec<usize>,
    /// Which values each operation reads, the same twice where it reads one: 0 the latent, `i + 1` what operation `i` gave.
    pub reads: Vec<[usize; 2]>,
    /// What the operations are: weights of the same kinds fit.
    pub kinds: Vec<OperationKind>,
    /// In order.
    pub chunks: Vec<Chunk>,
}

impl DecodeSchedule {
    /// Plans `count` images of `network`, as many at a time as fit the limits.
    ///
    /// # Errors
    /// Where not even one image fits, and what of it does not.
    pub fn new(network: &Network, count: usize, limits: &wgpu::Limits) -> Result<Self, DecoderError> {
        Self::in_chunks(network, count, count, limits)
    }

    /// The same with at most `at_most` images at a time, so that a frame can encode some of them only.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn in_chunks(
        network: &Network,
        count: usize,
        at_most: usize,
        limits: &wgpu::Limits,
    ) -> Result<Self, DecoderError> {
        check_compute(limits)?;
        if count == 0 {
            return Err(DecoderError::NoExamples);
        }
        let sizes = Sizes::new(network, limits);
        sizes.check_whole(count)?;
        sizes.check_chunk(1)?;
        let (mut fits, mut most) = (1, count.min(at_most.max(1)));
        while fits < most {
            let middle = fits + (most - fits).div_ceil(2);
            match sizes.check_chunk(middle) {
                Ok(()) => fits = middle,
                Err(_) => most = middle - 1,
            }
        }
        let chunk = count.div_ceil(count.div_ceil(fits));
        let chunks = (0..count).step_by(chunk).map(|first| sizes.chunk(first, chunk.min(count - first)));
        Ok(Self {
            count,
            chunks: chunks.collect::<Result<_, _>>()?,
            reads: network.operations().iter().map(Sizes::read_by).collect(),
            kinds: network.operations().iter().map(|operation| operation.kind).collect(),
            values: sizes.values,
        })
    }

    /// Images at a time.
    pub fn chunk(&self) -> usize {
        self.chunks.first().map_or(0, |chunk| chunk.examples)
    }

    /// Bytes of the buffer that holds a value: of all images for latents and output, of a chunk between them.
    ///
    /// # Errors
    /// Where they overflow: not after a schedule was made.
    pub fn buffer_bytes(&self, value: usize) -> Result<u64, DecoderError> {
        let whole = value == 0 || value + 1 == self.values.len();
        let examples = if whole { self.count } else { self.chunk() };
        let values = self.values.get(value).copied().unwrap_or(0);
        bytes(examples, values).ok_or_else(|| DecoderError::Uncountable(message!("value {value}", value)))
    }
}

/// What chunks are measured by.
struct Sizes<'a> {
    network: &'a Network,
    values: Vec<usize>,
    limits: &'a wgpu::Limits,
    binding: u64,
    align: u64,
}

impl<'a> Sizes<'a> {
    fn new(network: &'a Network, limits: &'a wgpu::Limits) -> Self {
        let outputs = network.operations().iter().map(Operation::outputs);
        Self {
            network,
            values: std::iter::once(network.input()).chain(outputs).collect(),
            limits,
            binding: limits.max_storage_buffer_binding_size.min(BINDING_BYTES),
            align: u64::from(limits.min_storage_buffer_offset_alignment).max(16),
        }
    }

    fn read_by(operation: &Operation) -> [usize; 2] {
        let first = operation.inputs.first().copied().unwrap_or(0);
        [first, operation.inputs.get(1).copied().unwrap_or(first)]
    }

    /// The latent, or the operation that gives a value.
    fn name(&self, value: usize) -> Message {
        let given = value.checked_sub(1).and_then(|index| self.network.operations().get(index));
        given.map_or_else(|| message!("the latent"), |operation| Message::words(&operation.name))
    }

    fn ends(&self) -> [usize; 2] {
        [0, self.values.len() - 1]
    }

    /// Latents and output of all images are one buffer each.
    fn check_whole(&self, count: usize) -> Result<(), DecoderError> {
        for value in self.ends() {
            let what = || message!("{name} of {count} images", name = self.name(value), count);
            let needed = self.values.get(value).and_then(|values| bytes(count, *values));
            let needed = needed.ok_or_else(|| DecoderError::Uncountable(what()))?;
            within(needed, self.limits.max_buffer_size, what)?;
        }
        Ok(())
    }

    /// Whether so many examples fit at a time.
    fn check_chunk(&self, examples: usize) -> Result<(), DecoderError> {
        let mut scratch = 0u64;
        for (value, values) in self.values.iter().enumerate() {
            let what = || message!("{name} of one image", name = self.name(value));
            let needed = bytes(examples, *values).ok_or_else(|| DecoderError::Uncountable(what()))?;
            if self.ends().contains(&value) {
                // A window begins before its first value and ends after its last.
                within(needed.saturating_add(self.align), self.binding, what)?;
            } else {
                within(needed, self.binding.min(self.limits.max_buffer_size), what)?;
                scratch = scratch.saturating_add(needed);
            }
        }
        if examples > 1 {
            within(scratch, SCRATCH_BYTES, || message!("the values between operations"))?;
        }
        for (index, operation) in self.network.operations().iter().enumerate() {
            Dispatch::new(index, operation, examples, self.limits)?;
        }
        Ok(())
    }

    fn window(&self, value: usize, first: usize, examples: usize) -> Result<BufferWindow, DecoderError> {
        let values = self.values.get(value).copied().unwrap_or(0);
        let byte = |example: usize| u64::try_from(example.checked_mul(values)?).ok()?.checked_mul(4);
        let ends = byte(first).zip(first.checked_add(examples).and_then(byte));
        let (start, end) = ends.ok_or_else(|| DecoderError::Uncountable(self.name(value)))?;
        let offset = start / self.align * self.align;
        let base = u32::try_from((start - offset) / 4).map_err(|_| DecoderError::Uncountable(self.name(value)))?;
        Ok(BufferWindow { offset, size: (end - offset).next_multiple_of(16), base })
    }

    fn chunk(&self, first: usize, examples: usize) -> Result<Chunk, DecoderError> {
        let [start, end] = self.ends();
        let (input, output) = (self.window(start, first, examples)?, self.window(end, first, examples)?);
        let operations = self.network.operations().iter().enumerate();
        let dispatches = operations.map(|(index, operation)| {
            let mut dispatch = Dispatch::new(index, operation, examples, self.limits)?;
            let [first, second] = Self::read_by(operation).map(|value| if value == start { input.base } else { 0 });
            (dispatch.uniforms.input_base, dispatch.uniforms.second_base) = (first, second);
            if index + 1 == end {
                dispatch.uniforms.output_base = output.base;
            }
            Ok(dispatch)
        });
        Ok(Chunk { first, examples, input, output, dispatches: dispatches.collect::<Result<_, DecoderError>>()? })
    }
}

/// Bytes of so many values, rounded up as buffers are.
fn bytes(examples: usize, values: usize) -> Option<u64> {
    let bytes = u64::try_from(examples.checked_mul(values)?).ok()?.checked_mul(4)?;
    bytes.max(1).checked_next_multiple_of(ROUND)
}

fn within(needed: u64, limit: u64, what: impl Fn() -> Message) -> Result<(), DecoderError> {
    match needed <= limit {
        true => Ok(()),
        false => Err(DecoderError::TooLarge { what: what(), needed, limit, unit: message!("bytes") }),
    }
}

/// Whether the stages can run at all within an adapter's limits.
///
/// # Errors
/// Names the first limit that is too low.
pub fn check_compute(limits: &wgpu::Limits) -> Result<(), DecoderError> {
    let needs = [
        (message!("workgroups a dispatch"), limits.max_compute_workgroups_per_dimension, 1),
        (message!("threads a workgroup"), limits.max_compute_invocations_per_workgroup, THREADS),
        (message!("threads a workgroup in one dimension"), limits.max_compute_workgroup_size_x, THREADS),
        (message!("bytes of memory a workgroup"), limits.max_compute_workgroup_storage_size, SHARED_BYTES),
        (message!("storage buffers a stage"), limits.max_storage_buffers_per_shader_stage, 4),
        (message!("dynamic uniform buffers"), limits.max_dynamic_uniform_buffers_per_pipeline_layout, 1),
        (message!("bind groups"), limits.max_bind_groups, 2),
    ];
    for (what, found, expected) in needs {
        if found < expected {
            return Err(DecoderError::NoCompute { what, found: found.into(), expected: expected.into() });
        }
    }
    let (found, expected) = (limits.max_uniform_buffer_binding_size, size_of::<StageUniforms>() as u64);
    match found >= expected {
        true => Ok(()),
        false => Err(DecoderError::NoCompute { what: message!("bytes of uniforms"), found, expected }),
    }
}
