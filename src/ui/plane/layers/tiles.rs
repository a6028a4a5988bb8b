//! The tiles of the plane: drawn by the window's device as it decodes them, or as the CPU has; where the CPU's are of another
//! place, a coarse preview that is decoded in this very frame lies in for them.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::refine::TilePlace;
use crate::explore::tiles::{Lattice, TileGrid};
use crate::explore::viewer::{CpuDecoder, Decoder};
use crate::gpu::TextureSlot;
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::tiles::{self, TileStyle};
use eframe::egui::Painter;
use std::sync::Arc;

/// What a preview may take of a frame, in milliseconds.
const PREVIEW_MS: f32 = 2.0;
/// What a processor computes in a millisecond at least: with it the first preview is measured out.
const EXPECTED_FLOPS_PER_MS: f32 = 10e6;

/// Decoded tiles over all that is seen.
#[derive(Default)]
pub struct TilesLayer {
    on_device: TextureSlot,
    fine: TextureSlot,
    coarse: TextureSlot,
    decoder: CpuDecoder,
    /// A coarse grid, and where it is.
    preview: Option<(TilePlace, Arc<TileGrid>)>,
    /// Floating-point operations that a millisecond of decoding was last good for.
    flops_per_ms: Option<f32>,
}

impl PlaneLayer for TilesLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        if frame.view.has_points() {
            return;
        }
        let (known, limits) = (frame.known, frame.view.planes.limits);
        let lattice = Lattice::covering(&frame.viewport, frame.area(), frame.grid);
        let place = known.plane.as_ref().map(|plane| TilePlace { plane: plane.clone(), lattice, limits });
        let style = TileStyle { map: frame.view.settings.color_map, smooth: true };
        if let (Some(on_device), Some(place), Some(snapshot)) = (known.on_device, &place, frame.model().snapshot) {
            match on_device.step {
                Some(_) => self.forget_preview(),
                None => self.draw_of_cpu(painter, frame, Some(place), style),
            }
            let model = DecodedModel { id: on_device.model, snapshot: snapshot.clone() };
            let decode = Decode::Tiles { place: place.clone(), view: frame.viewport, style };
            live::paint(painter, frame.rect, &self.on_device, model, decode);
            return;
        }
        self.draw_of_cpu(painter, frame, place.as_ref(), style);
    }
}

impl TilesLayer {
    fn draw_of_cpu(&mut self, painter: &Painter, frame: &PlaneFrame<'_>, place: Option<&TilePlace>, style: TileStyle) {
        let made = frame.known.tiles.as_ref();
        let compare = |holds: fn(&TilePlace, &TilePlace) -> bool| {
            place
                .zip(made)
                .is_some_and(|(place, grid)| holds(place, &TilePlace { lattice: grid.lattice, ..place.clone() }))
        };
        let (served, resembles) = (compare(TilePlace::is_served_by), compare(TilePlace::resembles));
        match place.filter(|_| !served) {
            Some(place) => self.make_preview(place, frame),
            None => self.forget_preview(),
        }
        let fine = made.map(|grid| (&self.fine, grid));
        let coarse = self.preview.as_ref().map(|(_, grid)| (&self.coarse, grid));
        let order = if resembles { [coarse, fine] } else { [fine, coarse] };
        for (slot, grid) in order.into_iter().flatten() {
            tiles::paint(painter, frame.rect, slot, grid, frame.viewport, style);
        }
    }

    /// No preview is needed: what decoding one took is given back.
    fn forget_preview(&mut self) {
        self.preview = None;
        self.decoder.free_memory();
    }

    /// Decodes a grid of as many tiles as a frame has time for, where there is none of this place.
    fn make_preview(&mut self, place: &TilePlace, frame: &PlaneFrame<'_>) {
        let fits = |snapshot: &&Arc<crate::snapshot::Snapshot>| snapshot.latent == place.plane.latent();
        let Some(snapshot) = frame.model().snapshot.filter(fits) else {
            self.forget_preview();
            return;
        };
        let flops = snapshot.decoder.flops().max(1) as f32;
        let rate = self.flops_per_ms.unwrap_or(EXPECTED_FLOPS_PER_MS);
        let coarse = place.coarse((PREVIEW_MS * rate / flops) as usize);
        if self.preview.as_ref().is_some_and(|(there, _)| *there == coarse) {
            return;
        }
        let decoder: &mut dyn Decoder = &mut self.decoder;
        let grid = TileGrid::decode(decoder, snapshot, &place.plane, coarse.lattice, place.limits, &mut || true);
        self.preview = grid.map(|grid| {
            let computed = flops * (grid.lattice.columns * grid.lattice.rows) as f32;
            self.flops_per_ms = Some(computed / grid.decode_ms.max(0.01));
            (coarse, Arc::new(grid))
        });
    }
}
