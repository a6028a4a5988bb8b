//! The tiles of the plane: drawn by the window's device as it decodes them, or as the CPU has; where the CPU's are of another
//! place, a coarse grid decoded in this very frame stands in for them.

use super::PlaneInput;
use crate::explore::refine::Place;
use crate::explore::tiles::{Lattice, TileGrid};
use crate::explore::view::View;
use crate::explore::viewer::{CpuDecoder, Decoder};
use crate::gpu::Slot;
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::tiles::{self, TileStyle};
use eframe::egui::{Painter, Rect};
use std::sync::Arc;

/// What a coarse grid may take of a frame, in milliseconds.
const COARSE_MS: f32 = 2.0;
/// What a processor computes in a millisecond at least: with it the first grid is measured out.
const EXPECTED_FLOPS_PER_MS: f32 = 10e6;

/// What is kept between frames.
#[derive(Default)]
pub(super) struct Tiles {
    on_device: Slot,
    fine: Slot,
    coarse: Slot,
    decoder: CpuDecoder,
    /// A coarse grid, and where it is.
    stand_in: Option<(Place, Arc<TileGrid>)>,
    /// Floating-point operations that a millisecond of decoding was last good for.
    flops_per_ms: Option<f32>,
}

impl Tiles {
    /// Draws the tiles for what is seen of the plane.
    pub fn draw(&mut self, painter: &Painter, rect: Rect, lattice: Lattice, view: View, input: &PlaneInput<'_>) {
        let style = TileStyle { map: input.map, smooth: true };
        let place = input.plane.map(|plane| Place { plane: plane.clone(), lattice, limits: input.limits });
        if let (Some(on_device), Some(place), Some(snapshot)) = (input.on_device, &place, input.snapshot) {
            if on_device.step.is_none() {
                self.draw_of_cpu(painter, rect, Some(place.clone()), (view, style), input);
            }
            let model = DecodedModel { id: on_device.model, snapshot: snapshot.clone() };
            let decode = Decode::Tiles { place: place.clone(), view, style };
            live::paint(painter, rect, &self.on_device, model, decode);
            return;
        }
        self.draw_of_cpu(painter, rect, place, (view, style), input);
    }

    fn draw_of_cpu(
        &mut self,
        painter: &Painter,
        rect: Rect,
        place: Option<Place>,
        (view, style): (View, TileStyle),
        input: &PlaneInput<'_>,
    ) {
        let there = |grid: &Arc<TileGrid>, place: &Place| Place { lattice: grid.lattice, ..place.clone() };
        let compare = |holds: fn(&Place, &Place) -> bool| {
            place.as_ref().zip(input.tiles).is_some_and(|(place, grid)| holds(place, &there(grid, place)))
        };
        let (served, resembles) = (compare(Place::is_served_by), compare(Place::resembles));
        match place.as_ref().filter(|_| !served) {
            Some(place) => self.stand_in(place, input),
            None => self.stand_in = None,
        }
        let fine = input.tiles.map(|grid| (&self.fine, grid));
        let coarse = self.stand_in.as_ref().map(|(_, grid)| (&self.coarse, grid));
        let layers = if resembles { [coarse, fine] } else { [fine, coarse] };
        for (slot, grid) in layers.into_iter().flatten() {
            tiles::paint(painter, rect, slot, grid, view, style);
        }
    }

    /// Decodes a grid of as many tiles as a frame has time for, where there is none of this place.
    fn stand_in(&mut self, place: &Place, input: &PlaneInput<'_>) {
        let Some(snapshot) = input.snapshot.filter(|snapshot| snapshot.latent == place.plane.latent()) else {
            self.stand_in = None;
            return;
        };
        let flops = snapshot.decoder.flops().max(1) as f32;
        let rate = self.flops_per_ms.unwrap_or(EXPECTED_FLOPS_PER_MS);
        let coarse = place.coarse((COARSE_MS * rate / flops) as usize);
        if self.stand_in.as_ref().is_some_and(|(there, _)| *there == coarse) {
            return;
        }
        let decoder: &mut dyn Decoder = &mut self.decoder;
        let grid = TileGrid::decode(decoder, snapshot, &place.plane, coarse.lattice, place.limits, &mut || true);
        self.stand_in = grid.map(|grid| {
            let computed = flops * (grid.lattice.columns * grid.lattice.rows) as f32;
            self.flops_per_ms = Some(computed / grid.decode_ms.max(0.01));
            (coarse, Arc::new(grid))
        });
    }
}
