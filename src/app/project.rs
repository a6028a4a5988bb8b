//! What a person works on, as a value: data, models, what is shown of them and how. Undo, the state file and tests are made
//! of it; nothing that runs is in it.

use crate::dataset::Source;
use crate::explore::anchors::Anchors;
use crate::explore::browse::Browse;
use crate::explore::compare::SheetChoice;
use crate::explore::completion_choice::CompletionChoice;
use crate::explore::line::PlaneLine;
use crate::explore::pad::PadState;
use crate::explore::path::PlanePath;
use crate::explore::plane::Plane;
use crate::explore::runs::RunTable;
use crate::explore::viewport::Viewport;
use crate::model::{Config, MOST_MODELS, ModelId, PerModel};
use crate::ui::settings::Settings;
use crate::ui::slot::{Shown, Slot};
use crate::ui::theme;
use serde::{Deserialize, Serialize};

/// Letters that a model's name has, at most.
const LONGEST_NAME: usize = 40;

/// A model of the list: what it is called and what it shall learn with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Which one it is.
    pub id: ModelId,
    /// What it is called.
    pub name: String,
    /// Which of the models' colours it has.
    pub color: u8,
    /// The settings on its card.
    pub config: Config,
    /// The data that it learned from, where that is another than what is open: it rests until that is opened again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_with: Option<Source>,
}

impl ModelEntry {
    /// Whether it learned from other data than what is open.
    pub fn is_resting(&self) -> bool {
        self.rests_with.is_some()
    }
}

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Project {
    /// The data set.
    pub data: Source,
    /// The list of models: never empty.
    pub models: Vec<ModelEntry>,
    /// The id of the next model.
    pub next_id: u32,
    /// Which of them are shown.
    pub shown: Shown,
    /// Planes that a person has put somewhere, by model; the others lie where the program puts them.
    pub planes: PerModel<Plane>,
    /// Latents that a person has marked, by model.
    pub anchors: PerModel<Anchors>,
    /// Where the cursor stands on every plane.
    pub cursor: [f32; 2],
    /// The line that is laid over the planes.
    pub line: Option<PlaneLine>,
    /// The path that is laid over the planes instead.
    pub path: Option<PlanePath>,
    /// What part of the planes is seen.
    pub view: Viewport,
    /// The test image that is selected on the compare sheet, by its place in the test set.
    pub selection: Option<usize>,
    /// The seed of the compare sheet's samples.
    pub sheet_seed: u64,
    /// What is on it, and in which order.
    pub sheet: SheetChoice,
    /// The drawing pad.
    pub pad: PadState,
    /// Which image is completed, and what of it is missing.
    pub completion: CompletionChoice,
    /// Which examples of the data are listed, and which one is looked at.
    pub browse: Browse,
    /// The table of runs.
    pub runs: RunTable,
    /// Models that train at once; the others wait for their turn.
    pub train_at_once: usize,
    /// How the window looks.
    pub settings: Settings,
}

impl Default for Project {
    fn default() -> Self {
        let mut project = Self {
            data: Source::default(),
            models: Vec::new(),
            next_id: 0,
            shown: Shown::default(),
            planes: PerModel::default(),
            anchors: PerModel::default(),
            cursor: [0.0; 2],
            line: None,
            path: None,
            view: Viewport::default(),
            selection: None,
            sheet_seed: 0,
            sheet: SheetChoice::default(),
            pad: PadState::default(),
            completion: CompletionChoice::default(),
            browse: Browse::default(),
            runs: RunTable::default(),
            train_at_once: 2,
            settings: Settings::default(),
        };
        for config in [Config::vae_dense(), Config::gan_plane()] {
            project.add(config, None);
        }
        project.made_whole()
    }
}

impl Project {
    /// The model that stands in a view.
    pub fn id(&self, slot: Slot) -> ModelId {
        self.shown.id(slot)
    }

    /// The model that stands in a view.
    pub fn shown_model(&self, slot: Slot) -> &ModelEntry {
        let id = self.id(slot);
        // The list is never empty.
        &self.models[self.models.iter().position(|model| model.id == id).unwrap_or(0)]
    }

    /// The views that a model stands in.
    pub fn slots_of(&self, id: ModelId) -> impl Iterator<Item = Slot> {
        let shown = self.shown;
        [(Slot::A, shown.a), (Slot::B, shown.b)]
            .into_iter()
            .filter(move |(_, shown)| *shown == id)
            .map(|(slot, _)| slot)
    }

