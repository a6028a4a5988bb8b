//! The complete panel as a person uses it: by pointer and by accessible names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::image_completer::CompletedImage;
use latentarium::message::Message;
use latentarium::model::Completion;
use latentarium::ui::complete::Complete;
use latentarium::ui::complete::known::ModelCompletion;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::View;
use latentarium::ui::{Panel, PanelNeeds, theme};
use panel::{Screen, dataset, id, snapshot, split};
use std::sync::Arc;
use std::time::Duration;

struct State {
    panel: Complete,
    screen: Screen,
}

fn harness(with_data: bool) -> Harness<'static, State> {
    let mut screen = Screen::new();
    if with_data {
        screen.data = Some(dataset(&split(30)));
        screen.snapshots.insert(Slot::A, snapshot(2, 3));
    }
    let draw = |ui: &mut egui::Ui, state: &mut State| state.screen.draw(&mut state.panel, ui);
    let mut harness = Harness::builder()
        .with_size(vec2(640.0, 480.0))
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .build_ui_state(draw, State { panel: Complete::default(), screen });
    harness.run_steps(2);
    harness
}

fn click(harness: &mut Harness<'_, State>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

/// Draws a line from one part of the image to another.
fn brush(harness: &mut Harness<'_, State>, from: [f32; 2], to: [f32; 2]) {
    let rect = harness.get_by_label("Image to complete").rect();
    let at = |part: [f32; 2]| -> Pos2 { rect.min + rect.size() * vec2(part[0], part[1]) };
    harness.drag_at(at(from));
    harness.step();
    for step in 1..=4 {
        harness.hover_at(at(from) + step as f32 / 4.0 * (at(to) - at(from)));
        harness.step();
    }
    harness.drop_at(at(to));
    harness.run_steps(3);
}

/// Whether each of the 8×8 pixels is kept.
fn kept(harness: &Harness<'_, State>) -> Vec<bool> {
    let screen = &harness.state().screen;
    screen.completion.kept(screen.data.as_ref().unwrap().shape())
}

fn needs(harness: &mut Harness<'_, State>) -> bool {
    let mut needs = PanelNeeds::default();
    let State { panel, screen, .. } = harness.state_mut();
    let view = View { data: screen.data.as_ref(), ..panel::view(Vec::new(), &screen.settings) };
    panel.needs(&view, 0.0, &mut needs);
    needs.completion
}

#[test]
fn a_brush_takes_away_and_gives_back_and_rules_keep_halves() {
    let mut harness = harness(true);
    let half = |lower: bool| -> Vec<bool> { (0..64).map(|at| (at < 32) != lower).collect() };
    assert_eq!(kept(&harness), half(false), "at first the upper half");
    click(&mut harness, "Lower half");
    assert_eq!(kept(&harness), half(true));
    click(&mut harness, "All");
    assert!(kept(&harness).iter().all(|kept| *kept));
    brush(&mut harness, [0.05, 0.3], [0.95, 0.3]);
    let missing: Vec<usize> = kept(&harness).iter().enumerate().filter(|(_, kept)| !**kept).map(|(at, _)| at).collect();
    assert!((16..24).all(|at| missing.contains(&at)), "the third row: {missing:?}");
    assert!(missing.iter().all(|at| (8..32).contains(at)), "{missing:?}");
    click(&mut harness, "Give back");
    brush(&mut harness, [0.0, 0.3], [1.0, 0.3]);
    assert!(kept(&harness).iter().all(|kept| *kept));
    click(&mut harness, "Random half");
    let count = kept(&harness).iter().filter(|kept| **kept).count();
    assert!((16..48).contains(&count), "{count}");
}

#[test]
fn draws_stand_beside_the_image_with_how_likely_its_own_pixels_are() {
    let mut harness = harness(true);
    assert!(harness.query_by_label("Completion 1 by A").is_none());
    let completion = |log_p| Completion { draws: vec![0.5; 4 * 64], log_p };
    let made = |step, log_p| ModelCompletion {
        made: Some(Arc::new(CompletedImage { step, completion: completion(log_p), took: Duration::ZERO })),
        ..ModelCompletion::default()
    };
    harness.state_mut().screen.completed.insert(id(Slot::A), made(1234, Some(-31.25)));
    let b = ModelCompletion { is_making: true, ..made(7, None) };
    harness.state_mut().screen.completed.insert(id(Slot::B), b);
    harness.run_steps(2);
    for slot in ["A", "B"] {
        (1..=4).for_each(|number| _ = harness.get_by_label(&format!("Completion {number} by {slot}")));
    }
    harness.get_by_label_contains("-31.2 nats");
    harness.get_by_label("step 1\u{2009}234");
    harness.get_by_label("log p not known");
    harness.get_by_label("drawing…");
    let failed = ModelCompletion { failure: Some(Message::words("it broke")), ..ModelCompletion::default() };
    harness.state_mut().screen.completed.insert(id(Slot::A), failed);
    harness.run_steps(2);
    assert!(harness.query_by_label("Completion 1 by A").is_none());
    harness.get_by_label("it broke");
}

#[test]
fn it_asks_for_draws_takes_the_selected_image_and_says_where_there_is_none() {
    let mut shown = harness(true);
    assert!(needs(&mut shown));
    shown.state_mut().screen.selection = Some(11);
    shown.run_steps(2);
    click(&mut shown, "Selected image");
    assert_eq!(shown.state().screen.completion.image, 11);
    let seed = shown.state().screen.completion.seed;
    click(&mut shown, "Draw again");
    assert_ne!(shown.state().screen.completion.seed, seed);
    let mut empty = harness(false);
    assert!(!needs(&mut empty));
    empty.get_by_label_contains("once there is data");
}
