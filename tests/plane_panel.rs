//! The plane as a person uses it: pointer, wheel, keys, names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, Color32, Event, Key, Modifiers, PointerButton, Pos2, Role, vec2};
use eframe::egui_wgpu::{RenderState, RendererOptions};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use latentarium::explore::encoded::{EncodedPoints, Encoding, PlanePoint};
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::{AtlasLimits, TileGrid};
use latentarium::explore::viewer::CpuDecoder;
use latentarium::explore::viewport::{Area, Viewport};
use latentarium::gpu::{ColorMap, Resources};
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand};
use latentarium::ui::plane::PlanePanel;
use latentarium::ui::plane::layers::LAYERS;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use panel::{Screen, dataset, snapshot, split};
use std::sync::Arc;
use std::time::Duration;

/// What an app keeps for the plane.
struct State {
    panel: PlanePanel,
    screen: Screen,
}

impl State {
    fn new(latent: usize, filled: bool) -> Self {
        let snapshot = snapshot(latent, 3);
        let plane = Arc::new(if latent == 2 { Plane::of_two() } else { Plane::random(latent, 5) });
        let images = split(200);
        let mut screen = Screen::new();
        screen.settings.plane.grid = 12;
        screen.data = Some(dataset(&images));
        screen.plane(Slot::A).plane = Some(plane.clone());
        if filled {
            let encoding = Encoding::of(&snapshot, &images, 200, &mut Scratch::default(), &mut || true).unwrap();
            let area = Area { min: [0.0, 0.0], size: [600.0, 400.0] };
            let lattice = latentarium::explore::tiles::Lattice::covering(&Viewport::default(), area, 8);
            let (decoder, limits) = (&mut CpuDecoder::default(), AtlasLimits::default());
            let tiles = TileGrid::decode(decoder, &snapshot, &plane, lattice, limits, &mut || true);
            screen.plane(Slot::A).tiles = tiles.map(Arc::new);
            screen.plane(Slot::A).points = Some(Arc::new(EncodedPoints::new(Arc::new(encoding), plane)));
            screen.snapshots.insert(Slot::A, snapshot);
        }
        Self { panel: PlanePanel::default(), screen }
    }

    fn points(&mut self) -> &mut Option<Arc<EncodedPoints>> {
        &mut self.screen.plane(Slot::A).points
    }

    /// Shows these layers of those that have a switch, and no others.
    fn show_only(&mut self, ids: &[&str]) {
        for layer in LAYERS.iter().filter(|layer| layer.text_keys().is_some()) {
            self.screen.settings.plane.show.set(layer.id, ids.contains(&layer.id));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        self.screen.draw(&mut self.panel, ui);
    }
}

fn harness(state: State) -> Harness<'static, State> {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 500.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
    harness.run_steps(2);
    harness.state_mut().screen.commands.clear();
    harness
}

/// What draws to a picture, or a sentence why there is none.
fn render_state() -> Option<RenderState> {
    if latentarium::gpu::probe().is_none() {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
        return None;
    }
    let render_state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
    latentarium::gpu::install(&render_state);
    Some(render_state)
}

fn on_screen(state: State, render_state: &RenderState) -> Harness<'static, State> {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 500.0))
        .with_context_setup(theme::install)
        .renderer(WgpuTestRenderer::from_render_state(render_state.clone()))
        .build_ui_state(|ui, state: &mut State| state.ui(ui), state);
    harness.run_steps(2);
    harness
}

fn uploads(render_state: &RenderState) -> u64 {
    render_state.renderer.read().callback_resources.get::<Resources>().unwrap().uploads()
}

/// Points of these places and classes.
fn points_at(points: &[([f32; 2], u8)]) -> Arc<EncodedPoints> {
    let encoding = Encoding {
        step: 7,
        latent: 2,
        mean: points.iter().flat_map(|(position, _)| *position).collect(),
        log_variance: vec![0.0; 2 * points.len()],
        kl_per_dimension: vec![0.0; 2],
        images: (0..points.len() as u32).collect(),
        labels: points.iter().map(|(_, class)| *class).collect(),
        took: Duration::ZERO,
    };
    Arc::new(EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two())))
}

fn area(harness: &Harness<'_, State>) -> (egui::Rect, Area) {
    let rect = harness.get_by_label("Latent plane").rect();
    (rect, Area { min: rect.min.into(), size: rect.size().into() })
}

fn button(harness: &Harness<'_, State>, pos: Pos2, button: PointerButton, pressed: bool) {
    harness.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
}

fn close(a: [f32; 2], b: [f32; 2]) -> bool {
    (a[0] - b[0]).abs() < 0.02 && (a[1] - b[1]).abs() < 0.02
}

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

fn points_of(harness: &Harness<'_, State>) -> Arc<EncodedPoints> {
    harness.state().screen.planes.get(panel::id(Slot::A)).unwrap().points.clone().unwrap()
}

