//! `bench ui`: what one frame costs. The real app off-screen: `logic`, `ui`, tessellation and the paint callbacks'
//! `prepare` on a device without a window; nothing is presented.

use crate::app::{Session, Start};
use crate::dataset::{Dataset, Pixels, Split};
use crate::trainer::Series;
use crate::ui::command::{Command, Slot};
use eframe::egui::{Context, Event, Pos2, RawInput, Rect, Vec2};
use eframe::{egui_wgpu, wgpu};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Points put into each curve before measuring.
pub const CURVE_POINTS: u64 = 100_000;
/// Encoded points put on the plane before measuring.
pub const PLANE_POINTS: usize = 10_000;
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
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UiTimes {
    /// Nothing trains: the fields `frame_ms_p50` and `frame_ms_p99` themselves.
    #[serde(flatten)]
    pub idle: FrameTimes,
    /// Two trainers run.
    pub training: FrameTimes,
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
        if let Some(data) = session.data().map(|data| many(data)) {
            session.set_data(data);
        }
        while session.plane_points() < PLANE_POINTS || Slot::BOTH.iter().any(|slot| session.model(*slot).is_making()) {
            if began.elapsed() > PATIENCE {
                return Err(BenchError::NoData);
            }
            frame(&mut session, &context, gpu.as_ref(), 0);
            std::thread::sleep(Duration::from_millis(5));
        }
        fill(&session);
        for index in 0..WARM_UP {
            frame(&mut session, &context, gpu.as_ref(), index);
        }
        let idle = self.measure(&mut session, &context, gpu.as_ref());
        session.apply_all(Slot::BOTH.map(Command::Start));
        for index in 0..WARM_UP {
            frame(&mut session, &context, gpu.as_ref(), index);
            std::thread::sleep(Duration::from_millis(10));
        }
        let training = self.measure(&mut session, &context, gpu.as_ref());
        session.apply_all(Slot::BOTH.map(Command::Pause));
        Ok(UiTimes {
            idle,
            training,
            frames: self.frames,
            curve_points: CURVE_POINTS,
            plane_points: session.plane_points(),
            adapter,
        })
    }

    fn measure(self, session: &mut Session, context: &Context, gpu: Option<&Gpu>) -> FrameTimes {
        let mut times: Vec<f64> = (0..self.frames.max(1))
            .map(|index| {
                let took = frame(session, context, gpu, index);
                // Frames come about sixty times a second; what trains needs its time between them.
                std::thread::sleep(Duration::from_millis(16).saturating_sub(took));
                took.as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let index = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1;
            times.get(index).copied().unwrap_or(0.0)
        };
        FrameTimes { frame_ms_p50: at(0.50), frame_ms_p99: at(0.99) }
    }
}

/// The same data with [`PLANE_POINTS`] test images.
fn many(data: &Dataset) -> Arc<Dataset> {
    let Pixels::U8(bytes) = &data.test.pixels;
    let times = PLANE_POINTS.div_ceil(data.test.count().max(1));
    let mut pixels = bytes.repeat(times);
    let mut labels = data.test.labels.repeat(times);
    pixels.truncate(PLANE_POINTS * data.shape().values());
    labels.truncate(PLANE_POINTS);
    let test = Split { shape: data.shape(), pixels: Pixels::U8(pixels.into()), labels: labels.into() };
    let names = data.class_names.clone();
    Arc::new(Dataset::new(data.source.clone(), data.name.clone(), data.train.clone(), test, names))
}

/// Puts [`CURVE_POINTS`] points into each curve.
fn fill(session: &Session) {
    let series = [
        [Series::Reconstruction, Series::Kl, Series::Total, Series::TestTotal],
        [Series::DiscriminatorLoss, Series::GeneratorLoss, Series::RealScore, Series::FakeScore],
    ];
    for (slot, series) in Slot::BOTH.into_iter().zip(series) {
        let Some(trainer) = &session.model(slot).trainer else { continue };
        for step in 0..CURVE_POINTS {
            let noise = ((step.wrapping_mul(2_654_435_761) >> 8) & 0xFF) as f32 / 255.0;
            let value = 100.0 / (1.0 + step as f32 / 1000.0) + noise;
            trainer.history().push(step, step as f32 * 0.01, &series.map(|series| (series, value)));
        }
    }
}

/// One frame with the pointer moving over the window; the time it took on this thread.
fn frame(session: &mut Session, context: &Context, gpu: Option<&Gpu>, index: u32) -> Duration {
    let turn = index as f32 * 0.1;
    let pointer = Pos2::new(SIZE.x * (0.5 + 0.2 * turn.cos()), SIZE.y * (0.4 + 0.2 * turn.sin()));
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
        max_texture_side: Some(8192),
        events: vec![Event::PointerMoved(pointer)],
        ..RawInput::default()
    };
    let began = Instant::now();
    session.logic(context, Duration::from_millis(5));
    let mut output = context.run_ui(input, |ui| session.ui(ui));
    let shapes = context.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
    let Some(gpu) = gpu else {
        let took = began.elapsed();
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
    let took = began.elapsed();
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
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor = Arc::new(crate::cli::explorer::device_descriptor);
    let setup = egui_wgpu::WgpuSetup::CreateNew(setup);
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
