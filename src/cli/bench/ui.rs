//! `bench ui`: what one frame costs. The real app off-screen: `logic`, `ui`, tessellation and the paint callbacks'
//! `prepare` on a device without a window; nothing is presented.

use crate::app::{Session, Start};
use crate::explore::encoded::{EncodedPoints, Encoding};
use crate::gpu;
use crate::trainer::MetricId;
use crate::ui::command::ModelCommand;
use crate::ui::slot::Slot;
use eframe::egui::{Context, Event, Pos2, RawInput, Rect, Vec2};
use eframe::{egui_wgpu, wgpu};
use serde::Serialize;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// Points put into each curve before measuring.
pub const CURVE_POINTS: u64 = 100_000;
/// Points put on the plane before measuring: the encoded test images, repeated with a little noise in their means.
pub const PLANE_POINTS: usize = 750_000;
/// While training is measured, the plane gets other points once in so many frames.
const FRESH_POINTS: u32 = 60;
const SIZE: Vec2 = Vec2::new(1440.0, 900.0);
const WARM_UP: u32 = 30;
const PATIENCE: Duration = Duration::from_secs(60);

/// How it is measured.
#[derive(Clone, Copy, Debug)]
pub struct BenchUi {
    /// Frames measured, idle and training each.
    pub frames: u32,
}

impl Default for BenchUi {
    fn default() -> Self {
        Self { frames: 300 }
    }
}

/// Milliseconds a frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FrameTimes {
    /// Half of the frames took at most this.
    pub frame_ms_p50: f64,
    /// All but one of a hundred took at most this.
    pub frame_ms_p99: f64,
    /// The same in time that the frame's thread was computing, not waiting for a processor that others used; none where the
    /// system has no such clock.
    pub cpu_ms_p50: Option<f64>,
    /// All but one of a hundred.
    pub cpu_ms_p99: Option<f64>,
}

impl FrameTimes {
    fn of(frames: &[Took]) -> Self {
        let walls = || frames.iter().map(|took| took.wall);
        let computed: Option<Vec<Duration>> = frames.iter().map(|took| took.computed).collect();
        let computed = |part| computed.as_ref().map(|times| percentile(times.iter().copied(), part));
        Self {
            frame_ms_p50: percentile(walls(), 0.50),
            frame_ms_p99: percentile(walls(), 0.99),
            cpu_ms_p50: computed(0.50),
            cpu_ms_p99: computed(0.99),
        }
    }
}

/// What this part of the times is not above, in milliseconds.
fn percentile(times: impl Iterator<Item = Duration>, part: f64) -> f64 {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    let index = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(index).map_or(0.0, Duration::as_secs_f64) * 1e3
}

/// What a frame took: until it was done, and of this thread's computing.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    computed: Option<Duration>,
}

/// What this thread has computed so far.
#[cfg(unix)]
fn computed() -> Option<Duration> {
    time_of(rustix::time::ClockId::ThreadCPUTime)
}

/// What all threads of this process have computed so far.
#[cfg(unix)]
pub(super) fn process_time() -> Option<Duration> {
    time_of(rustix::time::ClockId::ProcessCPUTime)
}

#[cfg(unix)]
fn time_of(clock: rustix::time::ClockId) -> Option<Duration> {
    let time = rustix::time::clock_gettime(clock);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(unix))]
fn computed() -> Option<Duration> {
    None
}

#[cfg(not(unix))]
pub(super) fn process_time() -> Option<Duration> {
    None
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UiTimes {
    /// Nothing trains: the fields `frame_ms_p50` and `frame_ms_p99` themselves.
    #[serde(flatten)]
    pub idle: FrameTimes,
    /// Two trainers run.
    pub training: FrameTimes,
    /// Two trainers run, and every layer of the plane is drawn.
    pub all_layers: FrameTimes,
    /// Frames in each.
    pub frames: u32,
    /// Points in each loss curve.
    pub curve_points: u64,
    /// Encoded points on the plane.
    pub plane_points: usize,
    /// What ran `prepare`; none where there is no adapter, and then that part is missing.
    pub adapter: Option<String>,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The data did not open.
    #[error("the data did not open and encode within {} s", PATIENCE.as_secs())]
    NoData,
}

struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: egui_wgpu::RenderState,
}

