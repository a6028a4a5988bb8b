//! The output as a person sees it: the decode at the cursor in the same frame, and the nearest image.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::dataset::ImageShape;
use latentarium::explore::nearest::nearest;
use latentarium::explore::plane::Plane;
use latentarium::explore::viewer::{CpuDecoder, LookFound, NearestFound};
use latentarium::nn::conv_shape::Map;
use latentarium::nn::operations::{
    AutoregressiveDraws, ChainDraws, DrawTrace, OperationKind, RecurrentDraws, TreeDraws,
};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Network, Operation, Scratch, Snapshot};
use latentarium::ui::command::ModelCommand;
use latentarium::ui::output::OutputPanel;
use latentarium::ui::slot::Slot;
use panel::{Screen, dataset, layer, snapshot, split};
use std::sync::Arc;

struct OutputState {
    panel: OutputPanel,
    screen: Screen,
}

impl OutputState {
    /// Weights of A and B, where there are some.
    fn new(a: Option<Arc<Snapshot>>, b: Option<Arc<Snapshot>>) -> Self {
        let mut screen = Screen::new();
        screen.cursor = [0.5, -0.25];
        screen.data = Some(dataset(&split(50)));
        screen.plane(Slot::A).plane = Some(Arc::new(Plane::of_two()));
        screen.plane(Slot::B).plane = Some(Arc::new(Plane::random(5, 1)));
        screen.snapshots.extend(a.map(|a| (Slot::A, a)).into_iter().chain(b.map(|b| (Slot::B, b))));
        Self { panel: OutputPanel::default(), screen }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        self.screen.draw(&mut self.panel, ui);
    }
}

fn output_harness(state: OutputState) -> Harness<'static, OutputState> {
    let builder = Harness::builder().with_size(vec2(360.0, 420.0));
    let mut harness = builder.build_ui_state(|ui, state: &mut OutputState| state.ui(ui), state);
    harness.run_steps(2);
    harness
}

#[test]
fn the_output_is_the_snapshots_own_evaluation_in_the_same_frame_and_idle_frames_decode_nothing() {
    let snapshots = [snapshot(2, 3), snapshot(5, 9)];
    let mut harness = output_harness(OutputState::new(Some(snapshots[0].clone()), Some(snapshots[1].clone())));
    for cursor in [[0.5, -0.25], [1.0, 1.0]] {
        harness.state_mut().screen.cursor = cursor;
        harness.step();
        for (slot, snapshot) in Slot::BOTH.into_iter().zip(&snapshots) {
            let plane = harness.state_mut().screen.plane(slot).plane.clone().unwrap();
            let latent = plane.latent_from_plane(cursor);
            let mut scratch = Scratch::default();
            let expected = snapshot.decoder.evaluate(&latent, 1, &mut scratch);
            assert_eq!(&**harness.state().panel.image(slot).unwrap(), expected);
        }
    }
    assert_eq!(harness.state().panel.decodes(), 4);
    harness.run_steps(3);
    assert_eq!(harness.state().panel.decodes(), 4);
    for name in ["Output of A", "Output of B"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
}

#[test]
fn the_nearest_image_is_asked_for_when_the_cursor_moves_and_shown_when_found() {
    let mut harness = output_harness(OutputState::new(Some(snapshot(2, 3)), None));
    let state = harness.state_mut();
    let first = state.panel.nearest_query(0.0).unwrap();
    assert!(Arc::ptr_eq(&first, &state.panel.nearest_query(0.1).unwrap()));
    let image = first.snapshot.decoder.evaluate(&first.latent, 1, &mut Scratch::default()).to_vec();
    let found = nearest(&state.screen.data.as_ref().unwrap().train, &image, &mut || true).unwrap();
    state.screen.planes.nearest = Some(Arc::new(NearestFound { look: first.clone(), nearest: found }));
    harness.run_steps(2);
    let said = format!("{} · L2 {:.2}", found.class.unwrap(), found.distance);
    assert!(harness.query_by_label(&said).is_some(), "{said}");
    // Newer weights wait for half a second, the cursor does not.
    harness.state_mut().screen.snapshots.insert(Slot::A, snapshot(2, 4));
    harness.step();
    assert!(Arc::ptr_eq(&first, &harness.state_mut().panel.nearest_query(0.3).unwrap()));
    let later = harness.state_mut().panel.nearest_query(0.6).unwrap();
    assert!(!Arc::ptr_eq(&first, &later));
    harness.state_mut().screen.cursor = [2.0, 2.0];
    harness.step();
    assert!(!Arc::ptr_eq(&later, &harness.state_mut().panel.nearest_query(0.7).unwrap()));
}

#[test]
fn a_network_that_is_too_much_for_a_frame_is_left_to_the_viewer() {
    let wide = |seed| {
        let first = layer(2, 4096, seed, Activation::Relu);
        let second = Operation { inputs: vec![1], ..layer(4096, 4096, seed + 1, Activation::Sigmoid) };
        let decoder = Network::new(2, vec![first, second]).unwrap();
        Arc::new(Snapshot {
            step: seed,
            image: ImageShape::grey(64, 64),
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        })
    };
    let mut harness = output_harness(OutputState::new(Some(wide(3)), Some(snapshot(5, 9))));
    assert_eq!(harness.state().panel.decodes(), 1, "the small one alone");
    assert!(harness.state().panel.image(Slot::A).is_none() && harness.state().panel.look_query(Slot::B).is_none());
    let look = harness.state().panel.look_query(Slot::A).unwrap().clone();
    let image: Arc<[f32]> = look.snapshot.decoder.evaluate(&look.latent, 1, &mut Scratch::default()).into();
    harness.state_mut().screen.plane(Slot::A).found =
        Some(Arc::new(LookFound { look, values: vec![image.clone()], trace: None }));
    harness.step();
    assert!(Arc::ptr_eq(harness.state().panel.image(Slot::A).unwrap(), &image));
    // What was there stays while the next one is made.
    harness.state_mut().screen.cursor = [2.0, 2.0];
    harness.step();
    assert!(Arc::ptr_eq(harness.state().panel.image(Slot::A).unwrap(), &image));
    assert_eq!(harness.state().panel.look_query(Slot::A).unwrap().latent, [2.0, 2.0]);
}

/// Weights of an operation that draws images of 8 × 8 pixels, and a screen on which the viewer has answered.
fn drawn_by(kind: impl Into<OperationKind>, scale: f32) -> Harness<'static, OutputState> {
    let kind = kind.into();
    let weight: Vec<f32> = normal_rows(4, Purpose::Weights, 0, 1, kind.weights()).iter().map(|w| scale * w).collect();
    drawn_with(kind, weight)
}

