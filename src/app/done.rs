//! What comes of jobs.

use crate::app::panel_picture::PanelPicture;
use crate::app::undo::UndoWay;
use crate::dataset::{Dataset, FolderPreview, Source};
use crate::explore::browse::DataStatistics;
use crate::explore::codes::{DimensionEffects, PointMap};
use crate::explore::compare::{FigureReference, MemorisedBound, Sheet, SheetSearch};
use crate::explore::data_plane::DataPlane;
use crate::explore::image_completer::CompletedImage;
use crate::explore::path::PathMade;
use crate::explore::plane::Plane;
use crate::explore::posterior::WorstEncoded;
use crate::explore::runs::{FolderRuns, MeasuredRun, RunId};
use crate::message::{Explain, Message};
use crate::metrics::{ClassShares, Classifier};
use crate::model::ModelId;
use crate::picture::Bitmap;
use crate::run::{Opened, RunError};
use crate::trainer::Trainer;
use crate::ui::command::{Ask, PanelPictureUse, TrialRequest};
use crate::ui::data_panel::known::ShownExample;
use crate::ui::dialogs::PathCompletion;
use crate::ui::latent::known::AnchorPictures;
use crate::ui::points::known::SelectedPoints;
use eframe::egui::ColorImage;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where a run that was opened goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedPlace {
    /// In the place of the model that suits it.
    Suiting,
    /// In this model's place.
    Of(ModelId),
    /// Behind this model on the list, and into the other view.
    Beside(ModelId),
}

/// What a fork from before a finding is for.
pub enum ForkPurpose {
    /// To try what should help.
    Try(TrialRequest),
    /// To go through the steps from this one on by hand.
    StepThrough(u64),
}

impl ForkPurpose {
    /// Not later than this is it forked.
    pub fn before_step(&self) -> u64 {
        match self {
            Self::Try(request) => request.since_step,
            Self::StepThrough(step) => *step,
        }
    }
}

/// A fork from before a finding that was opened, and the step that it is of.
pub struct OpenedTrial {
    /// The run.
    pub run: Box<OpenedRun>,
    /// Where it leaves its parent.
    pub from_step: u64,
}

