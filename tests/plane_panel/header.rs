//! What stands around the plane: chips that say what it is, the other coordinates, and what of the layers a model has.

use crate::panel::{self, Screen};
use crate::plane::{State, area, close, harness, open};
use eframe::egui::{
    self, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Role, TouchPhase, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::explore::plane::{Plane, PlaneAxis};
use latentarium::explore::viewport::Viewport;
use latentarium::model::Config;
use latentarium::ui::command::{Command, PlaneCommand};
use latentarium::ui::plane::PlanePanel;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use std::sync::Arc;

fn id() -> latentarium::model::ModelId {
    panel::id(Slot::A)
}

fn along(latent: usize, first: usize, second: usize) -> State {
    let mut state = State::new(latent, true);
    state.screen.plane(Slot::A).plane = Some(Arc::new(Plane::of_axes(latent, first, second)));
    state
}

fn asked(harness: &Harness<'_, State>, command: &PlaneCommand) -> bool {
    harness.state().screen.commands.contains(&command.clone().into())
}

/// Labels of the entries of a menu that is open, from above.
fn entries(harness: &Harness<'_, State>, holds: &str) -> Vec<String> {
    let mut nodes: Vec<_> = harness.query_all_by_label_contains(holds).collect();
    nodes.sort_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    nodes.iter().filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn the_header_says_what_the_plane_is_and_the_footer_where_the_cursor_is_on_it() {
    let mut harness = harness(along(5, 3, 1));
    for name in ["x: z₄ ▾", "y: z₂ ▾", "origin: 0 ▾", "Cursor z₄", "Cursor z₂"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
    let mut moved = Plane::of_axes(5, 3, 1);
    moved.origin = vec![0.0, 2.0, 0.0, 0.0, 0.0];
    harness.state_mut().screen.plane(Slot::A).plane = Some(Arc::new(moved));
    harness.run_steps(2);
    assert!(harness.query_by_label("origin: |z| 2.00 ▾").is_some());
    // The field shows the latent's own coordinate, not how far from the origin it is.
    harness.get_by_label("Cursor z₂").set_value_accesskit(2.5);
    harness.run_steps(3);
    assert!(close(harness.state().screen.cursor, [0.0, 0.5]), "{:?}", harness.state().screen.cursor);
}

#[test]
fn measuring_the_worst_encoded_images_says_how_far_it_is_and_can_be_stopped() {
    let mut state = along(2, 0, 1);
    state.show_only(&["posterior"]);
    state.screen.plane(Slot::A).gaps_measured = Some(0.42);
    let mut harness = harness(state);
    harness.get_by_role_and_label(Role::Button, "Worst encoded ▾").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("measuring: 42 %").is_some());
    harness.get_by_label("Stop measuring").click();
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::CancelGaps(id())));
}

#[test]
fn dimensions_stand_in_the_order_of_their_kl_with_the_figure_beside() {
    let mut harness = harness(along(5, 0, 1));
    let points = crate::plane::points_of(&harness);
    let mut encoding = (*points.encoding).clone();
    encoding.kl_per_dimension = vec![0.5, 0.0, 3.25, 1.0, 2.0];
    let again = latentarium::explore::encoded::EncodedPoints::new(Arc::new(encoding), points.plane.clone());
    *harness.state_mut().points() = Some(Arc::new(again));
    harness.run_steps(2);
    open(&mut harness, "x: z₁");
    let order = entries(&harness, "  KL ");
    assert_eq!(order, ["z₃  KL 3.25", "z₅  KL 2.00", "z₄  KL 1.00", "z₁  KL 0.5000", "z₂  KL 0"]);
    harness.get_by_label("z₅  KL 2.00").click();
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::Along(id(), PlaneAxis::X, 4)));
    open(&mut harness, "y: z₂");
    harness.get_by_label("Two random directions").click();
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::RandomDirections(id())));
}

#[test]
fn the_origin_goes_to_the_cursor_and_back_to_zero() {
    let mut state = along(5, 0, 1);
    state.screen.cursor = [1.0, -0.5];
    let mut harness = harness(state);
    open(&mut harness, "origin: 0");
    harness.get_by_label("At the cursor").click();
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::OriginToCursor(id())));
    let mut moved = Plane::of_axes(5, 0, 1);
    moved.origin = vec![1.0, -0.5, 0.0, 0.0, 0.0];
    harness.state_mut().screen.plane(Slot::A).plane = Some(Arc::new(moved));
    harness.run_steps(2);
    open(&mut harness, "origin: |z| 1.12");
    harness.get_by_label("At 0").click();
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::OriginToZero(id())));
}

