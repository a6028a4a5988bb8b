//! One frame: newer weights, then the cursor, then as many tiles as fit.

use super::Live;
use super::clock::Clock;
use super::link::Tools;
use super::model::{DeviceModel, ModelFault, UPLOAD_INTERVAL};
use super::recording::{PlanOf, Recording, maps_target, tile_target};
use super::request::{Decode, DecodeRequest};
use super::shown::Shown;
use super::surface::Surface;
use super::writer::WriteStage;
use crate::dataset::ImageShape;
use crate::explore::lens::MapSheet;
use crate::explore::refine::TilePlace;
use crate::explore::tiles::{AtlasLimits, Lattice, atlas_channels};
use crate::gpu::decoder::DecoderError;
use crate::gpu::pipeline::Pipelines;
use crate::gpu::{image, tiles};
use crate::message::Explain;
use crate::model::ModelId;
use crate::picture::ColorMap;
use crate::snapshot::Network;
use eframe::wgpu;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Weight of the newest measurement of the adapter's rate.
const NEWEST: f64 = 0.3;
/// A pass must take so long, in milliseconds, to say what the adapter's rate is: shorter ones are all overhead.
const TELLING_MS: f32 = 0.5;
/// Columns and rows of tiles that a texture has beyond those of its first grid: panning by a part of a cell asks for no
/// other texture.
const SPARE: usize = 2;

impl Live {
    /// Puts a frame together; `None` where there is nothing to compute.
    ///
    /// # Errors
    /// Where the device itself fails. What is wrong with one model's network is that model's alone.
    pub(super) fn frame(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        (tools, drawing): (&Arc<Tools>, &Pipelines),
        requests: Vec<DecodeRequest>,
    ) -> Result<Option<wgpu::CommandBuffer>, DecoderError> {
        self.measure();
        let models = self.retain_shown(&requests);
        for request in &requests {
            self.packer.request(request.model.id, &request.model.snapshot);
        }
        let mut recording = Recording::new((device, queue), tools, &self.shared);
        for model in models {
            recording.unfinished |= self.take_weights(&recording, model)?;
        }
        // What follows the cursor comes first.
        let (mut tiles, cursor): (Vec<_>, Vec<_>) =
            requests.into_iter().partition(|request| matches!(request.decode, Decode::Tiles { .. }));
        // Few tiles first: they leave room for many, but not the other way round.
        tiles.sort_by_key(|request| request.decode.tiles());
        for request in cursor.iter().chain(&tiles) {
            if !recording.has_room() {
                recording.unfinished = true;
            } else if let Err(error) = self.show(request, drawing, &mut recording) {
                self.refuse(ModelFault { model: request.model.id, error })?;
                recording.unfinished = true;
            }
        }
        self.link.update(|report| report.settled = !recording.unfinished);
        if recording.unfinished {
            (self.link.wake.now)();
        }
        if recording.is_empty() {
            return Ok(None);
        }
        self.link.update(|report| report.passes += 1);
        match recording.finish(&self.models, &mut self.clock) {
            Ok(commands) => Ok(Some(commands)),
            Err(fault) => {
                self.refuse(fault)?;
                // Nothing of this frame's was computed for the others either.
                self.shown.clear();
                self.models.iter_mut().for_each(|(_, model)| model.at_cursor = None);
                Ok(None)
            }
        }
    }

    /// Frees what belongs to places that are gone and to models that no remaining place shows; gives the models that are left.
    fn retain_shown(&mut self, requests: &[DecodeRequest]) -> BTreeSet<ModelId> {
        self.shown.retain(|_, shown| shown.owner.strong_count() > 0);
        let asked = requests.iter().map(|request| request.model.id);
        let models: BTreeSet<ModelId> = self.shown.values().map(|shown| shown.model).chain(asked).collect();
        self.models.retain(|model, _| models.contains(&model));
        self.packer.retain(|model| models.contains(&model));
        self.link.update(|report| report.steps.retain(|model, _| models.contains(&model)));
        models
    }

    /// Lets a model go whose network the device cannot take.
    ///
    /// # Errors
    /// Gives the error back where it is the device's own.
    fn refuse(&mut self, fault: ModelFault) -> Result<(), DecoderError> {
        let ModelFault { model, error } = fault;
        if error.is_of_device() {
            return Err(error);
        }
        if let Some(device_model) = self.models.remove(model) {
            self.refuse_network(model, &device_model.snapshot.decoder, &error);
        }
        Ok(())
    }

    fn refuse_network(&mut self, model: ModelId, network: &Network, error: &DecoderError) {
        self.models.remove(model);
        self.shown.retain(|_, shown| shown.model != model);
        self.packer.retain(|kept| kept != model);
        self.link.refuse_network(model, network, error.message());
    }

