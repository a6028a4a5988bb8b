//! What a compute pass takes by the adapter's own clock, without waiting: asked for in one frame, read in a later one.

use eframe::wgpu;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Two timestamps and their way back.
pub(super) struct Clock {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    mapped: wgpu::Buffer,
    period_ns: f32,
    state: State,
}

enum State {
    /// Nothing is under way.
    Idle,
    /// Recorded with so many floating-point operations, submitted by the next frame.
    Recorded(u64),
    /// On its way back; the flag says that it has come.
    Coming(u64, Arc<AtomicBool>),
}

/// What a pass took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lap {
    pub milliseconds: f32,
    pub flops: u64,
}

impl Clock {
    /// `None` where the device has no timestamps.
    pub fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Option<Self> {
        if !device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return None;
        }
        let buffer = |usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("decoder clock"),
                size: 2 * size_of::<u64>() as u64,
                usage,
                mapped_at_creation: false,
            })
        };
        Some(Self {
            set: device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("decoder clock"),
                ty: wgpu::QueryType::Timestamp,
                count: 2,
            }),
            resolved: buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
            mapped: buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST),
            period_ns: queue.get_timestamp_period(),
            state: State::Idle,
        })
    }

    /// Where the next pass writes its times; `None` while another's are on their way.
    pub fn writes(&self) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        matches!(self.state, State::Idle).then_some(wgpu::ComputePassTimestampWrites {
            query_set: &self.set,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        })
    }

    /// Sends the times of a pass with [`Self::writes`], which had so much to compute, on their way.
    pub fn resolve(&mut self, encoder: &mut wgpu::CommandEncoder, flops: u64) {
        encoder.resolve_query_set(&self.set, 0..2, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.mapped, 0, 2 * size_of::<u64>() as u64);
        self.state = State::Recorded(flops);
    }

    /// Once a frame: what an earlier pass took, if that has come.
    pub fn lap(&mut self) -> Option<Lap> {
        match &self.state {
            State::Idle => None,
            State::Recorded(flops) => {
                let come = Arc::new(AtomicBool::new(false));
                let flag = come.clone();
                self.mapped.map_async(wgpu::MapMode::Read, .., move |mapped| {
                    flag.store(mapped.is_ok(), Ordering::Release);
                });
                self.state = State::Coming(*flops, come);
                None
            }
            State::Coming(flops, come) => {
                if !come.load(Ordering::Acquire) {
                    return None;
                }
                let flops = *flops;
                let times = self.mapped.get_mapped_range(..).ok().map(|view| {
                    let times = view.chunks_exact(size_of::<u64>()).map(bytemuck::pod_read_unaligned::<u64>);
                    times.collect::<Vec<_>>()
                });
                self.mapped.unmap();
                self.state = State::Idle;
                match times.as_deref() {
                    Some([begin, end]) if end > begin => {
                        Some(Lap { milliseconds: (end - begin) as f32 * self.period_ns / 1e6, flops })
                    }
                    _ => None,
                }
            }
        }
    }
}
