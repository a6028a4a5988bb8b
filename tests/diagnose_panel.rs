//! The diagnose panel by the names of its controls: what is named, what is tried, what has come of it, and its pictures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use latentarium::diagnosis::{Certainty, Finding, FindingKind, Remedy, Sign, StepLook};
use latentarium::gpu;
use latentarium::model::Config;
use latentarium::nn::activation::Activation;
use latentarium::nn::inspection::{Inspection, LayerInspection, ParameterInspection, ValueFigures};
use latentarium::trainer::{DiagnosisReport, Phase, Status};
use latentarium::ui::command::{Command, ModelCommand, TimelineCommand, TrialRequest, ViewCommand};
use latentarium::ui::diagnose::Diagnose;
use latentarium::ui::diagnose::known::Trial;
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::{ModelView, View};
use latentarium::ui::{Panel, theme};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The language is one for the whole process.
static LANGUAGE: Mutex<()> = Mutex::new(());

struct State {
    panel: Diagnose,
    configs: [Config; 2],
    reports: [Option<Arc<DiagnosisReport>>; 2],
    steps: [u64; 2],
    trials: Vec<Trial>,
    settings: Settings,
    commands: Vec<Command>,
    /// The shortest frame's own work so far.
    shortest: Duration,
}

impl State {
    fn new(reports: [Option<Arc<DiagnosisReport>>; 2]) -> Self {
        Self {
            panel: Diagnose,
            configs: ["vae-dense", "gan-dense"].map(|preset| Config::preset(preset).unwrap()),
            reports,
            steps: [490, 100],
            trials: Vec::new(),
            settings: Settings::default(),
            commands: Vec::new(),
            shortest: Duration::MAX,
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let models = Slot::BOTH.map(|slot| ModelView {
            diagnosis: self.reports[slot.index()].clone(),
            status: Some(Status { phase: Phase::Training, step: self.steps[slot.index()], ..Status::default() }),
            ..panel::model_view(slot, &self.configs[slot.index()])
        });
        let view = View { trials: &self.trials, ..panel::view(models.into(), &self.settings) };
        let mut commands = Vec::new();
        let began = Instant::now();
        self.panel.ui(ui, &view, &mut commands);
        self.shortest = self.shortest.min(began.elapsed());
        for command in commands {
            if let Command::View(ViewCommand::Settings(settings)) = &command {
                self.settings = (**settings).clone();
            }
            self.commands.push(command);
        }
    }
}

fn screen(state: State) -> Harness<'static, State> {
    Harness::builder().with_size(vec2(440.0, 760.0)).allow_missing_glyphs().build_ui_state(
        |ui, state: &mut State| {
            theme::install(ui.ctx());
            state.ui(ui);
        },
        state,
    )
}

/// Values that spread about a middle.
fn spread(middle: f32, width: f32) -> Vec<f32> {
    (0..400).map(|place| middle + width * ((place as f32 * 0.61).sin() + (place as f32 * 0.37).cos())).collect()
}

fn layer(name: &str, activation: Activation, dead_share: Option<f32>) -> LayerInspection {
    LayerInspection {
        name: name.to_owned(),
        activation,
        outputs: 400,
        units: 400,
        values: ValueFigures::of(&spread(0.2, 0.7)),
        row_variance: 0.1,
        dead_share,
        sigmoid_slope: None,
        gradients: Some(ValueFigures::of(&spread(0.0, 1e-3))),
        kept: Vec::new(),
        kept_gradients: Vec::new(),
    }
}

fn report(findings: Vec<Finding>) -> Arc<DiagnosisReport> {
    let parameter = |name: &str, update_norm| ParameterInspection {
        name: name.to_owned(),
        count: 100,
        weight_norm: 2.0,
        gradient_norm: 0.25,
        update_norm,
        not_finite: 0,
    };
    let inspection = Inspection {
        layers: vec![
            layer("encoder.0", Activation::Relu, Some(0.25)),
            layer("encoder.1", Activation::Identity, None),
            layer("decoder.0", Activation::Relu, Some(1.0)),
        ],
        parameters: vec![parameter("encoder.0.weight", 0.004), parameter("decoder.0.weight", 0.06)],
        real_logits: spread(1.0, 0.5),
        fake_logits: spread(-1.0, 0.5),
        ..Inspection::default()
    };
    let look = StepLook { step: 490, inspection, test_logits: spread(0.5, 0.5), ..StepLook::default() };
    Arc::new(DiagnosisReport { findings, look })
}

fn collapse() -> Finding {
    Finding {
        kind: FindingKind::PosteriorCollapse,
        since_step: 200,
        named_step: 200,
        step: 490,
        sign: Sign::new(0.0, 1.0),
        certainty: Certainty::Certain,
        remedy: Some(Remedy::new("beta", 1.0)),
    }
}

fn dead() -> Finding {
    Finding {
        kind: FindingKind::DeadUnits,
        sign: Sign::new(0.98, 0.95),
        certainty: Certainty::Likely,
        remedy: None,
        ..collapse()
    }
}

fn english() -> std::sync::MutexGuard<'static, ()> {
    let turn = LANGUAGE.lock().unwrap_or_else(PoisonError::into_inner);
    rust_i18n::set_locale("en");
    turn
}

