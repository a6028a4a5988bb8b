//! A window on a device with limits of its own, and its frames.

use eframe::egui::accesskit::Role;
use eframe::egui_wgpu::{RendererOptions, WgpuSetup, WgpuSetupCreateNew};
use eframe::{egui, wgpu};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state};
use latentarium::app::{Explorer, Session, SharedSession, Start};
use latentarium::gpu::{self, DecoderChoice};
use latentarium::model::ModelId;
use latentarium::ui::command::ViewCommand;
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The language is one for the whole process, and software rendering takes every core: one at a time.
static TURN: Mutex<()> = Mutex::new(());
const SIZE: [f32; 2] = [900.0, 640.0];
/// The model that stands in A at first.
pub const A: ModelId = ModelId(0);

pub struct Screen {
    pub harness: Harness<'static, Explorer>,
    pub session: SharedSession,
    _turn: MutexGuard<'static, ()>,
}

pub fn setup(backends: wgpu::Backends, limits: fn(&wgpu::Adapter) -> wgpu::Limits) -> WgpuSetupCreateNew {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.device_descriptor = Arc::new(move |adapter| wgpu::DeviceDescriptor {
        required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
        required_limits: limits(adapter),
        ..Default::default()
    });
    setup
}

pub fn usual() -> WgpuSetupCreateNew {
    setup(wgpu::Backends::all(), wgpu::Adapter::limits)
}

/// Whether there is an adapter at all; says so where there is none.
pub fn can_draw() -> bool {
    let found = gpu::probe().is_some();
    if !found {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
    }
    found
}

impl Screen {
    /// A window on `setup`'s device, or on none, once data and models are there.
    pub fn open(decoder: DecoderChoice, setup: Option<WgpuSetupCreateNew>) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Start { decoder: Some(decoder), threads: 1, ..Start::default() };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        let shared = session.clone();
        let mut builder = Harness::builder().with_size(SIZE).allow_missing_glyphs();
        if let Some(setup) = setup {
            let state = create_render_state(WgpuSetup::CreateNew(setup), RendererOptions::PREDICTABLE);
            builder = builder.renderer(WgpuTestRenderer::from_render_state(state));
        }
        let harness = builder.build_eframe(move |creation| Explorer::new(shared, creation));
        let mut screen = Self { harness, session, _turn: turn };
        // Software rendering takes long for hundreds of tiles.
        screen.set(|settings| settings.plane.grid = 6);
        screen.until("data and models", |session| {
            session.data().is_some() && Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some())
        });
        screen
    }

    pub fn on_gpu() -> Self {
        Self::on_gpu_of(usual())
    }

    pub fn on_gpu_of(setup: WgpuSetupCreateNew) -> Self {
        let mut screen = Self::open(DecoderChoice::Gpu, Some(setup));
        screen.until("the decoder's shaders", |session| session.is_live());
        screen.until_drawn("weights on the device", |session| {
            Slot::BOTH.iter().all(|slot| device_step(session, *slot).is_some())
        });
        screen
    }

    pub fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.step();
    }

    /// The same, drawing each frame: only then paint callbacks are heard.
    pub fn until_drawn(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
            self.frame();
        }
    }

    pub fn frame(&mut self) -> image::RgbaImage {
        self.harness.step();
        // Reading the picture back gives up after ten seconds: software rendering may be busy elsewhere.
        let frame = self.harness.render().or_else(|error| {
            println!("once more, since {error}");
            self.harness.render()
        });
        frame.unwrap()
    }

    /// Draws until the decoder on the device has nothing left to do; gives the last frame.
    pub fn settled(&mut self) -> image::RgbaImage {
        let passes = |screen: &Self| screen.session.borrow().decoder_report().map_or(0, |report| report.passes);
        let began = Instant::now();
        loop {
            let before = passes(self);
            let frame = self.frame();
            std::thread::sleep(Duration::from_millis(40));
            if passes(self) == before && self.session.borrow().decode_is_settled() {
                return frame;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "it does not settle within two minutes");
        }
    }

    pub fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.session.borrow().settings().clone();
        change(&mut settings);
        self.session.borrow_mut().apply(ViewCommand::Settings(Box::new(settings)));
    }

    pub fn rect(&self, label: &str) -> egui::Rect {
        let role = if label == "Latent plane" { Role::Canvas } else { Role::Image };
        self.harness.get_by_role_and_label(role, label).rect()
    }

    pub fn drag_to(&mut self, pos: egui::Pos2) {
        self.harness.event(egui::Event::PointerMoved(pos));
    }
}

/// The step of a model's weights that the device draws.
pub fn device_step(session: &Session, slot: Slot) -> Option<u64> {
    session.on_device(session.id(slot))?.step
}
