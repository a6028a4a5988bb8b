//! Commands about the data set.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::kept::KeptData;
use crate::app::resting::Learned;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::app::sheet_state::SheetState;
use crate::app::undo::{ChangeKind, UndoWay};
use crate::dataset::download::{self, DOWNLOADS};
use crate::dataset::{self, Dataset, Place, Progress, Source, SourceError};
use crate::explore::browse::Browse;
use crate::message::{Explain, Message};
use crate::model::{Config, ModelId};
use crate::ui::Pane;
use crate::ui::command::DataCommand;
use crate::ui::messages::Level;
use crate::ui::reading::PREVIEWED;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, whole};
use rust_i18n::t;
use std::sync::Arc;

/// What opens a source.
type OpenBy = fn(&Source, &Progress) -> Result<Dataset, SourceError>;

impl Session {
    /// Looks in the background which data sets are in the cache.
    pub(in crate::app) fn look_into_cache(&mut self) {
        self.services.jobs.start(JobKey::Cache, |_| {
            let here = DOWNLOADS.iter().filter(|download| download::in_cache(download).is_some());
            Done::Cached(here.map(|download| download.name).collect())
        });
    }

    pub(super) fn apply_to_data(&mut self, command: DataCommand) {
        match command {
            DataCommand::Open(source) => self.fetch_data(source),
            DataCommand::Preview(source) => self.preview(source),
            DataCommand::LearnDrawn(points) => self.learn_drawn(points),
            DataCommand::CancelOpening => {
                self.services.jobs.cancel(&JobKey::Open);
                if let Some(opening) = self.services.opening.take() {
                    self.shell.say(Level::Note, &t!("toast.opening_cancelled", what = opening.what));
                    self.fall_back_to_data(Some(opening));
                }
            }
            DataCommand::Browse(browse) => {
                if *browse != self.project.browse {
                    self.undo.record(ChangeKind::Browse, &self.project);
                    self.project.browse = *browse;
                }
            }
            DataCommand::LookAtExample(place) => {
                self.undo.record(ChangeKind::Browse, &self.project);
                self.project.browse.example = Some(place);
                self.look_at_example(place);
            }
        }
    }

    /// Decodes some images of a folder in the background; of anything else there is nothing to preview.
    fn preview(&mut self, source: Source) {
        let Place::Path(path) = source.place.clone() else {
            self.services.jobs.cancel(&JobKey::Preview);
            return;
        };
        self.services.jobs.start(JobKey::Preview, move |progress| {
            let found = match path.is_dir() {
                true => dataset::preview(&path, &source.options, PREVIEWED, progress).map_err(|error| error.message()),
                false => Ok(None),
            };
            Done::Previewed(source, found)
        });
    }

    /// Opens data that a person asked for just now, in the background; what is there stays until it is ready. What is not in
    /// the cache is downloaded. An opening that is on its way is cancelled.
    pub(in crate::app) fn fetch_data(&mut self, source: Source) {
        self.start_opening(source, None, Some(dataset::fetch_and_load));
    }

    /// Opens the data that a model rests with, and shows it then.
    pub(super) fn open_data_to_show(&mut self, source: Source, show: (Slot, ModelId)) {
        self.start_opening(source, None, None);
        if let Some(opening) = &mut self.services.opening {
            opening.show = Some(show);
        }
    }

    /// The same of data that nobody asked for by name: nothing is downloaded.
    pub(in crate::app) fn open_data(&mut self, source: Source) {
        self.open_data_for(source, None);
    }

    /// The same for a step of undo that needs the data.
    pub(in crate::app) fn open_data_for(&mut self, source: Source, way: Option<UndoWay>) {
        self.start_opening(source, way, None);
    }

