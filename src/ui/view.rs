//! What a panel may look at: plain references, nothing that it could change.

use crate::dataset::{Dataset, Progress, Source};
use crate::explore::compare::{Sheet, SheetChoice};
use crate::explore::line::PlaneLine;
use crate::explore::pad::PadState;
use crate::explore::path::{PathMade, PlanePath};
use crate::explore::posterior::PlacedImages;
use crate::explore::timeline::KeptIn;
use crate::explore::viewport::Viewport;
use crate::gpu::Decoding;
use crate::message::Message;
use crate::metrics::ClassShares;
use crate::model::{Config, ModelId};
use crate::snapshot::Snapshot;
use crate::trainer::{DiagnosisReport, History, Phase, Status};
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::complete::known::CompletionView;
use crate::ui::data_panel::known::BrowseView;
use crate::ui::diagnose::known::Trial;
use crate::ui::messages::Messages;
use crate::ui::pane::Pane;
use crate::ui::plane::known::{PlaneView, PlanesView};
use crate::ui::runs::known::RunsView;
use crate::ui::settings::Settings;
use crate::ui::slot::{Shown, Slot};
use crate::ui::theme;
use crate::ui::training::known::TimelineView;
use candle_core::DeviceLocation;
use eframe::egui::Color32;
use rust_i18n::t;
use std::sync::Arc;

/// One model as the panels see it.
#[derive(Clone)]
pub struct ModelView<'a> {
    /// Which one it is.
    pub id: ModelId,
    /// What it is called.
    pub name: &'a str,
    /// Which of the models' colours it has.
    pub color: u8,
    /// The view that it stands in, if any.
    pub slot: Option<Slot>,
    /// The data that it learned from, where that is another than what is open: it rests.
    pub rests_with: Option<&'a Source>,
    /// The step that it rests at, where it lies on disk.
    pub rests_at: Option<u64>,
    /// The numbers on its card, some of which may wait for a reset.
    pub config: &'a Config,
    /// What is wrong with them, if anything is.
    pub mistake: Option<Message>,
    /// Whether some of them wait for a reset.
    pub waits_for_reset: bool,
    /// Where its trainer is; `None` where there is none yet.
    pub status: Option<Status>,
    /// Whether it waits for its turn to train.
    pub queued: bool,
    /// Its curves.
    pub history: Option<&'a Arc<History>>,
    /// What is shown of it.
    pub snapshot: Option<&'a Arc<Snapshot>>,
    /// The step of the newest weights there are.
    pub newest: Option<u64>,
    /// Where what is shown was kept, where that is older than the newest.
    pub looked_back: Option<KeptIn>,
    /// Whether what is shown came with the program, not from this training.
    pub ready_made: bool,
    /// Which classes it makes, where that was counted.
    pub class_shares: Option<&'a ClassShares>,
    /// What was found to go wrong, and the newest look at a step.
    pub diagnosis: Option<Arc<DiagnosisReport>>,
    /// Why it ended, if it did.
    pub failure: Option<&'a Message>,
    /// Where it was written last.
    pub folder: Option<&'a std::path::Path>,
    /// Who decodes what is looked at of it.
    pub decoding: Decoding,
}

impl<'a> ModelView<'a> {
    /// What its controls are named after: the letter of the view that it stands in, else its name.
    pub fn label(&self) -> &'a str {
        match self.slot {
            Some(slot) => slot.name(),
            None => self.name,
        }
    }

    /// The letter of the view that it stands in, or the sign of one that stands in none.
    pub fn label_letter(&self) -> &'static str {
        self.slot.map_or(theme::signs::MODEL, Slot::name)
    }

    /// Whether it learned to decode draws of a prior.
    pub fn has_prior(&self) -> bool {
        self.config.family().samples
    }

    /// Whether it has an encoder, or will have one.
    pub fn has_encoder(&self) -> bool {
        self.snapshot.map_or(self.config.family().encodes, |snapshot| snapshot.encoder.is_some())
    }

    /// Whether test examples can be looked for in its plane, for it has no encoder.
    pub fn has_places(&self) -> bool {
        self.snapshot.is_some_and(|snapshot| PlacedImages::fits(snapshot))
    }

    /// Whether it trains.
    pub fn is_training(&self) -> bool {
        self.status.is_some_and(|status| matches!(status.phase, Phase::Training | Phase::Waiting))
    }
}

