//! Small models and a screen for the tests of panels.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui;
use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::explore::browse::Browse;
use latentarium::explore::compare::{Sheet, SheetChoice};
use latentarium::explore::completion_choice::CompletionChoice;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::pad::PadState;
use latentarium::explore::pad_canvas::PadCanvas;
use latentarium::explore::path::PlanePath;
use latentarium::explore::runs::RunTable;
use latentarium::explore::timeline::Timeline;
use latentarium::explore::viewport::Viewport;
use latentarium::gpu::Decoding;
use latentarium::model::{Config, ModelId, PerModel};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Snapshot};
use latentarium::ui::Panel;
use latentarium::ui::command::{Command, CompareCommand, PadCommand, PlaneCommand, ViewCommand};
use latentarium::ui::complete::known::{CompletionView, ModelCompletion};
use latentarium::ui::data_panel::known::{BrowseView, ListedExamples, Thumbnails};
use latentarium::ui::messages::Messages;
use latentarium::ui::plane::known::{PlaneView, PlanesView};
use latentarium::ui::runs::known::{FoundRuns, MeasuredRuns, RunsView};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::{Shown, Slot};
use latentarium::ui::training::known::TimelineView;
use latentarium::ui::view::{ModelView, PadView, SheetView, View};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub fn layer(inputs: usize, outputs: usize, seed: u64, activation: Activation) -> Operation {
    let weight = normal_rows(seed, Purpose::Weights, 0, 1, inputs * outputs);
    let bias = normal_rows(seed, Purpose::Weights, 1, 1, outputs);
    Operation::linear(format!("layer {seed}"), 0, (weight, bias), activation)
}

pub fn snapshot(latent: usize, seed: u64) -> Arc<Snapshot> {
    let decoder = Network::new(latent, vec![layer(latent, 64, seed, Activation::Sigmoid)]).unwrap();
    let mut encoder = layer(64, 2 * latent, seed + 1, Activation::Identity);
    encoder.weight = encoder.weight.iter().map(|w| w * 0.2).collect();
    let encoder = Some(Network::new(64, vec![encoder]).unwrap());
    Arc::new(Snapshot {
        step: 7,
        image: ImageShape::grey(8, 8),
        latent,
        likelihood: Some(Likelihood::Bernoulli),
        decoder,
        encoder,
        critic: None,
        prior: Default::default(),
    })
}

pub fn split(count: usize) -> Split {
    let pixels: Vec<u8> = (0..count * 64).map(|i| (i * i % 251) as u8).collect();
    let classes: Vec<u8> = (0..count).map(|i| (i % 3) as u8).collect();
    Split::of_bytes(ImageShape::grey(8, 8), pixels, vec![Column::class(classes, ["0", "1", "2"].map(str::to_owned))])
}

/// Data whose training and test images are these, of three classes.
pub fn dataset(split: &Split) -> Arc<Dataset> {
    Arc::new(Dataset::new(Source::default(), "squares", split.clone(), split.clone()))
}

/// What panels are drawn from, and what they ask for.
pub struct Screen {
    configs: BTreeMap<Slot, Config>,
    pub snapshots: BTreeMap<Slot, Arc<Snapshot>>,
    pub planes: PlanesView,
    pub data: Option<Arc<Dataset>>,
    pub cursor: [f32; 2],
    pub line: Option<PlaneLine>,
    pub path: Option<PlanePath>,
    pub viewport: Viewport,
    pub settings: Settings,
    pub pad: PadState,
    pub sheet: Option<Arc<Sheet>>,
    pub selection: Option<usize>,
    pub choice: SheetChoice,
    pub completion: CompletionChoice,
    pub completed: PerModel<ModelCompletion>,
    canvas: PadCanvas,
    pub commands: Vec<Command>,
}

impl Screen {
    /// Two models without weights, and no data.
    pub fn new() -> Self {
        rust_i18n::set_locale("en");
        let config = |(slot, preset)| (slot, Config::preset(preset).unwrap());
        Self {
            configs: [(Slot::A, "vae-dense"), (Slot::B, "gan-dense")].map(config).into(),
            snapshots: BTreeMap::new(),
            planes: PlanesView::default(),
            data: None,
            cursor: [0.0; 2],
            line: None,
            path: None,
            viewport: Viewport::default(),
            settings: Settings::default(),
            pad: PadState::default(),
            sheet: None,
            selection: None,
            choice: SheetChoice::default(),
            completion: CompletionChoice::default(),
            completed: PerModel::default(),
            canvas: PadCanvas::default(),
            commands: Vec::new(),
        }
    }

    /// Gives a view's model other settings.
    pub fn set_config(&mut self, slot: Slot, config: Config) {
        self.configs.insert(slot, config);
    }

    /// What is known of a model's plane, to be changed.
    pub fn plane(&mut self, slot: Slot) -> &mut PlaneView {
        self.planes.models.entry(id(slot))
    }