    /// A model of the list.
    pub fn model(&self, id: ModelId) -> Option<&ModelEntry> {
        self.models.iter().find(|model| model.id == id)
    }

    /// A model of the list, to be changed.
    pub fn model_mut(&mut self, id: ModelId) -> Option<&mut ModelEntry> {
        self.models.iter_mut().find(|model| model.id == id)
    }

    /// Puts a model on the list, behind another or at its end; `None` where there is no room for one more. Its name and its
    /// colour are those of no other that learns from the data that is open.
    pub fn add(&mut self, config: Config, behind: Option<ModelId>) -> Option<ModelId> {
        if self.models.len() >= MOST_MODELS {
            return None;
        }
        let id = ModelId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        let used = |color: &u8| self.active().any(|model| model.color == *color);
        let colors = theme::MODELS.len() as u8;
        let color = (0..colors).find(|color| !used(color)).unwrap_or(self.models.len() as u8 % colors);
        let name = self.free_name(&config.preset);
        let place = behind.and_then(|id| self.models.iter().position(|model| model.id == id));
        let place = place.map_or(self.models.len(), |place| place + 1);
        self.models.insert(place, ModelEntry { id, name, color, config, rests_with: None });
        if self.shown.a == self.shown.b && self.models.len() > 1 {
            self.shown.b = id;
        }
        Some(id)
    }

    /// The preset's name, with a number where another model is called so.
    fn free_name(&self, preset: &str) -> String {
        let taken = |name: &str| self.active().any(|model| model.name == name);
        if !taken(preset) {
            return preset.to_owned();
        }
        let numbered = (2..).map(|number: u32| format!("{preset} {number}"));
        numbered.into_iter().find(|name| !taken(name)).unwrap_or_else(|| preset.to_owned())
    }

    /// The models that learn from the data that is open, in the order of the list; at least one.
    pub fn active(&self) -> impl Iterator<Item = &ModelEntry> {
        self.models.iter().filter(|model| !model.is_resting())
    }

    /// The data that a model of the list learns from, open or not.
    pub fn data_of(&self, id: ModelId) -> Option<&Source> {
        self.model(id).map(|model| model.rests_with.as_ref().unwrap_or(&self.data))
    }

    /// Takes a model off the list; the views that it stood in show others. The last one that can be shown stays.
    pub fn remove(&mut self, id: ModelId) -> bool {
        let is_last = self.active().all(|model| model.id == id);
        if is_last || self.model(id).is_none() {
            return false;
        }
        self.models.retain(|model| model.id != id);
        self.planes.remove(id);
        self.anchors.remove(id);
        let Shown { a, b } = self.shown;
        for slot in self.slots_of(id).collect::<Vec<_>>() {
            let other = if slot == Slot::A { b } else { a };
            let free = self.active().map(|model| model.id).find(|free| *free != other);
            let place = if slot == Slot::A { &mut self.shown.a } else { &mut self.shown.b };
            *place = free.unwrap_or(other);
        }
        true
    }

    /// Shows a model in a view. One that stands in the other view changes places with what was shown here; one that rests
    /// cannot be shown.
    pub fn show(&mut self, slot: Slot, id: ModelId) {
        if self.model(id).is_none_or(ModelEntry::is_resting) {
            return;
        }
        let Shown { a, b } = self.shown;
        self.shown = match slot {
            Slot::A if id == b => Shown { a: b, b: a },
            Slot::B if id == a => Shown { a: b, b: a },
            Slot::A => Shown { a: id, b },
            Slot::B => Shown { a, b: id },
        };
    }

    /// Gives a model another name, or its preset's where there is nothing in it.
    pub fn rename(&mut self, id: ModelId, name: &str) {
        let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
        if let Some(model) = self.model_mut(id) {
            model.name = if name.is_empty() { model.config.preset.clone() } else { name };
        }
    }

    /// Whether a model's name is still the one that its preset gave it.
    pub fn is_named_by_preset(&self, id: ModelId) -> bool {
        self.model(id).is_some_and(|model| {
            let rest = model.name.strip_prefix(model.config.preset.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.trim_start().bytes().all(|byte| byte.is_ascii_digit()))
        })
    }

    /// Gives a model the name of its preset.
    pub fn name_by_preset(&mut self, id: ModelId) {
        let Some(preset) = self.model(id).map(|model| model.config.preset.clone()) else { return };
        self.rename(id, "");
        let others = self.models.iter().any(|model| model.id != id && model.name == preset);
        if others {
            let name = self.free_name(&preset);
            self.rename(id, &name);
        }
    }

