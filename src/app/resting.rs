//! Models of other data: what has learned stays on the list when other data is opened, and rests until its own is opened again.

use crate::app::kept::KeptData;
use crate::app::project::{ModelEntry, Project};
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::app::session_files::RunOnDisk;
use crate::app::undo::ChangeKind;
use crate::dataset::Source;
use crate::model::{MOST_MODELS, ModelId};
use crate::trainer::Control;
use crate::ui::slot::Slot;

/// What became of what models had learned when other data was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// They had learned nothing.
    Nothing,
    /// They rest.
    Rests,
    /// They begin anew: the data is the same, read again, or the list has no room. Undo has them.
    BeginsAnew,
}

impl Project {
    /// Puts other data in place of what is open. Models of `learned` rest from now on; those that rested with this data are
    /// active again. A view whose model rests, or has learned nothing where others woke, shows one that woke, else an active
    /// one of the same preset, else a new one with the same settings.
    fn change_data(&mut self, data: Source, learned: &[ModelId]) {
        let before = std::mem::replace(&mut self.data, data);
        let mut woken = Vec::new();
        for model in &mut self.models {
            if model.rests_with.as_ref() == Some(&self.data) {
                model.rests_with = None;
                woken.push(model.id);
            } else if !model.is_resting() && learned.contains(&model.id) {
                model.rests_with = Some(before.clone());
            }
        }
        for slot in Slot::BOTH {
            self.fill_view(slot, &woken);
        }
    }

    fn fill_view(&mut self, slot: Slot, woken: &[ModelId]) {
        let (was, other) = (self.shown_model(slot).clone(), self.id(slot.other()));
        let woke = |model: &&ModelEntry| woken.contains(&model.id);
        if woken.contains(&was.id) {
            return;
        }
        let alike = |model: &&ModelEntry| model.config.preset == was.config.preset;
        let mut free: Vec<&ModelEntry> =
            self.active().filter(|model| model.id != other && model.id != was.id).collect();
        // What woke stands before the rest, and among it what is alike.
        free.sort_by_key(|model| (!woke(model), !alike(model)));
        let first =
            free.first().filter(|model| woke(model) || (was.is_resting() && alike(model))).map(|model| model.id);
        match first {
            Some(id) => {
                self.put(slot, id);
                // A model of the same preset that has learned nothing gives way.
                let gives_way = !was.is_resting() && self.model(id).is_some_and(|model| alike(&model));
                if gives_way {
                    self.remove(was.id);
                }
            }
            None if was.is_resting() => {
                if let Some(id) = self.add(was.config.clone(), Some(was.id)) {
                    self.put(slot, id);
                }
            }
            None => {}
        }
    }

    fn put(&mut self, slot: Slot, id: ModelId) {
        match slot {
            Slot::A => self.shown.a = id,
            Slot::B => self.shown.b = id,
        }
    }
}

impl Session {
    /// Lets the list of models follow other data, as one step of undo where there was data before.
    pub(super) fn change_models_data(&mut self, data: &Source) -> Learned {
        let (is_first, is_other) = (self.services.data.is_none(), *data != self.project.data);
        if is_first && !is_other {
            return Learned::Nothing;
        }
        let has_learned = |model: &&ModelEntry| {
            let id = model.id;
            self.services.restoring.models.get(id).is_some()
                || self.services.reopening.get(id).is_some()
                || self.services.models.get(id).is_some_and(ModelRuntime::has_learned)
        };
        let learned: Vec<ModelId> = self.project.active().filter(has_learned).map(|model| model.id).collect();
        let rests = is_other && self.project.models.len() + Slot::BOTH.len() <= MOST_MODELS;
        if !is_first || !learned.is_empty() {
            self.undo.record(ChangeKind::List, &self.project);
        }
        let active: Vec<ModelId> = self.project.active().map(|model| model.id).collect();
        for id in active {
            if !(rests && learned.contains(&id)) {
                self.keep_for_undo(id);
            } else if let Some(model) = self.services.models.get_mut(id) {
                model.send(Control::Pause);
            }
        }
        let before = self.project.data.clone();
        self.project.change_data(data.clone(), if rests { &learned } else { &[] });
        if is_first && !learned.is_empty() {
            self.undo.keep_data(KeptData::At(before));
        }
        match (learned.is_empty(), rests) {
            (true, _) => Learned::Nothing,
            (false, true) => Learned::Rests,
            (false, false) => Learned::BeginsAnew,
        }
    }

