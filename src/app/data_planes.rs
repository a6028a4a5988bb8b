//! Starts the making of data planes: what models of points have learned, drawn among their data.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::dataset::Sample;
use crate::explore::data_plane::{DataBounds, DataPlane, DataPlaneSource};
use crate::model::ModelId;
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// They follow training at most this often.
const INTERVAL: Duration = Duration::from_millis(50);
/// Making one takes at most this part of a core: one of so many.
const SHARE: u32 = 4;

impl Session {
    /// Starts what is due where the panel is on the screen.
    pub(super) fn refresh_data_planes(&mut self) {
        let Some(data) = self.services.data.clone() else { return };
        if !self.shell.needs.data_plane || data.sample() != (Sample::Point { dims: 2 }) {
            return;
        }
        let layers = self.project.settings.data_plane.layers;
        for slot in Slot::BOTH {
            let (id, model) = (self.id(slot), self.model(slot));
            let (training, has_prior) = (self.shows_passing(id), model.config.family().samples);
            let snapshot = model.shown().filter(|shown| shown.image == data.shape()).cloned();
            let Some((snapshot, plane)) = snapshot.zip(self.services.planes.plane(id).cloned()) else { continue };
            let key = JobKey::DataPlane(id);
            let state = &self.services.planes.planes.entry(id).data_plane;
            let bounds = match &state.asked {
                Some((asked, _)) if asked.points.same(&data.test) => asked.bounds,
                _ => DataBounds::of_range(data.range()),
            };
            let source = DataPlaneSource { snapshot, plane, points: data.test.clone(), bounds, layers, has_prior };
            if self.services.jobs.is_running(&key) || state.asked.as_ref().is_some_and(|(asked, _)| asked.same(&source))
            {
                continue;
            }
            // Weights that nothing follows are seen at once.
            if let (true, Some((_, at)), Some(made)) = (training, &state.asked, &state.made) {
                let (since, interval) = (at.elapsed(), INTERVAL.max(made.took * SHARE));
                if since < interval {
                    self.services.waker.later(interval - since);
                    continue;
                }
            }
            self.services.planes.planes.entry(id).data_plane.asked = Some((source.clone(), Instant::now()));
            self.services.jobs.start(key, move |_| Done::DataPlane(id, Box::new(DataPlane::of(&source))));
        }
    }

    /// A data plane was made.
    pub(super) fn receive_data_plane(&mut self, id: ModelId, made: DataPlane) {
        self.services.planes.planes.entry(id).data_plane.made = Some(Arc::new(made));
    }
}