    /// What an earlier pass took says how much fits a frame.
    fn measure(&mut self) {
        let Some(lap) = self.clock.as_mut().and_then(Clock::lap) else { return };
        self.link.update(|report| report.decode_ms = Some(lap.milliseconds));
        if lap.milliseconds >= TELLING_MS {
            let rate = lap.flops as f64 / (1e6 * f64::from(lap.milliseconds));
            self.rate = (1.0 - NEWEST) * self.rate + NEWEST * rate;
        }
    }

    /// Uploads a model's newer weights where there are some and it is time; says whether some are waiting.
    ///
    /// # Errors
    /// Where the device itself fails.
    fn take_weights(&mut self, recording: &Recording<'_>, id: ModelId) -> Result<bool, DecoderError> {
        if !self.packer.is_ready(id) {
            return Ok(false);
        }
        if self.models.get(id).is_some_and(|model| model.uploaded.elapsed() < UPLOAD_INTERVAL) {
            return Ok(true);
        }
        let Some(ready) = self.packer.take(id) else { return Ok(false) };
        let gpu = (recording.device, recording.queue);
        let uploaded = ready.packed.and_then(|packed| match self.models.get_mut(id) {
            Some(model) if model.fits(&ready.snapshot) => model.upload(gpu, &ready.snapshot, &packed),
            _ => {
                let model = DeviceModel::new(gpu, &recording.tools, &ready.snapshot, &packed)?;
                self.models.insert(id, model);
                Ok(())
            }
        });
        match uploaded {
            Ok(()) => self.link.update(|report| _ = report.steps.insert(id, ready.snapshot.step)),
            Err(error) if error.is_of_device() => return Err(error),
            Err(error) => self.refuse_network(id, &ready.snapshot.decoder, &error),
        }
        Ok(false)
    }

    /// Puts together what a place asks for. Without weights there is nothing yet; they wake the window when they come.
    fn show(
        &mut self,
        request: &DecodeRequest,
        drawing: &Pipelines,
        recording: &mut Recording<'_>,
    ) -> Result<(), DecoderError> {
        let id = request.model.id;
        let Some(model) = self.models.get_mut(id) else { return Ok(()) };
        let screen = (request.area, request.screen);
        match &request.decode {
            Decode::Tiles { place, view, style } if place.plane.latent() == model.latent => {
                let most = (self.budget_ms * 1e6 * self.rate / model.flops.max(1) as f64) as usize;
                model.prepare_tiles((recording.device, recording.queue), &recording.tools, most)?;
                let shown = Shown::of(&mut self.shown, request, model.image, None);
                refine(model, shown, drawing, (place, most), recording)?;
                for (layer, lattice, rows) in shown.refiner.layers(place) {
                    if let (Some(surface), Some((tile, _))) =
                        (shown.surfaces.get_mut(&layer), tile_size(model.image, place, lattice))
                    {
                        let color = model.image.is_color();
                        let uniforms = tiles::uniforms(screen, (lattice.highest(rows), tile, color), *view, *style);
                        surface.place(recording.queue, bytemuck::bytes_of(&uniforms));
                        shown.drawn.push(layer);
                    }
                }
            }
            Decode::Image { latent, map, fit } if latent.len() == model.latent => {
                decode_at(model, id, latent, recording)?;
                let (image, size) = (model.image, [model.image.width, model.image.height]);
                let shown = Shown::of(&mut self.shown, request, image, None);
                let texels = shown.only_surface(recording.device, drawing, size).view.clone();
                let holds = Some((model.version, latent.clone(), None));
                if let (true, Some(values)) = (shown.holds != holds, model.cursor.output()) {
                    let target = tile_target(image, 0..1, (0, 1), (size, 1));
                    recording.write(WriteStage::Tile, size[0] * size[1], target, values, &texels);
                    shown.holds = holds;
                }
                let uniforms = image::uniforms(screen, (size, image.is_color()), *map, *fit);
                shown.place_only(recording.queue, bytemuck::bytes_of(&uniforms));
            }
            Decode::Maps { latent, operation, fit } if latent.len() == model.latent => {
                let Some(sheet) = MapSheet::of_decoder(&model.snapshot, *operation) else { return Ok(()) };
                let (size, most) = (sheet.size(), recording.device.limits().max_texture_dimension_2d as usize);
                if size.into_iter().any(|side| side == 0 || side > most) {
                    return Ok(());
                }
                decode_at(model, id, latent, recording)?;
                let shown = Shown::of(&mut self.shown, request, model.image, Some(&sheet));
                let texels = shown.only_surface(recording.device, drawing, size).view.clone();
                let holds = Some((model.version, latent.clone(), Some(*operation)));
                if let (true, Some(values)) = (shown.holds != holds, model.cursor.value(operation + 1)) {
                    recording.write(WriteStage::Extent, 1, maps_target(&sheet), values, &texels);
                    let pixels = sheet.maps * sheet.width * sheet.height;
                    recording.write(WriteStage::Maps, pixels, maps_target(&sheet), values, &texels);
                    shown.holds = holds;
                }
                let uniforms = image::uniforms(screen, (size, false), ColorMap::Signed, *fit);
                shown.place_only(recording.queue, bytemuck::bytes_of(&uniforms));
            }
            // Of a model that is being made anew; its weights are on their way.
            Decode::Tiles { .. } | Decode::Image { .. } | Decode::Maps { .. } => {}
        }
        Ok(())
    }
}

