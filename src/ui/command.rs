//! Everything a panel can ask for. Panels push Commands; the application carries them out.

use crate::dataset::Source;
use crate::model::{Config, ModelId};
use crate::trainer::Part;
use crate::ui::dialogs::Ask;
use crate::ui::layout::Pane;
use crate::ui::settings::Settings;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One of the two models that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot {
    /// The blue one.
    A,
    /// The orange one.
    B,
}

impl Slot {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// Its place in a pair.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The model that it shows.
    pub const fn id(self) -> ModelId {
        ModelId(self as u32)
    }

    /// Its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// A wish of the person at the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put another data set in place of this one.
    OpenData(Source),
    /// Stop opening.
    CancelOpening,
    /// Continue a run from its folder.
    OpenRun(PathBuf),
    /// Ask where a model's run is to be forked, and what is to change.
    AskFork(Slot),
    /// Make a fork and open it in this place.
    Fork(Slot, ForkWish),
    /// Write a run to its folder, or to the next free one.
    Save(Slot),
    /// Write both runs.
    SaveBoth,
    /// Write a picture to a file.
    Export(Picture, PathBuf),

    /// Put another preset into a slot.
    Preset(Slot, String),
    /// Change a slot's numbers; those that can change while training do at once, the others at the next reset.
    Edit(Slot, Config),
    /// Train.
    Start(Slot),
    /// Hold still.
    Pause(Slot),
    /// Train both, or hold both still where any trains.
    ToggleBoth,
    /// One step, then hold still.
    Step(Slot, Part),
    /// One step of both.
    StepBoth,
    /// Back to step 0.
    Reset(Slot),
    /// Both back to step 0.
    ResetBoth,

    /// Move the cursor to this place of the plane.
    Cursor([f32; 2]),
    /// The cursor was let go here.
    CursorSettled([f32; 2]),
    /// Move a plane's origin to the encoding of a test image.
    OriginFromPoint(Slot, usize),
    /// Move a plane's origin back to 0.
    OriginToZero(Slot),
    /// Move a model's plane or cursor so that the cursor stands on this latent.
    LookAt(Slot, Vec<f32>),
    /// Compute the compare sheet now.
    RefreshSheet,
    /// Draw the fresh samples from another seed.
    SheetSeed(u64),

    /// Change how the window looks.
    Settings(Settings),
    /// Show or hide a panel.
    TogglePane(Pane),
    /// Back to the layout that the program came with.
    ResetLayout,
    /// Ask for a path.
    Ask(Ask),
    /// Let the system's file dialog fill in the path.
    Browse(Ask),
    /// Show or hide the help.
    Help(bool),
    /// Take the last change of settings or cursor back.
    Undo,
    /// Make it again.
    Redo,
    /// Close the window.
    Quit,
}

/// A new run that is another up to a checkpoint, and has one thing changed from there on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkWish {
    /// The run's folder.
    pub run: PathBuf,
    /// A step that it keeps.
    pub step: u64,
    /// What is changed, by its name in `config.toml`.
    pub key: String,
    /// To what, as it was typed.
    pub value: String,
}

/// What a picture is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The compare sheet.
    Sheet,
    /// A model's plane of decoded tiles.
    Plane(Slot),
}

impl Picture {
    /// What a file with it is called, without number and ending.
    pub fn file_name(self, data: &str) -> String {
        match self {
            Self::Sheet => format!("compare-{data}"),
            Self::Plane(slot) => format!("plane-{}-{data}", slot.name().to_lowercase()),
        }
    }
}
