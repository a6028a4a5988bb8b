//! The table of runs: folders are read and runs measured in the background; what was measured is kept.

use crate::app::done::{Done, MeasuredOne};
use crate::app::jobs::{JobKey, on_own_threads};
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::dataset::{Dataset, Progress};
use crate::explore::compare::{FigureProgress, FigureProtocol, FigureReference, FigureStage};
use crate::explore::runs::{FolderRuns, MeasuredRun, RunId, RunTable, read_runs};
use crate::message::{Explain, Message, message};
use crate::metrics::ClassifierEffort;
use crate::run::CheckpointReader;
use crate::snapshot::Snapshot;
use crate::ui::command::{Ask, RunsCommand};
use crate::ui::messages::Level;
use crate::ui::runs::known::{MeasuringView, RunsView};
use crate::ui::text::{explain, tr};
use rust_i18n::t;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Test images, and samples of each run, that figures are of.
const IMAGES: usize = 2000;
/// What may be done, in the order of a job's number for it.
const STAGES: [FigureStage; 4] =
    [FigureStage::Learning, FigureStage::Features, FigureStage::Nearest, FigureStage::Encodings];

/// The weights of a run.
enum RunWeights {
    Here(Arc<Snapshot>),
    At(PathBuf, u64),
}

impl RunWeights {
    fn read(self) -> Result<Arc<Snapshot>, Message> {
        match self {
            Self::Here(snapshot) => Ok(snapshot),
            Self::At(folder, step) => {
                let read = || CheckpointReader::open(&folder)?.snapshot(step);
                read().map(Arc::new).map_err(|error| error.message())
            }
        }
    }
}

impl Session {
    pub(super) fn apply_to_runs(&mut self, command: RunsCommand) {
        match command {
            RunsCommand::Add(folder) => self.add_runs(&folder),
            RunsCommand::Change(table) => self.change_runs(*table),
            RunsCommand::ReadAgain => {
                let reading = self.project.runs.folders.clone();
                reading.iter().for_each(|folder| _ = self.services.jobs.cancel(&JobKey::ReadRuns(folder.clone())));
                self.services.runs.found.clear();
            }
            RunsCommand::Measure(runs) => {
                let queue = &mut self.services.runs.queue;
                let new: Vec<RunId> = runs.into_iter().filter(|run| !queue.contains(run)).collect();
                queue.extend(new);
                self.measure_next();
            }
            RunsCommand::Cancel => {
                self.services.runs.queue.clear();
                self.services.jobs.cancel(&JobKey::Figures);
            }
        }
    }

    fn change_runs(&mut self, table: RunTable) {
        if table != self.project.runs {
            // A folder that comes or goes is a change of its own, however quickly it follows another.
            let own = table.folders != self.project.runs.folders;
            if own {
                self.undo.settle();
            }
            self.undo.record(ChangeKind::Runs, &self.project);
            if own {
                self.undo.settle();
            }
            self.project.runs = table;
        }
    }

    fn add_runs(&mut self, folder: &Path) {
        match std::path::absolute(folder) {
            Ok(folder) => {
                let mut table = self.project.runs.clone();
                table.add(folder);
                self.change_runs(table);
                self.answered(|ask| ask == Ask::AddRuns);
            }
            Err(error) => {
                let why = crate::disk::FileError::io(&error).at(folder);
                self.failed(|ask| ask == Ask::AddRuns, &explain(&why));
            }
        }
    }

