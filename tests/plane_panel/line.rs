//! The line that Shift-drag lays over the plane, and its images.

use crate::panel::snapshot;
use crate::plane::{State, area, button, close, harness, on_screen, render_state};
use eframe::egui::{Key, Modifiers, PointerButton, Pos2, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::tiles::{AtlasLimits, TileGrid};
use latentarium::explore::viewer::CpuDecoder;
use latentarium::explore::viewport::Viewport;
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{Command, PlaneCommand};
use latentarium::ui::slot::Slot;
use std::sync::Arc;

fn drag(harness: &mut Harness<'_, State>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    harness.hover_at(from);
    harness.step();
    harness.event_modifiers(
        eframe::egui::Event::PointerButton { pos: from, button: PointerButton::Primary, pressed: true, modifiers },
        modifiers,
    );
    harness.step();
    for part in [0.5, 1.0] {
        harness.event_modifiers(eframe::egui::Event::PointerMoved(from + (to - from) * part), modifiers);
        harness.step();
    }
    button(harness, to, PointerButton::Primary, false);
    harness.run_steps(2);
}

#[test]
fn shift_drag_lays_a_line_and_leaves_the_cursor_where_it_is() {
    let mut harness = harness(State::new(2, true));
    let (rect, area) = area(&harness);
    let (from, to) = (rect.center() - vec2(100.0, 20.0), rect.center() + vec2(80.0, 60.0));
    drag(&mut harness, from, to, Modifiers::SHIFT);
    let at = |pixel: Pos2| Viewport::default().plane_from_pixel(area, pixel.into());
    let line = harness.state().screen.line.unwrap();
    assert!(close(line.from, at(from)) && close(line.to, at(to)), "{line:?}");
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0]);
    let settled = |command: &Command| *command == PlaneCommand::LineSettled(line).into();
    assert_eq!(harness.state().screen.commands.iter().filter(|command| settled(command)).count(), 1);
    // It needs images, which stand below the plane; a click on one takes the cursor there.
    let images = harness.get_by_label("Twelve images along the line").rect();
    assert!(images.top() >= harness.get_by_label("Latent plane").rect().bottom() && images.right() <= 700.0);
    let last = images.right_center() - vec2(5.0, 0.0);
    harness.hover_at(last);
    harness.step();
    for pressed in [true, false] {
        button(&harness, last, PointerButton::Primary, pressed);
        harness.step();
    }
    harness.run_steps(2);
    assert!(close(harness.state().screen.cursor, line.to));
}

#[test]
fn escape_and_the_cross_take_the_line_away_and_a_click_with_shift_lays_none() {
    let mut harness = harness(State::new(2, true));
    let (rect, _) = area(&harness);
    drag(&mut harness, rect.center(), rect.center() + vec2(1.0, 1.0), Modifiers::SHIFT);
    assert_eq!(harness.state().screen.line, None);
    let line = PlaneLine { from: [-1.0, 0.0], to: [1.0, 0.5] };
    harness.state_mut().screen.line = Some(line);
    harness.run_steps(2);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().screen.line, None);
    harness.state_mut().screen.line = Some(line);
    harness.run_steps(2);
    harness.get_by_label("Remove the line").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.line, None);
    assert!(harness.query_by_label("Twelve images along the line").is_none());
}

#[test]
fn the_images_are_what_the_decoder_makes_of_the_places_along_the_line() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(5, true);
    let line = PlaneLine { from: [-2.0, 1.0], to: [2.0, -1.5] };
    let weights = snapshot(5, 3);
    let plane = state.screen.plane(Slot::A).plane.clone().unwrap();
    let tiles = line.tiles(&plane);
    let (decoder, limits) = (&mut CpuDecoder::default(), AtlasLimits::default());
    let grid = TileGrid::decode(decoder, &weights, &tiles.plane, tiles.lattice, limits, &mut || true).unwrap();
    state.screen.plane(Slot::A).line = Some(Arc::new(grid));
    state.screen.line = Some(line);
    let mut harness = on_screen(state, &render_state);
    let images: Rect = harness.get_by_label("Twelve images along the line").rect();
    let picture = harness.render().unwrap();
    let side = images.height();
    for (place, latent) in line.positions().iter().map(|at| plane.latent_from_plane(*at)).enumerate() {
        let pixels = weights.decoder.evaluate(&latent, 1, &mut Scratch::default()).to_vec();
        // The middle of its pixel (2, 3), of eight a side.
        let at = images.left_top() + vec2(side * (place as f32 + 2.5 / 8.0), side * 3.5 / 8.0);
        let found = f32::from(picture.get_pixel(at.x as u32, at.y as u32).0[0]) / 255.0;
        assert!((found - pixels[3 * 8 + 2]).abs() < 0.08, "{place}: {found} {}", pixels[3 * 8 + 2]);
    }
}
