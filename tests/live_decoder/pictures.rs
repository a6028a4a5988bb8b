//! What a frame shows: the picture of its own pointer event, and on the GPU what the CPU shows.

use crate::screen::{A, Screen, can_draw, device_step, usual};
use eframe::egui;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::viewport::Viewport;
use latentarium::gpu::image::Fit;
use latentarium::gpu::{ColorMap, DecoderChoice};
use latentarium::picture::Bitmap;
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{ModelCommand, PlaneCommand};
use latentarium::ui::settings::LensSettings;
use latentarium::ui::slot::Slot;

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

pub fn each_pointer_event_is_answered_in_its_frame(mut screen: Screen) {
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
    // Points come from a thread of their own, on a fast device later than the tiles: not what is compared.
    screen.set(|settings| settings.plane.show.set("points", false));
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

#[test]
fn the_line_and_the_plane_are_decoded_in_the_same_frame_each_with_its_own_latents() {
    if !can_draw() {
        return;
    }
    let mut screen = Screen::on_gpu();
    screen.set(|settings| settings.plane.show.set("points", false));
    screen.settled();
    let line = PlaneLine { from: [-2.0, 1.5], to: [2.5, -1.0] };
    for command in
        [PlaneCommand::LineSettled(line), PlaneCommand::Viewport(Viewport { centre: [0.4, 0.2], half_height: 2.5 })]
    {
        screen.session.borrow_mut().apply(command);
    }
    let on_gpu = screen.settled();
    screen.set(|settings| settings.decoder = DecoderChoice::Cpu);
    let (plane, images) = (screen.rect("Latent plane"), screen.rect("Twelve images along the line"));
    // The viewer decodes the line before the tiles.
    screen.until("tiles of the CPU", |session| session.decode_is_settled());
    let on_cpu = screen.frame();
    assert_alike(&on_gpu, &on_cpu, plane);
    assert_alike(&on_gpu, &on_cpu, images);
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
    screen.set(|settings| settings.plane.show.set("tiles", false));
    // The tab may be beyond the end of its bar, where a pointer does not reach it.
    screen.harness.get_by_role_and_label(Role::Button, "Activations").click_accesskit();
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
