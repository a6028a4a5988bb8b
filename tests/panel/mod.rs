//! Small models and a screen for the tests of panels.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui;
use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::gpu::Decoding;
use latentarium::model::Config;
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Snapshot};
use latentarium::ui::Panel;
use latentarium::ui::command::{Command, Slot};
use latentarium::ui::plane::known::{PlaneView, PlanesView};
use latentarium::ui::settings::Settings;
use latentarium::ui::view::{ModelView, SheetView, View};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    pub settings: Settings,
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
            settings: Settings::default(),
            commands: Vec::new(),
        }
    }

    /// What is known of a model's plane, to be changed.
    pub fn plane(&mut self, slot: Slot) -> &mut PlaneView {
        self.planes.models.entry(slot.id())
    }

    /// Draws a panel, and does what it asks for as an app would.
    pub fn draw(&mut self, panel: &mut dyn Panel, ui: &mut egui::Ui) {
        let model = |slot: Slot| ModelView {
            slot,
            config: &self.configs[&slot],
            mistake: None,
            waits_for_reset: false,
            status: None,
            history: None,
            snapshot: self.snapshots.get(&slot),
            ready_made: false,
            failure: None,
            folder: None,
            decoding: Decoding::CpuSoftware,
        };
        let view = View {
            data: self.data.as_ref(),
            opening: None,
            models: Slot::BOTH.map(model),
            cursor: self.cursor,
            planes: self.planes.clone(),
            sheet: SheetView { sheet: None, seed: 0, computing: false },
            settings: &self.settings,
            device: "",
            decode_ms: None,
            threads: 1,
            accelerator: None,
            shown: &[],
        };
        let mut commands = Vec::new();
        panel.ui(ui, &view, &mut commands);
        for command in &commands {
            match command {
                Command::Cursor(to) | Command::CursorSettled(to) => self.cursor = *to,
                Command::Settings(settings) => self.settings = settings.clone(),
                _ => {}
            }
        }
        self.commands.extend(commands);
    }
}