    fn start_opening(&mut self, source: Source, way: Option<UndoWay>, fetch: Option<OpenBy>) {
        let (what, asked) = (source.to_string(), fetch.is_some());
        self.services.opening = Some(Opening { what, source: Some(source.clone()), asked, show: None });
        let open = fetch.unwrap_or(dataset::load);
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = open(&source, progress).map(Box::new).map_err(|error| error.message());
            match (way, opened) {
                (Some(way), Ok(data)) => Done::DataAgain(way, source, data),
                (_, opened) => Done::Data(opened),
            }
        });
    }

    /// Data is there again that a step of undo needs; where that was overtaken by another change nothing is done.
    pub(in crate::app) fn receive_data_again(&mut self, way: UndoWay, source: &Source, data: Dataset) {
        if self.undo.fill_data(way, source, Arc::new(data)) {
            self.go(way);
        }
    }

    /// Puts other data in place of what is open, as one step of undo with all models: those that learned rest, those that
    /// learned from this data before are shown again.
    pub(in crate::app) fn take_data(&mut self, data: Arc<Dataset>, show: Option<(Slot, ModelId)>) {
        let is_first = self.services.data.is_none();
        let learned = self.change_models_data(&data.source);
        self.let_rest_on_disk();
        if let Some((slot, id)) = show {
            self.project.show(slot, id);
        }
        self.adapt_models(&data);
        self.bring_plane_forward(&data);
        // What one data set is searched and sorted by need not be in another.
        self.project.browse = Browse::default();
        if let Some(before) = self.put_data(data.clone()) {
            self.undo.keep_data(KeptData::Here(before));
        }
        self.keep_runtimes();
        let active: Vec<ModelId> = self.project.active().map(|model| model.id).collect();
        active.into_iter().for_each(|id| self.wake(id));
        if is_first {
            self.finish_restoring();
        }
        let count = whole(data.train.count() as u64);
        let key = match learned {
            Learned::Nothing => "toast.data_opened",
            Learned::Rests => "toast.data_opened_beside",
            Learned::BeginsAnew => "toast.data_opened_anew",
        };
        let message = t!(key, name = data.name, count = count, shape = data.sample()).into_owned();
        match learned {
            Learned::Nothing => self.shell.say(Level::Done, &message),
            Learned::Rests | Learned::BeginsAnew => self.offer_undo(&message),
        }
        for note in &data.notes {
            self.shell.say(Level::Note, &explain(note));
        }
    }

    /// Points are looked at in their own plane, images as tiles of the latent one.
    fn bring_plane_forward(&mut self, data: &Dataset) {
        let is_point = data.sample().is_point();
        let was_point = self.services.data.as_ref().is_some_and(|before| before.sample().is_point());
        if is_point != was_point {
            self.shell.layout.bring_forward(&Pane::of(if is_point { "data_plane" } else { "plane" }));
        }
    }

    /// What is wrong with a card's numbers, with the data that is open.
    pub(in crate::app) fn mistake_in(&self, config: &Config) -> Option<Message> {
        let data = self.services.data.as_ref();
        let checked = data.map_or_else(|| config.check(), |data| config.check_on_data(data));
        checked.err().map(|error| error.message())
    }

    /// Gives models that were for another kind of data, and have learned nothing, the settings that are for this one.
    fn adapt_models(&mut self, data: &Dataset) {
        let sample = data.sample();
        let before = self.services.data.as_ref().map(|before| before.sample());
        let other_kind = before.is_some_and(|before| before.is_point() != sample.is_point());
        let count = data.train.count();
        let fresh: Vec<ModelId> =
            self.project.models.iter().filter(|model| self.is_fresh(model)).map(|model| model.id).collect();
        let mut fitted = None;
        for model in self.project.models.iter_mut().filter(|model| fresh.contains(&model.id)) {
            if other_kind || model.config.check_on(sample).is_err() {
                model.config.adapt_to(sample);
            }
            model.config.fit_classes(&data.train);
            fitted = model.config.fit_batch(count).or(fitted);
        }
        if let Some(batch) = fitted {
            let words = t!("toast.batch_fitted", count = whole(count as u64), batch = batch);
            self.shell.say(Level::Note, &words);
        }
    }

    /// Puts data in place of what is open, which it gives back.
    pub(in crate::app) fn put_data(&mut self, data: Arc<Dataset>) -> Option<Arc<Dataset>> {
        self.services.jobs.cancel_all(|key| matches!(key, JobKey::Sheet | JobKey::Gaps(_)));
        self.services.sheet = SheetState { requested: true, ..SheetState::default() };
        self.services.data.replace(data)
    }
}
