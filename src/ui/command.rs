//! Everything a panel can ask for. Panels push Commands; the application carries them out. A Command is plain data: what a
//! test or a lesson replays is what a hand does.

use crate::dataset::Source;
use crate::explore::anchors::Anchor;
use crate::explore::browse::{Browse, ExamplePlace};
use crate::explore::codes::PlaneBasis;
use crate::explore::compare::SheetChoice;
use crate::explore::completion_choice::CompletionChange;
use crate::explore::line::PlaneLine;
use crate::explore::outline::SelectBy;
use crate::explore::pad::PadChange;
use crate::explore::path::PlanePath;
use crate::explore::plane::PlaneAxis;
use crate::explore::runs::{RunId, RunTable};
use crate::explore::timeline::{PlayWay, TimelineAxis, TimelinePlace};
use crate::explore::viewport::Viewport;
use crate::model::{Config, ModelId, Part, Setting};
pub use crate::ui::ask::{Ask, ExportFormat, ExportSubject, ImageSubject, PanelPictureUse};
use crate::ui::pane::Pane;
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the person at the screen asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// About the data set.
    Data(DataCommand),
    /// About models: which there are, and their training.
    Model(ModelCommand),
    /// About the latent plane and its cursor.
    Plane(PlaneCommand),
    /// About the steps of training that are looked back at.
    Timeline(TimelineCommand),
    /// About the compare sheet.
    Compare(CompareCommand),
    /// About the table of runs.
    Runs(RunsCommand),
    /// About the drawing pad.
    Pad(PadCommand),
    /// About which image is completed, and what of it is missing.
    Completion(CompletionChange),
    /// About how the window looks.
    View(ViewCommand),
    /// About files and the program.
    File(FileCommand),
    /// Take the last change back.
    Undo,
    /// Take back the change of this number, and all that came after it.
    UndoTo(u64),
    /// Make it again.
    Redo,
}

/// About the data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCommand {
    /// Put another data set in place of this one.
    Open(Source),
    /// Keep points of the plane that were drawn in a file of the program's own, and put them in place of this data set.
    LearnDrawn(Vec<[f32; 2]>),
    /// Stop opening.
    CancelOpening,
    /// Look at what a folder of images would look like to a model.
    Preview(Source),
    /// List other examples in the data panel, or the same in another order.
    Browse(Box<Browse>),
    /// Show an example large, and move the cursor to its code in the models that are shown.
    LookAtExample(ExamplePlace),
}

/// About models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelCommand {
    /// Put a model of this preset at the end of the list.
    Add(String),
    /// Put another model with the same settings behind this one.
    Duplicate(ModelId),
    /// Take a model off the list.
    Remove(ModelId),
    /// Give a model another name.
    Rename(ModelId, String),
    /// Give a model another of the models' colours.
    Color(ModelId, u8),
    /// Show a model as A or as B.
    Show(Slot, ModelId),
    /// Give a model another preset.
    Preset(ModelId, String),
    /// Change a model's settings; those that can change while it trains do at once, the others at the next reset.
    Edit(ModelId, Box<Config>),
    /// Train.
    Start(ModelId),
    /// Hold still.
    Pause(ModelId),
    /// Train all.
    StartAll,
    /// Train all, or hold all still where any trains.
    ToggleAll,
    /// One step, then hold still.
    Step(ModelId, Part),
    /// One step of all.
    StepAll,
    /// Try what should help against a finding: the run from before it with one change, beside the sick one.
    Try(ModelId, TrialRequest),
    /// Go through a step by hand: the same run again beside, from before the step, holding still where so many are made.
    StepThrough(ModelId, u64),
    /// A model that failed goes back to its newest checkpoint.
    GoBack(ModelId),
    /// Back to step 0.
    Reset(ModelId),
    /// All back to step 0.
    ResetAll,
    /// Let so many models train at once; the others wait for their turn.
    TrainAtOnce(usize),
}

impl ModelCommand {
    /// The model whose training it is about.
    pub fn trains(&self) -> Option<ModelId> {
        match self {
            Self::Preset(id, _) | Self::Edit(id, _) | Self::Start(id) | Self::Step(id, _) => Some(*id),
            Self::GoBack(id) | Self::Reset(id) => Some(*id),
            _ => None,
        }
    }
}