/// A point that can be seen well, and where it is on the screen.
fn some_point(harness: &Harness<'_, State>) -> (usize, Pos2) {
    let (rect, area) = area(harness);
    let points = points_of(harness);
    let inner = egui::Rect::from_min_max(rect.min + vec2(20.0, 20.0), rect.max - vec2(180.0, 40.0));
    let pixel = |point: &PlanePoint| Pos2::from(Viewport::default().pixel_from_plane(area, point.position));
    let (index, at) =
        points.points.iter().map(pixel).enumerate().find(|(_, at)| inner.contains(*at)).expect("a visible point");
    let position = Viewport::default().plane_from_pixel(area, at.into());
    (points.nearest(position, 1.0, |_| true).unwrap_or(index), at)
}

#[test]
fn hovering_a_point_says_which_and_leaving_says_none() {
    let mut harness = harness(State::new(2, true));
    let (index, at) = some_point(&harness);
    harness.hover_at(at);
    harness.run_steps(2);
    assert_eq!(harness.state().panel.hovered(), Some(index));
    harness.remove_cursor();
    harness.run_steps(2);
    assert_eq!(harness.state().panel.hovered(), None);
}

#[test]
fn a_class_that_is_hidden_cannot_be_hovered() {
    let mut harness = harness(State::new(2, true));
    let (index, at) = some_point(&harness);
    let class = points_of(&harness).label(index);
    harness.get_by_label(&format!("class {class}")).click();
    harness.run_steps(2);
    harness.hover_at(at);
    harness.run_steps(2);
    assert_ne!(harness.state().panel.hovered(), Some(index));
}

#[test]
fn where_only_some_images_are_points_the_footer_says_so() {
    let mut harness = harness(State::new(2, true));
    assert!(harness.query_by_label("200 of 200 test images").is_none());
    harness.state_mut().screen.data = Some(dataset(&split(26_032)));
    harness.run_steps(2);
    assert!(harness.query_by_label("200 of 26\u{2009}032 test images").is_some());
    harness.state_mut().screen.settings.plane.show.set("points", false);
    harness.run_steps(2);
    assert!(harness.query_by_label("200 of 26\u{2009}032 test images").is_none());
}

#[test]
fn hiding_a_class_takes_its_points_off_the_screen_and_uploads_none() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    state.show_only(&["points", "legend"]);
    // Two classes, a point each, away from the lines of the cross-hair.
    *state.points() = Some(points_at(&[([-1.0, 1.0], 0), ([-1.0, -1.0], 1)]));
    let mut harness = on_screen(state, &render_state);
    let area = area(&harness).1;
    let color = |harness: &mut Harness<'_, State>, position: [f32; 2]| {
        let [x, y] = Viewport::default().pixel_from_plane(area, position);
        let picture = harness.render().unwrap();
        let pixel = picture.get_pixel(x.round() as u32, y.round() as u32).0;
        Color32::from_rgb(pixel[0], pixel[1], pixel[2])
    };
    assert_eq!(color(&mut harness, [-1.0, 1.0]), theme::CLASSES[0]);
    assert_eq!(color(&mut harness, [-1.0, -1.0]), theme::CLASSES[1]);
    let before = uploads(&render_state);
    harness.get_by_label("class 0").click();
    harness.run_steps(2);
    assert_eq!(color(&mut harness, [-1.0, 1.0]), theme::palette(egui::Theme::Dark).surfaces[0]);
    assert_eq!(color(&mut harness, [-1.0, -1.0]), theme::CLASSES[1]);
    harness.get_by_label("class 0").click();
    harness.run_steps(2);
    assert_eq!(color(&mut harness, [-1.0, 1.0]), theme::CLASSES[0]);
    assert_eq!(uploads(&render_state), before);
}

