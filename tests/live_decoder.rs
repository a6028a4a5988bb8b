//! The decoder in the window: each pointer event is answered by its own frame's picture, the GPU shows what the CPU shows,
//! nothing runs when nothing changes, and whatever the adapter refuses, the explorer and its training go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui::accesskit::Role;
use eframe::egui_wgpu::{RendererOptions, WgpuSetup, WgpuSetupCreateNew};
use eframe::{egui, wgpu};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state};
use latentarium::app::{Explorer, Session, SharedSession, Start};
use latentarium::gpu::image::Fit;
use latentarium::gpu::{self, ColorMap, DecoderChoice, Decoding};
use latentarium::model::ModelId;
use latentarium::picture::Bitmap;
use latentarium::snapshot::Scratch;
use latentarium::trainer::MetricId;
use latentarium::ui::command::{ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::settings::LensSettings;
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
const A: ModelId = ModelId(0);

struct Screen {
    harness: Harness<'static, Explorer>,
    session: SharedSession,
    _turn: MutexGuard<'static, ()>,
}

fn setup(backends: wgpu::Backends, limits: fn(&wgpu::Adapter) -> wgpu::Limits) -> WgpuSetupCreateNew {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.device_descriptor = Arc::new(move |adapter| wgpu::DeviceDescriptor {
        required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
        required_limits: limits(adapter),
        ..Default::default()
    });
    setup
}

fn usual() -> WgpuSetupCreateNew {
    setup(wgpu::Backends::all(), wgpu::Adapter::limits)
}

/// Whether there is an adapter at all; says so where there is none.
fn can_draw() -> bool {
    let found = gpu::probe().is_some();
    if !found {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
    }
    found
}

impl Screen {
    /// A window on `setup`'s device, or on none, once data and models are there.
    fn open(decoder: DecoderChoice, setup: Option<WgpuSetupCreateNew>) -> Self {
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
        screen.until("data and models", |session| {
            session.data().is_some() && Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some())
        });
        screen
    }

    fn on_gpu() -> Self {
        Self::on_gpu_of(usual())
    }

    fn on_gpu_of(setup: WgpuSetupCreateNew) -> Self {
        let mut screen = Self::open(DecoderChoice::Gpu, Some(setup));
        screen.until("the decoder's shaders", |session| session.is_live());
        screen.until_drawn("weights on the device", |session| {
            Slot::BOTH.iter().all(|slot| device_step(session, *slot).is_some())
        });
        screen
    }

    fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.step();
    }

    /// The same, drawing each frame: only then paint callbacks are heard.
    fn until_drawn(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
            self.frame();
        }
    }

    fn frame(&mut self) -> image::RgbaImage {
        self.harness.step();
        // Reading the picture back gives up after ten seconds: software rendering may be busy elsewhere.
        let frame = self.harness.render().or_else(|error| {
            println!("once more, since {error}");
            self.harness.render()
        });
        frame.unwrap()
    }

    /// Draws until the decoder on the device has nothing left to do; gives the last frame.
    fn settled(&mut self) -> image::RgbaImage {
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

    fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.session.borrow().settings().clone();
        change(&mut settings);
        self.session.borrow_mut().apply(ViewCommand::Settings(Box::new(settings)));
    }

    fn rect(&self, label: &str) -> egui::Rect {
        let role = if label == "Latent plane" { Role::Canvas } else { Role::Image };
        self.harness.get_by_role_and_label(role, label).rect()
    }

    fn drag_to(&mut self, pos: egui::Pos2) {
        self.harness.event(egui::Event::PointerMoved(pos));
    }
}

/// The step of a model's weights that the device draws.
fn device_step(session: &Session, slot: Slot) -> Option<u64> {
    session.on_device(session.id(slot))?.step
}

/// The grey values of the image that a frame shows in an output's rectangle.
fn shown(frame: &image::RgbaImage, rect: egui::Rect, [width, height]: [usize; 2]) -> Vec<u8> {
    let rect = rect.shrink(3.0);
    let (min, size) = Fit::Sharp.place((rect.min.into(), rect.size().into()), [width, height]);
    let pixel = [size[0] / width as f32, size[1] / height as f32];
    let at = |x: usize, y: usize| {
        let place = [min[0] + (x as f32 + 0.5) * pixel[0], min[1] + (y as f32 + 0.5) * pixel[1]];
        frame.get_pixel(place[0] as u32, place[1] as u32).0[0]
    };
    (0..width * height).map(|i| at(i % width, i / width)).collect()
}

