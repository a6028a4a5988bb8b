//! What is made of what comes of jobs.

use crate::app::done::{Done, NotOpened};
use crate::app::jobs::{Finished, JobKey};
use crate::app::runtime::ReadyMade;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::dataset::Source;
use crate::message::message;
use crate::trainer::Control;
use crate::ui::command::Ask;
use crate::ui::messages::Level;
use crate::ui::text::{explain, tr};
use rust_i18n::t;
use std::sync::Arc;

impl Session {
    pub(super) fn finish(&mut self, finished: Finished) {
        let opening = if finished.key == JobKey::Open { self.services.opening.take() } else { None };
        match finished.done {
            Some(Done::Data(Err(message))) => {
                self.failed(|ask| matches!(ask, Ask::OpenData | Ask::Drawings), &explain(&message));
                self.fall_back_to_data(opening);
            }
            Some(Done::Run(_, Err(NotOpened { message, whole }))) => {
                if !self.shell.panels.fork.fail(&explain(&message)) {
                    self.failed(|ask| ask == Ask::OpenRun, &explain(&message));
                }
                if let Some((run, step)) = whole {
                    self.shell.panels.damaged.offer(run, step, message);
                }
                self.fall_back_to_data(opening);
            }
            Some(Done::Data(Ok(data))) => {
                // Whichever way it was asked for; another look at the same place is no other data.
                let show = opening.as_ref().and_then(|opening| opening.show);
                if opening.is_some_and(|opening| opening.asked) && data.source.place != self.project.data.place {
                    self.project.settings.recent.add(Ask::OpenData, data.source.to_string());
                    self.look_into_cache();
                }
                self.shell.panels.dialogs.succeed(|ask| matches!(ask, Ask::OpenData | Ask::Drawings));
                self.take_data(Arc::new(*data), show);
            }
            Some(done) => self.receive(done),
            None => {
                let message = message!(
                    "“{name}” stopped by a fault of the program. What was there stays.",
                    name = finished.key.name(),
                );
                self.shell.say(Level::Failed, &explain(&message));
                match finished.key {
                    JobKey::Make(id) if self.services.reopening.get(id).is_some() => self.reopened(id, Err(message)),
                    JobKey::Make(id) => self.made(id, Err(message)),
                    JobKey::Open => {
                        self.shell.panels.fork.fail(&explain(&message));
                        self.fall_back_to_data(opening);
                    }
                    JobKey::Figures => self.measuring_failed(),
                    key => self.services.browsing.fail(&key, &message),
                }
            }
        }
    }

