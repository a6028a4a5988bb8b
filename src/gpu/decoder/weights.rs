//! A snapshot's weights on the GPU, twice: while one side is shown the other takes a newer snapshot.

use super::error::DecoderError;
use super::pipelines::{DecoderPipelines, guarded};
use crate::message::{Message, message};
use crate::nn::operations::MatmulShape;
use crate::snapshot::{Network, Operation, OperationKind};
use eframe::wgpu;

/// Operations' weights begin at multiples of so many values: 256 bytes, the largest alignment that is asked for.
const ALIGN: usize = 64;

/// Where each operation's weights lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    kinds: Vec<OperationKind>,
    /// First value and number of values; the latter 0 without weights.
    ranges: Vec<(usize, usize)>,
    values: usize,
}

impl Layout {
    /// Where the weights of a network lie.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn new(network: &Network) -> Result<Self, DecoderError> {
        let mut layout = Self { kinds: Vec::new(), ranges: Vec::new(), values: 0 };
        for operation in network.operations() {
            let uncountable = || DecoderError::Uncountable(Message::words(&operation.name));
            let as_they_are = || operation.kind.weights().checked_next_multiple_of(4);
            let values = operation.kind.matmul().map_or_else(as_they_are, |matmul| matmul.elements());
            let values = values.ok_or_else(uncountable)?;
            layout.kinds.push(operation.kind);
            layout.ranges.push((layout.values, values));
            let end = layout.values.checked_add(values).and_then(|end| end.checked_next_multiple_of(ALIGN));
            layout.values = end.ok_or_else(uncountable)?;
        }
        // Operations without weights bind the beginning.
        layout.values = layout.values.max(ALIGN);
        Ok(layout)
    }

    /// Checks the weights against an adapter's limits.
    fn check(&self, limits: &wgpu::Limits) -> Result<(), DecoderError> {
        let all = std::iter::once((message!("the weights"), self.values, limits.max_buffer_size));
        let binding = limits.max_storage_buffer_binding_size;
        let each = self.ranges.iter().zip(&self.kinds);
        let each = each.map(|((_, values), kind)| {
            (message!("the weights of {kind}", kind = format!("{kind:?}")), *values, binding)
        });
        for (what, values, limit) in all.chain(each) {
            let needed = bytes_of(values).ok_or_else(|| DecoderError::Uncountable(what.clone()))?;
            if needed > limit {
                return Err(DecoderError::TooLarge { what, needed, limit, unit: message!("bytes") });
            }
        }
        Ok(())
    }
}

fn bytes_of(values: usize) -> Option<u64> {
    u64::try_from(values).ok()?.checked_mul(4)
}

/// A snapshot's weights as they lie on the GPU. Packing copies them once, on any thread.
#[derive(Clone, Debug)]
pub struct Packed {
    step: u64,
    layout: Layout,
    values: Vec<f32>,
}

impl Packed {
    /// Packs a network's weights of one step.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn new(network: &Network, step: u64) -> Result<Self, DecoderError> {
        let layout = Layout::new(network)?;
        let mut values = vec![0.0; layout.values];
        for (operation, (first, count)) in network.operations().iter().zip(&layout.ranges) {
            let range = first.checked_add(*count).and_then(|end| values.get_mut(*first..end));
            match (operation.kind.matmul(), range) {
                (Some(matmul), Some(range)) => pack(operation, &matmul, range)
                    .ok_or_else(|| DecoderError::Uncountable(Message::words(&operation.name)))?,
                (None, Some(range)) => {
                    range.iter_mut().zip(&*operation.weight).for_each(|(target, source)| *target = *source);
                }
                (_, None) => {}
            }
        }
        Ok(Self { step, layout, values })
    }
}

/// Writes an operation's weights, then its biases, as they lie on the GPU into `out` (`[elements]`, zeros before).
fn pack(operation: &Operation, matmul: &MatmulShape, out: &mut [f32]) -> Option<()> {
    let (matrix, biases) = out.split_at_mut(matmul.weights()?.min(out.len()));
    operation.kind.pack(&operation.weight, matmul.stride()?, matrix);
    biases.iter_mut().zip(&*operation.bias).for_each(|(target, source)| *target = *source);
    Some(())
}

