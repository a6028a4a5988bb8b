//! What is changed of the image that is completed.

use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::explore::completion_choice::CompletionChange;

impl Session {
    pub(super) fn apply_to_completion(&mut self, change: CompletionChange) {
        let Some(data) = self.services.data.clone().filter(|data| !data.sample().is_point()) else { return };
        let mut after = self.project.completion.clone();
        let is_work = change.is_work();
        let change = match change {
            CompletionChange::Image(image) => CompletionChange::Image(image.min(data.test.count().saturating_sub(1))),
            other => other,
        };
        let is_image = matches!(change, CompletionChange::Image(_));
        after.apply(change, data.shape());
        if after == self.project.completion {
            return;
        }
        if is_work {
            // One image after another is one change; each stroke is its own.
            if !is_image {
                self.undo.settle();
            }
            self.undo.record(ChangeKind::Completion, &self.project);
            if !is_image {
                self.undo.settle();
            }
        }
        self.project.completion = after;
    }
}
