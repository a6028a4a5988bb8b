//! Reading a buffer back, for tests and measurements alone: it waits for the GPU, which no frame may.

use super::error::DecoderError;
use super::pipelines::guarded;
use crate::message::message;
use bytemuck::Pod;
use eframe::wgpu;
use std::sync::mpsc;
use std::time::Duration;

/// How long the device may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The first `count` values of a buffer, once everything submitted before is done.
///
/// # Errors
/// Where the buffer is smaller, or the device is lost or takes too long.
pub fn read_back<T: Pod>(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    buffer: &wgpu::Buffer,
    count: usize,
) -> Result<Vec<T>, DecoderError> {
    let unreadable = |reason: String| DecoderError::Unreadable(reason);
    let size = count.checked_mul(size_of::<T>()).map(|bytes| bytes as u64);
    let size = size.ok_or_else(|| DecoderError::Uncountable(message!("what is read back")))?;
    let staging = guarded(device, message!("a copy of its results"), || {
        let staging = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read back"),
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, size);
        queue.submit([encoder.finish()]);
        staging
    })?;
    let (sender, receiver) = mpsc::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
    wait(device)?;
    // Another thread that waits for the same device may be the one that says it.
    let mapped = receiver.recv_timeout(PATIENCE).map_err(|error| unreadable(error.to_string()))?;
    mapped.map_err(|error| unreadable(error.to_string()))?;
    let view = staging.get_mapped_range(..).map_err(|error| unreadable(error.to_string()))?;
    // The bytes have the alignment of bytes.
    let bytes = view.chunks_exact(size_of::<T>().max(1));
    Ok(bytes.map(bytemuck::pod_read_unaligned).collect())
}

/// Waits until everything submitted is done.
///
/// # Errors
/// Where the device is lost or takes too long.
pub fn wait(device: &wgpu::Device) -> Result<(), DecoderError> {
    let wait = wgpu::PollType::Wait { submission_index: None, timeout: Some(PATIENCE) };
    device.poll(wait).map(|_| ()).map_err(|error| DecoderError::Unreadable(error.to_string()))
}
