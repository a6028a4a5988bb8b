//! One model's decoder on the device: its weights, a plan for the cursor, a plan for tiles.

use super::link::Tools;
use crate::dataset::ImageShape;
use crate::explore::tiles::{LARGEST_GRID, fresh_id};
use crate::gpu::decoder::{DecoderError, Packed, Plan, Schedule, Weights};
use crate::snapshot::Snapshot;
use eframe::wgpu;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Weights are uploaded at most so often.
pub(super) const UPLOAD_INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Bytes of decoded images of one frame at most.
const OUTPUT_BYTES: usize = 64 << 20;
/// Images that are decoded together.
const CHUNK: usize = 256;

pub(super) struct Model {
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
    tiles: Option<Plan>,
}

impl Model {
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

    /// Makes room for tiles where there is none yet.
    pub fn prepare_tiles(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        tools: &Tools,
    ) -> Result<(), DecoderError> {
        if self.tiles.is_some() {
            return Ok(());
        }
        let (image_bytes, most) = (4 * self.image.values().max(1), (LARGEST_GRID + 1) * (LARGEST_GRID + 1));
        // Two chunks at least: a coarse grid has one of its own.
        let capacity = (OUTPUT_BYTES / image_bytes).clamp(2, most + 2 * CHUNK);
        let chunk = CHUNK.min(capacity / 2);
        let schedule = Schedule::in_chunks(&self.snapshot.decoder, capacity / chunk * chunk, chunk, &device.limits())?;
        self.tiles = Some(Plan::of(device, queue, &tools.pipelines, schedule)?);
        Ok(())
    }

    /// The plan of the tiles, after [`Self::prepare_tiles`].
    pub fn tiles(&self) -> Option<&Plan> {
        self.tiles.as_ref()
    }
}