    /// The table of runs as the panel draws it.
    pub fn run_table(&self) -> RunsView<'_> {
        let (services, table) = (&self.services, &self.project.runs);
        let measuring = services.jobs.progress(&JobKey::Figures).zip(services.runs.queue.front());
        let stage = STAGES.get(services.runs.stage.load(Ordering::Relaxed)).copied();
        RunsView {
            table,
            found: &services.runs.found,
            measured: &services.runs.measured,
            measuring: measuring.map(|(progress, run)| MeasuringView {
                run,
                waiting: services.runs.queue.len().saturating_sub(1),
                stage: stage.unwrap_or(FigureStage::Learning),
                progress,
            }),
            reading: table.folders.iter().any(|folder| services.jobs.is_running(&JobKey::ReadRuns(folder.clone()))),
        }
    }

    /// Reads what is on the list and nobody has read, while the panel is on the screen; forgets what is not on it any more.
    pub(super) fn refresh_runs(&mut self) {
        let (runs, jobs) = (&mut self.services.runs, &mut self.services.jobs);
        let folders = &self.project.runs.folders;
        runs.found.retain(|folder, _| folders.contains(folder));
        jobs.cancel_all(|key| matches!(key, JobKey::ReadRuns(folder) if !folders.contains(folder)));
        for folder in folders.iter().filter(|_| self.shell.needs.runs) {
            let key = JobKey::ReadRuns(folder.clone());
            if !runs.found.contains_key(folder) && !jobs.is_running(&key) {
                let folder = folder.clone();
                jobs.start(key, move |progress| {
                    Done::RunsRead(folder.clone(), read_runs(&folder, progress).map(Box::new))
                });
            }
        }
        // It holds features of all images: of data that is not open any more nobody asks for it.
        let open = self.services.data.as_ref().map(|data| data.id.to_string());
        runs.reference.take_if(|(own, _)| open.as_ref() != Some(own));
        // A model that began anew has no figures of steps that it has not made.
        let step = |id| {
            let model = self.services.models.get(id)?;
            model.newest().map(|newest| newest.step).or(model.status().map(|status| status.step))
        };
        runs.measured.retain(|run, by_step| {
            if let RunId::Model(id) = run {
                by_step.retain(|made, _| step(*id).is_some_and(|step| *made <= step));
            }
            !by_step.is_empty()
        });
    }

    pub(super) fn receive_runs(&mut self, folder: PathBuf, read: Result<Box<FolderRuns>, Message>) {
        self.services.runs.found.insert(folder, read.map(Arc::from));
    }

    /// Measures the first run that waits, unless one is measured. One that cannot be is passed over.
    fn measure_next(&mut self) {
        if self.services.jobs.is_running(&JobKey::Figures) {
            return;
        }
        let Some(data) = self.services.data.clone() else { return self.services.runs.queue.clear() };
        while let Some(run) = self.services.runs.queue.front().cloned() {
            if let Some(weights) = self.weights_of(&run, &data) {
                return self.measure(run, weights, data);
            }
            self.services.runs.queue.pop_front();
        }
    }

    /// The newest weights of a run of this data.
    fn weights_of(&self, run: &RunId, data: &Dataset) -> Option<RunWeights> {
        match run {
            RunId::Model(id) => {
                let rests = self.project.model(*id)?.is_resting();
                let newest = self.services.models.get(*id)?.newest().filter(|_| !rests);
                Some(RunWeights::Here(newest?.clone()))
            }
            RunId::Folder(folder) => {
                let mut found = self.services.runs.found.values().flatten().flat_map(|found| &found.runs);
                let run = found.find(|run| run.folder == *folder)?;
                (run.data_checksum == data.id.to_string()).then(|| RunWeights::At(folder.clone(), run.step))
            }
        }
    }

    fn measure(&mut self, run: RunId, weights: RunWeights, data: Arc<Dataset>) {
        let checksum = data.id.to_string();
        let reference = self.services.runs.reference.as_ref().filter(|(own, _)| *own == checksum);
        let reference = reference.map(|(_, reference)| reference.clone());
        let stage = self.services.runs.stage.clone();
        let usual = FigureProtocol { images: IMAGES, seed: 0, effort: ClassifierEffort::THOROUGH };
        let protocol = self.services.start.figures.unwrap_or(usual);
        // What trains has the other threads.
        let threads = if self.is_training() { 1 } else { self.services.threads };
        self.services.jobs.start(JobKey::Figures, move |progress| {
            let mut pace = Pace { progress, stage: &stage, began: Instant::now(), now: None };
            let material = FigureMaterial { data: &data, reference, protocol };
            let work = || measured(weights, material, &mut pace);
            let done = on_own_threads(threads, work);
            let (reference, figures) = match done {
                Ok((reference, figures)) => (reference.map(|reference| (checksum, reference)), Ok(figures)),
                Err(why) => (None, Err(why)),
            };
            Done::Measured(Box::new(MeasuredOne { run, reference, figures }))
        });
    }

    pub(super) fn receive_measured(&mut self, one: MeasuredOne) {
        let MeasuredOne { run, reference, figures } = one;
        let runs = &mut self.services.runs;
        if reference.is_some() {
            runs.reference = reference;
        }
        runs.queue.retain(|other| *other != run);
        match figures {
            Ok(Some(measured)) => {
                let by_step = runs.measured.entry(run).or_default();
                by_step.insert(measured.figures.step, Arc::new(measured));
            }
            Ok(None) => {}
            Err(why) => self.shell.say(Level::Failed, &t!("runs.failed", why = explain(&why))),
        }
        self.measure_next();
        if self.services.runs.queue.is_empty() {
            self.shell.say(Level::Done, &tr("runs.done"));
        }
    }

    /// Measuring stopped by a fault: what waits goes on without what was measured.
    pub(super) fn measuring_failed(&mut self) {
        self.services.runs.queue.pop_front();
        self.measure_next();
    }
}

/// How fast a stage goes.
struct Pace<'a> {
    progress: &'a Progress,
    stage: &'a AtomicUsize,
    began: Instant,
    now: Option<FigureStage>,
}

impl Pace<'_> {
    fn go_on(&mut self, at: FigureProgress) -> bool {
        if self.now != Some(at.stage) {
            (self.now, self.began) = (Some(at.stage), Instant::now());
            let number = STAGES.iter().position(|stage| *stage == at.stage);
            self.stage.store(number.unwrap_or(0), Ordering::Relaxed);
        }
        self.progress.set_total(at.total);
        self.progress.set_done(at.done);
        self.progress.set_rate((at.done as f64 / self.began.elapsed().as_secs_f64().max(1e-3)) as u64);
        !self.progress.is_cancelled()
    }
}

/// What figures are made of besides the weights.
struct FigureMaterial<'a> {
    data: &'a Dataset,
    reference: Option<Arc<FigureReference>>,
    protocol: FigureProtocol,
}

type ReferenceAndFigures = (Option<Arc<FigureReference>>, Option<MeasuredRun>);

/// A run's figures, and what it is measured against, which is made where there is none yet.
fn measured(
    weights: RunWeights,
    material: FigureMaterial<'_>,
    pace: &mut Pace<'_>,
) -> Result<ReferenceAndFigures, Message> {
    let FigureMaterial { data, reference, protocol } = material;
    let snapshot = weights.read()?;
    if snapshot.image != data.shape() || data.sample().is_point() {
        return Err(message!(
            "expected images of {expected}, found {found}",
            expected = data.shape().to_string(),
            found = snapshot.image.to_string()
        ));
    }
    let reference = match reference {
        Some(reference) => Some(reference),
        None => FigureReference::new(data, protocol, &mut |at| pace.go_on(at)).map_err(Message::words)?.map(Arc::new),
    };
    let figures = reference.as_ref().and_then(|reference| reference.figures(&snapshot, data, &mut |at| pace.go_on(at)));
    let count = reference.as_ref().map_or(0, |reference| reference.count);
    Ok((reference, figures.map(|figures| MeasuredRun { figures, count })))
}