struct Side {
    buffer: wgpu::Buffer,
    /// An operation each.
    groups: Vec<wgpu::BindGroup>,
    step: Option<u64>,
}

/// Two sides of weights for networks of one shape.
pub struct Weights {
    layout: Layout,
    sides: [Side; 2],
    shown: usize,
}

impl Weights {
    /// Room for the weights of networks shaped as this one; nothing is uploaded yet.
    ///
    /// # Errors
    /// Where they do not fit the device's limits (before anything is allocated), or the device refuses.
    pub fn new(device: &wgpu::Device, pipelines: &DecoderPipelines, network: &Network) -> Result<Self, DecoderError> {
        Self::within(device, pipelines, network, &device.limits())
    }

    /// The same within limits that are lower than the device's own.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn within(
        device: &wgpu::Device,
        pipelines: &DecoderPipelines,
        network: &Network,
        limits: &wgpu::Limits,
    ) -> Result<Self, DecoderError> {
        let layout = Layout::new(network)?;
        layout.check(limits)?;
        let sides = guarded(device, message!("room for the weights"), || {
            [0; 2].map(|_| Side::new(device, pipelines, &layout))
        })?;
        Ok(Self { layout, sides, shown: 0 })
    }

    /// Uploads weights to the side that is not shown, and shows that one from now on. What was encoded before keeps the older
    /// weights, as long as it is submitted before the next upload but one.
    ///
    /// # Errors
    /// Where they are of a network of another shape, or the device refuses; then the older ones are shown on.
    pub fn upload(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, packed: &Packed) -> Result<(), DecoderError> {
        if packed.layout != self.layout {
            return Err(DecoderError::OtherNetwork);
        }
        let other = 1 - self.shown;
        if let Some(side) = self.sides.get_mut(other) {
            guarded(device, message!("the weights"), || {
                queue.write_buffer(&side.buffer, 0, bytemuck::cast_slice(&packed.values));
            })?;
            side.step = Some(packed.step);
            self.shown = other;
        }
        Ok(())
    }

    /// The step of the weights that are shown; `None` before the first upload.
    pub fn step(&self) -> Option<u64> {
        self.sides.get(self.shown).and_then(|side| side.step)
    }

    /// What each operation binds.
    ///
    /// # Errors
    /// Before the first upload, or where the operations are not of these kinds.
    pub(super) fn groups(&self, kinds: &[OperationKind]) -> Result<&[wgpu::BindGroup], DecoderError> {
        if self.layout.kinds != kinds {
            return Err(DecoderError::OtherNetwork);
        }
        let side = self.sides.get(self.shown).filter(|side| side.step.is_some());
        side.map(|side| &*side.groups).ok_or(DecoderError::NoWeights)
    }
}

impl Side {
    fn new(device: &wgpu::Device, pipelines: &DecoderPipelines, layout: &Layout) -> Self {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("decoder weights"),
            size: 4 * layout.values as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let group = |(first, values): &(usize, usize)| {
            let (first, values) = if *values == 0 { (0, ALIGN) } else { (*first, *values) };
            let resource = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer: &buffer,
                offset: 4 * first as u64,
                size: std::num::NonZeroU64::new(4 * values as u64),
            });
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("decoder weights"),
                layout: &pipelines.weights_layout,
                entries: &[wgpu::BindGroupEntry { binding: 0, resource }],
            })
        };
        let groups = layout.ranges.iter().map(group).collect();
        Self { buffer, groups, step: None }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::snapshot::Activation;

    #[test]
    fn columns_are_padded_to_four_and_biases_follow() {
        let operation = Operation::linear("a", 0, ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0]), Activation::Relu);
        let packed = Packed::new(&Network::new(3, vec![operation]).unwrap(), 0).unwrap();
        assert_eq!(packed.values[..12], [1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0, 0.0, 7.0, 8.0, 0.0, 0.0]);
    }
}
