//! The panel of dimensions: sliders, the truncation, anchors and what comes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "panel/mod.rs"]
mod panel;

use eframe::egui::{self, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::dataset::ImageShape;
use latentarium::explore::anchors::{Anchor, Anchors};
use latentarium::explore::codes::{DimensionEffects, PlaneBasis};
use latentarium::explore::plane::Plane;
use latentarium::picture::Bitmap;
use latentarium::ui::command::{Command, PlaneCommand};
use latentarium::ui::latent::LatentPanel;
use latentarium::ui::latent::known::{AnchorPictures, ArithmeticPictures, RealPicture};
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use panel::{Screen, dataset, id, snapshot, split};
use std::sync::Arc;
use std::time::Duration;

type Shown = (Screen, LatentPanel);

fn screen(latent: usize) -> Screen {
    let mut screen = Screen::new();
    screen.data = Some(dataset(&split(30)));
    screen.snapshots.insert(Slot::A, snapshot(latent, 3));
    screen.plane(Slot::A).plane = Some(Arc::new(Plane::of_axes(latent, 0, 1)));
    screen
}

fn harness(screen: Screen) -> Harness<'static, Shown> {
    let builder = Harness::builder().with_size(vec2(460.0, 520.0)).with_context_setup(theme::install);
    let draw = |ui: &mut egui::Ui, (screen, panel): &mut Shown| screen.draw(panel, ui);
    let mut harness = builder.build_ui_state(draw, (screen, LatentPanel::default()));
    harness.run_steps(2);
    harness
}

fn asked(harness: &Harness<'_, Shown>) -> Vec<PlaneCommand> {
    let plane = |command: &Command| match command {
        Command::Plane(command) => Some(command.clone()),
        _ => None,
    };
    harness.state().0.commands.iter().filter_map(plane).collect()
}

fn effects(effects: &[f32]) -> Option<Arc<DimensionEffects>> {
    let (draws, unit, took) = (24, 1.0, Duration::ZERO);
    Some(Arc::new(DimensionEffects { step: 7, random: 0.05, effects: effects.to_vec(), draws, unit, took }))
}

#[test]
fn a_slider_moves_one_dimension_of_the_cursors_latent() {
    let mut screen = screen(4);
    screen.cursor = [0.5, -1.0];
    let mut harness = harness(screen);
    harness.get_by_role_and_label(Role::Slider, "z₃").set_value_accesskit(1.25);
    harness.run_steps(2);
    assert_eq!(asked(&harness), [PlaneCommand::MoveTo(id(Slot::A), vec![0.5, -1.0, 1.25, 0.0])]);
}

#[test]
fn sliders_stand_in_the_order_of_the_effect_and_reach_as_far_as_looks_alike() {
    let mut screen = screen(3);
    screen.plane(Slot::A).effects = effects(&[0.5, 2.0, 1.0]);
    let harness = harness(screen);
    let tops = ["z₂", "z₃", "z₁"].map(|name| harness.get_by_role_and_label(Role::Slider, name).rect().top());
    assert!(tops[0] < tops[1] && tops[1] < tops[2], "{tops:?}");
    let most =
        |name: &str| harness.get_by_role_and_label(Role::Slider, name).accesskit_node().max_numeric_value().unwrap();
    let [first, second, third] = ["z₁", "z₂", "z₃"].map(most);
    assert!((first / third - 2.0).abs() < 1e-3 && (third / second - 2.0).abs() < 1e-3, "{first} {second} {third}");
    assert!(harness.query_by_label_contains("ordered by effect").is_some());
    assert!(harness.query_by_label_contains("effect 2.00×").is_some());
}

#[test]
fn the_truncation_scales_the_cursors_latent_and_fresh_ones() {
    let mut screen = screen(3);
    screen.plane(Slot::A).plane = Some(Arc::new(Plane { origin: vec![0.0, 0.0, 2.0], ..Plane::of_axes(3, 0, 1) }));
    screen.cursor = [1.0, 0.0];
    let mut harness = harness(screen);
    harness.get_by_role_and_label(Role::Slider, "ψ").set_value_accesskit(0.5);
    harness.run_steps(2);
    assert_eq!(harness.state().0.settings.plane.truncation, 0.5);
    assert_eq!(asked(&harness), [PlaneCommand::MoveTo(id(Slot::A), vec![0.5, 0.0, 1.0])]);
    harness.state_mut().0.commands.clear();
    for _ in 0..2 {
        harness.get_by_label("Fresh z").click();
        harness.run_steps(2);
    }
    let drawn = asked(&harness);
    assert!(drawn.len() == 2 && drawn[0] != drawn[1], "{drawn:?}");
}

#[test]
fn the_cursor_is_marked_and_three_marks_are_laid_and_added() {
    let mut screen = screen(4);
    screen.cursor = [0.5, 0.25];
    let mut harness = harness(screen);
    harness.get_by_label("Anchors").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("Mark a, b and c").is_some());
    harness.get_by_label("b = cursor").click();
    harness.run_steps(2);
    let latent = vec![0.5, 0.25, 0.0, 0.0];
    assert_eq!(asked(&harness), [PlaneCommand::Anchor(id(Slot::A), 1, Some(Anchor { latent, image: None }))]);
    let mut anchors = Anchors::default();
    let latents = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
    for (place, latent) in latents.into_iter().enumerate() {
        anchors.set(place, Some(Anchor { latent: latent.to_vec(), image: (place == 0).then_some(4) }));
    }
    let picture = || Bitmap::new(ImageShape::grey(8, 8), &[0.5; 64]);
    let nearest = Some(RealPicture { index: 7, distance: 0.25, picture: picture() });
    let result = ArithmeticPictures { latent: vec![1.0, -1.0, 1.0, 0.0], picture: picture(), nearest };
    let pictures = AnchorPictures { step: 7, anchors: [0, 1, 2].map(|_| Some(picture())), result: Some(result) };
    let screen = &mut harness.state_mut().0;
    screen.plane(Slot::A).anchors = anchors;
    screen.plane(Slot::A).anchored = Some(Arc::new(pictures));
    screen.commands.clear();
    harness.run_steps(2);
    assert!(harness.query_by_label("a: #4 · 1").is_some() && harness.query_by_label("c: a place").is_some());
    assert!(harness.query_by_label("Test example with the nearest code: #7 · 1").is_some());
    harness.get_by_label("Plane through a, b, c").click();
    harness.run_steps(2);
    harness.get_by_label("Cursor there").click();
    harness.run_steps(2);
    harness.get_by_label("Remove anchor c").click();
    harness.run_steps(2);
    let model = id(Slot::A);
    let expected = [
        PlaneCommand::Lay(model, PlaneBasis::Anchors),
        PlaneCommand::LookAt(model, vec![1.0, -1.0, 1.0, 0.0]),
        PlaneCommand::Anchor(model, 2, None),
    ];
    assert_eq!(asked(&harness), expected);
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn without_weights_it_says_what_will_be_there() {
    let harness = harness(Screen::new());
    assert!(harness.query_by_label_contains("as soon as a model has weights").is_some());
}
