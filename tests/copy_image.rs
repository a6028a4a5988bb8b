//! Images are copied to the clipboard: by their menu wherever one is shown, and by a key where one is shown large.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[allow(dead_code)]
#[path = "explorer/screen.rs"]
mod screen;

use eframe::egui::accesskit::Role;
use eframe::egui::{ColorImage, Event, Modifiers, OutputCommand, PointerButton, Pos2};
use egui_kittest::kittest::Queryable;
use latentarium::app::{Level, Session};
use latentarium::dataset::ImageShape;
use latentarium::explore::browse::{DataPart, DataStatistics, ExamplePlace};
use latentarium::explore::line::PlaneLine;
use latentarium::picture::{Bitmap, ColorMap};
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{DataCommand, PlaneCommand};
use latentarium::ui::slot::Slot;
use screen::Screen;
use std::time::{Duration, Instant};

/// The image that comes to the clipboard.
fn copied(screen: &mut Screen) -> ColorImage {
    let began = Instant::now();
    loop {
        let commands = &screen.harness.output().platform_output.commands;
        let image = commands.iter().find_map(|command| match command {
            OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        });
        if let Some(image) = image {
            return image;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "nothing was copied");
        std::thread::sleep(Duration::from_millis(5));
        screen.step();
    }
}

/// What the menu of an image copies.
fn copied_by_menu(screen: &mut Screen, role: Role, name: &str) -> ColorImage {
    screen.harness.get_by_role_and_label(role, name).scroll_to_me();
    screen.step();
    screen.harness.get_by_role_and_label(role, name).click_secondary();
    screen.step();
    screen.step();
    screen.harness.get_by_label("Copy image").click();
    screen.step();
    copied(screen)
}

/// Opens the menu of what lies at a place of the screen.
fn press_secondary(screen: &mut Screen, at: Pos2) {
    for pressed in [true, false] {
        screen.harness.event(Event::PointerMoved(at));
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        screen.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
        screen.step();
    }
    screen.step();
}

/// Whether an image is this one with each pixel 10 × 10, as greys.
fn assert_is(image: &ColorImage, shape: ImageShape, values: &[f32]) {
    let pixels = Bitmap::new(shape, values).rgb(ColorMap::Grey);
    assert_eq!(image.size, [shape.width * 10, shape.height * 10], "280 is the least tenfold of 28 from 256 up");
    for y in 0..image.size[1] {
        for x in 0..image.size[0] {
            let at = 3 * (y / 10 * shape.width + x / 10);
            assert_eq!(image[(x, y)].to_array()[..3], pixels[at..at + 3], "at {x}, {y}");
        }
    }
}

/// What the reference decoder makes of a place of the plane.
fn decoded(session: &Session, slot: Slot, place: [f32; 2]) -> Vec<f32> {
    let snapshot = session.model(slot).shown().unwrap().clone();
    let latent = session.plane(slot).unwrap().latent_from_plane(place);
    snapshot.decoder.evaluate(&latent, 1, &mut Scratch::default()).to_vec()
}

#[test]
fn outputs_and_examples_are_copied_by_their_menus() {
    let mut screen = Screen::ready_first();
    let shape = screen.session.borrow().data().unwrap().shape();
    let place = [0.31, -1.2];
    screen.session.borrow_mut().apply(PlaneCommand::CursorSettled(place));
    screen.until("weights and the cursor", |session| {
        session.cursor() == place && Slot::BOTH.iter().all(|slot| session.model(*slot).shown().is_some())
    });
    for (slot, name) in [(Slot::A, "Output of A"), (Slot::B, "Output of B")] {
        let image = copied_by_menu(&mut screen, Role::Image, name);
        let expected = decoded(&screen.session.borrow(), slot, place);
        assert_is(&image, shape, &expected);
    }
    let says = (Level::Done, "Copied: sample of B at 0.31, −1.20, 280×280".to_owned());
    assert_eq!(screen.message(), says);

    screen.click("Data set");
    let name = {
        let session = screen.session.borrow();
        let train = &session.data().unwrap().train;
        format!("#2 · {}", train.class_names()[train.class(2).unwrap()])
    };
    let began = Instant::now();
    while screen.harness.query_by_role_and_label(Role::Button, &name).is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "no {name}");
        screen.step();
    }
    let image = copied_by_menu(&mut screen, Role::Button, &name);
    let expected = screen.session.borrow().data().unwrap().train.image(2);
    assert_is(&image, shape, &expected);
    assert_eq!(screen.session.borrow().project().browse.example, None, "its menu does not open it");
}