fn drawn_with(kind: OperationKind, weight: Vec<f32>) -> Harness<'static, OutputState> {
    let decoder = Network::new(64, vec![Operation::of_weight("decoder.draws", 0, kind, weight)]).unwrap();
    let image = ImageShape::grey(8, 8);
    let snapshot = Snapshot { latent: 64, image, decoder, encoder: None, ..(*snapshot(2, 3)).clone() };
    let mut state = OutputState::new(Some(Arc::new(snapshot)), Some(self::snapshot(5, 9)));
    let origin = normal_rows(5, Purpose::Sample, 0, 1, 64);
    let plane = Plane { origin, ..Plane::random(64, 1) };
    state.screen.plane(Slot::A).plane = Some(Arc::new(plane));
    let mut harness = output_harness(state);
    assert_eq!(harness.state().panel.decodes(), 1, "the other model's alone: this one's come with how it was drawn");
    answer(&mut harness);
    harness
}

/// Does what the viewer would do.
fn answer(harness: &mut Harness<'static, OutputState>) {
    let look = harness.state().panel.look_query(Slot::A).unwrap().clone();
    let values = CpuDecoder::default().values(&look.snapshot, &look.latent);
    let trace = look.snapshot.trace(&values).map(Arc::new);
    harness.state_mut().screen.plane(Slot::A).found = Some(Arc::new(LookFound { look, values, trace }));
    harness.run_steps(2);
}

