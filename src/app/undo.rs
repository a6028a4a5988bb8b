//! Taking changes of the project back, and with them models as they ran and the data that they learned from.

use crate::app::kept::{KeptData, KeptModel};
use crate::app::project::Project;
use crate::dataset::{Dataset, Source};
use crate::memory;
use crate::model::ModelId;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Changes of one kind that follow each other this closely are one.
const TOGETHER: Duration = Duration::from_millis(800);
/// Changes that can be taken back.
const MOST_CHANGES: usize = 200;
/// What models and data that are kept for undo may hold in memory, in bytes; what is more goes to disk, the oldest first.
pub const MOST_KEPT_BYTES: u64 = 512 << 20;
/// And no more than this part of the memory that was free when the program was started.
pub const PART_OF_FREE: u64 = 8;
/// Models that are kept on disk, at most: the oldest go.
const MOST_ON_DISK: usize = 16;

/// How it was before a change, or after one that was taken back.
pub struct UndoStep {
    number: u64,
    /// All that a person had made.
    pub project: Project,
    /// Models that the change took away.
    pub kept: Vec<KeptModel>,
    /// The data that it replaced, if it did.
    pub data: Option<KeptData>,
}

/// What a change was of; several of one kind that follow each other closely are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A card's settings.
    Model(ModelId),
    /// The cursor.
    Cursor,
    /// What part of the planes is seen.
    View,
    /// What is drawn of the planes, and where they lie.
    Plane,
    /// What is on the compare sheet, and what of it is selected.
    Selection,
    /// What is on the drawing pad, and what was kept of it.
    Pad,
    /// Which image is completed, and what of it is missing.
    Completion,
    /// Which examples of the data are listed, and which one is looked at.
    Browse,
    /// The table of runs.
    Runs,
    /// The list of models, which of them are shown, and what they learn from.
    List,
}

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoWay {
    /// Back to what was before the last change.
    Back,
    /// To what was taken back last.
    Again,
}

/// What was, and what was taken back.
pub struct Undo {
    past: Vec<UndoStep>,
    future: Vec<UndoStep>,
    last: Option<(ChangeKind, Instant)>,
    count: u64,
    most_bytes: u64,
}

impl Default for Undo {
    fn default() -> Self {
        let most_bytes = MOST_KEPT_BYTES.min(memory::free_bytes() / PART_OF_FREE);
        Self { past: Vec::new(), future: Vec::new(), last: None, count: 0, most_bytes }
    }
}

impl Undo {
    /// Remembers `before`, which is about to change.
    pub fn record(&mut self, kind: ChangeKind, before: &Project) {
        let now = Instant::now();
        let goes_on = self.last.is_some_and(|(last, at)| last == kind && now.duration_since(at) < TOGETHER);
        // Each change of the list is one of its own.
        self.last = (kind != ChangeKind::List).then_some((kind, now));
        self.future.clear();
        if !goes_on {
            let step = self.step(before);
            self.past.push(step);
            if self.past.len() > MOST_CHANGES {
                self.past.remove(0);
            }
        }
    }

    fn step(&mut self, project: &Project) -> UndoStep {
        self.count += 1;
        UndoStep { number: self.count, project: project.clone(), kept: Vec::new(), data: None }
    }

    /// What changes next is another change.
    pub fn settle(&mut self) {
        self.last = None;
    }

    /// The number of the change that was recorded last.
    pub fn newest(&self) -> Option<u64> {
        self.past.last().map(|step| step.number)
    }

    /// Whether the change of this number can be taken back.
    pub fn has(&self, number: u64) -> bool {
        self.past.iter().any(|step| step.number == number)
    }

    /// Keeps a model until the change that was recorded last is taken back.
    pub fn keep(&mut self, model: KeptModel) {
        if let Some(step) = self.past.last_mut() {
            step.kept.push(model);
        }
        self.thin();
    }

    /// Keeps the data that the change that was recorded last replaces.
    pub fn keep_data(&mut self, data: KeptData) {
        if let Some(step) = self.past.last_mut() {
            step.data = Some(data);
        }
        self.thin();
    }

    /// Forgets models that were kept of the run that a person saved to `folder`: it is about to be opened, which nobody may
    /// hold meanwhile. What they learned is there.
    pub fn forget_run(&mut self, folder: &Path) {
        let steps = self.past.iter_mut().chain(&mut self.future);
        steps.for_each(|step| step.kept.retain(|model| !model.is_of(folder)));
    }

    /// Lets the oldest go to disk until memory holds what it may, and what is too much there go for good.
    fn thin(&mut self) {
        let mut held: u64 = self.past.iter().chain(&self.future).map(UndoStep::held_bytes).sum();
        for step in self.past.iter_mut().chain(&mut self.future) {
            for model in &mut step.kept {
                if held > self.most_bytes {
                    held -= model.held_bytes();
                    model.move_to_disk();
                }
            }
            if let Some(data) = step.data.as_mut().filter(|_| held > self.most_bytes) {
                held -= data.held_bytes();
                data.move_to_disk();
            }
        }
        let all = self.past.iter().chain(&self.future).flat_map(|step| &step.kept);
        let mut on_disk = all.filter(|model| model.is_on_disk()).count();
        for step in self.past.iter_mut().chain(&mut self.future) {
            step.kept.retain(|model| {
                let goes = on_disk > MOST_ON_DISK && model.is_on_disk();
                on_disk -= usize::from(goes);
                !goes
            });
        }
    }

    fn steps(&mut self, way: UndoWay) -> &mut Vec<UndoStep> {
        match way {
            UndoWay::Back => &mut self.past,
            UndoWay::Again => &mut self.future,
        }
    }