/// About the latent plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaneCommand {
    /// Move the cursor to this place of the plane.
    Cursor([f32; 2]),
    /// The cursor was released here.
    CursorSettled([f32; 2]),
    /// Move the cursor along the path over the plane of a model; beside it the path's latents may lie off the plane.
    CursorOnPath {
        /// The model.
        model: ModelId,
        /// The place on the plane.
        at: [f32; 2],
        /// The part of the path, 0 to 1.
        part: f32,
        /// Whether it was released there.
        settled: bool,
    },
    /// Move a plane's origin to the encoding of a test image.
    OriginFromPoint(ModelId, usize),
    /// Move a plane's origin back to 0.
    OriginToZero(ModelId),
    /// Move a plane's origin to where the cursor stands on it.
    OriginToCursor(ModelId),
    /// Move a plane's origin along a dimension (from 0), to this value of it.
    OriginCoordinate(ModelId, usize, f32),
    /// Let a direction of a plane run along a dimension (from 0).
    Along(ModelId, PlaneAxis, usize),
    /// Let a plane run along two random directions, which are those of the model's seed.
    RandomDirections(ModelId),
    /// Lay a plane along directions that its codes or its anchors give.
    Lay(ModelId, PlaneBasis),
    /// Mark a latent as one of the anchors (0 a, 1 b, 2 c) of a model, or take the mark away.
    Anchor(ModelId, usize, Option<Anchor>),
    /// Move cursor and plane so that the cursor stands on this latent: along the plane the cursor moves, across it the plane.
    MoveTo(ModelId, Vec<f32>),
    /// Select test images, by their points on the plane of a model or by what is typed.
    Select(ModelId, SelectBy),
    /// Select nothing.
    Deselect,
    /// Make the maps of a model's points anew.
    MapAgain(ModelId),
    /// Stop making a map of a model's points.
    CancelMap(ModelId),
    /// Lay a line over the planes, or take it away.
    Line(Option<PlaneLine>),
    /// The line was let go here.
    LineSettled(PlaneLine),
    /// Lay a path over the planes in place of a line, or take it away.
    Path(Option<PlanePath>),
    /// Look at this part of the planes.
    Viewport(Viewport),
    /// Move a model's plane or cursor so that the cursor stands on this latent.
    LookAt(ModelId, Vec<f32>),
    /// Measure which images a model's encoder serves worst.
    MeasureGaps(ModelId),
    /// Measure it no further.
    CancelGaps(ModelId),
}

/// About the steps of training that are looked back at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineCommand {
    /// Look at training here.
    Go(TimelinePlace),
    /// Look so many marks further, towards the beginning where it is below 0.
    Step(i64),
    /// Let training run as a film, or hold it.
    Play(Option<PlayWay>),
    /// Align two runs by this.
    Align(TimelineAxis),
    /// Show so many pictures a second of a film.
    Rate(u32),
}

/// About the compare sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareCommand {
    /// Compute the sheet now.
    Refresh,
    /// Draw the fresh samples from another seed.
    Seed(u64),
    /// Select a test image, by its place in the test set, and move the cursor and the planes to where the models have it; or
    /// select none.
    Select(Option<usize>),
    /// Show other images, in another order, or another part of the sheet.
    Choose(Box<SheetChoice>),
}

/// About the table of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsCommand {
    /// Add a folder of one run or of many.
    Add(PathBuf),
    /// Change what is shown of the table, and how.
    Change(Box<RunTable>),
    /// Read the folders again.
    ReadAgain,
    /// Make the figures of these runs, one after another.
    Measure(Vec<RunId>),
    /// Stop making figures.
    Cancel,
}

/// About the drawing pad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadCommand {
    /// Change what is on it, its tools, or what was kept.
    Change(PadChange),
    /// The cursor follows the code of what is drawn to this place of the plane.
    CursorToCode([f32; 2]),
    /// Write the kept drawings into this folder and open them as data.
    MakeDataSet(PathBuf),
}