    fn receive(&mut self, done: Done) {
        match done {
            Done::Cached(names) => self.services.cached = names,
            Done::DataAgain(way, source, data) => self.receive_data_again(way, &source, *data),
            Done::Reopened(id, reopened) => self.reopened(id, reopened.map(|reopened| *reopened)),
            Done::Kept(run, kept) => self.receive_kept(&run, kept),
            Done::PastListed { id, source, folder, steps } => self.receive_past(id, source, &folder, steps),
            Done::Run(place, Ok(run)) => {
                self.answered(|ask| ask == Ask::OpenRun);
                self.shell.panels.fork.succeed();
                self.take_run(*run, place);
            }
            Done::Trial(id, purpose, opened) => self.receive_trial(id, &purpose, opened),
            Done::Completed(Some(known)) => self.shell.panels.dialogs.complete(known),
            Done::Completed(None) => {}
            Done::Previewed(source, found) => self.shell.panels.dialogs.preview(&source, found),
            // Received in `finish`.
            Done::Data(_) | Done::Run(_, Err(_)) => {}
            Done::Made(id, made) => self.made(id, made.map(|trainer| *trainer)),
            Done::Pretrained(Ok(opened)) => {
                self.services.ready.extend(opened.into_iter().map(ReadyMade::from));
            }
            Done::Pretrained(Err(message)) => tracing::warn!("models that come with the program: {message}"),
            Done::Picked(ask, Some(path)) => self.shell.panels.dialogs.fill(ask, &path),
            Done::Picked(_, None) => self.shell.say(Level::Note, &tr("toast.nothing_picked")),
            Done::Suggested(ask, path) => self.shell.panels.dialogs.suggest(ask, &path),
            Done::Folders(Ok(folders)) => {
                for (id, folder) in folders {
                    self.send(id, Control::Save(folder));
                }
            }
            Done::Sheet(made) => self.receive_sheet(made.map(|made| *made)),
            Done::Classifier(Ok(classifier)) => self.services.shares.take_classifier(classifier),
            Done::ClassNetwork(Ok(classifier)) => self.services.shares.take_thorough(classifier),
            Done::Shares(id, shares) => self.services.shares.take(id, shares),
            Done::Gaps(id, found) => self.take_gaps(id, found),
            Done::RunsRead(folder, read) => self.receive_runs(folder, read),
            Done::Measured(one) => self.receive_measured(*one),
            Done::ImageCompleted(id, completed) => {
                self.receive_completed(id, completed.map(|made| made.map(|made| *made)))
            }
            Done::DataPlane(id, made) => self.receive_data_plane(id, *made),
            Done::Laid(id, laid) => self.receive_laid(id, laid.map(|plane| *plane)),
            Done::Effects(id, effects) => self.services.planes.planes.entry(id).space.receive_effects(effects),
            Done::Anchored(id, pictures) => self.services.planes.planes.entry(id).space.receive_anchored(*pictures),
            Done::PointMap(id, map) => self.receive_point_map(id, map.map(|map| *map)),
            Done::Selected(found) => self.receive_selected(found),
            Done::Path(id, made) => self.receive_path(id, made),
            Done::Listed(places) => self.services.browsing.receive_listed(places),
            Done::Thumbnails(stretch, pictures) => self.services.browsing.receive_thumbnails(stretch, pictures),
            Done::Statistics(statistics) => self.services.browsing.receive_statistics(statistics),
            Done::ReadExample(read) => self.receive_example(*read),
            Done::Copied(what, image) => self.receive_copy(&what, image),
            Done::PanelPictured(purpose, taken) => self.receive_panel(purpose, taken),
            Done::Exported(Ok(path)) => {
                self.answered(|ask| matches!(ask, Ask::Export(_)));
                let message = t!("toast.exported", path = path.display()).into_owned();
                match path.parent() {
                    Some(folder) => self.offer_folder(&message, folder.to_owned()),
                    None => self.shell.say(Level::Done, &message),
                }
            }
            Done::StateWritten(Err(message)) => {
                self.shell.say(Level::Failed, &t!("toast.state_failed", why = explain(&message)))
            }
            Done::Exported(Err(message)) => self.failed(|ask| matches!(ask, Ask::Export(_)), &explain(&message)),
            Done::Folders(Err(message))
            | Done::Classifier(Err(message))
            | Done::ClassNetwork(Err(message))
            | Done::PlaneWritten(Err(message))
            | Done::Shown(Err(message)) => {
                self.shell.say(Level::Failed, &explain(&message));
            }
            Done::PlaneWritten(Ok(())) | Done::StateWritten(Ok(())) | Done::Shown(Ok(())) | Done::LeftOverRemoved => {}
        }
    }

    /// What a window that asks waits for has come about: it closes, and its path is remembered.
    pub(super) fn answered(&mut self, kind: impl Fn(Ask) -> bool) {
        if let Some((ask, path)) = self.shell.panels.dialogs.succeed(kind) {
            self.project.settings.recent.add(ask, path);
        }
    }

    /// What a window that asks waits for has failed: it says so. Where none waits, a message does.
    pub(super) fn failed(&mut self, kind: impl Fn(Ask) -> bool, why: &str) {
        if self.shell.panels.dialogs.fail(kind, why) {
            self.shell.log(Level::Failed, why);
        } else {
            self.shell.say(Level::Failed, why);
        }
    }

    /// The first opening may fail on last time's folder: the program starts with what it has.
    pub(super) fn fall_back_to_data(&mut self, failed: Option<Opening>) {
        let source = failed.and_then(|opening| opening.source);
        if self.services.data.is_none() && source != Some(Source::default()) {
            // A run that did not open says nothing about the data of last time.
            let next = if source.is_some() { Source::default() } else { self.project.data.clone() };
            self.open_data(next);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::start::Start;
    use crate::ui::command::ModelCommand;
    use crate::ui::slot::Slot;

    #[test]
    fn a_panic_while_a_model_is_made_frees_its_place_and_says_so() {
        let nothing = Source::parse("/nothing/is/here");
        let mut session = Session::new(Start { data: Some(nothing), threads: 1, ..Start::default() });
        let id = session.id(Slot::A);
        session.services.models.entry(id).begin_making();
        session.apply(ModelCommand::Start(id));
        assert!(session.model(Slot::A).is_making() && session.model(Slot::A).is_started());
        session.finish(Finished { key: JobKey::Make(id), done: None });
        let model = session.model(Slot::A);
        assert!(!model.is_making() && !model.is_started() && !model.queued);
        let failure = model.failure.clone().unwrap();
        assert!(failure.to_string().starts_with("“make a model” stopped by a fault"), "{failure}");
        // What it was is said in the language of the whole.
        let translate = |template: &str| (template == "make a model").then(|| "建立模型".to_owned());
        assert!(failure.text(&translate).starts_with("“建立模型” stopped"), "{failure:?}");
        assert!(session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
        // Start does not queue in silence: there is nothing that could train.
        session.apply(ModelCommand::Start(id));
        assert!(!session.model(Slot::A).is_started());
        assert_eq!(session.last_message().unwrap().0, Level::Note);
    }
}