#[test]
fn findings_are_named_with_figure_and_step_and_what_should_help_is_tried() {
    let _turn = english();
    let mut screen = screen(State::new([Some(report(vec![dead(), collapse()])), None]));
    screen.run();
    screen.get_by_label("Posterior collapse");
    screen.get_by_label("0 (limit 1.00)");
    screen.get_by_label("Dead units");
    screen.get_by_label("No setting of the model would help: look at the data, or begin anew");
    screen.get_by_role_and_label(Role::Button, "Try it: β = 1").click();
    screen.run();
    let request = TrialRequest {
        finding: "posterior_collapse".to_owned(),
        since_step: 200,
        key: "beta".to_owned(),
        value: 1.0.into(),
    };
    let tried: Command = ModelCommand::Try(panel::id(Slot::A), request).into();
    assert!(screen.state().commands.contains(&tried), "{:?}", screen.state().commands);
    screen.get_all_by_label("since step 200").next().unwrap().click();
    screen.run();
    let goes = |command: &Command| matches!(command, Command::Timeline(TimelineCommand::Go(_)));
    assert!(screen.state().commands.iter().any(goes), "{:?}", screen.state().commands);
}

#[test]
fn a_trial_is_open_then_cured_or_refuted() {
    let _turn = english();
    let trial = Trial {
        sick: panel::id(Slot::A),
        kind: FindingKind::PosteriorCollapse,
        tried: panel::id(Slot::B),
        from_step: 0,
        named_step: 200,
    };
    let words = |step: u64, findings: Vec<Finding>| {
        let mut state = State::new([Some(report(vec![collapse()])), Some(report(findings))]);
        (state.trials, state.steps) = (vec![trial.clone()], [490, step]);
        let mut screen = screen(state);
        screen.run();
        assert!(screen.query_by_label("Try it: β = 1").is_none(), "it is being tried");
        let said = [
            "Tried with gan-dense: as far as step",
            "Tried with gan-dense: cured so far, step",
            "Tried with gan-dense: the same is named, step",
        ];
        said.into_iter().position(|words| screen.query_by_label_contains(words).is_some())
    };
    assert_eq!(words(100, Vec::new()), Some(0));
    assert_eq!(words(301, Vec::new()), Some(1));
    assert_eq!(words(100, vec![collapse()]), Some(2));
    assert_eq!(words(301, vec![dead()]), Some(1), "another finding is another matter");
}

#[test]
fn watching_is_switched_off_and_on_and_layers_are_listed() {
    let _turn = english();
    let mut screen = screen(State::new([Some(report(Vec::new())), None]));
    screen.run();
    screen.get_by_label("Nothing is wrong as far as can be seen, step 490");
    for name in ["encoder.0", "decoder.0", "what encoder.0 gives", "gradient at decoder.0"] {
        screen.get_by_label(name);
    }
    screen.get_by_label("100 %");
    for images in ["training", "test", "generated"] {
        screen.get_by_label(&format!("what D says of {images} images"));
    }
    screen.get_by_role_and_label(Role::CheckBox, "Watch training").click();
    screen.run();
    assert!(screen.state().settings.diagnosis.is_off);
    screen.get_by_role_and_label(Role::CheckBox, "Watch training").click();
    screen.run();
    assert!(!screen.state().settings.diagnosis.is_off);
    screen.get_by_label("gan-dense").click();
    screen.run();
    assert_eq!(screen.state().settings.diagnosis.model, Slot::B);
    screen.get_by_label_contains("Named here is what goes wrong");
}

#[test]
fn fourteen_layers_with_their_histograms_take_less_than_a_millisecond_of_a_frame() {
    let _turn = english();
    let mut made = (*report(vec![dead(), collapse()])).clone();
    let layers = (0..14).map(|place| layer(&format!("critic.{place}"), Activation::Relu, Some(0.1)));
    made.look.inspection.layers = layers.collect();
    let mut screen = screen(State::new([Some(Arc::new(made)), None]));
    screen.run_steps(30);
    screen.get_by_label("what critic.13 gives");
    let shortest = screen.state().shortest;
    println!("fourteen layers: {shortest:?} a frame");
    // Without optimisation it takes some ten times as long.
    let most = if cfg!(debug_assertions) { Duration::from_millis(20) } else { Duration::from_millis(1) };
    assert!(shortest < most, "{shortest:?}");
}

#[test]
fn it_looks_as_before_in_both_themes_and_languages() {
    if gpu::probe().is_none() {
        assert!(
            std::env::var_os("LATENTARIUM_REQUIRE_GPU").is_none(),
            "there is no graphics adapter, and one is required"
        );
        eprintln!("skipped: there is no graphics adapter to take pictures with");
        return;
    }
    let _turn = english();
    let mut results = SnapshotResults::new();
    let themes = [(egui::Theme::Dark, "dark"), (egui::Theme::Light, "light")];
    // Without a font of its own, Chinese signs are frames.
    for ((theme, suffix), locale) in themes.into_iter().flat_map(|theme| ["en", "zh-CN"].map(|locale| (theme, locale)))
    {
        rust_i18n::set_locale(locale);
        let mut state = State::new([Some(report(vec![dead(), collapse()])), None]);
        let mut harness = Harness::builder()
            .with_size(vec2(440.0, 760.0))
            .with_theme(theme)
            .with_context_setup(theme::install)
            .allow_missing_glyphs()
            .wgpu()
            .build_ui(move |ui| {
                let frame = egui::Frame::new().fill(theme::of(ui).surfaces[1]).inner_margin(theme::GRID);
                egui::CentralPanel::default().frame(frame).show(ui, |ui| state.ui(ui));
            });
        (0..3).for_each(|_| harness.step());
        let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
        let name = if locale == "en" { suffix.to_owned() } else { format!("{suffix}_{locale}") };
        harness.snapshot_options(format!("diagnose_{name}"), &options);
        results.extend_harness(&mut harness);
    }
    results.unwrap();
}
