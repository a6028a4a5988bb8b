//! A trainer looks at its own steps, and says what it finds.

use super::diagnosing::DiagnosisReport;
use super::message::Event;
use super::worker::Worker;
use crate::diagnosis::{FindingChange, StepLook};
use crate::history::MarkKind;
use crate::model::{Model, Part};
use crate::nn::inspection::{Inspection, InspectionDepth};

impl Worker {
    /// Looks at a step that was made after `step` others.
    pub(super) fn diagnose(&mut self, step: u64, inspection: Option<Inspection>) {
        if let Some(inspection) = inspection {
            self.add_look(StepLook { step, inspection, ..StepLook::default() });
        }
    }

    /// Looks at the step that has just failed: it is made once more where it was not looked at.
    pub(super) fn diagnose_failure(&mut self, part: Part, inspection: Option<Inspection>) {
        if !self.diagnosing.is_on {
            return;
        }
        let inspection = inspection.or_else(|| self.make_step(part, InspectionDepth::Figures).1);
        let look = StepLook {
            step: self.step,
            inspection: inspection.unwrap_or_default(),
            failed: true,
            broken_parameter: broken_parameter(&self.model),
            ..StepLook::default()
        };
        self.add_look(look);
    }

    fn add_look(&mut self, look: StepLook) {
        self.diagnosing.keeps_values = false;
        let changes = self.diagnosing.look(&self.config, &self.dataset, look);
        let Some(look) = self.diagnosing.last_look().cloned() else { return };
        self.shared.diagnosis.set(DiagnosisReport { findings: self.diagnosing.findings(), look });
        for change in changes {
            if let FindingChange::Began(finding) = &change {
                let kind = MarkKind::Found { key: finding.kind.definition().key };
                self.shared.history.mark(finding.since_step, self.train_s as f32, kind);
            }
            self.send_event(Event::Diagnosed(Box::new(change)));
        }
    }
}

/// The first parameter with a value that is not a number, by name.
fn broken_parameter(model: &Model) -> Option<String> {
    let saved = model.save().ok()?;
    saved.weights.into_iter().find(|(_, values)| values.iter().any(|value| !value.is_finite())).map(|(name, _)| name)
}