/// What came of a piece of work.
pub enum Done {
    /// A data set was opened.
    Data(Result<Box<Dataset>, Message>),
    /// The data sets that are in the cache, by name.
    Cached(Vec<&'static str>),
    /// Data is there again that a step of undo needs.
    DataAgain(UndoWay, Source, Box<Dataset>),
    /// A model's run was opened again, or why not.
    Reopened(ModelId, Result<Box<Reopened>, Message>),
    /// A run was opened, with its data where that is another than before.
    Run(OpenedPlace, Result<Box<OpenedRun>, NotOpened>),
    /// A fork from before a finding of a model was opened; `None` where nothing was kept from before it.
    Trial(ModelId, ForkPurpose, Result<Option<OpenedTrial>, NotOpened>),
    /// The steps of which a run keeps checkpoints.
    Kept(PathBuf, Result<Vec<u64>, Message>),
    /// The steps of which a model's run keeps checkpoints to look back at.
    PastListed {
        /// The model.
        id: ModelId,
        /// The number of the run as a source.
        source: u64,
        /// The run's folder.
        folder: PathBuf,
        /// The steps, rising.
        steps: Result<Vec<u64>, Message>,
    },
    /// A model's trainer was made.
    Made(ModelId, Result<Box<Trainer>, Message>),
    /// The models that come with the program.
    Pretrained(Result<Vec<Opened>, Message>),
    /// The system's file dialog was closed; `None` where nothing was chosen.
    Picked(Ask, Option<PathBuf>),
    /// Folders that were made for runs, or why not.
    Folders(Result<Vec<(ModelId, PathBuf)>, Message>),
    /// A path to start from when asking for one.
    Suggested(Ask, PathBuf),
    /// What is known of a path that is being typed; `None` where it is typed on.
    Completed(Option<PathCompletion>),
    /// What a folder of images would look like to a model; `None` where it is none.
    Previewed(Source, Result<Option<FolderPreview>, Message>),
    /// A compare sheet was made or added to; `None` where that was cancelled.
    Sheet(Option<Box<SheetMade>>),
    /// A classifier has learned the data's classes; `None` where it was cancelled.
    Classifier(Result<Option<Arc<Classifier>>, Message>),
    /// The same, learned so well that a plane can be divided by it.
    ClassNetwork(Result<Option<Arc<Classifier>>, Message>),
    /// A model's samples were counted; `None` where that was cancelled.
    Shares(ModelId, Option<ClassShares>),
    /// An image was completed by a model, or why not; `None` where that was cancelled, or nothing was decoded.
    ImageCompleted(ModelId, Result<Option<Box<CompletedImage>>, Message>),
    /// What a model has learned of points.
    DataPlane(ModelId, Box<DataPlane>),
    /// A plane along directions that its codes give, or why there is none.
    Laid(ModelId, Result<Box<Plane>, Message>),
    /// The pixel effect of each dimension of a model; `None` where that was cancelled.
    Effects(ModelId, Option<Box<DimensionEffects>>),
    /// What a model makes of its anchors.
    Anchored(ModelId, Box<AnchorPictures>),
    /// A model's points were laid out; `None` where that was cancelled, or there are too few.
    PointMap(ModelId, Option<Box<PointMap>>),
    /// Test images were selected, or why not; `None` where that was cancelled.
    Selected(Result<Option<Box<SelectedPoints>>, Message>),
    /// The images that a model's encoder serves worst; where it could not be measured why, and nothing where it was cancelled.
    Gaps(ModelId, Result<Box<WorstEncoded>, Option<Message>>),
    /// What a folder of runs holds, or why it was not read.
    RunsRead(PathBuf, Result<Box<FolderRuns>, Message>),
    /// A run was measured.
    Measured(Box<MeasuredOne>),
    /// A path over a model's plane was made; `None` where that was cancelled, or where there is none.
    Path(ModelId, Option<Arc<PathMade>>),
    /// Examples were searched and sorted; `None` where that was cancelled.
    Listed(Option<Arc<[u32]>>),
    /// Small pictures of a stretch of the examples that are listed.
    Thumbnails(usize, Arc<[Bitmap]>),
    /// What all examples are like; `None` where that was cancelled.
    Statistics(Option<Box<DataStatistics>>),
    /// An example was read and encoded.
    ReadExample(Box<ReadExample>),
    /// What was copied in words, and the image for the clipboard; `None` where there was none.
    Copied(String, Option<Box<ColorImage>>),
    /// A picture of a panel was taken; `None` where the window gave none.
    PanelPictured(PanelPictureUse, Option<PanelPicture>),
    /// A picture was written.
    Exported(Result<PathBuf, Message>),
    /// A run's plane was written beside it.
    PlaneWritten(Result<(), Message>),
    /// What nothing referred to any more is removed.
    LeftOverRemoved,
    /// The system's file manager was called with a folder, or why it cannot be.
    Shown(Result<(), Message>),
    /// The state file was written.
    StateWritten(Result<(), Message>),
}

/// Why a run was not opened.
#[derive(Debug)]
pub struct NotOpened {
    /// The sentence.
    pub message: Message,
    /// The run and the step of its last checkpoint that is whole, where only its newest is not.
    pub whole: Option<(PathBuf, u64)>,
}

impl From<Message> for NotOpened {
    fn from(message: Message) -> Self {
        Self { message, whole: None }
    }
}

impl From<RunError> for NotOpened {
    fn from(error: RunError) -> Self {
        let message = error.message();
        match error {
            RunError::Damaged { run, whole, .. } => Self { message, whole: Some((run, whole)) },
            _ => message.into(),
        }
    }
}

/// A model that goes on from disk.
pub struct Reopened {
    /// The trainer that goes on with it.
    pub trainer: Trainer,
    /// What is wrong with its newest checkpoint, where it goes on from the one before.
    pub damage: Option<Message>,
}

/// What came of measuring a run.
pub struct MeasuredOne {
    /// Which one.
    pub run: RunId,
    /// The data's checksum, and what runs on it are measured against.
    pub reference: Option<(String, Arc<FigureReference>)>,
    /// Its figures; `None` where it was cancelled.
    pub figures: Result<Option<MeasuredRun>, Message>,
}

/// A run that can go on.
pub struct OpenedRun {
    /// What lay in the folder.
    pub opened: Opened,
    /// The plane that it was looked at by, where one was kept and fits.
    pub plane: Option<Plane>,
    /// The trainer that goes on with it.
    pub trainer: Trainer,
    /// The data that it is trained on.
    pub data: Arc<Dataset>,
}

/// A compare sheet, and what the next goes on with.
pub struct SheetMade {
    /// The sheet.
    pub sheet: Sheet,
    /// What searches go on with.
    pub search: SheetSearch,
    /// By what samples count as memorised, where that is known.
    pub bound: Option<Arc<MemorisedBound>>,
    /// How long it took.
    pub took: Duration,
}

/// An example that was read, and what each model that encodes it makes of it.
pub struct ReadExample {
    /// The example.
    pub shown: ShownExample,
    /// Its codes, `[latent]` each: posterior means.
    pub codes: Vec<(ModelId, Vec<f32>)>,
}
