//! Commands about the latent plane: its cursor, and where it lies.

use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::explore::line::PlaneLine;
use crate::explore::path::PlanePath;
use crate::explore::plane::Plane;
use crate::model::ModelId;
use crate::ui::command::PlaneCommand;

impl Session {
    pub(super) fn apply_to_plane(&mut self, command: PlaneCommand) {
        match command {
            PlaneCommand::Cursor(cursor) => self.move_cursor(cursor),
            PlaneCommand::CursorSettled(cursor) => {
                self.move_cursor(cursor);
                self.undo.settle();
            }
            PlaneCommand::CursorOnPath { model, at, part, settled } => {
                self.services.planes.planes.entry(model).path.part = Some(part);
                self.move_cursor(at);
                if settled {
                    self.undo.settle();
                }
            }
            PlaneCommand::OriginFromPoint(id, image) => self.move_origin(id, Some(image)),
            PlaneCommand::OriginToZero(id) => self.move_origin(id, None),
            PlaneCommand::OriginToCursor(id) => {
                let cursor = self.project.cursor;
                let Some(plane) = self.services.planes.plane(id).cloned() else { return };
                self.put_plane(id, Plane { origin: plane.latent_from_plane(cursor), ..(*plane).clone() });
            }
            PlaneCommand::OriginCoordinate(id, dimension, value) => {
                let Some(mut plane) = self.services.planes.plane(id).map(|plane| (**plane).clone()) else { return };
                if let Some(coordinate) = plane.origin.get_mut(dimension).filter(|_| value.is_finite()) {
                    *coordinate = value;
                    self.change_plane(id, plane);
                }
            }
            PlaneCommand::Along(id, axis, dimension) => {
                let plane = self.services.planes.plane(id).and_then(|plane| plane.along(axis, dimension));
                if let Some(plane) = plane {
                    self.change_plane(id, plane);
                    self.undo.settle();
                }
            }
            PlaneCommand::RandomDirections(id) => {
                let plane = self.services.planes.plane(id).cloned();
                if let Some((plane, model)) = plane.zip(self.project.model(id)) {
                    let random = Plane::random(plane.latent(), model.config.seed());
                    self.change_plane(id, Plane { origin: plane.origin.clone(), ..random });
                    self.undo.settle();
                }
            }
            PlaneCommand::Lay(id, basis) => self.lay(id, basis),
            PlaneCommand::Anchor(id, place, anchor) => self.put_anchor(id, place, anchor),
            PlaneCommand::MoveTo(id, latent) => self.move_to(id, &latent),
            PlaneCommand::Select(id, by) => self.select(id, by),
            PlaneCommand::Deselect => self.deselect(),
            PlaneCommand::MapAgain(id) => self.map_again(id),
            PlaneCommand::CancelMap(id) => self.cancel_map(id),
            PlaneCommand::Line(None) => {
                self.undo.settle();
                self.lay_line(None);
                self.undo.settle();
            }
            PlaneCommand::Line(line) => self.lay_line(line),
            PlaneCommand::LineSettled(line) => {
                self.lay_line(Some(line));
                self.undo.settle();
            }
            PlaneCommand::Path(path) => {
                self.undo.settle();
                self.lay_path(path);
                self.undo.settle();
            }
            PlaneCommand::Viewport(viewport) => {
                if viewport != self.project.view && viewport.is_valid() {
                    self.undo.record(ChangeKind::View, &self.project);
                    self.project.view = viewport;
                }
            }
            PlaneCommand::LookAt(id, latent) => self.look_at(id, &latent),
            PlaneCommand::MeasureGaps(id) => self.measure_gaps(id),
            PlaneCommand::CancelGaps(id) => _ = self.services.jobs.cancel(&JobKey::Gaps(id)),
        }
    }

    /// Puts the cursor onto a latent: along the plane the cursor moves, across it the plane does.
    fn move_to(&mut self, id: ModelId, latent: &[f32]) {
        let plane = self.services.planes.plane(id).filter(|plane| plane.is_valid(latent.len())).cloned();
        let Some(plane) = plane.filter(|_| latent.iter().all(|x| x.is_finite())) else { return };
        let cursor = plane.plane_from_latent(latent);
        let on = plane.latent_from_plane(cursor);
        let origin = plane.origin.iter().zip(latent).zip(&on).map(|((origin, z), on)| origin + z - on).collect();
        let moved = Plane { origin, ..(*plane).clone() };
        let leaves = plane.latent() > 2 && moved.origin != plane.origin;
        if leaves || cursor != self.project.cursor {
            self.undo.record(ChangeKind::Plane, &self.project);
            self.project.cursor = cursor;
            if leaves {
                self.project.planes.insert(id, moved.clone());
                self.services.planes.set_plane(id, moved, true);
            }
        }
    }

