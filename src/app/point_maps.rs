//! Starts the making of maps of points where one is on the screen.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::explore::codes::PointMap;
use crate::model::ModelId;
use std::sync::Arc;
use std::time::Duration;

/// How often the progress of a map is seen.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

impl Session {
    /// Starts the map that is on the screen, of codes of which there is none yet. While a model trains its map stays as it is
    /// until somebody asks for another.
    pub(super) fn refresh_point_map(&mut self) {
        let Some(kind) = self.shell.needs.point_map else { return };
        let slot = self.project.settings.plane.model;
        if self.services.jobs.is_running(&JobKey::PointMap(self.id(slot))) {
            // How far it is moves on the screen.
            self.services.waker.later(PROGRESS_INTERVAL);
        }
        let (id, training, seed) = (self.id(slot), self.model(slot).is_training(), self.model(slot).config.seed());
        let Some(points) = self.services.planes.points(id) else { return };
        let encoding = points.encoding.clone();
        let state = &mut self.services.planes.planes.entry(id).maps;
        let asked = state.asked.get(kind.index()).and_then(Option::as_ref);
        if asked.is_some_and(|asked| training || Arc::ptr_eq(asked, &encoding)) {
            return;
        }
        // One at a time: the other is begun again when it is looked at.
        if let Some(other) = state.end().and_then(|other| state.asked.get_mut(other.index())) {
            *other = None;
        }
        if let Some(asked) = state.asked.get_mut(kind.index()) {
            *asked = Some(encoding.clone());
        }
        state.making = Some(kind);
        self.services.jobs.start(JobKey::PointMap(id), move |progress| {
            let mut go_on = |done: usize, total: usize| {
                progress.set_total(total as u64);
                progress.set_done(done as u64);
                !progress.is_cancelled()
            };
            // A job has one thread: the same codes give the same map.
            let map = PointMap::of(kind, &encoding, seed, &mut go_on);
            Done::PointMap(id, map.map(Box::new))
        });
    }

    /// A map was made, or there is none of so few codes.
    pub(super) fn receive_point_map(&mut self, id: ModelId, map: Option<PointMap>) {
        let state = &mut self.services.planes.planes.entry(id).maps;
        state.end();
        if let Some(map) = map
            && let Some(made) = state.made.get_mut(map.kind.index())
        {
            *made = Some(Arc::new(map));
        }
    }

    /// Makes the maps of a model anew, of its newest codes.
    pub(super) fn map_again(&mut self, id: ModelId) {
        self.cancel_map(id);
        self.services.planes.planes.entry(id).maps.asked = [None, None];
    }

    /// Stops making a map; the one before stays.
    pub(super) fn cancel_map(&mut self, id: ModelId) {
        self.services.jobs.cancel(&JobKey::PointMap(id));
        self.services.planes.planes.entry(id).maps.end();
    }

    /// How far the map of a model is that is being made, in [0, 1].
    pub(super) fn map_progress(&self, id: ModelId) -> Option<f32> {
        let (done, total) = self.services.jobs.progress(&JobKey::PointMap(id))?.get();
        Some(if total > 0 { done as f32 / total as f32 } else { 0.0 })
    }
}