#[test]
fn the_header_is_one_row_at_720_points_and_is_never_cut() {
    for width in [720.0, 420.0, 260.0] {
        let mut state = State::new(20, true);
        state.screen.plane(Slot::A).plane = Some(Arc::new(Plane::of_axes(20, 16, 18)));
        let mut harness = Harness::builder()
            .with_size(vec2(width, 500.0))
            .with_context_setup(theme::install)
            .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
        harness.run_steps(2);
        let names = ["vae-dense", "gan-dense", "x: z₁₇ ▾", "y: z₁₉ ▾", "origin: 0 ▾", "Layers ▾", "Fit", "Reset view"];
        let rects = names.map(|name| harness.get_by_label(name).rect());
        for (name, rect) in names.iter().zip(&rects) {
            assert!(rect.left() >= 0.0 && rect.right() <= width, "{width}: {name} {rect:?}");
            let others = rects.iter().filter(|other| *other != rect);
            assert!(others.clone().all(|other| !other.shrink(0.5).intersects(*rect)), "{width}: {name} {rect:?}");
        }
        let one_row = rects.iter().all(|rect| (rect.center().y - rects[0].center().y).abs() < 2.0);
        assert_eq!(one_row, width >= 700.0, "{width}: {rects:?}");
    }
}

/// Noise has as many coordinates as an image has values.
#[test]
fn of_thousands_of_coordinates_those_that_are_seen_have_a_bar() {
    let latent = 4096;
    let mut harness = harness(along(latent, 0, 1));
    let bars = harness.get_all_by_role(Role::Slider).count();
    assert!((10..200).contains(&bars), "{bars} bars");
    assert!(harness.query_by_role_and_label(Role::Slider, "z₄₀₉₆").is_none());
    // To the end: the last one.
    let first = harness.get_by_role_and_label(Role::Slider, "z₃").rect();
    harness.hover_at(first.center());
    harness.step();
    let (unit, phase) = (MouseWheelUnit::Point, TouchPhase::Move);
    let (delta, modifiers, source) = (vec2(-1e6, 0.0), Modifiers::NONE, MouseWheelSource::Wheel);
    harness.event(Event::MouseWheel { unit, delta, phase, modifiers, source });
    harness.run_steps(30);
    let last = harness.get_by_role_and_label(Role::Slider, "z₄₀₉₆").rect();
    assert!((last.height() - first.height()).abs() < 0.1 && last.width() <= first.width() + 0.1, "{last:?} {first:?}");
    assert!(harness.query_by_role_and_label(Role::Slider, "z₃").is_none());
    assert!(harness.get_all_by_role(Role::Slider).count() <= bars);
}

#[test]
fn the_other_coordinates_are_bars_that_can_be_dragged() {
    let mut harness = harness(along(6, 0, 2));
    let bar = |name: &str| harness.get_by_role_and_label(Role::Slider, name).rect();
    let (second, sixth) = (bar("z₂"), bar("z₆"));
    assert!(harness.query_by_role_and_label(Role::Slider, "z₁").is_none(), "the plane's own");
    assert!(harness.query_by_role_and_label(Role::Slider, "z₃").is_none(), "the plane's own");
    harness.drag_at(second.center());
    harness.step();
    harness.hover_at(second.center_top() + vec2(0.0, 1.0));
    harness.step();
    harness.drop_at(second.center_top() + vec2(0.0, 1.0));
    harness.run_steps(2);
    let values: Vec<f32> = harness
        .state()
        .screen
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Plane(PlaneCommand::OriginCoordinate(of, 1, value)) if *of == id() => Some(*value),
            _ => None,
        })
        .collect();
    assert!(values.last().is_some_and(|value| (2.5..=3.0).contains(value)), "{values:?}");
    // A double click is 0, arrow keys go on from there.
    let mut moved = Plane::of_axes(6, 0, 2);
    moved.origin[5] = 1.5;
    harness.state_mut().screen.plane(Slot::A).plane = Some(Arc::new(moved));
    harness.state_mut().screen.commands.clear();
    harness.run_steps(2);
    harness.hover_at(sixth.center());
    harness.step();
    for pressed in [true, false, true, false] {
        crate::plane::button(&harness, sixth.center(), PointerButton::Primary, pressed);
        harness.step();
    }
    assert!(asked(&harness, &PlaneCommand::OriginCoordinate(id(), 5, 0.0)));
    harness.get_by_role_and_label(Role::Slider, "z₆").focus();
    harness.step();
    harness.key_press(Key::ArrowUp);
    harness.run_steps(2);
    assert!(asked(&harness, &PlaneCommand::OriginCoordinate(id(), 5, 1.6)));
}

#[test]
fn sixty_two_bars_fit_and_two_dimensions_have_none() {
    let mut state = along(64, 0, 1);
    state.screen.plane(Slot::A).points = None;
    let harness = harness(state);
    for name in ["z₃", "z₆₄"] {
        let rect = harness.get_by_role_and_label(Role::Slider, name).rect();
        assert!(rect.left() >= 0.0 && rect.right() <= 700.0, "{name}: {rect:?}");
    }
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
    let plain = crate::plane::harness(State::new(2, true));
    assert!(plain.query_by_role_and_label(Role::Slider, "z₁").is_none());
}

/// A plane of B alone, which has no encoder, or of an autoencoder, which has no prior.
fn of(preset: &str) -> Harness<'static, State> {
    let mut state = State::new(2, true);
    state.screen.set_config(Slot::A, Config::preset(preset).unwrap());
    if !Config::preset(preset).unwrap().family().encodes {
        let mut decoder = (*state.screen.snapshots[&Slot::A]).clone();
        decoder.encoder = None;
        state.screen.snapshots.insert(Slot::A, Arc::new(decoder));
        *state.points() = None;
    }
    harness(state)
}

