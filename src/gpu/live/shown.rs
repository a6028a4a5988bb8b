//! What the places on the screen show: their textures, and what these hold.

use super::request::{Decode, DecodeRequest};
use super::surface::Surface;
use crate::dataset::ImageShape;
use crate::explore::lens::MapSheet;
use crate::explore::refine::{Refiner, TileLayer};
use crate::gpu::pipeline::Pipelines;
use crate::model::ModelId;
use eframe::wgpu;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// What a place on the screen shows.
pub(super) struct Shown {
    pub owner: Weak<u64>,
    /// The model, and the shape of what is shown; others begin empty.
    pub model: ModelId,
    shape: Vec<usize>,
    /// Whether these are tiles of a plane, or an image or maps.
    pub tiles: bool,
    pub refiner: Refiner,
    pub surfaces: HashMap<TileLayer, Surface>,
    /// The layers that are drawn, the lowest first.
    pub drawn: Vec<TileLayer>,
    /// Of an image or maps: the version of the weights, the latent, and the operation.
    pub holds: Option<(u64, Vec<f32>, Option<usize>)>,
}

impl Shown {
    /// What a place shows, to be drawn anew; emptied where it was of another model or shape.
    pub fn of<'a>(
        all: &'a mut HashMap<u64, Self>,
        request: &DecodeRequest,
        image: ImageShape,
        sheet: Option<&MapSheet>,
    ) -> &'a mut Self {
        let tiles = matches!(request.decode, Decode::Tiles { .. });
        let size = sheet.map_or([0, 0], MapSheet::size);
        let shape: Vec<usize> = [image.channels, image.height, image.width].into_iter().chain(size).collect();
        let new = || Self {
            owner: Arc::downgrade(&request.slot),
            model: request.model.id,
            shape: shape.clone(),
            tiles,
            refiner: Refiner::default(),
            surfaces: HashMap::new(),
            drawn: Vec::new(),
            holds: None,
        };
        let shown = all.entry(*request.slot).or_insert_with(new);
        if (shown.model, shown.tiles) != (request.model.id, tiles) || shown.shape != shape {
            *shown = new();
        }
        shown.drawn.clear();
        shown
    }

    /// The texture of a place that shows one image or one sheet.
    pub fn only_surface(&mut self, device: &wgpu::Device, drawing: &Pipelines, size: [usize; 2]) -> &Surface {
        self.surfaces.entry(TileLayer::Fine(0)).or_insert_with(|| Surface::new(device, drawing, size))
    }

    /// Draws that texture, once something is in it.
    pub fn place_only(&mut self, queue: &wgpu::Queue, uniforms: &[u8]) {
        if let (true, Some(surface)) = (self.holds.is_some(), self.surfaces.get_mut(&TileLayer::Fine(0))) {
            surface.place(queue, uniforms);
            self.drawn.push(TileLayer::Fine(0));
        }
    }
}
