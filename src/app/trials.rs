//! What is tried against a finding: the run from its last good checkpoint with one thing changed, beside the sick one.

use crate::app::done::{Done, NotOpened, OpenedPlace, OpenedTrial};
use crate::app::jobs::JobKey;
use crate::app::runs::{make_fork, open};
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::diagnosis::FINDINGS;
use crate::message::Explain;
use crate::model::ModelId;
use crate::run;
use crate::ui::command::{ForkRequest, ModelCommand, TrialRequest};
use crate::ui::diagnose::known::Trial;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::explain;
use rust_i18n::t;

impl Session {
    /// Forks a model's run at the last checkpoint before a finding, with what should help, and trains it beside; from the
    /// beginning where none was kept before.
    pub(super) fn try_remedy(&mut self, id: ModelId, request: TrialRequest) {
        let on_disk = self.services.models.get(id).and_then(|model| model.on_disk());
        let Some(folder) = on_disk.map(|run| run.folder).filter(|folder| folder.exists()) else {
            return self.try_from_beginning(id, &request);
        };
        let (data, options, runs) = (self.services.data.clone(), self.services.options(), self.runs());
        self.services.opening =
            Some(Opening { what: folder.display().to_string(), source: None, asked: false, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let opened = (|| {
                let kept = run::kept(&folder).map_err(|error| NotOpened::from(error.message()))?;
                let good = kept.iter().map(|kept| kept.step).filter(|step| *step <= request.since_step).max();
                let Some(step) = good else { return Ok(None) };
                let (key, value) = (request.key.clone(), request.value.to_string());
                let fork = ForkRequest { run: folder, step, key, value, beside: true };
                let made = make_fork(&fork, &runs).map_err(NotOpened::from)?;
                Ok(Some(OpenedTrial { run: open(&made, data, options, progress)?, from_step: step }))
            })();
            Done::Trial(id, request, opened)
        });
    }

    /// A fork was made and opened, or there was no checkpoint that it could be made of.
    pub(super) fn receive_trial(
        &mut self,
        id: ModelId,
        request: &TrialRequest,
        opened: Result<Option<OpenedTrial>, NotOpened>,
    ) {
        match opened {
            Ok(Some(OpenedTrial { run, from_step })) => {
                let tried = self.take_run(*run, OpenedPlace::Beside(id));
                self.begin_trial(id, tried, request, from_step);
            }
            Ok(None) => self.try_from_beginning(id, request),
            Err(error) => {
                let model = self.project.label(id);
                self.shell.say(Level::Failed, &t!("toast.not_tried", slot = model, why = explain(&error.message)));
            }
        }
    }

    /// A new model with the same settings but one.
    fn try_from_beginning(&mut self, id: ModelId, request: &TrialRequest) {
        let Some(config) = self.project.model(id).map(|model| model.config.clone()) else { return };
        match config.with(&request.key, request.value.clone()) {
            Ok(config) => {
                let Some(tried) = self.add(config, Some(id)) else { return };
                let other = if self.project.shown.a == id { Slot::B } else { Slot::A };
                self.apply(ModelCommand::Show(other, tried));
                self.begin_trial(id, tried, request, 0);
            }
            Err(error) => {
                let model = self.project.label(id);
                self.shell.say(Level::Failed, &t!("toast.not_tried", slot = model, why = explain(&error.message())));
            }
        }
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