    /// Whether a model has learned nothing yet, on disk neither.
    pub(super) fn is_fresh(&self, model: &ModelEntry) -> bool {
        let id = model.id;
        let on_disk = self.services.restoring.models.get(id).is_some() || self.services.resting.get(id).is_some();
        !on_disk && !model.is_resting() && !self.services.models.get(id).is_some_and(ModelRuntime::has_learned)
    }

    /// What rests of the last session stays on disk until it is shown.
    pub(super) fn let_rest_on_disk(&mut self) {
        for entry in self.project.models.iter().filter(|entry| entry.is_resting()) {
            if let Some(record) = self.services.restoring.models.remove(entry.id) {
                self.services.resting.insert(entry.id, record);
            }
        }
    }

    /// A model that rests stays where it lies on disk.
    pub(super) fn leave_on_disk(&mut self, id: ModelId, run: &RunOnDisk) {
        let is_known = self.services.resting.get(id).is_some();
        let record = self.services.session_files.record(run, run.step.unwrap_or(1), 0.0);
        if let Some(record) = record.filter(|_| !is_known) {
            self.services.resting.insert(id, record);
        }
    }

    /// Lets a model of the data that is open run: as it is, from disk where it lies there, else from its beginning.
    pub(super) fn wake(&mut self, id: ModelId) {
        let runs = self.services.models.get(id).is_some_and(|model| model.trainer.is_some() || model.is_making());
        if runs {
            return;
        }
        let record = self.services.resting.remove(id);
        match record.and_then(|record| self.services.session_files.on_disk(&record)) {
            Some(run) => self.reopen(id, run),
            None if self.restore(id) => {}
            None => self.make(id),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Config;
    use proptest::prelude::*;

    const SOURCES: [&str; 3] = ["digits", "sprites", "8-ring"];

    proptest! {
        /// Whatever is opened and whichever models have learned: what is shown learns from the data that is open, nothing that
        /// has learned leaves the list, and going back to data shows what learned from it.
        #[test]
        fn what_has_learned_stays(steps in prop::collection::vec((0u8..5, 0u32..8, 0usize..3), 0..40)) {
            let mut project = Project::default();
            let mut learned: Vec<ModelId> = Vec::new();
            for (what, which, source) in steps {
                let id = ModelId(which);
                match what {
                    0 => _ = project.add(Config::gan_dense(), Some(id)),
                    1 => if project.remove(id) { learned.retain(|other| *other != id) },
                    2 => project.show(Slot::B, id),
                    3 => if project.active().any(|model| model.id == id) && !learned.contains(&id) { learned.push(id) },
                    _ => {
                        let source = Source::parse(SOURCES[source]);
                        if source != project.data && project.models.len() + 2 <= MOST_MODELS {
                            let wakes = |model: &ModelEntry| model.rests_with.as_ref() == Some(&source);
                            let woken: Vec<ModelId> =
                                project.models.iter().filter(|model| wakes(model)).map(|model| model.id).collect();
                            project.change_data(source, &learned);
                            let shown = Slot::BOTH.map(|slot| project.id(slot));
                            prop_assert!(woken.len() < 2 || shown.iter().all(|id| woken.contains(id)));
                        }
                    }
                }
                prop_assert!(learned.iter().all(|id| project.model(*id).is_some()));
                prop_assert!(Slot::BOTH.iter().all(|slot| !project.shown_model(*slot).is_resting()));
                prop_assert!(project.shown.a != project.shown.b || project.active().count() == 1);
                prop_assert_eq!(&project.clone().made_whole(), &project);
            }
        }
    }
}
