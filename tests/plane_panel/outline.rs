//! Outlining points on the plane, marking anchors, and colours by nats.

use crate::panel::{id, split};
use crate::plane::{State, area, button, harness, open, points_at, points_of, some_point};
use eframe::egui::{Event, Modifiers, PointerButton, Pos2, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::anchors::{Anchor, Anchors};
use latentarium::explore::coloring::ColorBy;
use latentarium::explore::outline::{SelectBy, SelectedImages};
use latentarium::explore::plane::Plane;
use latentarium::picture::Bitmap;
use latentarium::ui::command::{Command, PlaneCommand};
use latentarium::ui::plane::known::PlanesView;
use latentarium::ui::points::known::{SelectedPoints, SelectionView};
use latentarium::ui::slot::Slot;
use std::sync::Arc;

fn drag(harness: &mut Harness<'_, State>, modifiers: Modifiers, way: &[Pos2]) {
    harness.hover_at(way[0]);
    harness.step();
    let press = Event::PointerButton { pos: way[0], button: PointerButton::Primary, pressed: true, modifiers };
    harness.event_modifiers(press, modifiers);
    harness.step();
    for pos in way {
        harness.event_modifiers(Event::PointerMoved(*pos), modifiers);
        harness.step();
    }
    button(harness, way[way.len() - 1], PointerButton::Primary, false);
    harness.run_steps(2);
}

fn selected(harness: &Harness<'_, State>) -> Option<SelectBy> {
    harness.state().screen.commands.iter().rev().find_map(|command| match command {
        Command::Plane(PlaneCommand::Select(model, by)) if *model == id(Slot::A) => Some(by.clone()),
        _ => None,
    })
}

fn images(by: SelectBy, harness: &Harness<'_, State>) -> Vec<u32> {
    let SelectBy::Outline(outline) = by else { panic!("{by:?}") };
    outline.images(&points_of(harness)).to_vec()
}

/// Four points, three of them in a corner of the plane.
fn four() -> Harness<'static, State> {
    let mut harness = harness(State::new(2, true));
    let points = [([1.0, 1.0], 0), ([1.2, 1.0], 1), ([1.0, 1.3], 2), ([-1.0, -1.0], 0)];
    *harness.state_mut().points() = Some(points_at(&points));
    harness.run_steps(2);
    harness
}

fn at(harness: &Harness<'_, State>, position: [f32; 2]) -> Pos2 {
    let (_, area) = area(harness);
    harness.state().screen.viewport.pixel_from_plane(area, position).into()
}

#[test]
fn a_drag_with_ctrl_is_a_lasso_and_with_shift_too_a_box() {
    let mut harness = four();
    let round = [[0.8, 0.8], [1.5, 0.8], [1.5, 1.15], [0.8, 1.15]].map(|position| at(&harness, position));
    drag(&mut harness, Modifiers::COMMAND, &round);
    let by = selected(&harness).expect("a lasso");
    assert_eq!(images(by, &harness), [0, 1]);
    let corners = [[0.8, 0.8], [1.1, 1.1], [1.3, 1.5]].map(|position| at(&harness, position));
    drag(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, &corners);
    let by = selected(&harness).expect("a box");
    assert_eq!(images(by.clone(), &harness), [0, 1, 2]);
    let SelectBy::Outline(outline) = by else { panic!() };
    assert_eq!(outline.corners.len(), 4);
    let moved = |command: &Command| matches!(command, Command::Plane(PlaneCommand::Cursor(_) | PlaneCommand::Line(_)));
    assert!(!harness.state().screen.commands.iter().any(moved), "neither cursor nor line is meant");
}

#[test]
fn the_buttons_outline_without_a_key_and_a_click_takes_the_selection_away() {
    let mut harness = four();
    harness.get_by_role_and_label(Role::Button, "Box").click();
    harness.run_steps(2);
    let corners = [[-1.2, -1.2], [-0.8, -0.8]].map(|position| at(&harness, position));
    drag(&mut harness, Modifiers::NONE, &corners);
    assert_eq!(images(selected(&harness).expect("a box"), &harness), [3]);
    let here = at(&harness, [0.0, 0.0]);
    drag(&mut harness, Modifiers::NONE, &[here]);
    assert_eq!(harness.state().screen.commands.last(), Some(&PlaneCommand::Deselect.into()));
    harness.get_by_role_and_label(Role::Button, "Box").click();
    harness.run_steps(2);
    drag(&mut harness, Modifiers::NONE, &corners);
    assert!(harness.state().screen.cursor[0] < -0.5, "the cursor again");
}

