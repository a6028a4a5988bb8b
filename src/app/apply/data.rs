//! Commands about the data set.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::dataset::{self, Dataset, Source};
use crate::message::Explain;
use crate::ui::command::DataCommand;
use crate::ui::messages::Level;
use crate::ui::text::whole;
use rust_i18n::t;
use std::sync::Arc;

impl Session {
    pub(super) fn apply_to_data(&mut self, command: DataCommand) {
        match command {
            DataCommand::Open(source) => self.open_data(source),
            DataCommand::CancelOpening => {
                self.services.jobs.cancel(&JobKey::Open);
                if let Some(opening) = self.services.opening.take() {
                    self.shell.say(Level::Note, &t!("toast.opening_cancelled", what = opening.what));
                    self.fall_back_to_data(Some(opening));
                }
            }
        }
    }

    /// Opens data in the background; what is there stays until it is ready. An opening that is on its way is cancelled.
    pub(in crate::app) fn open_data(&mut self, source: Source) {
        self.services.opening = Some(Opening { what: source.to_string(), source: Some(source.clone()) });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = dataset::load(&source, progress);
            Done::Data(opened.map(Box::new).map_err(|error| error.message()))
        });
    }

    /// Puts other data in place of what is open.
    pub(in crate::app) fn take_data(&mut self, data: Arc<Dataset>) {
        let trained =
            self.services.models.iter().any(|(_, model)| model.status().is_some_and(|status| status.step > 0));
        self.project.data = data.source.clone();
        self.services.data = Some(data.clone());
        self.undo.forget_kept();
        self.services.sheet.sheet = None;
        self.services.sheet.requested = true;
        let ids: Vec<_> = self.project.models.iter().map(|model| model.id).collect();
        for id in ids {
            self.make(id);
        }
        let count = whole(data.train.count() as u64);
        let key = if trained { "toast.data_opened_anew" } else { "toast.data_opened" };
        let message = t!(key, name = data.name, count = count, shape = data.shape()).into_owned();
        self.shell.say(Level::Done, &message);
    }
}