/// About how the window looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewCommand {
    /// Change how the window looks.
    Settings(Box<Settings>),
    /// Show or hide a panel.
    TogglePane(Pane),
    /// Gives a panel all of the room, or none.
    Maximise(Option<Pane>),
    /// Gives the window all of the screen, or not.
    FullScreen(bool),
    /// Shows the plane and the outputs alone, large; or everything.
    Present(bool),
    /// Back to the layout that the program came with.
    ResetLayout,
    /// Show or hide the help.
    Help(bool),
}

/// About files and the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileCommand {
    /// Ask for a path.
    Ask(Ask),
    /// Let the system's file dialog fill in the path.
    Browse(Ask),
    /// Look for the paths that begin with this.
    Complete(String),
    /// Continue a run from its folder.
    OpenRun(PathBuf),
    /// Continue a run from its checkpoint of a step; later ones are put aside.
    OpenRunAt(PathBuf, u64),
    /// Ask where a model's run is to be forked, and what is to change.
    AskFork(ModelId),
    /// The same with the last checkpoint chosen that is not after a step.
    AskForkAt(ModelId, u64),
    /// Make a fork and open it in the model's place.
    Fork(ModelId, ForkRequest),
    /// Write a run to its folder, or to the next free one.
    Save(ModelId),
    /// Write all runs.
    SaveAll,
    /// Show a folder in the system's file manager.
    ShowFolder(PathBuf),
    /// Put the folders of runs that are saved for the first time here from now on.
    SaveInto(PathBuf),
    /// Write a picture to a file.
    Export(ExportSubject, PathBuf),
    /// Stop writing what takes long.
    CancelExport,
    /// Copy an image to the clipboard.
    CopyImage(ImageSubject),
    /// Take a picture of a panel as it is on the screen.
    PicturePanel(Pane, PanelPictureUse),
    /// Close the window.
    Quit,
}

macro_rules! commands_of {
    ($($part:ident: $name:ident),*) => {
        $(impl From<$name> for Command {
            fn from(command: $name) -> Self {
                Self::$part(command)
            }
        })*
    };
}

commands_of!(
    Data: DataCommand,
    Model: ModelCommand,
    Plane: PlaneCommand,
    Timeline: TimelineCommand,
    Compare: CompareCommand,
    Runs: RunsCommand,
    Pad: PadCommand,
    Completion: CompletionChange,
    View: ViewCommand,
    File: FileCommand
);

/// A new run that is another up to a checkpoint, and has one thing changed from there on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkRequest {
    /// The run's folder.
    pub run: PathBuf,
    /// A step that it keeps.
    pub step: u64,
    /// What is changed, by its name in `config.toml`.
    pub key: String,
    /// To what, as it was typed.
    pub value: String,
    /// Whether it stands in the other view, beside the run that it is of.
    #[serde(default)]
    pub beside: bool,
}

/// What is tried against a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRequest {
    /// The finding, by its key.
    pub finding: String,
    /// Steps made when it began.
    pub since_step: u64,
    /// What is changed, by its name in `config.toml`.
    pub key: String,
    /// To what.
    pub value: Setting,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::explore::compare::{ImageChoice, RowOrder};

    #[test]
    fn a_command_is_the_same_after_writing_and_reading() {
        let order = RowOrder::Error(1);
        let choice = SheetChoice { order, images: ImageChoice::default().pin(7, true), ..SheetChoice::default() };
        let commands: [Command; 8] = [
            ModelCommand::Edit(ModelId(3), Box::new(Config::vae_dense())).into(),
            PlaneCommand::LookAt(ModelId(0), vec![0.5, -1.0]).into(),
            FileCommand::Export(ExportSubject::Plane(Slot::B), "picture.png".into()).into(),
            FileCommand::CopyImage(ImageSubject::Decoded(Slot::B, [0.5, -1.0])).into(),
            ViewCommand::Settings(Box::default()).into(),
            TimelineCommand::Go(TimelinePlace::At(12.5)).into(),
            CompareCommand::Choose(Box::new(choice)).into(),
            Command::Undo,
        ];
        for command in commands {
            let text = serde_json::to_string(&command).unwrap();
            assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command, "{text}");
        }
    }
}