/// What the CPU makes of the cursor's latent, in grey.
fn expected(session: &Session, slot: Slot) -> Vec<u8> {
    let model = session.model(slot);
    let snapshot = model.shown().unwrap();
    let mut scratch = Scratch::default();
    let image = snapshot.decoder.evaluate(&session.cursor(), 1, &mut scratch);
    Bitmap::new(snapshot.image, image).rgb(ColorMap::Grey).into_iter().step_by(3).collect()
}

fn each_pointer_event_is_answered_in_its_frame(mut screen: Screen) {
    let plane = screen.rect("Latent plane");
    let start = plane.center();
    screen.drag_to(start);
    screen.harness.event(egui::Event::PointerButton {
        pos: start,
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: egui::Modifiers::NONE,
    });
    screen.frame();
    let mut seen = Vec::new();
    for step in 1..=6 {
        let turn = step as f32;
        screen.drag_to(start + egui::vec2(70.0 * (turn * 1.3).sin(), 60.0 * (turn * 0.9).cos()));
        let frame = screen.frame();
        for (slot, label) in [(Slot::A, "Output of A"), (Slot::B, "Output of B")] {
            let ours = shown(&frame, screen.rect(label), [28, 28]);
            let theirs = expected(&screen.session.borrow(), slot);
            let far = ours.iter().zip(&theirs).filter(|(a, b)| a.abs_diff(**b) > 1).count();
            assert_eq!(far, 0, "{label}, event {step}: of {} pixels so many differ", ours.len());
            seen.push(ours);
        }
    }
    assert!(seen.iter().skip(2).zip(&seen).all(|(later, earlier)| later != earlier), "the picture follows");
}

#[test]
fn on_the_gpu_each_pointer_event_is_answered_in_its_frame() {
    if can_draw() {
        each_pointer_event_is_answered_in_its_frame(Screen::on_gpu());
    }
}

#[test]
fn on_the_cpu_each_pointer_event_is_answered_in_its_frame() {
    if can_draw() {
        each_pointer_event_is_answered_in_its_frame(Screen::open(DecoderChoice::Cpu, Some(usual())));
    }
}

#[test]
fn the_gpu_shows_the_plane_that_the_cpu_shows_and_rests_when_it_is_done() {
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu();
    let on_gpu = screen.settled();
    let report = screen.session.borrow().decoder_report().unwrap();
    assert!(report.passes > 0 && report.refusal.is_none());
    for _ in 0..10 {
        screen.frame();
    }
    assert_eq!(screen.session.borrow().decoder_report().unwrap().passes, report.passes, "nothing changed");
    // The figure is of an earlier frame: it has come by now, where the adapter has a clock.
    let milliseconds = screen.session.borrow().decoder_report().unwrap().decode_ms;
    assert!(milliseconds.is_none_or(|milliseconds| milliseconds > 0.0));

    screen.set(|settings| settings.decoder = DecoderChoice::Cpu);
    let plane = screen.rect("Latent plane");
    screen.until("tiles of the CPU", |session| session.decode_is_settled());
    let on_cpu = screen.frame();
    assert_alike(&on_gpu, &on_cpu, plane);
}

/// Hardly a pixel in a rectangle may be another.
#[track_caller]
fn assert_alike(a: &image::RgbaImage, b: &image::RgbaImage, rect: egui::Rect) {
    let rect = rect.shrink(2.0);
    let (mut pixels, mut far) = (0u32, 0u32);
    for y in rect.min.y as u32..rect.max.y as u32 {
        for x in rect.min.x as u32..rect.max.x as u32 {
            let (a, b) = (a.get_pixel(x, y).0, b.get_pixel(x, y).0);
            pixels += 1;
            far += u32::from(a.iter().zip(b).any(|(a, b)| a.abs_diff(b) > 3));
        }
    }
    assert!(pixels > 1000 && far * 500 < pixels, "{far} of {pixels} pixels differ");
}

