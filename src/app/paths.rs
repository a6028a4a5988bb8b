//! Starts the making of the path that is laid over the plane that is shown, and of no other.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::explore::path::{PathKind, PathMade, PathSource};
use crate::model::ModelId;
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// It follows training at most this often.
const INTERVAL: Duration = Duration::from_millis(100);
/// Making one takes at most this part of a core: one of so many.
const SHARE: u32 = 4;

impl Session {
    /// Starts what is due where the plane is on the screen.
    pub(super) fn refresh_path(&mut self) {
        let slot = self.project.settings.plane.model;
        let (id, key) = (self.id(slot), JobKey::Path(self.id(slot)));
        for (other, state) in self.services.planes.planes.iter_mut().filter(|(other, _)| *other != id) {
            if self.services.jobs.cancel(&JobKey::Path(other)) {
                state.path.asked = None;
            }
        }
        let shown = self.shell.needs.lattice.is_some();
        let Some(source) = self.path_source(slot).filter(|_| shown) else {
            self.services.jobs.cancel(&key);
            self.services.planes.planes.entry(id).path.asked = None;
            return;
        };
        let training = self.model(slot).is_training();
        let state = &mut self.services.planes.planes.entry(id).path;
        if let Some((asked, at)) = &state.asked {
            if asked.same(&source) {
                return;
            }
            // Another path cancels the one that is being made; newer weights wait for it.
            let is_follow = asked.path == source.path && asked.plane == source.plane;
            if is_follow && self.services.jobs.is_running(&key) {
                return;
            }
            if let (true, true, Some(made)) = (training, is_follow, &state.made) {
                let (since, interval) = (at.elapsed(), INTERVAL.max(made.took * SHARE));
                if since < interval {
                    self.services.waker.later(interval - since);
                    return;
                }
            }
        }
        state.asked = Some((source.clone(), Instant::now()));
        let limits = self.services.planes.limits;
        self.services.jobs.start(key, move |progress| {
            let made = source.made(limits, &mut || !progress.is_cancelled());
            Done::Path(id, made.map(Arc::new))
        });
    }

    /// What the path over a view's plane is made of; `None` where it leads nowhere.
    pub(super) fn path_source(&self, slot: Slot) -> Option<PathSource> {
        let path = self.project.path.as_ref().filter(|path| path.leads())?.clone();
        let is_points = self.services.data.as_ref().is_some_and(|data| data.sample().is_point());
        let snapshot = self.model(slot).shown().filter(|_| !is_points)?.clone();
        let plane = self.services.planes.plane(self.id(slot))?.clone();
        let points = self.services.planes.points(self.id(slot));
        let has_codes = snapshot.latent == 2 || snapshot.encoder.is_some();
        let needs_codes = path.kind == PathKind::Geodesic && has_codes;
        let encoding = points.filter(|_| needs_codes).map(|points| points.encoding.clone());
        let has_images = !path.images.is_empty() && snapshot.encoder.is_some();
        let test = self.services.data.as_ref().filter(|data| has_images && data.shape() == snapshot.image);
        let test = test.map(|data| data.test.clone());
        Some(PathSource { snapshot, plane, path, encoding, test })
    }

    /// The newest path over a view's plane that is made.
    pub fn path_made(&self, slot: Slot) -> Option<&Arc<PathMade>> {
        self.services.planes.planes.get(self.id(slot))?.path.made.as_ref()
    }

    /// A path was made.
    pub(super) fn receive_path(&mut self, id: ModelId, made: Option<Arc<PathMade>>) {
        self.services.planes.planes.entry(id).path.made = made;
    }
}
