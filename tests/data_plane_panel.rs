//! The data plane by the names of its controls: its switches, steps of one part, slow motion, and a drawing that is learned.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::dataset::{Progress, Sample, Source, load};
use latentarium::explore::data_plane::{DataBounds, DataPlane, DataPlaneLayers, DataPlaneSource, SAMPLES};
use latentarium::explore::plane::Plane;
use latentarium::model::{Config, Model};
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{Command, DataCommand};
use latentarium::ui::data_plane::DataPlanePanel;
use latentarium::ui::slot::Slot;
use latentarium::ui::{Panel, PanelNeeds, theme};
use panel::Screen;
use std::sync::Arc;
use std::time::Instant;

const POINT: Sample = Sample::Point { dims: 2 };

struct State {
    panel: DataPlanePanel,
    screen: Screen,
}

/// A VAE as A and a GAN as B on the ring, with what they have learned: nothing.
fn state() -> State {
    let mut screen = Screen::new();
    let data = Arc::new(load(&Source::parse("8-ring"), &Progress::default()).unwrap());
    for (slot, preset) in [(Slot::A, "vae-dense"), (Slot::B, "gan-dense")] {
        let mut config = Config::preset(preset).unwrap();
        config.adapt_to(POINT);
        let config = config.with("hidden", vec![16usize, 16]).unwrap();
        let snapshot = Arc::new(Model::new(&config, POINT.shape()).unwrap().snapshot(0).unwrap());
        let plane = Arc::new(Plane::of_two());
        let source = DataPlaneSource {
            snapshot: snapshot.clone(),
            plane: plane.clone(),
            points: data.test.clone(),
            bounds: DataBounds::of_range(data.range()),
            layers: DataPlaneLayers::default(),
            has_prior: true,
        };
        let made = DataPlane::of(&source);
        assert_eq!(made.samples.len(), SAMPLES);
        // A VAE reconstructs, a GAN has a critic; both map the grid.
        let is_gan = slot == Slot::B;
        assert_eq!((made.field.is_some(), made.arrows.is_empty()), (is_gan, !is_gan));
        assert!(made.reconstructions.is_empty() == is_gan && made.grid.len() == 34);
        let nothing = DataPlaneLayers { samples: false, field: false, arrows: false, grid: false, ..source.layers };
        let made_of_less = DataPlane::of(&DataPlaneSource { layers: nothing, ..source });
        assert!(made_of_less.samples.is_empty() && made_of_less.field.is_none() && made_of_less.grid.is_empty());
        screen.set_config(slot, config);
        screen.snapshots.insert(slot, snapshot);
        (screen.plane(slot).plane, screen.plane(slot).data_plane) = (Some(plane), Some(Arc::new(made)));
    }
    screen.data = Some(data);
    State { panel: DataPlanePanel::default(), screen }
}

fn harness(state: State) -> Harness<'static, State> {
    let builder = Harness::builder().with_size(vec2(800.0, 560.0)).with_context_setup(theme::install);
    let draw = |ui: &mut egui::Ui, state: &mut State| state.screen.draw(&mut state.panel, ui);
    let mut harness = builder.build_ui_state(draw, state);
    harness.run_steps(2);
    harness
}

fn click(harness: &mut Harness<'static, State>, name: &str) {
    harness.get_by_label(name).click();
    harness.run_steps(3);
}

#[test]
fn the_pointers_place_is_read_out_with_what_a_critic_says_of_it() {
    let mut harness = harness(state());
    for (slot, name, says) in [(Slot::A, "Data plane of A", false), (Slot::B, "Data plane of B", true)] {
        let middle = harness.get_by_role_and_label(Role::Image, name).rect().center();
        harness.event(egui::Event::PointerMoved(middle));
        harness.run_steps(2);
        let readout = harness.get_by_role_and_label(Role::Image, name).accesskit_node().value().unwrap();
        let (place, said) = readout.split_once(" · ").unwrap_or((&readout, ""));
        let place: Vec<f32> = place.split(", ").map(|x| x.parse().unwrap()).collect();
        assert!(place.iter().all(|x| x.abs() < 0.1), "{readout}: the middle of data about 0");
        assert_eq!(!said.is_empty(), says, "{readout}");
        if says {
            let critic = harness.state().screen.snapshots[&slot].critic.clone().unwrap();
            let output = critic.network.evaluate(&place, 1, &mut Scratch::default())[0];
            let value: f32 = said.strip_prefix("σ(D(x)) ").unwrap().parse().unwrap();
            assert!((value - 1.0 / (1.0 + (-output).exp())).abs() < 2e-3, "{readout}");
        }
    }
}