#[test]
fn the_lens_shows_every_operation_alike_on_both_and_follows_the_cursor() {
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu();
    screen.harness.get_by_role_and_label(Role::Button, "Activations").click();
    // A message that goes away meanwhile would be a difference.
    screen.until("messages to go away", |session| !session.says_something());
    screen.frame();
    let mut seen: Vec<image::RgbaImage> = Vec::new();
    for (model, operation, cursor) in
        [(Slot::A, 0, [0.5, 0.5]), (Slot::A, 1, [0.5, 0.5]), (Slot::A, 1, [-1.0, 0.2]), (Slot::B, 2, [-1.0, 0.2])]
    {
        screen.set(|settings| settings.lens = LensSettings { model, operation });
        screen.session.borrow_mut().apply(PlaneCommand::Cursor(cursor));
        let mut drawn = [DecoderChoice::Gpu, DecoderChoice::Cpu].map(|decoder| {
            screen.set(|settings| settings.decoder = decoder);
            screen.frame();
            screen.frame()
        });
        let rect = screen.rect("What the operation gives at the cursor");
        let [on_gpu, on_cpu] = &mut drawn;
        assert_alike(on_gpu, on_cpu, rect);
        let [x, y, width, height] = [rect.min.x, rect.min.y, rect.width(), rect.height()].map(|side| side as u32);
        let part = image::imageops::crop(on_gpu, x, y, width, height).to_image();
        assert!(seen.iter().all(|earlier| *earlier != part), "{model:?} {operation} {cursor:?}");
        seen.push(part);
    }
    // Another network in the same place: its maps are many.
    screen.set(|settings| settings.decoder = DecoderChoice::Gpu);
    // Software rendering takes long for hundreds of tiles.
    screen.set(|settings| settings.plane.show.set("tiles", false));
    screen.session.borrow_mut().apply(ModelCommand::Preset(A, "vae-conv".to_owned()));
    let operations = |session: &Session| session.model(Slot::A).shown().map(|shown| shown.decoder.operations().len());
    screen.until("the network", |session| operations(session).is_some_and(|count| count > 3));
    screen.until_drawn("its weights", |session| {
        device_step(session, Slot::A) == Some(0) && session.decoder_report().is_some_and(|report| report.settled)
    });
    for operation in [2, 3] {
        screen.set(|settings| settings.lens = LensSettings { model: Slot::A, operation });
        let [on_gpu, on_cpu] = [DecoderChoice::Gpu, DecoderChoice::Cpu].map(|decoder| {
            screen.set(|settings| settings.decoder = decoder);
            screen.frame();
            screen.frame()
        });
        assert_alike(&on_gpu, &on_cpu, screen.rect("What the operation gives at the cursor"));
    }
}

/// Trains, and sees that no step is missing.
fn training_goes_on(screen: &mut Screen) {
    screen.session.borrow_mut().apply(ModelCommand::Start(A));
    let steps = |session: &Session| session.model(Slot::A).status().map_or(0, |status| status.step);
    let began = steps(&screen.session.borrow());
    screen.until("thirty steps", |session| steps(session) >= began + 30);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    let session = screen.session.borrow();
    let model = session.model(Slot::A);
    let trainer = model.trainer.as_ref().unwrap();
    let recorded: Vec<u64> =
        trainer.history().with(MetricId::TOTAL, |curve| curve.points().map(|point| point.step).collect()).unwrap();
    assert!(recorded.windows(2).all(|pair| pair[1] == pair[0] + 1), "{recorded:?}");
}

/// Why the device refuses a model.
fn refusal(screen: &Screen, slot: Slot) -> String {
    match screen.session.borrow().decoding(slot) {
        Decoding::CpuRefused(reason) => reason,
        other => panic!("{slot:?} is not refused: {other:?}"),
    }
}

/// Where the device cannot decode, the CPU does in the same window, and says so once.
fn the_cpu_takes_over(setup: WgpuSetupCreateNew, why: &str) {
    let mut screen = Screen::open(DecoderChoice::Gpu, Some(setup));
    for slot in Slot::BOTH {
        screen.until_drawn("the refusal", |session| !session.decoding(slot).is_gpu());
        assert!(refusal(&screen, slot).contains(why), "{slot:?}: {}", refusal(&screen, slot));
    }
    training_goes_on(&mut screen);
    screen.until_drawn("tiles of the CPU", |session| session.decode_is_settled());
    each_pointer_event_is_answered_in_its_frame(screen);
}

#[test]
fn an_adapter_without_compute_leaves_it_to_the_cpu() {
    fn limits(adapter: &wgpu::Adapter) -> wgpu::Limits {
        wgpu::Limits::downlevel_webgl2_defaults().using_resolution(adapter.limits())
    }
    if can_draw() {
        the_cpu_takes_over(setup(wgpu::Backends::all(), limits), "refused");
    }
}