fn value(harness: &Harness<'static, OutputState>, name: &str) -> String {
    harness.get_by_label(name).value().unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn a_tree_lies_over_its_image() {
    let weight = (0..64).flat_map(|pixel: usize| TreeDraws::numbers(pixel.saturating_sub(1), [-1.0, 1.0]));
    let mut harness = drawn_with(TreeDraws { pixels: 64 }.into(), weight.collect());
    assert!(value(&harness, "Tree of A").starts_with("63 edges, of at most 0.2"), "{}", value(&harness, "Tree of A"));
    let output = harness.get_by_label("Output of A").rect();
    assert!(output.contains_rect(harness.get_by_label("Tree of A").rect()));
    harness.hover_at(harness.get_by_label("Tree of A").rect().center());
    harness.run_steps(40);
    assert!(harness.query_by_label_contains("depends on row").is_some());
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn states_stand_beside_the_rows_that_they_drew() {
    let mut harness = drawn_by(ChainDraws { image: Map { height: 8, width: 8, channels: 1 }, states: 5 }, 1.0);
    let made = harness.state_mut().screen.plane(Slot::A).found.clone().unwrap();
    let Some(DrawTrace::States(path)) = made.trace.as_deref() else { panic!("states") };
    let numbers: Vec<String> = path.path.iter().map(|state| (state + 1).to_string()).collect();
    assert_eq!((numbers.len(), value(&harness, "Hidden states of A")), (8, numbers.join(" ")));
    let output = harness.get_by_label("Output of A").rect();
    assert!(output.contains_rect(harness.get_by_label("Hidden states of A").rect()));
    harness.hover_at(harness.get_by_label("Hidden states of A").rect().center());
    harness.run_steps(40);
    assert!(harness.query_by_label_contains("of 5").is_some());
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn probabilities_are_shown_in_the_order_of_pixels_and_of_rows() {
    let image = Map { height: 8, width: 8, channels: 1 };
    let pixels = || drawn_by(AutoregressiveDraws { pixels: 64, hidden: 0, context: 0 }, 0.3);
    let rows = || drawn_by(RecurrentDraws { image, units: 7 }, 0.3);
    for (mut harness, name, all) in
        [(pixels(), "Pixels of A drawn so far", 64.0), (rows(), "Rows of A drawn so far", 8.0)]
    {
        assert!(harness.query_by_label("Probabilities of A").is_some());
        assert!(harness.query_by_label("Probabilities of B").is_none());
        let slider = |harness: &Harness<'static, OutputState>| {
            harness.get_by_label(name).accesskit_node().numeric_value().unwrap()
        };
        assert_eq!(slider(&harness), all, "all of it is drawn");
        harness.get_by_label(name).focus();
        harness.run_steps(2);
        for left in [all - 1.0, all - 2.0] {
            harness.key_press(egui::Key::ArrowLeft);
            harness.run_steps(2);
            assert_eq!(slider(&harness), left);
        }
        // It stays so where the cursor goes on.
        harness.state_mut().screen.cursor = [1.0, 1.0];
        harness.run_steps(2);
        answer(&mut harness);
        assert_eq!(slider(&harness), all - 2.0);
        assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
    }
}

#[test]
fn how_images_are_drawn_can_be_switched_off() {
    let mut harness = drawn_by(AutoregressiveDraws { pixels: 64, hidden: 5, context: 0 }, 0.3);
    let image = harness.state().panel.image(Slot::A).unwrap().clone();
    harness.state_mut().screen.settings.output.traces = false;
    harness.run_steps(2);
    assert!(harness.query_by_label("Probabilities of A").is_none());
    assert!(harness.state().panel.look_query(Slot::A).is_none(), "it is decoded in the frame");
    harness.state_mut().screen.cursor = [2.0, 2.0];
    harness.run_steps(2);
    let other = harness.state().panel.image(Slot::A).unwrap().clone();
    assert_ne!(image, other);
    // What the viewer had found of the first place does not come back with the switch.
    harness.state_mut().screen.settings.output.traces = true;
    harness.run_steps(2);
    assert_eq!(harness.state().panel.image(Slot::A), Some(&other));
    assert!(harness.query_by_label("Probabilities of A").is_none());
    answer(&mut harness);
    assert_eq!(harness.state().panel.image(Slot::A), Some(&other), "the same draw");
    assert!(harness.query_by_label("Probabilities of A").is_some());
}

#[test]
fn an_empty_output_offers_what_fills_it() {
    let mut harness = output_harness(OutputState::new(None, None));
    harness.get_by_label("Start training").click();
    harness.run_steps(2);
    assert_eq!(harness.state().screen.commands, [ModelCommand::ToggleAll.into()]);
}

#[test]
fn the_smallest_of_windows_are_no_trouble() {
    for size in [vec2(1.0, 1.0), vec2(40.0, 300.0), vec2(300.0, 40.0)] {
        let state = OutputState::new(Some(snapshot(2, 3)), None);
        let builder = Harness::builder().with_size(size);
        let mut harness = builder.build_ui_state(|ui, state: &mut OutputState| state.ui(ui), state);
        harness.run_steps(2);
        assert!(harness.state_mut().panel.nearest_query(1.0).is_some(), "the output was decoded at {size:?}");
    }
}

#[test]
fn every_image_has_a_name() {
    let output = output_harness(OutputState::new(Some(snapshot(2, 3)), None));
    assert_eq!(output.unnamed_widgets(), Vec::<String>::new());
}
