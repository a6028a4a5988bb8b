//! The panel of selected test images: search, counts, mean and spread, and a click on one of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "panel/mod.rs"]
mod panel;

use eframe::egui::{self, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::browse::{DataPart, ExamplePlace};
use latentarium::explore::codes::{MapKind, PointMap};
use latentarium::explore::encoded::{EncodedPoints, Encoding};
use latentarium::explore::outline::{SelectBy, SelectedImages};
use latentarium::explore::plane::Plane;
use latentarium::message::Message;
use latentarium::picture::Bitmap;
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{Command, DataCommand, PlaneCommand};
use latentarium::ui::points::PointsPanel;
use latentarium::ui::points::known::{SelectedPoints, SelectionView};
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use panel::{Screen, dataset, id, split};
use std::sync::Arc;

type Shown = (Screen, PointsPanel);

fn harness() -> Harness<'static, Shown> {
    let mut screen = Screen::new();
    screen.data = Some(dataset(&split(30)));
    let builder = Harness::builder().with_size(vec2(420.0, 420.0)).with_context_setup(theme::install);
    let draw = |ui: &mut egui::Ui, (screen, panel): &mut Shown| screen.draw(panel, ui);
    let mut harness = builder.build_ui_state(draw, (screen, PointsPanel::default()));
    harness.run_steps(2);
    harness
}

fn selection(images: &[u32], thumbnails: usize) -> SelectionView {
    let split = split(30);
    let selected = SelectedImages::of(&split, images.into(), &mut || true).unwrap();
    let picture = |place: &u32| (*place, Bitmap::new(split.shape(), &split.image(*place as usize)));
    let mean = Bitmap::new(split.shape(), &selected.mean);
    let thumbnails = images.iter().take(thumbnails).map(picture).collect();
    let by = SelectBy::Search("1".to_owned());
    let shown = SelectedPoints { id: 9, by, deviation: mean.clone(), mean, selected, thumbnails };
    SelectionView { shown: Some(Arc::new(shown)), refused: None }
}

#[test]
fn what_is_typed_selects_and_an_empty_field_selects_nothing() {
    let mut harness = harness();
    harness.get_by_label("Select test images by").focus();
    harness.step();
    harness.get_by_label("Select test images by").type_text("#7");
    harness.run_steps(2);
    let select = PlaneCommand::Select(id(Slot::A), SelectBy::Search("#7".to_owned()));
    assert_eq!(harness.state().0.commands, [Command::from(select)]);
    harness.state_mut().0.planes.selection.refused = Some(Message::words("no such column"));
    harness.run_steps(2);
    assert!(harness.query_by_label("no such column").is_some());
    harness.get_by_label("Select nothing").click();
    harness.run_steps(2);
    assert_eq!(harness.state().0.commands.last(), Some(&PlaneCommand::Deselect.into()));
    assert_eq!(harness.get_by_label("Select test images by").value().unwrap_or_default(), "");
}

#[test]
fn counts_mean_and_spread_stand_above_the_images_and_a_click_goes_to_one() {
    let mut harness = harness();
    harness.state_mut().0.planes.selection = selection(&[1, 4, 7, 9], 3);
    harness.run_steps(2);
    for words in ["4 of 30", "1: 3", "0: 1", "3 of 4 are shown, evenly spread"] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    for name in ["Mean", "Spread"] {
        assert!(harness.query_by_role_and_label(Role::Image, name).is_some(), "{name}");
    }
    harness.get_by_label("#7 · 1").click();
    harness.run_steps(2);
    let place = ExamplePlace { part: DataPart::Test, index: 7 };
    assert_eq!(harness.state().0.commands, [Command::from(DataCommand::LookAtExample(place))]);
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn a_map_says_that_it_has_no_way_back_and_a_click_goes_to_the_nearest_code() {
    let mut harness = harness();
    let latent = 4;
    let snapshot = panel::snapshot(latent, 3);
    let split = split(30);
    let encoding = Encoding::of(&snapshot, &split, 30, &mut Scratch::default(), &mut || true).unwrap();
    let map = PointMap::of(MapKind::Pca, &encoding, 1, &mut |_, _| true).unwrap();
    let screen = &mut harness.state_mut().0;
    screen.snapshots.insert(Slot::A, snapshot);
    let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_axes(latent, 0, 1)));
    screen.plane(Slot::A).points = Some(Arc::new(points));
    screen.plane(Slot::A).maps = [Some(Arc::new(map.clone())), None];
    harness.get_by_label("Map").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("without inverse: a place between points is no latent").is_some());
    assert!(harness.query_by_label_contains("30 of 30 codes, step 7").is_some());
    // The point farthest to the right stands at the right end.
    let right = (0..30).max_by(|a, b| map.positions[*a][0].total_cmp(&map.positions[*b][0])).unwrap();
    let rect = harness.get_by_role_and_label(Role::Image, "Map of points").rect();
    let (low, high) = map.bounds();
    let scale = ((rect.width() - 16.0) / (high[0] - low[0])).min((rect.height() - 16.0) / (high[1] - low[1]));
    let middle = [0, 1].map(|axis| (low[axis] + high[axis]) / 2.0);
    let away = [0, 1].map(|axis| (map.positions[right][axis] - middle[axis]) * scale);
    let at = rect.center() + vec2(away[0], -away[1]);
    harness.drag_at(at);
    harness.step();
    harness.drop_at(at);
    harness.run_steps(2);
    let code = map.code(right).unwrap().to_vec();
    assert_eq!(harness.state().0.commands.last(), Some(&PlaneCommand::LookAt(id(Slot::A), code).into()));
    harness.state_mut().0.plane(Slot::A).map_progress = Some(0.5);
    harness.run_steps(2);
    harness.get_by_label("Cancel").click();
    harness.run_steps(2);
    assert_eq!(harness.state().0.commands.last(), Some(&PlaneCommand::CancelMap(id(Slot::A)).into()));
    harness.get_by_label("t-SNE").click();
    harness.run_steps(2);
    assert!(harness.query_all_by_label_contains("The map is being made").next().is_some());
}

