//! Which images an encoder serves worst: measured in the background where a person asks.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::explore::posterior::WorstEncoded;
use crate::message::{Explain, Message};
use crate::metrics::EvidenceError;
use crate::model::ModelId;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::explain;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Test images that are looked at.
const IMAGES: usize = 500;

impl Session {
    /// Measures how far a model's encoder falls short.
    pub(super) fn measure_gaps(&mut self, id: ModelId) {
        let shown = self.services.models.get(id).and_then(|model| model.shown().cloned());
        let plane = self.services.planes.plane(id).cloned();
        let (Some(snapshot), Some(plane), Some(data)) = (shown, plane, self.services.data.clone()) else { return };
        self.services.jobs.start(JobKey::Gaps(id), move |progress| {
            progress.set_total(2 * IMAGES.min(data.test.count()) as u64);
            let done = AtomicU64::new(0);
            let go_on = |more| {
                progress.set_done(done.fetch_add(more, Ordering::Relaxed) + more);
                !progress.is_cancelled()
            };
            let found = WorstEncoded::of(&snapshot, &plane, &data.test, IMAGES, &go_on);
            Done::Gaps(
                id,
                found.map(Box::new).map_err(|error| (error != EvidenceError::Interrupted).then(|| error.message())),
            )
        });
    }

    /// The images that the encoder of a view's model serves worst, as they were measured last.
    pub fn worst_encoded(&self, slot: Slot) -> Option<Arc<WorstEncoded>> {
        self.services.planes.planes.get(self.id(slot))?.worst.clone()
    }

    /// Takes what was measured; nothing is said where it was cancelled.
    pub(super) fn take_gaps(&mut self, id: ModelId, found: Result<Box<WorstEncoded>, Option<Message>>) {
        match found {
            Ok(found) => self.services.planes.planes.entry(id).worst = Some(Arc::from(found)),
            Err(Some(why)) => self.shell.say(Level::Failed, &explain(&why)),
            Err(None) => {}
        }
    }
}