impl BenchUi {
    /// Measures.
    ///
    /// # Errors
    /// Where the embedded data does not open.
    pub fn run(self) -> Result<UiTimes, BenchError> {
        let gpu = gpu();
        let context = Context::default();
        let mut session = Session::new(Start::default());
        let adapter = gpu.as_ref().map(|gpu| gpu.renderer.adapter.get_info().name);
        session.attach(&context, adapter.clone().unwrap_or_default());
        if let Some(gpu) = &gpu {
            session.install(&gpu.renderer);
        }
        let began = Instant::now();
        while session.is_opening() {
            if began.elapsed() > PATIENCE {
                return Err(BenchError::NoData);
            }
            frame(&mut session, &context, gpu.as_ref(), 0);
            std::thread::sleep(Duration::from_millis(5));
        }
        let encoded = loop {
            let making = Slot::BOTH.iter().any(|slot| session.model(*slot).is_making());
            if let Some(points) = session.points(Slot::A).filter(|_| !making) {
                break points;
            }
            if began.elapsed() > PATIENCE {
                return Err(BenchError::NoData);
            }
            frame(&mut session, &context, gpu.as_ref(), 0);
            std::thread::sleep(Duration::from_millis(5));
        };
        session.put_points(Slot::A, Arc::new(many(&encoded, 0)));
        fill(&session);
        for index in 0..WARM_UP {
            frame(&mut session, &context, gpu.as_ref(), index);
        }
        let idle = self.measure(&mut session, &context, gpu.as_ref(), None);
        session.apply(ModelCommand::ToggleAll);
        for index in 0..WARM_UP {
            frame(&mut session, &context, gpu.as_ref(), index);
            std::thread::sleep(Duration::from_millis(10));
        }
        let training = self.measure(&mut session, &context, gpu.as_ref(), Some(&encoded));
        super::layers::show_all(&mut session);
        for index in 0..WARM_UP {
            frame(&mut session, &context, gpu.as_ref(), index);
            std::thread::sleep(Duration::from_millis(10));
        }
        let all_layers = self.measure(&mut session, &context, gpu.as_ref(), Some(&encoded));
        session.apply(ModelCommand::ToggleAll);
        Ok(UiTimes {
            idle,
            training,
            all_layers,
            frames: self.frames,
            curve_points: CURVE_POINTS,
            plane_points: session.points(Slot::A).map_or(0, |points| points.count()),
            adapter,
        })
    }

    /// Times the frames; where `encoded` is given, points made of it come to the plane again and again.
    fn measure(
        self,
        session: &mut Session,
        context: &Context,
        gpu: Option<&Gpu>,
        encoded: Option<&Arc<EncodedPoints>>,
    ) -> FrameTimes {
        let (made, fresh) = mpsc::channel();
        let times: Vec<Took> = (0..self.frames.max(1))
            .map(|index| {
                if let Some(encoded) = encoded.filter(|_| index.is_multiple_of(FRESH_POINTS)) {
                    let (encoded, made) = (encoded.clone(), made.clone());
                    // Nobody waits for it: with the last frame, points that are still being made are wanted no more.
                    std::thread::spawn(move || made.send(many(&encoded, u64::from(index) + 1)));
                }
                if let Ok(points) = fresh.try_recv() {
                    session.put_points(Slot::A, Arc::new(points));
                }
                let took = frame(session, context, gpu, index);
                // Frames come about sixty times a second; what trains needs its time between them.
                std::thread::sleep(Duration::from_millis(16).saturating_sub(took.wall));
                took
            })
            .collect();
        FrameTimes::of(&times)
    }
}

/// [`PLANE_POINTS`] points: an encoding again and again, with up to a tenth of the prior's deviation added to each mean.
fn many(points: &EncodedPoints, seed: u64) -> EncodedPoints {
    let encoding = &points.encoding;
    let values = PLANE_POINTS * encoding.latent;
    let noisy = |(place, mean): (u64, &f32)| mean + 0.1 * noise(place ^ (seed << 32));
    let many = Encoding {
        mean: (0..).zip(encoding.mean.iter().cycle()).take(values).map(noisy).collect(),
        log_variance: encoding.log_variance.iter().cycle().take(values).copied().collect(),
        images: (0..PLANE_POINTS as u32).collect(),
        labels: encoding.labels.iter().cycle().take(PLANE_POINTS).copied().collect(),
        kl_per_dimension: encoding.kl_per_dimension.clone(),
        ..**encoding
    };
    EncodedPoints::new(Arc::new(many), points.plane.clone())
}