impl OpeningView<'_> {
    /// How far it is, 0 to 1.
    pub fn part(&self) -> f32 {
        let (done, total) = self.progress.get();
        if total > 0 { done as f32 / total as f32 } else { 0.0 }
    }

    /// What is opened, with what has come of it and how fast where it comes from elsewhere.
    pub fn words(&self) -> String {
        let ((done, total), rate) = (self.progress.get(), self.progress.rate());
        if rate == 0 {
            return self.what.to_owned();
        }
        let [done, total, rate] = [done, total, rate].map(|bytes| format!("{:.1}", bytes as f64 / 1e6));
        t!("data.coming", what = self.what, done = done, total = total, rate = rate).into_owned()
    }
}

/// Data that is being opened, or a file that is being written.
#[derive(Clone)]
pub struct OpeningView<'a> {
    /// What it is, in words.
    pub what: &'a str,
    /// How far it is.
    pub progress: &'a Progress,
}

/// The compare sheet, as far as there is one.
#[derive(Clone, Copy)]
pub struct SheetView<'a> {
    /// The newest that is ready.
    pub sheet: Option<&'a Arc<Sheet>>,
    /// The seed of its samples.
    pub seed: u64,
    /// Whether another is being computed.
    pub computing: bool,
    /// The test image that is selected, by its place in the test set.
    pub selection: Option<usize>,
    /// What is on it, and in which order.
    pub choice: &'a SheetChoice,
}

impl SheetView<'_> {
    /// The row of the image that is selected, where it is on the sheet.
    pub fn row(&self) -> Option<usize> {
        let index = self.selection?;
        self.sheet?.originals.iter().position(|original| original.index == index)
    }

    /// Where a view's model has the image that is selected, `[latent]`.
    pub fn selected_latent(&self, slot: Slot) -> Option<&[f32]> {
        Some(&self.sheet?.reconstruction(slot.index(), self.row()?)?.latent)
    }
}

/// The drawing pad.
#[derive(Clone, Copy)]
pub struct PadView<'a> {
    /// What was drawn, step by step, and what was kept.
    pub state: &'a PadState,
    /// What is on it, values in [0, 1]; `None` where nothing is.
    pub image: Option<&'a Arc<[f32]>>,
}

/// Everything.
#[derive(Clone)]
pub struct View<'a> {
    /// The data set.
    pub data: Option<&'a Arc<Dataset>>,
    /// The data as they are looked through.
    pub browse: BrowseView<'a>,
    /// What is being opened.
    pub opening: Option<OpeningView<'a>>,
    /// What takes long to be written.
    pub writing: Option<OpeningView<'a>>,
    /// The data sets that are in the cache, by name.
    pub cached: &'a [&'static str],
    /// All models, in the order of the list; at least one.
    pub models: Vec<ModelView<'a>>,
    /// Which of them are shown.
    pub slots: Shown,
    /// Models that train at once; the others wait for their turn.
    pub train_at_once: usize,
    /// Where the cursor stands on the plane.
    pub cursor: [f32; 2],
    /// The line that is laid over the planes.
    pub line: Option<PlaneLine>,
    /// Where training is looked at.
    pub timeline: TimelineView<'a>,
    /// The path that is laid over them instead.
    pub path: Option<&'a PlanePath>,
    /// What part of the planes is seen.
    pub viewport: Viewport,
    /// The planes.
    pub planes: PlanesView,
    /// The drawing pad.
    pub pad: PadView<'a>,
    /// The compare sheet.
    pub sheet: SheetView<'a>,
    /// The image that is completed.
    pub completion: CompletionView<'a>,
    /// What is tried against findings.
    pub trials: &'a [Trial],
    /// The table of runs.
    pub runs: RunsView<'a>,
    /// What happened since the program was started.
    pub messages: &'a Messages,
    /// How the window looks.
    pub settings: &'a Settings,
    /// What draws it; empty where nobody knows.
    pub device: &'a str,
    /// What the newest tiles of the plane took to decode, in milliseconds.
    pub decode_ms: Option<f32>,
    /// Threads that each model learns on.
    pub threads: usize,
    /// What they learn on instead of the processor.
    pub accelerator: Option<DeviceLocation>,
    /// Whether the plane and the outputs are shown alone, without controls.
    pub presenting: bool,
    /// The panels that are on the screen.
    pub shown: &'a [Pane],
}

