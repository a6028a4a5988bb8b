//! What a panel may look at: plain references, nothing that it could change.

use crate::dataset::{Dataset, Progress};
use crate::explore::compare::Sheet;
use crate::gpu::Decoding;
use crate::model::Config;
use crate::snapshot::Snapshot;
use crate::trainer::{History, Phase, Status};
use crate::ui::command::{Command, Slot};
use crate::ui::layout::Pane;
use crate::ui::plane::known::{PlaneView, PlanesView};
use crate::ui::settings::Settings;
use candle_core::DeviceLocation;
use std::sync::Arc;

/// One model as the panels see it.
#[derive(Clone)]
pub struct ModelView<'a> {
    /// Which one it is.
    pub slot: Slot,
    /// The numbers on its card, some of which may wait for a reset.
    pub config: &'a Config,
    /// What is wrong with them, if anything is.
    pub mistake: Option<String>,
    /// Whether some of them wait for a reset.
    pub waits_for_reset: bool,
    /// Where its trainer is; `None` where there is none yet.
    pub status: Option<Status>,
    /// Its curves.
    pub history: Option<&'a Arc<History>>,
    /// What is shown of it.
    pub snapshot: Option<&'a Arc<Snapshot>>,
    /// Whether what is shown came with the program or from a folder, not from this training.
    pub ready_made: bool,
    /// Why it ended, if it did.
    pub failure: Option<&'a str>,
    /// Where it was written last.
    pub folder: Option<&'a std::path::Path>,
    /// Who decodes what is looked at of it.
    pub decoding: Decoding,
}

impl ModelView<'_> {
    /// Whether it trains.
    pub fn is_training(&self) -> bool {
        self.status.is_some_and(|status| status.phase == Phase::Training)
    }
}

/// Data that is being opened.
#[derive(Clone)]
pub struct OpeningView<'a> {
    /// What is opened, in words.
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
}

/// Everything.
#[derive(Clone)]
pub struct View<'a> {
    /// The data set.
    pub data: Option<&'a Arc<Dataset>>,
    /// What is being opened.
    pub opening: Option<OpeningView<'a>>,
    /// Both models.
    pub models: [ModelView<'a>; 2],
    /// Where the cursor stands on the plane.
    pub cursor: [f32; 2],
    /// The planes.
    pub planes: PlanesView,
    /// The compare sheet.
    pub sheet: SheetView<'a>,
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
    /// The panels that are on the screen.
    pub shown: &'a [Pane],
}

impl<'a> View<'a> {
    /// One model.
    pub fn model(&self, slot: Slot) -> &ModelView<'a> {
        let [a, b] = &self.models;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    /// What is known of a model's plane.
    pub fn plane(&self, slot: Slot) -> Option<&PlaneView> {
        self.planes.get(slot.id())
    }

    /// Where the cursor is after these commands: a panel that is drawn later follows the plane in the same frame.
    pub fn cursor_after(&self, commands: &[Command]) -> [f32; 2] {
        let moved = commands.iter().rev().find_map(|command| match command {
            Command::Cursor(cursor) | Command::CursorSettled(cursor) => Some(*cursor),
            _ => None,
        });
        moved.unwrap_or(self.cursor)
    }

    /// Whether any model trains.
    pub fn is_training(&self) -> bool {
        self.models.iter().any(ModelView::is_training)
    }
}