    /// What a model is called in a message: the letter of the first view that it stands in, else its name.
    pub fn label(&self, id: ModelId) -> String {
        match self.slots_of(id).next() {
            Some(slot) => slot.name().to_owned(),
            None => self.model(id).map_or_else(String::new, |model| model.name.clone()),
        }
    }

    /// Makes a project that was read one that can be shown: what cannot be becomes the default's.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        let mut seen = Vec::new();
        self.models.retain(|model| {
            let keep = !seen.contains(&model.id) && model.config.check().is_ok() && seen.len() < MOST_MODELS;
            seen.push(model.id);
            keep
        });
        if self.models.is_empty() {
            let whole = Self::default();
            (self.models, self.next_id) = (whole.models, self.next_id.max(whole.next_id));
        }
        let free = self.models.iter().map(|model| model.id.0.saturating_add(1)).max().unwrap_or(0);
        self.next_id = self.next_id.max(free);
        let data = &self.data;
        self.models.iter_mut().for_each(|model| model.rests_with = model.rests_with.take().filter(|with| with != data));
        if self.active().next().is_none()
            && let Some(first) = self.models.first_mut()
        {
            first.rests_with = None;
        }
        let ids: Vec<ModelId> = self.active().map(|model| model.id).collect();
        if !ids.contains(&self.shown.a) {
            self.shown.a = ids.iter().copied().find(|id| *id != self.shown.b).unwrap_or(self.shown.b);
        }
        if !ids.contains(&self.shown.b) || (self.shown.b == self.shown.a && ids.len() > 1) {
            self.shown.b = ids.iter().copied().find(|id| *id != self.shown.a).unwrap_or(self.shown.a);
        }
        for model in &mut self.models {
            model.color = model.color.min(theme::MODELS.len() as u8 - 1);
        }
        let models = &self.models;
        let latent = |id| models.iter().find(|model| model.id == id).map(|model| model.config.latent());
        self.planes.retain(|id, plane| latent(id).is_some_and(|latent| plane.is_valid(latent)));
        if !self.cursor.iter().all(|x| x.abs() <= 100.0) {
            self.cursor = [0.0; 2];
        }
        self.line = self.line.filter(PlaneLine::is_valid);
        self.path = self.path.filter(PlanePath::is_valid);
        if !self.view.is_valid() {
            self.view = Viewport::default();
        }
        self.train_at_once = self.train_at_once.clamp(1, MOST_MODELS);
        self.sheet = self.sheet.made_whole();
        self.pad = self.pad.made_whole();
        self.completion = self.completion.made_whole();
        self.runs = self.runs.made_whole();
        self.settings = self.settings.made_whole();
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn models_are_added_shown_and_removed() {
        let mut project = Project::default();
        let (a, b) = (project.id(Slot::A), project.id(Slot::B));
        let c = project.add(Config::vae_dense(), Some(a)).unwrap();
        assert_eq!(project.models[1].id, c, "behind the one that it was made from");
        assert_eq!((project.models[1].name.as_str(), project.models[1].color), ("vae-dense 2", 2));
        project.show(Slot::B, c);
        assert_eq!(project.shown, Shown { a, b: c });
        project.show(Slot::B, a);
        assert_eq!(project.shown, Shown { a: c, b: a }, "they change places");
        assert!(project.remove(c));
        assert_eq!(project.shown, Shown { a: b, b: a });
        assert!(project.remove(a));
        assert_eq!(project.shown, Shown { a: b, b });
        assert!(!project.remove(b), "the last one stays");
    }

    proptest! {
        /// Whatever is done, the list is not empty, ids are unique, and what is shown is on the list.
        #[test]
        fn a_project_stays_whole(steps in prop::collection::vec((0u8..4, 0u32..6), 0..40)) {
            let mut project = Project::default();
            for (what, which) in steps {
                let id = ModelId(which);
                match what {
                    0 => _ = project.add(Config::gan_dense(), Some(id)),
                    1 => _ = project.remove(id),
                    2 => project.show(Slot::A, id),
                    _ => project.show(Slot::B, id),
                }
                prop_assert!(project.model(project.shown.a).is_some() && project.model(project.shown.b).is_some());
                prop_assert!(project.shown.a != project.shown.b || project.models.len() == 1);
                prop_assert_eq!(&project.clone().made_whole(), &project);
            }
        }
    }
}