impl<'a> View<'a> {
    /// The model that stands in a view.
    pub fn model(&self, slot: Slot) -> &ModelView<'a> {
        let id = self.slots.id(slot);
        // There is at least one.
        &self.models[self.models.iter().position(|model| model.id == id).unwrap_or(0)]
    }

    /// The colour of the model that stands in a view.
    pub fn color(&self, slot: Slot) -> Color32 {
        theme::model_color(self.model(slot).color)
    }

    /// What is known of the plane of a view's model.
    pub fn plane(&self, slot: Slot) -> Option<&PlaneView> {
        self.planes.get(self.slots.id(slot))
    }

    /// Whether the data is points, of which there are no images.
    pub fn has_points(&self) -> bool {
        self.data.is_some_and(|data| data.sample().is_point())
    }

    /// Where the cursor is after these commands: a panel that is drawn later follows the plane in the same frame.
    pub fn cursor_after(&self, commands: &[Command]) -> [f32; 2] {
        let moved = commands.iter().rev().find_map(|command| match command {
            Command::Plane(PlaneCommand::Cursor(cursor) | PlaneCommand::CursorSettled(cursor)) => Some(*cursor),
            Command::Plane(PlaneCommand::CursorOnPath { at, .. }) => Some(*at),
            _ => None,
        });
        moved.unwrap_or(self.cursor)
    }

    /// The latent that the cursor means to a view's model at a place of its plane: on the path that is laid, where that leaves the
    /// plane and this `part` of it, 0 to 1, lies there, the path's own; else the plane's. `None` where there is no plane.
    pub fn latent_at(&self, slot: Slot, place: [f32; 2], part: Option<f32>) -> Option<Vec<f32>> {
        let (known, plane) = self.plane(slot).and_then(|known| Some((known, known.plane.as_ref()?)))?;
        let part = part.or(known.path_part);
        let is_laid = |made: &&Arc<PathMade>| self.path == Some(&made.source.path) && made.source.plane == *plane;
        let made = known.path.as_ref().filter(|made| made.leaves_plane()).filter(is_laid);
        Some(match made.zip(part).filter(|(made, part)| made.at(*part) == place) {
            Some((made, part)) => made.latent_at(part),
            None => plane.latent_from_plane(place),
        })
    }

    /// The same where the cursor is after these commands.
    pub fn latent_after(&self, slot: Slot, commands: &[Command]) -> Option<Vec<f32>> {
        let id = self.slots.id(slot);
        let moved = commands.iter().rev().find_map(|command| match command {
            Command::Plane(PlaneCommand::CursorOnPath { model, part, .. }) if *model == id => Some(*part),
            _ => None,
        });
        self.latent_at(slot, self.cursor_after(commands), moved)
    }

    /// The models that learn from the data that is open, in the order of the list.
    pub fn active_models(&self) -> impl Iterator<Item = &ModelView<'a>> {
        self.models.iter().filter(|model| model.rests_with.is_none())
    }

    /// The models that learned from other data and rest, each with that.
    pub fn resting_models(&self) -> impl Iterator<Item = (&ModelView<'a>, &'a Source)> {
        self.models.iter().filter_map(|model| Some((model, model.rests_with?)))
    }

    /// The models that are shown, in the order of the list.
    pub fn shown_models(&self) -> impl Iterator<Item = &ModelView<'a>> {
        self.models.iter().filter(|model| model.slot.is_some())
    }

    /// Whether there is a curve of a model that is shown.
    pub fn has_curves(&self) -> bool {
        self.shown_models().any(|model| model.history.is_some_and(|history| !history.is_empty()))
    }

    /// Whether any model trains, or waits for its turn.
    pub fn is_active(&self) -> bool {
        self.models.iter().any(|model| model.is_training() || model.queued)
    }

    /// Whether any model trains.
    pub fn is_training(&self) -> bool {
        self.models.iter().any(ModelView::is_training)
    }
}