    /// The data that has to be opened before the next step that way can be taken.
    pub fn missing_data(&mut self, way: UndoWay) -> Option<Source> {
        match &self.steps(way).last()?.data {
            Some(KeptData::At(source)) => Some(source.clone()),
            Some(KeptData::Here(_)) | None => None,
        }
    }

    /// That data was opened; whether it is still what is missing.
    pub fn fill_data(&mut self, way: UndoWay, source: &Source, data: Arc<Dataset>) -> bool {
        let missing = self.missing_data(way).as_ref() == Some(source);
        if missing && let Some(step) = self.steps(way).last_mut() {
            step.data = Some(KeptData::Here(data));
        }
        missing
    }

    /// What was before the last change, or what was taken back last, with the models as they ran; `now` can be had again.
    pub fn go(&mut self, way: UndoWay, now: &Project) -> Option<UndoStep> {
        let step = self.steps(way).pop()?;
        let now = self.step(now);
        self.last = None;
        self.steps(way.other()).push(now);
        Some(step)
    }

    /// Keeps what such a step has replaced.
    pub fn keep_replaced(&mut self, way: UndoWay, models: Vec<KeptModel>, data: Option<KeptData>) {
        if let Some(step) = self.steps(way.other()).last_mut() {
            step.kept.extend(models);
            step.data = data;
        }
        self.thin();
    }
}

impl UndoStep {
    fn held_bytes(&self) -> u64 {
        let models: u64 = self.kept.iter().map(KeptModel::held_bytes).sum();
        models + self.data.as_ref().map_or(0, KeptData::held_bytes)
    }
}

impl UndoWay {
    fn other(self) -> Self {
        match self {
            Self::Back => Self::Again,
            Self::Again => Self::Back,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::app::kept::KeptState;
    use crate::app::runtime::ModelRuntime;
    use crate::app::session_files::RunOnDisk;
    use crate::dataset::{ImageShape, Split};
    use crate::model::Config;
    use crate::trainer::{Control, Options, Part, Trainer};

    fn at(x: f32) -> Project {
        Project { cursor: [x, 0.0], ..Project::default() }
    }

    fn cursor(step: Option<UndoStep>) -> Option<f32> {
        step.map(|step| step.project.cursor[0])
    }

    /// A model that made a step, autosaved to `folder` where it is let go.
    fn model(folder: &Path) -> ModelRuntime {
        let pixels: Vec<u8> = (0..64u32 * 16).map(|i| (i * 7 % 256) as u8).collect();
        let split = Split::of_bytes(ImageShape::grey(4, 4), pixels, Vec::new());
        let data = Dataset::new(Source::default(), "small", split.clone(), split);
        let config = Config::vae_dense().with("hidden", vec![4]).unwrap().with("batch", 16).unwrap();
        let options = Options { autosave_folder: Some(folder.to_owned()), ..Options::default() };
        let trainer = Trainer::spawn(config, Arc::new(data), options).unwrap();
        trainer.send(Control::Step(Part::Whole));
        while trainer.status().step == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut model = ModelRuntime::default();
        model.trainer = Some(trainer);
        model
    }

    #[test]
    fn what_is_more_than_memory_may_hold_goes_to_disk_the_oldest_first_and_is_removed_when_nobody_wants_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = |number: u32| folder.path().join(format!("run-{number}"));
        let one = KeptModel::running(ModelId(0), model(&place(9))).held_bytes();
        let mut undo = Undo { most_bytes: 2 * one + one / 2, ..Undo::default() };
        for number in 0..4 {
            undo.record(ChangeKind::List, &at(number as f32));
            undo.keep(KeptModel::running(ModelId(number), model(&place(number))));
        }
        assert!(crate::trainer::wait_for_ended(Duration::from_secs(30)));
        assert_eq!([0, 1, 2, 3].map(|number| place(number).is_dir()), [true, true, false, false]);
        let mut found = Vec::new();
        while let Some(mut step) = undo.go(UndoWay::Back, &at(9.0)) {
            let kept = step.kept.pop().unwrap();
            let id = kept.id().0;
            match kept.take() {
                KeptState::Running(model) => assert!(id >= 2 && model.has_learned()),
                KeptState::OnDisk(run) => {
                    assert_eq!(run, RunOnDisk { folder: place(id), step: Some(1), unsaved: true });
                    assert_eq!(crate::run::open(&run.folder).unwrap().checkpoint.step, 1);
                    found.push(KeptModel::on_disk(ModelId(id), run));
                }
                KeptState::Gone => panic!("{id} is gone"),
            }
        }
        assert_eq!(found.len(), 2);
        drop(found);
        let began = Instant::now();
        while place(0).exists() || place(1).exists() {
            assert!(began.elapsed() < Duration::from_secs(30), "they stay");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn back_and_forth() {
        let mut undo = Undo::default();
        undo.record(ChangeKind::Cursor, &at(0.0));
        undo.record(ChangeKind::Cursor, &at(1.0));
        undo.record(ChangeKind::Model(ModelId(0)), &at(2.0));
        let first = undo.newest().unwrap();
        assert!(undo.has(first));
        assert_eq!(cursor(undo.go(UndoWay::Back, &at(3.0))), Some(2.0));
        assert!(!undo.has(first), "taken back");
        assert_eq!(cursor(undo.go(UndoWay::Back, &at(2.0))), Some(0.0), "one drag of the cursor is one change");
        assert_eq!(cursor(undo.go(UndoWay::Back, &at(0.0))), None);
        assert_eq!(cursor(undo.go(UndoWay::Again, &at(0.0))), Some(2.0));
        assert_eq!(cursor(undo.go(UndoWay::Again, &at(2.0))), Some(3.0));
        assert_eq!(cursor(undo.go(UndoWay::Again, &at(3.0))), None);
    }
}
