//! Forks from before a finding, beside the sick run: with one thing changed that should help, or to go through the steps by hand.

use crate::app::done::{Done, ForkPurpose, NotOpened, OpenedPlace, OpenedTrial};
use crate::app::jobs::JobKey;
use crate::app::runs::{RunData, open, write_fork};
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::diagnosis::FINDINGS;
use crate::message::{Explain, Message};
use crate::model::ModelId;
use crate::run;
use crate::trainer::Control;
use crate::ui::Pane;
use crate::ui::command::{ModelCommand, TrialRequest};
use crate::ui::diagnose::known::Trial;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, whole};
use rust_i18n::t;

impl Session {
    /// Forks a model's run at the last checkpoint before a finding, and trains it beside; from the beginning where none was kept
    /// before.
    pub(super) fn fork_before(&mut self, id: ModelId, purpose: ForkPurpose) {
        let on_disk = self.services.models.get(id).and_then(|model| model.on_disk());
        let Some(folder) = on_disk.map(|run| run.folder).filter(|folder| folder.exists()) else {
            return self.fork_anew(id, &purpose);
        };
        let data = RunData { known: self.services.data.clone(), source: None };
        let (options, runs) = (self.services.options(), self.runs());
        self.services.opening =
            Some(Opening { what: folder.display().to_string(), source: None, asked: false, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = (|| {
                let kept = run::kept(&folder).map_err(|error| NotOpened::from(error.message()))?;
                let good = kept.iter().map(|kept| kept.step).filter(|step| *step <= purpose.before_step()).max();
                let Some(step) = good else { return Ok(None) };
                let set = match &purpose {
                    ForkPurpose::Try(request) => {
                        vec![(request.key.clone(), run::value_of(&request.value.to_string()))]
                    }
                    ForkPurpose::StepThrough(_) => Vec::new(),
                };
                let made = write_fork(&folder, step, &set, &runs).map_err(NotOpened::from)?;
                Ok(Some(OpenedTrial { run: open(&made, data, options, progress)?, from_step: step }))
            })();
            Done::Trial(id, purpose, opened)
        });
    }

    /// A fork was made and opened, or there was no checkpoint that it could be made of.
    pub(super) fn receive_trial(
        &mut self,
        id: ModelId,
        purpose: &ForkPurpose,
        opened: Result<Option<OpenedTrial>, NotOpened>,
    ) {
        match opened {
            Ok(Some(OpenedTrial { run, from_step })) => {
                let forked = self.take_run(*run, OpenedPlace::Beside(id));
                self.begin_fork(id, forked, purpose, from_step);
            }
            Ok(None) => self.fork_anew(id, purpose),
            Err(error) => self.not_forked(id, &error.message),
        }
    }

    /// A new model with the same settings, or all but one.
    fn fork_anew(&mut self, id: ModelId, purpose: &ForkPurpose) {
        let Some(config) = self.project.model(id).map(|model| model.config.clone()) else { return };
        let config = match purpose {
            ForkPurpose::Try(request) => config.with(&request.key, request.value.clone()),
            ForkPurpose::StepThrough(_) => Ok(config),
        };
        match config {
            Ok(config) => {
                let Some(forked) = self.add(config, Some(id)) else { return };
                let other = if self.project.shown.a == id { Slot::B } else { Slot::A };
                self.apply(ModelCommand::Show(other, forked));
                self.begin_fork(id, forked, purpose, 0);
            }
            Err(error) => self.not_forked(id, &error.message()),
        }
    }

    fn not_forked(&mut self, id: ModelId, why: &Message) {
        let model = self.project.label(id);
        self.shell.say(Level::Failed, &t!("toast.not_tried", slot = model, why = explain(why)));
    }

    fn begin_fork(&mut self, sick: ModelId, forked: ModelId, purpose: &ForkPurpose, from_step: u64) {
        match purpose {
            ForkPurpose::Try(request) => self.begin_trial(sick, forked, request, from_step),
            ForkPurpose::StepThrough(step) => self.begin_step_through(forked, *step, from_step),
        }
    }

    /// Trains a fork as far as the step that is to be gone through, which it makes as the run did, to the bit.
    fn begin_step_through(&mut self, forked: ModelId, step: u64, from_step: u64) {
        let pane = Pane::of("step_through");
        if self.shell.layout.is_shown(&pane) {
            self.shell.layout.bring_forward(&pane);
        } else {
            self.shell.layout.toggle(&pane);
        }
        if let Some(slot) = Slot::BOTH.into_iter().find(|slot| self.project.shown_model(*slot).id == forked) {
            self.project.settings.diagnosis.stepped = slot;
        }
        if from_step < step {
            self.send(forked, Control::PauseAt(step));
            self.apply(ModelCommand::Start(forked));
        }
        let name = self.project.label(forked);
        self.shell.say(Level::Note, &t!("toast.step_through", model = name, step = whole(step)));
    }

    fn begin_trial(&mut self, sick: ModelId, tried: ModelId, request: &TrialRequest, from_step: u64) {
        let Some(definition) = FINDINGS.iter().find(|finding| finding.key == request.finding) else { return };
        let report = self.services.models.get(sick).and_then(|model| model.trainer.as_ref()?.diagnosis());
        let named = report.and_then(|report| {
            report.findings.iter().find(|finding| finding.kind == definition.kind).map(|finding| finding.named_step)
        });
        let named_step = named.unwrap_or(request.since_step);
        self.services
            .trials
            .retain(|trial| trial.tried != tried && (trial.sick, trial.kind) != (sick, definition.kind));
        self.services.trials.push(Trial { sick, kind: definition.kind, tried, from_step, named_step });
        self.apply(ModelCommand::Start(tried));
    }
}
