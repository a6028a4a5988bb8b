//! What the points are coloured by, and what the legend selects of them.

use crate::panel::dataset;
use crate::plane::{State, area, color_at, harness, on_screen, open, points_at, render_state};
use eframe::egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::dataset::{Cells, Column, ColumnValues, ImageShape, Split};
use latentarium::explore::coloring::{ColorBy, PointColoring};
use latentarium::explore::encoded::EncodedPoints;
use latentarium::explore::viewport::Viewport;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use std::sync::Arc;

/// Where the three points are; their sizes are 0, 1 and 2, their kinds two `round` and one `long`.
const PLACES: [[f32; 2]; 3] = [[-1.0, 1.0], [0.5, 0.5], [1.0, -1.0]];

fn split() -> Split {
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let kinds: Arc<[Arc<str>]> = ["round", "long", "round"].map(Arc::from).into();
    let columns = vec![
        Column::class(vec![0, 1, 2], ["0", "1", "2"].map(str::to_owned)),
        column("size", ColumnValues::Number(Cells::ByIndex(Arc::new(|index| index as f32)))),
        column("kind", ColumnValues::Text(Cells::Listed(kinds))),
    ];
    Split::of_bytes(ImageShape::grey(8, 8), [90; 3 * 64], columns)
}

/// Three points, coloured by this.
fn state(by: ColorBy) -> State {
    let split = split();
    let mut state = State::new(2, true);
    let plain = points_at(&[(PLACES[0], 0), (PLACES[1], 1), (PLACES[2], 2)]);
    let coloring = Arc::new(PointColoring::new(&split, &plain.encoding.images, &by));
    let points = EncodedPoints::colored(plain.encoding.clone(), plain.plane.clone(), coloring);
    *state.points() = Some(Arc::new(points));
    state.screen.plane(Slot::A).tiles = None;
    state.screen.settings.plane.color_by = by;
    state.screen.data = Some(dataset(&split));
    state.show_only(&["points", "legend"]);
    state
}

fn column(name: &str) -> ColorBy {
    ColorBy::Column(name.to_owned())
}

/// The point under the pointer, which is put where a point is.
fn hovered_at(harness: &mut Harness<'_, State>, place: [f32; 2]) -> Option<usize> {
    let (_, area) = area(harness);
    harness.hover_at(Viewport::default().pixel_from_plane(area, place).into());
    harness.run_steps(2);
    harness.state().panel.hovered()
}

#[test]
fn the_layers_menu_chooses_what_colours_the_points() {
    let mut harness = harness(state(ColorBy::Class));
    assert!(harness.query_by_label("class 1").is_some());
    open(&mut harness, "Layers");
    harness.get_by_label_contains("Colour: class").click();
    harness.run_steps(3);
    for name in ["size", "kind", "none"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
    harness.get_by_label("size").click();
    harness.run_steps(3);
    assert_eq!(harness.state().screen.settings.plane.color_by, column("size"));
}

#[test]
fn categories_are_rows_that_hide_show_and_solo() {
    let mut harness = harness(state(column("kind")));
    assert!(harness.query_by_label("kind round").is_some() && harness.query_by_label("class 1").is_none());
    assert_eq!(hovered_at(&mut harness, PLACES[1]), Some(1));
    harness.get_by_label("kind long").click();
    harness.run_steps(3);
    assert_eq!(hovered_at(&mut harness, PLACES[1]), None, "hidden");
    assert_eq!(hovered_at(&mut harness, PLACES[2]), Some(2));
}

#[test]
fn dragging_along_the_scale_selects_numbers_and_a_click_selects_all_again() {
    let mut harness = harness(state(column("size")));
    let scale = harness.get_by_label("Scale of size").rect();
    assert_eq!(harness.get_by_label("Scale of size").value().as_deref(), Some("0 – 2.00"));
    // Over the lower part, with the size 0 alone.
    let bar = scale.shrink(4.0);
    harness.drag_at(bar.left_bottom() + vec2(4.0, 2.0));
    harness.step();
    for step in 1..=4 {
        harness.hover_at(bar.left_bottom() + vec2(4.0, -0.1 * step as f32 * bar.height()));
        harness.step();
    }
    harness.drop_at(bar.left_bottom() + vec2(4.0, -0.4 * bar.height()));
    harness.run_steps(2);
    let selected = harness.get_by_label("Scale of size").value().unwrap();
    let high: f32 = selected.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(selected.starts_with("0 – ") && (0.7..0.9).contains(&high), "{selected}");
    assert_eq!(hovered_at(&mut harness, PLACES[0]), Some(0));
    assert_eq!(hovered_at(&mut harness, PLACES[2]), None, "faded");
    assert_eq!(harness.state().screen.cursor, [0.0; 2], "the plane was not dragged");
    harness.get_by_label("Scale of size").click();
    harness.run_steps(3);
    assert_eq!(harness.get_by_label("Scale of size").value().as_deref(), Some("0 – 2.00"));
    assert_eq!(hovered_at(&mut harness, PLACES[2]), Some(2));
}

#[test]
fn arrow_keys_move_what_the_scale_selects() {
    let mut harness = harness(state(column("size")));
    harness.get_by_label("Scale of size").focus();
    harness.run_steps(2);
    let mut press = |key| {
        harness.key_press(key);
        harness.run_steps(2);
        harness.get_by_label("Scale of size").value().unwrap()
    };
    assert_eq!(press(Key::ArrowDown), "1.80 – 2.00");
    assert_eq!(press(Key::ArrowDown), "1.60 – 1.80");
    assert_eq!(press(Key::Escape), "0 – 2.00");
    assert_eq!(press(Key::ArrowUp), "0 – 0.2000");
}

#[test]
fn the_card_says_what_the_columns_say() {
    let mut harness = harness(state(column("size")));
    assert_eq!(hovered_at(&mut harness, PLACES[2]), Some(2));
    assert!(harness.query_by_label_contains("class 2 · size 2.00").is_some());
}

#[test]
fn points_have_the_colours_of_the_scale() {
    let Some(render_state) = render_state() else { return };
    let mut harness = on_screen(state(column("size")), &render_state);
    for (place, part) in [(PLACES[0], 0.0), (PLACES[1], 0.5), (PLACES[2], 1.0)] {
        let (found, wanted) = (color_at(&mut harness, place), theme::scale_color(part));
        let far = (0..3).map(|c| found[c].abs_diff(wanted[c])).max().unwrap();
        assert!(far <= 12, "{found:?} {wanted:?}");
    }
}
