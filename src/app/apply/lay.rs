//! Planes along directions that codes and anchors give, and the anchors themselves.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::explore::anchors::{Anchor, Anchors};
use crate::explore::codes::PlaneBasis;
use crate::explore::plane::Plane;
use crate::explore::viewport::Viewport;
use crate::message::{Message, message};
use crate::model::ModelId;
use crate::ui::messages::Level;
use crate::ui::text::explain;

/// How much of a plane is seen beyond what has to be.
const ROOM: f32 = 1.3;

impl Session {
    /// Lays a plane along what `basis` says; what codes give is computed in the background.
    pub(super) fn lay(&mut self, id: ModelId, basis: PlaneBasis) {
        if basis == PlaneBasis::Anchors {
            self.lay_anchors(id, true);
            return;
        }
        let points = self.services.planes.points(id);
        let Some((plane, data)) = self.services.planes.plane(id).cloned().zip(self.services.data.clone()) else {
            return;
        };
        match points.filter(|points| points.encoding.latent == plane.latent()) {
            Some(points) => self.services.jobs.start(JobKey::Lay(id), move |progress| {
                let mut go_on = || !progress.is_cancelled();
                let laid = basis.of_codes(&plane, &points.encoding, &data.test, &mut go_on);
                Done::Laid(id, laid.map(Box::new))
            }),
            None => self.refuse_plane(&message!("there are no codes yet: the plane shows them as points first")),
        }
    }

    /// A plane was computed from codes.
    pub(in crate::app) fn receive_laid(&mut self, id: ModelId, laid: Result<Plane, Message>) {
        match laid {
            Ok(plane) => {
                let fits = self.services.planes.plane(id).is_some_and(|now| now.latent() == plane.latent());
                if fits && self.project.model(id).is_some() {
                    self.undo.settle();
                    self.change_plane(id, plane);
                    self.undo.settle();
                }
            }
            Err(why) => self.refuse_plane(&why),
        }
    }

    fn refuse_plane(&mut self, why: &Message) {
        self.shell.say(Level::Note, &explain(why));
    }

    /// Marks a latent, or takes the mark away; as soon as there are three, the plane goes through them.
    pub(super) fn put_anchor(&mut self, id: ModelId, place: usize, anchor: Option<Anchor>) {
        let latent = self.services.planes.plane(id).map_or(0, |plane| plane.latent());
        let fits = |anchor: &Anchor| anchor.latent.len() == latent && anchor.latent.iter().all(|x| x.is_finite());
        if anchor.as_ref().is_some_and(|anchor| !fits(anchor)) {
            return;
        }
        let mut anchors: Anchors = self.project.anchors.get(id).cloned().unwrap_or_default();
        let is_mark = anchor.is_some();
        if !anchors.set(place, anchor) {
            return;
        }
        self.undo.settle();
        self.undo.record(ChangeKind::Plane, &self.project);
        match anchors.is_empty() {
            true => _ = self.project.anchors.remove(id),
            false => _ = self.project.anchors.insert(id, anchors),
        }
        // One change together with the mark.
        if is_mark && latent > 2 {
            self.lay_anchors(id, false);
        }
        self.undo.settle();
    }

    /// Lays the plane through the anchors, and shows all three.
    fn lay_anchors(&mut self, id: ModelId, asked: bool) {
        let Some(latent) = self.services.planes.plane(id).map(|plane| plane.latent()).filter(|latent| *latent > 2)
        else {
            return;
        };
        let anchors = self.project.anchors.get(id).cloned().unwrap_or_default();
        let Some((plane, latents)) = anchors.plane(latent).zip(anchors.latents(latent)) else {
            if asked || anchors.latents(latent).is_some() {
                self.refuse_plane(&message!("expected three anchors that do not lie in a line"));
            }
            return;
        };
        let reach = latents.iter().flat_map(|z| plane.plane_from_latent(z)).fold(0.0f32, |most, x| most.max(x.abs()));
        self.change_plane(id, plane);
        let view = self.project.view;
        if view.centre != [0.0; 2] || view.half_height < reach {
            let seen = Viewport { centre: [0.0; 2], half_height: (ROOM * reach).max(view.half_height) };
            self.project.view = if seen.is_valid() { seen } else { view };
        }
    }
}
