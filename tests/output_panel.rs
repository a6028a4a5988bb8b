//! The output as a person sees it: the decode at the cursor in the same frame, and the nearest image.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::{self, Color32, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::dataset::{ImageShape, Split};
use latentarium::explore::nearest::nearest;
use latentarium::explore::plane::Plane;
use latentarium::explore::viewer::{LookFound, NearestFound};
use latentarium::gpu::ColorMap;
use latentarium::snapshot::{Activation, Network, Operation, Scratch, Snapshot};
use latentarium::ui::output::{OutputAction, OutputColors, OutputInput, OutputModel, OutputPanel};
use panel::{layer, snapshot, split, text};
use std::sync::Arc;

struct OutputState {
    panel: OutputPanel,
    snapshots: [Option<Arc<Snapshot>>; 2],
    planes: [Plane; 2],
    cursor: [f32; 2],
    train: Split,
    class_names: Vec<String>,
    nearest: Option<NearestFound>,
    found: Option<Arc<LookFound>>,
    actions: Vec<OutputAction>,
}

impl OutputState {
    fn new(snapshots: [Option<Arc<Snapshot>>; 2]) -> Self {
        Self {
            panel: OutputPanel::default(),
            snapshots,
            planes: [Plane::of_two(), Plane::random(5, 1)],
            cursor: [0.5, -0.25],
            train: split(50),
            class_names: (0..3).map(|c| c.to_string()).collect(),
            nearest: None,
            found: None,
            actions: Vec::new(),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let model = |place: usize, name: &'static str, color| OutputModel {
            name,
            color,
            snapshot: self.snapshots[place].as_ref(),
            plane: Some(&self.planes[place]),
            on_device: None,
            refused: None,
            found: self.found.as_ref(),
        };
        let input = OutputInput {
            text,
            colors: OutputColors {
                background: Color32::BLACK,
                text: Color32::WHITE,
                text_secondary: Color32::GRAY,
                frame: Color32::GRAY,
            },
            models: [model(0, "VAE", Color32::LIGHT_BLUE), model(1, "GAN", Color32::ORANGE)],
            cursor: self.cursor,
            map: ColorMap::Grey,
            nearest: self.nearest.as_ref(),
            train: Some(&self.train),
            class_names: &self.class_names,
        };
        let actions = self.panel.ui(ui, &input);
        self.actions.extend(actions);
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
    let mut harness = output_harness(OutputState::new(snapshots.clone().map(Some)));
    for cursor in [[0.5, -0.25], [1.0, 1.0]] {
        harness.state_mut().cursor = cursor;
        harness.step();
        for (model, snapshot) in snapshots.iter().enumerate() {
            let latent = harness.state().planes[model].latent_from_plane(cursor);
            let mut scratch = Scratch::default();
            let expected = snapshot.decoder.evaluate(&latent, 1, &mut scratch);
            assert_eq!(&**harness.state().panel.image(model).unwrap(), expected);
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
    let mut harness = output_harness(OutputState::new([Some(snapshot(2, 3)), None]));
    let state = harness.state_mut();
    let first = state.panel.nearest_query(0.0).unwrap();
    assert!(Arc::ptr_eq(&first, &state.panel.nearest_query(0.1).unwrap()));
    let image = first.snapshot.decoder.evaluate(&first.latent, 1, &mut Scratch::default()).to_vec();
    let found = nearest(&state.train, &image, &mut || true).unwrap();
    state.nearest = Some(NearestFound { look: first.clone(), nearest: found });
    harness.run_steps(2);
    let said = format!("{} · L2 {:.2}", found.class.unwrap(), found.distance);
    assert!(harness.query_by_label(&said).is_some(), "{said}");
    // Newer weights wait for half a second, the cursor does not.
    harness.state_mut().snapshots[0] = Some(snapshot(2, 4));
    harness.step();
    assert!(Arc::ptr_eq(&first, &harness.state_mut().panel.nearest_query(0.3).unwrap()));
    let later = harness.state_mut().panel.nearest_query(0.6).unwrap();
    assert!(!Arc::ptr_eq(&first, &later));
    harness.state_mut().cursor = [2.0, 2.0];
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
        })
    };
    let mut harness = output_harness(OutputState::new([Some(wide(3)), Some(snapshot(5, 9))]));
    assert_eq!(harness.state().panel.decodes(), 1, "the small one alone");
    assert!(harness.state().panel.image(0).is_none() && harness.state().panel.look_query(1).is_none());
    let look = harness.state().panel.look_query(0).unwrap().clone();
    let image: Arc<[f32]> = look.snapshot.decoder.evaluate(&look.latent, 1, &mut Scratch::default()).into();
    harness.state_mut().found = Some(Arc::new(LookFound { look, values: vec![image.clone()] }));
    harness.step();
    assert!(Arc::ptr_eq(harness.state().panel.image(0).unwrap(), &image));
    // What was there stays while the next one is made.
    harness.state_mut().cursor = [2.0, 2.0];
    harness.step();
    assert!(Arc::ptr_eq(harness.state().panel.image(0).unwrap(), &image));
    assert_eq!(harness.state().panel.look_query(0).unwrap().latent, [2.0, 2.0]);
}

#[test]
fn an_empty_output_offers_what_fills_it() {
    let mut harness = output_harness(OutputState::new([None, None]));
    harness.get_by_label("output.fill").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [OutputAction::Fill]);
}

#[test]
fn the_smallest_of_windows_are_no_trouble() {
    for size in [vec2(1.0, 1.0), vec2(40.0, 300.0), vec2(300.0, 40.0)] {
        let state = OutputState::new([Some(snapshot(2, 3)), None]);
        let builder = Harness::builder().with_size(size);
        let mut harness = builder.build_ui_state(|ui, state: &mut OutputState| state.ui(ui), state);
        harness.run_steps(2);
        assert!(harness.state_mut().panel.nearest_query(1.0).is_some(), "the output was decoded at {size:?}");
    }
}

#[test]
fn every_image_has_a_name() {
    let output = output_harness(OutputState::new([Some(snapshot(2, 3)), None]));
    assert_eq!(output.unnamed_widgets(), Vec::<String>::new());
}
