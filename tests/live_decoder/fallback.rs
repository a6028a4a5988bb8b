//! What the adapter refuses, or where there is none: the CPU decodes in the same window, and training goes on.

use crate::pictures::each_pointer_event_is_answered_in_its_frame;
use crate::screen::{A, Screen, can_draw, device_step, setup};
use eframe::egui_wgpu::WgpuSetupCreateNew;
use eframe::wgpu;
use latentarium::app::Session;
use latentarium::gpu::{self, DecoderChoice, Decoding};
use latentarium::trainer::MetricId;
use latentarium::ui::command::{ModelCommand, PlaneCommand};
use latentarium::ui::slot::Slot;

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
        Decoding::CpuRefused(reason) => reason.to_string(),
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
    // Some drivers show an adapter to a program without a window and give it no device.
    if let Err(error) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())) {
        assert!(!gpu::DeviceInfo::of(&adapter).software, "{error}");
        println!("skipped: OpenGL gives no device without a window: {error}");
        return;
    }
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
fn what_the_device_held_is_given_back_where_the_cpu_decodes_and_comes_again() {
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu();
    let held = |session: &Session| Slot::BOTH.iter().filter(|slot| device_step(session, **slot).is_some()).count();
    assert_eq!(held(&screen.session.borrow()), 2);
    screen.set(|settings| settings.decoder = DecoderChoice::Cpu);
    let began = std::time::Instant::now();
    while screen.session.borrow().decoder_report().is_some_and(|report| report.steps.get(A).is_some()) {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "it is held still");
        screen.harness.step();
    }
    screen.set(|settings| settings.decoder = DecoderChoice::Gpu);
    screen.until_drawn("weights on the device again", |session| held(session) == 2);
}