#[test]
fn layers_are_offered_to_models_that_have_what_they_show() {
    let cases = [
        ("vae-dense", ["Tiles", "Rings", "Density", "Points", "Legend", "Point size"].as_slice()),
        ("ae-dense", &["Tiles", "Density", "Points", "Legend", "Point size"]),
        // Its points are the places of test images in its plane.
        ("gan-dense", &["Tiles", "Rings", "Density", "Points", "Legend", "Point size"]),
        ("pca", &["Tiles", "Rings", "Density", "Points", "Legend", "Point size"]),
    ];
    for (preset, offered) in cases {
        let mut harness = of(preset);
        open(&mut harness, "Layers");
        for name in cases[0].1 {
            assert_eq!(harness.query_all_by_label(name).next().is_some(), offered.contains(name), "{preset}: {name}");
        }
    }
}

#[test]
fn without_a_prior_the_view_fits_the_points_until_it_is_moved() {
    let mut harness = of("ae-dense");
    let far: Vec<_> = (0u8..200).map(|i| ([40.0 + f32::from(i % 20), 100.0 + f32::from(i / 20)], i % 3)).collect();
    *harness.state_mut().points() = Some(crate::plane::points_at(&far));
    harness.run_steps(2);
    let (_, area) = area(&harness);
    let lattice = harness.state().panel.lattice(12).unwrap();
    let (low, high) = lattice.bounds();
    assert!(low[0] <= 40.0 && high[0] >= 59.0 && low[1] <= 100.0 && high[1] >= 109.0, "{low:?} {high:?}");
    assert_eq!(harness.state().screen.viewport, Viewport::default(), "nobody has moved it");
    harness.state_mut().screen.viewport = Viewport { centre: [1.0, 0.0], half_height: 2.0 };
    harness.run_steps(2);
    let (low, _) = harness.state().panel.lattice(12).unwrap().bounds();
    assert!(low[0] < 1.0, "{area:?} {low:?}");
}

#[test]
fn point_size_and_opacity_are_settings() {
    let mut harness = harness(State::new(2, true));
    open(&mut harness, "Layers");
    harness.get_by_role_and_label(Role::Slider, "Point size").set_value_accesskit(2.0);
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::Slider, "Point opacity").set_value_accesskit(0.5);
    harness.run_steps(2);
    let plane = &harness.state().screen.settings.plane;
    assert_eq!((plane.point_size, plane.point_opacity), (2.0, 0.5));
}

#[test]
fn keys_fit_points_centre_the_cursor_and_reset_the_view() {
    let mut harness = harness(State::new(2, true));
    *harness.state_mut().points() = Some(crate::plane::points_at(&[([8.0, 8.0], 0), ([12.0, 9.0], 1)]));
    harness.state_mut().screen.cursor = [1.0, 1.0];
    harness.run_steps(2);
    harness.key_press(Key::F);
    harness.run_steps(2);
    let fitted = harness.state().screen.viewport;
    assert!(close(fitted.centre, [10.0, 8.5]) && fitted.half_height < 3.0, "{fitted:?}");
    harness.key_press(Key::Num0);
    harness.run_steps(2);
    assert_eq!(harness.state().screen.viewport, Viewport::default());
    harness.get_by_label("Fit").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.viewport, fitted);
    harness.key_press(Key::Home);
    harness.run_steps(2);
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0]);
    assert!(asked(&harness, &PlaneCommand::CursorSettled([0.0, 0.0])));
    // The cursor is out of view now: the arrow brings it there.
    harness.get_by_label("Show the cursor").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.viewport, Viewport { centre: [0.0, 0.0], ..fitted });
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0], "it was not meant");
    assert!(harness.query_by_label("Show the cursor").is_none());
}

#[test]
fn a_map_is_there_while_it_is_looked_at_closely_and_dragging_in_it_pans() {
    let mut harness = harness(State::new(2, true));
    assert!(harness.query_by_label("Map of the plane").is_none());
    harness.state_mut().screen.viewport = Viewport { centre: [1.0, 1.0], half_height: 0.5 };
    harness.run_steps(2);
    let map = harness.get_by_label("Map of the plane").rect();
    harness.drag_at(map.center());
    harness.step();
    harness.drop_at(map.center());
    harness.run_steps(2);
    let view = harness.state().screen.viewport;
    assert!(close(view.centre, [0.0, 0.0]) && view.half_height == 0.5, "{view:?}");
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0], "the cursor is not meant");
}

#[test]
fn a_panel_without_models_weights_has_no_chips_and_no_bars() {
    let screen = Screen::new();
    let builder = Harness::builder().with_size(vec2(700.0, 500.0)).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(
        |ui: &mut egui::Ui, (screen, panel): &mut (Screen, PlanePanel)| screen.draw(panel, ui),
        (screen, PlanePanel::default()),
    );
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("origin").is_none());
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}