#[test]
fn both_planes_are_there_or_one_and_layers_are_switched() {
    let mut harness = harness(state());
    for name in ["Data plane of A", "Data plane of B"] {
        harness.get_by_role_and_label(Role::Image, name);
    }
    click(&mut harness, "B");
    assert_eq!(harness.state().screen.settings.data_plane.model, Some(Slot::B));
    assert!(harness.query_by_label("Data plane of A").is_none());
    click(&mut harness, "A and B");
    assert_eq!(harness.state().screen.settings.data_plane.model, None);
    click(&mut harness, &format!("Layers {}", theme::signs::MENU));
    let layers = |harness: &Harness<'static, State>| harness.state().screen.settings.data_plane.layers;
    assert!(layers(&harness).field && layers(&harness).arrows);
    click(&mut harness, "Critic");
    click(&mut harness, "Gradient");
    assert!(!layers(&harness).field && !layers(&harness).arrows && layers(&harness).grid);
    click(&mut harness, "Data in colours");
    assert!(!harness.state().screen.settings.data_plane.by_class);
}

#[test]
fn it_asks_to_be_made_only_where_it_is_drawn() {
    let mut harness = harness(state());
    let needed = |state: &mut State| {
        let settings = state.screen.settings.clone();
        let view = panel::view(Vec::new(), &settings);
        let mut needs = PanelNeeds::default();
        state.panel.needs(&view, 0.0, &mut needs);
        needs.data_plane
    };
    assert!(needed(harness.state_mut()));
    harness.state_mut().panel.begin_frame();
    assert!(!needed(harness.state_mut()));
    harness.state_mut().screen.data = None;
    harness.run_steps(1);
    assert!(!needed(harness.state_mut()));
    assert!(harness.query_by_label("Data plane of A").is_none());
}

#[test]
fn slow_motion_is_a_choice() {
    let mut harness = harness(state());
    click(&mut harness, "Training speed");
    click(&mut harness, "5 steps/s");
    assert_eq!(harness.state().screen.settings.steps_per_s, Some(5));
    click(&mut harness, "Training speed");
    harness.get_all_by_label("Full speed").last().unwrap().click();
    harness.run_steps(3);
    assert_eq!(harness.state().screen.settings.steps_per_s, None);
}

#[test]
fn what_is_drawn_can_be_cleared_left_and_learned() {
    let mut harness = harness(state());
    click(&mut harness, "Draw your own");
    let canvas = harness.get_by_label("Canvas for points").rect();
    let hold = |harness: &mut Harness<'static, State>, frames: usize| {
        harness.drag_at(canvas.center());
        harness.run_steps(1);
        for frame in 0..frames {
            let at: Pos2 = canvas.center() + vec2(frame as f32 % 60.0, 20.0);
            harness.hover_at(at);
            harness.run_steps(1);
        }
        harness.drop_at(canvas.center());
        harness.run_steps(2);
    };
    hold(&mut harness, 5);
    click(&mut harness, "Clear");
    harness.get_by_label("0 points; 1\u{2009}000 are enough");
    hold(&mut harness, 100);
    click(&mut harness, "Learn these");
    let commands = &harness.state().screen.commands;
    let learned = commands.iter().find_map(|command| match command {
        Command::Data(DataCommand::LearnDrawn(points)) => Some(points.clone()),
        _ => None,
    });
    let learned = learned.expect("points to learn");
    assert!(learned.len() >= 1000, "{}", learned.len());
    assert!(learned.iter().flatten().all(|value| value.abs() < 3.0));
    assert!(harness.query_by_label("Canvas for points").is_none());
    harness.get_by_label("Data plane of A");
}

#[test]
fn a_frame_of_both_planes_takes_no_thirtieth_of_a_second() {
    let mut harness = harness(state());
    harness.run_steps(5);
    let began = Instant::now();
    for _ in 0..30 {
        harness.run_steps(1);
        let output = harness.output();
        harness.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
    }
    let frame_ms = began.elapsed().as_secs_f64() * 1e3 / 30.0;
    println!("{frame_ms:.2} ms a frame");
    assert!(frame_ms < 33.0, "{frame_ms} ms");
}
