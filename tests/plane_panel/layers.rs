//! What is seen on the plane: tiles, points and their density.

use crate::panel::{dataset, split};
use crate::plane::{
    State, area, color_at, harness, on_screen, open, points_at, points_of, render_state, some_point, uploads,
};
use eframe::egui::{self, vec2};
use egui_kittest::kittest::Queryable;
use latentarium::explore::encoded::EncodedPoints;
use latentarium::gpu::ColorMap;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use std::sync::Arc;

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
    assert!(harness.query_by_label("200 of 200 test examples").is_none());
    harness.state_mut().screen.data = Some(dataset(&split(26_032)));
    harness.run_steps(2);
    assert!(harness.query_by_label("200 of 26\u{2009}032 test examples").is_some());
    harness.state_mut().screen.settings.plane.show.set("points", false);
    harness.run_steps(2);
    assert!(harness.query_by_label("200 of 26\u{2009}032 test examples").is_none());
}

#[test]
fn hiding_a_class_takes_its_points_off_the_screen_and_uploads_none() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    state.show_only(&["points", "legend"]);
    // Two classes, a point each, away from the lines of the cross-hair.
    *state.points() = Some(points_at(&[([-1.0, 1.0], 0), ([-1.0, -1.0], 1)]));
    let mut harness = on_screen(state, &render_state);
    assert_eq!(color_at(&mut harness, [-1.0, 1.0]), theme::CLASSES[0]);
    assert_eq!(color_at(&mut harness, [-1.0, -1.0]), theme::CLASSES[1]);
    let before = uploads(&render_state);
    harness.get_by_label("class 0").click();
    harness.run_steps(2);
    assert_eq!(color_at(&mut harness, [-1.0, 1.0]), theme::palette(egui::Theme::Dark).surfaces[0]);
    assert_eq!(color_at(&mut harness, [-1.0, -1.0]), theme::CLASSES[1]);
    harness.get_by_label("class 0").click();
    harness.run_steps(2);
    assert_eq!(color_at(&mut harness, [-1.0, 1.0]), theme::CLASSES[0]);
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
fn points_that_are_older_than_the_tiles_say_so_and_much_older_ones_are_faded() {
    let Some(render_state) = render_state() else { return };
    let mut harness = on_screen(State::new(2, true), &render_state);
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
        color_at(&mut harness, [-1.0, 1.0])
    };
    assert_eq!(shown(477, 477, None), theme::CLASSES[0]);
    assert_eq!(shown(461, 477, Some("points: step 461 (tiles 477)")), theme::CLASSES[0]);
    assert_ne!(shown(300, 477, Some("points: step 300 (tiles 477)")), theme::CLASSES[0]);
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
    let ground = theme::palette(egui::Theme::Dark).surfaces[0];
    assert_eq!(color_at(&mut harness, [-0.9, 1.1]), ground);
    open(&mut harness, "Layers");
    harness.get_by_label("Density").click();
    harness.run_steps(4);
    assert_ne!(color_at(&mut harness, [-0.9, 1.1]), ground, "where they are");
    assert_eq!(color_at(&mut harness, [-2.6, -2.2]), ground, "where there are none");
    assert_eq!(harness.state().screen.settings.plane.show.get("density"), Some(true));
}

#[test]
fn the_pointer_over_a_class_fades_the_others_and_a_double_click_shows_it_alone() {
    let Some(render_state) = render_state() else { return };
    let mut state = State::new(2, true);
    state.show_only(&["points", "legend"]);
    *state.points() = Some(points_at(&[([-1.0, 1.0], 0), ([-1.0, -1.0], 1)]));
    let mut harness = on_screen(state, &render_state);
    let ground = theme::palette(egui::Theme::Dark).surfaces[0];
    let both = |harness: &mut _| [color_at(harness, [-1.0, 1.0]), color_at(harness, [-1.0, -1.0])];
    let class = harness.get_by_label("class 0").rect().center();
    harness.hover_at(class);
    harness.run_steps(3);
    let [first, second] = both(&mut harness);
    assert_eq!(first, theme::CLASSES[0]);
    assert!(second != theme::CLASSES[1] && second != ground, "{second:?}");
    harness.hover_at(egui::pos2(20.0, 300.0));
    harness.run_steps(3);
    assert_eq!(both(&mut harness), [theme::CLASSES[0], theme::CLASSES[1]]);
    let mut double_click = || {
        harness.hover_at(class);
        harness.run_steps(40);
        for pressed in [true, false, true, false] {
            crate::plane::button(&harness, class, egui::PointerButton::Primary, pressed);
            harness.step();
        }
        harness.hover_at(egui::pos2(20.0, 300.0));
        harness.run_steps(3);
        both(&mut harness)
    };
    assert_eq!(double_click(), [theme::CLASSES[0], ground]);
    assert_eq!(double_click(), [theme::CLASSES[0], theme::CLASSES[1]]);
    assert_eq!(harness.state().screen.cursor, [0.0, 0.0], "it is not meant");
}