#[test]
fn a_buffer_that_is_refused_leaves_it_to_the_cpu() {
    fn limits(adapter: &wgpu::Adapter) -> wgpu::Limits {
        // Less than the weights of either model take.
        wgpu::Limits { max_storage_buffer_binding_size: 1 << 20, ..adapter.limits() }
    }
    if can_draw() {
        the_cpu_takes_over(setup(wgpu::Backends::all(), limits), "the weights");
    }
}

#[test]
fn a_network_that_is_refused_leaves_the_other_models_on_the_gpu() {
    fn limits(adapter: &wgpu::Adapter) -> wgpu::Limits {
        // The dense networks' weights fit, those of the convolutional one's first layer do not.
        wgpu::Limits { max_storage_buffer_binding_size: 2 << 20, ..adapter.limits() }
    }
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu_of(setup(wgpu::Backends::all(), limits));
    screen.session.borrow_mut().apply(ModelCommand::Preset(A, "vae-conv".to_owned()));
    screen.until_drawn("the refusal", |session| !session.decoding(Slot::A).is_gpu());
    assert!(refusal(&screen, Slot::A).contains("the weights"), "{}", refusal(&screen, Slot::A));
    screen.until_drawn("a message about it", |session| {
        session.last_message().is_some_and(|(_, said)| said.contains("model A") && said.contains("the weights"))
    });
    let report = |screen: &Screen| screen.session.borrow().decoder_report().unwrap();
    let (before, cursor) = (report(&screen), screen.session.borrow().cursor());
    assert_eq!(before.refusal, None, "the device goes on");
    screen.session.borrow_mut().apply(PlaneCommand::Cursor([cursor[0] + 0.5, cursor[1]]));
    screen.frame();
    assert!(report(&screen).passes > before.passes && device_step(&screen.session.borrow(), Slot::B).is_some());
    // Another network in the same place is tried, and fits.
    screen.session.borrow_mut().apply(ModelCommand::Preset(A, "vae-dense".to_owned()));
    screen.until_drawn("the other network", |session| device_step(session, Slot::A).is_some());
    assert!(screen.session.borrow().decoding(Slot::A).is_gpu());
    each_pointer_event_is_answered_in_its_frame(screen);
}

#[test]
fn on_gl_alone_the_cpu_decodes_where_it_has_no_compute() {
    let instance = wgpu::Instance::new(setup(wgpu::Backends::GL, wgpu::Adapter::limits).instance_descriptor);
    let found = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()));
    let Ok(adapter) = found else {
        println!("skipped: there is no OpenGL here");
        return;
    };
    let info = gpu::DeviceInfo::of(&adapter);
    let mut screen = Screen::open(DecoderChoice::Auto, Some(setup(wgpu::Backends::GL, wgpu::Adapter::limits)));
    let decoding = screen.session.borrow().device_decoding();
    assert_eq!(decoding, gpu::decide(DecoderChoice::Auto, Some(&info), None));
    assert_eq!(decoding.is_gpu(), info.no_compute.is_none() && !info.software);
    training_goes_on(&mut screen);
    each_pointer_event_is_answered_in_its_frame(screen);
}

#[test]
fn without_an_adapter_the_cpu_decodes() {
    let mut screen = Screen::open(DecoderChoice::Gpu, None);
    assert_eq!(screen.session.borrow().decoding(Slot::A), Decoding::CpuNoAdapter);
    screen.until("tiles of the CPU", |session| session.decode_is_settled());
    training_goes_on(&mut screen);
}

#[test]
fn newer_weights_are_shown_while_a_model_trains() {
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu();
    screen.session.borrow_mut().apply(ModelCommand::Start(A));
    let step = |session: &Session| device_step(session, Slot::A).unwrap_or(0);
    screen.until_drawn("weights of its first steps", |session| {
        session.model(Slot::A).status().is_some_and(|status| status.step > 3) && step(session) < 4680
    });
    let first = step(&screen.session.borrow());
    screen.until_drawn("newer weights", |session| step(session) > first);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    screen.until_drawn("the newest weights", |session| {
        let shown = session.model(Slot::A).shown().map(|snapshot| snapshot.step);
        !session.model(Slot::A).is_training() && shown == Some(step(session))
    });
    each_pointer_event_is_answered_in_its_frame(screen);
}
