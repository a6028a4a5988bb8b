//! The buffers of encoded points: one that is drawn, and one that the next points arrive in, a piece a frame.

use crate::explore::encoded::{EncodedPoints, PlanePoint};
use eframe::wgpu;
use std::borrow::Cow;
use std::sync::Arc;

/// The most points that are uploaded in one frame: 2 MiB of them.
pub(super) const PIECE: usize = (2 << 20) / size_of::<PlanePoint>();

/// Bytes of a buffer that is kept for however few points: first slices and all points come in turn.
const SPARE: u64 = 16 << 20;

/// Instead of the id of points that are drawn, while others are on their way.
pub(super) const COMING: u64 = u64::MAX;

/// Points on the GPU, and those on their way to it.
pub(super) struct PointBuffers {
    pub bind_group: wgpu::BindGroup,
    drawn: Option<Drawn>,
    coming: Option<Coming>,
    /// The buffer of the points before, for those to come.
    spare: Option<wgpu::Buffer>,
}

/// Points that have arrived.
struct Drawn {
    id: u64,
    buffer: wgpu::Buffer,
    count: u32,
}

/// Points of which the first `written` have arrived.
struct Coming {
    points: Arc<EncodedPoints>,
    buffer: wgpu::Buffer,
    /// Of so many points one is drawn: 1, unless all of them are more than the device can hold.
    stride: usize,
    written: usize,
}

impl Coming {
    fn count(&self) -> usize {
        self.points.count().div_ceil(self.stride)
    }
}

impl PointBuffers {
    pub fn new(bind_group: wgpu::BindGroup) -> Self {
        Self { bind_group, drawn: None, coming: None, spare: None }
    }

    /// The id of the points that are drawn, 0 for none; [`COMING`] while others are on their way.
    pub fn settled(&self) -> u64 {
        match (&self.coming, &self.drawn) {
            (Some(_), _) => COMING,
            (None, drawn) => drawn.as_ref().map_or(0, |drawn| drawn.id),
        }
    }

    /// Brings the points one piece nearer to being drawn; gives whether that was an upload. What is on its way arrives
    /// before newer points begin: where these keep coming, something new is drawn nevertheless.
    pub fn advance(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        points: &Arc<EncodedPoints>,
        warned: &mut bool,
    ) -> bool {
        let mut coming = match self.coming.take() {
            Some(coming) => coming,
            None if self.settled() == points.id => return false,
            None => self.begin(device, points, warned),
        };
        let to = coming.count().min(coming.written + PIECE);
        let piece = thinned(&coming.points.points, coming.stride, coming.written, to);
        let place = (coming.written * size_of::<PlanePoint>()) as u64;
        queue.write_buffer(&coming.buffer, place, bytemuck::cast_slice(&piece));
        coming.written = to;
        if to < coming.count() {
            self.coming = Some(coming);
        } else {
            let drawn = Drawn { id: coming.points.id, buffer: coming.buffer, count: to as u32 };
            self.spare = self.drawn.replace(drawn).map(|before| before.buffer);
        }
        true
    }

    fn begin(&mut self, device: &wgpu::Device, points: &Arc<EncodedPoints>, warned: &mut bool) -> Coming {
        let most = (device.limits().max_buffer_size as usize / size_of::<PlanePoint>()).max(1);
        let stride = points.count().div_ceil(most).max(1);
        if stride > 1 && !std::mem::replace(warned, true) {
            let count = points.count();
            tracing::warn!(count, most, "more points than this device can hold: one of {stride} is drawn");
        }
        let needed = (points.count().div_ceil(stride).max(1) * size_of::<PlanePoint>()) as u64;
        let fits = |buffer: &wgpu::Buffer| (needed..=SPARE.max(4 * needed)).contains(&buffer.size());
        let buffer = self.spare.take().filter(fits).unwrap_or_else(|| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("points"),
                size: needed,
                usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        });
        Coming { points: points.clone(), buffer, stride, written: 0 }
    }

    /// Draws the points that have arrived.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'static>) {
        if let Some(drawn) = &self.drawn {
            pass.set_bind_group(0, &self.bind_group, &[]);
            pass.set_vertex_buffer(0, drawn.buffer.slice(..));
            pass.draw(0..4, 0..drawn.count);
        }
    }
}

/// Those from `from` to `to` of the points that are left where one of `stride` is.
fn thinned(points: &[PlanePoint], stride: usize, from: usize, to: usize) -> Cow<'_, [PlanePoint]> {
    match stride {
        1 => points.get(from..to).unwrap_or_default().into(),
        _ => points.iter().step_by(stride).skip(from).take(to - from).copied().collect(),
    }
}