#[test]
fn the_window_is_drawn_until_very_many_points_have_arrived() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    let many: Vec<_> = (0u16..60_000).cycle().take(400_000).map(|i| ([f32::from(i) / 2e4, -2.0], 1)).collect();
    *state.points() = Some(points_at(&many));
    let mut harness = on_screen(state, &render_state);
    harness.render().unwrap();
    let mut frames = 0;
    while harness.ctx.has_requested_repaint() && frames < 20 {
        harness.step();
        harness.render().unwrap();
        frames += 1;
    }
    // 400 000 points are 4.6 MiB: three pieces, and a frame or two that egui draws for itself.
    assert!((2..8).contains(&frames), "{frames}");
    let uploaded = uploads(&render_state);
    harness.render().unwrap();
    assert_eq!(uploads(&render_state), uploaded);
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
fn the_figures_and_the_grid_can_be_set_without_a_pointer() {
    let mut harness = harness(State::new(2, true));
    harness.get_by_label("Cursor a").set_value_accesskit(1.5);
    harness.run_steps(3);
    assert!(close(harness.state().screen.cursor, [1.5, 0.0]), "{:?}", harness.state().screen.cursor);
    assert!(harness.query_by_label("Cursor b").is_some());
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
fn tiles_are_on_the_screen_in_the_colours_of_the_map() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    state.show_only(&["tiles"]);
    let tiles = Arc::make_mut(state.screen.plane(Slot::A).tiles.as_mut().unwrap());
    tiles.pixels.fill(200);
    let mut harness = on_screen(state, &render_state);
    let at = area(&harness).0.center() + vec2(50.0, 40.0);
    let picture = harness.render().unwrap();
    let pixel = picture.get_pixel(at.x as u32, at.y as u32).0;
    assert_eq!(pixel[..3], ColorMap::Grey.rgb(200.0 / 255.0));
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
fn one_dimension_and_the_smallest_of_windows_are_no_trouble() {
    for size in [vec2(1.0, 1.0), vec2(40.0, 300.0), vec2(300.0, 40.0)] {
        for latent in [1, 2, 5] {
            let mut state = State::new(latent.max(2), true);
            if latent == 1 {
                state.screen.plane(Slot::A).plane = Some(Arc::new(Plane::random(1, 0)));
                *state.points() = None;
            }
            let mut harness =
                Harness::builder().with_size(size).build_ui_state(|ui, state: &mut State| state.ui(ui), state);
            harness.hover_at(egui::pos2(size.x / 2.0, size.y / 2.0));
            harness.run_steps(3);
            assert!(harness.state().panel.lattice(32).is_some());
        }
    }
}

#[test]
fn an_empty_plane_offers_what_fills_it() {
    let mut harness = harness(State::new(2, false));
    harness.get_by_label("Start training").click();
    harness.run_steps(2);
    assert!(harness.state().screen.commands.contains(&ModelCommand::ToggleAll.into()));
}

#[test]
fn the_density_is_off_at_first_and_shows_where_the_points_lie_close_once_it_is_on() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    state.show_only(&[]);
    let many: Vec<_> =
        (0u16..400).map(|i| ([-1.0 + f32::from(i % 20) / 100.0, 1.0 + f32::from(i / 20) / 100.0], 1)).collect();
    *state.points() = Some(points_at(&many));
    let mut harness = on_screen(state, &render_state);
    let area = area(&harness).1;
    let colour = |harness: &mut Harness<'_, State>, position: [f32; 2]| {
        let [x, y] = Viewport::default().pixel_from_plane(area, position);
        let picture = harness.render().unwrap();
        let pixel = picture.get_pixel(x.round() as u32, y.round() as u32).0;
        Color32::from_rgb(pixel[0], pixel[1], pixel[2])
    };
    let ground = theme::palette(egui::Theme::Dark).surfaces[0];
    assert_eq!(colour(&mut harness, [-0.9, 1.1]), ground);
    harness.get_by_label("Density").click();
    harness.run_steps(4);
    assert_ne!(colour(&mut harness, [-0.9, 1.1]), ground, "where they are");
    assert_eq!(colour(&mut harness, [2.0, -1.0]), ground, "where there are none");
    assert_eq!(harness.state().screen.settings.plane.show.get("density"), Some(true));
}

#[test]
fn points_that_are_older_than_the_tiles_say_so_and_much_older_ones_are_faded() {
    let Some(render_state) = render_state() else { return };
    let mut harness = on_screen(State::new(2, true), &render_state);
    let area = area(&harness).1;
    let mut shown = |points: u64, tiles: u64, note: Option<&str>| {
        let state = harness.state_mut();
        state.show_only(&["points", "tiles"]);
        let mut old = (*points_at(&[([-1.0, 1.0], 0)])).clone();
        Arc::make_mut(&mut old.encoding).step = points;
        *state.points() = Some(Arc::new(EncodedPoints::new(old.encoding, old.plane)));
        Arc::make_mut(state.screen.plane(Slot::A).tiles.as_mut().unwrap()).step = tiles;
        let mut weights = (*state.screen.snapshots[&Slot::A]).clone();
        weights.step = tiles;
        state.screen.snapshots.insert(Slot::A, Arc::new(weights));
        harness.run_steps(2);
        let words: Vec<String> = ["points: step", "tiles: step"].map(str::to_owned).into();
        match note {
            Some(note) => assert!(harness.query_by_label(note).is_some(), "{note}"),
            None => assert!(words.iter().all(|words| harness.query_by_label_contains(words).is_none())),
        }
        let [x, y] = Viewport::default().pixel_from_plane(area, [-1.0, 1.0]);
        let pixel = harness.render().unwrap().get_pixel(x.round() as u32, y.round() as u32).0;
        Color32::from_rgb(pixel[0], pixel[1], pixel[2])
    };
    assert_eq!(shown(477, 477, None), theme::CLASSES[0]);
    assert_eq!(shown(461, 477, Some("points: step 461 (tiles 477)")), theme::CLASSES[0]);
    assert_ne!(shown(300, 477, Some("points: step 300 (tiles 477)")), theme::CLASSES[0]);
}
