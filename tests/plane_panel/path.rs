//! The path whose waypoints Shift-click lays over the plane, and what plays it.

use crate::plane::{State, area, button, close, harness};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::path::{PATH_IMAGES, PathKind, PathSource, PlanePath};
use latentarium::explore::tiles::AtlasLimits;
use latentarium::ui::command::{Command, PlaneCommand};
use latentarium::ui::slot::Slot;
use std::sync::Arc;

fn shift_click(harness: &mut Harness<'_, State>, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    for pressed in [true, false] {
        let event =
            Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::SHIFT };
        harness.event_modifiers(event, Modifiers::SHIFT);
        harness.step();
    }
    harness.event_modifiers(Event::PointerMoved(at), Modifiers::NONE);
    harness.run_steps(2);
}

/// Makes the path that is laid, as the app does in the background.
fn make(harness: &mut Harness<'_, State>) {
    let screen = &mut harness.state_mut().screen;
    let (snapshot, path) = (screen.snapshots[&Slot::A].clone(), screen.path.clone().unwrap());
    let plane = screen.plane(Slot::A).plane.clone().unwrap();
    let source = PathSource { snapshot, plane, path, encoding: None, test: None };
    screen.plane(Slot::A).path = source.made(AtlasLimits::default(), &mut || true).map(Arc::new);
    assert!(screen.plane(Slot::A).path.is_some());
    harness.run_steps(2);
}

fn laid(path: &PlanePath) -> Harness<'static, State> {
    let mut harness = harness(State::new(2, true));
    harness.state_mut().screen.path = Some(path.clone());
    make(&mut harness);
    harness.state_mut().screen.commands.clear();
    harness
}

fn bent() -> PlanePath {
    PlanePath { waypoints: vec![[-1.0, 0.0], [0.5, 1.0], [1.0, -0.5]], ..PlanePath::default() }
}

#[test]
fn shift_clicks_lay_waypoints_and_leave_the_cursor_where_it_is() {
    let mut harness = harness(State::new(2, true));
    let mut wanted = Vec::new();
    for by in [vec2(-100.0, 20.0), vec2(40.0, -60.0), vec2(90.0, 50.0)] {
        let (rect, area) = area(&harness);
        let at = rect.center() + by;
        wanted.push(harness.state().screen.viewport.plane_from_pixel(area, at.into()));
        shift_click(&mut harness, at);
    }
    let path = harness.state().screen.path.clone().unwrap();
    assert_eq!((path.waypoints.len(), path.kind, path.closed), (3, PathKind::Straight, false));
    assert!(path.waypoints.iter().zip(&wanted).all(|(a, b)| close(*a, *b)), "{path:?} {wanted:?}");
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0]);
    // A line becomes the path's beginning.
    let line = PlaneLine { from: [-1.0, 0.0], to: [1.0, 0.5] };
    (harness.state_mut().screen.path, harness.state_mut().screen.line) = (None, Some(line));
    harness.run_steps(2);
    let (rect, _) = area(&harness);
    shift_click(&mut harness, rect.center() + vec2(0.0, 70.0));
    let path = harness.state().screen.path.clone().unwrap();
    assert_eq!((&path.waypoints[..2], path.waypoints.len()), (&[line.from, line.to][..], 3));
    assert_eq!(harness.state().screen.line, None);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().screen.path, None);
    assert!(harness.query_by_label("Twelve images along the path").is_none());
}

