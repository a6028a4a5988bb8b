//! What turns latents into images for the viewer: the place where another processor can take over.

use crate::snapshot::{Scratch, Snapshot};
use std::sync::Arc;

/// Decodes batches of latents. The results of two decoders agree within a tolerance, not to the bit.
pub trait Decoder: Send {
    /// Latents `[count, snapshot.latent]` to images `[count, snapshot.image.values()]`, in [0, 1].
    fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], count: usize) -> &[f32];

    /// Gives back the memory that it holds to be quicker.
    fn free_memory(&mut self) {}
}

/// The snapshot's own evaluation, on the calling thread alone.
#[derive(Default)]
pub struct CpuDecoder {
    scratch: Scratch,
}

impl CpuDecoder {
    /// One latent `[snapshot.latent]` and what each operation of the decoder gives for it.
    pub fn values(&mut self, snapshot: &Snapshot, latent: &[f32]) -> Vec<Arc<[f32]>> {
        snapshot.decoder.evaluate(latent, 1, &mut self.scratch);
        let values = self.scratch.values().iter().take(snapshot.decoder.operations().len() + 1);
        values.map(|values| values.as_slice().into()).collect()
    }
}

impl Decoder for CpuDecoder {
    fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], count: usize) -> &[f32] {
        snapshot.decoder.evaluate(latents, count, &mut self.scratch)
    }

    fn free_memory(&mut self) {
        self.scratch.free();
    }
}
