//! What is asked of the viewer, so that the planes and what is looked at stay fresh.

use crate::app::planes::{PointData, Weights};
use crate::app::session::Session;
use crate::explore::field::FieldInputs;
use crate::explore::viewer::{NearestRequest, TileRequest};
use crate::message::Message;
use crate::snapshot::Snapshot;
use crate::ui::plane::layers;
use crate::ui::slot::Slot;
use std::sync::Arc;
use std::time::Duration;

/// Tiles follow training at most this often.
const TILES_INTERVAL: Duration = Duration::from_millis(100);
/// Tiles follow training at most once in so many times as long as they took to decode: a fine grid leaves the processor to
/// training.
const TILES_SHARE: u32 = 12;

impl Session {
    /// Asks for what the panels that were just drawn could show next. The same request again costs nothing.
    pub(super) fn request_views(&mut self) {
        let settings = self.project.settings.plane.clone();
        let (data, waker) = (self.services.data.clone(), self.services.waker.clone());
        let shown = |session: &Self, slot: Slot| session.model(slot).shown().cloned();
        let (slot, model, limits) = (settings.model, self.id(settings.model), self.services.planes.limits);
        let (training, looks_back) = (self.shows_passing(model), self.model(slot).looks_back());
        // A plane that is not on the screen needs neither tiles nor points.
        let seen = shown(self, slot).zip(self.shell.needs.lattice);
        let images = data.as_ref().is_none_or(|data| !data.sample().is_point());
        let mut tiles = None;
        if images
            && layers::is_shown(layers::TILES, &settings.show)
            && self.on_device(model).is_none()
            && let Some((newest, lattice)) = seen.clone()
        {
            let took = self.services.planes.tiles(model).map_or(0.0, |tiles| tiles.decode_ms);
            let interval = TILES_INTERVAL.max(Duration::from_secs_f32(took.clamp(0.0, 1e4) * 1e-3) * TILES_SHARE);
            let interval = if training && !looks_back { interval } else { Duration::ZERO };
            let snapshot = self.services.planes.planes.entry(model).tiles.pass(&newest, interval, &waker);
            tiles = Some(snapshot.clone());
            if let (Some(viewer), Some(plane)) = (&self.services.planes.viewer, self.services.planes.plane(model)) {
                let request = TileRequest { snapshot, plane: plane.clone(), lattice, limits };
                viewer.request_tiles(model, request);
            }
        }
        // The images along the line are of the weights of the tiles.
        if let (Some(along), Some((newest, _)), Some(viewer)) =
            (&self.shell.needs.line, &seen, &self.services.planes.viewer)
            && self.on_device(model).is_none()
        {
            let snapshot = tiles.clone().unwrap_or_else(|| newest.clone());
            let plane = Arc::new(along.plane.clone());
            viewer.request_line(model, TileRequest { snapshot, plane, lattice: along.lattice, limits });
        }
        // Of more than two dimensions the points say which ones the plane lies along.
        let of_points = self.shell.needs.fields.iter().any(|(field, _)| field.inputs == FieldInputs::Encoding);
        let points =
            |newest: &Arc<Snapshot>| layers::is_shown(layers::POINTS, &settings.show) || newest.latent > 2 || of_points;
        if let Some((newest, _)) = &seen {
            self.request_fields(model, newest, training);
        }
        if let Some(data) = &data
            && let Some((newest, _)) = seen.filter(|(newest, _)| points(newest))
        {
            let weights = Weights { newest: &newest, training, looks_back };
            let other = shown(self, if slot == Slot::A { Slot::B } else { Slot::A });
            let beside = other.filter(|other| other.encoder.is_some() && other.image == data.shape());
            let places = layers::is_shown(layers::PLACES, &settings.show);
            let points = PointData { data, color_by: &settings.color_by, places, beside };
            self.services.planes.request_points(model, weights, tiles, points, &waker);
        }
        let Some(viewer) = &self.services.planes.viewer else { return };
        if let (Some(look), Some(data)) = (&self.shell.needs.nearest, &data)
            && look.snapshot.image == data.shape()
        {
            viewer.request_nearest(self.id(Slot::A), NearestRequest { look: look.clone(), split: data.train.clone() });
        }
        for (slot, request) in &self.shell.needs.directions {
            viewer.request_directions(self.id(*slot), request.clone());
        }
        for (slot, drawn) in &self.shell.needs.drawings {
            viewer.request_drawing(self.id(*slot), drawn.clone());
        }
        for (slot, look) in &self.shell.needs.looks {
            viewer.request_look(self.id(*slot), look.clone());
        }
    }

    /// What went wrong with the planes.
    pub(super) fn viewer_message(&self) -> Option<Message> {
        self.services.planes.viewer.as_ref()?.take_message()
    }
}
