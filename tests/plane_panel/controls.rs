//! What a person does with the plane: by pointer, wheel and keys, by its menu and its figures.

use crate::panel;
use crate::plane::{State, area, button, close, harness, open, some_point};
use eframe::egui::{self, Event, Key, Modifiers, PointerButton, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::plane::Plane;
use latentarium::explore::viewport::Viewport;
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand};
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use std::sync::Arc;

#[test]
fn dragging_moves_the_cursor_and_letting_go_settles_it() {
    let mut harness = harness(State::new(2, true));
    let (rect, area) = area(&harness);
    harness.drag_at(rect.center());
    harness.step();
    let to = rect.center() + vec2(60.0, -40.0);
    harness.hover_at(to);
    harness.step();
    let wanted = Viewport::default().plane_from_pixel(area, to.into());
    assert!(close(harness.state().screen.cursor, wanted), "{:?} {wanted:?}", harness.state().screen.cursor);
    harness.drop_at(to);
    harness.run_steps(2);
    let settled = harness.state().screen.commands.iter().find_map(|action| match action {
        Command::Plane(PlaneCommand::CursorSettled(at)) => Some(*at),
        _ => None,
    });
    assert!(close(settled.unwrap(), wanted));
}

#[test]
fn arrows_move_the_cursor_once_the_plane_was_clicked() {
    let mut harness = harness(State::new(2, true));
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0]);
    let (rect, _) = area(&harness);
    harness.drag_at(rect.center());
    harness.drop_at(rect.center());
    harness.run_steps(3);
    assert!(harness.get_by_label("Latent plane").is_focused());
    let before = harness.state().screen.cursor;
    for key in [Key::ArrowRight, Key::ArrowRight, Key::ArrowUp] {
        harness.key_press(key);
        harness.step();
    }
    let step = Viewport::default().half_height / 32.0;
    assert!(close(harness.state().screen.cursor, [before[0] + 2.0 * step, before[1] + step]));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run_steps(2);
    assert!(close(harness.state().screen.cursor, [before[0] + 2.0 * step, before[1] + step - step / 8.0]));
    assert!(harness.get_by_label("Latent plane").is_focused());
}

#[test]
fn the_wheel_zooms_about_the_pointer_and_the_button_resets() {
    let mut harness = harness(State::new(2, true));
    let (rect, area) = area(&harness);
    let at = rect.center() + vec2(100.0, 50.0);
    let held = Viewport::default().plane_from_pixel(area, at.into());
    harness.hover_at(at);
    harness.step();
    harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 120.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run_steps(20);
    let view = harness.state().screen.viewport;
    assert!(view.half_height < 3.0, "{view:?}");
    assert!(close(view.plane_from_pixel(area, at.into()), held));
    harness.get_by_label("Reset view").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.viewport, Viewport::default());
}

#[test]
fn dragging_with_the_secondary_button_pans() {
    let mut harness = harness(State::new(2, true));
    let (rect, area) = area(&harness);
    button(&harness, rect.center(), PointerButton::Secondary, true);
    harness.step();
    harness.hover_at(rect.center() + vec2(30.0, 0.0));
    harness.step();
    harness.hover_at(rect.center() + vec2(66.0, 20.0));
    harness.step();
    button(&harness, rect.center() + vec2(66.0, 20.0), PointerButton::Secondary, false);
    harness.run_steps(2);
    let wanted = Viewport::default().panned(area, [66.0, 20.0]).centre;
    assert!(close(harness.state().screen.viewport.centre, wanted), "{:?}", harness.state().screen.viewport);
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0]);
}

#[test]
fn a_double_click_sends_the_origin_to_an_encoding_where_there_are_more_than_two_dimensions() {
    for (latent, expected) in [(2, false), (5, true)] {
        let mut harness = harness(State::new(latent, true));
        let (index, at) = some_point(&harness);
        harness.hover_at(at);
        harness.step();
        for pressed in [true, false, true, false] {
            button(&harness, at, PointerButton::Primary, pressed);
            harness.step();
        }
        let found =
            harness.state().screen.commands.contains(&PlaneCommand::OriginFromPoint(panel::id(Slot::A), index).into());
        assert_eq!(found, expected, "{latent}: {:?}", harness.state().screen.commands);
    }
}

#[test]
fn the_menu_puts_the_cursor_and_the_origin_where_it_was_opened() {
    let mut harness = harness(State::new(5, true));
    let (index, at) = some_point(&harness);
    let area = area(&harness).1;
    for (entry, wanted) in [
        ("Cursor here", PlaneCommand::CursorSettled(Viewport::default().plane_from_pixel(area, at.into()))),
        ("Origin here", PlaneCommand::OriginFromPoint(panel::id(Slot::A), index)),
    ] {
        harness.hover_at(at);
        harness.step();
        for pressed in [true, false] {
            button(&harness, at, PointerButton::Secondary, pressed);
            harness.step();
        }
        harness.run_steps(2);
        harness.get_by_label(entry).click();
        harness.run_steps(3);
        assert!(
            harness.state().screen.commands.contains(&wanted.clone().into()),
            "{entry}: {:?}",
            harness.state().screen.commands
        );
    }
}

#[test]
fn the_figures_and_the_grid_can_be_set_without_a_pointer() {
    let mut harness = harness(State::new(2, true));
    harness.get_by_label("Cursor z₁").set_value_accesskit(1.5);
    harness.run_steps(3);
    assert!(close(harness.state().screen.cursor, [1.5, 0.0]), "{:?}", harness.state().screen.cursor);
    assert!(harness.query_by_label("Cursor z₂").is_some());
    open(&mut harness, "Layers");
    harness.get_by_role_and_label(Role::Slider, "Grid").set_value_accesskit(20.0);
    harness.run_steps(3);
    assert_eq!(harness.state().screen.settings.plane.grid, 20);
    assert!(harness.state().panel.lattice(20).is_some());
}

#[test]
fn every_control_has_a_name() {
    let plane = harness(State::new(2, true));
    assert_eq!(plane.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn an_empty_plane_offers_what_fills_it() {
    let mut harness = harness(State::new(2, false));
    harness.get_by_label("Start training").click();
    harness.run_steps(2);
    assert!(harness.state().screen.commands.contains(&ModelCommand::ToggleAll.into()));
}

#[test]
fn one_dimension_and_the_smallest_of_windows_are_no_trouble() {
    for size in [vec2(1.0, 1.0), vec2(40.0, 300.0), vec2(300.0, 40.0)] {
        for latent in [1, 2, 5] {
            let mut state = State::new(latent.max(2), true);
            if latent == 1 {
                state.screen.plane(Slot::A).plane = Some(Arc::new(Plane::random(1, 0)));
                *state.points() = None;
            }
            let mut harness = Harness::builder()
                .with_size(size)
                .with_context_setup(theme::install)
                .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
            harness.hover_at(egui::pos2(size.x / 2.0, size.y / 2.0));
            harness.run_steps(3);
            assert!(harness.state().panel.lattice(32).is_some());
        }
    }
}