/// Puts [`CURVE_POINTS`] points into each curve.
fn fill(session: &Session) {
    let curves = [
        [MetricId::RECONSTRUCTION, MetricId::KL, MetricId::TOTAL, MetricId::TEST_TOTAL],
        [MetricId::DISCRIMINATOR_LOSS, MetricId::GENERATOR_LOSS, MetricId::REAL_SCORE, MetricId::FAKE_SCORE],
    ];
    for (slot, ids) in Slot::BOTH.into_iter().zip(curves) {
        let Some(trainer) = &session.model(slot).trainer else { continue };
        for step in 0..CURVE_POINTS {
            let value = 100.0 / (1.0 + step as f32 / 1000.0) + noise(step);
            trainer.history().push(step, step as f32 * 0.01, &ids.map(|id| (id, value)));
        }
    }
}

/// From 0 to 1, in no order that can be seen.
fn noise(place: u64) -> f32 {
    ((place.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) & 0xFFFF) as f32 / 65_535.0
}

/// One frame with the pointer moving over the window; the time it took on this thread.
fn frame(session: &mut Session, context: &Context, gpu: Option<&Gpu>, index: u32) -> Took {
    let turn = index as f32 * 0.1;
    let pointer = Pos2::new(SIZE.x * (0.5 + 0.2 * turn.cos()), SIZE.y * (0.4 + 0.2 * turn.sin()));
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
        max_texture_side: Some(8192),
        events: vec![Event::PointerMoved(pointer)],
        ..RawInput::default()
    };
    let (began, before) = (Instant::now(), computed());
    let took = || Took {
        wall: began.elapsed(),
        computed: computed().zip(before).map(|(now, before)| now.saturating_sub(before)),
    };
    session.logic(context, Duration::from_millis(5));
    let mut output = context.run_ui(input, |ui| session.ui(ui));
    let shapes = context.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
    let Some(gpu) = gpu else {
        let took = took();
        output.drop_without_applying_deltas();
        return took;
    };
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let screen = egui_wgpu::ScreenDescriptor {
        size_in_pixels: [SIZE.x as u32, SIZE.y as u32],
        pixels_per_point: output.pixels_per_point,
    };
    let commands = {
        let mut renderer = gpu.renderer.renderer.write();
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas {
                renderer.update_texture(&gpu.device, &gpu.queue, *id, delta);
            }
        }
        renderer.update_buffers(&gpu.device, &gpu.queue, &mut encoder, &shapes, &screen)
    };
    gpu.queue.submit(commands.into_iter().chain([encoder.finish()]));
    let took = took();
    let mut renderer = gpu.renderer.renderer.write();
    for id in &output.textures_delta.free {
        renderer.free_texture(id);
    }
    output.textures_delta.clear();
    drop(renderer);
    // What the device does is not the frame's work; but it must not pile up.
    let _ = gpu.device.poll(wgpu::PollType::wait_indefinitely());
    took
}

fn gpu() -> Option<Gpu> {
    gpu::backends_in_turn().into_iter().find_map(gpu_of)
}

fn gpu_of(backends: wgpu::Backends) -> Option<Gpu> {
    let setup = egui_wgpu::WgpuSetup::CreateNew(gpu::setup_of(backends));
    let configuration = egui_wgpu::WgpuConfiguration { wgpu_setup: setup.clone(), ..Default::default() };
    let made = pollster::block_on(async move {
        let instance = setup.new_instance().await;
        egui_wgpu::RenderState::create(&configuration, &instance, None, egui_wgpu::RendererOptions::default()).await
    });
    match made {
        Ok(renderer) => Some(Gpu { device: renderer.device.clone(), queue: renderer.queue.clone(), renderer }),
        Err(error) => {
            tracing::info!(%error, "no adapter: `prepare` is not measured");
            None
        }
    }
}