#[test]
fn a_key_copies_what_is_shown_large_but_not_while_text_is_typed() {
    let mut screen = Screen::ready_first();
    screen.click("Data set");
    let place = ExamplePlace { part: DataPart::Test, index: 5 };
    screen.session.borrow_mut().apply(DataCommand::LookAtExample(place));
    screen.step();
    screen.step();
    screen.harness.event(Event::Copy);
    screen.step();
    let image = copied(&mut screen);
    let (shape, expected) = {
        let session = screen.session.borrow();
        let data = session.data().unwrap();
        (data.shape(), data.test.image(5))
    };
    assert_is(&image, shape, &expected);
    assert!(screen.message().1.starts_with("Copied: example #5"), "{:?}", screen.message());

    screen.harness.get_by_role_and_label(Role::TextInput, "Search examples").focus();
    screen.step();
    screen.harness.event(Event::Copy);
    for _ in 0..40 {
        screen.step();
        let commands = &screen.harness.output().platform_output.commands;
        let image = commands.iter().any(|command| matches!(command, OutputCommand::CopyImage(_)));
        assert!(!image, "text has the key");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn tiles_and_the_compare_sheet_are_copied() {
    let mut screen = Screen::ready_first();
    let shape = screen.session.borrow().data().unwrap().shape();
    screen.until("a sheet and weights", |session| {
        session.sheet().is_some() && session.model(Slot::A).shown().is_some() && session.plane(Slot::A).is_some()
    });
    // The middle of the plane's area is at a corner of four tiles: what lies up and to the right of it.
    let middle = screen.harness.get_by_role_and_label(Role::Canvas, "Latent plane").rect().center();
    let at = middle + eframe::egui::vec2(6.0, -6.0);
    press_secondary(&mut screen, at);
    screen.harness.get_by_label("Copy image").click();
    screen.step();
    let image = copied(&mut screen);
    let place: Vec<f32> = {
        let message = screen.message().1;
        let said = message.strip_prefix("Copied: sample of A at ").expect("a sample of A");
        said.split(", ").take(2).map(|x| x.replace('−', "-").parse().unwrap()).collect()
    };
    // The message has two decimals: the tile's own middle is a half of a tile's side from 0 along both axes.
    assert!(place[0] > 0.0 && (place[0] - place[1]).abs() < 0.011, "{place:?}");
    let session = screen.session.clone();
    let grid = session.borrow().settings().plane.grid as f32;
    assert!(place[0] < 8.0 / grid, "{place:?}");
    assert_eq!(image.size, [280, 280]);

    let sample = {
        let session = screen.session.borrow();
        let sheet = session.sheet().unwrap();
        sheet.models[1].samples[0].image.clone()
    };
    screen.click("Samples");
    let image = copied_by_menu(&mut screen, Role::Button, "Sample B 1");
    assert_is(&image, shape, &sample);
    screen.click("Images");
    screen.harness.get_by_label_contains("Original 1 ").click_secondary();
    screen.harness.run_steps(2);
    screen.harness.get_by_label("Show large").click();
    screen.harness.run_steps(3);
    assert!(screen.harness.query_by_label("Image 1").is_some(), "it is shown large");
    screen.harness.event(Event::PointerMoved(eframe::egui::pos2(4.0, 4.0)));
    screen.step();
    screen.harness.event(Event::Copy);
    screen.step();
    let original = screen.session.borrow().sheet().unwrap().originals[0].image.clone();
    let image = copied(&mut screen);
    assert_is(&image, shape, &original);
}

#[test]
fn the_mean_and_the_deviation_of_the_data_are_copied() {
    let mut screen = Screen::ready_first();
    screen.click("Data set");
    screen.click("Statistics");
    let began = Instant::now();
    while screen.harness.query_by_role_and_label(Role::Image, "Mean").is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "no statistics");
        screen.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    let data = screen.session.borrow().data().unwrap().clone();
    let statistics = DataStatistics::of(&data, &mut || true).unwrap();
    let image = copied_by_menu(&mut screen, Role::Image, "Mean");
    assert_is(&image, data.shape(), &statistics.mean);
    let image = copied_by_menu(&mut screen, Role::Image, "Deviation");
    assert_is(&image, data.shape(), &statistics.shown_deviation());
}

#[test]
fn an_image_along_a_line_is_copied() {
    let mut screen = Screen::ready_first();
    screen.until("weights", |session| session.model(Slot::A).shown().is_some() && session.plane(Slot::A).is_some());
    let line = PlaneLine { from: [-1.0, 0.5], to: [1.0, 0.5] };
    screen.session.borrow_mut().apply(PlaneCommand::LineSettled(line));
    // Nothing moves any more by what is still to come.
    screen.until("all is made", |session| !session.is_making());
    screen.step();
    screen.step();
    let images = screen.harness.get_by_role_and_label(Role::Image, "Twelve images along the line").rect();
    let at = images.left_center() + eframe::egui::vec2(images.width() * 2.5 / PlaneLine::IMAGES as f32, 0.0);
    press_secondary(&mut screen, at);
    screen.harness.get_by_label("Copy image").click();
    screen.step();
    let image = copied(&mut screen);
    let session = screen.session.borrow();
    let expected = decoded(&session, Slot::A, line.positions()[2]);
    assert_is(&image, session.data().unwrap().shape(), &expected);
}