#[test]
fn a_path_is_played_to_its_end_held_still_and_scrubbed() {
    let mut harness = laid(&bent());
    harness.get_by_label("Play the path").click();
    harness.run_steps(3);
    let first = harness.state().screen.cursor;
    assert!(first != [0.0, 0.0] && first[0] < -0.5, "{first:?}");
    harness.run_steps(60);
    let later = harness.state().screen.cursor;
    assert!(later[0] > first[0] + 0.1, "it goes on: {later:?}");
    harness.get_by_label("Pause the path").click();
    harness.run_steps(2);
    let held = harness.state().screen.cursor;
    harness.run_steps(10);
    assert_eq!(harness.state().screen.cursor, held, "it holds still");
    let settled = |command: &&Command| matches!(command, Command::Plane(PlaneCommand::CursorSettled(_)));
    assert_eq!(harness.state().screen.commands.iter().filter(settled).count(), 1);
    harness.get_by_label("Play the path").click();
    // Six seconds at sixty frames a second, and a little.
    harness.run_steps(380);
    assert!(close(harness.state().screen.cursor, [1.0, -0.5]), "{:?}", harness.state().screen.cursor);
    assert!(harness.query_by_label("Play the path").is_some(), "it ended");
    // Scrubbed with the keyboard.
    let slider = harness.get_by_role_and_label(Role::Slider, "Along the path");
    slider.focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowLeft);
    harness.run_steps(2);
    assert!(!close(harness.state().screen.cursor, [1.0, -0.5]));
}

#[test]
fn its_kind_and_whether_it_is_a_loop_are_chosen_and_a_loop_goes_on() {
    let mut harness = laid(&bent());
    harness.get_by_label("loop").click();
    harness.run_steps(2);
    assert!(harness.state().screen.path.as_ref().unwrap().closed);
    assert!(harness.query_by_label("being made…").is_some(), "until it is made");
    make(&mut harness);
    assert!(harness.query_by_label("being made…").is_none());
    harness.get_by_label("Play the path").click();
    harness.run_steps(400);
    assert!(harness.query_by_label("Pause the path").is_some(), "it goes on");
    harness.get_by_role_and_label(Role::ComboBox, "Kind of path").click();
    harness.run_steps(3);
    harness.get_by_label("shortest").click();
    harness.run_steps(2);
    let path = harness.state().screen.path.clone().unwrap();
    assert_eq!((path.kind, path.closed, path.waypoints), (PathKind::Geodesic, true, bent().waypoints));
    harness.get_by_label("Remove the path").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.path, None);
}

#[test]
fn a_click_on_an_image_takes_the_cursor_to_its_place() {
    let mut harness = laid(&bent());
    let images = harness.get_by_label("Twelve images along the path").rect();
    let place = |harness: &mut Harness<'_, State>, image: usize| {
        harness.state_mut().screen.plane(Slot::A).path.as_ref().unwrap().image_places()[image]
    };
    for image in [0, 7, PATH_IMAGES - 1] {
        let at = images.left_center() + vec2((image as f32 + 0.5) * images.height(), 0.0);
        harness.hover_at(at);
        harness.step();
        for pressed in [true, false] {
            button(&harness, at, PointerButton::Primary, pressed);
            harness.step();
        }
        harness.run_steps(2);
        let wanted = place(&mut harness, image);
        assert!(close(harness.state().screen.cursor, wanted), "{image}");
    }
}

/// Of more than two dimensions a shortest way goes through all of them: what is asked for says where on it the cursor is.
#[test]
fn a_path_that_leaves_the_plane_says_so_and_is_played_along_itself() {
    let mut harness = harness(State::new(5, true));
    let path = PlanePath { kind: PathKind::Geodesic, ..bent() };
    harness.state_mut().screen.path = Some(path);
    make(&mut harness);
    harness.state_mut().screen.commands.clear();
    assert!(harness.query_by_label_contains("leaves the plane, by").is_some());
    harness.get_by_label("Play the path").click();
    harness.run_steps(30);
    harness.get_by_label("Pause the path").click();
    harness.run_steps(2);
    let made = harness.state_mut().screen.plane(Slot::A).path.clone().unwrap();
    let mut last = 0.0;
    let mut settled = Vec::new();
    for command in &harness.state().screen.commands {
        let Command::Plane(PlaneCommand::CursorOnPath { at, part, settled: is_settled, .. }) = command else {
            panic!("{command:?}");
        };
        assert!(*at == made.at(*part) && *part >= last, "{command:?}");
        (last, settled) = (*part, [settled, vec![*is_settled]].concat());
    }
    assert!(last > 0.0 && settled.len() > 20 && settled.iter().filter(|settled| **settled).count() == 1);
    // A straight path lies on the plane.
    harness.state_mut().screen.path = Some(bent());
    make(&mut harness);
    assert!(harness.query_by_label_contains("leaves the plane, by").is_none());
}
