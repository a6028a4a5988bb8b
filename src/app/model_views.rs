//! Models as the panels see them.

use crate::app::project::ModelEntry;
use crate::app::session::Session;
use crate::trainer::Trainer;
use crate::ui::view::ModelView;

impl Session {
    /// A model of the list, as far as anything runs of it.
    pub(super) fn model_view<'a>(&'a self, entry: &'a ModelEntry) -> Option<ModelView<'a>> {
        let runtime = self.services.models.get(entry.id)?;
        Some(ModelView {
            id: entry.id,
            name: &entry.name,
            color: entry.color,
            slot: self.project.slots_of(entry.id).next(),
            config: &entry.config,
            rests_with: entry.rests_with.as_ref(),
            rests_at: self.services.resting.get(entry.id).map(|record| record.step),
            mistake: if entry.is_resting() { None } else { self.mistake_in(&entry.config) },
            waits_for_reset: runtime.waits_for_reset(&entry.config),
            status: runtime.status(),
            queued: runtime.queued,
            history: runtime.trainer.as_ref().map(Trainer::history),
            snapshot: runtime.shown(),
            newest: runtime.newest().map(|newest| newest.step),
            looked_back: runtime.past.shown().map(|past| past.kept),
            ready_made: runtime.is_ready_made(),
            class_shares: self.services.shares.of(entry.id).map(|shares| &**shares),
            diagnosis: runtime.trainer.as_ref().and_then(Trainer::diagnosis),
            failure: runtime.failure.as_ref(),
            folder: runtime.folder.as_deref(),
            decoding: self.decoding_of(entry.id),
        })
    }
}
