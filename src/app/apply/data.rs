//! Commands about the data set.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::kept::KeptData;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::app::undo::{ChangeKind, UndoWay};
use crate::dataset::{self, Dataset, Place, Source};
use crate::message::Explain;
use crate::ui::command::DataCommand;
use crate::ui::messages::Level;
use crate::ui::reading::PREVIEWED;
use crate::ui::text::{explain, whole};
use rust_i18n::t;
use std::sync::Arc;

impl Session {
    pub(super) fn apply_to_data(&mut self, command: DataCommand) {
        match command {
            DataCommand::Open(source) => self.open_data(source),
            DataCommand::Preview(source) => self.preview(source),
            DataCommand::CancelOpening => {
                self.services.jobs.cancel(&JobKey::Open);
                if let Some(opening) = self.services.opening.take() {
                    self.shell.say(Level::Note, &t!("toast.opening_cancelled", what = opening.what));
                    self.fall_back_to_data(Some(opening));
                }
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

    /// Opens data in the background; what is there stays until it is ready. An opening that is on its way is cancelled.
    pub(in crate::app) fn open_data(&mut self, source: Source) {
        self.open_data_for(source, None);
    }

    /// The same for a step of undo that needs the data.
    pub(in crate::app) fn open_data_for(&mut self, source: Source, way: Option<UndoWay>) {
        self.services.opening = Some(Opening { what: source.to_string(), source: Some(source.clone()) });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = dataset::load(&source, progress).map(Box::new).map_err(|error| error.message());
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

    /// Puts other data in place of what is open, as one step of undo with all models.
    pub(in crate::app) fn take_data(&mut self, data: Arc<Dataset>) {
        let trained = self.services.models.iter().any(|(_, model)| model.has_learned());
        let ids: Vec<_> = self.project.models.iter().map(|model| model.id).collect();
        let is_first = self.services.data.is_none();
        if !is_first {
            self.undo.record(ChangeKind::List, &self.project);
            ids.iter().for_each(|id| self.keep_for_undo(*id));
        }
        self.project.data = data.source.clone();
        if let Some(before) = self.put_data(data.clone()) {
            self.undo.keep_data(KeptData::Here(before));
        }
        for id in ids {
            if !is_first || !self.restore(id) {
                self.make(id);
            }
        }
        if is_first {
            self.finish_restoring();
        }
        let count = whole(data.train.count() as u64);
        let key = if trained { "toast.data_opened_anew" } else { "toast.data_opened" };
        let message = t!(key, name = data.name, count = count, shape = data.shape()).into_owned();
        if trained {
            self.offer_undo(&message)
        } else {
            self.shell.say(Level::Done, &message)
        }
        for note in &data.notes {
            self.shell.say(Level::Note, &explain(note));
        }
    }

    /// Puts data in place of what is open, which it gives back.
    pub(in crate::app) fn put_data(&mut self, data: Arc<Dataset>) -> Option<Arc<Dataset>> {
        self.services.sheet.sheet = None;
        self.services.sheet.requested = true;
        self.services.data.replace(data)
    }
}
