//! The drawing pad as a person uses it: by pointer and by accessible names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, Event, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::explore::pad::{PadChange, PadImage};
use latentarium::explore::plane::Plane;
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{Ask, Command, FileCommand, PadCommand};
use latentarium::ui::pad::Pad;
use latentarium::ui::plane::PlanePanel;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use panel::{Screen, dataset, snapshot, split};
use std::sync::Arc;

struct State {
    pad: Pad,
    plane: PlanePanel,
    screen: Screen,
    /// Whether the plane is drawn instead of the pad.
    shows_plane: bool,
}

fn harness(with_data: bool) -> Harness<'static, State> {
    let mut screen = Screen::new();
    if with_data {
        screen.data = Some(dataset(&split(30)));
        screen.snapshots.insert(Slot::A, snapshot(2, 3));
        screen.plane(Slot::A).plane = Some(Arc::new(Plane::of_two()));
    }
    let state = State { pad: Pad::default(), plane: PlanePanel::default(), screen, shows_plane: false };
    let draw = |ui: &mut egui::Ui, state: &mut State| match state.shows_plane {
        true => state.screen.draw(&mut state.plane, ui),
        false => state.screen.draw(&mut state.pad, ui),
    };
    let mut harness = Harness::builder()
        .with_size(vec2(640.0, 560.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .build_ui_state(draw, state);
    harness.run_steps(2);
    harness
}

/// Draws a line from one part of the pad to another.
fn draw(harness: &mut Harness<'_, State>, from: [f32; 2], to: [f32; 2]) {
    let rect = harness.get_by_label("Drawing pad").rect();
    let at = |part: [f32; 2]| -> Pos2 { rect.min + rect.size() * vec2(part[0], part[1]) };
    harness.drag_at(at(from));
    harness.step();
    for step in 1..=4 {
        let part = step as f32 / 4.0;
        harness.hover_at(at(from) + part * (at(to) - at(from)));
        harness.step();
    }
    harness.drop_at(at(to));
    harness.run_steps(3);
}

/// The values that are on the pad.
fn values(harness: &Harness<'_, State>) -> Vec<f32> {
    let screen = &harness.state().screen;
    latentarium::explore::pad::painted(&screen.pad, screen.data.as_ref().unwrap().shape())
}

fn click(harness: &mut Harness<'_, State>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

#[test]
fn a_drag_draws_a_stroke_that_the_model_encodes_and_reconstructs() {
    let mut harness = harness(true);
    assert!(harness.state().pad.found(Slot::A).is_none());
    draw(&mut harness, [0.1, 0.55], [0.9, 0.55]);
    assert_eq!(harness.state().screen.pad.steps.len(), 1);
    let image = values(&harness);
    assert!((0..7).all(|column| image[4 * 8 + column] > 0.4), "along the row: {image:?}");
    assert!(image.iter().take(8).all(|value| *value == 0.0), "far from it: {image:?}");
    let found = harness.state().pad.found(Slot::A).unwrap().clone();
    let model = snapshot(2, 3);
    let posterior = model.encoder.as_ref().unwrap().evaluate(&image, 1, &mut Scratch::default()).to_vec();
    assert_eq!([found.mean.as_slice(), found.log_variance.as_slice()].concat(), posterior);
    let decoded = model.decoder.evaluate(&found.mean, 1, &mut Scratch::default()).to_vec();
    assert_eq!(&*found.reconstruction, decoded.as_slice());
    assert!(harness.query_by_label("Reconstruction of the drawing by A").is_some());
    assert!(harness.query_by_label_contains("no encoder").is_some(), "B is a GAN");
}

#[test]
fn a_stroke_that_begins_and_ends_within_one_slow_frame_is_drawn() {
    let mut harness = harness(true);
    let rect = harness.get_by_label("Drawing pad").rect();
    let ends = [rect.left_center() + vec2(8.0, 0.0), rect.right_center() - vec2(8.0, 0.0)];
    let button = |pos: Pos2, pressed: bool| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let moved = Event::PointerMoved;
    let events = [moved(ends[0]), button(ends[0], true), moved(rect.center()), moved(ends[1]), button(ends[1], false)];
    harness.input_mut().events.extend(events);
    harness.run_steps(2);
    // What comes after it is not drawn.
    harness.hover_at(rect.center_top() + vec2(0.0, 4.0));
    harness.run_steps(2);
    assert!(values(&harness).iter().take(16).all(|value| *value == 0.0));
    assert_eq!(harness.state().screen.pad.steps.len(), 1);
    assert!(values(&harness).iter().filter(|value| **value > 0.0).count() >= 7, "{:?}", values(&harness));
}

#[test]
fn steps_are_taken_back_made_again_and_cleared() {
    let mut harness = harness(true);
    draw(&mut harness, [0.1, 0.2], [0.9, 0.2]);
    let one = values(&harness);
    draw(&mut harness, [0.1, 0.8], [0.9, 0.8]);
    let two = values(&harness);
    assert_ne!(one, two);
    click(&mut harness, "Undo");
    assert_eq!(values(&harness), one);
    click(&mut harness, "Redo");
    assert_eq!(values(&harness), two);
    click(&mut harness, "Clear");
    assert!(values(&harness).iter().all(|value| *value == 0.0));
    click(&mut harness, "Undo");
    assert_eq!(values(&harness), two);
    click(&mut harness, "Eraser");
    draw(&mut harness, [0.0, 0.8], [1.0, 0.8]);
    let erased = values(&harness);
    assert!(erased.iter().sum::<f32>() < two.iter().sum::<f32>());
}

#[test]
fn three_kept_drawings_can_become_a_data_set() {
    let mut harness = harness(true);
    draw(&mut harness, [0.1, 0.5], [0.9, 0.5]);
    let ask: Command = FileCommand::Ask(Ask::Drawings).into();
    click(&mut harness, "Keep");
    draw(&mut harness, [0.5, 0.1], [0.5, 0.9]);
    click(&mut harness, "Keep");
    click(&mut harness, "Make a data set…");
    assert!(!harness.state().screen.commands.contains(&ask), "two are too few");
    draw(&mut harness, [0.2, 0.2], [0.8, 0.8]);
    click(&mut harness, "Keep");
    let kept = &harness.state().screen.pad.kept;
    assert_eq!((kept.len(), kept[2].image.clone()), (3, PadImage::of(&values(&harness))));
    assert!(harness.query_by_label("Kept drawing 2").is_some());
    click(&mut harness, "Make a data set…");
    assert!(harness.state().screen.commands.contains(&ask));
    click(&mut harness, "Remove drawing 1");
    assert_eq!(harness.state().screen.pad.kept.len(), 2);
    assert!(harness.query_by_label("Kept drawing 3").is_none());
}

#[test]
fn a_class_of_drawings_is_called_what_a_person_types() {
    let mut harness = harness(true);
    draw(&mut harness, [0.1, 0.5], [0.9, 0.5]);
    click(&mut harness, "Keep");
    harness.get_by_label("Name of class 0").focus();
    harness.step();
    harness.get_by_label("Name of class 0").type_text("dash");
    harness.step();
    harness.key_press(egui::Key::Enter);
    harness.step();
    harness.step();
    let pad = &harness.state().screen.pad;
    assert_eq!((pad.class_name(0), pad.class_name(1)), ("dash".to_owned(), "1".to_owned()));
    let named = |command: &Command| matches!(command, Command::Pad(PadCommand::Change(PadChange::Name(..))));
    assert_eq!(harness.state().screen.commands.iter().filter(|command| named(command)).count(), 1, "one change");
    let drawing = harness.get_by_label("Kept drawing 1");
    assert_eq!(drawing.accesskit_node().value().as_deref(), Some("dash"));
}

#[test]
fn a_test_image_can_be_put_onto_the_pad() {
    let mut harness = harness(true);
    click(&mut harness, "Load");
    assert_eq!(values(&harness), split(30).image(0));
}

#[test]
fn the_cursor_follows_where_that_is_asked_for() {
    let mut harness = harness(true);
    draw(&mut harness, [0.1, 0.5], [0.9, 0.5]);
    assert_eq!(harness.state().screen.cursor, [0.0; 2]);
    click(&mut harness, "Cursor follows");
    let found = harness.state().pad.found(Slot::A).unwrap().clone();
    assert_eq!(harness.state().screen.cursor.as_slice(), found.mean.as_slice());
    let moved = |harness: &Harness<'_, State>| {
        let commands = &harness.state().screen.commands;
        commands.iter().filter(|command| matches!(command, Command::Pad(PadCommand::CursorToCode(_)))).count()
    };
    let before = moved(&harness);
    harness.run_steps(3);
    assert_eq!(moved(&harness), before, "it is not held there");
}

#[test]
fn the_plane_shows_where_the_drawing_lies() {
    let mut harness = harness(true);
    draw(&mut harness, [0.1, 0.5], [0.9, 0.5]);
    let found = harness.state().pad.found(Slot::A).unwrap().clone();
    harness.state_mut().shows_plane = true;
    harness.run_steps(2);
    let marker = harness.get_by_label("Drawing on the plane").value().unwrap();
    assert_eq!(marker, format!("{:.3}, {:.3}", found.mean[0], found.mean[1]));
}

#[test]
fn without_data_the_pad_says_so() {
    let harness = harness(false);
    assert!(harness.query_by_label_contains("as soon as data is open").is_some());
    assert!(harness.query_by_label("Drawing pad").is_none());
}
