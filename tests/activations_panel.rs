//! The lens by the names of its controls: what it shows, what it asks for, and that it follows a cursor that was moved in the
//! same frame.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::dataset::ImageShape;
use latentarium::explore::plane::Plane;
use latentarium::explore::viewer::{CpuDecoder, LookFound};
use latentarium::model::Config;
use latentarium::snapshot::{Activation, Network, Operation, Snapshot};
use latentarium::ui::activations::Activations;
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::plane::known::{PlaneView, PlanesView};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::{ModelView, View};
use latentarium::ui::{Panel, theme};
use panel::{layer, snapshot};
use std::sync::Arc;

struct State {
    panel: Activations,
    configs: [Config; 2],
    snapshots: [Option<Arc<Snapshot>>; 2],
    settings: Settings,
    found: Option<Arc<LookFound>>,
    /// What the plane, which is drawn before, has asked for.
    before: Vec<Command>,
    commands: Vec<Command>,
}

impl State {
    fn new(snapshots: [Option<Arc<Snapshot>>; 2]) -> Self {
        rust_i18n::set_locale("en");
        Self {
            panel: Activations::default(),
            configs: ["vae-dense", "gan-dense"].map(|preset| Config::preset(preset).unwrap()),
            snapshots,
            settings: Settings::default(),
            found: None,
            before: Vec::new(),
            commands: Vec::new(),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let plane =
            PlaneView { plane: Some(Arc::new(Plane::of_two())), found: self.found.clone(), ..PlaneView::default() };
        let models = Slot::BOTH.map(|slot| ModelView {
            snapshot: self.snapshots[slot.index()].as_ref(),
            ..panel::model_view(slot, &self.configs[slot.index()])
        });
        let planes = Slot::BOTH.map(|slot| (panel::id(slot), plane.clone())).into_iter().collect();
        let view = View {
            planes: PlanesView { models: planes, ..PlanesView::default() },
            ..panel::view(models.into(), &self.settings)
        };
        let mut commands = self.before.clone();
        self.panel.ui(ui, &view, &mut commands);
        for command in commands.split_off(self.before.len()) {
            if let Command::View(ViewCommand::Settings(settings)) = &command {
                self.settings = (**settings).clone();
            }
            self.commands.push(command);
        }
    }
}

fn harness(state: State) -> Harness<'static, State> {
    let builder = Harness::builder().with_size(vec2(420.0, 480.0)).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(|ui, state: &mut State| state.ui(ui), state);
    harness.run_steps(2);
    harness
}

/// A decoder of three operations, the middle one with as many values as is asked for.
fn deep(values: usize) -> Arc<Snapshot> {
    let after = |index: usize, operation: Operation| Operation { inputs: vec![index], ..operation };
    let operations = vec![
        layer(2, 9, 1, Activation::Relu),
        after(1, layer(9, values, 2, Activation::Relu)),
        after(2, layer(values, 64, 3, Activation::Sigmoid)),
    ];
    let decoder = Network::new(2, operations).unwrap();
    Arc::new(Snapshot {
        step: 1,
        image: ImageShape::grey(8, 8),
        latent: 2,
        likelihood: None,
        decoder,
        encoder: None,
        critic: None,
        prior: Default::default(),
    })
}

#[test]
fn operations_are_chosen_by_name_and_one_after_another() {
    let mut harness = harness(State::new([Some(deep(12)), Some(snapshot(2, 5))]));
    assert!(harness.query_by_label_contains("12 values").is_some(), "the second one at first");
    harness.get_by_label("The operation after it").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("one map of 8×8").is_some());
    harness.get_by_label("The operation before it").click();
    harness.run_steps(2);
    harness.get_by_label("The operation before it").click();
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("9 values").is_some());
    harness.get_by_role_and_label(Role::ComboBox, "Operation").click();
    harness.run_steps(2);
    harness.get_by_label("3 · dense 12→64").click();
    harness.run_steps(2);
    assert_eq!(harness.state().settings.lens.operation, 2);
    harness.get_by_label("gan-dense").click();
    harness.run_steps(2);
    assert_eq!(harness.state().settings.lens.model, Slot::B);
    assert!(harness.query_by_label_contains("one map of 8×8").is_some(), "the last one of a shorter network");
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn a_network_that_is_too_much_for_a_frame_is_left_to_the_viewer() {
    let large = deep(200_000);
    let mut state = State::new([Some(large.clone()), None]);
    state.before = vec![PlaneCommand::Cursor([0.5, -0.5]).into()];
    let mut harness = harness(state);
    let look = harness.state().panel.look_query(Slot::A).unwrap().clone();
    assert_eq!(look.latent, [0.5, -0.5], "where the cursor went in this frame");
    assert!(harness.state().panel.look_query(Slot::B).is_none());
    let values = CpuDecoder::default().values(&large, &look.latent);
    harness.state_mut().found = Some(Arc::new(LookFound { look, values, trace: None }));
    harness.run_steps(2);
    assert!(harness.query_by_label("What the operation gives at the cursor").is_some());
}

#[test]
fn an_empty_lens_offers_what_fills_it() {
    let mut harness = harness(State::new([None, None]));
    harness.get_by_label("Start training").click();
    harness.run_steps(2);
    assert_eq!(harness.state().commands, [ModelCommand::ToggleAll.into()]);
}

#[test]
fn the_smallest_of_windows_are_no_trouble() {
    for size in [vec2(1.0, 1.0), vec2(30.0, 300.0), vec2(300.0, 30.0)] {
        let builder = Harness::builder().with_size(size).with_context_setup(theme::install);
        let state = State::new([Some(deep(3)), None]);
        let mut harness = builder.build_ui_state(|ui, state: &mut State| state.ui(ui), state);
        harness.run_steps(2);
    }
}