/// Decodes a model's image at a latent into the cursor's plan, where it is not there already.
fn decode_at(
    model: &mut DeviceModel,
    id: ModelId,
    latent: &[f32],
    recording: &mut Recording<'_>,
) -> Result<(), DecoderError> {
    let there = model.at_cursor.as_ref().is_some_and(|(version, at)| *version == model.version && at == latent);
    if !there {
        model.cursor.write_latents((recording.device, recording.queue), 0, latent)?;
        model.at_cursor = Some((model.version, latent.to_vec()));
        recording.flops += model.flops;
        recording.decode(id, PlanOf::Cursor, 0..model.cursor.schedule().chunks.len());
    }
    Ok(())
}

/// Decodes as many of a plane's tiles as fit the frame and writes them into their layers.
fn refine(
    model: &DeviceModel,
    shown: &mut Shown,
    drawing: &Pipelines,
    (place, most): (&TilePlace, usize),
    recording: &mut Recording<'_>,
) -> Result<(), DecoderError> {
    let Some(plan) = model.tiles() else { return Ok(()) };
    let chunk = plan.schedule().chunk().max(1);
    // Each piece of work begins with a chunk.
    let mut first_chunk = recording.tile_chunks.get(shown.model).copied().unwrap_or(0);
    let room = plan.schedule().count.saturating_sub((first_chunk + 1) * chunk);
    if first_chunk > 0 && room == 0 {
        recording.unfinished |= !shown.refiner.is_settled(place, model.version);
        return Ok(());
    }
    let most = most.clamp(1, room.max(1));
    for work in shown.refiner.frame(place, model.version, most) {
        let lattice = work.place.lattice;
        let Some((tile, reduction)) = tile_size(model.image, place, lattice) else { return Ok(()) };
        let room = |spare: usize| [(lattice.columns + spare) * tile[0], (lattice.rows + spare) * tile[1]];
        let fits = |surface: &Surface| surface.size.iter().zip(room(0)).all(|(has, needed)| *has >= needed);
        if !shown.surfaces.get(&work.layer).is_some_and(fits) {
            shown.surfaces.insert(work.layer, Surface::new(recording.device, drawing, room(SPARE)));
        }
        let Some(surface) = shown.surfaces.get(&work.layer) else { return Ok(()) };
        let examples = first_chunk * chunk..first_chunk * chunk + work.cells.len();
        let latents = place.plane.latents_from_plane(&lattice.middles_of(work.cells.clone()));
        plan.write_latents((recording.device, recording.queue), examples.start, &latents)?;
        let chunks = first_chunk..first_chunk + work.cells.len().div_ceil(chunk);
        first_chunk = chunks.end;
        // A chunk is decoded whole.
        recording.flops += model.flops * (chunks.len() * chunk) as u64;
        recording.decode(shown.model, PlanOf::Tiles, chunks);
        if let Some(values) = plan.output() {
            let pixels = examples.len() * tile[0] * tile[1];
            let target = tile_target(model.image, examples, (work.cells.start, lattice.columns), (tile, reduction));
            recording.write(WriteStage::Tile, pixels, target, values, &surface.view);
        }
    }
    recording.tile_chunks.insert(shown.model, first_chunk);
    recording.unfinished |= !shown.refiner.is_settled(place, model.version);
    Ok(())
}

/// A tile's size in its texture, and by how much its image is made smaller for it.
fn tile_size(image: ImageShape, place: &TilePlace, lattice: Lattice) -> Option<([usize; 2], usize)> {
    // Grey takes four bytes a pixel here as well.
    let limits = AtlasLimits { bytes: place.limits.bytes / 4 * atlas_channels(image), ..place.limits };
    let reduction = limits.reduction(image, lattice.columns + SPARE, lattice.rows + SPARE)?;
    Some(([image.width.div_ceil(reduction), image.height.div_ceil(reduction)], reduction))
}