#[test]
fn what_is_hidden_is_not_selected() {
    let mut harness = four();
    harness.get_by_label("class 1").click();
    harness.run_steps(2);
    let corners = [[0.8, 0.8], [1.5, 1.5]].map(|position| at(&harness, position));
    drag(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, &corners);
    assert_eq!(images(selected(&harness).expect("a box"), &harness), [0, 2]);
}

#[test]
fn a_selection_can_be_taken_away_in_the_header() {
    let mut harness = four();
    let none = SelectedImages::of(&split(4), Arc::from([1u32]), &mut || true).unwrap();
    let picture = Bitmap::new(latentarium::dataset::ImageShape::grey(8, 8), &[0.0; 64]);
    let by = SelectBy::Search("#1".to_owned());
    let (mean, deviation) = (picture.clone(), picture);
    let shown = SelectedPoints { id: 1, by, selected: none, mean, deviation, thumbnails: Vec::new() };
    let selection = SelectionView { shown: Some(Arc::new(shown)), refused: None };
    let planes = PlanesView { selection, ..harness.state().screen.planes.clone() };
    harness.state_mut().screen.planes = planes;
    harness.run_steps(2);
    harness.get_by_label("Select nothing").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.commands.last(), Some(&PlaneCommand::Deselect.into()));
}

#[test]
fn a_point_and_a_place_are_marked_by_the_menu() {
    let mut state = State::new(5, true);
    state.screen.plane(Slot::A).anchors = Anchors::default();
    let mut harness = harness(state);
    let (index, at) = some_point(&harness);
    let points = points_of(&harness);
    let menu = |harness: &mut Harness<'_, State>, at: Pos2, letter: &str| {
        harness.hover_at(at);
        harness.step();
        for pressed in [true, false] {
            button(harness, at, PointerButton::Secondary, pressed);
            harness.step();
        }
        harness.run_steps(2);
        harness.get_by_label_contains("Anchor").click();
        harness.run_steps(3);
        harness.get_by_label(&format!("{letter} here")).click();
        harness.run_steps(3);
    };
    menu(&mut harness, at, "b");
    let image = points.image(index).unwrap() as u32;
    let latent = points.encoding.posterior(index).unwrap().0.to_vec();
    let marked = PlaneCommand::Anchor(id(Slot::A), 1, Some(Anchor { latent, image: Some(image) }));
    assert!(harness.state().screen.commands.contains(&marked.into()), "{:?}", harness.state().screen.commands);
}

#[test]
fn directions_say_what_they_are_and_how_sure() {
    use latentarium::explore::direction_source::{AttributeFigures, DirectionSource};
    let figures = AttributeFigures { name: "slant".to_owned(), distance: 2.0, error: 0.1, angle_deg: 3.25 };
    let component = DirectionSource::Component { number: 1, share: 0.384 };
    let mut state = State::new(5, true);
    let plane =
        Plane { u_source: Some(component), v_source: Some(DirectionSource::Attribute(figures)), ..Plane::random(5, 1) };
    state.screen.plane(Slot::A).plane = Some(Arc::new(plane));
    let mut harness = harness(state);
    assert!(harness.query_by_label("x: PC 1 (38 %) ▾").is_some());
    assert!(harness.query_by_label("y: slant ± 3.2° ▾").is_some());
    open(&mut harness, "x: PC 1 (38 %)");
    harness.get_by_label("Two principal components of the codes").click();
    harness.run_steps(2);
    let lay = PlaneCommand::Lay(id(Slot::A), latentarium::explore::codes::PlaneBasis::Components);
    assert!(harness.state().screen.commands.contains(&lay.into()));
}

#[test]
fn points_can_be_coloured_by_nats() {
    let mut harness = harness(State::new(2, true));
    open(&mut harness, "Layers");
    harness.get_by_label("Colour: class").click();
    harness.run_steps(3);
    harness.get_by_label("KL (nats)").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.settings.plane.color_by, ColorBy::Kl);
}
