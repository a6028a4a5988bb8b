//! What trainers find to go wrong, as a person is told of it.

use crate::app::session::Session;
use crate::diagnosis::FindingChange;
use crate::ui::messages::Level;
use crate::ui::text::{number, tr, whole};
use rust_i18n::t;

impl Session {
    /// A finding of a model began or is over.
    pub(super) fn receive_finding(&mut self, model: &str, change: &FindingChange) {
        match change {
            FindingChange::Began(finding) => {
                let key = finding.kind.definition().key;
                let (name, figure) = (tr(&format!("finding.{key}")), tr(&format!("finding.{key}_figure")));
                let (step, value) = (whole(finding.since_step), number(finding.sign.value));
                self.shell.say(
                    Level::Note,
                    &t!("toast.finding", slot = model, finding = name, step = step, figure = figure, value = value),
                );
            }
            FindingChange::Over(kind) => {
                let name = tr(&format!("finding.{}", kind.definition().key));
                self.shell.log(Level::Note, &t!("toast.finding_over", slot = model, finding = name));
            }
        }
    }
}
