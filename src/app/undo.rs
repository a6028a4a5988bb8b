//! Taking changes of the project back, and with them models as they ran.

use crate::app::project::Project;
use crate::app::runtime::ModelRuntime;
use crate::model::ModelId;
use std::path::Path;
use std::time::{Duration, Instant};

/// Changes of one kind that follow each other this closely are one.
const TOGETHER: Duration = Duration::from_millis(800);
/// Changes that can be taken back.
const MOST_CHANGES: usize = 200;

/// Models that are kept as they ran, at most: each holds its weights, its optimiser and its curves in memory.
const MOST_KEPT: usize = 8;

/// A model as it ran: weights, optimiser and curves are where they were.
pub type KeptModel = (ModelId, ModelRuntime);

/// How it was before a change, or after one that was taken back.
struct UndoStep {
    project: Project,
    kept: Vec<KeptModel>,
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
    /// Which row of the compare sheet is enlarged, and its seed.
    Selection,
    /// The list of models, and which of them are shown.
    List,
}

/// What was, and what was taken back.
#[derive(Default)]
pub struct Undo {
    past: Vec<UndoStep>,
    future: Vec<UndoStep>,
    last: Option<(ChangeKind, Instant)>,
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
            self.past.push(UndoStep { project: before.clone(), kept: Vec::new() });
            if self.past.len() > MOST_CHANGES {
                self.past.remove(0);
            }
        }
    }

    /// What changes next is another change.
    pub fn settle(&mut self) {
        self.last = None;
    }

    /// Keeps a model as it ran until the change that was recorded last is taken back; the oldest go where there are too many.
    pub fn keep(&mut self, model: KeptModel) {
        if let Some(step) = self.past.last_mut() {
            step.kept.push(model);
        }
        self.thin();
    }

    /// Forgets the models that were kept: they learned from other data.
    pub fn forget_kept(&mut self) {
        self.past.iter_mut().chain(&mut self.future).for_each(|step| step.kept.clear());
    }

    /// Forgets models that were kept of the run in `folder`: it is about to be opened, which nobody may hold meanwhile. What
    /// they learned is there.
    pub fn forget_run(&mut self, folder: &Path) {
        let steps = self.past.iter_mut().chain(&mut self.future);
        steps.for_each(|step| step.kept.retain(|(_, model)| model.folder.as_deref() != Some(folder)));
    }

    fn thin(&mut self) {
        let mut kept: usize = self.past.iter().chain(&self.future).map(|step| step.kept.len()).sum();
        for step in self.past.iter_mut().chain(&mut self.future) {
            while kept > MOST_KEPT && !step.kept.is_empty() {
                step.kept.remove(0);
                kept -= 1;
            }
        }
    }

    /// What was before the last change, with the models as they ran; `now` can be had again.
    pub fn undo(&mut self, now: &Project) -> Option<(Project, Vec<KeptModel>)> {
        let UndoStep { project, kept } = self.past.pop()?;
        self.future.push(UndoStep { project: now.clone(), kept: Vec::new() });
        self.last = None;
        Some((project, kept))
    }

    /// What was taken back last.
    pub fn redo(&mut self, now: &Project) -> Option<(Project, Vec<KeptModel>)> {
        let UndoStep { project, kept } = self.future.pop()?;
        self.past.push(UndoStep { project: now.clone(), kept: Vec::new() });
        self.last = None;
        Some((project, kept))
    }

    /// Keeps what a change that was taken back ([`Self::undo`]) or made again has replaced.
    pub fn keep_replaced(&mut self, models: Vec<KeptModel>, undone: bool) {
        let steps = if undone { &mut self.future } else { &mut self.past };
        if let Some(step) = steps.last_mut() {
            step.kept.extend(models);
        }
        self.thin();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn at(x: f32) -> Project {
        Project { cursor: [x, 0.0], ..Project::default() }
    }

    fn project(step: Option<(Project, Vec<KeptModel>)>) -> Option<Project> {
        step.map(|(project, _)| project)
    }

    #[test]
    fn the_oldest_models_go_first() {
        let mut undo = Undo::default();
        for place in 0..12 {
            undo.record(ChangeKind::List, &at(place as f32));
            undo.keep((ModelId(place), ModelRuntime::default()));
        }
        let kept = |undo: &mut Undo| undo.undo(&at(0.0)).map(|(_, kept)| kept.iter().map(|(id, _)| *id).collect());
        let all: Vec<Vec<ModelId>> = std::iter::from_fn(|| kept(&mut undo)).collect();
        let newest = (4..12).rev().map(|place| vec![ModelId(place)]);
        assert_eq!(all, newest.chain((0..4).map(|_| Vec::new())).collect::<Vec<_>>());
    }

    #[test]
    fn back_and_forth() {
        let mut undo = Undo::default();
        undo.record(ChangeKind::Cursor, &at(0.0));
        undo.record(ChangeKind::Cursor, &at(1.0));
        undo.record(ChangeKind::Model(ModelId(0)), &at(2.0));
        assert_eq!(project(undo.undo(&at(3.0))), Some(at(2.0)));
        assert_eq!(project(undo.undo(&at(2.0))), Some(at(0.0)), "one drag of the cursor is one change");
        assert_eq!(project(undo.undo(&at(0.0))), None);
        assert_eq!(project(undo.redo(&at(0.0))), Some(at(2.0)));
        assert_eq!(project(undo.redo(&at(2.0))), Some(at(3.0)));
        assert_eq!(project(undo.redo(&at(3.0))), None);
    }
}