    fn move_cursor(&mut self, cursor: [f32; 2]) {
        if cursor != self.project.cursor && cursor.iter().all(|x| x.is_finite()) {
            self.undo.record(ChangeKind::Cursor, &self.project);
            self.project.cursor = cursor;
        }
    }

    fn lay_line(&mut self, line: Option<PlaneLine>) {
        if line != self.project.line && line.is_none_or(|line| line.is_valid()) {
            self.undo.record(ChangeKind::Plane, &self.project);
            self.project.line = line;
            self.project.path = self.project.path.take().filter(|_| line.is_none());
        }
    }

    fn lay_path(&mut self, path: Option<PlanePath>) {
        if path != self.project.path && path.as_ref().is_none_or(PlanePath::is_valid) {
            self.undo.record(ChangeKind::Plane, &self.project);
            self.project.line = self.project.line.filter(|_| path.is_none());
            self.project.path = path;
        }
    }

    /// Puts the cursor onto a latent of a model: in two dimensions it goes there, else the plane comes to it.
    fn look_at(&mut self, id: ModelId, latent: &[f32]) {
        let Some(plane) = self.services.planes.plane(id).filter(|plane| plane.is_valid(latent.len())).cloned() else {
            return;
        };
        if latent.len() > 2 {
            self.put_plane(id, Plane { origin: latent.to_vec(), ..(*plane).clone() });
        } else {
            self.move_cursor(plane.plane_from_latent(latent));
        }
    }

    /// Puts the cursor onto the codes of one example in several models. There is one cursor: it goes to where the code of the
    /// first model of at most two dimensions lies, and the planes of larger models come to it.
    pub(in crate::app) fn look_at_codes(&mut self, codes: &[(ModelId, Vec<f32>)]) {
        let flat = codes.iter().find(|(_, code)| code.len() <= 2);
        let place = flat.and_then(|(id, code)| {
            let plane = self.services.planes.plane(*id).filter(|plane| plane.is_valid(code.len()))?;
            Some(plane.plane_from_latent(code))
        });
        let [x, y] = place.unwrap_or_default();
        for (id, code) in codes.iter().filter(|(_, code)| code.len() > 2) {
            let plane = self.services.planes.plane(*id).filter(|plane| plane.is_valid(code.len()));
            let Some(plane) = plane.map(|plane| (**plane).clone()) else { continue };
            let around_code = Plane { origin: code.clone(), ..plane };
            let origin = around_code.latent_from_plane([-x, -y]);
            self.put_plane(*id, Plane { origin, ..around_code });
        }
        if let Some(place) = place {
            self.move_cursor(place);
            self.undo.settle();
        }
    }

    /// Moves a plane's origin to the encoding of a test image, given by its place in the split, or back to 0.
    fn move_origin(&mut self, id: ModelId, image: Option<usize>) {
        let Some(plane) = self.services.planes.plane(id).cloned() else { return };
        let origin = match image {
            Some(image) => {
                let Some(points) = self.services.planes.points(id) else { return };
                let posterior = points.of_image(image).and_then(|index| points.encoding.posterior(index));
                let Some((mean, _)) = posterior else { return };
                mean.to_vec()
            }
            None => vec![0.0; plane.latent()],
        };
        if origin.len() == plane.latent() {
            self.put_plane(id, Plane { origin, ..(*plane).clone() });
        }
    }

    /// Puts a model's plane somewhere, with the cursor in its middle: one change.
    fn put_plane(&mut self, id: ModelId, plane: Plane) {
        self.undo.settle();
        self.change_plane(id, plane);
        self.undo.settle();
        self.project.cursor = [0.0; 2];
    }

    /// Puts a model's plane somewhere; the cursor stays where it is on it. Several such changes in a row are one.
    pub(super) fn change_plane(&mut self, id: ModelId, plane: Plane) {
        if self.services.planes.plane(id).is_some_and(|now| **now == plane) {
            return;
        }
        self.undo.record(ChangeKind::Plane, &self.project);
        self.project.planes.insert(id, plane.clone());
        self.services.planes.set_plane(id, plane, true);
    }
}