    /// Draws a panel, and does what it asks for as an app would.
    pub fn draw(&mut self, panel: &mut dyn Panel, ui: &mut egui::Ui) {
        let models = Slot::BOTH
            .map(|slot| ModelView { snapshot: self.snapshots.get(&slot), ..model_view(slot, &self.configs[&slot]) });
        let shape = self.data.as_ref().map(|data| data.shape());
        let image = shape.and_then(|shape| self.canvas.image(&self.pad, shape).cloned());
        let view = View {
            data: self.data.as_ref(),
            pad: PadView { state: &self.pad, image: image.as_ref() },
            cursor: self.cursor,
            line: self.line,
            path: self.path.as_ref(),
            viewport: self.viewport,
            planes: self.planes.clone(),
            completion: CompletionView { choice: &self.completion, known: self.completed.clone() },
            sheet: SheetView {
                sheet: self.sheet.as_ref(),
                seed: 0,
                computing: false,
                selection: self.selection,
                choice: &self.choice,
            },
            ..view(models.into(), &self.settings)
        };
        let mut commands = Vec::new();
        panel.ui(ui, &view, &mut commands);
        for command in &commands {
            match command {
                Command::Plane(PlaneCommand::Cursor(to) | PlaneCommand::CursorSettled(to)) => self.cursor = *to,
                Command::Plane(PlaneCommand::CursorOnPath { at, .. }) => self.cursor = *at,
                Command::Plane(PlaneCommand::Line(line)) => self.line = *line,
                Command::Plane(PlaneCommand::LineSettled(line)) => self.line = Some(*line),
                Command::Plane(PlaneCommand::Path(path)) => (self.line, self.path) = (None, path.clone()),
                Command::Pad(PadCommand::Change(change)) => self.pad.apply(change.clone(), shape.unwrap()),
                Command::Completion(change) => self.completion.apply(change.clone(), shape.unwrap()),
                Command::Pad(PadCommand::CursorToCode(to)) => self.cursor = *to,
                Command::Plane(PlaneCommand::Viewport(viewport)) => self.viewport = *viewport,
                Command::Compare(CompareCommand::Select(index)) => self.selection = *index,
                Command::Compare(CompareCommand::Choose(choice)) => self.choice = (**choice).clone(),
                Command::View(ViewCommand::Settings(settings)) => self.settings = (**settings).clone(),
                _ => {}
            }
        }
        self.commands.extend(commands);
    }
}

/// The id of the model that a test shows in a view.
pub fn id(slot: Slot) -> ModelId {
    ModelId(slot.index() as u32)
}

/// A model in a view, of which nothing runs.
pub fn model_view(slot: Slot, config: &Config) -> ModelView<'_> {
    ModelView {
        id: id(slot),
        name: &config.preset,
        color: slot.index() as u8,
        slot: Some(slot),
        config,
        rests_with: None,
        rests_at: None,
        mistake: None,
        waits_for_reset: false,
        status: None,
        queued: false,
        history: None,
        snapshot: None,
        newest: None,
        looked_back: None,
        ready_made: false,
        class_shares: None,
        diagnosis: None,
        failure: None,
        folder: None,
        decoding: Decoding::CpuSoftware,
    }
}

/// A table of runs of which nothing is known but the models.
fn no_runs() -> RunsView<'static> {
    static NONE: OnceLock<(RunTable, FoundRuns, MeasuredRuns)> = OnceLock::new();
    let (table, found, measured) = NONE.get_or_init(Default::default);
    RunsView { table, found, measured, measuring: None, reading: false }
}

/// No messages.
fn nothing_happened() -> &'static Messages {
    static NONE: OnceLock<Messages> = OnceLock::new();
    NONE.get_or_init(Messages::default)
}

/// A pad that nothing was drawn on.
fn empty_pad() -> &'static PadState {
    static EMPTY: OnceLock<PadState> = OnceLock::new();
    EMPTY.get_or_init(PadState::default)
}

/// The image that is completed at first, by nobody yet.
fn nothing_completed() -> CompletionView<'static> {
    static USUAL: OnceLock<CompletionChoice> = OnceLock::new();
    CompletionView { choice: USUAL.get_or_init(CompletionChoice::default), known: PerModel::default() }
}

/// The sheet as it is at first.
fn usual_choice() -> &'static SheetChoice {
    static USUAL: OnceLock<SheetChoice> = OnceLock::new();
    USUAL.get_or_init(SheetChoice::default)
}

/// A timeline on which nothing can be seen.
fn no_timeline() -> &'static Timeline {
    static NONE: OnceLock<Timeline> = OnceLock::new();
    NONE.get_or_init(Timeline::default)
}

/// All examples as they lie in the data, of which nothing is known yet.
fn nothing_browsed() -> BrowseView<'static> {
    static NONE: OnceLock<(Browse, ListedExamples, Thumbnails)> = OnceLock::new();
    let (browse, listed, thumbnails) = NONE.get_or_init(Default::default);
    BrowseView { browse, listed, thumbnails, statistics: None, example: None }
}

/// A view of these models and of nothing else.
pub fn view<'a>(models: Vec<ModelView<'a>>, settings: &'a Settings) -> View<'a> {
    View {
        data: None,
        cached: &[],
        browse: nothing_browsed(),
        opening: None,
        writing: None,
        models,
        slots: Shown { a: id(Slot::A), b: id(Slot::B) },
        train_at_once: 2,
        cursor: [0.0; 2],
        line: None,
        timeline: TimelineView { timeline: no_timeline(), playing: None, held_bytes: 0, budget_bytes: 0 },
        path: None,
        viewport: Viewport::default(),
        planes: PlanesView::default(),
        pad: PadView { state: empty_pad(), image: None },
        completion: nothing_completed(),
        trials: &[],
        runs: no_runs(),
        sheet: SheetView { sheet: None, seed: 0, computing: false, selection: None, choice: usual_choice() },
        messages: nothing_happened(),
        settings,
        device: "",
        decode_ms: None,
        threads: 1,
        accelerator: None,
        presenting: false,
        shown: &[],
    }
}