/// What a drag with Ctrl outlines on a map is selected as on the plane.
#[test]
fn a_lasso_and_a_box_on_a_map_select_what_lies_in_them() {
    let mut harness = harness();
    let (latent, split) = (4, split(30));
    let snapshot = panel::snapshot(latent, 3);
    let encoding = Encoding::of(&snapshot, &split, 30, &mut Scratch::default(), &mut || true).unwrap();
    let map = PointMap::of(MapKind::Pca, &encoding, 1, &mut |_, _| true).unwrap();
    let screen = &mut harness.state_mut().0;
    screen.snapshots.insert(Slot::A, snapshot);
    let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_axes(latent, 0, 1)));
    let coloring = points.coloring.clone();
    screen.plane(Slot::A).points = Some(Arc::new(points));
    screen.plane(Slot::A).maps = [Some(Arc::new(map.clone())), None];
    harness.get_by_label("Map").click();
    harness.run_steps(2);
    let rect = harness.get_by_role_and_label(Role::Image, "Map of points").rect();
    let (low, high) = map.bounds();
    let scale = ((rect.width() - 16.0) / (high[0] - low[0])).min((rect.height() - 16.0) / (high[1] - low[1]));
    let middle = [0, 1].map(|axis| (low[axis] + high[axis]) / 2.0);
    let at = |position: [f32; 2]| rect.center() + vec2(position[0] - middle[0], middle[1] - position[1]) * scale;
    // The right half of the map.
    let corners = [[middle[0], low[1]], [high[0], low[1]], high, [middle[0], high[1]]].map(at);
    let expected: Vec<u32> =
        (0..30).filter(|place| map.positions[*place][0] > middle[0]).map(|place| map.images[place]).collect();
    assert!((1..30).contains(&expected.len()));
    let out = [vec2(0.0, 4.0), vec2(6.0, 4.0), vec2(6.0, -4.0), vec2(0.0, -4.0)];
    let round: Vec<egui::Pos2> = corners.iter().zip(out).map(|(corner, by)| *corner + by).collect();
    let across = [round[0], round[2]];
    for (modifiers, way) in
        [(egui::Modifiers::COMMAND, &round[..]), (egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, &across[..])]
    {
        let button = |pos: egui::Pos2, pressed: bool| egui::Event::PointerButton {
            pos,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers,
        };
        harness.hover_at(way[0]);
        harness.step();
        harness.event_modifiers(button(way[0], true), modifiers);
        harness.step();
        for pos in way {
            harness.event_modifiers(egui::Event::PointerMoved(*pos), modifiers);
            harness.step();
        }
        harness.event_modifiers(button(way[way.len() - 1], false), modifiers);
        harness.run_steps(2);
        let Some(Command::Plane(PlaneCommand::Select(model, SelectBy::Map(MapKind::Pca, outline)))) =
            harness.state().0.commands.last().cloned()
        else {
            panic!("{:?}", harness.state().0.commands);
        };
        assert_eq!(model, id(Slot::A));
        assert_eq!(outline.images_of_map(&map, &coloring).to_vec(), expected, "{modifiers:?}");
        let looks = |command: &Command| matches!(command, Command::Plane(PlaneCommand::LookAt(..)));
        assert!(!harness.state().0.commands.iter().any(looks), "the plane does not move");
    }
}
