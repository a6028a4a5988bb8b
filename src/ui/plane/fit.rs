//! What part of the plane is seen where nobody has said it, and where all points shall be.

use super::PlanePanel;
use crate::explore::encoded::EncodedPoints;
use crate::explore::viewport::{Area, Viewport};
use std::sync::Arc;

/// So many points say where all of them are.
const MOST_POINTS: usize = 10_000;

/// A view that shows points, and which points in which area those are.
#[derive(Clone, Copy)]
pub(super) struct Fitted {
    points: u64,
    size: [f32; 2],
    viewport: Option<Viewport>,
}

impl PlanePanel {
    /// What is seen of the plane as long as nobody has moved it. Without a prior nothing says where a model's latents lie but
    /// its points: then it fits them, in steps, so that it stands still while they move a little.
    pub(super) fn whole(&mut self, area: Area, has_prior: bool, points: Option<&Arc<EncodedPoints>>) -> Viewport {
        let Some(points) = points.filter(|_| !has_prior) else { return Viewport::default() };
        let same = |fitted: &Fitted| fitted.points == points.id && fitted.size == area.size;
        let fitted = self.fitted.filter(same).unwrap_or_else(|| {
            let viewport = self.fit(area, Some(points)).map(Viewport::in_steps);
            Fitted { points: points.id, size: area.size, viewport }
        });
        self.fitted = Some(fitted);
        fitted.viewport.unwrap_or_default()
    }

    /// The part of the plane that shows the points that are selected; `None` where there are none.
    pub(super) fn fit(&self, area: Area, points: Option<&Arc<EncodedPoints>>) -> Option<Viewport> {
        let points = points?;
        let shown = points.points.iter().filter(|point| self.selection.is_selected(point.group as usize));
        let every = points.count().div_ceil(MOST_POINTS).max(1);
        Viewport::fitting(shown.step_by(every).map(|point| point.position), area)
    }
}
