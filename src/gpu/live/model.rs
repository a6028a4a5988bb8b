//! One model's decoder on the device: its weights, a plan for the cursor, a plan for tiles.

use super::link::Tools;
use crate::dataset::ImageShape;
use crate::explore::tiles::{LARGEST_GRID, fresh_id};
use crate::gpu::decoder::{DecodeSchedule, DecoderError, Packed, Plan, Weights};
use crate::model::ModelId;
use crate::snapshot::Snapshot;
use eframe::wgpu;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Weights are uploaded at most so often.
pub(super) const UPLOAD_INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Bytes of decoded images of one frame at most.
const OUTPUT_BYTES: usize = 64 << 20;
/// Images that are decoded together at most, and at least where there is room for so many.
const CHUNK: usize = 256;
const SMALLEST_CHUNK: usize = 4;
/// Pieces that a frame's tiles are decoded in at most.
const MOST_CHUNKS: usize = 32;

/// What went wrong with one model's network.
#[derive(Debug)]
pub(super) struct ModelFault {
    pub model: ModelId,
    pub error: DecoderError,
}

pub(super) struct DeviceModel {
    pub image: ImageShape,
    pub latent: usize,
    pub flops: u64,
    pub weights: Weights,
    /// Unlike that of any other weights in this process.
    pub version: u64,
    pub snapshot: Arc<Snapshot>,
    pub uploaded: Instant,
    pub cursor: Plan,
    /// What the cursor's plan holds: the version of the weights, and the latent.
    pub at_cursor: Option<(u64, Vec<f32>)>,
    /// How many tiles at a time were asked for, and their plan.
    tiles: Option<(usize, Plan)>,
}

impl DeviceModel {
    pub fn new(
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        tools: &Tools,
        snapshot: &Arc<Snapshot>,
        packed: &Packed,
    ) -> Result<Self, DecoderError> {
        let network = &snapshot.decoder;
        let mut weights = Weights::new(device, &tools.pipelines, network)?;
        weights.upload(device, queue, packed)?;
        Ok(Self {
            image: snapshot.image,
            latent: snapshot.latent,
            flops: network.flops(),
            weights,
            version: fresh_id(),
            snapshot: snapshot.clone(),
            uploaded: Instant::now(),
            cursor: Plan::new(device, queue, &tools.pipelines, network, 1)?,
            at_cursor: None,
            tiles: None,
        })
    }

    /// Whether another snapshot's weights fit in the place of these.
    pub fn fits(&self, snapshot: &Snapshot) -> bool {
        let shaped = self.snapshot.decoder.is_shaped_as(&snapshot.decoder);
        self.image == snapshot.image && self.latent == snapshot.latent && shaped
    }

    pub fn upload(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        snapshot: &Arc<Snapshot>,
        packed: &Packed,
    ) -> Result<(), DecoderError> {
        self.weights.upload(device, queue, packed)?;
        (self.version, self.snapshot, self.uploaded) = (fresh_id(), snapshot.clone(), Instant::now());
        Ok(())
    }

    /// Makes room for tiles, `most` of which are decoded in a frame, where there is none yet, or none that suits: what is
    /// decoded together is decoded as a whole, so a slow adapter gets small pieces.
    pub fn prepare_tiles(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        tools: &Tools,
        most: usize,
    ) -> Result<(), DecoderError> {
        let (image_bytes, all) = (4 * self.image.values().max(1), (LARGEST_GRID + 1) * (LARGEST_GRID + 1));
        // Two chunks at least: a coarse grid has one of its own.
        let room = OUTPUT_BYTES.min(device.limits().max_storage_buffer_binding_size as usize);
        let capacity = (room / image_bytes).clamp(2, all + 2 * CHUNK);
        let wanted = (most / 2).clamp(SMALLEST_CHUNK, CHUNK).min(capacity / 2);
        if self.tiles.as_ref().is_some_and(|(asked, _)| wanted <= 4 * asked && *asked <= 4 * wanted) {
            return Ok(());
        }
        let count = capacity.min(MOST_CHUNKS * wanted) / wanted * wanted;
        let schedule = DecodeSchedule::in_chunks(&self.snapshot.decoder, count, wanted, &device.limits())?;
        self.tiles = Some((wanted, Plan::of(device, queue, &tools.pipelines, schedule)?));
        Ok(())
    }

    /// The plan of the tiles, after [`Self::prepare_tiles`].
    pub fn tiles(&self) -> Option<&Plan> {
        self.tiles.as_ref().map(|(_, plan)| plan)
    }
}
